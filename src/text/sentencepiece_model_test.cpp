#include "text/sentencepiece_model.h"

#include <cstring>

#include <gtest/gtest.h>

#include "testing/testing.h"
#include "text/tokenizer.h"

namespace heed::text {
namespace {

using heed::testing::complaint_of;
using heed::testing::TemporaryDir;
using Ids = std::vector<TokenId>;

enum Type { kNormal = 1, kUnknown = 2, kControl = 3 };

struct Piece {
  std::string text;
  float score = 0;
  Type type = kNormal;
};

std::string field(int number, const std::string& bytes) {
  return std::string(1, static_cast<char>(number << 3 | 2)) + static_cast<char>(bytes.size()) + bytes;
}

/// A unigram model as SentencePiece stores it (sentencepiece_model.proto: pieces are field 1, of them the text is 1,
/// the score 2, the type 3).
std::string model_of(const std::vector<Piece>& pieces) {
  std::string model;
  for (const Piece& piece : pieces) {
    std::string score(4, '\0');
    std::memcpy(score.data(), &piece.score, 4);
    model += field(1, field(1, piece.text) + "\x15" + score + "\x18" + static_cast<char>(piece.type));
  }
  return model;
}

const std::string kMark = "\xE2\x96\x81";
const std::vector<Piece> kRest = {{kMark, -2}, {"a", -2}, {"b", -2}, {kMark + "ab", -1}};

std::vector<Piece> with(std::vector<Piece> specials) {
  specials.insert(specials.end(), kRest.begin(), kRest.end());
  return specials;
}

std::string llama() {
  return model_of(with({{"<unk>", 0, kUnknown}, {"<s>", 0, kControl}, {"</s>", 0, kControl}}));
}
std::string t5() {
  return model_of(with({{"<pad>", 0, kControl}, {"</s>", 0, kControl}, {"<unk>", 0, kUnknown}}));
}

TEST(SentencePieceModel, AModelWithAStartTokenIsLlamas) {
  const TemporaryDir dir;
  const auto tokenizer = Tokenizer::open_file(dir.write("tokenizer.model", llama()));
  EXPECT_EQ(tokenizer.encode("ab a").ids, (Ids{1, 6, 3, 4}));
  EXPECT_EQ(tokenizer.encode("ab</s>ab", Specials::kNone).ids, (Ids{6, 2, 6}));
  EXPECT_EQ(tokenizer.start_token(), 1);
  EXPECT_EQ(tokenizer.end_token(), 2);
  EXPECT_EQ(tokenizer.vocabulary_size(), 7);
  EXPECT_EQ(tokenizer.piece(6), kMark + "ab");
}

TEST(SentencePieceModel, OneWithoutIsT5s) {
  const TemporaryDir dir;
  const auto tokenizer = Tokenizer::open_file(dir.write("spiece.model", t5()));
  EXPECT_EQ(tokenizer.encode("ab<extra_id_0>").ids, (Ids{6, 106, 1}));
  EXPECT_EQ(tokenizer.id("<extra_id_99>"), 7);
  EXPECT_EQ(tokenizer.start_token(), std::nullopt);
  EXPECT_EQ(tokenizer.vocabulary_size(), 107);
}

TEST(SentencePieceModel, TheConfigurationIsObeyed) {
  const TemporaryDir dir;
  dir.write("tokenizer.model", llama());
  dir.write("tokenizer_config.json",
            R"({"tokenizer_class": "LlamaTokenizer", "add_bos_token": false, "add_eos_token": true})");
  dir.write("added_tokens.json", R"({"<pad>": 7})");
  EXPECT_EQ(Tokenizer::open(dir.path()).encode("ab<pad>").ids, (Ids{6, 7, 2}));
  dir.write("tokenizer_config.json", R"({"tokenizer_class": "XLMRobertaTokenizer"})");
  EXPECT_NE(complaint_of([&] { Tokenizer::open(dir.path()); }).find("XLMRobertaTokenizer"), std::string::npos);
  dir.write("tokenizer_config.json", R"({"legacy": false})");
  EXPECT_NE(complaint_of([&] { Tokenizer::open(dir.path()); }).find("legacy"), std::string::npos);
  const TemporaryDir other;
  other.write("spiece.model", t5());
  other.write("tokenizer_config.json", R"({"tokenizer_class": "T5Tokenizer", "extra_ids": 2})");
  EXPECT_EQ(Tokenizer::open(other.path()).vocabulary_size(), 9);
}

TEST(SentencePieceModel, WhatIsNoneIsRefused) {
  const TemporaryDir dir;
  // In its normalizer_spec a table of characters of one unit, which leads far out of it.
  const std::string open_table = "\x1A\x0B\x12\x09" + std::string("\4\0\0\0\xFF\xFF\xFF\x7F\0", 9);
  for (const std::string& content :
       {std::string(), std::string("no model"), llama().substr(0, 40), std::string(100, '\0'), llama() + open_table}) {
    const auto file = dir.write("tokenizer.model", content);
    EXPECT_EQ(complaint_of([&] { Tokenizer::open_file(file); }), file.string() + ": not a SentencePiece model");
  }
}

}  // namespace
}  // namespace heed::text
