#include <optional>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "cli/collection_index.h"
#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/model_options.h"
#include "cli/progress.h"
#include "cli/shared_options.h"
#include "cli/terminal.h"
#include "collection/run.h"
#include "collection/topic_needs.h"
#include "retrieve/dense_index.h"

namespace heed::cli {

namespace {

struct Options {
  std::string index, topics, output, tag;
  std::string arm = "none", part = "title";
  std::size_t k = 1000;
  IndexSearchFlags search;
  ModelFlags model;  ///< of an index of vectors
};

constexpr std::size_t kTogether = 64;  // needs that are searched between two lines of progress

collection::TopicNeeds needs_of(const Options& options) {
  const auto arm = collection::arm_named(options.arm);
  if (!arm) throw base::BadUsage("there is no arm " + options.arm + "; there are none, og, changed, keywords, short");
  return read_needs(options.topics, *arm, parse_query_part(options.part));
}

/// The model that made the index: the one that was named, else the one that the index names; none for an index of
/// words.
std::optional<retrieve::Model> model_of(const Options& options) {
  const retrieve::IndexHead head = retrieve::read_index_head(options.index);
  ModelFlags flags = options.model;
  if (head.kind != retrieve::kDenseKind) {
    if (!flags.model.empty() && flags.model != head.kind)
      throw base::BadUsage(options.index + " is an index of words, which no model searches");
    return std::nullopt;
  }
  if (!flags.model.empty()) return open_model(flags);
  flags.model = retrieve::text_field(options.index, head.details, "model");
  try {
    return open_model(flags);
  } catch (const base::BadUsage& unknown) {
    throw base::BadUsage(options.index + " was made by the model " + flags.model + "; --model says where it is (" +
                         unknown.what() + ")");
  }
}

std::string run_lines(std::string_view query, const std::vector<retrieve::Found>& found, const std::string& tag) {
  std::string text;
  for (std::size_t i = 0; i < found.size(); ++i)
    text += collection::run_line({query, found[i].document, static_cast<long>(i) + 1, found[i].score, tag});
  return text;
}

/// A sentence about queries that found nothing, naming the first.
std::string nothing_found(const std::vector<std::string>& queries) {
  constexpr std::size_t kNamed = 5;
  std::string names;
  for (std::size_t i = 0; i < std::min(kNamed, queries.size()); ++i) names += (i == 0 ? "" : ", ") + queries[i];
  if (queries.size() > kNamed) names += ", ..";
  return base::counted(static_cast<long>(queries.size()), "query", "queries") + " found nothing: " + names;
}

void run_search(const Options& options) {
  if (options.tag.find_first_of(" \t\r\n") != std::string::npos) throw base::BadUsage("--tag is a word without blanks");
  if (options.output.empty()) throw base::BadUsage("--output names the file for the run; it is empty");
  const auto topics = needs_of(options);
  const auto model = model_of(options);
  IndexSearchFlags search = options.search;
  search.threads = threads();
  const auto index = open_index(options.index, search, {.model = model ? &*model : nullptr});
  const std::string tag = !options.tag.empty() ? options.tag : model ? model->name : "bm25";
  say_all(topics.notes);
  const bool is_stdout = options.output == "-";
  const InterruptWatch watch;
  ProgressView view(options.index);
  std::string run;
  std::vector<std::string> without;
  const auto total = static_cast<long>(topics.needs.size());
  view.show("searched", 0, total, 0);
  for (std::size_t begin = 0; begin < topics.needs.size(); begin += kTogether) {
    check_interrupt();
    const std::size_t end = std::min(begin + kTogether, topics.needs.size());
    std::vector<collection::Need> needs;
    for (std::size_t i = begin; i < end; ++i) needs.push_back(topics.needs[i].need);
    const auto results = index.retriever->search(needs, options.k);
    for (std::size_t i = begin; i < end; ++i) {
      run += run_lines(topics.needs[i].id.text(), results[i - begin], tag);
      if (results[i - begin].empty()) without.push_back(topics.needs[i].id.str());
    }
    if (is_stdout) print(std::exchange(run, {}));
    view.show("searched", static_cast<long>(end), total, 0);
  }
  if (!is_stdout) base::write_file(options.output, run);
  if (!without.empty()) say(nothing_found(without));
}

}  // namespace

void set_up_search(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  app.add_option("--index", options->index, "what heed index has made")->type_name("FOLDER")->required();
  app.add_option("--topics", options->topics,
                 "topics or queries in any form that heed reads, or the folder of a benchmark")
      ->type_name("FILE")
      ->required();
  app.add_option("--arm", options->arm,
                 "what is searched for: none is the query alone, og the query with its instruction")
      ->type_name("none|og|changed|keywords|short")
      ->capture_default_str();
  add_query_part(app, options->part, "which part of a TREC topic is its query");
  app.add_option("--k", options->k, "documents for each topic, at most")
      ->type_name("N")
      ->check(CLI::Range(1, 10'000'000))
      ->capture_default_str();
  add_index_search(app, options->search);
  add_model(app, options->model);
  add_remote_model(app, options->model);
  add_recipe_style(app, options->model);
  app.get_option("--model")->required(false)->description(
      "of an index of vectors, the model that made it, if it is not where its name leads: " +
      app.get_option("--model")->get_description());
  app.add_option("--tag", options->tag, "the run's name. Default: bm25, or the model's name")->type_name("WORD");
  app.add_option("--output", options->output, "the TREC run; - is standard output")->type_name("FILE")->required();
  app.footer(
      "Writes a TREC run: for each topic its best documents by BM25 (Lucene's formula and analysis; Anserini's k1, b "
      "and RM3)\n"
      "or, in an index of vectors, by their cosine or dot product. In an index of passages a document's score is its "
      "best "
      "one's.\n"
      "  heed index --collection nfcorpus --index nfcorpus.index\n"
      "  heed search --index nfcorpus.index --topics nfcorpus/queries.jsonl --output bm25.run\n"
      "  heed eval nfcorpus/qrels/test.tsv bm25.run -m ndcg_cut.10\n"
      "Equal scores are ordered by document id, descending, as trec_eval does.");
  app.callback([options] { run_search(*options); });
}

}  // namespace heed::cli
