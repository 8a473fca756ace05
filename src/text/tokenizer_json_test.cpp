#include "text/tokenizer_json.h"

#include <gtest/gtest.h>

#include "testing/testing.h"
#include "text/tokenizer.h"

namespace heed::text {
namespace {

using heed::testing::complaint_of;
using heed::testing::TemporaryDir;
using Ids = std::vector<TokenId>;

Tokenizer tokenizer_of(const std::string& content) {
  const TemporaryDir dir;
  return Tokenizer::open_file(dir.write("tokenizer.json", content));
}

/// The complaint about a file, without the file's name.
std::string complaint(const std::string& content) {
  const TemporaryDir dir;
  const auto file = dir.write("tokenizer.json", content);
  const std::string text = complaint_of([&] { Tokenizer::open_file(file); });
  EXPECT_TRUE(text.starts_with(file.string() + ":")) << text;
  return text.substr(std::min(text.size(), file.string().size() + 1));
}

const std::string kModel = R"("model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": ["a b"]})";

TEST(TokenizerJson, AModelAloneIsEnough) {
  EXPECT_EQ(tokenizer_of("{" + kModel + "}").encode("abba").ids, (Ids{2, 1, 0}));
  EXPECT_EQ(tokenizer_of("{" + kModel + R"(, "normalizer": null, "pre_tokenizer": null, "post_processor": null,
                           "added_tokens": [], "decoder": {"type": "X"}, "padding": 1, "truncation": {}})")
                .encode("ab")
                .ids,
            (Ids{2}));
}

TEST(TokenizerJson, AModelWithoutATypeIsKnownByWhatItHas) {
  EXPECT_EQ(tokenizer_of(R"({"model": {"vocab": {"a": 0, "b": 1, "ab": 2}, "merges": ["a b"]}})").encode("ab").ids,
            (Ids{2}));
  EXPECT_EQ(tokenizer_of(R"({"model": {"vocab": [["?", 0], ["a", -1]], "unk_id": 0}})").encode("aa").ids, (Ids{1, 1}));
  EXPECT_EQ(tokenizer_of(R"({"model": {"vocab": {"[UNK]": 0, "a": 1, "##a": 2}}})").encode("aa").ids, (Ids{1, 2}));
}

TEST(TokenizerJson, AddedTokensAreFoundBeforeOrAfterNormalizing) {
  const auto tokenizer = tokenizer_of("{" + kModel + R"(, "normalizer": {"type": "Lowercase"}, "added_tokens": [
      {"id": 3, "content": "<S>", "special": true, "normalized": false},
      {"id": 4, "content": "<N>", "special": false, "normalized": true},
      {"id": 0, "content": "a", "special": false, "normalized": false}]})");
  EXPECT_EQ(tokenizer.encode("B<S>b<s>").ids, (Ids{1, 3, 1}));  // "<s>" is not it, and has no pieces
  EXPECT_EQ(tokenizer.encode("B<n>AB").ids, (Ids{1, 4, 2}));
  EXPECT_EQ(tokenizer.encode("aB").ids, (Ids{0, 1}));
  EXPECT_EQ(tokenizer.vocabulary_size(), 5);
  EXPECT_EQ(tokenizer.id("<N>"), 4);
  EXPECT_EQ(tokenizer.piece(4), "<N>");
  EXPECT_EQ(tokenizer.piece(2), "ab");
}

TEST(TokenizerJson, UnknownTypesAreNamedWithTheirPlace) {
  EXPECT_EQ(complaint(R"({"model": {"type": "WordLevel", "vocab": {}}})"),
            " model: the model \"WordLevel\" is not supported");
  EXPECT_EQ(complaint("{" + kModel + R"(, "normalizer": {"type": "N"}})"),
            " normalizer: the normalizer \"N\" is not supported");
  EXPECT_EQ(complaint("{" + kModel + R"(, "pre_tokenizer": {"type": "P"}})"),
            " pre_tokenizer: the pre_tokenizer \"P\" is not supported");
  EXPECT_EQ(complaint("{" + kModel + R"(, "post_processor": {"type": "Q"}})"),
            " post_processor: the post_processor \"Q\" is not supported");
}

TEST(TokenizerJson, WrongValuesAreNamedWithTheirPlace) {
  EXPECT_EQ(complaint("{}"), " there is no \"model\"");
  EXPECT_EQ(complaint("[1]"), " is not an object");
  EXPECT_EQ(complaint(R"({"model": 3})"), " model: is not an object");
  EXPECT_EQ(complaint("{" + kModel + R"(, "added_tokens": {}})"), " added_tokens: is not a list");
  EXPECT_EQ(complaint("{" + kModel + R"(, "added_tokens": [{"id": 7}]})"), " added_tokens[0]: there is no \"content\"");
  EXPECT_EQ(complaint("{" + kModel + R"(, "added_tokens": [{"id": -1, "content": "x"}]})"),
            " added_tokens[0].id: is not between 0 and 4194303");
  EXPECT_EQ(complaint("{" + kModel + R"(, "added_tokens": [{"id": 1e9, "content": "x"}]})"),
            " added_tokens[0].id: is not an integer");
}

TEST(TokenizerJson, IdsThatContradictAreRefused) {
  const auto with = [](const char* token) { return "{" + kModel + R"(, "added_tokens": [)" + token + "]}"; };
  EXPECT_EQ(complaint(with(R"({"id": 1, "content": "a"})")),
            " the added token \"a\" has the id 1, but the vocabulary has it as 0");
  EXPECT_EQ(complaint(with(R"({"id": 1, "content": "x"})")),
            " the added token \"x\" has the id 1, which is that of \"b\"");
  EXPECT_EQ(complaint(with(R"({"id": 5, "content": "x"}, {"id": 5, "content": "y"})")),
            " the added token \"y\" has the id 5, but the token or the id is added already");
}

TEST(TokenizerJson, BrokenFilesAreRefused) {
  const std::string whole = "{" + kModel + "}";
  for (std::size_t size = 1; size < whole.size(); size += 7)
    EXPECT_EQ(complaint(whole.substr(0, size)), "1: not valid JSON");
  EXPECT_EQ(complaint(R"({"model": )" + std::string(100000, '[')), "1: lists and objects are nested too deeply");
  EXPECT_EQ(complaint(""), "1: not valid JSON");
  EXPECT_EQ(complaint("{\"a\": \"\xFF\"}"), "1: not valid JSON");
}

}  // namespace
}  // namespace heed::text
