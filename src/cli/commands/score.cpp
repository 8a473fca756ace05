#include <algorithm>

#include "base/error.h"
#include "base/parallel.h"
#include "cli/command.h"
#include "cli/model_options.h"
#include "cli/progress.h"
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

constexpr std::string_view kScored = "scored";
constexpr std::size_t kBlock = 256;  // pairs scored, and then printed, at a time

using Pairs = std::vector<retrieve::NeedAndDocument>;

/// Cuts pairs where the need changes, and where there are `most` of one: what one request can score.
std::vector<std::span<const retrieve::NeedAndDocument>> requests_of(std::span<const retrieve::NeedAndDocument> pairs,
                                                                    std::size_t most) {
  std::vector<std::span<const retrieve::NeedAndDocument>> requests;
  for (std::size_t begin = 0, end = 0; begin < pairs.size(); begin = end) {
    while (end < pairs.size() && end - begin < most && pairs[end].need == pairs[begin].need) ++end;
    requests.push_back(pairs.subspan(begin, end - begin));
  }
  return requests;
}

/// A model behind an API, with as many requests under way as it allows.
void score_remotely(const retrieve::RemoteModelSource& source, const Pairs& pairs, ProgressView& view) {
  const retrieve::Model model = retrieve::open_model(source);
  std::vector<std::unique_ptr<retrieve::Reranker>> rerankers;
  for (int i = 0; i < model.instances; ++i) rerankers.push_back(model.open(nullptr));
  view.show(kScored, 0, static_cast<long>(pairs.size()), 0);
  for (std::size_t begin = 0; begin < pairs.size(); begin += kBlock) {
    const auto block = std::span(pairs).subspan(begin, std::min(kBlock, pairs.size() - begin));
    std::vector<collection::Need> needs;
    std::vector<collection::Document> documents;
    for (const auto& [need, document] : block) needs.push_back(need), documents.push_back(document);
    rerankers.front()->prepare(needs, documents, {});
    const auto requests = requests_of(block, model.block);
    std::vector<std::string> lines(requests.size());
    base::parallel_for(requests.size(), model.instances, [&](int worker, std::size_t i) {
      const std::vector<collection::Need> need = {requests[i].front().need};
      std::vector<collection::Document> some;
      for (const auto& pair : requests[i]) some.push_back(pair.document);
      const auto scores = rerankers[static_cast<std::size_t>(worker)]->score(need, some);
      for (const double score : scores.front()) lines[i] += "{\"score\":" + numeral(score) + "}\n";
    });
    for (const std::string& some : lines) print(some);
    view.show(kScored, static_cast<long>(begin + block.size()), static_cast<long>(pairs.size()), 0);
  }
}

void run_score(const Options& options) {
  const auto lines = read_text_lines(
      options.pairs, {.all = {"query", "text"}});  // all, so that a bad one is said before the first score
  Pairs pairs;
  pairs.reserve(lines.size());
  for (const TextLine& line : lines) pairs.push_back({line.need(), line.document()});
  ProgressView view(options.model.model);
  if (const auto remote = find_remote_model(options.model)) return score_remotely(*remote, pairs, view);
  const auto scorer = retrieve::open_scorer(find_model(options.model));
  say_shortfalls(*scorer, pairs);
  view.show(kScored, 0, static_cast<long>(pairs.size()), 0);
  for (std::size_t begin = 0; begin < pairs.size(); begin += kBlock) {
    const std::size_t count = std::min(kBlock, pairs.size() - begin);
    std::string text;
    for (const auto& score : scorer->score(std::span(pairs).subspan(begin, count))) text += line_of(score);
    print(text);
    view.show(kScored, static_cast<long>(begin + count), static_cast<long>(pairs.size()), 0);
  }
}

}  // namespace

void set_up_score(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  add_model(app, options->model);
  add_remote_model(app, options->model);
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
      "kinds that have them; a model behind an API gives the score alone. Floats read back exactly.\n"
      "  heed score --model FollowIR-7B --pairs pairs.jsonl\n"
      "A score does not depend on what else is in the file, but for rounding (float32: below 1e-5).");
  app.callback([options] { run_score(*options); });
}

}  // namespace heed::cli
