#include "curate/annotation_store.h"

#include <functional>
#include <mutex>

#include "base/error.h"
#include "base/secret.h"
#include "format/database.h"

namespace heed::curate {

using format::Statement;

namespace {

/// `what` is store (its text is the store's id), annotator, instruction, final, decision or adjudication.
constexpr const char* kSchema[] = {
    "CREATE TABLE IF NOT EXISTS journal (revision INTEGER PRIMARY KEY AUTOINCREMENT, request TEXT NOT NULL UNIQUE, "
    "at TEXT NOT NULL, what TEXT NOT NULL, annotator TEXT NOT NULL, topic TEXT NOT NULL, document TEXT NOT NULL, "
    "under INTEGER NOT NULL, decision TEXT, text TEXT NOT NULL)",
    "CREATE INDEX IF NOT EXISTS newest ON journal (what, topic, document, annotator, revision)"};

constexpr format::DatabaseKind kAnnotationStore = {
    .name = "store of annotations",
    .application_id = 0x68656161,  // "heaa"
    .version = 1,
    .durability = format::Durability::kPowerCut,
    .if_other_version = "export it with that version, or give another folder",
    .if_damaged = "restore it from a copy",
    .schema = kSchema};

/// A line of the journal to be written.
struct Entry {
  std::string_view what;
  const Author& author;
  std::string_view document{}, text{};
  std::optional<Decision> decision{};
  Revision under = 0;
};

/// What now counts of a kind.
struct Newest {
  Revision revision = 0, under = 0;
  std::string decision, text;
};

}  // namespace

struct AnnotationStore::State {
  explicit State(const std::filesystem::path& path) : database(path, kAnnotationStore) {
    database.in_transaction([&] {
      if (newest("store", "", "", "").revision != 0) return;
      const Author nobody{.annotator = "", .topic = "", .request = "store"};
      append({.what = "store", .author = nobody, .text = base::secret(16)});
    });
  }

  Revision append(const Entry& entry) {
    put.bind(1, entry.author.request).bind(2, entry.what).bind(3, entry.author.annotator).bind(4, entry.author.topic);
    put.bind(5, entry.document).bind(6, entry.under).bind(8, entry.text);
    if (entry.decision)
      put.bind(7, name_of(*entry.decision));
    else
      put.bind_null(7);
    put.run();
    return last_revision();
  }

  Revision last_revision() {
    Revision revision = 0;
    find_last.read_first([&] { revision = find_last.number(0); });
    return revision;
  }

  /// By one annotator, or by whoever where the name is empty.
  Newest newest(std::string_view what, std::string_view topic, std::string_view document, std::string_view annotator) {
    Newest found;
    find_newest.bind(1, what).bind(2, topic).bind(3, document).bind(4, annotator).bind(5, annotator);
    find_newest.read_first([&] {
      found = {find_newest.number(0), find_newest.number(1), std::string(find_newest.text(2)),
               std::string(find_newest.text(3))};
    });
    return found;
  }

  /// What became of the entry's request, where one of that name was written before.
  std::optional<Written> written(const Entry& entry) {
    const std::string_view decision = entry.decision ? name_of(*entry.decision) : "";
    std::optional<Written> before;
    find_request.bind(1, entry.author.request).read_first([&] {
      const bool is_same = find_request.text(1) == entry.what && find_request.text(2) == entry.author.annotator &&
                           find_request.text(3) == entry.author.topic && find_request.text(4) == entry.document &&
                           find_request.text(5) == decision && find_request.text(6) == entry.text;
      before = {is_same ? Written::Outcome::kStored : Written::Outcome::kRequestUsed, find_request.number(0)};
    });
    return before;
  }

  /// A transaction whose writes are in the file that the path leads to, or that throws.
  void write(const std::function<void()>& entries) {
    database.require_in_place();
    database.in_transaction(entries);
    database.require_in_place();
  }

  /// Appends, unless the request is already there or nothing would change; `old` is what it replaces, which no longer
  /// stands where it is older than `settled`.
  Written append_over(const Newest& old, const Entry& entry, Revision settled = 0) {
    if (const auto before = written(entry)) return *before;
    const auto outcome =
        old.revision == entry.author.seen ? Written::Outcome::kStored : Written::Outcome::kStoredOverAnother;
    const std::string_view decision = entry.decision ? name_of(*entry.decision) : "";
    const bool is_same =
        old.revision > settled && old.text == entry.text && old.decision == decision && old.under == entry.under;
    return {outcome, is_same ? old.revision : append(entry)};
  }

  Written judge(std::string_view what, const Author& author, const Verdict& verdict) {
    Written result;
    const std::lock_guard guard(lock);
    write([&] {
      const Newest final_instruction = newest("final", author.topic, "", "");
      const bool is_adjudication = what == "adjudication";
      const std::string_view annotator = is_adjudication ? std::string_view() : author.annotator;
      const Revision settled = is_adjudication ? newest("decision", author.topic, verdict.document, "").revision : 0;
      const Entry entry{.what = what,
                        .author = author,
                        .document = verdict.document,
                        .text = verdict.note,
                        .decision = verdict.decision,
                        .under = verdict.under};
      if (const auto before = written(entry))
        result = *before;
      else if (final_instruction.revision == 0 || final_instruction.revision != verdict.under)
        result = {Written::Outcome::kInstructionChanged, final_instruction.revision};
      else
        result = append_over(newest(what, author.topic, verdict.document, annotator), entry, settled);
    });
    return result;
  }

  void add_to(Annotations& all);

  format::Database database;
  Statement put = database.prepare(
      "INSERT INTO journal (request, at, what, annotator, topic, document, under, decision, text) "
      "VALUES (?, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'), ?, ?, ?, ?, ?, ?, ?)");
  Statement find_last = database.prepare("SELECT coalesce(max(revision), 0) FROM journal");
  Statement find_newest = database.prepare(
      "SELECT revision, under, coalesce(decision, ''), text FROM journal WHERE what = ? AND topic = ? AND document = ? "
      "AND (? = '' OR annotator = ?) ORDER BY revision DESC LIMIT 1");
  Statement find_request = database.prepare(
      "SELECT revision, what, annotator, topic, document, coalesce(decision, ''), text FROM journal WHERE request = ?");
  Statement find_annotators =
      database.prepare("SELECT annotator FROM journal WHERE what = 'annotator' ORDER BY revision");
  Statement find_all = database.prepare(
      "SELECT revision, what, annotator, topic, document, under, decision, text, at FROM journal WHERE revision IN "
      "(SELECT max(revision) FROM journal GROUP BY what, topic, document, annotator) ORDER BY revision");
  std::mutex lock;
};

/// The row on which find_all stands. Rows come in their order, so that a later one takes an earlier one's place.
void AnnotationStore::State::add_to(Annotations& all) {
  const std::string_view what = find_all.text(1);
  const std::string annotator(find_all.text(2)), topic(find_all.text(3)), document(find_all.text(4));
  const SavedInstruction saved{find_all.number(0), annotator, std::string(find_all.text(7)),
                               std::string(find_all.text(8))};
  Judgment judgment{saved.revision, annotator, std::nullopt, saved.text, find_all.number(5), saved.at};
  if (!find_all.is_null(6)) judgment.decision = decision_named(find_all.text(6));
  if (!find_all.is_null(6) && !judgment.decision) database.fail_as_damaged();
  all.revision = saved.revision;
  if (what == "annotator")
    all.annotators.push_back(annotator);
  else if (what == "instruction")
    all.topics[topic].drafts[annotator] = saved;
  else if (what == "final")
    all.topics[topic].final_instruction = saved;
  else if (what == "decision")
    all.topics[topic].judgments[document][annotator] = std::move(judgment);
  else if (what == "adjudication")
    all.topics[topic].adjudications[document] = std::move(judgment);
  else if (what != "store")
    database.fail_as_damaged();
}

AnnotationStore::AnnotationStore(const std::filesystem::path& path) : state_(std::make_unique<State>(path)) {}
AnnotationStore::~AnnotationStore() = default;

std::string AnnotationStore::id() {
  const std::lock_guard guard(state_->lock);
  return state_->newest("store", "", "", "").text;
}

Annotations AnnotationStore::read() {
  const std::lock_guard guard(state_->lock);
  Annotations all;
  state_->find_all.reset();  // where an earlier call threw halfway
  while (state_->find_all.next()) state_->add_to(all);
  return all;
}

Revision AnnotationStore::revision() {
  const std::lock_guard guard(state_->lock);
  return state_->last_revision();
}

std::vector<std::string> AnnotationStore::read_annotators() {
  const std::lock_guard guard(state_->lock);
  std::vector<std::string> names;
  state_->find_annotators.reset();
  while (state_->find_annotators.next()) names.emplace_back(state_->find_annotators.text(0));
  return names;
}

void AnnotationStore::add_annotator(const std::string& name) {
  base::check(!name.empty());
  const std::lock_guard guard(state_->lock);
  state_->write([&] {
    if (state_->newest("annotator", "", "", name).revision != 0) return;
    const Author author{.annotator = name, .topic = "", .request = "annotator " + name};
    state_->append({.what = "annotator", .author = author});
  });
}

Written AnnotationStore::save_instruction(const Author& author, const std::string& text) {
  Written result;
  const std::lock_guard guard(state_->lock);
  state_->write([&] {
    result = state_->append_over(state_->newest("instruction", author.topic, "", author.annotator),
                                 {.what = "instruction", .author = author, .text = text});
  });
  return result;
}

Written AnnotationStore::make_final(const Author& author, const std::string& text) {
  Written result;
  const std::lock_guard guard(state_->lock);
  state_->write([&] {
    const Newest old = state_->newest("final", author.topic, "", "");
    const Entry entry{.what = "final", .author = author, .text = text};
    if (old.revision != 0 && old.text == text)
      result = {Written::Outcome::kStored, old.revision};
    else if (const auto before = state_->written(entry))
      result = *before;
    else if (old.revision != author.seen)
      result = {Written::Outcome::kInstructionChanged, old.revision};
    else
      result.revision = state_->append(entry);
  });
  return result;
}

Written AnnotationStore::decide(const Author& author, const Verdict& verdict) {
  return state_->judge("decision", author, verdict);
}

Written AnnotationStore::adjudicate(const Author& author, const Verdict& verdict) {
  return state_->judge("adjudication", author, verdict);
}

}  // namespace heed::curate
