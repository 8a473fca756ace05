#include "cli/collection_index.h"

#include <cmath>

#include "base/error.h"
#include "format/fields.h"
#include "retrieve/dense_index.h"

namespace heed::cli {

namespace {

std::string describe(const IndexSearchFlags& flags) {
  std::string text = "BM25 as Lucene computes it, k1 " + format::exact(flags.bm25.k1) + ", b " +
                     format::exact(flags.bm25.b) + ", English analysis";
  if (flags.has_rm3)
    text += ", RM3 of " + std::to_string(flags.rm3.documents) + " documents and " + std::to_string(flags.rm3.terms) +
            " terms, original weight " + format::exact(flags.rm3.original_weight);
  return text;
}

std::string passages_of(const retrieve::IndexHead& head) {
  const auto passages = head.details.find("passages");
  return passages == head.details.end() ? std::string() : ", passages " + passages->dump();
}

/// Throws BadUsage where an option was given that this index has no use for.
void check_flags(const std::filesystem::path& folder, const retrieve::IndexHead& head, const IndexSearchFlags& flags) {
  const bool is_dense = head.kind == retrieve::kDenseKind;
  const std::string method = is_dense ? retrieve::text_field(folder, head.details, "method") : "";
  const std::string is = folder.string() + " is an index of " + (is_dense ? "vectors (" + method + ")" : "words");
  if (is_dense) refuse_given(flags.of_words, is);
  if (method != "hnsw") refuse_given(flags.of_hnsw, is);
  if (method != "ivf") refuse_given(flags.of_ivf, is);
}

}  // namespace

void refuse_given(const std::vector<const CLI::Option*>& options, const std::string& reason) {
  for (const CLI::Option* const option : options)
    if (option->count() > 0) throw base::BadUsage(option->get_name() + " has no effect: " + reason);
}

void add_index_search(CLI::App& app, IndexSearchFlags& flags) {
  auto* const k1 = app.add_option("--k1", flags.bm25.k1, "BM25: how slowly a term's repetitions cease to count")
                       ->type_name("X")
                       ->check(CLI::Range(0.0, 1000.0))
                       ->capture_default_str();
  auto* const b = app.add_option("--b", flags.bm25.b, "BM25: how much a document's length counts")
                      ->type_name("X")
                      ->check(CLI::Range(0.0, 1.0))
                      ->capture_default_str();
  auto* const rm3 = app.add_flag("--rm3", flags.has_rm3, "BM25: search again with terms of the first documents (RM3)");
  app.add_option("--rm3-documents", flags.rm3.documents, "how many documents they come from")
      ->type_name("N")
      ->check(CLI::Range(1, 1000))
      ->needs(rm3)
      ->capture_default_str();
  app.add_option("--rm3-terms", flags.rm3.terms, "how many terms")
      ->type_name("N")
      ->check(CLI::Range(1, 10000))
      ->needs(rm3)
      ->capture_default_str();
  app.add_option("--rm3-original-weight", flags.rm3.original_weight, "what the query's own terms count")
      ->type_name("X")
      ->check(CLI::Range(0.0, 1.0))
      ->needs(rm3)
      ->capture_default_str();
  flags.of_words = {k1, b, rm3};
  flags.of_hnsw = {
      app.add_option(
             "--in-view", flags.effort.in_view,
             "an hnsw index of vectors: how many are looked at on the way. Default: 256, or as many as are asked for")
          ->type_name("N")
          ->check(CLI::Range(1, 10'000'000))};
  flags.of_ivf = {app.add_option("--probes", flags.effort.probes,
                                 "an ivf index of vectors: how many cells are looked into. Default: an eighth of them")
                      ->type_name("N")
                      ->check(CLI::Range(1, 10'000'000))};
}

namespace {

/// A number that is none passes every range.
void require_numbers(const IndexSearchFlags& flags) {
  for (const auto& [name, value] :
       {std::pair("--k1", flags.bm25.k1), {"--b", flags.bm25.b}, {"--rm3-original-weight", flags.rm3.original_weight}})
    if (std::isnan(value)) throw base::BadUsage(std::string(name) + " is not a number");
}

}  // namespace

OpenIndex open_index(const std::filesystem::path& folder, const IndexSearchFlags& flags, const NeedEncoder& encoder) {
  OpenIndex index;
  require_numbers(flags);
  index.head = retrieve::read_index_head(folder);
  check_flags(folder, index.head, flags);
  const std::string collection = ", collection " + index.head.collection + passages_of(index.head);
  if (index.head.kind == retrieve::kDenseKind) {
    if (encoder.model == nullptr)
      throw base::BadInput(folder.string() + " is an index of vectors: --model names the model that made them");
    index.retriever = std::make_unique<retrieve::DenseIndex>(
        folder, *encoder.model, encoder.store,
        retrieve::DenseSearchOptions{.threads = flags.threads, .effort = flags.effort});
    index.identity =
        encoder.model->identity() + collection + ", " + retrieve::text_field(folder, index.head.details, "method");
    return index;
  }
  retrieve::Bm25SearchOptions options{.bm25 = flags.bm25, .threads = flags.threads};
  if (flags.has_rm3) options.rm3 = flags.rm3;
  index.retriever = std::make_unique<retrieve::Bm25Index>(folder, options);
  index.identity = describe(flags) + collection;
  return index;
}

}  // namespace heed::cli
