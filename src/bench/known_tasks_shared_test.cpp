#include <gtest/gtest.h>

#include "bench/known_tasks.h"
#include "format/json.h"
#include "testing/testing.h"

namespace heed::bench {
namespace {

using heed::testing::shared_dir;

TEST(KnownTasksShared, TheCountsOfBeirAreThoseOfTheData) {
  HEED_NEEDS_SHARED();
  for (const char* const name : {"scifact", "nfcorpus"})
    EXPECT_EQ(check_counts(*find_known_task(name), collection::read_beir(shared_dir() / "data" / "beir" / name)),
              std::vector<std::string>())
        << name;
}

TEST(KnownTasksShared, TheCountsAreThoseThatMtebPublishes) {
  HEED_NEEDS_SHARED();
  for (const auto& [name, file] :
       {std::pair("robust04", "Robust04InstructionRetrieval"), std::pair("news21", "News21InstructionRetrieval"),
        std::pair("core17", "Core17InstructionRetrieval")}) {
    const OfficialCounts& counts = find_known_task(name)->counts;
    const format::Json published =
        format::read_json(shared_dir() / "data/published/descriptive_stats" / (std::string(file) + ".json"))["test"];
    EXPECT_EQ(counts.documents, published["num_documents"]) << name;
    EXPECT_EQ(2 * counts.queries, published["num_queries"]) << name;
    EXPECT_EQ(2 * counts.queries * counts.candidates, published["top_ranked_statistics"]["num_top_ranked"]) << name;
    EXPECT_EQ(counts.relevant_og + counts.relevant_changed, published["relevant_docs_statistics"]["num_relevant_docs"])
        << name;
    EXPECT_EQ(counts.need_characters, published["queries_text_statistics"]["total_text_length"]) << name;
  }
}

}  // namespace
}  // namespace heed::bench
