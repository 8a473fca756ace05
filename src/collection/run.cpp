#include "collection/run.h"

#include <cmath>

#include "base/error.h"
#include "collection/ranking.h"
#include "format/fields.h"
#include "format/lines.h"

namespace heed::collection {

Run read_run(const std::filesystem::path& path) {
  Run run;
  long comments = 0;
  format::LineReader lines(path);
  while (const auto line = lines.next()) {
    const auto field = format::split_fields(*line);
    if (field[0].starts_with('#')) {
      ++comments;
      continue;
    }
    if (field.size() < 6)
      lines.fail("a run line has 6 fields (query iter docno rank score tag), this one has " +
                 std::to_string(field.size()));
    const auto score = format::parse_double(field[4]);
    if (!score || !std::isfinite(*score)) lines.fail("score is not a finite number: " + std::string(field[4]));
    if (!run.add(field[0], field[2], *score))
      lines.fail("document " + std::string(field[2]) + " is repeated in query " + std::string(field[0]));
    if (run.tag != field[5]) run.tag = field[5];
  }
  if (run.lists().empty()) throw base::BadInput(lines.name() + ": the run is empty");
  if (comments > 0)
    run.notes.push_back(lines.name() + ": passed over " + base::counted(comments, "comment line", "comment lines"));
  return run;
}

std::string run_line(const RunLine& line) {
  std::string text(line.query);
  text.append(" Q0 ").append(line.document).append(" ").append(std::to_string(line.rank)).append(" ");
  return text.append(format::exact(line.score)).append(" ").append(line.tag).append("\n");
}

std::string trec_run(const Run& run) {
  std::string text;
  for (const RankedList& list : run.lists()) {
    long rank = 0;
    for (const std::uint32_t position : ranking(list, TieOrder::kDocumentId)) {
      const auto& [document, score] = list.entries()[position];
      text += run_line({list.query().text(), document.text(), ++rank, score, run.tag});
    }
  }
  return text;
}

}  // namespace heed::collection
