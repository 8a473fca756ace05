#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "base/error.h"
#include "base/file.h"
#include "cli/chat_options.h"
#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/outputs.h"
#include "cli/progress.h"
#include "cli/terminal.h"
#include "train/synthesis.h"

namespace heed::cli {

namespace fs = std::filesystem;
using base::BadUsage;
using format::Json;

namespace {

struct Options {
  ChatFlags chat{.max_tokens = 4096};
  std::vector<std::string> topics, leave_out;
  std::string out, log, report;
  int documents = 3;
  bool is_dry_run = false, prints_marks = false;
};

train::LeftOutTopics left_out_topics(const Options& options) {
  train::LeftOutTopics left_out;
  for (const std::string& path : options.leave_out) read_left_out(path, left_out);
  if (!options.prints_marks)
    for (const train::Mark mark : train::followir_marks()) left_out.add_mark(mark);
  return left_out;
}

/// As the table in the source has them.
void print_marks(const std::set<train::Mark>& marks) {
  std::string text;
  for (const train::Mark mark : marks) {
    char line[32];
    std::snprintf(line, sizeof line, "0x%016llx,\n", static_cast<unsigned long long>(mark));
    text += line;
  }
  print(text);
}

void say_choice(const train::TopicChoice& choice) {
  std::string reasons;
  for (const train::DropReason reason : train::kDropReasons)
    if (const long count = choice.count(reason); count > 0)
      reasons += (reasons.empty() ? "" : ", ") + std::to_string(count) + " " + std::string(name_of(reason));
  const auto chosen = static_cast<long>(choice.chosen.size());
  const auto all = chosen + static_cast<long>(choice.dropped.size());
  say(base::counted(all, "topic", "topics") + ", of which " + std::to_string(chosen) + " are asked about" +
      (reasons.empty() ? "" : "; dropped: " + reasons));
}

struct Ends {
  long done = 0, unusable = 0, refused = 0, failed = 0, not_asked = 0;

  explicit Ends(const std::vector<train::TopicDocuments>& documents) {
    using train::SynthesisEnd;
    const auto count = [&](SynthesisEnd end) {
      return std::ranges::count(documents, end, &train::TopicDocuments::end);
    };
    done = count(SynthesisEnd::kDone);
    unusable = count(SynthesisEnd::kUnusable);
    refused = count(SynthesisEnd::kRefused);
    failed = count(SynthesisEnd::kFailed);
    not_asked = count(SynthesisEnd::kNotAsked);
  }
};

std::string first_why(const std::vector<train::TopicDocuments>& documents, train::SynthesisEnd end) {
  const auto found = std::ranges::find(documents, end, &train::TopicDocuments::end);
  return found == documents.end() ? "" : found->why;
}

/// What is missing, as the program's end: a service that failed is worth another run.
void require_service(const Ends& ends, const std::vector<train::TopicDocuments>& documents) {
  const std::string missing = base::counted(ends.failed + ends.not_asked + ends.refused, "topic has", "topics have");
  if (ends.failed > 0)
    throw base::Unavailable(missing + " no answer; the same command again asks only about them. The first: " +
                            first_why(documents, train::SynthesisEnd::kFailed));
  if (ends.not_asked > 0)
    throw base::BadInput(missing + " no answer: " + first_why(documents, train::SynthesisEnd::kRefused));
}

/// None of the files is another, nor what is read.
void check_files(const Options& options, const fs::path& log, const fs::path& report) {
  std::vector<NamedPath> inputs;
  for (const std::string& path : options.topics) inputs.push_back({"--topics", path});
  for (const std::string& path : options.leave_out) inputs.push_back({"--leave-out", path});
  const std::vector<NamedPath> outputs = {{"--out", options.out}, {"--log", log}, {"--report", report}};
  check_outputs(inputs, outputs);
}

void run_synth(const Options& options) {
  const fs::path out = options.out, log_path = options.log.empty() ? options.out + ".log.jsonl" : options.log;
  const fs::path report_path = options.report.empty() ? options.out + ".report.json" : options.report;
  if (!options.out.empty()) check_files(options, log_path, report_path);
  const std::vector<fs::path> paths(options.topics.begin(), options.topics.end());
  const auto read = train::read_sourced_topics(paths);
  const auto left_out = left_out_topics(options);
  if (options.prints_marks) return print_marks(marks_with_titles(read.topics, left_out));
  say_all(read.notes);
  const auto choice = choose_topics(read.topics, left_out);
  say_choice(choice);
  if (choice.chosen.empty()) throw base::BadInput(options.topics.front() + ": no topic is left to ask about");
  if (options.is_dry_run) {
    const auto& first = choice.chosen.front();
    return print("--- topic " + first.id + " ---\n" + train::synthesis_prompt(first.need(), options.documents) + "\n");
  }
  if (options.out.empty()) throw BadUsage("--out names the file for the rows (or --dry-run shows what is asked)");
  const net::Chat chat = chat_of(options.chat);
  net::AnswerLog log(log_path, answerer_of(options.chat, chat.service().url()));
  ProgressView view(options.chat.model);
  const InterruptWatch watch;
  const auto ask = asking(chat, options.chat);
  const auto ask_or_stop = [&](const net::ChatQuestion& question) {
    check_interrupt();  // what is under way is waited for, and logged
    return ask(question);
  };
  const auto documents =
      train::synthesize(choice.chosen,
                        {.documents = options.documents,
                         .tries = options.chat.tries,
                         .concurrency = options.chat.concurrency,
                         .progress = [&](long done, long total) { view.show("asked", done, total, 0); }},
                        log, ask_or_stop);
  std::string rows;
  long count = 0;
  for (std::size_t i = 0; i < documents.size(); ++i) {
    for (const train::Row& row : rows_of(choice.chosen[i], documents[i], options.chat.model)) {
      rows += format::compact(to_json(row)) + "\n";
      ++count;
    }
  }
  if (count > 0) base::write_file(out, rows);
  Json report = {{"kind", "heed synth"}, {"version", 1}, {"model", options.chat.model}};
  report.update(synthesis_report(choice, documents));
  base::write_file(report_path, report.dump(1) + "\n");
  const Ends ends(documents);
  say((count == 0 ? "there are no rows, and " + out.string() + " is not written"
                  : base::counted(count, "row", "rows") + " about " +
                        base::counted(ends.done, "topic is", "topics are") + " in " + out.string()) +
      "; what became of all topics is in " + report_path.string() + ", every answer in " + log_path.string() +
      (log.reused() > 0 ? " (" + base::counted(log.reused(), "was", "were") + " there already)" : ""));
  if (ends.unusable > 0)
    say("given up: " + base::counted(ends.unusable, "topic", "topics") + " whose answers cannot be used");
  if (ends.refused > 0 && ends.not_asked == 0)
    say("given up: " + base::counted(ends.refused, "topic", "topics") + " about which the service refuses to answer");
  require_service(ends, documents);
  if (count == 0)
    throw base::BadInput("no answer about any topic can be used; every answer is in " + log_path.string());
}

}  // namespace

void set_up_synth(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  app.add_option("--topics", options->topics, "topics with narratives: files, or folders of nothing else")
      ->type_name("FILE|FOLDER")
      ->required();
  add_chat_model(app, options->chat, "the paper's: gpt-3.5-turbo-1106");
  app.add_option("--out", options->out, "the file for the rows")->type_name("ROWS.jsonl");
  app.add_option("--log", options->log, "the file for the model's answers. Default: that of --out with .log.jsonl")
      ->type_name("FILE");
  app.add_option("--report", options->report,
                 "the file for what became of each topic. Default: that of --out with .report.json")
      ->type_name("FILE");
  app.add_option("--leave-out", options->leave_out,
                 "topics that training must not see beside FollowIR's, which are known: JSON lines with query and "
                 "instruction, folders of instruction benchmarks, or files of topics")
      ->type_name("FILE|FOLDER");
  app.add_option("--documents", options->documents, "of each kind, asked for by one question; the paper's: 3")
      ->type_name("N")
      ->check(CLI::Range(train::kFewestAsked, train::kMostAsked))
      ->capture_default_str();
  add_chat(app, options->chat);
  app.add_flag("--dry-run", options->is_dry_run, "shows what would be asked about the first topic, and asks nothing");
  app.add_flag("--print-marks", options->prints_marks,
               "prints by which marks the topics of --leave-out are known, and asks nothing");
  app.footer(
      "Makes training data of topics that have no documents, as the paper did (Weller et al. 2024, section 5): a chat "
      "model\n"
      "writes three relevant and three irrelevant documents for each title and narrative. heed filter then keeps what "
      "a\n"
      "judge agrees with.\n"
      "  heed synth --topics trec/topics --model gpt-3.5-turbo-1106 --out rows.jsonl --concurrency 8\n"
      "  heed synth --topics topics.txt --model llama3 --url http://localhost:8080 --out rows.jsonl\n"
      "A row is {\"query\":..,\"instruction\":..,\"text\":..,\"label\":\"true\"|\"false\",\"id\":\"FILE---NUMBER#K\","
      "\"source\":MODEL}.\n"
      "Dropped are topics without title or narrative, duplicates, and FollowIR's own, known by their texts whatever "
      "their\n"
      "number: same title or description, or a sentence of the narrative in common (docs/teaching.md).\n"
      "Every answer is logged before it is used: a run that was cut off, or that a service failed, goes on from there "
      "when\n"
      "started again, and asks nothing twice. An answer without documents of both kinds is asked for again, at "
      "temperature\n"
      "0.7; after --tries the topic is given up, and the others go on. Exit code 69 where the service did not answer "
      "about\n"
      "a topic; the rows of the others are written all the same. The service is one with OpenAI's chat completions; "
      "keys\n"
      "as heed help api says.");
  app.callback([options] { run_synth(*options); });
}

}  // namespace heed::cli
