#include "bench/json_results.h"

#include <cmath>

namespace heed::bench {

using collection::Arm;
using eval::Evaluation;
using format::Json;

namespace {

bool is_number(const Evaluation::Column& column) {
  return column.name != "runid" && column.measure->shown != eval::Shown::kQueriesOnly;
}

Json number(const Evaluation::Column& column, double value) {
  return column.measure->is_count ? Json(std::llround(value)) : Json(value);
}

}  // namespace

Json summary_json(const Evaluation& evaluation) {
  Json values = Json::object();
  for (std::size_t i = 0; i < evaluation.columns.size(); ++i)
    if (is_number(evaluation.columns[i]))
      values[evaluation.columns[i].name] = number(evaluation.columns[i], evaluation.summary[i]);
  return values;
}

Json query_json(const Evaluation& evaluation, std::size_t query) {
  Json values = Json::object();
  for (std::size_t i = 0; i < evaluation.columns.size(); ++i) {
    const auto& column = evaluation.columns[i];
    if (column.measure->shown == eval::Shown::kEverywhere)
      values[column.name] = number(column, evaluation.queries[query].values[i]);
  }
  return values;
}

Json flipped_json(const eval::FlippedDocument& document) {
  const auto ranks = [](eval::RankRange range) {
    return range.is_tied() ? Json{range.first, range.last} : Json(range.first);
  };
  return {{"document", document.document.text()},
          {"grade_og", document.grade_og},
          {"grade_changed", document.grade_changed},
          {"rank_og", ranks(document.before)},
          {"rank_changed", ranks(document.after)},
          {"tied", document.tied},
          {"p_mrr", document.p_mrr}};
}

Json pair_json(const eval::PairEvaluation& pair) {
  Json json;
  json["p_mrr"] = pair.p_mrr;
  json["p_mrr_ci"] = {pair.p_mrr_interval.low, pair.p_mrr_interval.high};
  json["queries"] = pair.queries.size();
  json["p_mrr_queries"] = pair.p_mrr_by_query().size();
  json["changed_pairs"] = pair.changed_pairs;
  json["ties"] = {
      {"policy", name_of(pair.ties)}, {"tied_documents", pair.tied_documents}, {"tied_flipped", pair.tied_flipped}};
  json["og"] = summary_json(pair.og);
  json["changed"] = summary_json(pair.changed);
  json["paper"] = {{"og", summary_json(pair.paper_og)}, {"changed", summary_json(pair.paper_changed)}};
  Json queries = Json::object();
  for (std::size_t i = 0; i < pair.queries.size(); ++i) {
    const eval::QueryObedience& query = pair.queries[i];
    Json& entry = queries[query.query.str()];
    entry["p_mrr"] = query.flipped.empty() ? Json() : Json(query.p_mrr);
    entry["tied_documents"] = query.tied_documents;
    entry["og"] = query_json(pair.og, i);
    entry["changed"] = query_json(pair.changed, i);
    entry["paper"] = {{"og", query_json(pair.paper_og, i)}, {"changed", query_json(pair.paper_changed, i)}};
    entry["flipped"] = Json::array();
    for (const eval::FlippedDocument& document : query.flipped) entry["flipped"].push_back(flipped_json(document));
  }
  json["per_query"] = std::move(queries);
  return json;
}

namespace {

/// The title, or, where there is none, the text's beginning.
std::string caption(const collection::Document& document) {
  constexpr std::size_t kLongest = 80;
  if (!document.title.empty()) return std::string(document.title);
  if (document.text.size() <= kLongest) return std::string(document.text);
  std::size_t end = kLongest;
  while (end > 0 && (static_cast<unsigned char>(document.text[end]) & 0xC0) == 0x80) --end;  // no half character
  return std::string(document.text.substr(0, end)) + "...";
}

/// Adds to the queries' entries what a person wants to read beside their figures.
void add_texts(const collection::InstructionDataset& data, Json& queries) {
  for (const collection::InstructionTopic& topic : data.topics) {
    const auto entry = queries.find(topic.id.str());
    if (entry == queries.end()) continue;
    if (const auto& need = topic.need(Arm::kOg)) {
      (*entry)["query"] = need->query;
      (*entry)["instruction_og"] = need->instruction;
    }
    if (const auto& need = topic.need(Arm::kChanged)) (*entry)["instruction_changed"] = need->instruction;
    for (Json& document : (*entry)["flipped"])
      if (const auto position = data.corpus.find(document["document"].get<std::string>()))
        document["title"] = caption(data.corpus[*position]);
  }
}

Json work_json(const TaskResult& result) {
  Json work = {{"pairs", result.pairs}};
  if (result.embedded)
    work["embedded"] = {{"queries", result.embedded->queries},
                        {"documents", result.embedded->documents},
                        {"computed", result.embedded->computed}};
  return work;
}

}  // namespace

Json task_json(const TaskResult& result, const collection::InstructionDataset& data, std::string_view heed_version) {
  Json json;
  json["task"] = result.task;
  json["kind"] = name_of(result.kind);
  json["model"] = result.model;
  json["recipe"] = result.recipe;
  json["headline"] = headline_measure(result.task, result.kind);
  json["arms"] = Json::array();
  for (const ArmRun& run : result.runs) json["arms"].push_back(name_of(run.arm));
  json["heed_version"] = heed_version;
  json["model_identity"] = result.model_identity;
  json["dtype"] = result.dtype;
  json["data"] = {{"layout", result.layout},
                  {"sha256", result.data.hex()},
                  {"topics", result.topics},
                  {"documents", result.documents},
                  {"candidates", result.candidates}};
  json["ranked"] = result.ranked;
  if (result.collection) json["collection"] = {{"documents", *result.collection}};
  json["work"] = work_json(result);
  if (result.robustness)
    json["robustness"] = {{"measure", "ndcg_cut_10"},
                          {"value", result.robustness->value},
                          {"groups", result.robustness->groups.size()},
                          {"queries", result.topics}};
  if (result.pair) {
    json.update(pair_json(*result.pair));
    add_texts(data, json["per_query"]);
  }
  for (const ArmEvaluation& arm : result.arms) {
    json[std::string(name_of(arm.arm))] = summary_json(arm.correct);
    if (arm.paper) json["paper"][std::string(name_of(arm.arm))] = summary_json(*arm.paper);
  }
  if (!result.notes.empty()) json["notes"] = result.notes;
  return json;
}

std::string json_text(const Json& document) {
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace heed::bench
