#include "collection/flowing_text.h"

#include <algorithm>
#include <utility>

namespace heed::collection {

namespace {

constexpr std::string_view kInline[] = {"a",   "abbr", "acronym", "b",     "bdo",  "big",    "cite",   "code",
                                        "dfn", "del",  "em",      "font",  "i",    "ins",    "kbd",    "mark",
                                        "q",   "s",    "samp",    "small", "span", "strike", "strong", "sub",
                                        "sup", "tt",   "u",       "var",   "wbr"};
constexpr std::string_view kBlocks[] = {
    "address", "article", "aside",    "blockquote", "body",   "br",   "caption", "center", "dd",   "dir",  "div",
    "dl",      "dt",      "fieldset", "figure",     "footer", "form", "h1",      "h2",     "h3",   "h4",   "h5",
    "h6",      "h7",      "h8",       "head",       "header", "hr",   "html",    "li",     "main", "menu", "nav",
    "ol",      "p",       "pre",      "section",    "table",  "tr",   "ul",      "option", "title"};

bool is_white(char c) {
  return static_cast<unsigned char>(c) <= ' ' || c == 0x7F;
}

}  // namespace

void FlowingText::add(std::string_view text) {
  if (text.find('&') == std::string_view::npos) return add_decoded(text);
  add_decoded(format::decoded_entities(text));
}

void FlowingText::add_decoded(std::string_view text) {
  constexpr std::string_view kNoBreakBlank = "\xC2\xA0";
  for (std::size_t at = 0; (at = text.find(kNoBreakBlank)) != std::string_view::npos;) {
    add_words(text.substr(0, at));
    widen(Gap::kBlank);
    text.remove_prefix(at + kNoBreakBlank.size());
  }
  add_words(text);
}

void FlowingText::add_words(std::string_view text) {
  while (!text.empty()) {
    const auto begin = std::ranges::find_if_not(text, is_white);
    if (begin != text.begin()) widen(Gap::kBlank);
    const auto end = std::find_if(begin, text.end(), is_white);
    if (begin == end) return;
    if (!text_.empty() && gap_ != Gap::kNone) text_ += gap_ == Gap::kLine ? '\n' : ' ';
    gap_ = Gap::kNone;
    text_.append(begin, end);
    text = {end, text.end()};
  }
}

void FlowingText::add_tag(std::string_view name) {
  if (std::ranges::find(kInline, name) != std::end(kInline)) return;
  widen(std::ranges::find(kBlocks, name) != std::end(kBlocks) ? Gap::kLine : Gap::kBlank);
}

void FlowingText::begin_line() {
  widen(Gap::kLine);
}

std::string FlowingText::take() {
  gap_ = Gap::kNone;
  return std::exchange(text_, {});
}

std::string text_of_html(std::string_view html) {
  using Kind = format::MarkupPiece::Kind;
  FlowingText text;
  format::MarkupReader pieces(html);
  while (const auto piece = pieces.next()) {
    if (piece->kind == Kind::kText) {
      text.add(piece->text);
      continue;
    }
    text.add_tag(piece->name);
    if (piece->kind == Kind::kOpen && (piece->name == "script" || piece->name == "style"))
      pieces.skip_to_closing(std::string(piece->name));
  }
  return text.take();
}

}  // namespace heed::collection
