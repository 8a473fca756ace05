#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "retrieve/reranker.h"
#include "retrieve/vectors.h"

namespace heed::retrieve {

/// Something that ranks candidates: a row of the table, or a checkpoint that was opened (local_model.h).
struct Model {
  std::string name;
  std::string explanation;
  /// Whether a document's score depends on the document and the need alone. If not, all candidates of a query are
  /// scored together, and their scores are kept together.
  bool scores_each_document_alone = true;
  /// What the numbers are computed in.
  std::string dtype;
  /// With a store, vectors are kept there (null: in memory alone); it has to outlive the reranker.
  std::function<std::unique_ptr<Reranker>(VectorStore* vectors)> open{};
  /// Changes whenever the scores may: the settings, and the fingerprint of weights where there are any.
  std::function<std::string()> identity{};
  /// Whether one instance keeps all threads busy, so that more of them would only take turns.
  bool uses_all_threads = false;
  /// Whether a score is made of vectors, of which each text has one: cheap once they are there.
  bool makes_vectors = false;
  /// The vectors themselves, of a model that makes them.
  std::function<std::unique_ptr<TextEncoder>(VectorStore* vectors)> open_encoder{};
  /// Documents that are scored, and their scores kept, at a time: what a crash can cost.
  std::size_t block = 64;
  /// Whether score() is given one need at a time, so that each answer of a service is kept as soon as it is there.
  bool takes_one_need = false;
  /// Instances at work at once, for a service that answers several requests; 0: as many as there are threads.
  int instances = 0;
};

/// The models that need no checkpoint. To add one: write its file, then its row in models.cpp; nothing else changes.
std::span<const Model> models();

/// The model of that name. Throws BadUsage, with the known names, where there is none.
const Model& model_named(std::string_view name);

}  // namespace heed::retrieve
