#include "format/markup.h"

#include <gtest/gtest.h>

#include "testing/testing.h"

namespace heed::format {
namespace {

/// The pieces in one text: tags in brackets, attributes after a blank.
std::string pieces(std::string_view text) {
  MarkupReader reader(text);
  std::string result;
  while (const auto piece = reader.next()) {
    const std::string name(piece->name), attributes(piece->attributes);
    if (piece->kind == MarkupPiece::Kind::kOpen)
      result += "[" + name + (attributes.empty() ? "" : " ") + attributes + "]";
    if (piece->kind == MarkupPiece::Kind::kClose) result += "[/" + name + "]";
    if (piece->kind == MarkupPiece::Kind::kText) result += piece->text;
  }
  return result;
}

TEST(Markup, TagsAndTextComeAsTheyAreWritten) {
  EXPECT_EQ(pieces("<DOC>a<F P=105>b</F> <br/>c<A HREF='x>y'>d"), "[doc]a[f P=105]b[/f] [br]c[a HREF='x>y']d");
  EXPECT_EQ(pieces(""), "");
}

TEST(Markup, BrokenTagsAreText) {
  EXPECT_EQ(pieces("1 < 2 <TEXT unclosed <P>x</"), "1 < 2 <TEXT unclosed [p]x</");
  EXPECT_EQ(pieces("<a href=\"x>y <b>z"), "[a href=\"x]y [b]z");
  EXPECT_EQ(pieces("<>< a></ b>"), "<>< a></ b>");
}

TEST(Markup, CommentsAndDeclarationsAreNoText) {
  EXPECT_EQ(pieces("<!DOCTYPE html>a<!-- PJG STAG 4700 <b> -->b<?xml version='1.0'?>c<![CDATA[d"), "abc<![CDATA[d");
  EXPECT_EQ(pieces("a<!-- never closed> b <i>c"), "a b [i]c");
  EXPECT_EQ(pieces("a<!--"), "a<!--");
}

TEST(Markup, WhatIsNoMarkupIsPassedOver) {
  MarkupReader reader("<script>if (a<b) '</scripts>'</SCRIPT >x");
  ASSERT_TRUE(reader.next());
  reader.skip_to_closing("script");
  EXPECT_EQ(reader.next()->kind, MarkupPiece::Kind::kClose);
  EXPECT_EQ(reader.next()->text, "x");
  reader.skip_to_closing("style");
  EXPECT_FALSE(reader.next());
}

TEST(Markup, AttributesAreFoundByName) {
  EXPECT_EQ(attribute_value(R"(a=1 ID = "doc 2" b)", "id"), "doc 2");
  EXPECT_EQ(attribute_value("id=x", "id"), "x");
  EXPECT_EQ(attribute_value("id", "id"), "");
  EXPECT_EQ(attribute_value("id=\"open", "id"), "open");
  EXPECT_FALSE(attribute_value("xid=1", "id"));
}

TEST(Markup, EntitiesOfTheDisksAndOfHtmlAreDecoded) {
  EXPECT_EQ(decoded_entities("AT&amp;T &lt;&gt;&quot;&AMP;&hyph;&blank;&sect;&para;&bull;&cir;&rsquo;&mdash;"),
            "AT&T <>\"&- \u00A7\u00B6\u2022\u25CB\u2019\u2014");
  EXPECT_EQ(decoded_entities("&Eacute;&eacute;&Alpha;&alpha;&mu;&micro;&yuml;&Omega;&sigmaf;"),
            "\u00C9\u00E9\u0391\u03B1\u03BC\u00B5\u00FF\u03A9\u03C2");
  EXPECT_EQ(decoded_entities("&#65;&#x20AC;&#150;a&nbsp;b&shy;c"), "A\u20AC\u2013a bc");
}

TEST(Markup, WhatIsNoEntityStays) {
  for (const char* const text : {"AT&T", "a & b;", "&unknown;", "&", "&;", "&#;", "&#xD800;", "&#0;", "&#99999999;"})
    EXPECT_EQ(decoded_entities(text), text);
}

TEST(Markup, AMillionOfAnythingTakesLinearTime) {
  for (const char* const part : {"<b>", "<", "<!--", "</", "<a b=\"", "<a b='x>", "&", "<script>"}) {
    std::string text;
    for (int i = 0; i < 1'000'000; ++i) text += part;
    MarkupReader reader(text);
    std::size_t count = 0;
    while (const auto piece = reader.next()) {
      ++count;
      reader.skip_to_closing("style");
    }
    EXPECT_GT(count, 0U);
  }
}

TEST(Markup, NoTextIsAnError) {
  base::Random random(3);
  const std::string content = "<DOC id='1'><TEXT>a &amp; b<!-- c --><br/>&#65; </TEXT><?x?></DOC>";
  for (int i = 0; i < 2000; ++i) {
    const std::string text = heed::testing::mutated(content, random);
    pieces(text);
    decoded_entities(text);
    attribute_value(text, "id");
  }
}

}  // namespace
}  // namespace heed::format
