#include "retrieve/models.h"

#include "base/error.h"
#include "retrieve/bm25_candidates.h"

namespace heed::retrieve {

namespace {

constexpr Bm25Parameters kWholeStopList{.stop_list = text::StopList::kNltk};

const Model kModels[] = {
    {"bm25", "BM25 over each query's candidates, as the paper ran it", false, "float64",
     [](VectorStore*) -> std::unique_ptr<Reranker> { return std::make_unique<Bm25Candidates>(); },
     [] { return Bm25Candidates::describe({}); }},
    {"bm25-nltk", "bm25 with the whole of NLTK's stop list: \"any\" is on it", false, "float64",
     [](VectorStore*) -> std::unique_ptr<Reranker> { return std::make_unique<Bm25Candidates>(kWholeStopList); },
     [] { return Bm25Candidates::describe(kWholeStopList); }},
};

}  // namespace

std::span<const Model> models() {
  return kModels;
}

const Model& model_named(std::string_view name) {
  std::string known;
  for (const Model& model : kModels) {
    if (model.name == name) return model;
    known += (known.empty() ? "" : ", ") + std::string(model.name);
  }
  throw base::BadUsage("there is no model " + std::string(name) + "; known: " + known);
}

}  // namespace heed::retrieve
