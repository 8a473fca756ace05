#include "report/explanation.h"

#include <numeric>

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/random.h"

namespace heed::report {
namespace {

using collection::Arm;
using collection::DocumentId;
using collection::Need;
using collection::QueryId;
using Row = std::vector<std::string>;
using Rows = std::vector<Row>;

eval::FlippedDocument flipped(std::string_view document, long before, long after) {
  return {DocumentId(document), 1, 0, {before, before}, {after, after}, false, eval::p_mrr({before, after})};
}

eval::QueryObedience obeyed(std::vector<eval::FlippedDocument> documents) {
  eval::QueryObedience query;
  query.query = QueryId("q7");
  for (const auto& document : documents) query.p_mrr += document.p_mrr / static_cast<double>(documents.size());
  query.flipped = std::move(documents);
  return query;
}

/// The cells of one column.
Row column(const Table& table, std::size_t place) {
  Row cells;
  for (const Row& row : table.rows) cells.push_back(row.at(place));
  return cells;
}

collection::InstructionTopic topic() {
  collection::InstructionTopic topic;
  topic.id = QueryId("q7");
  topic.needs[static_cast<std::size_t>(Arm::kOg)] = Need{"wind farms", "At sea or on land."};
  topic.needs[static_cast<std::size_t>(Arm::kChanged)] = Need{"wind farms", "On land only."};
  return topic;
}

TEST(Explanation, TheLargestShareComesFirstWhateverItsSign) {
  // 1 - 4/5, 1 - 1/2, 0, 1/10 - 1: together -0.2.
  const auto query = obeyed({flipped("a", 4, 5), flipped("b", 1, 2), flipped("c", 3, 3), flipped("d", 10, 1)});
  const Table table = explanation(query, {});
  EXPECT_EQ(table.title, "Query q7\n  p-MRR -5.0, the mean over 4 documents whose judgment changed");
  Row names;
  for (const Table::Column& name : table.columns) names.push_back(name.name);
  EXPECT_EQ(names, (Row{"document", "grade", "rank before", "rank after", "", "p-MRR", "share"}));
  EXPECT_EQ(table.rows, (Rows{{"d", "1 to 0", "10", "1", "rose", "-90.0", "-22.5"},
                              {"b", "1 to 0", "1", "2", "fell", "+50.0", "+12.5"},
                              {"a", "1 to 0", "4", "5", "fell", "+20.0", "+5.0"},
                              {"c", "1 to 0", "3", "3", "stayed", "+0.0", "+0.0"}}));
  EXPECT_TRUE(table.remarks.empty());
}

TEST(Explanation, EqualSharesKeepTheOrderOfTheDocuments) {
  const auto query = obeyed({flipped("x", 1, 2), flipped("a", 2, 1), flipped("m", 2, 4)});
  EXPECT_EQ(column(explanation(query, {}), 0), (Row{"x", "a", "m"}));
}

TEST(Explanation, TheSharesSumUpToTheTopicsPMrr) {
  base::Random random(4);
  for (int round = 0; round < 50; ++round) {
    std::vector<eval::FlippedDocument> documents;
    const int count = 1 + static_cast<int>(random.below(12));
    for (int i = 0; i < count; ++i)
      documents.push_back(
          flipped("d", 1 + static_cast<long>(random.below(40)), 1 + static_cast<long>(random.below(40))));
    const auto query = obeyed(documents);
    const Row shares = column(explanation(query, {}), 6);
    const double sum = std::accumulate(shares.begin(), shares.end(), 0.0,
                                       [](double total, const std::string& share) { return total + std::stod(share); });
    EXPECT_NEAR(sum, 100 * query.p_mrr, 0.0501 * count);  // each share is rounded to one decimal
  }
}

TEST(Explanation, ADocumentThatGainedRelevanceIsMarked) {
  auto rose = flipped("a", 4, 1), fell = flipped("b", 1, 2), stayed = flipped("c", 2, 2);
  for (auto* const document : {&rose, &fell, &stayed}) {
    document->grade_og = 0;
    document->grade_changed = 2;
  }
  const Table table = explanation(obeyed({rose, fell, stayed}), {});
  EXPECT_EQ(column(table, 4), (Row{"rose (it gained relevance)", "fell (it gained relevance)", "stayed"}));
  EXPECT_EQ(column(table, 1), (Row{"0 to 2", "0 to 2", "0 to 2"}));
}

TEST(Explanation, ARangeOfRanksShowsItsEnds) {
  eval::FlippedDocument tied{DocumentId("a"), 1, 0, {2, 4}, {6, 6}, true, 0};
  tied.p_mrr = eval::expected_p_mrr(tied.before, tied.after);  // the mean of 4/6, 3/6 and 2/6
  const Table table = explanation(obeyed({tied}), {});
  EXPECT_EQ(table.rows, (Rows{{"a", "1 to 0", "2-4", "6", "fell", "+50.0", "+50.0"}}));
}

TEST(Explanation, TiesAreSaidBelow) {
  auto first = flipped("a", 1, 2), second = flipped("b", 2, 1);
  first.tied = true;
  EXPECT_EQ(explanation(obeyed({first, second}), {}).remarks,
            (Row{"1 of these documents shares a score with another one: see --ties"}));
  second.tied = true;
  EXPECT_EQ(explanation(obeyed({first, second}), {}).remarks,
            (Row{"2 of these documents share a score with another one: see --ties"}));
}

TEST(Explanation, WithTheTopicTheInstructionsAreShown) {
  const auto seven = topic();
  EXPECT_EQ(explanation(obeyed({flipped("a", 1, 2)}), {.topic = &seven}).title,
            "Query q7: wind farms\n"
            "  original: At sea or on land.\n"
            "  altered:  On land only.\n"
            "  p-MRR +50.0, the mean over 1 document whose judgment changed");
}

TEST(Explanation, WithTheCorpusEachDocumentHasItsTitle) {
  collection::Corpus corpus;
  corpus.add("a", "Turbines", "...");
  corpus.add("b", "", "text");
  const Table table =
      explanation(obeyed({flipped("a", 1, 4), flipped("b", 1, 2), flipped("z", 2, 3)}), {.corpus = &corpus});
  EXPECT_EQ(table.columns.back().name, "title");
  EXPECT_EQ(column(table, 7), (Row{"Turbines", "", "(not in the corpus)"}));
}

TEST(Explanation, ALongTitleIsCutBetweenCharacters) {
  const std::string sixty(60, 'x'), e_acute = "\xC3\xA9", euro = "\xE2\x82\xAC";
  const std::pair<std::string, std::string> titles[] = {
      {sixty, sixty},
      {sixty + "y", sixty + "..."},
      {sixty.substr(2) + e_acute, sixty.substr(2) + e_acute},             // ends at 60
      {sixty.substr(1) + e_acute + "y", sixty.substr(1) + "..."},         // 60 is inside
      {sixty.substr(1) + euro, sixty.substr(1) + "..."},                  // the cut is after its first byte
      {sixty.substr(2) + euro, sixty.substr(2) + "..."},                  // and after its second
      {sixty.substr(3) + euro + "tail", sixty.substr(3) + euro + "..."},  // and after its last
  };
  for (const auto& [title, shown] : titles) {
    collection::Corpus corpus;
    corpus.add("a", title, "");
    EXPECT_EQ(column(explanation(obeyed({flipped("a", 1, 2)}), {.corpus = &corpus}), 7), Row{shown}) << title;
  }
}

TEST(Explanation, AQueryWithoutFlippedDocumentsIsABug) {
  EXPECT_THROW(explanation(eval::QueryObedience{}, {}), base::Bug);
}

}  // namespace
}  // namespace heed::report
