// The README's claims about speed and memory, as a person meets them: whole processes, from start to exit.
//
// Judging takes an official TREC run and its judgments where the reference data lies beside the project, and a made-up
// pair of the same size where not. Where the environment's TREC_EVAL names a trec_eval binary, it judges the same files
// in the same call, so that the two times can be set against each other. Counters: the largest resident memory of the
// process, and the files' size, in MB (10^6 bytes).
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/random.h"

namespace {

namespace fs = std::filesystem;

struct Files {
  fs::path judgments, run;
};

fs::path shared() {
  return fs::path(HEED_SOURCE_DIR).parent_path() / "shared";
}

/// A folder for what the benchmarks write, removed at the end.
const fs::path& scratch() {
  static const struct Folder {
    fs::path path = fs::temp_directory_path() / ("heed-bench-" + std::to_string(getpid()));
    Folder() { fs::create_directories(path); }
    ~Folder() { fs::remove_all(path); }
  } kFolder;
  return kFolder.path;
}

/// 100 queries with 1,000 results and 1,288 judgments each, as large as the Robust 2003 files.
Files made_up_files() {
  heed::base::Random random(1);
  std::string run, judgments;
  const auto docno = [&] {
    return "LA" + std::to_string(100000 + random.below(900000)) + "-" + std::to_string(random.below(9));
  };
  for (int query = 301; query < 401; ++query) {
    const std::string id = std::to_string(query);
    for (int rank = 1; rank <= 1000; ++rank)
      run += id + " Q0 D" + std::to_string(rank) + docno() + " " + std::to_string(rank) + " " +
             std::to_string(5000.0 / rank) + " run\n";
    for (int i = 1; i <= 1288; ++i)
      judgments += id + " 0 D" + std::to_string(i) + docno() + " " + std::to_string(random.below(20) == 0) + "\n";
  }
  const Files files{scratch() / "made-up.qrels", scratch() / "made-up.run"};
  heed::base::write_file(files.run, run);
  heed::base::write_file(files.judgments, judgments);
  return files;
}

Files official_or_made_up_files() {
  const fs::path packed = shared() / "data/trec/runs/pircRBa1.run.gz";
  if (!fs::exists(packed)) return made_up_files();
  const fs::path run = scratch() / "pircRBa1.run";
  if (std::system(("gunzip -c '" + packed.string() + "' > '" + run.string() + "'").c_str()) != 0) std::abort();
  return {shared() / "data/trec/qrels/robust03_qrels.txt", run};
}

const Files& files() {
  static const Files kFiles = official_or_made_up_files();
  return kFiles;
}

/// Runs the program, its output thrown away; returns its largest resident memory in MB.
double run_program(const std::vector<std::string>& words) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    const int nowhere = open("/dev/null", O_WRONLY);
    dup2(nowhere, STDOUT_FILENO);
    dup2(nowhere, STDERR_FILENO);
    execv(arguments[0], arguments.data());
    _exit(127);
  }
  int status = 0;
  rusage usage{};
  wait4(child, &status, 0, &usage);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    fprintf(stderr, "%s failed\n", words[0].c_str());
    std::abort();
  }
  return static_cast<double>(usage.ru_maxrss) * 1024 / 1e6;
}

void judge(benchmark::State& state, const std::vector<std::string>& program) {
  auto words = program;
  for (const auto& word :
       {std::string("-m"), std::string("all_trec"), files().judgments.string(), files().run.string()})
    words.push_back(word);
  double peak = 0;
  for (auto _ : state) peak = std::max(peak, run_program(words));
  state.counters["peak_MB"] = peak;
  state.counters["files_MB"] = static_cast<double>(fs::file_size(files().judgments) + fs::file_size(files().run)) / 1e6;
}

void JudgeRunOf100000Lines_heed(benchmark::State& state) {
  judge(state, {HEED_BINARY, "eval"});
}
BENCHMARK(JudgeRunOf100000Lines_heed)->UseRealTime()->Unit(benchmark::kMillisecond);

void JudgeRunOf100000Lines_trec_eval(benchmark::State& state) {
  judge(state, {std::getenv("TREC_EVAL")});
}

/// All scores are computed anew each time: the folder, and the store in it, is removed.
void bench_bm25(benchmark::State& state, const fs::path& data) {
  const fs::path out = scratch() / "bench";
  double peak = 0;
  for (auto _ : state) {
    fs::remove_all(out);
    peak = std::max(peak, run_program({HEED_BINARY, "bench", "--model", "bm25", "--data", "task=" + data.string(),
                                       "--out", out.string()}));
  }
  state.counters["peak_MB"] = peak;
}

void BenchBm25Demo_heed(benchmark::State& state) {
  bench_bm25(state, fs::path(HEED_SOURCE_DIR) / "data/demo");
}
BENCHMARK(BenchBm25Demo_heed)->UseRealTime()->Unit(benchmark::kMillisecond);

void BenchBm25FiveArmsOf90000Scores_heed(benchmark::State& state) {
  bench_bm25(state, shared() / "data/nf-instruct/followir-layout");
}

}  // namespace

int main(int argc, char** argv) {
  if (std::getenv("TREC_EVAL") != nullptr)
    benchmark::RegisterBenchmark("JudgeRunOf100000Lines_trec_eval", JudgeRunOf100000Lines_trec_eval)
        ->UseRealTime()
        ->Unit(benchmark::kMillisecond);
  if (fs::exists(shared() / "data/nf-instruct"))
    benchmark::RegisterBenchmark("BenchBm25FiveArmsOf90000Scores_heed", BenchBm25FiveArmsOf90000Scores_heed)
        ->UseRealTime()
        ->Unit(benchmark::kMillisecond);
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
