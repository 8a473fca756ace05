#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "collection/need.h"
#include "net/answer_log.h"

namespace heed::train {

// How documents are made for a topic that has none: by one prompt to a chat model, as in the paper (Weller et al. 2024,
// section 5 and appendix H).

/// Fewest and most documents of each kind that a prompt can ask for; the paper's asks for three.
inline constexpr int kFewestAsked = 2, kMostAsked = 9;

/// The paper's prompt "Synthetic Document Creation" about this need. Line breaks inside its sentences are the page's
/// and joined, its tilde is ASCII's; another number than three takes the word's place. REQUIRES: documents from
/// kFewestAsked to kMostAsked.
std::string synthesis_prompt(const collection::Need& need, int documents = 3);

/// What a model wrote, in its order, at most as many of each kind as were asked for.
struct SyntheticDocuments {
  std::vector<std::string> relevant, irrelevant;
  std::vector<std::string> notes;  ///< what is missing or was passed over, as sentences' ends

  bool is_usable() const { return !relevant.empty() && !irrelevant.empty(); }
};

/// The fewest words that make a document; the prompt asks for 300.
inline constexpr std::size_t kFewestWords = 20;

/// The documents in an answer to synthesis_prompt(). Which are which is said by JSON's keys, by headings ("## Relevant
/// Documents"), or by each document's own label before it ("Relevant Document 1:", "1. (Irrelevant)"), Markdown or not;
/// a labelled document runs to the next label. Below a heading each number, bullet or line is a document. In an answer
/// without any label the kinds are known only where it is 2 x `documents` plain lines, or such with numbers from 1, and
/// nothing else but a short first line ending in a colon and a farewell: the first half is relevant.
///
/// A wrong kind is worse than no document: an answer that contradicts itself, or has labels behind documents, numbers
/// or kinds in no order, tables, broken JSON or too many documents, comes back empty, with a note that it is ambiguous.
/// So does one that lacks documents and has a line that may be a label, or paragraphs that may be a document of their
/// own. Of an answer that was cut, the last document does not count; nor do explanations, documents of less than
/// kFewestWords words, refusals, and what is there on both sides. Never throws for what an answer holds.
SyntheticDocuments documents_in(const net::ChatAnswer& answer, int documents = 3);

}  // namespace heed::train
