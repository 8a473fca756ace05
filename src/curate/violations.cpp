#include "curate/violations.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <set>
#include <utility>

#include "base/error.h"
#include "text/passages.h"

namespace heed::curate {

bool is_same_text(std::string_view a, std::string_view b) {
  return text::passages(a, {.words = 1, .overlap = 0}) == text::passages(b, {.words = 1, .overlap = 0});
}

namespace {

std::string of_topic(const std::string& topic) {
  return "topic " + topic;
}

std::string of_document(const std::string& document, const std::string& topic) {
  return "document " + document + " of topic " + topic;
}

std::string percent(double share) {
  char text[16];
  std::snprintf(text, sizeof text, "%.0f%%", 100 * share);
  return text;
}

/// The words of a text, each as often as it is there.
std::map<std::string_view, long> word_counts(std::string_view text) {
  std::map<std::string_view, long> counts;
  for (const std::string_view word : text::passages(text, {.words = 1, .overlap = 0})) ++counts[word];
  return counts;
}

/// Words of the original that the altered instruction lacks.
std::vector<std::string_view> dropped_words(std::string_view original, std::string_view altered) {
  const auto kept = word_counts(altered);
  std::vector<std::string_view> dropped;
  for (const auto& [word, count] : word_counts(original)) {
    const auto found = kept.find(word);
    if (found == kept.end() || found->second < count) dropped.push_back(word);
  }
  return dropped;
}

/// Looks at a curation, rule by rule.
class Checker {
 public:
  Checker(const Curation& curation, const CheckOptions& options) : curation_(curation), options_(options) {
    for (const Alteration& alteration : curation.alterations) alterations_[alteration.topic] = &alteration;
    for (const PooledDocument& pooled : curation.pool) pools_[pooled.topic].push_back(&pooled);
    for (const Rejudgment& judged : curation.rejudgments) {
      decisions_[{judged.topic, judged.document}] = judged.decision;
      rejudged_.insert(judged.topic);
    }
    for (const auto& [topic, pool] : pools_) largest_pool_ = std::max(largest_pool_, pool.size());
  }

  std::vector<Violation> all() {
    for (const CurationTopic& topic : curation_.topics) check_topic(topic);
    check_documents();
    return std::move(violations_);
  }

 private:
  using Pool = std::vector<const PooledDocument*>;

  void add(Severity severity, std::string_view rule, const std::string& topic, const std::string& document,
           std::string sentence) {
    violations_.push_back({severity, rule, topic, document, std::move(sentence)});
  }

  void check_topic(const CurationTopic& topic) {
    const Pool& pool = pools_[topic.id];
    const auto alteration = alterations_.find(topic.id);
    if (pool.empty()) return add(Severity::kError, "no-pool", topic.id, "", of_topic(topic.id) + " has no pool");
    if (pool.size() < largest_pool_)
      add(Severity::kWarning, "small-pool", topic.id, "",
          of_topic(topic.id) + " has " + std::to_string(pool.size()) + " candidates, where the largest pool has " +
              std::to_string(largest_pool_));
    if (std::ranges::none_of(pool, [](const PooledDocument* pooled) { return pooled->grade >= 1; }))
      add(Severity::kError, "no-relevant", topic.id, "", of_topic(topic.id) + " has no relevant document in its pool");
    if (alteration != alterations_.end()) {
      check_instruction(topic, alteration->second->instruction);
      return check_judgments(topic.id, pool);
    }
    const std::string fate = " no altered instruction: an export leaves it out";
    add(Severity::kWarning, "not-altered", topic.id, "",
        of_topic(topic.id) + (rejudged_.contains(topic.id) ? " is re-judged, but has" : " has") + fate);
  }

  void check_instruction(const CurationTopic& topic, const std::string& altered) {
    if (is_same_text(topic.instruction, altered))
      return add(Severity::kError, "same-instruction", topic.id, "",
                 "the altered instruction of " + of_topic(topic.id) + " is the original");
    const std::size_t before = text::count_words(topic.instruction), after = text::count_words(altered);
    if (after < before)
      add(Severity::kWarning, "shorter-instruction", topic.id, "",
          "the altered instruction of " + of_topic(topic.id) + " is shorter than the original: " +
              std::to_string(after) + " words, where that has " + std::to_string(before));
    const auto dropped = dropped_words(topic.instruction, altered);
    if (dropped.empty()) return;
    std::string some;
    for (std::size_t i = 0; i < std::min<std::size_t>(dropped.size(), 5); ++i)
      some += (i > 0 ? ", " : "") + std::string(dropped[i]);
    add(Severity::kWarning, "dropped-words", topic.id, "",
        "the altered instruction of " + of_topic(topic.id) + " lacks " +
            base::counted(static_cast<long>(dropped.size()), "word", "words") + " of the original: " + some +
            (dropped.size() > 5 ? ", ..." : ""));
  }

  void check_judgments(const std::string& topic, const Pool& pool) {
    long relevant = 0, left = 0, open = 0;
    for (const PooledDocument* const pooled : pool) {
      const auto decision = decisions_.find({topic, pooled->document});
      const bool is_judged = decision != decisions_.end();
      const std::string name = of_document(pooled->document, topic);
      if (is_judged && decision->second == Decision::kUnsure)
        add(Severity::kError, "unsure", topic, pooled->document, name + " is re-judged as unsure");
      if (pooled->grade < 1) {
        if (is_judged && decision->second == Decision::kRelevant)
          add(Severity::kError, "newly-relevant", topic, pooled->document,
              name + " is relevant under the altered instruction, but not under the original");
        continue;
      }
      ++relevant;
      left += is_judged && decision->second == Decision::kRelevant;
      open += !is_judged || decision->second == Decision::kUnsure;
      if (!is_judged)
        add(Severity::kError, "not-rejudged", topic, pooled->document, name + " is relevant, and is not re-judged");
    }
    if (relevant > 0 && open == 0) check_share(topic, left, relevant);
  }

  void check_share(const std::string& topic, long left, long relevant) {
    const std::string of_all = std::to_string(left) + " of its " + std::to_string(relevant) + " relevant documents";
    if (left == 0)
      return add(Severity::kError, "none-left", topic, "",
                 of_topic(topic) + " keeps no relevant document under the altered instruction");
    if (left == relevant)
      return add(Severity::kWarning, "none-changed", topic, "",
                 of_topic(topic) + " keeps all its relevant documents: the alteration changes nothing");
    const double share = static_cast<double>(left) / static_cast<double>(relevant);
    if (share < options_.least_share || share > options_.most_share)
      add(Severity::kWarning, "share", topic, "",
          of_topic(topic) + " keeps " + of_all + " (" + percent(share) + "), where " + percent(options_.least_share) +
              " to " + percent(options_.most_share) + " are to stay");
  }

  void check_documents() {
    if (curation_.documents.empty() && !curation_.pool.empty())
      return add(Severity::kError, "no-documents", "", "",
                 "there are no texts of documents: heed curate documents takes them from the collection");
    std::map<std::string_view, const CuratedDocument*> texts;
    for (const CuratedDocument& document : curation_.documents) texts[document.id] = &document;
    std::set<std::string_view> seen;
    for (const PooledDocument& pooled : curation_.pool) {
      if (!seen.insert(pooled.document).second) continue;
      const auto found = texts.find(pooled.document);
      if (found == texts.end())
        add(Severity::kError, "no-text", pooled.topic, pooled.document,
            of_document(pooled.document, pooled.topic) + " has no text in " + std::string(kDocumentsFile));
      else
        check_text(pooled, *found->second);
    }
  }

  void check_text(const PooledDocument& pooled, const CuratedDocument& document) {
    const std::size_t words = text::count_words(document.text);
    if (words > options_.most_words)
      add(Severity::kWarning, "long-document", pooled.topic, pooled.document,
          of_document(pooled.document, pooled.topic) + " has " + std::to_string(words) + " words, more than " +
              std::to_string(options_.most_words));
    if (words == 0 && text::count_words(document.title) == 0)
      add(Severity::kWarning, "empty-document", pooled.topic, pooled.document,
          of_document(pooled.document, pooled.topic) + " has neither title nor text");
  }

  const Curation& curation_;
  const CheckOptions& options_;
  std::map<std::string, const Alteration*> alterations_;
  std::map<std::string, Pool> pools_;
  std::map<std::pair<std::string, std::string>, Decision> decisions_;
  std::set<std::string> rejudged_;
  std::size_t largest_pool_ = 0;
  std::vector<Violation> violations_;
};

}  // namespace

std::string_view name_of(Severity severity) {
  return severity == Severity::kError ? "error" : "warning";
}

std::vector<Violation> find_violations(const Curation& curation, const CheckOptions& options) {
  return Checker(curation, options).all();
}

bool has_errors(std::span<const Violation> violations) {
  return std::ranges::any_of(violations, [](const Violation& v) { return v.severity == Severity::kError; });
}

}  // namespace heed::curate
