#pragma once

#include <string>

#include "collection/dataset.h"
#include "eval/pairing.h"
#include "report/table.h"

namespace heed::report {

/// The texts behind the ids, where they are at hand.
struct Texts {
  const collection::Corpus* corpus = nullptr;
  const collection::InstructionTopic* topic = nullptr;
};

/// Why one topic scored as it did: each flipped document with its ranks before and after, what it adds to the topic's
/// p-MRR (the shares sum up to it), the largest share first; with the texts also its title, the query and both
/// instructions. REQUIRES: the query has flipped documents.
Table explanation(const eval::QueryObedience& query, const Texts& texts);

}  // namespace heed::report
