#include "curate/annotations.h"

#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/file.h"

namespace heed::curate {

namespace {

/// What each annotator now decides about the document; nothing where one of them has not.
std::optional<std::vector<const Judgment*>> judgments_of(const TopicAnnotations& topic, const std::string& document,
                                                         const std::vector<std::string>& annotators) {
  const auto of_document = topic.judgments.find(document);
  if (of_document == topic.judgments.end() || annotators.empty()) return std::nullopt;
  std::vector<const Judgment*> all;
  for (const std::string& annotator : annotators) {
    const auto judgment = of_document->second.find(annotator);
    if (judgment == of_document->second.end() || !current_decision(judgment->second, topic)) return std::nullopt;
    all.push_back(&judgment->second);
  }
  return all;
}

bool is_settled_by_agreement(const std::vector<const Judgment*>& judgments) {
  const Decision first = *judgments.front()->decision;
  if (judgments.size() > 1 && first == Decision::kUnsure) return false;
  return std::ranges::all_of(judgments, [&](const Judgment* judgment) { return judgment->decision == first; });
}

std::string joined_notes(const std::vector<const Judgment*>& judgments) {
  std::string notes;
  for (const Judgment* const judgment : judgments)
    if (!judgment->note.empty()) notes += (notes.empty() ? "" : "; ") + judgment->note;
  return notes;
}

std::string counted_documents(long count) {
  return base::counted(count, "document", "documents");
}

}  // namespace

const TopicAnnotations& annotations_of(const Annotations& annotations, const std::string& topic) {
  static const TopicAnnotations kNothing;
  const auto found = annotations.topics.find(topic);
  return found == annotations.topics.end() ? kNothing : found->second;
}

std::optional<Decision> current_decision(const Judgment& judgment, const TopicAnnotations& topic) {
  if (!topic.final_instruction || judgment.under != topic.final_instruction->revision) return std::nullopt;
  return judgment.decision;
}

std::vector<std::string> annotators_of(const TopicAnnotations& topic) {
  std::set<std::string> names;
  for (const auto& [document, by_annotator] : topic.judgments)
    for (const auto& [annotator, judgment] : by_annotator)
      if (current_decision(judgment, topic)) names.insert(annotator);
  return {names.begin(), names.end()};
}

Settlement settlement(const TopicAnnotations& topic, const std::string& document,
                      const std::vector<std::string>& annotators) {
  const auto judgments = judgments_of(topic, document, annotators);
  if (!judgments) return {};
  if (is_settled_by_agreement(*judgments))
    return {Standing::kAgreed, judgments->front()->decision, joined_notes(*judgments)};
  const auto adjudication = topic.adjudications.find(document);
  if (adjudication == topic.adjudications.end()) return {Standing::kToSettle, std::nullopt, ""};
  const auto decision = current_decision(adjudication->second, topic);
  const bool is_newer = std::ranges::all_of(
      *judgments, [&](const Judgment* judgment) { return judgment->revision < adjudication->second.revision; });
  if (!decision || !is_newer) return {Standing::kToSettle, std::nullopt, ""};
  return {Standing::kAdjudicated, decision, adjudication->second.note};
}

std::vector<DecisionPair> decision_pairs(const TopicAnnotations& topic, const std::string& first,
                                         const std::string& second) {
  std::vector<DecisionPair> pairs;
  for (const auto& [document, by_annotator] : topic.judgments)
    if (const auto both = judgments_of(topic, document, {first, second}))
      pairs.push_back({*both->front()->decision, *both->back()->decision});
  return pairs;
}

std::map<std::string, std::vector<std::string>> documents_to_judge(const Curation& curation) {
  std::map<std::string, std::vector<std::string>> documents;
  for (const PooledDocument& pooled : curation.pool)
    if (pooled.grade >= 1) documents[pooled.topic].push_back(pooled.document);
  return documents;
}

std::optional<std::string> what_is_missing(const TopicAnnotations& topic, const std::vector<std::string>& documents) {
  if (!topic.final_instruction) return "no altered instruction is final";
  const auto annotators = annotators_of(topic);
  if (annotators.empty() && !documents.empty()) return "no document is judged under the final instruction";
  std::string missing;
  for (const std::string& annotator : annotators) {
    const auto open = std::ranges::count_if(documents, [&](const std::string& document) {
      return !judgments_of(topic, document, {annotator}).has_value();
    });
    if (open > 0)
      missing += (missing.empty() ? "" : "; ") + annotator + " has " + counted_documents(open) + " to judge";
  }
  const auto to_settle = std::ranges::count_if(documents, [&](const std::string& document) {
    return settlement(topic, document, annotators).standing == Standing::kToSettle;
  });
  if (to_settle > 0) missing += (missing.empty() ? "" : "; ") + counted_documents(to_settle) + " to adjudicate";
  return missing.empty() ? std::nullopt : std::optional(missing);
}

namespace {

class Exporter {
 public:
  Exporter(const Curation& curation, const Annotations& annotations, ExportScope scope)
      : curation_(curation), annotations_(annotations), scope_(scope), documents_(documents_to_judge(curation)) {
    for (const Alteration& alteration : curation.alterations) alterations_[alteration.topic] = alteration;
    for (const Rejudgment& rejudgment : curation.rejudgments) rejudgments_[rejudgment.topic].push_back(rejudgment);
  }

  AnnotationExport all() {
    for (const CurationTopic& topic : curation_.topics) add(topic.id);
    return std::move(result_);
  }

 private:
  void add(const std::string& topic) {
    const TopicAnnotations& annotations = annotations_of(annotations_, topic);
    const std::vector<std::string>& documents = documents_[topic];
    const auto missing = what_is_missing(annotations, documents);
    if (missing) result_.incomplete.emplace_back(topic, *missing);
    if (!annotations.final_instruction || (missing && scope_ == ExportScope::kCompleteTopics)) return keep(topic);
    take(topic, annotations, documents);
  }

  void keep(const std::string& topic) {
    if (const auto old = alterations_.find(topic); old != alterations_.end())
      result_.alterations.push_back(old->second);
    for (const Rejudgment& old : rejudgments_[topic]) result_.rejudgments.push_back(old);
  }

  void take(const std::string& topic, const TopicAnnotations& annotations, const std::vector<std::string>& documents) {
    Alteration alteration = alterations_[topic];
    const bool is_same_instruction = alteration.instruction == annotations.final_instruction->text;
    alteration.topic = topic;
    alteration.instruction = annotations.final_instruction->text;
    result_.alterations.push_back(std::move(alteration));
    const auto annotators = annotators_of(annotations);
    std::set<std::string> replaced;
    for (const std::string& document : documents) {
      const Settlement settled = settlement(annotations, document, annotators);
      if (!settled.decision) continue;
      result_.rejudgments.push_back({topic, document, *settled.decision, settled.note});
      replaced.insert(document);
    }
    if (is_same_instruction)
      for (const Rejudgment& old : rejudgments_[topic])
        if (!replaced.contains(old.document)) result_.rejudgments.push_back(old);
    result_.topics.push_back(topic);
  }

  const Curation& curation_;
  const Annotations& annotations_;
  ExportScope scope_;
  std::map<std::string, std::vector<std::string>> documents_;
  std::map<std::string, Alteration> alterations_;
  std::map<std::string, std::vector<Rejudgment>> rejudgments_;
  AnnotationExport result_;
};

}  // namespace

AnnotationExport export_of(const Curation& curation, const Annotations& annotations, ExportScope scope) {
  return Exporter(curation, annotations, scope).all();
}

namespace {

/// What of the folder's decisions was made under instructions that stay as they are.
std::vector<Rejudgment> decisions_that_stay(const Curation& curation, const AnnotationExport& result) {
  std::map<std::string, std::string> before, after;
  for (const Alteration& alteration : curation.alterations) before[alteration.topic] = alteration.instruction;
  for (const Alteration& alteration : result.alterations) after[alteration.topic] = alteration.instruction;
  std::vector<Rejudgment> staying;
  for (const Rejudgment& rejudgment : curation.rejudgments)
    if (before[rejudgment.topic] == after[rejudgment.topic]) staying.push_back(rejudgment);
  return staying;
}

}  // namespace

AnnotationExport write_export(const std::filesystem::path& folder, const Annotations& annotations, ExportScope scope) {
  const Curation curation = read_curation(folder);
  AnnotationExport result = export_of(curation, annotations, scope);
  if (result.topics.empty()) return result;
  const auto staying = decisions_that_stay(curation, result);
  if (staying.size() < curation.rejudgments.size())
    base::write_file(folder / kRejudgmentsFile, rejudgments_text(staying));
  base::write_file(folder / kAlterationsFile, alterations_text(result.alterations));
  base::write_file(folder / kRejudgmentsFile, rejudgments_text(result.rejudgments));
  return result;
}

}  // namespace heed::curate
