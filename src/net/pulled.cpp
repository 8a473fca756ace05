#include "net/pulled.h"

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

std::optional<Pulled> read_pulled(const fs::path& folder) {
  const fs::path path = folder / kPulledFile;
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
