#include "report/training_log.h"

#include <cmath>

#include "base/error.h"
#include "format/json_journal.h"
#include "format/lines.h"

namespace heed::report {

namespace fs = std::filesystem;
using format::Json;

namespace {

/// Objects inside become names with a dot; lists stay as JSON.
void flatten(const Json& json, const std::string& before, std::vector<std::pair<std::string, std::string>>& settings) {
  for (const auto& [name, value] : json.items()) {
    if (before.empty() && (name == "kind" || name == "version")) continue;
    if (value.is_object())
      flatten(value, before + name + ".", settings);
    else if (!value.is_null())
      settings.emplace_back(before + name, value.is_string() ? value.get<std::string>() : format::compact(value));
  }
}

std::optional<double> number_in(const Json& json, const char* name, const format::LineReader& lines) {
  const auto field = json.find(name);
  if (field == json.end() || field->is_null()) return {};
  if (!field->is_number() || !std::isfinite(field->get<double>())) lines.fail(std::string(name) + " is not a number");
  return field->get<double>();
}

long step_in(const Json& json, const format::LineReader& lines) {
  const auto field = json.find("step");
  if (field == json.end() || !field->is_number_integer() || *field < 0 || *field > 1'000'000'000'000)
    lines.fail("has no step that is an integer from 0");
  return field->get<long>();
}

TrainingValidation validation_in(const Json& json, long step, const format::LineReader& lines) {
  if (!json.is_object()) lines.fail("validation is not an object");
  TrainingValidation validation{
      step, number_in(json, "loss", lines), number_in(json, "accuracy", lines), number_in(json, "p_mrr", lines), {}};
  if (const auto queries = number_in(json, "queries", lines); queries && std::abs(*queries) < 1e15)
    validation.queries = std::lround(*queries);
  return validation;
}

void add_line(TrainingLog& log, const Json& json, const format::LineReader& lines) {
  const long step = step_in(json, lines);
  const auto validation = json.find("validation");
  const bool is_validation = validation != json.end();
  const bool has_before = is_validation ? !log.validations.empty() : !log.steps.empty();
  const long before = !has_before ? -1 : is_validation ? log.validations.back().step : log.steps.back().step;
  if (step <= before) lines.fail("step " + std::to_string(step) + " comes after step " + std::to_string(before));
  if (is_validation) {
    log.validations.push_back(validation_in(*validation, step, lines));
    return;
  }
  if (!json.contains("loss")) lines.fail("is neither a step, with a loss, nor a validation");
  log.steps.push_back({step, number_in(json, "loss", lines), number_in(json, "lr", lines),
                       number_in(json, "grad_norm", lines), number_in(json, "tokens_per_second", lines),
                       number_in(json, "epoch", lines)});
}

/// "my-run" of my-run/log.jsonl, and of my-run.jsonl.
std::string name_of(const fs::path& path) {
  const std::string stem = path.stem().string();
  const bool is_common = stem == "log" || stem == "training" || stem == "train";
  const std::string folder = fs::absolute(path).lexically_normal().parent_path().filename().string();
  return is_common && !folder.empty() ? folder : stem;
}

}  // namespace

TrainingLog read_training_log(const fs::path& path) {
  TrainingLog log{name_of(path)};
  format::LineReader lines(path);
  bool is_first = true;
  while (const auto line = lines.next()) {
    const Json json = Json::parse(*line, nullptr, false);
    if (json.is_discarded() && !is_first) {
      const std::string place = lines.name() + ":" + std::to_string(lines.number());
      if (lines.peek()) throw base::BadInput(place + ": is no JSON object");
      log.notes.push_back(place + ": the last line was cut; it is passed over");
      break;
    }
    if (!json.is_object()) lines.fail("is no JSON object");
    if (is_first) {
      if (json.value("kind", Json()) != format::kTrainingLogKind)
        lines.fail("its kind is not \"" + std::string(format::kTrainingLogKind) + "\"");
      if (json.value("version", Json()) != 1) lines.fail("is of a version that this heed does not read: it reads 1");
      flatten(json, "", log.settings);
    } else {
      add_line(log, json, lines);
    }
    is_first = false;
  }
  if (is_first) throw base::BadInput(lines.name() + ": is empty");
  return log;
}

}  // namespace heed::report
