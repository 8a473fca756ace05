#pragma once

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "infer/learner.h"
#include "testing/testing.h"

namespace heed::testing {

/// Writes config.json of a small llama, and a tokenizer that knows some words and letters, with `[S]` (2) as its end.
/// There are no weights.
inline void write_teachable_model(const TemporaryDir& dir) {
  dir.write("config.json", R"({"model_type":"llama","vocab_size":64,"hidden_size":8,"num_hidden_layers":2,
    "num_attention_heads":2,"num_key_value_heads":2,"intermediate_size":16,"max_position_embeddings":128,
    "rms_norm_eps":1e-6,"hidden_act":"silu","tie_word_embeddings":false})");
  std::string vocabulary = R"("[UNK]":0,"[C]":1,"[S]":2,"true":3,"false":4,"good":5,"bad":6)";
  for (int i = 0; i < 26; ++i)
    vocabulary += ",\"" + std::string(1, static_cast<char>('a' + i)) + "\":" + std::to_string(7 + i);
  dir.write("tokenizer.json", R"({"model":{"type":"WordPiece","unk_token":"[UNK]","max_input_chars_per_word":100,
    "continuing_subword_prefix":"##","vocab":{)" +
                                  vocabulary + R"(}},"pre_tokenizer":{"type":"Whitespace"},
    "added_tokens":[{"id":2,"content":"[S]","special":true,"normalized":false,"single_word":false,"lstrip":false,"rstrip":false}]})");
  dir.write("tokenizer_config.json", R"({"eos_token":"[S]"})");
}

/// A learner without a model: P(true) is the logistic function of the weights of a prompt's tokens, added up; its steps
/// are plain gradient descent. Whether an answer is true its first token says.
class FakeLearner : public infer::Learner {
 public:
  explicit FakeLearner(infer::TokenId yes = 3) : yes_(yes), weights_(64), gradient_(64) { facts_.device = "none"; }

  const infer::ModelFacts& facts() const override { return facts_; }
  std::int64_t learned_parameters() const override { return 64; }

  std::vector<double> learn(std::span<const infer::Lesson> lessons, double scale) override {
    std::vector<double> losses;
    for (const infer::Lesson& lesson : lessons) {
      losses.push_back(loss(lesson));
      const auto prompt = lesson.ids.first(lesson.ids.size() - lesson.answer);
      const double error = probability(prompt) - (is_true(lesson) ? 1 : 0);
      for (const auto id : prompt) gradient_[static_cast<std::size_t>(id)] += scale * error;
    }
    return losses;
  }
  double step(double rate) override {
    double sum = 0;
    for (const double g : gradient_) sum += g * g;
    for (std::size_t i = 0; i < weights_.size(); ++i)
      weights_[i] -= static_cast<float>(rate * (gradient_[i] + 0.01 * static_cast<double>(steps_) * weights_[i]));
    ++steps_;
    std::fill(gradient_.begin(), gradient_.end(), 0.0);
    return ++made == breaks_at ? std::numeric_limits<double>::infinity() : std::sqrt(sum);
  }
  std::vector<double> losses(std::span<const infer::Lesson> lessons) override {
    std::vector<double> losses;
    for (const infer::Lesson& lesson : lessons) losses.push_back(loss(lesson));
    return losses;
  }
  std::vector<std::vector<float>> logits(std::span<const infer::Lesson> prompts,
                                         std::span<const infer::TokenId>) override {
    std::vector<std::vector<float>> all;
    for (const infer::Lesson& prompt : prompts) all.push_back({0, static_cast<float>(sum_of(prompt.ids))});
    return all;
  }

  std::vector<format::OwnedTensor> learned() const override { return {tensor("w", weights_)}; }
  std::vector<format::OwnedTensor> state() const override {
    return {tensor("w", weights_), tensor("steps", {static_cast<float>(steps_)})};
  }
  void restore(std::span<const format::OwnedTensor> state, const std::string&) override {
    for (const auto& one : state) {
      std::vector<float> values(one.bytes.size() / sizeof(float));
      std::memcpy(values.data(), one.bytes.data(), one.bytes.size());
      if (one.info.name == "w")
        weights_ = values;
      else
        steps_ = static_cast<long>(values[0]);
    }
  }
  std::vector<std::string> targets() const override { return {"q_proj"}; }

  long made = 0;               ///< steps by this one, not by those it was restored from
  long breaks_at = -1;         ///< the step, from 1, whose gradient is infinite
  infer::TokenId poison = -1;  ///< a prompt with this token has the loss NaN

 private:
  static format::OwnedTensor tensor(const char* name, const std::vector<float>& values) {
    format::OwnedTensor tensor{{name, format::TensorType::kFloat32, {static_cast<std::int64_t>(values.size())}}, {}};
    tensor.bytes.resize(values.size() * sizeof(float));
    std::memcpy(tensor.bytes.data(), values.data(), tensor.bytes.size());
    return tensor;
  }
  double sum_of(std::span<const infer::TokenId> ids) const {
    double sum = 0;
    for (const auto id : ids) sum += weights_[static_cast<std::size_t>(id)];
    return sum;
  }
  double probability(std::span<const infer::TokenId> ids) const { return 1 / (1 + std::exp(-sum_of(ids))); }
  bool is_true(const infer::Lesson& lesson) const { return lesson.ids[lesson.ids.size() - lesson.answer] == yes_; }
  double loss(const infer::Lesson& lesson) const {
    const auto prompt = lesson.ids.first(lesson.ids.size() - lesson.answer);
    if (std::find(prompt.begin(), prompt.end(), poison) != prompt.end())
      return std::numeric_limits<double>::quiet_NaN();
    const double p = probability(prompt);
    return -std::log(is_true(lesson) ? p : 1 - p);
  }

  infer::TokenId yes_;
  infer::ModelFacts facts_;
  std::vector<float> weights_;
  std::vector<double> gradient_;
  long steps_ = 0;
};

}  // namespace heed::testing
