#include "train/llama_factory.h"

#include <string>

#include "base/file.h"
#include "base/folder.h"

namespace heed::train {

using format::Json;

namespace {

// LLaMA-Factory joins instruction and input by a line's end: with that at the instruction's own end, an empty line.
constexpr const char* kInstruction =
    "You are an expert Google searcher, whose job is to determine if the following document is relevant to the query "
    "(true/false). Answer using only one word, one of those two choices.\n";

constexpr const char* kYaml =
    R"yaml(# The hyper-parameters of FollowIR-7B (Weller et al. 2024, appendix C). In this folder:
#   llamafactory-cli train train.yaml
model_name_or_path: mistralai/Mistral-7B-Instruct-v0.2
stage: sft
do_train: true
finetuning_type: lora
lora_rank: 8
lora_alpha: 16
lora_target: q_proj,v_proj,o_proj,k_proj
dataset: heed_rows
dataset_dir: .
template: mistral
cutoff_len: 2048
output_dir: adapter
# 32 rows a step: per_device_train_batch_size x gradient_accumulation_steps x the number of GPUs
per_device_train_batch_size: 4
gradient_accumulation_steps: 8
learning_rate: 3.0e-5
lr_scheduler_type: cosine
num_train_epochs: 8.0
bf16: true
logging_steps: 10
save_strategy: epoch
)yaml";

}  // namespace

Json alpaca_row(const Row& row) {
  const std::string need = row.instruction.empty() ? row.query : row.query + " " + row.instruction;
  const std::string document = row.title.empty() ? row.text : row.title + " " + row.text;
  return {{"instruction", kInstruction},
          {"input", "Query: " + need + "\nDocument: " + document +
                        "\nRelevant (only output one word, either \"true\" or \"false\"): "},
          {"output", row.is_relevant ? "true" : "false"}};
}

void write_llama_factory(const std::filesystem::path& folder, std::span<const Row> rows) {
  std::string text = "[";
  for (const Row& row : rows) text += (text.size() > 1 ? ",\n" : "\n") + format::compact(alpaca_row(row));
  const Json info = {{"heed_rows",
                      {{"file_name", "heed_rows.json"},
                       {"columns", {{"prompt", "instruction"}, {"query", "input"}, {"response", "output"}}}}}};
  const base::FolderFile files[] = {
      {"heed_rows.json", text + "\n]\n"}, {"dataset_info.json", info.dump(2) + "\n"}, {"train.yaml", kYaml}};
  base::make_folder(folder);
  base::write_together(folder, files);
}

std::span<const std::string_view> llama_factory_files() {
  static constexpr std::string_view kFiles[] = {"heed_rows.json", "dataset_info.json", "train.yaml"};
  return kFiles;
}

}  // namespace heed::train
