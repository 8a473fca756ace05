#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace heed::text {

/// A term's number in the analyzer that met it, counted from 0.
using TermId = std::uint32_t;

/// Which words are dropped.
enum class StopList {
  /// The list of the reference runs to which our BM25 is held: NLTK's English list without "any".
  kReference,
  /// NLTK's English list as it is distributed (nltk_data stopwords, 179 words as of NLTK 3.8).
  kNltk,
};

/// The terms of texts as FollowIR's BM25 script makes them (mteb's BM25 code, with NLTK): lower case; parted at
/// single blanks; tokens on a stop list dropped, before punctuation goes, so that "the," stays; each token
/// stemmed with its punctuation attached; then all ASCII punctuation deleted, the whole stripped of white space at its
/// ends, and empty terms dropped. Other white space does not part: "one\ntwo" is one term.
/// It remembers every token, so that each is stemmed once. An instance belongs to one thread at a time.
class PaperAnalyzer {
 public:
  explicit PaperAnalyzer(StopList stop_list = StopList::kReference) : stop_list_(stop_list) {}

  /// The terms of the text, in order, with repetitions.
  std::vector<TermId> analyze(std::string_view text);

  /// The term of a number that analyze() gave; valid until the next call of analyze().
  const std::string& term(TermId id) const { return terms_[id]; }
  /// How many different terms there were so far.
  std::size_t size() const { return terms_.size(); }

 private:
  static constexpr TermId kNoTerm = 0xFFFFFFFF;

  struct TextHash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  using Table = std::unordered_map<std::string, TermId, TextHash, std::equal_to<>>;

  TermId term_of_token(std::string_view token);
  TermId number_of(const std::string& term);

  StopList stop_list_;
  Table tokens_;  // to terms, kNoTerm for those that are dropped
  Table numbers_;
  std::vector<std::string> terms_;
};

/// Whether the list has the lower-case word.
bool is_stop_word(std::string_view word, StopList list);

}  // namespace heed::text
