#include <algorithm>
#include <memory>
#include <numeric>

#include "base/error.h"
#include "base/file.h"
#include "cli/command.h"
#include "cli/folders.h"
#include "cli/hub_environment.h"
#include "cli/pull_plan.h"
#include "cli/terminal.h"
#include "cli/transfer.h"
#include "net/http.h"
#include "recipe/presets.h"
#include "report/table.h"

namespace heed::cli {

namespace fs = std::filesystem;
using base::BadInput;
using base::BadUsage;
using net::Pulled;

namespace {

using Align = report::Table::Align;

struct Options {
  std::vector<std::string> names{};
  std::string revision{}, endpoint{}, data_root{}, models{};
  int attempts = net::Patience{}.attempts;
  bool is_dataset = false, is_list = false, is_dry_run = false, is_check = false;
};

PullRoots roots_of(const Options& options) {
  return {data_root(options.data_root), models_root(options.models)};
}

/// All that the names mean, each once.
std::vector<Wanted> wanted_of(const Options& options, const PullRoots& roots) {
  std::vector<Wanted> all;
  for (const std::string& name : options.names)
    for (Wanted& wanted : wanted_of(name, options.is_dataset ? NamesMean::kDatasets : NamesMean::kAnything, roots))
      if (std::ranges::find(all, wanted.folder, &Wanted::folder) == all.end()) all.push_back(std::move(wanted));
  if (!options.revision.empty()) {
    if (all.size() != 1) throw BadUsage("--revision is of one repository; here are " + std::to_string(all.size()));
    all.front().repository.revision = options.revision;
  }
  return all;
}

std::uint64_t size_of(const Pulled& pulled) {
  return std::accumulate(pulled.files.begin(), pulled.files.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const Pulled::File& file) { return sum + file.from.size; });
}

std::string files_text(const Pulled& pulled) {
  return base::counted(static_cast<long>(pulled.files.size()), "file", "files") + ", " + bytes_text(size_of(pulled));
}

std::uint64_t size_of_part(const fs::path& path, std::uint64_t whole) {
  std::error_code none;
  const std::uint64_t size = fs::file_size(path.string() + ".incomplete", none);
  return none || size > whole ? 0 : size;
}

std::string counts_of(const collection::InstructionDataset& data) {
  return base::counted(static_cast<long>(data.topics.size()), "query", "queries") + ", " +
         base::counted(static_cast<long>(data.corpus.documents().size()), "document", "documents");
}

std::string counts_of(const collection::TestCollection& data) {
  return base::counted(static_cast<long>(data.judgments.lists().size()), "judged query", "judged queries") + ", " +
         base::counted(static_cast<long>(data.corpus.documents().size()), "document", "documents");
}

template <class Data>
void say_counts(const bench::KnownTask& task, const Data& data) {
  const std::string name(task.name);
  const auto differences = check_counts(task, data);
  for (const std::string& difference : differences) say(name + ": " + difference);
  if (differences.empty())
    say(name + ": all counts agree with " + std::string(task.counts_source) + " (" + counts_of(data) + ")");
}

/// Reads the data set whole. What differs from the official counts is said, and no error: a person may want it so.
void check_data(const Wanted& wanted) {
  if (wanted.task == nullptr) return;
  try {
    if (wanted.task->kind == bench::TaskKind::kInstruction)
      say_counts(*wanted.task, collection::read_instruction_dataset(wanted.folder));
    else
      say_counts(*wanted.task, collection::read_beir(wanted.folder));
  } catch (const BadInput& error) {
    say(wanted.name + ": its counts cannot be checked: " + error.what());
  }
}

/// The files, each to its place; how many had to come.
int fetch_files(const Wanted& wanted, const Pulled& plan, const net::Hub& hub) {
  Transfer transfer(wanted.name, size_of(plan));
  int count = 0;
  for (const Pulled::File& file : plan.files) {
    const fs::path path = wanted.folder / file.path;
    transfer.begin(file.path, size_of_part(path, file.from.size));
    const auto fetched = hub.fetch(plan.repository, {plan.commit, file.from, path},
                                   [&](std::uint64_t bytes) { transfer.update(bytes); });
    if (fetched == net::Hub::Fetched::kWasThere) {
      transfer.was_there(file.from.size);
      continue;
    }
    transfer.came(file.from.size);
    ++count;
  }
  return count;
}

void pull_one(const Wanted& wanted, const net::Hub& hub) {
  const Pulled plan = plan_of(wanted, hub);
  say(wanted.name + ": the " + std::string(name_of(plan.repository.kind)) + " " + plan.repository.id + " at " +
      plan.commit.substr(0, 12) + ", " + files_text(plan));
  const fs::path manifest = wanted.folder / net::kPulledFile;
  if (base::is_there(manifest) && base::read_file(manifest) != to_text(plan)) net::retire_pulled(wanted.folder);
  const int count = fetch_files(wanted, plan, hub);
  net::remove_retired(plan, wanted.folder);
  if (const std::string text = to_text(plan); !base::is_there(manifest) || base::read_file(manifest) != text)
    base::write_file(manifest, text);
  if (count == 0) say(wanted.name + ": everything was there");
  check_data(wanted);
}

report::Table plan_table(const Wanted& wanted, const Pulled& plan) {
  report::Table table;
  table.title = wanted.name + ": the " + std::string(name_of(plan.repository.kind)) + " " + plan.repository.id +
                " at " + plan.commit;
  table.columns = {{"file", Align::kLeft}, {"size", Align::kRight}, {"", Align::kLeft}};
  std::uint64_t missing = 0;
  for (const Pulled::File& file : plan.files) {
    const fs::path path = wanted.folder / file.path;
    const bool is_there = net::is_whole(path, file.from);
    const std::uint64_t part = is_there ? file.from.size : size_of_part(path, file.from.size);
    missing += file.from.size - part;
    table.rows.push_back({file.path, bytes_text(file.from.size),
                          is_there   ? "is there"
                          : part > 0 ? bytes_text(part) + " are there"
                                     : "to fetch"});
  }
  table.remarks = {bytes_text(missing) + " to fetch to " + wanted.folder.string()};
  return table;
}

void check_one(const Wanted& wanted) {
  const auto pulled = net::read_pulled(wanted.folder);
  if (!pulled)
    throw BadInput(wanted.name + " is not in " + wanted.folder.string() +
                   ": heed pull has not fetched it, or not to its end");
  const auto faults = faults_of(*pulled, wanted.folder);
  if (!faults.empty())
    throw BadInput(faults.front() +
                   (faults.size() > 1
                        ? " (and " + base::counted(static_cast<long>(faults.size()) - 1, "file", "files") + " more)"
                        : std::string()) +
                   "; heed pull fetches it again");
  say(wanted.name + ": " + files_text(*pulled) + ", all as they were fetched");
  check_data(wanted);
}

/// "45.3 MB" where it was pulled, else a dash.
std::string here(const fs::path& folder) {
  const auto pulled = net::read_pulled(folder);
  return pulled ? bytes_text(size_of(*pulled)) : "-";
}

void show_list(const PullRoots& roots) {
  report::Table tasks;
  tasks.title = "Tasks, below " + roots.data.string();
  tasks.columns = {
      {"name", Align::kLeft}, {"here", Align::kRight}, {"on the Hugging Face Hub", Align::kLeft}, {"", Align::kLeft}};
  for (const bench::KnownTask& task : bench::known_tasks())
    tasks.rows.push_back({std::string(task.name), here(roots.data / task.name), std::string(task.repository),
                          std::string(task.explanation)});
  for (const bench::TaskGroup& group : bench::task_groups())
    tasks.remarks.push_back(std::string(group.name) + ": " + std::string(group.explanation));
  report::Table models;
  models.title = "Models, below " + roots.models.string();
  models.columns = {{"name", Align::kLeft}, {"here", Align::kRight}, {"on the Hugging Face Hub", Align::kLeft}};
  for (const recipe::Preset& preset : recipe::presets())
    models.rows.push_back(
        {std::string(preset.name), here(roots.models / preset.hub_id),
         std::string(preset.hub_id) + (preset.base_id.empty() ? "" : ", with " + std::string(preset.base_id))});
  models.remarks = {"Any other model of the Hub can be named by its id, owner/name; a data set with --dataset."};
  print(render(tasks, report::Format::kText) + "\n" + render(models, report::Format::kText));
}

void check_modes(const Options& options) {
  if (options.is_list + options.is_dry_run + options.is_check > 1)
    throw BadUsage("--list, --dry-run and --check exclude each other");
  if (options.names.empty() && !options.is_list && !options.is_check)
    throw BadUsage("heed pull needs the name of a task, a group or a model; heed pull --list shows them");
}

void run_pull(const Options& options) {
  check_modes(options);
  const PullRoots roots = roots_of(options);
  if (options.is_list) return show_list(roots);
  const std::vector<Wanted> all = options.names.empty() ? pulled_below(roots) : wanted_of(options, roots);
  std::string text;
  if (options.is_check) {
    for (const Wanted& wanted : all) check_one(wanted);
    if (all.empty()) say("nothing was pulled to " + roots.data.string() + " or " + roots.models.string());
  } else {
    net::HubSettings settings = hub_settings(options.endpoint);
    settings.notice = say_below;
    const net::Client client({.attempts = options.attempts}, {.notice = say_below});
    const net::Hub hub(client, settings);
    for (const Wanted& wanted : all) {
      if (options.is_dry_run)
        text += (text.empty() ? "" : "\n") + render(plan_table(wanted, plan_of(wanted, hub)), report::Format::kText);
      else
        pull_one(wanted, hub);
    }
  }
  if (!options.is_dry_run)
    for (const Wanted& wanted : all) text += wanted.folder.string() + "\n";
  print(text);
}

}  // namespace

void set_up_pull(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  app.add_option(
         "name", options->names,
         "a task or a group of tasks, a model by its name in the paper, or a repository of the Hub (owner/name)")
      ->type_name("NAME");
  app.add_flag("--list", options->is_list, "shows the tasks and models that have a name, and which of them are here");
  app.add_flag("--dry-run", options->is_dry_run, "shows what would be fetched, and how many bytes");
  app.add_flag("--check", options->is_check,
               "reads what was pulled, without the network: are the files and their counts right? Without NAME: all");
  app.add_flag("--dataset", options->is_dataset, "NAME is the repository of a data set (else of a model)");
  app.add_option("--revision", options->revision,
                 "a branch, a tag or a commit. Default: of a task the commit that its counts are of, else main")
      ->type_name("NAME");
  app.add_option(
         "--data-root", options->data_root,
         "folder of the data sets. Default: the environment's HEED_DATASETS, else heed/datasets in the user's cache")
      ->type_name("FOLDER");
  app.add_option("--models", options->models,
                 "folder of the models. Default: the environment's HEED_MODELS, else heed/models in the user's cache")
      ->type_name("FOLDER");
  app.add_option("--endpoint", options->endpoint,
                 "address of the Hub or a mirror. Default: the environment's HF_ENDPOINT, else https://huggingface.co")
      ->type_name("URL");
  app.add_option("--attempts", options->attempts, "how often a server is asked that does not answer")
      ->type_name("N")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  app.footer(
      "Fetches public data sets and models from the Hugging Face Hub, and prints the folder of each.\n"
      "  heed pull core17                    the task as ROOT/core17\n"
      "  heed bench --model bm25 --data $(heed pull core17) --out out\n"
      "  heed pull followir                  Robust04, News21 and Core17\n"
      "  heed pull E5-base-v2 RepLLaMA       models, as FOLDER/OWNER/NAME; an adapter with its base\n"
      "Every file is checked by size and hash. What is there and right is not fetched again, and what was cut goes on\n"
      "where it stopped. After a task, its documents, queries and judgments are counted: what differs from the "
      "official\n"
      "counts is said on stderr. heed-pull.json beside the files says from which commit they are (docs/formats.md).\n"
      "Gated and private repositories need a token: HF_TOKEN, or the file that a login of the Hub's own tools leaves.\n"
      "HF_HUB_OFFLINE=1 forbids the network. Exit code 65 for what the Hub does not have or does not show, 69 where "
      "it\n"
      "does not answer.");
  app.callback([options] { run_pull(*options); });
}

}  // namespace heed::cli
