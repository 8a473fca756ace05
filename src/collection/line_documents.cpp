#include "collection/collection_types.h"
#include "collection/flowing_text.h"
#include "format/bad_text.h"
#include "format/encoding.h"
#include "format/fields.h"

namespace heed::collection {

using format::BadText;

namespace {

void add_part(std::string& text, std::string_view part) {
  if (part.empty()) return;
  if (!text.empty()) text += '\n';
  text += part;
}

CollectionDocument parse_tabbed(std::string_view line) {
  if (!format::is_utf8(line)) throw BadText(0, "not valid UTF-8");
  const auto fields = format::split_tabs(line);
  if (fields.size() != 2 && fields.size() < 4)
    throw BadText(0,
                  "has " + std::to_string(fields.size()) + " columns, neither id and text nor id, url, title and body");
  CollectionDocument document{.id = format::checked_id(fields[0], "the id"), .title = {}, .text = {}};
  if (fields.size() == 2) {
    document.text = fields[1];
  } else {
    document.title = fields[2];
    document.text = line.substr(static_cast<std::size_t>(fields[3].data() - line.data()));
  }
  return document;
}

}  // namespace

CollectionDocument parse_beir(DocumentParser& parser, std::string_view bytes) {
  format::JsonLine& json = parser.json;
  json.parse(bytes);
  return {.id = json.id({"_id", "id"}),
          .title = std::string(json.optional_text("title").value_or("")),
          .text = std::string(json.text("text"))};
}

CollectionDocument parse_msmarco(DocumentParser& parser, std::string_view bytes) {
  if (!format::trimmed(bytes).starts_with('{')) return parse_tabbed(bytes);
  format::JsonLine& json = parser.json;
  json.parse(bytes);
  CollectionDocument document{
      .id = json.id({"pid", "docid"}), .title = std::string(json.optional_text("title").value_or("")), .text = {}};
  for (const std::string_view key : {"passage", "segment", "body"}) {
    const auto text = json.optional_text(key);
    if (!text) continue;
    document.text = *text;
    return document;
  }
  throw BadText(0, "there is no \"passage\", \"segment\" or \"body\"");
}

CollectionDocument parse_wapo(DocumentParser& parser, std::string_view bytes) {
  format::JsonLine& json = parser.json;
  json.parse(bytes);
  CollectionDocument document{
      .id = json.id({"id"}), .title = text_of_html(json.optional_text("title").value_or("")), .text = {}};
  json.for_each_object("contents", [&] {
    const auto type = json.text_if_any("type"), content = json.text_if_any("content");
    if (content && (type == "sanitized_html" || type == "tweet")) add_part(document.text, text_of_html(*content));
    if (const auto caption = json.text_if_any("fullcaption")) add_part(document.text, text_of_html(*caption));
  });
  return document;
}

}  // namespace heed::collection
