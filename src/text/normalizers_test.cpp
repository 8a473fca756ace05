#include "text/normalizers.h"

#include <gtest/gtest.h>

#include "testing/testing.h"

namespace heed::text {
namespace {

using heed::testing::complaint_of;

std::string normalized(const char* description, const std::string& text) {
  const auto json = format::IndexedJson::parse(description);
  return read_normalizer(JsonPart(json, "f: normalizer"))(text);
}

std::string complaint(const char* description) {
  return complaint_of([&] { normalized(description, ""); });
}

TEST(Normalizers, BertsFourSteps) {
  const char* const all = R"({"type": "BertNormalizer"})";
  EXPECT_EQ(normalized(all, "H\xC3\xA9llo\tW\x01\xC2\xA0\xE2\x80\x8Bx\xEF\xBF\xBD"), "hello w x");
  EXPECT_EQ(normalized(all,
                       "a\xE4\xB8\xAD"
                       "b"),
            "a \xE4\xB8\xAD b");
  EXPECT_EQ(normalized(all, "a\vb\f\x1C\xC2\x85\rc"), "ab c");  // white space that is a control character goes
  EXPECT_EQ(normalized(R"({"type": "BertNormalizer", "lowercase": false})", "H\xC3\xA9"), "H\xC3\xA9");
  EXPECT_EQ(normalized(R"({"type": "BertNormalizer", "lowercase": false, "strip_accents": true})", "H\xC3\xA9"), "He");
  EXPECT_EQ(
      normalized(R"({"type": "BertNormalizer", "clean_text": false, "handle_chinese_chars": false})", "\t\xE4\xB8\xAD"),
      "\t\xE4\xB8\xAD");
}

TEST(Normalizers, UnicodesForms) {
  EXPECT_EQ(normalized(R"({"type": "NFD"})", "\xC3\xA9"), "e\xCC\x81");
  EXPECT_EQ(normalized(R"({"type": "NFC"})", "e\xCC\x81"), "\xC3\xA9");
  EXPECT_EQ(normalized(R"({"type": "NFKC"})", "\xEF\xAC\x81"), "fi");
  EXPECT_EQ(normalized(R"({"type": "NFKD"})", "\xC2\xBD"),
            "1\xE2\x81\x84"
            "2");
  EXPECT_EQ(normalized(R"({"type": "StripAccents"})", "e\xCC\x81"), "e");
  EXPECT_EQ(normalized(R"({"type": "Lowercase"})", "\xC3\x89"), "\xC3\xA9");
}

TEST(Normalizers, ATextThatGrowsWithoutBoundIsRefused) {
  const std::string step =
      R"({"type": "Replace", "pattern": {"String": "a"}, "content": ")" + std::string(100'000, 'a') + "\"}";
  const std::string bomb = R"({"type": "Sequence", "normalizers": [)" + step + "," + step + "]}";
  EXPECT_NE(complaint_of([&] { normalized(bomb.c_str(), "a"); }).find("256 MB"), std::string::npos);
}

TEST(Normalizers, TheFormsAreThoseOfUnicode9) {
  // Of two characters in circles the second, U+32FF, is there since Unicode 12.
  EXPECT_EQ(normalized(R"({"type": "NFKC"})", "\xE3\x8B\xBE\xE3\x8B\xBF"), "\xE3\x83\xB2\xE3\x8B\xBF");
  // A mark of Unicode 10 (U+1DF6) keeps the acute from its letter.
  EXPECT_EQ(normalized(R"({"type": "NFC"})", "e\xE1\xB7\xB6\xCC\x81"), "e\xE1\xB7\xB6\xCC\x81");
}

TEST(Normalizers, StripReplacePrepend) {
  EXPECT_EQ(normalized(R"({"type": "Strip", "strip_left": false, "strip_right": true})", " a b\xC2\xA0 "), " a b");
  EXPECT_EQ(normalized(R"({"type": "Strip"})", " \n a \t"), "a");
  EXPECT_EQ(normalized(R"({"type": "Replace", "pattern": {"String": "."}, "content": "_"})", "a.b"), "a_b");
  EXPECT_EQ(normalized(R"({"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": "_"})", "a   b c  "), "a_b c_");
  EXPECT_EQ(normalized(R"({"type": "Replace", "pattern": {"Regex": "^"}, "content": "_"})", "a\nb"), "_a\n_b");
  EXPECT_EQ(normalized(R"({"type": "Prepend", "prepend": "_"})", "a"), "_a");
  EXPECT_EQ(normalized(R"({"type": "Prepend", "prepend": "_"})", ""), "");
  EXPECT_EQ(normalized(R"({"type": "Nmt"})", "a\x0B\xE2\x80\x8B\tb\x7F"), "a  b");
}

TEST(Normalizers, ASequenceGoesInOrder) {
  EXPECT_EQ(normalized(R"({"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "A"},
                           {"type": "Lowercase"}, {"type": "Prepend", "prepend": "B"}]})",
                       "C"),
            "Bac");
  EXPECT_EQ(normalized(R"({"type": "Sequence", "normalizers": []})", "C"), "C");
}

TEST(Normalizers, WrongOnesAreNamed) {
  EXPECT_EQ(complaint(R"({"type": "Fancy"})"), "f: normalizer: the normalizer \"Fancy\" is not supported");
  EXPECT_EQ(complaint(R"({"kind": 1})"), "f: normalizer: there is no \"type\"");
  EXPECT_EQ(complaint("[]"), "f: normalizer: is not an object");
  EXPECT_EQ(complaint(R"({"type": "Prepend", "prepend": 1})"), "f: normalizer.prepend: is not a string");
  EXPECT_EQ(complaint(R"({"type": "Strip", "strip_left": 1})"), "f: normalizer.strip_left: is neither true nor false");
  EXPECT_EQ(complaint(R"({"type": "Sequence", "normalizers": [{"type": "Lowercase"}, {"type": "X"}]})"),
            "f: normalizer.normalizers[1]: the normalizer \"X\" is not supported");
  EXPECT_EQ(complaint(R"({"type": "Precompiled", "precompiled_charsmap": "?"})"),
            "f: normalizer.precompiled_charsmap: is not base64");
  EXPECT_EQ(complaint(R"({"type": "Precompiled", "precompiled_charsmap": "AAAA"})"),
            "f: normalizer.precompiled_charsmap: the table of characters is too short");
  EXPECT_NE(
      complaint(R"({"type": "Replace", "pattern": {"Regex": "("}, "content": ""})").find("f: normalizer.pattern: not"),
      std::string::npos);
}

}  // namespace
}  // namespace heed::text
