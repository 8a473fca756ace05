#pragma once

#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "format/json.h"

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

/// A question to a chat model, and how often it was asked before without an answer that could be used.
struct ChatQuestion {
  std::string prompt;
  int tried = 0;
};
using AskChat = std::function<std::string(const ChatQuestion&)>;

/// What a chat model answered, line by line in a file, so that work that was cut off goes on where it stood: a question
/// that has its answer there is not asked again. May be used by several threads at once.
class AnswerLog {
 public:
  /// Reads what is there; a last line that was cut is taken away. `model` is what answers: the answers of another one
  /// stay in the file and are not used. Throws BadInput where the file is not such a log or cannot be written.
  AnswerLog(std::filesystem::path path, std::string model);

  /// The answer that is there, or else what `ask` gives, which is there then. A question that another thread has asked
  /// is waited for, and asked only where that threw. `what` says for people whose question it
  /// is: {"id": .., "step": ..}.
  std::string answer(const ChatQuestion& question, const format::Json& what, const AskChat& ask);

  /// How many answers were there already.
  long reused() const { return reused_; }

 private:
  using Key = std::pair<std::string, int>;  // of the prompt's fingerprint, and how often it was tried

  void read();
  /// The answer that is there, waited for where it is under way; none where it is to be asked for, as is noted then.
  std::optional<std::string> found(const Key& key);
  void end_asking(const Key& key);

  std::filesystem::path path_;
  std::string model_;
  std::mutex lock_;
  std::condition_variable asked_;
  std::set<Key> asking_;  ///< questions under way
  std::map<Key, std::string> answers_;
  std::ofstream out_;
  long reused_ = 0;
};

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
                          AnswerLog& log, const AskChat& ask);

}  // namespace heed::retrieve
