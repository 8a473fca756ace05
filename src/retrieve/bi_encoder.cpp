#include "retrieve/bi_encoder.h"

#include <set>

#include "base/error.h"
#include "base/fingerprint.h"
#include "base/parallel.h"

namespace heed::retrieve {

using text::Specials;

namespace {

/// A text's name among the kept vectors.
base::Fingerprint key_of(const recipe::PromptedText& text) {
  return base::Digest().add_field(text.prompt).add_field(text.text).finish();
}

std::vector<base::Fingerprint> keys_of(std::span<const recipe::PromptedText> texts) {
  std::vector<base::Fingerprint> keys;
  keys.reserve(texts.size());
  for (const recipe::PromptedText& text : texts) keys.push_back(key_of(text));
  return keys;
}

/// The needs' texts, then the documents'.
std::vector<recipe::PromptedText> texts_of(const recipe::BiEncoderRecipe& recipe,
                                           std::span<const collection::Need> needs,
                                           std::span<const collection::Document> documents) {
  std::vector<recipe::PromptedText> texts;
  texts.reserve(needs.size() + documents.size());
  for (const collection::Need& need : needs) texts.push_back(query_text(recipe, need));
  for (const collection::Document& document : documents) texts.push_back(document_text(recipe, document));
  return texts;
}

}  // namespace

BiEncoder::BiEncoder(recipe::BiEncoderRecipe recipe, text::Tokenizer tokenizer,
                     std::unique_ptr<infer::Embedder> embedder, int threads)
    : recipe_(std::move(recipe)), tokenizer_(std::move(tokenizer)), embedder_(std::move(embedder)), threads_(threads) {
  if (recipe_.append_eos && !tokenizer_.end_token())
    throw base::BadInput("the recipe asks for append_eos, but the tokenizer has no end token");
}

text::Encoding BiEncoder::encode_whole(const recipe::PromptedText& text, std::optional<int> max_length) const {
  if (!recipe_.append_eos) return tokenizer_.encode(text.whole(), Specials::kAll, max_length);
  if (max_length) --*max_length;
  // What the tokenizer itself would put behind the text stays away: the end token is there once.
  text::Encoding encoding = tokenizer_.encode(text.whole(), Specials::kStart, max_length);
  encoding.ids.push_back(*tokenizer_.end_token());
  encoding.type_ids.push_back(0);
  return encoding;
}

BiEncoder::Tokens BiEncoder::tokens_of(const recipe::PromptedText& text) const {
  Tokens tokens;
  tokens.encoding = encode_whole(text, recipe_.max_length);
  if (recipe_.mask_prompt) tokens.prompt = tokenizer_.encode(text.prompt, Specials::kStart).ids.size();
  return tokens;
}

std::vector<Vector> BiEncoder::compute(std::span<const recipe::PromptedText> texts,
                                       std::span<const std::size_t> positions) {
  std::vector<Tokens> tokens(positions.size());
  base::parallel_for(positions.size(), threads_,
                     [&](int, std::size_t i) { tokens[i] = tokens_of(texts[positions[i]]); });
  std::vector<infer::EmbedInput> inputs;
  inputs.reserve(tokens.size());
  for (const Tokens& one : tokens) inputs.push_back({one.encoding.ids, one.prompt});
  auto embeddings = embedder_->embed(inputs);
  std::vector<Vector> vectors;
  vectors.reserve(tokens.size());
  for (std::size_t i = 0; i < tokens.size(); ++i)
    vectors.push_back({std::move(embeddings[i]), tokens[i].encoding.ids.size()});
  return vectors;
}

VectorWork BiEncoder::work(std::span<const recipe::PromptedText> texts) {
  return {.compute = [this, texts](std::span<const std::size_t> positions) { return compute(texts, positions); }};
}

std::vector<Vector> BiEncoder::encode(std::span<const recipe::PromptedText> texts) {
  const auto keys = keys_of(texts);
  kept_.prepare(keys, work(texts));
  std::vector<Vector> vectors;
  vectors.reserve(keys.size());
  for (const base::Fingerprint& key : keys) vectors.push_back(kept_[key]);
  return vectors;
}

std::optional<std::string> BiEncoder::shortfall(const collection::Need& need) const {
  const std::size_t tokens = encode_whole(query_text(recipe_, need), std::nullopt).ids.size();
  if (tokens <= static_cast<std::size_t>(recipe_.max_length)) return std::nullopt;
  return "has " + base::counted(static_cast<long>(tokens), "token", "tokens") + ", of which " +
         std::to_string(recipe_.max_length) + " are read";
}

std::vector<PairScore> BiEncoder::score(std::span<const NeedAndDocument> pairs) {
  std::vector<recipe::PromptedText> texts;  // of each pair the query, then the document
  for (const NeedAndDocument& pair : pairs) {
    texts.push_back(query_text(recipe_, pair.need));
    texts.push_back(document_text(recipe_, pair.document));
  }
  const auto vectors = encode(texts);
  std::vector<PairScore> scores;
  for (std::size_t i = 0; i < vectors.size(); i += 2)
    scores.push_back({.score = similarity(recipe_.similarity, vectors[i].elements, vectors[i + 1].elements),
                      .tokens = vectors[i].tokens + vectors[i + 1].tokens});
  return scores;
}

std::vector<std::vector<double>> VectorReranker::score(std::span<const collection::Need> needs,
                                                       std::span<const collection::Document> documents) {
  const auto vectors = encode(needs, documents);
  std::vector<std::vector<double>> scores(needs.size());
  for (std::size_t i = 0; i < needs.size(); ++i)
    for (std::size_t j = 0; j < documents.size(); ++j)
      scores[i].push_back(retrieve::similarity(similarity(), vectors[i], vectors[needs.size() + j]));
  return scores;
}

std::vector<std::span<const float>> VectorReranker::encode(std::span<const collection::Need> needs,
                                                           std::span<const collection::Document> documents) {
  const auto texts = texts_of(encoder_->recipe(), needs, documents);
  const auto keys = keys_of(texts);
  encoder_->kept().prepare(keys, encoder_->work(texts));
  std::vector<std::span<const float>> vectors;
  vectors.reserve(keys.size());
  for (const base::Fingerprint& key : keys) vectors.emplace_back(encoder_->kept()[key].elements);
  return vectors;
}

void VectorReranker::prepare(std::span<const collection::Need> needs, std::span<const collection::Document> documents,
                             const Progress& progress) {
  const auto texts = texts_of(encoder_->recipe(), needs, documents);
  VectorWork work = encoder_->work(texts);
  work.progress = progress;
  encoder_->kept().prepare(keys_of(texts), work);
}

TextCount VectorReranker::unprepared(std::span<const collection::Need> needs,
                                     std::span<const collection::Document> documents) {
  const auto texts = texts_of(encoder_->recipe(), needs, documents);
  TextCount count;
  for (const std::size_t position : encoder_->kept().missing(keys_of(texts))) {
    ++count.texts;
    count.characters += static_cast<long>(texts[position].prompt.size() + texts[position].text.size());
  }
  return count;
}

std::optional<Embedded> VectorReranker::embedded(std::span<const collection::Need> needs,
                                                 std::span<const collection::Document> documents) {
  const auto distinct = [&](std::span<const recipe::PromptedText> texts, std::set<base::Fingerprint>& all) {
    std::set<base::Fingerprint> these;
    for (const recipe::PromptedText& text : texts) these.insert(key_of(text));
    all.insert(these.begin(), these.end());
    return static_cast<long>(these.size());
  };
  const auto texts = texts_of(encoder_->recipe(), needs, documents);
  std::set<base::Fingerprint> all;
  Embedded embedded;
  embedded.queries = distinct(std::span(texts).first(needs.size()), all);
  embedded.documents = distinct(std::span(texts).subspan(needs.size()), all);
  embedded.computed = encoder_->kept().times_computed(std::vector(all.begin(), all.end()));
  return embedded;
}

}  // namespace heed::retrieve
