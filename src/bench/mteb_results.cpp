#include <array>
#include <cmath>

#include "bench/json_results.h"

namespace heed::bench {

using collection::Arm;
using eval::Evaluation;
using format::Json;

namespace {

constexpr std::array kCutoffs = {1, 3, 5, 10, 20, 100, 1000};

/// mteb rounds its measures to five places.
double rounded(double value) {
  return std::round(value * 1e5) / 1e5;
}

/// mteb's names, and the trec_eval measures that they are.
constexpr std::pair<const char*, const char*> kNames[] = {
    {"ndcg_at_", "ndcg_cut_"}, {"map_at_", "map_cut_"}, {"recall_at_", "recall_"}, {"precision_at_", "P_"}};

const std::vector<eval::SelectedMeasure>& mteb_measures() {
  static const auto kMeasures = [] {
    std::string cutoffs;
    for (const int k : kCutoffs) cutoffs += (cutoffs.empty() ? "." : ",") + std::to_string(k);
    const std::vector<std::string> requests = {"ndcg_cut" + cutoffs, "map_cut" + cutoffs, "recall" + cutoffs,
                                               "P" + cutoffs, "recip_rank"};
    return eval::select_measures(requests);
  }();
  return kMeasures;
}

/// Adds each query's values of one evaluation to `sums`, in mteb's names.
void add_values(const Evaluation& evaluation, Json& sums) {
  const auto add = [&](const std::string& name, double value) { sums[name] = sums.value(name, 0.0) + value; };
  for (const eval::QueryEvaluation& query : evaluation.queries) {
    for (const auto& [name, measure] : kNames)
      for (const int k : kCutoffs) {
        const std::string cutoff = std::to_string(k);
        add(name + cutoff, query.values[*evaluation.column(measure + cutoff)]);
      }
    const double reciprocal = query.values[*evaluation.column("recip_rank")];
    for (const int k : kCutoffs) add("mrr_at_" + std::to_string(k), reciprocal * k >= 1 - 1e-9 ? reciprocal : 0);
  }
}

/// The means over all queries of these evaluations.
Json means(std::initializer_list<const Evaluation*> evaluations) {
  Json values = Json::object();
  std::size_t queries = 0;
  for (const Evaluation* const evaluation : evaluations) {
    add_values(*evaluation, values);
    queries += evaluation->queries.size();
  }
  for (auto& value : values) value = rounded(value.get<double>() / static_cast<double>(queries));
  return values;
}

/// The task's name in mteb; its own where mteb has none of that name.
std::string mteb_name(const std::string& task) {
  const KnownTask* const known = find_known_task(task);
  return known == nullptr ? task : std::string(known->mteb_name);
}

/// The arm whose figures are the task's in mteb, which knows one text for each query: with the model's instruction.
const collection::Run* main_run(const TaskResult& result) {
  for (const Arm arm : {Arm::kOg, Arm::kShort, Arm::kNone})
    if (const collection::Run* const run = result.run(arm)) return run;
  return nullptr;
}

}  // namespace

std::optional<Json> mteb_json(const TaskResult& result, const collection::InstructionDataset& data) {
  const auto judged = [&](const collection::Judgments& judgments, const collection::Run& run) {
    return eval::evaluate(judgments, run, mteb_measures(), {});
  };
  if (result.collection && result.kind == TaskKind::kInstruction) return std::nullopt;  // mteb ranks candidates
  Json entry = Json::object();
  if (result.pair) {
    const Evaluation og = judged(data.judgments_og, *result.run(Arm::kOg));
    const Evaluation changed = judged(data.judgments_changed, *result.run(Arm::kChanged));
    entry = means({&og, &changed});
    entry["p-MRR"] = result.pair->p_mrr;
    entry["og"] = means({&og});
    entry["changed"] = means({&changed});
    entry["main_score"] = result.pair->p_mrr;
  } else if (const collection::Run* const run = main_run(result); run && result.kind != TaskKind::kInstruction) {
    const Evaluation evaluation = judged(data.judgments_og, *run);
    entry = means({&evaluation});
    if (result.robustness) entry["robustness_at_10"] = rounded(result.robustness->value);
    entry["main_score"] = entry[result.robustness ? "robustness_at_10" : "ndcg_at_10"];
  } else {
    return std::nullopt;
  }
  entry["hf_subset"] = "default";
  entry["languages"] = {"eng-Latn"};
  return Json{{"dataset_revision", result.data.hex()},
              {"task_name", mteb_name(result.task)},
              {"mteb_version", nullptr},
              {"evaluation_time", nullptr},
              {"kg_co2_emissions", nullptr},
              {"scores", {{"test", Json::array({entry})}}}};
}

}  // namespace heed::bench
