#include "net/answer_log.h"

#include <memory>

#include "base/error.h"
#include "base/file.h"
#include "base/fingerprint.h"
#include "format/jsonl.h"

namespace heed::net {

using base::BadInput;
using format::Json;

// One object a line: {"id", "step", "tried", "model", "prompt_sha256", "answer"}, and "cut": 1 where it was.

AnswerLog::AnswerLog(std::filesystem::path path, std::string model) : path_(std::move(path)), model_(std::move(model)) {
  if (base::is_there(path_)) read();
  if (path_.has_parent_path()) base::make_folder(path_.parent_path());
  out_.open(path_, std::ios::app | std::ios::binary);
  if (!out_) throw BadInput(path_.string() + ": cannot be written");
}

void AnswerLog::read() {
  std::string content = base::read_file(path_);
  if (const std::size_t end = content.rfind('\n') + 1; end < content.size()) {  // npos + 1 is 0
    content.resize(end);
    base::write_file(path_, content);  // the last line was cut
  }
  format::JsonlReader line(path_);
  while (line.next())
    if (line.text("model") == model_)
      answers_.emplace(Key(line.text("prompt_sha256"), static_cast<int>(line.integer("tried"))),
                       ChatAnswer{std::string(line.text("answer")), line.has("cut")});
}

std::optional<ChatAnswer> AnswerLog::found(const Key& key) {
  std::unique_lock guard(lock_);
  asked_.wait(guard, [&] { return !asking_.contains(key); });
  if (const auto found = answers_.find(key); found != answers_.end()) return ++reused_, found->second;
  asking_.insert(key);
  return std::nullopt;
}

void AnswerLog::end_asking(const Key& key) {
  const std::lock_guard guard(lock_);
  asking_.erase(key);
  asked_.notify_all();
}

ChatAnswer AnswerLog::whole_answer(const ChatQuestion& question, const Json& what, const AskChat& ask) {
  const Key key(base::fingerprint(question.prompt).hex(), question.tried);
  if (auto there = found(key)) return *std::move(there);
  const std::shared_ptr<void> at_end(nullptr, [&](void*) { end_asking(key); });
  ChatAnswer answer = ask(question);
  Json json = what;
  json["tried"] = question.tried;
  json["model"] = model_;
  json["prompt_sha256"] = key.first;
  json["answer"] = answer.text;
  if (answer.is_cut) json["cut"] = 1;
  const std::lock_guard guard(lock_);
  out_ << format::compact(json) << '\n' << std::flush;
  if (!out_) throw BadInput(path_.string() + ": cannot be written");
  answers_.emplace(key, answer);
  return answer;
}

}  // namespace heed::net
