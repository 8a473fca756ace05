#include "text/porter_nltk.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "text/utf8.h"

// The steps and their names are those of Porter, "An algorithm for suffix stripping", 1980; [NLTK] marks where
// nltk.stem.porter departs from it.
namespace heed::text {

namespace {

using Word = std::u32string;
using View = std::u32string_view;

constexpr std::pair<View, View> kIrregular[] = {  // [NLTK]
    {U"sky", U"sky"},        {U"skies", U"sky"},       {U"dying", U"die"},        {U"lying", U"lie"},
    {U"tying", U"tie"},      {U"news", U"news"},       {U"innings", U"inning"},   {U"inning", U"inning"},
    {U"outings", U"outing"}, {U"outing", U"outing"},   {U"cannings", U"canning"}, {U"canning", U"canning"},
    {U"howe", U"howe"},      {U"proceed", U"proceed"}, {U"exceed", U"exceed"},    {U"succeed", U"succeed"}};

bool is_consonant(View word, std::size_t i) {
  switch (word[i]) {
    case U'a':
    case U'e':
    case U'i':
    case U'o':
    case U'u':
      return false;
    case U'y':
      return i == 0 || !is_consonant(word, i - 1);
    default:
      return true;
  }
}

/// m: how often a vowel is followed by a consonant.
int measure(View stem) {
  int count = 0;
  bool after_vowel = false;
  for (std::size_t i = 0; i < stem.size(); ++i) {
    const bool consonant = is_consonant(stem, i);
    count += consonant && after_vowel;
    after_vowel = !consonant;
  }
  return count;
}

bool contains_vowel(View stem) {
  for (std::size_t i = 0; i < stem.size(); ++i)
    if (!is_consonant(stem, i)) return true;
  return false;
}

bool ends_double_consonant(View word) {
  return word.size() >= 2 && word.back() == word[word.size() - 2] && is_consonant(word, word.size() - 1);
}

/// *o: consonant, vowel, consonant, the last none of w, x, y; [NLTK] or a word of a vowel and a consonant.
bool ends_cvc(View word) {
  const std::size_t n = word.size();
  if (n == 2) return !is_consonant(word, 0) && is_consonant(word, 1);
  return n >= 3 && is_consonant(word, n - 3) && !is_consonant(word, n - 2) && is_consonant(word, n - 1) &&
         View(U"wxy").find(word.back()) == View::npos;
}

/// Replaces `ending` where the rest meets a condition. Of a step's rules the first whose ending fits decides.
struct Rule {
  View ending;
  View replacement;
  bool (*condition)(View stem);
};

bool any_measure(View) {
  return true;
}
bool positive_measure(View stem) {
  return measure(stem) > 0;
}
bool measure_above_one(View stem) {
  return measure(stem) > 1;
}
bool measure_above_one_after_s_or_t(View stem) {
  return measure(stem) > 1 && (stem.back() == U's' || stem.back() == U't');
}
/// [NLTK] the l counts as part of the stem, so that geo- and theo- do as archaeo- does.
bool positive_measure_with_l(View stem) {
  return measure(Word(stem) + U"l") > 0;
}

Word apply(std::span<const Rule> rules, const Word& word) {
  for (const Rule& rule : rules) {
    if (!View(word).ends_with(rule.ending)) continue;
    const View stem = View(word).substr(0, word.size() - rule.ending.size());
    return rule.condition(stem) ? Word(stem).append(rule.replacement) : word;
  }
  return word;
}

Word step_1a(const Word& word) {
  static constexpr Rule kRules[] = {{U"sses", U"ss", any_measure},
                                    {U"ies", U"i", any_measure},
                                    {U"ss", U"ss", any_measure},
                                    {U"s", U"", any_measure}};
  if (word.size() == 4 && View(word).ends_with(U"ies")) return word.substr(0, 3);  // [NLTK] ties: tie
  return apply(kRules, word);
}

Word step_1b(const Word& word) {
  static constexpr Rule kRules[] = {
      {U"at", U"ate", any_measure}, {U"bl", U"ble", any_measure}, {U"iz", U"ize", any_measure}};
  const View view = word;
  if (view.ends_with(U"ied")) return word.substr(0, word.size() - (word.size() == 4 ? 1 : 2));  // [NLTK] died: die
  if (view.ends_with(U"eed"))
    return measure(view.substr(0, view.size() - 3)) > 0 ? word.substr(0, word.size() - 1) : word;
  for (const View ending : {View(U"ed"), View(U"ing")}) {
    if (!view.ends_with(ending)) continue;
    const Word stem = word.substr(0, word.size() - ending.size());
    if (!contains_vowel(stem)) continue;
    if (const Word restored = apply(kRules, stem); restored != stem) return restored;
    if (ends_double_consonant(stem))
      return View(U"lsz").find(stem.back()) == View::npos ? stem.substr(0, stem.size() - 1) : stem;
    return measure(stem) == 1 && ends_cvc(stem) ? stem + U"e" : stem;
  }
  return word;
}

Word step_1c(const Word& word) {  // [NLTK] Porter asks for a vowel before the y
  const std::size_t n = word.size();
  if (n > 2 && word.back() == U'y' && is_consonant(word, n - 2)) return word.substr(0, n - 1) + U"i";
  return word;
}

Word step_2(const Word& word) {
  static constexpr Rule kRules[] = {{U"ational", U"ate", positive_measure}, {U"tional", U"tion", positive_measure},
                                    {U"enci", U"ence", positive_measure},   {U"anci", U"ance", positive_measure},
                                    {U"izer", U"ize", positive_measure},    {U"bli", U"ble", positive_measure},
                                    {U"alli", U"al", positive_measure},     {U"entli", U"ent", positive_measure},
                                    {U"eli", U"e", positive_measure},       {U"ousli", U"ous", positive_measure},
                                    {U"ization", U"ize", positive_measure}, {U"ation", U"ate", positive_measure},
                                    {U"ator", U"ate", positive_measure},    {U"alism", U"al", positive_measure},
                                    {U"iveness", U"ive", positive_measure}, {U"fulness", U"ful", positive_measure},
                                    {U"ousness", U"ous", positive_measure}, {U"aliti", U"al", positive_measure},
                                    {U"iviti", U"ive", positive_measure},   {U"biliti", U"ble", positive_measure},
                                    {U"fulli", U"ful", positive_measure},   {U"logi", U"log", positive_measure_with_l}};
  if (View(word).ends_with(U"alli"))  // [NLTK] first, and what comes out goes through the step again
    if (const View stem = View(word).substr(0, word.size() - 4); measure(stem) > 0) return step_2(Word(stem) + U"al");
  return apply(kRules, word);
}

Word step_3(const Word& word) {
  static constexpr Rule kRules[] = {{U"icate", U"ic", positive_measure}, {U"ative", U"", positive_measure},
                                    {U"alize", U"al", positive_measure}, {U"iciti", U"ic", positive_measure},
                                    {U"ical", U"ic", positive_measure},  {U"ful", U"", positive_measure},
                                    {U"ness", U"", positive_measure}};
  return apply(kRules, word);
}

Word step_4(const Word& word) {
  static constexpr Rule kRules[] = {{U"al", U"", measure_above_one},    {U"ance", U"", measure_above_one},
                                    {U"ence", U"", measure_above_one},  {U"er", U"", measure_above_one},
                                    {U"ic", U"", measure_above_one},    {U"able", U"", measure_above_one},
                                    {U"ible", U"", measure_above_one},  {U"ant", U"", measure_above_one},
                                    {U"ement", U"", measure_above_one}, {U"ment", U"", measure_above_one},
                                    {U"ent", U"", measure_above_one},   {U"ion", U"", measure_above_one_after_s_or_t},
                                    {U"ou", U"", measure_above_one},    {U"ism", U"", measure_above_one},
                                    {U"ate", U"", measure_above_one},   {U"iti", U"", measure_above_one},
                                    {U"ous", U"", measure_above_one},   {U"ive", U"", measure_above_one},
                                    {U"ize", U"", measure_above_one}};
  return apply(kRules, word);
}

Word step_5a(const Word& word) {
  if (!View(word).ends_with(U'e')) return word;
  const Word stem = word.substr(0, word.size() - 1);
  const int m = measure(stem);
  return m > 1 || (m == 1 && !ends_cvc(stem)) ? stem : word;
}

Word step_5b(const Word& word) {
  const Word shorter = word.substr(0, word.size() - 1);
  return View(word).ends_with(U"ll") && measure(shorter) > 1 ? shorter : word;
}

}  // namespace

std::string porter_nltk(std::string_view token) {
  const Word word = decode(token);
  for (const auto& [form, stem] : kIrregular)
    if (form == word) return encode(stem);
  if (word.size() <= 2) return std::string(token);
  return encode(step_5b(step_5a(step_4(step_3(step_2(step_1c(step_1b(step_1a(word)))))))));
}

}  // namespace heed::text
