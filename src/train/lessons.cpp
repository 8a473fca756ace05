#include "train/lessons.h"

#include <algorithm>

#include "base/error.h"
#include "infer/model_config.h"

namespace heed::train {

namespace fs = std::filesystem;
using base::BadInput;
using base::BadUsage;
using recipe::AnswerPrompt;
using recipe::ClassifiedPair;
using recipe::Label;

namespace {

int recipe_max_length(const recipe::ModelRecipe& recipe) {
  return std::visit([](const auto& kind) { return kind.max_length; }, recipe.kind);
}

int chosen_length(std::optional<int> asked, const recipe::ModelRecipe& recipe, std::int64_t positions) {
  const int limit = static_cast<int>(std::min<std::int64_t>(recipe_max_length(recipe), positions));
  if (!asked) return std::min(limit, kDefaultMaxLength);
  if (*asked <= limit) return *asked;
  throw BadUsage("--max-length is " + std::to_string(*asked) + ", but " +
                 (limit < positions ? "the recipe's max_length is " : "the positions of the model are ") +
                 std::to_string(limit));
}

/// Throws BadInput where the model is of a kind that is not taught, or the recipe is not for its architecture.
void check_kind(const fs::path& folder, const recipe::ModelRecipe& recipe, const infer::ModelConfig& config) {
  const bool is_decoder = std::holds_alternative<recipe::DecoderRecipe>(recipe.kind);
  if (!is_decoder && !std::holds_alternative<recipe::CrossEncoderRecipe>(recipe.kind))
    throw BadInput("the recipe of " + folder.string() + " is a " + std::string(kind_name(recipe)) +
                   "'s; what can be taught is a decoder-reranker (llama, mistral) or a cross-encoder (bert, t5)");
  if (is_decoder != std::holds_alternative<infer::DecoderConfig>(config))
    throw BadInput(folder.string() + ": the recipe is a " + std::string(kind_name(recipe)) + "'s, which " +
                   infer::architecture_of(config) + " is not");
}

recipe::ModelRecipe with_length(recipe::ModelRecipe recipe, int max_length) {
  std::visit([&](auto& kind) { kind.max_length = max_length; }, recipe.kind);
  return recipe;
}

}  // namespace

Lessons::Lessons(Reader reader, int max_length) : reader_(std::move(reader)), max_length_(max_length) {
  const auto* const prompt = std::get_if<AnswerPrompt>(&reader_);
  if (prompt == nullptr) return;
  yes_ = prompt->answer(Label::kTrue);
  no_ = prompt->answer(Label::kFalse);
}

Lessons Lessons::open(const fs::path& folder, const recipe::ModelRecipe& recipe, std::optional<int> max_length) {
  const infer::ModelConfig config = infer::read_model_config(folder);
  check_kind(folder, recipe, config);
  const int length = chosen_length(max_length, recipe, infer::positions_of(config));
  const recipe::ModelRecipe used = with_length(recipe, length);
  auto tokenizer = std::make_shared<const text::Tokenizer>(text::Tokenizer::open(folder));
  if (const auto* const pair = std::get_if<recipe::CrossEncoderRecipe>(&used.kind)) {
    std::optional<text::TokenId> start;
    if (std::holds_alternative<infer::T5Config>(config)) start = recipe::start_of_t5(folder, *tokenizer);
    return {ClassifiedPair(*pair, std::move(tokenizer), start), length};
  }
  return {AnswerPrompt(used, std::move(tokenizer), infer::vocabulary_of(config)), length};
}

Example Lessons::question(const collection::Need& need, const collection::Document& document) const {
  if (const auto* const prompt = std::get_if<AnswerPrompt>(&reader_)) {
    const auto room = static_cast<int>(std::max(yes_.size(), no_.size()));
    if (room >= max_length_)
      throw BadInput("an answer of " + std::to_string(room) + " tokens leaves no room for a prompt in " +
                     std::to_string(max_length_));
    text::Encoding encoding = prompt->encode(need, document, max_length_ - room);
    return {.ids = std::move(encoding.ids), .is_cut = encoding.is_cut};
  }
  const auto& pair = std::get<ClassifiedPair>(reader_);
  text::Encoding encoding = pair.encode(pair.query(need), document);
  return {std::move(encoding.ids), std::move(encoding.type_ids), encoding.is_cut};
}

Example Lessons::example(const collection::Need& need, const collection::Document& document, Label label) const {
  Example example = question(need, document);
  const auto& answer = label == Label::kTrue ? yes_ : no_;
  example.ids.insert(example.ids.end(), answer.begin(), answer.end());
  example.answer = answer.size();
  example.label = label;
  return example;
}

infer::Lesson Lessons::lesson(const Example& example) const {
  infer::Lesson lesson{.ids = example.ids, .type_ids = example.type_ids, .answer = example.answer};
  const auto* const pair = std::get_if<ClassifiedPair>(&reader_);
  if (pair == nullptr) return lesson;
  lesson.is_true = example.label == Label::kTrue;
  if (pair->activation() == recipe::Activation::kSigmoid) {
    lesson.label = pair->label();
    lesson.loss = infer::Lesson::Loss::kSigmoid;
  } else {
    lesson.label = example.label == Label::kTrue ? pair->label() : 1 - pair->label();  // of two: expect_labels()
  }
  return lesson;
}

std::vector<infer::TokenId> Lessons::answers() const {
  const auto* const prompt = std::get_if<AnswerPrompt>(&reader_);
  if (prompt == nullptr) return {};
  return {prompt->no(), prompt->yes()};
}

double Lessons::score(std::span<const float> logits) const {
  if (const auto* const pair = std::get_if<ClassifiedPair>(&reader_)) return pair->score(logits);
  base::check(logits.size() == 2);
  return recipe::answer_score(logits[0], logits[1]);
}

void Lessons::expect_labels(std::size_t labels) const {
  const auto* const pair = std::get_if<ClassifiedPair>(&reader_);
  if (pair == nullptr) return;
  pair->expect_label(static_cast<std::int64_t>(labels));
  if (pair->activation() == recipe::Activation::kSoftmax && labels != 2)
    throw BadInput("the model has " + base::counted(static_cast<long>(labels), "label", "labels") +
                   ": a row says true or false, which softmax tells apart by two; \"activation\": \"sigmoid\" in the "
                   "recipe teaches one label by itself");
}

infer::Engine::Task Lessons::task() const {
  return std::holds_alternative<AnswerPrompt>(reader_) ? infer::Engine::Task::kAnswer : infer::Engine::Task::kClassify;
}

}  // namespace heed::train
