#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "recipe/recipe.h"
#include "retrieve/bi_encoder.h"
#include "retrieve/models.h"
#include "retrieve/pair_scorer.h"
#include "text/tokenizer.h"

namespace heed::retrieve {

/// A checkpoint on disk and what it is for.
struct LocalModelSource {
  std::string name;  ///< how people call it
  std::filesystem::path folder;
  recipe::ModelRecipe recipe;
  /// In place of the recipe's adapter, which is a folder below the checkpoint's.
  std::optional<std::filesystem::path> adapter;
  infer::EngineOptions options;
};

/// Opens the tokenizer, the weights and the engine, as the recipe's kind wants them. Throws BadInput, naming the file,
/// where one is missing or wrong, the architecture cannot do what the recipe asks, max_length is beyond the model's
/// positions, or an answer is no token.
std::unique_ptr<PairScorer> open_scorer(const LocalModelSource& source);

/// The same, for its vectors. Throws BadInput where the recipe is not a bi-encoder's.
std::unique_ptr<BiEncoder> open_bi_encoder(const LocalModelSource& source);

/// A row like those of models(): opened now, and shared by all that open it.
Model open_model(const LocalModelSource& source);

}  // namespace heed::retrieve
