#include "train/llama_factory.h"

#include <gtest/gtest.h>

#include "base/file.h"
#include "recipe/presets.h"
#include "testing/testing.h"

namespace heed::train {
namespace {

// As LLaMA-Factory joins them: instruction, a line's end, input; and its template "mistral" around it:
// "<s>" + "[INST] {content}[/INST]".
TEST(LlamaFactory, ThePromptIsThatOfFollowIr7bButForTwoBlanks) {
  const format::Json row = alpaca_row({"a query", "an instruction", "", "a text", true});
  const std::string content = row["instruction"].get<std::string>() + "\n" + row["input"].get<std::string>();
  const std::string prompt = "<s>[INST] " + content + "[/INST]";
  const recipe::Preset* const preset = recipe::find_preset("FollowIR-7B");
  ASSERT_NE(preset, nullptr);
  std::string wanted = format::Json::parse(preset->sound)["prompt"];
  wanted.replace(wanted.find("{need}"), 6, "a query an instruction");
  wanted.replace(wanted.find("{document}"), 10, "a text");
  EXPECT_EQ("<s> " + prompt.substr(3) + " ", wanted);
  EXPECT_EQ(row["output"], "true");
}

TEST(LlamaFactory, GetsAFolderThatItReads) {
  const testing::TemporaryDir dir;
  const std::vector<Row> rows = {{"q", "", "a title", "a \"text\"\nof two lines", false}, {"q", "i", "", "x", true}};
  write_llama_factory(dir.path() / "teach", rows);
  const auto json = format::read_json(dir.path() / "teach" / "heed_rows.json");
  ASSERT_EQ(json.size(), 2u);
  EXPECT_EQ(json[0], alpaca_row(rows[0]));
  EXPECT_TRUE(json[0]["input"].get<std::string>().starts_with(
      "Query: q\nDocument: a title a \"text\"\nof two lines\nRelevant (only"));
  const auto info = format::read_json(dir.path() / "teach" / "dataset_info.json");
  EXPECT_EQ(info["heed_rows"]["file_name"], "heed_rows.json");
  EXPECT_EQ(info["heed_rows"]["columns"]["query"], "input");
  const std::string yaml = base::read_file(dir.path() / "teach" / "train.yaml");
  for (const char* const line : {"lora_rank: 8\n", "lora_alpha: 16\n", "template: mistral\n", "cutoff_len: 2048\n",
                                 "learning_rate: 3.0e-5\n", "num_train_epochs: 8.0\n"})
    EXPECT_NE(yaml.find(line), std::string::npos) << line;
}

}  // namespace
}  // namespace heed::train
