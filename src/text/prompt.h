#pragma once

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace heed::text {

/// What a template's placeholders stand for; borrowed characters, any of which may be empty.
struct PromptFields {
  std::string_view query = {};
  std::string_view instruction = {};
  std::string_view title = {};
  std::string_view text = {};
};

/// A template: text with placeholders in braces. `{query}`, `{instruction}`, `{title}` and `{text}` are the fields as
/// they are. `{need}` is query and instruction joined by one blank, `{document}` title and text joined by one blank,
/// each stripped of white space at its ends (text::stripped), as the paper's harness joins them. Filling is one pass:
/// braces inside the fields are never expanded.
class Prompt {
 public:
  /// The empty template.
  Prompt() = default;

  /// Reads a template. A pair of braces around lower-case letters and underscores is a placeholder; other braces stand
  /// for themselves. Throws BadInput, which begins with `what` (the template's source) and lists the known names, for
  /// a placeholder that is none of the six.
  static Prompt parse(std::string_view pattern, std::string_view what);

  std::string fill(const PromptFields& fields) const;

  /// A filled template in three: what stands before the first placeholder that comes from the document ({title},
  /// {text}, {document}), from there to the end of the last one, and what follows. Without such a placeholder, all is
  /// `before`.
  struct Parts {
    std::string before;
    std::string document;
    std::string after;
  };
  /// before + document + after is fill(fields).
  Parts parts(const PromptFields& fields) const;

  /// Whether the placeholder, named without its braces, is in the template.
  bool mentions(std::string_view placeholder) const;

  /// The template as it was given.
  const std::string& pattern() const { return pattern_; }

  bool operator==(const Prompt& other) const { return pattern_ == other.pattern_; }

  /// The names that parse() knows, without braces.
  static constexpr std::array<std::string_view, 6> kPlaceholders = {"query", "instruction", "title",
                                                                    "text",  "need",        "document"};

 private:
  /// Text as it stands, or a placeholder: its position in kPlaceholders.
  struct Piece {
    std::string literal;
    std::optional<std::size_t> placeholder;
  };

  std::string fill(std::size_t begin, std::size_t end, const PromptFields& fields) const;

  std::string pattern_;
  std::vector<Piece> pieces_;
  std::size_t document_begin_ = 0;  // pieces_[document_begin_, document_end_) is what may be cut
  std::size_t document_end_ = 0;
};

/// before + document + after where that has at most `max_tokens` tokens; otherwise the same with the end of the
/// document cut at a code point, and the white space that then ends it cut too. One code point more does not fit (found
/// by bisection: where counting is not monotone, a longer piece might). What stands before and after is never cut.
/// `count_tokens` counts a whole prompt, special tokens included. Throws BadInput, with the tokens needed and the
/// limit, where not even an empty document fits.
std::string fit_document(const Prompt::Parts& parts, int max_tokens,
                         const std::function<int(std::string_view)>& count_tokens);

}  // namespace heed::text
