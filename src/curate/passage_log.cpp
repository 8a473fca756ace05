#include "curate/passage_log.h"

#include <cerrno>
#include <cstring>
#include <map>
#include <optional>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "format/json.h"

namespace heed::curate {

namespace fs = std::filesystem;
using format::Json;

namespace {

std::string header_of(const base::Fingerprint& key) {
  return Json{{"kind", "heed best passages"}, {"version", 1}, {"key", key.hex()}}.dump() + "\n";
}

std::string line_of(const BestPassage& best) {
  return Json{{"topic", best.topic}, {"document", best.document}, {"passage", best.passage}, {"score", best.score}}
             .dump() +
         "\n";
}

/// What a line says, or nothing where it is not whole.
std::optional<BestPassage> best_of(std::string_view line) {
  const Json json = Json::parse(line, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  const auto has = [&](const char* key, auto is) { return json.contains(key) && (json[key].*is)(); };
  if (!has("topic", &Json::is_string) || !has("document", &Json::is_string) ||
      !has("passage", &Json::is_number_unsigned) || !has("score", &Json::is_number))
    return std::nullopt;
  return BestPassage{json["topic"], json["document"], json["passage"], json["score"]};
}

/// How many passages a document of a topic's pool has.
using PassageCounts = std::map<std::pair<std::string_view, std::string_view>, std::size_t>;

PassageCounts passage_counts(const PassageProblem& problem) {
  std::map<std::string_view, std::size_t> of_documents;
  for (const auto& document : problem.documents)
    of_documents[document.id] = passages(document.text, problem.size).size();
  PassageCounts counts;
  for (const PooledDocument& pooled : problem.pool)
    counts[{pooled.topic, pooled.document}] = of_documents[pooled.document];
  return counts;
}

/// Appends to the file and flushes it to disk.
void append(const fs::path& path, std::string_view text) {
  const auto fail = [&] { throw base::BadInput(path.string() + ": cannot be written: " + std::strerror(errno)); };
  const int file = open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  if (file < 0) fail();
  while (!text.empty()) {
    const ssize_t written = write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      const int error = errno;
      close(file);
      errno = error;
      fail();
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  const bool is_kept = fsync(file) == 0;
  close(file);
  if (!is_kept) fail();
}

}  // namespace

base::Fingerprint passage_key(const PassageProblem& problem, const std::string& scorer) {
  base::Digest digest;
  digest.add_field(scorer)
      .add_field(std::to_string(problem.size.words))
      .add_field(std::to_string(problem.size.overlap));
  for (const CurationTopic& topic : problem.topics)
    digest.add_field(topic.id).add_field(topic.query).add_field(topic.instruction);
  for (const PooledDocument& pooled : problem.pool) digest.add_field(pooled.topic).add_field(pooled.document);
  for (const auto& document : problem.documents)
    digest.add_field(document.id).add_field(document.title).add_field(document.text);
  return digest.finish();
}

PassageLog::PassageLog(const fs::path& path, const base::Fingerprint& key, const PassageProblem& problem)
    : path_(path) {
  const std::string header = header_of(key);
  const PassageCounts counts = passage_counts(problem);
  std::string kept = header;
  if (base::is_there(path)) {
    const std::string content = base::read_file(path);
    if (content.starts_with(header)) {
      for (std::size_t at = header.size(); at < content.size();) {
        const std::size_t end = content.find('\n', at);
        if (end == std::string::npos) break;
        auto best = best_of(std::string_view(content).substr(at, end - at));
        if (!best) break;
        const auto count = counts.find({best->topic, best->document});
        if (count != counts.end() && best->passage < count->second) {
          keep(std::move(*best));
          kept += content.substr(at, end + 1 - at);
        } else {
          ++ignored_;
        }
        at = end + 1;
      }
    }
  }
  base::write_file(path, kept);
}

bool PassageLog::has(const PassageProblem& problem, const PassageTask& task) const {
  const std::string& topic = problem.topics[task.topic].id;
  for (const std::size_t i : task.documents) {
    const auto& document = problem.documents[i];
    if (!there_.contains({topic, document.id}) && text::count_words(document.text) > 0) return false;
  }
  return true;
}

void PassageLog::add(std::span<const BestPassage> best) {
  std::string lines;
  for (const BestPassage& passage : best) lines += line_of(passage);
  append(path_, lines);
  for (const BestPassage& passage : best) keep(passage);
}

void PassageLog::keep(BestPassage best) {
  if (there_.emplace(best.topic, best.document).second) best_.push_back(std::move(best));
}

}  // namespace heed::curate
