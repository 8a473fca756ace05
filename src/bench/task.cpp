#include "bench/task.h"

#include <algorithm>

#include "base/ascii.h"
#include "base/error.h"
#include "collection/retrieval_layouts.h"

namespace heed::bench {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kLongestName = 200;  // files are called by it, with endings

constexpr EvaluationRecipe kRecipes[] = {
    {"sound", "equal scores by document id, each run with its own judgments first", eval::Ties::kDocumentId, false},
    {"paper", "as the paper's harness (mteb 1.7): equal scores in the order of the candidates, crossed judgments first",
     eval::Ties::kInput, true},
};

std::string name_of_folder(const fs::path& folder) {
  const fs::path whole = fs::absolute(folder).lexically_normal();
  return (whole.has_filename() ? whole.filename() : whole.parent_path().filename()).string();
}

}  // namespace

Task open_task(const std::string& argument) {
  const std::size_t equals = argument.find('=');
  const bool is_named = equals != std::string::npos && !fs::exists(argument);
  const fs::path folder = is_named ? argument.substr(equals + 1) : argument;
  if (folder.empty()) throw base::BadUsage("\"" + argument + "\" names no folder of data");
  Task task{is_named ? argument.substr(0, equals) : name_of_folder(folder), {}};
  if (task.name.empty() || task.name.starts_with('.') || task.name.find_first_of("/ \t\n") != std::string::npos ||
      task.name.size() > kLongestName)
    throw base::BadUsage("\"" + task.name + "\" cannot be the name of a task; give one with NAME=FOLDER");
  task.data = collection::read_benchmark(folder);
  if (task.data.kind == TaskKind::kRetrieval && base::lower_case(task.name).starts_with("instructir"))
    task.data.kind = TaskKind::kRobustness;
  return task;
}

std::string_view headline_measure(std::string_view task, TaskKind kind) {
  if (kind != TaskKind::kInstruction) return "ndcg_cut_10";
  return base::lower_case(task).find("news21") == std::string::npos ? "map_cut_1000" : "ndcg_cut_5";
}

std::span<const EvaluationRecipe> recipes() {
  return kRecipes;
}

const EvaluationRecipe& recipe_named(std::string_view name) {
  std::string known;
  for (const EvaluationRecipe& recipe : kRecipes) {
    if (recipe.name == name) return recipe;
    known += (known.empty() ? "" : ", ") + std::string(recipe.name);
  }
  throw base::BadUsage("there is no evaluation recipe " + std::string(name) + "; known: " + known);
}

}  // namespace heed::bench
