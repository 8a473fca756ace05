#include "train/run_folder.h"

#include <algorithm>

#include "base/error.h"
#include "base/file.h"
#include "base/fingerprint.h"
#include "format/safetensors.h"

namespace heed::train {

namespace fs = std::filesystem;
using base::BadInput;
using format::Json;

namespace {

constexpr const char* kKind = "heed training run";
constexpr const char* kCheckpointKind = "heed training checkpoint";
constexpr int kVersion = 1;

std::string shown(const Json& value) {
  const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
  return text.size() <= 60 ? text : "another";
}

/// "lr is 0.001 there and 0.003 here; ...".
std::string differences(const Json& there, const Json& here) {
  std::string text;
  const auto add = [&](const std::string& name, const std::string& what) {
    text += (text.empty() ? "" : "; ") + name + what;
  };
  for (const auto& [name, value] : here.items()) {
    const auto old = there.find(name);
    if (old == there.end()) {
      add(name, " is not named there");
    } else if (*old != value) {
      const std::string a = shown(*old), b = shown(value);
      add(name,
          a.size() == 64 || b == "another" || a == "another" ? " differs" : " is " + a + " there and " + b + " here");
    }
  }
  for (const auto& [name, value] : there.items())
    if (!here.contains(name)) add(name, " is named there alone");
  return text;
}

Json to_json(const Position& position) {
  Json json = {{"step", position.step}, {"is_validated", position.is_validated}, {"log_length", position.log_length}};
  if (position.before) json["before"] = train::to_json(*position.before);
  if (position.best) json["best"] = {{"step", position.best->step}, {"value", position.best->value}};
  return json;
}

Position position_from(const Json& json) {
  Position position{json.at("step").get<long>(), json.at("is_validated").get<bool>(),
                    json.at("log_length").get<std::uint64_t>()};
  if (json.contains("before")) position.before = validation_from(json["before"]);
  if (json.contains("best"))
    position.best = Best{json["best"].at("step").get<long>(), json["best"].at("value").get<double>()};
  return position;
}

}  // namespace

RunFolder::RunFolder(fs::path path, Json identity) : path_(std::move(path)), identity_(std::move(identity)) {}

/// Throws where the folder is somebody else's.
bool RunFolder::has_run() const {
  std::error_code error;
  if (base::is_there(path_) && !fs::is_directory(path_, error)) throw BadInput(path_.string() + ": is no folder");
  if (!base::is_there(manifest())) {
    if (const fs::directory_iterator entries(path_, error); !error && entries != fs::directory_iterator())
      throw BadInput(path_.string() + ": holds " + entries->path().filename().string() +
                     " and no training.json: it is no training run's folder; --out names one that is empty or new");
    return false;
  }
  const Json json = format::read_json(manifest());
  if (json.is_object() && json.value("kind", Json()) == kKind && json.contains("settings") &&
      json["settings"].is_object())
    return true;
  throw BadInput(manifest().string() + ": is not what heed train writes");
}

RunFolder::State RunFolder::state() const {
  if (!has_run()) return State::kNew;
  const Json json = format::read_json(manifest());
  if (json.value("version", Json()) != kVersion)
    throw BadInput(manifest().string() + ": is of version " + json.value("version", Json()).dump() +
                   ", but this heed writes " + std::to_string(kVersion) + "; --restart starts anew");
  if (const std::string difference = differences(json["settings"], identity_); !difference.empty())
    throw BadInput(path_.string() + " has a run with other settings: " + difference +
                   "; --restart starts anew, or --out names another folder");
  return json.value("state", Json()) == "finished" ? State::kFinished : State::kUnfinished;
}

void RunFolder::restart() const {
  if (!has_run()) return;
  std::error_code ignored;
  fs::remove(checkpoint(), ignored);
  write_manifest({}, "restarted", nullptr);  // it stays a run's folder, whatever comes
  for (const char* const name :
       {"adapter_model.safetensors", "adapter_config.json", "recipe.json", "model.safetensors", "report.html"})
    fs::remove(path_ / name, ignored);
  fs::remove_all(path_ / "last", ignored);
}

void RunFolder::write_manifest(const fs::path& log, const char* state, const Json& result) const {
  Json json = {{"kind", kKind},  {"version", kVersion}, {"heed_version", HEED_VERSION},
               {"state", state}, {"log", log.string()}, {"settings", identity_}};
  if (!result.is_null()) json["result"] = result;
  base::write_file(manifest(), json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

void RunFolder::begin(const fs::path& log) const {
  write_manifest(log, "running", nullptr);
}

void RunFolder::remove_left_overs() const {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(path_, ignored))
    if (entry.path().filename().string().find(".safetensors.new-") != std::string::npos)
      fs::remove(entry.path(), ignored);
}

std::optional<Checkpoint> RunFolder::read_checkpoint() const {
  if (!base::is_there(checkpoint())) return std::nullopt;
  const std::string name = checkpoint().string();
  const auto metadata = format::Safetensors(checkpoint()).metadata();
  const auto text = [&](const char* key) {
    const auto found = metadata.find(key);
    return found == metadata.end() ? std::string() : found->second;
  };
  if (text("kind") != kCheckpointKind) throw BadInput(name + ": is not what heed train writes");
  const Json settings = Json::parse(text("settings"), nullptr, false);
  if (!settings.is_object()) throw BadInput(name + ": has no settings");
  if (const std::string difference = differences(settings, identity_); !difference.empty())
    throw BadInput(name + ": is of a run with other settings: " + difference + "; --restart starts anew");
  try {
    return Checkpoint{position_from(Json::parse(text("position"))), format::read_safetensors(checkpoint())};
  } catch (const Json::exception&) {
    throw BadInput(name + ": does not say how far the run was; --restart starts anew");
  }
}

void RunFolder::write_checkpoint(const Position& position, std::span<const format::OwnedTensor> state) const {
  format::write_safetensors(checkpoint(), state,
                            {{"kind", kCheckpointKind},
                             {"version", std::to_string(kVersion)},
                             {"heed_version", HEED_VERSION},
                             {"settings", format::compact(identity_)},
                             {"position", format::compact(to_json(position))}});
}

void RunFolder::finish(const fs::path& log, const Json& result) const {
  write_manifest(log, "finished", result);
  std::error_code ignored;
  fs::remove(checkpoint(), ignored);
}

}  // namespace heed::train
