#include "train/synthesis.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <stdexcept>

#include "base/error.h"
#include "base/parallel.h"

namespace heed::train {

using format::Json;

namespace {

/// The question was not answered. Not one of base's errors, so that the log's own are told apart.
struct NotAnswered {
  SynthesisEnd end;
  std::string why;
};

/// Asks a service for as long as it is worth while.
class PatientAsker {
 public:
  explicit PatientAsker(const net::AskChat& ask) : ask_(ask) {}

  net::ChatAnswer operator()(const net::ChatQuestion& question) {
    if (in_a_row_ >= kMostFailuresInARow)
      throw NotAnswered{SynthesisEnd::kNotAsked,
                        "the service had refused or failed " + std::to_string(kMostFailuresInARow) + " times in a row"};
    try {
      net::ChatAnswer answer = ask_(question);
      in_a_row_ = 0;
      return answer;
    } catch (const base::Unavailable& failure) {
      ++in_a_row_;
      throw NotAnswered{SynthesisEnd::kFailed, failure.what()};
    } catch (const base::BadInput& refusal) {
      ++in_a_row_;
      throw NotAnswered{SynthesisEnd::kRefused, refusal.what()};
    }
  }

 private:
  const net::AskChat& ask_;
  std::atomic<int> in_a_row_ = 0;
};

/// The beginning of an answer, for people.
std::string excerpt(const std::string& text) {
  constexpr std::size_t kLongest = 200;
  std::size_t end = std::min(text.size(), kLongest);
  while (end > 0 && end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + (end < text.size() ? "..." : "");
}

TopicDocuments documents_of(const SourcedTopic& topic, const SynthesisOptions& options, net::AnswerLog& log,
                            const net::AskChat& ask) {
  TopicDocuments result;
  const std::string prompt = synthesis_prompt(topic.need(), options.documents);
  const Json what = {{"id", topic.id}, {"step", "documents"}};
  try {
    for (int tried = 0; tried < options.tries; ++tried) {
      const net::ChatAnswer answer = log.whole_answer({prompt, tried}, what, ask);
      ++result.asked;
      result.documents = documents_in(answer, options.documents);
      if (result.documents.is_usable()) {
        result.end = SynthesisEnd::kDone;
        return result;
      }
      result.why = "no answer has documents of both kinds; the last was: " + excerpt(answer.text);
    }
    result.end = SynthesisEnd::kUnusable;
  } catch (const NotAnswered& failure) {
    result.end = failure.end;
    result.why = failure.why;
  }
  result.documents = {};
  return result;
}

}  // namespace

std::string_view name_of(SynthesisEnd end) {
  switch (end) {
    case SynthesisEnd::kDone:
      return "done";
    case SynthesisEnd::kUnusable:
      return "unusable";
    case SynthesisEnd::kRefused:
      return "refused";
    case SynthesisEnd::kFailed:
      return "failed";
    case SynthesisEnd::kNotAsked:
      return "not asked";
  }
  throw base::Bug("an end without a name");
}

std::vector<TopicDocuments> synthesize(std::span<const SourcedTopic> topics, const SynthesisOptions& options,
                                       net::AnswerLog& log, const net::AskChat& ask) {
  base::check(options.tries >= 1 && options.concurrency >= 1);
  PatientAsker patient(ask);
  const net::AskChat asker = [&](const net::ChatQuestion& question) { return patient(question); };
  std::vector<TopicDocuments> results(topics.size());
  std::mutex lock;
  long done = 0;
  base::parallel_for(topics.size(), options.concurrency, [&](int, std::size_t i) {
    results[i] = documents_of(topics[i], options, log, asker);
    const std::lock_guard guard(lock);
    ++done;
    if (options.progress) options.progress(done, static_cast<long>(topics.size()));
  });
  return results;
}

std::vector<Row> rows_of(const SourcedTopic& topic, const TopicDocuments& documents, const std::string& source) {
  std::vector<Row> rows;
  const auto add = [&](const std::vector<std::string>& texts, const Row& like) {
    for (const std::string& text : texts) {
      Row row = like;
      row.text = text;
      row.id = topic.id + "#" + std::to_string(rows.size() + 1);
      row.source = source;
      rows.push_back(std::move(row));
    }
  };
  Row row{.query = topic.title, .instruction = topic.narrative, .title = {}, .text = {}, .is_relevant = true};
  add(documents.documents.relevant, row);
  row.is_relevant = false;
  add(documents.documents.irrelevant, row);
  return rows;
}

Json synthesis_report(const TopicChoice& choice, std::span<const TopicDocuments> documents) {
  base::check(documents.size() == choice.chosen.size());
  Json dropped = Json::object(), ends = Json::object();
  for (const DropReason reason : kDropReasons) dropped[std::string(name_of(reason))] = choice.count(reason);
  for (const SynthesisEnd end : {SynthesisEnd::kDone, SynthesisEnd::kUnusable, SynthesisEnd::kRefused,
                                 SynthesisEnd::kFailed, SynthesisEnd::kNotAsked})
    ends[std::string(name_of(end))] = std::ranges::count(documents, end, &TopicDocuments::end);
  Json dropped_topics = Json::array(), not_done = Json::array(), noted = Json::array();
  for (const DroppedTopic& topic : choice.dropped)
    dropped_topics.push_back({{"id", topic.id}, {"title", topic.title}, {"reason", name_of(topic.reason)}});
  std::size_t relevant = 0, irrelevant = 0;
  for (std::size_t i = 0; i < documents.size(); ++i) {
    const TopicDocuments& topic = documents[i];
    relevant += topic.documents.relevant.size();
    irrelevant += topic.documents.irrelevant.size();
    const Json id = choice.chosen[i].id;
    if (topic.end != SynthesisEnd::kDone)
      not_done.push_back({{"id", id}, {"end", name_of(topic.end)}, {"asked", topic.asked}, {"why", topic.why}});
    else if (topic.asked > 1 || !topic.documents.notes.empty())
      noted.push_back({{"id", id}, {"asked", topic.asked}, {"notes", topic.documents.notes}});
  }
  return {{"topics", choice.chosen.size() + choice.dropped.size()},
          {"dropped", dropped},
          {"asked_about", choice.chosen.size()},
          {"ends", ends},
          {"rows", {{"relevant", relevant}, {"irrelevant", irrelevant}}},
          {"dropped_topics", dropped_topics},
          {"not_done", not_done},
          {"noted", noted}};
}

}  // namespace heed::train
