#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace heed::format {

/// One piece of a marked-up text: a tag, or what stands between two.
struct MarkupPiece {
  enum class Kind { kOpen, kClose, kText };
  Kind kind = Kind::kText;
  std::string_view name{};        ///< of a tag, in lower case; of a name longer than 64 bytes, the first 64
  std::string_view attributes{};  ///< of an opening tag, as they are written
  std::string_view text{};        ///< with its entities as they are written: decoded_entities()
};

/// Takes the markup of documents apart: the SGML of TREC's collections and HTML, neither of which is well-formed. No
/// input is an error, and no text is lost to a broken tag: `<` begins a tag only where a name follows and `>` comes
/// before the next `<` (an attribute's quoted value may have `>` in it); everywhere else it is text. Comments,
/// declarations and processing instructions are passed over; a comment that is not closed ends at its first `>`.
/// Takes time linear in the text and constant memory, however deep tags stand in each other.
class MarkupReader {
 public:
  /// Borrows the text.
  explicit MarkupReader(std::string_view text) : text_(text) {}

  /// The next piece, valid until the next call; nothing at the end.
  std::optional<MarkupPiece> next();

  /// Passes over what comes before the next `</name`, which next() then returns; where there is none, nothing.
  /// For the few elements whose content is no markup: `script`. `name` in lower case.
  void skip_to_closing(std::string_view name);

  /// Where next() goes on.
  std::size_t position() const { return at_; }

 private:
  std::optional<std::size_t> tag_end(std::size_t at) const;
  std::optional<std::size_t> ignored_end(std::size_t at);
  MarkupPiece tag(std::size_t end);

  std::string_view text_;
  std::size_t at_ = 0;
  bool no_comment_ends_ = false;       // no more `-->` from here on
  std::string name_;                   // of the newest tag
  std::vector<std::string> unclosed_;  // elements that were found not to be closed from here on
};

/// The value of an attribute: `id` of `<DOC id="doc2">`. Names in any case; quotes are taken off.
std::optional<std::string_view> attribute_value(std::string_view attributes, std::string_view name);

/// The text with its entities decoded: numbers (128 to 159 as windows-1252 has them), the names of HTML for Latin-1,
/// dashes, quotes, arrows and Greek letters, and those of TREC's disks (`&hyph; &blank; &cir; &sect;`), which come in
/// capitals too. A no-break blank becomes a blank, a soft hyphen nothing. Whatever else begins with & stays.
std::string decoded_entities(std::string_view text);

}  // namespace heed::format
