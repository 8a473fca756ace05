#include "engine/differentiable.h"

#include <algorithm>
#include <cmath>

#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>

#include "base/error.h"
#include "engine/attention.h"
#include "engine/layers.h"

namespace heed::engine {

using infer::Activation;
using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

at::ScalarType wide_type(at::ScalarType type) {
  return type == at::kDouble ? at::kDouble : at::kFloat;
}

namespace {

struct RmsNormFunction : Function<RmsNormFunction> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight, double epsilon,
                            at::ScalarType type) {
    const at::Tensor length = at::linalg_vector_norm(x, 2, {-1}, true);
    const at::Tensor scale = length.square_().div_(static_cast<double>(x.size(-1))).add_(epsilon).rsqrt_();  // [T, 1]
    context->save_for_backward({x, weight, scale});
    return (x * scale).mul_(weight).to(type);
  }
  // y = w x r with r = (mean(x^2) + e)^-1/2: dx = r (w dy - x r^2 mean(w dy x)).
  static variable_list backward(AutogradContext* context, const variable_list& of_outputs) {
    const variable_list saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &weight = saved[1], &scale = saved[2];
    at::Tensor of_normed = of_outputs[0].to(x.scalar_type());
    at::Tensor of_weight;
    if (context->needs_input_grad(1)) of_weight = (of_normed * x).mul_(scale).sum(0);
    of_normed = of_normed * weight;
    const at::Tensor mean = (of_normed * x).mean({-1}, true).mul_(scale).mul_(scale);
    return {of_normed.addcmul_(x, mean, -1).mul_(scale), of_weight, {}, {}};
  }
};

at::Tensor turned(const at::Tensor& x, const at::Tensor& cosines, const at::Tensor& sines, double direction) {
  const auto halves = x.to(cosines.scalar_type()).chunk(2, -1);
  at::Tensor out = at::empty(x.sizes(), x.options());
  const auto into = out.chunk(2, -1);
  into[0].copy_((halves[0] * cosines).addcmul_(halves[1], sines, -direction));
  into[1].copy_((halves[1] * cosines).addcmul_(halves[0], sines, direction));
  return out;
}

struct TurnFunction : Function<TurnFunction> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& cosines,
                            const at::Tensor& sines) {
    context->save_for_backward({cosines, sines});
    return turned(x, cosines, sines, 1);
  }
  // A rotation's transpose is the one back.
  static variable_list backward(AutogradContext* context, const variable_list& of_outputs) {
    const variable_list saved = context->get_saved_variables();
    return {turned(of_outputs[0], saved[0], saved[1], -1), {}, {}};
  }
};

at::Tensor activation_gradient(Activation activation, const at::Tensor& of_output, const at::Tensor& x) {
  switch (activation) {
    case Activation::kGelu:
      return at::gelu_backward(of_output, x);
    case Activation::kGeluTanh:
      return at::gelu_backward(of_output, x, "tanh");
    case Activation::kRelu:
      return at::threshold_backward(of_output, x, 0);
    case Activation::kSilu:
      return at::silu_backward(of_output, x);
  }
  throw base::Bug("an activation without a gradient");
}

/// Elements that are computed together in the wide type, so that they stay in the cache.
constexpr std::int64_t kPiece = 1 << 16;

struct ActivatedFunction : Function<ActivatedFunction> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, std::int64_t activation) {
    context->save_for_backward({x});
    context->saved_data["activation"] = activation;
    return activate(static_cast<Activation>(activation), x.clone());
  }
  static variable_list backward(AutogradContext* context, const variable_list& of_outputs) {
    const auto activation = static_cast<Activation>(context->saved_data["activation"].toInt());
    const at::Tensor x = context->get_saved_variables()[0];
    const at::Tensor of_output = of_outputs[0].contiguous();
    if (x.scalar_type() != at::kBFloat16) return {activation_gradient(activation, of_output, x), {}};
    at::Tensor of_x = at::empty_like(x);
    for (std::int64_t begin = 0; begin < x.numel(); begin += kPiece) {
      const auto piece = [&](const at::Tensor& all) {
        return all.view({-1}).narrow(0, begin, std::min(kPiece, all.numel() - begin));
      };
      piece(of_x).copy_(activation_gradient(activation, piece(of_output).to(at::kFloat), piece(x).to(at::kFloat)));
    }
    return {of_x, {}};
  }
};

/// The packed sequences' attentions one by one, each with the part of every tensor that is its own.
class Sequences {
 public:
  Sequences(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const at::Tensor& bias,
            const PackedSight& sight)
      : q_(q), k_(k), v_(v), bias_(bias), sight_(sight) {}

  std::size_t size() const { return sight_.keys.size() - 1; }
  at::Tensor own_queries(const at::Tensor& all, std::size_t s) const {
    return all.slice(0, sight_.queries[s], sight_.queries[s + 1]);
  }
  at::Tensor own_keys(const at::Tensor& all, std::size_t s) const {
    return all.slice(0, sight_.keys[s], sight_.keys[s + 1]);
  }
  AttentionInput input(std::size_t s) const {
    AttentionInput input;
    input.q = own_queries(q_, s);
    input.keys = own_keys(k_, s).transpose(0, 1).contiguous();
    input.values = own_keys(v_, s).transpose(0, 1).contiguous();
    input.bias = bias_;
    input.scale = sight_.scale;
    input.sight = {sight_.causal, sight_.causal ? input.keys.size(1) - input.q.size(0) : 0, sight_.window};
    return input;
  }

 private:
  const at::Tensor &q_, &k_, &v_, &bias_;
  const PackedSight& sight_;
};

struct AttentionFunction : Function<AttentionFunction> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                            const c10::optional<at::Tensor>& maybe_bias, const PackedSight& sight) {
    const at::Tensor bias = maybe_bias.value_or(at::Tensor());
    context->save_for_backward({q, k, v, bias});
    context->saved_data["queries"] = sight.queries;
    context->saved_data["keys"] = sight.keys;
    context->saved_data["causal"] = sight.causal;
    context->saved_data["window"] = sight.window.value_or(0);
    context->saved_data["scale"] = sight.scale;
    const Sequences sequences(q, k, v, bias, sight);
    at::Tensor out = at::empty(q.sizes(), q.options());
    for (std::size_t s = 0; s < sequences.size(); ++s) sequences.own_queries(out, s).copy_(attend(sequences.input(s)));
    return out;
  }
  static variable_list backward(AutogradContext* context, const variable_list& of_outputs) {
    const variable_list saved = context->get_saved_variables();
    auto& data = context->saved_data;
    PackedSight sight{data["queries"].toIntVector(),
                      data["keys"].toIntVector(),
                      data["causal"].toBool(),
                      {},
                      data["scale"].toDouble()};
    if (data["window"].toInt() > 0) sight.window = data["window"].toInt();
    const at::Tensor of_out = of_outputs[0].contiguous();
    const Sequences sequences(saved[0], saved[1], saved[2], saved[3], sight);
    const bool learns_bias = saved[3].defined() && context->needs_input_grad(3);
    const BiasGradient bias = learns_bias ? BiasGradient::kPresent : BiasGradient::kNone;
    at::Tensor of_q = at::empty_like(saved[0]), of_k = at::empty_like(saved[1]), of_v = at::empty_like(saved[2]),
               of_bias;
    for (std::size_t s = 0; s < sequences.size(); ++s) {
      const AttentionGradient own = attend_backward(sequences.input(s), sequences.own_queries(of_out, s), bias);
      sequences.own_queries(of_q, s).copy_(own.q);
      sequences.own_keys(of_k, s).copy_(own.keys.transpose(0, 1));
      sequences.own_keys(of_v, s).copy_(own.values.transpose(0, 1));
      if (own.bias.defined()) of_bias = of_bias.defined() ? of_bias.add_(own.bias) : own.bias;
    }
    return {of_q, of_k, of_v, of_bias, {}};
  }
};

/// Calls work(first row, rows in the wide type) for blocks of a matrix.
template <typename Work>
void for_each_block(const at::Tensor& weight, at::ScalarType wide, const Work& work) {
  constexpr std::int64_t kRows = 2048;
  for (std::int64_t begin = 0; begin < weight.size(0); begin += kRows)
    work(begin, weight.slice(0, begin, std::min(begin + kRows, weight.size(0))).to(wide));
}

struct HeadFunction : Function<HeadFunction> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight) {
    context->save_for_backward({weight});
    at::Tensor out = at::empty({x.size(0), weight.size(0)}, x.options());
    for_each_block(weight, x.scalar_type(), [&](std::int64_t begin, const at::Tensor& rows) {
      out.slice(1, begin, begin + rows.size(0)).copy_(at::linear(x, rows));
    });
    return out;
  }
  static variable_list backward(AutogradContext* context, const variable_list& of_outputs) {
    const at::Tensor weight = context->get_saved_variables()[0];
    const at::Tensor& of_out = of_outputs[0];
    at::Tensor of_x = at::zeros({of_out.size(0), weight.size(1)}, of_out.options());
    for_each_block(weight, of_out.scalar_type(), [&](std::int64_t begin, const at::Tensor& rows) {
      of_x.addmm_(of_out.slice(1, begin, begin + rows.size(0)), rows);
    });
    return {of_x, {}};
  }
};

}  // namespace

at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double epsilon, at::ScalarType type) {
  return RmsNormFunction::apply(x, weight, epsilon, type);
}

at::Tensor turn(const at::Tensor& x, const at::Tensor& cosines, const at::Tensor& sines) {
  return TurnFunction::apply(x, cosines, sines);
}

at::Tensor activated(Activation activation, const at::Tensor& x) {
  return ActivatedFunction::apply(x, static_cast<std::int64_t>(activation));
}

at::Tensor attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const at::Tensor& bias,
                     const PackedSight& sight) {
  return AttentionFunction::apply(q, k, v, bias.defined() ? c10::make_optional(bias) : c10::nullopt, sight);
}

at::Tensor head_logits(const at::Tensor& x, const at::Tensor& weight) {
  return HeadFunction::apply(x, weight);
}

std::vector<at::Tensor> gradients(const at::Tensor& output, const at::Tensor& of_output,
                                  const std::vector<at::Tensor>& inputs) {
  return torch::autograd::grad({output}, inputs, {of_output}, c10::nullopt, false, true);
}

}  // namespace heed::engine
