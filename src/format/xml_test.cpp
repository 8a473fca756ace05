#include "format/xml.h"

#include <gtest/gtest.h>

#include "format/bad_text.h"
#include "testing/testing.h"

namespace heed::format {
namespace {

using heed::testing::complaint_of;
using heed::testing::TemporaryDir;

XmlElement parse(const std::string& content) {
  const TemporaryDir dir;
  return read_xml(dir.write("f.xml", content));
}

/// The complaint about `content`, without the file's name.
std::string complaint(const std::string& content) {
  const TemporaryDir dir;
  const auto path = dir.write("f.xml", content);
  const std::string text = complaint_of([&] { read_xml(path); });
  EXPECT_EQ(text.substr(0, path.string().size()), path.string());
  return text.substr(std::min(text.size(), path.string().size()));
}

std::string nested(std::size_t depth) {
  std::string content;
  for (std::size_t i = 0; i < depth; ++i) content += "<a>";
  for (std::size_t i = 0; i < depth; ++i) content += "</a>";
  return content;
}

TEST(Xml, TheTreeHasNamesAttributesTextsAndLines) {
  const XmlElement root = parse(
      "\xEF\xBB\xBF<?xml version='1.0'?>\r\n<topics task='x'>\r\n<topic number=\"7\" type=\"a&amp;b\">\n"
      "<query>one &lt; two</query><!-- no --><e/></topic></topics>\n\n");
  EXPECT_EQ(root.name, "topics");
  EXPECT_EQ(root.line, 2);
  EXPECT_EQ(root.attribute("task"), "x");
  EXPECT_EQ(root.attribute("Task"), std::nullopt);
  ASSERT_EQ(root.children.size(), 1u);
  const XmlElement& topic = root.children[0];
  EXPECT_EQ(topic.attributes, (std::vector<std::pair<std::string, std::string>>{{"number", "7"}, {"type", "a&b"}}));
  EXPECT_EQ(topic.line, 3);
  ASSERT_NE(topic.child("query"), nullptr);
  EXPECT_EQ(topic.child("query")->text, "one < two");
  EXPECT_EQ(topic.child("query")->line, 4);
  EXPECT_EQ(topic.child("e")->text, "");
  EXPECT_EQ(topic.child("none"), nullptr);
}

TEST(Xml, TextIncludesThatOfTheChildrenInItsPlace) {
  const XmlElement root = parse("<p>not <b>about <i>it</i></b>, <![CDATA[a < b]]></p>");
  EXPECT_EQ(root.text, "not about it, a < b");
  EXPECT_EQ(root.child("b")->text, "about it");
}

TEST(Xml, OtherEncodingsBecomeUtf8AndPackedFilesAreRead) {
  EXPECT_EQ(parse("<?xml version='1.0' encoding='ISO-8859-1'?><a>caf\xE9</a>").text, "caf\xC3\xA9");
  const TemporaryDir dir;
  EXPECT_EQ(read_xml(dir.write_gzip("f.xml.gz", "<a>x</a>")).text, "x");
}

TEST(Xml, ALongDocumentLosesNothingWhereBlocksMeet) {
  std::string content = "<r>", text;
  for (int i = 0; i < 20000; ++i) {
    content += "<a>" + std::to_string(i) + "&amp;</a>\n";
    text += std::to_string(i) + "&\n";
  }
  const XmlElement root = parse(content + "</r>");
  EXPECT_EQ(root.children.size(), 20000u);
  EXPECT_EQ(root.children.back().line, 20000);
  EXPECT_EQ(root.text, text);
}

TEST(Xml, NothingIsLoadedFromElsewhere) {
  const TemporaryDir dir;
  const auto secret = dir.write("secret", "secret");
  const XmlElement dtd = parse("<!DOCTYPE a SYSTEM \"http://localhost/a.dtd\"><a>caf&eacute;</a>");
  EXPECT_EQ(dtd.text, "caf&eacute;");
  const XmlElement file = parse("<!DOCTYPE a [<!ENTITY x SYSTEM \"" + secret.string() + "\">]><a>-&x;-</a>");
  EXPECT_EQ(file.text, "--");
}

TEST(Xml, EntitiesThatExpandWithoutEndAreRefused) {
  std::string content = "<!DOCTYPE a [<!ENTITY e0 \"laughing\">";
  for (int i = 1; i < 10; ++i) {
    const std::string inner = "&e" + std::to_string(i - 1) + ";";
    content += "<!ENTITY e" + std::to_string(i) + " \"";
    for (int j = 0; j < 10; ++j) content += inner;
    content += "\">\n";
  }
  EXPECT_NE(complaint(content + "]><a>&e9;</a>").find("not valid XML: limit on input amplification"),
            std::string::npos);
}

TEST(Xml, WhatIsNotWellFormedIsRefusedWithItsLine) {
  EXPECT_EQ(complaint("<a>\n<b>\n</a>"), ":3: not valid XML: mismatched tag");
  EXPECT_EQ(complaint("<a>\nR&D</a>"), ":2: not valid XML: not well-formed (invalid token)");
  EXPECT_EQ(complaint("<a>\n&none;</a>"), ":2: not valid XML: undefined entity");
  EXPECT_EQ(complaint("<a>"), ":1: not valid XML: no element found");
  EXPECT_EQ(complaint(""), ":1: not valid XML: no element found");
  EXPECT_EQ(complaint("<a/>\n<b/>"), ":2: not valid XML: junk after document element");
  EXPECT_EQ(complaint("<a>\xFF</a>"), ":1: not valid XML: not well-formed (invalid token)");
}

TEST(Xml, TooDeepADocumentIsRefused) {
  EXPECT_EQ(parse(nested(kDeepestXml)).name, "a");
  EXPECT_EQ(complaint(nested(kDeepestXml + 1)), ":1: elements stand more than 256 deep");
}

/// What walk_xml() tells, in one text.
std::string told(std::string_view document) {
  class Teller final : public XmlHandler {
   public:
    void open(std::string_view name, const XmlAttributes& attributes) override {
      text_ += "[" + std::string(name) + std::string(attributes.value("id").value_or("")) + "]";
    }
    void close(std::string_view name) override { text_ += "[/" + std::string(name) + "]"; }
    void text(std::string_view text) override { text_ += text; }
    std::string text_;
  };
  Teller teller;
  walk_xml(document, teller);
  return teller.text_;
}

TEST(Xml, AWalkTellsOfElementsAndTextsInTheirOrder) {
  EXPECT_EQ(told("<!DOCTYPE a SYSTEM 'x.dtd'><a x='2' id='1'>t&amp;<b/>&eacute;</a>"), "[a1]t&[b][/b]&eacute;[/a]");
}

TEST(Xml, AWalkSaysAtWhichByteADocumentIsWrong) {
  try {
    told("<a>\n<b>\n</a>");
    FAIL();
  } catch (const BadText& wrong) {
    EXPECT_EQ(wrong.at(), 10U);
    EXPECT_EQ(std::string(wrong.what()), "not valid XML: mismatched tag");
  }
  EXPECT_EQ(complaint_of([] { told(nested(kDeepestXml + 1)); }), "elements stand more than 256 deep");
  EXPECT_EQ(complaint_of([] { told(""); }), "not valid XML: no element found");
}

}  // namespace
}  // namespace heed::format
