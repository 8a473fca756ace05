#include "teaching/words.h"

#include "base/ascii.h"

namespace heed::teaching {

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : text) {
    if (base::is_letter(c)) {
      word += base::lower_case(c);
    } else if (!word.empty()) {
      words.push_back(std::move(word));
      word.clear();
    }
  }
  if (!word.empty()) words.push_back(std::move(word));
  return words;
}

std::string root_of(std::string_view word) {
  for (const std::string_view ending : {"ing", "ed", "es", "s"}) {
    if (word.ends_with(ending) && word.size() >= ending.size() + 4)
      return std::string(word.substr(0, word.size() - ending.size()));
  }
  return std::string(word);
}

std::set<std::string> roots_of(std::string_view text) {
  std::set<std::string> roots;
  for (const std::string& word : words_of(text)) roots.insert(root_of(word));
  return roots;
}

}  // namespace heed::teaching
