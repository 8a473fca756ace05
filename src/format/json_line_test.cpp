#include "format/json_line.h"

#include <gtest/gtest.h>

#include "testing/testing.h"

namespace heed::format {
namespace {

using heed::testing::complaint_of;

TEST(JsonLine, FieldsAreAskedForByName) {
  JsonLine line;
  line.parse(R"({"id": 7, "title": null, "text": "a\nb", "n": 1.5})");
  EXPECT_EQ(line.id({"_id", "id"}), "7");
  EXPECT_FALSE(line.optional_text("title"));
  EXPECT_EQ(line.text("text"), "a\nb");
  EXPECT_FALSE(line.text_if_any("n"));
  EXPECT_EQ(complaint_of([&] { line.text("title"); }), "there is no \"title\"");
  EXPECT_EQ(complaint_of([&] { line.optional_text("n"); }), "\"n\" is not a string");
  EXPECT_EQ(complaint_of([&] { line.id({"x", "y"}); }), "there is no \"x\" or \"y\"");
}

TEST(JsonLine, ObjectsOfAListAreVisited) {
  JsonLine line;
  line.parse(R"({"a": "outer", "list": [null, {"a": "x"}, 3, {"a": "y"}], "other": {}})");
  std::string seen;
  line.for_each_object("list", [&] { seen += line.text("a"); });
  line.for_each_object("other", [&] { seen += "no"; });
  line.for_each_object("none", [&] { seen += "no"; });
  EXPECT_EQ(seen, "xy");
  EXPECT_EQ(line.text("a"), "outer");
}

TEST(JsonLine, IdsCanStandInTrecFiles) {
  EXPECT_EQ(checked_id("FT911-1", "the docno"), "FT911-1");
  EXPECT_EQ(complaint_of([] { checked_id("", "the docno"); }), "the docno is empty");
  EXPECT_EQ(complaint_of([] { checked_id("a b", "the docno"); }), "the docno has white space in it: \"a b\"");
  EXPECT_NE(complaint_of([] { checked_id(std::string_view("a\0", 2), "it"); }), "");
}

TEST(JsonLine, WhatIsNoObjectIsRefused) {
  JsonLine line;
  EXPECT_EQ(complaint_of([&] { line.parse("[1]"); }), "not a JSON object");
  EXPECT_TRUE(complaint_of([&] { line.parse("{\"a\": \"\xFF\"}"); }).starts_with("not valid JSON: "));
  EXPECT_TRUE(complaint_of([&] { line.parse("{\"a\""); }).starts_with("not valid JSON: "));
  EXPECT_TRUE(complaint_of([&] { line.parse(std::string(1'000'000, '[')); }).starts_with("not valid JSON: "));
  line.parse("{}");
}

}  // namespace
}  // namespace heed::format
