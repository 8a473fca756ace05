#include "report/charts.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "base/error.h"
#include "format/xml.h"
#include "report/html.h"
#include "testing/testing.h"

namespace heed::report {
namespace {

using format::XmlElement;
using heed::testing::TemporaryDir;

XmlElement parsed(const std::string& svg) {
  const TemporaryDir dir;
  return format::read_xml(dir.write("chart.svg", svg));
}

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

double number(const XmlElement& element, std::string_view attribute) {
  return std::stod(std::string(*element.attribute(attribute)));
}

TEST(Charts, TicksAreRoundAndInside) {
  EXPECT_EQ(axis_ticks(0, 10, 5), (std::vector<double>{0, 2, 4, 6, 8, 10}));
  for (const auto& [low, high] : {std::pair(-0.051, 0.137), {0.0, 0.01}, {-3.0, 900.0}, {0.1, 0.1001}}) {
    const auto ticks = axis_ticks(low, high, 8);
    ASSERT_GE(ticks.size(), 2u);
    EXPECT_LE(ticks.size(), 9u);
    EXPECT_GE(ticks.front(), low - 1e-12);
    EXPECT_LE(ticks.back(), high + 1e-12);
  }
  EXPECT_THROW(axis_ticks(1, 1, 5), base::Bug);
}

/// Values that differ by their last bits alone, or by more than a chart can show, end in a chart all the same.
TEST(Charts, CurvesThatAreFlatTinyOrHugeAreDrawn) {
  const double a = 7.519485282897949;
  for (const std::vector<double>& values : std::vector<std::vector<double>>{{a, a, a},
                                                                            {a, std::nextafter(a, 8.0), a},
                                                                            {0, 0},
                                                                            {1e-20, 2e-20},
                                                                            {1e-300, 1e-300},
                                                                            {1e300, -1e300, 0},
                                                                            {5}}) {
    CurveChart chart;
    chart.axis = "loss";
    chart.label = "Loss";
    Curve& curve = chart.curves.emplace_back();
    curve.name = "run";
    for (std::size_t i = 0; i < values.size(); ++i) curve.points.emplace_back(static_cast<double>(i), values[i]);
    const std::string svg = curves_svg(chart);
    EXPECT_LT(svg.size(), 20000u);
    EXPECT_EQ(svg.find("nan"), std::string::npos);
    EXPECT_EQ(svg.find("inf"), std::string::npos);
  }
  for (const auto& [low, high] : {std::pair(a, std::nextafter(a, 8.0)), {1e300, 1.1e300}, {-1e-300, 1e-300}})
    EXPECT_LE(axis_ticks(low, high, 8).size(), 9u);
}

TEST(Charts, TheScatterMarksOursByShapeAndName) {
  Scatter scatter{
      {{"org/a<b", "published.tsv", 0.2, -0.05, true}, {"mine", "results.json", 0.3, 0.1, false}}, {"X"}, true};
  const XmlElement svg = parsed(scatter_svg(scatter));
  EXPECT_EQ(svg.attribute("role"), "img");
  EXPECT_EQ(svg.attribute("aria-label"), "Score against p-MRR of 2 models");
  const auto circles = all_named(svg, "circle"), paths = all_named(svg, "path");
  ASSERT_EQ(circles.size(), 1u);
  ASSERT_EQ(paths.size(), 1u);
  EXPECT_EQ(circles[0]->child("title")->text, "org/a<b: score 20.0, p-MRR -5.0 (published.tsv)");
  EXPECT_EQ(paths[0]->child("title")->text, "mine: score 30.0, p-MRR +10.0 (results.json)");
  const auto texts = texts_of(svg, "text");
  for (const char* const text : {"mine", "a<b", "0", "Score on X", "p-MRR"})
    EXPECT_NE(std::ranges::find(texts, text), texts.end()) << text;
}

TEST(Charts, OneDotIsAChartToo) {
  const XmlElement svg = parsed(scatter_svg({{{"m", "r", 0.2, 0, false}}, {"X", "Y"}, false}));
  EXPECT_EQ(all_named(svg, "path").size(), 1u);
}

TEST(Charts, EveryTopicHasADotAndTheirMeanADiamondOnItsInterval) {
  ResultEntry entry;
  entry.source = "results.json";
  entry.obedience = Obedience{.p_mrr = -0.25, .interval = {-0.5, 0}, .queries = 2, .changed_pairs = 3};
  entry.per_query = {{"a", "", "", "", -0.5, {}}, {"b", "", "", "", 0.0, {}}, {"c", "", "", "", std::nullopt, {}}};
  const NamedResult results[] = {{"X", &entry}};
  const XmlElement svg = parsed(topics_svg(results));
  const auto dots = all_named(svg, "circle");
  ASSERT_EQ(dots.size(), 2u);  // c has no p-MRR
  EXPECT_EQ(dots[0]->attribute("class"), "topic rose");
  EXPECT_EQ(dots[0]->child("title")->text, "a: -50.0");
  const auto lines = all_named(svg, "line");
  const auto interval =
      std::ranges::find_if(lines, [](const XmlElement* line) { return line->attribute("class") == "interval"; });
  ASSERT_NE(interval, lines.end());
  EXPECT_EQ(number(**interval, "x1"), number(*dots[0], "cx"));
  EXPECT_EQ(number(**interval, "x2"), number(*dots[1], "cx"));
  ASSERT_EQ(all_named(svg, "path").size(), 1u);
  EXPECT_TRUE(all_named(svg, "path")[0]->child("title")->text.starts_with("X: p-MRR -25.0 (95% interval"));
}

TEST(Charts, BarsGoLeftOfZeroAndRight) {
  FigureTable table{"figure3", "", {"Model", "judgments"}, {}, {}, {}};
  for (const char* const name : {"full", "keywords", "short"}) table.columns.push_back({"X", name, name, name, true});
  table.rows = {{{"m", "correct"}, "results.json", {{-0.02, {}}, {0.01, {}}, {}}, false},
                {{"m", "paper"}, "results.json", {{0.5, {}}, {}, {}}, false}};
  const XmlElement svg = parsed(bars_svg(table, 0));
  const auto bars = all_named(svg, "rect");
  ASSERT_EQ(bars.size(), 2u);  // no short one, nothing of the other row
  EXPECT_EQ(bars[0]->child("title")->text, "m, X, full: -2.0 (results.json)");
  EXPECT_EQ(bars[0]->attribute("class"), "bar full");
  EXPECT_NEAR(number(*bars[0], "x") + number(*bars[0], "width"), number(*bars[1], "x"), 0.11);
  EXPECT_NEAR(number(*bars[0], "width"), 2 * number(*bars[1], "width"), 0.2);
  int values = 0;
  for (const XmlElement* const text : all_named(svg, "text")) {  // a value stands at its bar's end
    const bool is_first = text->text == typeset("-2.0"), is_second = text->text == "+1.0";
    EXPECT_TRUE(!is_first || number(*text, "x") < number(*bars[0], "x"));
    EXPECT_TRUE(!is_second || number(*text, "x") > number(*bars[1], "x") + number(*bars[1], "width"));
    values += is_first + is_second;
  }
  EXPECT_EQ(values, 2);
  const XmlElement other = parsed(bars_svg(table, 1));  // on the same scale
  EXPECT_NEAR(number(*all_named(other, "rect")[0], "width"), 25 * number(*bars[0], "width"), 2);
}

ResultTopic topic() {
  ResultTopic topic;
  topic.id = "Q";
  topic.p_mrr = 0;
  topic.flipped = {{.document = "up", .before = {100, 100}, .after = {1, 1}, .p_mrr = -0.99},
                   {.document = "down", .before = {1, 1}, .after = {100, 100}, .p_mrr = 0.99},
                   {.document = "tied", .before = {9, 11}, .after = {10, 10}, .is_tied = true, .p_mrr = 0}};
  return topic;
}

TEST(Charts, RanksLieOnALogarithmicScale) {
  const XmlElement svg = parsed(slope_svg(topic()));
  const auto groups = all_named(svg, "g");
  ASSERT_EQ(groups.size(), 3u);
  const XmlElement& up = *groups[0]->child("line");
  const XmlElement& down = *groups[1]->child("line");
  const XmlElement& tied = *groups[2]->child("line");
  EXPECT_EQ(groups[0]->attribute("class"), "rose");
  EXPECT_EQ(groups[1]->attribute("class"), "fell");
  EXPECT_EQ(groups[2]->attribute("class"), "stayed");
  EXPECT_EQ(groups[2]->child("title")->text, "tied: 9-11 to 10");
  // A triangle's path begins and goes on at its base, and ends at its tip: above it for a document that rose.
  EXPECT_EQ(groups[0]->child("path")->attribute("d"), "M271.5 34.5L280.5 34.5L276 25.5Z");
  EXPECT_EQ(number(up, "y1"), number(down, "y2"));
  EXPECT_GT(number(up, "y1"), number(up, "y2"));                                     // rank 1 is on top
  EXPECT_NEAR(number(tied, "y1"), (number(up, "y1") + number(up, "y2")) / 2, 0.11);  // 10 is between 1 and 100
}

TEST(Charts, NothingToDrawIsABug) {
  EXPECT_THROW(slope_svg({}), base::Bug);
  EXPECT_THROW(scatter_svg({}), base::Bug);
  EXPECT_THROW(topics_svg({}), base::Bug);
}

TEST(Charts, CurvesGoThroughTheirPointsAndNameTheBest) {
  const CurveChart chart{"Loss over steps",
                         "loss",
                         {{"a", Curve::Look::kDotted, 0, {{0, 1}, {10, 3}, {20, 2}}, 1},
                          {"b", Curve::Look::kThin, 1, {{0, 2}, {20, 2}}, {}}}};
  const XmlElement svg = parsed(curves_svg(chart));
  EXPECT_EQ(all_named(svg, "circle").size(), 3U);
  std::vector<std::string> texts;
  for (const XmlElement* text : all_named(svg, "text")) texts.push_back(text->text);
  EXPECT_NE(std::ranges::find(texts, "3 at step 10"), texts.end());
  EXPECT_NE(std::ranges::find(texts, "b"), texts.end());
  EXPECT_EQ(all_named(svg, "title").front()->text, "Loss over steps");
}

TEST(Charts, ACurveOfOnePointIsADot) {
  const XmlElement svg = parsed(curves_svg({"Loss", "loss", {{"", Curve::Look::kLine, 0, {{1, 0}}, {}}}}));
  EXPECT_EQ(all_named(svg, "circle").size(), 1U);
  EXPECT_THROW(curves_svg({"Loss", "loss", {{}}}), base::Bug);
}

}  // namespace
}  // namespace heed::report
