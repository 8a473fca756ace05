// heed_teaching_data: a small encoder, and rows to teach it with (docs/teaching.md).
#include <algorithm>
#include <charconv>
#include <exception>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "format/json.h"
#include "teaching/families.h"
#include "teaching/invented_rows.h"
#include "teaching/medical_rows.h"
#include "teaching/small_encoder.h"
#include "teaching/vocabulary.h"

namespace heed::teaching {
namespace {

constexpr std::string_view kUsage =
    "usage: heed_teaching_data medical NFCORPUS BENCHMARK BASE TEACH SEED OUT\n"
    "       heed_teaching_data invented WORDS ROWS OUT\n"
    "       heed_teaching_data half MODEL OUT\n"
    "       heed_teaching_data families RESULTS.json...\n"
    "\n"
    "medical: OUT/base.jsonl of BASE rows, OUT/teach.jsonl and OUT/control.jsonl of TEACH rows each, by rule from "
    "NFCorpus\n"
    "(BEIR's layout) without the topics of the instruction benchmark; OUT/encoder, a small BERT with weights as "
    "drawn.\n"
    "invented: base, teach and the encoder, of sentences filled at random from a file of words, one a line.\n"
    "half: a model with its weights in 16 bits.\n"
    "families: p-MRR by the sentence that was added, of results of heed bench side by side.\n";

constexpr std::size_t kLargest = 10'000'000, kWords = 6000, kBeginnings = 900;

using Arguments = std::vector<std::string>;

std::size_t number_of(const std::string& text) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < 1 || number > kLargest)
    throw base::BadUsage("rows and seeds are numbers from 1 to 10000000, not " + text);
  return number;
}

void write_rows(const std::vector<train::Row>& rows, const std::filesystem::path& path) {
  std::string text;
  for (const train::Row& row : rows) text += format::compact(to_json(row)) + "\n";
  base::write_file(path, text);
}

/// Queries with their instructions, as the encoder's vocabulary sees them.
std::vector<std::string> needs_of(const std::vector<train::Row>& rows) {
  std::vector<std::string> needs;
  for (const train::Row& row : rows) needs.push_back(row.query + " " + row.instruction);
  return needs;
}

void medical(const Arguments& arguments) {
  const std::filesystem::path out = arguments[5];
  const std::size_t seed = number_of(arguments[4]);
  const MedicalRows rows =
      make_medical_rows({arguments[0], arguments[1], number_of(arguments[2]), number_of(arguments[3]), seed});
  write_rows(rows.base, out / "base.jsonl");
  write_rows(rows.teach, out / "teach.jsonl");
  write_rows(rows.control, out / "control.jsonl");
  std::vector<std::string> seen = rows.texts;
  const std::vector<std::string> needs = needs_of(rows.teach);
  seen.insert(seen.end(), needs.begin(),
              needs.begin() + static_cast<std::ptrdiff_t>(std::min(needs.size(), seen.size())));
  const auto pieces = make_vocabulary(seen, kWords, kBeginnings);
  write_small_encoder({pieces, rows.texts, needs, seed}, out / "encoder");
  std::cout << rows.topics << " topics, " << rows.texts.size() << " documents, " << pieces.size() << " pieces\n";
}

void invented(const Arguments& arguments) {
  const std::filesystem::path out = arguments[2];
  const InventedRows rows = make_invented_rows(arguments[0], number_of(arguments[1]), 1);
  write_rows(rows.base, out / "base.jsonl");
  write_rows(rows.teach, out / "teach.jsonl");
  const std::vector<std::string> needs = needs_of(rows.teach);
  std::vector<std::string> texts;
  for (const train::Row& row : rows.teach) texts.push_back(row.title + " " + row.text);
  const auto pieces = make_vocabulary_of_list(rows.words, kWords, kBeginnings);
  write_small_encoder({pieces, texts, needs}, out / "encoder");
  std::cout << rows.words.size() << " words, " << pieces.size() << " pieces\n";
}

void half(const Arguments& arguments) {
  write_in_half(arguments[0], arguments[1]);
}

void families(const Arguments& arguments) {
  std::cout << families_table({arguments.begin(), arguments.end()});
}

struct Command {
  std::string_view name;
  std::size_t least, most;  ///< arguments
  void (*run)(const Arguments&);
};
constexpr Command kCommands[] = {
    {"medical", 6, 6, medical}, {"invented", 3, 3, invented}, {"half", 2, 2, half}, {"families", 1, 100, families}};

int run(const Arguments& arguments) {
  for (const Command& command : kCommands) {
    if (arguments.empty() || arguments[0] != command.name) continue;
    if (arguments.size() <= command.least || arguments.size() > command.most + 1) break;
    command.run({arguments.begin() + 1, arguments.end()});
    return 0;
  }
  std::cerr << kUsage;
  return 64;
}

}  // namespace
}  // namespace heed::teaching

int main(int count, char** values) {
  const auto failed = [](const std::exception& error, int code) {
    std::cerr << "heed_teaching_data: " << error.what() << "\n";
    return code;
  };
  try {
    return heed::teaching::run({values + 1, values + count});
  } catch (const heed::base::BadUsage& error) {
    return failed(error, 64);
  } catch (const heed::base::BadInput& error) {
    return failed(error, 65);
  } catch (const std::exception& error) {
    return failed(error, 70);
  }
}
