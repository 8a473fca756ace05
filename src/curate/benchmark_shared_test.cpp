#include <map>
#include <stdexcept>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "curate/benchmark.h"
#include "curate/statistics.h"
#include "curate/topic_selection.h"
#include "format/json.h"
#include "format/jsonl.h"
#include "testing/testing.h"

namespace heed::curate {
namespace {

using heed::testing::content_of;
using heed::testing::shared_dir;
using heed::testing::TemporaryDir;

TEST(BenchmarkShared, AnotherProgramsBenchmarkComesBackWithItsBytes) {
  HEED_NEEDS_SHARED();
  for (const ExportLayout& layout : export_layouts()) {
    const auto folder = shared_dir() / "data/nf-instruct" / (std::string(layout.name) + "-layout");
    const auto data = collection::read_instruction_dataset(folder);
    const auto imported = import_benchmark(data);
    EXPECT_EQ(imported.notes, std::vector<std::string>{});
    const auto files = layout.files(imported.curation);
    for (const auto& file : files) {
      if (file.path == "empty_scores.json") continue;  // which that benchmark lacks
      EXPECT_TRUE(file.content == content_of(folder / file.path)) << layout.name << ": " << file.path;
    }
    const TemporaryDir dir;
    base::write_folder(dir.path() / "again", files);
    EXPECT_EQ(collection::read_instruction_dataset(dir.path() / "again").fingerprint(), data.fingerprint());
  }
}

/// Means of FollowIR's released topics, by data set.
std::map<std::string, CurationStatistics> released_statistics() {
  std::map<std::string, Curation> curations;
  format::JsonlReader line(shared_dir() / "data/followir-topics/followir_topics.jsonl");
  while (line.next()) {
    Curation& curation = curations[std::string(line.text("dataset"))];
    const std::string id(line.id({"qid"}));
    curation.topics.push_back({id, std::string(line.text("query")), std::string(line.text("instruction_og"))});
    curation.alterations.push_back({id, std::string(line.text("instruction_changed")), {}, {}});
  }
  std::map<std::string, CurationStatistics> statistics;
  for (const auto& [name, curation] : curations) statistics[name] = curation_statistics(curation);
  return statistics;
}

/// A row of the paper's Table 1.
format::Json published_row(const std::string& dataset) {
  const auto tables = format::read_json(shared_dir() / "data/published/paper_tables.json");
  for (const auto& row : tables["table_1"])
    if (row["dataset"] == dataset) return row;
  throw std::runtime_error("no row " + dataset);
}

/// The lengths of TREC News 2021 and Robust 2004 stand in each other's row of the printed table.
const std::map<std::string, std::string> kLengthsPrintedAs = {
    {"core17", "core17"}, {"news21", "robust04"}, {"robust04", "news21"}};

constexpr double kRounded = 0.05001;  // the table has one decimal

TEST(StatisticsShared, OfReleasedTopicsAreTheRightSideOfTableOne) {
  HEED_NEEDS_SHARED();
  const auto released = released_statistics();
  ASSERT_EQ(released.size(), kLengthsPrintedAs.size());
  for (const auto& [name, statistics] : released) {
    EXPECT_EQ(statistics.altered.topics, published_row(name)["followir"]["queries"].get<long>()) << name;
    const double words = published_row(kLengthsPrintedAs.at(name))["followir"]["instruction_words"].get<double>();
    EXPECT_NEAR(statistics.altered.instruction_words, words, kRounded) << name;
  }
}

TEST(StatisticsShared, OfWholeCollectionsAreTheLeftSideOfTableOne) {
  HEED_NEEDS_SHARED();
  const std::pair<std::string, std::string> collections[] = {{"core17", "qrels.core17.txt"},
                                                             {"robust04", "qrels.robust04.positives.binary.txt"}};
  for (const auto& [name, qrels] : collections) {
    const auto topics = collection::read_topics(shared_dir() / "data/trec/topics" / ("topics." + name + ".txt"));
    const auto judgments = collection::read_judgments(shared_dir() / "data/trec/qrels" / qrels);
    const Selection selection = select_topics(topics, judgments, {});
    const SideStatistics side = collection_statistics(selection.topics, judgments);
    const auto row = published_row(name)["trec"], lengths = published_row(kLengthsPrintedAs.at(name))["trec"];
    EXPECT_EQ(side.topics, row["queries"].get<long>()) << name;
    EXPECT_NEAR(side.relevant, row["relevant_per_query"].get<double>(), kRounded) << name;
    EXPECT_NEAR(side.query_words, lengths["query_words"].get<double>(), kRounded) << name;
    EXPECT_NEAR(side.instruction_words, lengths["instruction_words"].get<double>(), kRounded) << name;
  }
}

}  // namespace
}  // namespace heed::curate
