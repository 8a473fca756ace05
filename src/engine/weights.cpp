#include "engine/weights.h"

#include <algorithm>
#include <cstdio>

#include <ATen/Parallel.h>

#include "base/error.h"
#include "base/file.h"
#include "base/fingerprint.h"
#include "base/memory.h"
#include "engine/tensors.h"

namespace heed::engine {

using base::BadInput;

namespace {

std::string gigabytes(double bytes) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f GB", bytes / 1e9);
  return text;
}

/// Before anything is read: every tensor at the precision's size against what the machine has.
void check_memory(const std::filesystem::path& folder, const format::Checkpoint& checkpoint, at::ScalarType type,
                  const Weights::Holding& holding) {
  double needed = 0;
  for (const format::TensorInfo& tensor : checkpoint.tensors())
    needed += static_cast<double>(element_count(tensor)) * static_cast<double>(at::elementSize(type)) * holding.times;
  const auto usable = static_cast<double>(base::usable_memory());
  if (needed > usable)
    throw BadInput(folder.string() + ": " + holding.what + " take " + gigabytes(needed) + " in " +
                   (type == at::kBFloat16 ? "bfloat16" : "float32") + ", but this machine has " + gigabytes(usable) +
                   " of memory");
}

bool matches(const std::string& name, const std::string& pattern) {
  if (pattern.ends_with('*')) return name.starts_with(pattern.substr(0, pattern.size() - 1));
  return name.ends_with(pattern);
}

}  // namespace

Weights::Weights(const infer::ModelFiles& files, const infer::EngineOptions& options, const Holding& holding)
    : folder_(files.folder),
      checkpoint_(format::Checkpoint::open_folder(files.folder)),
      adapter_use_(options.adapter_use),
      type_(holding.type.value_or(options.precision == infer::Precision::kBfloat16 ? at::kBFloat16 : at::kFloat)),
      wide_type_(type_ == at::kDouble ? at::kDouble : at::kFloat),
      copies_(holding.copies) {
  check_memory(folder_, checkpoint_, type_, holding);
  at::set_num_threads(options.threads);  // for conversions; libtorch's own guess may be one
  if (files.adapter) adapter_.emplace(*files.adapter);
}

void Weights::find_body(const std::string& anchor, std::initializer_list<std::string_view> prefixes) {
  std::string tried;
  for (const std::string_view prefix : prefixes) {
    const std::string name = std::string(prefix) + anchor;
    if (checkpoint_.find(name) != nullptr) {
      prefix_ = prefix;
      return;
    }
    tried += (tried.empty() ? "" : ", ") + name;
  }
  throw BadInput(folder_.string() + ": the checkpoint has none of " + tried);
}

std::string Weights::full_name(const std::string& name) const {
  return name.starts_with('/') ? name.substr(1) : prefix_ + name;
}

bool Weights::has(const std::string& name) const {
  return checkpoint_.find(full_name(name)) != nullptr;
}

std::string Weights::located(const std::string& name) const {
  const std::string full = full_name(name);
  if (checkpoint_.find(full) != nullptr) return full;
  for (const auto& [now, then] :
       {std::pair{".LayerNorm.weight", ".LayerNorm.gamma"}, {".LayerNorm.bias", ".LayerNorm.beta"}})
    if (full.ends_with(now)) {
      const std::string old = full.substr(0, full.size() - std::string_view(now).size()) + then;
      if (checkpoint_.find(old) != nullptr) return old;
    }
  throw BadInput(folder_.string() + ": the checkpoint has no tensor " + full);
}

at::Tensor Weights::take(const std::string& name, const std::vector<std::int64_t>& shape, at::ScalarType type) {
  const std::string full = located(name);
  at::Tensor tensor = load_tensor(checkpoint_, full, shape, type);
  if (taken_.insert(full).second) {
    parameters_ += tensor.numel();
    bytes_ += static_cast<std::int64_t>(tensor.nbytes());
  }
  return tensor;
}

at::Tensor Weights::held(const std::string& name, at::Tensor tensor) {
  if (copies_ == Holding::Copies::kMapped) return tensor;
  owned_.push_back({located(name), tensor.clone()});
  checkpoint_.release(owned_.back().name);
  return owned_.back().tensor;
}

at::Tensor Weights::matrix(const std::string& name, std::vector<std::int64_t> shape) {
  return held(name, take(name, shape, type_));
}

at::Tensor Weights::vector(const std::string& name, std::vector<std::int64_t> shape) {
  return held(name, take(name, shape, wide_type_));
}

Linear Weights::linear(const std::string& name, std::int64_t out, std::int64_t in, Bias bias) {
  Linear linear;
  linear.name = full_name(name);
  auto update = adapter_ ? adapter_->take(name.starts_with('/') ? name.substr(1) : name, out, in) : std::nullopt;
  if (update && adapter_use_ == infer::AdapterUse::kMerged) {  // summed in float32, rounded once
    const at::Tensor weight = take(name + ".weight", {out, in}, at::kFloat);
    const at::Tensor sum = merged(weight, *update).to(type_);
    bytes_ += static_cast<std::int64_t>(sum.nbytes()) - static_cast<std::int64_t>(weight.nbytes());
    linear.weight = held(name + ".weight", sum);
  } else {
    linear.weight = matrix(name + ".weight", {out, in});
  }
  if (update && adapter_use_ == infer::AdapterUse::kApplied) {
    linear.down = update->a.to(type_);
    linear.up = (update->b * update->scale).to(type_);
  }
  if (bias == Bias::kPresent) linear.bias = matrix(name + ".bias", {out});
  return linear;
}

void Weights::leave(std::initializer_list<std::string_view> patterns) {
  left_.insert(left_.end(), patterns.begin(), patterns.end());
}

void Weights::finish() const {
  for (const format::TensorInfo& tensor : checkpoint_.tensors()) {
    const bool is_known = taken_.contains(tensor.name) || std::ranges::any_of(left_, [&](const auto& pattern) {
                            return matches(tensor.name, pattern);
                          });
    if (!is_known)
      throw BadInput(checkpoint_.file_of(tensor.name).string() + ": " + tensor.name + " " + shape_text(tensor.shape) +
                     " is no tensor of this model");
  }
  if (adapter_) adapter_->finish();
}

std::int64_t Weights::rows_of(const std::string& name) const {
  const format::TensorInfo& info = *checkpoint_.find(located(name));
  if (info.shape.empty() || info.shape[0] < 1)
    throw BadInput(checkpoint_.file_of(info.name).string() + ": " + info.name + " has the shape " +
                   shape_text(info.shape));
  return info.shape[0];
}

infer::ModelFacts Weights::facts(const infer::ModelConfig& config, const infer::EngineOptions& options) const {
  base::Digest digest;
  digest.add_field(checkpoint_.fingerprint()).add_field(base::read_file(folder_ / "config.json"));
  if (adapter_) {
    digest.add_field(adapter_->fingerprint());
    digest.add_field(adapter_use_ == infer::AdapterUse::kMerged ? "merged" : "applied");
  }
  return {.architecture = architecture_of(config),
          .fingerprint = digest.finish().hex(),
          .device = "CPU, " + base::counted(options.threads, "thread", "threads"),
          .precision = options.precision,
          .parameters = parameters_,
          .weight_bytes = bytes_,
          .vocabulary = vocabulary_of(config),
          .positions = positions_of(config)};
}

}  // namespace heed::engine
