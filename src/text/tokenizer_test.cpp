#include "text/tokenizer.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "testing/testing.h"
#include "text/characters.h"

namespace heed::text {
namespace {

using heed::testing::complaint_of;
using heed::testing::TemporaryDir;
using Ids = std::vector<TokenId>;

/// Letters a to c and their pairs, [CLS] 0 and [SEP] 1 around.
const std::string kBert = R"({"model": {"type": "WordPiece", "unk_token": "[UNK]",
    "vocab": {"[CLS]": 0, "[SEP]": 1, "[UNK]": 2, "a": 3, "b": 4, "c": 5, "##a": 6, "##b": 7, "##c": 8, "ab": 9}},
  "added_tokens": [{"id": 0, "content": "[CLS]", "special": true}, {"id": 1, "content": "[SEP]", "special": true}],
  "normalizer": {"type": "BertNormalizer"}, "pre_tokenizer": {"type": "BertPreTokenizer"},
  "post_processor": {"type": "BertProcessing", "cls": ["[CLS]", 0], "sep": ["[SEP]", 1]}})";

Tokenizer bert() {
  const TemporaryDir dir;
  return Tokenizer::open_file(dir.write("tokenizer.json", kBert));
}

std::string random_text(base::Random& random) {
  static constexpr std::string_view kBits[] = {
      "a",        "b",    "c",    " ", "\n", "[SEP]",        "[",
      "\xC3\xA9", "\xFF", "\x01", "x", ".",  "\xE4\xB8\xAD", "\xF0\x9F\x98\x80",
      "\xCC\x81", "\xC2"};
  std::string text;
  for (std::uint32_t i = 0, size = random.below(60); i < size; ++i) text += kBits[random.below(std::size(kBits))];
  return text;
}

TEST(Tokenizer, SpecialTokensStandAround) {
  const auto tokenizer = bert();
  EXPECT_EQ(tokenizer.encode("abc B").ids, (Ids{0, 9, 8, 4, 1}));
  EXPECT_EQ(tokenizer.encode("abc", Specials::kNone).ids, (Ids{9, 8}));
  EXPECT_EQ(tokenizer.encode("abc", Specials::kStart).ids, (Ids{0, 9, 8}));
  EXPECT_EQ(tokenizer.encode("a[SEP]b", Specials::kNone).ids, (Ids{3, 1, 4}));
  EXPECT_EQ(tokenizer.start_token(), 0);
  EXPECT_EQ(tokenizer.end_token(), 1);
  EXPECT_EQ(tokenizer.vocabulary_size(), 10);
  EXPECT_EQ(tokenizer.id("zz"), std::nullopt);
}

TEST(Tokenizer, OfTokensThatBecomeAlikeTheFirstSpecialOneCounts) {
  const TemporaryDir dir;
  const auto tokenizer = Tokenizer::open_file(dir.write("tokenizer.json", R"({
      "model": {"type": "WordPiece", "unk_token": "?", "vocab": {"?": 0}}, "normalizer": {"type": "Lowercase"},
      "added_tokens": [{"id": 1, "content": "x", "normalized": true}, {"id": 2, "content": "y", "normalized": true},
                       {"id": 3, "content": "X", "normalized": true, "special": true},
                       {"id": 4, "content": "Y", "normalized": true}]})"));
  EXPECT_EQ(tokenizer.encode("xXyY").ids, (Ids{3, 3, 2, 2}));
}

TEST(Tokenizer, PairsAreCutInTheSecond) {
  const auto tokenizer = bert();
  const auto whole = tokenizer.encode_pair("a b", "c a b");
  EXPECT_EQ(whole.ids, (Ids{0, 3, 4, 1, 5, 3, 4, 1}));
  EXPECT_EQ(whole.type_ids, (Ids{0, 0, 0, 0, 1, 1, 1, 1}));
  EXPECT_EQ(tokenizer.encode_pair("a b", "c a b", 6).ids, (Ids{0, 3, 4, 1, 5, 1}));
  EXPECT_NE(complaint_of([&] { tokenizer.encode_pair("a b", "c", 5); }), "");
  EXPECT_EQ(tokenizer.encode_pair("a b", "", 4).ids, (Ids{0, 3, 4, 1}));  // alone
  EXPECT_NE(complaint_of([&] { tokenizer.encode_pair("a b", "", 3); }), "");
}

TEST(Tokenizer, TheFirstOfAPairStaysAndTheLengthHolds) {
  const auto tokenizer = bert();
  base::Random random(3);
  for (int round = 0; round < 300; ++round) {
    const std::string first = random_text(random), second = random_text(random) + "a";
    const auto alone = tokenizer.encode(first).ids;
    const int most = static_cast<int>(alone.size()) + 2 + static_cast<int>(random.below(20));
    const auto pair = tokenizer.encode_pair(first, second, most);
    EXPECT_LE(pair.ids.size(), static_cast<std::size_t>(most));
    EXPECT_EQ(pair.ids.size(), pair.type_ids.size());
    EXPECT_TRUE(std::equal(alone.begin(), alone.end(), pair.ids.begin()));
    const auto cut = tokenizer.encode(second, Specials::kAll, 5).ids;
    EXPECT_LE(cut.size(), 5u);
    EXPECT_EQ(cut.back(), 1);
  }
}

TEST(Tokenizer, ManyTextsAreAsOneByOne) {
  const auto tokenizer = bert();
  base::Random random(4);
  std::vector<std::string> texts;
  for (int i = 0; i < 200; ++i) texts.push_back(random_text(random));
  for (const int threads : {1, 2}) {
    const auto all = tokenizer.encode_all(texts, Specials::kStart, 12, threads);
    ASSERT_EQ(all.size(), texts.size());
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const auto one = tokenizer.encode(texts[i], Specials::kStart, 12);
      EXPECT_EQ(all[i].ids, one.ids);
      EXPECT_EQ(all[i].type_ids, one.type_ids);
    }
  }
}

TEST(Tokenizer, WhatIsNoUtf8CountsAsReplacementCharacters) {
  const TemporaryDir dir;
  const auto tokenizer = Tokenizer::open_file(dir.write("tokenizer.json", R"({"model": {"type": "BPE", "unk_token": "?",
      "vocab": {"?": 0, "a": 1, "\ufffd": 2}, "merges": []}})"));
  EXPECT_EQ(tokenizer
                .encode("a\xFF"
                        "a\xC3")
                .ids,
            (Ids{1, 2, 1, 2}));
  base::Random random(5);
  for (int round = 0; round < 300; ++round) {
    const std::string text = random_text(random);
    EXPECT_EQ(tokenizer.encode(text).ids, tokenizer.encode(repaired(text)).ids);
  }
}

TEST(Tokenizer, TheMarkOfTheFirstWordStandsOnlyAtTheStart) {
  const TemporaryDir dir;
  const auto tokenizer = Tokenizer::open_file(dir.write("tokenizer.json", R"({"model": {"type": "BPE",
      "vocab": {"_": 0, "a": 1, "_a": 2, "<s>": 3}, "merges": ["_ a"]},
      "added_tokens": [{"id": 3, "content": "<s>", "special": true, "normalized": false}],
      "pre_tokenizer": {"type": "Metaspace", "replacement": "_", "prepend_scheme": "first", "split": false}})"));
  EXPECT_EQ(tokenizer.encode("a<s>a a").ids, (Ids{2, 3, 1, 2}));
}

TEST(Tokenizer, AFolderIsOpenedByItsBestFile) {
  const TemporaryDir dir;
  dir.write("vocab.txt", "[UNK]\n[CLS]\n[SEP]\na\n");
  EXPECT_EQ(Tokenizer::open(dir.path()).encode("A").ids, (Ids{1, 3, 2}));
  dir.write("tokenizer.json", kBert);
  dir.write("added_tokens.json", R"({"<new>": 10})");
  dir.write("tokenizer_config.json", R"({"eos_token": {"content": "a"}, "sep_token": "[SEP]"})");
  const auto tokenizer = Tokenizer::open(dir.path());
  EXPECT_EQ(tokenizer.encode("b<new>b", Specials::kNone).ids, (Ids{4, 10, 4}));
  EXPECT_EQ(tokenizer.end_token(), 3);
}

TEST(Tokenizer, WhatIsMissingOrWrongIsNamed) {
  const TemporaryDir dir;
  EXPECT_EQ(complaint_of([&] { Tokenizer::open(dir.path()); }),
            dir.path().string() +
                ": there is no tokenizer: none of tokenizer.json, tokenizer.model, spiece.model, vocab.txt");
  const auto none = dir.path() / "none.json";
  EXPECT_NE(complaint_of([&] { Tokenizer::open_file(none); }).find(none.string()), std::string::npos);
  dir.write("tokenizer.json", kBert);
  dir.write("tokenizer_config.json", R"({"eos_token": "<e>"})");
  EXPECT_NE(complaint_of([&] { Tokenizer::open(dir.path()); }).find("does not have the eos_token \"<e>\""),
            std::string::npos);
  const auto config = dir.write("tokenizer_config.json", R"({"do_lower_case": "yes"})");
  EXPECT_EQ(complaint_of([&] { Tokenizer::open(dir.path()); }),
            config.string() + ": do_lower_case: is neither true nor false");
}

}  // namespace
}  // namespace heed::text
