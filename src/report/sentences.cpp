#include "report/sentences.h"

#include "base/error.h"
#include "report/table.h"

namespace heed::report {

Obedience obedience_of(const eval::PairEvaluation& pair) {
  return {.p_mrr = pair.p_mrr,
          .interval = pair.p_mrr_interval,
          .queries = static_cast<long>(pair.p_mrr_by_query().size()),
          .changed_pairs = pair.changed_pairs,
          .ties = std::string(name_of(pair.ties)),
          .tied_documents = pair.tied_documents,
          .tied_flipped = pair.tied_flipped};
}

std::string p_mrr_sentence(const Obedience& obedience) {
  return "p-MRR " + signed_percent(obedience.p_mrr) + " (95% interval " + signed_percent(obedience.interval.low) +
         " to " + signed_percent(obedience.interval.high) + ") over " +
         base::counted(obedience.queries, "query", "queries") + " and " +
         base::counted(obedience.changed_pairs, "changed judgment", "changed judgments");
}

std::string ties_sentence(const Obedience& obedience) {
  const char* const order = obedience.ties == name_of(eval::Ties::kDocumentId) ? "by document id, descending"
                            : obedience.ties == name_of(eval::Ties::kInput)    ? "in the order of the input"
                                                                               : "every way, and the mean taken";
  return "ties (" + obedience.ties + "): equal scores are ordered " + order + "; " +
         base::counted(obedience.tied_documents, "result shares", "results share") + " a score with another, " +
         std::to_string(obedience.tied_flipped) + " of the changed judgments among them";
}

std::string spelled_rank(eval::RankRange range) {
  return std::to_string(range.first) + (range.is_tied() ? "-" + std::to_string(range.last) : "");
}

std::string verdict(std::string_view model, const Obedience& obedience) {
  constexpr long kFewQueries = 5;  // an interval from fewer says little
  const std::string subject(model), value = "p-MRR " + signed_percent(obedience.p_mrr);
  if (obedience.queries < kFewQueries)
    return subject + ": too few topics to tell (" + value + " over " +
           base::counted(obedience.queries, "topic", "topics") + ").";
  if (obedience.interval.high < 0)
    return subject + " does not obey: documents that the altered instruction excludes rise in its ranking (" + value +
           ", below 0 beyond chance).";
  if (obedience.interval.low > 0)
    return subject + " obeys: documents that the altered instruction excludes sink in its ranking (" + value +
           ", above 0 beyond chance).";
  return subject + " neither obeys nor disobeys beyond chance (" + value + ").";
}

}  // namespace heed::report
