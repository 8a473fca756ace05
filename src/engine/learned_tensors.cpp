#include "engine/learned_tensors.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>

#include <ATen/Parallel.h>

#include "base/error.h"
#include "base/parallel.h"
#include "engine/tensors.h"

namespace heed::engine {

using base::BadInput;
using format::OwnedTensor;
using format::TensorType;

namespace {

constexpr const char *kFirst = "first_moment.", *kSecond = "second_moment.", *kSteps = "steps";

TensorType type_of(const at::Tensor& tensor) {
  base::check(tensor.scalar_type() == at::kFloat || tensor.scalar_type() == at::kDouble);
  return tensor.scalar_type() == at::kFloat ? TensorType::kFloat32 : TensorType::kFloat64;
}

OwnedTensor owned(const std::string& name, const at::Tensor& tensor) {
  OwnedTensor owned{{name, type_of(tensor), tensor.sizes().vec()}, std::vector<std::byte>(tensor.nbytes())};
  std::memcpy(owned.bytes.data(), tensor.data_ptr(), owned.bytes.size());
  return owned;
}

/// Tensors of a state, each to be taken once.
class Stored {
 public:
  Stored(std::span<const OwnedTensor> tensors, const std::string& what) : what_(what) {
    for (const OwnedTensor& tensor : tensors) tensors_[tensor.info.name] = &tensor;
  }
  const OwnedTensor& take(const std::string& name, TensorType type, at::IntArrayRef shape) {
    const auto found = tensors_.find(name);
    if (found == tensors_.end()) throw BadInput(what_ + ": no tensor " + name + ", which this model learns");
    const OwnedTensor& tensor = *found->second;
    if (tensor.info.type != type || at::IntArrayRef(tensor.info.shape) != shape)
      throw BadInput(what_ + ": " + name + " is " + std::string(name_of(tensor.info.type)) + " " +
                     shape_text(tensor.info.shape) + ", but this model's is " + std::string(name_of(type)) + " " +
                     shape_text(shape));
    tensors_.erase(found);
    return tensor;
  }
  void finish() const {
    if (!tensors_.empty())
      throw BadInput(what_ + ": " + tensors_.begin()->first + " is nothing that this model learns");
  }

 private:
  std::map<std::string, const OwnedTensor*> tensors_;
  const std::string& what_;
};

}  // namespace

void LearnedTensors::add(const std::string& name, const at::Tensor& value) {
  base::check(value.is_contiguous() && std::ranges::find(all_, name, &Learned::name) == all_.end());
  all_.push_back({name, value, at::zeros_like(value), at::zeros_like(value), at::zeros_like(value)});
  at::Tensor(value).set_requires_grad(true);
}

std::vector<at::Tensor> LearnedTensors::values() const {
  std::vector<at::Tensor> values;
  for (const Learned& learned : all_) values.push_back(learned.value);
  return values;
}

std::int64_t LearnedTensors::numbers() const {
  std::int64_t numbers = 0;
  for (const Learned& learned : all_) numbers += learned.value.numel();
  return numbers;
}

void LearnedTensors::accumulate(std::span<const at::Tensor> gradients) {
  base::check(gradients.size() == all_.size());
  const at::NoGradGuard values_only;
  for (std::size_t i = 0; i < all_.size(); ++i)
    if (gradients[i].defined()) all_[i].gradient.add_(gradients[i]);
}

void LearnedTensors::clear_gradient() {
  for (Learned& learned : all_) learned.gradient.zero_();
}

namespace {

/// What one step does to every tensor.
struct Move {
  const AdamW& optimizer;
  double rate, shrink;
  double first_share, second_share;  // of the moments, how much is not their initial zero

  void operator()(const LearnedTensors::Learned& learned) const {
    at::Tensor value = learned.value, g = learned.gradient, first = learned.first, second = learned.second;
    if (shrink != 1) g.mul_(shrink);
    value.mul_(1 - rate * optimizer.weight_decay);
    first.mul_(optimizer.beta1).add_(g, 1 - optimizer.beta1);
    second.mul_(optimizer.beta2).addcmul_(g, g, 1 - optimizer.beta2);
    const at::Tensor spread = second.sqrt().div_(std::sqrt(second_share)).add_(optimizer.epsilon);
    value.addcdiv_(first, spread, -rate / first_share);
  }
};

}  // namespace

namespace {

/// Blocks short enough that their sums are exact to float32's last digits, added up in double.
double sum_of_squares(const at::Tensor& gradient) {
  constexpr std::int64_t kBlock = 1 << 16;
  const at::Tensor flat = gradient.view({-1});
  double squares = 0;
  for (std::int64_t begin = 0; begin < flat.numel(); begin += kBlock) {
    const std::int64_t end = std::min(begin + kBlock, flat.numel());
    const double norm = at::linalg_vector_norm(flat.slice(0, begin, end)).item<double>();
    squares += norm * norm;
  }
  return squares;
}

}  // namespace

double LearnedTensors::norm() const {
  double squares = 0;
  for (const Learned& learned : all_) squares += sum_of_squares(learned.gradient);
  return std::sqrt(squares);
}

double LearnedTensors::step(const AdamW& optimizer, double rate, double clip, int threads) {
  const at::NoGradGuard values_only;
  at::set_num_threads(1);  // how libtorch splits a tensor among threads is seen in the last bits
  const double norm = this->norm();
  if (std::isfinite(norm)) {
    const auto t = static_cast<double>(++steps_);
    const double shrink = clip > 0 ? std::min(1.0, clip / (norm + 1e-6)) : 1;  // torch.nn.utils.clip_grad_norm_
    const Move move{optimizer, rate, shrink, 1 - std::pow(optimizer.beta1, t), 1 - std::pow(optimizer.beta2, t)};
    base::parallel_for(all_.size(), threads, [&](int, std::size_t i) {
      const at::NoGradGuard on_this_thread;
      if (at::get_num_threads() != 1) at::set_num_threads(1);
      move(all_[i]);
    });
  }
  clear_gradient();
  return norm;
}

std::vector<OwnedTensor> LearnedTensors::tensors() const {
  std::vector<OwnedTensor> tensors;
  for (const Learned& learned : all_) tensors.push_back(owned(learned.name, learned.value));
  return tensors;
}

std::vector<OwnedTensor> LearnedTensors::state() const {
  std::vector<OwnedTensor> state = tensors();
  for (const Learned& learned : all_) {
    state.push_back(owned(kFirst + learned.name, learned.first));
    state.push_back(owned(kSecond + learned.name, learned.second));
  }
  OwnedTensor& steps = state.emplace_back();
  steps.info.name = kSteps;
  steps.info.type = TensorType::kInt64;
  steps.bytes.resize(sizeof steps_);
  std::memcpy(steps.bytes.data(), &steps_, sizeof steps_);
  return state;
}

void LearnedTensors::restore(std::span<const OwnedTensor> state, const std::string& what) {
  Stored stored(state, what);
  std::vector<std::pair<at::Tensor, const OwnedTensor*>> copies;
  for (const Learned& learned : all_) {
    const TensorType type = type_of(learned.value);
    const auto shape = learned.value.sizes();
    copies.emplace_back(learned.value, &stored.take(learned.name, type, shape));
    copies.emplace_back(learned.first, &stored.take(kFirst + learned.name, type, shape));
    copies.emplace_back(learned.second, &stored.take(kSecond + learned.name, type, shape));
  }
  const OwnedTensor& steps = stored.take(kSteps, TensorType::kInt64, {});
  stored.finish();
  std::int64_t made = 0;
  std::memcpy(&made, steps.bytes.data(), sizeof made);
  if (made < 0) throw BadInput(what + ": steps is " + std::to_string(made));
  steps_ = made;
  for (const auto& [tensor, from] : copies) std::memcpy(tensor.data_ptr(), from->bytes.data(), from->bytes.size());
  clear_gradient();
}

}  // namespace heed::engine
