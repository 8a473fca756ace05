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

}  // namespace
}  // namespace heed::format
