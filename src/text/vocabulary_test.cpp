#include "text/vocabulary.h"

#include <gtest/gtest.h>

#include "testing/testing.h"

namespace heed::text {
namespace {

using heed::testing::complaint_of;

TEST(Vocabulary, PiecesAndIdsAreFoundBothWays) {
  Vocabulary vocabulary;
  for (TokenId id = 0; id < 1000; ++id) ASSERT_TRUE(vocabulary.add("p" + std::to_string(id), 2 * id));
  EXPECT_EQ(vocabulary.size(), 1999);
  for (TokenId id = 0; id < 1000; ++id) {
    EXPECT_EQ(vocabulary.find("p" + std::to_string(id)), 2 * id);
    EXPECT_EQ(vocabulary.piece(2 * id), "p" + std::to_string(id));
    EXPECT_EQ(vocabulary.piece(2 * id + 1), std::nullopt);
  }
  EXPECT_EQ(vocabulary.find("p1000"), std::nullopt);
  EXPECT_EQ(vocabulary.piece(-1), std::nullopt);
  EXPECT_EQ(Vocabulary().find("x"), std::nullopt);
}

TEST(Vocabulary, NothingIsThereTwice) {
  Vocabulary vocabulary;
  EXPECT_TRUE(vocabulary.add("", 3));
  EXPECT_FALSE(vocabulary.add("", 4));
  EXPECT_FALSE(vocabulary.add("x", 3));
  EXPECT_EQ(vocabulary.find("x"), std::nullopt);
}

TEST(Vocabulary, AWrongOneIsRefused) {
  const auto complaint = [](const char* text) {
    const auto json = format::IndexedJson::parse(text);
    return complaint_of([&] { read_vocabulary(JsonPart(json, "f: model")); });
  };
  EXPECT_EQ(complaint("{}"), "f: model: there is no \"vocab\"");
  EXPECT_EQ(complaint(R"({"vocab": []})"), "f: model.vocab: is not an object");
  EXPECT_EQ(complaint(R"({"vocab": {"a": -1}})"),
            "f: model.vocab: the id of \"a\" is not an integer from 0 to 4194303");
  EXPECT_NE(complaint(R"({"vocab": {"a": 18446744073709551615}})").find("is not an integer"), std::string::npos);
  EXPECT_NE(complaint(R"({"vocab": {"a": "1"}})").find("is not an integer"), std::string::npos);
  EXPECT_EQ(complaint(R"({"vocab": {"a": 1, "b": 1}})"),
            "f: model.vocab: two pieces have the id 1; one of them is \"b\"");
}

TEST(Vocabulary, BytesHaveTokensOnlyTogether) {
  Vocabulary vocabulary;
  vocabulary.add("<0x41>", 7);
  vocabulary.add("<0xFE>", 8);
  const ByteTokens bytes(vocabulary);
  std::vector<TokenId> ids;
  EXPECT_TRUE(bytes.append("A\xFE", ids));
  EXPECT_FALSE(bytes.append("AB", ids));
  EXPECT_EQ(ids, (std::vector<TokenId>{7, 8}));
}

}  // namespace
}  // namespace heed::text
