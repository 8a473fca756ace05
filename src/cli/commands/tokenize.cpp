#include "base/error.h"
#include "base/parallel.h"
#include "cli/command.h"
#include "cli/model_options.h"
#include "cli/terminal.h"
#include "format/json.h"
#include "format/jsonl.h"
#include "text/tokenizer.h"

namespace heed::cli {

namespace {

struct Options {
  std::string model, texts;
  bool is_plain = false, shows_pieces = false;
};

/// One text, or two.
struct Line {
  std::string first;
  std::optional<std::string> second;
  std::optional<int> max_length;
};

std::vector<Line> read_lines(const std::string& path, bool is_plain) {
  std::vector<Line> lines;
  format::JsonlReader reader(path);
  while (reader.next()) {
    Line line;
    const auto second = reader.optional_text("second");
    line.first = second ? reader.text("first") : reader.text("text");
    if (second) line.second = std::string(*second);
    if (second && is_plain) reader.fail("a pair has special tokens between its texts; --plain is for single texts");
    if (reader.has("max_length")) {
      const long length = reader.integer("max_length");
      if (length < 1 || length > 1'000'000'000) reader.fail("max_length is not a positive number of tokens");
      line.max_length = static_cast<int>(length);
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

text::Tokenizer open_tokenizer(const std::string& model) {
  if (std::filesystem::is_regular_file(model)) return text::Tokenizer::open_file(model);
  if (std::filesystem::is_directory(model)) return text::Tokenizer::open(model);
  ModelFlags flags;
  flags.model = model;
  return text::Tokenizer::open(find_model(flags).folder);
}

template <class Items>
std::string list_of(const Items& items) {
  std::string list = "[";
  for (const auto item : items) list += (list.size() > 1 ? "," : "") + std::to_string(item);
  return list + "]";
}

std::string line_of(const text::Encoding& encoding, const text::Tokenizer& tokenizer, bool shows_pieces) {
  std::string line = "{\"ids\":" + list_of(encoding.ids) + ",\"type_ids\":" + list_of(encoding.type_ids);
  if (shows_pieces) {
    format::Json pieces = format::Json::array();
    for (const text::TokenId id : encoding.ids) pieces.push_back(tokenizer.piece(id));
    line += ",\"pieces\":" + format::compact(pieces);
  }
  return line + "}\n";
}

void run_tokenize(const Options& options) {
  const auto lines = read_lines(options.texts, options.is_plain);
  const text::Tokenizer tokenizer = open_tokenizer(options.model);
  const text::Specials specials = options.is_plain ? text::Specials::kNone : text::Specials::kAll;
  std::vector<std::string> results(lines.size());
  base::parallel_for(lines.size(), base::usable_cores(), [&](int, std::size_t i) {
    const Line& line = lines[i];
    const auto encoding = line.second ? tokenizer.encode_pair(line.first, *line.second, line.max_length)
                                      : tokenizer.encode(line.first, specials, line.max_length);
    results[i] = line_of(encoding, tokenizer, options.shows_pieces);
  });
  std::string text;
  for (const std::string& result : results) text += result;
  print(text);
}

}  // namespace

void set_up_tokenize(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  app.add_option("--model", options->model,
                 "a checkpoint's folder, a tokenizer's file (tokenizer.json, a SentencePiece model, Llama 3's ranks, "
                 "vocab.txt), or a preset's name")
      ->type_name("NAME|FOLDER|FILE")
      ->required();
  app.add_option(
         "--texts", options->texts,
         "lines of {\"text\":..} or, for pairs, {\"first\":..,\"second\":..,\"max_length\":n}; only the second is "
         "cut; - is standard input")
      ->type_name("FILE.jsonl")
      ->required();
  app.add_flag("--plain", options->is_plain, "add no special tokens");
  app.add_flag("--pieces", options->shows_pieces, "also the pieces, as the vocabulary writes them");
  app.footer(
      "For each line, in order: {\"ids\":[..],\"type_ids\":[..]}, and \"pieces\" where they are asked for.\n"
      "  echo '{\"text\":\"Hubble telescope\"}' | heed tokenize --model E5-base-v2 --texts - --pieces");
  app.callback([options] { run_tokenize(*options); });
}

}  // namespace heed::cli
