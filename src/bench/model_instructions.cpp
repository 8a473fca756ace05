#include "bench/model_instructions.h"

#include <algorithm>
#include <cctype>

#include "base/ascii.h"
#include "base/error.h"

namespace heed::bench {

using collection::Arm;

namespace {

constexpr std::string_view kTasks[] = {"scifact", "nfcorpus", "fiqa"};

/// The paper's Table 6, and the short instructions of the models' authors: of BGE the one for retrieval (BAAI's model
/// cards), of E5-mistral those for BEIR (Wang et al. 2024, table 13). By task, in the order of kTasks.
struct Row {
  std::string_view model;  ///< in lower case, the beginning of its name; empty: all others
  std::string_view keywords[std::size(kTasks)];
  std::string_view short_instructions[std::size(kTasks)] = {};
};

constexpr std::string_view kBge = "Represent this sentence for searching relevant passages:";

constexpr Row kRows[] = {
    {"tart-contriever", {"scientific paper verify", "scientific paper paragraph", "financial web"}},
    {"instructor-base", {"scientific supporting passage:", "medicine relevant", "financial supporting:"}},
    {"instructor-xl", {"scientific supporting passages:", "nutrition facts public medical:", "finance supporting:"}},
    {"bge-", {"relevant passages:", "relevant passages:", "relevant passages:"}, {kBge, kBge, kBge}},
    {"e5-mistral",
     {"scientific", "retrieve relevant", "financial replies"},
     {"Given a scientific claim, retrieve documents that support or refute the claim",
      "Given a question, retrieve relevant documents that best answer the question",
      "Given a financial question, retrieve user replies that best answer the question"}},
    {"tart-flan", {"scientific paper verify", "Scientific paper paragraph", "financial web"}},
    {"", {"science paper verify", "medicine relevant", "Finance web"}},
};

}  // namespace

ModelInstructions paper_instructions(std::string_view task, std::string_view model) {
  const std::string task_name = base::lower_case(task), model_name = base::lower_case(model);
  const auto known =
      std::ranges::find_if(kTasks, [&](std::string_view one) { return std::string_view(task_name).starts_with(one); });
  if (known == std::end(kTasks)) return {};
  const auto at = static_cast<std::size_t>(known - std::begin(kTasks));
  const auto row =
      std::ranges::find_if(kRows, [&](const Row& one) { return std::string_view(model_name).starts_with(one.model); });
  ModelInstructions instructions;
  instructions.keywords = row->keywords[at];
  if (!row->short_instructions[at].empty()) instructions.short_instruction = row->short_instructions[at];
  return instructions;
}

void add_instructions(Task& task, const ModelInstructions& instructions) {
  base::check(task.data.kind == TaskKind::kRetrieval);
  const auto add = [&](Arm arm, const std::optional<std::string>& text) {
    if (!text) return;
    const std::string_view kept = task.data.texts.keep(*text);
    for (collection::InstructionTopic& topic : task.data.topics)
      topic.needs[static_cast<std::size_t>(arm)] = collection::Need{topic.need(Arm::kNone)->query, kept};
  };
  add(Arm::kKeywords, instructions.keywords);
  add(Arm::kShort, instructions.short_instruction);
}

}  // namespace heed::bench
