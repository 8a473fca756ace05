// Examples against the token ids that transformers' tokenizer gave LLaMA-Factory's form of the same rows.

#include <fstream>

#include <gtest/gtest.h>

#include "testing/testing.h"
#include "train/lessons.h"

namespace heed::train {
namespace {

TEST(LessonsOfAModel, AreThePromptsAndAnswersOfTheGoldenTrace) {
  HEED_NEEDS_SHARED();
  const auto folder = testing::shared_dir() / "fixtures/models/train-lora";
  const auto golden = format::read_json(folder / "golden.json");
  const Lessons lessons = Lessons::open(folder, recipe::read_recipe_file(folder / "heed.json"), std::nullopt);
  for (const auto& one : golden["examples"]) {
    const auto text = [&](const char* name) { return one[name].get<std::string>(); };
    const std::string query = text("query"), instruction = text("instruction"), document = text("document");
    auto expected = one["prompt_ids"].get<std::vector<infer::TokenId>>();
    const auto answer = one["answer_ids"].get<std::vector<infer::TokenId>>();
    expected.insert(expected.end(), answer.begin(), answer.end());
    const Example example =
        lessons.example({query, instruction}, {collection::DocumentId("d"), "", document}, text("label") == "true");
    EXPECT_EQ(example.ids, expected);
    EXPECT_EQ(example.answer, answer.size());
  }
}

}  // namespace
}  // namespace heed::train
