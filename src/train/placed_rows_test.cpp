#include "train/placed_rows.h"

#include <gtest/gtest.h>

#include "testing/fake_learner.h"
#include "testing/testing.h"

namespace heed::train {
namespace {

using testing::TemporaryDir;

TEST(PlacedRows, SeveralFilesAreOneAfterTheOtherAndEachRowHasItsPlace) {
  const TemporaryDir dir;
  const std::filesystem::path files[] = {dir.write("a.jsonl",
                                                   "\n"
                                                   R"({"query":"a","text":"b","label":true})"
                                                   "\n"),
                                         dir.write_gzip("b.jsonl.gz", R"({"query":"c","text":"d","label":false})"
                                                                      "\n\n"
                                                                      R"({"query":"e","text":"f","label":true})")};
  const PlacedRows rows = read_placed_rows(files);
  ASSERT_EQ(rows.rows.size(), 3u);
  EXPECT_EQ(rows.rows[2].query, "e");
  EXPECT_EQ(rows.name_of(0), files[0].string() + ":2");
  EXPECT_EQ(rows.name_of(2), files[1].string() + ":3");
  EXPECT_EQ(fingerprint_of(rows.rows), fingerprint_of(read_placed_rows(files).rows));
  EXPECT_NE(fingerprint_of(rows.rows), fingerprint_of(std::span(rows.rows).first(2)));
}

TEST(PlacedRows, ContradictionsAreCounted) {
  const std::vector<Row> rows = {{"q", "i", "", "x", true},  {"q", "j", "", "x", false},  {"q", "i", "", "x", true},
                                 {"q", "i", "", "x", false}, {"q", "i", "t", "x", false}, {"q", "j", "", "x", true}};
  const Contradictions found = contradictions_in(rows);
  EXPECT_EQ(found.count, 2);
  EXPECT_EQ(found.first, 3u);
  EXPECT_EQ(found.earlier, 0u);
  EXPECT_EQ(contradictions_in(std::span(rows).first(3)).count, 0);
}

TEST(PlacedRows, ARowThatCannotFitIsNamed) {
  const TemporaryDir dir;
  testing::write_teachable_model(dir);
  const auto recipe =
      recipe::read_recipe(format::Json::parse(R"({"kind":"decoder-reranker","prompt":"{need} {document}","true":"true",
    "false":"false","add_bos":false,"max_length":8})"),
                          "test");
  const Lessons lessons = Lessons::open(dir.path(), recipe, std::nullopt);
  const std::filesystem::path file =
      dir.write("rows.jsonl", R"({"query":"a","text":"b","label":true})"
                              "\n"
                              R"({"query":"a a a a a a a a a","text":"b","label":true})");
  const PlacedRows rows = read_placed_rows({&file, 1});
  const std::size_t positions[] = {0, 1};
  EXPECT_EQ(examples_of(lessons, rows, std::span(positions).first(1), 1).size(), 1u);
  const std::string said = testing::complaint_of([&] { examples_of(lessons, rows, positions, 2); });
  EXPECT_EQ(said.find(file.string() + ":2: "), 0u) << said;
}

}  // namespace
}  // namespace heed::train
