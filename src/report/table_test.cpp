#include "report/table.h"

#include <set>

#include <gtest/gtest.h>

#include "base/error.h"

namespace heed::report {
namespace {

/// Names beyond ASCII, an empty cell, a remark.
Table example() {
  return {"Two models",
          {{"name", Table::Align::kLeft}, {"\xC3\xA9tat"}, {"note", Table::Align::kLeft}},
          {{"B\xC3\xBC"
            "cher",
            "1", "ja"},
           {"x",
            "\xE2\x88\x92"
            "12345",
            ""}},
          {"A remark.", "Another."}};
}

/// One column, one cell.
std::string rendered(const std::string& cell, Format format) {
  return render({"", {{cell, Table::Align::kLeft}}, {{cell}}, {}}, format);
}

TEST(Table, TextIsAlignedByCharactersNotBytes) {
  EXPECT_EQ(render(example(), Format::kText),
            "Two models\n"
            "\n"
            "name      \xC3\xA9tat  note\n"
            "------  ------  ----\n"
            "B\xC3\xBC"
            "cher       1  ja\n"
            "x       \xE2\x88\x92"
            "12345\n"
            "\n"
            "A remark.\n"
            "\n"
            "Another.\n");
}

TEST(Table, MarkdownMarksTheAlignment) {
  EXPECT_EQ(render(example(), Format::kMarkdown),
            "### Two models\n"
            "\n"
            "| name | \xC3\xA9tat | note |\n"
            "| --- | ---: | --- |\n"
            "| B\xC3\xBC"
            "cher | 1 | ja |\n"
            "| x | \xE2\x88\x92"
            "12345 |  |\n"
            "\n"
            "A remark.\n"
            "\n"
            "Another.\n");
}

TEST(Table, LatexIsATabularWithBooktabsRules) {
  EXPECT_EQ(render(example(), Format::kLatex),
            "% Two models\n"
            "\\begin{tabular}{lrl}\n"
            "\\toprule\n"
            "name & \xC3\xA9tat & note \\\\\n"
            "\\midrule\n"
            "B\xC3\xBC"
            "cher & 1 & ja \\\\\n"
            "x & \xE2\x88\x92"
            "12345 &  \\\\\n"
            "\\bottomrule\n"
            "\\end{tabular}\n"
            "% A remark.\n"
            "% Another.\n");
}

TEST(Table, TsvIsTheNamesAndTheRowsAlone) {
  EXPECT_EQ(render(example(), Format::kTsv),
            "name\t\xC3\xA9tat\tnote\n"
            "B\xC3\xBC"
            "cher\t1\tja\n"
            "x\t\xE2\x88\x92"
            "12345\t\n");
}

TEST(Table, WithoutATitleTheTableBeginsAtOnce) {
  EXPECT_EQ(rendered("a", Format::kText), "a\n-\na\n");
  EXPECT_EQ(rendered("a", Format::kMarkdown), "| a |\n| --- |\n| a |\n");
  EXPECT_EQ(rendered("a", Format::kLatex),
            "\\begin{tabular}{l}\n\\toprule\na \\\\\n\\midrule\na \\\\\n\\bottomrule\n\\end{tabular}\n");
}

TEST(Table, ATitleOfSeveralLinesStaysOutsideTheTable) {
  const Table table{"One\ntwo", {{"a"}}, {}, {}};
  EXPECT_EQ(render(table, Format::kText), "One\ntwo\n\na\n-\n");
  EXPECT_EQ(render(table, Format::kMarkdown), "### One\n\ntwo\n\n| a |\n| ---: |\n");
  EXPECT_EQ(render(table, Format::kLatex),
            "% One\n% two\n\\begin{tabular}{r}\n\\toprule\na \\\\\n\\midrule\n\\bottomrule\n\\end{tabular}\n");
}

TEST(Table, WithoutRowsTheNamesStand) {
  const Table empty{"", {{"a"}, {"bc"}}, {}, {}};
  EXPECT_EQ(render(empty, Format::kText), "a  bc\n-  --\n");
  EXPECT_EQ(render(empty, Format::kMarkdown), "| a | bc |\n| ---: | ---: |\n");
  EXPECT_EQ(render(empty, Format::kTsv), "a\tbc\n");
}

TEST(Table, MarkdownEscapesTheBar) {
  EXPECT_EQ(rendered("a|b||\nc", Format::kMarkdown), "| a\\|b\\|\\| c |\n| --- |\n| a\\|b\\|\\| c |\n");
}

TEST(Table, LatexEscapesItsSpecialCharacters) {
  const std::string escaped =
      "\\& \\% \\_ \\# \\$ \\{ \\} \\textasciitilde{} \\textasciicircum{} \\textbackslash{} <>'\"|";
  EXPECT_EQ(rendered("& % _ # $ { } ~ ^ \\ <>'\"|", Format::kLatex), "\\begin{tabular}{l}\n\\toprule\n" + escaped +
                                                                         " \\\\\n\\midrule\n" + escaped +
                                                                         " \\\\\n\\bottomrule\n\\end{tabular}\n");
}

TEST(Table, TsvHasNoTabOrLineBreakInsideACell) {
  EXPECT_EQ(rendered("a\tb\nc \\ | &", Format::kTsv), "a b c \\ | &\na b c \\ | &\n");
}

TEST(Table, JsonIsNotRenderedFromRoundedText) {
  EXPECT_THROW(render(example(), Format::kJson), base::Bug);
}

TEST(Table, EachFormatIsFoundByItsName) {
  std::set<Format> all;
  for (const FormatRow& row : formats()) {
    EXPECT_EQ(format_named(row.name), row.format);
    EXPECT_FALSE(row.explanation.empty());
    EXPECT_TRUE(all.insert(row.format).second);
  }
  EXPECT_EQ(all.size(), 5u);
  EXPECT_EQ(format_named("json"), Format::kJson);
  EXPECT_EQ(format_named("Text"), std::nullopt);
  EXPECT_EQ(format_named(""), std::nullopt);
}

TEST(Table, APercentHasOneDecimal) {
  EXPECT_EQ(percent(0.1372), "13.7");
  EXPECT_EQ(percent(-0.3), "-30.0");
  EXPECT_EQ(percent(1), "100.0");
  EXPECT_EQ(percent(0.99951), "100.0");
  EXPECT_EQ(percent(0), "0.0");
  EXPECT_EQ(signed_percent(0.1372), "+13.7");
  EXPECT_EQ(signed_percent(-0.3), "-30.0");
  EXPECT_EQ(signed_percent(0), "+0.0");
}

TEST(Table, APercentThatRoundsToZeroHasNoMinus) {
  for (const double zero : {-0.0004, -0.0, 0.0004}) {
    EXPECT_EQ(percent(zero), "0.0");
    EXPECT_EQ(signed_percent(zero), "+0.0");
  }
  EXPECT_EQ(percent(-0.0006), "-0.1");
  EXPECT_EQ(signed_percent(0.0006), "+0.1");
}

}  // namespace
}  // namespace heed::report
