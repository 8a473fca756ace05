#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "report/figure_table.h"
#include "report/model_tables.h"
#include "report/results.h"

/// Charts as inline SVG, drawn when the page is written: no script. Their classes get their colours from the page's
/// style; what is told by colour is told by shape or filling too, and by the <title> of the mark.
namespace heed::report {

/// Score against p-MRR: published models as small grey points, ours as labelled diamonds; a line where p-MRR is 0.
/// REQUIRES: at least one dot.
std::string scatter_svg(const Scatter& scatter);

/// One result in a chart of several, with its name there.
struct NamedResult {
  std::string name;
  const ResultEntry* entry = nullptr;
};

/// For each result its p-MRR (a diamond) with the 95% interval, and above it a dot for the p-MRR of every topic.
/// REQUIRES: at least one result, each with a p-MRR.
std::string topics_svg(std::span<const NamedResult> results);

/// One row of figure 3 as bars: for each task what the full instruction (filled), keywords (shaded) and the short
/// instruction (hollow) add. The charts of all rows have one scale. REQUIRES: the row is there.
std::string bars_svg(const FigureTable& figure_3, std::size_t row);

/// Where each flipped document stood before and after, on a logarithmic scale of ranks: the paper's figure 2. A rank
/// within a tie is the middle of its range. REQUIRES: the topic has flipped documents.
std::string slope_svg(const ResultTopic& topic);

/// A p-MRR from -1 to 1 as a bar to the left or right of a middle line, the size of a word.
std::string p_mrr_bar_svg(double p_mrr);

/// A line of a chart over steps.
struct Curve {
  std::string name{};  ///< in the chart's legend; none where it is empty
  /// A thin line; a line; a line with a dot at each point.
  enum class Look { kThin, kLine, kDotted } look = Look::kLine;
  std::size_t color = 0;  ///< curves of one color belong together; the first six differ, the lines' dashes too
  std::vector<std::pair<double, double>> points{};  ///< steps, ascending, and finite values
  std::optional<std::size_t> best{};                ///< the point with a mark, and its value beside it
};

struct CurveChart {
  std::string label{};  ///< a sentence: what the chart shows
  std::string axis{};   ///< what the values are
  std::vector<Curve> curves{};
};

/// Values over training steps. REQUIRES: a point in one of the curves.
std::string curves_svg(const CurveChart& chart);

/// The numbers at which an axis from `low` to `high` is marked: steps of 1, 2 or 5 times a power of ten, at most
/// `most` of them, the first at or above `low`. REQUIRES: low < high, most >= 2.
std::vector<double> axis_ticks(double low, double high, int most);

}  // namespace heed::report
