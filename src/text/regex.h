#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "text/characters.h"
#include "text/json_part.h"

namespace heed::text {

/// A match of a pattern in one of several stretches of a text.
struct Match {
  std::size_t region = 0;
  Span span;
};

/// What is looked for in a text: a regular expression (ICU's syntax with Oniguruma's `\w` and `\h`; `^` and `$` at
/// every line, which only \n ends), or a string as it is written.
class Pattern {
 public:
  /// Throws BadInput where `expression` is no regular expression.
  static Pattern regex(std::string_view expression);
  static Pattern literal(std::string_view text);

  /// The matches, region by region from the left; empty ones too, but not at the end of the match before. An expression
  /// sees of the text only the region.
  /// Throws BadInput where an expression goes back and forth for too long. REQUIRES: text is valid UTF-8, regions are
  /// in order and do not overlap.
  std::vector<Match> matches(std::string_view text, std::span<const Span> regions) const;

 private:
  struct Compiled;
  std::string literal_;
  std::shared_ptr<const Compiled> compiled_;  // none where the pattern is a string
};

/// The "pattern" of a description: {"String": ..} or {"Regex": ..}. Throws BadInput.
Pattern read_pattern(const JsonPart& description);

}  // namespace heed::text
