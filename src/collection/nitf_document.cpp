#include "collection/collection_types.h"
#include "collection/flowing_text.h"
#include "format/bad_text.h"
#include "format/xml.h"

namespace heed::collection {

namespace {

/// Collects an article's parts as its elements open and close.
class Article final : public format::XmlHandler {
 public:
  void open(std::string_view name, const format::XmlAttributes& attributes) override {
    add_tag(name);
    if (name == "doc-id" && id_.empty()) id_ = attributes.value("id-string").value_or("");
    if (part_ != nullptr) {
      ++depth_;
      return;
    }
    part_ = part_of(name, attributes);
    depth_ = 1;
  }

  void close(std::string_view name) override {
    add_tag(name);
    if (part_ != nullptr && --depth_ == 0) part_ = nullptr;
  }

  void text(std::string_view text) override {
    if (part_ != nullptr) part_->add_decoded(text);
  }

  CollectionDocument finish() {
    std::string title = headline_.take(), text = abstract_.take();
    if (title.empty()) title = head_title_.take();
    FlowingText& body = !full_text_.empty() ? full_text_ : !lead_.empty() ? lead_ : other_;
    if (!text.empty() && !body.empty()) text += '\n';
    text += body.take();
    return {.id = format::checked_id(id_, "the doc-id"), .title = std::move(title), .text = std::move(text)};
  }

 private:
  FlowingText* part_of(std::string_view name, const format::XmlAttributes& attributes) {
    if (name == "hl1") return headline_.empty() ? &headline_ : nullptr;
    if (name == "title") return &head_title_;
    if (name == "abstract") return &abstract_;
    if (name == "body.content") is_in_content_ = true;
    if (name != "block" || !is_in_content_) return nullptr;
    const std::string_view kind = attributes.value("class").value_or("");
    return kind == "full_text" ? &full_text_ : kind == "lead_paragraph" ? &lead_ : &other_;
  }

  void add_tag(std::string_view name) {
    if (part_ != nullptr) part_->add_tag(name);
  }

  std::string id_;
  FlowingText headline_, head_title_, abstract_, full_text_, lead_, other_;
  FlowingText* part_ = nullptr;  // that is open
  int depth_ = 0;                // of elements inside it
  bool is_in_content_ = false;
};

}  // namespace

CollectionDocument parse_nyt(DocumentParser&, std::string_view bytes) {
  Article article;
  format::walk_xml(bytes, article);
  return article.finish();
}

}  // namespace heed::collection
