#include "engine/adapter.h"

#include <string_view>

#include <ATen/Parallel.h>

#include "base/error.h"
#include "base/file.h"
#include "base/fingerprint.h"
#include "engine/tensors.h"

namespace heed::engine {

namespace fs = std::filesystem;
using base::BadInput;

namespace {

format::Checkpoint open_adapter(const fs::path& folder) {
  for (const char* name : {"adapter_model.safetensors", "adapter_model.bin"})
    if (base::is_there(folder / name)) return format::Checkpoint::open_file(folder / name);
  throw BadInput(folder.string() + " has neither adapter_model.safetensors nor adapter_model.bin");
}

/// The layer, with all that stands before its own name, and A or B.
struct Half {
  std::string layer;
  char letter = 'A';
};

std::optional<Half> half_of(std::string_view name) {
  for (const char letter : {'A', 'B'})
    for (const char* ending : {".weight", ".default.weight"}) {
      const std::string tail = std::string(".lora_") + letter + ending;
      if (name.ends_with(tail)) return Half{std::string(name.substr(0, name.size() - tail.size())), letter};
    }
  return {};
}

}  // namespace

at::Tensor merged(const at::Tensor& weight, const LowRank& update) {
  const at::ScalarType type = weight.scalar_type();
  const int threads = at::get_num_threads();
  at::set_num_threads(1);  // how a product is split among threads is seen in its last bits
  at::Tensor sum = at::addmm(weight, update.b.to(type), update.a.to(type), 1, update.scale);
  at::set_num_threads(threads);
  return sum;
}

std::string Adapter::layer_of(std::string name) {
  for (const char* wrapper : {"base_model.model.", "model.", "bert.", "transformer."})
    if (name.starts_with(wrapper)) name.erase(0, std::string_view(wrapper).size());
  return name;
}

Adapter::Adapter(const fs::path& folder) : Adapter(folder, infer::read_adapter_config(folder), open_adapter(folder)) {}

Adapter::Adapter(const fs::path& file, const infer::AdapterConfig& config)
    : Adapter(file, config, format::Checkpoint::open_file(file)) {}

Adapter::Adapter(fs::path path, const infer::AdapterConfig& config, format::Checkpoint tensors)
    : path_(std::move(path)), config_(config), tensors_(std::move(tensors)) {
  for (const format::TensorInfo& tensor : tensors_.tensors()) {
    const auto fail = [&](const std::string& what) {
      throw BadInput(tensors_.file_of(tensor.name).string() + ": " + tensor.name + what);
    };
    const auto half = half_of(tensor.name);
    if (!half) fail(" is not a LoRA tensor");
    Halves& halves = layers_[layer_of(half->layer)];
    if (!halves.stem.empty() && halves.stem != half->layer) fail(" means the same layer as " + halves.stem);
    halves.stem = half->layer;
    std::string& name = half->letter == 'A' ? halves.a : halves.b;
    if (!name.empty()) fail(" is the same half as " + name);
    name = tensor.name;
  }
  if (layers_.empty()) throw BadInput(path_.string() + ": the adapter has no tensors");
}

std::optional<LowRank> Adapter::take(const std::string& layer, std::int64_t out, std::int64_t in) {
  const auto found = layers_.find(layer_of(layer));
  if (found == layers_.end()) return {};
  Halves& halves = found->second;
  halves.is_taken = true;
  const auto half = [&](const std::string& name, char letter, std::vector<std::int64_t> shape) {
    if (name.empty())
      throw BadInput(path_.string() + ": the adapter has no " + halves.stem + ".lora_" + letter + ".weight");
    if (const auto& there = tensors_.find(name)->shape; there != shape)
      throw BadInput(tensors_.file_of(name).string() + ": " + name + " has the shape " + shape_text(there) +
                     ", but for this model and rank " + std::to_string(config_.rank) + " it is " + shape_text(shape));
    return load_tensor(tensors_, name, shape, at::kFloat);
  };
  return LowRank{half(halves.a, 'A', {config_.rank, in}), half(halves.b, 'B', {out, config_.rank}), config_.scale};
}

void Adapter::finish(std::string_view why) const {
  for (const auto& [layer, halves] : layers_)
    if (!halves.is_taken)
      throw BadInput(path_.string() + ": the adapter changes " + layer + ", which is " + std::string(why));
}

std::string Adapter::fingerprint() const {
  return base::Digest()
      .add_field(base::read_file(path_ / "adapter_config.json"))
      .add_field(tensors_.fingerprint())
      .finish()
      .hex();
}

}  // namespace heed::engine
