#include "text/post_processor.h"

#include <gtest/gtest.h>

#include "testing/testing.h"

namespace heed::text {
namespace {

using heed::testing::complaint_of;
using Ids = std::vector<TokenId>;

constexpr int kSize = 100;

PostProcessor processor_of(const std::string& description) {
  const auto json = format::IndexedJson::parse(description);
  return read_post_processor(JsonPart(json, "f: post_processor"), kSize);
}

std::string complaint(const std::string& description) {
  return complaint_of([&] { processor_of(description); });
}

TEST(PostProcessor, BertsAndRobertasTemplates) {
  const auto bert = processor_of(R"({"type": "BertProcessing", "cls": ["[CLS]", 1], "sep": ["[SEP]", 2]})");
  EXPECT_EQ(bert.single({7, 8}, Specials::kAll, {}).ids, (Ids{1, 7, 8, 2}));
  EXPECT_EQ(bert.pair({7}, {8}, {}).ids, (Ids{1, 7, 2, 8, 2}));
  EXPECT_EQ(bert.pair({7}, {8}, {}).type_ids, (Ids{0, 0, 0, 1, 1}));
  const auto roberta = processor_of(R"({"type": "RobertaProcessing", "cls": ["<s>", 1], "sep": ["</s>", 2]})");
  EXPECT_EQ(roberta.pair({7}, {8}, {}).ids, (Ids{1, 7, 2, 2, 8, 2}));
  EXPECT_EQ(roberta.pair({7}, {8}, {}).type_ids, (Ids{0, 0, 0, 0, 0, 0}));
}

const std::string kTemplate = R"({"type": "TemplateProcessing",
  "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 3}}],
  "pair": [{"Sequence": {"id": "B", "type_id": 1}}, {"SpecialToken": {"id": "<s>", "type_id": 2}},
           {"Sequence": {"id": "A", "type_id": 0}}],
  "special_tokens": {"<s>": {"id": "<s>", "ids": [5, 6], "tokens": ["x", "y"]}}})";

TEST(PostProcessor, ATemplateSaysOrderAndTypes) {
  const auto processor = processor_of(kTemplate);
  EXPECT_EQ(processor.single({7}, Specials::kAll, {}).ids, (Ids{5, 6, 7}));
  EXPECT_EQ(processor.single({7}, Specials::kAll, {}).type_ids, (Ids{0, 0, 3}));
  EXPECT_EQ(processor.single({7}, Specials::kNone, {}).ids, (Ids{7}));
  EXPECT_EQ(processor.pair({7}, {8}, {}).ids, (Ids{8, 5, 6, 7}));
  EXPECT_EQ(processor.pair({7}, {8}, {}).type_ids, (Ids{1, 2, 2, 0}));
  EXPECT_EQ(processor.before(), (Ids{5, 6}));
  EXPECT_EQ(processor.after(), Ids());
}

TEST(PostProcessor, ASequencePassesOverWhatChangesNoIds) {
  const auto processor = processor_of(
      R"({"type": "Sequence", "processors": [{"type": "ByteLevel", "trim_offsets": true}, )" + kTemplate + "]}");
  EXPECT_EQ(processor.before(), (Ids{5, 6}));
  EXPECT_EQ(processor_of(R"({"type": "ByteLevel"})").single({7}, Specials::kAll, {}).ids, (Ids{7}));
  EXPECT_EQ(PostProcessor().pair({7}, {8}, {}).type_ids, (Ids{0, 1}));
}

TEST(PostProcessor, OnlyTextsAreCut) {
  const auto bert = processor_of(R"({"type": "BertProcessing", "cls": ["[CLS]", 1], "sep": ["[SEP]", 2]})");
  EXPECT_EQ(bert.single({7, 8, 9}, Specials::kAll, 3).ids, (Ids{1, 7, 2}));
  EXPECT_EQ(bert.single({7, 8, 9}, Specials::kStart, 3).ids, (Ids{1, 7, 8}));
  EXPECT_EQ(bert.single({7, 8, 9}, Specials::kNone, 0).ids, Ids());
  EXPECT_EQ(bert.single({7}, Specials::kAll, 2).ids, (Ids{1, 2}));
  EXPECT_EQ(bert.pair({7, 8}, {9, 10}, 6).ids, (Ids{1, 7, 8, 2, 9, 2}));
  EXPECT_TRUE(bert.single({7, 8, 9}, Specials::kAll, 4).is_cut);
  EXPECT_FALSE(bert.single({7, 8, 9}, Specials::kAll, 5).is_cut);
  EXPECT_FALSE(bert.single({7, 8, 9}, Specials::kAll, {}).is_cut);
  EXPECT_TRUE(bert.pair({7, 8}, {9, 10}, 6).is_cut);
  EXPECT_FALSE(bert.pair({7, 8}, {9, 10}, 7).is_cut);
  EXPECT_EQ(complaint_of([&] { bert.single({7}, Specials::kAll, 1); }),
            "a maximum of 1 token leaves no room for the special tokens");
  EXPECT_EQ(complaint_of([&] {
              bert.pair({7, 8}, {9}, 5);
            }),
            "the first text has 2 tokens, which with a maximum of 5 leaves no room for the second");
  EXPECT_NE(complaint_of([&] { bert.pair({7}, {9}, -1); }), "");
}

TEST(PostProcessor, WrongOnesAreNamed) {
  EXPECT_EQ(complaint(R"({"type": "Other"})"), "f: post_processor: the post_processor \"Other\" is not supported");
  EXPECT_EQ(complaint(R"({"type": "BertProcessing", "cls": ["[CLS]", 1], "sep": ["[SEP]", 100]})"),
            "f: post_processor.sep: is not a pair of a token and its id");
  EXPECT_EQ(complaint(R"({"type": "TemplateProcessing", "single": [], "special_tokens": {}})"),
            "f: post_processor.single: does not have each of its texts once");
  EXPECT_EQ(complaint(R"({"type": "TemplateProcessing", "single": [{"Sequence": {"id": "C", "type_id": 0}}]})"),
            "f: post_processor.single[0].Sequence: a sequence is \"A\" or \"B\"");
  EXPECT_EQ(complaint(R"({"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "x", "type_id": 0}}],
                          "special_tokens": {}})"),
            "f: post_processor.special_tokens: the template names \"x\", which is not there");
  EXPECT_NE(complaint(R"({"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "x", "type_id": 0}}],
                          "special_tokens": {"x": {"ids": [100]}}})")
                .find("no token of the vocabulary"),
            std::string::npos);
  EXPECT_NE(complaint(R"({"type": "Sequence", "processors": [)" + kTemplate + "," + kTemplate + "]}").find("a second"),
            std::string::npos);
}

}  // namespace
}  // namespace heed::text
