#include "engine/adapter.h"

#include <algorithm>

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
    if (fs::exists(folder / name)) return format::Checkpoint::open_file(folder / name);
  throw BadInput(folder.string() + " has neither adapter_model.safetensors nor adapter_model.bin");
}

/// What stands before the layer's own name: PEFT's wrapper, then the model's.
std::string layer_of(std::string name) {
  for (const char* wrapper : {"base_model.model.", "model.", "bert.", "transformer."})
    if (name.starts_with(wrapper)) name.erase(0, std::string_view(wrapper).size());
  return name;
}

}  // namespace

Adapter::Adapter(const fs::path& folder)
    : folder_(folder), config_(infer::read_adapter_config(folder)), tensors_(open_adapter(folder)) {
  for (const format::TensorInfo& tensor : tensors_.tensors()) {
    const auto fail = [&](const std::string& what) {
      throw BadInput(tensors_.file_of(tensor.name).string() + ": " + tensor.name + what);
    };
    const std::size_t half = std::min(tensor.name.rfind(".lora_A."), tensor.name.rfind(".lora_B."));
    if (half == std::string::npos) fail(" is not a LoRA tensor");
    const std::string stem = tensor.name.substr(0, half);
    const auto [place, is_new] = layers_.try_emplace(layer_of(stem), stem);
    if (place->second != stem) fail(" means the same layer as " + place->second);
    left_.insert(place->first);
  }
}

std::optional<LowRank> Adapter::take(const std::string& layer, std::int64_t out, std::int64_t in) {
  const auto found = layers_.find(layer);
  if (found == layers_.end()) return {};
  left_.erase(layer);
  const auto half = [&](const char* letter, std::vector<std::int64_t> shape) {
    for (const char* ending : {".weight", ".default.weight"}) {
      const std::string name = found->second + ".lora_" + letter + ending;
      if (tensors_.find(name) != nullptr) return load_tensor(tensors_, name, shape, at::kFloat);
    }
    throw BadInput(folder_.string() + ": the adapter has no " + found->second + ".lora_" + letter + ".weight");
  };
  return LowRank{half("A", {config_.rank, in}), half("B", {out, config_.rank}), config_.scale};
}

void Adapter::finish() const {
  if (!left_.empty())
    throw BadInput(folder_.string() + ": the adapter changes " + *left_.begin() +
                   ", which is no linear layer of the model's body");
}

std::string Adapter::fingerprint() const {
  return base::Digest()
      .add_field(base::read_file(folder_ / "adapter_config.json"))
      .add_field(tensors_.fingerprint())
      .finish()
      .hex();
}

}  // namespace heed::engine
