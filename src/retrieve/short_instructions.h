#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/answer_log.h"

namespace heed::retrieve {

// How the instructions of the arms `short` and `keywords` are made of a long one: by two prompts to a chat model, as in
// the paper (Weller et al. 2024, appendices E and H).

/// The paper's prompt "Full Instructions to Short Instructions", about this instruction. Line breaks inside its
/// sentences are the page's and joined; quotes and apostrophes are ASCII's, and its dash is "--".
std::string short_prompt(std::string_view instruction);

/// The paper's prompt "Short Instructions to Keywords", about this instruction, be it short or not.
std::string keywords_prompt(std::string_view instruction);

/// The command in what a model answered to short_prompt(): the first line that is one, without labels, numbers, marks
/// of Markdown and quotes around it. None where there is no such line, or it declines, or has more than 60 words.
std::optional<std::string> short_in(std::string_view answer);

/// The keywords in what a model answered to keywords_prompt(): the first list in brackets, in JSON or nearly so; else
/// the lines of a list, or what commas part on the line after "Keywords:" or on the only one. None where there are no
/// keywords, more than 10, or one has more than 5 words.
std::optional<std::vector<std::string>> keywords_in(std::string_view answer);

/// Which instruction the keywords are taken from. The paper's TREC data have theirs from the full one (appendix E).
enum class KeywordsFrom { kFull, kShort };

/// A topic's instruction in three lengths.
struct ShortInstructions {
  std::string short_instruction;
  std::vector<std::string> keywords;

  /// As an instruction: parted by blanks.
  std::string keywords_text() const;
};

struct ShortenOptions {
  KeywordsFrom keywords_from = KeywordsFrom::kFull;
  int tries = 3;  ///< times that a prompt is sent until its answer can be used; at least 1
};

/// Asks for both. Throws Unavailable where no answer can be used, naming the topic, and what `ask` throws.
ShortInstructions shorten(std::string_view id, std::string_view instruction, const ShortenOptions& options,
                          net::AnswerLog& log, const net::AskChat& ask);

}  // namespace heed::retrieve
