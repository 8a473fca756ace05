#include "train/estimate.h"

#include <algorithm>
#include <string_view>

#include "format/checkpoint.h"
#include "infer/model_config.h"

namespace heed::train {

namespace {

/// What decides how large a layer's values are, in numbers for each token.
struct Widths {
  std::int64_t layers = 0, width = 0, inner = 0;
};

Widths widths_of(const infer::ModelConfig& config) {
  return std::visit([](const auto& c) { return Widths{c.layers, c.width, c.inner_width}; }, config);
}

/// What attention's linear layers are called in each architecture, where no targets are given.
std::vector<std::string> attention_of(const infer::ModelConfig& config) {
  if (std::holds_alternative<infer::BertConfig>(config)) return {"query", "key", "value", "attention.output.dense"};
  if (std::holds_alternative<infer::T5Config>(config)) return {"q", "k", "v", "o"};
  return {"q_proj", "k_proj", "v_proj", "o_proj"};
}

bool is_target(std::string_view tensor, const std::vector<std::string>& targets) {
  return std::ranges::any_of(targets,
                             [&](const std::string& target) { return tensor.ends_with("." + target + ".weight"); });
}

}  // namespace

MemoryEstimate estimate_memory(const MemoryQuestion& question) {
  const infer::ModelConfig config = infer::read_model_config(question.folder);
  const auto checkpoint = format::Checkpoint::open_folder(question.folder);
  const bool is_full = question.settings.method == infer::Method::kFull;
  const auto targets = question.settings.targets.empty() ? attention_of(config) : question.settings.targets;
  MemoryEstimate estimate;
  for (const format::TensorInfo& tensor : checkpoint.tensors()) {
    const std::int64_t count = element_count(tensor);
    estimate.parameters += count;
    if (is_full)
      estimate.learned_parameters += count;
    else if (tensor.shape.size() == 2 && is_target(tensor.name, targets))
      estimate.learned_parameters += question.settings.rank * (tensor.shape[0] + tensor.shape[1]);
  }
  const std::int64_t element = question.options.precision == infer::Precision::kBfloat16 ? 2 : 4;
  estimate.weights = is_full ? 0 : estimate.parameters * element;
  // Values, their gradient and two moments; and what each thread is about to add, or a copy of the state that is saved.
  estimate.learned = estimate.learned_parameters * 4 * (4 + std::max(question.options.threads, 3));
  const Widths widths = widths_of(config);
  const std::int64_t of_layer = 10 * widths.width + 4 * widths.inner;
  const std::int64_t of_token = question.settings.activations == infer::Activations::kKept
                                    ? widths.layers * of_layer
                                    : widths.layers * widths.width + of_layer;
  const auto tokens = static_cast<std::int64_t>(std::max(question.longest, question.options.batch_tokens));
  estimate.activations = of_token * 4 * tokens * question.options.threads;
  return estimate;
}

}  // namespace heed::train
