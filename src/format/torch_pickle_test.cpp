#include "format/torch_pickle.h"

#include <cstring>
#include <functional>
#include <limits>
#include <optional>
#include <thread>

#include <gtest/gtest.h>
#include <zlib.h>

#include "base/error.h"
#include "base/random.h"
#include "testing/testing.h"

namespace heed::format {
namespace {

using heed::testing::complaint_of;
using heed::testing::mutated;
using heed::testing::TemporaryDir;
using namespace std::string_literals;

std::string little(std::uint64_t value, std::size_t size) {
  return {reinterpret_cast<const char*>(&value), size};
}

template <typename Number>
std::string bytes_of(std::initializer_list<Number> numbers) {
  return {reinterpret_cast<const char*>(numbers.begin()), numbers.size() * sizeof(Number)};
}

// What pickles are made of.

std::string text(const std::string& content) {
  return "X" + little(content.size(), 4) + content;
}
std::string integer(std::int64_t value) {
  return "\x8A\x08" + little(static_cast<std::uint64_t>(value), 8);
}
std::string tuple(const std::vector<std::string>& items) {
  std::string all = "(";
  for (const std::string& item : items) all += item;
  return all + "t";
}
std::string integers(const std::vector<std::int64_t>& values) {
  std::string all = "(";
  for (const std::int64_t value : values) all += integer(value);
  return all + "t";
}
std::string dictionary(const std::vector<std::pair<std::string, std::string>>& entries) {
  std::string all = "}(";
  for (const auto& [name, value] : entries) all += text(name) + value;
  return all + "u";
}
std::string pickled(const std::string& value) {
  return "\x80\2" + value + ".";
}
std::string call(const std::string& name, const std::vector<std::string>& arguments) {
  return "ctorch._utils\n" + name + "\n" + tuple(arguments) + "R";
}

const std::string kHooks = "ccollections\nOrderedDict\n)R";

struct View {
  std::string type = "FloatStorage", key = "0";
  std::int64_t elements = 6, offset = 0;
  std::vector<std::int64_t> shape = {2, 3}, strides = {3, 1};
};

std::string storage_of(const View& view) {
  return tuple({text("storage"), "ctorch\n" + view.type + "\n", text(view.key), text("cpu"), integer(view.elements)}) +
         "Q";
}
std::string tensor(const View& view) {
  return call("_rebuild_tensor_v2",
              {storage_of(view), integer(view.offset), integers(view.shape), integers(view.strides), "\x89", kHooks});
}
/// A tensor "w" whose storage and the rest are given as they stand in the pickle.
std::string tensor_of(const std::vector<std::string>& arguments) {
  return dictionary({{"w", call("_rebuild_tensor_v2", arguments)}});
}

// The layout since PyTorch 1.6.

/// A member of an archive, with what its headers say of it where that is not the truth.
struct Member {
  std::string name{}, content{};
  std::uint16_t method = 0, flags = 0;
  std::optional<std::uint32_t> crc{}, size{}, packed_size{};
};

std::string zip_of(const std::vector<Member>& members) {
  std::string all, directory;
  for (const Member& member : members) {
    const auto whole = static_cast<std::uint32_t>(member.content.size());
    const auto crc = static_cast<std::uint32_t>(
        crc32(0, reinterpret_cast<const Bytef*>(member.content.data()), static_cast<uInt>(whole)));
    const std::string facts = little(20, 2) + little(member.flags, 2) + little(member.method, 2) + little(0, 2) +
                              little(33, 2) + little(member.crc.value_or(crc), 4) +
                              little(member.packed_size.value_or(member.size.value_or(whole)), 4) +
                              little(member.size.value_or(whole), 4) + little(member.name.size(), 2) + little(0, 2);
    directory += "PK\1\2" + little(20, 2) + facts + std::string(10, '\0') + little(all.size(), 4) + member.name;
    all += "PK\3\4" + facts + member.name + member.content;
  }
  const std::string count = little(members.size(), 2);
  return all + directory + "PK\5\6" + little(0, 4) + count + count + little(directory.size(), 4) +
         little(all.size(), 4) + little(0, 2);
}

std::string archive(const std::string& value, const std::vector<std::pair<std::string, std::string>>& storages) {
  std::vector<Member> members = {{"m/data.pkl", pickled(value)}};
  for (const auto& [key, content] : storages) members.push_back({"m/data/" + key, content});
  members.push_back({"m/version", "3\n"});
  return zip_of(members);
}

// The layout before.

const std::string kStart = pickled("\x8A\nl\xFC\x9C\x46\xF9 j\xA8P\x19") + pickled("M\xE9\3") + pickled("}");

struct Stored {
  std::string key;
  std::uint64_t elements;
  std::string content;
};

std::string stream(const std::string& value, const std::vector<Stored>& storages) {
  std::string keys = "](", contents;
  for (const Stored& storage : storages) {
    keys += text(storage.key);
    contents += little(storage.elements, 8) + storage.content;
  }
  return kStart + pickled(value) + pickled(keys + "e") + contents;
}

const std::string kSix = bytes_of<float>({0, 1, 2, 3, 4, 5});

class TorchFile : public ::testing::Test {
 protected:
  TorchPickle open(const std::string& content) const { return TorchPickle(dir_.write("f.bin", content)); }

  /// The complaint about opening and reading a file, without its name.
  std::string complaint(const std::string& content) const {
    const auto path = dir_.write("f.bin", content);
    const std::string what = complaint_of([&] {
      const TorchPickle file(path);
      for (std::size_t i = 0; i < file.tensors().size(); ++i) file.read(i);
    });
    EXPECT_EQ(what.substr(0, path.string().size() + 2), path.string() + ": ");
    return what.substr(std::min(what.size(), path.string().size() + 2));
  }

  const TemporaryDir dir_;
};

/// `name TYPE[2 3]`, of all tensors.
std::string shown(const TorchPickle& file) {
  std::string all;
  for (const TensorInfo& tensor : file.tensors()) {
    std::string shape;
    for (const std::int64_t size : tensor.shape) shape += (shape.empty() ? "" : " ") + std::to_string(size);
    all += (all.empty() ? "" : ", ") + tensor.name + " " + std::string(name_of(tensor.type)) + "[" + shape + "]";
  }
  return all;
}

std::string text_of(const TensorBytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.bytes.data()), bytes.bytes.size()};
}

std::vector<float> floats(const TensorBytes& bytes) {
  std::vector<float> numbers(bytes.bytes.size() / sizeof(float));
  if (!numbers.empty()) std::memcpy(numbers.data(), bytes.bytes.data(), bytes.bytes.size());
  return numbers;
}

using Floats = std::vector<float>;

TEST_F(TorchFile, TheLayoutsSayTheSame) {
  const std::string value = dictionary({{"w", tensor({})}, {"b", tensor({.offset = 4, .shape = {2}, .strides = {1}})}});
  for (const std::string& content : {archive(value, {{"0", kSix}}), stream(value, {{"0", 6, kSix}})}) {
    const TorchPickle file = open(content);
    EXPECT_EQ(shown(file), "w F32[2 3], b F32[2]");
    EXPECT_EQ(floats(file.read(0)), (Floats{0, 1, 2, 3, 4, 5}));
    EXPECT_EQ(floats(file.read(1)), (Floats{4, 5}));
  }
}

TEST_F(TorchFile, AllTypesAreRead) {
  const std::tuple<const char*, const char*, std::string> cases[] = {
      {"FloatStorage", "F32", bytes_of<float>({-1.5F})},
      {"DoubleStorage", "F64", bytes_of<double>({-1.5})},
      {"HalfStorage", "F16", "\0\xBE"s},
      {"BFloat16Storage", "BF16", "\xC0\xBF"},
      {"LongStorage", "I64", bytes_of<std::int64_t>({-2})},
      {"IntStorage", "I32", bytes_of<std::int32_t>({-2})},
      {"ShortStorage", "I16", bytes_of<std::int16_t>({-2})},
      {"CharStorage", "I8", "\xFE"},
      {"ByteStorage", "U8", "\xFE"},
      {"BoolStorage", "BOOL", "\1"},
  };
  for (const auto& [type, name, content] : cases) {
    const std::string value = dictionary({{"w", tensor({.type = type, .elements = 1, .shape = {}, .strides = {}})}});
    for (const std::string& whole : {archive(value, {{"0", content}}), stream(value, {{"0", 1, content}})}) {
      const TorchPickle file = open(whole);
      EXPECT_EQ(shown(file), "w "s + name + "[]");
      const TensorBytes bytes = file.read(0);
      EXPECT_EQ(text_of(bytes), content) << name;
      EXPECT_EQ(reinterpret_cast<std::uintptr_t>(bytes.bytes.data()) % content.size(), 0u) << name;
    }
  }
}

TEST_F(TorchFile, StridesAreFollowed) {
  const std::pair<View, Floats> cases[] = {
      {{.shape = {3, 2}, .strides = {1, 3}}, {0, 3, 1, 4, 2, 5}},         // transposed
      {{.offset = 1, .shape = {2, 2}, .strides = {3, 1}}, {1, 2, 4, 5}},  // columns
      {{.shape = {3}, .strides = {2}}, {0, 2, 4}},                        // every second
      {{.offset = 5, .shape = {1, 1}, .strides = {99, 99}}, {5}},         // where a stride means nothing
      {{.shape = {1, 3, 2}, .strides = {0, 1, 3}}, {0, 3, 1, 4, 2, 5}},
      {{.shape = {2, 1, 3}, .strides = {3, 7, 1}}, {0, 1, 2, 3, 4, 5}},
      {{.shape = {2, 2}, .strides = {1, 1}}, {0, 1, 1, 2}},  // windows
      {{.shape = {2, 3}, .strides = {0, 1}}, {0, 1, 2, 0, 1, 2}},
      {{.offset = 2, .shape = {}, .strides = {}}, {2}},  // a scalar
      {{.shape = {0, 3}, .strides = {3, 1}}, {}},
      {{.offset = 6, .shape = {2, 0}, .strides = {1, 1}}, {}},
  };
  std::vector<std::pair<std::string, std::string>> entries;
  for (const auto& [view, numbers] : cases) entries.emplace_back(std::to_string(entries.size()), tensor(view));
  const TorchPickle file = open(archive(dictionary(entries), {{"0", kSix}}));
  ASSERT_EQ(file.tensors().size(), std::size(cases));
  for (std::size_t i = 0; i < std::size(cases); ++i) EXPECT_EQ(floats(file.read(i)), cases[i].second) << i;
}

TEST_F(TorchFile, TransposingTwiceChangesNothing) {
  base::Random random(3);
  for (int round = 0; round < 20; ++round) {
    const std::int64_t rows = 1 + random.below(6), columns = 1 + random.below(6);
    std::string content;
    for (std::int64_t i = 0; i < rows * columns; ++i) content += bytes_of({static_cast<float>(i)});
    const View view = {.elements = rows * columns, .shape = {columns, rows}, .strides = {1, columns}};
    const TorchPickle file = open(archive(dictionary({{"w", tensor(view)}}), {{"0", content}}));
    const std::string transposed = text_of(file.read(0));
    const View back = {.elements = rows * columns, .shape = {rows, columns}, .strides = {1, rows}};
    const TorchPickle again = open(archive(dictionary({{"w", tensor(back)}}), {{"0", transposed}}));
    EXPECT_EQ(text_of(again.read(0)), content);
  }
}

TEST_F(TorchFile, StoragesAreSharedAndEmptyOnesAreNone) {
  const std::string shared = tensor({}) + "q\5",
                    empty = tensor({.key = "1", .elements = 0, .shape = {0}, .strides = {1}});
  const std::string value = dictionary({{"a", shared}, {"b", "h\5"}, {"c", tensor({})}, {"none", empty}});
  for (const std::string& content :
       {archive(value, {{"0", kSix}, {"1", ""}}), stream(value, {{"0", 6, kSix}, {"1", 0, ""}})}) {
    const TorchPickle file = open(content);
    EXPECT_EQ(shown(file), "a F32[2 3], b F32[2 3], c F32[2 3], none F32[0]");
    for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(floats(file.read(i)), (Floats{0, 1, 2, 3, 4, 5}));
    EXPECT_TRUE(file.read(3).bytes.empty());
  }
}

TEST_F(TorchFile, AnArchivesFolderMayHaveAnyName) {
  const std::string pickle = pickled(dictionary({{"w", tensor({})}}));
  for (const std::string& folder : {"archive"s, "a/b"s, ""s, "\xC3\xA9"s, "\x82\xFF"s})
    for (const std::uint16_t flags :
         {std::uint16_t{0}, std::uint16_t{0x800}}) {  // without and with the one that says UTF-8
      if (flags != 0 && folder[0] == '\x82') continue;
      const TorchPickle file = open(zip_of({{.name = folder + "/data.pkl", .content = pickle, .flags = flags},
                                            {.name = folder + "/data/0", .content = kSix, .flags = flags}}));
      EXPECT_EQ(floats(file.read(0)), (Floats{0, 1, 2, 3, 4, 5})) << folder;
    }
}

TEST_F(TorchFile, ParametersAndOldTensorsAreTensors) {
  const std::string parameter = call("_rebuild_parameter", {tensor({}), "\x88", kHooks});
  const std::string old = call("_rebuild_tensor", {storage_of({}), integer(0), integers({6}), integers({1})});
  const std::string sized = call(
      "_rebuild_tensor_v2",
      {storage_of({}), integer(2), "ctorch\nSize\n(" + integers({3}) + "tR", "](" + integer(1) + "e", "\x89", kHooks});
  const TorchPickle file = open(archive(dictionary({{"p", parameter}, {"old", old}, {"s", sized}}), {{"0", kSix}}));
  EXPECT_EQ(shown(file), "p F32[2 3], old F32[6], s F32[3]");
  EXPECT_EQ(floats(file.read(2)), (Floats{2, 3, 4}));
}

TEST_F(TorchFile, ADictionaryMayHaveAttributesAndOtherThings) {
  const std::string ordered = "ccollections\nOrderedDict\n)R(" + text("n") + "K\1" + text("w") + tensor({}) + "K\7" +
                              tensor({}) + text("list") + "](" + tensor({.key = "9"}) + "e" + text("_") + "Nu}" +
                              text("_metadata") + "}sb";
  EXPECT_EQ(shown(open(archive(ordered, {{"0", kSix}}))), "w F32[2 3]");
}

TEST_F(TorchFile, WhatTrainingScriptsWrapIsFound) {
  const std::string weights = dictionary({{"w", tensor({})}});
  const std::string other =
      dictionary({{"step", tensor({.type = "LongStorage", .key = "1", .elements = 1, .shape = {}, .strides = {}})}});
  for (const char* name : {"state_dict", "model"}) {
    const std::string value = dictionary({{"epoch", integer(3)}, {"optimizer", other}, {name, weights}});
    for (const std::string& content : {archive(value, {{"1", bytes_of<std::int64_t>({7})}, {"0", kSix}}),
                                       stream(value, {{"1", 1, bytes_of<std::int64_t>({7})}, {"0", 6, kSix}})}) {
      const TorchPickle file = open(content);
      EXPECT_EQ(shown(file), "w F32[2 3]");
      EXPECT_EQ(floats(file.read(0)), (Floats{0, 1, 2, 3, 4, 5}));
    }
  }
  // A tensor, or a number, of that name wraps nothing.
  EXPECT_EQ(shown(open(archive(dictionary({{"model", tensor({})}, {"state_dict", "K\1"}}), {{"0", kSix}}))),
            "model F32[2 3]");
}

TEST_F(TorchFile, ThreadsReadTheSame) {
  const TorchPickle file = open(archive(dictionary({{"w", tensor({})}}), {{"0", kSix}}));
  std::vector<Floats> seen(4);
  std::vector<std::thread> threads;
  for (Floats& numbers : seen)
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) numbers = floats(file.read(0));
    });
  for (std::thread& thread : threads) thread.join();
  for (const Floats& numbers : seen) EXPECT_EQ(numbers, (Floats{0, 1, 2, 3, 4, 5}));
}

TEST_F(TorchFile, WhatIsNoFileOfTensorsIsRefused) {
  EXPECT_EQ(complaint_of([&] { TorchPickle file(dir_.path()); }), dir_.path().string() + ": is a folder");
  const auto missing = dir_.path() / "none.bin";
  EXPECT_EQ(complaint_of([&] { TorchPickle file(missing); }), missing.string() + ": No such file or directory");
  EXPECT_EQ(complaint(""), "the pickle is cut short (byte 0)");
  EXPECT_EQ(complaint("version https://git-lfs.github.com/spec/v1\n").substr(0, 30), "the pickle has the opcode 118,");
  EXPECT_EQ(complaint(pickled("K\1")), "not what torch.save writes");
  EXPECT_EQ(complaint(pickled(dictionary({}))), "not what torch.save writes");
  EXPECT_EQ(complaint(archive("]", {})), "holds no dictionary of tensors");
  EXPECT_EQ(complaint(archive("}", {})), "holds no dictionary of tensors");
  EXPECT_EQ(complaint(archive(tensor({}), {{"0", kSix}})), "holds no dictionary of tensors");
  EXPECT_EQ(complaint(archive(dictionary({{"n", integer(1)}}), {})), "holds no dictionary of tensors");
}

TEST_F(TorchFile, WhatAsksToRunSomethingIsRefused) {
  const std::string command = "cos\nsystem\n" + tuple({text("echo hi")}) + "R";
  const std::string refusal =
      "the pickle asks for os.system, which is none of what a dictionary of tensors needs; nothing was run (byte ";
  const std::string value = dictionary({{"w", tensor({})}, {"x", command}});
  EXPECT_EQ(complaint(archive(value, {{"0", kSix}})).substr(0, refusal.size()), refusal);
  EXPECT_EQ(complaint(stream(value, {{"0", 6, kSix}})).substr(0, refusal.size()), refusal);
  EXPECT_EQ(complaint(stream(dictionary({{"w", tensor({})}}), {{"0", 6, kSix}}).insert(0, pickled(command)))
                .substr(0, refusal.size()),
            refusal);
  EXPECT_EQ(complaint(archive(dictionary({{"w", tensor({.type = "UntypedStorage"})}}), {{"0", kSix}})).substr(0, 43),
            "the pickle asks for torch.UntypedStorage, w");
}

TEST_F(TorchFile, ATensorThatIsNotInItsStorageIsNamed) {
  const auto of_view = [&](const View& view) {
    const std::string value = dictionary({{"w", tensor(view)}});
    const std::string what = complaint(archive(value, {{"0", kSix}}));
    EXPECT_EQ(complaint(stream(value, {{"0", 6, kSix}})), what);
    return what;
  };
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
  const std::string beyond = "w: reaches beyond its storage", impossible = "w: has an impossible shape";
  EXPECT_EQ(of_view({.offset = 1}), beyond);
  EXPECT_EQ(of_view({.offset = 6, .shape = {}, .strides = {}}), beyond);
  EXPECT_EQ(of_view({.offset = kMost, .shape = {}, .strides = {}}), beyond);
  EXPECT_EQ(of_view({.offset = kMost}), beyond);
  EXPECT_EQ(of_view({.shape = {7}, .strides = {1}}), beyond);
  EXPECT_EQ(of_view({.shape = {2}, .strides = {6}}), beyond);
  EXPECT_EQ(of_view({.shape = {2}, .strides = {kMost}}), beyond);
  EXPECT_EQ(of_view({.shape = {2, 2}, .strides = {kMost, kMost}}), beyond);
  EXPECT_EQ(of_view({.shape = {kMost / 4 + 1}, .strides = {0}}), impossible);
  EXPECT_EQ(of_view({.shape = {kMost / 8}, .strides = {1}}), beyond);
  EXPECT_EQ(of_view({.shape = {1 << 30, 1 << 30, 1 << 30}, .strides = {0, 0, 0}}), impossible);
  EXPECT_EQ(of_view({.shape = {-1}, .strides = {1}}), impossible);
  EXPECT_EQ(of_view({.shape = {-1, -6}, .strides = {1, 1}}), impossible);
  EXPECT_EQ(of_view({.offset = -1}), impossible);
  EXPECT_EQ(of_view({.offset = kLeast, .shape = {0}, .strides = {1}}), impossible);
  EXPECT_EQ(of_view({.offset = 5, .shape = {6}, .strides = {-1}}), "w: has a negative stride");
  EXPECT_EQ(of_view({.shape = {2, 2}, .strides = {3, kLeast}}), "w: has a negative stride");
  EXPECT_EQ(of_view({.shape = {7}, .strides = {0}}), "w: has more elements than its storage");
  EXPECT_EQ(of_view({.shape = {1 << 30, 1 << 30}, .strides = {0, 0}}), "w: has more elements than its storage");
  EXPECT_EQ(of_view({.shape = {2, 3}, .strides = {1}}), "w: has other strides than dimensions");
  EXPECT_EQ(of_view({.shape = {}, .strides = {1}}), "w: has other strides than dimensions");
  EXPECT_EQ(of_view({.elements = -1}), "w: has a storage of an impossible size");
  EXPECT_EQ(of_view({.elements = kMost}), "w: has a storage of an impossible size");
  EXPECT_EQ(of_view({.elements = 0}), beyond);
  const std::vector<std::int64_t> many(65, 1);
  EXPECT_EQ(of_view({.shape = many, .strides = many}), "w: has too many dimensions");
}

TEST_F(TorchFile, ATensorThatIsNotDescribedIsNamed) {
  const auto of_value = [&](const std::string& value) { return complaint(archive(value, {{"0", kSix}})); };
  const auto of_storage = [&](const std::string& storage) {
    return of_value(tensor_of({storage, integer(0), integers({6}), integers({1})}));
  };
  EXPECT_EQ(of_value(tensor_of({})), "w: is described incompletely");
  EXPECT_EQ(of_value(tensor_of({storage_of({}), integer(0), integers({6})})), "w: is described incompletely");
  EXPECT_EQ(of_value(dictionary({{"w", call("_rebuild_parameter", {})}})), "w: is described incompletely");
  EXPECT_EQ(of_value(tensor_of({storage_of({}), text("0"), integers({6}), integers({1})})),
            "w: has a size that is no integer");
  EXPECT_EQ(of_value(tensor_of({storage_of({}), integer(0), tuple({"N"}), integers({1})})),
            "w: has a size that is no integer");
  EXPECT_EQ(of_value(tensor_of({storage_of({}), integer(0), integer(6), integers({1})})),
            "w: has a shape that is no tuple");
  EXPECT_EQ(of_value(tensor_of({storage_of({}), integer(0), "ctorch\nSize\n)R", integers({1})})),
            "w: is described incompletely");
  EXPECT_EQ(of_value(dictionary({{"w", tensor({})}, {"w", tensor({})}})), "w is there twice");
  EXPECT_EQ(of_storage("N"), "w: has no storage");
  const std::string undescribed = "w: has a storage that is not described as one", type = "ctorch\nFloatStorage\n";
  EXPECT_EQ(of_storage(text("0") + "Q"), undescribed);
  EXPECT_EQ(of_storage(")Q"), undescribed);
  EXPECT_EQ(of_storage(tuple({text("storage"), type, text("0"), text("cpu")}) + "Q"), undescribed);
  EXPECT_EQ(of_storage(tuple({text("module"), type, text("0"), text("cpu"), integer(6)}) + "Q"), undescribed);
  EXPECT_EQ(of_storage(tuple({text("storage"), type, integer(0), text("cpu"), integer(6)}) + "Q"), undescribed);
  EXPECT_EQ(of_storage(storage_of({.key = std::string(101, '0')})), undescribed);
  EXPECT_EQ(of_storage(tuple({text("storage"), text("0"), text("0"), text("cpu"), integer(6)}) + "Q"),
            "w: has a storage of an unknown type");
  EXPECT_EQ(of_storage(tuple({text("storage"), "ctorch\nSize\n", text("0"), text("cpu"), integer(6)}) + "Q"),
            "w: has a storage of an unknown type");
  EXPECT_EQ(of_storage(tuple({text("storage"), type, text("0"), text("cpu"), text("6")}) + "Q"),
            "w: has a size that is no integer");
  EXPECT_EQ(of_storage(tuple({text("storage"), type, text("0"), text("cpu"), integer(6), integers({0})}) + "Q"),
            "w: is a view of another storage, which is not read");
}

TEST_F(TorchFile, StoragesThatAreMissingOrOfAnotherSizeAreRefused) {
  const std::string value = dictionary({{"w", tensor({})}});
  EXPECT_EQ(complaint(archive(value, {})), "w: the archive lacks its storage data/0");
  EXPECT_EQ(complaint(archive(value, {{"00", kSix}})), "w: the archive lacks its storage data/0");
  EXPECT_EQ(complaint(archive(value, {{"0", kSix.substr(1)}})), "w: its storage has 23 bytes, not 24");
  EXPECT_EQ(complaint(archive(value, {{"0", kSix + "x"}})), "w: its storage has 25 bytes, not 24");
  EXPECT_EQ(complaint(archive(value, {{"0", ""}})), "w: its storage has 0 bytes, not 24");
  EXPECT_EQ(complaint(stream(value, {})), "w: the file lacks its storage 0");
  EXPECT_EQ(complaint(stream(value, {{"0", 5, kSix}})), "w: its storage has another size than it says");
  EXPECT_EQ(complaint(stream(value, {{"0", 7, kSix + "1234"}})), "w: its storage has another size than it says");
  EXPECT_EQ(complaint(stream(value, {{"0", 7, kSix}})), "storage 0 is cut short");
  EXPECT_EQ(complaint(stream(value, {{"0", ~std::uint64_t{0}, kSix}})), "storage 0 is cut short");
  EXPECT_EQ(complaint(stream(value, {{"0", std::uint64_t{1} << 62, kSix}})), "storage 0 is cut short");
  EXPECT_EQ(complaint(stream(value, {{"1", 6, kSix}})), "storage 1 belongs to no tensor");
  EXPECT_EQ(complaint(kStart + pickled(value) + pickled("](" + text("0") + "e")), "cut short before storage 0");
}

TEST_F(TorchFile, ArchivesThatTorchSaveDoesNotWriteAreRefused) {
  const Member content = {"m/data.pkl", pickled(dictionary({{"w", tensor({})}}))};
  const auto of_storage = [&](Member member) {
    member.name = "m/data/0";
    if (member.content.empty()) member.content = kSix;
    return complaint(zip_of({content, member}));
  };
  EXPECT_EQ(of_storage({.method = 8}), "w: compressed or encrypted, which torch.save never writes");
  EXPECT_EQ(of_storage({.flags = 1}), "w: compressed or encrypted, which torch.save never writes");
  EXPECT_EQ(of_storage({.crc = 1}), "w: damaged");
  EXPECT_EQ(complaint(zip_of({{.name = "m/data.pkl", .content = content.content, .crc = 1}})), "data.pkl: damaged");
  EXPECT_EQ(complaint(zip_of({{.name = "m/data.pkl", .content = content.content, .method = 8}})),
            "data.pkl: compressed or encrypted, which torch.save never writes");
  EXPECT_EQ(of_storage({.size = 0x7FFFFFFF, .packed_size = 24}), "w: larger than the archive");
  EXPECT_EQ(of_storage({.size = 30, .packed_size = 24}), "w: damaged, or cut short");
  EXPECT_EQ(of_storage({.size = 20, .packed_size = 24}), "w: damaged");
  EXPECT_EQ(of_storage({.size = 0x7FFFFFFF}), "not a complete zip archive");
  EXPECT_EQ(complaint(zip_of({{"m/data/0", kSix}})), "a zip archive without data.pkl");
  EXPECT_EQ(complaint(zip_of({{"data.pkl", content.content}, {"data/0", kSix}})), "a zip archive without data.pkl");
  EXPECT_EQ(complaint(zip_of({})), "the pickle has the opcode 80, which torch.save does not write (byte 1)");
  EXPECT_EQ(complaint(zip_of({content, {"m/data/0", kSix}, {"m/byteorder", "big"}})),
            "the numbers are not little endian");
  EXPECT_EQ(shown(open(zip_of({content, {"m/data/0", kSix}, {"m/byteorder", "little"}}))), "w F32[2 3]");
  EXPECT_EQ(complaint(zip_of({content, {"m/data/0", kSix}, {"m/data/0", kSix}})), "not a complete zip archive");
}

TEST_F(TorchFile, CutShortAnywhereItIsRefused) {
  const std::string value = dictionary({{"w", tensor({})}});
  for (const std::string& content : {archive(value, {{"0", kSix}}), stream(value, {{"0", 6, kSix}})})
    for (std::size_t size = 0; size < content.size(); ++size) EXPECT_NE(complaint(content.substr(0, size)), "") << size;
}

TEST_F(TorchFile, ASummaryTellsNumbersApartWithoutReadingThem) {
  const auto summary = [&](const View& view, const std::string& numbers) {
    return open(archive(dictionary({{"w", tensor(view)}}), {{"0", numbers}})).summary(0);
  };
  const std::string other = "x" + kSix.substr(1);
  EXPECT_EQ(summary({}, kSix), summary({}, kSix));
  EXPECT_NE(summary({}, kSix), summary({}, other));
  EXPECT_NE(summary({}, kSix), summary({.shape = {2, 3}, .strides = {1, 2}}, kSix));
  EXPECT_EQ(open(stream(dictionary({{"w", tensor({})}}), {{"0", 6, kSix}})).summary(0), "");  // it has no checksums
}

TEST_F(TorchFile, WhateverItsBytesItIsReadWholeOrRefused) {
  const std::string value =
      dictionary({{"a", tensor({})},
                  {"t", call("_rebuild_parameter", {tensor({.shape = {3, 2}, .strides = {1, 3}}), "\x88", kHooks})},
                  {"h", tensor({.type = "HalfStorage", .key = "1", .elements = 2, .shape = {}, .strides = {}})}});
  const std::string half = "\0\x3C\0\xBE"s;
  base::Random random(2);
  const std::function<std::string()> kinds[] = {
      [&] {
        return mutated(archive(value, {{"0", kSix}, {"1", half}}), random);
      },
      [&] {
        return archive(mutated(value, random), {{"0", kSix}, {"1", half}});
      },  // with checksums that are right
      [&] {
        return mutated(stream(value, {{"0", 6, kSix}, {"1", 2, half}}), random);
      },
  };
  for (const auto& kind : kinds) {
    int refused = 0;
    for (int round = 0; round < 1000; ++round) {
      const auto path = dir_.write("f.bin", kind());
      try {
        const TorchPickle file(path);
        for (std::size_t i = 0; i < file.tensors().size(); ++i) {
          const TensorInfo& tensor = file.tensors()[i];
          ASSERT_EQ(file.read(i).bytes.size(),
                    static_cast<std::size_t>(element_count(tensor)) * element_size(tensor.type));
        }
      } catch (const base::BadInput&) {
        ++refused;
      }
    }
    EXPECT_GT(refused, 500);
    EXPECT_LT(refused, 1000);
  }
}

}  // namespace
}  // namespace heed::format
