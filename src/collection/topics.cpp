#include "collection/topics.h"

#include <algorithm>
#include <array>
#include <optional>
#include <unordered_set>

#include "base/error.h"
#include "format/fields.h"
#include "format/jsonl.h"
#include "format/lines.h"
#include "format/sgml.h"
#include "format/xml.h"

namespace heed::collection {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kWhite = " \t\r\n\v\f";

enum class Field { kNumber, kTitle, kDescription, kNarrative };

struct FieldTag {
  std::string_view tag;
  Field field;
  std::string_view label;  // what TREC writes before the text
};

/// The tags that are read. Where a topic has two for a field, the first one here that has text counts.
constexpr std::array<FieldTag, 9> kFieldTags = {{
    {"num", Field::kNumber, "number"},
    {"number", Field::kNumber, "number"},
    {"title", Field::kTitle, "topic"},
    {"query", Field::kTitle, ""},
    {"desc", Field::kDescription, "description"},
    {"description", Field::kDescription, "description"},
    {"question", Field::kDescription, ""},
    {"narr", Field::kNarrative, "narrative"},
    {"narrative", Field::kNarrative, "narrative"},
}};

/// Tags that stand inside a text.
constexpr std::string_view kInlineTags[] = {"a", "b", "br", "em", "i", "p", "strong", "sub", "sup", "u"};

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

std::string with_single_blanks(std::string_view text) {
  std::string result;
  while (true) {
    text.remove_prefix(std::min(text.find_first_not_of(kWhite), text.size()));
    if (text.empty()) return result;
    const std::string_view word = text.substr(0, text.find_first_of(kWhite));
    result.append(result.empty() ? "" : " ").append(word);
    text.remove_prefix(word.size());
  }
}

/// The text without its label, which a colon follows, or the end of a line that it has for itself.
std::string_view without_label(std::string_view text, std::string_view label) {
  text = format::trimmed(text);
  if (label.empty() || lower(text.substr(0, label.size())) != label) return text;
  const std::string_view rest = text.substr(label.size());
  const std::size_t next = rest.find_first_not_of(" \t\r");
  if (next == std::string_view::npos || (rest[next] != ':' && rest[next] != '\n')) return text;
  return rest.substr(next + 1);
}

/// A topic of markup, as its tags are read.
struct TaggedTopic {
  long line = 0;                                                    // where it begins
  std::array<std::optional<std::string>, kFieldTags.size()> texts;  // by tag

  std::string text(Field field) const {
    for (std::size_t i = 0; i < texts.size(); ++i) {
      if (kFieldTags[i].field != field || !texts[i]) continue;
      if (auto text = with_single_blanks(without_label(*texts[i], kFieldTags[i].label)); !text.empty()) return text;
    }
    return "";
  }
};

/// The place of the tag in kFieldTags, or nothing. `tag` is in lower case.
std::optional<std::size_t> field_tag(std::string_view tag) {
  const auto found = std::ranges::find(kFieldTags, tag, &FieldTag::tag);
  return found == kFieldTags.end() ? std::nullopt : std::optional<std::size_t>(found - kFieldTags.begin());
}

/// The topics as they come. The caller says how to complain about the one at hand: `fail(what)`.
class TopicList {
 public:
  explicit TopicList(std::string file) : file_(std::move(file)) {}

  struct Texts {
    std::string_view id, title, description, narrative;
  };

  template <class Fail>
  void add(const Texts& texts, const Fail& fail) {
    if (texts.id.empty()) fail("the topic has no number");
    if (texts.id.find_first_of(kWhite) != std::string_view::npos)
      fail("the topic's number has white space in it: \"" + std::string(texts.id) + "\"");
    if (seen_.contains(texts.id)) fail("topic " + std::string(texts.id) + " is given twice");
    const auto keep = [this](std::string_view text) { return data_.texts.keep(with_single_blanks(text)); };
    const Topic topic{QueryId(keep(texts.id)), keep(texts.title), keep(texts.description), keep(texts.narrative)};
    seen_.insert(topic.id.text());
    data_.topics.push_back(topic);
  }

  void add(const TaggedTopic& topic) {
    const std::string id = topic.text(Field::kNumber), title = topic.text(Field::kTitle),
                      description = topic.text(Field::kDescription), narrative = topic.text(Field::kNarrative);
    add({id, title, description, narrative}, [&](const std::string& what) { fail_at(topic.line, what); });
  }

  [[noreturn]] void fail_at(long line, const std::string& what) const {
    throw base::BadInput(file_ + ":" + std::to_string(line) + ": " + what);
  }

  Topics finish() {
    if (data_.topics.empty()) throw base::BadInput(file_ + ": there are no topics in it");
    if (const long untitled = std::ranges::count(data_.topics, "", &Topic::title); untitled > 0)
      data_.notes.push_back(file_ + ": " + base::counted(untitled, "topic has", "topics have") + " no title");
    return std::move(data_);
  }

 private:
  std::string file_;
  Topics data_;
  std::unordered_set<std::string_view> seen_;
};

/// Puts the pieces of TREC's SGML together.
class SgmlTopics {
 public:
  SgmlTopics(format::SgmlReader& reader, TopicList& list) : reader_(reader), list_(list) {}

  void read() {
    using Kind = format::SgmlEvent::Kind;
    while (const auto event = reader_.next()) {
      if (event->kind == Kind::kText && text_ != nullptr) text_->append(event->text);
      if (event->kind == Kind::kText) continue;
      if (std::ranges::find(kInlineTags, event->name) != std::end(kInlineTags)) {
        if (text_ != nullptr && (event->name == "p" || event->name == "br")) text_->append(" ");
        continue;
      }
      text_ = nullptr;
      if (event->name == "top") finish_topic();
      if (event->kind == Kind::kOpen) open(event->name);
    }
    finish_topic();
  }

 private:
  void open(std::string_view name) {
    if (name == "top") topic_ = TaggedTopic{.line = reader_.line(), .texts = {}};
    const auto tag = field_tag(name);
    if (!tag) return;
    if (!topic_ && kFieldTags[*tag].field == Field::kNumber)
      reader_.fail("<" + std::string(name) + "> stands outside a topic");
    if (!topic_) return;
    auto& text = topic_->texts[*tag];
    if (text) reader_.fail("the topic has a second <" + std::string(name) + ">");
    text_ = &text.emplace();
  }

  void finish_topic() {
    if (topic_) list_.add(*topic_);
    topic_.reset();
  }

  format::SgmlReader& reader_;
  TopicList& list_;
  std::optional<TaggedTopic> topic_;
  std::string* text_ = nullptr;  // of the field that is open
};

void add_xml_topic(TopicList& list, const format::XmlElement& element) {
  TaggedTopic topic{.line = element.line, .texts = {}};
  for (const format::XmlElement& child : element.children) {
    const auto tag = field_tag(lower(child.name));
    if (!tag) continue;
    if (topic.texts[*tag]) list.fail_at(child.line, "the topic has a second <" + child.name + ">");
    topic.texts[*tag] = child.text;
  }
  for (const auto* const key : {"number", "id"})
    if (const auto value = element.attribute(key); value && topic.text(Field::kNumber).empty())
      topic.texts[*field_tag("num")] = *value;
  if (element.children.empty()) topic.texts[*field_tag("title")] = element.text;
  list.add(topic);
}

/// Adds the topics among the element and what it contains.
void add_xml_topics(TopicList& list, const format::XmlElement& element) {
  if (lower(element.name) == "topic") return add_xml_topic(list, element);
  for (const format::XmlElement& child : element.children) add_xml_topics(list, child);
}

/// Whether the first topic of the markup is a `<top>`, not a `<topic>`.
bool is_sgml(const fs::path& path) {
  format::SgmlReader reader(path);
  while (const auto event = reader.next()) {
    if (event->kind != format::SgmlEvent::Kind::kOpen) continue;
    if (event->name == "top" || event->name == "topic") return event->name == "top";
  }
  throw base::BadInput(reader.name() + ": there are no topics in it: neither <top> nor <topic>");
}

Topics read_markup(const fs::path& path) {
  TopicList list(path.string());
  if (is_sgml(path)) {
    format::SgmlReader reader(path);
    SgmlTopics(reader, list).read();
  } else {
    add_xml_topics(list, format::read_xml(path));
  }
  return list.finish();
}

/// The first of the fields that the line has.
std::optional<std::string_view> first_text(format::JsonlReader& line, std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys)
    if (const auto text = line.optional_text(key)) return text;
  return std::nullopt;
}

Topics read_json_lines(const fs::path& path) {
  format::JsonlReader line(path);
  TopicList list(line.name());
  while (line.next()) {
    const auto title = first_text(line, {"text", "contents", "title", "query"});
    if (!title) line.fail("there is no \"text\"");
    list.add({.id = line.id({"_id", "id"}),
              .title = *title,
              .description = first_text(line, {"description"}).value_or(""),
              .narrative = first_text(line, {"narrative", "instruction", "instruction_og"}).value_or("")},
             [&](const std::string& what) { line.fail(what); });
  }
  return list.finish();
}

Topics read_tab_lines(const fs::path& path) {
  format::LineReader lines(path);
  TopicList list(lines.name());
  while (const auto line = lines.next()) {
    const auto field = format::split_tabs(*line);
    if (field.size() < 2)
      lines.fail("neither TREC topics (<top> or <topic>), nor JSON lines, nor an id, a tab and a text");
    list.add({.id = format::trimmed(field[0]),
              .title = line->substr(field[0].size() + 1),
              .description = "",
              .narrative = ""},
             [&](const std::string& what) { lines.fail(what); });
  }
  return list.finish();
}

}  // namespace

Topics read_topics(const fs::path& path) {
  std::error_code ignored;
  if (path == "-" || fs::is_fifo(path, ignored))
    throw base::BadInput((path == "-" ? "standard input" : path.string()) +
                         ": topics are read from a file, not a pipe");
  const std::string first(format::LineReader(path).next().value_or(""));
  const std::string_view begin = format::trimmed(first);
  if (begin.starts_with('{')) return read_json_lines(path);
  return begin.starts_with('<') ? read_markup(path) : read_tab_lines(path);
}

}  // namespace heed::collection
