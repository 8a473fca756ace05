#include <algorithm>

#include "base/error.h"
#include "cli/command.h"
#include "cli/model_options.h"
#include "cli/terminal.h"
#include "cli/text_lines.h"

namespace heed::cli {

namespace {

struct Options {
  ModelFlags model;
  std::string pairs;
};

std::string line_of(const retrieve::PairScore& score) {
  const std::string logits = score.logits.empty() ? "" : ",\"logits\":" + numeral_list(score.logits);
  return "{\"score\":" + numeral(score.score) + logits + ",\"tokens\":" + std::to_string(score.tokens) + "}\n";
}

/// Tells, before the first score, of needs that the model does not read whole. Throws BadInput for one that it cannot
/// score.
void say_shortfalls(const retrieve::PairScorer& scorer, std::span<const retrieve::NeedAndDocument> pairs) {
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    if (i > 0 && pairs[i].need == pairs[i - 1].need) continue;
    const std::string who = "the query of pair " + std::to_string(i + 1);
    try {
      if (const auto shortfall = scorer.shortfall(pairs[i].need)) say(who + " " + *shortfall);
    } catch (const base::BadInput& bad) {
      throw base::BadInput(who + ": " + bad.what());
    }
  }
}

void run_score(const Options& options) {
  constexpr std::size_t kBlock = 256;  // pairs scored, and then printed, at a time
  const auto lines = read_text_lines(
      options.pairs, {.all = {"query", "text"}});  // all, so that a bad one is said before the first score
  const auto scorer = retrieve::open_scorer(find_model(options.model));
  std::vector<retrieve::NeedAndDocument> pairs;
  pairs.reserve(lines.size());
  for (const TextLine& line : lines) pairs.push_back({line.need(), line.document()});
  say_shortfalls(*scorer, pairs);
  for (std::size_t begin = 0; begin < pairs.size(); begin += kBlock) {
    const std::size_t count = std::min(kBlock, pairs.size() - begin);
    std::string text;
    for (const auto& score : scorer->score(std::span(pairs).subspan(begin, count))) text += line_of(score);
    print(text);
    show_progress(static_cast<long>(begin + count), static_cast<long>(pairs.size()));
  }
}

}  // namespace

void set_up_score(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  add_model(app, options->model);
  add_recipe_style(app, options->model);
  app.add_option(
         "--pairs", options->pairs,
         "lines of {\"query\":..,\"instruction\":..,\"title\":..,\"text\":..}; instruction and title may be missing; "
         "- is standard input")
      ->type_name("FILE.jsonl")
      ->required();
  app.footer(
      "For each line, in order: {\"score\":s,\"logits\":[no,yes],\"tokens\":n}. Higher means more relevant; logits are "
      "of the\n"
      "kinds that have them. Floats read back exactly.\n"
      "  heed score --model FollowIR-7B --pairs pairs.jsonl\n"
      "A score does not depend on what else is in the file, but for rounding (float32: below 1e-5).");
  app.callback([options] { run_score(*options); });
}

}  // namespace heed::cli
