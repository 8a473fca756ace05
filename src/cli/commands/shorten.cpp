#include <filesystem>
#include <mutex>

#include "base/error.h"
#include "base/file.h"
#include "base/parallel.h"
#include "cli/chat_options.h"
#include "cli/command.h"
#include "cli/progress.h"
#include "cli/terminal.h"
#include "collection/dataset.h"
#include "collection/topics.h"
#include "format/jsonl.h"
#include "format/lines.h"
#include "retrieve/short_instructions.h"
#include "text/utf8.h"

namespace heed::cli {

namespace fs = std::filesystem;
using base::BadInput;
using base::BadUsage;
using format::Json;

namespace {

struct Options {
  ChatFlags chat;
  std::string topics, out, log;
  std::string keywords_from = "full";
  bool is_dry_run = false;
};

struct LongTopic {
  std::string id, query, instruction;
};

/// What is to be shortened, and how the result is written.
struct Work {
  std::vector<LongTopic> topics;
  std::vector<Json> records;  ///< of FollowIR's layout: its lines of queries.jsonl, one for each topic
};

/// The lines of queries.jsonl with all their fields, in FollowIR's layout; none where it is another one.
std::optional<Work> read_followir_queries(const fs::path& folder) {
  for (const char* const name : {"queries.jsonl", "queries.jsonl.gz"}) {
    if (!base::is_there(folder / name)) continue;
    Work work;
    format::LineReader lines(folder / name);
    while (const auto line = lines.next()) {
      Json record = Json::parse(*line, nullptr, false);
      if (!record.is_object()) lines.fail("is no JSON object");
      if (!record.contains("instruction_og")) return std::nullopt;
      work.records.push_back(std::move(record));
    }
    format::JsonlReader fields(folder / name);
    while (fields.next())
      work.topics.push_back({std::string(fields.id({"_id", "id"})), std::string(fields.text("text")),
                             std::string(fields.text("instruction_og"))});
    return work;
  }
  return std::nullopt;
}

Work read_work(const fs::path& path) {
  if (fs::is_directory(path)) {
    if (auto followir = read_followir_queries(path)) return std::move(*followir);
    const auto data = collection::read_instruction_dataset(path);
    Work work;
    for (const auto& topic : data.topics)
      if (const auto& need = topic.need(collection::Arm::kOg))
        work.topics.push_back({topic.id.str(), std::string(need->query), std::string(need->instruction)});
    return work;
  }
  const auto topics = collection::read_topics(path);
  say_all(topics.notes);
  Work work;
  for (const auto& topic : topics.topics)
    work.topics.push_back({topic.id.str(), std::string(topic.title), std::string(topic.narrative)});
  return work;
}

Work require_instructions(Work work, const std::string& name) {
  for (const LongTopic& topic : work.topics)
    if (text::stripped(topic.instruction).empty())
      throw BadInput(name + ": topic " + topic.id + " has no instruction (narrative) to shorten");
  if (work.topics.empty()) throw BadInput(name + ": has no topics");
  return work;
}

std::string results_text(const Work& work, const std::vector<retrieve::ShortInstructions>& results) {
  std::string text;
  for (std::size_t i = 0; i < results.size(); ++i) {
    Json record;
    if (work.records.empty()) {
      const LongTopic& topic = work.topics[i];
      record = {{"_id", topic.id},
                {"query", topic.query},
                {"instruction", topic.instruction},
                {"short", results[i].short_instruction},
                {"keywords", results[i].keywords_text()}};
    } else {
      record = work.records[i];
      record["keywords"] = results[i].keywords_text();
      record["short_query"] = results[i].short_instruction;
    }
    text += format::compact(record) + "\n";
  }
  return text;
}

void dry_run(const LongTopic& topic, const retrieve::ShortenOptions& options) {
  const bool is_full = options.keywords_from == retrieve::KeywordsFrom::kFull;
  print("--- topic " + topic.id + ": its short instruction ---\n" + retrieve::short_prompt(topic.instruction) +
        "\n\n--- its keywords ---\n" +
        retrieve::keywords_prompt(is_full ? topic.instruction : "[the short instruction]") + "\n");
}

void run_shorten(const Options& options) {
  retrieve::ShortenOptions how{.keywords_from = retrieve::KeywordsFrom::kFull, .tries = options.chat.tries};
  if (options.keywords_from == "short")
    how.keywords_from = retrieve::KeywordsFrom::kShort;
  else if (options.keywords_from != "full")
    throw BadUsage("--keywords-from is full or short, not " + options.keywords_from);
  const Work work = require_instructions(read_work(options.topics), options.topics);
  if (options.is_dry_run) return dry_run(work.topics.front(), how);
  if (options.out.empty()) throw BadUsage("--out names the file for the result (or --dry-run shows what is asked)");
  const net::Chat chat = chat_of(options.chat);
  const fs::path out = options.out, log_path = options.log.empty() ? out.string() + ".log.jsonl" : options.log;
  net::AnswerLog log(log_path, answerer_of(options.chat, chat.service().url()));
  const net::AskChat ask = asking(chat, options.chat);
  std::vector<retrieve::ShortInstructions> results(work.topics.size());
  std::mutex lock;
  long done = 0;
  ProgressView view(options.chat.model);
  view.show("asked", done, static_cast<long>(work.topics.size()), 0);
  base::parallel_for(work.topics.size(), options.chat.concurrency, [&](int, std::size_t i) {
    results[i] = retrieve::shorten(work.topics[i].id, work.topics[i].instruction, how, log, ask);
    const std::lock_guard guard(lock);
    view.show("asked", ++done, static_cast<long>(work.topics.size()), 0);
  });
  base::write_file(out, results_text(work, results));
  say(base::counted(static_cast<long>(results.size()), "topic is", "topics are") + " in " + out.string() +
      (log.reused() > 0 ? "; " + base::counted(log.reused(), "answer was", "answers were") + " in " + log_path.string()
                        : "; every answer is in " + log_path.string()));
}

}  // namespace

void set_up_shorten(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  add_chat_model(app, options->chat, "the paper's: gpt-4-1106-preview");
  app.add_option("--topics", options->topics,
                 "a folder of an instruction benchmark (heed help layouts), or a file of topics with narratives, or of "
                 "JSON lines with an instruction")
      ->type_name("FOLDER|FILE")
      ->required();
  app.add_option("--out", options->out, "the file for the result")->type_name("FILE");
  app.add_option("--log", options->log, "the file for the model's answers. Default: that of --out with .log.jsonl")
      ->type_name("FILE");
  app.add_option("--keywords-from", options->keywords_from,
                 "what the keywords are taken from: the full instruction, as the paper's TREC data; or the short one")
      ->type_name("full|short")
      ->capture_default_str();
  add_chat(app, options->chat);
  app.add_flag("--dry-run", options->is_dry_run, "shows what would be asked about the first topic, and asks nothing");
  app.footer(
      "Makes the instructions of the arms short and keywords, as the paper did: a chat model turns each full "
      "instruction\n"
      "into a short one that names the task only, and into keywords (Weller et al. 2024, appendices E and H).\n"
      "  heed shorten --model gpt-4-1106-preview --topics core17-instructions --out queries.jsonl\n"
      "  heed shorten --model llama3 --url http://localhost:8080 --topics topics.txt --out short.jsonl\n"
      "Of a folder in FollowIR's layout it writes queries.jsonl anew, with keywords and short_query; of other topics, "
      "a "
      "line\n"
      "{\"_id\":..,\"query\":..,\"instruction\":..,\"short\":..,\"keywords\":..} each. The service is one with "
      "OpenAI's "
      "chat\n"
      "completions; keys as heed help api says. Every answer is logged before it is used: a run that was cut off goes "
      "on "
      "from\n"
      "there, and asks nothing twice. An answer that cannot be used is asked for again at temperature 0.7; the first "
      "is "
      "at 0.\n"
      "Answers count for the --max-tokens and --seed that they were asked with: with others all is asked anew.");
  app.callback([options] { run_shorten(*options); });
}

}  // namespace heed::cli
