#include "train/synthetic_documents.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/ascii.h"
#include "base/error.h"
#include "format/json.h"
#include "text/utf8.h"

namespace heed::train {

using format::Json;

namespace {

constexpr std::string_view kPrompt =
    R"prompt(I need you to annotate some data for my business and it is super important that you follow instructions precisely or you will be fired.

Given a Google search query and instructions regarding what makes a document relevant, I need you to write two documents: one that would be relevant and one that would not.

Search: TITLE_HERE
Instructions: NARRATIVE_HERE

I need some different options to choose from, so give me NUMBER_HERE **different** options for both a relevant document and an irrelevant document. They should be **long** paragraph-sized documents (~300 words each), one on each line. If there is no negation in the instructions, your irrelevant document should be slightly off topic:)prompt";

constexpr std::array<std::string_view, 10> kNumbers = {"zero", "one", "two",   "three", "four",
                                                       "five", "six", "seven", "eight", "nine"};

enum class Side { kNone, kRelevant, kIrrelevant };

// Words of a line, with what stands between them passed over -------------------------------------------------------

bool is_word(char c) {
  return base::is_letter(c) || (c >= '0' && c <= '9') || c == '\'' || static_cast<unsigned char>(c) >= 0x80;
}

std::size_t words_in(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (!base::is_white_space(text[i]) && (i == 0 || base::is_white_space(text[i - 1]))) ++count;
  return count;
}

bool begins(std::string_view text, std::string_view part) {
  return base::is_same_name(text.substr(0, part.size()), part);
}

/// Takes the word off the line's beginning, where it is one and ends there.
bool take_word(std::string_view& line, std::string_view word) {
  if (!begins(line, word) || (line.size() > word.size() && is_word(line[word.size()]))) return false;
  line.remove_prefix(word.size());
  return true;
}

template <std::size_t kCount>
bool take_one_of(std::string_view& line, const std::array<std::string_view, kCount>& words) {
  return std::ranges::any_of(words, [&](std::string_view word) { return take_word(line, word); });
}

void skip(std::string_view& line, std::string_view characters) {
  line.remove_prefix(std::min(line.find_first_not_of(characters), line.size()));
}

constexpr std::array<std::string_view, 12> kIrrelevantWords = {
    "irrelevant",   "non-relevant", "nonrelevant",       "non relevant",       "not relevant",       "not-relevant",
    "not_relevant", "non_relevant", "non\u2011relevant", "slightly off-topic", "slightly off topic", "off-topic"};
constexpr std::array<std::string_view, 1> kRelevantWords = {"relevant"};
constexpr std::array<std::string_view, 18> kNouns = {
    "documents", "document", "docs",    "doc",      "options", "option",   "passages", "passage",   "texts",
    "text",      "examples", "example", "articles", "article", "versions", "version",  "paragraph", "set"};

Side take_side(std::string_view& line) {
  if (take_one_of(line, kIrrelevantWords)) return Side::kIrrelevant;
  return take_one_of(line, kRelevantWords) ? Side::kRelevant : Side::kNone;
}

/// Which of both a short text speaks of; neither where it speaks of both.
Side side_named(std::string_view text) {
  bool relevant = false, irrelevant = false;
  while (!text.empty()) {
    const Side side = take_side(text);
    relevant = relevant || side == Side::kRelevant;
    irrelevant = irrelevant || side == Side::kIrrelevant;
    if (side != Side::kNone) continue;
    while (!text.empty() && is_word(text.front())) text.remove_prefix(1);
    while (!text.empty() && !is_word(text.front())) text.remove_prefix(1);
  }
  if (relevant == irrelevant) return Side::kNone;
  return relevant ? Side::kRelevant : Side::kIrrelevant;
}

constexpr std::string_view kMarks = "#*_>~ \t";

/// "1.", "2)", "(3)", "[4]", "#5:"; a number alone is none.
bool take_number(std::string_view& line) {
  std::string_view rest = line;
  const bool is_open = rest.starts_with('(') || rest.starts_with('[');
  if (is_open || rest.starts_with('#')) rest.remove_prefix(1);
  const std::size_t digits = std::min(rest.find_first_not_of("0123456789"), rest.size());
  if (digits == 0 || digits > 2) return false;
  rest.remove_prefix(digits);
  if (rest.empty() || std::string_view(".):]").find(rest.front()) == std::string_view::npos) return false;
  rest.remove_prefix(1);
  if (!rest.empty() && is_word(rest.front())) return false;  // 1.5 million
  line = rest;
  return true;
}

bool take_bullet(std::string_view& line) {
  for (const std::string_view bullet : {"- ", "* ", "+ ", "\u2022"}) {
    if (!line.starts_with(bullet)) continue;
    line.remove_prefix(bullet.size());
    return true;
  }
  return false;
}

/// What begins a document or a list of them.
struct Label {
  Side side = Side::kNone;
  bool has_number = false;  ///< or a bullet: it begins one document
  bool is_plural = false;
  std::string_view rest{};  ///< the text behind it
};

void skip_number(std::string_view& line, Label& label) {
  skip(line, kMarks);
  if (take_word(line, "number") || take_word(line, "no.")) skip(line, " ");
  skip(line, "#");
  const std::size_t digits = std::min(line.find_first_not_of("0123456789"), line.size());
  if (digits > 0 && digits <= 2 && (digits == line.size() || !is_word(line[digits]))) {
    line.remove_prefix(digits);
    label.has_number = true;
  } else if (line.size() >= 2 && line[0] >= 'A' && line[0] <= 'I' && line.find_first_of(":.)*") == 1) {
    line.remove_prefix(1);  // Document A:
    label.has_number = true;
  }
}

/// A noun with its number, where there is one.
bool take_noun(std::string_view& line, Label& label) {
  const std::string_view before = line;
  if (!take_one_of(line, kNouns)) return false;
  label.is_plural = before[before.size() - line.size() - 1] == 's';
  skip_number(line, label);
  return true;
}

/// Whether the label ends here: at a colon, a dash, a bracket, or with the line. Leaves the text behind it.
bool take_end(std::string_view& line) {
  skip(line, kMarks);
  if (line.starts_with('(') && line.find(')') < 60) {  // (slightly off topic)
    line.remove_prefix(line.find(')') + 1);
    skip(line, kMarks);
  }
  if (line.empty()) return true;
  for (const std::string_view end : {":", ".", ")", "]", "- ", "\u2013", "\u2014"}) {
    if (!line.starts_with(end)) continue;
    line.remove_prefix(end.size());
    skip(line, ")]:*_ \t");
    return true;
  }
  return false;
}

/// "Relevant Document 1:", "**Non-relevant:**", "Document 2 (Irrelevant):", "3. Relevant -".
std::optional<Label> side_label(std::string_view line) {
  Label label;
  skip(line, kMarks);
  if (take_number(line) || take_bullet(line)) label.has_number = true;
  skip(line, kMarks);
  if (take_noun(line, label)) skip(line, " :.-()[]*_\u2013\u2014");
  skip(line, "([ *_");
  if (take_word(line, "the") || take_word(line, "a") || take_word(line, "an")) skip(line, " ");
  if (take_one_of(line, kNumbers)) skip(line, " ");
  label.side = take_side(line);
  if (label.side == Side::kNone) return std::nullopt;
  skip(line, " *_");
  if (!take_noun(line, label)) skip_number(line, label);
  if (!take_end(line)) return std::nullopt;
  label.rest = text::stripped(line);
  return label;
}

/// A line that names one of the kinds and is no document: "Here are three irrelevant documents:", "### Relevant ones".
std::optional<Label> heading(std::string_view line) {
  constexpr std::size_t kMostWords = 16;
  const bool is_marked = line.starts_with('#') || (line.starts_with("**") && line.ends_with("**"));
  std::string_view bare = line;
  while (bare.ends_with('*') || bare.ends_with('_') || bare.ends_with(' ')) bare.remove_suffix(1);
  if (!(is_marked || bare.ends_with(':')) || words_in(line) > kMostWords) return std::nullopt;
  const Side side = side_named(line);
  if (side == Side::kNone) return std::nullopt;
  return Label{.side = side, .has_number = false, .is_plural = true};
}

/// A number or a bullet, or "Option 2:": one more document of the same kind.
std::optional<Label> item(std::string_view line) {
  Label label{.has_number = true};
  skip(line, "#> \t");
  std::string_view inner = line;
  skip(inner, kMarks);
  if (!take_number(inner)) {
    inner = line;
    if (!take_bullet(inner)) {
      skip(inner, kMarks);
      label.has_number = false;
      if (!take_noun(inner, label) || !label.has_number || !take_end(inner)) return std::nullopt;
    }
  }
  label.is_plural = false;
  skip(inner, "*_ ");
  std::string_view after = inner;  // 1. Document: ..
  Label ignored;
  if (take_noun(after, ignored) && take_end(after)) inner = after;
  label.rest = text::stripped(inner);
  return label;
}

// Documents ----------------------------------------------------------------------------------------------------------

struct Found {
  Side side = Side::kNone;
  std::string text{};
};

bool declines(std::string_view text) {
  for (const std::string_view beginning :
       {"i'm sorry", "i\u2019m sorry", "i am sorry", "sorry,", "i cannot", "i can't", "i can\u2019t", "i'm unable",
        "i am unable", "as an ai", "unfortunately, i", "i apologize"})
    if (begins(text, beginning)) return true;
  return false;
}

/// What models say behind the last document.
bool takes_leave(std::string_view line) {
  for (const std::string_view beginning :
       {"let me know", "i hope", "hope this", "please let me", "please note", "note:", "feel free", "these documents",
        "if you need", "would you like", "is there anything"})
    if (begins(line, beginning)) return true;
  return false;
}

bool is_rule(std::string_view line) {
  return line.starts_with("```") || line.find_first_not_of("-=*_ ") == std::string_view::npos;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = text::stripped(text.substr(begin, end - begin));
    if (!line.empty() && !is_rule(line)) lines.push_back(line);
    begin = end + 1;
  }
  return lines;
}

/// Without quotes, bold type, and a word like "Text:" in front.
std::string cleaned(std::string_view text) {
  text = text::stripped(text);
  for (const std::string_view label : {"document:", "text:", "content:", "body:"})
    if (begins(text, label)) text = text::stripped(text.substr(label.size()));
  constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kPairs = {
      {{"**", "**"}, {"\"", "\""}, {"\u201C", "\u201D"}, {"*", "*"}, {"_", "_"}}};
  for (const auto& [open, close] : kPairs)
    if (text.size() > open.size() + close.size() && text.starts_with(open) && text.ends_with(close) &&
        text.substr(open.size(), text.size() - open.size() - close.size()).find(open) == std::string_view::npos)
      text = text::stripped(text.substr(open.size(), text.size() - open.size() - close.size()));
  return std::string(text);
}

/// Reads lines one after the other: what is under way is a document, or loose lines below a heading.
class LineParser {
 public:
  explicit LineParser(std::size_t most) : most_(most) {}

  void take(std::string_view line) {
    if (const auto label = side_label(line)) return begin(*label);
    if (const auto title = heading(line)) return begin(*title);
    if (const auto next = item(line)) {
      Label label = *next;
      label.side = side_;
      return begin(label);
    }
    if (takes_leave(line) && words_in(line) < 2 * kFewestWords) return;
    lines_.push_back(line);
  }

  std::vector<Found> finish(std::vector<std::string>& notes) {
    flush(notes);
    if (!has_sides_) split_in_halves();
    std::erase_if(found_, [](const Found& found) { return found.side == Side::kNone; });
    notes.insert(notes.end(), notes_.begin(), notes_.end());
    return std::move(found_);
  }

 private:
  void begin(const Label& label) {
    flush(notes_);
    side_ = label.side;
    has_sides_ = has_sides_ || label.side != Side::kNone;
    is_document_ = label.has_number || !label.rest.empty();
    if (!label.rest.empty()) lines_.push_back(label.rest);
  }

  void flush(std::vector<std::string>& notes) {
    const std::vector<std::string_view> lines = std::exchange(lines_, {});
    if (is_document_) {
      std::string text;
      for (const std::string_view line : lines) text += (text.empty() ? "" : "\n") + std::string(line);
      found_.push_back({side_, std::move(text)});
      return;
    }
    std::vector<std::string_view> loose;
    for (const std::string_view line : lines)
      if (words_in(line) >= kFewestWords && !declines(line)) loose.push_back(line);
    if (side_ != Side::kNone && loose.size() > most_) {
      notes.push_back("below a heading are " + std::to_string(loose.size()) +
                      " paragraphs, of which nothing says where a document ends");
      return;
    }
    for (const std::string_view line : loose) found_.push_back({side_, std::string(line)});
  }

  /// Without any heading: exactly as many as were asked for, the relevant ones first.
  void split_in_halves() {
    std::erase_if(found_, [](const Found& found) { return words_in(found.text) < kFewestWords; });
    if (found_.size() != 2 * most_) return found_.clear();
    for (std::size_t i = 0; i < found_.size(); ++i) found_[i].side = i < most_ ? Side::kRelevant : Side::kIrrelevant;
  }

  std::size_t most_;
  Side side_ = Side::kNone;
  bool has_sides_ = false, is_document_ = false;
  std::vector<std::string_view> lines_;
  std::vector<Found> found_;
  std::vector<std::string> notes_;
};

// JSON ---------------------------------------------------------------------------------------------------------------

constexpr int kDeepest = 8;

/// What an object says of itself: {"relevant": true}, {"label": "irrelevant"}.
Side own_side(const Json& object) {
  for (const char* const key : {"relevant", "is_relevant", "label", "relevance", "type", "category", "class"}) {
    const auto found = object.find(key);
    if (found == object.end()) continue;
    if (found->is_boolean()) return found->get<bool>() ? Side::kRelevant : Side::kIrrelevant;
    if (found->is_string() && words_in(found->get_ref<const std::string&>()) <= 4)
      if (const Side side = side_named(found->get_ref<const std::string&>()); side != Side::kNone) return side;
  }
  return Side::kNone;
}

std::string with_blanks(std::string text) {
  std::ranges::replace(text, '_', ' ');
  for (std::size_t i = 1; i < text.size(); ++i)  // relevantDocuments
    if (text[i] >= 'A' && text[i] <= 'Z' && text[i - 1] >= 'a' && text[i - 1] <= 'z') text.insert(i++, " ");
  for (const std::string_view word : {"relevant"})
    if (const std::size_t at = text.find(word); at != std::string::npos && at + word.size() < text.size() &&
                                                text[at + word.size()] >= '0' && text[at + word.size()] <= '9')
      text.insert(at + word.size(), " ");
  return text;
}

void collect(const Json& json, Side side, int depth, std::vector<Found>& found) {
  if (depth > kDeepest) return;
  if (json.is_string()) return found.push_back({side, json.get<std::string>()});
  if (json.is_array()) {
    for (const Json& element : json) collect(element, side, depth + 1, found);
    return;
  }
  if (!json.is_object()) return;
  if (const Side own = own_side(json); own != Side::kNone) side = own;
  for (const auto& [key, value] : json.items()) {
    if (value.is_string() && words_in(value.get_ref<const std::string&>()) < kFewestWords) continue;  // titles, labels
    const Side named = side_named(with_blanks(key));
    collect(value, named == Side::kNone ? side : named, depth + 1, found);
  }
}

/// The documents of an answer in JSON: the whole of it, what stands in a fence of code, or one object a line.
std::vector<Found> found_in_json(std::string_view text) {
  std::vector<Found> found;
  const std::size_t open = text.find_first_of("{["), close = text.find_last_of("}]");
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) return found;
  const Json whole = Json::parse(text.substr(open, close - open + 1), nullptr, false);
  if (!whole.is_discarded()) {
    collect(whole, Side::kNone, 0, found);
  } else {
    for (std::string_view line : lines_of(text)) {
      if (line.ends_with(',')) line.remove_suffix(1);
      if (!line.starts_with('{')) continue;
      const Json json = Json::parse(line, nullptr, false);
      if (!json.is_discarded()) collect(json, Side::kNone, 0, found);
    }
  }
  std::erase_if(found, [](const Found& one) { return one.side == Side::kNone; });
  return found;
}

// --------------------------------------------------------------------------------------------------------------------

/// Without what a model thought before it answered.
std::string_view without_thoughts(std::string_view text) {
  const std::size_t end = text.rfind("</think>");
  return end == std::string_view::npos ? text : text.substr(end + std::string_view("</think>").size());
}

std::string plain_lines(std::string_view text) {
  std::string plain(text);
  std::erase(plain, '\r');
  return plain;
}

/// Sorts what was found, without what is no document.
SyntheticDocuments sorted_out(const std::vector<Found>& found, std::size_t most, SyntheticDocuments result) {
  for (const Found& one : found) {
    const std::string text = cleaned(one.text);
    if (text.empty()) continue;
    if (declines(text)) {
      result.notes.push_back("a document is a refusal");
    } else if (words_in(text) < kFewestWords) {
      result.notes.push_back("a document has only " +
                             base::counted(static_cast<long>(words_in(text)), "word", "words"));
    } else {
      auto& same = one.side == Side::kRelevant ? result.relevant : result.irrelevant;
      if (std::ranges::find(same, text) != same.end())
        result.notes.push_back("a document is there twice");
      else if (same.size() == most)
        result.notes.push_back("there are more documents than were asked for");
      else
        same.push_back(text);
    }
  }
  const std::vector<std::string> relevant = result.relevant;
  std::erase_if(result.relevant, [&](const std::string& text) {
    return std::ranges::find(result.irrelevant, text) != result.irrelevant.end();
  });
  if (result.relevant.size() == relevant.size()) return result;
  std::erase_if(result.irrelevant,
                [&](const std::string& text) { return std::ranges::find(relevant, text) != relevant.end(); });
  result.notes.push_back("a document is there as relevant and as irrelevant");
  return result;
}

void note_missing(SyntheticDocuments& result, std::size_t asked) {
  const auto note = [&](const std::vector<std::string>& documents, const char* kind) {
    if (documents.size() < asked)
      result.notes.push_back(std::to_string(documents.size()) + " of " + std::to_string(asked) + " " + kind +
                             " documents");
  };
  note(result.relevant, "relevant");
  note(result.irrelevant, "irrelevant");
}

}  // namespace

std::string synthesis_prompt(const collection::Need& need, int documents) {
  base::check(documents >= kFewestAsked && documents <= kMostAsked);
  std::string prompt(kPrompt);
  // From the end: what was put in is not looked at again.
  const auto fill = [&](std::string_view place, std::string_view text) {
    prompt.replace(kPrompt.find(place), place.size(), text);
  };
  fill("NUMBER_HERE", kNumbers[static_cast<std::size_t>(documents)]);
  fill("NARRATIVE_HERE", text::stripped(need.instruction));
  fill("TITLE_HERE", text::stripped(need.query));
  return prompt;
}

SyntheticDocuments documents_in(const net::ChatAnswer& answer, int documents) {
  const auto most = static_cast<std::size_t>(documents);
  const std::string text = plain_lines(without_thoughts(answer.text));
  SyntheticDocuments result;
  std::vector<Found> found = found_in_json(text);
  if (found.empty()) {
    LineParser parser(most);
    for (const std::string_view line : lines_of(text)) parser.take(line);
    found = parser.finish(result.notes);
  }
  if (answer.is_cut && !found.empty()) {
    found.pop_back();
    result.notes.push_back("the answer was cut at max_tokens: its last document does not count");
  }
  result = sorted_out(found, most, std::move(result));
  note_missing(result, most);
  return result;
}

}  // namespace heed::train
