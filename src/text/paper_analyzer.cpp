#include "text/paper_analyzer.h"

#include <algorithm>
#include <unordered_set>

#include "text/porter_nltk.h"
#include "text/utf8.h"

namespace heed::text {

namespace {

/// The words that both lists have.
const std::unordered_set<std::string_view>& stop_words() {
  static const std::unordered_set<std::string_view> kWords = {
      "i",      "me",      "my",       "myself",  "we",      "our",     "ours",     "ourselves",  "you",
      "you're", "you've",  "you'll",   "you'd",   "your",    "yours",   "yourself", "yourselves", "he",
      "him",    "his",     "himself",  "she",     "she's",   "her",     "hers",     "herself",    "it",
      "it's",   "its",     "itself",   "they",    "them",    "their",   "theirs",   "themselves", "what",
      "which",  "who",     "whom",     "this",    "that",    "that'll", "these",    "those",      "am",
      "is",     "are",     "was",      "were",    "be",      "been",    "being",    "have",       "has",
      "had",    "having",  "do",       "does",    "did",     "doing",   "a",        "an",         "the",
      "and",    "but",     "if",       "or",      "because", "as",      "until",    "while",      "of",
      "at",     "by",      "for",      "with",    "about",   "against", "between",  "into",       "through",
      "during", "before",  "after",    "above",   "below",   "to",      "from",     "up",         "down",
      "in",     "out",     "on",       "off",     "over",    "under",   "again",    "further",    "then",
      "once",   "here",    "there",    "when",    "where",   "why",     "how",      "all",        "both",
      "each",   "few",     "more",     "most",    "other",   "some",    "such",     "no",         "nor",
      "not",    "only",    "own",      "same",    "so",      "than",    "too",      "very",       "s",
      "t",      "can",     "will",     "just",    "don",     "don't",   "should",   "should've",  "now",
      "d",      "ll",      "m",        "o",       "re",      "ve",      "y",        "ain",        "aren",
      "aren't", "couldn",  "couldn't", "didn",    "didn't",  "doesn",   "doesn't",  "hadn",       "hadn't",
      "hasn",   "hasn't",  "haven",    "haven't", "isn",     "isn't",   "ma",       "mightn",     "mightn't",
      "mustn",  "mustn't", "needn",    "needn't", "shan",    "shan't",  "shouldn",  "shouldn't",  "wasn",
      "wasn't", "weren",   "weren't",  "won",     "won't",   "wouldn",  "wouldn't"};
  return kWords;
}

/// Python's string.punctuation.
constexpr std::string_view kPunctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

/// The term without the white space that stripping the whole text takes from its first or last term.
enum class End { kFront, kBack };
std::string_view without_space_at(std::string_view term, End end) {
  const std::string_view core = stripped(term);
  if (core.empty()) return core;
  const auto offset = static_cast<std::size_t>(core.data() - term.data());
  return end == End::kFront ? term.substr(offset) : term.substr(0, offset + core.size());
}

}  // namespace

bool is_stop_word(std::string_view word, StopList list) {
  return stop_words().contains(word) || (list == StopList::kNltk && word == "any");
}

std::vector<TermId> PaperAnalyzer::analyze(std::string_view text) {
  const std::string lowered = lower(text);
  std::vector<TermId> ids;
  for (std::size_t begin = 0; begin < lowered.size();) {
    const std::size_t end = std::min(lowered.find(' ', begin), lowered.size());
    if (end > begin)
      if (const TermId id = term_of_token(std::string_view(lowered).substr(begin, end - begin)); id != kNoTerm)
        ids.push_back(id);
    begin = end + 1;
  }
  while (!ids.empty()) {
    const std::string first(without_space_at(terms_[ids.front()], End::kFront));
    if (!first.empty()) {
      ids.front() = number_of(first);
      break;
    }
    ids.erase(ids.begin());
  }
  while (!ids.empty()) {
    const std::string last(without_space_at(terms_[ids.back()], End::kBack));
    if (!last.empty()) {
      ids.back() = number_of(last);
      break;
    }
    ids.pop_back();
  }
  return ids;
}

TermId PaperAnalyzer::term_of_token(std::string_view token) {
  if (const auto known = tokens_.find(token); known != tokens_.end()) return known->second;
  TermId id = kNoTerm;
  if (!is_stop_word(token, stop_list_)) {
    std::string term = porter_nltk(token);
    std::erase_if(term, [](char c) { return kPunctuation.find(c) != std::string_view::npos; });
    if (!term.empty()) id = number_of(term);
  }
  tokens_.emplace(token, id);
  return id;
}

TermId PaperAnalyzer::number_of(const std::string& term) {
  const auto [place, is_new] = numbers_.emplace(term, static_cast<TermId>(terms_.size()));
  if (is_new) terms_.push_back(term);
  return place->second;
}

}  // namespace heed::text
