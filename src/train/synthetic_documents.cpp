#include "train/synthetic_documents.h"

#include <algorithm>
#include <array>
#include <map>
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

constexpr std::array<std::string_view, 21> kIrrelevantWords = {
    "irrelevant",         "non-relevant", "nonrelevant",     "non relevant",       "not relevant",
    "not-relevant",       "not_relevant", "non_relevant",    "non\u2011relevant",  "non\u2010relevant",
    "slightly off-topic", "off-topic",    "off topic",       "slightly off topic", "off_topic",
    "offtopic",           "unrelated",    "not as relevant", "ir-relevant",        "slightly irrelevant",
    "slightly unrelated"};
constexpr std::array<std::string_view, 1> kRelevantWords = {"relevant"};
constexpr std::array<std::string_view, 21> kNouns = {
    "documents", "document", "docs",    "doc",      "options",   "option",   "passages",
    "passage",   "texts",    "text",    "examples", "example",   "articles", "article",
    "ones",      "one",      "version", "versions", "paragraph", "set",      "paragraphs"};
/// What may stand before the kind in a heading, and changes nothing of its meaning.
constexpr std::array<std::string_view, 28> kLeads = {
    "sure", "certainly", "of course", "absolutely", "okay", "ok",   "here",  "are",       "is",        "and",
    "now",  "next",      "the",       "these",      "a",    "an",   "some",  "following", "different", "options",
    "for",  "long",      "examples",  "of",         "my",   "your", "below", "documents"};

Side take_side(std::string_view& line) {
  if (take_one_of(line, kIrrelevantWords)) return Side::kIrrelevant;
  return take_one_of(line, kRelevantWords) ? Side::kRelevant : Side::kNone;
}

/// Whether a text says anything of either side, however it does.
bool mentions_side(std::string_view text) {
  const std::string lower = base::lower_case(text);
  for (const char* const word : {"relevan", "off-topic", "off topic", "on-topic", "on topic", "unrelated", "offtopic"})
    if (lower.find(word) != std::string::npos) return true;
  return false;
}

constexpr std::string_view kMarks = "#*_>~ \t";

int number_of(std::string_view digits) {
  int number = 0;
  for (const char digit : digits) number = number * 10 + (digit - '0');
  return number;
}

/// "1.", "2)", "(3)", "[4]", "#5:"; a number alone is none.
bool take_number(std::string_view& line, int& number) {
  std::string_view rest = line;
  const bool is_open = rest.starts_with('(') || rest.starts_with('[');
  if (is_open || rest.starts_with('#')) rest.remove_prefix(1);
  const std::size_t digits = std::min(rest.find_first_not_of("0123456789"), rest.size());
  if (digits == 0 || digits > 2) return false;
  const std::string_view written = rest.substr(0, digits);
  rest.remove_prefix(digits);
  if (rest.empty() || std::string_view(".):]").find(rest.front()) == std::string_view::npos) return false;
  rest.remove_prefix(1);
  if (!rest.empty() && is_word(rest.front())) return false;  // 1.5 million
  number = number_of(written);
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
  bool begins_one = false;   ///< has a number or a bullet: one document begins here
  bool has_noun = false;     ///< "Option 2:"
  int number = 0;            ///< 0: none
  std::string_view noun{};   ///< without its plural
  bool is_doubtful = false;  ///< "Relevant document (less relevant)"
  std::string_view rest{};   ///< the text behind it
};

void skip_number(std::string_view& line, Label& label) {
  skip(line, kMarks);
  if (take_word(line, "number") || take_word(line, "no.")) skip(line, " ");
  skip(line, "#");
  const std::size_t digits = std::min(line.find_first_not_of("0123456789"), line.size());
  if (digits > 0 && digits <= 2 && (digits == line.size() || !is_word(line[digits]))) {
    label.number = number_of(line.substr(0, digits));
    line.remove_prefix(digits);
    label.begins_one = true;
  } else if (line.size() >= 2 && line[0] >= 'A' && line[0] <= 'I' && line.find_first_of(":.)*") == 1) {
    label.number = line[0] - 'A' + 1;  // Document A:
    line.remove_prefix(1);
    label.begins_one = true;
  }
}

/// A noun with its number, where there is one.
bool take_noun(std::string_view& line, Label& label) {
  const std::string_view before = line;
  if (!take_one_of(line, kNouns)) return false;
  label.noun = before.substr(0, before.size() - line.size());
  if (label.noun.ends_with('s')) label.noun.remove_suffix(1);
  label.has_noun = true;
  skip_number(line, label);
  return true;
}

/// Whether the label ends here: at a colon, a dash, a bracket, or with the line. Leaves the text behind it.
bool take_end(std::string_view& line, Label& label) {
  skip(line, kMarks);
  if (line.starts_with('(') && line.find(')') < 60) {  // (slightly off topic)
    std::string_view bracket = line.substr(1, line.find(')') - 1);
    line.remove_prefix(line.find(')') + 1);
    const bool speaks = mentions_side(bracket);
    label.is_doubtful = speaks && (take_side(bracket) != label.side || mentions_side(bracket));
    skip(line, kMarks);
  }
  if (line.empty()) return true;
  for (const std::string_view end : {":", ".", ")", "]", "- ", "\u2013", "\u2014"}) {
    if (!line.starts_with(end) || (end == "." && !label.begins_one)) continue;
    line.remove_prefix(end.size());
    skip(line, ")]:*_ \t");
    return true;
  }
  return false;
}

/// A number word or a number among the words before the kind: "Here are 3 relevant documents:".
bool take_count(std::string_view& line) {
  if (take_one_of(line, kNumbers)) return true;
  const std::size_t digits = std::min(line.find_first_not_of("0123456789"), line.size());
  if (digits == 0 || digits > 2 || digits == line.size() || line[digits] != ' ') return false;
  line.remove_prefix(digits);
  return true;
}

/// "Relevant Document 1:", "**Non-relevant:**", "Document 2 (Irrelevant):", "3. Relevant -", "And here are the three
/// irrelevant ones:": [number] [noun number] [words of kLeads] KIND [noun] [number] [bracket] end. Nothing else is one.
std::optional<Label> side_label(std::string_view line) {
  Label label;
  skip(line, kMarks);
  if (take_number(line, label.number) || take_bullet(line)) label.begins_one = true;
  skip(line, kMarks);
  if (Label noun; take_noun(line, noun) && (noun.number > 0 || !noun.begins_one)) {
    if (noun.number > 0) label = noun;
    skip(line, " :.-()[]*_\u2013\u2014");
  }
  skip(line, "([ *_");
  while (take_count(line) || take_one_of(line, kLeads)) skip(line, " ,!.");
  label.side = take_side(line);
  if (label.side == Side::kNone) return std::nullopt;
  skip(line, " *_");
  if (!take_noun(line, label)) skip_number(line, label);
  if (!take_end(line, label)) return std::nullopt;
  label.rest = text::stripped(line);
  return label;
}

/// A number or a bullet, or "Option 2:": one more document of the same kind.
std::optional<Label> item(std::string_view line) {
  Label label{.begins_one = true};
  skip(line, "#> \t");
  std::string_view inner = line;
  skip(inner, kMarks);
  if (!take_number(inner, label.number)) {
    inner = line;
    if (!take_bullet(inner)) {
      skip(inner, kMarks);
      label.begins_one = false;
      if (!take_noun(inner, label) || !label.begins_one || !take_end(inner, label)) return std::nullopt;
    }
  }
  skip(inner, "*_ ");
  std::string_view after = inner;  // 1. Document: ..
  Label ignored;
  if (take_noun(after, ignored) && take_end(after, ignored)) inner = after;
  label.rest = text::stripped(inner);
  return label;
}

/// Whether a line begins with a label that is not known, "Distractor 2:", "Negative:", "Summary: ..".
bool has_unknown_label(std::string_view line) {
  const std::size_t colon = line.find(':');
  return colon != std::string_view::npos && words_in(line.substr(0, colon)) <= 4;
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

template <std::size_t kCount>
bool begins_with_one_of(std::string_view line, const std::array<std::string_view, kCount>& beginnings) {
  return std::ranges::any_of(beginnings, [&](std::string_view beginning) { return begins(line, beginning); });
}

/// What models say behind the last document.
bool takes_leave(std::string_view line) {
  constexpr std::array<std::string_view, 10> kBeginnings = {
      "let me know", "i hope",          "hope this",   "please let me",  "please note",
      "feel free",   "these documents", "if you need", "would you like", "is there anything"};
  return begins_with_one_of(line, kBeginnings);
}

/// What models say before the first document.
bool introduces(std::string_view line) {
  constexpr std::array<std::string_view, 11> kBeginnings = {
      "sure", "here", "certainly", "of course", "okay", "absolutely", "below", "i have", "i've", "to ", "based on"};
  return line.ends_with(':') || begins_with_one_of(line, kBeginnings);
}

/// What models say about a document: "**Why it is not relevant:**", "Explanation: ..".
bool explains(std::string_view line) {
  constexpr std::array<std::string_view, 10> kBeginnings = {"explanation",   "note:",     "note**",    "reason:",
                                                            "reasons:",      "reasoning", "rationale", "why ",
                                                            "justification", "comment:"};
  constexpr std::array<std::string_view, 6> kSubjects = {"this document ", "this passage ", "this option ",
                                                         "this text ",     "this is ",      "it is "};
  skip(line, "#*_>-([ \t");
  if (begins_with_one_of(line, kBeginnings)) return true;
  return begins_with_one_of(line, kSubjects) && mentions_side(line.substr(0, 60));
}

bool is_rule(std::string_view line) {
  return line.starts_with("```") || line.find_first_not_of("-=*_ ") == std::string_view::npos;
}

struct Line {
  std::string_view text{};
  bool is_after_blank = false;  ///< or after a rule
};

std::vector<Line> lines_of(std::string_view text) {
  std::vector<Line> lines;
  bool is_after_blank = false;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = text::stripped(text.substr(begin, end - begin));
    const bool is_blank = line.empty() || is_rule(line);
    if (!is_blank) lines.push_back({line, is_after_blank});
    is_after_blank = is_blank;
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

/// The kind that the word "relevant" at the end of a text names.
Side side_before(std::string_view text) {
  const std::string lower = base::lower_case(text.substr(text.size() - std::min<std::size_t>(text.size(), 16)));
  if (!lower.ends_with("relevant")) return Side::kNone;
  const std::string_view before = std::string_view(lower).substr(0, lower.size() - std::string_view("relevant").size());
  for (const std::string_view negation : {"ir", "non-", "non ", "not ", "non\u2011"})
    if (before.ends_with(negation)) return Side::kIrrelevant;
  return Side::kRelevant;
}

/// The kind that a label in the middle of a text names: "Relevant Document 2:", "(irrelevant)".
Side side_inside(std::string_view text) {
  const std::string lower = base::lower_case(text);
  constexpr std::string_view kWord = "relevant";
  for (std::size_t at = lower.find(kWord); at != std::string::npos; at = lower.find(kWord, at + 1)) {
    std::string_view behind = text.substr(at + kWord.size());
    skip(behind, " *_");
    Label ignored;
    take_noun(behind, ignored);
    skip(behind, " *_");
    if (behind.starts_with(':') || behind.starts_with(')') || behind.starts_with(']'))
      return side_before(text.substr(0, at + kWord.size()));
  }
  return Side::kNone;
}

/// The kind that a label at the end names: "(Irrelevant)", "**Relevant**".
Side side_at_end(std::string_view text) {
  const std::size_t end = text.find_last_not_of(")]*_: .") + 1;
  const bool is_marked = text.find_first_of(")]*_:", end) != std::string_view::npos;
  return is_marked ? side_before(text.substr(0, end)) : Side::kNone;
}

bool is_long(std::string_view text) {
  return words_in(text) >= kFewestWords;
}

struct Document {
  Side side = Side::kNone;
  bool has_label = false;  ///< its own, with the side
  bool has_item = false;   ///< a number, a bullet or "Option 2:"
  bool is_after_blank = false;
  int number = 0;           ///< 0: none
  int label = 0;            ///< which of the answer's labels and headings it stands below, from 1
  std::string_view noun{};  ///< of the label or heading
  std::vector<std::string_view> lines{};

  std::string text() const {
    std::string text;
    for (const std::string_view line : lines) text += (text.empty() ? "" : "\n") + std::string(line);
    return text;
  }
};

/// Reads lines one after the other, and says in the end which documents there are. What is not understood is a doubt,
/// and with one the answer counts only if both kinds are there in full; what contradicts itself never counts.
class LineParser {
 public:
  explicit LineParser(std::size_t most) : most_(most) {}

  void take(const Line& line) {
    const std::string_view text = line.text;
    if (text.starts_with('|')) return fail("it has a table");
    if (const auto label = side_label(text)) {
      if (label->rest.empty() || label->begins_one || is_long(label->rest)) return begin(*label);
      doubt(text);
      return add(line);
    }
    if (explains(text)) return explain(text);
    const bool speaks = !is_long(text) && mentions_side(text);
    if (speaks) {
      mentions_side_ = true;
      if (is_at_start() && names_both(text)) return;
      doubt(text);
    }
    if (const auto next = item(text); next && (!speaks || next->rest.empty())) return begin_item(*next, line);
    if (has_unknown_label(text) && !is_at_start()) doubt(text);
    if (takes_leave(text) && words_in(text) < 2 * kFewestWords) {
      others_ += is_long(text) ? 1 : 0;
      return;
    }
    add(line);
  }

  std::vector<Found> finish(bool is_cut, std::vector<std::string>& notes) {
    flush();
    if (open_heading_ != Side::kNone) fail("a heading has nothing below it");
    std::vector<Found> found;
    if (has_labels_)
      check(is_cut);
    else if (!is_cut && fault_.empty())
      split_in_halves();
    if (!fault_.empty()) {
      notes.push_back("the answer is ambiguous: " + fault_);
      return found;
    }
    for (const Document& document : documents_)
      if (document.side != Side::kNone) found.push_back({document.side, document.text()});
    return found;
  }

 private:
  void fail(const std::string& what) {
    if (fault_.empty()) fault_ = what;
  }

  void doubt(std::string_view line) {
    if (doubt_.empty()) doubt_ = "unclear is \"" + std::string(text::stripped(line.substr(0, 60))) + "\"";
  }

  bool is_at_start() const { return documents_.empty() && !has_labels_ && !in_document_; }
  Side side() const { return in_document_ ? current_.side : section_; }

  /// "Here are three relevant and three irrelevant documents:"
  static bool names_both(std::string_view line) {
    const std::string lower = base::lower_case(line);
    const std::size_t first = lower.find("relevan"), last = lower.rfind("relevan");
    const auto is_negated = [&](std::size_t at) { return at >= 2 && lower.compare(at - 2, 2, "ir") == 0; };
    return first != std::string::npos && first != last && is_negated(first) != is_negated(last);
  }

  void begin(const Label& label) {
    flush();
    if (open_heading_ != Side::kNone && label.side != open_heading_) fail("a heading has nothing below it");
    if (label.is_doubtful) fail("a label says both, or neither");
    if (side_label(label.rest) || explains(label.rest)) fail("a label stands behind a label");
    has_labels_ = true;
    ++labels_;
    is_skipping_ = false;
    in_document_ = label.begins_one || !label.rest.empty();
    section_ = in_document_ ? Side::kNone : label.side;
    open_heading_ = section_;
    noun_ = label.noun;
    if (!in_document_) return;
    current_ = {.side = label.side, .has_label = true, .number = label.number, .noun = noun_};
    if (!label.rest.empty()) current_.lines.push_back(label.rest);
  }

  void begin_item(const Label& label, const Line& line) {
    if (has_unknown_label(label.rest)) doubt(label.rest);
    const bool is_bullet = label.number == 0 && !label.has_noun;
    const bool is_inner = section_ != Side::kNone ? is_bullet && !is_long(line.text) && in_document_
                                                  : !label.has_noun && in_document_ && current_.side != Side::kNone;
    if (is_inner) {
      if (is_long(line.text)) doubt(line.text);
      return add(line);
    }
    flush();
    is_skipping_ = false;
    in_document_ = true;
    current_ = {.side = section_,
                .has_item = true,
                .is_after_blank = line.is_after_blank,
                .number = label.number,
                .noun = section_ == Side::kNone ? label.noun : noun_};
    if (!label.rest.empty()) current_.lines.push_back(label.rest);
  }

  void explain(std::string_view line) {
    ++others_;
    if (mentions_side(line)) mentions_side_ = true;
    if (is_long(line)) return;
    const std::string lower = base::lower_case(line);
    const bool is_negated = std::ranges::any_of(
        std::array{"irrelevan", " not ", "n't", "n\u2019t", "non-", "off-topic", "off topic", "unrelated"},
        [&](const char* word) { return lower.find(word) != std::string::npos; });
    if (mentions_side(line) && side() == (is_negated ? Side::kRelevant : Side::kIrrelevant))
      fail("an explanation contradicts the label");
    std::string_view bare = line;
    while (bare.ends_with('*') || bare.ends_with('_') || bare.ends_with(' ')) bare.remove_suffix(1);
    if (bare.ends_with(':') || line.starts_with('#') || line.ends_with("**")) is_skipping_ = true;
  }

  void add(const Line& line) {
    if (is_skipping_) return;
    if (in_document_) return current_.lines.push_back(line.text);
    if (!is_long(line.text)) {
      others_ += documents_.empty() && others_ == 0 && line.text.ends_with(':') ? 0 : 1;
      return;
    }
    open_heading_ = Side::kNone;
    if (declines(line.text)) return;
    documents_.push_back({.side = section_,
                          .is_after_blank = line.is_after_blank,
                          .label = labels_,
                          .noun = noun_,
                          .lines = {line.text}});
  }

  void flush() {
    if (!std::exchange(in_document_, false)) return;
    if (current_.lines.empty()) {
      if (current_.has_label) fail("a label has nothing below it");
      return;
    }
    current_.label = labels_;
    documents_.push_back(std::move(current_));
    open_heading_ = Side::kNone;
  }

  std::size_t count(Side side) const {
    return static_cast<std::size_t>(std::ranges::count(documents_, side, &Document::side));
  }

  void check(bool is_cut) {
    for (const Document& document : documents_)
      if (document.side == Side::kNone && is_long(document.text()) &&
          (document.has_item || !introduces(document.lines.front())))
        fail("a document has no label before it");
    std::erase_if(documents_, [](const Document& document) { return document.side == Side::kNone; });
    if (count(Side::kRelevant) > most_ || count(Side::kIrrelevant) > most_)
      fail("there are more documents than were asked for");
    if (!is_regular()) fail("its labels follow no order");
    if (!has_good_numbers(Side::kRelevant) || !has_good_numbers(Side::kIrrelevant)) fail("its numbers follow no order");
    if (!has_good_headings(Side::kRelevant) || !has_good_headings(Side::kIrrelevant))
      fail("it has a heading for several documents and one for others of the kind");
    check_nouns();
    const bool is_full = count(Side::kRelevant) == most_ && count(Side::kIrrelevant) == most_;
    if (is_cut && !documents_.empty()) documents_.pop_back();
    for (const Document& document : documents_) check(document, is_full);
    if (!is_full && !doubt_.empty()) fail(doubt_);
  }

  void check(const Document& document, bool is_full) {
    const std::string text = document.text();
    if (document.has_label && !is_long(text)) fail("a label has too little below it");
    if (text.starts_with("{\"")) fail("a document is JSON");
    const auto differs = [&](Side inside) { return inside != Side::kNone && inside != document.side; };
    if (differs(side_at_end(text))) fail("a document ends with another label");
    if (is_full) return;
    if (differs(side_inside(text))) fail("a label stands inside a document");
    if (std::ranges::count_if(document.lines, is_long) > 1) fail("nothing says where a document ends");
  }

  /// All of one kind and then all of the other, or one by one in turn.
  bool is_regular() const {
    std::size_t changes = 0;
    for (std::size_t i = 1; i < documents_.size(); ++i) changes += documents_[i].side != documents_[i - 1].side ? 1 : 0;
    return changes <= 1 || changes + 1 == documents_.size();
  }

  /// None, or 1, 2, 3 of one kind, or 1 to 6 through both.
  bool has_good_numbers(Side side) const {
    int of_all = 0, of_side = 0;
    bool has_none = true, counts_all = true, counts_side = true;
    for (const Document& document : documents_) {
      ++of_all;
      if (document.number != of_all) counts_all = false;
      if (document.side != side) continue;
      ++of_side;
      if (document.number != 0) has_none = false;
      if (document.number != of_side) counts_side = false;
    }
    return has_none || counts_side || counts_all;
  }

  /// One heading for all of a kind, or one for each.
  bool has_good_headings(Side side) const {
    std::map<int, int> counts;
    for (const Document& document : documents_)
      if (document.side == side) ++counts[document.label];
    return counts.size() <= 1 || std::ranges::all_of(counts, [](const auto& count) { return count.second == 1; });
  }

  /// "Relevant article:" among "Relevant Document 1:" is part of a text.
  void check_nouns() {
    std::string first;
    for (const Document& document : documents_) {
      const std::string noun = base::lower_case(document.noun);
      if (noun.empty() || noun == "one" || noun == "doc") continue;
      if (first.empty()) first = noun;
      if (noun != first) fail("its labels are of several kinds");
    }
  }

  /// Without any label: exactly as many lines as were asked for and nothing else, the relevant ones first.
  void split_in_halves() {
    if (documents_.size() != 2 * most_ || others_ > 0 || mentions_side_ || !doubt_.empty()) return documents_.clear();
    for (std::size_t i = 0; i < documents_.size(); ++i) {
      Document& document = documents_[i];
      const std::size_t number = documents_.front().has_item ? i + 1 : 0;
      const bool is_alike = document.has_item == documents_.front().has_item && document.noun.empty() &&
                            document.number == static_cast<int>(number);
      const bool has_gap = i == 0 || i == most_ || document.is_after_blank == documents_[1].is_after_blank;
      if (!is_alike || !has_gap || document.lines.size() != 1 || !is_plain(document.lines.front()))
        return documents_.clear();
      document.side = i < most_ ? Side::kRelevant : Side::kIrrelevant;
    }
  }

  /// A line that says nothing of what it is, nor can be an introduction.
  static bool is_plain(std::string_view line) {
    if (!is_long(line) || introduces(line) || has_unknown_label(line) || declines(line) || takes_leave(line))
      return false;
    const std::string lower = base::lower_case(line);
    for (const char* const word :
         {"documents", "options", "the following", "below", "you asked", "you want", "request"})
      if (lower.find(word) != std::string::npos) return false;
    if (std::string_view("*#_|[({<-+=`~").find(line.front()) != std::string_view::npos) return false;
    const std::size_t space = line.find_first_of(" \t");
    if (std::string_view(".):]").find(line[space - 1]) != std::string_view::npos) return false;  // A. or 1b)
    constexpr std::size_t kNear = 60;
    return !mentions_side(line.substr(0, kNear)) &&
           !mentions_side(line.substr(line.size() - std::min(line.size(), kNear)));
  }

  std::size_t most_;
  Side section_ = Side::kNone;       ///< of the heading that is in force
  Side open_heading_ = Side::kNone;  ///< of a heading that has no document yet
  std::string_view noun_{};          ///< of the last label or heading
  bool has_labels_ = false, mentions_side_ = false;
  bool in_document_ = false;  ///< `current_` is under way
  bool is_skipping_ = false;  ///< below an explanation's heading
  int others_ = 0;            ///< lines that are no documents, but for one that ends in a colon before them all
  int labels_ = 0;
  std::string fault_, doubt_;
  Document current_;
  std::vector<Document> documents_;
};

// JSON ---------------------------------------------------------------------------------------------------------------

constexpr int kDeepest = 8;

/// A key or a value with its words apart and without numbers: "relevantDocument1" is "relevant document".
std::string normal(std::string_view text) {
  std::string words;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool is_hump = i > 0 && c >= 'A' && c <= 'Z' && text[i - 1] >= 'a' && text[i - 1] <= 'z';
    if (is_hump || c == '_' || c == '-') words += ' ';
    if (c != '_' && c != '-' && c != '#' && (c < '0' || c > '9')) words += base::lower_case(c);
  }
  while (words.ends_with(' ') || words.ends_with('.')) words.pop_back();
  return words;
}

/// The kind that a whole value or key names; neither where it says anything more.
Side side_of(std::string_view written) {
  const std::string text = normal(written);
  std::string_view rest = text;
  Label ignored;
  if (take_noun(rest, ignored)) skip(rest, " ");
  const Side side = take_side(rest);
  skip(rest, " ");
  if (take_noun(rest, ignored)) skip(rest, " ");
  return rest.empty() ? side : Side::kNone;
}

/// Collects the documents of a value; a fault is what makes the whole of it unclear.
class JsonReader {
 public:
  void collect(const Json& json, Side side, int depth = 0) {
    if (depth > kDeepest) return fail("it is too deep");
    if (json.is_string()) return add(json.get_ref<const std::string&>(), side);
    if (json.is_array())
      for (const Json& element : json) collect(element, side, depth + 1);
    if (json.is_object()) collect_object(json, side, depth);
  }

  std::vector<Found> found;
  std::string fault;

 private:
  void fail(const std::string& what) {
    if (fault.empty()) fault = what;
  }

  void add(const std::string& text, Side side) {
    if (!is_long(text) && mentions_side(text)) return fail("a label stands among the documents");
    if (is_long(text) && side == Side::kNone) return fail("a document has no label");
    for (const Side inside : {side_inside(text), side_at_end(text)})
      if (inside != Side::kNone && inside != side) return fail("a label stands inside a document");
    if (side != Side::kNone) found.push_back({side, text});
  }

  Side joined(Side before, Side now) {
    if (before != Side::kNone && now != Side::kNone && before != now) fail("its labels contradict each other");
    return now == Side::kNone ? before : now;
  }

  static bool is_label_key(const std::string& key) {
    return std::ranges::any_of(std::array{"relevant", "is relevant", "irrelevant", "is irrelevant", "label",
                                          "relevance", "relevance label", "type", "category", "class", "kind"},
                               [&](const char* name) { return key == name; });
  }

  /// What {"relevant": true} and {"label": "irrelevant"} say.
  Side said(const std::string& key, const Json& value) {
    const bool is_question = key.find("relevant") != std::string::npos;
    const bool is_reversed = key.find("irrelevant") != std::string::npos;
    if (value.is_boolean() && is_question)
      return value.get<bool>() != is_reversed ? Side::kRelevant : Side::kIrrelevant;
    if (value.is_string()) {
      const std::string& text = value.get_ref<const std::string&>();
      const std::string word = base::lower_case(text);
      if (is_question && (word == "true" || word == "yes" || word == "false" || word == "no"))
        return (word == "true" || word == "yes") != is_reversed ? Side::kRelevant : Side::kIrrelevant;
      const Side side = side_of(text);
      if (side != Side::kNone) {
        if (is_reversed) fail("a label is not clear");
        return side;
      }
      if (!is_question && key != "relevance" && !mentions_side(text)) return Side::kNone;  // "type": "article"
    }
    fail("a label is not clear");
    return Side::kNone;
  }

  void collect_object(const Json& object, Side side, int depth) {
    Side own = Side::kNone;
    for (const auto& [name, value] : object.items())
      if (const std::string key = normal(name);
          is_label_key(key) && !value.is_structured() && !(value.is_string() && is_long(value.get<std::string>())))
        own = joined(own, said(key, value));
    side = joined(side, own);
    const std::string *text = nullptr, *longest = nullptr;
    bool has_documents = false;
    for (const auto& [name, value] : object.items()) {
      const std::string key = normal(name);
      const Side named = side_of(name);
      const bool is_text = value.is_string() && is_long(value.get_ref<const std::string&>());
      if (!is_text && !value.is_structured()) continue;
      if (explains(key + ":") || key.find("explanation") != std::string::npos ||
          key.find("reason") != std::string::npos)
        continue;
      if (named == Side::kNone && mentions_side(key)) fail("a key is not clear");
      if (value.is_structured() || named != Side::kNone || is_numbered_noun(name)) {
        collect(value, joined(side, named), depth + 1);
        has_documents = true;
        continue;
      }
      const std::string& words = value.get_ref<const std::string&>();
      if (is_text_key(key) && (text == nullptr || words.size() > text->size())) text = &words;
      if (longest == nullptr || words.size() > longest->size()) longest = &words;
    }
    if (text == nullptr && !has_documents) text = longest;
    if (text != nullptr) add(*text, side);
  }

  static bool is_text_key(const std::string& key) {
    return std::ranges::any_of(std::array{"text", "document", "content", "body", "passage"},
                               [&](const char* name) { return key == name; });
  }

  /// "document1", "option_2", "3": one of several documents.
  static bool is_numbered_noun(const std::string& name) {
    if (name.find_first_of("0123456789") == std::string::npos) return false;
    const std::string key = normal(name);
    return key.empty() || std::ranges::find(kNouns, std::string_view(key)) != kNouns.end();
  }
};

bool begins_json(std::string_view line) {
  if (line.starts_with('{')) return true;
  if (!line.starts_with('[')) return false;
  line.remove_prefix(1);
  skip(line, " \t");
  return line.empty() || line.starts_with('{') || line.starts_with('"') || line.starts_with('[');
}

/// Reads an answer in JSON: all from the first line that begins some, or one object a line. False where none does:
/// what begins like JSON and is none is not read as lines, as they would be taken apart anywhere.
bool read_json(std::string_view text, JsonReader& reader) {
  const std::vector<Line> lines = lines_of(text);
  const auto first = std::ranges::find_if(lines, [](const Line& line) { return begins_json(line.text); });
  if (first == lines.end()) return false;
  const auto open = static_cast<std::size_t>(first->text.data() - text.data());
  const std::size_t close = text.find_last_of("}]");
  if (close != std::string_view::npos && close > open) {
    const Json whole = Json::parse(text.substr(open, close - open + 1), nullptr, false);
    if (!whole.is_discarded()) {
      reader.collect(whole, Side::kNone);
      return true;
    }
  }
  for (auto line = first; line != lines.end(); ++line) {
    std::string_view object = line->text;
    if (object.ends_with(',')) object.remove_suffix(1);
    const Json json = object.starts_with('{') ? Json::parse(object, nullptr, false) : Json(Json::value_t::discarded);
    if (!json.is_object()) {
      reader.fault = "it is no good JSON";
      return true;
    }
    reader.collect(json, Side::kNone);
  }
  return true;
}

// --------------------------------------------------------------------------------------------------------------------

/// Without what a model thought before it answered; nothing where it did not come to an end with that.
std::string_view without_thoughts(std::string_view text) {
  for (const std::string_view end : {"</think>", "</thinking>"})
    if (const std::size_t at = text.rfind(end); at != std::string_view::npos) text = text.substr(at + end.size());
  return text.find("<think") == std::string_view::npos ? text : std::string_view();
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
  if (answer.is_cut) result.notes.push_back("the answer was cut at max_tokens: its last document does not count");
  std::vector<Found> found;
  if (JsonReader reader; read_json(text, reader)) {
    if (reader.fault.empty())
      found = std::move(reader.found);
    else
      result.notes.push_back("the answer is ambiguous: " + reader.fault);
    if (answer.is_cut && !found.empty()) found.pop_back();
  } else {
    LineParser parser(most);
    for (const Line& line : lines_of(text)) parser.take(line);
    found = parser.finish(answer.is_cut, result.notes);
  }
  result = sorted_out(found, most, std::move(result));
  note_missing(result, most);
  return result;
}

}  // namespace heed::train
