#include "eval/p_mrr.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "base/error.h"
#include "collection/ranking.h"

namespace heed::eval {

using base::check;
using collection::DocumentId;
using collection::JudgedList;
using collection::RankedList;

double p_mrr(RankShift shift) {
  check(shift.before >= 1 && shift.after >= 1);
  const auto before = static_cast<double>(shift.before), after = static_cast<double>(shift.after);
  return before <= after ? 1 - before / after : after / before - 1;
}

double expected_p_mrr(RankRange before, RankRange after) {
  check(before.first >= 1 && before.last >= before.first && after.first >= 1 && after.last >= after.first);
  const auto real = [](long whole) { return static_cast<double>(whole); };
  // reciprocals[i] = 1/a summed over the ranks a = after.first + i ... after.last
  std::vector<double> reciprocals(static_cast<std::size_t>(after.last - after.first) + 2);
  for (long a = after.last; a >= after.first; --a) {
    const auto i = static_cast<std::size_t>(a - after.first);
    reciprocals[i] = reciprocals[i + 1] + 1 / real(a);
  }
  double sum = 0;
  for (long b = before.first; b <= before.last; ++b) {
    if (const long fell_from = std::max(b, after.first); fell_from <= after.last)  // 1 - b/a over a >= b
      sum +=
          real(after.last - fell_from + 1) - real(b) * reciprocals[static_cast<std::size_t>(fell_from - after.first)];
    if (const long rose_to = std::min(b - 1, after.last); rose_to >= after.first) {  // a/b - 1 over a < b
      const double count = real(rose_to - after.first + 1);
      sum += real(after.first + rose_to) * count / 2 / real(b) - count;
    }
  }
  return sum / (real(before.last - before.first + 1) * real(after.last - after.first + 1));
}

std::string_view name_of(Ties ties) {
  switch (ties) {
    case Ties::kDocumentId:
      return "docid";
    case Ties::kInput:
      return "input";
    case Ties::kExpected:
      break;
  }
  return "expected";
}

namespace {

/// The ranks of one list's documents.
class Ranks {
 public:
  Ranks(const RankedList& list, Ties ties) : below_(static_cast<long>(list.size()) + 1) {
    const auto entries = list.entries();
    const auto order = collection::ranking(
        list, ties == Ties::kInput ? collection::TieOrder::kInput : collection::TieOrder::kDocumentId);
    for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
      while (end < order.size() && entries[order[end]].value == entries[order[begin]].value) ++end;
      const bool is_tied = end - begin > 1;
      if (is_tied) tied_documents_ += static_cast<long>(end - begin);
      for (std::size_t i = begin; i < end; ++i) {
        const bool is_range = ties == Ties::kExpected;
        const auto first = static_cast<long>(is_range ? begin : i) + 1,
                   last = static_cast<long>(is_range ? end - 1 : i) + 1;
        ranks_.emplace(entries[order[i]].document, Place{{first, last}, is_tied});
      }
    }
  }

  struct Place {
    RankRange ranks;
    bool is_tied = false;
  };
  Place of(DocumentId document) const {
    const auto found = ranks_.find(document);
    return found == ranks_.end() ? Place{{below_, below_}, false} : found->second;
  }
  long tied_documents() const { return tied_documents_; }

 private:
  std::unordered_map<DocumentId, Place> ranks_;
  long below_;
  long tied_documents_ = 0;
};

/// The two grades of each document that either set judges, by id.
std::map<DocumentId, std::pair<int, int>> both_grades(const JudgedList& og, const JudgedList& changed) {
  std::map<DocumentId, std::pair<int, int>> grades;
  for (const auto& [document, grade] : og.entries()) grades[document].first = grade;
  for (const auto& [document, grade] : changed.entries()) grades[document].second = grade;
  return grades;
}

}  // namespace

QueryObedience obedience(const JudgedList& og, const JudgedList& changed, const RankedList& run_og,
                         const RankedList& run_changed, Ties ties) {
  QueryObedience result;
  result.query = og.query();
  const Ranks before(run_og, ties), after(run_changed, ties);
  result.tied_documents = before.tied_documents() + after.tied_documents();
  double sum = 0;
  for (const auto& [document, grades] : both_grades(og, changed)) {
    if (grades.first == grades.second) continue;
    const auto b = before.of(document), a = after.of(document);
    const double value =
        ties == Ties::kExpected ? expected_p_mrr(b.ranks, a.ranks) : p_mrr({b.ranks.first, a.ranks.first});
    result.flipped.push_back({document, grades.first, grades.second, b.ranks, a.ranks, b.is_tied || a.is_tied, value});
    sum += value;
  }
  if (!result.flipped.empty()) result.p_mrr = sum / static_cast<double>(result.flipped.size());
  return result;
}

}  // namespace heed::eval
