#include "report/published.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <set>

#include "base/ascii.h"
#include "base/error.h"
#include "base/file.h"
#include "format/fields.h"
#include "format/lines.h"

namespace heed::report {

namespace {

constexpr PublishedSource kSources[] = {
    {"paper-table-2", "published", true},
    {"paper-table-3", "published", false},
    {"paper-table-4", "published", false},
    {"paper-table-5", "published, whole collection", false},
    {"paper-appendix-b", "published, appendix", true},
    {"promptriever-table-1", "published, Promptriever", true},
    {"mteb-1", "published, mteb 1", true},
    {"mteb-2", "published, mteb 2", false},
};

/// A model's name as it is looked up: in lower case, and with '_' for blanks, as files' names and runs' tags have it.
std::string name_key(std::string_view name) {
  std::string key = base::lower_case(name);
  std::ranges::replace(key, ' ', '_');
  return key;
}

std::string_view last_part(std::string_view hub_id) {
  return hub_id.substr(hub_id.rfind('/') + 1);
}

}  // namespace

std::string task_key(std::string_view task) {
  std::string key = base::lower_case(task);
  for (const std::string_view ending : {"instructionretrieval", "-instructions", "2018"})
    if (key.size() > ending.size() && key.ends_with(ending)) key.erase(key.size() - ending.size());
  return key;
}

std::optional<double> PublishedModel::figure(std::string_view task, std::string_view name_of_figure) const {
  const auto found = figures.find({task_key(task), std::string(name_of_figure)});
  return found == figures.end() ? std::nullopt : std::optional(found->second);
}

bool Published::add(std::string_view source, std::string_view model, std::pair<std::string, std::string> key,
                    double value) {
  const std::string id = std::string(source) + "\t" + std::string(model);
  const auto [position, is_new] = positions_.try_emplace(id, models_.size());
  if (is_new) models_.push_back({std::ranges::find(kSources, source, &PublishedSource::name), std::string(model), {}});
  return models_[position->second].figures.emplace(std::move(key), value).second;
}

Published::Published(const std::filesystem::path& folder) : text_(base::read_file(folder / "figures.tsv")) {
  const auto expect_header = [](format::LineReader& lines, std::string_view header) {
    if (lines.next() != header) lines.fail("the first line is not " + std::string(header));
  };
  format::LineReader figures(folder / "figures.tsv");
  expect_header(figures, "source\tmodel\ttask\tfigure\tjudgments\tvalue");
  while (const auto line = figures.next()) {
    const auto field = format::split_tabs(*line);
    if (field.size() != 6) figures.fail("a figure has 6 fields (source model task figure judgments value)");
    if (std::ranges::find(kSources, field[0], &PublishedSource::name) == std::end(kSources))
      figures.fail("there is no source " + std::string(field[0]));
    const auto value = format::parse_double(field[5]);
    if (!value || !std::isfinite(*value)) figures.fail("value is not a finite number: " + std::string(field[5]));
    if (!add(field[0], field[1], {task_key(field[2]), std::string(field[3])}, *value))
      figures.fail("the figure is given twice");
  }
  format::LineReader others(folder / "models.tsv");
  expect_header(others, "model\talso");
  while (const auto line = others.next()) {
    const auto field = format::split_tabs(*line);
    if (field.size() != 2) others.fail("a line has 2 fields (model also)");
    names_.try_emplace(name_key(field[1]), name_key(field[0]));
  }
  name_ends();
}

void Published::name_ends() {
  const auto known = names_;
  for (const auto& [name, model] : known) names_.try_emplace(std::string(last_part(name)), model);
  std::set<std::string> plain;
  std::map<std::string, std::set<std::string>> ends;  // of the Hub's ids that no line of models.tsv names
  for (const PublishedModel& model : models_) {
    const std::string name = name_key(model.name);
    if (name.find('/') == std::string::npos)
      plain.insert(name);
    else if (!names_.contains(name))
      ends[std::string(last_part(name))].insert(name);
  }
  for (const auto& [end, ids] : ends)
    if (ids.size() == 1 && !plain.contains(end)) names_.try_emplace(end, *ids.begin());
}

std::string Published::known_as(std::string_view name) const {
  const std::string key = name_key(name);
  const auto found = names_.find(key);
  return found == names_.end() ? key : found->second;
}

bool Published::is_same_model(std::string_view a, std::string_view b) const {
  return known_as(a) == known_as(b);
}

}  // namespace heed::report
