#include "format/markup.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <utility>

#include "base/ascii.h"
#include "format/encoding.h"
#include "format/fields.h"

namespace heed::format {

using base::is_letter;
using base::is_white_space;
using base::lower_case;

namespace {

bool is_name_character(char c) {
  return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == ':';
}

/// HTML's names of the characters 160 to 255, in that order.
constexpr std::string_view kLatin1[] = {
    "nbsp",   "iexcl",  "cent",   "pound",  "curren", "yen",    "brvbar", "sect",   "uml",    "copy",   "ordf",
    "laquo",  "not",    "shy",    "reg",    "macr",   "deg",    "plusmn", "sup2",   "sup3",   "acute",  "micro",
    "para",   "middot", "cedil",  "sup1",   "ordm",   "raquo",  "frac14", "frac12", "frac34", "iquest", "Agrave",
    "Aacute", "Acirc",  "Atilde", "Auml",   "Aring",  "AElig",  "Ccedil", "Egrave", "Eacute", "Ecirc",  "Euml",
    "Igrave", "Iacute", "Icirc",  "Iuml",   "ETH",    "Ntilde", "Ograve", "Oacute", "Ocirc",  "Otilde", "Ouml",
    "times",  "Oslash", "Ugrave", "Uacute", "Ucirc",  "Uuml",   "Yacute", "THORN",  "szlig",  "agrave", "aacute",
    "acirc",  "atilde", "auml",   "aring",  "aelig",  "ccedil", "egrave", "eacute", "ecirc",  "euml",   "igrave",
    "iacute", "icirc",  "iuml",   "eth",    "ntilde", "ograve", "oacute", "ocirc",  "otilde", "ouml",   "divide",
    "oslash", "ugrave", "uacute", "ucirc",  "uuml",   "yacute", "thorn",  "yuml"};
static_assert(std::size(kLatin1) == 96);

/// HTML's names of the Greek letters from 913 and from 945, in that order; 930 and nothing else is no letter.
constexpr std::string_view kGreek[] = {
    "alpha", "beta",    "gamma", "delta", "epsilon", "zeta",  "eta", "theta",   "iota", "kappa", "lambda", "mu",   "nu",
    "xi",    "omicron", "pi",    "rho",   "sigmaf",  "sigma", "tau", "upsilon", "phi",  "chi",   "psi",    "omega"};
static_assert(std::size(kGreek) == 25);

struct Entity {
  std::string_view name;
  std::uint32_t point;
};

/// Other names: HTML's, then those that the collections on TREC's disks have beside them.
constexpr Entity kOthers[] = {
    {"amp", '&'},       {"lt", '<'},        {"gt", '>'},        {"quot", '"'},      {"apos", '\''},
    {"ndash", 0x2013},  {"mdash", 0x2014},  {"lsquo", 0x2018},  {"rsquo", 0x2019},  {"sbquo", 0x201A},
    {"ldquo", 0x201C},  {"rdquo", 0x201D},  {"bdquo", 0x201E},  {"dagger", 0x2020}, {"Dagger", 0x2021},
    {"bull", 0x2022},   {"hellip", 0x2026}, {"permil", 0x2030}, {"prime", 0x2032},  {"Prime", 0x2033},
    {"lsaquo", 0x2039}, {"rsaquo", 0x203A}, {"euro", 0x20AC},   {"trade", 0x2122},  {"larr", 0x2190},
    {"uarr", 0x2191},   {"rarr", 0x2192},   {"darr", 0x2193},   {"minus", 0x2212},  {"radic", 0x221A},
    {"infin", 0x221E},  {"asymp", 0x2248},  {"ne", 0x2260},     {"equiv", 0x2261},  {"le", 0x2264},
    {"ge", 0x2265},     {"sum", 0x2211},    {"part", 0x2202},   {"OElig", 0x0152},  {"oelig", 0x0153},
    {"Scaron", 0x0160}, {"scaron", 0x0161}, {"fnof", 0x0192},   {"ensp", ' '},      {"emsp", ' '},
    {"thinsp", ' '},    {"hyph", '-'},      {"blank", ' '},     {"cir", 0x25CB},    {"dash", 0x2010},
    {"lsqb", '['},      {"rsqb", ']'},      {"lcub", '{'},      {"rcub", '}'},      {"lpar", '('},
    {"rpar", ')'},      {"dollar", '$'},    {"percnt", '%'},    {"num", '#'},       {"ast", '*'},
    {"plus", '+'},      {"equals", '='},    {"commat", '@'},    {"lowbar", '_'},    {"verbar", '|'},
    {"sol", '/'},       {"bsol", '\\'},     {"excl", '!'},      {"quest", '?'},     {"colon", ':'},
    {"semi", ';'},      {"comma", ','},     {"period", '.'},    {"check", 0x2713},  {"square", 0x25A1},
    {"squ", 0x25A1},    {"star", 0x2606},   {"utri", 0x25B5},   {"rtri", 0x25B9},   {"dtri", 0x25BF},
    {"ccaron", 0x010D}, {"cacute", 0x0107}, {"inodot", 0x0131}, {"lstrok", 0x0142}, {"Lstrok", 0x0141},
    {"nacute", 0x0144}, {"sacute", 0x015B}, {"zacute", 0x017A}, {"zcaron", 0x017E}, {"half", 0xBD},
    {"frac13", 0x2153}, {"frac23", 0x2154}, {"frac18", 0x215B}, {"frac38", 0x215C}, {"frac58", 0x215D},
    {"frac78", 0x215E}, {"thgr", 0x03B8},   {"agr", 0x03B1},    {"bgr", 0x03B2},    {"mgr", 0x03BC}};

std::optional<std::uint32_t> point_of(std::string_view name) {
  for (const Entity& entity : kOthers)
    if (entity.name == name) return entity.point;
  if (const auto at = std::ranges::find(kLatin1, name); at != std::end(kLatin1))
    return 160 + static_cast<std::uint32_t>(at - kLatin1);
  const auto at =
      std::ranges::find_if(kGreek, [&](std::string_view letter) { return base::is_same_name(letter, name); });
  if (at == std::end(kGreek) ||
      (name.size() > 1 && !std::ranges::all_of(name.substr(1), [](char c) { return c >= 'a' && c <= 'z'; })))
    return std::nullopt;
  const auto place = static_cast<std::uint32_t>(at - kGreek);
  return (name.front() < 'a' && *at != "sigmaf" ? 913U : 945U) + place;
}

std::optional<std::uint32_t> numbered_point(std::string_view digits) {
  const bool is_hex = digits.starts_with('x') || digits.starts_with('X');
  if (is_hex) digits.remove_prefix(1);
  std::uint32_t point = 0;
  const char* const last = digits.data() + digits.size();
  const auto [end, error] = std::from_chars(digits.data(), last, point, is_hex ? 16 : 10);
  if (error != std::errc() || end != last || point > 0x10FFFF) return std::nullopt;
  if (point >= 0xD800 && point <= 0xDFFF) return std::nullopt;
  if (point == 0) return std::nullopt;
  return point < 256 ? windows_1252(static_cast<unsigned char>(point)) : point;
}

/// The character that the entity of that name stands for, or nothing.
std::optional<std::uint32_t> meaning_of(std::string_view name) {
  if (name.starts_with('#')) return numbered_point(name.substr(1));
  if (const auto point = point_of(name)) return point;
  return point_of(lower_case(name));
}

void append_meaning(std::string& text, std::uint32_t point) {
  constexpr std::uint32_t kNoBreakBlank = 160, kSoftHyphen = 173;
  if (point == kSoftHyphen) return;
  append_utf8(text, point == kNoBreakBlank ? ' ' : point);
}

}  // namespace

std::optional<MarkupPiece> MarkupReader::next() {
  while (at_ < text_.size()) {
    if (text_[at_] == '<') {
      if (const auto end = tag_end(at_)) return tag(*end);
      if (const auto end = ignored_end(at_)) {
        at_ = *end;
        continue;
      }
    }
    const std::size_t begin = at_;
    at_ = std::min(text_.find('<', at_ + 1), text_.size());
    return MarkupPiece{.text = text_.substr(begin, at_ - begin)};
  }
  return std::nullopt;
}

/// Past the `>` of the tag that begins there, or nothing where none does.
std::optional<std::size_t> MarkupReader::tag_end(std::size_t at) const {
  std::size_t i = at + 1;
  if (i < text_.size() && text_[i] == '/') ++i;
  if (i >= text_.size() || !is_letter(text_[i])) return std::nullopt;
  while (i < text_.size() && is_name_character(text_[i])) ++i;
  if (i == text_.size() || !(is_white_space(text_[i]) || text_[i] == '/' || text_[i] == '>')) return std::nullopt;
  const std::size_t limit = std::min(text_.find('<', i), text_.size());
  for (; i < limit; ++i) {
    if (text_[i] == '>') return i + 1;
    if (text_[i] != '"' && text_[i] != '\'') continue;
    if (text_[i - 1] != '=') continue;
    const std::size_t closing = text_.substr(0, limit).find(text_[i], i + 1);
    if (closing != std::string_view::npos) i = closing;
  }
  return std::nullopt;
}

/// Past the comment, declaration or instruction that begins there, or nothing where none does.
std::optional<std::size_t> MarkupReader::ignored_end(std::size_t at) {
  const std::string_view rest = text_.substr(at);
  const bool is_comment = rest.starts_with("<!--");
  const bool is_declaration =
      rest.size() > 2 && (rest[1] == '!' || rest[1] == '?') && (is_letter(rest[2]) || rest[2] == '[');
  if (!is_comment && !is_declaration) return std::nullopt;
  if (is_comment && !no_comment_ends_) {
    const std::size_t end = text_.find("-->", at + 2);
    if (end != std::string_view::npos) return end + 3;
    no_comment_ends_ = true;
  }
  const std::size_t end = text_.find_first_of("<>", at + 1);
  if (end == std::string_view::npos || text_[end] != '>') return std::nullopt;
  return end + 1;
}

MarkupPiece MarkupReader::tag(std::size_t end) {
  constexpr std::size_t kLongestName = 64;
  std::string_view inside = text_.substr(at_ + 1, end - at_ - 2);
  at_ = end;
  MarkupPiece piece{.kind = MarkupPiece::Kind::kOpen};
  if (inside.starts_with('/')) {
    piece.kind = MarkupPiece::Kind::kClose;
    inside.remove_prefix(1);
  }
  if (inside.ends_with('/')) inside.remove_suffix(1);
  const auto name_end = std::ranges::find_if_not(inside, is_name_character);
  const auto size = static_cast<std::size_t>(name_end - inside.begin());
  name_ = lower_case(inside.substr(0, std::min(size, kLongestName)));
  piece.name = name_;
  piece.attributes = trimmed(inside.substr(size));
  return piece;
}

void MarkupReader::skip_to_closing(std::string_view name) {
  if (std::ranges::find(unclosed_, name) != unclosed_.end()) return;
  for (std::size_t at = text_.find("</", at_); at != std::string_view::npos; at = text_.find("</", at + 2)) {
    if (!base::is_same_name(text_.substr(at + 2, name.size()), name) || !tag_end(at)) continue;
    const std::size_t after = at + 2 + name.size();
    if (after < text_.size() && is_name_character(text_[after])) continue;
    at_ = at;
    return;
  }
  unclosed_.emplace_back(name);
}

std::optional<std::string_view> attribute_value(std::string_view attributes, std::string_view name) {
  while (true) {
    attributes = trimmed(attributes);
    if (attributes.empty()) return std::nullopt;
    const std::size_t name_end = std::min(attributes.find_first_of("= \t\r\n"), attributes.size());
    const bool is_it = base::is_same_name(attributes.substr(0, name_end), name);
    attributes = trimmed(attributes.substr(name_end));
    std::string_view value;
    if (attributes.starts_with('=')) {
      attributes = trimmed(attributes.substr(1));
      const bool is_quoted = attributes.starts_with('"') || attributes.starts_with('\'');
      const std::size_t end = is_quoted ? attributes.find(attributes.front(), 1) : attributes.find_first_of(" \t\r\n");
      value = attributes.substr(is_quoted ? 1 : 0, end == std::string_view::npos ? end : end - (is_quoted ? 1 : 0));
      attributes.remove_prefix(end == std::string_view::npos ? attributes.size() : end + 1);
    }
    if (is_it) return value;
  }
}

std::string decoded_entities(std::string_view text) {
  constexpr std::size_t kLongest = 12;  // of a name with & and ;, with room for leading zeros
  std::string result;
  while (true) {
    const std::size_t at = text.find('&');
    result.append(text.substr(0, at));
    if (at == std::string_view::npos) return result;
    text.remove_prefix(at);
    const std::size_t end = text.substr(0, kLongest).find(';');
    const auto point = end == std::string_view::npos ? std::nullopt : meaning_of(text.substr(1, end - 1));
    if (point) {
      append_meaning(result, *point);
    } else {
      result += '&';
    }
    text.remove_prefix(point ? end + 1 : 1);
  }
}

}  // namespace heed::format
