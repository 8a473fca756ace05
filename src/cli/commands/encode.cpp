#include <algorithm>
#include <unordered_map>

#include "base/error.h"
#include "cli/command.h"
#include "cli/model_options.h"
#include "cli/progress.h"
#include "cli/terminal.h"
#include "cli/text_lines.h"

namespace heed::cli {

namespace {

struct Options {
  ModelFlags model;
  std::string texts, as;
};

constexpr std::size_t kBlock = 256;
constexpr std::string_view kEncoded = "encoded";

/// A model behind an API, whose answers do not say which text had how many tokens.
void encode_remotely(const retrieve::RemoteModelSource& source, retrieve::TextRole role,
                     std::span<const TextLine> lines, ProgressView& view) {
  const auto encoder = retrieve::open_remote_encoder(source);
  std::vector<std::string> texts;
  for (const TextLine& line : lines)
    texts.push_back(role == retrieve::TextRole::kQuery ? query_text(source.recipe, line.need())
                                                       : document_text(source.recipe, line.document()));
  std::unordered_map<std::string_view, long> left;  // how often a text comes yet
  for (const std::string& text : texts) ++left[text];
  std::unordered_map<std::string_view, std::string> bought;  // of texts that come again
  view.show(kEncoded, 0, static_cast<long>(texts.size()), 0);
  const std::size_t most = kBlock * static_cast<std::size_t>(source.recipe.concurrency);
  for (std::size_t begin = 0; begin < texts.size(); begin += most) {
    const std::size_t count = std::min(most, texts.size() - begin);
    const auto block = std::span<const std::string>(texts).subspan(begin, count);
    std::vector<std::string> wanted;
    for (const std::string& text : block)
      if (bought.try_emplace(text).second) wanted.push_back(text);
    const auto vectors = encoder->encode(role, wanted);
    for (std::size_t i = 0; i < wanted.size(); ++i)
      bought.at(wanted[i]) = "{\"embedding\":" + numeral_list(vectors[i]) + "}\n";
    std::string out;
    for (const std::string& text : block) {
      out += bought.at(text);
      if (--left.at(text) == 0) bought.erase(text);
    }
    print(out);
    view.show(kEncoded, static_cast<long>(begin + count), static_cast<long>(texts.size()), 0);
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
  ProgressView view(options.model.model);
  if (const auto remote = find_remote_model(options.model))
    return encode_remotely(*remote, is_query ? retrieve::TextRole::kQuery : retrieve::TextRole::kDocument, lines, view);
  const auto encoder = retrieve::open_bi_encoder(find_model(options.model));
  std::vector<recipe::PromptedText> texts;
  for (const TextLine& line : lines) {
    texts.push_back(is_query ? query_text(encoder->recipe(), line.need())
                             : document_text(encoder->recipe(), line.document()));
  }
  view.show(kEncoded, 0, static_cast<long>(texts.size()), 0);
  for (std::size_t begin = 0; begin < texts.size(); begin += kBlock) {
    const std::size_t count = std::min(kBlock, texts.size() - begin);
    std::string text;
    for (const auto& vector : encoder->encode(std::span(texts).subspan(begin, count)))
      text +=
          "{\"embedding\":" + numeral_list(vector.elements) + ",\"tokens\":" + std::to_string(vector.tokens) + "}\n";
    print(text);
    view.show(kEncoded, static_cast<long>(begin + count), static_cast<long>(texts.size()), 0);
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
