#include "text/pre_tokenizers.h"

#include <algorithm>
#include <array>
#include <utility>

#include "text/characters.h"
#include "text/regex.h"

namespace heed::text {

namespace {

/// Cuts words at matches, which come in order. `invert` takes what is matched for what is not.
class Cutter {
 public:
  Cutter(SplitBehavior behavior, bool invert) : behavior_(behavior), invert_(invert) {}

  void begin_word(Span word) {
    word_ = word;
    done_ = word.begin;
    first_ = spans_.size();
    last_matched_ = false;
  }
  void match(Span span) {
    gap({done_, span.begin});
    piece(span, true);  // an empty one cuts too
    done_ = span.end;
  }
  void end_word() {
    gap({done_, word_.end});
    const auto empty = [](Span span) { return span.begin == span.end; };
    spans_.erase(std::remove_if(spans_.begin() + static_cast<std::ptrdiff_t>(first_), spans_.end(), empty),
                 spans_.end());
  }
  std::vector<Span> take() { return std::move(spans_); }

 private:
  void gap(Span span) {
    if (span.begin != span.end) piece(span, false);
  }
  void piece(Span span, bool is_match) {
    const bool matched = is_match != invert_;
    if (matched && behavior_ == SplitBehavior::kRemoved) return;
    if (spans_.size() > first_ && joins(matched))
      spans_.back().end = span.end;
    else
      spans_.push_back(span);
    // Of matches that touch only one is merged with a neighbour.
    last_matched_ = matched;
  }
  bool joins(bool matched) const {
    switch (behavior_) {
      case SplitBehavior::kMergedWithPrevious:
        return matched && !last_matched_;
      case SplitBehavior::kMergedWithNext:
        return !matched && last_matched_;
      case SplitBehavior::kContiguous:
        return matched == last_matched_;
      default:
        return false;
    }
  }

  SplitBehavior behavior_;
  bool invert_;
  std::vector<Span> spans_;
  Span word_;
  std::size_t done_ = 0, first_ = 0;
  bool last_matched_ = false;
};

/// Cuts at each character for which `matches`.
template <typename Matches>
void cut_at_characters(Words& words, SplitBehavior behavior, Matches matches) {
  Cutter cutter(behavior, false);
  for (const Span word : words.spans) {
    cutter.begin_word(word);
    for (std::size_t at = word.begin; at < word.end;) {
      const std::size_t begin = at;
      if (matches(next_code_point(words.text, at))) cutter.match({begin, at});
    }
    cutter.end_word();
  }
  words.spans = cutter.take();
}

struct Split {
  Pattern pattern;
  SplitBehavior behavior = SplitBehavior::kIsolated;
  bool invert = false;
};

void cut_at_pattern(Words& words, const Split& split) {
  const std::vector<Match> matches = split.pattern.matches(words.text, words.spans);
  Cutter cutter(split.behavior, split.invert);
  auto match = matches.begin();
  for (std::size_t i = 0; i < words.spans.size(); ++i) {
    cutter.begin_word(words.spans[i]);
    for (; match != matches.end() && match->region == i; ++match) cutter.match(match->span);
    cutter.end_word();
  }
  words.spans = cutter.take();
}

/// Writes every word anew: `append(word, is_first_in_text, text)`.
template <typename Append>
void rewrite(Words& words, Append append) {
  Words result;
  result.at_start = words.at_start && !words.spans.empty() && words.spans.front().begin == 0;
  result.text.reserve(words.text.size() + words.text.size() / 4);
  result.spans.reserve(words.spans.size());
  for (const Span span : words.spans) {
    const std::size_t begin = result.text.size();
    append(std::string_view(words.text).substr(span.begin, span.end - span.begin), words.at_start && span.begin == 0,
           result.text);
    result.spans.push_back({begin, result.text.size()});
  }
  words = std::move(result);
}

/// The characters of byte-level BPE: printable Latin-1 stands for itself, the other bytes for U+0100 and on.
const std::array<std::string, 256>& byte_characters() {
  static const std::array<std::string, 256> kCharacters = [] {
    std::array<std::string, 256> result;
    char32_t other = 0x100;
    for (char32_t byte = 0; byte < 256; ++byte) {
      const bool itself = (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte <= 0xFF && byte != 0xAD);
      append_code_point(itself ? byte : other++, result[byte]);
    }
    return result;
  }();
  return kCharacters;
}

void append_byte_level(std::string_view bytes, std::string& text) {
  const auto& characters = byte_characters();
  for (const char byte : bytes) text += characters[static_cast<unsigned char>(byte)];
}

void to_byte_level(Words& words) {
  rewrite(words, [](std::string_view word, bool, std::string& text) { append_byte_level(word, text); });
}

PreTokenizer read_bert(const JsonPart&) {
  return bert_pre_tokenizer();
}

/// `\w+|[^\w\s]+`: runs of word characters, and runs of what is neither that nor white space.
PreTokenizer read_whitespace(const JsonPart&) {
  return [](Words& words) {
    cut_at_characters(words, SplitBehavior::kRemoved, is_white_space);
    cut_at_characters(words, SplitBehavior::kContiguous, is_word);
  };
}

PreTokenizer read_whitespace_split(const JsonPart&) {
  return [](Words& words) { cut_at_characters(words, SplitBehavior::kRemoved, is_white_space); };
}

SplitBehavior read_behavior(const JsonPart& from) {
  static constexpr std::pair<std::string_view, SplitBehavior> kNames[] = {
      {"Isolated", SplitBehavior::kIsolated},
      {"Removed", SplitBehavior::kRemoved},
      {"MergedWithPrevious", SplitBehavior::kMergedWithPrevious},
      {"MergedWithNext", SplitBehavior::kMergedWithNext},
      {"Contiguous", SplitBehavior::kContiguous}};
  const std::string name = from.text("behavior");
  for (const auto& [known, behavior] : kNames)
    if (name == known) return behavior;
  from.part("behavior").fail("there is no behavior \"" + name + "\"");
}

PreTokenizer read_punctuation(const JsonPart& from) {
  const SplitBehavior behavior = from.has("behavior") ? read_behavior(from) : SplitBehavior::kIsolated;
  return [behavior](Words& words) { cut_at_characters(words, behavior, is_punctuation); };
}

PreTokenizer read_digits(const JsonPart& from) {
  const auto behavior =
      from.flag_or("individual_digits", false) ? SplitBehavior::kIsolated : SplitBehavior::kContiguous;
  return [behavior](Words& words) { cut_at_characters(words, behavior, is_numeric); };
}

enum class PrependScheme { kAlways, kFirst, kNever };

/// `prepend_scheme`, or the older `add_prefix_space`, which says always or never.
PrependScheme read_prepend_scheme(const JsonPart& from) {
  const bool add = from.flag_or("add_prefix_space", true);
  const std::string scheme = from.text_or("prepend_scheme", add ? "always" : "never");
  if (!add && scheme != "never") from.fail("add_prefix_space and prepend_scheme contradict each other");
  if (scheme == "always") return PrependScheme::kAlways;
  if (scheme == "first") return PrependScheme::kFirst;
  if (scheme == "never") return PrependScheme::kNever;
  from.part("prepend_scheme").fail("there is no scheme \"" + scheme + "\"");
}

void append_with_metaspaces(std::string_view word, std::string_view mark, std::string& text) {
  for (const char c : word)
    if (c == ' ')
      text += mark;
    else
      text += c;
}

PreTokenizer read_metaspace(const JsonPart& from) {
  const std::string mark = from.text("replacement");
  if (count_code_points(mark) != 1) from.part("replacement").fail("is not one character");
  const PrependScheme scheme = read_prepend_scheme(from);
  const bool split = from.flag_or("split", true);
  const Split at_marks = {Pattern::literal(mark), SplitBehavior::kMergedWithNext, false};
  return [mark, scheme, split, at_marks](Words& words) {
    rewrite(words, [&](std::string_view word, bool is_first, std::string& text) {
      const bool wanted = scheme == PrependScheme::kAlways || (scheme == PrependScheme::kFirst && is_first);
      if (wanted && !word.starts_with(mark) && !word.starts_with(' ')) text += mark;
      append_with_metaspaces(word, mark, text);
    });
    if (split) cut_at_pattern(words, at_marks);
  };
}

PreTokenizer read_split(const JsonPart& from) {
  const Split split = {read_pattern(from), read_behavior(from), from.flag_or("invert", false)};
  return [split](Words& words) { cut_at_pattern(words, split); };
}

PreTokenizer read_byte_level(const JsonPart& from) {
  const bool prefix = from.flag_or("add_prefix_space", true), use_regex = from.flag_or("use_regex", true);
  const Split split = {use_regex ? Pattern::regex(kGpt2Words) : Pattern::literal(""), SplitBehavior::kIsolated, false};
  return [prefix, use_regex, split](Words& words) {
    if (prefix)
      rewrite(words, [](std::string_view word, bool, std::string& text) {
        if (!word.starts_with(' ')) text += ' ';
        text += word;
      });
    if (use_regex) cut_at_pattern(words, split);
    to_byte_level(words);
  };
}

PreTokenizer read_sequence(const JsonPart& from) {
  std::vector<PreTokenizer> steps;
  for (const JsonPart& step : from.list("pretokenizers")) steps.push_back(read_pre_tokenizer(step));
  return [steps](Words& words) {
    for (const PreTokenizer& step : steps) step(words);
  };
}

struct Row {
  std::string_view type;
  PreTokenizer (*read)(const JsonPart& description);
};

// To add a kind: write its function, then its row.
constexpr Row kKinds[] = {
    {"BertPreTokenizer", read_bert},
    {"Whitespace", read_whitespace},
    {"WhitespaceSplit", read_whitespace_split},
    {"Punctuation", read_punctuation},
    {"Digits", read_digits},
    {"Metaspace", read_metaspace},
    {"Split", read_split},
    {"ByteLevel", read_byte_level},
    {"Sequence", read_sequence},
};

}  // namespace

PreTokenizer bert_pre_tokenizer() {
  return [](Words& words) {
    cut_at_characters(words, SplitBehavior::kRemoved, is_white_space);
    cut_at_characters(words, SplitBehavior::kIsolated, is_punctuation);
  };
}

PreTokenizer byte_level_split(std::string_view expression) {
  return [split = Split{Pattern::regex(expression), SplitBehavior::kIsolated, false}](Words& words) {
    cut_at_pattern(words, split);
    to_byte_level(words);
  };
}

std::string byte_level_piece(std::string_view bytes) {
  std::string result;
  append_byte_level(bytes, result);
  return result;
}

PreTokenizer read_pre_tokenizer(const JsonPart& description) {
  const std::string type = description.text("type");
  const auto row = std::ranges::find(kKinds, type, &Row::type);
  if (row == std::end(kKinds)) description.fail("the pre_tokenizer \"" + type + "\" is not supported");
  return row->read(description);
}

}  // namespace heed::text
