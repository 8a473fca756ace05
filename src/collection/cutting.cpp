#include "collection/cutting.h"

#include <cstring>

#include "base/ascii.h"

namespace heed::collection {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// A line that is too long: passes over the rest of it.
CutDocument pass_over_line(StreamWindow& window) {
  const CutDocument document{.offset = window.offset(), .bytes = {}, .is_too_long = true};
  while (true) {
    const std::size_t end = window.view().find('\n');
    window.take(end == std::string_view::npos ? window.view().size() : end + 1);
    if (end != std::string_view::npos || !window.more()) return document;
  }
}

/// The next line, blank or not.
std::optional<CutDocument> cut_any_line(StreamWindow& window) {
  for (std::size_t searched = 0;;) {
    const std::string_view view = window.view();
    std::size_t end = view.find('\n', searched);
    if (end > kLargestDocument && view.size() > kLargestDocument) return pass_over_line(window);
    searched = view.size();
    const bool is_last = end == std::string_view::npos && !window.more();
    if (end == std::string_view::npos && !is_last) continue;
    if (is_last && window.view().empty()) return std::nullopt;
    if (is_last) end = window.view().size();
    const CutDocument line{.offset = window.offset(), .bytes = window.view().substr(0, end)};
    window.take(end + (is_last ? 0 : 1));
    return line;
  }
}

enum class Mark { kNone, kOpen, kClose };

/// A `<DOC>` or `</DOC>`; where there is none, from where to search on.
struct FoundMark {
  Mark mark = Mark::kNone;
  std::size_t at = 0;
};

/// What stands at this `<`.
Mark mark_at(std::string_view text) {
  const bool is_close = text.substr(0, 2) == "</";
  text.remove_prefix(is_close ? 2 : 1);
  if (text.size() < 4 || !base::is_same_name(text.substr(0, 3), "doc")) return Mark::kNone;
  if (text[3] != '>' && text[3] != ' ' && (text[3] < '\t' || text[3] > '\r')) return Mark::kNone;
  return is_close ? Mark::kClose : Mark::kOpen;
}

FoundMark find_mark(std::string_view view, std::size_t from) {
  constexpr std::size_t kLongestMark = 6;
  while (true) {
    const std::size_t at = view.find('<', from);
    if (at == std::string_view::npos) return {.mark = Mark::kNone, .at = view.size()};
    if (const Mark mark = mark_at(view.substr(at, kLongestMark)); mark != Mark::kNone) return {.mark = mark, .at = at};
    if (view.size() - at < kLongestMark) return {.mark = Mark::kNone, .at = at};
    from = at + 1;
  }
}

/// Goes to the next `<DOC>`; false where there is none.
bool go_to_element(StreamWindow& window) {
  while (true) {
    const FoundMark found = find_mark(window.view(), 0);
    window.take(found.at);
    if (found.mark == Mark::kOpen) return true;
    if (found.mark == Mark::kClose) window.take(1);
    if (found.mark == Mark::kNone && !window.more()) return false;
  }
}

/// The same, where the element that the window stands in is too long; passes over the rest of it.
void pass_over_element(StreamWindow& window) {
  for (std::size_t from = 1;; from = 0) {
    const FoundMark found = find_mark(window.view(), from);
    window.take(found.at);
    if (found.mark != Mark::kNone || !window.more()) return;
  }
}

}  // namespace

std::optional<CutDocument> cut_line(StreamWindow& window) {
  while (auto line = cut_any_line(window)) {
    if (line->offset == 0 && line->bytes.starts_with(kByteOrderMark)) line->bytes.remove_prefix(kByteOrderMark.size());
    if (line->bytes.ends_with('\r')) line->bytes.remove_suffix(1);
    if (line->is_too_long || line->bytes.find_first_not_of(" \t\r\v\f") != std::string_view::npos) return line;
  }
  return std::nullopt;
}

std::optional<CutDocument> cut_element(StreamWindow& window) {
  if (!go_to_element(window)) return std::nullopt;
  for (std::size_t searched = 1;;) {
    FoundMark found = find_mark(window.view(), searched);
    if (found.at > kLargestDocument) {
      const CutDocument document{.offset = window.offset(), .bytes = {}, .is_too_long = true};
      pass_over_element(window);
      return document;
    }
    searched = found.at;
    if (found.mark == Mark::kNone && window.more()) continue;
    if (found.mark == Mark::kNone) found.at = window.view().size();
    const CutDocument document{.offset = window.offset(), .bytes = window.view().substr(0, found.at)};
    window.take(found.at);
    return document;
  }
}

std::optional<CutDocument> cut_whole(StreamWindow& window) {
  while (window.view().size() <= kLargestDocument && window.more()) continue;
  const CutDocument whole{.offset = window.offset(), .bytes = window.view()};
  if (whole.bytes.size() <= kLargestDocument) {
    window.take(whole.bytes.size());
    return whole.bytes.empty() ? std::nullopt : std::optional(whole);
  }
  do window.take(window.view().size());
  while (window.more());
  return CutDocument{.offset = whole.offset, .bytes = {}, .is_too_long = true};
}

}  // namespace heed::collection
