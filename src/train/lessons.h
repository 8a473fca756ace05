#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "collection/document.h"
#include "collection/need.h"
#include "infer/engine.h"
#include "infer/learner.h"
#include "recipe/answer_prompt.h"
#include "recipe/classified_pair.h"
#include "recipe/label.h"
#include "recipe/recipe.h"

namespace heed::train {

/// What a model reads of a need and a document, as tokens.
struct Example {
  std::vector<infer::TokenId> ids;
  std::vector<infer::TokenId> type_ids{};  ///< of classifiers
  bool is_cut = false;                     ///< the document lost its end, or the prompt, as the recipe has it
  std::size_t answer = 0;                  ///< of language models: so many of the last ids are the answer
  recipe::Label label = recipe::Label::kFalse;
};

/// The paper's longest prompt with its answer (Weller et al. 2024, appendix C).
inline constexpr int kDefaultMaxLength = 2048;

/// Turns needs and documents into what is taught, by the functions that score and serve: a language model reads
/// recipe::AnswerPrompt's prompt and then its answer, a classifier recipe::ClassifiedPair's pair. A prompt leaves room
/// for the longer of the two answers, so that where a document is cut says nothing of its label. May be used by several
/// threads at once.
class Lessons {
 public:
  /// Of the checkpoint in `folder`, whose weights are not read. `max_length`: tokens of prompt and answer together;
  /// without one the least of kDefaultMaxLength, the recipe's and the model's positions. Throws BadInput where the
  /// recipe's kind cannot be taught or is not the architecture's, an answer is no token, a file is missing; BadUsage
  /// for a max_length above the recipe's or the model's positions.
  static Lessons open(const std::filesystem::path& folder, const recipe::ModelRecipe& recipe,
                      std::optional<int> max_length);

  /// A judged pair. Throws BadInput where no document fits beside the need.
  Example example(const collection::Need& need, const collection::Document& document, recipe::Label label) const;
  /// The same pair without its answer.
  Example question(const collection::Need& need, const collection::Document& document) const;
  /// As the learner takes it, borrowing from the example.
  infer::Lesson lesson(const Example& example) const;

  /// The tokens that are compared after a question: no and yes; none of classifiers.
  std::vector<infer::TokenId> answers() const;
  /// What the logits of a question mean: P(relevant).
  double score(std::span<const float> logits) const;
  /// Throws BadInput where a classifier with so many labels cannot be taught by the recipe: softmax wants two of them,
  /// and the recipe's among them.
  void expect_labels(std::size_t labels) const;

  infer::Engine::Task task() const;
  int max_length() const { return max_length_; }

 private:
  using Reader = std::variant<recipe::AnswerPrompt, recipe::ClassifiedPair>;
  Lessons(Reader reader, int max_length);

  Reader reader_;
  int max_length_;
  std::vector<infer::TokenId> yes_, no_;  // the answers of a language model, end token included
};

}  // namespace heed::train
