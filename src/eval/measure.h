#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "eval/judged_ranking.h"

namespace heed::eval {

/// What may follow a measure's name and a dot: `P.5,10`, `set_F.0.5`, `ndcg.1=3,2=9`.
enum class ParameterKind {
  kNone,
  kCutoffs,     ///< whole numbers of documents, at least 1; one value each, sorted: P_5, P_10
  kFractions,   ///< real numbers; one value each, sorted: iprec_at_recall_0.10
  kNumbers,     ///< as many real numbers as the defaults, one value in all: utility_2,-1,0,0
  kNumberList,  ///< any real numbers, one value in all: 11pt_avg_0.25,0.5,0.75
  kPairs,       ///< name=number, one value in all: rbp_p=0.8; an integer name is a grade, its number the grade's gain
};

/// The parameters of one measure, as its kind has them.
struct Parameters {
  std::vector<long> cutoffs;
  std::vector<double> numbers;  ///< of kFractions, kNumbers and kNumberList
  std::vector<std::pair<std::string, double>> pairs;
};

/// How the value over all queries comes from those of each.
enum class Average {
  kMean,
  kSum,
  kGeometric,  ///< exp of the mean of logarithms; each query's value is already the logarithm
  kNone,       ///< no number: the run's tag, the count of queries, a string
};

enum class Shown { kEverywhere, kSummaryOnly, kQueriesOnly };

/// A row of the table of measures: trec_eval's `all_trec` set, names and figures alike. docs/measures.md has the
/// formulas.
struct Measure {
  std::string_view name;
  std::string_view explanation;  ///< one line
  ParameterKind parameters = ParameterKind::kNone;
  std::string_view defaults;  ///< the parameters where none are given
  Average average = Average::kMean;
  Shown shown = Shown::kEverywhere;
  bool is_count = false;  ///< printed as a whole number
  /// Fills one value for each cutoff or fraction, or the only one. Null for what is no number.
  void (*compute)(const JudgedRanking&, const Parameters&, std::span<double> values) = nullptr;
};

/// All measures, in the order in which they are printed, which is trec_eval's.
std::span<const Measure> measures();

/// A name for several measures.
struct MeasureSet {
  std::string_view name;
  std::string_view explanation;
  std::span<const std::string_view> members;
};
std::span<const MeasureSet> measure_sets();

/// A measure with its parameters, and the names of its values.
struct SelectedMeasure {
  const Measure* measure = nullptr;
  Parameters parameters;
  std::vector<std::string> value_names;
};

/// The measures that requests such as `map`, `P.5,10` and `all_trec` name, each once, in the table's order. As in
/// trec_eval, of two requests for a measure the first that has parameters decides; parameters of a set, and of a
/// measure that takes none, are refused here, where trec_eval ignores them. Throws BadUsage for an unknown name and
/// for parameters that cannot be read.
std::vector<SelectedMeasure> select_measures(std::span<const std::string> requests);

}  // namespace heed::eval
