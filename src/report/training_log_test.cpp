#include "report/training_log.h"

#include <gtest/gtest.h>

#include "testing/testing.h"

namespace heed::report {
namespace {

using heed::testing::complaint_of;
using heed::testing::TemporaryDir;

const std::string kHead = R"({"kind":"heed training log","version":1,"steps":2,"settings":{"lr":0.1,"targets":["q"]}})"
                          "\n";

TEST(TrainingLog, HasStepsValidationsAndWhatTheRunWasTold) {
  const TemporaryDir dir;
  const TrainingLog log = read_training_log(dir.write(
      "my-run/log.jsonl",
      kHead + R"({"step":1,"lr":0.1,"loss":0.7,"grad_norm":2,"tokens_per_second":900,"epoch":0.5,"new":"field"})"
              "\n"
              R"({"step":2,"loss":null})"
              "\n"
              R"({"step":2,"validation":{"loss":0.5,"accuracy":0.75,"p_mrr":-0.1,"queries":104}})"
              "\n"));
  EXPECT_EQ(log.name, "my-run");
  ASSERT_EQ(log.steps.size(), 2U);
  EXPECT_EQ(log.steps[0].loss, 0.7);
  EXPECT_EQ(log.steps[0].gradient_norm, 2);
  EXPECT_EQ(log.steps[1].loss, std::nullopt);
  EXPECT_EQ(log.steps[1].rate, std::nullopt);
  ASSERT_EQ(log.validations.size(), 1U);
  EXPECT_EQ(log.validations[0].p_mrr, -0.1);
  EXPECT_EQ(log.validations[0].queries, 104);
  EXPECT_EQ(log.settings, (std::vector<std::pair<std::string, std::string>>{
                              {"steps", "2"}, {"settings.lr", "0.1"}, {"settings.targets", "[\"q\"]"}}));
}

TEST(TrainingLog, ALastLineThatWasCutIsPassedOver) {
  const TemporaryDir dir;
  const auto file = dir.write("a.jsonl", kHead + "{\"step\":0,\"loss\":1}\n{\"step\":1,\"lo");
  const TrainingLog log = read_training_log(file);
  EXPECT_EQ(log.steps.size(), 1U);
  EXPECT_EQ(log.notes, std::vector<std::string>{file.string() + ":3: the last line was cut; it is passed over"});
  const auto middle = dir.write("b.jsonl", kHead + "{\"step\":0,\n{\"step\":1,\"loss\":1}\n");
  EXPECT_EQ(complaint_of([&] { read_training_log(middle); }), middle.string() + ":2: is no JSON object");
}

TEST(TrainingLog, SaysWhichLineIsWrong) {
  const auto says = [](const std::string& text, const std::string& part) {
    const TemporaryDir dir;
    const auto file = dir.write("a.jsonl", text);
    const std::string complaint = complaint_of([&] { read_training_log(file); });
    EXPECT_EQ(complaint, file.string() + part);
  };
  says("", ": is empty");
  says("{\n", ":1: is no JSON object");
  says(R"({"kind":"curation"})", ":1: its kind is not \"heed training log\"");
  says(R"({"kind":"heed training log","version":2})", ":1: is of a version that this heed does not read: it reads 1");
  says(kHead + "7", ":2: is no JSON object");
  says(kHead + R"({"step":1.5,"loss":1})", ":2: has no step that is an integer from 0");
  says(kHead + R"({"step":1})", ":2: is neither a step, with a loss, nor a validation");
  says(kHead + R"({"step":1,"loss":"low"})", ":2: loss is not a number");
  says(kHead + R"({"step":1,"validation":[]})", ":2: validation is not an object");
  says(kHead + "{\"step\":3,\"loss\":1}\n\n{\"step\":3,\"loss\":1}", ":4: step 3 comes after step 3");
}

}  // namespace
}  // namespace heed::report
