#include "collection/beir.h"

#include <algorithm>
#include <unordered_set>

#include "base/error.h"
#include "collection/followir_layout.h"
#include "collection/layout_files.h"
#include "collection/mteb_layout.h"

namespace heed::collection {

namespace fs = std::filesystem;

namespace {

Judgments read_split(const Topics& queries, const fs::path& path) {
  std::unordered_set<QueryId> known;
  for (const Topic& topic : queries.topics) known.insert(topic.id);
  Judgments judgments = read_known_judgments(path, [&](auto query) { return known.contains(QueryId(query)); });
  if (judgments.lists().empty()) throw base::BadInput(path.string() + ": there are no judgments in it");
  return judgments;
}

long missing_documents(const Judgments& judgments, const Corpus& corpus) {
  std::unordered_set<DocumentId> missing;
  for (const JudgedList& list : judgments.lists())
    for (const auto& entry : list.entries())
      if (!corpus.find(entry.document.text())) missing.insert(entry.document);
  return static_cast<long>(missing.size());
}

}  // namespace

bool has_beir_layout(const fs::path& folder) {
  if (!find_file(folder, "corpus.jsonl") || !find_file(folder, "queries.jsonl")) return false;
  if (!fs::is_directory(folder / "qrels") || has_followir_layout(folder) || has_mteb_layout(folder)) return false;
  return std::ranges::any_of(fs::directory_iterator(folder / "qrels"), [](const fs::directory_entry& entry) {
    const std::string name = entry.path().filename().string();
    return name.ends_with(".tsv") || name.ends_with(".tsv.gz");
  });
}

TestCollection read_beir(const fs::path& folder, std::string_view split) {
  TestCollection data;
  const fs::path judged = require_file(folder / "qrels", std::string(split) + ".tsv");
  data.corpus = read_corpus(require_file(folder, "corpus.jsonl"));
  data.queries = read_topics(require_file(folder, "queries.jsonl"));
  data.judgments = read_split(data.queries, judged);
  data.notes = data.queries.notes;
  data.notes.insert(data.notes.end(), data.judgments.notes.begin(), data.judgments.notes.end());
  if (const long missing = missing_documents(data.judgments, data.corpus); missing > 0)
    data.notes.push_back(judged.string() + ": judges " + base::counted(missing, "document", "documents") +
                         " that the corpus lacks");
  return data;
}

}  // namespace heed::collection
