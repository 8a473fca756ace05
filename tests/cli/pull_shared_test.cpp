#include "cli/program.h"
#include "testing/hub.h"
#include "testing/testing.h"

namespace heed::testing {
namespace {

TEST(PullShared, TheCountsOfARealTaskAgree) {
  HEED_NEEDS_SHARED();
  const auto folder = shared_dir() / "data/beir/nfcorpus";
  HostedRepository nfcorpus{.id = "mteb/nfcorpus", .commit = "ec0fa4fe99da2ff19ca1214b7966684033a58814"};
  for (const char* const file : {"corpus.jsonl", "queries.jsonl", "qrels/test.tsv"})
    nfcorpus.files[file] = content_of(folder / file);
  nfcorpus.large = {"corpus.jsonl"};
  const TestHub hub({nfcorpus});
  const TemporaryDir root;
  const Outcome outcome = heed({"pull", "nfcorpus", "--data-root", root.path(), "--endpoint", hub.url()});
  ASSERT_TRUE(succeeded(outcome));
  EXPECT_NE(outcome.err.find("nfcorpus: all counts agree"), std::string::npos) << outcome.err;
  EXPECT_NE(outcome.err.find("323 judged queries, 3633 documents"), std::string::npos) << outcome.err;
}

}  // namespace
}  // namespace heed::testing
