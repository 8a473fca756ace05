#include "format/checkpoint.h"

#include <algorithm>
#include <map>
#include <set>
#include <variant>

#include "base/error.h"
#include "base/file.h"
#include "base/fingerprint.h"
#include "format/json.h"
#include "format/safetensors.h"
#include "format/torch_pickle.h"

namespace heed::format {

namespace fs = std::filesystem;
using base::BadInput;

namespace {

using WeightsFile = std::variant<Safetensors, TorchPickle>;

WeightsFile open_weights(const fs::path& file) {
  for (const char* ending : {".bin", ".pt", ".pth"})
    if (file.extension() == ending) return TorchPickle(file);
  return Safetensors(file);
}

/// Where one tensor is: the file, and its place in that.
struct Place {
  std::size_t file = 0, index = 0;
};

}  // namespace

struct Checkpoint::State {
  std::vector<fs::path> paths;
  std::vector<WeightsFile> files;
  std::vector<TensorInfo> tensors;
  std::map<std::string, Place, std::less<>> places;

  void add(const fs::path& path) {
    paths.push_back(path);
    files.push_back(open_weights(path));
    const auto& infos =
        std::visit([](const auto& f) -> const std::vector<TensorInfo>& { return f.tensors(); }, files.back());
    for (std::size_t i = 0; i < infos.size(); ++i) {
      const auto [place, is_new] = places.insert({infos[i].name, {files.size() - 1, i}});
      if (!is_new)
        throw BadInput(path.string() + ": " + infos[i].name + " is also in " + paths[place->second.file].string());
      tensors.push_back(infos[i]);
    }
  }

  /// The shards that an index lists: {"weight_map": {tensor: file}}.
  void add_shards(const fs::path& index) {
    const IndexedJson json = read_indexed_json(index);
    const auto map = json.is_object() ? json.find("weight_map") : json.end();
    if (!json.is_object() || map == json.end() || !map->is_object())
      throw BadInput(index.string() + ": has no weight_map");
    std::map<std::string, std::string> listed;
    std::set<std::string> shards;
    for (const auto& [tensor, shard] : map->items()) {
      if (!shard.is_string()) throw BadInput(index.string() + ": " + tensor + ": the file is not a string");
      const std::string name = shard.get<std::string>();
      if (name.empty() || name == "." || name == ".." || name.find('/') != std::string::npos)
        throw BadInput(index.string() + ": " + tensor + ": " + name + " is not the name of a file in the folder");
      listed[tensor] = name;
      shards.insert(name);
    }
    for (const std::string& shard : shards) {
      if (!base::is_there(index.parent_path() / shard))
        throw BadInput(index.string() + ": lists " + shard + ", which is missing");
      add(index.parent_path() / shard);
    }
    for (const auto& [tensor, shard] : listed) {
      const auto place = places.find(tensor);
      if (place == places.end() || paths[place->second.file].filename() != shard)
        throw BadInput((index.parent_path() / shard).string() + ": lacks " + tensor + ", which the index says it has");
    }
    for (const auto& [tensor, place] : places)
      if (!listed.contains(tensor)) throw BadInput(paths[place.file].string() + ": " + tensor + " is not in the index");
  }

  std::unique_ptr<State> sorted() {
    std::ranges::sort(tensors, {}, &TensorInfo::name);
    return std::make_unique<State>(std::move(*this));
  }
};

Checkpoint::Checkpoint(std::unique_ptr<State> state) : state_(std::move(state)) {}
Checkpoint::~Checkpoint() = default;
Checkpoint::Checkpoint(Checkpoint&&) noexcept = default;

Checkpoint Checkpoint::open_folder(const fs::path& folder) {
  State state;
  for (const char* name :
       {"model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json"}) {
    const fs::path file = folder / name;
    if (!base::is_there(file)) continue;
    if (file.extension() == ".json")
      state.add_shards(file);
    else
      state.add(file);
    return Checkpoint(state.sorted());
  }
  throw BadInput(folder.string() +
                 ": no weights; looked for model.safetensors and pytorch_model.bin, and for their .index.json");
}

Checkpoint Checkpoint::open_file(const fs::path& file) {
  State state;
  state.add(file);
  return Checkpoint(state.sorted());
}

const std::vector<TensorInfo>& Checkpoint::tensors() const {
  return state_->tensors;
}

const TensorInfo* Checkpoint::find(std::string_view name) const {
  const auto found = std::ranges::lower_bound(state_->tensors, name, {}, &TensorInfo::name);
  return found == state_->tensors.end() || found->name != name ? nullptr : &*found;
}

TensorBytes Checkpoint::read(std::string_view name) const {
  const Place& place = state_->places.find(name)->second;
  return std::visit([&](const auto& file) { return file.read(place.index); }, state_->files[place.file]);
}

void Checkpoint::release(std::string_view name) const {
  const Place& place = state_->places.find(name)->second;
  if (const auto* file = std::get_if<Safetensors>(&state_->files[place.file])) file->release(place.index);
}

const fs::path& Checkpoint::file_of(std::string_view name) const {
  return state_->paths[state_->places.find(name)->second.file];
}

std::string Checkpoint::fingerprint() const {
  constexpr std::size_t kPieces = 16, kPiece = 4096;
  base::Digest digest;
  for (const TensorInfo& tensor : state_->tensors) {
    digest.add_field(tensor.name).add_field(name_of(tensor.type));
    for (const std::int64_t size : tensor.shape) digest.add_field(std::to_string(size));
    const Place& place = state_->places.find(tensor.name)->second;
    if (const auto* pickled = std::get_if<TorchPickle>(&state_->files[place.file]))
      if (const std::string summary = pickled->summary(place.index); !summary.empty()) {
        digest.add_field(summary);
        continue;
      }
    const TensorBytes bytes = read(tensor.name);
    const std::string_view all(reinterpret_cast<const char*>(bytes.bytes.data()), bytes.bytes.size());
    if (all.size() <= kPieces * kPiece) {
      digest.add_field(all);
      continue;
    }
    for (std::size_t i = 0; i < kPieces; ++i) digest.add(all.substr((all.size() - kPiece) * i / (kPieces - 1), kPiece));
  }
  return digest.finish().hex();
}

}  // namespace heed::format
