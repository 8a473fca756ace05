#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "bench/known_tasks.h"
#include "net/hub.h"
#include "net/pulled.h"

namespace heed::cli {

/// Where pulled things are.
struct PullRoots {
  std::filesystem::path data, models;
};

/// One repository that a name means, and the folder where it goes.
struct Wanted {
  std::string name{};  ///< for sentences
  net::Repository repository{};
  std::filesystem::path folder{};
  const bench::KnownTask* task = nullptr;
};

/// What names may mean: tasks, groups and models, or repositories of data sets.
enum class NamesMean { kAnything, kDatasets };

/// The repositories that a name means, the base of an adapter before it. Throws BadInput for a name that means nothing.
std::vector<Wanted> wanted_of(const std::string& name, NamesMean mean, const PullRoots& roots);

/// Everything that was pulled below the roots.
std::vector<Wanted> pulled_below(const PullRoots& roots);

/// Lists the repository, and chooses the files that heed reads. Throws BadInput where it lacks one that is needed.
net::Pulled plan_of(const Wanted& wanted, const net::Hub& hub);

}  // namespace heed::cli
