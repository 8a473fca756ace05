#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace heed::report {

/// A step of a training run. What the log does not have, or has as null (a loss that is no number), is none.
struct TrainingStep {
  long step = 0;
  std::optional<double> loss{}, rate{}, gradient_norm{}, tokens_per_second{}, epoch{};
};

/// What the model was worth after a step.
struct TrainingValidation {
  long step = 0;
  std::optional<double> loss{}, accuracy{}, p_mrr{};  ///< fractions
  std::optional<long> queries{};
};

struct TrainingLog {
  std::string name;                                             ///< for people: the file's, or its folder's
  std::vector<std::pair<std::string, std::string>> settings{};  ///< of the first line, "settings.lr" for what is inside
  std::vector<TrainingStep> steps{};                            ///< ascending
  std::vector<TrainingValidation> validations{};                ///< ascending
  std::vector<std::string> notes{};                             ///< what was passed over, for people
};

/// Reads a training log (docs/formats.md): JSON lines, the first of them about the run. Fields that it does not know
/// are passed over, and so is a last line that was cut, as a run that was killed leaves it. Throws BadInput, with file
/// and line, for what is no training log, a line that is neither a step nor a validation, steps that do not ascend and
/// values that are no numbers.
TrainingLog read_training_log(const std::filesystem::path& path);

}  // namespace heed::report
