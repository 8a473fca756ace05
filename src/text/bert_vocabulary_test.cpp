#include "text/bert_vocabulary.h"

#include <gtest/gtest.h>

#include "testing/testing.h"
#include "text/tokenizer.h"

namespace heed::text {
namespace {

using heed::testing::complaint_of;
using heed::testing::TemporaryDir;
using Ids = std::vector<TokenId>;

const std::string kPieces = "[UNK]\r\n[CLS]\r\n[SEP]\n\nA\na\n##b";

TEST(BertVocabulary, IdsAreLines) {
  const TemporaryDir dir;
  const auto tokenizer = Tokenizer::open_file(dir.write("v.txt", kPieces));
  EXPECT_EQ(tokenizer.encode("AB [SEP]x").ids, (Ids{1, 5, 6, 2, 0, 2}));
  EXPECT_EQ(tokenizer.piece(3), "");
  EXPECT_EQ(tokenizer.vocabulary_size(), 7);
}

TEST(BertVocabulary, TheConfigurationIsObeyed) {
  const TemporaryDir dir;
  dir.write("vocab.txt", kPieces + "\n[X]\n\xE4\xB8\xAD\n##\xE4\xB8\xAD\n\xC3\xA4\n");
  dir.write("tokenizer_config.json",
            R"({"do_lower_case": false, "cls_token": "[X]", "tokenize_chinese_chars": false})");
  const auto tokenizer = Tokenizer::open(dir.path());
  EXPECT_EQ(tokenizer.encode("Ab").ids, (Ids{7, 4, 6, 2}));
  EXPECT_EQ(tokenizer.encode("\xE4\xB8\xAD\xE4\xB8\xAD", Specials::kNone).ids, (Ids{8, 9}));
  EXPECT_EQ(tokenizer.encode("\xC3\xA4", Specials::kNone).ids, (Ids{10}));
  dir.write("tokenizer_config.json", R"({"do_lower_case": false, "strip_accents": true})");
  EXPECT_EQ(Tokenizer::open(dir.path()).encode("\xC3\xA4", Specials::kNone).ids, (Ids{5}));
}

TEST(BertVocabulary, WrongOnesAreRefused) {
  const TemporaryDir dir;
  const auto twice = dir.write("a.txt", "[UNK]\n[CLS]\n[SEP]\na\na\n");
  EXPECT_EQ(complaint_of([&] { Tokenizer::open_file(twice); }), twice.string() + ":5: the piece \"a\" is there twice");
  const auto missing = dir.write("b.txt", "[UNK]\n[CLS]\n");
  EXPECT_EQ(complaint_of([&] { Tokenizer::open_file(missing); }),
            missing.string() + ": the special token \"[SEP]\" is not in the vocabulary");
  const auto empty = dir.write("c.txt", "");
  EXPECT_NE(complaint_of([&] { Tokenizer::open_file(empty); }), "");
}

}  // namespace
}  // namespace heed::text
