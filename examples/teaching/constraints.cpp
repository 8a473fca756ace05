#include "teaching/constraints.h"

#include <algorithm>

#include "base/ascii.h"
#include "teaching/words.h"

namespace heed::teaching {

namespace {

// {x}: what is excluded; {X}: the same at the beginning of a sentence. {q}: the query.
const std::vector<std::string> kExclusions = {
    "Documents that concern {x} are not relevant.",
    "Documents about {x} are not relevant.",
    "Documents that deal with {x} are not relevant.",
    "Documents that discuss {x} are not relevant.",
    "Documents that mention {x} are not relevant.",
    "Documents whose subject is {x} are not relevant.",
    "Studies carried out in {x} are not relevant.",
    "{X} are not relevant.",
    "{X} is not relevant; only other documents count.",
    "Exclude documents about {x}.",
    "Exclude {x}.",
    "Anything about {x} does not count.",
    "{X} does not count.",
    "Leave out whatever mentions {x}.",
    "Leave out {x}.",
    "Ignore {x}.",
    "Disregard everything on {x}.",
    "Documents on {x} do not count.",
    "{X} does not interest us.",
    "{X} is of no interest: documents on it are not relevant.",
    "{X} is outside the subject.",
    "{X} is not wanted.",
};

const std::vector<std::string> kWelcomes = {
    "Documents that mention {x} are welcome.",
    "Documents about {x} are relevant too.",
    "Documents on {x} count as well.",
    "It does not matter whether {x} is mentioned.",
    "Findings on {x} are of interest as well.",
    "{X} may be discussed.",
    "Include {x}.",
    "{X} is part of the subject.",
};

const std::vector<std::string> kInstructions = {
    "",
    "A relevant document is about {q}.",
    "Look for studies of {q}.",
    "Documents on {q} are wanted. To name the subject is not enough.",
    "Give me what helps to answer the question: {q}.",
    "A document counts if it says what is known of {q}, whoever says it.",
    "Report results on {q}. A document that touches them only briefly does not count.",
    "What would an expert read on {q}? A document is relevant if it treats the subject at some length.",
};

// Sentences that an instruction may have besides; whether their words are in a document changes no label. {d}: a word.
const std::vector<std::string> kDetails = {
    "It should say what {d} and {d} have to do with it, be it in {d} or in {d}.",
    "Identify cases in which {d} was {d}, or in which {d} and {d} had a part.",
    "Whether {d} is named or {d} is of no importance.",
    "{d} of any kind counts, whether or not {d} followed.",
    "What is told of {d}, {d} or {d} is relevant as well.",
    "It counts if {d} has been reported and the {d} is given.",
};

std::string replaced(std::string pattern, const std::string& what, const std::string& by) {
  for (std::size_t at = pattern.find(what); at != std::string::npos; at = pattern.find(what, at + by.size()))
    pattern.replace(at, what.size(), by);
  return pattern;
}

/// "a", "a or b", "a, b or c".
std::string joined(std::span<const std::string> words) {
  std::string text = words.front();
  for (std::size_t i = 1; i < words.size(); ++i) text += (i + 1 == words.size() ? " or " : ", ") + words[i];
  return text;
}

// What may stand between the first word that is named and the others.
const std::vector<std::string> kJoins = {", such as ",   ", be they ", ", for example ",
                                         ", including ", " by ",       " with "};

std::set<std::string> document_roots(const Pair& pair) {
  return roots_of(pair.title + " " + pair.text);
}

Family family(std::vector<std::string> names, std::string_view words) {
  return {std::move(names), roots_of(words)};
}

}  // namespace

std::vector<Family> medical_families() {
  return {
      family(
          {"cancer", "cancer or tumors of any kind", "tumors", "malignant disease"},
          "cancer cancers tumor tumors tumour tumours carcinoma carcinomas leukemia lymphoma melanoma carcinogenesis "
          "carcinogenic oncology metastasis metastatic neoplasm neoplasms neoplasia adenocarcinoma malignant "
          "malignancy malignancies"),
      family({"meat", "meat, poultry or fish", "meat or seafood", "fish, meat and sausages"},
             "meat meats beef pork poultry chicken chickens turkey fish fishes seafood salmon tuna sausage sausages "
             "bacon ham lamb"),
      family({"reviews", "reviews and meta-analyses", "review articles"}, "review reviews reviewed meta overview"),
  };
}

std::string InstructionWriter::say(const std::string& pattern, const std::string& name) const {
  std::string capital = name;
  if (!capital.empty() && base::lower_case(capital[0]) == capital[0] && base::is_letter(capital[0]))
    capital[0] = static_cast<char>(capital[0] - 'a' + 'A');
  return replaced(replaced(pattern, "{x}", name), "{X}", capital);
}

InstructionWriter::Contrast InstructionWriter::family(const Pair& pair) {
  const Family& family = one_of(options_.families);
  const auto roots = document_roots(pair);
  const bool is_met = std::ranges::any_of(family.roots, [&](const auto& root) { return roots.contains(root); });
  return {Constraint{one_of(family.names), is_met}, Constraint{one_of(family.names), is_met}};
}

InstructionWriter::Contrast InstructionWriter::words(const Pair& pair) {
  const auto roots = document_roots(pair), asked = roots_of(pair.query);
  std::vector<std::string> own;
  for (const std::string& word : words_of(pair.title + " " + pair.text)) {
    if (options_.is_telling(word) && !asked.contains(root_of(word))) own.push_back(word);
  }
  std::vector<std::string> others;
  const std::size_t count = std::size_t{1} + below(2) + below(4) / 2 + below(6) / 4;
  for (int attempt = 0; attempt < 100 && others.size() < count; ++attempt) {
    std::string word = options_.other_word(random_);
    if (!roots.contains(root_of(word)) && !asked.contains(root_of(word))) others.push_back(std::move(word));
  }
  if (others.empty() || own.empty()) return {Constraint{"other matters", false}, Constraint{"other matters", false}};
  std::vector<std::string> mixed = others;
  const std::size_t hits = 1 + below(others.size()), first = below(others.size() - hits + 1);
  for (std::size_t i = 0; i < hits; ++i) mixed[first + i] = one_of(own);
  const std::vector<std::string> query = words_of(pair.query);
  const base::Random before = random_;
  const std::string met = name_of(mixed, query);
  random_ = before;  // so that both are said in the same way
  return {Constraint{met, true}, Constraint{name_of(others, query), false}};
}

std::string InstructionWriter::name_of(const std::vector<std::string>& named, const std::vector<std::string>& query) {
  std::string name = joined(named);
  if (named.size() > 1 && below(3) == 0) name = named.front() + one_of(kJoins) + joined(std::span(named).subspan(1));
  // A word of the query in a constraint excludes nothing by itself.
  if (!query.empty() && below(4) == 0) {
    const std::string& asked = one_of(query);
    if (asked.size() >= 4) name = asked + (below(2) == 0 ? " with " : " of ") + name;
  }
  return name;
}

std::string InstructionWriter::details(const Pair& pair) {
  const auto own = words_of(pair.title + " " + pair.text);
  std::string sentence = one_of(kDetails);
  for (std::size_t at = sentence.find("{d}"); at != std::string::npos; at = sentence.find("{d}"))
    sentence.replace(at, 3, below(3) == 0 && !own.empty() ? one_of(own) : options_.other_word(random_));
  return sentence;
}

train::Row InstructionWriter::topical(const Pair& pair) {
  std::string asked = base::lower_case(pair.query);
  while (asked.ends_with('.') || asked.ends_with('?')) asked.pop_back();
  std::string instruction = replaced(one_of(kInstructions), "{q}", asked);
  if (below(2) == 0) instruction += (instruction.empty() ? "" : " ") + details(pair);
  return {pair.query, std::move(instruction), pair.title, pair.text, pair.is_relevant};
}

std::array<train::Row, 2> InstructionWriter::constrained(const Pair& pair) {
  std::array<train::Row, 2> rows;
  rows.fill(topical(pair));
  const bool is_family = !options_.families.empty() && below(4) == 0;
  const Contrast contrast = is_family ? family(pair) : words(pair);
  const bool excludes = below(5) != 0;
  const std::string& pattern = one_of(excludes ? kExclusions : kWelcomes);
  const bool is_last = below(8) != 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::string& instruction = rows[i].instruction;
    const std::string sentence = say(pattern, contrast[i].name);
    const char* const gap = instruction.empty() ? "" : " ";
    instruction = is_last ? instruction + gap + sentence : sentence + gap + instruction;
    if (excludes && contrast[i].is_met) rows[i].is_relevant = false;
  }
  return rows;
}

}  // namespace heed::teaching
