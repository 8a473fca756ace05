#include "retrieve/bi_encoder.h"

#include <cmath>
#include <set>

#include "base/error.h"
#include "base/fingerprint.h"
#include "base/parallel.h"

namespace heed::retrieve {

using text::Specials;

namespace {

/// Vectors are kept up to this; then all are let go.
constexpr std::size_t kMostKept = std::size_t{2} << 30;

/// A text's name among the kept vectors.
std::string key_of(const PromptedText& text) {
  return std::string(base::Digest().add_field(text.prompt).add_field(text.text).finish().raw());
}

}  // namespace

BiEncoder::BiEncoder(BiEncoderRecipe recipe, text::Tokenizer tokenizer, std::unique_ptr<infer::Embedder> embedder,
                     int threads)
    : recipe_(std::move(recipe)), tokenizer_(std::move(tokenizer)), embedder_(std::move(embedder)), threads_(threads) {
  if (recipe_.append_eos && !tokenizer_.end_token())
    throw base::BadInput("the recipe asks for append_eos, but the tokenizer has no end token");
}

text::Encoding BiEncoder::encode_whole(const PromptedText& text, std::optional<int> max_length) const {
  if (!recipe_.append_eos) return tokenizer_.encode(text.whole(), Specials::kAll, max_length);
  if (max_length) --*max_length;
  // What the tokenizer itself would put behind the text stays away: the end token is there once.
  text::Encoding encoding = tokenizer_.encode(text.whole(), Specials::kStart, max_length);
  encoding.ids.push_back(*tokenizer_.end_token());
  encoding.type_ids.push_back(0);
  return encoding;
}

BiEncoder::Tokens BiEncoder::tokens_of(const PromptedText& text) const {
  Tokens tokens;
  tokens.encoding = encode_whole(text, recipe_.max_length);
  if (recipe_.mask_prompt) tokens.prompt = tokenizer_.encode(text.prompt, Specials::kStart).ids.size();
  return tokens;
}

std::vector<BiEncoder::Vector> BiEncoder::compute(std::span<const PromptedText* const> texts) {
  std::vector<Tokens> tokens(texts.size());
  base::parallel_for(texts.size(), threads_, [&](int, std::size_t i) { tokens[i] = tokens_of(*texts[i]); });
  std::vector<infer::EmbedInput> inputs;
  inputs.reserve(tokens.size());
  for (const Tokens& one : tokens) inputs.push_back({one.encoding.ids, one.prompt});
  auto embeddings = embedder_->embed(inputs);
  computed_ += static_cast<long>(texts.size());
  std::vector<Vector> vectors;
  for (std::size_t i = 0; i < texts.size(); ++i)
    vectors.push_back({std::move(embeddings[i]), tokens[i].encoding.ids.size()});
  return vectors;
}

void BiEncoder::keep(std::span<const PromptedText> texts) {
  std::vector<const PromptedText*> missing;
  std::vector<std::string> keys;
  std::set<std::string> asked;
  for (const PromptedText& text : texts) {
    std::string key = key_of(text);
    if (kept_.contains(key) || !asked.insert(key).second) continue;
    missing.push_back(&text);
    keys.push_back(std::move(key));
  }
  auto vectors = compute(missing);
  for (std::size_t i = 0; i < missing.size(); ++i) kept_.emplace(std::move(keys[i]), std::move(vectors[i]));
}

const BiEncoder::Vector& BiEncoder::kept(const PromptedText& text) const {
  return kept_.find(key_of(text))->second;
}

std::vector<BiEncoder::Vector> BiEncoder::encode(std::span<const PromptedText> texts) {
  if (kept_.size() * static_cast<std::size_t>(embedder_->width()) * sizeof(float) > kMostKept) kept_.clear();
  keep(texts);
  std::vector<Vector> vectors;
  for (const PromptedText& text : texts) vectors.push_back(kept(text));
  return vectors;
}

double BiEncoder::similarity(std::span<const float> a, std::span<const float> b) const {
  double dot = 0, length_a = 0, length_b = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    dot += static_cast<double>(a[i]) * b[i];
    length_a += static_cast<double>(a[i]) * a[i];
    length_b += static_cast<double>(b[i]) * b[i];
  }
  if (recipe_.similarity == Similarity::kDot) return dot;
  const double lengths = std::sqrt(length_a) * std::sqrt(length_b);
  return lengths > 0 ? dot / lengths : 0;  // a text of which nothing was pooled resembles nothing
}

std::optional<std::string> BiEncoder::shortfall(const collection::Need& need) const {
  const std::size_t tokens = encode_whole(query_text(recipe_, need), std::nullopt).ids.size();
  if (tokens <= static_cast<std::size_t>(recipe_.max_length)) return std::nullopt;
  return "has " + base::counted(static_cast<long>(tokens), "token", "tokens") + ", of which " +
         std::to_string(recipe_.max_length) + " are read";
}

std::vector<PairScore> BiEncoder::score(std::span<const NeedAndDocument> pairs) {
  std::vector<PromptedText> texts;  // of each pair the query, then the document
  for (const NeedAndDocument& pair : pairs) {
    texts.push_back(query_text(recipe_, pair.need));
    texts.push_back(document_text(recipe_, pair.document));
  }
  const auto vectors = encode(texts);
  std::vector<PairScore> scores;
  for (std::size_t i = 0; i < vectors.size(); i += 2)
    scores.push_back({.score = similarity(vectors[i].elements, vectors[i + 1].elements),
                      .tokens = vectors[i].tokens + vectors[i + 1].tokens});
  return scores;
}

}  // namespace heed::retrieve
