#include "train/lessons.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "testing/fake_learner.h"
#include "testing/testing.h"

namespace heed::train {
namespace {

using testing::complaint_of;
using testing::TemporaryDir;

recipe::ModelRecipe recipe_of(const char* json) {
  return recipe::read_recipe(format::Json::parse(json), "test");
}

recipe::ModelRecipe decoder(int max_length = 64) {
  return recipe_of((R"({"kind":"decoder-reranker","prompt":"{need} d {document} r","true":"true","false":"false",
    "add_bos":false,"max_length":)" +
                    std::to_string(max_length) + "}")
                       .c_str());
}

collection::Document document(std::string_view text) {
  return {collection::DocumentId("d"), "", text};
}

TEST(Lessons, AnExampleIsThePromptAndItsAnswer) {
  const TemporaryDir dir;
  testing::write_teachable_model(dir);
  const Lessons lessons = Lessons::open(dir.path(), decoder(), std::nullopt);
  const Example example = lessons.example({"a", "b"}, document("c"), recipe::Label::kTrue);
  EXPECT_EQ(example.ids, (std::vector<infer::TokenId>{7, 8, 10, 9, 24, 3, 2}));
  EXPECT_EQ(example.answer, 2u);
  EXPECT_EQ(lessons.question({"a", "b"}, document("c")).ids, (std::vector<infer::TokenId>{7, 8, 10, 9, 24}));
  EXPECT_EQ(lessons.answers(), (std::vector<infer::TokenId>{4, 3}));
  EXPECT_EQ(lessons.lesson(example).terms(), 2u);
}

TEST(Lessons, ALongDocumentLeavesRoomForTheAnswerAndIsCutTheSameForBothLabels) {
  const TemporaryDir dir;
  testing::write_teachable_model(dir);
  const Lessons lessons = Lessons::open(dir.path(), decoder(), 12);
  const std::string text = "c c c c c c c c c c c c c c c";
  const Example yes = lessons.example({"a", "b"}, document(text), recipe::Label::kTrue);
  const Example no = lessons.example({"a", "b"}, document(text), recipe::Label::kFalse);
  EXPECT_EQ(yes.ids.size(), 12u);
  EXPECT_EQ(yes.ids[9], 24);  // the prompt keeps its end
  EXPECT_TRUE(std::equal(yes.ids.begin(), yes.ids.end() - 2, no.ids.begin()));
  EXPECT_TRUE(yes.is_cut && no.is_cut);
  const auto is_cut = [&](const char* words) { return lessons.question({"a", "b"}, document(words)).is_cut; };
  EXPECT_FALSE(is_cut("c c c c c c"));  // with need, d, r and an answer 12 tokens
  EXPECT_TRUE(is_cut("c c c c c c c"));
}

TEST(Lessons, APromptThatTheRecipeCutsOnTheRightIsKnownToo) {
  const TemporaryDir dir;
  testing::write_teachable_model(dir);
  const Lessons lessons =
      Lessons::open(dir.path(), recipe_of(R"({"kind":"decoder-reranker","prompt":"{need} d {document} r",
    "true":"true","false":"false","add_bos":false,"truncate":"right","max_length":12})"),
                    std::nullopt);
  EXPECT_FALSE(lessons.question({"a", "b"}, document("c c c c c c")).is_cut);
  EXPECT_TRUE(lessons.question({"a", "b"}, document("c c c c c c c")).is_cut);
}

TEST(Lessons, WhatCannotBeTaughtIsRefused) {
  const TemporaryDir dir;
  testing::write_teachable_model(dir);
  const auto open = [&](const recipe::ModelRecipe& recipe) { Lessons::open(dir.path(), recipe, std::nullopt); };
  EXPECT_NE(complaint_of([&] {
              open(recipe_of(R"({"kind":"bi-encoder","pooling":"mean","max_length":64})"));
            }).find("a bi-encoder's; what can be taught is a decoder-reranker"),
            std::string::npos);
  EXPECT_NE(complaint_of([&] {
              open(recipe_of(R"({"kind":"cross-encoder","max_length":64})"));
            }).find("is a cross-encoder's, which llama is not"),
            std::string::npos);
  EXPECT_THROW(Lessons::open(dir.path(), decoder(), 65), base::BadUsage);
  EXPECT_THROW(Lessons::open(dir.path(), decoder(512), 129), base::BadUsage);  // the model has 128 positions
  EXPECT_EQ(Lessons::open(dir.path(), decoder(512), std::nullopt).max_length(), 128);
  const Lessons lessons = Lessons::open(dir.path(), decoder(), 8);
  EXPECT_THROW(lessons.example({"a a a a a a a a", ""}, document("c"), recipe::Label::kTrue), base::BadInput);
}

}  // namespace
}  // namespace heed::train
