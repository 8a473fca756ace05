#include "format/json.h"

#include <gtest/gtest.h>

#include "testing/testing.h"

namespace heed::format {
namespace {

using heed::testing::complaint_of;
using heed::testing::TemporaryDir;

TEST(JsonDocument, KeysKeepTheirOrder) {
  const TemporaryDir dir;
  EXPECT_EQ(read_json(dir.write("f", "{\"b\": 1, \"a\": 0.1}")).dump(), "{\"b\":1,\"a\":0.1}");
}

TEST(JsonDocument, AFaultIsNamedByItsLine) {
  const TemporaryDir dir;
  const auto path = dir.write("f", "{\n\"a\": 1,\n}\n");
  EXPECT_EQ(complaint_of([&] { read_json(path); }), path.string() + ":3: not valid JSON");
  const auto empty = dir.write("empty", "");
  EXPECT_EQ(complaint_of([&] { read_json(empty); }), empty.string() + ":1: not valid JSON");
}

TEST(JsonDocument, AnIndexedOneSaysTheSameInAnotherOrder) {
  const TemporaryDir dir;
  EXPECT_EQ(read_indexed_json(dir.write("f", "{\"b\": [\"[[\\\"{\"], \"a\": 0.1}")).dump(),
            "{\"a\":0.1,\"b\":[\"[[\\\"{\"]}");
  const auto path = dir.write("broken", "{\n\"a\": 1,\n}\n");
  EXPECT_EQ(complaint_of([&] { read_indexed_json(path); }), path.string() + ":3: not valid JSON");
}

TEST(JsonDocument, AZeroByteIsNotTheEnd) {
  const TemporaryDir dir;
  const auto path = dir.write("f", std::string("{}\n\0 {{{", 8));
  for (const auto& read : {+[](const std::filesystem::path& p) { read_json(p); },
                           +[](const std::filesystem::path& p) { read_indexed_json(p); }})
    EXPECT_EQ(complaint_of([&] { read(path); }), path.string() + ":2: not valid JSON: a zero byte");
}

TEST(JsonDocument, NestingAndNumbersHaveBounds) {
  const TemporaryDir dir;
  const auto deep = dir.write("deep", "\n" + std::string(1000, '['));
  const std::string complaint = deep.string() + ":2: lists and objects are nested too deeply";
  EXPECT_EQ(complaint_of([&] { read_indexed_json(deep); }), complaint);
  EXPECT_EQ(complaint_of([&] { read_json(deep); }), complaint);
  EXPECT_EQ(read_indexed_json(dir.write("f", std::string(100, '[') + std::string(100, ']'))).size(), 1u);
  const auto large = dir.write("large", "[1e999]");
  EXPECT_EQ(complaint_of([&] { read_json(large); }), large.string() + ": a number in it is too large");
}

}  // namespace
}  // namespace heed::format
