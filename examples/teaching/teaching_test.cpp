#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "format/safetensors_writer.h"
#include "teaching/constraints.h"
#include "teaching/invented_rows.h"
#include "teaching/medical_rows.h"
#include "teaching/small_encoder.h"
#include "teaching/vocabulary.h"
#include "teaching/words.h"
#include "testing/testing.h"

namespace heed::teaching {
namespace {

using testing::TemporaryDir;

TEST(TeachingWords, ShareARootWithTheirPluralAndTheirVerbForms) {
  EXPECT_EQ(root_of("tumors"), "tumor");
  EXPECT_EQ(root_of("treated"), root_of("treating"));
  EXPECT_EQ(root_of("bus"), "bus");
  EXPECT_EQ(words_of("A \"Night-train\" of 1998"), (std::vector<std::string>{"a", "night", "train", "of"}));
}

TEST(TeachingVocabulary, LetsBothFormsOfAWordBeginWithOnePiece) {
  const std::vector<std::string> texts(4, "tumor tumors carcinogenesis");
  const auto pieces = make_vocabulary(texts, 10, 10);
  const std::set<std::string> known(pieces.begin(), pieces.end());
  EXPECT_EQ(known.size(), pieces.size());
  EXPECT_TRUE(known.contains("tumor") && known.contains("##s"));
  EXPECT_FALSE(known.contains("tumors"));
}

Pair cider_pair() {
  return {"cider", "Cider in Norway", "A press was repaired in Bergen.", true};
}

InstructionWriter writer_of(std::string other) {
  return InstructionWriter(
      {{}, [other](base::Random&) { return other; }, [](const std::string& word) { return word.size() > 4; }}, 1);
}

TEST(InstructionWriter, CallsAPairIrrelevantExactlyWhereTheInstructionExcludesAWordOfTheDocument) {
  InstructionWriter writer = writer_of("glacier");
  const std::set<std::string> own = {"norway", "press", "repaired", "bergen"};
  std::size_t excluded = 0;
  for (int i = 0; i < 500; ++i) {
    const train::Row row = writer.constrained(cider_pair())[0];
    std::string lower = row.instruction;
    std::ranges::transform(lower, lower.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    const bool names_own =
        std::ranges::any_of(own, [&](const auto& word) { return lower.find(word) != std::string::npos; });
    if (!row.is_relevant) {
      EXPECT_TRUE(names_own) << row.instruction;
      ++excluded;
    }
  }
  EXPECT_GT(excluded, 350U);
  EXPECT_LT(excluded, 450U);
}

TEST(InstructionWriter, NeverMakesAPairRelevant) {
  InstructionWriter writer = writer_of("glacier");
  Pair pair = cider_pair();
  pair.is_relevant = false;
  for (std::size_t i = 0; i < 100; ++i) EXPECT_FALSE(writer.constrained(pair)[i % 2].is_relevant);
}

/// Word `i` of a small language; it has no endings.
std::string invented_word(std::size_t i) {
  const std::string letters = "bdgklmnprt";
  return {letters[i % 10], 'o', letters[i / 10 % 10], 'u', letters[i / 100]};
}

/// A collection of 40 documents of 60 words each and two topics, of which a benchmark measures the first.
void write_medical(const std::filesystem::path& collection, const std::filesystem::path& benchmark) {
  std::string corpus, pairs = "query-id\tcorpus-id\tscore\n";
  for (std::size_t i = 0; i < 40; ++i) {
    std::string text;
    for (std::size_t k = 0; k < 60; ++k) text += (k == 0 ? "" : " ") + invented_word((i * 71 + k * (1 + i % 3)) % 1000);
    const std::string id = "d" + std::to_string(i);
    corpus += R"({"_id":")" + id + R"(","title":"title )" + invented_word(i) + R"(","text":")" + text + "\"}\n";
    pairs += (i < 10 ? "measured\t" : "taught\t") + id + "\t1\n";
  }
  base::write_file(collection / "corpus.jsonl", corpus);
  base::write_file(collection / "queries.jsonl",
                   "{\"_id\":\"measured\",\"text\":\"what is measured\"}\n"
                   "{\"_id\":\"taught\",\"text\":\"what is taught\"}\n");
  base::write_file(collection / "qrels/test.tsv", pairs);
  base::write_file(benchmark / "corpus.jsonl", corpus);
  base::write_file(benchmark / "queries.jsonl",
                   R"({"_id":"measured","text":"what is measured","instruction_og":"a","instruction_changed":"a b"})"
                   "\n");
  std::string candidates, judgments;
  for (std::size_t i = 0; i < 10; ++i) {
    const std::string id = "d" + std::to_string(i);
    candidates += R"({"qid":"measured","pid":")" + id + "\"}\n";
    judgments += R"({"query-id":"measured","corpus-id":")" + id + "\",\"score\":1}\n";
  }
  base::write_file(benchmark / "top_ranked.jsonl", candidates);
  base::write_file(benchmark / "qrels_og/test.jsonl", judgments);
  base::write_file(benchmark / "qrels_changed/test.jsonl", judgments);
}

TEST(MedicalRows, TeachNothingThatIsMeasuredAndShortTextsFirst) {
  const TemporaryDir dir;
  write_medical(dir.path() / "collection", dir.path() / "benchmark");
  const MedicalRows rows = make_medical_rows({dir.path() / "collection", dir.path() / "benchmark", 200, 400});
  EXPECT_EQ(rows.base.size(), 200U);
  ASSERT_EQ(rows.teach.size(), 400U);
  ASSERT_EQ(rows.control.size(), 400U);
  EXPECT_EQ(rows.topics, 1U);
  EXPECT_EQ(rows.texts.size(), 30U);
  std::set<std::string> measured;
  for (std::size_t i = 0; i < 10; ++i) measured.insert("title " + invented_word(i));
  for (const auto* list : {&rows.base, &rows.teach, &rows.control}) {
    for (const train::Row& row : *list) {
      EXPECT_NE(row.query, "what is measured");
      EXPECT_FALSE(measured.contains(row.title)) << row.title;
    }
  }
  for (const auto* list : {&rows.teach, &rows.control}) {
    for (std::size_t i = 0; i < 200; ++i) EXPECT_EQ(words_of((*list)[i].text).size(), 24U);
    for (std::size_t i = 320; i < 400; ++i) EXPECT_EQ(words_of((*list)[i].text).size(), 60U);
  }
}

TEST(SmallEncoder, HasTheSameBytesAgain) {
  const TemporaryDir dir;
  const std::vector<std::string> texts(4, "night train services");
  const auto pieces = make_vocabulary(texts, 10, 10);
  write_small_encoder({pieces, texts, texts}, dir.path() / "a");
  write_small_encoder({pieces, texts, texts}, dir.path() / "b");
  for (const char* name : {"model.safetensors", "config.json", "heed.json", "vocab.txt"})
    EXPECT_EQ(base::read_file(dir.path() / "a" / name), base::read_file(dir.path() / "b" / name)) << name;
}

float float_of(std::uint16_t half) {
  const int exponent = half >> 10 & 31;
  const float fraction = static_cast<float>(half & 1023) / 1024;
  const float size = exponent == 0 ? std::ldexp(fraction, -14) : std::ldexp(1 + fraction, exponent - 15);
  return half & 0x8000 ? -size : size;
}

TEST(SmallEncoder, LosesLessThanAThousandthInHalfPrecision) {
  const TemporaryDir dir;
  const std::vector<std::string> texts(4, "night train services");
  const auto pieces = make_vocabulary(texts, 10, 10);
  write_small_encoder({pieces, texts, texts}, dir.path() / "a");
  write_in_half(dir.path() / "a", dir.path() / "b");
  const auto whole = format::read_safetensors(dir.path() / "a" / "model.safetensors");
  const auto half = format::read_safetensors(dir.path() / "b" / "model.safetensors");
  ASSERT_EQ(whole.size(), half.size());
  for (std::size_t t = 0; t < whole.size(); ++t) {
    for (std::size_t i = 0; i * 4 < whole[t].bytes.size(); ++i) {
      float value = 0;
      std::uint16_t bits = 0;
      std::memcpy(&value, whole[t].bytes.data() + 4 * i, 4);
      std::memcpy(&bits, half[t].bytes.data() + 2 * i, 2);
      ASSERT_NEAR(float_of(bits), value, std::abs(value) / 1000 + 1e-7) << whole[t].info.name;
    }
  }
}

TEST(InventedRows, ContainNoSentenceOfTheDemo) {
  const TemporaryDir dir;
  std::string words;
  const auto corpus = base::read_file(testing::source_dir() / "data/demo/corpus.jsonl");
  for (const std::string& word : words_of(corpus)) words += word + "\n";  // its own words: the hardest case
  base::write_file(dir.path() / "words", words);
  const InventedRows rows = make_invented_rows(dir.path() / "words", 500, 1);
  for (const auto* list : {&rows.base, &rows.teach}) {
    for (const train::Row& row : *list) {
      std::size_t at = 0;
      while (at < row.text.size()) {
        const std::size_t end = std::min(row.text.find(". ", at), row.text.size());
        EXPECT_EQ(corpus.find(row.text.substr(at, end - at)), std::string::npos) << row.text.substr(at, end - at);
        at = end + 2;
      }
    }
  }
}

TEST(InventedRows, RefuseAListThatIsTooShort) {
  const TemporaryDir dir;
  base::write_file(dir.path() / "words", "one\ntwo\n");
  EXPECT_THROW(make_invented_rows(dir.path() / "words", 5, 1), base::BadInput);
}

}  // namespace
}  // namespace heed::teaching
