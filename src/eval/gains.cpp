#include "eval/gains.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace heed::eval {

namespace {

std::optional<int> whole_number(std::string_view text) {
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

/// Merge sort, as the C library that trec_eval runs on has it. trec_eval compares gains by their difference cut to a
/// whole number, which is no order when gains lie less than 1 apart: what comes out depends on the algorithm.
template <class Level>
void sort_as_trec_eval(std::span<Level> levels) {
  if (levels.size() < 2) return;
  const auto left = levels.first(levels.size() / 2), right = levels.subspan(left.size());
  sort_as_trec_eval(left);
  sort_as_trec_eval(right);
  std::vector<Level> merged;
  std::size_t l = 0, r = 0;
  while (l < left.size() && r < right.size())
    merged.push_back(static_cast<int>(left[l].gain - right[r].gain) <= 0 ? left[l++] : right[r++]);
  merged.insert(merged.end(), left.begin() + static_cast<long>(l), left.end());
  merged.insert(merged.end(), right.begin() + static_cast<long>(r), right.end());
  std::copy(merged.begin(), merged.end(), levels.begin());
}

}  // namespace

Gains::Gains(const JudgedRanking& ranking, std::span<const std::pair<std::string, double>> overrides) {
  for (const auto& [name, gain] : overrides)
    if (const auto grade = whole_number(name)) levels_.push_back({*grade, 0, gain});
  for (std::size_t g = 0; g < ranking.judged_with.size(); ++g) {
    const int grade = static_cast<int>(g);
    const auto known = std::ranges::find(levels_, grade, &Level::grade);
    if (known != levels_.end())
      known->judged = ranking.judged_with[g];
    else
      levels_.push_back({grade, ranking.judged_with[g], static_cast<double>(grade)});
  }
  sort_as_trec_eval(std::span(levels_));
  if (levels_.empty() || levels_.back().gain <= 0) return;
  for (auto level = levels_.rbegin(); level != levels_.rend(); ++level) {
    if (level->judged == 0) continue;
    if (level->gain <= 0) break;
    ideal_.insert(ideal_.end(), static_cast<std::size_t>(level->judged), level->gain);
  }
}

double Gains::of(int grade) const {
  const auto level = std::ranges::find(levels_, grade, &Level::grade);
  return level == levels_.end() ? 0 : level->gain;
}

void Gains::normalize() {
  double least = 0, most = 0;
  for (const Level& level : levels_) {
    least = std::min(least, level.gain);
    most = std::max(most, level.gain);
  }
  if (least >= 0 && most <= 1) return;
  for (Level& level : levels_) level.gain = (level.gain - least) / (most - least);
}

}  // namespace heed::eval
