#include "train/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/error.h"

namespace heed::train {

namespace {

constexpr Schedule kSchedules[] = {
    {"cosine", "half a wave down to 0 (Loshchilov and Hutter 2017); the paper's",
     [](double t) { return 0.5 * (1 + std::cos(std::numbers::pi * t)); }},
    {"linear", "straight down to 0", [](double t) { return 1 - t; }},
    {"constant", "the full rate to the end", [](double) { return 1.0; }},
};

}  // namespace

std::span<const Schedule> schedules() {
  return kSchedules;
}

const Schedule* find_schedule(std::string_view name) {
  const auto found = std::ranges::find(kSchedules, name, &Schedule::name);
  return found == std::end(kSchedules) ? nullptr : &*found;
}

double RatePlan::at(long step) const {
  base::check(step >= 0 && step < steps && warmup <= steps && schedule != nullptr);
  if (step < warmup) return rate * static_cast<double>(step + 1) / static_cast<double>(warmup);
  return rate * schedule->share(static_cast<double>(step - warmup) / static_cast<double>(steps - warmup));
}

}  // namespace heed::train
