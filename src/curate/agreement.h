#pragma once

#include <array>
#include <optional>
#include <span>

#include "curate/curation.h"

namespace heed::curate {

/// What two annotators decided about one document.
struct DecisionPair {
  Decision first = Decision::kRelevant, second = Decision::kRelevant;
};

/// How far two annotators agree over the documents that both decided. `unsure` is a decision as the others: who is
/// unsure agrees with who is unsure, and with nobody else.
struct Agreement {
  long documents = 0;
  /// How often the first decided the row and the second the column, in the order of Decision.
  std::array<std::array<long, 3>, 3> table{};
  double observed = 0;  ///< the share on which they agree; 0 where there is no document
  double expected = 0;  ///< the share on which they would, had each decided by chance, as often each way as they did
  /// Cohen's kappa (Cohen 1960, "A coefficient of agreement for nominal scales", eq. 1), unweighted: (observed -
  /// expected) / (1 - expected), at most 1; 0 is chance. Nothing where it is undefined: without documents, and where
  /// both decided all documents in the same one way, so that chance would agree everywhere too.
  std::optional<double> kappa;
};

Agreement agreement(std::span<const DecisionPair> pairs);

}  // namespace heed::curate
