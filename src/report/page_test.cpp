#include "report/page.h"

#include <gtest/gtest.h>

#include "format/xml.h"
#include "testing/testing.h"

namespace heed::report {
namespace {

using format::XmlElement;
using heed::testing::TemporaryDir;

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
}

/// The page as XML: without the doctype, which XML writes another way, and with HTML's void elements closed.
XmlElement parsed(std::string page) {
  const std::string_view doctype = "<!doctype html>\n";
  EXPECT_TRUE(page.starts_with(doctype));
  page.erase(0, doctype.size());
  replace_all(page, "<br>", "<br/>");
  for (const std::string meta :
       {"<meta charset=\"utf-8\"", "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\""}) {
    EXPECT_NE(page.find(meta + ">"), std::string::npos);
    replace_all(page, meta + ">", meta + "/>");
  }
  const TemporaryDir dir;
  return format::read_xml(dir.write("page.xml", page));
}

/// All elements of that name below `element`, in the document's order.
std::vector<const XmlElement*> all_named(const XmlElement& element, std::string_view name) {
  std::vector<const XmlElement*> found;
  for (const XmlElement& child : element.children) {
    if (child.name == name) found.push_back(&child);
    const auto below = all_named(child, name);
    found.insert(found.end(), below.begin(), below.end());
  }
  return found;
}

std::vector<std::string> texts_of(const XmlElement& element, std::string_view name) {
  std::vector<std::string> texts;
  for (const XmlElement* const found : all_named(element, name)) texts.push_back(found->text);
  return texts;
}

const std::string kNasty = "<b>\"&amp;\" 'x' </td></table><script>alert(1)</script> ]]> \xC3\xBC";

Section section_of(const std::string& text) {
  return {text, {text}, {{text, {{text, Table::Align::kLeft}, {text}}, {{text, text}}, {text}}}};
}

TEST(Page, IsADocumentOfItsSections) {
  const Section sections[] = {
      {"First", {"One.", "Two."}, {{"Caption", {{"name", Table::Align::kLeft}, {"n"}}, {{"a", "1"}, {"b", "2"}}, {}}}},
      {"Second", {}, {{"", {{"x"}}, {}, {"Remark."}}}}};
  const XmlElement html = parsed(html_page("Report", sections, "heed 1.0"));
  EXPECT_EQ(html.name, "html");
  EXPECT_EQ(html.attribute("lang"), "en");
  EXPECT_EQ(html.child("head")->child("title")->text, "Report");
  const XmlElement& body = *html.child("body");
  EXPECT_EQ(texts_of(body, "h1"), std::vector<std::string>{"Report"});
  EXPECT_EQ(texts_of(body, "h2"), (std::vector<std::string>{"First", "Second"}));
  EXPECT_EQ(texts_of(body, "footer"), std::vector<std::string>{"heed 1.0"});
  const auto parts = all_named(body, "section");
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_EQ(texts_of(*parts[0], "p"), (std::vector<std::string>{"One.", "Two."}));
  EXPECT_EQ(texts_of(*parts[0], "caption"), std::vector<std::string>{"Caption"});
  EXPECT_EQ(texts_of(*parts[0], "th"), (std::vector<std::string>{"name", "n"}));
  EXPECT_EQ(texts_of(*parts[0], "td"), (std::vector<std::string>{"a", "1", "b", "2"}));
  EXPECT_TRUE(all_named(*parts[1], "caption").empty());
  EXPECT_EQ(texts_of(*parts[1], "p"), std::vector<std::string>{"Remark."});
  EXPECT_TRUE(all_named(*parts[1], "td").empty());
}

TEST(Page, ColumnsOfTextAreAlignedLeft) {
  const Section sections[] = {section_of("x")};
  const XmlElement html = parsed(html_page("t", sections, "m"));
  for (const char* const name : {"th", "td"}) {
    const auto cells = all_named(html, name);
    ASSERT_EQ(cells.size(), 2u);
    EXPECT_EQ(cells[0]->attribute("class"), "left");
    EXPECT_EQ(cells[1]->attribute("class"), std::nullopt);
  }
}

TEST(Page, EveryTextIsEscaped) {
  const Section sections[] = {section_of(kNasty)};
  const std::string page = html_page(kNasty, sections, kNasty);
  const XmlElement html = parsed(page);
  for (const char* const name : {"title", "h1", "h2", "p", "caption", "th", "td", "footer"})
    for (const std::string& text : texts_of(html, name)) EXPECT_EQ(text, kNasty) << name;
  EXPECT_EQ(texts_of(html, "p").size(), 2u);  // the paragraph and the remark
  EXPECT_TRUE(all_named(html, "script").empty());
  EXPECT_TRUE(all_named(html, "b").empty());
}

TEST(Page, ALineBreakInATextIsOneOnThePage) {
  const Section sections[] = {{"h", {"a\n<br>\nb"}, {}}};
  const XmlElement html = parsed(html_page("t", sections, "m"));
  const auto paragraphs = all_named(html, "p");
  ASSERT_EQ(paragraphs.size(), 1u);
  EXPECT_EQ(paragraphs[0]->text, "a<br>b");
  EXPECT_EQ(all_named(*paragraphs[0], "br").size(), 2u);
}

TEST(Page, NeedsNoOtherFileAndNoNetwork) {
  const Section sections[] = {section_of("x")};
  const std::string page = html_page("t", sections, "m");
  for (const char* const reference : {"href", "src=", "url(", "http", "@import", "<link", "<script"})
    EXPECT_EQ(page.find(reference), std::string::npos) << reference;
}

TEST(Page, WithoutSectionsItIsStillAPage) {
  const XmlElement html = parsed(html_page("", {}, ""));
  EXPECT_TRUE(all_named(html, "section").empty());
  EXPECT_EQ(all_named(html, "footer").size(), 1u);
}

}  // namespace
}  // namespace heed::report
