#include "text/tokenizer_config.h"

#include <gtest/gtest.h>

#include "testing/testing.h"

namespace heed::text {
namespace {

using heed::testing::complaint_of;
using heed::testing::TemporaryDir;

TEST(TokenizerConfig, WithoutFilesTheDefaultsHold) {
  const TemporaryDir dir;
  const auto config = read_tokenizer_config(dir.path());
  EXPECT_TRUE(config.do_lower_case && config.tokenize_chinese_chars && config.legacy);
  EXPECT_TRUE(config.named.empty() && config.added.empty());
  EXPECT_EQ(config.named_or("eos_token", "x"), "x");
}

TEST(TokenizerConfig, ThreeFilesAreRead) {
  const TemporaryDir dir;
  dir.write("tokenizer_config.json",
            R"({"do_lower_case": false, "eos_token": {"content": "</s>"}, "pad_token": null, "add_bos_token": true,
                "added_tokens_decoder": {"5": {"content": "<a>", "special": true, "lstrip": true}}})");
  dir.write("special_tokens_map.json",
            R"({"eos_token": "other", "bos_token": "<s>", "additional_special_tokens": []})");
  dir.write("added_tokens.json", R"({"<a>": 5, "<s>": 6, "plain": 7})");
  const auto config = read_tokenizer_config(dir.path());
  EXPECT_FALSE(config.do_lower_case);
  EXPECT_EQ(config.add_bos_token, true);
  EXPECT_EQ(config.named.at("eos_token"), "</s>");  // the first file that names it
  EXPECT_EQ(config.named.at("bos_token"), "<s>");
  EXPECT_FALSE(config.named.contains("pad_token"));
  ASSERT_EQ(config.added.size(), 3u);
  EXPECT_TRUE(config.added[0].lstrip && config.added[0].special && !config.added[0].normalized);
  EXPECT_TRUE(config.added[1].special && config.added[1].id == 6);
  EXPECT_TRUE(!config.added[2].special && config.added[2].normalized);
}

TEST(TokenizerConfig, WrongValuesAreNamed) {
  const TemporaryDir dir;
  const auto file = dir.write("tokenizer_config.json", R"({"added_tokens_decoder": {"x": {"content": "a"}}})");
  EXPECT_EQ(complaint_of([&] { read_tokenizer_config(dir.path()); }),
            file.string() + ": added_tokens_decoder: \"x\" is not an id");
  dir.write("tokenizer_config.json", "[]");
  EXPECT_EQ(complaint_of([&] { read_tokenizer_config(dir.path()); }), file.string() + ": is not an object");
  dir.write("tokenizer_config.json", "{}");
  const auto added = dir.write("added_tokens.json", R"({"a": -5})");
  EXPECT_EQ(complaint_of([&] { read_tokenizer_config(dir.path()); }),
            added.string() + ": a: is not between 0 and 4194303");
}

}  // namespace
}  // namespace heed::text
