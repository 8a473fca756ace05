#include "collection/layout_files.h"

#include <vector>

#include "base/error.h"

namespace heed::collection {

namespace fs = std::filesystem;

std::optional<fs::path> find_file(const fs::path& folder, std::string_view name) {
  for (const std::string ending : {"", ".gz"})
    if (const fs::path path = folder / (std::string(name) + ending); fs::exists(path)) return path;
  return std::nullopt;
}

fs::path require_file(const fs::path& folder, std::string_view name) {
  const auto path = find_file(folder, name);
  if (!path) throw base::BadInput((folder / name).string() + ": there is no such file");
  return *path;
}

fs::path require_split(const fs::path& folder) {
  for (const auto* const name : {"test.jsonl", "test.tsv"})
    if (const auto path = find_file(folder, name)) return *path;
  std::vector<fs::path> files;
  if (fs::is_directory(folder))
    for (const auto& entry : fs::directory_iterator(folder)) files.push_back(entry.path());
  if (files.size() != 1)
    throw base::BadInput(folder.string() + ": there are no judgments test.jsonl or test.tsv in it");
  return files[0];
}

Judgments read_known_judgments(const fs::path& path, const std::function<bool(std::string_view)>& knows) {
  Judgments judgments;
  JudgmentReader reader(path);
  while (const auto judgment = reader.next()) {
    if (!knows(judgment->query)) reader.fail("there is no query " + std::string(judgment->query) + " in queries.jsonl");
    add_judgment(judgments, reader, judgment->query, *judgment);
  }
  reader.note_comments(judgments.notes);
  return judgments;
}

void require_complete(const InstructionDataset& data, const fs::path& folder) {
  if (data.topics.empty()) throw base::BadInput(folder.string() + ": there are no topics in it");
  for (const InstructionTopic& topic : data.topics) {
    const std::string query = folder.string() + ": query " + topic.id.str() + " has no ";
    if (topic.candidates_og.empty() || topic.candidates_changed.empty()) throw base::BadInput(query + "candidates");
    if (!data.judgments_og.find(topic.id)) throw base::BadInput(query + "judgments under the original instruction");
    if (!data.judgments_changed.find(topic.id)) throw base::BadInput(query + "judgments under the altered instruction");
  }
}

}  // namespace heed::collection
