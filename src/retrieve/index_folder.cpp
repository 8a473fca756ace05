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
#include "collection/collection_reader.h"
#include "format/file_walk.h"

namespace heed::retrieve {

namespace fs = std::filesystem;
using base::BadInput;

namespace {

constexpr int kVersion = 1;
constexpr std::string_view kHead = "index.json", kGeneration = "generation-", kLock = "lock";

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
  if (!fs::is_directory(folder)) return names;
  for (const auto& entry : fs::directory_iterator(folder))
    if (const std::string name = entry.path().filename().string(); is_generation(name)) names.push_back(name);
  return names;
}

bool is_empty_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored) && fs::file_size(path, ignored) == 0;
}

/// The description in a folder, be it of another version; null where it is none.
format::Json description_in(const fs::path& folder) {
  const format::Json nothing;
  if (!fs::is_regular_file(folder / kHead)) return nothing;
  try {
    format::Json json = format::read_json(folder / kHead);
    return json.is_object() && json.contains("kind") && json.contains("version") ? json : nothing;
  } catch (const BadInput&) {
    return nothing;
  }
}

/// Whether a builder was here: its lock, its index, or a store of vectors for one.
bool has_sign_of_index(const fs::path& folder) {
  return is_empty_file(folder / kLock) || fs::is_regular_file(folder / "vectors.db") ||
         !description_in(folder).is_null();
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

std::optional<IndexHead> find_index_head(const fs::path& folder) {
  try {
    return read_index_head(folder);
  } catch (const BadInput&) {
    return std::nullopt;
  }
}

std::string text_field(const fs::path& folder, const format::Json& json, const char* name) {
  return field<std::string>(folder / kHead, json, name);
}

std::uint64_t number_field(const fs::path& folder, const format::Json& json, const char* name) {
  const fs::path path = folder / kHead;
  const auto number = field<format::Json>(path, json, name);
  if (!number.is_number_unsigned()) throw BadInput(path.string() + ": \"" + name + "\" is no number from 0 on");
  return number.get<std::uint64_t>();
}

void put_passages(format::Json& json, const std::optional<text::PassageSize>& passages) {
  if (passages) json["passages"] = {{"words", passages->words}, {"overlap", passages->overlap}};
}

bool has_passages(const format::Json& json, const std::optional<text::PassageSize>& passages) {
  format::Json wanted = format::Json::object();
  put_passages(wanted, passages);
  const auto found = json.find("passages");
  return found == json.end() ? !passages : passages && *found == wanted["passages"];
}

void require_index_folder(const fs::path& folder) {
  if (!fs::is_directory(folder) || has_sign_of_index(folder)) return;
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename().string());
  if (names.empty()) return;
  throw BadInput(folder.string() + ": holds " + *std::ranges::min_element(names) +
                 " and no index; an index needs a folder of its own");
}

void remove_unfinished(const fs::path& folder) {
  const format::Json json = description_in(folder);
  if (json.is_null() && has_index(folder)) return;  // a broken one may name any of them
  const auto named = json.is_null() ? format::Json() : json.value("data", format::Json());
  for (const std::string& name : generations(folder))
    if (named != format::Json(name)) fs::remove_all(folder / name);
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
  const fs::path corpus = collection::corpus_of(path);
  format::PassedOver passed_over;
  format::FileWalk files(corpus, passed_over);
  base::Digest digest;
  digest.add_field(fs::weakly_canonical(corpus).string());
  while (const auto file = files.next()) {
    std::error_code ignored;  // of a file that goes meanwhile: its reader says so
    digest.add_field(file->lexically_relative(corpus).string());
    digest.add_field(std::to_string(fs::file_size(*file, ignored)));
    digest.add_field(std::to_string(fs::last_write_time(*file, ignored).time_since_epoch().count()));
  }
  return digest.finish().hex();
}

IndexLock::IndexLock(const fs::path& folder) {
  require_index_folder(folder);
  base::make_folder(folder);
  const fs::path path = folder / kLock;
  descriptor_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor_ < 0) throw BadInput(path.string() + ": cannot be written: " + std::strerror(errno));
  if (flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return;
  const int error = errno;
  close(descriptor_);
  if (error == EWOULDBLOCK) throw BadInput(folder.string() + ": another process is building an index there");
  throw BadInput(path.string() + ": cannot be locked: " + std::strerror(error));
}

IndexLock::~IndexLock() {
  close(descriptor_);
}

}  // namespace heed::retrieve
