#include "bench/score_store.h"

#include <chrono>
#include <cstring>
#include <functional>
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
constexpr int kVersion = 2;
constexpr std::size_t kKeyBytes = 16, kCheckBytes = 8;

template <class Number>
std::string_view bytes_of(std::span<const Number> numbers) {
  return {reinterpret_cast<const char*>(numbers.data()), numbers.size_bytes()};
}

/// A row's key: the beginning of a digest is as good as the whole.
std::string row_key(const base::Fingerprint& a, const base::Fingerprint& b) {
  return std::string(base::Digest().add(a.raw()).add(b.raw()).finish().raw().substr(0, kKeyBytes));
}

/// The bytes of a row: a check of its key and numbers, then the numbers. SQLite does not notice a flipped bit.
template <class Number>
std::string packed(std::span<const Number> numbers, std::string_view key) {
  const auto check = base::Digest().add(key).add(bytes_of(numbers)).finish();
  return std::string(check.raw().substr(0, kCheckBytes)).append(bytes_of(numbers));
}

/// The numbers of a row, or nothing where it is not what packed() made.
template <class Number>
std::optional<std::vector<Number>> unpacked(std::string_view row, std::string_view key) {
  if (row.size() < kCheckBytes || (row.size() - kCheckBytes) % sizeof(Number) != 0) return std::nullopt;
  std::vector<Number> numbers((row.size() - kCheckBytes) / sizeof(Number));
  if (!numbers.empty()) std::memcpy(numbers.data(), row.data() + kCheckBytes, row.size() - kCheckBytes);
  return packed(std::span<const Number>(numbers), key) == row ? std::optional(numbers) : std::nullopt;
}

std::string_view blob_of(sqlite3_stmt* statement, int column) {
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
  return {static_cast<const char*>(sqlite3_column_blob(statement, column)), size};
}

}  // namespace

base::Fingerprint need_fingerprint(std::string_view model_identity, std::string_view query,
                                   std::string_view instruction) {
  return base::Digest().add_field(model_identity).add_field(query).add_field(instruction).finish();
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
    execute("CREATE TABLE IF NOT EXISTS scores (key BLOB PRIMARY KEY, scores BLOB NOT NULL) WITHOUT ROWID");
    execute(
        "CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, times INTEGER NOT NULL, tokens INTEGER NOT NULL, "
        "elements BLOB NOT NULL)");
    execute("COMMIT");
    use_write_ahead_log();
    find_scores = prepared("SELECT scores FROM scores WHERE key = ?");
    put_scores = prepared("INSERT OR REPLACE INTO scores VALUES (?, ?)");
    find_vector = prepared("SELECT tokens, elements FROM vectors WHERE key = ?");
    put_vector = prepared(
        "INSERT INTO vectors VALUES (?, 1, ?, ?) ON CONFLICT (key) DO UPDATE SET times = times + 1, "
        "tokens = excluded.tokens, elements = excluded.elements");
    find_times = prepared("SELECT times FROM vectors WHERE key = ?");
  }

  ~State() {
    for (sqlite3_stmt* const statement : {find_scores, put_scores, find_vector, put_vector, find_times})
      sqlite3_finalize(statement);
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
    // SQLite takes a null pointer for NULL, also where the blob is merely empty.
    const char* const data = bytes.empty() ? "" : bytes.data();
    require(sqlite3_bind_blob64(statement, place, data, bytes.size(), SQLITE_TRANSIENT));
  }

  /// Runs a statement that has its key as first parameter; `read` is called with the row, where there is one.
  void look_up(sqlite3_stmt* statement, std::string_view key, const std::function<void()>& read) const {
    bind_blob(statement, 1, key);
    const int code = sqlite3_step(statement);
    if (code == SQLITE_ROW) read();
    sqlite3_reset(statement);
    require(code);
  }

  void run(sqlite3_stmt* statement) const {
    const int code = sqlite3_step(statement);
    sqlite3_reset(statement);
    require(code);
  }

  /// All of what `write` does, or nothing of it.
  void in_transaction(const std::function<void()>& write) const {
    execute("BEGIN IMMEDIATE");
    try {
      write();
      execute("COMMIT");
    } catch (...) {
      sqlite3_exec(database, "ROLLBACK", nullptr, nullptr, nullptr);  // of what already failed
      throw;
    }
  }

  [[noreturn]] void fail_as_damaged() const { throw BadInput(path + ": the score store is damaged; remove it"); }

  std::string path;
  sqlite3* database = nullptr;
  sqlite3_stmt *find_scores = nullptr, *put_scores = nullptr;
  sqlite3_stmt *find_vector = nullptr, *put_vector = nullptr, *find_times = nullptr;
  std::mutex lock;
};

ScoreStore::ScoreStore(const std::filesystem::path& path) : state_(std::make_unique<State>(path)) {}
ScoreStore::~ScoreStore() = default;

std::vector<std::optional<Scores>> ScoreStore::find(std::span<const ScoreKey> keys) {
  const std::lock_guard guard(state_->lock);
  std::vector<std::optional<Scores>> all(keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const std::string key = row_key(keys[i].need, keys[i].documents);
    bool is_damaged = false;
    state_->look_up(state_->find_scores, key, [&] {
      all[i] = unpacked<double>(blob_of(state_->find_scores, 0), key);
      is_damaged = !all[i];
    });
    if (is_damaged) state_->fail_as_damaged();
  }
  return all;
}

void ScoreStore::put(std::span<const ScoreKey> keys, std::span<const Scores> scores) {
  base::check(keys.size() == scores.size());
  const std::lock_guard guard(state_->lock);
  state_->in_transaction([&] {
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const std::string key = row_key(keys[i].need, keys[i].documents);
      state_->bind_blob(state_->put_scores, 1, key);
      state_->bind_blob(state_->put_scores, 2, packed(std::span<const double>(scores[i]), key));
      state_->run(state_->put_scores);
    }
  });
}

class ScoreStore::StoredVectors : public retrieve::VectorStore {
 public:
  StoredVectors(State& state, std::string_view model_identity)
      : state_(state), model_(base::fingerprint(model_identity)) {}

  std::vector<std::optional<retrieve::Vector>> find(std::span<const base::Fingerprint> texts) override {
    const std::lock_guard guard(state_.lock);
    std::vector<std::optional<retrieve::Vector>> all(texts.size());
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const std::string key = row_key(model_, texts[i]);
      bool is_damaged = false;
      state_.look_up(state_.find_vector, key, [&] {
        auto elements = unpacked<float>(blob_of(state_.find_vector, 1), key);
        is_damaged = !elements;
        if (elements)
          all[i] = {std::move(*elements), static_cast<std::size_t>(sqlite3_column_int64(state_.find_vector, 0))};
      });
      if (is_damaged) state_.fail_as_damaged();
    }
    return all;
  }

  std::vector<bool> has(std::span<const base::Fingerprint> texts) override {
    const std::lock_guard guard(state_.lock);
    std::vector<bool> all(texts.size());
    for (std::size_t i = 0; i < texts.size(); ++i)
      state_.look_up(state_.find_times, row_key(model_, texts[i]), [&] { all[i] = true; });
    return all;
  }

  void put(std::span<const base::Fingerprint> texts, std::span<const retrieve::Vector> vectors) override {
    base::check(texts.size() == vectors.size());
    const std::lock_guard guard(state_.lock);
    state_.in_transaction([&] {
      for (std::size_t i = 0; i < texts.size(); ++i) {
        const std::string key = row_key(model_, texts[i]);
        state_.bind_blob(state_.put_vector, 1, key);
        state_.require(sqlite3_bind_int64(state_.put_vector, 2, static_cast<sqlite3_int64>(vectors[i].tokens)));
        state_.bind_blob(state_.put_vector, 3, packed(std::span<const float>(vectors[i].elements), key));
        state_.run(state_.put_vector);
      }
    });
  }

  long times_put(std::span<const base::Fingerprint> texts) override {
    const std::lock_guard guard(state_.lock);
    long sum = 0;
    for (const base::Fingerprint& text : texts)
      state_.look_up(state_.find_times, row_key(model_, text),
                     [&] { sum += static_cast<long>(sqlite3_column_int64(state_.find_times, 0)); });
    return sum;
  }

 private:
  State& state_;
  base::Fingerprint model_;
};

std::unique_ptr<retrieve::VectorStore> ScoreStore::vectors(std::string_view model_identity) {
  return std::make_unique<StoredVectors>(*state_, model_identity);
}

}  // namespace heed::bench
