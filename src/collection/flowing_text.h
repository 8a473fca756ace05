#pragma once

#include <string>
#include <string_view>

#include "format/markup.h"

namespace heed::collection {

/// Puts a text together from the pieces of marked-up text: runs of white space, no-break blanks and control characters
/// become one blank, blocks lines of their own, nothing stands at the ends.
class FlowingText {
 public:
  /// A text between tags, its entities not yet decoded.
  void add(std::string_view text);
  /// The same without entities.
  void add_decoded(std::string_view text);
  /// A tag: those that stand inside a word or a sentence (b, sup) part nothing, those of blocks (p, br, li) begin
  /// a line, any other is a blank.
  void add_tag(std::string_view name);
  void begin_line();
  bool empty() const { return text_.empty(); }
  /// The text, which is taken out.
  std::string take();

 private:
  enum class Gap { kNone, kBlank, kLine };
  void add_words(std::string_view text);
  void widen(Gap gap) {
    if (gap_ < gap) gap_ = gap;
  }

  std::string text_;
  Gap gap_ = Gap::kNone;  // what comes before the next character
};

/// The text of a piece of HTML, without its tags and what is in scripts and styles.
std::string text_of_html(std::string_view html);

}  // namespace heed::collection
