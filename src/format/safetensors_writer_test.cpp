#include "format/safetensors_writer.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/file.h"
#include "format/safetensors.h"
#include "testing/testing.h"

namespace heed::format {
namespace {

using testing::complaint_of;
using testing::TemporaryDir;

OwnedTensor tensor(std::string name, std::vector<std::int64_t> shape, const std::vector<float>& values) {
  const auto bytes = std::as_bytes(std::span(values));
  return {{std::move(name), TensorType::kFloat32, std::move(shape)}, {bytes.begin(), bytes.end()}};
}

TEST(SafetensorsWriter, WritesWhatTheReaderReads) {
  const TemporaryDir dir;
  const auto path = dir.path() / "deep" / "a.safetensors";
  const OwnedTensor written[] = {tensor("b", {2, 2}, {1, 2, 3, 4}), tensor("a", {}, {5}), tensor("none", {0, 3}, {})};
  write_safetensors(path, written);
  const Safetensors file(path);
  ASSERT_EQ(file.tensors().size(), 3u);
  std::size_t found = 0;
  for (const OwnedTensor& read : read_safetensors(path))
    for (const OwnedTensor& one : written)
      if (one.info.name == read.info.name) {
        ++found;
        EXPECT_EQ(read.info.shape, one.info.shape);
        EXPECT_EQ(read.bytes, one.bytes);
      }
  EXPECT_EQ(found, 3u);
}

/// The bytes of a file with one number, worked out by hand from the format's description.
TEST(SafetensorsWriter, TheFileIsAsTheFormatSays) {
  const TemporaryDir dir;
  write_safetensors(dir.path() / "x", std::vector{tensor("w", {1}, {1.0F})});
  const std::string bytes = base::read_file(dir.path() / "x");
  const std::string header = R"({"__metadata__":{"format":"pt"},"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})";
  EXPECT_EQ(bytes.substr(8, header.size()), header);
  const auto length = static_cast<std::size_t>(static_cast<unsigned char>(bytes[0]));
  EXPECT_EQ((length + 8) % 64, 0u);
  EXPECT_EQ(bytes.substr(8 + length), std::string("\x00\x00\x80\x3f", 4));
}

TEST(SafetensorsWriter, AFileThatIsNotFinishedIsNotThere) {
  const TemporaryDir dir;
  {
    SafetensorsWriter writer(dir.path() / "x", {{"a", TensorType::kUint8, {2}}});
    EXPECT_THROW(writer.write(std::vector<std::byte>(1)), base::Bug);
  }
  EXPECT_TRUE(std::filesystem::is_empty(dir.path()));
  SafetensorsWriter writer(dir.path() / "x", {{"a", TensorType::kUint8, {2}}});
  EXPECT_THROW(writer.finish(), base::Bug);
}

TEST(SafetensorsWriter, ANameTwiceAndAPlaceThatCannotBeWrittenAreRefused) {
  const TemporaryDir dir;
  const std::vector<OwnedTensor> twice{tensor("w", {}, {1}), tensor("w", {}, {2})};
  EXPECT_THROW(write_safetensors(dir.path() / "x", twice), base::Bug);
  base::write_file(dir.path() / "file", "");
  EXPECT_NE(complaint_of([&] { write_safetensors(dir.path() / "file" / "x", {}); }), "");
}

}  // namespace
}  // namespace heed::format
