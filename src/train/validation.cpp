#include "train/validation.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <tuple>
#include <unordered_set>

#include "base/error.h"
#include "base/random.h"
#include "collection/run.h"
#include "eval/p_mrr.h"
#include "train/batch_order.h"

namespace heed::train {

using base::BadInput;
using format::Json;

namespace {

constexpr std::size_t kTokensAtOnce = 16384;          // that the learner is given in one call
constexpr std::uint64_t kHoldOutStream = 0x686f6c64;  // apart from the orders of epochs

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
  std::vector<std::string_view> queries;
  std::unordered_set<std::string_view> seen;
  for (const Row& row : rows)
    if (seen.insert(row.query).second) queries.push_back(row.query);
  if (queries.size() < 2) throw BadInput("the rows have one query: none can be held out (--hold-out)");
  base::Random random(mixed(seed, kHoldOutStream));
  for (std::size_t i = queries.size(); i > 1; --i)
    std::swap(queries[i - 1], queries[random.below(static_cast<std::uint32_t>(i))]);
  const double wanted = std::round(share * static_cast<double>(queries.size()));
  const auto count = std::clamp<std::size_t>(static_cast<std::size_t>(wanted), 1, queries.size() - 1);
  const std::unordered_set<std::string_view> chosen(queries.begin(),
                                                    queries.begin() + static_cast<std::ptrdiff_t>(count));
  HeldOut parts;
  for (std::size_t i = 0; i < rows.size(); ++i)
    (chosen.contains(rows[i].query) ? parts.held_out : parts.taught).push_back(i);
  return parts;
}

/// The rows of one query: its documents, its instructions, and who judged what.
class ValidationSet::RowQuery {
 public:
  RowQuery(ValidationSet& set, std::string id) : set_(set), id_(std::move(id)) {}

  void add(const Row& row) {
    const std::size_t document = document_of(row);
    std::size_t instruction = 0;
    while (instruction < instructions_.size() && instructions_[instruction] != row.instruction) ++instruction;
    if (instruction == instructions_.size()) instructions_.push_back(row.instruction);
    set_.judged_.push_back({question(row.need(), instruction, document), row.is_relevant});
    labels_[{instruction, document}] = row.is_relevant;
  }

  /// A pair of the first instruction and each other one under which one of its relevant documents is not.
  void finish(std::string_view query) {
    for (std::size_t other = 1; other < instructions_.size(); ++other) {
      std::vector<std::size_t> flipped;
      for (std::size_t document = 0; document < documents_.size(); ++document)
        if (label(0, document) == true && label(other, document) == false) flipped.push_back(document);
      if (flipped.empty()) continue;
      Pair pair{id_ + "." + std::to_string(other), {}, {}};
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
  std::optional<bool> label(std::size_t instruction, std::size_t document) const {
    const auto found = labels_.find({instruction, document});
    return found == labels_.end() ? std::nullopt : std::optional(found->second);
  }

  ValidationSet& set_;
  std::string id_;
  std::vector<std::string_view> instructions_;
  std::vector<collection::Document> documents_;
  std::map<std::pair<std::string_view, std::string_view>, std::size_t> positions_;
  std::map<std::pair<std::size_t, std::size_t>, std::size_t> questions_;  // by instruction and document
  std::map<std::pair<std::size_t, std::size_t>, bool> labels_;
};

ValidationSet::ValidationSet(std::vector<Row> rows) : texts_(std::make_unique<Texts>()), has_loss_(true) {
  texts_->rows = std::move(rows);
  std::vector<std::pair<std::string_view, std::vector<const Row*>>> queries;
  std::map<std::string_view, std::size_t> positions;
  for (const Row& row : texts_->rows) {
    const auto [found, is_new] = positions.try_emplace(row.query, queries.size());
    if (is_new) queries.push_back({row.query, {}});
    queries[found->second].second.push_back(&row);
  }
  for (std::size_t i = 0; i < queries.size(); ++i) {
    RowQuery query(*this, std::to_string(i));
    for (const Row* const row : queries[i].second) query.add(*row);
    query.finish(queries[i].first);
  }
}

ValidationSet::ValidationSet(collection::InstructionDataset data, std::optional<long> topics)
    : texts_(std::make_unique<Texts>()) {
  texts_->data = std::move(data);
  for (std::size_t i = 0; i < texts_->data.topics.size(); ++i) {
    if (topics && queries() >= *topics) break;
    add_pair(i);
  }
  if (pairs_.empty()) throw BadInput("the validation data has no topic with a document whose judgment changes");
}

void ValidationSet::add_pair(std::size_t topic) {
  using collection::Arm;
  const auto& data = texts_->data;
  const auto& of = data.topics[topic];
  for (const Arm arm : {Arm::kOg, Arm::kChanged})
    if (!of.need(arm))
      throw BadInput("topic " + of.id.str() + " of the validation data lacks the arm " + std::string(name_of(arm)));
  const auto* const og = data.judgments_og.find(of.id);
  const auto* const changed = data.judgments_changed.find(of.id);
  const auto grade = [](const auto* judged, collection::DocumentId document) {
    const int* const found = judged == nullptr ? nullptr : judged->find(document);
    return found == nullptr ? 0 : *found;
  };
  Pair pair{of.id.str(), {}, {}};
  bool has_flipped = false;
  for (const std::uint32_t position : of.candidates(Arm::kOg)) {
    const auto id = data.corpus[position].id;
    has_flipped |= grade(og, id) >= 1 && grade(changed, id) < 1;
  }
  if (!has_flipped) return;
  for (const auto arm : {Arm::kOg, Arm::kChanged}) {
    const bool is_og = arm == Arm::kOg;
    for (const std::uint32_t position : of.candidates(arm)) {
      const auto& document = data.corpus[position];
      const int judged = grade(is_og ? og : changed, document.id);
      (is_og ? pair.og : pair.changed).push_back(questions_.size());
      judged_.push_back({questions_.size(), judged >= 1});
      questions_.push_back({*of.need(arm), document});
      if (is_og && judged >= 1) {
        texts_->og.add(pair.id, document.id.text(), 1);
        texts_->changed.add(pair.id, document.id.text(), grade(changed, document.id) >= 1 ? 1 : 0);
      }
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
    digest.add_field(std::to_string(judged.question) + (judged.is_relevant ? " true" : " false"));
  for (const Pair& pair : pairs_) digest.add_field(pair.id + " " + std::to_string(pair.og.size()));
  return digest.finish();
}

bool ValidationSet::has_query(std::string_view query) const {
  return std::ranges::any_of(questions_, [&](const Question& question) { return question.need.query == query; });
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
    return lessons.example(question.need, question.document, judged_[i].is_relevant);
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

double ValidationSet::p_mrr(std::span<const double> scores) const {
  collection::Run og, changed;
  for (const Pair& pair : pairs_) {
    for (const std::size_t i : pair.og) og.add(pair.id, questions_[i].document.id.text(), scores[i]);
    for (const std::size_t i : pair.changed) changed.add(pair.id, questions_[i].document.id.text(), scores[i]);
  }
  double sum = 0;
  for (const Pair& pair : pairs_) {
    const collection::QueryId id(pair.id);
    sum += eval::obedience(*texts_->og.find(id), *texts_->changed.find(id), *og.find(id), *changed.find(id),
                           eval::Ties::kDocumentId)
               .p_mrr;
  }
  return sum / static_cast<double>(pairs_.size());
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
  for (const Judged& judged : judged_) right += ((*scored)[judged.question] > 0.5) == judged.is_relevant ? 1 : 0;
  validation.accuracy = static_cast<double>(right) / static_cast<double>(judged_.size());
  validation.queries = queries();
  if (!pairs_.empty()) validation.p_mrr = p_mrr(*scored);
  return validation;
}

}  // namespace heed::train
