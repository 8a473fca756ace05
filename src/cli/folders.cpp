#include "cli/folders.h"

#include <cstdlib>

#include "base/error.h"
#include "base/file.h"
#include "bench/known_tasks.h"
#include "net/pulled.h"

namespace heed::cli {

namespace fs = std::filesystem;

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

fs::path user_cache() {
  if (const std::string cache = variable("XDG_CACHE_HOME"); !cache.empty()) return cache;
  if (const std::string home = variable("HOME"); !home.empty()) return fs::path(home) / ".cache";
  return {};
}

namespace {

fs::path root(const std::string& given, const char* name, const char* folder) {
  if (!given.empty()) return given;
  if (const std::string set = variable(name); !set.empty()) return set;
  if (const fs::path cache = user_cache(); !cache.empty()) return cache / "heed" / folder;
  throw base::BadInput("there is no HOME; the environment's " + std::string(name) + " can name the folder of " +
                       folder);
}

}  // namespace

fs::path data_root(const std::string& given) {
  return root(given, "HEED_DATASETS", "datasets");
}

fs::path models_root(const std::string& given) {
  return root(given, "HEED_MODELS", "models");
}

std::optional<fs::path> pulled_task(const std::string& name, const fs::path& root) {
  const bench::KnownTask* const task = bench::find_known_task(name);
  if (task == nullptr || !base::is_there(root / task->name / net::kPulledFile)) return std::nullopt;
  return root / task->name;
}

}  // namespace heed::cli
