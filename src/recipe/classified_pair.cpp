#include "recipe/classified_pair.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "format/json.h"

namespace heed::recipe {

ClassifiedPair::ClassifiedPair(CrossEncoderRecipe recipe, std::shared_ptr<const text::Tokenizer> tokenizer,
                               std::optional<text::TokenId> start)
    : recipe_(std::move(recipe)), tokenizer_(std::move(tokenizer)), start_(start) {}

int ClassifiedPair::count(std::string_view text) const {
  return static_cast<int>(tokenizer_->encode(text, text::Specials::kNone).ids.size());
}

std::string ClassifiedPair::fitting(std::string query) const {
  if (count(query) < room()) return query;
  const auto count_tokens = [this](std::string_view text) { return count(text); };
  return text::fit_document({"", std::move(query), ""}, room() - (room() + 3) / 4, count_tokens);
}

std::string ClassifiedPair::query(const collection::Need& need) const {
  return fitting(query_text(recipe_, need));
}

std::optional<std::string> ClassifiedPair::shortfall(const collection::Need& need) const {
  const std::string whole = query_text(recipe_, need), read = fitting(whole);
  if (read == whole) return std::nullopt;
  return "has " + base::counted(count(whole), "token", "tokens") + ", of which the first " +
         std::to_string(count(read)) + " are read: the model takes " + std::to_string(room()) +
         ", and a document has to have some";
}

text::Encoding ClassifiedPair::encode(std::string_view query, const collection::Document& document) const {
  const std::string second = document_text(recipe_, document);
  text::Encoding encoding = tokenizer_->encode_pair(query, second, pair_length());
  if (start_) {
    encoding.ids.insert(encoding.ids.begin(), *start_);
    encoding.type_ids.insert(encoding.type_ids.begin(), 0);
    // Tokenizers take a pair with an empty second text for the first alone; EncT5's gives `<s> A </s> </s>` then.
    if (second.empty()) {
      encoding.ids.push_back(tokenizer_->end_token().value_or(encoding.ids.back()));
      encoding.type_ids.push_back(0);
    }
  }
  if (recipe_.segments == Segments::kSingle) std::ranges::fill(encoding.type_ids, 0);
  return encoding;
}

void ClassifiedPair::expect_label(std::int64_t labels) const {
  if (recipe_.label >= labels)
    throw base::BadInput("the recipe's label is " + std::to_string(recipe_.label) +
                         ", but the model has the labels 0 to " + std::to_string(labels - 1));
}

double ClassifiedPair::score(std::span<const float> logits) const {
  const double own = logits[static_cast<std::size_t>(recipe_.label)];
  if (recipe_.activation == Activation::kSigmoid) return 1 / (1 + std::exp(-own));
  double sum = 0;
  for (const float logit : logits) sum += std::exp(logit - own);
  return 1 / sum;
}

text::TokenId start_of_t5(const std::filesystem::path& folder, const text::Tokenizer& tokenizer) {
  if (const auto id = tokenizer.id("<s>")) return *id;
  const format::Json config = format::read_json(folder / "config.json");
  const auto bos = config.find("bos_token_id");
  if (bos == config.end() || !bos->is_number_integer() || *bos < 0 || *bos > std::numeric_limits<text::TokenId>::max())
    throw base::BadInput(folder.string() +
                         ": a classifier on t5 reads <s> first, which neither the tokenizer nor bos_token_id has");
  return bos->get<text::TokenId>();
}

}  // namespace heed::recipe
