#include "bench/task.h"

#include <set>

#include <gtest/gtest.h>

#include "base/error.h"
#include "testing/testing.h"

namespace heed::bench {
namespace {

using heed::testing::complaint_of;
using heed::testing::TemporaryDir;

/// Writes a data set of one topic and one document into the folder.
std::string write_data_set(const TemporaryDir& dir, const std::string& folder) {
  dir.write(folder + "/corpus.jsonl", "{\"_id\": \"a\", \"text\": \"one\"}\n");
  dir.write(folder + "/queries.jsonl",
            "{\"_id\": \"q\", \"text\": \"need\", \"instruction_og\": \"all\", \"instruction_changed\": \"none\"}\n");
  dir.write(folder + "/top_ranked.jsonl", "{\"qid\": \"q\", \"pid\": \"a\"}\n");
  dir.write(folder + "/qrels_og/test.tsv", "q 0 a 1\n");
  dir.write(folder + "/qrels_changed/test.tsv", "q 0 a 0\n");
  return (dir.path() / folder).string();
}

/// The message of the BadUsage that `action` throws.
std::string refusal_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const base::BadUsage& refusal) {
    return refusal.what();
  }
  ADD_FAILURE() << "not refused";
  return "";
}

/// The current folder while it lives, and the one before afterwards.
class CurrentFolder {
 public:
  explicit CurrentFolder(const std::filesystem::path& folder) : before_(std::filesystem::current_path()) {
    std::filesystem::current_path(folder);
  }
  ~CurrentFolder() { std::filesystem::current_path(before_); }
  CurrentFolder(const CurrentFolder&) = delete;
  CurrentFolder& operator=(const CurrentFolder&) = delete;

 private:
  std::filesystem::path before_;
};

TEST(Task, ANameCanBeGiven) {
  const TemporaryDir dir;
  const Task task = open_task("Core17=" + write_data_set(dir, "somewhere"));
  EXPECT_EQ(task.name, "Core17");
  ASSERT_EQ(task.data.topics.size(), 1u);
  EXPECT_EQ(task.data.topics[0].id.text(), "q");
}

TEST(Task, WithoutANameItIsCalledAsTheFolder) {
  const TemporaryDir dir;
  const std::string folder = write_data_set(dir,
                                            "b\xC3\xBC"
                                            "cher-v1.2");
  for (const char* const ending : {"", "/", "//", "/.", "/./", "/qrels_og/.."})
    EXPECT_EQ(open_task(folder + ending).name,
              "b\xC3\xBC"
              "cher-v1.2")
        << ending;
}

TEST(Task, TheCurrentFolderHasItsOwnName) {
  const TemporaryDir dir;
  const CurrentFolder current(write_data_set(dir, "News21"));
  for (const char* const folder : {".", "./", "../News21", "qrels_og/.."})
    EXPECT_EQ(open_task(folder).name, "News21") << folder;
  EXPECT_EQ(open_task("x=.").name, "x");
}

TEST(Task, AnEqualsSignInTheNameOfAFolderThatExistsIsPartOfIt) {
  const TemporaryDir dir;
  write_data_set(dir, "k1=0.9");
  write_data_set(dir, "0.9");
  EXPECT_EQ(open_task((dir.path() / "k1=0.9").string()).name, "k1=0.9");
  const CurrentFolder current(dir.path());
  EXPECT_EQ(open_task("k1=0.9").name, "k1=0.9");
  EXPECT_EQ(open_task("k2=0.9").name, "k2");
  EXPECT_EQ(open_task("k2=k1=0.9").name, "k2");  // the first sign separates
}

TEST(Task, ANameThatNoFileCouldHaveIsRefused) {
  const TemporaryDir dir;
  const std::string folder = write_data_set(dir, "good");
  for (const std::string name : {"", ".", "..", ".hidden", "a/b", "/", "a b", "a\tb", "a\nb"})
    EXPECT_EQ(refusal_of([&] { open_task(name + "=" + folder); }),
              "\"" + name + "\" cannot be the name of a task; give one with NAME=FOLDER");
}

TEST(Task, AFolderWhoseNameWillNotDoNeedsAnother) {
  const TemporaryDir dir;
  for (const char* const name : {"my data", ".data"}) {
    const std::string folder = write_data_set(dir, name);
    EXPECT_NE(refusal_of([&] { open_task(folder); }).find("give one with NAME=FOLDER"), std::string::npos);
    EXPECT_EQ(open_task("data=" + folder).name, "data");
  }
  EXPECT_NE(refusal_of([] { open_task("/"); }).find("give one with NAME=FOLDER"), std::string::npos);
}

TEST(Task, AFolderWithoutADataSetIsRefused) {
  const TemporaryDir dir;
  const std::string absent = (dir.path() / "absent").string();
  for (const std::string& argument : {absent, "name=" + absent})
    EXPECT_EQ(complaint_of([&] { open_task(argument); }), absent + ": is not a folder with a data set");
  EXPECT_NE(complaint_of([&] { open_task("name=" + dir.path().string()); }).find("in a layout that heed knows"),
            std::string::npos);
}

TEST(Task, TheHeadlineIsNdcgForNews21AndMapForTheOthers) {
  for (const char* const name : {"News21", "News21InstructionRetrieval", "my-News21"})
    EXPECT_EQ(headline_measure(name), "ndcg_cut_5") << name;
  for (const char* const name : {"Core17", "Robust04InstructionRetrieval", "nf", "News2", ""})
    EXPECT_EQ(headline_measure(name), "map_cut_1000") << name;
}

TEST(Task, EachRecipeIsFoundByItsName) {
  std::set<std::string_view> names;
  for (const EvaluationRecipe& recipe : recipes()) {
    EXPECT_EQ(&recipe_named(recipe.name), &recipe);
    EXPECT_FALSE(recipe.explanation.empty());
    names.insert(recipe.name);
  }
  EXPECT_EQ(names, (std::set<std::string_view>{"paper", "sound"}));
}

TEST(Task, TheRecipesDifferInTiesAndInThePairingShownFirst) {
  EXPECT_EQ(recipe_named("sound").ties, eval::Ties::kDocumentId);
  EXPECT_FALSE(recipe_named("sound").shows_paper_pairing_first);
  EXPECT_EQ(recipe_named("paper").ties, eval::Ties::kInput);
  EXPECT_TRUE(recipe_named("paper").shows_paper_pairing_first);
}

TEST(Task, AnUnknownRecipeIsRefusedWithTheKnownOnes) {
  for (const char* const name : {"Sound", "papers", "", "sound "})
    EXPECT_EQ(refusal_of([&] { recipe_named(name); }),
              "there is no evaluation recipe " + std::string(name) + "; known: sound, paper");
}

}  // namespace
}  // namespace heed::bench
