#include "text/normalizers.h"

#include <algorithm>
#include <memory>

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/uniset.h>

#include "base/error.h"
#include "text/base64.h"
#include "text/characters.h"
#include "text/charsmap.h"
#include "text/regex.h"

namespace heed::text {

namespace {

/// The text with `each(c, result)` called for every character, which appends what stands for it.
template <typename Each>
std::string transformed(std::string_view text, Each each) {
  std::string result;
  result.reserve(text.size() + text.size() / 4);
  for (std::size_t at = 0; at < text.size();) each(next_code_point(text, at), result);
  return result;
}

/// The text without the characters for which `is_dropped`.
template <typename Dropped>
std::string without(std::string_view text, Dropped is_dropped) {
  return transformed(text, [&](char32_t c, std::string& result) {
    if (!is_dropped(c)) append_code_point(c, result);
  });
}

using Form = const icu::Normalizer2* (*)(UErrorCode&);

/// What Unicode 9 has, by which Hugging Face's tokenizers normalize.
const icu::UnicodeSet& normalized_characters() {
  static const auto kCharacters = [] {
    UErrorCode status = U_ZERO_ERROR;
    auto set = std::make_unique<icu::UnicodeSet>(icu::UnicodeString("[:age=9.0:]"), status);
    base::check(U_SUCCESS(status) != 0);
    set->freeze();
    return set;
  }();
  return *kCharacters;
}

std::string in_form(Form form, std::string text) {
  if (is_ascii(text)) return text;
  UErrorCode status = U_ZERO_ERROR;
  std::string result;
  icu::StringByteSink<std::string> sink(&result, static_cast<int32_t>(text.size()));
  icu::FilteredNormalizer2(*form(status), normalized_characters())
      .normalizeUTF8(0, icu::StringPiece(text.data(), static_cast<int32_t>(text.size())), sink, nullptr, status);
  base::check(U_SUCCESS(status) != 0);
  return result;
}

const icu::Normalizer2* nfc(UErrorCode& status) {
  return icu::Normalizer2::getNFCInstance(status);
}
const icu::Normalizer2* nfd(UErrorCode& status) {
  return icu::Normalizer2::getNFDInstance(status);
}
const icu::Normalizer2* nfkc(UErrorCode& status) {
  return icu::Normalizer2::getNFKCInstance(status);
}
const icu::Normalizer2* nfkd(UErrorCode& status) {
  return icu::Normalizer2::getNFKDInstance(status);
}

template <Form form>
Normalizer read_form(const JsonPart&) {
  return [](std::string text) { return in_form(form, std::move(text)); };
}

/// BERT's ideographs, without the kana and hangul. That the sixth range begins at 2B920 and not at 2B820, as in the
/// original BERT, is how Hugging Face's tokenizers have it.
bool is_ideograph(char32_t c) {
  static constexpr char32_t kRanges[][2] = {{0x4E00, 0x9FFF},   {0x3400, 0x4DBF},   {0x20000, 0x2A6DF},
                                            {0x2A700, 0x2B73F}, {0x2B740, 0x2B81F}, {0x2B920, 0x2CEAF},
                                            {0xF900, 0xFAFF},   {0x2F800, 0x2FA1F}};
  return c >= 0x3400 && std::ranges::any_of(kRanges, [c](const auto& range) { return range[0] <= c && c <= range[1]; });
}

std::string cleaned(std::string_view text) {
  return transformed(text, [](char32_t c, std::string& result) {
    const bool stays = c == '\t' || c == '\n' || c == '\r';  // other control characters go, be they white space or not
    if (!stays && (c == 0 || c == 0xFFFD || is_control(c))) return;
    append_code_point(is_white_space(c) ? U' ' : c, result);
  });
}

std::string with_blanks_around_ideographs(std::string_view text) {
  return transformed(text, [](char32_t c, std::string& result) {
    const bool apart = is_ideograph(c);
    if (apart) result += ' ';
    append_code_point(c, result);
    if (apart) result += ' ';
  });
}

std::string bert_normalized(BertNormalization options, std::string text) {
  if (options.clean_text) text = cleaned(text);
  const bool ascii = is_ascii(text);
  if (options.handle_chinese_chars && !ascii) text = with_blanks_around_ideographs(text);
  if (options.strip_accents && !ascii) text = without(in_form(nfd, std::move(text)), is_nonspacing_mark);
  return options.lowercase ? lower_each(text) : text;
}

Normalizer read_bert(const JsonPart& from) {
  BertNormalization options;
  options.clean_text = from.flag_or("clean_text", true);
  options.handle_chinese_chars = from.flag_or("handle_chinese_chars", true);
  options.lowercase = from.flag_or("lowercase", true);
  options.strip_accents = from.flag_or("strip_accents", options.lowercase);
  return bert_normalizer(options);
}

Normalizer read_lowercase(const JsonPart&) {
  return [](const std::string& text) { return lower_each(text); };
}

Normalizer read_strip_accents(const JsonPart&) {
  return [](const std::string& text) { return without(text, is_mark); };
}

/// What sentencepiece's nmt rules drop, and what they make a blank.
std::string nmt_normalized(std::string_view text) {
  return transformed(text, [](char32_t c, std::string& result) {
    if ((c >= 1 && c <= 8) || c == 0x0B || (c >= 0x0E && c <= 0x1F) || c == 0x7F || c == 0x8F || c == 0x9F) return;
    const bool blank = c == 0x09 || c == 0x0A || c == 0x0C || c == 0x0D || c == 0x1680 ||
                       (c >= 0x200B && c <= 0x200F) || c == 0x2028 || c == 0x2029 || c == 0x2581 || c == 0xFEFF ||
                       c == 0xFFFD;
    append_code_point(blank ? U' ' : c, result);
  });
}

Normalizer read_nmt(const JsonPart&) {
  return [](const std::string& text) { return nmt_normalized(text); };
}

Normalizer read_precompiled(const JsonPart& from) {
  const auto blob = from_base64(from.text("precompiled_charsmap"));
  if (!blob) from.part("precompiled_charsmap").fail("is not base64");
  try {
    return [map = std::make_shared<const Charsmap>(*blob)](const std::string& text) { return map->normalize(text); };
  } catch (const base::BadInput& error) {
    from.part("precompiled_charsmap").fail(error.what());
  }
}

std::string_view without_space_on_the_left(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    if (!is_white_space(next_code_point(text, at))) return text.substr(begin);
  }
  return {};
}

std::string_view without_space_on_the_right(std::string_view text) {
  std::size_t end = 0;
  for (std::size_t at = 0; at < text.size();)
    if (!is_white_space(next_code_point(text, at))) end = at;
  return text.substr(0, end);
}

Normalizer read_strip(const JsonPart& from) {
  const bool left = from.flag_or("strip_left", true), right = from.flag_or("strip_right", true);
  return [left, right](const std::string& text) {
    std::string_view rest = text;
    if (left) rest = without_space_on_the_left(rest);
    if (right) rest = without_space_on_the_right(rest);
    return std::string(rest);
  };
}

/// Normalizers may make a text longer, each some times; what is fed to the next stays bounded.
void check_size(const std::string& text) {
  if (text.size() > kLongestText) throw base::BadInput("a normalizer makes a text of more than 256 MB");
}

std::string replaced(const Pattern& pattern, std::string_view content, std::string_view text) {
  std::string result;
  std::size_t done = 0;
  const Span whole = {0, text.size()};
  for (const Match& match : pattern.matches(text, std::span(&whole, 1))) {
    result += text.substr(done, match.span.begin - done);
    result += content;
    check_size(result);
    done = match.span.end;
  }
  return result += text.substr(done);
}

Normalizer read_replace(const JsonPart& from) {
  return [pattern = read_pattern(from), content = from.text("content")](const std::string& text) {
    return replaced(pattern, content, text);
  };
}

Normalizer read_prepend(const JsonPart& from) {
  return [prefix = from.text("prepend")](std::string text) { return text.empty() ? std::move(text) : prefix + text; };
}

Normalizer read_sequence(const JsonPart& from) {
  std::vector<Normalizer> steps;
  for (const JsonPart& step : from.list("normalizers")) steps.push_back(read_normalizer(step));
  return [steps](std::string text) {
    for (const Normalizer& step : steps) {
      text = step(std::move(text));
      check_size(text);
    }
    return text;
  };
}

struct Row {
  std::string_view type;
  Normalizer (*read)(const JsonPart& description);
};

// To add a kind: write its function, then its row.
constexpr Row kKinds[] = {
    {"BertNormalizer", read_bert},
    {"Lowercase", read_lowercase},
    {"StripAccents", read_strip_accents},
    {"NFC", read_form<nfc>},
    {"NFD", read_form<nfd>},
    {"NFKC", read_form<nfkc>},
    {"NFKD", read_form<nfkd>},
    {"Nmt", read_nmt},
    {"Precompiled", read_precompiled},
    {"Strip", read_strip},
    {"Replace", read_replace},
    {"Prepend", read_prepend},
    {"Sequence", read_sequence},
};

}  // namespace

Normalizer bert_normalizer(BertNormalization options) {
  return [options](std::string text) { return bert_normalized(options, std::move(text)); };
}

Normalizer read_normalizer(const JsonPart& description) {
  const std::string type = description.text("type");
  const auto row = std::ranges::find(kKinds, type, &Row::type);
  if (row == std::end(kKinds)) description.fail("the normalizer \"" + type + "\" is not supported");
  return row->read(description);
}

}  // namespace heed::text
