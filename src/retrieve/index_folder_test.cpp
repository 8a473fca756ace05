#include "retrieve/index_folder.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "testing/testing.h"

namespace heed::retrieve {
namespace {

using testing::complaint_of;
namespace fs = std::filesystem;

TEST(IndexFolder, PointsAtOneGenerationAndRemovesTheOthers) {
  const testing::TemporaryDir dir;
  EXPECT_FALSE(has_index(dir.path()));
  EXPECT_EQ(next_generation(dir.path()), "generation-1");
  dir.write("generation-1/x", "");
  point_index_at(dir.path(), {.kind = "bm25", .documents = 3, .collection = "c", .data = "generation-1"});
  EXPECT_EQ(next_generation(dir.path()), "generation-2");
  dir.write("generation-2/x", "");
  IndexHead head{.kind = "bm25", .documents = 5, .collection = "d", .data = "generation-2"};
  head.details["terms"] = 7;
  point_index_at(dir.path(), head);
  EXPECT_FALSE(fs::exists(dir.path() / "generation-1"));
  const IndexHead read = read_index_head(dir.path());
  EXPECT_EQ(read.kind, "bm25");
  EXPECT_EQ(read.documents, 5u);
  EXPECT_EQ(read.collection, "d");
  EXPECT_EQ(read.data, "generation-2");
  EXPECT_EQ(read.details["terms"], 7);
}

TEST(IndexFolder, RefusesWhatIsNoIndexOfOurs) {
  const testing::TemporaryDir dir;
  const auto complaint = [&](const char* json) {
    dir.write("index.json", json);
    return complaint_of([&] { read_index_head(dir.path()); });
  };
  EXPECT_NE(complaint_of([&] { read_index_head(dir.path() / "no"); }).find("no: there is no such folder"),
            std::string::npos);
  EXPECT_NE(complaint_of([&] { read_index_head(dir.path()); }).find("there is no index in it"), std::string::npos);
  EXPECT_NE(complaint("{").find("index.json:1"), std::string::npos);
  EXPECT_NE(complaint("[1]").find("not the description of an index"), std::string::npos);
  EXPECT_NE(complaint(R"({"kind":"bm25","version":2})").find("is of version 2, this heed reads version 1"),
            std::string::npos);
  EXPECT_NE(complaint(R"({"kind":"bm25","version":1})").find("there is no \"documents\""), std::string::npos);
  EXPECT_NE(complaint(R"({"kind":"bm25","version":1,"documents":"x"})").find("another type"), std::string::npos);
  EXPECT_NE(
      complaint(R"({"kind":"bm25","version":1,"documents":1,"collection":"","data":"../x"})").find("names no folder"),
      std::string::npos);
}

TEST(IndexFolder, TellsCollectionsApartByTheirFiles) {
  const testing::TemporaryDir dir;
  dir.write("a/1.txt", "one");
  const std::string before = collection_identity(dir.path() / "a");
  EXPECT_EQ(collection_identity(dir.path() / "a"), before);
  dir.write("a/2.txt", "two");
  const std::string after = collection_identity(dir.path() / "a");
  EXPECT_NE(after, before);
  dir.write("a/2.txt", "three");
  EXPECT_NE(collection_identity(dir.path() / "a"), after);
  EXPECT_NE(collection_identity(dir.path() / "a/1.txt"), before);
  complaint_of([&] { collection_identity(dir.path() / "b"); });
}

TEST(IndexFolder, LeavesFoldersAloneThatAreNoIndexs) {
  const testing::TemporaryDir dir;
  require_index_folder(dir.path() / "new");
  require_index_folder(dir.path());
  dir.write("project/building/plans.txt", "x");
  dir.write("project/generation-3/x", "x");
  dir.write("project/index.json", R"({"pages":[]})");
  EXPECT_NE(complaint_of([&] { const IndexLock lock(dir.path() / "project"); }).find("project: holds building"),
            std::string::npos);
  EXPECT_FALSE(fs::exists(dir.path() / "project/lock"));
  dir.write("store/vectors.db", "x");
  require_index_folder(dir.path() / "store");
  { const IndexLock lock(dir.path() / "store"); }
  dir.write("store/index.json", "{");
  require_index_folder(dir.path() / "store");
}

TEST(IndexFolder, RemovesGenerationsThatNothingNames) {
  const testing::TemporaryDir dir;
  remove_unfinished(dir.path() / "no");
  for (const char* const name : {"generation-1/x", "generation-2/x", "generation-x/x"}) dir.write(name, "");
  dir.write("index.json", "{");
  remove_unfinished(dir.path());
  EXPECT_TRUE(fs::exists(dir.path() / "generation-1"));
  dir.write("index.json", R"({"kind":"bm25","version":99,"data":"generation-1"})");
  EXPECT_FALSE(find_index_head(dir.path()));
  remove_unfinished(dir.path());
  EXPECT_TRUE(fs::exists(dir.path() / "generation-1"));
  EXPECT_FALSE(fs::exists(dir.path() / "generation-2"));
  EXPECT_TRUE(fs::exists(dir.path() / "generation-x"));
  fs::remove(dir.path() / "index.json");
  remove_unfinished(dir.path());
  EXPECT_FALSE(fs::exists(dir.path() / "generation-1"));
}

TEST(IndexFolder, SaysWhichFieldIsWrong) {
  const auto json = format::Json::parse(R"({"a":"x","b":7,"c":-1,"d":0.5})");
  EXPECT_EQ(text_field("f", json, "a"), "x");
  EXPECT_EQ(number_field("f", json, "b"), 7u);
  EXPECT_NE(complaint_of([&] { text_field("f", json, "b"); }).find("f/index.json: \"b\" is of another"),
            std::string::npos);
  for (const char* const name : {"a", "c", "d", "e"}) complaint_of([&] { number_field("f", json, name); });
  format::Json passages = format::Json::object();
  EXPECT_TRUE(has_passages(passages, std::nullopt));
  EXPECT_FALSE(has_passages(passages, text::PassageSize{5, 2}));
  put_passages(passages, text::PassageSize{5, 2});
  EXPECT_TRUE(has_passages(passages, text::PassageSize{5, 2}));
  EXPECT_FALSE(has_passages(passages, text::PassageSize{5, 3}));
  EXPECT_FALSE(has_passages(passages, std::nullopt));
  EXPECT_FALSE(has_passages({{"passages", "5"}}, text::PassageSize{5, 2}));
}

TEST(IndexFolder, KnowsACollectionByWhatIsRead) {
  const testing::TemporaryDir dir;
  dir.write("c/corpus.jsonl", "one");
  fs::create_symlink(dir.path() / "c", dir.path() / "c/loop");
  fs::create_symlink("self", dir.path() / "c/self");
  const std::string before = collection_identity(dir.path() / "c");
  dir.write("c/queries.jsonl", "two");
  EXPECT_EQ(collection_identity(dir.path() / "c"), before);
  fs::remove(dir.path() / "c/corpus.jsonl");
  EXPECT_NE(collection_identity(dir.path() / "c"), before);
}

TEST(IndexFolder, LetsOneBuilderIn) {
  const testing::TemporaryDir dir;
  const IndexLock lock(dir.path() / "index");
  EXPECT_NE(complaint_of([&] { const IndexLock second(dir.path() / "index"); }).find("another process is building"),
            std::string::npos);
}

}  // namespace
}  // namespace heed::retrieve
