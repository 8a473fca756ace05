#include "train/row.h"

#include <gtest/gtest.h>

#include "testing/testing.h"

namespace heed::train {
namespace {

using testing::complaint_of;
using testing::TemporaryDir;

TEST(Rows, AreReadAndWrittenBack) {
  const TemporaryDir dir;
  const auto path =
      dir.write("rows.jsonl", R"({"query":"q","instruction":"i","title":"t","text":"x","label":"true"})"
                              "\n\n"
                              R"({"score":0.1,"label":"false","id":7,"document":"d","query":"q","instruction":null})"
                              "\n"
                              R"({"query":"","instruction":"i","text":"x","label":true})"
                              "\n");
  const auto rows = read_rows(path);
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0], (Row{"q", "i", "t", "x", true}));
  EXPECT_EQ(rows[1], (Row{"q", "", "", "d", false, "7"}));
  EXPECT_EQ(rows[2], (Row{"", "i", "", "x", true}));
  std::string text;
  for (const Row& row : rows) text += format::compact(to_json(row)) + "\n";
  EXPECT_EQ(read_rows(dir.write("again.jsonl", text)), rows);
}

TEST(Rows, ALineThatIsNoneIsNamed) {
  const TemporaryDir dir;
  const std::pair<const char*, const char*> cases[] = {
      {"[]", "is no JSON object"},
      {"{", "is no JSON object"},
      {R"({"text":"x","label":"true"})", "has no \"query\""},
      {R"({"query":"x","label":"true"})", "has no \"text\""},
      {R"({"query":"q","text":"x"})", "has no \"label\""},
      {R"({"query":"q","text":"x","label":"yes"})", "is neither"},
      {R"({"query":"q","text":"x","label":1})", "is neither"},
      {R"({"query":"q","text":"","label":"true"})", "\"text\" is empty"},
      {R"({"query":"q","text":" \t\n","label":"true"})", "\"text\" is empty"},
      {R"({"query":" ","instruction":"\n","text":"x","label":"true"})", "both \"query\" and \"instruction\" are empty"},
      {R"({"query":3,"text":"x","label":"true"})", "\"query\" is not a string"},
  };
  for (const auto& [line, complaint] : cases) {
    const auto path = dir.write("rows.jsonl", R"({"query":"q","text":"x","label":"true"})"
                                              "\n" +
                                                  std::string(line) + "\n");
    const std::string said = complaint_of([&] { read_rows(path); });
    EXPECT_NE(said.find("rows.jsonl:2: "), std::string::npos) << said;
    EXPECT_NE(said.find(complaint), std::string::npos) << said;
  }
  EXPECT_NE(complaint_of([&] { read_rows(dir.write("none.jsonl", "\n")); }).find("has no rows"), std::string::npos);
}

}  // namespace
}  // namespace heed::train
