#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "eval/judged_ranking.h"

namespace heed::eval {

/// What a document of each grade is worth to one query's reader: its grade, unless a parameter `grade=gain` says
/// otherwise. Documents without a grade are worth nothing.
class Gains {
 public:
  Gains(const JudgedRanking& ranking, std::span<const std::pair<std::string, double>> overrides);

  double of(int grade) const;
  /// The gains of the best possible ranking of all judged documents, in order, as far as they are above 0.
  const std::vector<double>& ideal() const { return ideal_; }
  /// Maps the gains onto 0..1 where they go beyond (linearly, 0 staying 0 unless a gain is negative); ideal() stays.
  void normalize();

 private:
  struct Level {
    int grade = 0;
    long judged = 0;
    double gain = 0;
  };
  std::vector<Level> levels_;  // ascending gain
  std::vector<double> ideal_;
};

}  // namespace heed::eval
