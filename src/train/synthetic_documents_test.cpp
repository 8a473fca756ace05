#include "train/synthetic_documents.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "base/random.h"

namespace heed::train {
namespace {

/// A document of 25 words that names itself.
std::string doc(const std::string& name) {
  std::string text = "About " + name + " there is much to say";
  for (int i = 0; i < 18; ++i) text += " word" + std::to_string(i);
  return text + ".";
}

/// The names of what is found: "r1 r2 | i1".
std::string names_in(const std::string& answer, bool is_cut = false) {
  const auto found = documents_in({answer, is_cut});
  const auto names = [](const std::vector<std::string>& documents) {
    std::string text;
    for (const std::string& document : documents) {
      const std::size_t at = document.find("About ");
      text += at == std::string::npos ? "? " : document.substr(at + 6, document.find(' ', at + 6) - at - 6) + " ";
    }
    return text;
  };
  return names(found.relevant) + "| " + names(found.irrelevant);
}

const std::string r1 = doc("r1"), r2 = doc("r2"), r3 = doc("r3"), i1 = doc("i1"), i2 = doc("i2"), i3 = doc("i3");
const std::string kAll = "r1 r2 r3 | i1 i2 i3 ";

TEST(SyntheticDocuments, AreAskedForByThePapersPrompt) {
  const std::string prompt = synthesis_prompt({"NARRATIVE_HERE", " what counts\n"});
  EXPECT_TRUE(prompt.starts_with("I need you to annotate some data for my business and it is super important that"));
  EXPECT_NE(prompt.find("\n\nSearch: NARRATIVE_HERE\nInstructions: what counts\n\nI need some"), std::string::npos);
  EXPECT_NE(prompt.find("give me three **different** options for both a relevant document and an"), std::string::npos);
  EXPECT_TRUE(
      prompt.ends_with("(~300 words each), one on each line. If there is no negation in the instructions, your "
                       "irrelevant document should be slightly off topic:"));
  EXPECT_NE(synthesis_prompt({"q", "i"}, 2).find("give me two **different**"), std::string::npos);
}

struct Case {
  const char* name;
  std::string answer, found;
};

TEST(SyntheticDocuments, AreFoundInWhatModelsAnswer) {
  const std::string six = r1 + "\n" + r2 + "\n" + r3 + "\n" + i1 + "\n" + i2 + "\n" + i3;
  const Case cases[] = {
      {"headings and numbers",
       "Relevant Documents:\n1. " + r1 + "\n2. " + r2 + "\n3. " + r3 + "\n\nIrrelevant Documents:\n1. " + i1 + "\n2. " +
           i2 + "\n3. " + i3,
       kAll},
      {"Markdown's headings",
       "## Relevant Documents\n\n### Document 1\n" + r1 + "\n\n### Document 2\n" + r2 +
           "\n\n## Irrelevant Documents\n\n### Document 1\n" + i1,
       "r1 r2 | i1 "},
      {"a label each",
       "Relevant Document 1: " + r1 + "\n\nRelevant Document 2: " + r2 + "\n\nNon-relevant Document 1: " + i1 +
           "\n\nNon-Relevant Document 2: " + i2,
       "r1 r2 | i1 i2 "},
      {"bold labels", "**Relevant Document 1:** " + r1 + "\n**Irrelevant Document 1:** " + i1, "r1 | i1 "},
      {"bold labels, colon outside", "**Relevant**: " + r1 + "\n\n**Not relevant**: " + i1, "r1 | i1 "},
      {"labels on lines of their own", "Relevant Document 1:\n" + r1 + "\n\nIrrelevant Document 1:\n" + i1, "r1 | i1 "},
      {"a word in brackets", "1) (Relevant) " + r1 + "\n2) (Irrelevant) " + i1, "r1 | i1 "},
      {"numbers in brackets", "Relevant:\n(1) " + r1 + "\n(2) " + r2 + "\nIrrelevant:\n(1) " + i1, "r1 r2 | i1 "},
      {"documents that say what they are", "Document 1 (Relevant):\n" + r1 + "\nDocument 2 (Irrelevant):\n" + i1,
       "r1 | i1 "},
      {"options with both",
       "Option 1:\nRelevant: " + r1 + "\nIrrelevant: " + i1 + "\n\nOption 2:\nRelevant: " + r2 + "\nIrrelevant: " + i2,
       "r1 r2 | i1 i2 "},
      {"bullets", "**Relevant documents**\n- " + r1 + "\n- " + r2 + "\n**Irrelevant documents**\n* " + i1,
       "r1 r2 | i1 "},
      {"sentences as headings",
       "Sure! Here are three relevant documents:\n\n" + r1 + "\n\n" + r2 + "\n\nAnd here are the irrelevant ones:\n\n" +
           i1 + "\n\n" + i2,
       "r1 r2 | i1 i2 "},
      {"lines below headings",
       "Relevant Documents:\n" + r1 + "\n" + r2 + "\n" + r3 + "\nIrrelevant Documents:\n" + i1 + "\n" + i2 + "\n" + i3,
       kAll},
      {"six lines", six, kAll},
      {"six numbered ones", "1. " + r1 + "\n2. " + r2 + "\n3. " + r3 + "\n4. " + i1 + "\n5. " + i2 + "\n6. " + i3,
       kAll},
      {"six lines and a greeting", "Sure, here you go:\n\n" + six, kAll},
      {"five lines", r1 + "\n" + r2 + "\n" + r3 + "\n" + i1 + "\n" + i2, "| "},
      {"several paragraphs, of which one may have lost its label",
       "Relevant Document 1:\n" + r1 + "\n\n" + doc("more") + "\n\nIrrelevant Document 1:\n" + i1, "| "},
      {"too many paragraphs below a heading",
       "Relevant Documents:\n" + r1 + "\n" + r2 + "\n" + r3 + "\n" + doc("r4") + "\nIrrelevant Documents:\n" + i1,
       "| "},
      {"a fence of code", "```\nRelevant: " + r1 + "\nIrrelevant: " + i1 + "\n```", "r1 | i1 "},
      {"JSON", "{\"relevant\": [\"" + r1 + "\", \"" + r2 + "\"], \"irrelevant\": [\"" + i1 + "\"]}", "r1 r2 | i1 "},
      {"JSON in a fence",
       "Here it is:\n```json\n{\"relevant_documents\": [{\"title\": \"T\", \"text\": \"" + r1 +
           "\"}], \"non_relevant_documents\": [{\"text\": \"" + i1 + "\"}]}\n```\nEnjoy.",
       "r1 | i1 "},
      {"JSON with labels",
       "[{\"label\": \"relevant\", \"document\": \"" + r1 + "\"}, {\"label\": \"not relevant\", \"document\": \"" + i1 +
           "\"}]",
       "r1 | i1 "},
      {"JSON with truth",
       "[{\"relevant\": true, \"text\": \"" + r1 + "\"},{\"relevant\": false, \"text\": \"" + i1 + "\"}]", "r1 | i1 "},
      {"JSON, a key each", "{\"relevant1\": \"" + r1 + "\", \"irrelevantDocument1\": \"" + i1 + "\"}", "r1 | i1 "},
      {"JSON lines",
       "{\"type\":\"relevant\",\"text\":\"" + r1 + "\"}\n{\"type\":\"irrelevant\",\"text\":\"" + i1 + "\"}",
       "r1 | i1 "},
      {"thoughts before", "<think>Relevant: " + doc("thought") + "</think>\nRelevant: " + r1 + "\nIrrelevant: " + i1,
       "r1 | i1 "},
      {"a farewell", "Relevant: " + r1 + "\nIrrelevant: " + i1 + "\n\nI hope these documents help!", "r1 | i1 "},
      {"Windows' lines", "Relevant Document 1:\r\n" + r1 + "\r\n\r\nIrrelevant Document 1:\r\n" + i1 + "\r\n",
       "r1 | i1 "},
      {"quotes", "Relevant: \"" + r1 + "\"\nIrrelevant: \u201C" + i1 + "\u201D", "r1 | i1 "},
      {"rules between", "### Relevant Document 1\n" + r1 + "\n---\n### Irrelevant Document 1\n" + i1 + "\n***",
       "r1 | i1 "},
      {"off topic", "Relevant Document: " + r1 + "\nIrrelevant Document (slightly off topic): " + i1, "r1 | i1 "},
      {"the irrelevant ones first", "Irrelevant Document 1: " + i1 + "\nRelevant Document 1: " + r1, "r1 | i1 "},
      {"letters", "Relevant Document A: " + r1 + "\nIrrelevant Document A: " + i1, "r1 | i1 "},
      {"a document that begins like a label", "Relevant: " + r1 + "\nIrrelevant: Relevant studies say so. " + i1,
       "r1 | i1 "},
      {"a fourth", "Relevant:\n1. " + r1 + "\n2. " + r2 + "\n3. " + r3 + "\n4. " + doc("r4") + "\nIrrelevant: " + i1,
       "| "},
      {"both the same", "Relevant: " + r1 + "\nIrrelevant: " + r1, "| "},
      {"one kind alone", "Relevant Documents:\n1. " + r1, "r1 | "},
      {"stubs", "Relevant: [insert document]\nIrrelevant: too short", "| "},
      {"a refusal", "I'm sorry, but I can't help with that.", "| "},
      {"a refusal below a label", "Relevant: I'm sorry, but I cannot write about this. " + r1 + "\nIrrelevant: " + i1,
       "| i1 "},
      {"HTML", "<html><body><h1>502 Bad Gateway</h1></body></html>", "| "},
      {"nothing", "", "| "},
  };
  for (const Case& c : cases) EXPECT_EQ(names_in(c.answer), c.found) << c.name << "\n" << c.answer;
}

/// Six documents, each with something before it and behind it, where "@" is the number through all, "$" its number
/// among its kind, and "KIND" and "Kind" the kind.
std::string laid_out(const std::string& before, const std::string& behind, const std::string& order = "rrriii") {
  std::string answer;
  int relevant = 0, irrelevant = 0;
  for (const char side : order) {
    const int number = side == 'r' ? ++relevant : ++irrelevant;
    std::string text = before + doc(side + std::to_string(number)) + behind;
    const auto fill = [&](const std::string& place, const std::string& by) {
      for (std::size_t at = text.find(place); at != std::string::npos; at = text.find(place, at + by.size()))
        text.replace(at, place.size(), by);
    };
    fill("@", std::to_string(relevant + irrelevant));
    fill("$", std::to_string(number));
    fill("KIND", side == 'r' ? "relevant" : "irrelevant");
    fill("Kind", side == 'r' ? "Relevant" : "Irrelevant");
    answer += text;
  }
  return answer;
}

std::string in_sections(const std::string& relevant, const std::string& irrelevant, const std::string& before) {
  return relevant + laid_out(before, "\n", "rrr") + irrelevant + laid_out(before, "\n", "iii");
}

TEST(SyntheticDocuments, NothingIsTakenWhoseKindIsInDoubt) {
  const std::string good = laid_out("Kind Document $:\n", "\n\n");
  const std::string six = laid_out("", "\n");
  const std::string inner_heading = "The following are not relevant to the committee:\nplans and minutes";
  const Case cases[] = {
      {"labels behind", laid_out("Document @:\n", "\n(Kind)\n\n"), "| "},
      {"bold labels behind", laid_out("@. ", "\n**Kind**\n", "ririri"), "| "},
      {"labels behind headed documents", laid_out("### Document @\n", "\n**Relevance: Kind**\n\n", "ririri"), "| "},
      {"labels behind lines", laid_out("", "\n(Kind)\n"), "| "},
      {"labels behind, with a farewell", laid_out("", "\nKind\n", "ririri") + "There you are, all six of them.", "| "},
      {"a word behind", laid_out("@. ", " (Kind)\n", "ririri"), "| "},
      {"Label: behind", laid_out("", "\nLabel: KIND\n", "ririri"), "| "},
      {"Label: before and text", laid_out("Label: KIND\nText: ", "\n", "ririri"), "| "},
      {"options A and B",
       "Option 1A: " + r1 + "\nOption 1B: " + i1 + "\nOption 2A: " + r2 + "\nOption 2B: " + i2 + "\nOption 3A: " + r3 +
           "\nOption 3B: " + i3,
       "| "},
      {"A. and B.", "A. " + r1 + "\nB. " + i1 + "\nA. " + r2 + "\nB. " + i2 + "\nA. " + r3 + "\nB. " + i3, "| "},
      {"options of two lines each", "Option 1:\n" + r1 + "\n" + i1 + "\nOption 2:\n" + r2 + "\n" + i2, "| "},
      {"six options", laid_out("Option @: ", "\n", "ririri"), "| "},
      {"pairs of lines", r1 + "\n" + i1 + "\n\n" + r2 + "\n" + i2 + "\n\n" + r3 + "\n" + i3, "| "},
      {"halves with a gap", r1 + "\n" + r2 + "\n" + r3 + "\n\n" + i1 + "\n" + i2 + "\n" + i3, kAll},
      {"a table", "| Document | Kind |\n|---|---|\n" + laid_out("| ", " | Kind |\n", "ririri"), "| "},
      {"a table without rims", laid_out("", " | Kind\n", "ririri"), "| "},
      {"JSON with a comma too many",
       "[\n" + laid_out("{\n\"document\":\n\"", "\",\n\"label\": \"KIND\"\n},\n", "ririri") + "]", "| "},
      {"JSON that was cut", "{\"relevant\": [\"" + r1 + "\"],\n\"irrelevant\": [\"" + i1, "| "},
      {"lines that begin with the kind", laid_out("This Kind text: ", "\n", "ririri"), "| "},
      {"a long introduction and five lines",
       "Sure, as this is what you want, I wrote some documents that you can choose from, all of them long and on a "
       "line "
       "of their own each.\n" +
           r1 + "\n" + r2 + "\n" + i1 + "\n" + i2 + "\n" + i3,
       "| "},
      {"a long introduction with a colon and five lines",
       doc("r9") + " and so:\n" + r1 + "\n" + r2 + "\n" + i1 + "\n" + i2 + "\n" + i3, "| "},
      {"a long introduction without a sign and five lines",
       "Thank you for the question, and what I have written for it is a set of documents of the length that it asks "
       "for, each on its own line.\n" +
           r1 + "\n" + r2 + "\n" + i1 + "\n" + i2 + "\n" + i3,
       "| "},
      {"JSON with the label behind and one lost",
       "{\"document\": \"" + r1 + "\", \"label\": \"relevant\", \"document2\": \"" + i1 +
           "\", \"label2\": \"irrelevant\"}",
       "| "},
      {"JSON with labels in a list", "[\"" + r1 + "\", \"relevant\", \"" + i1 + "\", \"irrelevant\"]", "| "},
      {"JSON with a number",
       "[{\"relevance\": 1, \"text\": \"" + r1 + "\"}, {\"relevance\": 0, \"text\": \"" + i1 + "\"}]", "| "},
      {"JSON of options",
       "{\"options\": [{\"relevant\": \"" + r1 + "\", \"irrelevant\": \"" + i1 +
           "\"}, {\"relevant\": {\"title\": \"T\", \"body\": \"" + r2 +
           "\"}, \"irrelevant\": {\"title\": \"T\", \"body\": \"" + i2 + "\"}}]}",
       "r1 r2 | i1 i2 "},
      {"JSON after a heading", "Relevant:\n[\"" + i1 + "\"]\nIrrelevant:\n[\"" + r1 + "\"]", "| "},
      {"XML", laid_out("<Kind>\n", "\n</Kind>\n"), "| "},
      {"XML on lines", laid_out("<KIND>", "</KIND>\n", "ririri"), "| "},
      {"a label inside JSON's text",
       "{\"relevant\": \"" + r1 + " Irrelevant: " + i1 + "\", \"irrelevant\": \"" + i2 + "\"}", "| "},
      {"unclear kinds", laid_out("Somewhat Kind Document $:\n", "\n"), "| "},
      {"partially relevant",
       "Relevant Document 1:\n" + r1 + "\nPartially relevant Document 2:\n" + i1 + "\nIrrelevant Document 1:\n" + i2,
       "| "},
      {"six lines and a remark", six + "The first three are what you look for.", "| "},
      {"numbers out of order", "1. " + r1 + "\n2. " + r2 + "\n4. " + i1 + "\n3. " + r3 + "\n5. " + i2 + "\n6. " + i3,
       "| "},
      {"a heading inside a document, all there", laid_out("Kind Document $:\n", "\n" + inner_heading + "\n\n"), kAll},
      {"a heading inside a document, not all there",
       laid_out("Kind Document $:\n", "\n" + inner_heading + "\n\n", "rrii"), "| "},
      {"a bold title inside", laid_out("Kind Document $:\n", "\n**Finding Relevant Case Law**\nmore\n\n"), kAll},
      {"a numbered title inside", laid_out("Kind Document $:\n", "\n2. **Other Relevant Considerations:**\nmore\n\n"),
       kAll},
      {"articles inside", laid_out("Kind Document $:\n", "\nRelevant articles: 5 and 7.\nmore\n\n"), kAll},
      {"an article's heading inside",
       "Relevant Document 1:\n" + r1 + "\nIrrelevant Document 1:\n" + i1 + "\nRelevant article:\n" + doc("i9") +
           "\nIrrelevant Document 2:\n" + i2,
       "| "},
      {"a negation that is not adjacent",
       "A document that would be relevant:\n" + r1 + "\nA document that would not be relevant:\n" + i1, "| "},
      {"less relevant", "Relevant documents:\n" + r1 + "\nLess relevant documents:\n" + i1 + "\n", "| "},
      {"less relevant in a bracket",
       "Relevant Document 1: " + r1 + "\nRelevant Document 2 (less relevant): " + i1 + "\nIrrelevant Document 1: " + i2,
       "| "},
      {"JSON that hedges",
       "[{\"relevance\": \"relevant\", \"text\": \"" + r1 +
           "\"}, {\"relevance\": \"not directly relevant\", \"text\": \"" + i1 +
           "\"}, {\"relevance\": \"irrelevant\", \"text\": \"" + i2 + "\"}]",
       "| "},
      {"JSON that contradicts itself",
       "{\"relevant\": [{\"label\": \"irrelevant\", \"text\": \"" + i1 + "\"}], \"irrelevant\": [\"" + i2 + "\"]}",
       "| "},
      {"off topic", "Relevant Document 1: " + r1 + "\nOff Topic Document 1: " + i1, "r1 | i1 "},
      {"unrelated", "Relevant: " + r1 + "\nUnrelated: " + i1, "r1 | i1 "},
      {"not as relevant", "Relevant: " + r1 + "\nNot as relevant: " + i1, "r1 | i1 "},
      {"an unknown label",
       "Relevant Document 1:\n" + r1 + "\nDistractor Document 1:\n" + i1 + "\nIrrelevant Document 1:\n" + i2, "| "},
      {"an unknown label without a noun", "Relevant:\n" + r1 + "\nNegative: " + i1 + "\nIrrelevant:\n" + i2, "| "},
      {"one without a label",
       "Relevant Document 1:\n" + r1 + "\nDocument 2:\n" + i1 + "\nIrrelevant Document 3:\n" + i2, "| "},
      {"a document before the labels", r1 + "\nIrrelevant:\n" + i1 + "\nRelevant:\n" + r2, "| "},
      {"JSON with explanations",
       "[{\"label\": \"relevant\", \"document\": \"" + r1 + "\", \"explanation\": \"" + doc("e1") +
           "\"}, {\"label\": \"irrelevant\", \"why_irrelevant\": \"" + doc("e2") + "\", \"story\": \"" + i1 + "\"}]",
       "r1 | i1 "},
      {"explanations below documents", laid_out("Kind Document $:\n", "\n\n**Why it is KIND:**\n" + doc("e1") + "\n\n"),
       kAll},
      {"explanations with n't",
       "Relevant:\n1. " + r1 + "\n\nIrrelevant:\n1. " + i1 + "\n**Why it isn't relevant:** " + doc("e1") + "\n",
       "r1 | i1 "},
      {"explanations on a line", laid_out("Kind Document $: ", "\nExplanation: " + doc("e1") + "\n"), kAll},
      {"notes and reasons", laid_out("Kind Document $: ", "\nNote: " + doc("e1") + "\nReason: " + doc("e2") + "\n"),
       kAll},
      {"thoughts without an end", "<think>\n" + good, "| "},
      {"a second thought without an end", "<think>a</think>" + good + "<think>" + good, "| "},
      {"a label within a paragraph",
       "Relevant Document 1: " + r1 + " Irrelevant Document 1: " + i1 + "\nIrrelevant Document 2: " + i2, "| "},
      {"an introduction that names both", "Here are three relevant and three irrelevant documents:\n\n" + good, kAll},
      {"good", good, kAll},
  };
  for (const Case& c : cases) EXPECT_EQ(names_in(c.answer), c.found) << c.name << "\n" << c.answer;
}

TEST(SyntheticDocuments, WhatIsInDoubtIsSaid) {
  const auto found = documents_in({"1. " + r1 + "\n**Relevant**\n2. " + i1 + "\n**Irrelevant**"});
  ASSERT_FALSE(found.notes.empty());
  EXPECT_TRUE(found.notes.front().starts_with("the answer is ambiguous: ")) << found.notes.front();
}

/// Whether a document stands among the other kind: the first letter of its name tells, which nothing else reads.
bool has_wrong_kind(const SyntheticDocuments& found) {
  const auto holds = [](const std::vector<std::string>& documents, const std::string& name) {
    return std::ranges::any_of(documents, [&](const std::string& document) {
      for (const char* const number : {"1", "2", "3"})
        if (document.find("About " + name + number) != std::string::npos) return true;
      return false;
    });
  };
  return holds(found.relevant, "i") || holds(found.irrelevant, "r");
}

/// One line lost, a line and the next swapped, or a line's end lost.
std::string damaged(const std::string& answer, base::Random& random) {
  std::vector<std::string> lines(1);
  for (const char c : answer)
    if (c == '\n')
      lines.emplace_back();
    else
      lines.back() += c;
  const std::size_t at = random.below(static_cast<std::uint32_t>(lines.size() - 1));
  const std::uint32_t kind = random.below(3);
  if (kind == 0) lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(at));
  if (kind == 1) std::swap(lines[at], lines[at + 1]);
  std::string text;
  for (std::size_t i = 0; i < lines.size(); ++i) text += lines[i] + (kind == 2 && i == at ? " " : "\n");
  return text;
}

TEST(SyntheticDocuments, NoneIsEverTakenForTheOtherKind) {
  const std::string intro = "Sure! Here are some documents for you, which I hope are what you had in mind.\n\n";
  std::vector<std::string> good, any;
  for (const std::string order : {"rrriii", "ririri", "iiirrr", "rrii", "riri", "rri"}) {
    for (const char* const before :
         {"Kind Document $:\n", "Kind Document $: ", "**Kind Document $:** ", "@. (Kind) ", "### Kind Document $\n",
          "Document @ (Kind):\n", "Kind:\n", "- Kind: ", "## Kind Document\n\n", "Kind Passage $:\n**A Title**\n"})
      for (const char* const behind : {"\n", "\n\n", "\n\nWhy it is KIND:\nIt says so.\n\n", "\n---\n"})
        good.push_back(laid_out(before, behind, order));
    for (const char* const before : {"", "@. ", "Document @:\n", "- ", "Option @: ", "### Document @\n"})
      for (const char* const behind : {"\n(Kind)\n", "\n**Kind**\n", "\n**Relevance: Kind**\n\n", "\nLabel: KIND\n",
                                       " (Kind)\n", " | Kind |\n", "\nThis document is KIND.\n", "\nKind.\n\n"})
        any.push_back(laid_out(before, behind, order));
    any.push_back("[" + laid_out("{\"label\": \"KIND\", \"text\":\n\"", "\"},\n", order) + "{}]");
  }
  for (const char* const before : {"", "1. ", "$. ", "- ", "### Document $\n", "Option $:\n"})
    for (const auto& [relevant, irrelevant] : {std::pair{"Relevant Documents:\n", "\nIrrelevant Documents:\n"},
                                               {"## Relevant\n\n", "\n\n## Not Relevant\n\n"},
                                               {"**Relevant Options**\n", "**Slightly off-topic options**\n"},
                                               {"Relevant ones:\n", "Those that are less so:\n"}})
      good.push_back(in_sections(relevant, irrelevant, before));
  for (const std::string order : {"rrriii", "ririri"})
    for (const char* const before :
         {"{\n\"label\": \"KIND\",\n\"text\": \n\"", "{\n\"is_relevant\":\n\"KIND\",\n\"document\":\""})
      for (const char* const behind : {"\"\n}\n,\n", "\",\n\"explanation\":\n\"It is KIND.\"\n}\n,\n"})
        good.push_back("[\n" + laid_out(before, behind, order) + "{}\n]");
  for (const std::string& answer : good) any.insert(any.end(), {answer, intro + answer});
  base::Random random(11);
  for (const std::string& answer : any) {
    EXPECT_FALSE(has_wrong_kind(documents_in({answer}))) << answer;
    for (int round = 0; round < 40; ++round) {
      const std::string worse = damaged(answer, random);
      EXPECT_FALSE(has_wrong_kind(documents_in({worse, round % 4 == 0}))) << worse;
    }
  }
  const auto usable =
      std::ranges::count_if(good, [](const auto& answer) { return documents_in({answer}).is_usable(); });
  EXPECT_GT(usable, static_cast<std::ptrdiff_t>(good.size() * 3 / 4)) << "of " << good.size();
}

TEST(SyntheticDocuments, TheLastOfACutAnswerDoesNotCount) {
  const std::string answer = "Relevant: " + r1 + "\nIrrelevant: " + i1 + "\nIrrelevant: " + i2;
  EXPECT_EQ(names_in(answer), "r1 | i1 i2 ");
  EXPECT_EQ(names_in(answer, true), "r1 | i1 ");
}

TEST(SyntheticDocuments, WhatIsMissingIsNoted) {
  const auto found = documents_in({"Relevant: " + r1 + "\nIrrelevant: " + i1});
  EXPECT_EQ(found.notes, (std::vector<std::string>{"1 of 3 relevant documents", "1 of 3 irrelevant documents"}));
  EXPECT_TRUE(found.is_usable());
  EXPECT_EQ(found.relevant, std::vector<std::string>{r1});
}

TEST(SyntheticDocuments, ParagraphsStayLines) {
  const auto found = documents_in({"Relevant Document 1:\n" + r1 + "\n\n" + doc("more") + "\nRelevant Document 2:\n" +
                                   r2 + "\nIrrelevant Document 1:\n" + i1 + "\nIrrelevant Document 2:\n" + i2},
                                  2);
  EXPECT_EQ(found.relevant, (std::vector<std::string>{r1 + "\n" + doc("more"), r2}));
}

TEST(SyntheticDocuments, NoDamageToAnAnswerMatters) {
  const std::string answer = "## Relevant Documents\n1. " + r1 + "\n**Relevant Document 2:** " + r2 +
                             "\n```json\n{\"irrelevant\": [\"" + i1 + "\"]}\n```\nIrrelevant (off topic): " + i2;
  base::Random random(7);
  for (int round = 0; round < 3000; ++round) {
    std::string damaged = answer;
    for (int i = 0; i < 4; ++i) {
      const std::size_t at = random.below(static_cast<std::uint32_t>(damaged.size()));
      if (round % 3 == 0)
        damaged.erase(at, 1 + random.below(20));
      else if (round % 3 == 1)
        damaged[at] = static_cast<char>(random.below(256));
      else
        damaged.insert(at, answer.substr(random.below(static_cast<std::uint32_t>(answer.size())), 10));
      if (damaged.empty()) damaged = "x";
    }
    const auto found = documents_in({damaged, round % 2 == 0});
    EXPECT_LE(found.relevant.size(), 3u);
    EXPECT_LE(found.irrelevant.size(), 3u);
  }
  EXPECT_FALSE(documents_in({std::string(100000, '[')}).is_usable());
}

}  // namespace
}  // namespace heed::train
