#include "report/charts.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "base/error.h"
#include "report/html.h"
#include "report/sentences.h"

namespace heed::report {

namespace {

/// A coordinate, with one decimal where it needs one.
std::string at(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f", value);
  std::string result = text.data();
  if (result.ends_with(".0")) result.erase(result.size() - 2);
  return result == "-0" ? "0" : result;
}

struct Point {
  double x = 0, y = 0;
};

std::string line(Point from, Point to, const std::string& look) {
  return element_of("line", "",
                    {{"class", look}, {"x1", at(from.x)}, {"y1", at(from.y)}, {"x2", at(to.x)}, {"y2", at(to.y)}});
}

std::string text_at(Point where, std::string_view text, const std::string& look, const std::string& anchor) {
  return element("text", text, {{"class", look}, {"x", at(where.x)}, {"y", at(where.y)}, {"text-anchor", anchor}});
}

struct Size {
  double width = 0, height = 0;
};

/// A drawing that tells its reader what it shows.
std::string svg(Size size, const std::string& look, std::string_view label, const std::string& content) {
  return element_of("svg", element("title", label) + content,
                    {{"class", look},
                     {"role", "img"},
                     {"aria-label", std::string(label)},
                     {"viewBox", "0 0 " + at(size.width) + " " + at(size.height)},
                     {"width", at(size.width)},
                     {"height", at(size.height)}}) +
         "\n";
}

/// Numbers laid on a stretch of the page.
struct Scale {
  double low = 0, high = 1, begin = 0, end = 1;
  double operator()(double value) const { return begin + (value - low) / (high - low) * (end - begin); }
};

std::string tick_text(double fraction, bool is_signed) {
  const double value = std::abs(100 * fraction) < 1e-9 ? 0 : 100 * fraction;
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), is_signed && value != 0 ? "%+.6g" : "%.6g", value);
  return typeset(text.data());
}

/// The values' range with some room around, never empty.
std::pair<double, double> range_of(const std::vector<double>& values, double least_room) {
  const auto [low, high] = std::ranges::minmax(values);
  const double room = std::max(least_room, (high - low) * 0.07);
  return {low - room, high + room};
}

// ---- the scatter

constexpr Size kScatter{900, 460};
constexpr double kLeft = 62, kRight = 884, kTop = 14, kBottom = 410;

struct Box {
  double left = 0, top = 0, right = 0, bottom = 0;
  bool overlaps(const Box& other) const {
    return left < other.right && other.left < right && top < other.bottom && other.top < bottom;
  }
  bool is_inside() const { return left >= kLeft && right <= kRight && top >= kTop && bottom <= kBottom; }
};

/// Sets labels beside their points so that they cover no other label, where there is such a place.
class Labels {
 public:
  std::string place(Point point, std::string_view text, const std::string& look) {
    const double width = 7.4 * static_cast<double>(text.size()), height = 16, gap = 9;
    const std::pair<Point, const char*> places[] = {
        {{point.x + gap, point.y + 4.5}, "start"},     {{point.x - gap, point.y + 4.5}, "end"},
        {{point.x, point.y - gap}, "middle"},          {{point.x, point.y + gap + 10}, "middle"},
        {{point.x + gap, point.y - gap - 4}, "start"}, {{point.x + gap, point.y + gap + 18}, "start"}};
    const std::pair<Point, const char*>* best = nullptr;
    for (const auto& candidate : places) {
      const Box box = box_of(candidate.first, candidate.second, {width, height});
      const bool is_free =
          box.is_inside() && std::ranges::none_of(taken_, [&](const Box& b) { return b.overlaps(box); });
      if (!is_free) continue;
      best = &candidate;
      break;
    }
    if (best == nullptr) best = point.x > (kLeft + kRight) / 2 ? &places[1] : &places[0];
    taken_.push_back(box_of(best->first, best->second, {width, height}));
    return text_at(best->first, text, look, best->second);
  }
  void keep_free(Point point, double radius) {
    taken_.push_back({point.x - radius, point.y - radius, point.x + radius, point.y + radius});
  }

 private:
  static Box box_of(Point where, std::string_view anchor, Size size) {
    const double left = anchor == "start" ? where.x : anchor == "end" ? where.x - size.width : where.x - size.width / 2;
    return {left, where.y - 12, left + size.width, where.y - 12 + size.height};
  }
  std::vector<Box> taken_;
};

std::string scatter_axes(const Scale& x, const Scale& y, const Scatter& scatter) {
  std::string content;
  for (const double tick : axis_ticks(x.low, x.high, 8)) {
    content += line({x(tick), kTop}, {x(tick), kBottom}, "grid") +
               text_at({x(tick), kBottom + 18}, tick_text(tick, false), "tick", "middle");
  }
  for (const double tick : axis_ticks(y.low, y.high, 8)) {
    const bool is_zero = std::abs(tick) < 1e-12;
    content += line({kLeft, y(tick)}, {kRight, y(tick)}, is_zero ? "zero" : "grid") +
               text_at({kLeft - 8, y(tick) + 4}, tick_text(tick, true), "tick", "end");
  }
  std::string over;
  for (const std::string& task : scatter.tasks) over += (over.empty() ? "" : ", ") + task;
  content += text_at({(kLeft + kRight) / 2, kBottom + 40},
                     (scatter.tasks.size() > 1 ? "Average score over " : "Score on ") + over, "axis", "middle");
  content += element("text", "p-MRR",
                     {{"class", "axis"},
                      {"text-anchor", "middle"},
                      {"transform", "translate(16 " + at((kTop + kBottom) / 2) + ") rotate(-90)"}});
  return content;
}

std::string dot_title(const Dot& dot) {
  return element("title", dot.label + ": score " + percent(dot.score) + ", p-MRR " + signed_percent(dot.p_mrr) + " (" +
                              dot.source + ")");
}

std::string diamond(Point p) {
  const double r = 7;
  return "M" + at(p.x) + " " + at(p.y - r) + "L" + at(p.x + r) + " " + at(p.y) + "L" + at(p.x) + " " + at(p.y + r) +
         "L" + at(p.x - r) + " " + at(p.y) + "Z";
}

/// A Hub id without its organisation.
std::string_view short_name(std::string_view model) {
  return model.substr(model.rfind('/') + 1);
}

/// The published models worth a name on the chart: the best in each direction, the worst p-MRR.
std::vector<const Dot*> notable(const std::vector<Dot>& dots) {
  std::vector<const Dot*> published, named;
  for (const Dot& dot : dots)
    if (dot.is_published) published.push_back(&dot);
  if (published.empty()) return {};
  const auto add = [&](const Dot* dot) {
    if (std::ranges::find(named, dot) == named.end()) named.push_back(dot);
  };
  add(*std::ranges::max_element(published, {}, &Dot::p_mrr));
  add(*std::ranges::max_element(published, {}, &Dot::score));
  add(*std::ranges::min_element(published, {}, &Dot::p_mrr));
  return named;
}

// ---- p-MRR by topic

constexpr double kStripLeft = 12, kStripRight = 548, kStripHeight = 58;

std::string strip(const NamedResult& result, const Scale& x, double top) {
  const Obedience& obedience = *result.entry->obedience;
  const double dots = top + 27, interval = top + 44;
  std::string content = text_at({0, top + 13}, result.name, "group", "start");
  for (const ResultTopic& topic : result.entry->per_query) {
    if (!topic.p_mrr) continue;
    content += element_of("circle", element("title", topic.id + ": " + signed_percent(*topic.p_mrr)),
                          {{"class", *topic.p_mrr < 0   ? "topic rose"
                                     : *topic.p_mrr > 0 ? "topic fell"
                                                        : "topic stayed"},
                           {"cx", at(x(*topic.p_mrr))},
                           {"cy", at(dots)},
                           {"r", "4"}});
  }
  content += line({x(obedience.interval.low), interval}, {x(obedience.interval.high), interval}, "interval");
  return content + element_of("path",
                              element("title", result.name + ": " + p_mrr_sentence(obedience) + " (" +
                                                   result.entry->source + ")"),
                              {{"class", "own"}, {"d", diamond({x(obedience.p_mrr), interval})}});
}

// ---- the bars

struct Bar {
  std::string name, look, title;
  double value = 0;
};

struct BarGroup {
  std::string label;
  std::vector<Bar> bars;
};

std::vector<BarGroup> groups_of(const FigureTable& table, const FigureTable::Row& row) {
  constexpr const char* kLooks[] = {"bar full", "bar keywords", "bar short"};
  std::vector<BarGroup> groups;
  for (std::size_t i = 0; i < row.figures.size(); i += 3) {
    BarGroup group{table.columns[i].group, {}};
    for (std::size_t k = 0; k < 3; ++k)
      if (const auto value = row.figures[i + k].value)
        group.bars.push_back({table.columns[i + k].name, kLooks[k],
                              row.labels.front() + ", " + group.label + ", " + table.columns[i + k].name + ": " +
                                  signed_percent(*value) + " (" + row.source + ")",
                              *value});
    if (!group.bars.empty()) groups.push_back(std::move(group));
  }
  return groups;
}

constexpr double kBarHeight = 17, kBarStep = 22, kGroupHead = 30;

std::string bar_mark(const Bar& bar, const Scale& x, double y) {
  const double from = std::min(x(0), x(bar.value)), width = std::max(1.0, std::abs(x(bar.value) - x(0)));
  const bool is_left = bar.value < 0;
  return element_of(
             "rect", element("title", bar.title),
             {{"class", bar.look}, {"x", at(from)}, {"y", at(y)}, {"width", at(width)}, {"height", at(kBarHeight)}}) +
         text_at({is_left ? from - 6 : from + width + 6, y + 13}, typeset(signed_percent(bar.value)), "value",
                 is_left ? "end" : "start") +
         text_at({112, y + 13}, bar.name, "tick", "end");
}

// ---- curves

constexpr Size kCurves{900, 330};
constexpr double kCurveLeft = 72, kCurveBottom = 262;

/// Room around values that hardly differ: rounding is no difference that a curve could show.
double least_room(const std::vector<double>& values) {
  const auto [low, high] = std::ranges::minmax(values);
  const double magnitude = std::max(std::abs(low), std::abs(high));
  return high - low > 1e-9 * magnitude ? (high - low) * 0.01 : std::max(1e-30, magnitude * 0.05);
}

/// Within what a chart can be drawn of.
double drawable(double value) {
  return std::clamp(value, -1e100, 1e100);
}

std::string number(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.4g", value == 0 ? 0 : value);
  return typeset(text.data());
}

std::string curve_axes(const Scale& x, const Scale& y, const std::string& name) {
  std::string content;
  for (const double tick : axis_ticks(x.low, x.high, 8))
    if (tick == std::floor(tick)) {
      content += text_at({x(tick), kCurveBottom + 18}, std::to_string(std::llround(tick)), "tick", "middle") +
                 line({x(tick), kCurveBottom}, {x(tick), kCurveBottom + 4}, "axis-line");
    }
  for (const double tick : axis_ticks(y.low, y.high, 6))
    content += line({kCurveLeft, y(tick)}, {x.end, y(tick)}, "grid") +
               text_at({kCurveLeft - 8, y(tick) + 4}, number(tick), "tick", "end");
  return content + text_at({x.end, kCurveBottom + 38}, "step", "axis", "end") +
         element("text", name,
                 {{"class", "axis"},
                  {"text-anchor", "middle"},
                  {"transform", "translate(14 " + at((14 + kCurveBottom) / 2) + ") rotate(-90)"}});
}

std::string color_of(const Curve& curve) {
  return " color-" + std::to_string(curve.color % 6);
}

std::string curve_line(const Curve& curve, const Scale& x, const Scale& y) {
  std::string path, dots;
  const bool has_dots = curve.look == Curve::Look::kDotted || curve.points.size() == 1;
  for (const auto& [step, value] : curve.points) {
    path += (path.empty() ? "M" : "L") + at(x(step)) + " " + at(y(drawable(value)));
    if (has_dots && curve.points.size() <= 200)
      dots += element_of(
          "circle", "",
          {{"class", "dot" + color_of(curve)}, {"cx", at(x(step))}, {"cy", at(y(drawable(value)))}, {"r", "3.2"}});
  }
  const std::string look = curve.look == Curve::Look::kThin ? "curve thin" : "curve";
  return element_of("path", "", {{"class", look + color_of(curve)}, {"d", path}}) + dots;
}

std::string best_mark(const Curve& curve, const Scale& x, const Scale& y, Labels& labels) {
  const auto& [step, value] = curve.points.at(*curve.best);
  const Point p{x(step), y(drawable(value))};
  const std::string text = number(value) + " at step " + std::to_string(std::llround(step));
  return element_of("path", element("title", "best: " + text), {{"class", "own"}, {"d", diamond(p)}}) +
         labels.place(p, text, "own-label");
}

/// The marks of the best points, named where no curve's point is.
std::string best_marks(const std::vector<Curve>& curves, const Scale& x, const Scale& y) {
  Labels labels;
  std::string content;
  for (const Curve& curve : curves)
    for (const auto& [step, value] : curve.points) labels.keep_free({x(step), y(drawable(value))}, 4);
  for (const Curve& curve : curves)
    if (curve.best) content += best_mark(curve, x, y, labels);
  return content;
}

std::string curve_legend(const std::vector<Curve>& curves) {
  std::string content;
  double left = kCurveLeft;
  const double y = kCurves.height - 10;
  for (const Curve& curve : curves) {
    if (curve.name.empty()) continue;
    const std::string look = curve.look == Curve::Look::kThin ? "curve thin" : "curve";
    content +=
        element_of("path", "", {{"class", look + color_of(curve)}, {"d", "M" + at(left) + " " + at(y - 4) + "h26"}}) +
        text_at({left + 32, y}, curve.name, "tick", "start");
    left += 50 + 7.2 * static_cast<double>(curve.name.size());
  }
  return content;
}

// ---- the slopes

constexpr Size kSlope{340, 300};
constexpr double kSlopeLeft = 64, kSlopeRight = 276, kSlopeTop = 30, kSlopeBottom = 288;

double middle(eval::RankRange range) {
  return static_cast<double>(range.first + range.last) / 2;
}

/// Up, down or level, each a shape of its own.
std::string end_mark(Point p, double p_mrr) {
  const double r = 4.5;
  if (p_mrr == 0) return element_of("circle", "", {{"cx", at(p.x)}, {"cy", at(p.y)}, {"r", "3.5"}});
  const double tip = p_mrr < 0 ? -r : r;
  return element_of("path", "",
                    {{"d", "M" + at(p.x - r) + " " + at(p.y - tip) + "L" + at(p.x + r) + " " + at(p.y - tip) + "L" +
                               at(p.x) + " " + at(p.y + tip) + "Z"}});
}

std::string slope_of(const ResultFlip& flip, const Scale& y) {
  const Point from{kSlopeLeft, y(std::log(middle(flip.before)))}, to{kSlopeRight, y(std::log(middle(flip.after)))};
  const char* const look = flip.p_mrr < 0 ? "rose" : flip.p_mrr > 0 ? "fell" : "stayed";
  return element_of(
      "g",
      element("title", flip.document + ": " + spelled_rank(flip.before) + " to " + spelled_rank(flip.after)) +
          element_of("line", "", {{"x1", at(from.x)}, {"y1", at(from.y)}, {"x2", at(to.x)}, {"y2", at(to.y)}}) +
          element_of("circle", "", {{"cx", at(from.x)}, {"cy", at(from.y)}, {"r", "2.5"}}) + end_mark(to, flip.p_mrr),
      {{"class", look}});
}

std::string slope_axes(const Scale& y, double lowest) {
  std::string content = line({kSlopeLeft, kSlopeTop}, {kSlopeLeft, kSlopeBottom}, "axis-line") +
                        line({kSlopeRight, kSlopeTop}, {kSlopeRight, kSlopeBottom}, "axis-line") +
                        text_at({kSlopeLeft, 14}, "before", "axis", "middle") +
                        text_at({kSlopeRight, 14}, "after", "axis", "middle");
  for (double decade = 1; decade <= lowest; decade *= 10)
    for (const double step : {1.0, 2.0, 5.0}) {
      const double rank = decade * step;
      if (rank > lowest) break;
      const double where = y(std::log(rank));
      content += line({kSlopeLeft, where}, {kSlopeRight, where}, "grid") +
                 text_at({kSlopeLeft - 12, where + 4}, at(rank), "tick", "end") +
                 text_at({kSlopeRight + 14, where + 4}, at(rank), "tick", "start");
    }
  return content;
}

}  // namespace

std::vector<double> axis_ticks(double low, double high, int most) {
  base::check(low < high && most >= 2);
  const double rough = (high - low) / most;
  const double power = std::pow(10, std::floor(std::log10(rough)));
  double step = 10 * power;
  for (const double factor : {1.0, 2.0, 5.0})
    if (factor * power >= rough) {
      step = factor * power;
      break;
    }
  std::vector<double> ticks;
  const double first = std::ceil(low / step);
  for (int i = 0; i <= most && (first + i) * step <= high; ++i) ticks.push_back((first + i) * step);
  return ticks;
}

std::string curves_svg(const CurveChart& chart) {
  std::vector<double> steps, values;
  for (const Curve& curve : chart.curves)
    for (const auto& [step, value] : curve.points) {
      steps.push_back(step);
      values.push_back(drawable(value));
    }
  base::check(!values.empty());
  const auto [low, high] = range_of(values, least_room(values));
  const auto [first, last] = std::ranges::minmax(steps);
  const Scale x{first, std::max(last, first + 1), kCurveLeft, kCurves.width - 14}, y{low, high, kCurveBottom, 14};
  std::string content = curve_axes(x, y, chart.axis);
  for (const Curve& curve : chart.curves) content += curve_line(curve, x, y);
  content += best_marks(chart.curves, x, y);
  return svg(kCurves, "curves", chart.label, content + curve_legend(chart.curves));
}

std::string scatter_svg(const Scatter& scatter) {
  base::check(!scatter.dots.empty());
  std::vector<double> scores, p_mrrs = {0};
  for (const Dot& dot : scatter.dots) {
    scores.push_back(dot.score);
    p_mrrs.push_back(dot.p_mrr);
  }
  const auto [left, right] = range_of(scores, 0.01);
  const auto [bottom, top] = range_of(p_mrrs, 0.02);
  const Scale x{left, right, kLeft, kRight}, y{bottom, top, kBottom, kTop};
  std::string content = scatter_axes(x, y, scatter);
  std::string labels = text_at({kLeft + 8, y(0) - 7}, "\xE2\x86\x91 obeys", "hint", "start") +
                       text_at({kLeft + 8, y(0) + 17}, "\xE2\x86\x93 does the opposite", "hint", "start");
  Labels placed;
  for (const Dot& dot : scatter.dots) {
    const Point point{x(dot.score), y(dot.p_mrr)};
    if (dot.is_published)
      content += element_of("circle", dot_title(dot),
                            {{"class", "published"}, {"cx", at(point.x)}, {"cy", at(point.y)}, {"r", "3"}});
    else
      placed.keep_free(point, 7);
  }
  for (const Dot& dot : scatter.dots) {
    if (dot.is_published) continue;
    const Point point{x(dot.score), y(dot.p_mrr)};
    content += element_of("path", dot_title(dot), {{"class", "own"}, {"d", diamond(point)}});
    labels += placed.place(point, dot.label, "own-label");
  }
  for (const Dot* const dot : notable(scatter.dots))
    labels += placed.place({x(dot->score), y(dot->p_mrr)}, short_name(dot->label), "published-label");
  return svg(kScatter, "chart scatter",
             "Score against p-MRR of " + base::counted(static_cast<long>(scatter.dots.size()), "model", "models"),
             content + labels);
}

std::string topics_svg(std::span<const NamedResult> results) {
  base::check(!results.empty());
  std::vector<double> values = {0};
  for (const NamedResult& result : results) {
    const Obedience& obedience = *result.entry->obedience;
    values.insert(values.end(), {obedience.interval.low, obedience.p_mrr, obedience.interval.high});
    for (const ResultTopic& topic : result.entry->per_query) values.push_back(topic.p_mrr.value_or(0));
  }
  const auto [low, high] = range_of(values, 0.01);
  const Scale x{low, high, kStripLeft, kStripRight};
  const double bottom = kStripHeight * static_cast<double>(results.size());
  std::string content, marks;
  for (const double tick : axis_ticks(low, high, 7)) {
    content += line({x(tick), 18}, {x(tick), bottom}, std::abs(tick) < 1e-12 ? "zero" : "grid") +
               text_at({x(tick), bottom + 18}, tick_text(tick, true), "tick", "middle");
  }
  double top = 0;
  for (const NamedResult& result : results) {
    marks += strip(result, x, top);
    top += kStripHeight;
  }
  return svg({560, bottom + 26}, "chart strips",
             "p-MRR of " + base::counted(static_cast<long>(results.size()), "result", "results") +
                 ", and of each of their topics",
             content + marks);
}

std::string bars_svg(const FigureTable& figure_3, std::size_t row) {
  base::check(row < figure_3.rows.size());
  const auto groups = groups_of(figure_3, figure_3.rows[row]);
  std::vector<double> values = {0};
  for (const auto& each : figure_3.rows)  // all rows' bars have one scale, so that they compare
    for (const Figure& figure : each.figures) values.push_back(figure.value.value_or(0));
  double height = 8;
  for (const BarGroup& group : groups) height += kGroupHead + kBarStep * static_cast<double>(group.bars.size()) + 8;
  auto [low, high] = std::ranges::minmax(values);
  if (high - low < 0.01) low -= 0.005, high += 0.005;
  const double room = 64;  // for the values beside the bars
  const Scale x{low, high, low < 0 ? 124 + room : 124, high > 0 ? 560 - room : 548};
  std::string content;
  double y = 4;
  for (const BarGroup& group : groups) {
    content += text_at({0, y + 18}, group.label, "group", "start");
    y += kGroupHead;
    const double begin = y;
    for (const Bar& bar : group.bars) {
      content += bar_mark(bar, x, y);
      y += kBarStep;
    }
    content += line({x(0), begin - 4}, {x(0), y}, "zero");
    y += 8;
  }
  const auto& labels = figure_3.rows[row].labels;
  return svg({560, height}, "chart bars",
             "What instructions add to the query alone: " + labels.front() + ", " + labels.back() + " judgments",
             content);
}

std::string slope_svg(const ResultTopic& topic) {
  base::check(!topic.flipped.empty());
  double lowest = 10;
  for (const ResultFlip& flip : topic.flipped) lowest = std::max({lowest, middle(flip.before), middle(flip.after)});
  const Scale y{0, std::log(lowest), kSlopeTop, kSlopeBottom - 8};
  std::string content = slope_axes(y, lowest);
  for (const ResultFlip& flip : topic.flipped) content += slope_of(flip, y);
  return svg(kSlope, "chart slope",
             "Ranks of " + base::counted(static_cast<long>(topic.flipped.size()), "document", "documents") +
                 " whose judgment changed, before and after",
             content);
}

std::string p_mrr_bar_svg(double p_mrr) {
  const double middle = 30, end = middle + 29 * p_mrr;
  return element_of(
      "svg",
      line({1, 6}, {59, 6}, "track") + line({middle, 0}, {middle, 12}, "axis-line") +
          element_of("rect", "",
                     {{"class", p_mrr < 0 ? "rose" : "fell"},
                      {"x", at(std::min(middle, end))},
                      {"y", "2"},
                      {"width", at(std::max(0.5, std::abs(end - middle)))},
                      {"height", "8"}}),
      {{"class", "mini"}, {"aria-hidden", "true"}, {"viewBox", "0 0 60 12"}, {"width", "60"}, {"height", "12"}});
}

}  // namespace heed::report
