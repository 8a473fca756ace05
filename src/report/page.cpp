#include "report/page.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "format/fields.h"
#include "report/charts.h"
#include "report/html.h"
#include "report/page_frame.h"
#include "report/sentences.h"
#include "report/task_section.h"
#include "report/word_diff.h"

namespace heed::report {

namespace {

std::string source_line(const std::string& sources_html) {
  return element_of("p", "Figures: " + sources_html + ".", {{"class", "source"}}) + "\n";
}

std::string links_to(const std::vector<std::string>& files) {
  std::string html;
  for (const std::string& file : files) html += (html.empty() ? "" : ", ") + file_link(file);
  return html;
}

/// The files of a table's figures, each once.
std::vector<std::string> sources_of(const ReportData& data, bool with_published) {
  std::vector<std::string> files;
  for (const ResultEntry& entry : data.results)
    if (std::ranges::find(files, entry.source) == files.end()) files.push_back(entry.source);
  if (with_published) files.push_back(data.published_file);
  return files;
}

// ---- tables of figures

std::string head_of(const FigureTable& table) {
  std::string groups = "<tr>", names = "<tr>";
  for (const std::string& label : table.label_names) {
    groups += "<td></td>";
    names += element(
        "th", label,
        {{"scope", "col"}, {"class", "left"}, {"data-column", std::to_string(&label - table.label_names.data())}});
  }
  for (std::size_t i = 0; i < table.columns.size();) {
    std::size_t end = i;
    while (end < table.columns.size() && table.columns[end].group == table.columns[i].group) ++end;
    groups += element("th", table.columns[i].group, {{"scope", "colgroup"}, {"colspan", std::to_string(end - i)}});
    for (; i < end; ++i)
      names += element("th", table.columns[i].name,
                       {{"scope", "col"}, {"data-column", std::to_string(table.label_names.size() + i)}});
  }
  return "<thead>" + groups + "</tr>\n" + names + "</tr></thead>\n";
}

std::string cell_of(const Figure& figure, const FigureTable::Column& column) {
  if (!figure.value) return element("td", "-");
  std::string html = escaped(typeset(spelled({figure.value, std::nullopt}, column)));
  if (figure.interval)
    html += element(
        "span", typeset(signed_percent(figure.interval->low)) + " to " + typeset(signed_percent(figure.interval->high)),
        {{"class", "interval"}});
  Attributes attributes = {{"data-value", format::exact(*figure.value)}};
  if (column.group == "average") attributes.emplace_back("class", "average");
  return element_of("td", html, attributes);
}

std::string body_of(const FigureTable& table) {
  std::string html = "<tbody>\n";
  for (std::size_t r = 0; r < table.rows.size(); ++r) {
    const auto& row = table.rows[r];
    std::string look = row.is_published ? "published" : "";
    if (r > 0 && row.labels[0] != table.rows[r - 1].labels[0]) look += look.empty() ? "new-system" : " new-system";
    Attributes attributes = {{"data-source", row.source}};
    if (!look.empty()) attributes.emplace_back("class", look);
    html += open_tag("tr", attributes) + element("th", row.labels[0], {{"scope", "row"}});
    for (std::size_t i = 1; i < row.labels.size(); ++i) html += element("td", row.labels[i], {{"class", "left"}});
    for (std::size_t i = 0; i < row.figures.size(); ++i) html += cell_of(row.figures[i], table.columns[i]);
    html += "</tr>\n";
  }
  return html + "</tbody>";
}

std::string figure_table(const FigureTable& table, const std::string& caption, const ReportData& data) {
  std::string html = scroll_box(caption) + open_tag("table", {{"class", "headline sortable"}}) +
                     element("caption", caption) + "\n" + head_of(table) + body_of(table) + "</table></div>\n";
  for (const std::string& remark : table.remarks) html += element("p", remark, {{"class", "remark"}}) + "\n";
  return html + source_line(links_to(sources_of(data, table.shows_published())));
}

// ---- the parts before the tasks

/// What an interval says: as a class of the style, and in words.
struct Sign {
  const char* look;
  const char* words;
};

Sign sign_of(const eval::Interval& interval) {
  if (interval.high < 0) return {"bad", "does not obey"};
  if (interval.low > 0) return {"good", "obeys"};
  return {"open", "neither obeys nor disobeys beyond chance"};
}

/// Of many results, a sentence for each model: on which tasks it obeys, on which not.
std::string brief_verdicts(const ReportData& data) {
  std::string items;
  std::vector<std::string> seen;
  for (const ResultEntry& first : data.results) {
    const std::string label = label_of(first, data.results);
    if (!first.obedience || std::ranges::find(seen, label) != seen.end()) continue;
    seen.push_back(label);
    std::vector<std::pair<std::string, std::string>> tasks_by_words;
    std::string look;
    for (const ResultEntry& entry : data.results) {
      if (!entry.obedience || label_of(entry, data.results) != label) continue;
      const Sign sign = sign_of(entry.obedience->interval);
      look = look.empty() || look == sign.look ? sign.look : "open";
      const auto found = std::ranges::find(tasks_by_words, sign.words, &std::pair<std::string, std::string>::first);
      if (found == tasks_by_words.end())
        tasks_by_words.emplace_back(sign.words, entry.task);
      else
        found->second += ", " + entry.task;
    }
    std::string sentence = label;
    for (const auto& [words, tasks] : tasks_by_words)
      sentence += (sentence == label ? " " : "; ") + words + " on " + tasks;
    items += element("li", sentence + ".", {{"class", look}}) + "\n";
  }
  return items;
}

std::string verdict_list(const ReportData& data) {
  constexpr std::size_t kFew = 3;
  const auto sentences = verdicts(data.results);
  if (sentences.empty()) return "";
  std::string items;
  std::size_t i = 0;
  if (sentences.size() <= kFew) {
    for (const ResultEntry& entry : data.results)
      if (entry.obedience)
        items += element("li", sentences[i++], {{"class", sign_of(entry.obedience->interval).look}}) + "\n";
  } else {
    items = brief_verdicts(data);
  }
  return element_of("ul", "\n" + items, {{"class", "verdicts"}}) + "\n";
}

/// A chart in a box that scrolls where the page is narrow, its caption below it.
struct ChartTexts {
  std::string label, caption;
};

std::string chart_figure(const std::string& svg, const ChartTexts& texts, const std::vector<std::string>& sources) {
  const Attributes box = {{"class", "chart-box"}, {"role", "region"}, {"tabindex", "0"}, {"aria-label", texts.label}};
  return element_of("figure",
                    element_of("div", svg, box) +
                        element_of("figcaption", escaped(texts.caption) + " Figures: " + links_to(sources) + ".")) +
         "\n";
}

std::string scatter_figure(const ReportData& data) {
  const Scatter dots = scatter(data);
  if (dots.dots.size() < 2) return "";
  const bool has_published = std::ranges::any_of(dots.dots, &Dot::is_published);
  ChartTexts texts{"Score against p-MRR", "Diamonds: these results."};
  if (has_published)
    texts.caption +=
        " Grey points: published figures of the same tasks. All scores go by the crossed judgments, as the published "
        "ones do.";
  return chart_figure(scatter_svg(dots), texts, sources_of(data, has_published));
}

/// REQUIRES: a result with a p-MRR.
std::string topics_figure(const ReportData& data) {
  const auto headings = task_headings(data.results);
  std::vector<NamedResult> results;
  for (std::size_t i = 0; i < headings.size(); ++i)
    if (data.results[i].obedience) results.push_back({headings[i], &data.results[i]});
  return chart_figure(
      topics_svg(results),
      {"p-MRR, topic by topic",
       "Dots: the p-MRR of each topic, x100. Diamond and line: their mean with its 95% interval. Left of "
       "0 the excluded documents rose, right of it they sank."},
      sources_of(data, false));
}

Part results_part(const ReportData& data) {
  Part part{"results", "Results", verdict_list(data)};
  const FigureTable table = table_2(data);
  if (table.rows.empty()) return part;
  const std::string html = figure_table(table, "Score and p-MRR, x100, with 95% intervals", data);
  const bool is_narrow = table.columns.size() <= 2;  // one task: the chart finds room beside it
  part.html += is_narrow
                   ? element_of("div", "\n<div>" + html + "</div>\n" + topics_figure(data), {{"class", "columns"}})
                   : html + topics_figure(data);
  part.html += scatter_figure(data);
  return part;
}

Part lengths_part(const ReportData& data) {
  Part part{"lengths", "What instructions add", ""};
  const FigureTable table = figure_3(data);
  if (table.rows.empty()) return part;
  part.html = element("p",
                      "How much the score of the query alone changes when the full instruction, only its keywords or a "
                      "short instruction goes with it.") +
              "\n<div class=\"charts\">\n";
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    const auto& labels = table.rows[i].labels;
    const std::string how = labels.back() == "paper" ? ", with the crossed judgments, as the paper's figure 3."
                                                     : ", with the original instruction's judgments.";
    part.html +=
        chart_figure(bars_svg(table, i), {labels.front() + ", bars", labels.front() + how}, sources_of(data, false));
  }
  part.html +=
      "</div>\n" + more("The same as a table", figure_table(table, "Difference to the query alone, x100", data));
  return part;
}

Part table_part(const ReportData& data, Part part, FigureTable (*build)(const ReportData&)) {
  if (const FigureTable table = build(data); !table.rows.empty()) part.html = figure_table(table, part.heading, data);
  return part;
}

// ---- topics

std::string instruction_box(std::string_view heading, const std::vector<DiffPart>& parts, DiffPart::Change shown) {
  const std::string_view mark = shown == DiffPart::Change::kAdded ? "ins" : "del";
  std::string html;
  for (const DiffPart& part : parts) {
    if (part.change != DiffPart::Change::kSame && part.change != shown) continue;
    if (!html.empty()) html += " ";
    html += part.change == shown ? element(mark, part.text) : escaped(part.text);
  }
  return "<div>" + element("h4", heading) + element_of("p", html) + "</div>";
}

std::string instructions_of(const ResultTopic& topic) {
  if (topic.instruction_og.empty() && topic.instruction_changed.empty()) return "";
  const auto parts = word_diff(topic.instruction_og, topic.instruction_changed);
  return element_of("div",
                    instruction_box("Original instruction", parts, DiffPart::Change::kRemoved) +
                        instruction_box("Altered instruction", parts, DiffPart::Change::kAdded),
                    {{"class", "instructions columns"}}) +
         "\n";
}

std::string movement(const ResultFlip& flip) {
  if (flip.p_mrr == 0) return element("td", "stayed", {{"class", "left stayed"}});
  const bool rose = flip.p_mrr < 0;
  const std::string gained = flip.grade_changed > flip.grade_og ? " (it gained relevance)" : "";
  return element("td", (rose ? "\xE2\x96\xB2 rose" : "\xE2\x96\xBC fell") + gained,
                 {{"class", rose ? "left rose" : "left fell"}});
}

std::string shift_table(const ResultTopic& topic) {
  std::vector<const ResultFlip*> flips;
  for (const ResultFlip& flip : topic.flipped) flips.push_back(&flip);
  std::ranges::stable_sort(flips, std::greater<>(), [](const ResultFlip* flip) { return std::abs(flip->p_mrr); });
  const bool has_titles = std::ranges::any_of(topic.flipped, [](const ResultFlip& f) { return !f.title.empty(); });
  std::string html = scroll_box("Documents of topic " + topic.id) + "<table>\n<thead><tr>";
  html += element("th", "document", {{"scope", "col"}, {"class", "left"}});
  if (has_titles) html += element("th", "title", {{"scope", "col"}, {"class", "left"}});
  for (const char* const name : {"before", "after"}) html += element("th", name, {{"scope", "col"}});
  html += element("th", "moved", {{"scope", "col"}, {"class", "left"}}) + element("th", "p-MRR", {{"scope", "col"}}) +
          element("th", "share", {{"scope", "col"}}) + "</tr></thead>\n<tbody>\n";
  const auto count = static_cast<double>(flips.size());
  constexpr std::size_t kShortId = 24;  // bytes that a line can spare
  for (const ResultFlip* const flip : flips) {
    html += "<tr>" + element("td", flip->document,
                             {{"class", flip->document.size() <= kShortId ? "left short-id" : "left document"}});
    if (has_titles) html += element("td", flip->title, {{"class", "left title"}});
    html += element("td", spelled_rank(flip->before)) + element("td", spelled_rank(flip->after)) + movement(*flip) +
            element("td", typeset(signed_percent(flip->p_mrr))) +
            element("td", typeset(signed_percent(flip->p_mrr / count))) + "</tr>\n";
  }
  return html + "</tbody></table></div>\n";
}

/// Whether a topic is open before anybody opens it.
enum class State { kOpen, kClosed };

std::string topic_details(const ResultTopic& topic, State state) {
  const auto count = static_cast<long>(topic.flipped.size());
  const double p_mrr = topic.p_mrr.value_or(0);
  std::string summary =
      element("span", topic.id, {{"class", "id"}}) + element("span", topic.query, {{"class", "query"}}) +
      element("span", base::counted(count, "document", "documents"), {{"class", "count"}}) + p_mrr_bar_svg(p_mrr) +
      element("span", typeset(signed_percent(p_mrr)),
              {{"class", p_mrr < 0   ? "p-mrr rose"
                         : p_mrr > 0 ? "p-mrr fell"
                                     : "p-mrr stayed"}});
  Attributes attributes = {{"class", "topic"}};
  if (state == State::kOpen) attributes.emplace_back("open", "open");
  const std::string shifts = element_of("figure", slope_svg(topic)) + shift_table(topic);
  return element_of("details",
                    element_of("summary", summary) + "\n" +
                        element_of("div", instructions_of(topic) + element_of("div", shifts, {{"class", "shifts"}}),
                                   {{"class", "inside"}}),
                    attributes) +
         "\n";
}

std::string topic_list(const ResultEntry& entry, State first) {
  std::vector<const ResultTopic*> topics;
  for (const ResultTopic& topic : entry.per_query)
    if (!topic.flipped.empty()) topics.push_back(&topic);
  if (topics.empty()) return "";
  std::ranges::stable_sort(topics, {}, [](const ResultTopic* topic) { return topic->p_mrr.value_or(0); });
  std::string html =
      element("h3", "Topic by topic") + "\n" +
      element_of("p",
                 "The worst p-MRR first. Of each document that the altered instruction judges otherwise: "
                 "its rank before and after, whether it <span class=\"rose\">\xE2\x96\xB2 rose</span> or "
                 "<span class=\"fell\">\xE2\x96\xBC fell</span>, and its share of the topic's p-MRR, x100. "
                 "Figures: " +
                     file_link(entry.source) + ".") +
      "\n<div class=\"topics\">\n";
  for (const ResultTopic* const topic : topics)
    html += topic_details(*topic, topic == topics.front() ? first : State::kClosed);
  return html + "</div>\n";
}

Part task_part(const ResultEntry& entry, const std::string& heading, std::size_t number) {
  const Section section = task_section(entry, heading);
  Part part{"task-" + std::to_string(number), heading, ""};
  std::string facts, tables;
  for (const std::string& paragraph : section.paragraphs) facts += element("li", paragraph) + "\n";
  for (const std::string& note : entry.notes) facts += element("li", "Note: " + note + ".") + "\n";
  part.html = element_of("ul", "\n" + facts, {{"class", "facts"}}) + "\n";
  for (const Table& table : section.tables) tables += "<div>" + html_table(table) + "</div>\n";
  const std::string source = source_line(file_link(entry.source));
  const std::string topics = topic_list(entry, number == 1 ? State::kOpen : State::kClosed);
  if (tables.empty()) return part;
  tables = element_of("div", "\n" + tables, {{"class", "tables"}}) + "\n" + source;
  part.html += topics.empty() ? tables : more("All measures", tables) + topics;
  return part;
}

// ---- the page

/// Each text once, in the order of the results.
template <typename TextOf>
std::vector<std::string> each_once(const ReportData& data, TextOf text_of) {
  std::vector<std::string> texts;
  for (const ResultEntry& entry : data.results)
    if (const std::string text = text_of(entry); std::ranges::find(texts, text) == texts.end()) texts.push_back(text);
  return texts;
}

std::string joined(const std::vector<std::string>& texts, std::string_view separator) {
  std::string all;
  for (const std::string& text : texts) all.append(all.empty() ? "" : separator).append(text);
  return all;
}

std::string title_of(const ReportData& data) {
  const auto models = each_once(data, [](const ResultEntry& entry) { return entry.model; });
  const bool is_about_instructions =
      std::ranges::any_of(data.results, [](const ResultEntry& entry) { return entry.kind != Kind::kRetrieval; });
  if (!is_about_instructions) return joined(models, ", ") + ": retrieval";
  return models.size() == 1 ? models.front() + ": does it follow instructions?" : "Do they follow instructions?";
}

std::string lede_of(const ReportData& data) {
  return joined(each_once(data, [&](const ResultEntry& entry) { return label_of(entry, data.results); }), ", ") +
         " on " + joined(each_once(data, [](const ResultEntry& entry) { return entry.task; }), ", ");
}

std::string made_by(const ReportData& data, std::string_view heed_version) {
  const auto runs = each_once(data, [](const ResultEntry& entry) {
    return entry.model + ", recipe " + entry.recipe + ", " + entry.dtype + ", run by heed " + entry.heed_version +
           ": " + entry.model_identity;
  });
  return "This page was made by heed " + std::string(heed_version) + ". " + joined(runs, ". ") + ".";
}

}  // namespace

std::string report_page(const ReportData& data, std::string_view heed_version) {
  std::vector<Part> parts;
  const auto add = [&](Part part) {
    if (!part.html.empty()) parts.push_back(std::move(part));
  };
  add(results_part(data));
  add(lengths_part(data));
  add(table_part(data, {"collections", "Retrieval with short instructions and keywords", ""}, table_3));
  add(table_part(data, {"whole-collections", "Whole collections, with and without the instruction", ""}, table_5));
  add(table_part(data, {"robustness", "Robustness to the instruction", ""}, table_4));
  const auto headings = task_headings(data.results);
  for (std::size_t i = 0; i < headings.size(); ++i) {
    Part part = task_part(data.results[i], headings[i], i + 1);
    if (headings[i] != data.results[i].task) {  // there are several models
      part.group = label_of(data.results[i], data.results);
      part.name_in_group = data.results[i].task;
    }
    add(std::move(part));
  }
  return page_of({title_of(data), lede_of(data), made_by(data, heed_version)}, parts);
}

bool shows_published(const ReportData& data) {
  return table_2(data).shows_published() || table_3(data).shows_published() || table_4(data).shows_published() ||
         table_5(data).shows_published() || std::ranges::any_of(scatter(data).dots, &Dot::is_published);
}

}  // namespace heed::report
