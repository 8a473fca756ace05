#include "report/training_page.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "base/error.h"
#include "report/charts.h"
#include "report/html.h"
#include "report/page_frame.h"
#include "report/table.h"

namespace heed::report {

namespace {

using Points = std::vector<std::pair<double, double>>;
using Logs = std::span<const TrainingLog>;

constexpr std::size_t kMostPoints = 800;  // of a curve, about one for each pixel of its width
constexpr std::size_t kMostRows = 40;     // of a table of steps

std::string shown(std::optional<double> value, const char* format = "%.4g") {
  if (!value) return "";
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), format, *value);
  return typeset(text.data());
}

/// Each run of points becomes its lowest and its highest, so that no peak is lost.
Points thinned(const Points& points) {
  if (points.size() <= kMostPoints) return points;
  Points few;
  const std::size_t runs = kMostPoints / 2;
  for (std::size_t i = 0; i < runs; ++i) {
    const auto begin = points.begin() + static_cast<std::ptrdiff_t>(i * points.size() / runs);
    const auto end = points.begin() + static_cast<std::ptrdiff_t>((i + 1) * points.size() / runs);
    auto [low, high] = std::minmax_element(begin, end, [](auto& a, auto& b) { return a.second < b.second; });
    if (high < low) std::swap(low, high);
    few.push_back(*low);
    if (high != low) few.push_back(*high);
  }
  return few;
}

/// Steps that a smoothed value looks back on: a fiftieth of the run, ten where that is less.
std::size_t span_of(std::size_t steps) {
  return std::max<std::size_t>(10, steps / 50);
}

/// The exponential moving average, corrected for its beginning as Adam's moments are.
Points smoothed(const Points& points) {
  const double keep = 1 - 2 / (static_cast<double>(span_of(points.size())) + 1);
  double sum = 0, weight = 0;
  Points result;
  for (const auto& [step, value] : points) {
    sum = keep * sum + (1 - keep) * value;
    weight = keep * weight + (1 - keep);
    result.emplace_back(step, sum / weight);
  }
  return result;
}

template <typename Line>
Points points_of(const std::vector<Line>& lines, std::optional<double> Line::*field, double factor = 1) {
  Points points;
  for (const Line& line : lines)
    if (line.*field) points.emplace_back(static_cast<double>(line.step), factor * *(line.*field));
  return points;
}

std::string prefixed(Logs logs, std::size_t log, const std::string& text) {
  return logs.size() == 1 ? text : logs[log].name + (text.empty() ? "" : ", " + text);
}

/// A chart below which stands what it shows.
std::string figure(const CurveChart& chart, const std::string& caption) {
  const bool is_empty = std::ranges::all_of(chart.curves, [](const Curve& curve) { return curve.points.empty(); });
  if (is_empty) return "";
  const Attributes box = {{"class", "chart-box"}, {"role", "region"}, {"tabindex", "0"}, {"aria-label", chart.label}};
  return element_of("figure", element_of("div", curves_svg(chart), box) + element("figcaption", caption)) + "\n";
}

Part loss_part(Logs logs) {
  CurveChart chart{"Loss over steps", "loss", {}};
  std::size_t steps = 0;
  for (std::size_t i = 0; i < logs.size(); ++i) {
    const Points points = points_of(logs[i].steps, &TrainingStep::loss);
    steps = std::max(steps, points.size());
    if (logs.size() == 1) chart.curves.push_back({"each step", Curve::Look::kThin, i, thinned(points), {}});
    chart.curves.push_back(
        {prefixed(logs, i, logs.size() == 1 ? "smoothed" : ""), Curve::Look::kLine, i, thinned(smoothed(points)), {}});
  }
  Part part{"loss", "Loss", ""};
  part.html = figure(chart,
                     "The loss of the examples of each step, per term, in nats; the line is its exponential "
                     "moving average over " +
                         base::counted(static_cast<long>(span_of(steps)), "step", "steps") + ".");
  return part;
}

/// Which of the points is best: the first of the highest, or of the lowest.
enum class Better { kHigher, kLower };

std::optional<std::size_t> best_of(const Points& points, Better better) {
  if (points.empty()) return {};
  const auto by = [](const auto& a, const auto& b) { return a.second < b.second; };
  const auto best =
      better == Better::kHigher ? std::ranges::max_element(points, by) : std::ranges::min_element(points, by);
  return static_cast<std::size_t>(best - points.begin());
}

CurveChart validation_chart(Logs logs, std::optional<double> TrainingValidation::*field, Better better) {
  CurveChart chart;
  for (std::size_t i = 0; i < logs.size(); ++i) {
    const Points points = points_of(logs[i].validations, field, better == Better::kHigher ? 100 : 1);
    chart.curves.push_back({prefixed(logs, i, ""), Curve::Look::kDotted, i, points, best_of(points, better)});
  }
  return chart;
}

Table validation_table(Logs logs) {
  Table table{"Validation", {}, {}, {}};
  if (logs.size() > 1) table.columns.push_back({"run", Table::Align::kLeft});
  for (const char* name : {"step", "loss", "accuracy", "p-MRR", "queries"}) table.columns.push_back({name});
  for (const TrainingLog& log : logs)
    for (const TrainingValidation& at : log.validations) {
      std::vector<std::string> row;
      if (logs.size() > 1) row.push_back(log.name);
      row.insert(row.end(),
                 {std::to_string(at.step), shown(at.loss), at.accuracy ? percent(*at.accuracy) : "",
                  at.p_mrr ? typeset(signed_percent(*at.p_mrr)) : "", at.queries ? std::to_string(*at.queries) : ""});
      table.rows.push_back(std::move(row));
    }
  return table;
}

Part validation_part(Logs logs) {
  Part part{"validation", "Validation", ""};
  CurveChart p_mrr = validation_chart(logs, &TrainingValidation::p_mrr, Better::kHigher);
  p_mrr.label = "p-MRR on validation data over steps";
  p_mrr.axis = "p-MRR, x100";
  CurveChart loss = validation_chart(logs, &TrainingValidation::loss, Better::kLower);
  loss.label = "Loss on validation data over steps";
  loss.axis = "validation loss";
  part.html = figure(p_mrr, "p-MRR on the validation data, x100: above 0 the model obeys. Diamond: the highest.") +
              figure(loss, "Loss on the validation data. Diamond: the lowest.");
  const Table table = validation_table(logs);
  if (!table.rows.empty()) part.html += more("The same as a table", html_table(table));
  return part;
}

Part rates_part(Logs logs) {
  Part part{"rates", "Learning rate and gradient", ""};
  CurveChart rate{"Learning rate over steps", "learning rate", {}},
      norm{"Gradient norm over steps", "gradient norm", {}};
  for (std::size_t i = 0; i < logs.size(); ++i) {
    const std::string name = prefixed(logs, i, "");
    rate.curves.push_back({name, Curve::Look::kLine, i, thinned(points_of(logs[i].steps, &TrainingStep::rate)), {}});
    norm.curves.push_back(
        {name, Curve::Look::kThin, i, thinned(points_of(logs[i].steps, &TrainingStep::gradient_norm)), {}});
  }
  part.html = figure(rate, "The learning rate of each step.") +
              figure(norm, "The norm of each step's gradient, before it is clipped.");
  return part;
}

Table step_table(const TrainingLog& log) {
  Table table{log.name, {{"step"}, {"epoch"}, {"loss"}, {"learning rate"}, {"gradient norm"}, {"tokens/s"}}, {}, {}};
  const std::size_t count = log.steps.size(), rows = std::min(count, kMostRows);
  for (std::size_t i = 0; i < rows; ++i) {
    const TrainingStep& at = log.steps[rows == 1 ? 0 : i * (count - 1) / (rows - 1)];
    table.rows.push_back({std::to_string(at.step), shown(at.epoch, "%.2f"), shown(at.loss), shown(at.rate),
                          shown(at.gradient_norm), shown(at.tokens_per_second, "%.0f")});
  }
  if (count > rows)
    table.remarks.push_back(std::to_string(rows) + " of " + std::to_string(count) + " steps, evenly spread.");
  return table;
}

Part steps_part(Logs logs) {
  Part part{"steps", "Steps", ""};
  for (const TrainingLog& log : logs)
    if (!log.steps.empty()) part.html += html_table(step_table(log));
  return part;
}

Part settings_part(Logs logs) {
  Part part{"settings", "Settings", ""};
  for (const TrainingLog& log : logs) {
    Table table{log.name, {{"setting", Table::Align::kLeft}, {"value", Table::Align::kLeft}}, {}, {}};
    for (const auto& [name, value] : log.settings) table.rows.push_back({name, value});
    if (!table.rows.empty()) part.html += html_table(table);
  }
  return part;
}

}  // namespace

std::string training_sentence(const TrainingLog& log) {
  std::string text = log.name + ": " + base::counted(static_cast<long>(log.steps.size()), "step", "steps");
  const Points losses = smoothed(points_of(log.steps, &TrainingStep::loss));
  if (!losses.empty()) text += ", loss " + shown(losses.back().second) + " (smoothed) at the end";
  const Points p_mrr = points_of(log.validations, &TrainingValidation::p_mrr);
  if (const auto best = best_of(p_mrr, Better::kHigher))
    text += "; best p-MRR on validation data " + typeset(signed_percent(p_mrr[*best].second)) + " at step " +
            std::to_string(std::lround(p_mrr[*best].first));
  return text + ".";
}

std::string training_page(Logs logs, std::string_view heed_version) {
  base::check(!logs.empty() && logs.size() <= kMostTrainingLogs);
  PageTexts texts{logs.size() == 1 ? logs[0].name + ": training" : "Training runs", "",
                  "This page was made by heed " + std::string(heed_version) + "."};
  for (const TrainingLog& log : logs) texts.lede += (texts.lede.empty() ? "" : " ") + training_sentence(log);
  std::vector<Part> parts;
  for (Part part : {loss_part(logs), validation_part(logs), rates_part(logs), steps_part(logs), settings_part(logs)})
    if (!part.html.empty()) parts.push_back(std::move(part));
  return page_of(texts, parts);
}

std::string training_page(const TrainingLog& log, std::string_view heed_version) {
  return training_page(std::span(&log, 1), heed_version);
}

}  // namespace heed::report
