#include "report/word_diff.h"

#include <algorithm>
#include <cstdint>
#include <span>

namespace heed::report {

using Change = DiffPart::Change;

namespace {

using Words = std::vector<std::string_view>;
using WordSpan = std::span<const std::string_view>;

/// The largest table of lengths that is worth its memory.
constexpr std::size_t kMostCells = 4'000'000;

Words words_of(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\n\v\f\r";
  Words words;
  for (std::size_t begin = text.find_first_not_of(kBlanks); begin != std::string_view::npos;) {
    const std::size_t end = std::min(text.find_first_of(kBlanks, begin), text.size());
    words.push_back(text.substr(begin, end - begin));
    begin = text.find_first_not_of(kBlanks, end);
  }
  return words;
}

void add(WordSpan words, Change change, std::vector<DiffPart>& parts) {
  for (const std::string_view word : words) {
    if (parts.empty() || parts.back().change != change)
      parts.push_back({change, std::string(word)});
    else
      parts.back().text.append(" ").append(word);
  }
}

/// What differs at both ends: lengths[i][j] is how many words the rests from i and from j have in common, at most.
void add_difference(WordSpan before, WordSpan after, std::vector<DiffPart>& parts) {
  const std::size_t rows = before.size(), columns = after.size(), width = columns + 1;
  if ((rows + 1) * width > kMostCells) {
    add(before, Change::kRemoved, parts);
    return add(after, Change::kAdded, parts);
  }
  std::vector<std::uint32_t> lengths((rows + 1) * width, 0);
  for (std::size_t i = rows; i-- > 0;)
    for (std::size_t j = columns; j-- > 0;)
      lengths[i * width + j] = before[i] == after[j]
                                   ? lengths[(i + 1) * width + j + 1] + 1
                                   : std::max(lengths[(i + 1) * width + j], lengths[i * width + j + 1]);
  std::size_t i = 0, j = 0;
  while (i < rows || j < columns) {
    if (i < rows && j < columns && before[i] == after[j]) {
      add(before.subspan(i, 1), Change::kSame, parts);
      ++i, ++j;
    } else if (j == columns || (i < rows && lengths[(i + 1) * width + j] >= lengths[i * width + j + 1])) {
      add(before.subspan(i++, 1), Change::kRemoved, parts);
    } else {
      add(after.subspan(j++, 1), Change::kAdded, parts);
    }
  }
}

}  // namespace

std::vector<DiffPart> word_diff(std::string_view before, std::string_view after) {
  const Words a = words_of(before), b = words_of(after);
  const auto first = std::ranges::mismatch(a, b);
  const auto begin = static_cast<std::size_t>(first.in1 - a.begin());
  const std::size_t most = std::min(a.size(), b.size()) - begin;
  std::size_t end = 0;
  while (end < most && a[a.size() - 1 - end] == b[b.size() - 1 - end]) ++end;
  std::vector<DiffPart> parts;
  const WordSpan all(a);
  add(all.first(begin), Change::kSame, parts);
  add_difference(all.subspan(begin, a.size() - begin - end), WordSpan(b).subspan(begin, b.size() - begin - end), parts);
  add(all.last(end), Change::kSame, parts);
  return parts;
}

}  // namespace heed::report
