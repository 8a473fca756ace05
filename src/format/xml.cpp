#include "format/xml.h"

#include <algorithm>
#include <exception>
#include <memory>

#include <expat.h>

#include "base/error.h"
#include "format/bad_text.h"
#include "format/byte_reader.h"

namespace heed::format {

namespace {

struct FreeParser {
  void operator()(XML_Parser parser) const { XML_ParserFree(parser); }
};
using OwnedParser = std::unique_ptr<XML_ParserStruct, FreeParser>;

/// Builds the tree from expat's calls. An exception must not pass through expat, which is C: it is kept until expat
/// has returned.
class TreeBuilder {
 public:
  explicit TreeBuilder(const std::filesystem::path& path) : bytes_(path) {
    if (!parser_) throw std::bad_alloc();
    XML_SetUserData(parser_.get(), this);
    XML_SetElementHandler(parser_.get(), on_start, on_end);
    XML_SetCharacterDataHandler(parser_.get(), on_text);
    XML_SetSkippedEntityHandler(parser_.get(), on_skipped_entity);
  }

  XmlElement read() {
    std::vector<char> block(1 << 16);
    for (std::size_t got = 1; got > 0;) {
      got = bytes_.read(block);
      const auto status = XML_Parse(parser_.get(), block.data(), static_cast<int>(got), got == 0);
      if (thrown_) std::rethrow_exception(thrown_);
      if (status != XML_STATUS_OK)
        fail(std::string("not valid XML: ") + XML_ErrorString(XML_GetErrorCode(parser_.get())));
    }
    return std::move(root_);
  }

 private:
  long line() const { return static_cast<long>(XML_GetCurrentLineNumber(parser_.get())); }

  [[noreturn]] void fail(const std::string& what) const {
    throw base::BadInput(bytes_.name() + ":" + std::to_string(line()) + ": " + what);
  }

  void start(const char* name, const char** attributes) {
    if (open_.size() >= kDeepestXml) fail("elements stand more than " + std::to_string(kDeepestXml) + " deep");
    XmlElement element{.name = name, .attributes = {}, .text = {}, .children = {}, .line = line()};
    for (; *attributes != nullptr; attributes += 2) element.attributes.emplace_back(attributes[0], attributes[1]);
    open_.push_back(std::move(element));
  }

  void end() {
    XmlElement element = std::move(open_.back());
    open_.pop_back();
    if (open_.empty()) {
      root_ = std::move(element);
    } else {
      open_.back().text += element.text;
      open_.back().children.push_back(std::move(element));
    }
  }

  template <class Action>
  static void guarded(void* self, const Action& action) {
    auto& builder = *static_cast<TreeBuilder*>(self);
    if (builder.thrown_) return;
    try {
      action(builder);
    } catch (...) {
      builder.thrown_ = std::current_exception();
      XML_StopParser(builder.parser_.get(), XML_FALSE);
    }
  }

  static void on_start(void* self, const char* name, const char** attributes) {
    guarded(self, [&](TreeBuilder& builder) { builder.start(name, attributes); });
  }
  static void on_end(void* self, const char*) {
    guarded(self, [](TreeBuilder& builder) { builder.end(); });
  }
  static void on_text(void* self, const char* text, int size) {
    guarded(self,
            [&](TreeBuilder& builder) { builder.open_.back().text.append(text, static_cast<std::size_t>(size)); });
  }
  static void on_skipped_entity(void* self, const char* name, int is_parameter_entity) {
    if (is_parameter_entity != 0) return;
    guarded(self, [&](TreeBuilder& builder) { builder.open_.back().text.append("&").append(name).append(";"); });
  }

  ByteReader bytes_;
  OwnedParser parser_{XML_ParserCreate(nullptr)};
  std::vector<XmlElement> open_;  // from the root to the element that is being read
  XmlElement root_;
  std::exception_ptr thrown_;
};

/// Passes expat's calls on to a handler; exceptions as in TreeBuilder.
class Walker {
 public:
  explicit Walker(XmlHandler& handler) : handler_(handler) {
    if (!parser_) throw std::bad_alloc();
    XML_SetUserData(parser_.get(), this);
    XML_SetElementHandler(parser_.get(), on_start, on_end);
    XML_SetCharacterDataHandler(parser_.get(), on_text);
    XML_SetSkippedEntityHandler(parser_.get(), on_skipped_entity);
  }

  void walk(std::string_view document) {
    constexpr std::size_t kBlock = std::size_t{1} << 24;  // expat counts in int
    do {
      const std::string_view block = document.substr(0, kBlock);
      document.remove_prefix(block.size());
      const auto status = XML_Parse(parser_.get(), block.data(), static_cast<int>(block.size()), document.empty());
      if (thrown_) std::rethrow_exception(thrown_);
      if (status != XML_STATUS_OK)
        fail(std::string("not valid XML: ") + XML_ErrorString(XML_GetErrorCode(parser_.get())));
    } while (!document.empty());
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw BadText(static_cast<std::size_t>(std::max<XML_Index>(XML_GetCurrentByteIndex(parser_.get()), 0)), what);
  }

  template <class Action>
  static void guarded(void* self, const Action& action) {
    auto& walker = *static_cast<Walker*>(self);
    if (walker.thrown_) return;
    try {
      action(walker);
    } catch (...) {
      walker.thrown_ = std::current_exception();
      XML_StopParser(walker.parser_.get(), XML_FALSE);
    }
  }

  static void on_start(void* self, const char* name, const char** attributes) {
    guarded(self, [&](Walker& walker) {
      if (++walker.depth_ > kDeepestXml)
        walker.fail("elements stand more than " + std::to_string(kDeepestXml) + " deep");
      walker.handler_.open(name, XmlAttributes(attributes));
    });
  }
  static void on_end(void* self, const char* name) {
    guarded(self, [&](Walker& walker) {
      --walker.depth_;
      walker.handler_.close(name);
    });
  }
  static void on_text(void* self, const char* text, int size) {
    guarded(self, [&](Walker& walker) { walker.handler_.text({text, static_cast<std::size_t>(size)}); });
  }
  static void on_skipped_entity(void* self, const char* name, int is_parameter_entity) {
    if (is_parameter_entity != 0) return;
    guarded(self, [&](Walker& walker) { walker.handler_.text("&" + std::string(name) + ";"); });
  }

  XmlHandler& handler_;
  OwnedParser parser_{XML_ParserCreate(nullptr)};
  std::size_t depth_ = 0;
  std::exception_ptr thrown_;
};

}  // namespace

std::optional<std::string_view> XmlElement::attribute(std::string_view key) const {
  for (const auto& [name_of_it, value] : attributes)
    if (name_of_it == key) return value;
  return std::nullopt;
}

const XmlElement* XmlElement::child(std::string_view key) const {
  for (const XmlElement& element : children)
    if (element.name == key) return &element;
  return nullptr;
}

XmlElement read_xml(const std::filesystem::path& path) {
  return TreeBuilder(path).read();
}

std::optional<std::string_view> XmlAttributes::value(std::string_view name) const {
  for (const char* const* pair = pairs_; *pair != nullptr; pair += 2)
    if (pair[0] == name) return pair[1];
  return std::nullopt;
}

void walk_xml(std::string_view document, XmlHandler& handler) {
  Walker(handler).walk(document);
}

}  // namespace heed::format
