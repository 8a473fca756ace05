#pragma once

#include <string_view>
#include <vector>

#include "collection/judgments.h"
#include "collection/run.h"

namespace heed::eval {

/// Where one document stood before and after its query's instruction changed. Ranks start at 1; a document missing
/// from a ranking stands just below its end.
struct RankShift {
  long before = 0;
  long after = 0;
};

/// p-MRR of one shift (Weller et al. 2024, eq. 1), in (-1, 1). Positive: the document, no longer relevant, fell, so the
/// model obeyed. Zero: it did not move. Negative: it rose.
double p_mrr(RankShift shift);

/// The ranks that a document takes over the orders of the documents that share its score: all from first to last.
struct RankRange {
  long first = 0;
  long last = 0;

  bool is_tied() const { return last > first; }
};

/// The mean of p_mrr over all ranks in the two ranges, each rank as likely as any other and the two independent: what
/// comes out on average when ties are broken by chance. In closed form, in time linear in the ranges.
double expected_p_mrr(RankRange before, RankRange after);

/// How documents of equal score are ordered when p-MRR asks for ranks.
enum class Ties {
  kDocumentId,  ///< the greater document id first, as trec_eval and mteb from 2.19.5 on
  kInput,       ///< as they came (run lines, candidates), as mteb up to 2.19.4 and the paper
  kExpected,    ///< the mean over all orders
};

std::string_view name_of(Ties ties);

/// One document whose judgment changed.
struct FlippedDocument {
  collection::DocumentId document;
  int grade_og = 0, grade_changed = 0;
  RankRange before, after;  ///< of one rank each, unless ties are kExpected
  bool tied = false;        ///< it shares its score with another document, in either run
  double p_mrr = 0;
};

/// How one query's changed documents moved. Its ids borrow from the judgments, which have to outlive it.
struct QueryObedience {
  collection::QueryId query;
  std::vector<FlippedDocument> flipped;  ///< in the order of their ids; empty where no judgment changed
  double p_mrr = 0;                      ///< the mean over them; REQUIRES of the reader: not empty
  long tied_documents = 0;               ///< results of the two runs that share their score with another of theirs
};

/// Compares the query's two rankings. A document is flipped where the two grades differ; one that a set of judgments
/// lacks has grade 0 there.
QueryObedience obedience(const collection::JudgedList& og, const collection::JudgedList& changed,
                         const collection::RankedList& run_og, const collection::RankedList& run_changed, Ties ties);

}  // namespace heed::eval
