#include "teaching/medical_rows.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <string_view>

#include "base/ascii.h"
#include "base/error.h"
#include "base/random.h"
#include "collection/beir.h"
#include "collection/dataset.h"
#include "teaching/constraints.h"
#include "teaching/words.h"

namespace heed::teaching {

namespace {

constexpr std::size_t kFewWords = 24, kManyWords = 120;

struct Text {
  std::string title, text;
};

/// Where words begin: after a blank.
std::vector<std::size_t> starts_of_words(std::string_view text) {
  std::vector<std::size_t> starts;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != ' ' && (i == 0 || text[i - 1] == ' ')) starts.push_back(i);
  }
  return starts;
}

/// The words of the text of row `i` of `count`: few in the first half, where what matters is easier to find, then more
/// and more, and all in the last fifth.
std::size_t most_words(std::size_t i, std::size_t count) {
  const double done = static_cast<double>(i) / static_cast<double>(count);
  if (done < 0.5) return kFewWords;
  if (done >= 0.8) return std::numeric_limits<std::size_t>::max();
  return kFewWords + static_cast<std::size_t>((done - 0.5) / 0.3 * (kManyWords - kFewWords));
}

/// What is measured and may not be taught.
struct Reserved {
  std::set<std::string> topics, queries, documents;

  explicit Reserved(const std::filesystem::path& folder) {
    const auto data = collection::read_instruction_dataset(folder);
    for (const auto& topic : data.topics) {
      topics.insert(std::string(topic.id.text()));
      for (const auto& need : topic.needs) {
        if (need) queries.insert(base::lower_case(need->query));
      }
    }
    for (const auto* judgments : {&data.judgments_og, &data.judgments_changed}) {
      for (const auto& list : judgments->lists()) {
        for (const auto& entry : list.entries()) {
          if (entry.value > 0) documents.insert(std::string(entry.document.text()));
        }
      }
    }
  }
};

class Pairs {
 public:
  explicit Pairs(const MedicalSource& source) : random_(source.seed) {
    const Reserved reserved(source.benchmark);
    const auto collection = collection::read_beir(source.collection);
    std::map<std::string, std::size_t> places;
    for (const auto& document : collection.corpus.documents()) {
      if (reserved.documents.contains(std::string(document.id.text()))) continue;
      places[std::string(document.id.text())] = texts_.size();
      texts_.push_back({std::string(document.title), std::string(document.text)});
    }
    std::map<std::string, std::string> queries;
    for (const auto& topic : collection.queries.topics)
      queries[std::string(topic.id.text())] = std::string(topic.title);
    for (const auto& list : collection.judgments.lists()) {
      const std::string id(list.query().text());
      const std::string& query = queries[id];
      if (reserved.topics.contains(id) || reserved.queries.contains(base::lower_case(query))) continue;
      const std::size_t before = judged_.size();
      for (const auto& entry : list.entries()) {
        const auto place = places.find(std::string(entry.document.text()));
        if (entry.value > 0 && place != places.end()) judged_.emplace_back(query, place->second);
      }
      if (judged_.size() > before) ++topics_;
    }
    if (judged_.empty()) throw base::BadInput(source.collection.string() + ": nothing is left to teach");
    count_words();
    if (telling_.empty()) throw base::BadInput(source.collection.string() + ": no word is in 3 documents and in few");
  }

  /// `others` of ten pairs are of another document. Of a text of more words than `most`, a part that has as many.
  Pair next(std::size_t others, std::size_t most) {
    Pair pair = whole(others);
    pair.text = part_of(pair.text, most, pair.query);
    return pair;
  }

  InstructionWriter::Options options() {
    return {
        medical_families(),
        [this](base::Random& random) { return telling_[random.below(static_cast<std::uint32_t>(telling_.size()))]; },
        [this](const std::string& word) { return std::ranges::binary_search(telling_, word); }};
  }
  std::vector<std::string> texts() const {
    std::vector<std::string> all;
    for (const Text& text : texts_) all.push_back(text.title + " " + text.text);
    return all;
  }
  std::size_t topics() const { return topics_; }

 private:
  Pair whole(std::size_t others) {
    Pair pair;
    std::size_t place = 0;
    const bool is_judged = below(2) == 0;
    if (is_judged) {
      const auto& [query, document] = judged_[below(judged_.size())];
      pair = {query, texts_[document].title, texts_[document].text, true};
      place = document;
    } else {
      place = below(texts_.size());
      pair = {some_of(texts_[place].title), "", texts_[place].text, true};
    }
    if (below(10) >= others) return pair;
    const std::size_t other = another(pair.query, place);
    return {pair.query, is_judged ? texts_[other].title : "", texts_[other].text, false};
  }

  /// Of some parts that chance names, the one with most of the query.
  std::string part_of(const std::string& text, std::size_t most, const std::string& query) {
    const std::vector<std::size_t> starts = starts_of_words(text);
    if (starts.size() <= most) return text;
    const std::set<std::string> asked = roots_of(query);
    std::string best;
    std::size_t best_met = 0;
    for (int attempt = 0; attempt < 4; ++attempt) {
      const std::size_t first = below(starts.size() - most + 1), last = first + most;
      const std::size_t end = last < starts.size() ? starts[last] : text.size();
      std::string part = text.substr(starts[first], end - starts[first]);
      const std::set<std::string> roots = roots_of(part);
      const auto met = static_cast<std::size_t>(
          std::ranges::count_if(asked, [&](const std::string& root) { return roots.contains(root); }));
      if (best.empty() || met > best_met) {
        best = std::move(part);
        best_met = met;
      }
    }
    return best;
  }

  std::size_t below(std::size_t count) { return random_.below(static_cast<std::uint32_t>(count)); }

  /// Words of at least four letters whose root 3 documents have, and not more than a quarter.
  void count_words() {
    std::set<std::string> words;
    for (std::size_t i = 0; i < texts_.size(); ++i) {
      const std::string text = texts_[i].title + " " + texts_[i].text;
      for (const std::string& word : words_of(text)) words.insert(word);
      for (const std::string& root : roots_of(text)) documents_of_[root].push_back(i);
    }
    for (const std::string& word : words) {
      const std::size_t count = documents_of_[root_of(word)].size();
      if (word.size() >= 4 && count >= 3 && count * 4 <= texts_.size()) telling_.push_back(word);
    }
  }

  std::string some_of(const std::string& title) {
    const auto words = words_of(title);
    if (words.empty() || below(5) < 2) return title;
    const std::size_t count = 1 + below(std::min<std::size_t>(5, words.size()));
    const std::size_t first = below(words.size() - count + 1);
    std::string text = words[first];
    for (std::size_t i = 1; i < count; ++i) text += " " + words[first + i];
    return text;
  }

  /// A document other than this one; in one of three cases it has a word of the query.
  std::size_t another(const std::string& query, std::size_t than) {
    const auto words = words_of(query);
    for (int attempt = 0; attempt < 20; ++attempt) {
      std::size_t other = below(texts_.size());
      if (!words.empty() && below(3) == 0) {
        const auto& with = documents_of_[root_of(words[below(words.size())])];
        if (!with.empty()) other = with[below(with.size())];
      }
      if (other != than) return other;
    }
    return (than + 1) % texts_.size();
  }

  base::Random random_;
  std::vector<Text> texts_;
  std::vector<std::pair<std::string, std::size_t>> judged_;
  std::map<std::string, std::vector<std::size_t>> documents_of_;  // by root
  std::vector<std::string> telling_;                              // sorted
  std::size_t topics_ = 0;
};

}  // namespace

MedicalRows make_medical_rows(const MedicalSource& source) {
  Pairs pairs(source);
  InstructionWriter writer(pairs.options(), source.seed + 1);
  base::Random random(source.seed + 2);
  MedicalRows rows;
  for (std::size_t i = 0; i < source.base; ++i) rows.base.push_back(writer.topical(pairs.next(5, kFewWords)));
  for (std::size_t i = 0; i < source.teach; ++i)
    rows.control.push_back(writer.topical(pairs.next(5, most_words(i, source.teach))));
  while (rows.teach.size() < source.teach) {
    const Pair pair = pairs.next(2, most_words(rows.teach.size(), source.teach));
    if (random.below(6) == 0) {
      rows.teach.push_back(writer.topical(pair));
      continue;
    }
    for (train::Row& row : writer.constrained(pair)) rows.teach.push_back(std::move(row));
  }
  rows.teach.resize(source.teach);
  rows.texts = pairs.texts();
  rows.topics = pairs.topics();
  return rows;
}

}  // namespace heed::teaching
