#include "curate/take.h"

#include <memory>

#include "base/error.h"
#include "base/folder.h"
#include "cli/commands/curate/steps.h"
#include "cli/terminal.h"

namespace heed::cli {

namespace fs = std::filesystem;

namespace {

struct Options {
  std::string work, alterations, rejudgments, qrels_changed;
  bool is_replacing = false;
};

void run_take(const Options& options) {
  if (!options.rejudgments.empty() && !options.qrels_changed.empty())
    throw base::BadUsage("--rejudgments and --qrels-changed say the same; give one of them");
  if (options.alterations.empty() && options.rejudgments.empty() && options.qrels_changed.empty())
    throw base::BadUsage("nothing to take: --alterations, --rejudgments or --qrels-changed names a file");
  const auto on_conflict = options.is_replacing ? curate::OnConflict::kReplace : curate::OnConflict::kRefuse;
  const fs::path work = options.work;
  auto curation = curate::read_curation(work);
  if (!options.alterations.empty())
    take_alterations(curation, curate::read_alterations(options.alterations, curation), on_conflict);
  curate::TakenRejudgments taken;
  if (!options.rejudgments.empty()) taken.rejudgments = curate::read_rejudgments(options.rejudgments, curation);
  if (!options.qrels_changed.empty()) taken = curate::rejudgments_from_qrels(options.qrels_changed, curation);
  take_rejudgments(curation, taken.rejudgments, on_conflict);
  say_all(taken.notes);
  std::vector<base::FolderFile> files;
  if (!options.alterations.empty())
    files.push_back({std::string(curate::kAlterationsFile), alterations_text(curation.alterations)});
  if (!options.rejudgments.empty() || !options.qrels_changed.empty())
    files.push_back({std::string(curate::kRejudgmentsFile), rejudgments_text(curation.rejudgments)});
  base::write_together(work, files);
  say(work.string() + " has " +
      counted_size(curation.alterations.size(), "altered instruction", "altered instructions") + " and " +
      counted_size(curation.rejudgments.size(), "re-judgment", "re-judgments"));
}

}  // namespace

void add_curate_take(CLI::App& curate) {
  CLI::App& app =
      *curate.add_subcommand("take", "takes altered instructions and re-judgments that were made elsewhere");
  const auto options = std::make_shared<Options>();
  add_work(app, options->work);
  app.add_option("--alterations", options->alterations,
                 "JSON lines: topic, instruction, and, where there are any, keywords and short_query")
      ->type_name("FILE");
  app.add_option("--rejudgments", options->rejudgments,
                 "JSON lines: topic, document, decision (relevant, not_relevant, unsure) and, where there is one, note")
      ->type_name("FILE");
  app.add_option("--qrels-changed", options->qrels_changed,
                 "in place of --rejudgments: judgments under the altered instructions, whole for each topic in it")
      ->type_name("FILE");
  app.add_flag("--replace", options->is_replacing, "take the new one where WORK has another");
  app.footer(
      "Nothing is taken where a line names a topic or document that WORK lacks, or differs from what is there.\n"
      "  heed curate take WORK --alterations alterations.jsonl --qrels-changed changed.qrels");
  app.callback([options] { run_take(*options); });
}

}  // namespace heed::cli
