#include <algorithm>
#include <memory>
#include <optional>

#include "base/error.h"
#include "base/file.h"
#include "cli/commands/curate/steps.h"
#include "cli/shared_options.h"
#include "cli/terminal.h"
#include "curate/topic_selection.h"

namespace heed::cli {

namespace fs = std::filesystem;

namespace {

struct Options {
  std::string topics, qrels, out, instructions, exclude;
  std::string query = "description";
  std::vector<std::string> ids;
  long least_relevant = 1, sample = 0;
  std::uint64_t seed = 1;
  bool is_replacing = false;
};

/// Each reason with the topics that it dropped.
void say_dropped(const std::vector<curate::DroppedTopic>& dropped) {
  std::vector<std::pair<std::string, std::string>> reasons;
  for (const curate::DroppedTopic& topic : dropped) {
    auto found = std::ranges::find(reasons, topic.why, &std::pair<std::string, std::string>::first);
    if (found == reasons.end()) found = reasons.insert(reasons.end(), {topic.why, ""});
    found->second += (found->second.empty() ? "" : ", ") + topic.topic;
  }
  for (const auto& [why, topics] : reasons) say("dropped, as it " + why + ": " + topics);
}

curate::SelectionOptions selection_options(const Options& options) {
  curate::SelectionOptions selection;
  selection.query = parse_query_part(options.query);
  if (!options.instructions.empty()) selection.instructions_name = options.instructions;
  if (!options.instructions.empty()) selection.instructions = curate::read_instructions(options.instructions);
  if (!options.exclude.empty()) selection.excluded = curate::read_ids(options.exclude);
  selection.only = {options.ids.begin(), options.ids.end()};
  selection.least_relevant = options.least_relevant;
  selection.sample = options.sample;
  selection.seed = options.seed;
  return selection;
}

void run_topics(const Options& options) {
  const auto how = selection_options(options);
  const auto topics = collection::read_topics(options.topics);
  const auto judgments = collection::read_judgments(options.qrels);
  say_all(topics.notes);
  say_all(judgments.notes);
  const curate::Selection selection = select_topics(topics, judgments, how);
  const fs::path file = fs::path(options.out) / curate::kTopicsFile;
  const std::string text = topics_text(selection.topics);
  if (!options.is_replacing && base::is_there(file) && base::read_file(file) != text)
    throw base::BadInput(file.string() +
                         ": is there, with other topics; --replace writes it anew (look at what the later files hold)");
  base::write_file(file, text);
  say_all(selection.notes);
  say_dropped(selection.dropped);
  say(counted_size(selection.topics.size(), "topic is", "topics are") + " in " + file.string());
  say_misfits(options.out);
}

}  // namespace

void add_curate_topics(CLI::App& curate) {
  CLI::App& app = *curate.add_subcommand("topics", "picks topics that have a narrative and enough relevant documents");
  const auto options = std::make_shared<Options>();
  app.add_option("--topics", options->topics, "the topics, in any format that heed reads")
      ->type_name("FILE")
      ->required();
  app.add_option("--qrels", options->qrels, "the original judgments")->type_name("FILE")->required();
  app.add_option("--out", options->out, "the curation folder")->type_name("WORK")->required();
  add_query_field(app, options->query);
  app.add_option("--instructions", options->instructions,
                 "instructions in place of narratives: JSON lines with id and instruction, or lines ID<TAB>INSTRUCTION")
      ->type_name("FILE");
  app.add_option("--ids", options->ids, "choose among these topics only, parted by commas")
      ->type_name("LIST")
      ->delimiter(',');
  app.add_option("--exclude", options->exclude, "leave out the topics whose ids begin this file's lines")
      ->type_name("FILE");
  app.add_option("--least-relevant", options->least_relevant, "relevant documents that a topic needs")
      ->type_name("N")
      ->check(CLI::Range(1L, 1'000'000L))
      ->capture_default_str();
  app.add_option("--sample", options->sample, "draw so many of the topics that fit")
      ->type_name("N")
      ->check(CLI::Range(1L, 1'000'000L));
  app.add_option("--seed", options->seed, "of the sample")
      ->type_name("N")
      ->check(CLI::Range(0L, kLargestSeed))
      ->capture_default_str();
  app.add_flag("--replace", options->is_replacing, "write the topics anew where WORK has others");
  app.footer(
      "Says which topics were dropped, and why. FollowIR: 50 of Robust04's topics that Core17 does not share\n"
      "  heed curate topics --topics 04.testset --qrels qrels.robust04.txt --exclude core17.ids --sample 50 --out "
      "WORK");
  app.callback([options] { run_topics(*options); });
}

}  // namespace heed::cli
