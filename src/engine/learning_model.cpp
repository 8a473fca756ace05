#include "engine/learning_model.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/memory.h"

namespace heed::engine {

using base::BadInput;

at::Tensor LearningLinear::operator()(const at::Tensor& x) const {
  const at::Tensor y = base.bias.defined() ? at::linear(x, base.weight, base.bias) : at::linear(x, base.weight);
  if (!a.defined()) return y;
  const at::Tensor within = at::linear(x, a.to(x.scalar_type())) * scale;  // [.., rank]
  return y + at::linear(within, b.to(x.scalar_type()));
}

namespace {

/// As PEFT matches target_modules: the whole name, or what stands behind a dot.
bool names(const std::string& target, const std::string& layer) {
  return layer == target || layer.ends_with("." + target);
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

void check_settings(const infer::LearnerSettings& settings) {
  const auto fail = [](const std::string& what) { throw BadInput("what is learned: " + what); };
  if (settings.rank < 1) fail("the rank is " + std::to_string(settings.rank) + ", below 1");
  if (!std::isfinite(settings.alpha) || settings.alpha <= 0) fail("alpha is not above 0");
  if (!(settings.beta1 >= 0 && settings.beta1 < 1 && settings.beta2 >= 0 && settings.beta2 < 1))
    fail("AdamW's betas are not in [0, 1)");
  if (!(std::isfinite(settings.epsilon) && settings.epsilon > 0)) fail("AdamW's epsilon is not above 0");
  if (!(std::isfinite(settings.weight_decay) && settings.weight_decay >= 0)) fail("the weight decay is below 0");
  if (!(std::isfinite(settings.clip) && settings.clip >= 0)) fail("the norm to clip at is below 0");
}

/// The first adapter of the settings. Throws BadInput where its rank or scale is another.
Adapter open_first(const std::filesystem::path& path, const infer::LearnerSettings& settings) {
  const double scale = settings.alpha / settings.rank;
  if (!std::filesystem::is_directory(path)) return Adapter(path, {settings.rank, scale});
  Adapter adapter(path);
  const infer::AdapterConfig& config = adapter.config();
  if (config.rank != settings.rank || std::abs(config.scale - scale) > 1e-6 * scale)
    throw BadInput((path / "adapter_config.json").string() + ": rank " + std::to_string(config.rank) + " and scale " +
                   std::to_string(config.scale) + ", but what is learned has rank " + std::to_string(settings.rank) +
                   " and scale " + std::to_string(scale));
  return adapter;
}

}  // namespace

Updates::Updates(const infer::LearnerSettings& settings, at::ScalarType wide, LearnedTensors& learned)
    : settings_(settings), wide_(wide), learned_(learned), random_(settings.seed) {
  check_settings(settings);
  if (settings.method == infer::Method::kFull && settings.init_adapter)
    throw BadInput(settings.init_adapter->string() + ": an adapter to begin with, but all of the model is learned");
  if (settings.init_adapter) first_.emplace(open_first(*settings.init_adapter, settings));
}

void Updates::choose(const Parts& parts) {
  if (settings_.method == infer::Method::kFull) return;
  for (const std::string& target : settings_.targets)
    if (std::ranges::none_of(parts.all,
                             [&](const std::string& part) { return names(part, target) || names(target, part); }))
      throw BadInput("no linear layer of this model is called " + target + "; there are " + joined(parts.all));
  targets_ = settings_.targets.empty() ? parts.attention : settings_.targets;
}

LowRank Updates::first_update(const Linear& linear) {
  const std::int64_t out = linear.weight.size(0), in = linear.weight.size(1);
  if (first_) {
    auto update = first_->take(linear.name, out, in);
    if (!update)
      throw BadInput(settings_.init_adapter->string() + ": the adapter has no update of " + linear.name +
                     ", which is learned");
    return *update;
  }
  const double most = std::sqrt(1 / static_cast<double>(in));
  at::Tensor a = at::empty({settings_.rank, in}, at::kFloat);
  for (float& value : std::span(a.data_ptr<float>(), static_cast<std::size_t>(a.numel())))
    value = static_cast<float>(most * (static_cast<double>(random_.bits() >> 11) * 0x1p-52 - 1));
  return {a, at::zeros({out, settings_.rank}, at::kFloat), 0};
}

LearningLinear Updates::of(const Linear& linear) {
  LearningLinear learning{linear, {}, {}};
  bool is_learned = false;
  for (const std::string& target : targets_) {
    if (!names(target, linear.name)) continue;
    is_learned = true;
    matched_.insert(target);
  }
  if (!is_learned) return learning;
  numbers_ += static_cast<double>(settings_.rank) * static_cast<double>(linear.weight.size(0) + linear.weight.size(1));
  if (numbers_ * 16 > static_cast<double>(base::usable_memory()))  // value, gradient, two moments
    throw BadInput("updates of rank " + std::to_string(settings_.rank) + " do not fit into this machine's memory");
  const LowRank update = first_update(linear);
  learning.a = update.a.to(wide_, false, true).contiguous();
  learning.b = update.b.to(wide_, false, true).contiguous();
  learning.scale = settings_.alpha / settings_.rank;
  const std::string name = "base_model.model." + linear.name;
  learned_.add(name + ".lora_A.weight", learning.a);
  learned_.add(name + ".lora_B.weight", learning.b);
  return learning;
}

void Updates::finish() const {
  for (const std::string& target : targets_)
    if (!matched_.contains(target)) throw BadInput("no linear layer of this model is called " + target);
  if (first_) first_->finish("none of those that are learned (" + joined(targets_) + ")");
}

}  // namespace heed::engine
