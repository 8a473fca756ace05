#include "eval/pairing.h"

#include <algorithm>

#include "base/error.h"
#include "base/parallel.h"

namespace heed::eval {

using base::BadInput;
using collection::JudgedList;
using collection::QueryId;

namespace {

/// The queries to judge, in the order of their ids. What is left out is said in `notes`.
std::vector<QueryId> queries_of(const RunPair& pair, Missing missing, std::vector<std::string>& notes) {
  std::vector<QueryId> queries;
  std::vector<std::string> left_out;
  const auto leave_out = [&](QueryId query, const std::string& why, bool is_error) {
    if (is_error) throw BadInput("query " + query.str() + " " + why);
    left_out.push_back(query.str());
  };
  for (const JudgedList& list : pair.judgments_og.lists()) {
    const QueryId query = list.query();
    const bool in_og = pair.run_og.find(query) != nullptr, in_changed = pair.run_changed.find(query) != nullptr;
    if (pair.judgments_changed.find(query) == nullptr)
      leave_out(query, "has no judgments under the altered instruction", missing != Missing::kSkip);
    else if ((in_og && in_changed) || missing == Missing::kZero)
      queries.push_back(query);
    else
      leave_out(query,
                std::string("is judged, but missing from the run under the ") + (in_og ? "altered" : "original") +
                    " instruction (--missing skip leaves it out, zero counts it as 0)",
                missing == Missing::kError);
    if (missing == Missing::kZero && !(in_og && in_changed)) left_out.push_back(query.str());
  }
  for (const JudgedList& list : pair.judgments_changed.lists())
    if (pair.judgments_og.find(list.query()) == nullptr)
      leave_out(list.query(), "has no judgments under the original instruction", missing != Missing::kSkip);
  if (!left_out.empty()) {
    std::string note = base::counted(static_cast<long>(left_out.size()), "query is", "queries are") +
                       (missing == Missing::kZero ? " missing from a run and counted as 0:" : " missing and left out:");
    for (const std::string& query : left_out) note += " " + query;
    notes.push_back(note);
  }
  std::ranges::sort(queries);
  return queries;
}

/// Notes the queries of a run that nobody judged.
void note_unjudged(const RunPair& pair, const collection::Run& run, const char* name, std::vector<std::string>& notes) {
  const auto count = std::ranges::count_if(
      run.lists(), [&](const auto& list) { return pair.judgments_og.find(list.query()) == nullptr; });
  if (count > 0)
    notes.push_back(base::counted(count, "query of the ", "queries of the ") + name + " run" +
                    (count == 1 ? " has" : " have") + " no judgments: left out");
}

}  // namespace

const QueryObedience* PairEvaluation::find(QueryId query) const {
  const auto found = std::ranges::lower_bound(queries, query, {}, &QueryObedience::query);
  return found == queries.end() || found->query != query ? nullptr : &*found;
}

std::vector<double> PairEvaluation::p_mrr_by_query() const {
  std::vector<double> values;
  for (const QueryObedience& query : queries)
    if (!query.flipped.empty()) values.push_back(query.p_mrr);
  return values;
}

PairEvaluation evaluate_pair(const RunPair& pair, std::span<const SelectedMeasure> measures,
                             const PairOptions& options) {
  PairEvaluation result;
  result.ties = options.ties;
  const auto queries = queries_of(pair, options.missing, result.notes);
  if (std::ranges::none_of(queries,
                           [&](QueryId query) { return pair.run_og.find(query) && pair.run_changed.find(query); }))
    throw BadInput("the two runs and the judgments have no query in common");
  note_unjudged(pair, pair.run_og, "original", result.notes);
  note_unjudged(pair, pair.run_changed, "altered", result.notes);

  const collection::RankedList nothing{QueryId()};
  const auto list_or_nothing = [&](const collection::Run& run, QueryId query) -> const collection::RankedList& {
    const auto* const list = run.find(query);
    return list != nullptr ? *list : nothing;
  };
  result.queries.resize(queries.size());
  base::parallel_for(queries.size(), options.threads, [&](int, std::size_t i) {
    const QueryId query = queries[i];
    result.queries[i] =
        obedience(*pair.judgments_og.find(query), *pair.judgments_changed.find(query),
                  list_or_nothing(pair.run_og, query), list_or_nothing(pair.run_changed, query), options.ties);
    if (pair.run_og.find(query) == nullptr || pair.run_changed.find(query) == nullptr) {
      result.queries[i].p_mrr = 0;
      for (FlippedDocument& document : result.queries[i].flipped) document.p_mrr = 0;
    }
  });
  for (const QueryObedience& query : result.queries) {
    result.changed_pairs += static_cast<long>(query.flipped.size());
    result.tied_documents += query.tied_documents;
    result.tied_flipped += std::ranges::count_if(query.flipped, &FlippedDocument::tied);
  }
  const auto values = result.p_mrr_by_query();
  if (values.empty()) throw BadInput("no judgment differs between the two instructions: there is no p-MRR");
  result.p_mrr = mean(values);
  result.p_mrr_interval = bootstrap_mean(values, options.bootstrap);

  const auto evaluate = [&](const collection::Judgments& judgments, const collection::Run& run) {
    return evaluate_queries(queries, judgments, run, measures, options.judging, options.threads);
  };
  result.og = evaluate(pair.judgments_og, pair.run_og);
  result.changed = evaluate(pair.judgments_changed, pair.run_changed);
  result.paper_og = evaluate(pair.judgments_changed, pair.run_og);
  result.paper_changed = evaluate(pair.judgments_og, pair.run_changed);
  return result;
}

}  // namespace heed::eval
