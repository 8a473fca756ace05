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
  std::string texts, as;
};

constexpr std::size_t kBlock = 256;

/// A model behind an API, whose answers do not say which text had how many tokens.
void encode_remotely(const retrieve::RemoteModelSource& source, retrieve::TextRole role,
                     std::span<const TextLine> lines) {
  const auto encoder = retrieve::open_remote_encoder(source);
  std::vector<std::string> texts;
  for (const TextLine& line : lines)
    texts.push_back(role == retrieve::TextRole::kQuery ? query_text(source.recipe, line.need())
                                                       : document_text(source.recipe, line.document()));
  const std::size_t most = kBlock * static_cast<std::size_t>(source.recipe.concurrency);
  for (std::size_t begin = 0; begin < texts.size(); begin += most) {
    const std::size_t count = std::min(most, texts.size() - begin);
    std::string text;
    for (const auto& vector : encoder->encode(role, std::span<const std::string>(texts).subspan(begin, count)))
      text += "{\"embedding\":" + numeral_list(vector) + "}\n";
    print(text);
    show_progress(static_cast<long>(begin + count), static_cast<long>(texts.size()));
  }
}

void run_encode(const Options& options) {
  if (options.as != "query" && options.as != "document")
    throw base::BadUsage("--as is query or document, not " + options.as);
  const bool is_query = options.as == "query";
  auto lines = is_query ? read_text_lines(options.texts, {.any = {"query", "text"}})
                        : read_text_lines(options.texts, {.any = {"text", "title"}});
  for (TextLine& line : lines)
    if (is_query && line.query.empty()) line.query = line.text;
  if (const auto remote = find_remote_model(options.model))
    return encode_remotely(*remote, is_query ? retrieve::TextRole::kQuery : retrieve::TextRole::kDocument, lines);
  const auto encoder = retrieve::open_bi_encoder(find_model(options.model));
  std::vector<retrieve::PromptedText> texts;
  for (const TextLine& line : lines) {
    texts.push_back(is_query ? query_text(encoder->recipe(), line.need())
                             : document_text(encoder->recipe(), line.document()));
  }
  for (std::size_t begin = 0; begin < texts.size(); begin += kBlock) {
    const std::size_t count = std::min(kBlock, texts.size() - begin);
    std::string text;
    for (const auto& vector : encoder->encode(std::span(texts).subspan(begin, count)))
      text +=
          "{\"embedding\":" + numeral_list(vector.elements) + ",\"tokens\":" + std::to_string(vector.tokens) + "}\n";
    print(text);
    show_progress(static_cast<long>(begin + count), static_cast<long>(texts.size()));
  }
}

}  // namespace

void set_up_encode(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  add_model(app, options->model);
  add_remote_model(app, options->model);
  add_recipe_style(app, options->model);
  app.add_option("--texts", options->texts,
                 "lines of {\"query\":..,\"instruction\":..} for queries (\"text\" will do for \"query\"), or of "
                 "{\"title\":..,\"text\":..} for documents; - is standard input")
      ->type_name("FILE.jsonl")
      ->required();
  app.add_option("--as", options->as, "query or document: which of the recipe's prompts is meant")
      ->type_name("query|document")
      ->required();
  app.footer(
      "For each line, in order: {\"embedding\":[..],\"tokens\":n}; a model behind an API gives the vector alone. "
      "Floats "
      "read back\n"
      "exactly.\n"
      "  heed encode --model E5-base-v2 --texts corpus.jsonl --as document");
  app.callback([options] { run_encode(*options); });
}

}  // namespace heed::cli
