#include "text/rank_file.h"

#include <gtest/gtest.h>

#include "testing/testing.h"
#include "text/tokenizer.h"

namespace heed::text {
namespace {

using heed::testing::complaint_of;
using heed::testing::TemporaryDir;
using Ids = std::vector<TokenId>;

std::string to_base64(std::string_view bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string result;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    std::uint32_t bits = 0;
    for (std::size_t i = at; i < at + 3; ++i)
      bits = bits << 8 | (i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0);
    for (std::size_t i = 0; i < 4; ++i) result += at + i <= bytes.size() ? kDigits[bits >> (18 - 6 * i) & 63] : '=';
  }
  return result;
}

/// All bytes by their values, then more pieces.
std::string ranks_of(std::initializer_list<const char*> pieces) {
  std::string content;
  int rank = 0;
  for (; rank < 256; ++rank)
    content += to_base64(std::string(1, static_cast<char>(rank))) + " " + std::to_string(rank) + "\n";
  for (const char* piece : pieces) content += to_base64(piece) + " " + std::to_string(rank++) + "\n";
  return content;
}

TEST(RankFile, PiecesMergeByRankAndSpecialTokensFollow) {
  const TemporaryDir dir;
  const auto tokenizer = Tokenizer::open_file(dir.write("tokenizer.model", ranks_of({"he", "ll", "llo", " he"})));
  EXPECT_EQ(tokenizer.encode("hello hello").ids, (Ids{260, 256, 258, 259, 258}));
  EXPECT_EQ(tokenizer.encode("<|eot_id|>he", Specials::kNone).ids, (Ids{269, 256}));
  EXPECT_EQ(tokenizer.start_token(), 260);
  EXPECT_EQ(tokenizer.end_token(), 261);
  EXPECT_EQ(tokenizer.piece(259), "\xC4\xA0he");
  EXPECT_EQ(tokenizer.vocabulary_size(), 260 + 256);
}

TEST(RankFile, WrongOnesAreRefused) {
  const TemporaryDir dir;
  const auto complaint = [&](const std::string& content) {
    const auto file = dir.write("tokenizer.model", content);
    return complaint_of([&] { Tokenizer::open_file(file); }).substr(file.string().size());
  };
  EXPECT_EQ(complaint(ranks_of({}) + "YQ== x\n"), ":257: not a piece in base64 and its rank");
  EXPECT_EQ(complaint(ranks_of({}) + "YQ 256\n"), ":257: not a piece in base64 and its rank");
  EXPECT_EQ(complaint(ranks_of({"a"})), ":257: the piece or the rank is there twice");
  EXPECT_EQ(complaint(ranks_of({}) + "YWE= 3\n"), ":257: the piece or the rank is there twice");
  EXPECT_EQ(complaint("YQ== 0\n"), ": there is no piece for the byte 0");
}

}  // namespace
}  // namespace heed::text
