// What keeping vectors saves: a bi-encoder over an instruction benchmark in all its arms, each distinct text embedded
// once (heed bench), against embedding every topic's candidates anew in every arm, as the paper's harness did.
//
//   heed_embedding_bench MODEL_FOLDER DATA_FOLDER

#include <chrono>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <numeric>

#include "base/parallel.h"
#include "bench/runner.h"
#include "retrieve/local_model.h"

namespace {

using namespace heed;

double seconds_of(const auto& action) {
  const auto began = std::chrono::steady_clock::now();
  action();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

retrieve::LocalModelSource source_of(const std::filesystem::path& folder) {
  retrieve::LocalModelSource source;
  source.name = folder.filename().string();
  source.folder = folder;
  source.recipe = recipe::read_recipe_file(folder / "heed.json");
  source.options.threads = base::usable_cores();
  source.options.precision = infer::Precision::kFloat32;
  return source;
}

/// Embeds each topic's query and candidates in each arm; how many texts that were.
long embed_naively(retrieve::BiEncoder& encoder, const bench::Task& task) {
  long count = 0;
  for (const collection::InstructionTopic& topic : task.data.topics)
    for (const collection::Arm arm : task.data.arms()) {
      std::vector<recipe::PromptedText> texts = {query_text(encoder.recipe(), *topic.need(arm))};
      for (const std::uint32_t candidate : topic.candidates(arm))
        texts.push_back(document_text(encoder.recipe(), task.data.corpus[candidate]));
      std::vector<std::size_t> all(texts.size());
      std::iota(all.begin(), all.end(), std::size_t{0});
      encoder.work(texts).compute(all);
      count += static_cast<long>(texts.size());
    }
  return count;
}

int run(const std::filesystem::path& folder, const std::string& data) {
  const auto source = source_of(folder);
  const bench::Task task = bench::open_task("task=" + data);
  const auto scratch = std::filesystem::temp_directory_path() / "heed_embedding_bench";
  std::filesystem::remove_all(scratch);
  const retrieve::Model model = retrieve::open_model(source);
  long once = 0;
  const double kept_seconds = seconds_of([&] {
    bench::ScoreStore store(scratch / "store.db");
    once = run_arms({task, model, task.data.arms()}, store, {}).embedded->computed;
  });
  std::filesystem::remove_all(scratch);
  const auto encoder = retrieve::open_bi_encoder(source);
  long naive = 0;
  const double naive_seconds = seconds_of([&] { naive = embed_naively(*encoder, task); });
  std::printf("%-42s %10s %10s\n", "", "texts", "seconds");
  std::printf("%-42s %10ld %10.2f\n", "each distinct text once, stored, scored", once, kept_seconds);
  std::printf("%-42s %10ld %10.2f\n", "each topic's candidates in each arm", naive, naive_seconds);
  std::printf("ratio %.1f in texts, %.1f in time\n", static_cast<double>(naive) / static_cast<double>(once),
              naive_seconds / kept_seconds);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: heed_embedding_bench MODEL_FOLDER DATA_FOLDER\n");
    return 64;
  }
  try {
    return run(argv[1], argv[2]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "heed_embedding_bench: %s\n", error.what());
    return 65;
  }
}
