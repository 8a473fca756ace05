#include "retrieve/index_folder.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/fingerprint.h"
#include "format/file_walk.h"

namespace heed::retrieve {

namespace fs = std::filesystem;
using base::BadInput;

namespace {

constexpr int kVersion = 1;
constexpr std::string_view kHead = "index.json", kGeneration = "generation-";

template <class Value>
Value field(const fs::path& path, const format::Json& json, const char* name) {
  const auto found = json.find(name);
  if (found == json.end()) throw BadInput(path.string() + ": there is no \"" + name + "\"");
  try {
    return found->get<Value>();
  } catch (const format::Json::exception&) {
    throw BadInput(path.string() + ": \"" + name + "\" is of another type than it should be");
  }
}

bool is_generation(std::string_view name) {
  return name.starts_with(kGeneration) && name.size() > kGeneration.size() &&
         name.find_first_not_of("0123456789", kGeneration.size()) == std::string_view::npos;
}

std::vector<std::string> generations(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder))
    if (const std::string name = entry.path().filename().string(); is_generation(name)) names.push_back(name);
  return names;
}

}  // namespace

bool has_index(const fs::path& folder) {
  return base::is_there(folder / kHead);
}

IndexHead read_index_head(const fs::path& folder) {
  if (!base::is_there(folder)) throw BadInput(folder.string() + ": there is no such folder");
  const fs::path path = folder / kHead;
  if (!base::is_there(path)) throw BadInput(folder.string() + ": there is no index in it (no index.json)");
  const format::Json json = format::read_json(path);
  if (!json.is_object() || !json.contains("kind") || !json.contains("version"))
    throw BadInput(path.string() + ": this is not the description of an index");
  IndexHead head;
  head.kind = field<std::string>(path, json, "kind");
  if (const auto version = field<int>(path, json, "version"); version != kVersion)
    throw BadInput(path.string() + ": the index is of version " + std::to_string(version) +
                   ", this heed reads version " + std::to_string(kVersion) + "; index the collection anew");
  head.documents = field<std::uint64_t>(path, json, "documents");
  head.collection = field<std::string>(path, json, "collection");
  head.data = field<std::string>(path, json, "data");
  if (!is_generation(head.data)) throw BadInput(path.string() + ": \"data\" names no folder of an index: " + head.data);
  head.details = json;
  return head;
}

void point_index_at(const fs::path& folder, const IndexHead& head) {
  format::Json json = {{"kind", head.kind},           {"version", kVersion},           {"heed_version", HEED_VERSION},
                       {"documents", head.documents}, {"collection", head.collection}, {"data", head.data}};
  for (const auto& [name, value] : head.details.items()) json[name] = value;
  base::write_file(folder / kHead, json.dump(2) + "\n");
  for (const std::string& name : generations(folder))
    if (name != head.data) fs::remove_all(folder / name);
}

std::string next_generation(const fs::path& folder) {
  std::uint64_t last = 0;
  for (const std::string& name : generations(folder))
    last = std::max<std::uint64_t>(last, std::stoull(name.substr(kGeneration.size(), 18)));
  return std::string(kGeneration) + std::to_string(last + 1);
}

std::string collection_identity(const fs::path& path) {
  format::PassedOver passed_over;
  format::FileWalk files(path, passed_over);
  base::Digest digest;
  digest.add_field(fs::weakly_canonical(path).string());
  while (const auto file = files.next()) {
    digest.add_field(file->lexically_relative(path).string());
    digest.add_field(fs::is_regular_file(*file) ? std::to_string(fs::file_size(*file)) : "");
    digest.add_field(std::to_string(fs::last_write_time(*file).time_since_epoch().count()));
  }
  return digest.finish().hex();
}

IndexLock::IndexLock(const fs::path& folder) {
  base::make_folder(folder);
  const fs::path path = folder / "lock";
  descriptor_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor_ < 0) throw BadInput(path.string() + ": cannot be written: " + std::strerror(errno));
  if (flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return;
  close(descriptor_);
  throw BadInput(folder.string() + ": another process is building an index there");
}

IndexLock::~IndexLock() {
  close(descriptor_);
}

}  // namespace heed::retrieve
