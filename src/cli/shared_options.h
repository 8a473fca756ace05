#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include "cli/command.h"
#include "collection/collection_reader.h"
#include "collection/topic_needs.h"
#include "eval/pairing.h"
#include "report/table.h"

namespace heed::cli {

/// Seeds are 0 up to this.
inline constexpr long kLargestSeed = 1'000'000'000'000'000'000;

/// Options that several commands have, with the same names and meanings. Each add_ function puts them on a command.

/// A finite number from `least` to `most`, which CLI::Range is not: it lets NaN through. Without `most`, whatever is
/// finite.
CLI::Validator number_from(double least, double most = std::numeric_limits<double>::max());
/// The same, but above `least`.
CLI::Validator number_above(double least, double most = std::numeric_limits<double>::max());

void add_format(CLI::App& app, std::string& format);
report::Format parse_format(const std::string& name);

struct JudgingFlags {
  int relevance_level = 1;
  long max_retrieved = -1;
  bool judged_only = false;
  long collection_size = 0;
};
/// -l, -M, -J, -N as trec_eval has them.
void add_judging(CLI::App& app, JudgingFlags& flags);
eval::JudgingOptions judging_options(const JudgingFlags& flags);

void add_measures(CLI::App& app, std::vector<std::string>& measures, const std::string& default_text);

/// What judging a pair asks, beside the files.
struct PairFlags {
  std::string ties = "docid";
  std::string missing = "error";
  std::uint64_t seed = 1;
  int resamples = 10000;
};
void add_ties(CLI::App& app, PairFlags& flags);
void add_missing(CLI::App& app, PairFlags& flags);
void add_bootstrap(CLI::App& app, PairFlags& flags);
eval::PairOptions pair_options(const PairFlags& flags, const JudgingFlags& judging);

/// The measures that a pair is judged by where none are asked.
std::vector<std::string> default_pair_measures();
/// `measures`, or the default ones where it is empty.
std::vector<eval::SelectedMeasure> pair_measures(const std::vector<std::string>& measures);

/// --query, which part of a TREC topic is its query; `name` is the default.
void add_query_part(CLI::App& app, std::string& name, const std::string& explanation);
/// Throws BadUsage for a name that is none.
collection::QueryPart parse_query_part(const std::string& name);

/// The type of collections of this name (--type); null where the name is empty: it is recognised. Throws BadUsage where
/// there is none.
const collection::CollectionType* collection_type(const std::string& name);

/// How many threads to use: the cores that the process may use.
int threads();

}  // namespace heed::cli
