#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "collection/document.h"
#include "collection/need.h"
#include "format/json.h"
#include "recipe/label.h"

namespace heed::train {

/// From which P(relevant) on a model says that a document is relevant: in filtering and in measuring.
inline constexpr double kRelevantFrom = 0.5;
inline bool says_relevant(double score, double threshold = kRelevantFrom) {
  return score >= threshold;
}

/// A judged example: whether the document answers the need.
struct Row {
  std::string query, instruction, title, text;
  bool is_relevant = false;
  std::string id{};      ///< what people find it by; may be empty
  std::string source{};  ///< who wrote it; may be empty

  collection::Need need() const { return {query, instruction}; }
  collection::Document document() const { return {collection::DocumentId("row"), title, text}; }
  recipe::Label label() const { return is_relevant ? recipe::Label::kTrue : recipe::Label::kFalse; }
  bool operator==(const Row&) const = default;
};

/// Reads rows, one JSON object a line: `query`, `text` (or `document`, as FollowIR-train's released rows have it) and
/// `label` ("true", "false", or the JSON values), maybe `instruction`, `title`, `id` and `source`; other fields are
/// passed over. A `-` is standard input. Throws BadInput, with file and line, for a line that is none, a text that is
/// empty but for white space, a query and an instruction that both are; without a line where there is no row.
std::vector<Row> read_rows(const std::filesystem::path& path);

/// The same, row by row, each with the number of its line, from 1.
void for_each_row(const std::filesystem::path& path, const std::function<void(Row row, long line)>& take);

/// {"query", "instruction", "title" where there is one, "text", "label": "true" or "false", "id" and "source" where
/// they are known}.
format::Json to_json(const Row& row);

}  // namespace heed::train
