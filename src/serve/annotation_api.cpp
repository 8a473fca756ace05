#include "serve/annotation_api.h"

#include <algorithm>
#include <mutex>
#include <unordered_map>
#include <unordered_set>

#include "base/error.h"
#include "curate/annotation_store.h"
#include "curate/violations.h"
#include "format/fields.h"
#include "format/json.h"

namespace heed::serve {

using curate::Annotations;
using curate::Author;
using curate::TopicAnnotations;
using curate::Verdict;
using curate::Written;
using format::Json;

namespace {

constexpr std::size_t kLongestName = 60, kLongestId = 1000, kLongestNote = 4000, kLongestInstruction = 50'000;  // bytes

/// A request that cannot be granted, and why.
struct Refusal {
  int status;
  std::string sentence;
};

ApiReply refusal(int status, const std::string& sentence) {
  return {status, format::compact({{"error", sentence}})};
}

/// A request's JSON object, whose fields are asked for by name.
class Fields {
 public:
  explicit Fields(const std::string& body) : json_(Json::parse(body, nullptr, false)) {
    if (json_.is_discarded()) throw Refusal{400, "the request is not valid JSON"};
    if (!json_.is_object()) throw Refusal{400, "the request is not a JSON object"};
  }

  std::string text(const char* key, std::size_t longest) const {
    const auto found = json_.find(key);
    if (found == json_.end() || !found->is_string()) throw Refusal{400, quoted(key) + " is not given as a text"};
    std::string text = found->get<std::string>();
    if (text.size() > longest)
      throw Refusal{400, quoted(key) + " is longer than " + std::to_string(longest) + " bytes"};
    if (text.find('\0') != std::string::npos) throw Refusal{400, quoted(key) + " has a zero byte in it"};
    return text;
  }

  /// Of one line, without white space around it, not empty.
  std::string name(const char* key) const {
    const std::string given = text(key, kLongestName);
    std::string name(format::trimmed(given));
    if (name.empty()) throw Refusal{400, quoted(key) + " is empty"};
    if (std::ranges::any_of(name, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }))
      throw Refusal{400, quoted(key) + " has control characters in it"};
    return name;
  }

  std::int64_t revision(const char* key) const {
    const auto found = json_.find(key);
    if (found == json_.end() || !found->is_number_integer()) throw Refusal{400, quoted(key) + " is not an integer"};
    return found->get<std::int64_t>();
  }

  bool is_true(const char* key) const {
    const auto found = json_.find(key);
    if (found == json_.end()) return false;
    if (!found->is_boolean()) throw Refusal{400, quoted(key) + " is neither true nor false"};
    return found->get<bool>();
  }

  std::optional<curate::Decision> decision() const {
    const auto found = json_.find("decision");
    if (found == json_.end()) throw Refusal{400, "\"decision\" is not given"};
    if (found->is_null()) return std::nullopt;
    const auto decision = found->is_string() ? curate::decision_named(found->get<std::string>()) : std::nullopt;
    if (!decision) throw Refusal{400, "\"decision\" is none of relevant, not_relevant, unsure and null"};
    return decision;
  }

 private:
  static std::string quoted(const char* key) { return "\"" + std::string(key) + "\""; }
  Json json_;
};

Json decision_json(const std::optional<curate::Decision>& decision) {
  return decision ? Json(curate::name_of(*decision)) : Json(nullptr);
}

Json saved_json(const curate::SavedInstruction& saved) {
  return {{"revision", saved.revision}, {"annotator", saved.annotator}, {"text", saved.text}, {"at", saved.at}};
}

Json agreement_json(const curate::Agreement& agreement) {
  return {{"documents", agreement.documents},
          {"observed", agreement.observed},
          {"expected", agreement.expected},
          {"kappa", agreement.kappa ? Json(*agreement.kappa) : Json(nullptr)},
          {"table", agreement.table}};
}

ApiReply reply_of(const Written& result) {
  if (result.outcome == Written::Outcome::kRequestUsed)
    return refusal(409, "not stored: another request had the same name (\"request\"); give each one of its own");
  if (result.outcome == Written::Outcome::kInstructionChanged && result.revision == 0)
    return {409, format::compact({{"error", "not stored: no instruction of this topic is final"}, {"final", 0}})};
  if (result.outcome == Written::Outcome::kInstructionChanged)
    return {409, format::compact({{"error", "not stored: the final instruction has changed; read it, and decide again"},
                                  {"final", result.revision}})};
  const bool is_over = result.outcome == Written::Outcome::kStoredOverAnother;
  return {200,
          format::compact({{"outcome", is_over ? "stored_over_another" : "stored"}, {"revision", result.revision}})};
}

}  // namespace

struct AnnotationApi::State {
  explicit State(const std::filesystem::path& where) : folder(where) {
    curate::Curation curation = curate::read_curation(folder);
    documents = curate::documents_to_judge(curation);
    if (documents.empty())
      throw base::BadInput(folder.string() +
                           ": there is nothing to judge: no topic has a relevant document in its pool");
    store = std::make_unique<curate::AnnotationStore>(folder / curate::kAnnotationsFile);
    store->read();  // what is damaged is refused before anybody judges
    topics = std::move(curation.topics);
    for (const curate::Alteration& alteration : curation.alterations)
      suggestions[alteration.topic] = alteration.instruction;
    std::unordered_set<std::string> needed;
    for (const curate::PooledDocument& pooled : curation.pool) {
      if (pooled.grade < 1) continue;
      grades[pooled.topic][pooled.document] = pooled.grade;
      needed.insert(pooled.document);
    }
    for (curate::CuratedDocument& document : curation.documents)
      if (needed.contains(document.id)) texts.emplace(document.id, std::move(document));
  }

  const curate::CurationTopic& topic_named(const std::string& id) const {
    const auto found = std::ranges::find(topics, id, &curate::CurationTopic::id);
    if (found == topics.end()) throw Refusal{404, "there is no topic " + id};
    return *found;
  }

  const std::vector<std::string>& documents_of(const std::string& topic) const {
    static const std::vector<std::string> kNone;
    const auto found = documents.find(topic);
    return found == documents.end() ? kNone : found->second;
  }

  std::string title_of(const std::string& document) const {
    const auto found = texts.find(document);
    return found == texts.end() ? "" : found->second.title;
  }

  Author author(const Fields& fields) {
    Author author{.annotator = fields.name("annotator"), .topic = fields.text("topic", kLongestId), .request = ""};
    topic_named(author.topic);
    const auto names = store->read_annotators();
    if (std::ranges::find(names, author.annotator) == names.end())
      throw Refusal{404, "there is no annotator " + author.annotator};
    author.seen = fields.revision("seen");
    author.request = "page " + fields.name("request");  // so that none is one of the store's own
    return author;
  }

  Verdict verdict(const Fields& fields, const std::string& topic) const {
    Verdict verdict{.document = fields.text("document", kLongestId), .decision = fields.decision(), .note = ""};
    const auto& ids = documents_of(topic);
    if (std::ranges::find(ids, verdict.document) == ids.end())
      throw Refusal{404, "topic " + topic + " has no document " + verdict.document + " to judge"};
    verdict.note = fields.text("note", kLongestNote);
    verdict.under = fields.revision("final");
    return verdict;
  }

  std::filesystem::path folder;
  std::unique_ptr<curate::AnnotationStore> store;
  std::vector<curate::CurationTopic> topics;
  std::map<std::string, std::vector<std::string>> documents;
  std::map<std::string, std::string> suggestions;
  std::map<std::string, std::map<std::string, int>> grades;
  std::unordered_map<std::string, curate::CuratedDocument> texts;
  std::mutex export_lock;
};

namespace {

using State = AnnotationApi::State;

std::string asked(const ApiRequest& request, const std::string& key) {
  const auto found = request.query.find(key);
  return found == request.query.end() ? "" : found->second;
}

/// One annotator's judgment of a document, as they see it: nobody sees what another decided before both have.
Json own_judgment_json(const TopicAnnotations& topic, const std::string& document, const std::string& annotator) {
  Json json = {{"decision", nullptr}, {"note", ""}, {"revision", 0}, {"stale", false}};
  const auto of_document = topic.judgments.find(document);
  if (of_document == topic.judgments.end()) return json;
  const auto found = of_document->second.find(annotator);
  if (found == of_document->second.end()) return json;
  const curate::Judgment& judgment = found->second;
  json["decision"] = decision_json(judgment.decision);
  json["note"] = judgment.note;
  json["revision"] = judgment.revision;
  json["stale"] = judgment.decision.has_value() && !curate::current_decision(judgment, topic);
  return json;
}

Json topic_json(const State& state, const curate::CurationTopic& topic, const TopicAnnotations& annotations,
                const std::string& annotator) {
  const auto& ids = state.documents_of(topic.id);
  const auto suggestion = state.suggestions.find(topic.id);
  const auto draft = annotations.drafts.find(annotator);
  const auto& final_instruction = annotations.final_instruction;
  const auto missing = what_is_missing(annotations, ids);
  const auto annotators = annotators_of(annotations);
  Json json = {{"id", topic.id},
               {"query", topic.query},
               {"instruction", topic.instruction},
               {"suggested", suggestion == state.suggestions.end() ? Json(nullptr) : Json(suggestion->second)},
               {"draft", draft == annotations.drafts.end() ? Json(nullptr) : saved_json(draft->second)},
               {"final", final_instruction ? saved_json(*final_instruction) : Json(nullptr)},
               {"annotators", annotators},
               {"missing", missing ? Json(*missing) : Json(nullptr)},
               {"settled", 0},
               {"settled_relevant", 0},
               {"documents", Json::array()}};
  long settled = 0, relevant = 0;
  for (const std::string& id : ids) {
    const auto decision = settlement(annotations, id, annotators).decision;
    settled += decision.has_value() ? 1 : 0;
    relevant += decision == curate::Decision::kRelevant ? 1 : 0;
    Json document = {{"id", id}, {"grade", state.grades.at(topic.id).at(id)}};
    document.update(own_judgment_json(annotations, id, annotator));
    json["documents"].push_back(std::move(document));
  }
  json["settled"] = settled;
  json["settled_relevant"] = relevant;
  return json;
}

ApiReply show_state(State& state, const ApiRequest& request) {
  const Annotations annotations = state.store->read();
  Json json = {{"store", state.store->id()},
               {"folder", std::filesystem::absolute(state.folder / ".").parent_path().filename().string()},
               {"revision", annotations.revision},
               {"annotators", annotations.annotators},
               {"topics", Json::array()}};
  for (const curate::CurationTopic& topic : state.topics)
    json["topics"].push_back(
        topic_json(state, topic, annotations_of(annotations, topic.id), asked(request, "annotator")));
  return {200, format::compact(json)};
}

ApiReply show_revision(State& state, const ApiRequest&) {
  return {200, format::compact({{"store", state.store->id()}, {"revision", state.store->revision()}})};
}

ApiReply show_documents(State& state, const ApiRequest& request) {
  const std::string topic = asked(request, "topic");
  state.topic_named(topic);
  Json list = Json::array();
  for (const std::string& id : state.documents_of(topic)) {
    const auto found = state.texts.find(id);
    list.push_back({{"id", id},
                    {"title", state.title_of(id)},
                    {"text", found == state.texts.end() ? Json(nullptr) : Json(found->second.text)}});
  }
  return {200, format::compact({{"documents", list}})};
}

std::string_view name_of(curate::Standing standing) {
  switch (standing) {
    case curate::Standing::kAgreed:
      return "agreed";
    case curate::Standing::kToSettle:
      return "to_settle";
    case curate::Standing::kAdjudicated:
      return "adjudicated";
    default:
      return "open";
  }
}

Json judgments_json(const std::map<std::string, curate::Judgment>& by_annotator,
                    const std::vector<std::string>& annotators) {
  Json list = Json::array();
  for (const std::string& annotator : annotators) {
    const curate::Judgment& judgment = by_annotator.at(annotator);
    list.push_back({{"annotator", annotator}, {"decision", decision_json(judgment.decision)}, {"note", judgment.note}});
  }
  return list;
}

/// The documents of a topic on which its annotators differ, settled or not.
/// Where these annotators differ, or are unsure, whatever others have decided so far.
Json differences_json(const State& state, const std::string& topic, const TopicAnnotations& annotations,
                      const std::vector<std::string>& annotators) {
  Json list = Json::array();
  for (const std::string& id : state.documents_of(topic)) {
    const curate::Settlement settled = settlement(annotations, id, annotators);
    if (settled.standing != curate::Standing::kToSettle && settled.standing != curate::Standing::kAdjudicated) continue;
    const auto adjudication = annotations.adjudications.find(id);
    list.push_back({{"document", id},
                    {"title", state.title_of(id)},
                    {"standing", name_of(settled.standing)},
                    {"decision", decision_json(settled.decision)},
                    {"note", settled.note},
                    {"revision", adjudication == annotations.adjudications.end() ? 0 : adjudication->second.revision},
                    {"judgments", judgments_json(annotations.judgments.at(id), annotators)}});
  }
  return list;
}

ApiReply show_agreement(State& state, const ApiRequest& request) {
  const std::string first = asked(request, "first"), second = asked(request, "second");
  const Annotations annotations = state.store->read();
  for (const std::string& name : {first, second})
    if (std::ranges::find(annotations.annotators, name) == annotations.annotators.end())
      throw Refusal{404, "there is no annotator " + name};
  if (first == second) throw Refusal{400, "agreement is of two annotators"};
  std::vector<curate::DecisionPair> all;
  Json topics = Json::array();
  for (const curate::CurationTopic& topic : state.topics) {
    const TopicAnnotations& of_topic = annotations_of(annotations, topic.id);
    const auto pairs = decision_pairs(of_topic, first, second);
    all.insert(all.end(), pairs.begin(), pairs.end());
    topics.push_back({{"id", topic.id},
                      {"query", topic.query},
                      {"final", of_topic.final_instruction ? of_topic.final_instruction->revision : 0},
                      {"agreement", agreement_json(curate::agreement(pairs))},
                      {"differences", differences_json(state, topic.id, of_topic, {first, second})}});
  }
  return {200, format::compact({{"revision", annotations.revision},
                                {"agreement", agreement_json(curate::agreement(all))},
                                {"topics", topics}})};
}

ApiReply add_annotator(State& state, const ApiRequest& request) {
  const std::string name = Fields(request.body).name("annotator");
  state.store->add_annotator(name);
  return {200, format::compact({{"annotator", name}})};
}

ApiReply save_instruction(State& state, const ApiRequest& request) {
  const Fields fields(request.body);
  return reply_of(state.store->save_instruction(state.author(fields), fields.text("text", kLongestInstruction)));
}

ApiReply make_final(State& state, const ApiRequest& request) {
  const Fields fields(request.body);
  const Author author = state.author(fields);
  const std::string text = fields.text("text", kLongestInstruction);
  if (curate::is_same_text(text, "")) throw Refusal{400, "the altered instruction is empty"};
  if (curate::is_same_text(text, state.topic_named(author.topic).instruction))
    throw Refusal{400, "the altered instruction is the original one"};
  return reply_of(state.store->make_final(author, text));
}

ApiReply decide(State& state, const ApiRequest& request) {
  const Fields fields(request.body);
  const Author author = state.author(fields);
  return reply_of(state.store->decide(author, state.verdict(fields, author.topic)));
}

ApiReply adjudicate(State& state, const ApiRequest& request) {
  const Fields fields(request.body);
  const Author author = state.author(fields);
  return reply_of(state.store->adjudicate(author, state.verdict(fields, author.topic)));
}

ApiReply export_annotations(State& state, const ApiRequest& request) {
  const bool is_partial = Fields(request.body).is_true("partial");
  const auto scope = is_partial ? curate::ExportScope::kAllThatIsSettled : curate::ExportScope::kCompleteTopics;
  const std::lock_guard guard(state.export_lock);
  const auto result = curate::write_export(state.folder, state.store->read(), scope);
  Json incomplete = Json::array(), files = Json::array();
  for (const auto& [topic, sentence] : result.incomplete)
    incomplete.push_back({{"topic", topic}, {"missing", sentence}});
  if (!result.topics.empty())
    for (const std::string_view file : {curate::kAlterationsFile, curate::kRejudgmentsFile})
      files.push_back((std::filesystem::absolute(state.folder) / file).lexically_normal().string());
  return {200, format::compact({{"files", files}, {"topics", result.topics}, {"incomplete", incomplete}})};
}

struct Call {
  std::string_view method, path;
  ApiReply (*answer)(State&, const ApiRequest&);
};
constexpr Call kCalls[] = {
    {"GET", "/api/state", show_state},         {"GET", "/api/revision", show_revision},
    {"GET", "/api/documents", show_documents}, {"GET", "/api/agreement", show_agreement},
    {"POST", "/api/annotator", add_annotator}, {"POST", "/api/instruction", save_instruction},
    {"POST", "/api/final", make_final},        {"POST", "/api/decision", decide},
    {"POST", "/api/adjudication", adjudicate}, {"POST", "/api/export", export_annotations},
};

}  // namespace

AnnotationApi::AnnotationApi(const std::filesystem::path& folder) : state_(std::make_unique<State>(folder)) {}
AnnotationApi::~AnnotationApi() = default;

ApiReply AnnotationApi::answer(const ApiRequest& request) {
  const auto* const call = std::ranges::find(kCalls, request.path, &Call::path);
  if (call == std::end(kCalls)) return refusal(404, "there is no such call");
  if (call->method != request.method) return refusal(405, "this call is a " + std::string(call->method));
  try {
    return call->answer(*state_, request);
  } catch (const Refusal& wrong) {
    return refusal(wrong.status, wrong.sentence);
  } catch (const std::exception& error) {  // the store's or the folder's: nothing was stored
    return refusal(500, error.what());
  }
}

}  // namespace heed::serve
