#pragma once

#include <unordered_map>

#include "retrieve/pair_scorer.h"
#include "retrieve/recipe.h"
#include "text/tokenizer.h"

namespace heed::retrieve {

/// Query and document become vectors apart (E5, BGE, GritLM..); the score is their cosine or dot product. A document's
/// vector is kept, so that every arm and every query that meets it again costs nothing.
class BiEncoder : public PairScorer {
 public:
  BiEncoder(BiEncoderRecipe recipe, text::Tokenizer tokenizer, std::unique_ptr<infer::Embedder> embedder, int threads);

  struct Vector {
    std::vector<float> elements;
    std::size_t tokens = 0;
  };
  /// Vectors of prompted texts (query_text, document_text of recipe.h), in order; each distinct text is computed once.
  std::vector<Vector> encode(std::span<const PromptedText> texts);

  const BiEncoderRecipe& recipe() const { return recipe_; }
  const infer::ModelFacts& facts() const override { return embedder_->facts(); }
  std::vector<PairScore> score(std::span<const NeedAndDocument> pairs) override;
  std::optional<std::string> shortfall(const collection::Need& need) const override;

  /// Texts that went through the model since it was opened.
  long computed() const { return computed_; }

 private:
  struct Tokens {
    text::Encoding encoding;
    std::size_t prompt = 0;  ///< leading tokens that are the prompt's
  };
  text::Encoding encode_whole(const PromptedText& text, std::optional<int> max_length) const;
  Tokens tokens_of(const PromptedText& text) const;
  std::vector<Vector> compute(std::span<const PromptedText* const> texts);
  const Vector& kept(const PromptedText& text) const;
  void keep(std::span<const PromptedText> texts);
  double similarity(std::span<const float> a, std::span<const float> b) const;

  BiEncoderRecipe recipe_;
  text::Tokenizer tokenizer_;
  std::unique_ptr<infer::Embedder> embedder_;
  int threads_;
  long computed_ = 0;
  std::unordered_map<std::string, Vector> kept_;  // by prompt and text
};

}  // namespace heed::retrieve
