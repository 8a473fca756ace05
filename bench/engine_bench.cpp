// The README's claims about the engine: how near a forward pass comes to the bare matrix products in it.
//
// For each published shape a checkpoint of random bfloat16 weights is written, opened as any other, and given texts of
// random tokens. Then the engine and the bare `linear` calls of the same shapes and counts take turns on the same
// threads, and medians are printed: tokens/s of the engine, GFLOP/s of those products in either, and their ratio.
// Products of attention count as the engine's own time, not as work: what a text's length adds is overhead here.
//
//   heed_engine_bench [SHAPE]... [--threads N] [--rounds N]        SHAPE: bert t5 llama llama-shared (all, unless
//   named)
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>
#include <unistd.h>

#include "base/error.h"
#include "base/parallel.h"
#include "base/random.h"
#include "engine/models.h"
#include "infer/batches.h"
#include "measuring.h"
#include "testing/random_checkpoint.h"

namespace {

namespace fs = std::filesystem;
using heed::infer::TokenId;
using heed::measuring::median;
using heed::measuring::peak_memory;
using heed::measuring::prepare_memory;
using heed::measuring::seconds;
using heed::testing::RandomWeights;
using Texts = std::vector<std::vector<TokenId>>;

/// One `linear` of a forward pass: [rows, in] by [out, in], so many times.
struct Product {
  std::int64_t rows, out, in, times;
  double flops() const { return 2.0 * static_cast<double>(rows * out * in * times); }
};

/// What a row of the table is made of.
struct Case {
  std::string name;
  fs::path folder;
  Texts texts;
  std::function<std::function<void(const Texts&)>(const heed::infer::EngineOptions&)> open;
  /// The products of one batch with so many texts, of `rows` tokens all in all.
  std::function<std::vector<Product>(std::int64_t texts, std::int64_t rows)> products;
  std::int64_t shared = 0;  ///< tokens that all texts begin with, computed once
};

Texts random_texts(std::size_t count, std::size_t length, std::size_t shared, std::uint32_t vocabulary) {
  heed::base::Random random(7);
  std::vector<TokenId> prefix;
  for (std::size_t i = 0; i < shared; ++i) prefix.push_back(static_cast<TokenId>(random.below(vocabulary)));
  Texts texts(count, prefix);
  for (auto& text : texts)
    while (text.size() < length) text.push_back(static_cast<TokenId>(random.below(vocabulary)));
  return texts;
}

Case bert_case(const fs::path& scratch) {
  constexpr std::int64_t kWidth = 768, kInner = 3072, kLayers = 12, kVocabulary = 30522;
  Case bert{"BERT-base, 512 tokens", scratch / "bert", random_texts(16, 512, 0, kVocabulary), {}, {}};
  write_random_checkpoint(bert.folder,
                          {{"model_type", "bert"},
                           {"vocab_size", kVocabulary},
                           {"hidden_size", kWidth},
                           {"num_hidden_layers", kLayers},
                           {"num_attention_heads", 12},
                           {"intermediate_size", kInner},
                           {"max_position_embeddings", 512},
                           {"hidden_act", "gelu"}},
                          RandomWeights::Type::kBfloat16);
  bert.open = [folder = bert.folder](const heed::infer::EngineOptions& options) {
    std::shared_ptr embedder = heed::engine::open_embedder({folder, {}}, {.normalize = true}, options);
    return [embedder](const Texts& texts) {
      std::vector<heed::infer::EmbedInput> inputs;
      for (const auto& text : texts) inputs.push_back({text});
      embedder->embed(inputs);
    };
  };
  bert.products = [](std::int64_t, std::int64_t rows) {
    return std::vector<Product>{
        {rows, kWidth, kWidth, 4 * kLayers}, {rows, kInner, kWidth, kLayers}, {rows, kWidth, kInner, kLayers}};
  };
  return bert;
}

/// A reranker's call, for answers that are any two tokens.
std::function<void(const Texts&)> open_reranker(const fs::path& folder, const heed::infer::EngineOptions& options) {
  std::shared_ptr answerer = heed::engine::open_answerer({folder, {}}, options);
  return [answerer](const Texts& texts) {
    const TokenId answers[] = {300, 301};
    answerer->logits(std::vector<std::span<const TokenId>>(texts.begin(), texts.end()), answers);
  };
}

Case t5_case(const fs::path& scratch) {
  constexpr std::int64_t kWidth = 768, kInner = 3072, kLayers = 12, kVocabulary = 32128;
  Case t5{"T5-base reranker, 512 tokens", scratch / "t5", random_texts(16, 512, 0, kVocabulary), {}, {}};
  write_random_checkpoint(t5.folder,
                          {{"model_type", "t5"},
                           {"vocab_size", kVocabulary},
                           {"d_model", kWidth},
                           {"d_kv", 64},
                           {"num_heads", 12},
                           {"d_ff", kInner},
                           {"num_layers", kLayers}},
                          RandomWeights::Type::kBfloat16);
  t5.open = [folder = t5.folder](const auto& options) { return open_reranker(folder, options); };
  t5.products = [](std::int64_t texts, std::int64_t rows) {
    // The decoder's one step: v and o of its own attention, q and o of the other, for one row a text.
    return std::vector<Product>{{rows, kWidth, kWidth, 4 * kLayers}, {rows, kInner, kWidth, kLayers},
                                {rows, kWidth, kInner, kLayers},     {texts, kWidth, kWidth, 4 * kLayers},
                                {texts, kInner, kWidth, kLayers},    {texts, kWidth, kInner, kLayers}};
  };
  return t5;
}

Case llama_case(const fs::path& scratch) {
  constexpr std::int64_t kWidth = 2048, kInner = 5632, kLayers = 22, kShared = 256, kVocabulary = 32000;
  Case llama{"Llama 1.1B, 640-token prompts", scratch / "llama", random_texts(8, 640, 120, kVocabulary), {}, {}, 120};
  write_random_checkpoint(llama.folder,
                          {{"model_type", "llama"},
                           {"vocab_size", kVocabulary},
                           {"hidden_size", kWidth},
                           {"num_hidden_layers", kLayers},
                           {"num_attention_heads", 32},
                           {"num_key_value_heads", 4},
                           {"intermediate_size", kInner},
                           {"max_position_embeddings", 2048}},
                          RandomWeights::Type::kBfloat16, {.prefix = "model."});
  llama.open = [folder = llama.folder](const auto& options) { return open_reranker(folder, options); };
  llama.products = [](std::int64_t texts, std::int64_t rows) {
    // In the last layer only keys and values are of all tokens; the rest is of each text's last.
    constexpr std::int64_t kFull = kLayers - 1;
    return std::vector<Product>{{rows, kWidth, kWidth, 2 * kFull}, {rows, kShared, kWidth, 2 * kLayers},
                                {rows, kInner, kWidth, 2 * kFull}, {rows, kWidth, kInner, kFull},
                                {texts, kWidth, kWidth, 2},        {texts, kInner, kWidth, 2},
                                {texts, kWidth, kInner, 1}};
  };
  return llama;
}

/// The products of a case as the engine batches them, each batch on one thread; the shared beginning on all, though the
/// engine gives it one.
struct BareWork {
  std::vector<std::vector<Product>> batches;
  std::vector<Product> prefix;

  double flops() const {
    double sum = 0;
    for (const auto& batch : batches)
      for (const Product& product : batch) sum += product.flops();
    for (const Product& product : prefix) sum += product.flops();
    return sum;
  }
};

BareWork bare_work(const Case& one, std::int64_t shared, std::size_t batch_tokens) {
  BareWork work;
  std::vector<std::size_t> lengths;
  for (const auto& text : one.texts) lengths.push_back(text.size() - static_cast<std::size_t>(shared));
  for (const auto& batch : heed::infer::batches_by_length(lengths, batch_tokens)) {
    std::size_t rows = 0;
    for (const std::size_t i : batch) rows += lengths[i];
    work.batches.push_back(one.products(static_cast<std::int64_t>(batch.size()), static_cast<std::int64_t>(rows)));
  }
  if (shared > 0) work.prefix = one.products(0, shared);
  return work;
}

/// Matrices for bare products, made before the clock runs: two weights of each shape take turns, so that none is found
/// in the cache that the engine would not find there.
class BareProducts {
 public:
  explicit BareProducts(const BareWork& work) : work_(work) {
    make(work.prefix);
    for (const auto& batch : work.batches) make(batch);
  }

  void run(int threads) const {
    at::set_num_threads(threads);
    run(work_.prefix);
    heed::base::parallel_for(work_.batches.size(), threads, [&](int, std::size_t i) {
      at::set_num_threads(1);
      run(work_.batches[i]);
    });
  }

 private:
  void make(const std::vector<Product>& products) {
    for (const Product& product : products) {
      for (at::Tensor& weight : weights_[{product.out, product.in}])
        if (!weight.defined()) weight = at::full({product.out, product.in}, 0.02, at::kBFloat16);
      at::Tensor& input = inputs_[{product.rows, product.in}];
      if (!input.defined()) input = at::ones({product.rows, product.in}, at::kBFloat16);
    }
  }
  void run(const std::vector<Product>& products) const {
    const c10::InferenceMode inference;
    for (const Product& product : products) {
      if (product.rows == 0) continue;
      const at::Tensor& input = inputs_.at({product.rows, product.in});
      const auto& weights = weights_.at({product.out, product.in});
      for (std::int64_t i = 0; i < product.times; ++i) at::linear(input, weights[static_cast<std::size_t>(i % 2)]);
    }
  }

  using Shape = std::pair<std::int64_t, std::int64_t>;
  const BareWork& work_;
  std::map<Shape, std::array<at::Tensor, 2>> weights_;
  std::map<Shape, at::Tensor> inputs_;
};

struct Settings {
  int threads = heed::base::usable_cores(), rounds = 5;
};

void measure(const Case& one, const Settings& settings, bool share) {
  heed::infer::EngineOptions options;
  options.precision = heed::infer::Precision::kBfloat16;
  options.threads = settings.threads;
  options.share_prefixes = share;
  const double opening = seconds();
  const auto run = one.open(options);
  const double opened = seconds() - opening;
  const BareWork work = bare_work(one, share ? one.shared : 0, options.batch_tokens);
  run(one.texts);
  const double memory = peak_memory();
  const BareProducts bare_products(work);
  bare_products.run(settings.threads);
  std::vector<double> engine, bare, ratios;
  for (int i = 0; i < settings.rounds; ++i) {
    const double start = seconds();
    run(one.texts);
    const double middle = seconds();
    bare_products.run(settings.threads);
    const double end = seconds();
    engine.push_back(middle - start);
    bare.push_back(end - middle);
    ratios.push_back((end - middle) / (middle - start));
  }
  std::size_t tokens = 0;
  for (const auto& text : one.texts) tokens += text.size();
  const auto weights = static_cast<double>(fs::file_size(one.folder / "model.safetensors"));
  std::printf("%-44s %9.0f %9.0f %9.0f %7.2f %8.2f %8.2f %8.2f\n",
              (one.name + (share && one.shared > 0 ? ", " + std::to_string(one.shared) + " shared" : "")).c_str(),
              static_cast<double>(tokens) / median(engine), work.flops() / median(engine) / 1e9,
              work.flops() / median(bare) / 1e9, median(ratios), opened, weights / 1e9, memory / 1e9);
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  prepare_memory();
  Settings settings;
  std::vector<std::string> shapes;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if ((word == "--threads" || word == "--rounds") && i + 1 < argc)
      (word == "--threads" ? settings.threads : settings.rounds) = std::max(1, std::atoi(argv[++i]));
    else
      shapes.push_back(word);
  }
  const fs::path scratch = fs::temp_directory_path() / ("heed-engine-bench-" + std::to_string(getpid()));
  std::printf("bfloat16, %d threads, median of %d rounds\n", settings.threads, settings.rounds);
  std::printf("%-44s %9s %9s %9s %7s %8s %8s %8s\n", "", "tokens/s", "GFLOP/s", "bare", "ratio", "open, s", "file, GB",
              "peak, GB");
  const auto wanted = [&](const char* name) {
    return shapes.empty() || std::ranges::find(shapes, name) != shapes.end();
  };
  try {
    if (wanted("bert")) measure(bert_case(scratch), settings, false);
    if (wanted("t5")) measure(t5_case(scratch), settings, false);
    for (const bool share : {false, true})
      if (wanted(share ? "llama-shared" : "llama")) measure(llama_case(scratch), settings, share);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "heed_engine_bench: %s\n", error.what());
    fs::remove_all(scratch);
    return 1;
  }
  fs::remove_all(scratch);
}
