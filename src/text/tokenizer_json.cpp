#include "text/tokenizer_json.h"

#include <algorithm>

#include "text/bpe.h"
#include "text/json_part.h"
#include "text/normalizers.h"
#include "text/pre_tokenizers.h"
#include "text/tokenizer_config.h"
#include "text/unigram.h"
#include "text/wordpiece.h"

namespace heed::text {

namespace {

struct Row {
  std::string_view type;
  std::unique_ptr<SubwordModel> (*read)(const JsonPart& description);
};

// To add a kind: write its file, then its row.
constexpr Row kModels[] = {
    {"WordPiece", WordPiece::read},
    {"Unigram", Unigram::read},
    {"BPE", Bpe::read},
};

/// The type of a model that older files do not name: by what only one kind has.
std::string model_type(const JsonPart& model) {
  if (model.has("type")) return model.text("type");
  if (model.has("merges")) return "BPE";
  return model.has("unk_id") || (model.has("vocab") && model.part("vocab").value().is_array()) ? "Unigram"
                                                                                               : "WordPiece";
}

std::unique_ptr<SubwordModel> read_model(const JsonPart& model) {
  const std::string type = model_type(model);
  const auto row = std::ranges::find(kModels, type, &Row::type);
  if (row == std::end(kModels)) model.fail("the model \"" + type + "\" is not supported");
  return row->read(model);
}

std::vector<AddedToken> read_added_tokens(const JsonPart& document) {
  std::vector<AddedToken> result;
  if (!document.has("added_tokens")) return result;
  for (const JsonPart& token : document.list("added_tokens"))
    result.push_back(read_added_token(token, static_cast<TokenId>(token.integer("id", 0, kMaxTokens - 1))));
  return result;
}

}  // namespace

TokenizerParts read_tokenizer_json(const std::filesystem::path& file) {
  const format::IndexedJson content = format::read_indexed_json(file);
  const JsonPart document(content, file.string() + ":");
  TokenizerParts parts;
  parts.model = read_model(document.part("model"));
  parts.added = read_added_tokens(document);
  if (document.has("normalizer")) parts.normalizer = read_normalizer(document.part("normalizer"));
  if (document.has("pre_tokenizer")) parts.pre_tokenizer = read_pre_tokenizer(document.part("pre_tokenizer"));
  if (document.has("post_processor")) {
    int size = parts.model->vocabulary().size();
    for (const AddedToken& token : parts.added) size = std::max(size, token.id + 1);
    parts.post_processor = read_post_processor(document.part("post_processor"), size);
  }
  return parts;
}

}  // namespace heed::text
