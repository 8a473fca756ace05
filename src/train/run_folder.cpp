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
constexpr const char* kLockFile = "train.lock";

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
    for (const auto& entry : fs::directory_iterator(path_, error))
      if (const std::string name = entry.path().filename().string(); name != kLockFile)
        throw BadInput(path_.string() + ": holds " + name +
                       " and no training.json: it is no training run's folder; --out names one that is empty or new");
    return false;
  }
  const Json json = format::read_json(manifest());
  if (json.is_object() && json.value("kind", Json()) == kKind && json.contains("settings") &&
      json["settings"].is_object())
    return true;
  throw BadInput(manifest().string() + ": is not what heed train writes");
}

std::unique_ptr<base::LockFile> RunFolder::lock() const {
  has_run();  // no lock is laid into a folder of something else
  return std::make_unique<base::LockFile>(path_ / kLockFile);
}

std::string RunFolder::version() const {
  if (!has_run()) return "";
  const Json version = format::read_json(manifest()).value("heed_version", Json());
  return version.is_string() ? version.get<std::string>() : "";
}

/// What the manifest says that runs wrote here; names of files in the folder alone, whatever it says.
std::vector<std::string> RunFolder::files() const {
  if (!base::is_there(manifest())) return {};
  const Json list = format::read_json(manifest()).value("files", Json());
  std::vector<std::string> files;
  if (!list.is_array())  // of a heed that did not say it
    return {"adapter_model.safetensors", "adapter_config.json", "recipe.json", "model.safetensors"};
  for (const Json& one : list) {
    if (!one.is_string()) continue;
    const std::string name = one.get<std::string>();
    if (!name.empty() && name != "." && name != ".." && name.find('/') == std::string::npos) files.push_back(name);
  }
  return files;
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
  const std::vector<std::string> written = files();
  std::error_code ignored;
  fs::remove(checkpoint(), ignored);
  write_manifest({}, "restarted", nullptr, written);  // it stays a run's folder, whatever comes
  for (const std::string& name : written) fs::remove(path_ / name, ignored);
  fs::remove(path_ / "report.html", ignored);
  fs::remove_all(path_ / "last", ignored);
  write_manifest({}, "restarted", nullptr, {});
}

void RunFolder::write_manifest(const fs::path& log, const char* state, const Json& result,
                               std::span<const std::string> files) const {
  Json json = {{"kind", kKind},       {"version", kVersion}, {"heed_version", HEED_VERSION}, {"state", state},
               {"log", log.string()}, {"files", files},      {"settings", identity_}};
  if (!result.is_null()) json["result"] = result;
  base::write_file(manifest(), json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

void RunFolder::begin(const fs::path& log) const {
  write_manifest(log, "running", nullptr, files());
}

void RunFolder::announce(const fs::path& log, std::span<const std::string> files) const {
  std::vector<std::string> all = this->files();
  for (const std::string& name : files)
    if (std::ranges::find(all, name) == all.end()) all.push_back(name);
  write_manifest(log, "running", nullptr, all);
}

void RunFolder::remove_left_overs() const {
  std::error_code ignored;
  for (const fs::path& folder : {path_, path_ / "last"})
    for (const auto& entry : fs::directory_iterator(folder, ignored))
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
  write_manifest(log, "finished", result, files());
  std::error_code ignored;
  fs::remove(checkpoint(), ignored);
}

void expect_own_log(const format::JsonJournal& log, const Json& identity, LogThere there) {
  if (log.length() == 0) return;
  const std::string name = log.path().string();
  const auto first = log.first_line();
  if (!first) {  // the first line may have been cut
    const std::string beginning = R"({"kind":")" + std::string(format::kTrainingLogKind) + '"';
    const std::string head = log.head(1 << 20);
    if (head.find('\n') == std::string::npos && (head.starts_with(beginning) || beginning.starts_with(head))) return;
  }
  if (!first || first->value("kind", Json()) != format::kTrainingLogKind)
    throw BadInput(name + ": is there, and is no training log: it is not overwritten; --log names another file");
  if (there == LogThere::kAnyRuns) return;
  const Json settings = first->value("settings", Json());
  const std::string difference = settings.is_object() ? differences(settings, identity) : "it names none";
  if (!difference.empty())
    throw BadInput(name + ": is the log of a run with other settings: " + difference +
                   "; --log names another file, or --restart starts anew");
}

}  // namespace heed::train
