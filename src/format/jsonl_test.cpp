#include "format/jsonl.h"

#include <gtest/gtest.h>

#include "testing/testing.h"

namespace heed::format {
namespace {

using heed::testing::complaint_of;
using heed::testing::TemporaryDir;

TEST(Jsonl, FieldsAreReadByName) {
  const TemporaryDir dir;
  JsonlReader reader(dir.write(
      "f",
      "\xEF\xBB\xBF{\"_id\": 7, \"text\": \"a\\u00e9\\n\", \"n\": 2.0, \"to\": [\"x\", 3], \"none\": null}\r\n\n"));
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.id({"_id", "id"}), "7");
  EXPECT_EQ(reader.text("text"), "a\xC3\xA9\n");
  EXPECT_EQ(reader.integer("n"), 2);
  EXPECT_EQ(reader.ids("to"), (std::vector<std::string_view>{"x", "3"}));
  EXPECT_EQ(reader.optional_text("none"), std::nullopt);
  EXPECT_FALSE(reader.next());
}

TEST(Jsonl, ComplaintsNameFileLineAndField) {
  const TemporaryDir dir;
  const auto path =
      dir.write("f", "{\"id\": \"a b\", \"text\": 5, \"n\": 1.5, \"e\": \"\"}\n[1]\n{\"a\": tru}\n{\"a\"");
  JsonlReader reader(path);
  reader.next();
  const std::string at = path.string() + ":1: ";
  EXPECT_EQ(complaint_of([&] { reader.text("text"); }), at + "\"text\" is not a string");
  EXPECT_EQ(complaint_of([&] { reader.text("title"); }), at + "there is no \"title\"");
  EXPECT_EQ(complaint_of([&] { reader.integer("n"); }), at + "\"n\" is not an integer");
  EXPECT_EQ(complaint_of([&] { reader.ids("n"); }), at + "\"n\" is not a list");
  EXPECT_EQ(complaint_of([&] { reader.id({"id"}); }), at + "\"id\" has white space in it: \"a b\"");
  EXPECT_EQ(complaint_of([&] { reader.id({"e"}); }), at + "\"e\" is empty");
  EXPECT_EQ(complaint_of([&] { reader.id({"_id", "x"}); }), at + "there is no \"_id\" or \"x\"");
  EXPECT_EQ(complaint_of([&] { reader.next(); }), path.string() + ":2: not a JSON object");
  EXPECT_NE(complaint_of([&] { reader.next(); }).find(":3: not valid JSON"), std::string::npos);
  EXPECT_NE(complaint_of([&] { reader.next(); }).find(":4: not valid JSON"), std::string::npos);
}

}  // namespace
}  // namespace heed::format
