#include "report/explanation.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "report/sentences.h"

namespace heed::report {

namespace {

/// What happened to the document, in a word.
std::string movement(const eval::FlippedDocument& document) {
  if (document.p_mrr == 0) return "stayed";
  const bool was_excluded = document.grade_changed < document.grade_og;
  return std::string(document.p_mrr > 0 ? "fell" : "rose") + (was_excluded ? "" : " (it gained relevance)");
}

std::string shortened(std::string_view text, std::size_t most) {
  if (text.size() <= most) return std::string(text);
  std::size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "...";
}

std::string heading(const eval::QueryObedience& query, const Texts& texts) {
  std::string text = "Query " + query.query.str();
  if (texts.topic != nullptr) {
    const auto& og = *texts.topic->need(collection::Arm::kOg);
    const auto& changed = *texts.topic->need(collection::Arm::kChanged);
    text += ": " + std::string(og.query) + "\n  original: " + std::string(og.instruction) +
            "\n  altered:  " + std::string(changed.instruction);
  }
  return text + "\n  p-MRR " + signed_percent(query.p_mrr) + ", the mean over " +
         base::counted(static_cast<long>(query.flipped.size()), "document", "documents") + " whose judgment changed";
}

}  // namespace

Table explanation(const eval::QueryObedience& query, const Texts& texts) {
  base::check(!query.flipped.empty());
  auto documents = query.flipped;
  std::ranges::stable_sort(documents, std::greater<>(), [](const auto& document) { return std::abs(document.p_mrr); });
  const auto count = static_cast<double>(documents.size());
  Table table;
  table.title = heading(query, texts);
  table.columns = {{"document", Table::Align::kLeft}, {"grade"}, {"rank before"}, {"rank after"},
                   {"", Table::Align::kLeft},         {"p-MRR"}, {"share"}};
  if (texts.corpus != nullptr) table.columns.push_back({"title", Table::Align::kLeft});
  for (const eval::FlippedDocument& document : documents) {
    std::vector<std::string> row = {document.document.str(),
                                    std::to_string(document.grade_og) + " to " + std::to_string(document.grade_changed),
                                    spelled_rank(document.before),
                                    spelled_rank(document.after),
                                    movement(document),
                                    signed_percent(document.p_mrr),
                                    signed_percent(document.p_mrr / count)};
    if (texts.corpus != nullptr) {
      const auto position = texts.corpus->find(document.document.text());
      row.push_back(position ? shortened((*texts.corpus)[*position].title, 60) : "(not in the corpus)");
    }
    table.rows.push_back(row);
  }
  const auto tied = std::ranges::count_if(documents, &eval::FlippedDocument::tied);
  if (tied > 0)
    table.remarks.push_back(base::counted(tied, "of these documents shares", "of these documents share") +
                            " a score with another one: see --ties");
  return table;
}

}  // namespace heed::report
