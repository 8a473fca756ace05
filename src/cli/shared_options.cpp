#include "cli/shared_options.h"

#include <cmath>
#include <sstream>

#include "base/error.h"
#include "base/parallel.h"

namespace heed::cli {

using base::BadUsage;

namespace {
constexpr long kMostDocuments = 1'000'000'000'000;

std::string numeral(double number) {
  std::ostringstream text;
  text << number;
  return text.str();
}

/// `is_in`: whether a number that is not NaN is in the range.
template <class IsIn>
CLI::Validator number_check(const std::string& least, double most, IsIn is_in) {
  const std::string range =
      least + (most < std::numeric_limits<double>::max() ? " and at most " + numeral(most) : std::string());
  const auto check = [range, is_in](const std::string& word) -> std::string {
    double number = 0;
    const bool is_number = CLI::detail::lexical_cast(word, number) && std::isfinite(number);
    return is_number && is_in(number) ? "" : word + " is no number " + range;
  };
  return CLI::Validator(check, "", "");
}
}  // namespace

CLI::Validator number_from(double least, double most) {
  return number_check("of at least " + numeral(least), most, [=](double x) { return x >= least && x <= most; });
}

CLI::Validator number_above(double least, double most) {
  return number_check("above " + numeral(least), most, [=](double x) { return x > least && x <= most; });
}

void add_format(CLI::App& app, std::string& format) {
  std::string names;
  for (const report::FormatRow& row : report::formats())
    names += (names.empty() ? "" : ", ") + std::string(row.name) + " (" + std::string(row.explanation) + ")";
  app.add_option("--format", format, "how to write the result: " + names)->type_name("NAME")->capture_default_str();
}

report::Format parse_format(const std::string& name) {
  const auto format = report::format_named(name);
  if (!format) throw BadUsage("there is no format " + name + "; heed help eval lists them");
  return *format;
}

void add_judging(CLI::App& app, JudgingFlags& flags) {
  app.add_option("-l,--level", flags.relevance_level, "the least grade that counts as relevant")
      ->check(CLI::Range(0, collection::kLargestGrade))
      ->type_name("GRADE")
      ->capture_default_str();
  app.add_option("-M,--max-retrieved", flags.max_retrieved, "judge only the first NUM documents of each query")
      ->check(CLI::Range(0L, kMostDocuments))
      ->type_name("NUM");
  app.add_flag("-J,--judged-only", flags.judged_only, "leave documents without a judgment out of the rankings");
  app.add_option("-N,--collection-size", flags.collection_size, "documents in the collection, for the measure utility")
      ->check(CLI::Range(0L, kMostDocuments))
      ->type_name("NUM");
}

eval::JudgingOptions judging_options(const JudgingFlags& flags) {
  eval::JudgingOptions options;
  options.relevance_level = flags.relevance_level;
  options.max_retrieved = flags.max_retrieved;
  options.judged_only = flags.judged_only;
  options.collection_size = flags.collection_size;
  return options;
}

void add_measures(CLI::App& app, std::vector<std::string>& measures, const std::string& default_text) {
  app.add_option(
         "-m,--measure", measures,
         "a measure, a measure with parameters (P.5,10; ndcg.1=3,2=9) or a set (official, set, all_trec); may be "
         "repeated; heed help measures lists them. Default: " +
             default_text)
      ->type_name("NAME[.PARAMS]")
      ->allow_extra_args(false);
}

void add_ties(CLI::App& app, PairFlags& flags) {
  app.add_option(
         "--ties", flags.ties,
         "documents of equal score are ordered by docid (descending, as trec_eval and mteb from 2.19.5), by input "
         "(as they came, as mteb before), or expected: p-MRR is the mean over all their orders. The measures always "
         "go by docid")
      ->type_name("docid|input|expected")
      ->capture_default_str();
}

void add_missing(CLI::App& app, PairFlags& flags) {
  app.add_option("--missing", flags.missing,
                 "a judged query that a run lacks is an error; skip leaves it out of all averages, zero counts it as 0")
      ->type_name("error|skip|zero")
      ->capture_default_str();
}

void add_bootstrap(CLI::App& app, PairFlags& flags) {
  app.add_option("--seed", flags.seed, "seed of the bootstrap; the same seed gives the same interval")
      ->check(CLI::Range(0L, kLargestSeed))
      ->type_name("NUM")
      ->capture_default_str();
  app.add_option("--resamples", flags.resamples, "bootstrap samples of the queries")
      ->type_name("NUM")
      ->check(CLI::Range(1, 10000000))
      ->capture_default_str();
}

eval::PairOptions pair_options(const PairFlags& flags, const JudgingFlags& judging) {
  eval::PairOptions options;
  bool is_known = false;
  for (const eval::Ties ties : {eval::Ties::kDocumentId, eval::Ties::kInput, eval::Ties::kExpected})
    if (name_of(ties) == flags.ties) {
      options.ties = ties;
      is_known = true;
    }
  if (!is_known) throw BadUsage("--ties is docid, input or expected, not " + flags.ties);
  if (flags.missing == "skip")
    options.missing = eval::Missing::kSkip;
  else if (flags.missing == "zero")
    options.missing = eval::Missing::kZero;
  else if (flags.missing != "error")
    throw BadUsage("--missing is error, skip or zero, not " + flags.missing);
  options.judging = judging_options(judging);
  options.bootstrap.seed = flags.seed;
  options.bootstrap.resamples = flags.resamples;
  options.threads = threads();
  return options;
}

std::vector<std::string> default_pair_measures() {
  return {"recip_rank", "P.10", "recall.100", "ndcg_cut.5,10,20", "map_cut.1000"};
}

std::vector<eval::SelectedMeasure> pair_measures(const std::vector<std::string>& measures) {
  return eval::select_measures(measures.empty() ? default_pair_measures() : measures);
}

void add_query_part(CLI::App& app, std::string& name, const std::string& explanation) {
  std::string names;
  for (const std::string_view known : collection::kQueryPartNames)
    names += (names.empty() ? "" : "|") + std::string(known);
  app.add_option("--query", name, explanation)->type_name(names)->capture_default_str();
}

collection::QueryPart parse_query_part(const std::string& name) {
  if (const auto part = collection::query_part_named(name)) return *part;
  throw base::BadUsage("--query is title, description or title+description, not " + name);
}

const collection::CollectionType* collection_type(const std::string& name) {
  if (name.empty()) return nullptr;
  if (const auto* const type = collection::collection_type_named(name)) return type;
  throw BadUsage("there is no type of collections " + name + "; there are " + collection::collection_type_names());
}

int threads() {
  return base::usable_cores();
}

}  // namespace heed::cli
