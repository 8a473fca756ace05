#include <algorithm>
#include <cctype>
#include <set>

#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include "base/error.h"
#include "base/parallel.h"
#include "engine/adapter.h"
#include "engine/models.h"
#include "engine/tensors.h"

namespace heed::engine {

using base::BadInput;
using format::TensorInfo;
using format::TensorType;

namespace {

constexpr std::string_view kWeight = ".weight";

std::optional<at::ScalarType> floating_type(TensorType type) {
  switch (type) {
    case TensorType::kFloat64:
      return at::kDouble;
    case TensorType::kFloat32:
      return at::kFloat;
    case TensorType::kFloat16:
      return at::kHalf;
    case TensorType::kBfloat16:
      return at::kBFloat16;
    default:
      return {};
  }
}

/// Whether a part of the name is a number: the layer is one of a block's.
bool is_in_a_block(std::string_view name) {
  for (std::size_t begin = 0; begin < name.size();) {
    const std::size_t end = std::min(name.find('.', begin), name.size());
    const std::string_view part = name.substr(begin, end - begin);
    if (!part.empty() && std::ranges::all_of(part, [](unsigned char c) { return std::isdigit(c) != 0; })) return true;
    begin = end + 1;
  }
  return false;
}

/// The layer of which this is the matrix, as adapters call it.
std::optional<std::string> layer_of(const TensorInfo& tensor) {
  if (tensor.shape.size() != 2 || !tensor.name.ends_with(kWeight)) return {};
  std::string name = tensor.name.substr(0, tensor.name.size() - kWeight.size());
  if (!is_in_a_block(name)) return {};
  return Adapter::layer_of(std::move(name));
}

class Merge {
 public:
  Merge(const infer::ModelFiles& files, std::optional<TensorType> type)
      : checkpoint_(format::Checkpoint::open_folder(files.folder)), type_(type) {
    if (files.adapter) adapter_.emplace(*files.adapter);
    std::set<std::string> changed;
    for (const TensorInfo& tensor : checkpoint_.tensors()) {
      if (!update_of(tensor)) continue;  // here for its complaints: nothing has been written yet
      if (!floating_type(tensor.type)) fail(tensor, " is not floating point, but the adapter changes it");
      if (!changed.insert(*layer_of(tensor)).second) fail(tensor, " is the same layer as another of the checkpoint");
    }
    if (adapter_) adapter_->finish();
  }

  void run(const infer::Engine::MergeSink& sink) {
    std::vector<TensorInfo> merged = checkpoint_.tensors();
    for (TensorInfo& tensor : merged)
      if (type_ && floating_type(tensor.type)) tensor.type = *type_;
    std::ranges::stable_sort(merged, std::greater<>(), [](const TensorInfo& t) { return element_size(t.type); });
    sink.begin(merged);
    for (const TensorInfo& tensor : merged) {
      const TensorInfo& stored = *checkpoint_.find(tensor.name);
      if (const auto update = update_of(stored))
        pass(sum(stored, *update), tensor, sink);
      else if (stored.type == tensor.type)
        sink.tensor(checkpoint_.read(stored.name).bytes);
      else
        pass(load(stored, *floating_type(stored.type)), tensor, sink);
      checkpoint_.release(stored.name);
    }
  }

 private:
  [[noreturn]] void fail(const TensorInfo& tensor, const std::string& what) const {
    throw BadInput(checkpoint_.file_of(tensor.name).string() + ": " + tensor.name + what);
  }

  std::optional<LowRank> update_of(const TensorInfo& tensor) {
    const auto layer = adapter_ ? layer_of(tensor) : std::nullopt;
    return layer ? adapter_->take(*layer, tensor.shape[0], tensor.shape[1]) : std::nullopt;
  }

  at::Tensor load(const TensorInfo& tensor, at::ScalarType type) const {
    return load_tensor(checkpoint_, tensor.name, tensor.shape, type);
  }

  at::Tensor sum(const TensorInfo& tensor, const LowRank& update) const {
    const at::ScalarType type = tensor.type == TensorType::kFloat64 ? at::kDouble : at::kFloat;
    return merged(load(tensor, type), update);
  }

  /// Gives the numbers away in the type of `tensor`.
  void pass(const at::Tensor& numbers, const TensorInfo& tensor, const infer::Engine::MergeSink& sink) const {
    const at::Tensor rounded = numbers.to(*floating_type(tensor.type)).contiguous();
    if (!at::isfinite(rounded).all().item<bool>() && at::isfinite(numbers).all().item<bool>())
      fail(tensor, " has numbers that are too large for " + std::string(name_of(tensor.type)));
    sink.tensor({static_cast<const std::byte*>(rounded.data_ptr()), rounded.nbytes()});
  }

  format::Checkpoint checkpoint_;
  std::optional<Adapter> adapter_;
  std::optional<TensorType> type_;
};

}  // namespace

void merge(const infer::ModelFiles& files, std::optional<TensorType> type, const infer::Engine::MergeSink& sink) {
  base::check(!type || floating_type(*type));
  const c10::InferenceMode inference;
  at::set_num_threads(base::usable_cores());
  Merge(files, type).run(sink);
}

}  // namespace heed::engine
