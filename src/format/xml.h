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

}  // namespace heed::format
