#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace heed::format {

/// One element of an XML document, with all that it contains; texts are UTF-8, whatever the file's encoding.
struct XmlElement {
  std::string name;
  std::vector<std::pair<std::string, std::string>> attributes;
  std::string text;  ///< all characters inside the element, those of its children included, in the document's order
  std::vector<XmlElement> children;
  long line = 0;  ///< of the start tag, from 1

  std::optional<std::string_view> attribute(std::string_view key) const;
  /// The first child of that name, or null.
  const XmlElement* child(std::string_view key) const;
};

/// How deep elements may stand inside each other.
inline constexpr std::size_t kDeepestXml = 256;

/// The root of an XML document (plain, gzip or `-`). Nothing is loaded from elsewhere: a reference to an entity that
/// an external DTD would define stays as it is written, `&eacute;`. Throws BadInput, with file and line, where the
/// document is not well-formed, where its entities expand beyond expat's limits, and beyond kDeepestXml.
XmlElement read_xml(const std::filesystem::path& path);

/// The attributes of a start tag; valid during the call that gives them.
class XmlAttributes {
 public:
  /// Names and values in turn, a null at the end: expat's.
  explicit XmlAttributes(const char* const* pairs) : pairs_(pairs) {}
  std::optional<std::string_view> value(std::string_view name) const;

 private:
  const char* const* pairs_;
};

/// What is told of an XML document as it is read; texts come in pieces.
class XmlHandler {
 public:
  virtual ~XmlHandler() = default;
  virtual void open(std::string_view name, const XmlAttributes& attributes) = 0;
  virtual void close(std::string_view name) = 0;
  virtual void text(std::string_view text) = 0;
};

/// Tells the handler of the document in memory, keeping nothing. Entities and limits are those of read_xml(). Throws
/// BadText where read_xml() throws BadInput, and what the handler throws.
void walk_xml(std::string_view document, XmlHandler& handler);

}  // namespace heed::format
