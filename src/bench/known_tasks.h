#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collection/beir.h"
#include "collection/dataset.h"

namespace heed::bench {

using TaskKind = collection::DatasetKind;

/// A file of a task: what it is called here, and in the repository. Rows with the same `local` are alternatives, of
/// which the first that the repository has is taken.
struct TaskFile {
  enum class Need { kNeeded, kIfThere };
  std::string_view local, remote;
  Need need = Need::kNeeded;
};

/// What a reader of the right data counts; 0: not published.
struct OfficialCounts {
  long documents = 0;
  long queries = 0;           ///< all of the file, judged or not
  long judged_queries = 0;    ///< of the split `test`
  long judgments = 0;         ///< of the split `test`; of instruction tasks, of each of the two sets
  long relevant_og = 0;       ///< judgments above 0 under the original instructions
  long relevant_changed = 0;  ///< and under the altered
  long candidates = 0;        ///< of every query
  /// Code points of all queries, a blank and an instruction, with the original and with the altered.
  long need_characters = 0;
};

/// A public data set that heed knows where to find and how to check.
struct KnownTask {
  std::string_view name = {};       ///< as it is typed, and as its folder is called
  std::string_view title = {};      ///< as papers and tables write it
  std::string_view mteb_name = {};  ///< in mteb's result files
  TaskKind kind = TaskKind::kInstruction;
  std::string_view headline = {};    ///< the measure that its tables show
  std::string_view repository = {};  ///< a data set of the Hugging Face Hub
  std::string_view revision = {};    ///< the commit whose files the counts are of
  std::span<const TaskFile> files = {};
  OfficialCounts counts = {};
  std::string_view counts_source = {};
  std::string_view explanation = {};
};

/// Tasks that go together.
struct TaskGroup {
  std::string_view name, explanation;
  std::vector<std::string_view> tasks;
};

std::span<const KnownTask> known_tasks();
std::span<const TaskGroup> task_groups();

/// The task of that name or title, in any case of letters; null where there is none.
const KnownTask* find_known_task(std::string_view name);
/// The group's tasks, or the task of that name alone; empty where there is neither.
std::vector<const KnownTask*> known_tasks_named(std::string_view name);

/// Which of a repository's files the task takes. Throws BadInput, naming it, where one that is needed is not `listed`.
std::vector<TaskFile> choose_files(const KnownTask& task, std::span<const std::string> listed);

/// What differs from the official counts, as sentences; none where all agree.
std::vector<std::string> check_counts(const KnownTask& task, const collection::InstructionDataset& data);
std::vector<std::string> check_counts(const KnownTask& task, const collection::TestCollection& data);

}  // namespace heed::bench
