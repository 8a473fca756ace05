#include "text/regex.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include <unicode/regex.h>

#include "base/error.h"

namespace heed::text {

namespace {

/// A text in UTF-16, and where its units stand in UTF-8.
class Utf16 {
 public:
  explicit Utf16(std::string_view text)
      : units_(icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<int32_t>(text.size())))) {
    if (is_ascii(text)) return;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t begin = at;
      byte_of_.insert(byte_of_.end(), next_code_point(text, at) > 0xFFFF ? 2 : 1, static_cast<std::uint32_t>(begin));
    }
    byte_of_.push_back(static_cast<std::uint32_t>(text.size()));
  }

  const icu::UnicodeString& units() const { return units_; }
  std::size_t byte(int32_t unit) const {
    return byte_of_.empty() ? static_cast<std::size_t>(unit) : byte_of_[static_cast<std::size_t>(unit)];
  }
  int32_t unit(std::size_t byte) const {
    if (byte_of_.empty()) return static_cast<int32_t>(byte);
    return static_cast<int32_t>(std::ranges::lower_bound(byte_of_, byte) - byte_of_.begin());
  }

 private:
  icu::UnicodeString units_;
  std::vector<std::uint32_t> byte_of_;  // empty where all is ASCII
};

std::size_t end_of_escape(std::string_view expression, std::size_t at) {
  const bool named = at + 2 < expression.size() && expression[at + 2] == '{';
  const std::size_t end = named ? expression.find('}', at) : at + 1;
  return std::min(end, expression.size() - 1) + 1;
}

/// The end of the escape, the class in brackets (which may nest) or the character at `at` of an expression.
std::size_t end_of_atom(std::string_view expression, std::size_t at) {
  int depth = 0;
  do {
    const char c = expression[at];
    depth += (c == '[') - (c == ']' && depth > 0);
    at = c == '\\' ? end_of_escape(expression, at) : at + 1;
  } while (depth > 0 && at < expression.size());
  return at;
}

/// An escape that Oniguruma, Hugging Face's engine, takes for something else than ICU does, in ICU's words.
struct Escape {
  std::string escape, alone, in_class;
};

/// Words: ICU's have joiners, Oniguruma's outside of a class some of Latin-1's numbers; and ICU's ends of words pass
/// over marks. `\h` is a hexadecimal digit, in ICU a blank.
const std::vector<Escape>& escapes() {
  static const std::vector<Escape> kEscapes = [] {
    const std::string word = "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}",
                      alone = word + "\\u00B2\\u00B3\\u00B9\\u00BC-\\u00BE";
    const std::string after = "(?<=[" + alone + "])", not_after = "(?<![" + alone + "])";
    const std::string before = "(?=[" + alone + "])", not_before = "(?![" + alone + "])";
    return std::vector<Escape>{{"\\w", "[" + alone + "]", "[" + word + "]"},
                               {"\\W", "[^" + alone + "]", "[^" + word + "]"},
                               {"\\b", "(?:" + after + not_before + "|" + not_after + before + ")", "\\u0008"},
                               {"\\B", "(?:" + after + before + "|" + not_after + not_before + ")", "\\B"},
                               {"\\h", "[0-9A-Fa-f]", "[0-9A-Fa-f]"},
                               {"\\H", "[^0-9A-Fa-f]", "[^0-9A-Fa-f]"}};
  }();
  return kEscapes;
}

/// An escape, a class or a character as ICU writes it.
std::string atom_for_icu(std::string_view atom) {
  std::string result;
  for (std::size_t at = 0; at < atom.size();) {
    const std::size_t end = atom[at] == '\\' ? end_of_escape(atom, at) : at + 1;
    const std::string_view part = atom.substr(at, end - at);
    const auto row = std::ranges::find(escapes(), part, &Escape::escape);
    if (row == escapes().end())
      result += part;
    else
      result += atom[0] == '[' ? row->in_class : row->alone;
    at = end;
  }
  return result;
}

/// The expression as ICU writes it, with `xx*` for `x+` and `[\s]*` for `\s*`, x being a class or an escape. ICU runs
/// through the former in one step; the latter take a place on its stack for every character, which long words would
/// exhaust.
std::string for_icu(std::string_view expression) {
  std::string result;
  for (std::size_t at = 0; at < expression.size();) {
    const std::size_t end = end_of_atom(expression, at);
    std::string atom = atom_for_icu(expression.substr(at, end - at));
    if (atom.size() == 2 && atom[0] == '\\' && std::string_view("sSdD").find(atom[1]) != std::string_view::npos)
      atom = "[" + atom + "]";
    const char after = end < expression.size() ? expression[end] : ' ';
    const char then = end + 1 < expression.size() ? expression[end + 1] : ' ';
    result += atom;
    at = end;
    if (atom.size() > 1 && after == '+' && then != '+' && then != '?') {
      result += atom + "*";
      ++at;
    }
  }
  return result;
}

std::vector<Match> literal_matches(std::string_view wanted, std::string_view text, std::span<const Span> regions) {
  std::vector<Match> result;
  if (wanted.empty()) return result;
  for (std::size_t region = 0; region < regions.size(); ++region) {
    const std::string_view inside = text.substr(0, regions[region].end);
    for (std::size_t at = inside.find(wanted, regions[region].begin); at != std::string_view::npos;
         at = inside.find(wanted, at + wanted.size()))
      result.push_back({region, {at, at + wanted.size()}});
  }
  return result;
}

}  // namespace

struct Pattern::Compiled {
  std::unique_ptr<const icu::RegexPattern> pattern;
  std::string expression;
};

Pattern Pattern::regex(std::string_view expression) {
  UErrorCode status = U_ZERO_ERROR;
  UParseError place;
  const auto units = icu::UnicodeString::fromUTF8(for_icu(expression));
  std::unique_ptr<const icu::RegexPattern> pattern(
      icu::RegexPattern::compile(units, UREGEX_MULTILINE | UREGEX_UNIX_LINES, place, status));
  if (U_FAILURE(status))
    throw base::BadInput("not a regular expression (" + std::string(u_errorName(status)) + " at character " +
                         std::to_string(place.offset) + "): " + std::string(expression));
  Pattern result;
  result.compiled_ = std::make_shared<const Compiled>(Compiled{std::move(pattern), std::string(expression)});
  return result;
}

Pattern Pattern::literal(std::string_view text) {
  Pattern result;
  result.literal_ = text;
  return result;
}

std::vector<Match> Pattern::matches(std::string_view text, std::span<const Span> regions) const {
  if (!compiled_) return literal_matches(literal_, text, regions);
  const Utf16 wide(text);
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<icu::RegexMatcher> matcher(compiled_->pattern->matcher(wide.units(), status));
  base::check(U_SUCCESS(status) != 0);
  constexpr int32_t kMostSteps = 10'000;  // a step is about a millisecond
  matcher->setTimeLimit(kMostSteps, status);
  std::vector<Match> result;
  for (std::size_t region = 0; region < regions.size(); ++region) {
    matcher->region(wide.unit(regions[region].begin), wide.unit(regions[region].end), status);
    std::optional<std::size_t> done;
    while (matcher->find(status) != 0) {
      const Span span = {wide.byte(matcher->start(status)), wide.byte(matcher->end(status))};
      if (span.begin < span.end || span.begin != done) result.push_back({region, span});
      done = span.end;
    }
  }
  if (U_FAILURE(status))
    throw base::BadInput("the regular expression " + compiled_->expression + " fails on a text (" +
                         u_errorName(status) + ")");
  return result;
}

Pattern read_pattern(const JsonPart& description) {
  const JsonPart pattern = description.part("pattern");
  if (pattern.has("String")) {
    const std::string text = pattern.text("String");
    return text.empty() ? Pattern::regex("") : Pattern::literal(text);  // it stands between all characters
  }
  try {
    return Pattern::regex(pattern.text("Regex"));
  } catch (const base::BadInput& error) {
    pattern.fail(error.what());
  }
}

}  // namespace heed::text
