#include "eval/rank_measures.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "eval/gains.h"

// Legend: R = ranking.relevant, n = ranking.retrieved(), i = a position in the ranking, from 0.
namespace heed::eval {

namespace {

/// The least value of which a geometric mean takes the logarithm.
constexpr double kLeastForLogarithm = 0.00001;
/// infAP's correction for the documents that were never judged.
constexpr double kInferredEpsilon = 0.00001;

double ratio(long part, long whole) {
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : 0;
}

/// log2(i + 2), the discount of position i. Kept for the ranks that are asked most.
double discount(long i) {
  static const auto kTable = [] {
    std::array<double, 2048> table{};
    for (std::size_t k = 0; k < table.size(); ++k) table[k] = std::log2(static_cast<double>(k + 2));
    return table;
  }();
  return static_cast<std::size_t>(i) < kTable.size() ? kTable[static_cast<std::size_t>(i)]
                                                     : std::log2(static_cast<double>(i + 2));
}

/// Calls visit(position, relevant so far including this one) at each relevant document.
template <class Visit>
void at_relevant(const JudgedRanking& ranking, const Visit& visit) {
  long found = 0;
  for (long i = 0; i < ranking.retrieved(); ++i)
    if (ranking.is_relevant(ranking.grades[static_cast<std::size_t>(i)])) visit(i, ++found);
}

/// For each cutoff, how many of the first so many documents `counts(grade)`.
template <class Counts>
std::vector<long> counts_at(const JudgedRanking& ranking, std::span<const long> cutoffs, const Counts& counts) {
  std::vector<long> result;
  long found = 0;
  long i = 0;
  for (const long cutoff : cutoffs) {
    for (; i < std::min(cutoff, ranking.retrieved()); ++i) found += counts(ranking.grades[static_cast<std::size_t>(i)]);
    result.push_back(found);
  }
  return result;
}

std::vector<long> relevant_at(const JudgedRanking& ranking, std::span<const long> cutoffs) {
  return counts_at(ranking, cutoffs, [&](int grade) { return ranking.is_relevant(grade); });
}

double average_precision_of(const JudgedRanking& ranking) {
  double sum = 0;
  at_relevant(ranking, [&](long i, long found) { sum += static_cast<double>(found) / static_cast<double>(i + 1); });
  return ranking.relevant_retrieved > 0 ? sum / static_cast<double>(ranking.relevant) : 0;
}

double bpref_of(const JudgedRanking& ranking) {
  long judged_nonrelevant = 0;
  const long levels = std::min<long>(ranking.relevance_level, static_cast<long>(ranking.judged_with.size()));
  for (long g = 0; g < levels; ++g) judged_nonrelevant += ranking.judged_with[static_cast<std::size_t>(g)];
  long above = 0;
  double sum = 0;
  for (const int grade : ranking.grades) {
    if (grade < 0) continue;
    if (!ranking.is_relevant(grade))
      ++above;
    else
      sum += above == 0 ? 1.0
                        : 1.0 - static_cast<double>(std::min(above, ranking.relevant)) /
                                    static_cast<double>(std::min(judged_nonrelevant, ranking.relevant));
  }
  return ranking.relevant > 0 ? sum / static_cast<double>(ranking.relevant) : sum;
}

/// Interpolated precision at each fraction of recall, from the last fraction to the first: visit(index, precision)
/// for those that the ranking reaches.
template <class Visit>
void visit_interpolated(const JudgedRanking& ranking, std::span<const double> fractions, const Visit& visit) {
  if (ranking.retrieved() == 0) return;
  std::vector<long> wanted;  // relevant documents that each fraction asks for
  for (const double fraction : fractions)
    wanted.push_back(std::lround(fraction * static_cast<double>(ranking.relevant)));
  long at = static_cast<long>(fractions.size()) - 1;
  const auto wants = [&](long index) { return wanted[static_cast<std::size_t>(index)]; };
  while (at >= 0 && wants(at) > ranking.relevant_retrieved) --at;
  long found = ranking.relevant_retrieved;
  double best = ratio(found, ranking.retrieved());
  for (long i = ranking.retrieved(); i > 0 && found > 0; --i) {
    best = std::max(best, static_cast<double>(found) / static_cast<double>(i));
    if (!ranking.is_relevant(ranking.grades[static_cast<std::size_t>(i - 1)])) continue;
    for (; at >= 0 && wants(at) == found; --at) visit(at, best);
    --found;
  }
  for (; at >= 0; --at) visit(at, best);
}

double persistence(const Parameters& parameters) {
  double p = 0;
  for (const auto& [name, value] : parameters.pairs)
    if (name == "p") p = value;
  return p;
}

}  // namespace

void retrieved(const JudgedRanking& ranking, const Parameters&, Values values) {
  values[0] = static_cast<double>(ranking.retrieved());
}

void relevant(const JudgedRanking& ranking, const Parameters&, Values values) {
  values[0] = static_cast<double>(ranking.relevant);
}

void relevant_retrieved(const JudgedRanking& ranking, const Parameters&, Values values) {
  values[0] = static_cast<double>(ranking.relevant_retrieved);
}

void nonrelevant_judged_retrieved(const JudgedRanking& ranking, const Parameters&, Values values) {
  values[0] = static_cast<double>(ranking.retrieved() - ranking.not_in_pool - ranking.left_unjudged -
                                  ranking.relevant_retrieved);
}

void average_precision(const JudgedRanking& ranking, const Parameters&, Values values) {
  values[0] = average_precision_of(ranking);
}

void log_average_precision(const JudgedRanking& ranking, const Parameters&, Values values) {
  values[0] = std::log(std::max(average_precision_of(ranking), kLeastForLogarithm));
}

void average_precision_at(const JudgedRanking& ranking, const Parameters& parameters, Values values) {
  if (ranking.relevant == 0) return;
  double sum = 0;
  std::size_t next = 0;
  const auto close_until = [&](long i) {  // the cutoffs that end before position i
    for (; next < values.size() && parameters.cutoffs[next] <= i; ++next)
      values[next] = sum / static_cast<double>(ranking.relevant);
  };
  at_relevant(ranking, [&](long i, long found) {
    close_until(i);
    sum += static_cast<double>(found) / static_cast<double>(i + 1);
  });
  for (; next < values.size(); ++next) values[next] = sum / static_cast<double>(ranking.relevant);
}

void inferred_average_precision(const JudgedRanking& ranking, const Parameters&, Values values) {
  double relevant_above = 0, nonrelevant = 0, unjudged = 0, sum = 0;
  for (long i = 0; i < ranking.retrieved(); ++i) {
    const int grade = ranking.grades[static_cast<std::size_t>(i)];
    if (grade == kNotInPool) continue;
    if (grade == kLeftUnjudged) {
      ++unjudged;
    } else if (!ranking.is_relevant(grade)) {
      ++nonrelevant;
    } else {
      const auto above = static_cast<double>(i);
      if (i == 0)
        sum += 1.0;
      else
        sum += 1.0 / (above + 1.0) +
               (above / (above + 1.0)) * ((relevant_above + nonrelevant + unjudged) / above) *
                   ((relevant_above + kInferredEpsilon) / (relevant_above + nonrelevant + 2 * kInferredEpsilon));
      ++relevant_above;
    }
  }
  values[0] = ranking.relevant > 0 ? sum / static_cast<double>(ranking.relevant) : sum;
}

void r_precision(const JudgedRanking& ranking, const Parameters&, Values values) {
  values[0] = ratio(relevant_at(ranking, std::array{ranking.relevant})[0], ranking.relevant);
}

void r_precision_multiples(const JudgedRanking& ranking, const Parameters& parameters, Values values) {
  for (std::size_t k = 0; k < values.size(); ++k) {
    // trec_eval rounds up from a tenth.
    const auto cutoff = static_cast<long>(parameters.numbers[k] * static_cast<double>(ranking.relevant) + 0.9);
    values[k] = ratio(relevant_at(ranking, std::array{cutoff})[0], cutoff);
  }
}

void bpref(const JudgedRanking& ranking, const Parameters&, Values values) {
  values[0] = bpref_of(ranking);
}

void log_bpref(const JudgedRanking& ranking, const Parameters&, Values values) {
  values[0] = std::log(std::max(bpref_of(ranking), kLeastForLogarithm));
}

void reciprocal_rank(const JudgedRanking& ranking, const Parameters&, Values values) {
  at_relevant(ranking, [&](long i, long found) {
    if (found == 1) values[0] = 1.0 / static_cast<double>(i + 1);
  });
}

void interpolated_precision(const JudgedRanking& ranking, const Parameters& parameters, Values values) {
  visit_interpolated(ranking, parameters.numbers,
                     [&](long index, double precision) { values[static_cast<std::size_t>(index)] = precision; });
}

void mean_interpolated_precision(const JudgedRanking& ranking, const Parameters& parameters, Values values) {
  double sum = 0;
  visit_interpolated(ranking, parameters.numbers, [&](long, double precision) { sum += precision; });
  values[0] = sum / static_cast<double>(parameters.numbers.size());
}

void precision_at(const JudgedRanking& ranking, const Parameters& parameters, Values values) {
  const auto found = relevant_at(ranking, parameters.cutoffs);
  for (std::size_t k = 0; k < values.size(); ++k) values[k] = ratio(found[k], parameters.cutoffs[k]);
}

void recall_at(const JudgedRanking& ranking, const Parameters& parameters, Values values) {
  const auto found = relevant_at(ranking, parameters.cutoffs);
  for (std::size_t k = 0; k < values.size(); ++k) values[k] = ratio(found[k], ranking.relevant);
}

void relative_precision_at(const JudgedRanking& ranking, const Parameters& parameters, Values values) {
  const auto found = relevant_at(ranking, parameters.cutoffs);
  for (std::size_t k = 0; k < values.size(); ++k)
    values[k] = ratio(found[k], std::min(parameters.cutoffs[k], ranking.relevant));
}

void success_at(const JudgedRanking& ranking, const Parameters& parameters, Values values) {
  const auto found = relevant_at(ranking, parameters.cutoffs);
  for (std::size_t k = 0; k < values.size(); ++k) values[k] = found[k] > 0 ? 1 : 0;
}

void unjudged_at(const JudgedRanking& ranking, const Parameters& parameters, Values values) {
  const auto found = counts_at(ranking, parameters.cutoffs, [](int grade) { return grade < 0; });
  for (std::size_t k = 0; k < values.size(); ++k) values[k] = ratio(found[k], parameters.cutoffs[k]);
}

void set_precision(const JudgedRanking& ranking, const Parameters&, Values values) {
  values[0] = ratio(ranking.relevant_retrieved, ranking.retrieved());
}

void set_recall(const JudgedRanking& ranking, const Parameters&, Values values) {
  values[0] = ratio(ranking.relevant_retrieved, ranking.relevant);
}

void set_relative_precision(const JudgedRanking& ranking, const Parameters&, Values values) {
  values[0] = ratio(ranking.relevant_retrieved, std::min(ranking.retrieved(), ranking.relevant));
}

void set_average_precision(const JudgedRanking& ranking, const Parameters&, Values values) {
  values[0] = ratio(ranking.relevant_retrieved * ranking.relevant_retrieved, ranking.retrieved() * ranking.relevant);
}

void set_f(const JudgedRanking& ranking, const Parameters& parameters, Values values) {
  if (ranking.relevant_retrieved == 0) return;
  const double precision = ratio(ranking.relevant_retrieved, ranking.retrieved());
  const double recall = ratio(ranking.relevant_retrieved, ranking.relevant);
  const double weight = parameters.numbers[0];
  values[0] = (weight + 1.0) * precision * recall / (weight * precision + recall);
}

void utility(const JudgedRanking& ranking, const Parameters& parameters, Values values) {
  const auto& weight = parameters.numbers;
  const auto as_double = [](long count) { return static_cast<double>(count); };
  const long found = ranking.relevant_retrieved, n = ranking.retrieved(), all = ranking.relevant;
  values[0] = weight[0] * as_double(found) + weight[1] * as_double(n - found) + weight[2] * as_double(all - found) +
              weight[3] * as_double(ranking.collection_size + found - n - all);
}

void ndcg(const JudgedRanking& ranking, const Parameters& parameters, Values values) {
  const Gains gains(ranking, parameters.pairs);
  double sum = 0, ideal = 0;
  for (long i = 0; i < ranking.retrieved(); ++i)
    if (const double gain = gains.of(ranking.grades[static_cast<std::size_t>(i)]); gain != 0) sum += gain / discount(i);
  for (std::size_t i = 0; i < gains.ideal().size(); ++i) ideal += gains.ideal()[i] / discount(static_cast<long>(i));
  if (ideal > 0) values[0] = sum / ideal;
}

void ndcg_at(const JudgedRanking& ranking, const Parameters& parameters, Values values) {
  double sum = 0;
  long i = 0;
  for (std::size_t k = 0; k < values.size(); ++k) {
    for (; i < std::min(parameters.cutoffs[k], ranking.retrieved()); ++i)
      if (const int grade = ranking.grades[static_cast<std::size_t>(i)]; grade > 0) sum += grade / discount(i);
    values[k] = sum;
  }
  double ideal = 0;
  i = 0;
  std::size_t grade = ranking.judged_with.size();  // of the ideal ranking's next documents, once one is left with it
  long left = 0;
  for (std::size_t k = 0; k < values.size(); ++k) {
    for (; i < parameters.cutoffs[k]; ++i, --left) {
      while (left == 0 && grade > 1) left = ranking.judged_with[--grade];
      if (left == 0) break;
      ideal += static_cast<double>(grade) / discount(i);
    }
    if (ideal > 0) values[k] /= ideal;
  }
}

void ndcg_at_relevant(const JudgedRanking& ranking, const Parameters& parameters, Values values) {
  const Gains gains(ranking, parameters.pairs);
  const auto& best = gains.ideal();
  double dcg = 0, ideal = 0, sum = 0;
  long found = 0;
  std::size_t at = 0;
  const auto ideal_until = [&](std::size_t end) {
    for (; at < std::min(end, best.size()); ++at) ideal += best[at] / discount(static_cast<long>(at));
  };
  for (long i = 0; i < ranking.retrieved(); ++i) {
    const double gain = gains.of(ranking.grades[static_cast<std::size_t>(i)]);
    ideal_until(static_cast<std::size_t>(i) + 1);
    if (gain != 0) dcg += gain / discount(i);
    if (gain > 0) {
      sum += dcg / ideal;
      ++found;
    }
  }
  ideal_until(best.size());
  if (best.empty()) return;
  const auto count = static_cast<double>(best.size());
  sum += (count - static_cast<double>(found)) * dcg / ideal;
  if (sum > 0) values[0] = sum / count;
}

void ndcg_at_boundaries(const JudgedRanking& ranking, const Parameters& parameters, Values values) {
  if (ranking.relevant == 0) return;
  const Gains gains(ranking, parameters.pairs);
  const auto& best = gains.ideal();
  const auto n = static_cast<std::size_t>(ranking.retrieved());
  double dcg = 0, ideal = 0, sum = 0;
  long boundaries = 0;
  const auto sample = [&] {
    if (ideal <= 0) return;
    sum += dcg / ideal;
    ++boundaries;
  };
  for (std::size_t i = 0; i < std::max(n, best.size() + 1); ++i) {
    const bool is_boundary = i > 0 && i <= best.size() && (i == best.size() || best[i] != best[i - 1]);
    if (is_boundary) sample();
    if (i < n)
      if (const double gain = gains.of(ranking.grades[i]); gain != 0) dcg += gain / discount(static_cast<long>(i));
    if (i < best.size()) ideal += best[i] / discount(static_cast<long>(i));
  }
  if (n > best.size() + 1) sample();
  if (boundaries > 0) values[0] = sum / static_cast<double>(boundaries);
}

void binary_g(const JudgedRanking& ranking, const Parameters&, Values values) {
  double sum = 0;
  at_relevant(ranking, [&](long i, long found) { sum += 1.0 / discount(i + 1 - found); });
  if (ranking.relevant > 0) values[0] = sum / static_cast<double>(ranking.relevant);
}

void g(const JudgedRanking& ranking, const Parameters& parameters, Values values) {
  const Gains gains(ranking, parameters.pairs);
  const auto& best = gains.ideal();
  double sum = 0, gained = 0, cost = 0, ideal = 0;
  for (std::size_t i = 0; i < ranking.grades.size(); ++i) {
    const double gain = gains.of(ranking.grades[i]);
    gained += gain;
    cost += i < best.size() ? std::max(best[i], 1.0) : 1.0;
    if (gain != 0) sum += gain / std::log2(2 + cost - gained);
  }
  for (const double gain : best) ideal += gain;
  if (ideal > 0) values[0] = sum / ideal;
}

void rank_biased_precision(const JudgedRanking& ranking, const Parameters& parameters, Values values) {
  Gains gains(ranking, parameters.pairs);
  gains.normalize();
  const double p = persistence(parameters);
  double sum = 0, reach = 1;
  for (const int grade : ranking.grades) {
    if (const double gain = gains.of(grade); gain != 0) sum += gain * reach;
    reach = reach * p;
  }
  values[0] = (1.0 - p) * sum;
}

void rank_biased_precision_residual(const JudgedRanking& ranking, const Parameters& parameters, Values values) {
  const double p = persistence(parameters);
  double sum = 0, reach = 1;
  bool any = false;
  for (const int grade : ranking.grades) {
    if (grade < 0) {
      sum += reach;
      any = true;
    }
    reach = reach * p;
  }
  if (any) values[0] = reach + (1 - p) * sum;
}

std::string grade_string(const JudgedRanking& ranking, const Parameters& parameters) {
  std::string text;
  const auto length = std::min(parameters.numbers[0], static_cast<double>(ranking.retrieved()));
  for (std::size_t i = 0; static_cast<double>(i) < length; ++i) {
    const int grade = ranking.grades[i];
    if (grade >= 0 && grade <= 9)
      text += static_cast<char>('0' + grade);
    else
      text += grade > 9 ? '>' : grade == kNotInPool ? '-' : '.';
  }
  return text;
}

}  // namespace heed::eval
