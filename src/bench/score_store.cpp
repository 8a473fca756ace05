#include "bench/score_store.h"

#include <chrono>
#include <cstring>
#include <mutex>
#include <string>
#include <thread>

#include <sqlite3.h>

#include "base/error.h"
#include "base/file.h"

namespace heed::bench {

using base::BadInput;

namespace {

constexpr int kApplicationId = 0x68656564;  // "heed"
constexpr int kVersion = 1;

std::string_view bytes_of(std::span<const double> scores) {
  return {reinterpret_cast<const char*>(scores.data()), scores.size_bytes()};
}

/// The bytes of a row: a fingerprint of its key and scores, then the scores. SQLite does not notice a flipped bit.
std::string packed(std::span<const double> scores, const base::Fingerprint& key) {
  const auto check = base::Digest().add(key.raw()).add(bytes_of(scores)).finish();
  return std::string(check.raw()).append(bytes_of(scores));
}

/// The scores of a row, or nothing where it is not what packed() made.
std::optional<std::vector<double>> unpacked(std::string_view row, const base::Fingerprint& key) {
  const std::size_t head = key.raw().size();
  if (row.size() < head || (row.size() - head) % sizeof(double) != 0) return std::nullopt;
  std::vector<double> scores((row.size() - head) / sizeof(double));
  if (!scores.empty()) std::memcpy(scores.data(), row.data() + head, row.size() - head);
  return packed(scores, key) == row ? std::optional(scores) : std::nullopt;
}

}  // namespace

base::Fingerprint ScoreKey::fingerprint() const {
  return base::Digest().add_field(model_identity).add_field(query).add_field(instruction).add(documents.raw()).finish();
}

struct ScoreStore::State {
  State() = default;
  // Through the other constructor, so that the destructor also closes a file that this one refuses.
  explicit State(const std::filesystem::path& where) : State() {
    path = where.string();
    if (where.has_parent_path()) base::make_folder(where.parent_path());
    require(sqlite3_open_v2(path.c_str(), &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr));
    sqlite3_busy_timeout(database, 30000);
    execute("BEGIN IMMEDIATE");
    if (number("PRAGMA application_id") != kApplicationId) {
      if (number("SELECT count(*) FROM sqlite_master") != 0)
        throw BadInput(path + ": is a database, but no score store of heed");
      execute("PRAGMA application_id = " + std::to_string(kApplicationId));
      execute("PRAGMA user_version = " + std::to_string(kVersion));
    }
    if (number("PRAGMA user_version") != kVersion)
      throw BadInput(path + ": is a score store of another version of heed; remove it, or give another place");
    execute(
        "CREATE TABLE IF NOT EXISTS scores (key BLOB PRIMARY KEY, model TEXT NOT NULL, query TEXT NOT NULL, "
        "instruction TEXT NOT NULL, scores BLOB NOT NULL) WITHOUT ROWID");
    execute("COMMIT");
    use_write_ahead_log();
    select = prepared("SELECT scores FROM scores WHERE key = ?");
    insert = prepared("INSERT OR REPLACE INTO scores VALUES (?, ?, ?, ?, ?)");
  }

  ~State() {
    sqlite3_finalize(select);
    sqlite3_finalize(insert);
    sqlite3_close(database);
  }

  void require(int code) const {
    if (code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW) return;
    throw BadInput(path + ": the score store cannot be used: " +
                   (database != nullptr ? sqlite3_errmsg(database) : sqlite3_errstr(code)));
  }

  /// Of several processes that open a new file at once one changes the mode; SQLite refuses the others at once, without
  /// the patience that it has elsewhere.
  void use_write_ahead_log() const {
    constexpr int kAttempts = 500;
    for (int attempt = 0;; ++attempt) {
      const int code = sqlite3_exec(database, "PRAGMA journal_mode = WAL", nullptr, nullptr, nullptr);
      if (code != SQLITE_BUSY || attempt == kAttempts) {
        require(code);
        break;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    execute("PRAGMA synchronous = NORMAL");
  }

  void execute(const std::string& sql) const {
    require(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr));
  }

  sqlite3_stmt* prepared(const char* sql) const {
    sqlite3_stmt* statement = nullptr;
    require(sqlite3_prepare_v2(database, sql, -1, &statement, nullptr));
    return statement;
  }

  long number(const char* sql) const {
    sqlite3_stmt* const statement = prepared(sql);
    const int code = sqlite3_step(statement);
    const long value = code == SQLITE_ROW ? static_cast<long>(sqlite3_column_int64(statement, 0)) : 0;
    sqlite3_finalize(statement);
    require(code);
    return value;
  }

  void bind_blob(sqlite3_stmt* statement, int place, std::string_view bytes) const {
    const char* const data = bytes.empty() ? "" : bytes.data();
    require(sqlite3_bind_blob64(statement, place, data, bytes.size(), SQLITE_TRANSIENT));
  }
  void bind_text(sqlite3_stmt* statement, int place, std::string_view text) const {
    // SQLite takes a null pointer for NULL, also where the text is merely empty.
    const char* const data = text.empty() ? "" : text.data();
    require(sqlite3_bind_text64(statement, place, data, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
  }

  std::string path;
  sqlite3* database = nullptr;
  sqlite3_stmt* select = nullptr;
  sqlite3_stmt* insert = nullptr;
  std::mutex lock;
};

ScoreStore::ScoreStore(const std::filesystem::path& path) : state_(std::make_unique<State>(path)) {}
ScoreStore::~ScoreStore() = default;

std::optional<std::vector<double>> ScoreStore::find(const ScoreKey& key) {
  const base::Fingerprint fingerprint = key.fingerprint();
  const std::lock_guard guard(state_->lock);
  state_->bind_blob(state_->select, 1, fingerprint.raw());
  const int code = sqlite3_step(state_->select);
  std::optional<std::vector<double>> found;
  if (code == SQLITE_ROW) {
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(state_->select, 0));
    found = unpacked({static_cast<const char*>(sqlite3_column_blob(state_->select, 0)), size}, fingerprint);
  }
  sqlite3_reset(state_->select);
  state_->require(code);
  if (code == SQLITE_ROW && !found) throw BadInput(state_->path + ": the score store is damaged; remove it");
  return found;
}

void ScoreStore::put(const ScoreKey& key, std::span<const double> scores) {
  const base::Fingerprint fingerprint = key.fingerprint();
  const std::lock_guard guard(state_->lock);
  state_->bind_blob(state_->insert, 1, fingerprint.raw());
  state_->bind_text(state_->insert, 2, key.model_identity);
  state_->bind_text(state_->insert, 3, key.query);
  state_->bind_text(state_->insert, 4, key.instruction);
  state_->bind_blob(state_->insert, 5, packed(scores, fingerprint));
  const int code = sqlite3_step(state_->insert);
  sqlite3_reset(state_->insert);
  state_->require(code);
}

}  // namespace heed::bench
