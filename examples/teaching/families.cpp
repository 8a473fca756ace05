#include "teaching/families.h"

#include <algorithm>
#include <cstdio>
#include <map>

#include "base/error.h"
#include "eval/statistics.h"
#include "format/json.h"

namespace heed::teaching {

namespace {

using Values = std::vector<double>;

/// What a sentence excludes whose labels were taught, as it is spelled in NFCorpus's instruction benchmark.
constexpr const char* kTaught[] = {"cancer or tumors", "meat, poultry or fish", "Reviews and meta-analyses"};

bool is_taught(const std::string& sentence) {
  for (const char* name : kTaught) {
    if (sentence.find(name) != std::string::npos) return true;
  }
  return false;
}

/// By row: the sentences in the order of the alphabet, with a space before the three rows of many.
std::map<std::string, Values> rows_of(const std::filesystem::path& path) {
  std::map<std::string, Values> rows;
  for (const auto& task : format::read_json(path)) {
    if (!task.contains("per_query")) continue;
    for (const auto& [id, query] : task["per_query"].items()) {
      const std::string og = query.value("instruction_og", ""), changed = query.value("instruction_changed", "");
      if (!query.contains("p_mrr") || query["p_mrr"].is_null() || !changed.starts_with(og)) continue;
      const std::string sentence = changed.substr(std::min(changed.size(), og.size() + 1));
      const double value = query["p_mrr"];
      rows[" all"].push_back(value);
      rows[is_taught(sentence) ? " families that were taught" : " families that were not"].push_back(value);
      rows[sentence].push_back(value);
    }
  }
  if (rows.empty()) throw base::BadInput(path.string() + ": has no pair with both instructions");
  return rows;
}

std::string cell(const Values& values) {
  const eval::Interval interval = eval::bootstrap_mean(values);
  char text[64];
  std::snprintf(text, sizeof text, "%+6.1f [%+6.1f, %+6.1f]", 100 * eval::mean(values), 100 * interval.low,
                100 * interval.high);
  return text;
}

}  // namespace

std::string families_table(const std::vector<std::filesystem::path>& results) {
  std::vector<std::map<std::string, Values>> columns;
  for (const auto& path : results) columns.push_back(rows_of(path));
  std::string text;
  for (const auto& [name, values] : columns.front()) {
    std::string line = name + " (" + std::to_string(values.size()) + ")";
    line.resize(std::max<std::size_t>(line.size(), 76), ' ');
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const auto found = columns[i].find(name);
      if (found == columns[i].end() || found->second.size() != values.size())
        throw base::BadInput(results[i].string() + ": has other queries than " + results.front().string());
      line += "  " + cell(found->second);
    }
    text += line + "\n";
  }
  return text;
}

}  // namespace heed::teaching
