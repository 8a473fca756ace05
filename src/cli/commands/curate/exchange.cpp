#include <algorithm>
#include <memory>

#include "base/error.h"
#include "base/file.h"
#include "base/folder.h"
#include "cli/commands/curate/steps.h"
#include "cli/terminal.h"
#include "curate/benchmark.h"
#include "curate/violations.h"

namespace heed::cli {

namespace fs = std::filesystem;
using base::BadInput;
using base::BadUsage;

namespace {

struct ExportOptions {
  std::string work, out;
  std::string layout = "followir";
  bool is_forced = false;
};

/// The files of the layout, or of all of them in folders of their names.
std::vector<base::FolderFile> exported_files(const curate::Curation& curation, const std::string& name) {
  if (name != "both") {
    const curate::ExportLayout* const layout = curate::export_layout_named(name);
    if (layout == nullptr) throw BadUsage("--layout is followir, mteb or both, not " + name);
    return layout->files(curation);
  }
  std::vector<base::FolderFile> all;
  for (const curate::ExportLayout& layout : curate::export_layouts())
    for (base::FolderFile& file : layout.files(curation))
      all.push_back({std::string(layout.name) + "/" + file.path, std::move(file.content)});
  return all;
}

void require_sound(const curate::Curation& curation, const ExportOptions& options) {
  const auto violations = find_violations(curation);
  const auto errors = std::ranges::count(violations, curate::Severity::kError, &curate::Violation::severity);
  if (errors == 0) return;
  const std::string what = options.work + ": heed curate check finds " + base::counted(errors, "error", "errors");
  if (!options.is_forced) throw BadInput(what + "; --force exports it all the same");
  say(what);
}

/// Says so where a benchmark that was exported although it has errors cannot be read.
void say_unreadable(const ExportOptions& options) {
  try {
    if (options.layout != "both") collection::read_instruction_dataset(options.out);
    for (const curate::ExportLayout& layout : curate::export_layouts())
      if (options.layout == "both") collection::read_instruction_dataset(fs::path(options.out) / layout.name);
  } catch (const BadInput& fault) {
    say(std::string("heed cannot read the export: ") + fault.what());
  }
}

void run_export(const ExportOptions& options) {
  const auto curation = curate::read_curation(options.work);
  if (curation.alterations.empty())
    throw BadInput(options.work + ": no topic has an altered instruction, so there is nothing to export");
  require_sound(curation, options);
  const auto files = exported_files(curation, options.layout);
  if (const std::string foreign = base::first_foreign(options.out, files); !foreign.empty())
    throw BadInput(options.out + ": has " + foreign + ", which is no file of this export; choose another folder");
  base::write_folder(options.out, files);
  if (options.is_forced) say_unreadable(options);
  const std::size_t left_out = curation.topics.size() - curation.alterations.size();
  if (left_out > 0)
    say(counted_size(left_out, "topic has", "topics have") + " no altered instruction, and " +
        (left_out == 1 ? "is" : "are") + " left out");
  say(counted_size(curation.alterations.size(), "topic is", "topics are") + " in " + options.out);
}

struct ImportOptions {
  std::string data, out;
  bool is_replacing = false;
};

void run_import(const ImportOptions& options) {
  if (!options.is_replacing && base::is_there(fs::path(options.out) / curate::kTopicsFile))
    throw BadInput(options.out + ": is a curation already; --replace puts this one in its place");
  const auto data = collection::read_instruction_dataset(options.data);
  say_all(data.notes);
  const auto imported = curate::import_benchmark(data);
  const auto& curation = imported.curation;
  const std::vector<base::FolderFile> files = {
      {std::string(curate::kTopicsFile), topics_text(curation.topics)},
      {std::string(curate::kPoolFile), pool_text(curation.pool)},
      {std::string(curate::kDocumentsFile), documents_text(curation.documents)},
      {std::string(curate::kAlterationsFile), alterations_text(curation.alterations)},
      {std::string(curate::kRejudgmentsFile), rejudgments_text(curation.rejudgments)}};
  if (const std::string foreign = base::first_foreign(options.out, files); !foreign.empty())
    throw BadInput(options.out + ": has " + foreign + ", which is no file of a curation; choose another folder");
  base::write_folder(options.out, files);
  say_all(imported.notes);
  say(counted_size(curation.topics.size(), "topic is", "topics are") + " in " + options.out);
}

}  // namespace

void add_curate_export(CLI::App& curate) {
  CLI::App& app = *curate.add_subcommand("export", "writes the benchmark, for heed bench and for mteb");
  const auto options = std::make_shared<ExportOptions>();
  add_work(app, options->work);
  app.add_option("--out", options->out, "the folder for it")->type_name("FOLDER")->required();
  app.add_option("--layout", options->layout, "which layout (heed help layouts); both: each in a folder of its name")
      ->type_name("followir|mteb|both")
      ->capture_default_str();
  app.add_flag("--force", options->is_forced, "export it although heed curate check finds errors");
  app.footer(
      "The folder appears whole or not at all, and replaces an earlier export of the same layout whole. Topics without "
      "an\n"
      "altered instruction are left out. heed inspect FOLDER reads it back.\n"
      "  heed curate export WORK --out mine && heed bench --model bm25 --data mine --out results");
  app.callback([options] { run_export(*options); });
}

void add_curate_import(CLI::App& curate) {
  CLI::App& app = *curate.add_subcommand("import", "takes a benchmark back into a curation folder, to change it");
  const auto options = std::make_shared<ImportOptions>();
  app.add_option("data", options->data, "the benchmark's folder, in either layout")->type_name("FOLDER")->required();
  app.add_option("--out", options->out, "the curation folder")->type_name("WORK")->required();
  app.add_flag("--replace", options->is_replacing, "put it in the place of a curation that is there");
  app.footer(
      "Exporting again gives the same bytes. What a curation cannot hold is counted on stderr.\n"
      "  heed curate import core17-instructions --out WORK");
  app.callback([options] { run_import(*options); });
}

}  // namespace heed::cli
