#pragma once

#include <cstddef>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace heed::text {

/// The stem of one lower-case word by Porter's algorithm in its author's own programs, which Lucene's PorterStemFilter
/// follows: the paper's (Porter 1980) but for words of at most two characters, which stay, and in step 2 `bli`, for the
/// paper's `abli`, becomes `ble` and `logi` becomes `log`.
std::string porter(std::string_view word);

/// Whether the lower-case word is one of the 33 that Lucene's EnglishAnalyzer drops.
bool is_english_stop_word(std::string_view word);

/// The terms of texts as Lucene's EnglishAnalyzer, and with it Anserini's DefaultEnglishAnalyzer, makes them: words
/// (next_word); an English possessive 's goes (with ', U+2019 or U+FF07); each character in lower case by itself; the
/// 33 stop words go; what is left is stemmed (porter).
/// It remembers at most 400,000 words that it met. An instance belongs to one thread at a time.
class EnglishAnalyzer {
 public:
  EnglishAnalyzer();
  ~EnglishAnalyzer();
  EnglishAnalyzer(const EnglishAnalyzer&) = delete;
  EnglishAnalyzer& operator=(const EnglishAnalyzer&) = delete;

  /// The first `most` terms of the text, in order, with repetitions; valid until the next call. What follows them is
  /// not looked at. Memory grows by at most 100 bytes for each, beside what is remembered, and is given back in the
  /// next call.
  std::span<const std::string_view> analyze(std::string_view text, std::size_t most = ~std::size_t{0});

 private:
  struct TextHash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  static constexpr std::size_t kMostKept = 400'000;

  std::string term_of(std::string_view word) const;
  std::string_view known_term(std::string_view word);

  std::unordered_map<std::string, std::string, TextHash, std::equal_to<>> terms_;  // of words; empty: dropped
  std::deque<std::string> unkept_;  // terms of this text's words that were too many to be remembered
  std::vector<std::string_view> found_;
};

}  // namespace heed::text
