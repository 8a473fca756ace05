#include "teaching/invented_rows.h"

#include <algorithm>
#include <string_view>

#include "base/ascii.h"
#include "base/error.h"
#include "base/random.h"
#include "format/lines.h"
#include "teaching/constraints.h"

namespace heed::teaching {

namespace {

// {t}: a word of the document's subject; {w}: any word.
constexpr std::string_view kSentences[] = {
    "The {t} of the {w} has been {w} since last year.",
    "Nobody knew that the {t} would {w} so soon, but it did.",
    "A {w} and two {w} were seen near the {t} in the morning.",
    "According to the {w}, there is no {t} without a {w}.",
    "For ten years the {t} had been {w}; now it is {w} again.",
    "They have {w} it with {w}, and they say that it will not {w}.",
    "What the {w} cost was not said, though the {t} is {w}.",
    "Most of the {w} came from {w}, where {t} is common.",
    "In the {w} of {w} there were more than thirty {w}.",
    "Because of the {t}, the {w} was {w} for three weeks.",
    "It is the first {w} that has a {t} of its own.",
    "Its {w} is {w}, as is that of the {w}.",
    "We found that {t} was higher in {w} than in {w}.",
    "The results suggest that {w} may lower {t} by a fifth.",
    "This was done by {w} and {w}, with {t} as the measure.",
    "Whether {w} can be {w} is still an open question.",
    "Some of them also have {w}, {w} and {w}.",
    "At night the {w} is closed, and the {w} must {w}.",
    "The {w} will be {w} by a company that makes {w}.",
    "Those who live there want {t}, not {w}.",
    "Only one {w} in four was {w} when the {t} began.",
    "Before that, people had to {w} the {w} by hand.",
    "With the {t} came {w}, and after it a new {w}.",
    "Two hundred {w} took part, of whom half had {t}.",
};
constexpr std::string_view kTitles[] = {
    "{T} and {w} in {w}",     "New {t} for the {w}",    "{T} is {w} after {w}",
    "The {w} that has a {t}", "How {w} {t} became {w}", "{T}, {w} and {w}",
};
constexpr std::string_view kQueries[] = {"{t}",
                                         "{t} {t}",
                                         "{t} and {t}",
                                         "{t} {t} {t}",
                                         "{t} of {t}",
                                         "effects of {t}",
                                         "new {t} {t}",
                                         "what is known of {t}",
                                         "{t} for {t} and {t}"};

constexpr std::size_t kFewSentences = 2, kManySentences = 10;

class Inventor {
 public:
  Inventor(const std::vector<std::string>& words, std::uint64_t seed) : words_(words), random_(seed) {}

  /// `others` of ten pairs are of another subject, which has one word of the query in half of the cases. The text has
  /// `sentences`, or half as many, or what lies between, and one more.
  Pair next(std::size_t others, std::size_t sentences) {
    std::vector<std::string> subject = some_words(3 + below(3));
    Pair pair;
    // The query's words are the subject's first; "{t}" takes them in turn, so that none comes twice.
    turn_ = 0;
    pair.query = filled(one_of(kQueries), subject, Order::kInTurn);
    pair.is_relevant = below(10) >= others;
    if (!pair.is_relevant) {
      const std::string kept = subject.front();
      subject = some_words(subject.size());
      if (below(2) == 0) subject.front() = kept;
    }
    turn_ = 0;
    pair.title = filled(one_of(kTitles), subject, Order::kAny);
    sentences -= below(sentences / 2 + 1);
    for (std::size_t i = 0; i < sentences; ++i)
      pair.text += (i == 0 ? "" : " ") + filled(one_of(kSentences), subject, i < 2 ? Order::kInTurn : Order::kAny);
    // So that a relevant document has every word of its query, whatever chance has left out, and none is known by it.
    pair.text += " It concerns " + subject[0] + ", " + subject[1] + " and " + subject[2] + ".";
    return pair;
  }

  const std::string& any_word(base::Random& random) const {
    return words_[random.below(static_cast<std::uint32_t>(words_.size()))];
  }

 private:
  enum class Order { kInTurn, kAny };
  std::size_t below(std::size_t count) { return random_.below(static_cast<std::uint32_t>(count)); }
  template <class List>
  std::string one_of(const List& list) {
    return std::string(list[below(std::size(list))]);
  }
  std::vector<std::string> some_words(std::size_t count) {
    std::vector<std::string> words;
    for (std::size_t i = 0; i < count; ++i) words.push_back(any_word(random_));
    return words;
  }
  /// A noun's or verb's other form, one time of four: "word" also counts where "words" stands.
  std::string form_of(std::string word) {
    if (below(4) == 0 && word.size() >= 4 && !word.ends_with('s') && !word.ends_with('e'))
      word += below(2) == 0 ? "s" : "ed";
    return word;
  }
  std::string filled(std::string pattern, const std::vector<std::string>& subject, Order order) {
    std::string text;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
      if (pattern[i] != '{') {
        text += pattern[i];
        continue;
      }
      const char place = pattern[i + 1];
      i += 2;
      std::string word = place == 'w'              ? any_word(random_)
                         : order == Order::kInTurn ? subject[turn_++ % subject.size()]
                                                   : subject[below(subject.size())];
      if (order == Order::kAny) word = form_of(std::move(word));
      if (place == 'T') word[0] = static_cast<char>(word[0] - 'a' + 'A');
      text += word;
    }
    return text;
  }

  const std::vector<std::string>& words_;
  base::Random random_;
  std::size_t turn_ = 0;
};

std::vector<std::string> read_words(const std::filesystem::path& path) {
  std::vector<std::string> words;
  format::LineReader lines(path);
  while (const auto line = lines.next()) {
    const bool counts = line->size() >= 3 && std::ranges::all_of(*line, [](char c) { return c >= 'a' && c <= 'z'; });
    if (counts) words.emplace_back(*line);
  }
  if (words.size() < 100) throw base::BadInput(path.string() + ": has fewer than 100 words");
  return words;
}

}  // namespace

InventedRows make_invented_rows(const std::filesystem::path& words, std::size_t rows, std::uint64_t seed) {
  InventedRows made;
  made.words = read_words(words);
  Inventor inventor(made.words, seed);
  InstructionWriter writer({{},
                            [&](base::Random& random) { return inventor.any_word(random); },
                            [](const std::string& word) { return word.size() >= 4; }},
                           seed + 1);
  base::Random random(seed + 2);
  for (std::size_t i = 0; i < rows; ++i) made.base.push_back(writer.topical(inventor.next(5, kFewSentences)));
  while (made.teach.size() < rows) {
    const Pair pair = inventor.next(2, made.teach.size() * 2 < rows ? kFewSentences : kManySentences);
    if (random.below(6) == 0) {
      made.teach.push_back(writer.topical(pair));
      continue;
    }
    for (train::Row& row : writer.constrained(pair)) made.teach.push_back(std::move(row));
  }
  made.teach.resize(rows);
  return made;
}

}  // namespace heed::teaching
