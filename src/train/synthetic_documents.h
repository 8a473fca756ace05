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
/// Documents"), or by each document's own label ("Relevant Document 1:", "1. (Irrelevant)"), in most of the ways that
/// models have, Markdown or not; a labelled document runs to the next label, number or bullet. Below a heading with
/// neither, and in an answer without any heading, each line is a document, as the prompt wants it: of such lines there
/// have to be no more than asked for below the heading, and exactly as many of both kinds together without, of which
/// the first half is relevant. Of an answer that was cut, the last document does not count. Nor do those of less than
/// kFewestWords words, refusals, and what is there on both sides. Never throws for what an answer holds.
SyntheticDocuments documents_in(const net::ChatAnswer& answer, int documents = 3);

}  // namespace heed::train
