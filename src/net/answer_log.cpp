#include "net/answer_log.h"

#include <memory>

#include "base/fingerprint.h"
#include "format/bad_text.h"

namespace heed::net {

using format::Json;

// One object a line: {"id", "step", "tried", "model", "prompt_sha256", "answer"}, and "cut": 1 where it was.

AnswerLog::AnswerLog(const std::filesystem::path& path, std::string model) : journal_(path), model_(std::move(model)) {
  read();
}

namespace {

const std::string& text_in(const Json& line, const char* name) {
  const auto field = line.find(name);
  if (field == line.end() || !field->is_string())
    throw format::BadText(0, "there is no text \"" + std::string(name) + "\"");
  return field->get_ref<const std::string&>();
}

}  // namespace

void AnswerLog::read() {
  journal_.read([&](const Json& line) {
    const auto tried = line.find("tried");
    if (tried == line.end() || !tried->is_number_integer() || *tried < 0 || *tried > 1'000'000)
      throw format::BadText(0, "there is no \"tried\" that is an integer from 0");
    const std::string &model = text_in(line, "model"), &prompt = text_in(line, "prompt_sha256");
    const bool is_cut = line.contains("cut") && !line["cut"].is_null();
    const ChatAnswer answer{text_in(line, "answer"), is_cut};
    if (model == model_) answers_.emplace(Key(prompt, tried->get<int>()), answer);
  });
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
  journal_.add(json);
  answers_.emplace(key, answer);
  return answer;
}

}  // namespace heed::net
