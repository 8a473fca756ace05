#pragma once

#include "recipe/recipe.h"
#include "retrieve/pair_scorer.h"
#include "retrieve/vectors.h"
#include "text/tokenizer.h"

namespace heed::retrieve {

/// Query and document become vectors apart (E5, BGE, GritLM..); the score is their cosine or dot product. A text's
/// vector is kept, so that every arm and every query that meets it again costs nothing.
class BiEncoder : public PairScorer {
 public:
  BiEncoder(recipe::BiEncoderRecipe recipe, text::Tokenizer tokenizer, std::unique_ptr<infer::Embedder> embedder,
            int threads);

  /// Vectors of prompted texts (query_text, document_text of recipe.h), in order; each distinct text is computed once.
  std::vector<Vector> encode(std::span<const recipe::PromptedText> texts);

  const recipe::BiEncoderRecipe& recipe() const { return recipe_; }
  const infer::ModelFacts& facts() const override { return embedder_->facts(); }
  std::vector<PairScore> score(std::span<const NeedAndDocument> pairs) override;
  std::optional<std::string> shortfall(const collection::Need& need) const override;

  /// Vectors are kept here too from now on; null: in memory alone.
  void keep_in(VectorStore* store) { kept_.keep_in(store); }
  /// How the vectors of these texts are found and, where they are missing, computed.
  KeptVectors& kept() { return kept_; }
  VectorWork work(std::span<const recipe::PromptedText> texts);

  /// Texts that went through the model since it was opened.
  long computed() const { return kept_.computed(); }

 private:
  struct Tokens {
    text::Encoding encoding;
    std::size_t prompt = 0;  ///< leading tokens that are the prompt's
  };
  text::Encoding encode_whole(const recipe::PromptedText& text, std::optional<int> max_length) const;
  Tokens tokens_of(const recipe::PromptedText& text) const;
  std::vector<Vector> compute(std::span<const recipe::PromptedText> texts, std::span<const std::size_t> positions);

  recipe::BiEncoderRecipe recipe_;
  text::Tokenizer tokenizer_;
  std::unique_ptr<infer::Embedder> embedder_;
  int threads_;
  KeptVectors kept_;
};

/// Ranks candidates by their vectors. Several may share an encoder, one after the other.
class VectorReranker : public Reranker, public TextEncoder {
 public:
  /// `store` may be null.
  VectorReranker(std::shared_ptr<BiEncoder> encoder, VectorStore* store) : encoder_(std::move(encoder)) {
    encoder_->keep_in(store);
  }
  std::vector<std::vector<double>> score(std::span<const collection::Need> needs,
                                         std::span<const collection::Document> documents) override;
  std::optional<std::string> shortfall(const collection::Need& need) override { return encoder_->shortfall(need); }
  void prepare(std::span<const collection::Need> needs, std::span<const collection::Document> documents,
               const Progress& progress) override;
  TextCount unprepared(std::span<const collection::Need> needs,
                       std::span<const collection::Document> documents) override;
  std::optional<Embedded> embedded(std::span<const collection::Need> needs,
                                   std::span<const collection::Document> documents) override;
  recipe::Similarity similarity() const override { return encoder_->recipe().similarity; }
  std::vector<std::span<const float>> encode(std::span<const collection::Need> needs,
                                             std::span<const collection::Document> documents) override;

 private:
  std::shared_ptr<BiEncoder> encoder_;
};

}  // namespace heed::retrieve
