#include "text/english_analyzer.h"

#include <algorithm>
#include <array>
#include <memory>

#include <libstemmer.h>
#include <unicode/uchar.h>

#include "base/error.h"
#include "text/characters.h"
#include "text/words.h"

namespace heed::text {

namespace {

/// Lucene's EnglishAnalyzer.ENGLISH_STOP_WORDS_SET, sorted.
constexpr std::array<std::string_view, 33> kStopWords = {
    "a",   "an",    "and",  "are",   "as",    "at",   "be",   "but", "by",  "for",  "if",
    "in",  "into",  "is",   "it",    "no",    "not",  "of",   "on",  "or",  "such", "that",
    "the", "their", "then", "there", "these", "they", "this", "to",  "was", "will", "with"};

struct CloseStemmer {
  void operator()(sb_stemmer* stemmer) const { sb_stemmer_delete(stemmer); }
};

std::string paper_stem(std::string_view word) {
  thread_local const std::unique_ptr<sb_stemmer, CloseStemmer> kStemmer(sb_stemmer_new("porter", "UTF_8"));
  base::check(kStemmer != nullptr);
  const sb_symbol* const stem =
      sb_stemmer_stem(kStemmer.get(), reinterpret_cast<const sb_symbol*>(word.data()), static_cast<int>(word.size()));
  return {reinterpret_cast<const char*>(stem), static_cast<std::size_t>(sb_stemmer_length(kStemmer.get()))};
}

/// Whether a vowel stands somewhere before a consonant: the paper's m > 0.
bool has_measure(std::string_view stem) {
  bool was_vowel = false, had_vowel = false;
  for (const char c : stem) {
    const bool is_vowel =
        c == 'y' ? !was_vowel && &c != stem.data() : std::string_view("aeiou").find(c) != std::string_view::npos;
    if (!is_vowel && had_vowel) return true;
    had_vowel = had_vowel || is_vowel;
    was_vowel = is_vowel;
  }
  return false;
}

/// The word without an English possessive 's (Lucene's EnglishPossessiveFilter).
std::string_view without_possessive(std::string_view word) {
  if (!word.ends_with('s') && !word.ends_with('S')) return word;
  for (const std::string_view apostrophe : {"'", "\xE2\x80\x99", "\xEF\xBC\x87"})
    if (word.substr(0, word.size() - 1).ends_with(apostrophe))
      return word.substr(0, word.size() - 1 - apostrophe.size());
  return word;
}

std::string in_lower_case(std::string_view word) {
  std::string lowered;
  for (std::size_t at = 0; at < word.size();)
    append_code_point(static_cast<char32_t>(u_tolower(static_cast<UChar32>(next_code_point(word, at)))), lowered);
  return lowered;
}

}  // namespace

std::string porter(std::string_view word) {
  if (word.size() <= 2 || (word.size() <= 8 && count_code_points(word) <= 2)) return std::string(word);
  std::string stem = paper_stem(word);
  // What the paper's step 2 leaves, later steps leave too; so the two suffixes that are ours to change still stand.
  if (stem.ends_with("bli") && has_measure(std::string_view(stem).substr(0, stem.size() - 3)))
    return paper_stem(stem.replace(stem.size() - 1, 1, "e"));
  if (stem.ends_with("logi") && has_measure(std::string_view(stem).substr(0, stem.size() - 4))) stem.pop_back();
  return stem;
}

bool is_english_stop_word(std::string_view word) {
  return std::ranges::binary_search(kStopWords, word);
}

EnglishAnalyzer::EnglishAnalyzer() = default;
EnglishAnalyzer::~EnglishAnalyzer() = default;

std::string EnglishAnalyzer::term_of(std::string_view word) const {
  const std::string lowered = in_lower_case(without_possessive(word));
  return is_english_stop_word(lowered) ? std::string() : porter(lowered);
}

/// The word's term, empty where it is dropped; valid until the next analyze().
std::string_view EnglishAnalyzer::known_term(std::string_view word) {
  if (const auto known = terms_.find(word); known != terms_.end()) return known->second;
  if (terms_.size() < kMostKept) return terms_.emplace(word, term_of(word)).first->second;
  std::string term = term_of(word);
  return term.empty() ? std::string_view() : unkept_.emplace_back(std::move(term));
}

std::span<const std::string_view> EnglishAnalyzer::analyze(std::string_view text, std::size_t most) {
  constexpr std::size_t kUsual = 100'000;  // more room than that is not held for the next text
  if (found_.capacity() > kUsual) found_ = {};
  found_.clear();
  unkept_.clear();
  if (terms_.size() >= kMostKept) terms_.clear();
  std::size_t at = 0;
  while (found_.size() < most) {
    const auto span = next_word(text, at);
    if (!span) break;
    const std::string_view term = known_term(text.substr(span->begin, span->end - span->begin));
    if (!term.empty()) found_.push_back(term);
  }
  return found_;
}

}  // namespace heed::text
