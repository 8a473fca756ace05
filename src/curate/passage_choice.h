#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "collection/document.h"
#include "collection/document_source.h"
#include "collection/need.h"
#include "curate/curation.h"
#include "text/passages.h"

namespace heed::curate {

struct FoundDocuments {
  std::vector<collection::CollectionDocument> documents;  ///< in the collection's order
  std::vector<std::string> notes;                         ///< what is odd, as sentences
};

/// The documents of the pool, in one pass over a collection; of an id that comes again the first counts, and the notes
/// say how often that was. Throws BadInput, naming the documents and their topics, where the collection lacks some;
/// `name` is what it is called then.
FoundDocuments find_documents(collection::DocumentSource& source, std::span<const PooledDocument> pool,
                              const std::string& name);

/// What passages are chosen from. Borrows all of it. REQUIRES: the documents are those of find_documents.
struct PassageProblem {
  std::span<const CurationTopic> topics;
  std::span<const PooledDocument> pool;
  std::span<const collection::CollectionDocument> documents;
  text::PassageSize size{};
};

/// Documents of one topic's pool whose passages are scored in one call, by their positions.
struct PassageTask {
  std::size_t topic = 0;
  std::vector<std::size_t> documents;
};

/// All that has to be scored, in the order of the topics, `block` documents a task. Documents of one passage are left
/// out: there is nothing to choose. With block 0, for a model whose scores depend on the documents given together, a
/// task is a topic's whole pool, unless none of it has two passages.
std::vector<PassageTask> passage_tasks(const PassageProblem& problem, std::size_t block);

/// The passage of a document that a topic's need scores highest; passages are counted from 0.
struct BestPassage {
  std::string topic, document;
  std::size_t passage = 0;
  double score = 0;

  bool operator==(const BestPassage&) const = default;
};

/// One score for each passage, higher is better. A passage is a document with its document's id and title.
using PassageScorer =
    std::function<std::vector<double>(const collection::Need& need, std::span<const collection::Document> passages)>;

/// Each of the task's documents' best passage (MaxP: Dai and Callan 2019) under the query with its original
/// instruction; among equal scores the first passage.
std::vector<BestPassage> best_passages(const PassageProblem& problem, const PassageTask& task,
                                       const PassageScorer& scorer);

/// The documents as the benchmark shows them: one passage each, the title kept apart. Where several topics have the
/// document in their pools, the highest score decides, among equal ones the earlier passage. A document without a word
/// has an empty text. REQUIRES: `best` has the passages of all tasks.
std::vector<CuratedDocument> curated_documents(const PassageProblem& problem, std::span<const BestPassage> best);

}  // namespace heed::curate
