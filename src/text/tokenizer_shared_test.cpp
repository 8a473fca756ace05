// Tokens that Hugging Face's tokenizers computed, with the real tokenizers of five models and those of tiny
// checkpoints.
#include <set>

#include <gtest/gtest.h>

#include "format/json.h"
#include "testing/testing.h"
#include "text/tokenizer.h"

namespace heed::text {
namespace {

using format::Json;
using std::filesystem::path;

path fixtures() {
  return heed::testing::shared_dir() / "fixtures";
}

std::vector<TokenId> ids_of(const Json& value) {
  return value.get<std::vector<TokenId>>();
}

/// Compares with each case's tokens, but for the texts whose differences the test explains; returns how many agreed.
int check_cases(const Tokenizer& tokenizer, const Json& cases, const std::set<std::string>& but = {}) {
  int agreed = 0;
  for (const Json& one : cases) {
    const auto text = one["text"].get<std::string>();
    const auto plain = tokenizer.encode(text, Specials::kNone).ids;
    if (but.contains(text)) {
      EXPECT_NE(plain, ids_of(one["ids_plain"])) << "no exception: " << text;
      continue;
    }
    EXPECT_EQ(plain, ids_of(one["ids_plain"])) << text;
    if (one.contains("ids")) {
      EXPECT_EQ(tokenizer.encode(text).ids, ids_of(one["ids"])) << text;
    }
    ++agreed;
  }
  return agreed;
}

void check_golden(const std::string& file, const std::string& golden, const std::set<std::string>& but = {}) {
  const Json document = format::read_json(fixtures() / "tokenizers/golden" / golden);
  const auto tokenizer = Tokenizer::open_file(fixtures() / "tokenizers" / file);
  EXPECT_GT(check_cases(tokenizer, document["cases"], but), 140);
}

TEST(SharedTokenizer, BertsTokensAgree) {
  HEED_NEEDS_SHARED();
  check_golden("bert/bert-base-uncased.tokenizer.json", "bert-base-uncased.json");
  check_golden("bert/bert-base-uncased-vocab.txt", "bert-base-uncased.json");
}

TEST(SharedTokenizer, T5sTokensAgree) {
  HEED_NEEDS_SHARED();
  check_golden("t5/t5-small.tokenizer.json", "t5-small.json");
  check_golden("t5/nai-t5.sentencepiece.model", "t5-small.json");
}

TEST(SharedTokenizer, Llama2sTokensAgree) {
  HEED_NEEDS_SHARED();
  check_golden("llama2/llama2.tokenizer.json", "llama-2.json");
  check_golden("llama2/tokenizer.model", "llama-2.json");
}

TEST(SharedTokenizer, MistralsTokensAgree) {
  HEED_NEEDS_SHARED();
  check_golden("mistral/mistral01.tokenizer.json", "mistral-7b-v0.1.json");
  // Its tokenizer.json puts the mark of a word only before the first stretch of a text, and only where no blank stands;
  // SentencePiece puts it before every stretch between special tokens, as does the LlamaTokenizer with "legacy".
  check_golden("mistral/tokenizer.model.v1", "mistral-7b-v0.1.json",
               {" ", "  leading and trailing  ", "</s> <s> [SEP] [CLS] <pad> <unk> [INST] </s>"});
}

TEST(SharedTokenizer, Llama3sTokensAgree) {
  HEED_NEEDS_SHARED();
  check_golden("llama3/tokenizer.model", "llama-3.json");
}

/// The folders of tiny checkpoints with tokens to compare.
std::vector<path> checkpoints() {
  std::vector<path> result;
  for (const auto& entry : std::filesystem::directory_iterator(fixtures() / "models"))
    if (std::filesystem::exists(entry.path() / "tokenizer.json") &&
        format::read_json(entry.path() / "golden.json").contains("tokens"))
      result.push_back(entry.path());
  return result;
}

TEST(SharedTokenizer, TheTinyCheckpointsTokensAgree) {
  HEED_NEEDS_SHARED();
  const auto folders = checkpoints();
  EXPECT_GE(folders.size(), 11u);
  for (const path& folder : folders) {
    SCOPED_TRACE(folder);
    const Json tokens = format::read_json(folder / "golden.json")["tokens"];
    const auto tokenizer = Tokenizer::open(folder);
    EXPECT_EQ(check_cases(tokenizer, tokens["single"]), 35);
    if (!tokens.contains("pair")) continue;
    for (const Json& pair : tokens["pair"]) {
      const auto encoding = tokenizer.encode_pair(pair["first"].get<std::string>(), pair["second"].get<std::string>(),
                                                  pair["max_length"].get<int>());
      EXPECT_EQ(encoding.ids, ids_of(pair["ids"]));
      if (!pair["type_ids"].is_null()) {
        EXPECT_EQ(encoding.type_ids, ids_of(pair["type_ids"]));
      }
    }
  }
}

TEST(SharedTokenizer, TheTinyCheckpointsOtherFilesSayTheSame) {
  HEED_NEEDS_SHARED();
  for (const path& folder : checkpoints())
    for (const char* name : {"tokenizer.model", "spiece.model", "vocab.txt"}) {
      if (!std::filesystem::exists(folder / name)) continue;
      SCOPED_TRACE(folder / name);
      const Json tokens = format::read_json(folder / "golden.json")["tokens"];
      EXPECT_EQ(check_cases(Tokenizer::open_file(folder / name), tokens["single"]), 35);
    }
}

TEST(SharedTokenizer, StartAndEndTokensAreThoseOfTheFamilies) {
  HEED_NEEDS_SHARED();
  const auto bert = Tokenizer::open(fixtures() / "models/bert-cross");
  EXPECT_EQ(bert.start_token(), bert.id("[CLS]"));
  EXPECT_EQ(bert.end_token(), bert.id("[SEP]"));
  const auto llama = Tokenizer::open(fixtures() / "models/llama2-chat");
  EXPECT_EQ(llama.start_token(), 1);
  EXPECT_EQ(llama.end_token(), 2);
  const auto llama3 = Tokenizer::open(fixtures() / "models/llama3-plain");
  EXPECT_EQ(llama3.start_token(), 1600);
  EXPECT_EQ(llama3.end_token(), 1601);
  const auto t5 = Tokenizer::open(fixtures() / "models/t5-enc-classifier");
  EXPECT_EQ(t5.start_token(), std::nullopt);
  EXPECT_EQ(t5.end_token(), 1);
  EXPECT_EQ(t5.id("<s>"), 1500);  // of added_tokens.json
  EXPECT_EQ(t5.vocabulary_size(), 1501);
}

TEST(SharedTokenizer, ARankFileHasLlama3sSpecialTokens) {
  HEED_NEEDS_SHARED();
  const auto tokenizer = Tokenizer::open_file(fixtures() / "tokenizers/llama3/tokenizer.model");
  EXPECT_EQ(tokenizer.vocabulary_size(), 128256);
  EXPECT_EQ(tokenizer.start_token(), 128000);
  EXPECT_EQ(tokenizer.end_token(), 128001);
  EXPECT_EQ(tokenizer.id("<|start_header_id|>"), 128006);
  EXPECT_EQ(tokenizer.id("<|end_header_id|>"), 128007);
  EXPECT_EQ(tokenizer.id("<|eot_id|>"), 128009);
  EXPECT_EQ(tokenizer.piece(128255), "<|reserved_special_token_250|>");
  EXPECT_EQ(tokenizer.encode("<|eot_id|>x", Specials::kStart).ids, (std::vector<TokenId>{128000, 128009, 87}));
  EXPECT_EQ(tokenizer.piece(*tokenizer.id("\xC4\xA0true")), "\xC4\xA0true");
}

}  // namespace
}  // namespace heed::text
