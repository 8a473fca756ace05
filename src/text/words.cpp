#include "text/words.h"

#include <array>
#include <cstdint>

#include <unicode/uchar.h>
#include <unicode/uscript.h>

namespace heed::text {

namespace {

/// What the rules tell apart, the names mostly those of Annex 29. A mark that only joins (Extend, Format, ZWJ) takes
/// the side of what stands before it (rule WB4).
enum class Class : std::uint8_t {
  kOther,
  kLetter,
  kHebrew,
  kNumeric,
  kKatakana,
  kExtendNumLet,
  kMidLetter,
  kMidNum,
  kMidNumLet,
  kSingleQuote,
  kDoubleQuote,
  kJoining,
  kComplex,
  kHan,
  kHiragana,
  kEmoji,
  kModifier,
  kRegional,
  kKeycapBase,  // # and *: digits are numeric whatever follows
};

constexpr char32_t kZeroWidthJoiner = 0x200D, kEmojiPresentation = 0xFE0F, kKeycap = 0x20E3;
constexpr int kLongest = 255;

bool is_emoji(UChar32 c) {
  return u_hasBinaryProperty(c, UCHAR_EXTENDED_PICTOGRAPHIC) || u_hasBinaryProperty(c, UCHAR_EMOJI_PRESENTATION);
}

Class class_by_script(UChar32 c) {
  if (u_hasBinaryProperty(c, UCHAR_EMOJI_MODIFIER)) return Class::kModifier;
  if (is_emoji(c)) return Class::kEmoji;
  if (u_getIntPropertyValue(c, UCHAR_LINE_BREAK) == U_LB_COMPLEX_CONTEXT) return Class::kComplex;
  UErrorCode error = U_ZERO_ERROR;
  const UScriptCode script = uscript_getScript(c, &error);
  if (script == USCRIPT_HAN) return Class::kHan;
  return script == USCRIPT_HIRAGANA ? Class::kHiragana : Class::kOther;
}

Class classify(char32_t character) {
  const auto c = static_cast<UChar32>(character);
  if (c == '#' || c == '*') return Class::kKeycapBase;
  if (c >= 0xFF10 && c <= 0xFF19) return Class::kNumeric;  // as Lucene has the full-width digits
  switch (u_getIntPropertyValue(c, UCHAR_WORD_BREAK)) {
    case U_WB_ALETTER:
      return Class::kLetter;
    case U_WB_HEBREW_LETTER:
      return Class::kHebrew;
    case U_WB_NUMERIC:
      return Class::kNumeric;
    case U_WB_KATAKANA:
      return Class::kKatakana;
    case U_WB_EXTENDNUMLET:
      return Class::kExtendNumLet;
    case U_WB_MIDLETTER:
      return Class::kMidLetter;
    case U_WB_MIDNUM:
      return Class::kMidNum;
    case U_WB_MIDNUMLET:
      return Class::kMidNumLet;
    case U_WB_SINGLE_QUOTE:
      return Class::kSingleQuote;
    case U_WB_DOUBLE_QUOTE:
      return Class::kDoubleQuote;
    case U_WB_REGIONAL_INDICATOR:
      return Class::kRegional;
    case U_WB_EXTEND:
    case U_WB_FORMAT:
    case U_WB_ZWJ:
      return u_hasBinaryProperty(c, UCHAR_EMOJI_MODIFIER) ? Class::kModifier : Class::kJoining;
    default:
      return class_by_script(c);
  }
}

/// Classes of the characters of the basic plane, made once: looking up properties is most of the work otherwise.
Class class_of(char32_t c) {
  static const auto kClasses = [] {
    std::array<Class, 0x10000> classes{};
    for (char32_t i = 0; i < classes.size(); ++i) classes[i] = classify(i);
    return classes;
  }();
  return c < kClasses.size() ? kClasses[c] : classify(c);
}

/// Reads a text character by character, counting UTF-16 units from where it was made.
struct Reader {
  std::string_view text;
  std::size_t at;
  int units = 0;

  bool is_end() const { return at >= text.size(); }
  char32_t next() {
    const char32_t c = next_code_point(text, at);
    units += c > 0xFFFF ? 2 : 1;
    return c;
  }
  /// Passes the joining marks here; the reader behind them, or before the first that would make the word too long.
  void pass_joining() {
    for (Reader ahead = *this; !ahead.is_end(); *this = ahead)
      if (class_of(ahead.next()) != Class::kJoining || ahead.units > kLongest) return;
  }
};

bool is_letter(Class c) {
  return c == Class::kLetter || c == Class::kHebrew;
}

/// Whether a word goes on from a character of class `a` with one of class `b`; `a` is kSingleQuote after a Hebrew
/// letter, whose mark it is then (rule WB7a).
bool goes_on(Class a, Class b) {
  if (b == Class::kExtendNumLet) return true;
  if (a == Class::kExtendNumLet) return is_letter(b) || b == Class::kNumeric || b == Class::kKatakana;
  if (a == Class::kKatakana) return b == Class::kKatakana;
  return is_letter(b) || b == Class::kNumeric;
}

/// Whether `middle` stands between `a` and `b` without parting them (rules WB6, 7, 7b, 7c, 11, 12).
bool is_bridge(Class a, Class middle, Class b) {
  const bool is_either = middle == Class::kMidNumLet || middle == Class::kSingleQuote;
  if (is_letter(a) && is_letter(b) && (is_either || middle == Class::kMidLetter)) return true;
  if (a == Class::kNumeric && b == Class::kNumeric && (is_either || middle == Class::kMidNum)) return true;
  return a == Class::kHebrew && b == Class::kHebrew && middle == Class::kDoubleQuote;
}

/// The end of the word of letters, digits, Katakana and underscores that begins at the reader, whose first character is
/// of one of these; the same place where it has underscores alone.
std::size_t end_of_letters(Reader reader) {
  const std::size_t begin = reader.at;
  std::size_t end = begin;
  Class last = Class::kExtendNumLet;
  bool has_core = false;
  while (!reader.is_end()) {
    Reader ahead = reader;
    Class c = class_of(ahead.next());
    if (!goes_on(last, c)) {
      const bool is_mark = last == Class::kHebrew && c == Class::kSingleQuote;
      ahead.pass_joining();
      const Reader after = ahead;
      if (const Class b = ahead.is_end() ? Class::kOther : class_of(ahead.next()); is_bridge(last, c, b))
        c = b;
      else if (is_mark)
        ahead = after;
      else
        break;
    }
    if (ahead.units > kLongest) break;
    ahead.pass_joining();
    reader = ahead;
    last = c;
    has_core = has_core || c != Class::kExtendNumLet;
    if (has_core) end = reader.at;
  }
  return end;
}

/// The end of an emoji with its variation, its skin and what is joined to it by ZERO WIDTH JOINER; tags as of flags of
/// regions count as joining.
std::size_t end_of_emoji(Reader reader) {
  reader.next();
  bool is_joined = false;
  while (!reader.is_end()) {
    Reader ahead = reader;
    const char32_t c = ahead.next();
    const Class kind = class_of(c);
    const bool goes_along = kind == Class::kJoining || kind == Class::kModifier || (kind == Class::kEmoji && is_joined);
    if (!goes_along || ahead.units > kLongest) break;
    is_joined = c == kZeroWidthJoiner;
    reader = ahead;
  }
  return reader.at;
}

/// The end of what begins like a flag or a keycap; its beginning where it is none.
std::size_t end_of_pair(Reader reader, Class first) {
  const std::size_t begin = reader.at;
  reader.next();
  if (first == Class::kRegional) reader.pass_joining();
  if (reader.is_end()) return begin;
  char32_t second = reader.next();
  if (first == Class::kKeycapBase && second == kEmojiPresentation && !reader.is_end()) second = reader.next();
  const bool is_pair = first == Class::kRegional ? class_of(second) == Class::kRegional : second == kKeycap;
  if (!is_pair) return begin;
  reader.pass_joining();
  return reader.at;
}

std::size_t end_of_complex(Reader reader) {
  std::size_t end = reader.at;
  while (!reader.is_end()) {
    const Class c = class_of(reader.next());
    if ((c != Class::kComplex && c != Class::kJoining) || reader.units > kLongest) break;
    end = reader.at;
  }
  return end;
}

std::size_t end_of_one(Reader reader) {
  reader.next();
  reader.pass_joining();
  return reader.at;
}

}  // namespace

std::optional<Span> next_word(std::string_view text, std::size_t& at) {
  while (at < text.size()) {
    const std::size_t begin = at;
    const Reader reader{text, begin};
    std::size_t after = begin;
    const Class first = class_of(next_code_point(text, after));
    std::size_t end = begin;
    switch (first) {
      case Class::kLetter:
      case Class::kHebrew:
      case Class::kNumeric:
      case Class::kKatakana:
      case Class::kExtendNumLet:
        end = end_of_letters(reader);
        break;
      case Class::kComplex:
        end = end_of_complex(reader);
        break;
      case Class::kHan:
      case Class::kHiragana:
        end = end_of_one(reader);
        break;
      case Class::kEmoji:
      case Class::kModifier:
        end = end_of_emoji(reader);
        break;
      case Class::kRegional:
      case Class::kKeycapBase:
        end = end_of_pair(reader, first);
        break;
      default:
        break;
    }
    at = end > begin ? end : after;
    if (end > begin) return Span{begin, end};
  }
  return std::nullopt;
}

}  // namespace heed::text
