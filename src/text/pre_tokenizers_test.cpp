#include "text/pre_tokenizers.h"

#include <gtest/gtest.h>

#include "testing/testing.h"

namespace heed::text {
namespace {

using heed::testing::complaint_of;

std::string words(const std::string& description, const std::string& text, bool at_start = true) {
  const auto json = format::IndexedJson::parse(description);
  Words result = {text, {{0, text.size()}}, at_start};
  read_pre_tokenizer(JsonPart(json, "f: pre_tokenizer"))(result);
  std::string joined;
  for (const Span span : result.spans) joined += "[" + result.text.substr(span.begin, span.end - span.begin) + "]";
  return joined;
}

std::string complaint(const char* description) {
  return complaint_of([&] { words(description, "x"); });
}

TEST(PreTokenizers, BertsWords) {
  EXPECT_EQ(words(R"({"type": "BertPreTokenizer"})", " don't  stop\xE2\x80\x94now$ "),
            "[don]['][t][stop][\xE2\x80\x94][now][$]");
  EXPECT_EQ(words(R"({"type": "BertPreTokenizer"})", "  "), "");
}

TEST(PreTokenizers, WhiteSpacePunctuationAndDigits) {
  EXPECT_EQ(words(R"({"type": "Whitespace"})", "a_1 b--c\xE2\x82\xAC"), "[a_1][b][--][c][\xE2\x82\xAC]");
  EXPECT_EQ(words(R"({"type": "WhitespaceSplit"})", " a-b\t c"), "[a-b][c]");
  EXPECT_EQ(words(R"({"type": "Punctuation"})", "a..b"), "[a][.][.][b]");
  EXPECT_EQ(words(R"({"type": "Punctuation", "behavior": "Contiguous"})", "a..b"), "[a][..][b]");
  EXPECT_EQ(words(R"({"type": "Digits", "individual_digits": true})", "a12"), "[a][1][2]");
  EXPECT_EQ(words(R"({"type": "Digits", "individual_digits": false})", "a12b"), "[a][12][b]");
}

TEST(PreTokenizers, SplitAlsoCutsWhereAnEmptyMatchStands) {
  const auto split = [](const char* pattern, const char* behavior) {
    return std::string(R"({"type": "Split", "pattern": )") + pattern + R"(, "behavior": ")" + behavior + "\"}";
  };
  for (const char* behavior : {"Isolated", "Removed", "MergedWithPrevious", "MergedWithNext", "Contiguous"})
    EXPECT_EQ(words(split(R"({"Regex": "\\b"})", behavior), "a, b"), "[a][, ][b]") << behavior;
  EXPECT_EQ(words(split(R"({"String": ""})", "Isolated"), "a\xC3\xA9 b"), "[a][\xC3\xA9][ ][b]");
}

TEST(PreTokenizers, MetaspacePutsMarksForBlanks) {
  const std::string start = R"({"type": "Metaspace", "replacement": "_")";
  EXPECT_EQ(words(start + R"(, "prepend_scheme": "always"})", "a  b "), "[_a][_][_b][_]");
  EXPECT_EQ(words(start + R"(, "prepend_scheme": "always", "split": false})", " a b"), "[_a_b]");
  EXPECT_EQ(words(start + R"(, "prepend_scheme": "first"})", "a", true), "[_a]");
  EXPECT_EQ(words(start + R"(, "prepend_scheme": "first"})", "a", false), "[a]");
  EXPECT_EQ(words(start + R"(, "prepend_scheme": "never"})", "a b"), "[a][_b]");
  EXPECT_EQ(words(start + R"(, "add_prefix_space": false})", "a b"), "[a][_b]");
  EXPECT_EQ(words(start + R"(, "str_rep": "_", "add_prefix_space": true})", "a"), "[_a]");
}

TEST(PreTokenizers, MetaspaceAfterOtherCuts) {
  const auto sequence = [](const char* scheme) {
    return std::string(R"({"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"},
                           {"type": "Metaspace", "replacement": "_", "prepend_scheme": ")") +
           scheme + R"("}]})";
  };
  EXPECT_EQ(words(sequence("always"), " a b"), "[_a][_b]");
  EXPECT_EQ(words(sequence("first"), "a b"), "[_a][b]");
  EXPECT_EQ(words(sequence("first"), " a b"), "[a][b]");  // the text begins with a blank
}

TEST(PreTokenizers, SplitHasFiveBehaviors) {
  const auto split = [](const char* behavior, const char* more = "") {
    return words(
        std::string(R"({"type": "Split", "pattern": {"String": "-"}, "behavior": ")") + behavior + "\"" + more + "}",
        "-a--b-");
  };
  EXPECT_EQ(split("Isolated"), "[-][a][-][-][b][-]");
  EXPECT_EQ(split("Removed"), "[a][b]");
  EXPECT_EQ(split("Contiguous"), "[-][a][--][b][-]");
  EXPECT_EQ(split("MergedWithPrevious"), "[-][a-][-][b-]");
  EXPECT_EQ(split("MergedWithNext"), "[-a][-][-b][-]");
  EXPECT_EQ(split("Removed", R"(, "invert": true)"), "[-][-][-][-]");
  EXPECT_EQ(split("Contiguous", R"(, "invert": true)"), "[-][a][--][b][-]");
}

TEST(PreTokenizers, ByteLevelWritesBytesAsCharacters) {
  EXPECT_EQ(byte_level_piece(" \n\xAD!\xE9"), "\xC4\xA0\xC4\x8A\xC5\x83!\xC3\xA9");
  EXPECT_EQ(words(R"({"type": "ByteLevel", "add_prefix_space": true})", "it's  5"),
            "[\xC4\xA0it]['s][\xC4\xA0][\xC4\xA0"
            "5]");
  EXPECT_EQ(words(R"({"type": "ByteLevel", "add_prefix_space": false, "use_regex": false})", "a b"),
            "[a\xC4\xA0"
            "b]");
}

TEST(PreTokenizers, Llama3sWords) {
  Words result = {"I'LL be  there\n\n in 12345 days!!\n ", {}, true};
  result.spans = {{0, result.text.size()}};
  byte_level_split(kLlama3Words)(result);
  std::string joined;
  for (const Span span : result.spans) joined += "[" + result.text.substr(span.begin, span.end - span.begin) + "]";
  const std::string b = "\xC4\xA0", n = "\xC4\x8A";
  EXPECT_EQ(joined, "[I]['LL][" + b + "be][" + b + "][" + b + "there][" + n + n + "][" + b + "in][" + b +
                        "][123][45][" + b + "days][!!" + n + "][" + b + "]");
}

TEST(PreTokenizers, WrongOnesAreNamed) {
  EXPECT_EQ(complaint(R"({"type": "UnicodeScripts"})"),
            "f: pre_tokenizer: the pre_tokenizer \"UnicodeScripts\" is not supported");
  EXPECT_EQ(complaint(R"({"type": "Split", "pattern": {"String": "-"}, "behavior": "Gone"})"),
            "f: pre_tokenizer.behavior: there is no behavior \"Gone\"");
  EXPECT_EQ(complaint(R"({"type": "Split", "pattern": "-", "behavior": "Removed"})"),
            "f: pre_tokenizer.pattern: is not an object");
  EXPECT_EQ(complaint(R"({"type": "Metaspace", "replacement": "ab"})"),
            "f: pre_tokenizer.replacement: is not one character");
  EXPECT_EQ(complaint(R"({"type": "Metaspace", "replacement": "_", "prepend_scheme": "last"})"),
            "f: pre_tokenizer.prepend_scheme: there is no scheme \"last\"");
  EXPECT_NE(
      complaint(R"({"type": "Metaspace", "replacement": "_", "prepend_scheme": "first", "add_prefix_space": false})")
          .find("contradict"),
      std::string::npos);
}

}  // namespace
}  // namespace heed::text
