#include "eval/measure.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <optional>

#include "base/error.h"
#include "eval/rank_measures.h"

namespace heed::eval {

using base::BadUsage;

namespace {

using enum ParameterKind;
constexpr auto kMean = Average::kMean;
constexpr auto kSum = Average::kSum;
constexpr auto kGeometric = Average::kGeometric;
constexpr auto kAll = Shown::kEverywhere;
constexpr auto kSummary = Shown::kSummaryOnly;

constexpr std::string_view kManyCutoffs = "5,10,15,20,30,100,200,500,1000";
constexpr std::string_view kElevenPoints = "0,0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8,0.9,1";

constexpr Measure kMeasures[] = {
    {"runid", "the run's tag", kNone, "", Average::kNone, kSummary},
    {"num_q", "queries that were judged", kNone, "", Average::kNone, kSummary, true},
    {"num_ret", "documents retrieved", kNone, "", kSum, kAll, true, retrieved},
    {"num_rel", "relevant documents, retrieved or not", kNone, "", kSum, kAll, true, relevant},
    {"num_rel_ret", "relevant documents retrieved", kNone, "", kSum, kAll, true, relevant_retrieved},
    {"map", "mean average precision: precision at each relevant document, 0 for those not retrieved", kNone, "", kMean,
     kAll, false, average_precision},
    {"gm_map", "geometric mean of average precision (at least 0.00001 a query): weighs the hard queries", kNone, "",
     kGeometric, kSummary, false, log_average_precision},
    {"Rprec", "precision after R documents, R being the number of relevant ones", kNone, "", kMean, kAll, false,
     r_precision},
    {"bpref", "binary preference: how few judged nonrelevant documents stand above the relevant ones", kNone, "", kMean,
     kAll, false, bpref},
    {"recip_rank", "1 / rank of the first relevant document", kNone, "", kMean, kAll, false, reciprocal_rank},
    {"iprec_at_recall", "the best precision at this recall or a higher one", kFractions, kElevenPoints, kMean, kAll,
     false, interpolated_precision},
    {"P", "precision after so many documents", kCutoffs, kManyCutoffs, kMean, kAll, false, precision_at},
    {"relstring", "the grades of the first documents, a character each", kNumbers, "10", Average::kNone,
     Shown::kQueriesOnly},
    {"recall", "recall after so many documents", kCutoffs, kManyCutoffs, kMean, kAll, false, recall_at},
    {"infAP", "average precision inferred from a sample of judgments (unjudged: grade -1)", kNone, "", kMean, kAll,
     false, inferred_average_precision},
    {"gm_bpref", "geometric mean of bpref (at least 0.00001 a query)", kNone, "", kGeometric, kSummary, false,
     log_bpref},
    {"Rprec_mult", "precision after so many times R documents", kFractions, "0.2,0.4,0.6,0.8,1,1.2,1.4,1.6,1.8,2",
     kMean, kAll, false, r_precision_multiples},
    {"utility", "weighted sum of the documents found, wrongly found, missed and rightly left (-N: collection size)",
     kNumbers, "1,-1,0,0", kMean, kAll, false, utility},
    {"11pt_avg", "mean of the interpolated precision at eleven recalls", kNumberList, kElevenPoints, kMean, kAll, false,
     mean_interpolated_precision},
    {"binG", "like map, the discount growing with the logarithm of the nonrelevant documents above", kNone, "", kMean,
     kAll, false, binary_g},
    {"G", "like binG with graded gains; parameters grade=gain", kPairs, "", kMean, kAll, false, g},
    {"ndcg", "normalized discounted cumulative gain of the whole ranking; parameters grade=gain", kPairs, "", kMean,
     kAll, false, ndcg},
    {"ndcg_rel", "ndcg averaged over the ranks of relevant documents; parameters grade=gain", kPairs, "", kMean, kAll,
     false, ndcg_at_relevant},
    {"Rndcg", "ndcg averaged over the ranks where the ideal ranking changes its grade; parameters grade=gain", kPairs,
     "", kMean, kAll, false, ndcg_at_boundaries},
    {"ndcg_cut", "ndcg of the first so many documents; the gain is the grade", kCutoffs, kManyCutoffs, kMean, kAll,
     false, ndcg_at},
    {"map_cut", "average precision of the first so many documents", kCutoffs, kManyCutoffs, kMean, kAll, false,
     average_precision_at},
    {"relative_P", "precision after so many documents, relative to the best possible there", kCutoffs, kManyCutoffs,
     kMean, kAll, false, relative_precision_at},
    {"success", "1 where a relevant document is among the first so many, else 0", kCutoffs, "1,5,10", kMean, kAll,
     false, success_at},
    {"set_P", "precision of everything retrieved", kNone, "", kMean, kAll, false, set_precision},
    {"set_relative_P", "precision of everything retrieved, relative to the best possible", kNone, "", kMean, kAll,
     false, set_relative_precision},
    {"set_recall", "recall of everything retrieved", kNone, "", kMean, kAll, false, set_recall},
    {"set_map", "set precision times set recall", kNone, "", kMean, kAll, false, set_average_precision},
    {"set_F", "weighted harmonic mean of set precision and recall; the parameter weighs recall", kNumbers, "1", kMean,
     kAll, false, set_f},
    {"num_nonrel_judged_ret", "documents retrieved that were judged not relevant", kNone, "", kSum, kAll, true,
     nonrelevant_judged_retrieved},
    {"rbp", "rank-biased precision of a reader who goes on with probability p (p=0.9); parameters grade=gain too",
     kPairs, "p=0.9", kMean, kAll, false, rank_biased_precision},
    {"rbp_resid", "how much rbp could grow if all unjudged documents were relevant", kPairs, "p=0.9", kMean, kAll,
     false, rank_biased_precision_residual},
    {"unj", "share of unjudged documents among the first so many", kCutoffs, "5,10,20", kMean, kAll, false,
     unjudged_at},
};

constexpr std::string_view kOfficial[] = {"runid",  "num_q", "num_ret", "num_rel",    "num_rel_ret",     "map",
                                          "gm_map", "Rprec", "bpref",   "recip_rank", "iprec_at_recall", "P"};
constexpr std::string_view kSet[] = {"runid", "num_q",          "num_ret",    "num_rel", "num_rel_ret", "utility",
                                     "set_P", "set_relative_P", "set_recall", "set_map", "set_F"};
constexpr auto kAllNames = [] {
  std::array<std::string_view, std::size(kMeasures)> names;
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = kMeasures[i].name;
  return names;
}();

constexpr MeasureSet kSets[] = {
    {"official", "what TREC reports; the default of heed eval", kOfficial},
    {"set", "measures of unranked sets", kSet},
    {"all_trec", "every measure of this table", kAllNames},
};

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(separator, begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

/// Gains, weights and fractions beyond this mean nothing, and would not fit the counts made of them.
constexpr double kLargestParameter = 1e6;

template <class Number>
Number number_of(const Measure& measure, std::string_view text, const char* what) {
  Number value{};
  const std::string_view digits = text.starts_with('+') && !text.starts_with("+-") ? text.substr(1) : text;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  bool is_usable = error == std::errc() && end == digits.data() + digits.size();
  if constexpr (std::is_floating_point_v<Number>) is_usable = is_usable && std::abs(value) <= kLargestParameter;
  if (!is_usable)
    throw BadUsage("measure " + std::string(measure.name) + ": \"" + std::string(text) + "\" is not a " + what);
  return value;
}

template <class Number>
void sort_distinct(const Measure& measure, std::vector<Number>& values) {
  std::ranges::sort(values);
  if (std::ranges::adjacent_find(values) != values.end())
    throw BadUsage("measure " + std::string(measure.name) + ": the same parameter is given twice");
}

Parameters parse_parameters(const Measure& measure, std::string_view text) {
  Parameters parameters;
  if (text.empty()) return parameters;
  for (const std::string_view part : split(text, ',')) {
    if (measure.parameters == kCutoffs) {
      parameters.cutoffs.push_back(number_of<long>(measure, part, "whole number"));
      if (parameters.cutoffs.back() < 1)
        throw BadUsage("measure " + std::string(measure.name) + ": a cutoff is at least 1, not " + std::string(part));
    } else if (measure.parameters == kPairs) {
      const std::size_t equals = part.find('=');
      if (equals == std::string_view::npos || equals == 0)
        throw BadUsage("measure " + std::string(measure.name) + ": \"" + std::string(part) + "\" is not name=number");
      parameters.pairs.emplace_back(part.substr(0, equals),
                                    number_of<double>(measure, part.substr(equals + 1), "number"));
    } else {
      parameters.numbers.push_back(number_of<double>(measure, part, "number"));
    }
  }
  if (measure.parameters == kCutoffs) sort_distinct(measure, parameters.cutoffs);
  if (measure.parameters == kFractions) sort_distinct(measure, parameters.numbers);
  return parameters;
}

/// A measure with the parameters in `text`, or its defaults where that is empty.
SelectedMeasure select(const Measure& measure, std::string_view text) {
  const Parameters defaults = parse_parameters(measure, measure.defaults);
  SelectedMeasure selected{&measure, text.empty() ? defaults : parse_parameters(measure, text), {}};
  Parameters& parameters = selected.parameters;
  if (measure.parameters == kNumbers && parameters.numbers.size() != defaults.numbers.size())
    throw BadUsage("measure " + std::string(measure.name) + " takes " +
                   base::counted(static_cast<long>(defaults.numbers.size()), "number", "numbers"));
  if (measure.parameters == kPairs)  // after what is given, so that of two values of one name the given one comes first
    for (const auto& pair : defaults.pairs)
      if (std::ranges::find(parameters.pairs, pair.first, &std::pair<std::string, double>::first) ==
          parameters.pairs.end())
        parameters.pairs.push_back(pair);
  const std::string name(measure.name);
  for (const long cutoff : parameters.cutoffs) selected.value_names.push_back(name + "_" + std::to_string(cutoff));
  if (measure.parameters == kFractions)
    for (const double fraction : parameters.numbers) {
      std::array<char, 64> number{};
      std::snprintf(number.data(), number.size(), "%3.2f", fraction);
      selected.value_names.push_back(name + "_" + number.data());
    }
  if (selected.value_names.empty())
    selected.value_names.push_back(text.empty() ? name : name + "_" + std::string(text));
  return selected;
}

}  // namespace

std::span<const Measure> measures() {
  return kMeasures;
}
std::span<const MeasureSet> measure_sets() {
  return kSets;
}

std::vector<SelectedMeasure> select_measures(std::span<const std::string> requests) {
  std::array<std::optional<std::string>, std::size(kMeasures)> chosen;  // the parameters, "" for the defaults
  const auto choose = [&](std::string_view name, std::string_view parameters) {
    const auto row = std::ranges::find(kMeasures, name, &Measure::name);
    if (row == std::end(kMeasures))
      throw BadUsage("there is no measure " + std::string(name) + "; heed help measures lists them");
    if (row->parameters == kNone && !parameters.empty())
      throw BadUsage("measure " + std::string(name) + " takes no parameters");
    auto& entry = chosen[static_cast<std::size_t>(row - std::begin(kMeasures))];
    if (!entry || entry->empty()) entry = parameters;
  };
  for (const std::string_view request : requests) {
    const std::size_t dot = request.find('.');
    const std::string_view name = request.substr(0, dot);
    const std::string_view parameters = dot == std::string_view::npos ? "" : request.substr(dot + 1);
    if (dot != std::string_view::npos && parameters.empty())
      throw BadUsage("measure " + std::string(request) + ": there are no parameters after the dot");
    const auto set = std::ranges::find(kSets, name, &MeasureSet::name);
    if (set == std::end(kSets)) {
      choose(name, parameters);
    } else if (!parameters.empty()) {
      throw BadUsage("measure set " + std::string(name) + " takes no parameters");
    } else {
      for (const std::string_view member : set->members) choose(member, "");
    }
  }
  std::vector<SelectedMeasure> selected;
  for (std::size_t i = 0; i < chosen.size(); ++i)
    if (chosen[i]) selected.push_back(select(kMeasures[i], *chosen[i]));
  return selected;
}

}  // namespace heed::eval
