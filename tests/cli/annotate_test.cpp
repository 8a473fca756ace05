#include <regex>

#include <sys/stat.h>

#include "cli/program.h"
#include "curate/annotation_store.h"
#include "testing/testing.h"

namespace heed::testing {
namespace {

using curate::Decision;

/// A folder with one topic of one document.
struct Work {
  Work() {
    dir.write("topics.jsonl", "{\"id\":\"1\",\"query\":\"wind\",\"instruction\":\"All of it.\"}\n");
    dir.write("pool.jsonl", "{\"topic\":\"1\",\"document\":\"a\",\"grade\":1,\"source\":\"judged\"}\n");
    dir.write("documents.jsonl", "{\"id\":\"a\",\"title\":\"A\",\"text\":\"of a\"}\n");
  }
  std::string path() const { return dir.path().string(); }

  /// What ann makes final; then she judges the document, where asked.
  void annotate(std::optional<Decision> decision) const {
    curate::AnnotationStore store(dir.path() / curate::kAnnotationsFile);
    store.add_annotator("ann");
    const auto under = store.make_final({.annotator = "ann", .topic = "1", .request = "1"}, "At sea.").revision;
    if (decision)
      store.decide({.annotator = "ann", .topic = "1", .request = "2"},
                   {.document = "a", .decision = decision, .note = "by the shore", .under = under});
  }

  /// A run of the server that is told to stop after a while.
  Outcome serve(std::vector<std::string> flags, int signal = SIGTERM) const {
    std::vector<std::string> words = {"annotate", path(), "--port", "0"};
    words.insert(words.end(), flags.begin(), flags.end());
    return heed(words, {.signal_after = std::chrono::milliseconds(1500), .signal = signal});
  }

  TemporaryDir dir;
};

TEST(Annotate, PrintsTheAddressFirstAndStopsWell) {
  const Work work;
  for (const int signal : {SIGTERM, SIGINT}) {
    const Outcome outcome = work.serve({}, signal);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_TRUE(std::regex_match(outcome.out, std::regex("http://127\\.0\\.0\\.1:[1-9][0-9]*/\n"))) << outcome.out;
    EXPECT_NE(outcome.err.find("annotations.db"), std::string::npos);
  }
}

TEST(Annotate, AnAddressThatOthersReachHasAToken) {
  const Work work;
  const Outcome outcome = work.serve({"--host", "0.0.0.0"});
  EXPECT_TRUE(std::regex_match(outcome.out, std::regex("http://[^/]+:[0-9]+/\\?token=[0-9a-f]{64}\n"))) << outcome.out;
  EXPECT_NE(outcome.err.find("not encrypted"), std::string::npos);
}

TEST(Annotate, AFileKeepsTheTokenForItsOwnerAlone) {
  const Work work;
  const auto file = work.dir.path() / "token";
  const std::string first = work.serve({"--token-file", file.string()}).out;
  EXPECT_NE(first.find("?token="), std::string::npos);
  struct stat facts {};
  ASSERT_EQ(stat(file.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777U, 0600U);
  const std::string token = content_of(file);
  const std::string second = work.serve({"--token-file", file.string()}).out;
  EXPECT_EQ(second.substr(second.find('=') + 1), token) << "the same at the next start";
  EXPECT_EQ(first.substr(first.find('=') + 1), token);
  EXPECT_TRUE(refused(heed({"annotate", work.path(), "--token-file", work.dir.write("bad", "secret\n").string()}), 65,
                      "bad: has no token in it: 32 or more hexadecimal digits"));
}

TEST(Annotate, ExportsWhatIsComplete) {
  const Work work;
  work.annotate(Decision::kNotRelevant);
  const Outcome outcome = heed({"annotate", work.path(), "--export"});
  EXPECT_TRUE(succeeded(outcome));
  EXPECT_EQ(outcome.err, "");
  EXPECT_EQ(outcome.out,
            "wrote " + work.path() + "/alterations.jsonl and " + work.path() + "/rejudgments.jsonl with 1 topic\n");
  EXPECT_EQ(content_of(work.dir.path() / "alterations.jsonl"), "{\"topic\":\"1\",\"instruction\":\"At sea.\"}\n");
  EXPECT_EQ(content_of(work.dir.path() / "rejudgments.jsonl"),
            "{\"topic\":\"1\",\"document\":\"a\",\"decision\":\"not_relevant\",\"note\":\"by the shore\"}\n");
}

TEST(Annotate, ExportsWhatIsNotCompleteOnlyWhenAsked) {
  const Work work;
  work.annotate(std::nullopt);
  EXPECT_TRUE(refused(heed({"annotate", work.path(), "--export"}), 65,
                      "nothing is exported: no topic is complete; --partial exports what is settled (topic 1: no "
                      "document is judged under the final instruction)"));
  EXPECT_FALSE(std::filesystem::exists(work.dir.path() / "alterations.jsonl"));
  const Outcome outcome = heed({"annotate", work.path(), "--export", "--partial"});
  EXPECT_TRUE(succeeded(outcome));
  EXPECT_EQ(outcome.err, "heed: topic 1 is not complete: no document is judged under the final instruction\n");
  EXPECT_EQ(content_of(work.dir.path() / "rejudgments.jsonl"), "");
}

TEST(Annotate, RefusesWhatItCannotServe) {
  const Work work;
  const TemporaryDir empty;
  EXPECT_TRUE(refused(heed({"annotate", empty.path().string()}), 65, "topics.jsonl"));
  EXPECT_TRUE(refused(heed({"annotate", work.path(), "--export"}), 65, "nothing was annotated in this folder"));
  EXPECT_TRUE(refused(heed({"annotate", work.path(), "--partial"}), 64, "--partial needs --export"));
  EXPECT_TRUE(refused(heed({"annotate", work.path(), "--open", "maybe"}), 64, "--open is yes, no or auto"));
  EXPECT_TRUE(refused(heed({"annotate", work.path(), "--port", "70000"}), 64, "--port"));
  EXPECT_TRUE(refused(heed({"annotate"}), 64));
  EXPECT_TRUE(
      refused(heed({"annotate", work.path(), "--port", "0", "--host", "203.0.113.7"}), 69, "cannot be listened at"));
  work.dir.write("annotations.db", "text\n");
  EXPECT_TRUE(refused(heed({"annotate", work.path(), "--port", "0"}), 65, "the store of annotations cannot be used"));
}

}  // namespace
}  // namespace heed::testing
