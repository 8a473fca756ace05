#include "train/merged_checkpoint.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>
#include <system_error>

#include "base/ascii.h"
#include "base/error.h"
#include "base/file.h"
#include "base/fingerprint.h"
#include "base/folder.h"
#include "format/checkpoint.h"
#include "format/safetensors_writer.h"
#include "net/pulled.h"

namespace heed::train {

namespace fs = std::filesystem;
using base::BadInput;
using format::Json;
using format::TensorInfo;

namespace {

constexpr const char* kKind = "merged checkpoint";
constexpr int kVersion = 1;

std::uint64_t byte_count(const TensorInfo& tensor) {
  return static_cast<std::uint64_t>(element_count(tensor)) * element_size(tensor.type);
}

/// As PyTorch and transformers call it.
std::string torch_name(format::TensorType type) {
  switch (type) {
    case format::TensorType::kFloat32:
      return "float32";
    case format::TensorType::kFloat16:
      return "float16";
    case format::TensorType::kBfloat16:
      return "bfloat16";
    default:
      break;
  }
  throw base::Bug("weights are converted to no other type");
}

std::string text_of(const Json& json) {
  return json.dump(2) + "\n";
}

// ---- the weights

/// Tensors, one behind the other, over files of a largest size.
class Shards {
 public:
  Shards(fs::path folder, std::uint64_t largest) : folder_(std::move(folder)), largest_(largest) {}

  void begin(const std::vector<TensorInfo>& tensors) {
    std::uint64_t filled = 0;
    for (const TensorInfo& tensor : tensors) {
      const std::uint64_t bytes = byte_count(tensor);
      if (files_.empty() || (filled > 0 && filled + bytes > largest_)) {
        files_.emplace_back();
        filled = 0;
      }
      files_.back().push_back(tensor);
      filled += bytes;
      facts_.bytes += bytes;
    }
    facts_.tensors = tensors.size();
    facts_.weight_files = files_.size();
    require_room();
  }

  void write(std::span<const std::byte> bytes) {
    base::check(file_ < files_.size());
    if (!writer_) writer_.emplace(folder_ / name_of(file_), files_[file_]);
    writer_->write(bytes);
    if (++in_file_ < files_[file_].size()) return;
    writer_->finish();
    writer_.reset();
    in_file_ = 0;
    ++file_;
  }

  void finish() const {
    base::check(file_ == files_.size());
    if (files_.size() < 2) return;
    std::map<std::string, std::string> places;
    for (std::size_t i = 0; i < files_.size(); ++i)
      for (const TensorInfo& tensor : files_[i]) places[tensor.name] = name_of(i);
    const Json index = {{"metadata", {{"total_size", facts_.bytes}}}, {"weight_map", places}};
    base::write_file(folder_ / "model.safetensors.index.json", text_of(index));
  }

  const MergedCheckpoint& facts() const { return facts_; }

 private:
  std::string name_of(std::size_t file) const {
    if (files_.size() == 1) return "model.safetensors";
    std::array<char, 64> name{};
    std::snprintf(name.data(), name.size(), "model-%05zu-of-%05zu.safetensors", file + 1, files_.size());
    return name.data();
  }

  void require_room() const {
    std::error_code error;
    const fs::space_info space = fs::space(folder_, error);
    if (error || space.available >= facts_.bytes) return;
    const auto gigabytes = [](std::uint64_t bytes) {
      std::array<char, 32> text{};
      std::snprintf(text.data(), text.size(), "%.2f GB", static_cast<double>(bytes) / 1e9);
      return std::string(text.data());
    };
    throw BadInput(folder_.parent_path().string() + ": the merged weights take " + gigabytes(facts_.bytes) +
                   ", but the disk has " + gigabytes(space.available) + " left");
  }

  fs::path folder_;
  std::uint64_t largest_;
  std::vector<std::vector<TensorInfo>> files_;  ///< what each file holds
  std::optional<format::SafetensorsWriter> writer_;
  std::size_t file_ = 0, in_file_ = 0;  ///< where the next tensor goes
  MergedCheckpoint facts_;
};

// ---- the other files

/// What holds the checkpoint's or an adapter's weights, belongs to another folder than this, or is made anew.
bool is_left_out(const std::string& name) {
  constexpr std::string_view kEndings[] = {".safetensors", ".index.json", ".bin",  ".pt",   ".pth",
                                           ".h5",          ".msgpack",    ".ot",   ".onnx", ".onnx_data",
                                           ".gguf",        ".ckpt",       ".ggml", ".npz"};
  constexpr std::string_view kNames[] = {"adapter_config.json", "config.json", "heed.json", kMergeFile,
                                         net::kPulledFile};
  const std::string lower = base::lower_case(name);
  return name.starts_with('.') || std::ranges::find(kNames, name) != std::end(kNames) ||
         std::ranges::any_of(kEndings, [&](std::string_view ending) { return lower.ends_with(ending); });
}

/// The names in a folder, sorted.
std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
    names.push_back(entry->path().filename().string());
  if (error) throw BadInput(folder.string() + ": cannot be read: " + error.message());
  std::ranges::sort(names);
  return names;
}

void copy_whole(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::copy_file(from, to, error);
  if (error) throw BadInput(from.string() + ": cannot be copied: " + error.message());
  base::flush_to_disk(to);
}

/// The folders of Sentence-Transformers' modules, below the checkpoint's.
std::vector<std::string> module_folders(const fs::path& folder) {
  std::vector<std::string> folders;
  const fs::path file = folder / "modules.json";
  if (!base::is_there(file)) return folders;
  const Json list = format::read_json(file);
  if (!list.is_array()) throw BadInput(file.string() + ": is not a JSON list");
  for (const Json& module : list) {
    const Json path = module.is_object() ? module.value("path", Json()) : Json();
    if (!path.is_string()) throw BadInput(file.string() + ": has a module without a path");
    const std::string name = path.get<std::string>();
    if (name.empty()) continue;  // the transformer, whose files are the checkpoint's
    const fs::path below(name);
    if (below.is_absolute() || std::ranges::find(below, "..") != below.end())
      throw BadInput(file.string() + ": a path leaves the folder: " + name);
    folders.push_back(name);
  }
  return folders;
}

void copy_others(const fs::path& from, const fs::path& to) {
  for (const std::string& name : names_in(from))
    if (!is_left_out(name) && !fs::is_directory(from / name)) copy_whole(from / name, to / name);
  for (const std::string& module : module_folders(from)) {
    if (!fs::is_directory(from / module)) continue;  // Normalize has no files, and its folder is lost on the way
    base::make_folder(to / module);
    for (const std::string& name : names_in(from / module))
      if (!fs::is_directory(from / module / name)) copy_whole(from / module / name, to / module / name);
  }
}

void write_config(const MergeOrder& order, const fs::path& to) {
  const fs::path from = order.files.folder / "config.json";
  if (!base::is_there(from)) throw BadInput(order.files.folder.string() + ": has no config.json");
  if (!order.type) return copy_whole(from, to / "config.json");
  Json config = format::read_json(from);
  if (!config.is_object()) throw BadInput(from.string() + ": is not a JSON object");
  // transformers renamed the field: each version writes one of them, and the new ones read both.
  bool is_named = false;
  for (const char* name : {"torch_dtype", "dtype"})
    if (config.contains(name)) {
      config[name] = torch_name(*order.type);
      is_named = true;
    }
  if (!is_named) config["torch_dtype"] = torch_name(*order.type);
  base::write_file(to / "config.json", text_of(config));
}

void write_recipe(const MergeOrder& order, const fs::path& to) {
  const fs::path from = order.files.folder / "heed.json";
  if (!order.recipe && !base::is_there(from)) return;
  Json recipe = order.recipe ? *order.recipe : format::read_json(from);
  if (!recipe.is_object()) throw BadInput(from.string() + ": is not a JSON object");
  recipe.erase("adapter");
  base::write_file(to / "heed.json", text_of(recipe));
}

// ---- what made it

std::string fingerprint_of_adapter(const fs::path& folder) {
  const bool is_safe = base::is_there(folder / "adapter_model.safetensors");
  const auto weights =
      format::Checkpoint::open_file(folder / (is_safe ? "adapter_model.safetensors" : "adapter_model.bin"));
  return base::Digest()
      .add_field(base::read_file(folder / "adapter_config.json"))
      .add_field(weights.fingerprint())
      .finish()
      .hex();
}

/// The folder's own name; of ".." that of what it means.
std::string name_of(const fs::path& folder) {
  const fs::path whole = fs::weakly_canonical(folder);
  return (whole.has_filename() ? whole : whole.parent_path()).filename().string();
}

std::vector<std::string> files_below(const fs::path& folder) {
  std::vector<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (!entry.is_directory()) files.push_back(entry.path().lexically_relative(folder).generic_string());
  std::ranges::sort(files);
  return files;
}

void write_note(const MergeOrder& order, const MergedCheckpoint& facts, const fs::path& to) {
  const fs::path& model = order.files.folder;
  Json note = {{"kind", kKind},
               {"version", kVersion},
               {"made_by", "heed " HEED_VERSION},
               {"base", {{"name", name_of(model)}, {"weights", format::Checkpoint::open_folder(model).fingerprint()}}}};
  if (order.files.adapter)
    note["adapter"] = {{"name", name_of(*order.files.adapter)},
                       {"fingerprint", fingerprint_of_adapter(*order.files.adapter)}};
  note["dtype"] = order.type ? torch_name(*order.type) : "stored";
  note["tensors"] = facts.tensors;
  note["bytes"] = facts.bytes;
  note["files"] = files_below(to);
  base::write_file(to / kMergeFile, text_of(note));
}

/// What heed-merge.json says is the folder's. Throws BadInput where there is none of ours.
std::vector<base::FolderFile> own_files(const fs::path& folder) {
  const fs::path file = folder / kMergeFile;
  const auto refuse = [&](const std::string& why) {
    throw BadInput(folder.string() + ": is not replaced, for " + why);
  };
  if (!base::is_there(file)) refuse(std::string("it has no ") + kMergeFile + ": heed merge did not make it");
  const Json note = format::read_json(file);
  const Json files = note.is_object() && note.value("kind", Json()) == kKind ? note.value("files", Json()) : Json();
  if (!files.is_array()) refuse(file.string() + " is not what heed merge writes");
  std::vector<base::FolderFile> own = {{kMergeFile, ""}};
  for (const Json& name : files)
    if (name.is_string()) own.push_back({name.get<std::string>(), ""});
  return own;
}

bool is_within(const fs::path& path, const fs::path& folder) {
  const fs::path inner = fs::weakly_canonical(path) / "", outer = fs::weakly_canonical(folder) / "";
  const fs::path relative = inner.lexically_relative(outer);
  return !relative.empty() && *relative.begin() != "..";
}

}  // namespace

void check_merge_target(const MergeOrder& order) {
  const fs::path& out = order.out;
  if (is_within(out, order.files.folder)) throw BadInput(out.string() + ": is the model's folder, or inside it");
  if (order.files.adapter && is_within(out, *order.files.adapter))
    throw BadInput(out.string() + ": is the adapter's folder, or inside it");
  if (!base::is_there(out)) return;
  if (!fs::is_directory(out)) throw BadInput(out.string() + ": is there, and is no folder");
  if (names_in(out).empty()) return;
  if (order.existing == MergeOrder::Existing::kRefused)
    throw BadInput(out.string() + ": is there already, and is not replaced unless that is asked for (--overwrite)");
  if (const std::string foreign = base::first_foreign(out, own_files(out)); !foreign.empty())
    throw BadInput(out.string() + ": is not replaced, for it holds " + foreign + ", which heed merge did not write");
}

MergedCheckpoint merge_checkpoint(const infer::Engine& engine, const MergeOrder& order) {
  check_merge_target(order);
  base::NewFolder made(order.out);
  write_config(order, made.path());
  write_recipe(order, made.path());
  copy_others(order.files.folder, made.path());
  Shards shards(made.path(), order.shard_bytes);
  std::size_t done = 0, total = 0;
  const infer::Engine::MergeSink sink = {.begin =
                                             [&](const std::vector<TensorInfo>& tensors) {
                                               shards.begin(tensors);
                                               total = tensors.size();
                                             },
                                         .tensor =
                                             [&](std::span<const std::byte> bytes) {
                                               shards.write(bytes);
                                               if (order.on_tensor) order.on_tensor(++done, total);
                                             }};
  engine.merge(order.files, order.type, sink);
  shards.finish();
  write_note(order, shards.facts(), made.path());
  base::flush_to_disk(made.path());
  made.publish();
  return shards.facts();
}

}  // namespace heed::train
