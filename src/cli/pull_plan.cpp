#include "cli/pull_plan.h"

#include <algorithm>
#include <array>
#include <map>

#include "base/error.h"
#include "base/file.h"
#include "net/http.h"
#include "recipe/presets.h"
#include "retrieve/model_files.h"

namespace heed::cli {

namespace fs = std::filesystem;
using base::BadInput;
using net::Repository;
using net::RepositoryKind;

namespace {

Wanted model_wanted(std::string_view id, const PullRoots& roots) {
  const std::string name(id);
  return {.name = name, .repository = {.kind = RepositoryKind::kModel, .id = name}, .folder = roots.models / name};
}

Wanted task_wanted(const bench::KnownTask& task, const PullRoots& roots) {
  return {.name = std::string(task.name),
          .repository = {.kind = RepositoryKind::kDataset,
                         .id = std::string(task.repository),
                         .revision = std::string(task.revision)},
          .folder = roots.data / task.name,
          .task = &task};
}

/// Of a data set that heed does not know: what one of its readers may take.
bool is_readable_data(std::string_view path) {
  if (path.ends_with(".gz")) path.remove_suffix(3);
  constexpr std::array kEndings = {".jsonl", ".json", ".tsv", ".txt", ".xml", ".sgml", ".trec", ".qrels"};
  return std::ranges::any_of(kEndings, [&](const char* ending) { return path.ends_with(ending); });
}

/// Pairs of local and remote names.
std::vector<std::pair<std::string, std::string>> chosen(const Wanted& wanted, const std::vector<std::string>& listed) {
  std::vector<std::pair<std::string, std::string>> files;
  if (wanted.task != nullptr) {
    for (const bench::TaskFile& file : choose_files(*wanted.task, listed)) files.emplace_back(file.local, file.remote);
  } else if (wanted.repository.kind == RepositoryKind::kModel) {
    for (const std::string& file : retrieve::model_files("the model " + wanted.name, listed))
      files.emplace_back(file, file);
  } else {
    for (const std::string& file : listed)
      if (is_readable_data(file)) files.emplace_back(file, file);
    if (files.empty())
      throw BadInput("the dataset " + wanted.name + " has no file that heed reads: neither JSON lines, TSV nor text");
  }
  return files;
}

void add_pulled(const fs::path& root, const fs::path& folder, std::vector<Wanted>& all) {
  const auto pulled = net::read_pulled(folder);
  if (!pulled) return;
  Wanted wanted{.name = fs::relative(folder, root).string(), .repository = pulled->repository, .folder = folder};
  wanted.task = pulled->repository.kind == RepositoryKind::kDataset ? bench::find_known_task(wanted.name) : nullptr;
  all.push_back(wanted);
}

std::vector<fs::path> folders_in(const fs::path& folder) {
  std::vector<fs::path> folders;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored))
    if (entry.is_directory(ignored)) folders.push_back(entry.path());
  std::ranges::sort(folders);
  return folders;
}

}  // namespace

std::vector<Wanted> wanted_of(const std::string& name, NamesMean mean, const PullRoots& roots) {
  std::vector<Wanted> all;
  if (mean == NamesMean::kDatasets) {
    if (!net::is_repository_id(name)) throw BadInput("\"" + name + "\" is no id of a repository; one is owner/name");
    return {{.name = name, .repository = {.kind = RepositoryKind::kDataset, .id = name}, .folder = roots.data / name}};
  }
  for (const bench::KnownTask* const task : bench::known_tasks_named(name)) all.push_back(task_wanted(*task, roots));
  if (!all.empty()) return all;
  if (const recipe::Preset* const preset = recipe::find_preset(name)) {
    if (!preset->base_id.empty()) all.push_back(model_wanted(preset->base_id, roots));
    all.push_back(model_wanted(hub_id_meant(*preset, name), roots));
  } else if (name.find('/') != std::string::npos && net::is_repository_id(name)) {
    all.push_back(model_wanted(name, roots));
  } else {
    throw BadInput("there is no task, group of tasks or model " + name +
                   ", nor is it a repository's id (owner/name); heed pull --list shows what there is");
  }
  return all;
}

std::vector<Wanted> pulled_below(const PullRoots& roots) {
  std::vector<Wanted> all;
  for (const fs::path& root : {roots.data, roots.models})
    for (const fs::path& folder : folders_in(root)) {
      add_pulled(root, folder, all);
      for (const fs::path& inner : folders_in(folder)) add_pulled(root, inner, all);
    }
  return all;
}

net::Pulled plan_of(const Wanted& wanted, const net::Hub& hub) {
  const net::HubListing listing = hub.list(wanted.repository);
  net::Pulled plan{.endpoint = net::without_secrets(hub.settings().endpoint),
                   .repository = wanted.repository,
                   .commit = listing.commit};
  std::vector<std::string> listed;
  std::map<std::string, const net::HubFile*> by_path;
  for (const net::HubFile& file : listing.files) {
    listed.push_back(file.path);
    by_path[file.path] = &file;
  }
  for (const auto& [local, remote] : chosen(wanted, listed)) plan.files.push_back({local, *by_path.at(remote)});
  return plan;
}

}  // namespace heed::cli
