#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "curate/curation.h"

namespace heed::curate {

struct TakenRejudgments {
  std::vector<Rejudgment> rejudgments;
  std::vector<std::string> notes;  ///< what was passed over or assumed, as sentences
};

/// Re-judgments from a file of judgments under the altered instructions (any format that JudgmentReader reads). For
/// every topic that it judges: a relevant document of the pool stays relevant where the file judges it 1 or more, and
/// is not relevant where it judges it less or not at all (the notes count the latter). A non-relevant one that the file
/// judges 1 or more is taken as relevant, for the checks to complain of; one that it does not, but that the curation's
/// re-judgments have as relevant or unsure, is taken as not relevant. Judgments of 0 and less outside the pool are
/// passed over. Throws BadInput, with file and line, for a topic that the curation lacks, a document outside the pool
/// judged 1 or more, a document judged twice; with the file alone where it has no judgments, or none of the pool of a
/// topic that it names.
TakenRejudgments rejudgments_from_qrels(const std::filesystem::path& path, const Curation& curation);

/// What to do with a topic's instruction, or a document's re-judgment, that is there and is another.
enum class OnConflict { kRefuse, kReplace };

/// Takes them into the curation: those that are there in their places, new ones at the end. Throws BadInput, and
/// changes nothing, where one is refused.
void take_alterations(Curation& curation, const std::vector<Alteration>& taken, OnConflict on_conflict);
void take_rejudgments(Curation& curation, const std::vector<Rejudgment>& taken, OnConflict on_conflict);

}  // namespace heed::curate
