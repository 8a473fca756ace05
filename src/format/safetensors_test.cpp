#include "format/safetensors.h"

#include <cstring>

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/random.h"
#include "testing/testing.h"

namespace heed::format {
namespace {

using heed::testing::complaint_of;
using heed::testing::mutated;
using heed::testing::TemporaryDir;
using namespace std::string_literals;

/// The length, the header, and the data.
std::string content_with(const std::string& header, const std::string& data) {
  const std::uint64_t length = header.size();
  return std::string(reinterpret_cast<const char*>(&length), sizeof length) + header + data;
}

std::string text_of(const TensorBytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.bytes.data()), bytes.bytes.size()};
}

/// A header of one tensor, "x", with this dtype, shape and data_offsets.
std::string header_of(const std::string& type, const std::string& shape, const std::string& offsets) {
  return "{\"x\": {\"dtype\": " + type + ", \"shape\": " + shape + ", \"data_offsets\": " + offsets + "}}";
}

const std::string kHeader = R"({"__metadata__": {"format": "pt"},
    "f": {"dtype": "F32", "shape": [1, 2], "data_offsets": [0, 8]},
    "i": {"dtype": "I64", "shape": [], "data_offsets": [8, 16]},
    "none": {"dtype": "F16", "shape": [0, 3], "data_offsets": [16, 16]},
    "b": {"dtype": "BF16", "shape": [3], "data_offsets": [16, 22]},
    "u": {"dtype": "U8", "shape": [2, 1], "data_offsets": [22, 24]}}      )";
const std::string kData = "\0\0\x80\x3F\0\0\0\xC0\xFE\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x80\x3F\0\0\x40\x40xy"s;

class SafetensorsFile : public ::testing::Test {
 protected:
  Safetensors open(const std::string& content) const { return Safetensors(dir_.write("f.safetensors", content)); }

  /// The complaint about a file, without its name.
  std::string complaint(const std::string& content) const {
    const auto path = dir_.write("f.safetensors", content);
    const std::string text = complaint_of([&] { Safetensors file(path); });
    EXPECT_EQ(text.substr(0, path.string().size() + 2), path.string() + ": ");
    return text.substr(std::min(text.size(), path.string().size() + 2));
  }

  const TemporaryDir dir_;
};

TEST_F(SafetensorsFile, SaysTypesShapesAndBytes) {
  const Safetensors file = open(content_with(kHeader, kData));
  std::string all;
  for (std::size_t i = 0; i < file.tensors().size(); ++i) {
    const TensorInfo& tensor = file.tensors()[i];
    all += tensor.name + " " + std::string(name_of(tensor.type));
    for (const std::int64_t size : tensor.shape) all += " " + std::to_string(size);
    all += "\n";
    EXPECT_EQ(file.read(i).bytes.size(), static_cast<std::size_t>(element_count(tensor)) * element_size(tensor.type));
  }
  EXPECT_EQ(all, "f F32 1 2\ni I64\nnone F16 0 3\nb BF16 3\nu U8 2 1\n");
  float floats[2];
  std::memcpy(floats, file.read(0).bytes.data(), sizeof floats);
  EXPECT_EQ(floats[0], 1);
  EXPECT_EQ(floats[1], -2);
  std::int64_t integer = 0;
  std::memcpy(&integer, file.read(1).bytes.data(), sizeof integer);
  EXPECT_EQ(integer, -2);
  EXPECT_EQ(text_of(file.read(3)), "\x80\x3F\0\0\x40\x40"s);
  EXPECT_EQ(text_of(file.read(4)), "xy");
}

TEST_F(SafetensorsFile, ItsTensorsTogetherAreItsData) {
  const Safetensors file = open(content_with(kHeader, kData));
  std::string all;
  for (std::size_t i = 0; i < file.tensors().size(); ++i) all += text_of(file.read(i));
  EXPECT_EQ(all, kData);
}

TEST_F(SafetensorsFile, WhatIsUnalignedIsCopiedAndWhatIsAlignedIsNot) {
  for (std::size_t padding = 0; padding < 8; ++padding) {
    const std::string content = content_with(kHeader + std::string(padding, ' '), kData);
    const Safetensors file = open(content);
    int copies = 0;
    for (std::size_t i = 0; i < file.tensors().size(); ++i) {
      const TensorBytes bytes = file.read(i);
      EXPECT_EQ(reinterpret_cast<std::uintptr_t>(bytes.bytes.data()) % element_size(file.tensors()[i].type), 0u);
      copies += bytes.keeper != file.read(4).keeper;  // the tensor of single bytes is never copied
    }
    const std::size_t begin = content.size() - kData.size();
    EXPECT_EQ(copies, (begin % 4 != 0) + (begin % 8 != 0) + 2 * (begin % 2)) << padding;
  }
}

TEST_F(SafetensorsFile, TensorsOutliveItAndTheirReleasedPages) {
  TensorBytes bytes;
  {
    const Safetensors file = open(content_with(header_of(R"("U8")", "[20000]", "[0, 20000]"), std::string(20000, 'x')));
    bytes = file.read(0);
    file.release(0);
  }
  EXPECT_EQ(text_of(bytes), std::string(20000, 'x'));
}

TEST_F(SafetensorsFile, TheOrderOfTheHeaderIsFree) {
  const Safetensors file = open(content_with(R"({"a": {"data_offsets": [1, 2], "shape": [1], "dtype": "U8"},
      "b": {"shape": [1], "dtype": "BOOL", "data_offsets": [0, 1]}})",
                                             "xy"));
  EXPECT_EQ(file.tensors()[0].name, "b");
  EXPECT_EQ(text_of(file.read(0)), "x");
  EXPECT_EQ(text_of(file.read(1)), "y");
}

TEST_F(SafetensorsFile, MayHoldNoTensor) {
  EXPECT_TRUE(open(content_with("{}", "")).tensors().empty());
  EXPECT_TRUE(open(content_with(R"({"__metadata__": {}})", "")).tensors().empty());
}

TEST_F(SafetensorsFile, AHundredThousandTensorsAreNoTrouble) {
  std::string header = "{";
  for (int i = 0; i < 100'000; ++i)
    header += (i == 0 ? "\"" : ",\"") + std::to_string(i) + R"(":{"dtype":"U8","shape":[1],"data_offsets":[)" +
              std::to_string(i) + "," + std::to_string(i + 1) + "]}";
  const Safetensors file = open(content_with(header + "}", std::string(99'999, 'x') + "y"));
  ASSERT_EQ(file.tensors().size(), 100'000u);
  EXPECT_EQ(file.tensors()[99'999].name, "99999");
  EXPECT_EQ(text_of(file.read(99'999)), "y");
}

TEST_F(SafetensorsFile, WhatIsNoFileIsRefused) {
  EXPECT_EQ(complaint_of([&] { Safetensors file(dir_.path()); }), dir_.path().string() + ": is a folder");
  const auto missing = dir_.path() / "none.safetensors";
  EXPECT_EQ(complaint_of([&] { Safetensors file(missing); }), missing.string() + ": No such file or directory");
  EXPECT_EQ(complaint(""), "too short for a safetensors file");
  EXPECT_EQ(complaint("\2\0\0\0\0\0\0"s), "too short for a safetensors file");
}

TEST_F(SafetensorsFile, AHeaderThatIsNotThereIsRefused) {
  EXPECT_EQ(complaint("\3\0\0\0\0\0\0\0{}"s), "the header says it is 3 bytes long, but the file has 10 in all");
  EXPECT_EQ(complaint(std::string(8, '\xFF') + "{}"),
            "the header says it is 18446744073709551615 bytes long, but 100000000 is the most that the format allows");
  EXPECT_EQ(complaint("\xF9\xFF\xFF\xFF\xFF\xFF\xFF\xFF{}"s).substr(0, 42),
            "the header says it is 18446744073709551609");
  EXPECT_EQ(complaint("\0\xE1\xF5\5\0\0\0\0{}"s),  // as long as is allowed
            "the header says it is 100000000 bytes long, but the file has 10 in all");
  const auto path = dir_.write("f.safetensors", "\1\xE1\xF5\5\0\0\0\0{}"s);
  std::filesystem::resize_file(path, 200'000'000);  // of holes
  EXPECT_EQ(
      complaint_of([&] { Safetensors file(path); }),
      path.string() + ": the header says it is 100000001 bytes long, but 100000000 is the most that the format allows");
}

TEST_F(SafetensorsFile, AHeaderThatIsNotWhatTheFormatSaysIsRefused) {
  const auto of_header = [&](const std::string& header) { return complaint(content_with(header, "")); };
  EXPECT_EQ(of_header(""), "the header is not valid JSON");
  EXPECT_EQ(of_header("{"), "the header is not valid JSON");
  EXPECT_EQ(of_header("{}x"), "the header is not valid JSON");
  EXPECT_EQ(of_header("{}\0"s), "the header is not valid JSON");
  EXPECT_EQ(of_header("{\"\xFF\": 1}"), "the header is not valid JSON");
  EXPECT_EQ(of_header("{\"a\": 1e999}"), "the header is not valid JSON");
  EXPECT_EQ(of_header("[]"), "the header is not a JSON object");
  EXPECT_EQ(of_header("null"), "the header is not a JSON object");
  EXPECT_EQ(of_header(R"({"a": {}, "b": {}, "a": {}})"), "the header names a twice");
  EXPECT_EQ(of_header(R"({"__metadata__": {}, "__metadata__": {}})"), "the header names __metadata__ twice");
  EXPECT_EQ(of_header("{\"a\": " + std::string(1'000'000, '[')), "the header is nested too deeply");
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "{\"a\":";
  EXPECT_EQ(of_header(deep), "the header is nested too deeply");
}

TEST_F(SafetensorsFile, ATensorThatIsNotDescribedIsNamed) {
  const auto of_tensor = [&](const std::string& type, const std::string& shape, const std::string& offsets) {
    return complaint(content_with(header_of(type, shape, offsets), "12345678"));
  };
  const std::string f32 = R"("F32")", u8 = R"("U8")";
  EXPECT_EQ(complaint(content_with(R"({"x": 1})", "")), "x: is not described by an object");
  EXPECT_EQ(complaint(content_with(R"({"x": {}})", "")), "x: has no dtype");
  EXPECT_EQ(of_tensor("1", "[2]", "[0, 8]"), "x: has no dtype");
  EXPECT_EQ(of_tensor(R"("F8_E4M3")", "[8]", "[0, 8]"), "x: has the unknown dtype F8_E4M3");
  EXPECT_EQ(of_tensor(R"("f32")", "[2]", "[0, 8]"), "x: has the unknown dtype f32");
  for (const char* shape : {"[-2]", "[2.0]", "[2e0]", "2", "null", "[null]", "[[2]]", "[\"2\"]", "{}", "[-0]",
                            "[4611686018427387905]", "[18446744073709551615]", "[18446744073709551616]"})
    EXPECT_EQ(of_tensor(f32, shape, "[0, 8]"), "x: has no shape") << shape;
  for (const char* offsets : {"[]", "[8]", "[0, 8, 8]", "[0, 8.0]", "[-8, 0]", "8", "[0, \"8\"]",
                              "[18446744073709551608, 18446744073709551615]"})
    EXPECT_EQ(of_tensor(f32, "[2]", offsets), "x: has no data_offsets") << offsets;
  EXPECT_EQ(of_tensor(u8, "[4611686018427387904, 2]", "[0, 8]"), "x: has an impossible shape");
  EXPECT_EQ(of_tensor(u8, "[4294967296, 4294967296]", "[0, 0]"), "x: has an impossible shape");
  EXPECT_EQ(of_tensor(f32, "[2305843009213693952]", "[0, 8]"), "x: has an impossible shape");
  EXPECT_EQ(of_tensor(u8, "[4294967296, 4294967296, 0]", "[0, 0]"), "x: has an impossible shape");
  for (const char* offsets : {"[0, 4]", "[0, 9]", "[8, 0]", "[0, 0]", "[0, 4611686018427387904]"})
    EXPECT_EQ(of_tensor(f32, "[2]", offsets), "x: its data_offsets do not fit its shape") << offsets;
}

TEST_F(SafetensorsFile, DataThatIsNotExactlyTheTensorsIsRefused) {
  const auto of_two = [&](const std::string& a, const std::string& b, const std::string& data) {
    return complaint(content_with(R"({"a": {"dtype": "U8", )" + a + R"(}, "b": {"dtype": "U8", )" + b + "}}", data));
  };
  const std::string first = R"("shape": [4], "data_offsets": [0, 4])",
                    second = R"("shape": [4], "data_offsets": [4, 8])",
                    inside = R"("shape": [0], "data_offsets": [2, 2])";
  EXPECT_EQ(of_two(first, second, "1234567"), "truncated: b ends at byte 8 of 7");
  EXPECT_EQ(of_two(first, second, ""), "truncated: a ends at byte 4 of 0");
  EXPECT_EQ(of_two(first, second, "12345678more"), "4 bytes after the last tensor belong to none");
  EXPECT_EQ(of_two(first, first, "1234"), "b overlaps what is before it");
  EXPECT_EQ(of_two(second, R"("shape": [5], "data_offsets": [0, 5])", "12345678"), "a overlaps what is before it");
  EXPECT_EQ(of_two(first, inside, "1234"), "b overlaps what is before it");
  EXPECT_EQ(of_two(first, R"("shape": [3], "data_offsets": [5, 8])", "12345678"),
            "b leaves a hole after what is before it");
  EXPECT_EQ(complaint(content_with(header_of(R"("U8")", "[1]", "[1, 2]"), "12")),
            "x leaves a hole after what is before it");
  EXPECT_EQ(complaint(content_with("{}", "12")), "2 bytes after the last tensor belong to none");
  EXPECT_EQ(complaint(content_with(header_of(R"("U8")", "[1]", "[4611686018427387903, 4611686018427387904]"), "12")),
            "truncated: x ends at byte 4611686018427387904 of 2");
}

TEST_F(SafetensorsFile, CutShortAnywhereItIsRefused) {
  const std::string content = content_with(kHeader, kData);
  for (std::size_t size = 0; size < content.size(); ++size) EXPECT_NE(complaint(content.substr(0, size)), "") << size;
}

TEST_F(SafetensorsFile, WhateverItsBytesItIsReadWholeOrRefused) {
  const std::string content = content_with(kHeader, kData);
  base::Random random(1);
  int refused = 0;
  for (int round = 0; round < 2000; ++round) {
    const auto path = dir_.write("f.safetensors", mutated(content, random));
    try {
      const Safetensors file(path);
      for (std::size_t i = 0; i < file.tensors().size(); ++i) {
        const TensorInfo& tensor = file.tensors()[i];
        ASSERT_EQ(text_of(file.read(i)).size(),
                  static_cast<std::size_t>(element_count(tensor)) * element_size(tensor.type));
      }
    } catch (const base::BadInput&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 1000);
  EXPECT_LT(refused, 2000);
}

}  // namespace
}  // namespace heed::format
