#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "cli/program.h"
#include "testing/testing.h"

namespace heed::testing {
namespace {

constexpr const char* kQrels =
    "301 0 FT-1 1\n301 0 FT-2 0\n301 0 été 2\n"
    "höhe 0 FT-1 1\nhöhe 0 日本 0\n";
constexpr const char* kRun =
    "301 Q0 FT-1 1 2.5 mine\n301 Q0 FT-2 2 2.5 mine\n301 Q0 été 3 -1e-3 mine\n"
    "höhe Q0 日本 1 7 mine\nhöhe Q0 FT-1 2 6.5 mine\n";

std::string replaced(std::string_view text, std::string_view what, std::string_view by) {
  std::string result;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t found = std::min(text.find(what, begin), text.size());
    result.append(text.substr(begin, found - begin));
    if (found < text.size()) result.append(by);
    begin = found + what.size();
  }
  return result;
}

/// The same content, as other people's tools write it.
std::vector<std::string> dressed(const std::string& text) {
  return {replaced(text, "\n", "\r\n"),    "\xEF\xBB\xBF" + text,
          text.substr(0, text.size() - 1), replaced(text, " ", "\t"),
          replaced(text, " ", "  \t "),    replaced(text, "\n", " \n\n"),
          "# made by hand\n" + text,       "\xEF\xBB\xBF" + replaced(replaced(text, " ", "\t"), "\n", "\r\n")};
}

std::string values(const std::string& qrels, const std::string& run, const std::string& input = "") {
  const Outcome outcome = heed({"eval", "-q", "-m", "all_trec", qrels, run}, {.input = input});
  EXPECT_TRUE(succeeded(outcome));
  return outcome.out;
}

TEST(Reading, WhatPeoplesFilesBringAlongChangesNothing) {
  const TemporaryDir folder;
  const std::string qrels = folder.write("qrels", kQrels), run = folder.write("run", kRun);
  const std::string expected = values(qrels, run);
  EXPECT_NE(expected.find("map                   \thöhe\t0.5000\n"), std::string::npos) << expected;
  for (const std::string& text : dressed(kQrels)) EXPECT_EQ(values(folder.write("other", text), run), expected) << text;
  for (const std::string& text : dressed(kRun)) EXPECT_EQ(values(qrels, folder.write("other", text)), expected) << text;
}

TEST(Reading, GzipIsReadByItsContent) {
  const TemporaryDir folder;
  const std::string qrels = folder.write("qrels", kQrels), run = folder.write("run", kRun);
  EXPECT_EQ(values(folder.write_gzip("q.gz", kQrels), folder.write_gzip("run.packed", kRun)), values(qrels, run));
}

TEST(Reading, ADashIsStandardInput) {
  const TemporaryDir folder;
  const std::string qrels = folder.write("qrels", kQrels), run = folder.write("run", kRun);
  const std::string expected = values(qrels, run);
  EXPECT_EQ(values(qrels, "-", kRun), expected);
  EXPECT_EQ(values("-", run, kQrels), expected);
  EXPECT_EQ(values(qrels, "-", content_of(folder.write("b", replaced(kRun, "\n", "\r\n")))), expected);
}

TEST(Reading, ALargeRunComesThroughAPipe) {
  const TemporaryDir folder;
  std::string run;
  for (int i = 1; i <= 20000; ++i) run += "1 Q0 d" + std::to_string(i) + " 1 " + std::to_string(-i) + " mine\n";
  const std::string qrels = folder.write("qrels", "1 0 d100 1\n");
  const Outcome outcome = heed({"eval", "-m", "recip_rank", qrels, "-"}, {.input = run});
  EXPECT_EQ(outcome.out, "recip_rank            \tall\t0.0100\n") << outcome.err;
}

TEST(Reading, AllFormatsOfJudgmentsGiveTheSame) {
  const TemporaryDir folder;
  const std::string run = folder.write("run", kRun);
  const std::string expected = values(folder.write("qrels", kQrels), run);
  const std::string lines = "301\tFT-1\t1\n301\tFT-2\t0\n301\tété\t2\nhöhe\tFT-1\t1\nhöhe\t日本\t0\n";
  EXPECT_EQ(values(folder.write("qrels.tsv", "query-id\tcorpus-id\tscore\n" + lines), run), expected);
  const std::string json =
      R"({"query-id": "301", "corpus-id": "FT-1", "score": 1}
{"query-id": "301", "corpus-id": "FT-2", "score": 0}
{"query-id": 301, "corpus-id": "\u00e9t\u00e9", "score": 2}
{"query-id": "höhe", "corpus-id": "FT-1", "score": 1}
{"query-id": "h\u00f6he", "corpus-id": "日本", "score": 0}
)";
  EXPECT_EQ(values(folder.write("qrels.jsonl", json), run), expected);
  EXPECT_EQ(values(folder.write("crlf.jsonl", "\xEF\xBB\xBF" + replaced(json, "\n", "\r\n")), run), expected);
}

TEST(Reading, WhatIsPassedOverIsCounted) {
  const TemporaryDir folder;
  const std::string qrels = folder.write("qrels", kQrels);
  const Outcome outcome =
      heed({"eval", qrels, folder.write("run", "# one\n# two\n302 Q0 a 1 1 mine\n" + std::string(kRun))});
  EXPECT_TRUE(succeeded(outcome));
  EXPECT_NE(outcome.err.find("2 comment lines"), std::string::npos) << outcome.err;
  EXPECT_NE(outcome.err.find("1 query"), std::string::npos) << outcome.err;
}

TEST(Reading, AFullDeviceIsNoSuccess) {
  const TemporaryDir folder;
  const std::string qrels = folder.write("qrels", kQrels), run = folder.write("run", kRun);
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "there is no /dev/full";
  const std::vector<std::vector<std::string>> lines = {{"eval", qrels, run},
                                                       {"eval", qrels, run, "-q", "-m", "all_trec"},
                                                       {"eval", qrels, run, "--format", "json"},
                                                       {"help", "measures"},
                                                       {"inspect", qrels},
                                                       {"models"},
                                                       {"demo"}};
  for (const auto& line : lines)
    EXPECT_TRUE(refused(heed(line, {.out_to = "/dev/full"}), 65, "standard output")) << line.front();
}

/// Judgments of one query, more than any buffer holds.
std::string many_judgments(const std::string& before, const std::string& after) {
  std::string text;
  for (int i = 0; i < 20000; ++i) text += before + std::to_string(i) + after;
  return text;
}

TEST(Reading, JudgmentsThroughAPipeAreAllRead) {
  const TemporaryDir folder;
  const std::string run = folder.write("run", "1 Q0 d1 1 1 t\n");
  const std::string expected = "num_rel               \tall\t20000\n";
  EXPECT_EQ(heed({"eval", "-", run, "-m", "num_rel"}, {.input = many_judgments("1 0 d", " 1\n")}).out, expected);
  const auto lines = many_judgments("{\"query-id\": \"1\", \"corpus-id\": \"d", "\", \"score\": 1}\n");
  EXPECT_EQ(heed({"eval", "-", run, "-m", "num_rel"}, {.input = lines}).out, expected);
  EXPECT_EQ(heed({"eval", "/dev/stdin", run, "-m", "num_rel"}, {.input = lines}).out, expected);
}

TEST(Reading, OfACollectionIsSaidWhatItHolds) {
  const TemporaryDir folder;
  const std::string documents =
      "<DOC><DOCNO>FT911-1</DOCNO><HEADLINE>Tin &amp; lead</HEADLINE><TEXT>Two words</TEXT></DOC>\n<DOC></DOC>\n";
  const std::string file = folder.write_gzip("ft/1.gz", documents);
  folder.write("ft/readme", "about it");
  const std::string path = folder.path() / "ft";
  const Outcome outcome = heed({"inspect", path, file, "--format", "json"});
  ASSERT_TRUE(succeeded(outcome)) << outcome.err;
  const auto all = nlohmann::json::parse(outcome.out);
  const auto& facts = all.at(path);
  EXPECT_EQ(facts.at("format"), "collection");
  EXPECT_EQ(facts.at("type"), "trec");
  EXPECT_EQ(facts.at("files"), 2);
  EXPECT_EQ(facts.at("documents"), 1);
  EXPECT_EQ(facts.at("bad"), 1);
  EXPECT_EQ(facts.at("words"), 5);
  EXPECT_EQ(facts.at("first_id"), "FT911-1");
  EXPECT_EQ(facts.at("first_title"), "Tin & lead");
  EXPECT_EQ(facts.at("complaints"), nlohmann::json({file + ": byte 91: the docno is empty"}));
  EXPECT_EQ(facts.at("notes"), nlohmann::json({"passed over files without documents: 1, " + path + "/readme"}));
  EXPECT_EQ(all.at(file).at("documents"), 1);
}

TEST(Reading, LinesThatCouldBeTopicsAreACollectionOnlyWhereThatIsSaid) {
  const TemporaryDir folder;
  const std::string lines = folder.write("lines.jsonl", "{\"_id\": \"1\", \"text\": \"words\"}\n");
  EXPECT_NE(heed({"inspect", lines}).out.find("topics"), std::string::npos);
  EXPECT_NE(heed({"inspect", "--as", "collection", lines}).out.find("beir"), std::string::npos);
  EXPECT_TRUE(refused(heed({"inspect", "--as", "collection", folder.write("x", "words\n")}), 65, "is no collection"));
}

}  // namespace
}  // namespace heed::testing
