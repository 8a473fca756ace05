#include "train/validation.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

#include "base/error.h"
#include "base/random.h"
#include "collection/run.h"
#include "eval/p_mrr.h"
#include "train/batch_order.h"
#include "train/plain_text.h"

namespace heed::train {

using base::BadInput;
using format::Json;
using recipe::Label;

namespace {

constexpr std::size_t kTokensAtOnce = 16384;           // that the learner is given in one call
constexpr std::uint64_t kHoldOutStream = 0x686f6c64;   // apart from the orders of epochs
constexpr eval::Ties kTies = eval::Ties::kDocumentId;  // heed bench's where it is not told otherwise

}  // namespace

Json to_json(const Validation& validation) {
  Json json = Json::object();
  if (validation.loss) json["loss"] = *validation.loss;
  json["accuracy"] = validation.accuracy;
  if (validation.p_mrr) json["p_mrr"] = *validation.p_mrr;
  json["queries"] = validation.queries;
  return json;
}

Validation validation_from(const Json& json) {
  Validation validation;
  if (json.contains("loss")) validation.loss = json.at("loss").get<double>();
  validation.accuracy = json.at("accuracy").get<double>();
  if (json.contains("p_mrr")) validation.p_mrr = json.at("p_mrr").get<double>();
  validation.queries = json.at("queries").get<long>();
  return validation;
}

HeldOut hold_out(std::span<const Row> rows, double share, std::uint64_t seed) {
  base::check(share > 0 && share < 1);
  std::vector<std::size_t> query_of, queries;  // of each row its query, by number; the numbers to draw from
  std::unordered_map<std::string, std::size_t> numbers;
  for (const Row& row : rows) {
    query_of.push_back(numbers.try_emplace(query_key(row.need()), numbers.size()).first->second);
    if (query_of.back() == queries.size()) queries.push_back(queries.size());
  }
  if (queries.size() < 2) throw BadInput("the rows have one query: none can be held out (--hold-out)");
  base::Random random(mixed(seed, kHoldOutStream));
  for (std::size_t i = queries.size(); i > 1; --i)
    std::swap(queries[i - 1], queries[random.below(static_cast<std::uint32_t>(i))]);
  const double wanted = std::round(share * static_cast<double>(queries.size()));
  const auto count = std::clamp<std::size_t>(static_cast<std::size_t>(wanted), 1, queries.size() - 1);
  const std::unordered_set<std::size_t> chosen(queries.begin(), queries.begin() + static_cast<std::ptrdiff_t>(count));
  HeldOut parts;
  for (std::size_t i = 0; i < rows.size(); ++i)
    (chosen.contains(query_of[i]) ? parts.held_out : parts.taught).push_back(i);
  return parts;
}

/// The rows of one query: its documents, its instructions, and who judged what.
class ValidationSet::RowQuery {
 public:
  RowQuery(ValidationSet& set, std::size_t number) : set_(set), number_(number) {}

  void add(const Row& row) {
    const std::size_t document = document_of(row);
    std::size_t instruction = 0;
    while (instruction < instructions_.size() && instructions_[instruction] != row.instruction) ++instruction;
    if (instruction == instructions_.size()) instructions_.push_back(row.instruction);
    const auto [first, is_new] = labels_.try_emplace({instruction, document}, row.label());
    if (!is_new && first->second != row.label()) return;  // it contradicts an earlier row
    set_.judged_.push_back({question(row.need(), instruction, document), row.label()});
  }

  /// A pair of the first instruction and each other one under which one of its relevant documents is not.
  void finish(std::string_view query) {
    for (std::size_t other = 1; other < instructions_.size(); ++other) {
      std::vector<std::size_t> flipped;
      for (std::size_t document = 0; document < documents_.size(); ++document)
        if (label(0, document) == Label::kTrue && label(other, document) == Label::kFalse) flipped.push_back(document);
      if (flipped.empty()) continue;
      Pair pair{std::to_string(number_) + "." + std::to_string(other), number_, {}, {}};
      for (std::size_t document = 0; document < documents_.size(); ++document) {
        pair.og.push_back(question({query, instructions_[0]}, 0, document));
        pair.changed.push_back(question({query, instructions_[other]}, other, document));
      }
      for (const std::size_t document : flipped) {
        const std::string_view name = documents_[document].id.text();
        set_.texts_->og.add(pair.id, name, 1);
        set_.texts_->changed.add(pair.id, name, 0);
      }
      set_.pairs_.push_back(std::move(pair));
    }
  }

 private:
  std::size_t document_of(const Row& row) {
    const auto [found, is_new] = positions_.try_emplace({row.title, row.text}, documents_.size());
    if (!is_new) return found->second;
    std::string number = std::to_string(documents_.size());
    number.insert(0, 10 - std::min<std::size_t>(number.size(), 10), '0');
    const std::string& id = set_.texts_->document_ids.emplace_back(std::move(number));
    documents_.push_back({collection::DocumentId(id), row.title, row.text});
    return found->second;
  }
  std::size_t question(const collection::Need& need, std::size_t instruction, std::size_t document) {
    const auto [found, is_new] = questions_.try_emplace({instruction, document}, set_.questions_.size());
    if (is_new) set_.questions_.push_back({need, documents_[document]});
    return found->second;
  }
  std::optional<Label> label(std::size_t instruction, std::size_t document) const {
    const auto found = labels_.find({instruction, document});
    return found == labels_.end() ? std::nullopt : std::optional(found->second);
  }

  ValidationSet& set_;
  std::size_t number_;
  std::vector<std::string_view> instructions_;
  std::vector<collection::Document> documents_;
  std::map<std::pair<std::string_view, std::string_view>, std::size_t> positions_;
  std::map<std::pair<std::size_t, std::size_t>, std::size_t> questions_;  // by instruction and document
  std::map<std::pair<std::size_t, std::size_t>, Label> labels_;
};

ValidationSet::ValidationSet(std::vector<Row> rows) : texts_(std::make_unique<Texts>()), has_loss_(true) {
  texts_->rows = std::move(rows);
  std::vector<std::pair<std::string_view, std::vector<const Row*>>> queries;
  std::map<std::pair<std::string_view, std::string_view>, std::size_t> positions;
  for (const Row& row : texts_->rows) {
    const auto [found, is_new] = positions.try_emplace(
        {row.query, is_blank(row.query) ? std::string_view(row.instruction) : ""}, queries.size());
    if (is_new) queries.push_back({row.query, {}});
    queries[found->second].second.push_back(&row);
  }
  for (std::size_t i = 0; i < queries.size(); ++i) {
    RowQuery query(*this, i);
    for (const Row* const row : queries[i].second) query.add(*row);
    query.finish(queries[i].first);
  }
  count_queries();
}

ValidationSet::ValidationSet(collection::InstructionDataset data, std::optional<long> topics)
    : texts_(std::make_unique<Texts>()) {
  texts_->data = std::move(data);
  texts_->og = std::move(texts_->data.judgments_og);
  texts_->changed = std::move(texts_->data.judgments_changed);
  for (std::size_t i = 0; i < texts_->data.topics.size(); ++i) {
    if (topics && std::ssize(pairs_) >= *topics) break;
    add_pair(i);
  }
  if (pairs_.empty()) throw BadInput("the validation data has no topic with a document whose judgment changes");
  count_queries();
}

void ValidationSet::count_queries() {
  for (const Question& question : questions_) keys_.insert(query_key(question.need));
  for (std::size_t i = 0; i < pairs_.size(); ++i) queries_ += i == 0 || pairs_[i].query != pairs_[i - 1].query ? 1 : 0;
}

void ValidationSet::add_pair(std::size_t topic) {
  using collection::Arm;
  const auto& data = texts_->data;
  const auto& of = data.topics[topic];
  for (const Arm arm : {Arm::kOg, Arm::kChanged})
    if (!of.need(arm))
      throw BadInput("topic " + of.id.str() + " of the validation data lacks the arm " + std::string(name_of(arm)));
  const auto *const og = texts_->og.find(of.id), *const changed = texts_->changed.find(of.id);
  if (og == nullptr || changed == nullptr)
    throw BadInput("topic " + of.id.str() + " of the validation data has no judgments under the instruction " +
                   std::string(name_of(og == nullptr ? Arm::kOg : Arm::kChanged)));
  const collection::RankedList nothing{of.id};
  if (eval::obedience(*og, *changed, nothing, nothing, kTies).flipped.empty()) return;
  Pair pair{of.id.str(), topic, {}, {}};
  for (const Arm arm : {Arm::kOg, Arm::kChanged}) {
    const collection::JudgedList& judged = arm == Arm::kOg ? *og : *changed;
    for (const std::uint32_t position : of.candidates(arm)) {
      const auto& document = data.corpus[position];
      const int* const grade = judged.find(document.id);
      (arm == Arm::kOg ? pair.og : pair.changed).push_back(questions_.size());
      judged_.push_back({questions_.size(), grade != nullptr && *grade >= 1 ? Label::kTrue : Label::kFalse});
      questions_.push_back({*of.need(arm), document});
    }
  }
  pairs_.push_back(std::move(pair));
}

void ValidationSet::check(const Lessons& lessons) const {
  const collection::Need* last = nullptr;
  for (const Question& question : questions_) {
    if (last != nullptr && *last == question.need) continue;
    last = &question.need;
    try {
      lessons.question(question.need, {collection::DocumentId("none"), "", "a"});
    } catch (const BadInput& bad) {
      throw BadInput("validation: the query \"" + std::string(question.need.query.substr(0, 80)) + "\": " + bad.what());
    }
  }
}

base::Fingerprint ValidationSet::fingerprint() const {
  base::Digest digest;
  for (const Question& question : questions_)
    digest.add_field(question.need.query)
        .add_field(question.need.instruction)
        .add_field(question.document.title)
        .add_field(question.document.text);
  for (const Judged& judged : judged_)
    digest.add_field(std::to_string(judged.question) + (judged.label == Label::kTrue ? " true" : " false"));
  for (const Pair& pair : pairs_) {
    digest.add_field(pair.id + " " + std::to_string(pair.og.size()));
    for (const auto* const judgments : {&texts_->og, &texts_->changed}) {
      for (const auto& [document, grade] : judgments->find(collection::QueryId(pair.id))->entries())
        digest.add_field(document.text()).add_field(std::to_string(grade));
      digest.add_field("");
    }
  }
  return digest.finish();
}

namespace {

/// Calls `work` with examples, some thousand tokens of them at a time; false where the watch wanted to stop.
template <class Make, class Work>
bool in_batches(std::size_t count, const ValidationSet::Watch& watch, const Make& make, const Work& work) {
  for (std::size_t begin = 0; begin < count;) {
    if (watch.wants_stop && watch.wants_stop()) return false;
    std::vector<Example> batch;
    std::size_t tokens = 0;
    for (; begin < count && (batch.empty() || tokens < kTokensAtOnce); ++begin) {
      batch.push_back(make(begin));
      tokens += batch.back().ids.size();
    }
    work(batch);
  }
  return true;
}

std::vector<infer::Lesson> lessons_of(const Lessons& lessons, std::span<const Example> examples) {
  std::vector<infer::Lesson> list;
  list.reserve(examples.size());
  for (const Example& example : examples) list.push_back(lessons.lesson(example));
  return list;
}

}  // namespace

std::optional<std::vector<double>> ValidationSet::scores(infer::Learner& learner, const Lessons& lessons,
                                                         const Watch& watch) const {
  std::vector<double> scores;
  const auto make = [&](std::size_t i) { return lessons.question(questions_[i].need, questions_[i].document); };
  const auto work = [&](std::span<const Example> batch) {
    for (const auto& logits : learner.logits(lessons_of(lessons, batch), lessons.answers())) {
      lessons.expect_labels(logits.size());
      scores.push_back(lessons.score(logits));
      if (!std::isfinite(scores.back())) throw BadInput("validation: a score is not a finite number");
    }
    if (watch.progress) watch.progress(static_cast<long>(scores.size()), questions());
  };
  if (!in_batches(questions_.size(), watch, make, work)) return std::nullopt;
  return scores;
}

std::optional<double> ValidationSet::loss(infer::Learner& learner, const Lessons& lessons, const Watch& watch) const {
  double sum = 0;
  std::size_t terms = 0;
  const auto make = [&](std::size_t i) {
    const Question& question = questions_[judged_[i].question];
    return lessons.example(question.need, question.document, judged_[i].label);
  };
  const auto work = [&](std::span<const Example> batch) {
    const auto list = lessons_of(lessons, batch);
    for (const infer::Lesson& lesson : list) terms += lesson.terms();
    for (const double loss : learner.losses(list)) sum += loss;
  };
  if (!in_batches(judged_.size(), watch, make, work)) return std::nullopt;
  const double loss = sum / static_cast<double>(terms);
  if (!std::isfinite(loss)) throw BadInput("validation: the loss is not a finite number");
  return loss;
}

double ValidationSet::p_mrr(const Pair& pair, std::span<const double> scores) const {
  const collection::QueryId id(pair.id);
  collection::Run og, changed;
  for (const std::size_t i : pair.og) og.add(pair.id, questions_[i].document.id.text(), scores[i]);
  for (const std::size_t i : pair.changed) changed.add(pair.id, questions_[i].document.id.text(), scores[i]);
  return eval::obedience(*texts_->og.find(id), *texts_->changed.find(id), *og.find(id), *changed.find(id), kTies).p_mrr;
}

double ValidationSet::p_mrr(std::span<const double> scores) const {
  double sum = 0;
  for (std::size_t begin = 0, end = 0; begin < pairs_.size(); begin = end) {
    double of_query = 0;
    for (; end < pairs_.size() && pairs_[end].query == pairs_[begin].query; ++end)
      of_query += p_mrr(pairs_[end], scores);
    sum += of_query / static_cast<double>(end - begin);
  }
  return sum / static_cast<double>(queries());
}

std::optional<Validation> ValidationSet::measure(infer::Learner& learner, const Lessons& lessons,
                                                 const Watch& watch) const {
  const auto scored = scores(learner, lessons, watch);
  if (!scored) return std::nullopt;
  Validation validation;
  if (has_loss_) {
    validation.loss = loss(learner, lessons, watch);
    if (!validation.loss) return std::nullopt;
  }
  std::size_t right = 0;
  for (const Judged& judged : judged_)
    right += says_relevant((*scored)[judged.question]) == (judged.label == Label::kTrue) ? 1 : 0;
  validation.accuracy = static_cast<double>(right) / static_cast<double>(judged_.size());
  validation.queries = queries();
  if (!pairs_.empty()) validation.p_mrr = p_mrr(*scored);
  return validation;
}

}  // namespace heed::train
