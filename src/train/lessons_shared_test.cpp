// Examples against the token ids that transformers' tokenizer gave LLaMA-Factory's form of the same rows.

#include <fstream>

#include <gtest/gtest.h>

#include "testing/testing.h"
#include "train/lessons.h"

namespace heed::train {
namespace {

TEST(LessonsOfAModel, AreThePromptsAndAnswersOfTheGoldenTrace) {
  HEED_NEEDS_SHARED();
  const auto folder = testing::model_fixture("train-lora");
  const auto golden = format::read_json(folder / "golden.json");
  const Lessons lessons = Lessons::open(folder, recipe::read_recipe_file(folder / "heed.json"), std::nullopt);
  for (const auto& one : golden["examples"]) {
    const auto text = [&](const char* name) { return one[name].get<std::string>(); };
    const std::string query = text("query"), instruction = text("instruction"), document = text("document");
    auto expected = one["prompt_ids"].get<std::vector<infer::TokenId>>();
    const auto answer = one["answer_ids"].get<std::vector<infer::TokenId>>();
    expected.insert(expected.end(), answer.begin(), answer.end());
    const Example example = lessons.example({query, instruction}, {collection::DocumentId("d"), "", document},
                                            text("label") == "true" ? recipe::Label::kTrue : recipe::Label::kFalse);
    EXPECT_EQ(example.ids, expected);
    EXPECT_EQ(example.answer, answer.size());
  }
}

TEST(LessonsOfAModel, WhatIsTaughtIsWhatIsScored) {
  HEED_NEEDS_SHARED();
  for (const char* const name :
       {"mistral-followir", "mistral-instruct", "llama2-chat", "llama3-plain", "bert-cross", "t5-enc-classifier"}) {
    const auto folder = testing::model_fixture(name);
    const auto golden = format::read_json(folder / "golden.json");
    const auto recipe = recipe::read_recipe_file(folder / "heed.json");
    const Lessons lessons = Lessons::open(folder, recipe, std::nullopt);
    for (const auto& one : golden["cases"]) {
      const auto text = [&](const char* field) { return one[field].get<std::string>(); };
      const std::string query = text("query"), instruction = text("instruction"), document = text("document");
      const auto expected = one["ids"].get<std::vector<infer::TokenId>>();
      const Example question = lessons.question({query, instruction}, {collection::DocumentId("d"), "", document});
      // A prompt of nearly all positions has to leave room for its answer.
      if (static_cast<int>(expected.size()) + 8 > lessons.max_length() && !lessons.answers().empty()) {
        EXPECT_LT(question.ids.size(), expected.size()) << name;
        continue;
      }
      EXPECT_EQ(question.ids, expected) << name;
      if (one.contains("score")) {
        const auto logits = one["logits"].get<std::vector<float>>();
        EXPECT_NEAR(lessons.score(logits), one["score"].get<double>(), 1e-5) << name;
      }
    }
  }
}

TEST(LessonsOfAModel, AClassifierLearnsTheLogitOfTheLabel) {
  HEED_NEEDS_SHARED();
  const auto folder = testing::model_fixture("bert-cross");
  auto recipe = recipe::read_recipe_file(folder / "heed.json");
  auto& pair = std::get<recipe::CrossEncoderRecipe>(recipe.kind);
  const auto lesson = [&](recipe::Label label) {
    const Lessons lessons = Lessons::open(folder, recipe, std::nullopt);
    const Example example = lessons.example({"a", ""}, {collection::DocumentId("d"), "", "b"}, label);
    infer::Lesson made = lessons.lesson(example);
    EXPECT_EQ(made.answer, 0u);
    EXPECT_EQ(made.terms(), 1u);
    made.ids = made.type_ids = {};
    return made;
  };
  pair.label = 1;
  EXPECT_EQ(lesson(recipe::Label::kTrue).label, 1);
  EXPECT_EQ(lesson(recipe::Label::kFalse).label, 0);
  pair.label = 0;
  EXPECT_EQ(lesson(recipe::Label::kTrue).label, 0);
  EXPECT_EQ(lesson(recipe::Label::kFalse).label, 1);
  const Lessons softmax = Lessons::open(folder, recipe, std::nullopt);
  softmax.expect_labels(2);
  EXPECT_NE(testing::complaint_of([&] { softmax.expect_labels(3); }).find("3 labels"), std::string::npos);
  pair.activation = recipe::Activation::kSigmoid;
  EXPECT_EQ(lesson(recipe::Label::kFalse).label, 0);
  EXPECT_FALSE(lesson(recipe::Label::kFalse).is_true);
  EXPECT_EQ(lesson(recipe::Label::kTrue).loss, infer::Lesson::Loss::kSigmoid);
  Lessons::open(folder, recipe, std::nullopt).expect_labels(1);
}

}  // namespace
}  // namespace heed::train
