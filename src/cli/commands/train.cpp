#include <algorithm>
#include <filesystem>
#include <numeric>
#include <set>

#include "base/error.h"
#include "base/file.h"
#include "base/fingerprint.h"
#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/model_options.h"
#include "cli/outputs.h"
#include "cli/progress.h"
#include "cli/shared_options.h"
#include "cli/terminal.h"
#include "collection/dataset.h"
#include "format/checkpoint.h"
#include "infer/adapter_config.h"
#include "infer/load_engine.h"
#include "report/training_page.h"
#include "retrieve/model_files.h"
#include "text/utf8.h"
#include "train/estimate.h"
#include "train/placed_rows.h"
#include "train/plain_text.h"
#include "train/trainer.h"

namespace heed::cli {

namespace fs = std::filesystem;
using base::BadInput;
using base::BadUsage;
using base::counted;
using format::Json;

namespace {

constexpr long kMostSteps = 1'000'000'000;
constexpr double kLargestFactor = 1e30;  // that float32 still holds

struct Options {
  ModelFlags model;
  std::vector<std::string> data;
  std::string out, log, method = "lora", targets, init_adapter, shuffle = "on", schedule = "cosine";
  std::string activations = "recomputed", best_by = "auto", validation;
  std::optional<int> rank, max_length;
  std::optional<double> alpha;
  std::optional<long> steps, validate_every, validation_topics;
  std::uint64_t seed = 1;
  long batch = 32, epochs = 8, warmup = 0, save_every = 100;
  double rate = 3e-5, clip = 1, hold_out = 0;
  double weight_decay = 0, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
  bool is_dry_run = false, is_restart = false;
};

std::string list_of(const std::vector<std::string_view>& names) {
  std::string list;
  for (const std::string_view name : names) list += (list.empty() ? "" : ", ") + std::string(name);
  return list;
}

/// One of the words that a flag knows, by its position. Throws BadUsage.
std::size_t word_of(const char* flag, const std::string& word, const std::vector<std::string_view>& known) {
  const auto found = std::find(known.begin(), known.end(), word);
  if (found != known.end()) return static_cast<std::size_t>(found - known.begin());
  throw BadUsage("there is no " + std::string(flag) + " " + word + "; known: " + list_of(known));
}

std::vector<std::string_view> schedule_names() {
  std::vector<std::string_view> names;
  for (const train::Schedule& schedule : train::schedules()) names.push_back(schedule.name);
  return names;
}

/// The names in a list with commas, each once. Throws BadUsage where one is empty.
std::vector<std::string> names_of(const char* flag, const std::string& list) {
  std::vector<std::string> names;
  for (std::size_t begin = 0; begin <= list.size() && !list.empty();) {
    const std::size_t end = std::min(list.find(',', begin), list.size());
    const std::string name(text::stripped(std::string_view(list).substr(begin, end - begin)));
    if (name.empty()) throw BadUsage(std::string(flag) + " " + list + ": a name between commas is empty");
    if (std::ranges::find(names, name) == names.end()) names.push_back(name);
    begin = end + 1;
  }
  return names;
}

/// An adapter to begin with says its rank and alpha, where it is PEFT's folder.
infer::LearnerSettings learner_settings(const Options& options) {
  infer::LearnerSettings settings;
  settings.method =
      word_of("--method", options.method, {"lora", "full"}) == 0 ? infer::Method::kLora : infer::Method::kFull;
  settings.activations = word_of("--activations", options.activations, {"recomputed", "kept"}) == 0
                             ? infer::Activations::kRecomputed
                             : infer::Activations::kKept;
  settings.targets = names_of("--targets", options.targets);
  if (!options.init_adapter.empty()) {
    settings.init_adapter = options.init_adapter;
    if (!base::is_there(*settings.init_adapter))
      throw BadInput(options.init_adapter + ": there is no such adapter (--init-adapter)");
    if (base::is_there(*settings.init_adapter / "adapter_config.json")) {
      const auto config = infer::read_adapter_config(*settings.init_adapter);
      settings.rank = config.rank;
      settings.alpha = config.scale * config.rank;
    }
  }
  settings.rank = options.rank.value_or(settings.rank);
  settings.alpha = options.alpha.value_or(settings.alpha);
  settings.seed = options.seed;
  settings.beta1 = options.beta1;
  settings.beta2 = options.beta2;
  settings.epsilon = options.epsilon;
  settings.weight_decay = options.weight_decay;
  settings.clip = options.clip;
  if (settings.method == infer::Method::kFull &&
      (options.rank || options.alpha || !options.targets.empty() || settings.init_adapter))
    throw BadUsage("--method full learns all of the model: --rank, --alpha, --targets and --init-adapter are LoRA's");
  return settings;
}

/// The adapter that the model has already, which is merged.
std::optional<fs::path> adapter_of(const retrieve::LocalModelSource& source) {
  if (source.adapter) return source.adapter;
  const auto named = std::visit([](const auto& kind) { return kind.adapter; }, source.recipe.kind);
  return named ? std::optional(source.folder / *named) : std::nullopt;
}

/// All that a run is made of, checked before any weight is read.
struct Job {
  Job(const Options& given, retrieve::LocalModelSource found, train::Lessons opened)
      : options(given), source(std::move(found)), lessons(std::move(opened)) {}

  const Options& options;
  retrieve::LocalModelSource source;
  train::Lessons lessons;
  infer::LearnerSettings learner;
  train::PlacedRows rows;
  std::vector<std::size_t> taught;  ///< positions among the rows
  std::vector<train::Example> examples;
  std::optional<train::ValidationSet> validation;
  train::TrainerSettings trainer;
  long steps_per_epoch = 0;
};

void say_labels(const Job& job) {
  const auto relevant = std::ranges::count_if(job.taught, [&](std::size_t i) { return job.rows.rows[i].is_relevant; });
  if (relevant > 0 && relevant < std::ssize(job.taught)) return;
  say("note: all " + counted(std::ssize(job.taught), "row is", "rows are") + " labelled " +
      (relevant > 0 ? "true" : "false") + ": a model taught with them says so of everything");
}

void say_leaks(const Job& job) {
  std::set<std::string> queries;
  for (const std::size_t i : job.taught) queries.insert(train::query_key(job.rows.rows[i].need()));
  const auto known =
      std::ranges::count_if(queries, [&](const std::string& query) { return job.validation->has_query(query); });
  if (known > 0)
    say("note: " + counted(known, "query", "queries") +
        " of the validation data are taught too: what it says of them is no proof");
}

void say_contradictions(const train::PlacedRows& rows) {
  const auto found = train::contradictions_in(rows.rows);
  if (found.count == 0) return;
  say("note: " + counted(found.count, "row contradicts", "rows contradict") +
      " an earlier one with the same query, instruction, title and text; the first is " + rows.name_of(found.first) +
      ", against " + rows.name_of(found.earlier) + " (all are taught; a validation goes by the first)");
}

void add_validation(Job& job) {
  const Options& options = job.options;
  if (options.hold_out > 0 && !options.validation.empty())
    throw BadUsage("--hold-out and --validation exclude each other: the first takes its rows from --data");
  if (options.validation_topics && !fs::is_directory(options.validation))
    throw BadUsage("--validation-topics belongs to a --validation that is an instruction benchmark's folder");
  job.taught.resize(job.rows.rows.size());
  std::iota(job.taught.begin(), job.taught.end(), std::size_t{0});
  if (options.hold_out > 0) {
    auto parts = train::hold_out(job.rows.rows, options.hold_out, options.seed);
    std::vector<train::Row> held_out;
    for (const std::size_t i : parts.held_out) held_out.push_back(job.rows.rows[i]);
    job.taught = std::move(parts.taught);
    job.validation.emplace(std::move(held_out));
  } else if (fs::is_directory(options.validation)) {
    auto data = collection::read_instruction_dataset(options.validation);
    say_all(data.notes);
    job.validation.emplace(std::move(data), options.validation_topics);
  } else if (!options.validation.empty()) {
    const fs::path file = options.validation;
    auto rows = train::read_placed_rows({&file, 1});
    say_contradictions(rows);
    job.validation.emplace(std::move(rows.rows));
  }
  if (!job.validation) return;
  job.validation->check(job.lessons);
  say_leaks(job);
}

train::BestBy best_by(const Job& job) {
  const std::size_t word = word_of("--best-by", job.options.best_by, {"auto", "p-mrr", "loss", "last"});
  const bool has_p_mrr = job.validation && job.validation->queries() > 0;
  const bool has_loss = job.validation && job.validation->has_loss();
  if (word == 1 && !has_p_mrr)
    throw BadUsage(
        "--best-by p-mrr wants validation data with a document that is relevant under a query's first "
        "instruction and not under another");
  if (word == 2 && !has_loss) throw BadUsage("--best-by loss wants rows to validate with (--hold-out or --validation)");
  if (word == 1 || (word == 0 && has_p_mrr)) return train::BestBy::kPMrr;
  if (word == 2 || (word == 0 && has_loss)) return train::BestBy::kLoss;
  return train::BestBy::kLast;
}

void plan_steps(Job& job) {
  const Options& options = job.options;
  const train::Schedule* const schedule = train::find_schedule(options.schedule);
  if (schedule == nullptr) word_of("--schedule", options.schedule, schedule_names());
  const auto rows = static_cast<long>(job.taught.size());
  job.steps_per_epoch = (rows + options.batch - 1) / options.batch;
  const long steps = options.steps.value_or(options.epochs * job.steps_per_epoch);
  if (steps > kMostSteps) throw BadUsage("so many epochs are " + std::to_string(steps) + " steps");
  if (options.warmup > steps)
    throw BadUsage("--warmup is " + std::to_string(options.warmup) + " steps, but the run has " +
                   std::to_string(steps));
  job.trainer.rates = {options.rate, schedule, steps, options.warmup};
  job.trainer.save_every = options.save_every;
  job.trainer.validate_every = options.validate_every.value_or(job.steps_per_epoch);
  job.trainer.best_by = best_by(job);
}

Job prepare(const Options& options) {
  const auto learner = learner_settings(options);
  word_of("--shuffle", options.shuffle, {"on", "off"});
  retrieve::LocalModelSource source = find_model(options.model);
  if (learner.method == infer::Method::kLora && adapter_of(source))
    throw BadInput(source.folder.string() + " is used with the adapter " + adapter_of(source)->string() +
                   ": what is learned on top of it would be no adapter of the checkpoint's. --init-adapter goes on "
                   "from an adapter; heed merge folds it in");
  if (learner.method == infer::Method::kFull) {
    if (options.model.dtype != "auto" && source.options.precision != infer::Precision::kFloat32)
      throw BadUsage("--method full learns in float32 alone, not in " + options.model.dtype);
    source.options.precision = infer::Precision::kFloat32;
  }
  train::Lessons lessons = train::Lessons::open(source.folder, source.recipe, options.max_length);
  Job job(options, std::move(source), std::move(lessons));
  job.learner = learner;
  const std::vector<fs::path> files(options.data.begin(), options.data.end());
  job.rows = train::read_placed_rows(files);
  say_contradictions(job.rows);
  add_validation(job);
  say_labels(job);
  plan_steps(job);
  job.examples = train::examples_of(job.lessons, job.rows, job.taught, job.source.options.threads);
  return job;
}

std::string digest_of_files(const fs::path& folder, std::span<const std::string_view> names) {
  base::Digest digest;
  for (const std::string_view name : names)
    if (base::is_there(folder / name)) digest.add_field(name).add_field(base::read_file(folder / name));
  return digest.finish().hex();
}

std::string adapter_digest(const fs::path& adapter) {
  if (!fs::is_directory(adapter)) return base::fingerprint(base::read_file(adapter)).hex();
  constexpr std::string_view kFiles[] = {"adapter_config.json", "adapter_model.safetensors", "adapter_model.bin"};
  return digest_of_files(adapter, kFiles);
}

std::string model_digest(const Job& job) {
  base::Digest digest;
  digest.add_field(format::Checkpoint::open_folder(job.source.folder).fingerprint());
  digest.add_field(base::read_file(job.source.folder / "config.json"));
  digest.add_field(digest_of_files(job.source.folder, retrieve::tokenizer_files()));
  if (const auto adapter = adapter_of(job.source)) digest.add_field(adapter_digest(*adapter));
  return digest.finish().hex();
}

/// All that the result depends on, by the names of the flags.
Json identity_of(const Job& job) {
  const Options& options = job.options;
  Json json = {{"model", model_digest(job)}, {"recipe", to_json(job.source.recipe)}};
  base::Digest data;
  for (const std::size_t i : job.taught) data.add(train::fingerprint_of({&job.rows.rows[i], 1}).raw());
  json["data"] = data.finish().hex();
  if (job.validation) json["validation"] = job.validation->fingerprint().hex();
  json["method"] = options.method;
  if (job.learner.method == infer::Method::kLora) {
    json["rank"] = job.learner.rank;
    json["alpha"] = job.learner.alpha;
    json["targets"] = job.learner.targets;
    if (job.learner.init_adapter) json["init-adapter"] = adapter_digest(*job.learner.init_adapter);
  }
  json["dtype"] = infer::name_of(job.source.options.precision);
  json["activations"] = options.activations;
  json["max-length"] = job.lessons.max_length();
  json["batch"] = options.batch;
  json["steps"] = job.trainer.rates.steps;
  json["shuffle"] = options.shuffle;
  json["seed"] = options.seed;
  json["lr"] = options.rate;
  json["schedule"] = options.schedule;
  json["warmup"] = options.warmup;
  json["clip"] = options.clip;
  json["weight-decay"] = options.weight_decay;
  json["beta1"] = options.beta1;
  json["beta2"] = options.beta2;
  json["epsilon"] = options.epsilon;
  if (job.validation) json["validate-every"] = job.trainer.validate_every;
  constexpr const char* kBest[] = {"last", "loss", "p-mrr"};
  json["best-by"] = kBest[static_cast<std::size_t>(job.trainer.best_by)];
  return json;
}

/// "2 of 8 rows are longer than 64 tokens and lose the end of their document"; nothing where none is.
std::optional<std::string> cut_rows(const Job& job) {
  const auto cut = std::ranges::count_if(job.examples, &train::Example::is_cut);
  if (cut == 0) return std::nullopt;
  const auto* const decoder = std::get_if<recipe::DecoderRecipe>(&job.source.recipe.kind);
  const bool is_prompt = decoder != nullptr && decoder->truncate == recipe::Truncation::kRight;
  const std::string what = is_prompt ? "prompt" : "document";
  return std::to_string(cut) + " of " + counted(std::ssize(job.examples), "row", "rows") + (cut == 1 ? " is" : " are") +
         " longer than " + counted(job.lessons.max_length(), "token", "tokens") +
         (cut == 1 ? " and loses the end of its " : " and lose the end of their ") + what;
}

std::string mebibytes(std::int64_t bytes) {
  return grouped(static_cast<long>((bytes + (1 << 20) - 1) >> 20)) + " MiB";
}

std::string first_prompt(const Job& job) {
  const train::Row& row = job.rows.rows[job.taught.front()];
  const auto* const decoder = std::get_if<recipe::DecoderRecipe>(&job.source.recipe.kind);
  if (decoder != nullptr) {
    const auto parts = prompt_parts(*decoder, row.need(), row.document());
    return parts.before + parts.document + parts.after + "\n--- its answer: " + (row.is_relevant ? "true" : "false");
  }
  const auto& pair = std::get<recipe::CrossEncoderRecipe>(job.source.recipe.kind);
  return query_text(pair, row.need()) + "\n--- and ---\n" + document_text(pair, row.document()) +
         "\n--- its label: " + (row.is_relevant ? "true" : "false");
}

void dry_run(const Job& job) {
  std::size_t tokens = 0, longest = 0;
  for (const auto& example : job.examples) {
    tokens += example.ids.size();
    longest = std::max(longest, example.ids.size());
  }
  const auto memory = train::estimate_memory({job.source.folder, job.learner, job.source.options, longest});
  std::string text = "rows " + grouped(std::ssize(job.taught)) + ", tokens " + grouped(static_cast<long>(tokens)) +
                     ", the longest row " + grouped(static_cast<long>(longest)) + " of " +
                     grouped(job.lessons.max_length()) + "\n";
  if (const auto cut = cut_rows(job)) text += *cut + "\n";
  text += "an epoch: " + counted(job.steps_per_epoch, "step", "steps") + " of up to " +
          counted(job.options.batch, "row", "rows") + "; in all " + counted(job.trainer.rates.steps, "step", "steps") +
          "\n";
  if (job.validation)
    text += "validation: " + counted(job.validation->judged(), "judged pair", "judged pairs") + ", " +
            counted(job.validation->queries(), "query", "queries") + " with p-MRR, " +
            grouped(job.validation->questions()) + " scored, every " +
            counted(job.trainer.validate_every, "step", "steps") + "\n";
  text += "learned: " + grouped(static_cast<long>(memory.learned_parameters)) + " numbers of " +
          grouped(static_cast<long>(memory.parameters)) + "\n";
  text += "memory, about: " + mebibytes(memory.weights) + " weights, " + mebibytes(memory.learned) +
          " what is learned, " + mebibytes(memory.activations) + " activations\n";
  print(text + "--- the first row, " + job.rows.name_of(job.taught.front()) + ", " +
        counted(std::ssize(job.examples.front().ids), "token", "tokens") + " ---\n" + first_prompt(job) + "\n");
}

std::string numeral_of(double number) {
  std::string text = std::to_string(number);  // six digits behind the point
  return text.substr(0, text.size() - 2);
}

std::string sentence_of(const train::Validation& validation) {
  std::string text = "accuracy " + numeral_of(validation.accuracy);
  if (validation.loss) text = "loss " + numeral_of(*validation.loss) + ", " + text;
  if (validation.p_mrr)
    text += ", p-MRR " + numeral_of(*validation.p_mrr) + " over " + counted(validation.queries, "query", "queries");
  return text;
}

bool is_interrupted() {
  try {
    check_interrupt();
    return false;
  } catch (const Interrupted&) {
    return true;
  }
}

train::TrainerHooks hooks_of(const Job& job, ProgressView& view) {
  train::TrainerHooks hooks;
  const long steps = job.trainer.rates.steps;
  hooks.stepped = [&view, steps](const train::StepReport& report) {
    view.show("taught, loss " + numeral_of(report.loss) + ": steps", report.step + 1, steps, 0);
  };
  hooks.validated = [](long step, const train::Validation& validation) {
    say((step == 0 ? "before: " : "after " + counted(step, "step", "steps") + ": ") + sentence_of(validation));
  };
  hooks.validating = [&view](long done, long total) { view.show("validated", done, total, 0); };
  hooks.wants_stop = is_interrupted;
  return hooks;
}

/// The run's curves, beside what was learned.
void write_page(const fs::path& out, const fs::path& log) {
  base::write_file(out / "report.html", report::training_page(report::read_training_log(log), HEED_VERSION));
  say("the curves are in " + (out / "report.html").string());
}

void say_end(const Job& job, const train::TrainerResult& result, const fs::path& log) {
  const fs::path out = job.options.out;
  const bool is_lora = job.learner.method == infer::Method::kLora;
  if (result.best) {
    const bool is_p_mrr = job.trainer.best_by == train::BestBy::kPMrr;
    say("the best by " + std::string(is_p_mrr ? "p-MRR" : "loss") + ", " + numeral_of(result.best->value) +
        ", was after " + counted(result.best->step, "step", "steps") + "; the last is in " + (out / "last").string());
    const auto before = !result.before ? std::nullopt : is_p_mrr ? result.before->p_mrr : result.before->loss;
    if (before && (is_p_mrr ? *before >= result.best->value : *before <= result.best->value))
      say("note: before training it was " + numeral_of(*before) + ", which nothing learned is better than");
  }
  say(is_lora ? "the adapter is in " + out.string() + ": heed score --model " + job.options.model.model +
                    " --recipe-file " + (out / "recipe.json").string()
              : "the model is in " + out.string() + ": heed score --model " + out.string());
  say("the log is " + log.string());
  write_page(out, log);
}

train::TrainedModel output_of(const Job& job, const infer::Learner& learner) {
  train::TrainedModel output{.method = job.learner.method, .base = job.source.folder, .recipe = job.source.recipe};
  output.task = job.lessons.task();
  output.rank = job.learner.rank;
  output.alpha = job.learner.alpha;
  if (job.learner.method == infer::Method::kLora) output.targets = learner.targets();
  output.tokenizer_files = retrieve::tokenizer_files();
  return output;
}

void teach(const Job& job, const train::RunFolder& folder, format::JsonJournal& log) {
  const InterruptWatch watch;
  ProgressView view(job.source.name);
  const auto learner = infer::load_engine().open_learner({job.source.folder, adapter_of(job.source)},
                                                         job.lessons.task(), job.learner, job.source.options);
  const auto name_of = [&](std::size_t i) { return job.rows.name_of(job.taught[i]); };
  const train::BatchOrder order({job.examples.size(), static_cast<std::size_t>(job.options.batch),
                                 job.options.shuffle == "on" ? train::Order::kShuffled : train::Order::kAsGiven,
                                 job.options.seed});
  train::Trainer trainer(*learner,
                         {job.lessons, job.examples, name_of, order, job.validation ? &*job.validation : nullptr,
                          folder, log, output_of(job, *learner)},
                         job.trainer, hooks_of(job, view));
  const auto result = trainer.run();
  if (result.is_finished) return say_end(job, result, log.path());
  say("stopped after " + std::to_string(result.steps) + " of " + counted(job.trainer.rates.steps, "step", "steps"));
  throw Interrupted();
}

/// None of the files is another, nor what is read; what is learned does not take the place of what it is learned from.
void check_files(const Options& options, const fs::path& log) {
  std::vector<NamedPath> inputs = {{"--validation", options.validation}, {"--recipe-file", options.model.recipe_file}};
  for (const std::string& path : options.data) inputs.push_back({"--data", path});
  std::erase_if(inputs, [](const NamedPath& input) { return fs::is_directory(input.path); });
  const fs::path out = options.out;
  std::vector<NamedPath> outputs = {{"--out", out}, {"--log", log}};
  for (const char* const name : {"training.json", "checkpoint.safetensors", "recipe.json", "report.html"})
    outputs.push_back({"--out's", out / name});
  check_outputs(inputs, outputs);
  std::vector<NamedPath> learned_from = {{"--init-adapter", options.init_adapter}};
  if (options.is_restart && fs::is_directory(options.model.model))
    learned_from.push_back({"--model", options.model.model});
  check_outputs(learned_from, std::span(outputs).first(1));
}

/// The page of a run that is finished, where it could not be written at its end.
void say_finished(const fs::path& out, const fs::path& log) {
  say(out.string() + " has this run, finished; there is nothing to do (--restart starts anew)");
  if (!base::is_there(out / "report.html") && base::is_there(log)) write_page(out, log);
}

void say_version(const train::RunFolder& folder) {
  const std::string version = folder.version();
  if (!version.empty() && version != HEED_VERSION)
    say("note: heed " + version +
        " began this run; going on with " HEED_VERSION ", the losses need not be bit for bit those of either");
}

void run_train(const Options& options) {
  const fs::path out = options.out, log_path = options.log.empty() ? out / "log.jsonl" : fs::path(options.log);
  if (!options.out.empty()) check_files(options, log_path);
  const Job job = prepare(options);
  if (options.is_dry_run) return dry_run(job);
  if (options.out.empty()) throw BadUsage("--out names the folder for what is learned (or --dry-run shows the plan)");
  const train::RunFolder folder(out, identity_of(job));
  const auto lock = folder.lock();
  if (!options.is_restart) {
    if (folder.state() == train::RunFolder::State::kFinished) return say_finished(out, log_path);
    say_version(folder);
  }
  std::optional<format::JsonJournal> log;
  if (base::is_there(log_path)) {
    log.emplace(log_path);
    expect_own_log(*log, folder.identity(),
                   options.is_restart ? train::LogThere::kAnyRuns : train::LogThere::kThisRuns);
  }
  if (options.is_restart) {
    folder.restart();
    if (log) log->cut(0);
  }
  if (const auto cut = cut_rows(job)) say("note: " + *cut + " (--max-length)");
  folder.begin(log_path);
  if (!log) log.emplace(log_path);
  teach(job, folder, *log);
}

void add_learning(CLI::App& app, Options& options) {
  app.add_option("--method", options.method, "lora: an adapter is learned; full: every number of the model, in float32")
      ->type_name("lora|full")
      ->capture_default_str();
  app.add_option("--rank", options.rank, "of LoRA. Default: 8, or that of --init-adapter's folder")
      ->type_name("N")
      ->check(CLI::Range(1, 65536));
  app.add_option("--alpha", options.alpha, "the update counts alpha / rank. Default: 16, or --init-adapter's")
      ->type_name("X")
      ->check(number_from(1e-6, 1e6));
  app.add_option("--targets", options.targets,
                 "the linear layers that LoRA updates, as they are called in the checkpoint, with commas between. "
                 "Default: attention's q_proj,k_proj,v_proj,o_proj, or what they are called in the architecture")
      ->type_name("NAMES");
  app.add_option("--init-adapter", options.init_adapter,
                 "an adapter to begin with: PEFT's folder, or its safetensors file")
      ->type_name("PATH");
  app.add_option("--batch", options.batch, "rows of a step")
      ->type_name("N")
      ->check(CLI::Range(1, 1 << 20))
      ->capture_default_str();
  app.add_option("--epochs", options.epochs, "times that all rows are taught")
      ->type_name("N")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  app.add_option("--steps", options.steps, "so many steps, whatever --epochs says")
      ->type_name("N")
      ->check(CLI::Range(1L, kMostSteps));
  app.add_option("--shuffle", options.shuffle, "whether each epoch has an order of its own (by --seed)")
      ->type_name("on|off")
      ->capture_default_str();
  app.add_option("--seed", options.seed, "of the order, of a new adapter, of --hold-out")
      ->type_name("N")
      ->check(CLI::Range(0L, kLargestSeed))
      ->capture_default_str();
  app.add_option(
         "--max-length", options.max_length,
         "tokens of a prompt with its answer; a row that is longer loses the end of its document, and how many do is "
         "said. Default: 2048, or the recipe's max_length where that is less")
      ->type_name("N")
      ->check(CLI::Range(4, 1 << 24));
}

void add_optimizer(CLI::App& app, Options& options) {
  app.add_option("--lr", options.rate, "the highest learning rate")
      ->type_name("X")
      ->check(number_above(0, kLargestFactor))
      ->capture_default_str();
  app.add_option("--schedule", options.schedule,
                 "how the rate goes down after the warm-up: " + list_of(schedule_names()))
      ->type_name("NAME")
      ->capture_default_str();
  app.add_option("--warmup", options.warmup, "steps in which the rate goes up to its highest")
      ->type_name("N")
      ->check(CLI::Range(0L, kMostSteps))
      ->capture_default_str();
  app.add_option("--clip", options.clip, "the gradient's norm is scaled down to it; 0: never")
      ->type_name("X")
      ->check(number_from(0, kLargestFactor))
      ->capture_default_str();
  app.add_option("--weight-decay", options.weight_decay, "of AdamW")
      ->type_name("X")
      ->check(number_from(0, kLargestFactor))
      ->capture_default_str();
  app.add_option("--beta1", options.beta1, "of AdamW")->type_name("X")->check(number_from(0, 0.9999999));
  app.add_option("--beta2", options.beta2, "of AdamW")->type_name("X")->check(number_from(0, 0.9999999));
  app.add_option("--epsilon", options.epsilon, "of AdamW")->type_name("X")->check(number_from(1e-30, 1));
  app.add_option("--activations", options.activations,
                 "recomputed: a layer keeps its input alone, and what its backward needs is computed again; kept: all "
                 "is kept, which is faster and takes several times the memory")
      ->type_name("recomputed|kept")
      ->capture_default_str();
}

void add_measuring(CLI::App& app, Options& options) {
  app.add_option("--hold-out", options.hold_out, "share of the queries whose rows are not taught, but validated with")
      ->type_name("F")
      ->check(number_from(0, 0.9))
      ->capture_default_str();
  app.add_option("--validation", options.validation,
                 "rows to validate with, or the folder of an instruction benchmark (heed help layouts)")
      ->type_name("ROWS.jsonl|FOLDER");
  app.add_option("--validation-topics", options.validation_topics, "only so many of the folder's topics")
      ->type_name("N")
      ->check(CLI::Range(1, 1000000));
  app.add_option("--validate-every", options.validate_every, "steps between validations. Default: an epoch's")
      ->type_name("N")
      ->check(CLI::Range(1L, kMostSteps));
  app.add_option("--best-by", options.best_by,
                 "which of the validated is kept: p-mrr, loss or last; auto: the first of these that there is")
      ->type_name("NAME")
      ->capture_default_str();
  app.add_option("--save-every", options.save_every, "steps between checkpoints, from which a run goes on")
      ->type_name("N")
      ->check(CLI::Range(1L, kMostSteps))
      ->capture_default_str();
  app.add_option("--log", options.log, "the file for the log. Default: log.jsonl in the folder of --out")
      ->type_name("FILE");
}

}  // namespace

void set_up_train(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  add_model(app, options->model);
  add_recipe_style(app, options->model);
  app.add_option("--data", options->data,
                 "rows: JSON lines {\"query\":..,\"instruction\":..,\"title\":..,\"text\":..,\"label\":\"true\"|"
                 "\"false\"}; several files are one after the other")
      ->type_name("ROWS.jsonl")
      ->required();
  app.add_option("--out", options->out, "the folder for what is learned")->type_name("FOLDER");
  add_learning(app, *options);
  add_optimizer(app, *options);
  add_measuring(app, *options);
  app.add_flag("--restart", options->is_restart,
               "starts anew where the folder has a run, and removes what that learned");
  app.add_flag("--dry-run", options->is_dry_run,
               "shows rows, tokens, what --max-length cuts, steps, memory and the first prompt; learns nothing");
  app.footer(
      "Teaches a model by judged examples, as FollowIR-7B was taught (Weller et al. 2024, section 5, appendix C, "
      "whose\n"
      "settings are the defaults): LoRA of rank 8 and alpha 16 on attention, AdamW, cosine, 8 epochs of batches of "
      "32.\n"
      "  heed train --model Mistral-7B-Instruct-v0.2 --preset FollowIR-7B --data rows.jsonl --out followir\n"
      "  heed train --model monobert --data rows.jsonl --out better --hold-out 0.1\n"
      "A language model (llama, mistral) learns to answer the prompt of its recipe, a classifier (bert; t5 with a "
      "classifier, as\n"
      "TART-full) its label; bi-encoders, monoT5 and models behind an API are not taught. What it reads is what heed "
      "score\n"
      "reads. The loss of a step is the mean over the answers' tokens of its batch.\n"
      "Into the folder: an adapter as PEFT has it, with recipe.json for --recipe-file (or, with --method full, a "
      "whole\n"
      "checkpoint); log.jsonl, a line for each step and each validation, and its curves as report.html; training.json, "
      "what was\n"
      "asked. With validation the folder has the best, and last/ the last. It validates before the first step, every "
      "epoch and at the end:\n"
      "loss, accuracy, and p-MRR where a query has two instructions that a document is relevant under the first of "
      "only.\n"
      "A run that was stopped (Ctrl-C, a crash) goes on with the same command, with the same losses bit for bit; other "
      "settings\n"
      "are refused. Warm-up: the rate of step s of W is (s + 1) / W of the highest (transformers: s / W). A loss that "
      "is\n"
      "no number ends the run and names the step's rows.");
  app.callback([options] { run_train(*options); });
}

}  // namespace heed::cli
