#include "report/html.h"

#include <gtest/gtest.h>

namespace heed::report {
namespace {

TEST(Html, MarkupIsText) {
  EXPECT_EQ(escaped("<b>\"&amp;\"</b>"), "&lt;b&gt;&quot;&amp;amp;&quot;&lt;/b&gt;");
  EXPECT_EQ(element("td", "a\nb", {{"title", "\"x\"\ny<"}}), "<td title=\"&quot;x&quot; y&lt;\">a<br>b</td>");
}

TEST(Html, WhatNoPageMayHoldIsReplaced) {
  const std::string replaced = "\xEF\xBF\xBD";
  EXPECT_EQ(escaped(std::string_view("a\0b", 3)), "a" + replaced + "b");
  EXPECT_EQ(escaped("\x1B[31m\x7F"), replaced + "[31m" + replaced);
  EXPECT_EQ(escaped("\xC2\x85"), replaced);                            // a control character of two bytes
  EXPECT_EQ(escaped("\xEF\xBF\xBE"), replaced);                        // which no document may have
  EXPECT_EQ(escaped("\xFF"), replaced);                                // never in UTF-8
  EXPECT_EQ(escaped("\xC3"), replaced);                                // cut short
  EXPECT_EQ(escaped("\xC0\xAF"), replaced + replaced);                 // overlong
  EXPECT_EQ(escaped("\xED\xA0\x80"), replaced + replaced + replaced);  // half a surrogate pair
  EXPECT_EQ(escaped("a\t\xC3\xBC\xE2\x82\xAC\xF0\x9F\x98\x80"), "a\t\xC3\xBC\xE2\x82\xAC\xF0\x9F\x98\x80");
}

TEST(Html, ALinkLeadsToAFileAndNowhereElse) {
  EXPECT_EQ(file_link("results.json"), "<a href=\"./results.json\">results.json</a>");
  EXPECT_EQ(file_link("../a b/r?#%.json"), "<a href=\"../a%20b/r%3F%23%25.json\">../a b/r?#%.json</a>");
  EXPECT_EQ(file_link("javascript:alert(1)"), "<a href=\"./javascript%3Aalert%281%29\">javascript:alert(1)</a>");
  EXPECT_EQ(file_link("/out/r.json"), "<a href=\"/out/r.json\">/out/r.json</a>");
}

TEST(Html, ColumnsOfTextAreAlignedLeft) {
  const std::string html = html_table({"T", {{"a", Table::Align::kLeft}, {"b"}}, {{"x", "1"}}, {"Remark."}});
  EXPECT_NE(html.find("<th class=\"left\" scope=\"col\">a</th><th scope=\"col\">b</th>"), std::string::npos) << html;
  EXPECT_NE(html.find("<td class=\"left\">x</td><td>1</td>"), std::string::npos) << html;
  EXPECT_NE(html.find("<caption>T</caption>"), std::string::npos) << html;
  EXPECT_NE(html.find("<p class=\"remark\">Remark.</p>"), std::string::npos) << html;
}

TEST(Html, ANegativeNumberHasAMinusSign) {
  EXPECT_EQ(typeset("-28.4"),
            "\xE2\x88\x92"
            "28.4");
  EXPECT_EQ(typeset("+1.0"), "+1.0");
  EXPECT_EQ(typeset("-"), "-");
}

}  // namespace
}  // namespace heed::report
