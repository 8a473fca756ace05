#include "net/pulled.h"

#include <algorithm>

#include "base/error.h"
#include "base/file.h"
#include "format/json.h"

namespace heed::net {

namespace fs = std::filesystem;
using base::FileHash;
using format::Json;

namespace {

constexpr int kVersion = 1;

const char* name_of(FileHash kind) {
  return kind == FileHash::kSha256 ? "sha256" : "git_blob";
}

Pulled::File file_of(const Json& json) {
  Pulled::File file;
  file.path = json.at("path").get<std::string>();
  file.from.path = json.at("from").get<std::string>();
  file.from.size = json.at("size").get<std::uint64_t>();
  file.from.hash_kind = json.contains("sha256") ? FileHash::kSha256 : FileHash::kGitBlob;
  file.from.hash = json.at(name_of(file.from.hash_kind)).get<std::string>();
  return file;
}

Pulled pulled_of(const Json& json) {
  Pulled pulled;
  pulled.endpoint = json.at("endpoint").get<std::string>();
  pulled.repository.kind =
      json.at("kind").get<std::string>() == "model" ? RepositoryKind::kModel : RepositoryKind::kDataset;
  pulled.repository.id = json.at("repository").get<std::string>();
  pulled.repository.revision = json.at("revision").get<std::string>();
  pulled.commit = json.at("commit").get<std::string>();
  for (const Json& file : json.at("files")) pulled.files.push_back(file_of(file));
  return pulled;
}

}  // namespace

std::string to_text(const Pulled& pulled) {
  Json json = {{"heed", "pull"},
               {"version", kVersion},
               {"made_by", "heed " HEED_VERSION},
               {"endpoint", pulled.endpoint},
               {"kind", name_of(pulled.repository.kind)},
               {"repository", pulled.repository.id},
               {"revision", pulled.repository.revision},
               {"commit", pulled.commit},
               {"files", Json::array()}};
  for (const Pulled::File& file : pulled.files)
    json["files"].push_back({{"path", file.path},
                             {"from", file.from.path},
                             {"size", file.from.size},
                             {name_of(file.from.hash_kind), file.from.hash}});
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

namespace {

std::optional<Pulled> read(const fs::path& path) {
  if (!base::is_there(path)) return std::nullopt;
  const Json json = format::read_json(path);
  if (!json.is_object() || json.value("heed", Json()) != "pull")
    throw base::BadInput(path.string() + ": was not written by heed pull");
  if (json.value("version", Json()) != kVersion)
    throw base::BadInput(path.string() + ": is of another version of heed; pull anew");
  try {
    return pulled_of(json);
  } catch (const Json::exception& error) {
    throw base::BadInput(path.string() + ": is not what heed pull writes: " + error.what());
  }
}

/// Whether the path stays below the folder that it is relative to, and names a file there.
bool is_below(const fs::path& path) {
  return path.is_relative() && path.has_filename() && std::ranges::find(path, "..") == path.end();
}

void remove_file(const fs::path& path) {
  std::error_code error;
  if (fs::is_directory(fs::symlink_status(path, error))) return;
  fs::remove(path, error);
  if (error) throw base::BadInput(path.string() + ": cannot be removed: " + error.message());
}

fs::path retired(const fs::path& folder) {
  return folder / (std::string(kPulledFile) + ".old");
}

}  // namespace

std::optional<Pulled> read_pulled(const fs::path& folder) {
  return read(folder / kPulledFile);
}

void retire_pulled(const fs::path& folder) {
  std::error_code error;
  fs::rename(folder / kPulledFile, retired(folder), error);
  if (error) throw base::BadInput((folder / kPulledFile).string() + ": cannot be renamed: " + error.message());
}

void remove_retired(const Pulled& plan, const fs::path& folder) {
  std::optional<Pulled> old;
  try {
    old = read(retired(folder));
  } catch (const base::BadInput&) {  // broken, or another version's: nothing is known to be heed's
  }
  if (old)
    for (const Pulled::File& file : old->files)
      if (is_below(file.path) && std::ranges::find(plan.files, file.path, &Pulled::File::path) == plan.files.end())
        remove_file(folder / file.path);
  remove_file(retired(folder));
}

std::vector<std::string> faults_of(const Pulled& pulled, const fs::path& folder) {
  std::vector<std::string> faults;
  for (const Pulled::File& file : pulled.files) {
    const fs::path path = folder / file.path;
    if (!base::is_there(path))
      faults.push_back(path.string() + ": is missing");
    else if (!is_whole(path, file.from))
      faults.push_back(path.string() + ": is not what was fetched");
  }
  return faults;
}

}  // namespace heed::net
