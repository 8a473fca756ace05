#include "train/row.h"

#include "base/error.h"
#include "format/lines.h"
#include "train/plain_text.h"

namespace heed::train {

using format::Json;

namespace {

/// The first of the names that the object has; null where it has none of them.
const Json* field_of(const Json& object, std::initializer_list<const char*> names) {
  for (const char* const name : names)
    if (const auto found = object.find(name); found != object.end() && !found->is_null()) return &*found;
  return nullptr;
}

}  // namespace

void for_each_row(const std::filesystem::path& path, const std::function<void(Row row, long line)>& take) {
  bool is_empty = true;
  format::LineReader lines(path);
  while (const auto line = lines.next()) {
    if (line->find_first_not_of(" \t\r") == std::string_view::npos) continue;
    const Json json = Json::parse(*line, nullptr, false);
    if (!json.is_object()) lines.fail("is no JSON object");
    const auto text = [&](std::initializer_list<const char*> names, bool is_needed) -> std::string {
      const Json* const field = field_of(json, names);
      if (field == nullptr && is_needed) lines.fail("has no \"" + std::string(*names.begin()) + "\"");
      if (field == nullptr) return "";
      if (!field->is_string()) lines.fail("\"" + std::string(*names.begin()) + "\" is not a string");
      return field->get<std::string>();
    };
    Row row{text({"query"}, true), text({"instruction"}, false), text({"title"}, false),
            text({"text", "document"}, true), false};
    if (is_blank(row.text)) lines.fail("\"text\" is empty");
    if (is_blank(row.query) && is_blank(row.instruction)) lines.fail("both \"query\" and \"instruction\" are empty");
    const Json* const label = field_of(json, {"label"});
    if (label == nullptr) lines.fail("has no \"label\"");
    if (*label == "true" || *label == true)
      row.is_relevant = true;
    else if (*label != "false" && *label != false)
      lines.fail("\"label\" is neither \"true\" nor \"false\"");
    if (const Json* const id = field_of(json, {"id"}))
      row.id = id->is_string() ? id->get<std::string>() : format::compact(*id);
    if (const Json* const source = field_of(json, {"source"}); source != nullptr && source->is_string())
      row.source = source->get<std::string>();
    take(std::move(row), lines.number());
    is_empty = false;
  }
  if (is_empty) throw base::BadInput(path.string() + ": has no rows");
}

std::vector<Row> read_rows(const std::filesystem::path& path) {
  std::vector<Row> rows;
  for_each_row(path, [&](Row row, long) { rows.push_back(std::move(row)); });
  return rows;
}

Json to_json(const Row& row) {
  Json json{{"query", row.query}, {"instruction", row.instruction}};
  if (!row.title.empty()) json["title"] = row.title;
  json["text"] = row.text;
  json["label"] = row.is_relevant ? "true" : "false";
  if (!row.id.empty()) json["id"] = row.id;
  if (!row.source.empty()) json["source"] = row.source;
  return json;
}

}  // namespace heed::train
