#include "format/checkpoint.h"

#include <set>

#include <gtest/gtest.h>

#include "testing/testing.h"

namespace heed::format {
namespace {

using heed::testing::complaint_of;
using heed::testing::TemporaryDir;
using namespace std::string_literals;

std::string little(std::uint64_t value, std::size_t size) {
  return {reinterpret_cast<const char*>(&value), size};
}

/// Tensors of bytes, by their names.
using Weights = std::vector<std::pair<std::string, std::string>>;

std::string safetensors(const Weights& weights) {
  std::string header, data;
  for (const auto& [name, bytes] : weights) {
    header += (header.empty() ? "{\"" : ", \"") + name + R"(": {"dtype": "U8", "shape": [)" +
              std::to_string(bytes.size()) + R"(], "data_offsets": [)" + std::to_string(data.size()) + ", " +
              std::to_string(data.size() + bytes.size()) + "]}";
    data += bytes;
  }
  header += header.empty() ? "{}" : "}";
  return little(header.size(), 8) + header + data;
}

/// In torch.save's layout before PyTorch 1.6.
std::string torch_pickle(const Weights& weights) {
  const auto text = [](const std::string& content) { return "X" + little(content.size(), 4) + content; };
  const std::string start = "\x80\2\x8A\nl\xFC\x9C\x46\xF9 j\xA8P\x19.\x80\2M\xE9\3.\x80\2}.";
  std::string dictionary = "\x80\2}(", keys = "\x80\2](", data;
  for (const auto& [name, bytes] : weights) {
    const std::string size = "J" + little(bytes.size(), 4);
    dictionary += text(name) + "ctorch._utils\n_rebuild_tensor\n((" + text("storage") + "ctorch\nByteStorage\n" +
                  text(name) + text("cpu") + size + "tQK\0"s + "(" + size + "t(K\1ttR";
    keys += text(name);
    data += little(bytes.size(), 8) + bytes;
  }
  return start + dictionary + "u." + keys + "e." + data;
}

std::string index_of(const Weights& files_by_tensor) {
  std::string map;
  for (const auto& [tensor, file] : files_by_tensor)
    map += (map.empty() ? "\"" : ", \"") + tensor + "\": \"" + file + "\"";
  return R"({"metadata": {"total_size": 1}, "weight_map": {)" + map + "}}";
}

/// `name=bytes` of all tensors.
std::string shown(const Checkpoint& checkpoint) {
  std::string all;
  for (const TensorInfo& tensor : checkpoint.tensors()) {
    const TensorBytes bytes = checkpoint.read(tensor.name);
    all += (all.empty() ? "" : " ") + tensor.name + "=" +
           std::string(reinterpret_cast<const char*>(bytes.bytes.data()), bytes.bytes.size());
  }
  return all;
}

std::string complaint(const TemporaryDir& dir) {
  return complaint_of([&] { Checkpoint::open_folder(dir.path()); });
}

TEST(Checkpoint, ItsTensorsAreSortedAndFoundByName) {
  const TemporaryDir dir;
  for (const char* name : {"a.safetensors", "b.bin", "c.pt", "d.pth"}) {
    const Weights weights = {{"b", "xy"}, {"c", ""}, {"a", "z"}};
    const auto path = dir.write(name, name == "a.safetensors"s ? safetensors(weights) : torch_pickle(weights));
    const Checkpoint checkpoint = Checkpoint::open_file(path);
    EXPECT_EQ(shown(checkpoint), "a=z b=xy c=") << name;
    ASSERT_NE(checkpoint.find("b"), nullptr);
    EXPECT_EQ(checkpoint.find("b")->shape, (std::vector<std::int64_t>{2}));
    EXPECT_EQ(checkpoint.find("none"), nullptr);
    EXPECT_EQ(checkpoint.find(""), nullptr);
    EXPECT_EQ(checkpoint.find("z"), nullptr);
    EXPECT_EQ(checkpoint.file_of("c"), path);
    checkpoint.release("b");
    EXPECT_EQ(shown(checkpoint), "a=z b=xy c=");
  }
}

TEST(Checkpoint, ShardsAreOneAndInAnyOrder) {
  for (const bool is_pickle : {false, true}) {
    const TemporaryDir dir;
    const auto write = [&](const std::string& name, const Weights& weights) {
      dir.write(name, is_pickle ? torch_pickle(weights) : safetensors(weights));
    };
    const std::string stem = is_pickle ? "pytorch_model" : "model", ending = is_pickle ? ".bin" : ".safetensors";
    write(stem + "-1" + ending, {{"c", "1"}, {"a", "2"}});
    write(stem + "-2" + ending, {{"b", "3"}});
    dir.write(stem + ending + ".index.json",
              index_of({{"b", stem + "-2" + ending}, {"a", stem + "-1" + ending}, {"c", stem + "-1" + ending}}));
    const Checkpoint checkpoint = Checkpoint::open_folder(dir.path());
    EXPECT_EQ(shown(checkpoint), "a=2 b=3 c=1");
    EXPECT_EQ(checkpoint.file_of("a").filename(), stem + "-1" + ending);
    EXPECT_EQ(checkpoint.file_of("b").filename(), stem + "-2" + ending);
  }
}

TEST(Checkpoint, TheFirstOfAFoldersFilesIsTaken) {
  const TemporaryDir dir;
  dir.write("pytorch_model-1.bin", torch_pickle({{"a", "4"}}));
  dir.write("pytorch_model.bin.index.json", index_of({{"a", "pytorch_model-1.bin"}}));
  EXPECT_EQ(shown(Checkpoint::open_folder(dir.path())), "a=4");
  dir.write("pytorch_model.bin", torch_pickle({{"a", "3"}}));
  EXPECT_EQ(shown(Checkpoint::open_folder(dir.path())), "a=3");
  dir.write("model-1.safetensors", safetensors({{"a", "2"}}));
  dir.write("model.safetensors.index.json", index_of({{"a", "model-1.safetensors"}}));
  EXPECT_EQ(shown(Checkpoint::open_folder(dir.path())), "a=2");
  dir.write("model.safetensors", safetensors({{"a", "1"}}));
  EXPECT_EQ(shown(Checkpoint::open_folder(dir.path())), "a=1");
}

TEST(Checkpoint, TheFingerprintIsThatOfTheTensors) {
  const TemporaryDir dir;
  const std::string large(100'000, 'l');
  const Weights weights = {{"a", "12"}, {"b", large}, {"c", ""}};
  const std::string fingerprint =
      Checkpoint::open_file(dir.write("1/model.safetensors", safetensors(weights))).fingerprint();
  EXPECT_EQ(fingerprint.size(), 64u);
  const auto of_file = [&](const Weights& others) {
    return Checkpoint::open_file(dir.write("f.safetensors", safetensors(others))).fingerprint();
  };
  EXPECT_EQ(of_file({{"c", ""}, {"b", large}, {"a", "12"}}), fingerprint);
  EXPECT_EQ(Checkpoint::open_file(dir.write("f.bin", torch_pickle(weights))).fingerprint(), fingerprint);
  dir.write("2/1.safetensors", safetensors({{"b", large}}));
  dir.write("2/2.safetensors", safetensors({{"c", ""}, {"a", "12"}}));
  dir.write("2/model.safetensors.index.json",
            index_of({{"a", "2.safetensors"}, {"b", "1.safetensors"}, {"c", "2.safetensors"}}));
  EXPECT_EQ(Checkpoint::open_folder(dir.path() / "2").fingerprint(), fingerprint);
  // What differs: a byte of a small tensor, the ends of a large one, a size, a name, one more or less.
  EXPECT_NE(of_file({{"a", "13"}, {"b", large}, {"c", ""}}), fingerprint);
  EXPECT_NE(of_file({{"a", "12"}, {"b", "L" + large.substr(1)}, {"c", ""}}), fingerprint);
  EXPECT_NE(of_file({{"a", "12"}, {"b", large.substr(1) + "L"}, {"c", ""}}), fingerprint);
  EXPECT_NE(of_file({{"a", "12"}, {"b", large + "l"}, {"c", ""}}), fingerprint);
  EXPECT_NE(of_file({{"A", "12"}, {"b", large}, {"c", ""}}), fingerprint);
  EXPECT_NE(of_file({{"a", "12"}, {"b", large}}), fingerprint);
  EXPECT_NE(of_file({{"a", "12"}, {"b", large}, {"c", ""}, {"d", ""}}), fingerprint);
}

TEST(Checkpoint, EveryByteOfASmallTensorCounts) {
  const TemporaryDir dir;
  std::set<std::string> seen;
  std::string bytes(64, 'x');
  for (char& byte : bytes) {
    byte = 'y';
    seen.insert(Checkpoint::open_file(dir.write("f.safetensors", safetensors({{"a", bytes}}))).fingerprint());
    byte = 'x';
  }
  EXPECT_EQ(seen.size(), bytes.size());
}

TEST(Checkpoint, WhatIsNotThereIsNamed) {
  const TemporaryDir dir;
  const std::string looked =
      ": no weights; looked for model.safetensors and pytorch_model.bin, and for their .index.json";
  EXPECT_EQ(complaint(dir), dir.path().string() + looked);
  const auto none = dir.path() / "none", file = dir.write("file", "x"), name = dir.path() / std::string(300, 'n');
  for (const auto& path : {none, file, name})
    EXPECT_EQ(complaint_of([&] { Checkpoint::open_folder(path); }), path.string() + looked);
  EXPECT_EQ(complaint_of([&] { Checkpoint::open_file(none); }), none.string() + ": No such file or directory");
  EXPECT_EQ(complaint_of([&] { Checkpoint::open_file(file); }), file.string() + ": too short for a safetensors file");
  const auto damaged = dir.write("f.pth", "x");
  EXPECT_EQ(complaint_of([&] { Checkpoint::open_file(damaged); }).substr(0, damaged.string().size() + 12),
            damaged.string() + ": the pickle");
  dir.write("model.safetensors/x", "");
  EXPECT_EQ(complaint(dir), (dir.path() / "model.safetensors").string() + ": is a folder");
}

TEST(Checkpoint, AnIndexThatItsShardsContradictIsRefused) {
  const TemporaryDir dir;
  const auto path_of = [&](const char* name) { return (dir.path() / name).string(); };
  const std::string index = path_of("model.safetensors.index.json");
  const auto of_index = [&](const std::string& content) {
    dir.write("model.safetensors.index.json", content);
    return complaint(dir);
  };
  dir.write("1.safetensors", safetensors({{"a", "1"}, {"b", "2"}}));
  dir.write("2.safetensors", safetensors({{"c", "3"}}));
  dir.write("again.safetensors", safetensors({{"b", "2"}}));
  dir.write("folder/x", "");
  const std::string long_name(300, 'n');
  EXPECT_EQ(of_index(index_of({{"a", "1.safetensors"}, {"b", "3.safetensors"}})),
            index + ": lists 3.safetensors, which is missing");
  EXPECT_EQ(of_index(index_of({{"a", long_name}})), index + ": lists " + long_name + ", which is missing");
  EXPECT_EQ(of_index(index_of({{"a", "folder"}})), path_of("folder") + ": is a folder");
  EXPECT_EQ(of_index(index_of({{"a", "1.safetensors"}, {"b", "2.safetensors"}, {"c", "2.safetensors"}})),
            path_of("2.safetensors") + ": lacks b, which the index says it has");
  EXPECT_EQ(of_index(index_of({{"a", "1.safetensors"}, {"b", "1.safetensors"}, {"d", "1.safetensors"}})),
            path_of("1.safetensors") + ": lacks d, which the index says it has");
  EXPECT_EQ(of_index(index_of({{"a", "1.safetensors"}})), path_of("1.safetensors") + ": b is not in the index");
  EXPECT_EQ(of_index(index_of({{"a", "1.safetensors"}, {"b", "again.safetensors"}})),
            path_of("again.safetensors") + ": b is also in " + path_of("1.safetensors"));
}

TEST(Checkpoint, AnIndexThatIsNoneOrLeavesItsFolderIsRefused) {
  const TemporaryDir dir;
  const std::string index = (dir.path() / "pytorch_model.bin.index.json").string();
  const auto of_index = [&](const std::string& content) {
    dir.write("pytorch_model.bin.index.json", content);
    return complaint(dir);
  };
  dir.write("x", "");
  const auto outside = dir.write("folder/1.bin", torch_pickle({{"a", "1"}})).string();
  for (const std::string& name : {"../x"s, "folder/1.bin"s, outside, ".."s, "."s, ""s, "/"s})
    EXPECT_EQ(of_index(index_of({{"a", name}})), index + ": a: " + name + " is not the name of a file in the folder");
  EXPECT_EQ(of_index(R"({"weight_map": {"a": 1}})"), index + ": a: the file is not a string");
  EXPECT_EQ(of_index(R"({"weight_map": {"a": ["1.bin"]}})"), index + ": a: the file is not a string");
  for (const char* content : {"{}", "[]", "1", "null", "\"weight_map\"", R"({"weight_map": []})",
                              R"({"weight_map": null})", R"({"metadata": {"weight_map": {}}})"})
    EXPECT_EQ(of_index(content), index + ": has no weight_map") << content;
  EXPECT_EQ(of_index("{\n\"weight_map\": {"), index + ":2: not valid JSON");
  EXPECT_EQ(of_index(""), index + ":1: not valid JSON");
  EXPECT_EQ(of_index(std::string(1000, '[')), index + ":1: lists and objects are nested too deeply");
}

}  // namespace
}  // namespace heed::format
