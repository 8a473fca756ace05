#include <atomic>
#include <csignal>
#include <fstream>
#include <thread>

#include <unistd.h>

#include "base/error.h"
#include "cli/program.h"
#include "testing/hub.h"
#include "testing/testing.h"

namespace heed::testing {
namespace {

namespace fs = std::filesystem;

const std::string kCommit = "e39ff896cf3efbbdeeb950e6bd7c79f266995b07";  // of core17, as heed knows it

/// The demo collection in the place of Core17.
HostedRepository core17() {
  HostedRepository repository{.id = "jhu-clsp/core17-instructions", .commit = kCommit};
  for (const char* const file :
       {"corpus.jsonl", "queries.jsonl", "top_ranked.jsonl", "qrels_og/test.jsonl", "qrels_changed/test.jsonl"})
    repository.files[file] = content_of(source_dir() / "data" / "demo" / file);
  repository.files["README.md"] = "a card\n";
  repository.files["empty_scores.json"] = "{}\n";
  repository.large = {"corpus.jsonl", "queries.jsonl", "top_ranked.jsonl"};
  return repository;
}

/// What is fetched of it.
std::uint64_t bytes_of_core17() {
  std::uint64_t bytes = 0;
  for (const auto& [path, content] : core17().files)
    if (path.ends_with(".jsonl")) bytes += content.size();
  return bytes;
}

HostedRepository tiny_model(const std::string& id) {
  return {.kind = "models",
          .id = id,
          .files = {{"README.md", "a card"},
                    {"config.json", R"({"architectures": ["BertModel"], "model_type": "bert"})"},
                    {"vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nwine\n"},
                    {"tokenizer_config.json", "{}"},
                    {"model.safetensors", std::string(100000, 'w')},
                    {"pytorch_model.bin", std::string(100000, 'p')},
                    {"onnx/model.onnx", "onnx"},
                    {"tf_model.h5", "h5"}},
          .large = {"model.safetensors", "pytorch_model.bin"}};
}

/// A place of its own for data sets and models, and the Hub that heed asks.
struct Place {
  TemporaryDir dir;
  std::map<std::string, std::string> environment;

  explicit Place(const std::string& endpoint, const std::string& token = "")
      : environment{{"HF_ENDPOINT", endpoint}, {"XDG_CACHE_HOME", dir.path() / "cache"},
                    {"HOME", dir.path()},      {"HEED_DATASETS", ""},
                    {"HEED_MODELS", ""},       {"HF_TOKEN", token},
                    {"HF_TOKEN_PATH", ""},     {"HF_HOME", ""},
                    {"HF_HUB_OFFLINE", ""},    {"HUGGING_FACE_HUB_TOKEN", ""},
                    {"HF_HUB_CACHE", ""}} {}

  Outcome heed(std::vector<std::string> words) const {
    return heed::testing::heed(words, {.environment = environment});
  }
  Outcome pull(std::vector<std::string> words) const {
    words.insert(words.begin(), "pull");
    return heed(words);
  }
  fs::path data(const std::string& name = "core17") const { return dir.path() / "cache/heed/datasets" / name; }
  fs::path model(const std::string& id) const { return dir.path() / "cache/heed/models" / id; }
};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(Pull, FetchesATaskWhichBenchThenRuns) {
  const TestHub hub({core17()});
  const Place place(hub.url());
  const Outcome outcome = place.pull({"core17"});
  ASSERT_TRUE(succeeded(outcome));
  EXPECT_EQ(outcome.out, place.data().string() + "\n");
  EXPECT_TRUE(has(outcome.err, "core17: the dataset jhu-clsp/core17-instructions at e39ff896cf3e, 5 files"))
      << outcome.err;
  EXPECT_TRUE(has(outcome.err, "core17: corpus.jsonl, ")) << outcome.err;
  EXPECT_TRUE(has(outcome.err, " here, 19899 officially")) << outcome.err;  // a warning only
  EXPECT_EQ(files_below(place.data()),
            (std::vector<std::string>{"corpus.jsonl", "heed-pull.json", "qrels_changed/test.jsonl",
                                      "qrels_og/test.jsonl", "queries.jsonl", "top_ranked.jsonl"}));
  EXPECT_EQ(content_of(place.data() / "corpus.jsonl"), content_of(source_dir() / "data/demo/corpus.jsonl"));
  EXPECT_EQ(hub.bytes_served(), bytes_of_core17());
  const auto manifest = nlohmann::json::parse(content_of(place.data() / "heed-pull.json"));
  EXPECT_EQ(manifest["commit"], kCommit);
  EXPECT_EQ(manifest["repository"], "jhu-clsp/core17-instructions");
  EXPECT_EQ(manifest["files"].size(), 5u);
  const TemporaryDir out;
  const Outcome bench = place.heed({"bench", "--model", "bm25", "--data", place.data(), "--out", out.path()});
  ASSERT_TRUE(succeeded(bench));
  EXPECT_TRUE(has(bench.out, "p-MRR"));
}

TEST(Pull, TheSecondTimeNothingIsFetched) {
  const TestHub hub({core17()});
  const Place place(hub.url());
  ASSERT_TRUE(succeeded(place.pull({"core17"})));
  const auto before = fs::last_write_time(place.data() / "heed-pull.json");
  const Outcome again = place.pull({"Core17"});
  ASSERT_TRUE(succeeded(again));
  EXPECT_TRUE(has(again.err, "core17: everything was there")) << again.err;
  EXPECT_EQ(hub.bytes_served(), bytes_of_core17());
  EXPECT_EQ(fs::last_write_time(place.data() / "heed-pull.json"), before);
}

/// The process whose parent is this one; 0 where there is none.
pid_t child() {
  for (const auto& entry : fs::directory_iterator("/proc")) {
    std::ifstream stat(entry.path() / "stat");
    pid_t pid = 0, parent = 0;
    std::string name, state;
    if (stat >> pid >> name >> state >> parent && parent == getpid()) return pid;
  }
  return 0;
}

TEST(Pull, AKilledRunGoesOnWhereItWasAndFetchesNothingTwice) {
  std::atomic<bool> is_to_die = true;
  std::atomic<int> times = 0;
  const TestHub hub({core17()}, [&](const ServedRequest& request, ServedReply& reply) {
    if (!request.path.ends_with("/top_ranked.jsonl") || !is_to_die || !reply.takes_ranges) return;
    reply.cut_after = 1000;
    if (++times < 2) return;
    reply.cut_after = 0;  // the first 1000 bytes are on the disk
    is_to_die = false;
    if (const pid_t heed = child(); heed > 0) kill(heed, SIGKILL);
  });
  const Place place(hub.url());
  EXPECT_EQ(place.pull({"core17"}).code, 128 + SIGKILL);
  EXPECT_EQ(fs::file_size(place.data() / "top_ranked.jsonl.incomplete"), 1000u);
  EXPECT_FALSE(fs::exists(place.data() / "heed-pull.json"));
  EXPECT_TRUE(refused(place.pull({"core17", "--check"}), 65, "not to its end"));
  ASSERT_TRUE(succeeded(place.pull({"core17"})));
  EXPECT_EQ(hub.bytes_served(), bytes_of_core17());
  EXPECT_EQ(content_of(place.data() / "top_ranked.jsonl"), content_of(source_dir() / "data/demo/top_ranked.jsonl"));
  EXPECT_FALSE(fs::exists(place.data() / "top_ranked.jsonl.incomplete"));
}

TEST(Pull, AnotherRevisionIsCompleteOnlyWhenAllOfItIsThere) {
  HostedRepository first = tiny_model("lab/tiny"), second = first;
  second.commit = std::string(40, 'b');
  second.files.erase("model.safetensors");
  second.files.erase("vocab.txt");
  second.files["tokenizer.json"] = "{}";
  second.files["config.json"] = R"({"model_type": "bert"})";
  const TestHub before({first}), after({second});
  const TestHub failing({second}, [](const ServedRequest& request, ServedReply& reply) {
    if (request.path.ends_with("/pytorch_model.bin")) reply = {.status = 500};
  });
  const Place place(before.url());
  ASSERT_TRUE(succeeded(place.pull({"lab/tiny"})));
  const fs::path folder = place.model("lab/tiny");
  std::ofstream(folder / "notes.txt") << "a person's own\n";
  EXPECT_EQ(place.pull({"lab/tiny", "--endpoint", failing.url(), "--attempts", "1"}).code, 69);
  EXPECT_FALSE(fs::exists(folder / "heed-pull.json"));
  EXPECT_TRUE(fs::exists(folder / "model.safetensors")) << "nothing is removed before all is there";
  EXPECT_TRUE(refused(place.pull({"lab/tiny", "--check"}), 65, "not to its end"));
  ASSERT_TRUE(succeeded(place.pull({"lab/tiny", "--endpoint", after.url()})));
  EXPECT_EQ(files_below(folder),
            (std::vector<std::string>{"config.json", "heed-pull.json", "notes.txt", "pytorch_model.bin",
                                      "tokenizer.json", "tokenizer_config.json"}));
  EXPECT_TRUE(succeeded(place.pull({"lab/tiny", "--check"})));
}

TEST(Pull, AManifestThatNamesOthersFilesRemovesNone) {
  const TestHub hub({tiny_model("lab/tiny")});
  const Place place(hub.url());
  ASSERT_TRUE(succeeded(place.pull({"lab/tiny"})));
  const fs::path folder = place.model("lab/tiny");
  const std::string outside = place.dir.write("mine.txt", "mine");
  fs::create_directory(folder / "empty");
  auto manifest = nlohmann::json::parse(content_of(folder / "heed-pull.json"));
  for (const std::string& path : {outside, std::string("../../../../../mine.txt"), std::string("empty")}) {
    manifest["files"].push_back(manifest["files"][0]);
    manifest["files"].back()["path"] = path;
  }
  std::ofstream(folder / "heed-pull.json") << manifest;
  ASSERT_TRUE(fs::exists(folder / "../../../../../mine.txt"));
  ASSERT_TRUE(succeeded(place.pull({"lab/tiny"})));
  EXPECT_TRUE(fs::exists(outside));
  EXPECT_TRUE(fs::is_directory(folder / "empty"));
  EXPECT_TRUE(succeeded(place.pull({"lab/tiny", "--check"})));
}

TEST(Pull, TwoAtOnceFetchEachFileOnce) {
  const TestHub hub({core17()}, [](const ServedRequest& request, ServedReply& reply) {
    if (request.path.ends_with("corpus.jsonl")) reply.delay = std::chrono::milliseconds(300);
  });
  const Place place(hub.url());
  Outcome other;
  {
    const std::jthread thread([&] { other = place.pull({"core17"}); });
    EXPECT_TRUE(succeeded(place.pull({"core17"})));
  }
  EXPECT_TRUE(succeeded(other));
  EXPECT_EQ(hub.bytes_served(), bytes_of_core17());
  EXPECT_TRUE(succeeded(place.pull({"core17", "--check"})));
}

TEST(Pull, CheckFindsWhatChangedWithoutTheNetwork) {
  const TestHub hub({core17()});
  Place place(hub.url());
  ASSERT_TRUE(succeeded(place.pull({"core17"})));
  const std::size_t requests = hub.requests().size();
  place.environment["HF_HUB_OFFLINE"] = "1";
  const Outcome check = place.pull({"--check"});
  ASSERT_TRUE(succeeded(check));
  EXPECT_TRUE(has(check.err, "all as they were fetched")) << check.err;
  EXPECT_TRUE(refused(place.pull({"core17"}), 65, "HF_HUB_OFFLINE"));
  std::ofstream(place.data() / "queries.jsonl", std::ios::app) << "\n";
  EXPECT_TRUE(refused(place.pull({"core17", "--check"}), 65, "queries.jsonl: is not what was fetched"));
  EXPECT_EQ(hub.requests().size(), requests);
  place.environment["HF_HUB_OFFLINE"] = "0";
  ASSERT_TRUE(succeeded(place.pull({"core17"})));
  EXPECT_EQ(hub.times_served("queries.jsonl"), 2);
  EXPECT_EQ(hub.times_served("corpus.jsonl"), 1);
}

TEST(Pull, DryRunAndListShowAndFetchNothing) {
  const TestHub hub({core17()});
  const Place place(hub.url());
  const Outcome plan = place.pull({"core17", "--dry-run"});
  ASSERT_TRUE(succeeded(plan));
  EXPECT_TRUE(has(plan.out, "qrels_og/test.jsonl")) << plan.out;
  EXPECT_TRUE(has(plan.out, "to fetch to " + place.data().string())) << plan.out;
  EXPECT_FALSE(fs::exists(place.data()));
  EXPECT_EQ(hub.bytes_served(), 0u);
  const Outcome list = place.pull({"--list"});
  ASSERT_TRUE(succeeded(list));
  for (const char* const name : {"robust04", "instructir", "fiqa", "followir", "E5-base-v2", "RepLLaMA"})
    EXPECT_TRUE(has(list.out, name)) << name;
  ASSERT_TRUE(succeeded(place.pull({"core17"})));
  EXPECT_TRUE(has(place.pull({"core17", "--dry-run"}).out, "is there"));
  EXPECT_TRUE(has(place.pull({"core17", "--dry-run"}).out, "0 bytes to fetch"));
}

TEST(Pull, AModelComesWithoutWhatIsNotReadAndIsFoundByItsName) {
  const TestHub hub({tiny_model("intfloat/e5-base-v2"), tiny_model("lab/tiny")});
  const Place place(hub.url());
  ASSERT_TRUE(succeeded(place.pull({"E5-base-v2", "lab/tiny"})));
  const std::vector<std::string> files = {"config.json", "heed-pull.json", "model.safetensors", "tokenizer_config.json",
                                          "vocab.txt"};
  EXPECT_EQ(files_below(place.model("intfloat/e5-base-v2")), files);
  EXPECT_EQ(files_below(place.model("lab/tiny")), files);
  const std::string text = place.dir.write("texts.jsonl", "{\"text\": \"wine\"}\n");
  for (const char* const name : {"E5-base-v2", "intfloat/e5-base-v2"}) {
    const Outcome tokens = place.heed({"tokenize", "--model", name, "--texts", text});
    EXPECT_TRUE(has(tokens.out, "[2,5,3]")) << tokens.out << tokens.err;
  }
  // Found too, but nothing says what it is for.
  EXPECT_TRUE(
      refused(place.heed({"tokenize", "--model", "lab/tiny", "--texts", text}), 65, "lab/tiny has no heed.json"));
}

TEST(Pull, AnAdapterComesWithItsBase) {
  HostedRepository adapter{.kind = "models",
                           .id = "castorini/repllama-v1-7b-lora-passage",
                           .files = {{"adapter_config.json", "{}"}, {"adapter_model.bin", "weights"}}};
  const TestHub hub({adapter, tiny_model("meta-llama/Llama-2-7b-hf")});
  const Place place(hub.url());
  const Outcome outcome = place.pull({"RepLLaMA"});
  ASSERT_TRUE(succeeded(outcome));
  EXPECT_EQ(outcome.out, place.model("meta-llama/Llama-2-7b-hf").string() + "\n" +
                             place.model("castorini/repllama-v1-7b-lora-passage").string() + "\n");
}

TEST(Pull, AnyDatasetOfTheHubComesByItsId) {
  const HostedRepository any{.id = "lab/data",
                             .files = {{"corpus.jsonl.gz", "x"}, {"data/test.parquet", "p"}, {"qrels/test.tsv", "t"}}};
  const TestHub hub({any});
  const Place place(hub.url());
  ASSERT_TRUE(succeeded(place.pull({"lab/data", "--dataset", "--data-root", place.dir.path() / "d"})));
  EXPECT_EQ(files_below(place.dir.path() / "d/lab/data"),
            (std::vector<std::string>{"corpus.jsonl.gz", "heed-pull.json", "qrels/test.tsv"}));
  EXPECT_TRUE(refused(place.pull({"lab/data"}), 65, "the model lab/data: the Hub does not show it"));
}

TEST(Pull, FoldersAndTheTokenComeFromTheEnvironment) {
  HostedRepository closed = core17();
  closed.token = "hf_very_secret";
  const TestHub hub({closed, tiny_model("lab/tiny")});
  Place place(hub.url());
  place.environment["HEED_DATASETS"] = place.dir.path() / "sets";
  place.environment["HEED_MODELS"] = place.dir.path() / "models";
  place.environment["HF_TOKEN_PATH"] = place.dir.write("login", "hf_very_secret\n");
  const Outcome outcome = place.pull({"core17", "lab/tiny", "core17"});
  ASSERT_TRUE(succeeded(outcome));
  EXPECT_EQ(outcome.out, (place.dir.path() / "sets/core17").string() + "\n" +
                             (place.dir.path() / "models/lab/tiny").string() + "\n");
  const Outcome check = place.pull({"--check"});
  EXPECT_EQ(check.out, outcome.out);
  EXPECT_EQ(place.pull({"--check", "--models", place.dir.path() / "none"}).out,
            (place.dir.path() / "sets/core17").string() + "\n");
}

TEST(Pull, TheTokenIsSentAndNeverShown) {
  HostedRepository closed = core17();
  closed.token = "hf_very_secret";
  const TestHub hub({closed});
  Place place(hub.url());
  EXPECT_TRUE(refused(place.pull({"core17", "--dry-run"}), 65, "HF_TOKEN has to hold"));
  place.environment["HF_TOKEN"] = "hf_wrong_secret";
  const Outcome wrong = place.pull({"core17", "--dry-run"});
  EXPECT_TRUE(refused(wrong, 65, "refuses the token"));
  EXPECT_FALSE(has(wrong.err, "hf_wrong"));
  place.environment["HF_TOKEN"] = "";
  fs::create_directories(place.dir.path() / "cache/huggingface");
  std::ofstream(place.dir.path() / "cache/huggingface/token") << "hf_very_secret\n";
  const Outcome outcome = place.pull({"core17"});
  ASSERT_TRUE(succeeded(outcome));
  EXPECT_FALSE(has(outcome.out + outcome.err, "hf_very"));
  EXPECT_FALSE(has(content_of(place.data() / "heed-pull.json"), "hf_very"));
  ASSERT_FALSE(hub.requests_of_other_host().empty());
  for (const ServedRequest& request : hub.requests_of_other_host())
    EXPECT_FALSE(request.headers.contains("authorization"));
}

TEST(Pull, WithoutAHomeNoTokenIsTakenFromTheFolderOneIsIn) {
  HostedRepository closed = core17();
  closed.token = "hf_very_secret";
  const TestHub hub({closed});
  Place place(hub.url());
  place.environment["HOME"] = place.environment["XDG_CACHE_HOME"] = "";
  place.environment["HEED_DATASETS"] = place.environment["HEED_MODELS"] = place.dir.path() / "all";
  place.dir.write("huggingface/token", "hf_very_secret\n");
  const fs::path before = fs::current_path();
  fs::current_path(place.dir.path());
  const Outcome outcome = place.pull({"core17", "--dry-run"});
  fs::current_path(before);
  EXPECT_TRUE(refused(outcome, 65, "HF_TOKEN has to hold"));
}

TEST(Pull, WhatIsNotThereIsWrongInputAndWhatFailsIsUnavailable) {
  const TestHub hub({core17()});
  const Place place(hub.url());
  EXPECT_TRUE(refused(place.pull({"nothing"}), 65, "there is no task, group of tasks or model nothing"));
  EXPECT_TRUE(refused(place.pull({"../../etc"}), 65, "there is no task"));
  EXPECT_TRUE(refused(place.pull({"no/such"}), 65, "the model no/such"));
  EXPECT_TRUE(refused(place.pull({"core17", "--revision", "v9"}), 65, "has no revision v9"));
  EXPECT_TRUE(refused(place.pull({"followir", "--revision", "v9"}), 64, "--revision is of one repository"));
  EXPECT_TRUE(refused(place.pull({}), 64, "needs the name"));
  EXPECT_TRUE(refused(place.pull({"core17", "--check", "--list"}), 64, "exclude each other"));
  EXPECT_TRUE(refused(place.pull({"core17", "--endpoint", unreachable_url(), "--attempts", "1"}), 69, "refused"));
  EXPECT_TRUE(refused(place.pull({"core17", "--endpoint", "ftp://x"}), 65, "no url of http"));
  HostedRepository parquet = core17();
  parquet.files = {{"corpus/test-00000-of-00001.parquet", "p"}};
  const TestHub moved({parquet});
  EXPECT_TRUE(refused(place.pull({"core17", "--endpoint", moved.url()}), 65, "has no corpus.jsonl"));
  const TestHub sly({core17()}, [](const ServedRequest&, ServedReply& reply) {
    if (const auto at = reply.body.find("qrels_og/test.jsonl"); at != std::string::npos)
      reply.body.replace(at, 19, "../../../evil.jsonl");
  });
  EXPECT_TRUE(refused(place.pull({"core17", "--endpoint", sly.url()}), 69, "under a name that no repository has"));
  const TestHub spoiled({core17()}, [](const ServedRequest& request, ServedReply& reply) {
    if (reply.takes_ranges && request.path.ends_with("queries.jsonl")) reply.body[3] ^= 1;
  });
  const Outcome outcome = place.pull({"core17", "--endpoint", spoiled.url()});
  EXPECT_EQ(outcome.code, 69);
  EXPECT_TRUE(has(outcome.err, "queries.jsonl: its hash is not the one that the Hub says (fetched twice)"));
  EXPECT_FALSE(fs::exists(place.data() / "queries.jsonl"));
}

}  // namespace
}  // namespace heed::testing
