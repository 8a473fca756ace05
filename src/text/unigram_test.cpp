#include "text/unigram.h"

#include <functional>

#include <gtest/gtest.h>

#include "base/random.h"
#include "testing/testing.h"

namespace heed::text {
namespace {

using heed::testing::complaint_of;
using Ids = std::vector<TokenId>;

std::unique_ptr<SubwordModel> model_of(const std::string& description) {
  const auto json = format::IndexedJson::parse(description);
  return Unigram::read(JsonPart(json, "f: model"));
}

Ids ids(const SubwordModel& model, std::string_view word) {
  Ids result;
  model.tokenize(word, result);
  return result;
}

TEST(Unigram, TheHighestSumWins) {
  const auto model = model_of(R"({"unk_id": 0, "vocab": [["?", 0], ["a", -1], ["b", -1], ["ab", -1.5], ["abb", -4]]})");
  EXPECT_EQ(ids(*model, "ab"), (Ids{3}));
  EXPECT_EQ(ids(*model, "abb"), (Ids{3, 2}));
  EXPECT_EQ(ids(*model, "ba"), (Ids{2, 1}));
}

TEST(Unigram, UnknownNeighboursAreOneToken) {
  const std::string start = R"({"unk_id": 0, "vocab": [["?", 0], ["a", -1], ["<0x78>", -2]])";
  const auto model = model_of(start + "}");
  EXPECT_EQ(ids(*model, "xxa\xC3\xA9yax"), (Ids{0, 1, 0, 1, 0}));
  const auto with_bytes = model_of(start + R"(, "byte_fallback": true})");
  EXPECT_EQ(ids(*with_bytes, "xxax"), (Ids{2, 2, 1, 2}));
  EXPECT_EQ(ids(*with_bytes, "xy"), (Ids{0}));  // no token for the second byte
}

TEST(Unigram, ScoresAreRoundedTwice) {
  // T5's dash and three dashes. Of the latter 17 digits make a number above 2^53 that is odd, so it becomes ..288, and
  // a thousand-billionth of that ..287. As the nearest double, ..289, it would give the single dash first.
  const auto model =
      model_of(R"({"unk_id": 0, "vocab": [["?", -20], ["-", -5.129043102264404], ["---", -12.130167007446289]]})");
  EXPECT_EQ(ids(*model, "-------"), (Ids{2, 2, 1}));
  const auto plain = model_of(R"({"unk_id": 0, "vocab": [["?", -20], ["a", 0.0], ["b", -1e-3], ["ab", -12]]})");
  EXPECT_EQ(ids(*plain, "ab"), (Ids{1, 2}));
}

/// The best sum over all ways to cut, tried one by one.
double best_score(std::string_view word, const std::vector<std::pair<std::string, double>>& pieces) {
  if (word.empty()) return 0;
  double best = -1e9;
  for (const auto& [piece, score] : pieces)
    if (word.starts_with(piece)) best = std::max(best, score + best_score(word.substr(piece.size()), pieces));
  return best;
}

TEST(Unigram, NoOtherCutIsBetter) {
  const std::vector<std::pair<std::string, double>> pieces = {{"a", -2.1},   {"b", -1.9},  {"ab", -3.3},  {"ba", -3.1},
                                                              {"aba", -5.2}, {"bb", -4.0}, {"abba", -6.4}};
  std::string vocab = R"(["?", -9])";
  for (const auto& [piece, score] : pieces) vocab += ", [\"" + piece + "\", " + std::to_string(score) + "]";
  const auto model = model_of("{\"unk_id\": 0, \"vocab\": [" + vocab + "]}");
  base::Random random(1);
  for (int round = 0; round < 200; ++round) {
    std::string word;
    for (std::uint32_t i = 0, size = 1 + random.below(12); i < size; ++i) word += random.below(2) == 0 ? 'a' : 'b';
    double sum = 0;
    std::string joined;
    for (const TokenId id : ids(*model, word)) {
      sum += pieces[static_cast<std::size_t>(id) - 1].second;
      joined += pieces[static_cast<std::size_t>(id) - 1].first;
    }
    EXPECT_EQ(joined, word);
    EXPECT_NEAR(sum, best_score(word, pieces), 1e-9) << word;
  }
}

TEST(Unigram, WrongOnesAreRefused) {
  const auto complaint = [](const char* text) { return complaint_of([&] { model_of(text); }); };
  EXPECT_EQ(complaint(R"({"unk_id": 0, "vocab": [["a", 0], ["a", 1]]})"),
            "f: model.vocab[1]: the piece \"a\" is there twice");
  EXPECT_EQ(complaint(R"({"unk_id": 1, "vocab": [["a", 0]]})"), "f: model.unk_id: is not between 0 and 0");
  EXPECT_EQ(complaint(R"({"unk_id": null, "vocab": [["a", 0]]})"), "f: model: there is no \"unk_id\"");
  EXPECT_EQ(complaint(R"({"unk_id": 0, "vocab": []})"), "f: model.unk_id: is not between 0 and -1");
  EXPECT_EQ(complaint(R"({"unk_id": 0, "vocab": [["a"]]})"),
            "f: model.vocab[0]: is not a pair of a piece and its score");
  EXPECT_EQ(complaint(R"({"unk_id": 0, "vocab": {"a": 0}})"), "f: model.vocab: is not a list");
}

}  // namespace
}  // namespace heed::text
