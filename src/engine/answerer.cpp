#include <algorithm>

#include <c10/core/InferenceMode.h>

#include "base/error.h"
#include "engine/decoder.h"
#include "engine/models.h"
#include "engine/t5.h"
#include "infer/batches.h"

namespace heed::engine {

using infer::Path;
using infer::TokenId;
using Prompts = std::span<const std::span<const TokenId>>;
using Logits = std::vector<std::vector<float>>;

namespace {

at::Tensor id_tensor(std::span<const TokenId> ids) {
  return at::tensor(at::ArrayRef<std::int64_t>(std::vector<std::int64_t>(ids.begin(), ids.end())), at::kLong);
}

void check_inputs(Prompts prompts, std::span<const TokenId> answers, const infer::ModelFacts& facts) {
  for (const auto& prompt : prompts) check_sequence(prompt, facts);
  for (const TokenId answer : answers) check_sequence(std::span(&answer, 1), facts);
}

std::size_t longest_of(Prompts prompts) {
  std::size_t longest = 0;
  for (const auto& prompt : prompts) longest = std::max(longest, prompt.size());
  return longest;
}

/// Puts the rows of `values` [members, answers] where their prompts stand.
void scatter(const at::Tensor& values, std::span<const std::size_t> members, Logits& logits) {
  const at::Tensor rows = values.contiguous();
  const std::int64_t answers = rows.size(1);
  for (std::size_t k = 0; k < members.size(); ++k) {
    const float* row = rows.data_ptr<float>() + static_cast<std::int64_t>(k) * answers;
    logits[members[k]].assign(row, row + answers);
  }
}

class T5Answerer : public infer::Answerer {
 public:
  T5Answerer(T5 model, infer::ModelFacts facts, const infer::EngineOptions& options)
      : model_(std::move(model)), facts_(std::move(facts)), options_(options) {}

  const infer::ModelFacts& facts() const override { return facts_; }

  Logits logits(Prompts prompts, std::span<const TokenId> answers) override {
    check_inputs(prompts, answers, facts_);
    Logits logits(prompts.size());
    if (prompts.empty()) return logits;
    const c10::InferenceMode inference;
    const auto longest = static_cast<std::int64_t>(longest_of(prompts));
    if (!bias_.defined() || bias_.size(1) < longest) bias_ = model_.position_bias(longest);
    const at::Tensor answer_ids = id_tensor(answers);
    std::vector<std::size_t> lengths;
    for (const auto& prompt : prompts) lengths.push_back(prompt.size());
    const auto batches = infer::batches_by_length(lengths, options_.path == Path::kPlain ? 1 : options_.batch_tokens);
    for_each_batch(batches.size(), options_.threads, [&](std::size_t i) {
      std::vector<std::span<const TokenId>> sequences;
      for (const std::size_t k : batches[i]) sequences.push_back(prompts[k]);
      const Packed packed = pack(sequences);
      const at::Tensor encoded = model_.encode(packed, {options_.path, bias_});
      scatter(model_.logits(model_.first_step(packed, encoded, options_.path), answer_ids), batches[i], logits);
    });
    return logits;
  }

 private:
  T5 model_;
  infer::ModelFacts facts_;
  infer::EngineOptions options_;
  at::Tensor bias_;
};

class DecoderAnswerer : public infer::Answerer {
 public:
  DecoderAnswerer(Decoder model, infer::ModelFacts facts, const infer::EngineOptions& options)
      : model_(std::move(model)), facts_(std::move(facts)), options_(options) {}

  const infer::ModelFacts& facts() const override { return facts_; }

  Logits logits(Prompts prompts, std::span<const TokenId> answers) override {
    check_inputs(prompts, answers, facts_);
    Logits logits(prompts.size());
    if (prompts.empty()) return logits;
    const c10::InferenceMode inference;
    Decoder::Pass pass{.path = options_.path, .rows = Decoder::Rows::kLast};
    pass.rotation = rotation_of(model_.config(), static_cast<std::int64_t>(longest_of(prompts)));
    const at::Tensor answer_ids = id_tensor(answers);
    for (const infer::PrefixGroup& group : groups(prompts)) {
      Prefix prefix;
      if (group.prefix > 0) prefix = compute_prefix(prompts[group.members.front()].first(group.prefix), pass);
      pass.prefix = group.prefix > 0 ? &prefix : nullptr;
      run_group(prompts, group, pass, answer_ids, logits);
    }
    return logits;
  }

 private:
  /// Groups that save enough to be worth a pass of their own; all others are one group without a prefix.
  std::vector<infer::PrefixGroup> groups(Prompts prompts) const {
    constexpr std::size_t kWorthwhile = 32;  // tokens
    std::vector<infer::PrefixGroup> groups(1);
    if (options_.path == Path::kPlain || !options_.share_prefixes) {
      for (std::size_t i = 0; i < prompts.size(); ++i) groups[0].members.push_back(i);
      return groups;
    }
    for (infer::PrefixGroup& group : infer::groups_by_prefix(prompts)) {
      if (group.prefix * (group.members.size() - 1) >= kWorthwhile)
        groups.push_back(std::move(group));
      else
        groups[0].members.insert(groups[0].members.end(), group.members.begin(), group.members.end());
    }
    return groups;
  }

  Prefix compute_prefix(std::span<const TokenId> ids, const Decoder::Pass& pass) const {
    Decoder::Pass alone = pass;
    alone.prefix = nullptr;
    Prefix prefix;
    for_each_batch(1, options_.threads, [&](std::size_t) { prefix = model_.prefix(pack(std::span(&ids, 1)), alone); });
    return prefix;
  }

  void run_group(Prompts prompts, const infer::PrefixGroup& group, const Decoder::Pass& pass, const at::Tensor& answers,
                 Logits& logits) const {
    std::vector<std::size_t> lengths;
    for (const std::size_t member : group.members) lengths.push_back(prompts[member].size() - group.prefix);
    const auto batches = infer::batches_by_length(lengths, options_.path == Path::kPlain ? 1 : options_.batch_tokens);
    for_each_batch(batches.size(), options_.threads, [&](std::size_t i) {
      std::vector<std::span<const TokenId>> sequences;
      std::vector<std::size_t> members;
      for (const std::size_t k : batches[i]) {
        members.push_back(group.members[k]);
        sequences.push_back(prompts[group.members[k]].subspan(group.prefix));
      }
      const Packed packed = pack(sequences, static_cast<std::int64_t>(group.prefix));
      scatter(model_.logits(model_.states(packed, pass), answers), members, logits);
    });
  }

  Decoder model_;
  infer::ModelFacts facts_;
  infer::EngineOptions options_;
};

}  // namespace

std::unique_ptr<infer::Answerer> open_answerer(const infer::ModelFiles& files, const infer::EngineOptions& options) {
  const c10::InferenceMode inference;
  const infer::ModelConfig config = infer::read_model_config(files.folder);
  if (std::holds_alternative<infer::BertConfig>(config))
    throw base::BadInput(files.folder.string() +
                         ": bert gives no next token; a reranker by prompt is t5, llama or mistral");
  Weights weights(files, options);
  if (const auto* t5 = std::get_if<infer::T5Config>(&config)) {
    T5 model(weights, *t5, T5::Parts::kEncoderDecoder);
    weights.finish();
    return std::make_unique<T5Answerer>(std::move(model), weights.facts(config, options), options);
  }
  Decoder model(weights, std::get<infer::DecoderConfig>(config), Decoder::Head::kPresent);
  weights.finish();
  return std::make_unique<DecoderAnswerer>(std::move(model), weights.facts(config, options), options);
}

}  // namespace heed::engine
