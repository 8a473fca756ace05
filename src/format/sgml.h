#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace heed::format {

/// One piece of an SGML file: a tag, or the text between two tags.
struct SgmlEvent {
  enum class Kind { kOpen, kClose, kText };
  Kind kind = Kind::kText;
  std::string_view name;        ///< of a tag, in lower case
  std::string_view attributes;  ///< of an opening tag, as they are written: `number="151" type="faceted"`
  std::string_view text;        ///< with its entities decoded; its white space, line ends too, as it is
};

/// Reads the SGML of TREC's files (plain, gzip or `-`), where many a tag is never closed: it reports tags and text as
/// they come, and what they mean together is the caller's business. `<` begins a tag only where a name (of letters,
/// digits, `-`, `_`, `.`, `:`) follows and `>` comes before the next `<`; everywhere else it is text. `<br/>` opens.
/// Comments, declarations with their internal subset, and processing instructions are passed over; CDATA sections are
/// text. Decoded are `&amp; &lt; &gt; &quot; &apos;` and numeric references; any other `&` is text. Bytes that are
/// not UTF-8 pass through.
class SgmlReader {
 public:
  explicit SgmlReader(const std::filesystem::path& path);

  /// The next piece, valid until the next call; nothing at the end. Throws BadInput for a comment, a declaration or
  /// a CDATA section that is not closed.
  std::optional<SgmlEvent> next();

  /// The number of the line, from 1, where the piece last returned begins.
  long line() const { return line_; }
  /// The file's name, for messages.
  const std::string& name() const { return name_; }
  /// Throws BadInput: `file:line: what`.
  [[noreturn]] void fail(std::string_view what) const;

 private:
  bool stands_at(std::size_t at, std::string_view what) const;
  bool is_declaration(std::size_t at) const;
  bool is_tag(std::size_t at) const;
  void skip_declaration();
  std::string_view up_to_past(std::string_view closing, std::string_view what);
  SgmlEvent tag();
  SgmlEvent text();

  std::string name_;
  std::string content_;
  std::size_t at_ = 0;       // where the next piece begins
  std::size_t counted_ = 0;  // up to where line_ has counted
  long line_ = 1;
  std::string decoded_, lower_name_;  // what the newest piece refers to
};

}  // namespace heed::format
