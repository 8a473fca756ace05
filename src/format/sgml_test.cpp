#include "format/sgml.h"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "testing/testing.h"

namespace heed::format {
namespace {

using heed::testing::complaint_of;
using heed::testing::TemporaryDir;

/// The pieces of `content` in one line each: `<name attributes>`, `</name>` or the text itself.
std::vector<std::string> pieces(const std::string& content) {
  const TemporaryDir dir;
  SgmlReader reader(dir.write("f", content));
  std::vector<std::string> result;
  while (const auto event = reader.next()) {
    const std::string name(event->name), attributes(event->attributes);
    if (event->kind == SgmlEvent::Kind::kOpen)
      result.push_back("<" + name + (attributes.empty() ? "" : " ") + attributes + ">");
    if (event->kind == SgmlEvent::Kind::kClose) result.push_back("</" + name + ">");
    if (event->kind == SgmlEvent::Kind::kText) result.emplace_back(event->text);
  }
  return result;
}

using Pieces = std::vector<std::string>;

TEST(Sgml, TagsAndTextComeAsTheyAreWritten) {
  EXPECT_EQ(pieces("<TOP lang='en' >\r\n<num> Number: 301\n<title>Crime</Title></top>"),
            (Pieces{"<top lang='en'>", "\r\n", "<num>", " Number: 301\n", "<title>", "Crime", "</title>", "</top>"}));
  EXPECT_EQ(pieces("a<br/>b<hr />c"), (Pieces{"a", "<br>", "b", "<hr>", "c"}));
  EXPECT_EQ(pieces("<f\np=int>"), (Pieces{"<f p=int>"}));
  EXPECT_EQ(pieces(""), Pieces{});
}

TEST(Sgml, AnAngleThatBeginsNoTagIsText) {
  for (const char* const text :
       {"1 < 2", "a <b and c", "<me@example.org>", "x <", "</ a>", "<!>", "<?>", "<", "</", "<a"})
    EXPECT_EQ(pieces(text), Pieces{text});
  EXPECT_EQ(pieces("x <y<title>z"), (Pieces{"x <y", "<title>", "z"}));
}

TEST(Sgml, EntitiesAreDecodedAndOtherAmpersandsAreText) {
  EXPECT_EQ(pieces("&amp;&lt;p&gt;&quot;&apos;"), Pieces{"&<p>\"'"});
  EXPECT_EQ(pieces("&#65;&#xe9;&#X20AC;&#128512;"), Pieces{"A\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"});
  EXPECT_EQ(pieces("&amp;lt;"), Pieces{"&lt;"});
  for (const char* const text : {"AT&T", "R&D;", "&", "&;", "&#;", "&#x;", "&#0;", "&#xD800;", "&#1114112;",
                                 "&#99999999999;", "&nbsp;", "&amp", "&#-5;", "&#1 ;"})
    EXPECT_EQ(pieces(text), Pieces{text});
}

TEST(Sgml, CommentsAndDeclarationsArePassedOver) {
  EXPECT_EQ(pieces("<?xml version=\"1.0\"?><!DOCTYPE a [ <!ELEMENT a (b)*> <!-- ]> --> ]>a<!-- <top> -->b"),
            (Pieces{"a", "b"}));
  EXPECT_EQ(pieces("<a><![CDATA[1 < 2 &amp; <b>]]></a>"), (Pieces{"<a>", "1 < 2 &amp; <b>", "</a>"}));
}

TEST(Sgml, BytesOfOtherEncodingsPassThrough) {
  EXPECT_EQ(pieces("<t>caf\xE9 d\xC3\xA9j\xC3\xA0"), (Pieces{"<t>", "caf\xE9 d\xC3\xA9j\xC3\xA0"}));
  EXPECT_EQ(pieces("\xEF\xBB\xBF<t>"), Pieces{"<t>"});
}

TEST(Sgml, LinesAreThoseWhereAPieceBegins) {
  const TemporaryDir dir;
  const auto path = dir.write_gzip("f.gz", "<a>\n\r\n<!--\n-->text\n<b>");
  SgmlReader reader(path);
  std::vector<long> lines;
  while (reader.next()) lines.push_back(reader.line());
  EXPECT_EQ(lines, (std::vector<long>{1, 1, 4, 5}));
  EXPECT_EQ(complaint_of([&] { reader.fail("what"); }), path.string() + ":5: what");
}

TEST(Sgml, WithoutEntitiesAndCommentsNoByteIsLostWhereverTheFileIsCut) {
  const std::string content = "<top>\n<num> Number: 1 < 2\n<title x=\"1\">a & b</title>\n</top> <<a> <!> </>";
  for (std::size_t size = 0; size <= content.size(); ++size) {
    std::string joined;
    for (const std::string& piece : pieces(content.substr(0, size))) joined += piece;
    EXPECT_EQ(joined, content.substr(0, size));
  }
}

TEST(Sgml, WhatIsNotClosedIsRefusedWhereItBegins) {
  const TemporaryDir dir;
  const auto complaint = [&](const std::string& content) {
    const auto path = dir.write("f", content);
    SgmlReader reader(path);
    const std::string text = complaint_of([&] {
      while (reader.next()) continue;
    });
    return text.substr(std::min(text.size(), path.string().size()));
  };
  EXPECT_EQ(complaint("a\n<!-- b ->\n"), ":2: a comment that begins here is not closed");
  EXPECT_EQ(complaint("\n\n<![CDATA[ x ]>"), ":3: a CDATA section that begins here is not closed");
  EXPECT_EQ(complaint("<!DOCTYPE a [ <!ELEMENT a> "), ":1: a declaration that begins here is not closed");
  EXPECT_EQ(complaint("<!DOCTYPE a [ <!-- "), ":1: a declaration that begins here is not closed");
  EXPECT_NE(complaint_of([&] { SgmlReader(dir.path() / "none"); }).find("cannot be read"), std::string::npos);
}

}  // namespace
}  // namespace heed::format
