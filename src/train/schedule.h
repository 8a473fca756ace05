#pragma once

#include <span>
#include <string_view>

namespace heed::train {

/// How the learning rate goes down after the warm-up.
struct Schedule {
  std::string_view name, explanation;
  /// The share of the full rate at t in [0, 1), how much of the way is done.
  double (*share)(double t);
};

std::span<const Schedule> schedules();
/// Null where there is none of that name.
const Schedule* find_schedule(std::string_view name);

/// The rates of a run.
struct RatePlan {
  double rate = 3e-5;  ///< the highest (Weller et al. 2024, appendix C)
  const Schedule* schedule = nullptr;
  long steps = 0, warmup = 0;

  /// The rate of step s, from 0. For s < warmup it is rate * (s + 1) / warmup; then the schedule's at
  /// (s - warmup) / (steps - warmup). transformers' warm-up is s / warmup: its first step has the rate 0 and teaches
  /// nothing. Without warm-up both are the same. REQUIRES: 0 <= s < steps, warmup <= steps, a schedule.
  double at(long step) const;
};

}  // namespace heed::train
