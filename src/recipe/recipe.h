#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "collection/document.h"
#include "collection/need.h"
#include "format/json.h"
#include "text/prompt.h"

namespace heed::recipe {

/// How the vectors of a query and a document become a score.
enum class Similarity { kCosine, kDot };
/// How the states of a text's tokens become its vector: their mean, the first one, the last one.
enum class Pooling { kMean, kCls, kLast };
/// What a token of a decoder sees: those before it, or all. An encoder (bert, t5) is always bidirectional.
enum class Attention { kCausal, kBidirectional };
/// What gives way where a prompt is too long: the end of the document, or the end of the whole.
enum class Truncation { kDocument, kRight };
/// How a pair's tokens are marked: all of the first segment, or the document's as the second, as BERT was pre-trained.
/// Classifiers were trained one way or the other; T5 has no segments.
enum class Segments { kSingle, kPair };
/// How a classifier's logits become a score.
enum class Activation { kSoftmax, kSigmoid };

// What a checkpoint is for: `heed.json`, field by field (docs/recipes.md). A member's initial value is the field's
// default; `max_length`, `pooling`, `prompt`, `yes` ("true") and `no` ("false") have none and must be given.
// `max_length` counts tokens, special ones included.

/// Query and document become vectors apart; the score is the vectors' similarity.
struct BiEncoderRecipe {
  /// What stands before the query; with mask_prompt its tokens leave the mean.
  text::Prompt query_prompt;
  /// Takes the place of query_prompt where the instruction is empty (or white space).
  std::optional<text::Prompt> query_prompt_without_instruction;
  /// The joins of the paper's harness.
  text::Prompt query_format = text::Prompt::parse("{need}", "query_format");
  /// Put at the end of a query that does not end with '.', '?' or '!'; an empty query is left alone.
  std::string query_end;
  /// Takes the place of an instruction that is empty (or white space).
  std::string default_instruction;
  text::Prompt document_prompt;
  text::Prompt document_format = text::Prompt::parse("{document}", "document_format");
  Pooling pooling = Pooling::kMean;
  /// Leaves the prompt's tokens, a start token among them, out of the mean; attention still sees them.
  bool mask_prompt = false;
  /// Puts the end token behind the last token; a text is cut to max_length - 1 before.
  bool append_eos = false;
  Attention attention = Attention::kCausal;
  /// Makes vectors unit length.
  bool normalize = false;
  /// The harness compares by cosine whatever the model.
  Similarity similarity = Similarity::kCosine;
  /// A PEFT adapter's folder, relative to the checkpoint's; of a preset its id on the Hub.
  std::optional<std::string> adapter;
  int max_length = 0;

  bool operator==(const BiEncoderRecipe&) const = default;
};

/// A classifier reads query and document as a pair; only the document is cut.
struct CrossEncoderRecipe {
  text::Prompt query_format = text::Prompt::parse("{need}", "query_format");
  text::Prompt document_format = text::Prompt::parse("{document}", "document_format");
  /// Takes the place of an instruction that is empty (or white space).
  std::string default_instruction;
  Activation activation = Activation::kSoftmax;
  /// The logit, from 0, that says "relevant". monoBERT's is 1.
  int label = 1;
  Segments segments = Segments::kSingle;
  std::optional<std::string> adapter;
  int max_length = 0;

  bool operator==(const CrossEncoderRecipe&) const = default;
};

/// A token: a piece of the vocabulary, spelled as it stands there (`true`, SentencePiece's `▁true`), or its id.
using AnswerToken = std::variant<std::string, std::int32_t>;

/// A language model is asked about the document; the score is P(yes) against P(no) at the next token, in float32.
struct PromptRecipe {
  text::Prompt prompt;
  /// The fields "true" and "false".
  AnswerToken yes;
  AnswerToken no;
  Truncation truncate = Truncation::kDocument;
  /// Puts the tokenizer's own start token first, where it has one (T5's has none), as tokenizers do when they are not
  /// told otherwise; a start token that the prompt spells out stays, so that there are then two.
  bool add_bos = true;
  std::optional<std::string> adapter;
  int max_length = 0;

  bool operator==(const PromptRecipe&) const = default;
};

/// The answer is the decoder's first token.
struct Seq2SeqRecipe : PromptRecipe {
  bool operator==(const Seq2SeqRecipe&) const = default;
};

/// The answer is the token after the prompt.
struct DecoderRecipe : PromptRecipe {
  bool operator==(const DecoderRecipe&) const = default;
};

struct ModelRecipe {
  std::variant<BiEncoderRecipe, CrossEncoderRecipe, Seq2SeqRecipe, DecoderRecipe> kind;

  bool operator==(const ModelRecipe&) const = default;
};

/// "bi-encoder", "cross-encoder", "seq2seq-reranker" or "decoder-reranker".
std::string_view kind_name(const ModelRecipe& recipe);

/// Reads a recipe; a field that is null counts as absent. Throws BadInput, which begins with `what` (the recipe's
/// source), for an unknown or a missing field, a wrong type, a value outside the known set (which it lists), a
/// placeholder where its field cannot be known, max_length below 4, and fields that contradict each other.
ModelRecipe read_recipe(const format::Json& recipe, std::string_view what);

/// As read_recipe(), from a file. Throws BadInput also where it cannot be read or is not JSON.
ModelRecipe read_recipe_file(const std::filesystem::path& path);

/// The recipe with every field of its kind written, absent ones as null; read_recipe() gives back the same.
format::Json to_json(const ModelRecipe& recipe);

/// What a bi-encoder reads: a prompt, then a text.
struct PromptedText {
  std::string prompt;
  std::string text;

  /// Both, with nothing between.
  std::string whole() const { return prompt + text; }
  bool operator==(const PromptedText&) const = default;
};

/// The strings of a need and of a document, defaults and empty instructions taken care of.
PromptedText query_text(const BiEncoderRecipe& recipe, const collection::Need& need);
PromptedText document_text(const BiEncoderRecipe& recipe, const collection::Document& document);
std::string query_text(const CrossEncoderRecipe& recipe, const collection::Need& need);
std::string document_text(const CrossEncoderRecipe& recipe, const collection::Document& document);
text::Prompt::Parts prompt_parts(const PromptRecipe& recipe, const collection::Need& need,
                                 const collection::Document& document);

}  // namespace heed::recipe
