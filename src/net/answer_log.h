#pragma once

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "format/json_journal.h"

namespace heed::net {

/// A question to a chat model, and how often it was asked before without an answer that could be used.
struct ChatQuestion {
  std::string prompt;
  int tried = 0;
};

/// What it answered, as it is.
struct ChatAnswer {
  std::string text{};
  bool is_cut = false;  ///< the service says that it ended at max_tokens
};
using AskChat = std::function<ChatAnswer(const ChatQuestion&)>;

/// What a chat model answered, line by line in a file, so that work that was cut off goes on where it stood: a question
/// that has its answer there is not asked again. May be used by several threads at once.
class AnswerLog {
 public:
  /// Reads what is there; a last line that was cut is taken away. `model` is what answers: the answers of another one
  /// stay in the file and are not used. Throws BadInput where the file is not such a log, another process has it, or it
  /// cannot be written.
  AnswerLog(const std::filesystem::path& path, std::string model);

  /// The answer that is there, or else what `ask` gives, which is there then. A question that another thread has asked
  /// is waited for, and asked only where that threw. `what` says for people whose question it
  /// is: {"id": .., "step": ..}.
  ChatAnswer whole_answer(const ChatQuestion& question, const format::Json& what, const AskChat& ask);
  /// Its text alone.
  std::string answer(const ChatQuestion& question, const format::Json& what, const AskChat& ask) {
    return whole_answer(question, what, ask).text;
  }

  /// How many answers were there already.
  long reused() const { return reused_; }

 private:
  using Key = std::pair<std::string, int>;  // of the prompt's fingerprint, and how often it was tried

  void read();
  /// The answer that is there, waited for where it is under way; none where it is to be asked for, as is noted then.
  std::optional<ChatAnswer> found(const Key& key);
  void end_asking(const Key& key);

  format::JsonJournal journal_;
  std::string model_;
  std::mutex lock_;
  std::condition_variable asked_;
  std::set<Key> asking_;  ///< questions under way
  std::map<Key, ChatAnswer> answers_;
  long reused_ = 0;
};

}  // namespace heed::net
