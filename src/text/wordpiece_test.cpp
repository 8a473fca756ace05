#include "text/wordpiece.h"

#include <gtest/gtest.h>

#include "testing/testing.h"

namespace heed::text {
namespace {

using heed::testing::complaint_of;

Vocabulary vocabulary_of(std::initializer_list<const char*> pieces) {
  Vocabulary vocabulary;
  for (const char* piece : pieces) vocabulary.add(piece, vocabulary.size());
  return vocabulary;
}

std::vector<TokenId> ids(const SubwordModel& model, std::string_view word) {
  std::vector<TokenId> result;
  model.tokenize(word, result);
  return result;
}

using Ids = std::vector<TokenId>;

TEST(WordPiece, TakesTheLongestPieceFromTheLeft) {
  const WordPiece model(vocabulary_of({"[UNK]", "un", "unaff", "##aff", "##able", "##a", "\xC3\xA9"}), {});
  EXPECT_EQ(ids(model, "unaffable"), (Ids{2, 4}));
  EXPECT_EQ(ids(model, "una"), (Ids{1, 5}));
  EXPECT_EQ(ids(model,
                "\xC3\xA9"
                "a"),
            (Ids{6, 5}));
}

TEST(WordPiece, AWordThatCannotBeCutIsUnknownAsAWhole) {
  WordPiece::Options options;
  options.max_characters = 5;
  const WordPiece model(vocabulary_of({"[UNK]", "a", "##a"}), options);
  EXPECT_EQ(ids(model, "aab"), (Ids{0}));
  EXPECT_EQ(ids(model, "aaaaa"), (Ids{1, 2, 2, 2, 2}));
  EXPECT_EQ(ids(model, "aaaaaa"), (Ids{0}));
}

TEST(WordPiece, NeedsItsUnknownToken) {
  const auto json = format::IndexedJson::parse(R"({"vocab": {"a": 0}, "unk_token": "<u>"})");
  EXPECT_EQ(complaint_of([&] { WordPiece::read(JsonPart(json, "f: model")); }),
            "f: model: the unknown token \"<u>\" is not in the vocabulary");
}

}  // namespace
}  // namespace heed::text
