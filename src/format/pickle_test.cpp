#include "format/pickle.h"

#include <gtest/gtest.h>

#include "format/fields.h"
#include "testing/testing.h"

namespace heed::format {
namespace {

using heed::testing::complaint_of;
using namespace std::string_literals;

constexpr std::string_view kGlobals[] = {"collections OrderedDict", "m f"};

Pickle parse(std::string_view bytes) {
  return Pickle(std::as_bytes(std::span(bytes)), kGlobals, "f");
}

std::string complaint(std::string_view bytes) {
  return complaint_of([&] { parse(bytes); });
}

/// Nearly as Python shows it.
std::string shown(const Pickle& pickle, const Pickle::Value& value, int depth = 0) {
  if (depth > 4) return "...";
  const auto items = [&](const std::string& open, const std::string& close) {
    std::string all;
    for (const Pickle::Ref ref : value.items) all += (all.empty() ? "" : ", ") + shown(pickle, pickle[ref], depth + 1);
    return open + all + close;
  };
  switch (value.kind) {
    case Pickle::Kind::kNone:
      return "None";
    case Pickle::Kind::kBool:
      return value.integer != 0 ? "True" : "False";
    case Pickle::Kind::kInt:
      return std::to_string(value.integer);
    case Pickle::Kind::kFloat:
      return "float " + exact(value.number);
    case Pickle::Kind::kString:
      return "'" + value.text + "'";
    case Pickle::Kind::kTuple:
      return items("(", ")");
    case Pickle::Kind::kList:
      return items("[", "]");
    case Pickle::Kind::kDict:
      return items("{", "}");
    case Pickle::Kind::kGlobal:
      return value.text;
    case Pickle::Kind::kCall:
      return items("call(", ")");
    case Pickle::Kind::kPersistent:
      return items("stored(", ")");
  }
  return "?";
}

std::string shown(std::string_view bytes) {
  const Pickle pickle = parse(bytes);
  return shown(pickle, pickle[pickle.root()]);
}

// OrderedDict(a=(1, -2, 300, 70000), b=[2.5, None, True]) as Python 3.11 pickles it.
const std::string kProtocol2 =
    "\200\002ccollections\nOrderedDict\nq\000)Rq\001(X\001\000\000\000aq\002(K\001J\376\377\377\377M,\001J"
    "p\021\001\000tq\003X\001\000\000\000bq\004]q\005(G@\004\000\000\000\000\000\000N\210eu."s;
const std::string kProtocol4 =
    "\200\004\225M\000\000\000\000\000\000\000\214\013collections\224\214\013OrderedDict\224\223\224)R\224(\214\001a"
    "\224(K\001J\376\377\377\377M,\001Jp\021\001\000t\224\214\001b\224]\224(G@\004\000\000\000\000\000\000N\210eu."s;

TEST(Pickle, TheProtocolsOfPythonSayTheSame) {
  const std::string what = "{'a', (1, -2, 300, 70000), 'b', [float 2.5, None, True]}";
  EXPECT_EQ(shown(kProtocol2), what);
  EXPECT_EQ(shown(kProtocol4), what);
}

TEST(Pickle, EveryInstructionDoesWhatItDoesInPython) {
  const std::pair<std::string, std::string> cases[] = {
      {"N", "None"},
      {"\210", "True"},
      {"\211", "False"},
      {"K\377", "255"},
      {"M\377\377", "65535"},
      {"J\000\000\000\200"s, "-2147483648"},
      {"\212\000"s, "0"},
      {"\212\001\377", "-1"},
      {"\212\002\377\000"s, "255"},
      {"\212\010\000\000\000\000\000\000\000\200"s, "-9223372036854775808"},
      {"G?\360\000\000\000\000\000\000"s, "float 1"},
      {"G\300\010\000\000\000\000\000\000"s, "float -3"},
      {"X\002\000\000\000\303\244"s, "'\303\244'"},
      {"T\001\000\000\000x"s, "'x'"},
      {"B\001\000\000\000x"s, "'x'"},
      {"U\001x", "'x'"},
      {"C\001x", "'x'"},
      {"\214\001x", "'x'"},
      {"\214\000"s, "''"},
      {"\215\001\000\000\000\000\000\000\000x"s, "'x'"},
      {")", "()"},
      {"K\001\205", "(1)"},
      {"K\001K\002\206", "(1, 2)"},
      {"K\001K\002K\003\207", "(1, 2, 3)"},
      {"(K\001K\002K\003K\004t", "(1, 2, 3, 4)"},
      {"(t", "()"},
      {"]", "[]"},
      {"]K\001a", "[1]"},
      {"](K\001K\002e", "[1, 2]"},
      {"](e", "[]"},
      {"}", "{}"},
      {"}K\001K\002s", "{1, 2}"},
      {"}(K\001K\002K\003K\004u", "{1, 2, 3, 4}"},
      {"K\001N0", "1"},
      {"K\001q\000N0h\000\206"s, "(1, 1)"},
      {"K\001r\000\001\000\000j\000\001\000\000\206"s, "(1, 1)"},
      {"K\001\224K\002\224h\000h\001\206"s, "(1, 2)"},
      {"cm\nf\n", "m f"},
      {"U\001mU\001f\223", "m f"},
      {"cm\nf\nK\001\205R", "call(m f, (1))"},
      {"ccollections\nOrderedDict\n)RK\001K\002s", "{1, 2}"},
      {"}}b", "{}"},
      {"U\001xQ", "stored('x')"},
      {"\200\004\225\001\000\000\000\000\000\000\000N"s, "None"},
  };
  for (const auto& [bytes, what] : cases) EXPECT_EQ(shown(bytes + "."), what);
}

TEST(Pickle, NumbersAboveEightBytesKeepTheirLowOnes) {
  const Pickle pickle = parse("\212\012l\374\234F\371 j\250P\031.");  // torch.save's 0x1950a86a20f9469cfc6c
  EXPECT_EQ(static_cast<std::uint64_t>(pickle[pickle.root()].integer), 0xa86a20f9469cfc6cu);
}

TEST(Pickle, TheRestOfTheBytesIsLeft) {
  for (const std::string& bytes : {kProtocol2, kProtocol4}) EXPECT_EQ(parse(bytes + bytes).size(), bytes.size());
}

TEST(Pickle, SharedAndCircularValuesAreHarmless) {
  EXPECT_EQ(shown("]q\000h\000a."s), "[[[[[...]]]]]");
  EXPECT_EQ(shown("}q\000K\001h\000s."s), "{1, {1, {1, {1, {..., ...}}}}}");
  EXPECT_EQ(shown("]q\000h\000\205q\001a."s), "[([([...])])]");
  EXPECT_EQ(shown("]q\000(h\000h\000e."s).substr(0, 8), "[[[[[..."s);
}

TEST(Pickle, ADictionaryIsSearchedByStrings) {
  const Pickle pickle = parse("}(K\001K\002U\001aK\003U\001bK\004u.");
  const auto& dict = pickle[pickle.root()];
  ASSERT_NE(pickle.find(dict, "b"), nullptr);
  EXPECT_EQ(pickle.find(dict, "b")->integer, 4);
  EXPECT_EQ(pickle.find(dict, ""), nullptr);
  EXPECT_EQ(pickle.find(*pickle.find(dict, "b"), "b"), nullptr);
  EXPECT_EQ(pickle.values().size(), 7u);
}

TEST(Pickle, WhatAsksToRunSomethingIsRefused) {
  const auto refusal = [](const std::string& name) {
    return "f: the pickle asks for " + name + ", which is none of what a dictionary of tensors needs; nothing was run";
  };
  const std::string command = "X\007\000\000\000echo hi\205R."s;
  EXPECT_EQ(complaint("cos\nsystem\n" + command), refusal("os.system") + " (byte 11)");
  EXPECT_EQ(complaint("U\002osU\006system\223" + command), refusal("os.system") + " (byte 13)");
  EXPECT_EQ(complaint("c__builtin__\neval\n" + command), refusal("__builtin__.eval") + " (byte 18)");
  EXPECT_EQ(complaint("\200\004\214\010builtins\224\214\004eval\224\223" + command),
            refusal("builtins.eval") + " (byte 21)");
  // The allowed names are allowed as they are, and not in parts.
  EXPECT_NE(complaint("ccollections\nOrderedDict.copy\n."), "");
  EXPECT_NE(complaint("ccollections OrderedDict\n\n."), "");
  EXPECT_NE(complaint("cm\nF\n."), "");
  EXPECT_NE(complaint("c\n\n."), "");
  for (const char opcode : {'i', 'o', '\201', '\222', '\202', '\203', '\204'})  // the other ways to a class
    EXPECT_NE(complaint("(cm\nf\n)}"s + opcode + "m\nf\n.").find(", which torch.save does not write"),
              std::string::npos);
}

TEST(Pickle, OnlyFunctionsAreCalledAndOnlyWithTuples) {
  EXPECT_EQ(complaint("K\001)R."), "f: the pickle calls what is no function (byte 4)");
  EXPECT_EQ(complaint("cm\nf\nK\001R."), "f: the pickle calls what is no function (byte 8)");
  EXPECT_EQ(complaint("cm\nf\n]R."), "f: the pickle calls what is no function (byte 7)");
  EXPECT_EQ(complaint("cm\nf\n)R)R."), "f: the pickle calls what is no function (byte 9)");
  EXPECT_EQ(complaint("cm\nf\n(R."), "f: the pickle takes more from its stack than is there (byte 7)");
  EXPECT_EQ(complaint("K\001K\002\223."), "f: the pickle names no global (byte 5)");
}

TEST(Pickle, CutShortAnywhereItIsRefused) {
  for (const std::string& bytes : {kProtocol2, kProtocol4})
    for (std::size_t size = 0; size < bytes.size(); ++size)
      EXPECT_EQ(complaint(bytes.substr(0, size)).substr(0, 27), "f: the pickle is cut short ") << size;
}

TEST(Pickle, LengthsBeyondTheBytesAreRefused) {
  const std::string cut = "f: the pickle is cut short";
  for (const std::string& bytes : {"\215\377\377\377\377\377\377\377\377x."s, "\215\377\377\377\377\377\377\377\177x."s,
                                   "\215\003\000\000\000\000\000\000\000x."s, "X\377\377\377\377x."s,
                                   "T\377\377\377\177x."s, "B\003\000\000\000x."s, "\214\003x."s, "U\377x."s,
                                   "C\377x."s, "\212\377x."s, "\225\000\000."s, "cos"s, "cos\nsystem"s})
    EXPECT_EQ(complaint(bytes).substr(0, cut.size()), cut);
  // LONG4, whose length may be negative, and bytearrays: nothing that torch.save writes.
  EXPECT_EQ(complaint("\213\377\377\377\377x."),
            "f: the pickle has the opcode 139, which torch.save does not write (byte 1)");
  EXPECT_EQ(complaint("\226\377\377\377\377\377\377\377\177x."),
            "f: the pickle has the opcode 150, which torch.save does not write (byte 1)");
}

TEST(Pickle, WhatIsInconsistentIsRefused) {
  const auto why = [](const std::string& bytes) {
    const std::string text = complaint(bytes);
    return text.substr(0, text.rfind(" (byte "));
  };
  const std::string empty = "f: the pickle takes more from its stack than is there", add = "f: the pickle adds to ";
  EXPECT_EQ(why("."), empty);
  EXPECT_EQ(why("(."), empty);
  EXPECT_EQ(why("0."), empty);
  EXPECT_EQ(why("\205."), empty);
  EXPECT_EQ(why("K\001\206."), empty);
  EXPECT_EQ(why("K\001(K\002\206."), empty);
  EXPECT_EQ(why("K\001K\002\207."), empty);
  EXPECT_EQ(why("Q."), empty);
  EXPECT_EQ(why("b."), empty);
  EXPECT_EQ(why("t."), "f: the pickle has no mark where one is needed");
  EXPECT_EQ(why("]e."), "f: the pickle has no mark where one is needed");
  EXPECT_EQ(why("}u."), "f: the pickle has no mark where one is needed");
  EXPECT_EQ(why("K\001s."), empty);
  EXPECT_EQ(why("]K\001s."), add + "something that does not take it");
  EXPECT_EQ(why("]K\001K\002s."), add + "something that does not take it");
  EXPECT_EQ(why("}K\001a."), add + "something that does not take it");
  EXPECT_EQ(why(")K\001a."), add + "something that does not take it");
  EXPECT_EQ(why("(e."), add + "something that does not take it");
  EXPECT_EQ(why("((e."), add + "something that does not take it");
  EXPECT_EQ(why("}(K\001u."), "f: the pickle has a key without a value");
  EXPECT_EQ(why("q\000."s), "f: the pickle remembers nothing");
  EXPECT_EQ(why("(\224."), "f: the pickle remembers nothing");
  EXPECT_EQ(why("Nq\001h\002."), "f: the pickle recalls what it never remembered");
  EXPECT_EQ(why("Nq\001j\001\001\000\000."s), "f: the pickle recalls what it never remembered");
  EXPECT_EQ(why("\377."), "f: the pickle has the opcode 255, which torch.save does not write");
}

std::string repeated(std::string_view what, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += what;
  return all;
}

TEST(Pickle, AMillionDeepIsNoTrouble) {
  constexpr std::size_t kMillion = 1'000'000;
  EXPECT_EQ(shown("N" + repeated("\205", kMillion) + "."), "(((((...)))))");
  EXPECT_EQ(shown(repeated("(", kMillion) + repeated("t", kMillion) + "."), "(((((...)))))");
  EXPECT_EQ(shown(repeated("]", kMillion) + repeated("a", kMillion - 1) + "."), "[[[[[...]]]]]");
  EXPECT_EQ(complaint(repeated("(", kMillion) + "."),
            "f: the pickle takes more from its stack than is there (byte 1000001)");
}

TEST(Pickle, OneThatIsLongerThanAnyDictionaryOfTensorsIsRefused) {
  EXPECT_EQ(complaint(std::string(Pickle::kMostInstructions, '(') + "."),
            "f: the pickle is longer than any dictionary of tensors (byte 8000000)");
}

}  // namespace
}  // namespace heed::format
