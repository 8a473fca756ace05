#pragma once

#include <cstdint>
#include <string>

#include "bench/runner.h"
#include "retrieve/retriever.h"

namespace heed::bench {

/// A whole collection that is searched, where a task's candidates are not what is to be ranked (Weller et al. 2024,
/// table 5).
struct CollectionSearch {
  retrieve::Retriever& retriever;
  std::string index;            ///< what was searched, as results name it
  std::uint64_t documents = 0;  ///< in it
};

/// The first `options.kept` documents of every topic in each arm. Progress counts needs, as "searched". Throws BadInput
/// where the data lacks an arm.
ArmRuns search_arms(const RankingRequest& request, const CollectionSearch& search, const RunnerOptions& options);

}  // namespace heed::bench
