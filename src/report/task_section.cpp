#include "report/task_section.h"

#include <algorithm>

#include "base/error.h"

namespace heed::report {

namespace {

std::string data_sentence(const ResultEntry& entry) {
  return base::counted(entry.topics, "topic", "topics") + ", " +
         base::counted(entry.documents, "document", "documents") + ", " +
         base::counted(entry.candidates, "candidate", "candidates") + "; layout " + entry.layout + ", sha256 " +
         entry.sha256 + ".";
}

std::string work_sentence(const Work& work) {
  std::string text = "The run scored " + base::counted(work.pairs, "pair", "pairs") + " of query and document";
  if (work.embedded)
    text += ", for which it embedded " + base::counted(work.embedded->first, "query", "queries") + " and " +
            base::counted(work.embedded->second, "document", "documents");
  return text + ".";
}

std::string robustness_sentence(const Robustness& robustness) {
  return "Robustness@10 " + percent(robustness.value) + ": the lowest " + spoken_measure(robustness.measure) +
         " among the instructions of one question, averaged over " +
         base::counted(robustness.groups, "question", "questions") + " with " +
         base::counted(robustness.queries, "instruction", "instructions") + ".";
}

/// A count as it is (trec_eval names them num_...), any other value x100.
std::string cell(std::string_view measure, std::optional<double> value) {
  if (!value) return "-";
  return measure.starts_with("num_") ? std::to_string(static_cast<long>(*value)) : percent(*value);
}

Table pair_table(const ResultEntry& entry) {
  Table table;
  table.title = "The pair, x100";
  table.columns = {{"measure", Table::Align::kLeft}, {"og"}, {"changed"}, {"paper: og"}, {"paper: changed"}};
  for (const auto& [name, first] : *entry.arm(Pairing::kCorrect, "og"))
    table.rows.push_back({name, cell(name, first), cell(name, entry.value(Pairing::kCorrect, "changed", name)),
                          cell(name, entry.value(Pairing::kPaper, "og", name)),
                          cell(name, entry.value(Pairing::kPaper, "changed", name))});
  return table;
}

std::vector<std::string_view> arm_measures(const ResultEntry& entry) {
  if (entry.kind == Kind::kInstruction) return {"map_cut_1000", "ndcg_cut_5"};
  return {"ndcg_cut_10", "recall_100", "map_cut_1000", "recip_rank"};
}

/// A row for each arm, with the headline's difference to the arm `none` where that was run (the paper's figure 3). The
/// arm `changed` stands in the pair's table.
Table arm_table(const ResultEntry& entry) {
  Table table;
  table.title = entry.kind == Kind::kInstruction
                    ? "The arms, x100, with the judgments under the original instruction (paper: the altered)"
                    : "The arms, x100";
  table.columns = {{"arm", Table::Align::kLeft}};
  const auto measures = arm_measures(entry);
  const bool has_paper = !entry.paper.empty();
  for (const std::string_view measure : measures) table.columns.push_back({spoken_measure(measure)});
  if (has_paper)
    for (const std::string_view measure : measures) table.columns.push_back({"paper: " + spoken_measure(measure)});
  const auto none = entry.value(Pairing::kCorrect, "none", entry.headline);
  if (none) table.columns.push_back({spoken_measure(entry.headline) + " against none"});
  for (const ResultArm& arm : entry.correct) {
    if (arm.name == "changed" && entry.obedience) continue;
    std::vector<std::string> cells = {arm.name};
    for (const std::string_view measure : measures) cells.push_back(cell(measure, find_value(arm.values, measure)));
    if (has_paper)
      for (const std::string_view measure : measures)
        cells.push_back(cell(measure, entry.value(Pairing::kPaper, arm.name, measure)));
    const auto value = find_value(arm.values, entry.headline);
    if (none) cells.push_back(arm.name == "none" ? "" : value ? signed_percent(*value - *none) : "-");
    table.rows.push_back(std::move(cells));
  }
  return table;
}

}  // namespace

Section task_section(const ResultEntry& entry, const std::string& heading) {
  Section section{heading, {data_sentence(entry)}, {}};
  if (!entry.ranked.empty()) section.paragraphs.push_back("Ranked: " + entry.ranked + ".");
  if (entry.work) section.paragraphs.push_back(work_sentence(*entry.work));
  if (entry.robustness) section.paragraphs.push_back(robustness_sentence(*entry.robustness));
  if (entry.obedience) {
    section.paragraphs.push_back(p_mrr_sentence(*entry.obedience) + ".");
    section.paragraphs.push_back(ties_sentence(*entry.obedience) + ".");
    if (entry.arm(Pairing::kCorrect, "og") != nullptr) section.tables.push_back(pair_table(entry));
  }
  if (entry.correct.size() > (entry.obedience ? 2 : 0)) section.tables.push_back(arm_table(entry));
  return section;
}

std::vector<std::string> task_headings(const std::vector<ResultEntry>& results) {
  std::vector<std::string> headings;
  for (const ResultEntry& entry : results) {
    const std::string label = label_of(entry, results);
    const bool is_one = std::ranges::all_of(results, [&](const ResultEntry& r) { return r.model == entry.model; }) &&
                        label == entry.model;
    headings.push_back(is_one ? entry.task : entry.task + ": " + label);
  }
  return headings;
}

std::vector<std::string> verdicts(const std::vector<ResultEntry>& results) {
  std::vector<std::string> sentences;
  for (const ResultEntry& entry : results)
    if (entry.obedience) sentences.push_back(entry.task + ": " + verdict(label_of(entry, results), *entry.obedience));
  return sentences;
}

std::vector<Section> report_sections(const ReportData& data) {
  std::vector<Section> sections;
  Section first{"Results", verdicts(data.results), {}};
  for (const auto& build : {table_2, table_3, table_4, table_5})
    if (const FigureTable table = build(data); !table.rows.empty()) first.tables.push_back(rounded(table));
  if (!first.tables.empty()) sections.push_back(std::move(first));
  const auto headings = task_headings(data.results);
  for (std::size_t i = 0; i < headings.size(); ++i) sections.push_back(task_section(data.results[i], headings[i]));
  return sections;
}

std::string render(const std::vector<Section>& sections, Format format) {
  std::string text;
  const bool is_prose = format == Format::kText || format == Format::kMarkdown;
  for (const Section& section : sections) {
    if (!text.empty()) text += "\n";
    if (format == Format::kMarkdown) text += "## " + section.heading + "\n\n";
    if (format == Format::kText) text += section.heading + "\n" + std::string(section.heading.size(), '=') + "\n\n";
    for (const std::string& paragraph : section.paragraphs)
      if (is_prose) text += paragraph + "\n\n";
    for (std::size_t i = 0; i < section.tables.size(); ++i)
      text += (i > 0 ? "\n" : "") + render(section.tables[i], format);
  }
  return text;
}

}  // namespace heed::report
