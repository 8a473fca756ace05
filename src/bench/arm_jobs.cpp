#include "bench/arm_jobs.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

#include "base/error.h"

namespace heed::bench {

using base::check;
using collection::Arm;
using collection::Document;

std::vector<Job> jobs_of(std::span<const collection::InstructionTopic> topics, std::span<const Arm> arms) {
  std::vector<Job> jobs;
  for (const collection::InstructionTopic& topic : topics) {
    const std::size_t first = jobs.size();
    for (const Arm arm : arms) {
      const auto& candidates = topic.candidates(arm);
      const auto same = std::find_if(jobs.begin() + static_cast<long>(first), jobs.end(),
                                     [&](const Job& job) { return *job.candidates == candidates; });
      if (same != jobs.end())
        same->members.push_back({arm, *topic.need(arm)});
      else
        jobs.push_back({&topic, &candidates, {{arm, *topic.need(arm)}}});
    }
  }
  return jobs;
}

JobScores::JobScores(const collection::Corpus& corpus, std::span<const Job> jobs, Shape shape, ScoreStore& store)
    : jobs_(jobs), shape_(std::move(shape)), store_(store), needs_(jobs.size()), scores_(jobs.size()) {
  check(shape_.block >= 1);
  for (const Document& document : corpus.documents())
    documents_.push_back(base::Digest().add_field(document.title).add_field(document.text).finish());
  for (std::size_t job = 0; job < jobs.size(); ++job) {
    for (const JobMember& member : jobs[job].members)
      needs_[job].push_back(need_fingerprint(shape_.model_identity, member.need.query, member.need.instruction));
    look_up(job);
  }
}

/// Of a model that sees all candidates together, the key is of their list, and `candidate` does not matter.
ScoreKey JobScores::key(const Piece& piece, std::size_t member, std::size_t candidate) const {
  const auto& candidates = *jobs_[piece.job].candidates;
  if (shape_.scores_each_document_alone) return {needs_[piece.job][member], documents_[candidates[candidate]]};
  base::Digest list;
  for (const std::uint32_t one : candidates) list.add(documents_[one].raw());
  return {needs_[piece.job][member], list.finish()};
}

std::size_t JobScores::KeyHash::operator()(const ScoreKey& key) const {
  std::size_t need = 0, documents = 0;  // digests are as good as random
  std::memcpy(&need, key.need.bytes.data(), sizeof need);
  std::memcpy(&documents, key.documents.bytes.data(), sizeof documents);
  return need ^ (documents * 31);
}

/// Whether another place is to compute the score, of which this one then takes a copy.
bool JobScores::is_planned(const ScoreKey& key, Place place) {
  const auto [planned, is_new] = planned_.emplace(key, place);
  if (!is_new) copies_.emplace_back(planned->second, place);
  return !is_new;
}

const std::vector<std::vector<std::vector<double>>>& JobScores::all() {
  for (const auto& [from, to] : copies_)
    scores_[to.job][to.member][to.candidate] = scores_[from.job][from.member][from.candidate];
  return scores_;
}

void JobScores::look_up(std::size_t job) {
  const std::size_t members = jobs_[job].members.size(), candidates = jobs_[job].candidates->size();
  scores_[job].assign(members, std::vector<double>(candidates));
  total_ += static_cast<long>(members * candidates);
  std::vector<std::vector<bool>> there(members, std::vector<bool>(candidates));
  for (std::size_t m = 0; m < members; ++m) {
    std::vector<ScoreKey> keys;
    for (std::size_t c = 0; c < (shape_.scores_each_document_alone ? candidates : 1); ++c)
      keys.push_back(key({job, {}, {}}, m, c));
    const auto found = store_.find(keys);
    if (!shape_.scores_each_document_alone) {
      if (!found[0] || found[0]->size() != candidates) continue;  // as cheap as a copy
      scores_[job][m] = *found[0];
      there[m].assign(candidates, true);
      found_ += static_cast<long>(candidates);
      continue;
    }
    for (std::size_t c = 0; c < candidates; ++c) {
      if (!found[c] || found[c]->size() != 1) {
        there[m][c] = is_planned(keys[c], {job, m, c});
        continue;
      }
      scores_[job][m][c] = found[c]->front();
      there[m][c] = true;
      ++found_;
    }
  }
  plan_blocks(job, there);
}

/// Blocks are cut from the candidates, not from what is missing of them: work that is taken up again computes in the
/// same company as undisturbed work, so that the same bits come out.
void JobScores::plan_blocks(std::size_t job, const std::vector<std::vector<bool>>& there) {
  const std::size_t candidates = jobs_[job].candidates->size();
  const std::size_t block = shape_.scores_each_document_alone ? shape_.block : candidates;
  for (std::size_t begin = 0; begin < candidates; begin += block) {
    const std::size_t first = missing_.size();
    for (std::size_t m = 0; m < there.size(); ++m) {
      std::vector<std::size_t> absent;
      for (std::size_t c = begin; c < std::min(begin + block, candidates); ++c)
        if (!there[m][c]) absent.push_back(c);
      if (absent.empty()) continue;
      const auto same = std::find_if(missing_.begin() + static_cast<long>(first), missing_.end(),
                                     [&](const Piece& piece) { return piece.candidates == absent; });
      if (same != missing_.end() && !shape_.takes_one_need)
        same->members.push_back(m);
      else
        missing_.push_back({job, {m}, std::move(absent)});
    }
  }
}

void JobScores::put(const Piece& piece, std::vector<std::vector<double>> scores) {
  check(scores.size() == piece.members.size());
  std::vector<ScoreKey> keys;
  std::vector<Scores> rows;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    check(scores[i].size() == piece.candidates.size() &&
          std::ranges::all_of(scores[i], [](double score) { return std::isfinite(score); }));
    if (!shape_.scores_each_document_alone) {
      keys.push_back(key(piece, piece.members[i], 0));
      rows.push_back(scores[i]);
      continue;
    }
    for (std::size_t c = 0; c < piece.candidates.size(); ++c) {
      keys.push_back(key(piece, piece.members[i], piece.candidates[c]));
      rows.push_back({scores[i][c]});
    }
  }
  store_.put(keys, rows);
  for (std::size_t i = 0; i < scores.size(); ++i)
    for (std::size_t c = 0; c < piece.candidates.size(); ++c)
      scores_[piece.job][piece.members[i]][piece.candidates[c]] = scores[i][c];
}

}  // namespace heed::bench
