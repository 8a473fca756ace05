#include "train/topic_choice.h"

#include <algorithm>
#include <array>
#include <map>

#include "base/ascii.h"
#include "base/error.h"
#include "base/fingerprint.h"
#include "collection/dataset.h"
#include "collection/topics.h"
#include "format/json.h"
#include "format/lines.h"
#include "train/plain_text.h"

namespace heed::train {

namespace fs = std::filesystem;
using base::BadInput;
using format::Json;

namespace {

constexpr std::size_t kFewestWordsOfASentence = 8;

Mark mark_of(std::string_view plain) {
  const base::Fingerprint fingerprint = base::fingerprint(plain);
  Mark mark = 0;
  for (std::size_t i = 0; i < 8; ++i) mark = mark << 8 | fingerprint.bytes[i];
  return mark;
}

/// The sentences that are long enough, plain. A sentence ends at . ! ? ; : before white space or the end.
std::vector<std::string> long_sentences(std::string_view text) {
  std::vector<std::string> sentences;
  for (std::size_t begin = 0, i = 0; i <= text.size(); ++i) {
    const bool is_end = i == text.size() || (std::string_view(".!?;:").find(text[i]) != std::string_view::npos &&
                                             (i + 1 == text.size() || base::is_white_space(text[i + 1])));
    if (!is_end) continue;
    std::string sentence = plain_text(text.substr(begin, i - begin));
    begin = std::min(i + 1, text.size());
    const auto blanks = static_cast<std::size_t>(std::ranges::count(sentence, ' '));
    if (blanks + 1 >= kFewestWordsOfASentence) sentences.push_back(std::move(sentence));
  }
  return sentences;
}

}  // namespace

void LeftOutTopics::add_query(std::string_view query) {
  if (const std::string text = plain_text(query); !text.empty()) marks_.insert(mark_of(text));
}

void LeftOutTopics::add_instruction(std::string_view instruction) {
  for (const std::string& sentence : long_sentences(instruction)) marks_.insert(mark_of(sentence));
}

bool LeftOutTopics::has_query(std::string_view query) const {
  const std::string text = plain_text(query);
  return !text.empty() && marks_.contains(mark_of(text));
}

bool LeftOutTopics::has_instruction_like(std::string_view instruction) const {
  return std::ranges::any_of(long_sentences(instruction),
                             [&](const std::string& sentence) { return marks_.contains(mark_of(sentence)); });
}

namespace {

/// Adds the fields that the line has; true if there was one.
bool add_fields(const Json& json, LeftOutTopics& left_out) {
  bool has_one = false;
  const auto add = [&](const char* name, void (LeftOutTopics::*to)(std::string_view)) {
    const auto field = json.find(name);
    if (field == json.end() || !field->is_string()) return;
    (left_out.*to)(field->get_ref<const std::string&>());
    has_one = true;
  };
  for (const char* const name : {"query", "text", "title", "contents", "description"})
    add(name, &LeftOutTopics::add_query);
  for (const char* const name : {"instruction", "instruction_og", "instruction_changed", "narrative"})
    add(name, &LeftOutTopics::add_instruction);
  return has_one;
}

void add_lines(format::LineReader& lines, LeftOutTopics& left_out) {
  while (const auto line = lines.next()) {
    const Json json = Json::parse(*line, nullptr, false);
    if (!json.is_object()) lines.fail("is no JSON object");
    if (!add_fields(json, left_out)) lines.fail("has neither a query nor an instruction");
  }
}

}  // namespace

void read_left_out(const fs::path& path, LeftOutTopics& left_out) {
  if (fs::is_directory(path)) {
    const auto data = collection::read_instruction_dataset(path);
    for (const auto& topic : data.topics) {
      for (const auto& need : topic.needs) {
        if (!need) continue;
        left_out.add_query(need->query);
        left_out.add_instruction(need->instruction);
      }
    }
    return;
  }
  {
    format::LineReader lines(path);
    if (const auto first = lines.peek(); first && first->starts_with('{')) return add_lines(lines, left_out);
  }
  const auto topics = collection::read_topics(path);
  for (const auto& topic : topics.topics) {
    left_out.add_query(topic.title);
    left_out.add_query(topic.description);
    left_out.add_instruction(topic.narrative);
  }
}

namespace {

/// The files meant, folders' in the order of their names.
std::vector<fs::path> files_of(std::span<const fs::path> paths) {
  std::vector<fs::path> files;
  for (const fs::path& path : paths) {
    if (!fs::is_directory(path)) {
      files.push_back(path);
      continue;
    }
    std::vector<fs::path> inside;
    for (const auto& entry : fs::directory_iterator(path))
      if (entry.is_regular_file() && !entry.path().filename().string().starts_with('.')) inside.push_back(entry.path());
    if (inside.empty()) throw BadInput(path.string() + ": has no files");
    std::ranges::sort(inside);
    files.insert(files.end(), inside.begin(), inside.end());
  }
  return files;
}

}  // namespace

SourcedTopics read_sourced_topics(std::span<const fs::path> paths) {
  SourcedTopics result;
  std::map<std::string, fs::path> names;
  for (const fs::path& file : files_of(paths)) {
    const std::string name = file.filename().string();
    if (const auto [other, is_new] = names.emplace(name, file); !is_new)
      throw BadInput(file.string() + ": has the name of " + other->second.string() +
                     ", by which its topics are called; rename one");
    const auto topics = collection::read_topics(file);
    result.notes.insert(result.notes.end(), topics.notes.begin(), topics.notes.end());
    for (const auto& topic : topics.topics)
      result.topics.push_back({name + "---" + topic.id.str(), std::string(topic.title), std::string(topic.description),
                               std::string(topic.narrative)});
  }
  return result;
}

std::string_view name_of(DropReason reason) {
  switch (reason) {
    case DropReason::kNoTitle:
      return "no title";
    case DropReason::kNoNarrative:
      return "no narrative";
    case DropReason::kLeftOut:
      return "left out";
    case DropReason::kSameTitle:
      return "has the title of one left out";
    case DropReason::kDuplicate:
      return "duplicate";
  }
  throw base::Bug("a reason without a name");
}

long TopicChoice::count(DropReason reason) const {
  return std::ranges::count(dropped, reason, &DroppedTopic::reason);
}

namespace {

bool is_left_out(const SourcedTopic& topic, const LeftOutTopics& left_out) {
  return left_out.has_query(topic.title) || left_out.has_query(topic.description) ||
         left_out.has_query(topic.narrative) || left_out.has_instruction_like(topic.narrative);
}

std::set<std::string> titles_left_out(std::span<const SourcedTopic> topics, const LeftOutTopics& left_out) {
  std::set<std::string> titles;
  for (const SourcedTopic& topic : topics)
    if (is_left_out(topic, left_out)) titles.insert(plain_text(topic.title));
  titles.erase("");
  return titles;
}

}  // namespace

TopicChoice choose_topics(std::span<const SourcedTopic> topics, const LeftOutTopics& left_out) {
  const std::set<std::string> titles = titles_left_out(topics, left_out);
  std::set<std::pair<std::string, std::string>> seen;
  TopicChoice choice;
  for (const SourcedTopic& topic : topics) {
    const auto drop = [&](DropReason reason) { choice.dropped.push_back({topic.id, topic.title, reason}); };
    const std::string title = plain_text(topic.title), narrative = plain_text(topic.narrative);
    if (title.empty())
      drop(DropReason::kNoTitle);
    else if (narrative.empty())
      drop(DropReason::kNoNarrative);
    else if (is_left_out(topic, left_out))
      drop(DropReason::kLeftOut);
    else if (titles.contains(title))
      drop(DropReason::kSameTitle);
    else if (!seen.emplace(title, narrative).second)
      drop(DropReason::kDuplicate);
    else
      choice.chosen.push_back(topic);
  }
  return choice;
}

std::set<Mark> marks_with_titles(std::span<const SourcedTopic> topics, const LeftOutTopics& left_out) {
  std::set<Mark> marks = left_out.marks();
  for (const std::string& title : titles_left_out(topics, left_out)) marks.insert(mark_of(title));
  return marks;
}

}  // namespace heed::train
