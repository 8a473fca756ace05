#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "report/figure_table.h"
#include "report/published.h"
#include "report/results.h"

namespace heed::report {

/// Whose published figures stand beside ours.
enum class ShownPublished {
  kNone,
  kSameModels,  ///< those of the models that the results are of
  kAll,
};

/// What tables are made from.
struct ReportData {
  std::vector<ResultEntry> results;
  Published published{};
  ShownPublished shown = ShownPublished::kSameModels;
  /// What captions call the file of published figures.
  std::string published_file = "published.tsv";
};

/// The model's name; with its recipe where the results have more than one recipe, and with what it searched where
/// some of them are of whole collections and some are not.
std::string label_of(const ResultEntry& entry, const std::vector<ResultEntry>& results);

/// The paper's Table 2: for each task its MAP or nDCG and its p-MRR with the 95% interval, then the averages where
/// there are several tasks; for each model a row with the right judgments and one with the paper's crossed ones, in the
/// order of its recipe, then the published figures. Without rows where no result has a p-MRR. Searches of whole
/// collections are not in it: every model would be measured on other documents (the paper's appendix F).
FigureTable table_2(const ReportData& data);

/// Table 3: for each BEIR task nDCG@10 (of the arm `short` where it was run, else of `none`), and the change when the
/// instruction is given as keywords.
FigureTable table_3(const ReportData& data);

/// Table 4: Robustness@10.
FigureTable table_4(const ReportData& data);

/// Table 5: instruction benchmarks whose whole collections were searched: MAP or nDCG of the query alone (arm none),
/// and the change with the original instruction (arm og).
FigureTable table_5(const ReportData& data);

/// Figure 3: for each model and task what the full instruction (arm og), keywords and the short instruction add to the
/// score of the query alone (arm none); with the right judgments and with the crossed ones.
FigureTable figure_3(const ReportData& data);

/// A name of --table, and what it shows.
struct TableRow {
  std::string_view name;
  std::string_view explanation;
  FigureTable (*build)(const ReportData& data);
};
std::span<const TableRow> tables();

/// One model: the mean of its scores and of its p-MRRs over the same tasks.
struct Dot {
  std::string label;
  std::string source;
  double score = 0, p_mrr = 0;
  bool is_published = false;
};

/// Score against p-MRR. Where published figures are of the same tasks, all models of them and ours over those tasks,
/// all with the crossed judgments, so that they compare; else ours alone, over all tasks, with the right ones.
struct Scatter {
  std::vector<Dot> dots;
  std::vector<std::string> tasks;
  bool is_crossed = false;
};
Scatter scatter(const ReportData& data);

}  // namespace heed::report
