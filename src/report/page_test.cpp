#include "report/page.h"

#include <algorithm>

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

bool has_text(const XmlElement& element, std::string_view name, const std::string& text) {
  const auto texts = texts_of(element, name);
  return std::ranges::find(texts, text) != texts.end();
}

/// A result with two topics, all whose texts begin with `text`.
ResultEntry entry_of(const std::string& text) {
  ResultEntry entry;
  entry.source = "results.json";
  entry.model = text;
  entry.task = text + " task";
  entry.recipe = "sound";
  entry.headline = "map_cut_1000";
  entry.ranked = text;
  entry.heed_version = "1";
  entry.model_identity = text;
  entry.dtype = "float64";
  entry.layout = entry.sha256 = text;
  entry.notes = {text};
  entry.obedience =
      Obedience{.p_mrr = -0.25, .interval = {-0.5, -0.125}, .queries = 20, .changed_pairs = 3, .ties = "docid"};
  entry.correct = {{"og", {{"map_cut_1000", 0.5}}}, {"changed", {}}, {"none", {{"map_cut_1000", 0.45}}}};
  entry.paper = {{"og", {{"map_cut_1000", 0.25}}}, {"none", {{"map_cut_1000", 0.3}}}};
  const ResultFlip up{
      .document = text, .title = text, .grade_og = 1, .before = {8, 8}, .after = {2, 2}, .p_mrr = -0.75};
  const ResultFlip down{.document = "d2", .title = "", .grade_og = 1, .before = {2, 2}, .after = {4, 4}, .p_mrr = 0.5};
  entry.per_query = {{"good", text, text, text + " more", 0.5, {down}},
                     {"bad", text, text + " more", text, -0.125, {down, up}},
                     {"none", text, text, text, std::nullopt, {}}};
  return entry;
}

const std::string kNasty = "<b>\"&amp;\" 'x' </td></table><script>alert(1)</script> ]]> \xC3\xBC";

TEST(Page, IsADocumentWithHeadingsAndLandmarks) {
  const XmlElement html = parsed(report_page({{entry_of("bm25")}, {}}, "2"));
  EXPECT_EQ(html.name, "html");
  EXPECT_EQ(html.attribute("lang"), "en");
  EXPECT_EQ(html.child("head")->child("title")->text, "bm25: does it follow instructions?");
  EXPECT_EQ(texts_of(html, "h1").size(), 1u);
  EXPECT_EQ(texts_of(html, "h2"), (std::vector<std::string>{"Results", "What instructions add", "bm25 task"}));
  for (const char* const landmark : {"header", "nav", "main", "footer"})
    EXPECT_EQ(all_named(html, landmark).size(), 1u) << landmark;
  EXPECT_EQ(all_named(html, "footer")[0]->text,
            "This page was made by heed 2. bm25, recipe sound, float64, run by heed 1: bm25.");
}

TEST(Page, EveryLinkLeadsToAPlaceOnItOrAFileBesideIt) {
  const XmlElement html = parsed(report_page({{entry_of("bm25")}, {}}, "2"));
  std::vector<std::string> ids;
  for (const char* const name : {"h2", "main"})
    for (const XmlElement* const element : all_named(html, name))
      if (const auto id = element->attribute("id")) ids.emplace_back(*id);
  for (const XmlElement* const link : all_named(html, "a")) {
    const std::string target(*link->attribute("href"));
    const bool is_place = std::ranges::find(ids, target.substr(1)) != ids.end();
    EXPECT_TRUE(is_place || target == "./results.json") << target;
  }
}

TEST(Page, TopicsComeWorstFirstWithTheirShifts) {
  const XmlElement html = parsed(report_page({{entry_of("bm25")}, {}}, "2"));
  std::vector<const XmlElement*> topics;
  for (const XmlElement* const details : all_named(html, "details"))
    if (details->attribute("class") == "topic") topics.push_back(details);
  ASSERT_EQ(topics.size(), 2u);  // the third has no changed judgment
  EXPECT_TRUE(has_text(*topics[0]->child("summary"), "span", "bad"));
  EXPECT_TRUE(topics[0]->attribute("open").has_value());
  EXPECT_FALSE(topics[1]->attribute("open").has_value());
  EXPECT_EQ(texts_of(*topics[0], "del"), std::vector<std::string>{"more"});
  EXPECT_EQ(texts_of(*topics[1], "ins"), std::vector<std::string>{"more"});
  const auto cells = texts_of(*topics[0], "td");
  // The larger shift first; shares sum up to the topic's p-MRR.
  EXPECT_EQ(std::vector<std::string>(cells.begin() + 2, cells.begin() + 7),
            (std::vector<std::string>{"8", "2", "\xE2\x96\xB2 rose",
                                      "\xE2\x88\x92"
                                      "75.0",
                                      "\xE2\x88\x92"
                                      "37.5"}));
  EXPECT_EQ(cells.back(), "+25.0");
  EXPECT_EQ(all_named(*topics[0], "g").size(), 2u);
}

TEST(Page, WithoutTextsATopicStillHasItsShifts) {
  ResultEntry entry = entry_of("bm25");
  for (ResultTopic& topic : entry.per_query) {
    topic.query = topic.instruction_og = topic.instruction_changed = "";
    for (ResultFlip& flip : topic.flipped) flip.title = "";
  }
  const XmlElement html = parsed(report_page({{entry}, {}}, "2"));
  EXPECT_FALSE(has_text(html, "h4", "Original instruction"));
  EXPECT_FALSE(has_text(html, "th", "title"));
  EXPECT_TRUE(has_text(html, "th", "document"));
}

TEST(Page, EveryFigureOfTheHeadlineIsThereUnroundedWithItsFile) {
  const XmlElement html = parsed(report_page({{entry_of("bm25")}, {}}, "2"));
  const XmlElement& table = *all_named(html, "table")[0];
  const auto rows = all_named(*table.child("tbody"), "tr");
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0]->attribute("data-source"), "results.json");
  const auto cells = all_named(*rows[0], "td");
  EXPECT_EQ(cells[1]->attribute("data-value"), "0.5");
  EXPECT_EQ(cells[1]->text, "50.0");
  EXPECT_EQ(cells[2]->attribute("data-value"), "-0.25");
}

TEST(Page, EveryTextIsEscaped) {
  const std::string page = report_page({{entry_of(kNasty)}, {}}, kNasty);
  const XmlElement html = parsed(page);
  EXPECT_EQ(all_named(html, "script").size(), 1u);  // the page's own
  EXPECT_TRUE(all_named(html, "b").empty());
  EXPECT_EQ(page.find("<script>alert"), std::string::npos);
  EXPECT_TRUE(has_text(html, "td", kNasty));  // document and title
  EXPECT_TRUE(has_text(html, "h2", kNasty + " task"));
  EXPECT_TRUE(has_text(html, "li", "Note: " + kNasty + "."));
}

TEST(Page, NeedsNoOtherFileAndNoNetwork) {
  const std::string page = report_page({{entry_of("x")}, {}}, "2");
  for (const char* const reference : {"src=", "url(", "http", "@import", "<link"})
    EXPECT_EQ(page.find(reference), std::string::npos) << reference;
}

TEST(Page, ShowsPublishedFiguresOnlyOfTasksThatHaveThem) {
  const Published published(heed::testing::source_dir() / "data/published");
  ResultEntry entry = entry_of("bm25");
  EXPECT_FALSE(shows_published({{entry}, published}));
  EXPECT_EQ(report_page({{entry}, published}, "2").find("published.tsv"), std::string::npos);
  entry.task = "Core17";
  EXPECT_TRUE(shows_published({{entry}, published}));
  const XmlElement html = parsed(report_page({{entry}, published}, "2"));
  EXPECT_TRUE(has_text(html, "td", "published"));
  EXPECT_TRUE(has_text(html, "a", "published.tsv"));
  EXPECT_FALSE(shows_published({{entry}, published, ShownPublished::kNone}));
}

TEST(Page, ManyResultsHaveOneSentenceForEachModel) {
  ReportData data{{}, {}};
  for (const char* const task : {"a", "b", "c", "d"}) {
    data.results.push_back(entry_of("bm25"));
    data.results.back().task = task;
  }
  data.results[3].obedience->interval = {-0.1, 0.1};
  EXPECT_TRUE(has_text(parsed(report_page(data, "2")), "li",
                       "bm25 does not obey on a, b, c; neither obeys nor disobeys beyond chance on d."));
}

TEST(Page, ResultsWithoutPMrrAreAPageToo) {
  ResultEntry entry = entry_of("bm25");
  entry.kind = Kind::kRetrieval;
  entry.headline = "ndcg_cut_10";
  entry.obedience.reset();
  entry.per_query.clear();
  entry.paper.clear();
  entry.correct = {{"none", {{"ndcg_cut_10", 0.5}}}};
  const XmlElement html = parsed(report_page({{entry}, {}}, "2"));
  EXPECT_EQ(texts_of(html, "h1"), std::vector<std::string>{"bm25: retrieval"});
  EXPECT_EQ(texts_of(html, "h2")[0], "Retrieval with short instructions and keywords");
}

}  // namespace
}  // namespace heed::report
