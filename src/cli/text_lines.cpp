#include "cli/text_lines.h"

#include <charconv>

#include "format/jsonl.h"

namespace heed::cli {

namespace {

template <class Number>
std::string shortest(Number number) {
  char text[64];
  const auto [end, error] = std::to_chars(text, text + sizeof text, number);
  return {text, end};
}

}  // namespace

std::vector<TextLine> read_text_lines(const std::filesystem::path& path, const NeededFields& needed) {
  std::vector<TextLine> lines;
  format::JsonlReader reader(path);
  while (reader.next()) {
    for (const std::string_view name : needed.all) reader.text(name);
    bool has_any = needed.any.empty();
    std::string names;
    for (const std::string_view name : needed.any) {
      has_any = has_any || reader.optional_text(name).has_value();
      names += (names.empty() ? "" : " nor ") + std::string(name);
    }
    if (!has_any) reader.fail("has no " + names);
    const auto field = [&](std::string_view name) { return std::string(reader.optional_text(name).value_or("")); };
    lines.push_back({field("query"), field("instruction"), field("title"), field("text")});
  }
  return lines;
}

std::string numeral(double number) {
  return shortest(number);
}

std::string numeral(float number) {
  return shortest(number);
}

std::string numeral_list(std::span<const float> numbers) {
  std::string list = "[";
  for (const float number : numbers) list += (list.size() > 1 ? "," : "") + numeral(number);
  return list + "]";
}

}  // namespace heed::cli
