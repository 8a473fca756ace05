#include "engine/backward.h"

#include "base/error.h"

namespace heed::engine {

at::Tensor row_losses(const at::Tensor& logits, const LearningBatch& batch) {
  const at::Tensor targets = batch.targets.unsqueeze(1);
  const at::Tensor softmax = at::log_softmax(logits, 1).gather(1, targets).squeeze(1).neg();
  if (!batch.signs.defined()) return softmax;
  const at::Tensor sigmoid = at::log_sigmoid(logits.gather(1, targets).squeeze(1) * batch.signs).neg();
  return at::where(batch.signs == 0, softmax, sigmoid);
}

at::Tensor forward(const LearningModel& model, const LearningBatch& batch) {
  const at::NoGradGuard values_only;
  at::Tensor x = model.embed(batch);
  for (std::size_t i = 0; i < model.layers(); ++i) x = model.layer(i, x, batch);
  return model.logits(x, batch);
}

namespace {

/// A sum of gradients, from the top of the model down.
class Descent {
 public:
  explicit Descent(const std::vector<at::Tensor>& learned) : learned_(learned), sums_(learned.size()) {}

  /// Goes down from `output`, whose gradient is given, to `input`; returns the gradient of that, if it is to have one.
  at::Tensor operator()(const at::Tensor& output, const at::Tensor& of_output, const at::Tensor& input) {
    if (!output.requires_grad()) return {};
    std::vector<at::Tensor> inputs = learned_;
    const bool goes_on = input.defined() && input.requires_grad();
    if (goes_on) inputs.push_back(input);
    const std::vector<at::Tensor> own = gradients(output, of_output, inputs);
    for (std::size_t i = 0; i < sums_.size(); ++i)
      if (own[i].defined()) sums_[i] = sums_[i].defined() ? sums_[i] + own[i] : own[i];
    return goes_on ? own.back() : at::Tensor();
  }
  std::vector<at::Tensor> sums() && { return std::move(sums_); }

 private:
  const std::vector<at::Tensor>& learned_;
  std::vector<at::Tensor> sums_;
};

Backward backward_kept(const LearningModel& model, const LearningBatch& batch, double scale,
                       const std::vector<at::Tensor>& learned) {
  at::Tensor x = model.embed(batch);
  for (std::size_t i = 0; i < model.layers(); ++i) x = model.layer(i, x, batch);
  const at::Tensor losses = row_losses(model.logits(x, batch), batch);
  Descent descent(learned);
  descent(losses, at::full_like(losses, scale), {});
  return {losses.detach(), std::move(descent).sums()};
}

/// Up with the inputs of the layers alone kept, then down with each layer computed once more, but for the last, which
/// is gone back through at once.
Backward backward_recomputed(const LearningModel& model, const LearningBatch& batch, double scale,
                             const std::vector<at::Tensor>& learned) {
  const at::Tensor embedded = model.embed(batch);
  std::vector<at::Tensor> inputs = {embedded.detach()};
  {
    const at::NoGradGuard values_only;
    for (std::size_t i = 0; i + 1 < model.layers(); ++i) inputs.push_back(model.layer(i, inputs[i], batch));
  }
  for (std::size_t i = 0; i < inputs.size(); ++i) inputs[i].set_requires_grad(i > 0 || embedded.requires_grad());
  Descent descent(learned);
  at::Tensor losses, of_x;
  {
    const at::Tensor top = model.layer(inputs.size() - 1, inputs.back(), batch);
    const at::Tensor own = row_losses(model.logits(top, batch), batch);
    of_x = descent(own, at::full_like(own, scale), inputs.back());
    losses = own.detach();
  }
  while (inputs.size() > 1) {
    inputs.pop_back();
    of_x = descent(model.layer(inputs.size() - 1, inputs.back(), batch), of_x, inputs.back());
  }
  if (of_x.defined()) descent(embedded, of_x, {});
  return {losses, std::move(descent).sums()};
}

}  // namespace

Backward backward(const LearningModel& model, const LearningBatch& batch, double scale,
                  const std::vector<at::Tensor>& learned, infer::Activations activations) {
  base::check(model.layers() > 0);
  return activations == infer::Activations::kKept ? backward_kept(model, batch, scale, learned)
                                                  : backward_recomputed(model, batch, scale, learned);
}

}  // namespace heed::engine
