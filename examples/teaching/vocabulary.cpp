#include "teaching/vocabulary.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "teaching/words.h"

namespace heed::teaching {

namespace {

using Counts = std::map<std::string, std::size_t>;

constexpr std::string_view kSpecials[] = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"};
constexpr std::string_view kEndings[] = {"es", "ed",  "ing", "ly",    "al",     "ic",   "ity", "tion",
                                         "er", "ers", "ies", "ation", "ations", "ment", "ous", "ive"};
constexpr std::size_t kLeastCount = 4;
constexpr std::size_t kLongestBeginning = 7;

/// Most frequent first, then by the alphabet.
std::vector<std::string> by_count(const Counts& counts, std::size_t most) {
  std::vector<std::pair<std::string, std::size_t>> all(counts.begin(), counts.end());
  std::ranges::stable_sort(all, std::ranges::greater{}, &std::pair<std::string, std::size_t>::second);
  std::vector<std::string> names;
  for (std::size_t i = 0; i < std::min(most, all.size()); ++i) names.push_back(all[i].first);
  return names;
}

bool has_root_in(const Counts& counts, const std::string& word) {
  for (const std::string_view ending : {"s", "es", "ed", "ing", "d"}) {
    if (!word.ends_with(ending) || word.size() < ending.size() + 3) continue;
    if (counts.contains(word.substr(0, word.size() - ending.size()))) return true;
  }
  return false;
}

/// The bytes of the word that its longest piece at the beginning has.
std::size_t first_piece(const std::set<std::string>& pieces, const std::string& word) {
  for (std::size_t length = word.size(); length > 1; --length) {
    if (pieces.contains(word.substr(0, length))) return length;
  }
  return 1;
}

std::vector<std::string> vocabulary_of(const Counts& counts, std::size_t words, std::size_t beginnings) {
  std::vector<std::string> pieces(std::begin(kSpecials), std::end(kSpecials));
  for (char c = '!'; c <= '~'; ++c) {
    if (c < 'A' || c > 'Z') pieces.emplace_back(1, c);
  }
  for (const char c : std::string_view("abcdefghijklmnopqrstuvwxyz0123456789")) pieces.push_back(std::string("##") + c);
  for (const std::string_view ending : kEndings) pieces.push_back("##" + std::string(ending));
  Counts roots;
  for (const auto& [word, count] : counts) {
    if (word.size() > 1 && !has_root_in(counts, word)) roots[word] = count;
  }
  for (const std::string& word : by_count(roots, words)) pieces.push_back(word);
  std::set<std::string> known(pieces.begin(), pieces.end());
  Counts rests;
  for (const auto& [word, count] : counts) {
    if (known.contains(word)) continue;
    const std::string rest = word.substr(first_piece(known, word));
    for (std::size_t length = 2; length <= std::min(rest.size(), kLongestBeginning); ++length)
      rests["##" + rest.substr(0, length)] += count;
  }
  for (const std::string& piece : by_count(rests, beginnings)) {
    if (known.insert(piece).second) pieces.push_back(piece);
  }
  return pieces;
}

}  // namespace

std::vector<std::string> make_vocabulary(std::span<const std::string> texts, std::size_t words,
                                         std::size_t beginnings) {
  Counts all, counts;
  for (const std::string& text : texts) {
    for (const std::string& word : words_of(text)) ++all[word];
  }
  for (const auto& [word, count] : all) {
    if (count >= kLeastCount) counts[word] = count;
  }
  return vocabulary_of(counts, words, beginnings);
}

std::vector<std::string> make_vocabulary_of_list(std::span<const std::string> list, std::size_t words,
                                                 std::size_t beginnings) {
  Counts counts;
  for (const std::string& word : list) counts[word] = 1;
  return vocabulary_of(counts, words, beginnings);
}

std::string vocabulary_file(std::span<const std::string> pieces) {
  std::string text;
  for (const std::string& piece : pieces) text += piece + "\n";
  return text;
}

}  // namespace heed::teaching
