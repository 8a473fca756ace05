#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "retrieve/reranker.h"

namespace heed::retrieve {

/// A model that people can name. To add one: write its file, then its row in models.cpp; nothing else changes.
struct Model {
  std::string_view name;
  std::string_view explanation;
  /// Whether a document's score depends on the document and the need alone. If not, all candidates of a query are
  /// scored together, and their scores are kept together.
  bool scores_each_document_alone = true;
  /// What the numbers are computed in.
  std::string_view dtype;
  std::unique_ptr<Reranker> (*open)();
  /// Changes whenever the scores may: the settings, and the fingerprint of weights where there are any.
  std::string (*identity)();
};

std::span<const Model> models();

/// The model of that name. Throws BadUsage, with the known names, where there is none.
const Model& model_named(std::string_view name);

}  // namespace heed::retrieve
