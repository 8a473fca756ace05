#include <algorithm>
#include <functional>

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
  for (std::size_t k = 0; k < members.size(); ++k) logits[members[k]] = finite_row(rows, k);
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
    const auto batches = batches_for(lengths, options_);
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
    const auto all = groups(prompts);
    for (std::size_t begin = 0; begin < all.size();) {
      const std::size_t end = wave_end(all, begin);
      run_wave(prompts, std::span(all).subspan(begin, end - begin), pass, answer_ids, logits);
      begin = end;
    }
    return logits;
  }

 private:
  using Groups = std::span<const infer::PrefixGroup>;

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
    if (groups[0].members.empty()) groups.erase(groups.begin());
    return groups;
  }

  /// Groups are computed together as far as what is kept of their prefixes stays small. Returns where the wave that
  /// begins with group `begin` ends.
  std::size_t wave_end(Groups groups, std::size_t begin) const {
    constexpr std::size_t kMostKept = std::size_t{256} << 20;  // bytes
    std::size_t kept = 0, end = begin;
    do kept += groups[end++].prefix * model_.prefix_bytes();
    while (end < groups.size() && kept + groups[end].prefix * model_.prefix_bytes() <= kMostKept);
    return end;
  }

  /// Prompts of one group that go through the layers together.
  struct GroupBatch {
    std::size_t group = 0;
    std::vector<std::size_t> members{};  // positions among the prompts
    std::size_t tokens = 0;
  };

  /// The batches of all groups, the largest first, so that the threads end together.
  std::vector<GroupBatch> batches_of(Prompts prompts, Groups groups) const {
    std::vector<GroupBatch> all;
    for (std::size_t g = 0; g < groups.size(); ++g) {
      std::vector<std::size_t> lengths;
      for (const std::size_t member : groups[g].members) lengths.push_back(prompts[member].size() - groups[g].prefix);
      for (const infer::Batch& batch : batches_for(lengths, options_)) {
        all.push_back({.group = g});
        for (const std::size_t k : batch) {
          all.back().members.push_back(groups[g].members[k]);
          all.back().tokens += lengths[k];
        }
      }
    }
    std::ranges::stable_sort(all, std::greater{}, &GroupBatch::tokens);
    return all;
  }

  void run_wave(Prompts prompts, Groups groups, const Decoder::Pass& pass, const at::Tensor& answers,
                Logits& logits) const {
    std::vector<Prefix> prefixes(groups.size());
    // A prefix is little work beside what shares it: one thread each, so that none waits for another at every product.
    const int threads = std::min(options_.threads, static_cast<int>(groups.size()));
    for_each_batch(groups.size(), threads, [&](std::size_t g) {
      const auto shared = prompts[groups[g].members.front()].first(groups[g].prefix);
      if (!shared.empty()) prefixes[g] = model_.prefix(pack(std::span(&shared, 1)), pass);
    });
    const auto batches = batches_of(prompts, groups);
    for_each_batch(batches.size(), options_.threads, [&](std::size_t i) {
      const GroupBatch& batch = batches[i];
      const Prefix& prefix = prefixes[batch.group];
      Decoder::Pass behind = pass;
      behind.prefix = prefix.length > 0 ? &prefix : nullptr;
      std::vector<std::span<const TokenId>> sequences;
      for (const std::size_t member : batch.members)
        sequences.push_back(prompts[member].subspan(static_cast<std::size_t>(prefix.length)));
      const Packed packed = pack(sequences, prefix.length);
      scatter(model_.logits(model_.states(packed, behind), answers), batch.members, logits);
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
