#include "text/bpe.h"

#include <map>

#include <gtest/gtest.h>

#include "base/random.h"
#include "testing/testing.h"

namespace heed::text {
namespace {

using heed::testing::complaint_of;
using Ids = std::vector<TokenId>;

std::unique_ptr<SubwordModel> model_of(const std::string& description) {
  const auto json = format::IndexedJson::parse(description);
  return Bpe::read(JsonPart(json, "f: model"));
}

Ids ids(const SubwordModel& model, std::string_view word) {
  Ids result;
  model.tokenize(word, result);
  return result;
}

TEST(Bpe, TheLowestRankIsMergedFirst) {
  const auto model = model_of(
      R"({"vocab": {"a": 0, "b": 1, "c": 2, "ab": 3, "bc": 4, "abc": 5, "aa": 6},
          "merges": ["#version: 0.2", "b c", "a b", "a bc", "a a"]})");
  EXPECT_EQ(ids(*model, "abc"), (Ids{5}));
  EXPECT_EQ(ids(*model, "abab"), (Ids{3, 3}));
  EXPECT_EQ(ids(*model, "aaa"), (Ids{6, 0}));  // the leftmost of equals
  EXPECT_EQ(ids(*model, "axa"), (Ids{6}));     // without an unknown token x is dropped, and its neighbours meet
}

TEST(Bpe, MergesMayBePairs) {
  const auto model = model_of(R"({"vocab": {"a": 0, " ": 1, "a ": 2}, "merges": [["a", " "]]})");
  EXPECT_EQ(ids(*model, "a a "), (Ids{2, 2}));
}

TEST(Bpe, UnknownCharactersFuseOrFallBack) {
  const std::string start = R"({"vocab": {"?": 0, "a": 1, "<0xC3>": 2, "<0xA9>": 3}, "merges": [], "unk_token": "?")";
  EXPECT_EQ(ids(*model_of(start + "}"), "xya"), (Ids{0, 0, 1}));
  EXPECT_EQ(ids(*model_of(start + R"(, "fuse_unk": true})"), "xyax"), (Ids{0, 1, 0}));
  EXPECT_EQ(ids(*model_of(start + R"(, "byte_fallback": true})"),
                "\xC3\xA9"
                "a"),
            (Ids{2, 3, 1}));
  EXPECT_EQ(ids(*model_of(start + R"(, "byte_fallback": true})"), "x"), (Ids{0}));
}

TEST(Bpe, AWholeWordMayComeBeforeMerges) {
  const std::string start = R"({"vocab": {"a": 0, "b": 1, "ab": 2, "aba": 3}, "merges": ["a b"])";
  EXPECT_EQ(ids(*model_of(start + "}"), "aba"), (Ids{2, 0}));
  EXPECT_EQ(ids(*model_of(start + R"(, "ignore_merges": true})"), "aba"), (Ids{3}));
}

TEST(Bpe, PiecesMayBeMarkedWhereTheyContinueOrEndAWord) {
  EXPECT_EQ(ids(*model_of(R"({"vocab": {"a": 0, "##b": 1, "ab": 2}, "merges": ["a ##b"],
                              "continuing_subword_prefix": "##"})"),
                "ab"),
            (Ids{2}));
  EXPECT_EQ(ids(*model_of(R"({"vocab": {"a": 0, "b</w>": 1, "ab</w>": 2}, "merges": ["a b</w>"],
                              "end_of_word_suffix": "</w>"})"),
                "ab"),
            (Ids{2}));
}

/// The same by looking at all neighbours again after each merge.
Ids plainly_merged(std::string_view word, const std::vector<std::pair<std::string, std::string>>& merges,
                   const Vocabulary& vocabulary) {
  std::vector<std::string> pieces;
  for (const char c : word) pieces.emplace_back(1, c);
  for (bool changed = true; changed;) {
    changed = false;
    for (const auto& [left, right] : merges) {
      for (std::size_t i = 0; i + 1 < pieces.size() && !changed; ++i) {
        if (pieces[i] != left || pieces[i + 1] != right) continue;
        pieces[i] += pieces[i + 1];
        pieces.erase(pieces.begin() + static_cast<long>(i) + 1);
        changed = true;
      }
      if (changed) break;
    }
  }
  Ids result;
  for (const std::string& piece : pieces) result.push_back(*vocabulary.find(piece));
  return result;
}

TEST(Bpe, TheHeapAgreesWithLookingAtAllPairs) {
  const std::vector<std::pair<std::string, std::string>> merges = {
      {"b", "a"}, {"a", "a"}, {"ba", "ba"}, {"a", "b"}, {"aa", "b"}, {"ab", "ba"}, {"b", "b"}, {"aa", "aa"}};
  std::string vocab = R"("a": 0, "b": 1)", list;
  TokenId next = 2;
  for (const auto& [left, right] : merges) {
    if (vocab.find("\"" + left + right + "\"") == std::string::npos)
      vocab += ", \"" + left + right + "\": " + std::to_string(next++);
    list += (list.empty() ? "\"" : ", \"") + left + " " + right + "\"";
  }
  const auto model = model_of("{\"vocab\": {" + vocab + "}, \"merges\": [" + list + "]}");
  base::Random random(2);
  for (int round = 0; round < 500; ++round) {
    std::string word;
    for (std::uint32_t i = 0, size = 1 + random.below(30); i < size; ++i) word += random.below(3) == 0 ? 'b' : 'a';
    EXPECT_EQ(ids(*model, word), plainly_merged(word, merges, model->vocabulary())) << word;
  }
}

TEST(Bpe, IdsMayBeTheRanks) {
  Vocabulary vocabulary;
  for (const char* piece : {"a", "b", "c", "bc", "ab", "abcab"}) vocabulary.add(piece, vocabulary.size());
  const auto model = Bpe::by_ids(std::move(vocabulary));
  EXPECT_EQ(ids(*model, "abc"), (Ids{0, 3}));
  EXPECT_EQ(ids(*model, "abab"), (Ids{4, 4}));
  EXPECT_EQ(ids(*model, "abcab"), (Ids{5}));  // as a whole, whatever could be merged
}

TEST(Bpe, AMegabyteWithoutBlanksIsNoTrouble) {
  const auto model = model_of(R"({"vocab": {"a": 0, "aa": 1, "aaaa": 2}, "merges": ["a a", "aa aa"]})");
  EXPECT_EQ(ids(*model, std::string(1 << 20, 'a')).size(), std::size_t{1} << 18);
}

TEST(Bpe, WrongOnesAreRefused) {
  const auto complaint = [](const std::string& rest) {
    return complaint_of([&] { model_of(R"({"vocab": {"a": 0, "b": 1}, )" + rest + "}"); });
  };
  EXPECT_EQ(complaint(R"("merges": ["a c"])"), "f: model: a merge names \"c\", which is not in the vocabulary");
  EXPECT_EQ(complaint(R"("merges": ["a b"])"), "f: model: a merge names \"ab\", which is not in the vocabulary");
  EXPECT_EQ(complaint(R"("merges": ["a"])"), "f: model.merges: \"a\" is not two pieces with a blank between them");
  EXPECT_EQ(complaint(R"("merges": [["a"]])"),
            "f: model.merges: has an element that is neither a string nor a pair of strings");
  EXPECT_EQ(complaint(R"("merges": {})"), "f: model.merges: is not a list");
  EXPECT_EQ(complaint(R"("merges": [], "unk_token": "?")"),
            "f: model: the unknown token \"?\" is not in the vocabulary");
  EXPECT_EQ(complaint(R"("merges": [], "dropout": 0.1)"),
            "f: model.dropout: is not supported, as it makes tokens random");
  EXPECT_EQ(complaint(R"("merges": [], "fuse_unk": 1)"), "f: model.fuse_unk: is neither true nor false");
}

}  // namespace
}  // namespace heed::text
