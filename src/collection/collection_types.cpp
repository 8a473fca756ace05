#include "collection/collection_types.h"

#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "format/fields.h"

namespace heed::collection {

namespace {

std::string_view without_mark(std::string_view begin) {
  if (begin.starts_with("\xEF\xBB\xBF")) begin.remove_prefix(3);
  return format::trimmed(begin);
}

/// The first line of a file, or as much of it as is there.
std::string_view first_line(std::string_view begin) {
  begin = without_mark(begin);
  return begin.substr(0, begin.find('\n'));
}

bool has_tag(std::string_view begin, std::string_view name) {
  for (std::size_t at = begin.find('<'); at != std::string_view::npos; at = begin.find('<', at + 1)) {
    if (!base::is_same_name(begin.substr(at + 1, name.size()), name)) continue;
    const std::string_view rest = begin.substr(std::min(at + 1 + name.size(), begin.size()));
    if (!rest.empty() && (rest.front() == '>' || rest.front() == ' ' || rest.front() == '\n' || rest.front() == '\r'))
      return true;
  }
  return false;
}

/// Whether the JSON object on the first line has that key, here or in an object inside; the line may be cut off.
bool has_key(std::string_view begin, std::string_view key) {
  const std::string quoted = "\"" + std::string(key) + "\"";
  const std::string_view line = first_line(begin);
  for (std::size_t at = line.find(quoted); at != std::string_view::npos; at = line.find(quoted, at + 1)) {
    const std::string_view rest = format::trimmed(line.substr(at + quoted.size()));
    if (line[at - 1] != '\\' && rest.starts_with(':')) return true;
  }
  return false;
}

bool is_json(std::string_view begin) {
  return without_mark(begin).starts_with('{');
}

bool is_tabbed(std::string_view begin) {
  const auto fields = format::split_tabs(first_line(begin));
  if (fields.size() < 2 || fields[0].empty() || fields[0].find(' ') != std::string_view::npos) return false;
  return fields.size() == 2 || (fields.size() >= 4 && fields[1].starts_with("http"));
}

/// Texts of JSON may speak of tags too.
bool is_markup(std::string_view begin) {
  return without_mark(begin).starts_with('<');
}

bool fits_trec(std::string_view begin) {
  return is_markup(begin) && has_tag(begin, "doc");
}
bool fits_trecweb(std::string_view begin) {
  return fits_trec(begin) && has_tag(begin, "dochdr");
}
bool fits_nyt(std::string_view begin) {
  return is_markup(begin) && has_tag(begin, "nitf");
}
bool fits_wapo(std::string_view begin) {
  return is_json(begin) && has_key(begin, "contents") && has_key(begin, "id");
}
bool fits_msmarco(std::string_view begin) {
  return is_json(begin) ? has_key(begin, "pid") || has_key(begin, "docid") : is_tabbed(begin);
}
bool fits_beir(std::string_view begin) {
  return is_json(begin) && (has_key(begin, "_id") || has_key(begin, "id")) && has_key(begin, "text");
}

/// Documents may begin anywhere in the file.
bool may_hold_elements(std::string_view) {
  return true;
}
bool may_hold_msmarco(std::string_view begin) {
  return is_json(begin) || is_tabbed(begin);
}

constexpr CollectionType kTypes[] = {
    {"nyt", "the New York Times Annotated Corpus: NITF, an article a file", fits_nyt, fits_nyt, cut_whole, parse_nyt},
    {"trecweb", "web pages between <DOC> and </DOC>, as of GOV2", fits_trecweb, may_hold_elements, cut_element,
     parse_trecweb},
    {"trec", "TREC's news and government disks: SGML, <DOC> with <DOCNO> and <TEXT>", fits_trec, may_hold_elements,
     cut_element, parse_trec},
    {"wapo", "the Washington Post's collections: JSON lines with `contents`", fits_wapo, is_json, cut_line, parse_wapo},
    {"msmarco", "MS MARCO: id, tab, text; documents of four columns; or JSON lines of its version 2", fits_msmarco,
     may_hold_msmarco, cut_line, parse_msmarco},
    {"beir", "BEIR's corpus.jsonl: JSON lines with `_id`, `title` and `text`", fits_beir, is_json, cut_line,
     parse_beir},
};

}  // namespace

std::span<const CollectionType* const> collection_types() {
  static const auto all = [] {
    std::array<const CollectionType*, std::size(kTypes)> pointers{};
    std::ranges::transform(kTypes, pointers.begin(), [](const CollectionType& type) { return &type; });
    return pointers;
  }();
  return all;
}

std::string_view name_of(const CollectionType& type) {
  return type.name;
}

std::string_view explanation_of(const CollectionType& type) {
  return type.explanation;
}

const CollectionType* collection_type_named(std::string_view name) {
  const auto found = std::ranges::find(kTypes, name, &CollectionType::name);
  return found == std::end(kTypes) ? nullptr : &*found;
}

}  // namespace heed::collection
