#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "collection/collection_types.h"
#include "collection/flowing_text.h"
#include "format/bad_text.h"
#include "format/encoding.h"
#include "format/fields.h"
#include "format/markup.h"

namespace heed::collection {

using format::MarkupPiece;
using format::MarkupReader;
using Kind = MarkupPiece::Kind;

namespace {

enum class Role { kNumber, kTitle, kText };

struct FieldRow {
  std::string_view tag;
  Role role;
};

/// The elements of which something is kept: those that Anserini's TrecCollection indexes (text, headline, title, hl,
/// head, ttl, dd, date, lp, leadpara), FBIS's title, the Federal Register's, and the Los Angeles Times' captions.
constexpr FieldRow kFields[] = {{"docno", Role::kNumber}, {"headline", Role::kTitle}, {"head", Role::kTitle},
                                {"hl", Role::kTitle},     {"ti", Role::kTitle},       {"h3", Role::kTitle},
                                {"title", Role::kTitle},  {"ttl", Role::kTitle},      {"doctitle", Role::kTitle},
                                {"text", Role::kText},    {"lp", Role::kText},        {"leadpara", Role::kText},
                                {"graphic", Role::kText}, {"dd", Role::kText},        {"date", Role::kText}};
constexpr std::size_t kFieldCount = std::size(kFields);

std::optional<std::size_t> field_of(std::string_view tag) {
  const auto found = std::ranges::find(kFields, tag, &FieldRow::tag);
  return found == std::end(kFields) ? std::nullopt : std::optional<std::size_t>(found - std::begin(kFields));
}

/// A document's parts, as they come together.
struct Parts {
  std::string id{};
  FlowingText title{}, text{};

  CollectionDocument finish(std::string_view attribute_id) {
    std::string number = id.empty() ? std::string(attribute_id) : id;
    std::string line = title.take();
    std::ranges::replace(line, '\n', ' ');
    return {
        .id = format::checked_id(format::trimmed(number), "the docno"), .title = std::move(line), .text = text.take()};
  }
};

/// Sorts the pieces of a TREC document into its fields. A field's elements may stand in each other, and need not be
/// closed: another field's beginning ends one, unless that is a text, of which all belongs to the text but the Federal
/// Register's <DOCTITLE>.
class TrecFields {
 public:
  explicit TrecFields(Parts& parts) : parts_(parts) {}

  bool has_content() const { return has_content_; }

  void add(const MarkupPiece& piece) {
    if (piece.kind == Kind::kText) return add_text(piece.text);
    const auto field = field_of(piece.name);
    if (field && piece.kind == Kind::kOpen) open(*field);
    if (field && piece.kind == Kind::kClose) close(*field);
    if (role_ == Role::kTitle || is_title_in_text_) parts_.title.add_tag(piece.name);
    if (role_ == Role::kText) parts_.text.add_tag(piece.name);
  }

 private:
  void add_text(std::string_view text) {
    if (!role_) return;
    if (role_ == Role::kNumber) {
      parts_.id += text;
    } else if (role_ == Role::kTitle || is_title_in_text_) {
      parts_.title.add(text);
    } else {
      parts_.text.add(text);
    }
  }

  void open(std::size_t field) {
    const FieldRow& row = kFields[field];
    if (role_ == Role::kText && row.role != Role::kText) {
      is_title_in_text_ = row.tag == "doctitle" && parts_.title.empty();
      return;
    }
    is_title_in_text_ = false;
    if (role_ != row.role) {
      open_.fill(0);
      all_open_ = 0;
      role_ = row.role;
    }
    if (row.role != Role::kNumber) has_content_ = true;
    if (row.role == Role::kText) parts_.text.begin_line();
    ++open_[field];
    ++all_open_;
  }

  void close(std::size_t field) {
    is_title_in_text_ = false;
    if (open_[field] == 0) return;
    --open_[field];
    if (--all_open_ == 0) role_.reset();
  }

  Parts& parts_;
  std::optional<Role> role_;  // of the elements that are open
  std::array<int, kFieldCount> open_{};
  int all_open_ = 0;
  bool is_title_in_text_ = false, has_content_ = false;
};

/// UTF-8, whatever it was.
std::string_view as_utf8(std::string_view bytes, std::string& converted) {
  if (format::is_utf8(bytes)) return bytes;
  return converted = format::from_windows_1252(bytes);
}

/// The document's opening tag, which is taken from the reader: its `id`, or nothing.
std::string id_attribute(MarkupReader& pieces) {
  const auto first = pieces.next();
  if (!first || first->kind != Kind::kOpen) return "";
  return std::string(format::attribute_value(first->attributes, "id").value_or(""));
}

/// All of a document that has none of the known elements, but for its number.
void add_everything(std::string_view document, FlowingText& text) {
  MarkupReader pieces(document);
  bool is_number = false;
  while (const auto piece = pieces.next()) {
    if (piece->name == "docno" || piece->name == "docid") is_number = piece->kind == Kind::kOpen;
    if (piece->kind != Kind::kText) text.add_tag(piece->name);
    if (piece->kind == Kind::kText && !is_number) text.add(piece->text);
  }
}

}  // namespace

CollectionDocument parse_trec(DocumentParser&, std::string_view bytes) {
  std::string converted;
  const std::string_view document = as_utf8(bytes, converted);
  MarkupReader pieces(document);
  const std::string id = id_attribute(pieces);
  Parts parts;
  TrecFields fields(parts);
  while (const auto piece = pieces.next()) fields.add(*piece);
  if (!fields.has_content()) add_everything(document, parts.text);
  return parts.finish(id);
}

CollectionDocument parse_trecweb(DocumentParser&, std::string_view bytes) {
  std::string converted;
  MarkupReader pieces(as_utf8(bytes, converted));
  const std::string id = id_attribute(pieces);
  Parts parts;
  bool is_number = false, is_title = false;
  while (const auto piece = pieces.next()) {
    if (piece->kind == Kind::kText) {
      if (is_number) {
        parts.id += piece->text;
      } else {
        (is_title ? parts.title : parts.text).add(piece->text);
      }
      continue;
    }
    const bool opens = piece->kind == Kind::kOpen;
    if (piece->name == "docno") {
      is_number = opens && parts.id.empty();
    } else {
      is_number = false;
      is_title = piece->name == "title" && opens && parts.title.empty();
    }
    if (opens && (piece->name == "script" || piece->name == "style" || piece->name == "dochdr"))
      pieces.skip_to_closing(std::string(piece->name));
    (is_title ? parts.title : parts.text).add_tag(piece->name);
  }
  return parts.finish(id);
}

}  // namespace heed::collection
