#include "format/sgml.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "base/ascii.h"
#include "base/error.h"
#include "format/byte_reader.h"
#include "format/fields.h"

namespace heed::format {

using base::is_letter;
using base::is_white_space;

namespace {

constexpr std::string_view kComment = "<!--", kCdata = "<![CDATA[";

bool is_name_character(char c) {
  return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == ':';
}

SgmlEvent text_event(std::string_view text) {
  SgmlEvent event;
  event.text = text;
  return event;
}

std::string utf8(std::uint32_t point) {
  const auto tail = [&](int shift) { return static_cast<char>(0x80 | ((point >> shift) & 0x3F)); };
  if (point < 0x80) return {static_cast<char>(point)};
  if (point < 0x800) return {static_cast<char>(0xC0 | (point >> 6)), tail(0)};
  if (point < 0x10000) return {static_cast<char>(0xE0 | (point >> 12)), tail(6), tail(0)};
  return {static_cast<char>(0xF0 | (point >> 18)), tail(12), tail(6), tail(0)};
}

/// What the entity stands for, `name` being what is between & and ;. Empty where that is no entity we know.
std::string meaning_of(std::string_view name) {
  constexpr std::pair<std::string_view, std::string_view> kNamed[] = {
      {"amp", "&"}, {"lt", "<"}, {"gt", ">"}, {"quot", "\""}, {"apos", "'"}};
  for (const auto& [known, meaning] : kNamed)
    if (name == known) return std::string(meaning);
  if (!name.starts_with('#')) return "";
  name.remove_prefix(1);
  const bool is_hex = name.starts_with('x') || name.starts_with('X');
  if (is_hex) name.remove_prefix(1);
  std::uint32_t point = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), point, is_hex ? 16 : 10);
  if (error != std::errc() || end != name.data() + name.size()) return "";
  const bool is_surrogate = point >= 0xD800 && point <= 0xDFFF;
  return point == 0 || point > 0x10FFFF || is_surrogate ? "" : utf8(point);
}

std::string decode(std::string_view text) {
  constexpr std::size_t kLongest = 12;  // of a name, with room for leading zeros
  std::string result;
  while (true) {
    const std::size_t at = text.find('&');
    result.append(text.substr(0, at));
    if (at == std::string_view::npos) return result;
    text.remove_prefix(at);
    const std::size_t end = text.substr(0, kLongest).find(';');
    const std::string meaning = end == std::string_view::npos ? "" : meaning_of(text.substr(1, end - 1));
    result.append(meaning.empty() ? "&" : meaning);
    text.remove_prefix(meaning.empty() ? 1 : end + 1);
  }
}

}  // namespace

SgmlReader::SgmlReader(const std::filesystem::path& path)
    : name_(path == "-" ? "standard input" : path.string()), content_(read_all(path)) {}

std::optional<SgmlEvent> SgmlReader::next() {
  while (at_ < content_.size()) {
    line_ += std::count(content_.data() + counted_, content_.data() + at_, '\n');
    counted_ = at_;
    if (stands_at(at_, kComment)) {
      up_to_past("-->", "comment");
    } else if (stands_at(at_, kCdata)) {
      return text_event(up_to_past("]]>", "CDATA section").substr(kCdata.size()));
    } else if (is_declaration(at_)) {
      skip_declaration();
    } else {
      return is_tag(at_) ? tag() : text();
    }
  }
  return std::nullopt;
}

bool SgmlReader::stands_at(std::size_t at, std::string_view what) const {
  return content_.compare(at, what.size(), what) == 0;
}

bool SgmlReader::is_declaration(std::size_t at) const {
  return (stands_at(at, "<!") || stands_at(at, "<?")) && at + 2 < content_.size() && is_letter(content_[at + 2]);
}

bool SgmlReader::is_tag(std::size_t at) const {
  const std::size_t begin = at + (stands_at(at, "</") ? 2 : 1);
  if (content_[at] != '<' || begin >= content_.size() || !is_letter(content_[begin])) return false;
  std::size_t end = begin;
  while (end < content_.size() && is_name_character(content_[end])) ++end;
  if (end == content_.size() || !(is_white_space(content_[end]) || content_[end] == '/' || content_[end] == '>'))
    return false;
  end = content_.find_first_of("<>", end);
  return end != std::string::npos && content_[end] == '>';
}

void SgmlReader::skip_declaration() {
  int depth = 0;
  for (std::size_t i = at_; i < content_.size(); ++i) {
    if (depth > 0 && stands_at(i, kComment)) {
      i = content_.find("-->", i);
      if (i == std::string::npos) break;
    } else if (content_[i] == '[') {
      ++depth;
    } else if (content_[i] == ']') {
      --depth;
    } else if (content_[i] == '>' && depth <= 0) {
      at_ = i + 1;
      return;
    }
  }
  fail("a declaration that begins here is not closed");
}

std::string_view SgmlReader::up_to_past(std::string_view closing, std::string_view what) {
  const std::size_t end = content_.find(closing, at_);
  if (end == std::string::npos) fail("a " + std::string(what) + " that begins here is not closed");
  const auto piece = std::string_view(content_).substr(at_, end - at_);
  at_ = end + closing.size();
  return piece;
}

SgmlEvent SgmlReader::tag() {
  std::string_view inside = up_to_past(">", "tag").substr(1);
  SgmlEvent event;
  event.kind = inside.starts_with('/') ? SgmlEvent::Kind::kClose : SgmlEvent::Kind::kOpen;
  if (event.kind == SgmlEvent::Kind::kClose) inside.remove_prefix(1);
  if (inside.ends_with('/')) inside.remove_suffix(1);
  const auto name_end = std::ranges::find_if_not(inside, is_name_character);
  lower_name_ = base::lower_case(std::string_view(inside.begin(), name_end));
  event.name = lower_name_;
  event.attributes = trimmed(inside.substr(lower_name_.size()));
  return event;
}

SgmlEvent SgmlReader::text() {
  const auto is_markup = [this](std::size_t at) {
    return stands_at(at, kComment) || stands_at(at, kCdata) || is_declaration(at) || is_tag(at);
  };
  std::size_t end = content_.find('<', at_ + 1);
  while (end != std::string::npos && !is_markup(end)) end = content_.find('<', end + 1);
  std::string_view piece = std::string_view(content_).substr(at_, end - at_);
  at_ += piece.size();
  if (piece.find('&') != std::string_view::npos) piece = decoded_ = decode(piece);
  return text_event(piece);
}

void SgmlReader::fail(std::string_view what) const {
  throw base::BadInput(name_ + ":" + std::to_string(line_) + ": " + std::string(what));
}

}  // namespace heed::format
