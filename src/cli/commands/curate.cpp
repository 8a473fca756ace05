#include "base/error.h"
#include "base/file.h"
#include "cli/command.h"
#include "cli/commands/curate/steps.h"
#include "cli/shared_options.h"
#include "cli/terminal.h"
#include "curate/curation.h"
#include "curate/topic_selection.h"

namespace heed::cli {

void add_work(CLI::App& step, std::string& work) {
  step.add_option("work", work, "the curation folder")->type_name("WORK")->required();
}

void add_query_field(CLI::App& step, std::string& name) {
  add_query_part(step, name, "which text of a topic is its query. FollowIR's queries are descriptions");
}

std::string counted_size(std::size_t count, const std::string& one, const std::string& many) {
  return base::counted(static_cast<long>(count), one, many);
}

void require_same(const std::filesystem::path& file, const std::string& text) {
  if (base::is_there(file) && base::read_file(file) != text)
    throw base::BadInput(file.string() +
                         ": is there, and holds something else; --replace writes it anew (look at what it and the "
                         "later files hold)");
}

void add_replace(CLI::App& step, bool& is_replacing) {
  step.add_flag("--replace", is_replacing, "write the step's file anew where WORK has another");
}

void say_misfits(const std::filesystem::path& work) {
  try {
    curate::read_curation(work);
  } catch (const base::BadInput& misfit) {
    say(std::string("a later step has to be done anew: ") + misfit.what());
  }
}

void set_up_curate(CLI::App& app) {
  app.require_subcommand(1);
  for (const auto add : {add_curate_topics, add_curate_pool, add_curate_documents, add_curate_take, add_curate_check,
                         add_curate_export, add_curate_import, add_curate_stats})
    add(app);
  app.footer(
      "Makes an instruction benchmark of a TREC collection, as FollowIR was made, in steps that can be looked at and\n"
      "redone. Each step writes one file of JSON lines into the folder WORK, open to any editor between two steps:\n"
      "  heed curate topics --topics topics.txt --qrels qrels.txt --out WORK      picks topics: topics.jsonl\n"
      "  heed curate pool WORK --qrels qrels.txt --run bm25.run --run dense.run   candidates: pool.jsonl\n"
      "  heed curate documents WORK --collection disks45                          best passages: documents.jsonl\n"
      "  (people alter the instructions and judge the relevant documents anew)    alterations.jsonl, "
      "rejudgments.jsonl\n"
      "  heed curate take WORK --alterations FILE --rejudgments FILE              takes such files made elsewhere\n"
      "  heed curate check WORK                                                   what is wrong, a sentence each\n"
      "  heed curate export WORK --out mine                                       a benchmark for heed bench and mteb\n"
      "  heed curate stats WORK                                                   the figures of the paper's Table 1\n"
      "heed curate STEP --help explains a step; docs/curation.md goes through them, docs/formats.md has the files.");
}

}  // namespace heed::cli
