#include "text/json_part.h"

#include <gtest/gtest.h>

#include "testing/testing.h"

namespace heed::text {
namespace {

using heed::testing::complaint_of;

TEST(JsonPart, ValuesAreAskedForByNameAndType) {
  const auto json = format::IndexedJson::parse(R"({"t": "x", "f": true, "n": 3, "null": null, "l": [1, 2]})");
  const JsonPart part(json, "f:");
  EXPECT_EQ(part.text("t"), "x");
  EXPECT_TRUE(part.flag("f"));
  EXPECT_EQ(part.integer("n", 0, 3), 3);
  EXPECT_FALSE(part.has("null"));
  EXPECT_EQ(part.text_or("null", "y"), "y");
  EXPECT_EQ(part.list("l").size(), 2u);
}

TEST(JsonPart, ComplaintsNameThePlace) {
  const auto json = format::IndexedJson::parse(R"({"a": {"l": [{"x": 1}]}, "big": 18446744073709551615})");
  const JsonPart part(json, "f:");
  EXPECT_EQ(complaint_of([&] { part.part("a").list("l")[0].text("x"); }), "f: a.l[0].x: is not a string");
  EXPECT_EQ(complaint_of([&] { part.integer("big", 0, 9); }), "f: big: is not between 0 and 9");
  EXPECT_EQ(complaint_of([&] { part.part("b"); }), "f: there is no \"b\"");
  EXPECT_EQ(complaint_of([&] { part.list("a"); }), "f: a: is not a list");
}

}  // namespace
}  // namespace heed::text
