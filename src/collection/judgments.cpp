#include "collection/judgments.h"

#include "base/error.h"
#include "format/fields.h"
#include "format/jsonl.h"
#include "format/lines.h"

namespace heed::collection {

JudgmentReader::JudgmentReader(const std::filesystem::path& path) {
  format::LineReader lines(path);
  const auto first = lines.peek();
  if (first && format::trimmed(*first).starts_with('{'))
    json_ = std::make_unique<format::JsonlReader>(std::move(lines));
  else
    lines_ = std::make_unique<format::LineReader>(std::move(lines));
}

JudgmentReader::~JudgmentReader() = default;

std::optional<JudgmentReader::Judgment> JudgmentReader::next() {
  if (lines_) return next_line();
  if (!json_->next()) return std::nullopt;
  const long grade = json_->integer("score");
  if (grade < -kLargestGrade || grade > kLargestGrade) fail("grade is out of range: " + std::to_string(grade));
  return Judgment{json_->id({"query-id"}), json_->id({"corpus-id"}), static_cast<int>(grade)};
}

namespace {

/// BEIR's header, or InstructIR's.
bool is_beir_header(const format::Fields& field) {
  return field.size() == 3 && field[2] == "score" &&
         ((field[0] == "query-id" && field[1] == "corpus-id") || (field[0] == "qid" && field[1] == "pid"));
}

}  // namespace

std::optional<JudgmentReader::Judgment> JudgmentReader::next_line() {
  while (const auto line = lines_->next()) {
    const auto field = format::split_fields(*line);
    if (!is_beir_ && field[0].starts_with('#')) {
      ++comments_;
      continue;
    }
    if (!is_beir_ && is_beir_header(field)) {
      is_beir_ = true;
      continue;
    }
    const std::size_t expected = is_beir_ ? 3 : 4;
    if (field.size() != expected)
      fail("a qrels line has " +
           std::string(is_beir_ ? "3 fields (query-id corpus-id score)" : "4 fields (query iter docno grade)") +
           ", this one has " + std::to_string(field.size()));
    const auto grade = format::parse_integer(field[expected - 1]);
    if (!grade) fail("grade is not an integer: " + std::string(field[expected - 1]));
    if (*grade < -kLargestGrade || *grade > kLargestGrade) fail("grade is out of range: " + std::to_string(*grade));
    return Judgment{field[0], field[expected - 2], static_cast<int>(*grade)};
  }
  return std::nullopt;
}

void JudgmentReader::fail(std::string_view what) const {
  if (lines_) lines_->fail(what);
  json_->fail(what);
}

const std::string& JudgmentReader::name() const {
  return lines_ ? lines_->name() : json_->name();
}

void add_judgment(Judgments& judgments, const JudgmentReader& reader, std::string_view query,
                  const JudgmentReader::Judgment& judgment) {
  if (!judgments.add(query, judgment.document, judgment.grade))
    reader.fail("document " + std::string(judgment.document) + " is judged twice for query " + std::string(query));
}

Judgments read_judgments(const std::filesystem::path& path) {
  Judgments judgments;
  JudgmentReader reader(path);
  while (const auto judgment = reader.next()) add_judgment(judgments, reader, judgment->query, *judgment);
  if (judgments.lists().empty()) throw base::BadInput(reader.name() + ": there are no judgments in it");
  reader.note_comments(judgments.notes);
  return judgments;
}

void JudgmentReader::note_comments(std::vector<std::string>& notes) const {
  if (comments_ > 0)
    notes.push_back(name() + ": passed over " + base::counted(comments_, "comment line", "comment lines"));
}

std::string trec_qrels(const Judgments& judgments) {
  std::string text;
  for (const JudgedList& list : judgments.lists())
    for (const auto& [document, grade] : list.entries())
      text.append(list.query().text())
          .append(" 0 ")
          .append(document.text())
          .append(" ")
          .append(std::to_string(grade))
          .append("\n");
  return text;
}

}  // namespace heed::collection
