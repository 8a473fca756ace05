#include "collection/cutting.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace heed::collection {
namespace {

/// Gives the text in pieces of that size.
StreamWindow::Read in_pieces(std::string text, std::size_t piece) {
  return [text = std::move(text), piece, at = std::size_t{0}](std::span<char> into) mutable {
    const std::size_t count = std::min({piece, into.size(), text.size() - at});
    std::copy_n(text.data() + at, count, into.data());
    at += count;
    return count;
  };
}

/// What is cut, each with its offset: `3:text`.
std::vector<std::string> cuts(Cut cut, const std::string& text, std::size_t piece) {
  StreamWindow window;
  window.open(in_pieces(text, piece));
  std::vector<std::string> result;
  while (const auto document = cut(window))
    result.push_back(std::to_string(document->offset) + ":" + std::string(document->bytes));
  return result;
}

using Cuts = std::vector<std::string>;

void expect_cuts(Cut cut, const std::string& text, const Cuts& expected) {
  for (const std::size_t piece : {1UL, 2UL, 7UL, 1000UL}) EXPECT_EQ(cuts(cut, text, piece), expected) << piece;
}

TEST(Cutting, LinesEndHoweverTheyEnd) {
  expect_cuts(cut_line,
              "\xEF\xBB\xBF"
              "a\r\n\n \t\r\nb c\nd",
              {"0:a", "11:b c", "15:d"});
  expect_cuts(cut_line, "", {});
  expect_cuts(cut_line, "\n\n", {});
}

TEST(Cutting, ANulEndsNothing) {
  expect_cuts(cut_line, std::string("a\0b\nc", 5), {std::string("0:a\0b", 5), "4:c"});
  expect_cuts(cut_element, std::string("<DOC>a\0b</DOC>", 14), {std::string("0:<DOC>a\0b", 10)});
}

TEST(Cutting, AnElementEndsAtItsEndOrBeforeTheNextOrWithTheFile) {
  expect_cuts(cut_element, "x</DOC><DOC>1</DOC>y<doc id=\"2\">2</doc ><Doc\n>3<DOC>4",
              {"7:<DOC>1", "20:<doc id=\"2\">2", "40:<Doc\n>3", "47:<DOC>4"});
}

TEST(Cutting, OtherTagsThatBeginLikeItAreNotIt) {
  expect_cuts(cut_element, "<DOCS><DOC><DOCNO>1</DOCNO><DOCHDR></DOCHDR>< DOC></DOC>",
              {"6:<DOC><DOCNO>1</DOCNO><DOCHDR></DOCHDR>< DOC>"});
  expect_cuts(cut_element, "<DOCNO>1</DOCNO>", {});
  expect_cuts(cut_element, "<DO", {});
}

TEST(Cutting, AWholeStreamIsOneDocument) {
  expect_cuts(cut_whole, "a\n\nb", {"0:a\n\nb"});
  expect_cuts(cut_whole, "", {});
}

/// 300 MB of one byte, then the rest.
StreamWindow::Read long_text(std::string begin, std::string end) {
  return [begin = std::move(begin), end = std::move(end), left = std::size_t{300} << 20,
          state = 0](std::span<char> into) mutable -> std::size_t {
    if (state == 1 && left == 0) state = 2;
    if (state == 3) return 0;
    if (state == 1) {
      const std::size_t count = std::min(left, into.size());
      std::fill_n(into.begin(), count, 'x');
      left -= count;
      return count;
    }
    const std::string& text = state == 0 ? begin : end;
    ++state;
    std::copy_n(text.data(), text.size(), into.data());
    return text.size();
  };
}

TEST(Cutting, WhatIsTooLongIsOneDocumentInBoundedMemory) {
  struct Case {
    Cut cut;
    std::string begin, end;
  };
  for (const Case& one : {Case{cut_line, "a\n", "\nb"}, Case{cut_element, "<DOC>a</DOC><DOC>", "</DOC><DOC>b"},
                          Case{cut_element, "<DOC>a<DOC>", "<DOC>b"}}) {
    StreamWindow window;
    window.open(long_text(one.begin, one.end));
    EXPECT_FALSE(one.cut(window)->is_too_long);
    const auto too_long = one.cut(window);
    EXPECT_TRUE(too_long->is_too_long);
    EXPECT_TRUE(too_long->bytes.empty());
    EXPECT_TRUE(one.cut(window)->bytes.ends_with('b'));
    EXPECT_FALSE(one.cut(window));
    EXPECT_LE(window.capacity(), 3 * kLargestDocument);
  }
  StreamWindow window;
  window.open(long_text("a", "b"));
  EXPECT_TRUE(cut_whole(window)->is_too_long);
  EXPECT_FALSE(cut_whole(window));
  EXPECT_LE(window.capacity(), 3 * kLargestDocument);
}

}  // namespace
}  // namespace heed::collection
