#include "train/synthetic_documents.h"

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
      {"several paragraphs", "Relevant Document 1:\n" + r1 + "\n\n" + doc("more") + "\n\nIrrelevant Document 1:\n" + i1,
       "r1 | i1 "},
      {"too many paragraphs below a heading",
       "Relevant Documents:\n" + r1 + "\n" + r2 + "\n" + r3 + "\n" + doc("r4") + "\nIrrelevant Documents:\n" + i1,
       "| i1 "},
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
       "r1 r2 r3 | i1 "},
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
  const auto found = documents_in({"Relevant Document 1:\n" + r1 + "\n\n" + r2 + "\nIrrelevant Document 1:\n" + i1});
  EXPECT_EQ(found.relevant, std::vector<std::string>{r1 + "\n" + r2});
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
