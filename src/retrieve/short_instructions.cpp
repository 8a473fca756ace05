#include "retrieve/short_instructions.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/ascii.h"
#include "base/error.h"
#include "text/utf8.h"

namespace heed::retrieve {

using format::Json;

namespace {

constexpr std::string_view kPlace = "FILL_TEXT_HERE";

constexpr std::string_view kShortPrompt =
    R"prompt(I have instructions that are specific to a question, but I need your help abstracting them to a general task format that I can give to someone else. I need you to turn them into an abstract command that just describe the general abstract task instead (e.g., where the data is from, what the type of document looks like). It is crucial that you read and follow these instructions, you will get a large bonus if you are successful ($200).

The abstract command should only mention the **task format**. Do **not** refer to any entities or specific text in the original instruction. Your response should be around 10 words. The command should be as if you were speaking to another human.

## Examples
### Example 1:
Original Instruction: A relevant document would provide information about the whole blood-base perfusate and whether or not it provides superior preservation of myocardial function during ex vivo heart perfusion. This may include research experiments, commentary, or survey/review papers. Information about whole blood-base perfusate alone is not relevant, unless it also mentions it's effect on myocardial function during ex vivo heart perfusion.
Abstract Command: Help me to find a highly related PubMed paper to answer this question.

### Example 2:
Original Instruction: A relevant document will contain information that about the right of way in international waters that can be used to determine who should have the right of way in a given situation. For example, it should contain instances about who is at fault in an accident, if it depends on the size of the boat, or details about how this differs according to nationality. Especially relevant are documents describing who is at fault in a crash situation.
Abstract Command: Retrieve a Wikipedia paragraph that answers this question.

### Example 3:
Original Instruction: A relevant instance will be a question that is semantically equivalent to the query given. For example, it may contain different lexical words or be a paraphrase of the other, but the underlying meaning will be the same. If the instance is not semantically the same as the query, it is irrelevant.
Abstract Command: Check if a Quora question is duplicated with this question.

### Example 4:
Original Instruction: A relevant document would include details about the timing of medicare and what age patients can start using it for healthcare. It may include information about laws, insurance, or other details that describe the age the medicare begins. Less relevant are documents talking about potential laws or facts about medicare that do not answer the question of what age medicare begins. Just the mention of an age and when to start medicare would be relevant.
Abstract Command: I want to know the answer to the question. Can you find good evidence on the web?

Now you can easily see that the abstract command is vague and describes only a short command about how to get the information you need. Follow this exactly--do not reference specifics (like in the above, "international waters" and "medicare" are not included in the abstract command). You should instead keep the abstract command vague and well, abstract about the task only. Use the word "question".

## Your turn
Original Instruction: FILL_TEXT_HERE
Abstract Command (remember to use the word "question"):)prompt";

constexpr std::string_view kKeywordsPrompt =
    R"prompt(I have instructions that are specific to a style of retrieval, but I want you to instead just focus on the relevant keywords that are in these instructions. Your job is to return a list of these keywords that are relevant in the query. There are probably one or two relevant keywords to extract only.

## Examples
### Example 1:
Instruction: Help me to find a highly related PubMed paper to answer this question.
Keywords: ["PubMed"]

### Example 2:
Instruction: I want to find an answer for this Trivia question. Can you find some paragraphs that provide evidence from Wikipedia?
Keywords: ["Trivia", "Wikipedia"]

### Example 3:
Instruction: Check if a Quora question is duplicated with this question.
Keywords: ["Quora", "duplicated"]

### Example 4:
Instruction: I want to find a related question asked in StackExchange. Can you find one for me?
Keywords: ["related", "StackExchange"]

## Your turn
Instruction: FILL_TEXT_HERE
Keywords (either one or two keywords, that are not "documents", "questions", "answer", or "articles"):)prompt";

std::string filled(std::string_view prompt, std::string_view instruction) {
  std::string text(prompt);
  text.replace(text.find(kPlace), kPlace.size(), text::stripped(instruction));
  return text;
}

bool starts_with_folded(std::string_view text, std::string_view part) {
  return base::is_same_name(text.substr(0, part.size()), part);
}

/// Takes away whichever of the marks it begins and ends with; true if there was one at both ends.
bool unwrap(std::string_view& text, std::string_view open, std::string_view close) {
  if (text.size() < open.size() + close.size() || !text.starts_with(open) || !text.ends_with(close)) return false;
  text = text::stripped(text.substr(open.size(), text.size() - open.size() - close.size()));
  return true;
}

/// Without quotes and Markdown's marks around it.
std::string_view unquoted(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kQuotes = {{{"**", "**"},
                                                                                     {"*", "*"},
                                                                                     {"__", "__"},
                                                                                     {"\"", "\""},
                                                                                     {"'", "'"},
                                                                                     {"`", "`"},
                                                                                     {"\u201C", "\u201D"},
                                                                                     {"\u2018", "\u2019"},
                                                                                     {"\u201E", "\u201C"}}};
  text = text::stripped(text);
  for (bool changed = true; changed;) {
    changed = false;
    for (const auto& [open, close] : kQuotes) changed = unwrap(text, open, close) || changed;
  }
  return text;
}

/// Without the number or the dot of a list.
std::string_view without_bullet(std::string_view line) {
  line = text::stripped(line);
  for (const std::string_view bullet : {"- ", "* ", "\u2022 ", "+ "})
    if (line.starts_with(bullet)) return text::stripped(line.substr(bullet.size()));
  const std::size_t digits = line.find_first_not_of("0123456789");
  if (digits == 0 || digits > 2 || digits == std::string_view::npos) return line;
  if (line[digits] != '.' && line[digits] != ')') return line;
  return text::stripped(line.substr(digits + 1));
}

/// What follows "Label:" or "Label (..):", bold or not; none where the line has no such label.
std::optional<std::string_view> after_label(std::string_view line, std::string_view label) {
  const std::size_t marks = std::min(line.find_first_not_of("*#_ "), line.size());
  line.remove_prefix(marks);
  if (!starts_with_folded(line, label)) return std::nullopt;
  line.remove_prefix(label.size());
  while (line.starts_with('*') || line.starts_with('_') || line.starts_with(' ')) line.remove_prefix(1);
  if (line.starts_with('(')) line.remove_prefix(std::min(line.find(')'), line.size() - 1) + 1);
  while (line.starts_with('*') || line.starts_with('_') || line.starts_with(' ')) line.remove_prefix(1);
  if (!line.starts_with(':')) return std::nullopt;
  line.remove_prefix(1);
  while (line.starts_with('*') || line.starts_with('_')) line.remove_prefix(1);
  return text::stripped(line);
}

/// The lines that are not empty, fences of code left out.
std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = text::stripped(text.substr(begin, end - begin));
    if (!line.empty() && !line.starts_with("```") && line != "---") lines.push_back(line);
    begin = end + 1;
  }
  return lines;
}

std::size_t words_in(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] != ' ' && (i == 0 || text[i - 1] == ' ')) ++count;
  return count;
}

bool declines(std::string_view text) {
  for (const std::string_view beginning : {"i'm sorry", "i\u2019m sorry", "i am sorry", "sorry", "i cannot", "i can't",
                                           "i can\u2019t", "i'm unable", "i am unable", "as an ai", "unfortunately"})
    if (starts_with_folded(text, beginning)) return true;
  return false;
}

/// The text in brackets that begins there, as JSON has it or with other quotes, or with none.
std::optional<std::vector<std::string>> bracketed(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  std::vector<std::string> items;
  if (json.is_array()) {
    for (const Json& item : json) {
      if (!item.is_string()) return std::nullopt;
      items.push_back(item.get<std::string>());
    }
    return items;
  }
  text = text.substr(1, text.size() - 2);
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    items.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return items;
}

/// Each without quotes and white space; none where they are not keywords.
std::optional<std::vector<std::string>> as_keywords(const std::vector<std::string>& items) {
  constexpr std::size_t kMost = 10, kMostWords = 5;
  std::vector<std::string> keywords;
  for (const std::string& item : items) {
    std::string_view keyword = unquoted(item);
    while (keyword.ends_with('.') || keyword.ends_with(';')) keyword.remove_suffix(1);
    keyword = unquoted(keyword);
    if (keyword.empty()) continue;
    if (words_in(keyword) > kMostWords || keyword.find_first_of("[]{}\n") != std::string_view::npos)
      return std::nullopt;
    if (std::ranges::find(keywords, keyword) == keywords.end()) keywords.emplace_back(keyword);
  }
  if (keywords.empty() || keywords.size() > kMost) return std::nullopt;
  return keywords;
}

std::vector<std::string> split_commas(std::string_view text) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    parts.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

}  // namespace

std::string short_prompt(std::string_view instruction) {
  return filled(kShortPrompt, instruction);
}

std::string keywords_prompt(std::string_view instruction) {
  return filled(kKeywordsPrompt, instruction);
}

std::optional<std::string> short_in(std::string_view answer) {
  constexpr std::size_t kMostWords = 60;
  constexpr std::array<std::string_view, 4> kLabels = {"abstract command", "short instruction", "command", "answer"};
  const auto lines = lines_of(answer);
  std::string_view command;
  for (std::size_t i = 0; i < lines.size() && command.empty(); ++i) {
    const std::string_view line = without_bullet(lines[i]);
    std::optional<std::string_view> labelled;
    for (const std::string_view label : kLabels)
      if (!labelled) labelled = after_label(line, label);
    if (labelled) {
      command = unquoted(*labelled);  // nothing where the command is on the next line
    } else if (!unquoted(line).ends_with(':')) {
      command = unquoted(line);
    }
  }
  if (command.empty() || declines(command) || words_in(command) > kMostWords) return std::nullopt;
  return std::string(command);
}

std::optional<std::vector<std::string>> keywords_in(std::string_view answer) {
  for (std::size_t open = answer.find('['); open != std::string_view::npos; open = answer.find('[', open + 1)) {
    const std::size_t close = answer.find(']', open);
    if (close == std::string_view::npos) break;
    if (const auto items = bracketed(answer.substr(open, close - open + 1)))
      if (auto keywords = as_keywords(*items)) return keywords;
  }
  if (answer.find('[') != std::string_view::npos) return std::nullopt;
  auto lines = lines_of(answer);
  std::erase_if(lines, [](std::string_view line) { return declines(line); });
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto labelled = after_label(without_bullet(lines[i]), "keywords");
    if (!labelled) continue;
    if (!labelled->empty()) return as_keywords(split_commas(*labelled));
    lines.erase(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(i) + 1);
    break;
  }
  if (lines.size() == 1 && without_bullet(lines[0]) == lines[0]) return as_keywords(split_commas(lines[0]));
  std::vector<std::string> items;
  for (const std::string_view line : lines)
    if (const std::string_view item = without_bullet(line); item != line) items.emplace_back(item);
  return as_keywords(items);
}

std::string ShortInstructions::keywords_text() const {
  std::string text;
  for (const std::string& keyword : keywords) text += (text.empty() ? "" : " ") + keyword;
  return text;
}

namespace {

/// What `parse` makes of the first answer that it can use.
template <class Parse>
auto usable_answer(const std::string& prompt, const Json& what, int tries, net::AnswerLog& log, const net::AskChat& ask,
                   const Parse& parse) {
  std::string answer;
  for (int tried = 0; tried < tries; ++tried) {
    answer = log.answer({prompt, tried}, what, ask);
    if (auto parsed = parse(answer)) return *parsed;
  }
  constexpr std::size_t kLongest = 200;
  const std::string shown = answer.size() > kLongest ? answer.substr(0, kLongest) + "..." : answer;
  throw base::Unavailable("topic " + what["id"].get<std::string>() + ": no answer about its " +
                          what["step"].get<std::string>() + " can be used (asked " +
                          base::counted(tries, "time", "times") + "); the last was: " + shown);
}

}  // namespace

ShortInstructions shorten(std::string_view id, std::string_view instruction, const ShortenOptions& options,
                          net::AnswerLog& log, const net::AskChat& ask) {
  base::check(options.tries >= 1);
  ShortInstructions result;
  result.short_instruction =
      usable_answer(short_prompt(instruction), {{"id", id}, {"step", "short"}}, options.tries, log, ask, short_in);
  const std::string_view source =
      options.keywords_from == KeywordsFrom::kFull ? instruction : std::string_view(result.short_instruction);
  result.keywords =
      usable_answer(keywords_prompt(source), {{"id", id}, {"step", "keywords"}}, options.tries, log, ask, keywords_in);
  return result;
}

}  // namespace heed::retrieve
