#include "train/judge_filter.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "base/error.h"
#include "base/parallel.h"
#include "format/bad_text.h"

namespace heed::train {

namespace fs = std::filesystem;
using base::BadInput;
using base::Fingerprint;
using format::Json;

namespace {

Fingerprint texts_of(const Row& row) {
  base::Digest digest;
  digest.add_field(row.query).add_field(row.instruction).add_field(row.title).add_field(row.text);
  return digest.finish();
}

std::optional<Fingerprint> fingerprint_in(const std::string& hex) {
  Fingerprint fingerprint;
  if (hex.size() != 2 * fingerprint.bytes.size()) return std::nullopt;
  for (std::size_t i = 0; i < fingerprint.bytes.size(); ++i) {
    if (hex.find_first_not_of("0123456789abcdef") != std::string::npos) return std::nullopt;
    fingerprint.bytes[i] = static_cast<unsigned char>(std::stoi(hex.substr(2 * i, 2), nullptr, 16));
  }
  return fingerprint;
}

}  // namespace

// One object a line: {"row", "judge", "score"}.

ScoreLog::ScoreLog(const fs::path& path, const std::string& judge)
    : journal_(path), judge_(base::fingerprint(judge).hex()) {
  journal_.read([&](const Json& json) {
    if (!json.contains("row") || !json["row"].is_string() || !json.contains("judge") || !json["judge"].is_string() ||
        !json.contains("score") || !json["score"].is_number())
      throw format::BadText(0, "is no line of a judge's scores");
    const auto row = fingerprint_in(json["row"].get<std::string>());
    if (!row) throw format::BadText(0, "\"row\" is no fingerprint");
    if (json["judge"] == judge_) scores_.emplace(*row, json["score"].get<double>());
  });
  reused_ = static_cast<long>(scores_.size());
}

std::optional<double> ScoreLog::score(const Row& row) {
  const std::lock_guard guard(lock_);
  const auto found = scores_.find(texts_of(row));
  return found == scores_.end() ? std::nullopt : std::optional(found->second);
}

void ScoreLog::add(std::span<const Row* const> rows, std::span<const double> scores) {
  base::check(rows.size() == scores.size());
  const std::lock_guard guard(lock_);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Fingerprint row = texts_of(*rows[i]);
    journal_.add({{"row", row.hex()}, {"judge", judge_}, {"score", scores[i]}});
    scores_.emplace(row, scores[i]);
  }
}

namespace {

using Block = std::vector<const Row*>;

/// What is not scored yet, each text once.
std::vector<Block> blocks_of(std::span<const Row> rows, const JudgingPlan& plan, ScoreLog& log) {
  std::vector<Block> blocks;
  std::set<Fingerprint> seen;
  for (const Row& row : rows) {
    if (log.score(row) || !seen.insert(texts_of(row)).second) continue;
    const bool is_full = blocks.empty() || blocks.back().size() >= plan.block ||
                         (plan.takes_one_need && blocks.back().front()->need() != row.need());
    if (is_full) blocks.emplace_back();
    blocks.back().push_back(&row);
  }
  return blocks;
}

/// How people find a row.
std::string name_of_row(const Row& row) {
  return row.id.empty() ? "a row about \"" + row.query + "\"" : "row " + row.id;
}

void require_probability(const Row& row, double score) {
  if (!std::isfinite(score)) throw BadInput(name_of_row(row) + ": the judge's score is no finite number");
  if (score >= 0 && score <= 1) return;
  throw BadInput(name_of_row(row) + ": the judge's score is " + format::compact(Json(score)) +
                 ", which is no probability: a judge is a language model that is asked, a classifier, or a reranking "
                 "service whose scores are from 0 to 1; not similarities or BM25");
}

}  // namespace

std::vector<double> judge_rows(std::span<const Row> rows, const JudgingPlan& plan, ScoreLog& log, const Judge& judge) {
  base::check(plan.block >= 1 && plan.workers >= 1);
  const std::vector<Block> blocks = blocks_of(rows, plan, log);
  long missing = 0;
  for (const Block& block : blocks) missing += static_cast<long>(block.size());
  const auto total = static_cast<long>(rows.size()), found = total - missing;
  std::mutex lock;
  long done = found;
  if (plan.progress) plan.progress(done, total, found);
  base::parallel_for(blocks.size(), plan.workers, [&](int worker, std::size_t i) {
    const std::vector<double> scores = judge(worker, blocks[i]);
    base::check(scores.size() == blocks[i].size());
    for (std::size_t k = 0; k < scores.size(); ++k) require_probability(*blocks[i][k], scores[k]);
    log.add(blocks[i], scores);
    const std::lock_guard guard(lock);
    done += static_cast<long>(blocks[i].size());
    if (plan.progress) plan.progress(done, total, found);
  });
  std::vector<double> scores;
  for (const Row& row : rows) {
    scores.push_back(log.score(row).value());
    require_probability(row, scores.back());  // what was in the log
  }
  return scores;
}

std::string_view name_of(RowFate fate) {
  switch (fate) {
    case RowFate::kKept:
      return "kept";
    case RowFate::kDisagrees:
      return "judge disagrees";
    case RowFate::kSurplus:
      return "another is surer";
    case RowFate::kOneSided:
      return "one-sided";
  }
  throw base::Bug("a fate without a name");
}

std::vector<RowFate> fates_of(std::span<const Row> rows, std::span<const double> scores, double threshold,
                              Balance balance) {
  base::check(rows.size() == scores.size());
  std::vector<RowFate> fates(rows.size(), RowFate::kDisagrees);
  struct Best {
    std::optional<std::size_t> relevant, irrelevant;
  };
  std::map<std::pair<std::string_view, std::string_view>, Best> best;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (says_relevant(scores[i], threshold) != rows[i].is_relevant) continue;
    fates[i] = balance == Balance::kOff ? RowFate::kKept : RowFate::kSurplus;
    Best& of_need = best[{rows[i].query, rows[i].instruction}];
    auto& place = rows[i].is_relevant ? of_need.relevant : of_need.irrelevant;
    const bool is_surer = !place || (rows[i].is_relevant ? scores[i] > scores[*place] : scores[i] < scores[*place]);
    if (is_surer) place = i;
  }
  if (balance == Balance::kOff) return fates;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (fates[i] != RowFate::kSurplus) continue;
    const Best& of_need = best[{rows[i].query, rows[i].instruction}];
    if (!of_need.relevant || !of_need.irrelevant)
      fates[i] = RowFate::kOneSided;
    else if (i == *of_need.relevant || i == *of_need.irrelevant)
      fates[i] = RowFate::kKept;
  }
  return fates;
}

namespace {

std::string file_of(const std::string& id) {
  const std::size_t end = id.find("---");
  return end == std::string::npos ? "" : id.substr(0, end);
}

/// {"kept": {"relevant": 1, "irrelevant": 2}, ..} with all fates.
Json no_counts() {
  Json counts = Json::object();
  for (const RowFate fate : kRowFates) counts[std::string(name_of(fate))] = {{"relevant", 0}, {"irrelevant", 0}};
  return counts;
}

void count(Json& counts, RowFate fate, const Row& row) {
  Json& place = counts[std::string(name_of(fate))][row.is_relevant ? "relevant" : "irrelevant"];
  place = place.get<long>() + 1;
}

}  // namespace

Json filter_report(std::span<const Row> rows, std::span<const double> scores, std::span<const RowFate> fates) {
  base::check(rows.size() == scores.size() && rows.size() == fates.size());
  Json all = no_counts(), not_kept = Json::array();
  std::map<std::string, Json> files;
  std::set<std::pair<std::string_view, std::string_view>> needs, needs_kept;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    count(all, fates[i], rows[i]);
    count(files.emplace(file_of(rows[i].id), no_counts()).first->second, fates[i], rows[i]);
    needs.emplace(rows[i].query, rows[i].instruction);
    if (fates[i] == RowFate::kKept)
      needs_kept.emplace(rows[i].query, rows[i].instruction);
    else
      not_kept.push_back({{"row", i + 1},
                          {"id", rows[i].id},
                          {"label", rows[i].is_relevant ? "true" : "false"},
                          {"score", scores[i]},
                          {"fate", name_of(fates[i])}});
  }
  Json of_files = Json::object();
  for (auto& [file, counts] : files) of_files[file] = std::move(counts);
  return {{"rows", rows.size()},
          {"needs", {{"in", needs.size()}, {"kept", needs_kept.size()}}},
          {"fates", all},
          {"files", of_files},
          {"not_kept", not_kept}};
}

}  // namespace heed::train
