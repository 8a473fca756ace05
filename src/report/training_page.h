#pragma once

#include <span>
#include <string>
#include <string_view>

#include "report/training_log.h"

namespace heed::report {

/// How many logs a page tells apart.
inline constexpr std::size_t kMostTrainingLogs = 6;

/// The training curves as one HTML page that needs no other file and no network: the loss (each step thin, smoothed
/// over it), loss and p-MRR on validation data with the best of each marked, the learning rate, the gradient's norm;
/// beside each its numbers as a table, and what the run was told. Several logs share their charts. A long log is
/// thinned. `heed_version` is that of the program that writes the page. REQUIRES: 1 to kMostTrainingLogs logs.
std::string training_page(std::span<const TrainingLog> logs, std::string_view heed_version);
std::string training_page(const TrainingLog& log, std::string_view heed_version);

/// What a run came to: "my-run: 120 steps, loss 0.21 (smoothed) at the end; best p-MRR on validation data +8.1 at step
/// 100."
std::string training_sentence(const TrainingLog& log);

}  // namespace heed::report
