// The README's claims about learning: how near a LoRA step comes to the bare matrix products in it, and what keeping
// or recomputing the layers' insides takes in memory.
//
// A checkpoint of random bfloat16 weights in the shape of a Llama of 1.1B parameters, but of fewer layers, learns from
// texts of random tokens. A step and the bare `linear` calls of a forward pass of the same shapes and counts, three
// times over (forward, once more on the way back, and the gradient of the input), take turns on the same threads, and
// medians are printed: tokens/s of the step, and the ratio of the times.
//
//   heed_learner_bench [--threads N] [--rounds N] [--layers N] [--texts N] [--memory]
//   --memory: the peak of one step with 8 layers, kept and recomputed, each in a process of its own, and no times
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/parallel.h"
#include "base/random.h"
#include "engine/models.h"
#include "infer/batches.h"
#include "infer/learner.h"
#include "measuring.h"
#include "testing/random_checkpoint.h"

namespace {

namespace fs = std::filesystem;
using heed::infer::Activations;
using heed::infer::Lesson;
using heed::infer::TokenId;
using heed::measuring::median;
using heed::measuring::peak_memory;
using heed::measuring::prepare_memory;
using heed::measuring::seconds;

constexpr std::int64_t kWidth = 2048, kInner = 5632, kShared = 256, kVocabulary = 32000, kTextTokens = 640;

struct Settings {
  int threads = heed::base::usable_cores(), rounds = 5, layers = 2, texts = 8;
};

void write_checkpoint(const fs::path& folder, std::int64_t layers) {
  write_random_checkpoint(folder,
                          {{"model_type", "llama"},
                           {"vocab_size", kVocabulary},
                           {"hidden_size", kWidth},
                           {"num_hidden_layers", layers},
                           {"num_attention_heads", 32},
                           {"num_key_value_heads", 4},
                           {"intermediate_size", kInner},
                           {"max_position_embeddings", 2048}},
                          heed::testing::RandomWeights::Type::kBfloat16, {.prefix = "model."});
}

/// Texts whose last two tokens are to be predicted.
struct Lessons {
  std::vector<std::vector<TokenId>> texts;
  std::vector<Lesson> lessons;

  explicit Lessons(int count) : texts(static_cast<std::size_t>(count)) {
    heed::base::Random random(7);
    for (auto& text : texts) {
      while (text.size() < static_cast<std::size_t>(kTextTokens))
        text.push_back(static_cast<TokenId>(random.below(kVocabulary)));
      lessons.push_back({.ids = text, .answer = 2});
    }
  }
};

std::unique_ptr<heed::infer::Learner> open(const fs::path& folder, const Settings& settings, Activations activations) {
  heed::infer::EngineOptions options;
  options.precision = heed::infer::Precision::kBfloat16;
  options.threads = settings.threads;
  return heed::engine::open_learner({folder, {}}, heed::infer::Engine::Task::kAnswer, {.activations = activations},
                                    options);
}

void step(heed::infer::Learner& learner, const Lessons& lessons) {
  learner.learn(lessons.lessons, 1.0 / static_cast<double>(2 * lessons.lessons.size()));
  learner.step(3e-5);
}

/// The bare products of one forward pass: in the last layer only keys and values are of all tokens, the rest is of the
/// rows that predict.
class BareProducts {
 public:
  explicit BareProducts(const Settings& settings) : settings_(settings) {
    const std::vector<std::size_t> lengths(static_cast<std::size_t>(settings.texts), kTextTokens - 1);
    batches_ = heed::infer::batches_by_length(lengths, heed::infer::EngineOptions().batch_tokens);
    const auto most = static_cast<std::int64_t>(batches_.front().size() * lengths.front());
    states_ = at::ones({most, kWidth}, at::kBFloat16);
    inner_ = at::ones({most, kInner}, at::kBFloat16);
    for (int i = 0; i < 2; ++i) {
      own_.push_back(matrix(kWidth, kWidth));
      shared_.push_back(matrix(kShared, kWidth));
      up_.push_back(matrix(kInner, kWidth));
      down_.push_back(matrix(kWidth, kInner));
    }
  }

  void run(int times) const {
    heed::base::parallel_for(batches_.size(), settings_.threads, [&](int, std::size_t i) {
      if (at::get_num_threads() != 1) at::set_num_threads(1);
      const c10::InferenceMode inference;
      const auto texts = static_cast<std::int64_t>(batches_[i].size());
      for (int k = 0; k < times; ++k)
        for (int layer = 0; layer < settings_.layers; ++layer)
          run_layer(texts * (kTextTokens - 1), layer + 1 == settings_.layers ? texts * 2 : texts * (kTextTokens - 1));
    });
  }

 private:
  static at::Tensor matrix(std::int64_t out, std::int64_t in) { return at::full({out, in}, 0.02, at::kBFloat16); }

  void run_layer(std::int64_t tokens, std::int64_t rows) const {
    const at::Tensor all = states_.slice(0, 0, tokens), wanted = all.slice(0, 0, rows);
    const at::Tensor inner = inner_.slice(0, 0, rows);
    at::linear(wanted, own_[0]);
    at::linear(wanted, own_[1]);
    at::linear(all, shared_[0]);
    at::linear(all, shared_[1]);
    at::linear(wanted, up_[0]);
    at::linear(wanted, up_[1]);
    at::linear(inner, down_[0]);
  }

  const Settings& settings_;
  std::vector<heed::infer::Batch> batches_;
  std::vector<at::Tensor> own_, shared_, up_, down_;
  at::Tensor states_, inner_;  // what goes in, of the largest batch
};

void measure_times(const fs::path& folder, const Settings& settings) {
  write_checkpoint(folder, settings.layers);
  const Lessons lessons(settings.texts);
  const BareProducts bare(settings);
  std::printf("LoRA step, Llama 1.1B with %d layers, bfloat16, %d threads, %d texts of %d tokens, %d rounds\n",
              settings.layers, settings.threads, settings.texts, static_cast<int>(kTextTokens), settings.rounds);
  std::printf("%-12s %9s %9s %11s %7s\n", "", "tokens/s", "step, s", "3 x bare, s", "ratio");
  for (const Activations activations : {Activations::kRecomputed, Activations::kKept}) {
    const auto learner = open(folder, settings, activations);
    step(*learner, lessons);
    bare.run(1);
    std::vector<double> steps, bares, ratios;
    for (int i = 0; i < settings.rounds; ++i) {
      const double start = seconds();
      step(*learner, lessons);
      const double middle = seconds();
      bare.run(3);
      const double end = seconds();
      steps.push_back(middle - start);
      bares.push_back(end - middle);
      ratios.push_back((end - middle) / (middle - start));
    }
    std::printf("%-12s %9.0f %9.2f %11.2f %7.2f\n", activations == Activations::kKept ? "kept" : "recomputed",
                static_cast<double>(settings.texts * kTextTokens) / median(steps), median(steps), median(bares),
                median(ratios));
    std::fflush(stdout);
  }
}

void measure_memory(const fs::path& folder, Settings settings) {
  settings.layers = 8;
  write_checkpoint(folder, settings.layers);
  std::printf("peak memory of one step, %d layers of %.2f GB in all, %d threads\n", settings.layers,
              static_cast<double>(fs::file_size(folder / "model.safetensors")) / 1e9, settings.threads);
  std::fflush(stdout);
  for (const Activations activations : {Activations::kRecomputed, Activations::kKept}) {
    const pid_t child = fork();
    if (child == 0) {
      try {  // what is thrown must not reach main, which removes the folder
        step(*open(folder, settings, activations), Lessons(settings.texts));
        std::printf("%-12s %.2f GB\n", activations == Activations::kKept ? "kept" : "recomputed", peak_memory() / 1e9);
        std::fflush(stdout);
        _exit(0);
      } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        _exit(1);
      }
    }
    int status = 0;
    if (waitpid(child, &status, 0) != child || status != 0) throw std::runtime_error("the step failed");
  }
}

}  // namespace

int main(int argc, char** argv) {
  prepare_memory();
  Settings settings;
  bool is_memory = false;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--memory") is_memory = true;
    for (const auto& [name, value] : {std::pair{"--threads", &settings.threads},
                                      {"--rounds", &settings.rounds},
                                      {"--layers", &settings.layers},
                                      {"--texts", &settings.texts}})
      if (word == name && i + 1 < argc) *value = std::max(1, std::atoi(argv[++i]));
  }
  const fs::path scratch = fs::temp_directory_path() / ("heed-learner-bench-" + std::to_string(getpid()));
  try {
    if (is_memory)
      measure_memory(scratch, settings);
    else
      measure_times(scratch, settings);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "heed_learner_bench: %s\n", error.what());
    fs::remove_all(scratch);
    return 1;
  }
  fs::remove_all(scratch);
}
