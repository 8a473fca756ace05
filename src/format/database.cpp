#include "format/database.h"

#include <chrono>
#include <optional>
#include <thread>
#include <utility>

#include <sqlite3.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/file.h"

namespace heed::format {

using base::BadInput;

struct Database::State {
  State(const std::filesystem::path& where, const DatabaseKind& what)
      : path(where.string()),
        name(what.name),
        if_damaged(what.if_damaged),
        synchronous(what.durability == Durability::kPowerCut ? "FULL" : "NORMAL") {}
  ~State() { sqlite3_close(database); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  void require(int code) const {
    if (code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW) return;
    throw BadInput(path + ": the " + name +
                   " cannot be used: " + (database != nullptr ? sqlite3_errmsg(database) : sqlite3_errstr(code)));
  }

  void execute(const std::string& sql) const {
    require(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr));
  }

  void open() {
    require(sqlite3_open_v2(path.c_str(), &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr));
    sqlite3_busy_timeout(database, 30000);
    opened = place();
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
    execute("PRAGMA synchronous = " + std::string(synchronous));
  }

  /// Of the file that the path leads to; empty where it leads to none.
  std::optional<std::pair<dev_t, ino_t>> place() const {
    struct stat found {};
    if (stat(path.c_str(), &found) != 0) return std::nullopt;
    return std::pair(found.st_dev, found.st_ino);
  }

  std::string path, name, if_damaged;
  const char* synchronous;
  std::optional<std::pair<dev_t, ino_t>> opened;
  sqlite3* database = nullptr;
};

struct Statement::State {
  State(const Database::State& owner, const char* sql) : database(owner) {
    database.require(sqlite3_prepare_v2(database.database, sql, -1, &statement, nullptr));
  }
  ~State() { sqlite3_finalize(statement); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  const Database::State& database;
  sqlite3_stmt* statement = nullptr;
};

namespace {

std::int64_t number_of(Statement statement) {
  std::int64_t value = 0;
  statement.read_first([&] { value = statement.number(0); });
  return value;
}

}  // namespace

Database::Database(const std::filesystem::path& path, const DatabaseKind& kind)
    : state_(std::make_unique<State>(path, kind)) {
  if (path.has_parent_path()) base::make_folder(path.parent_path());
  state_->open();
  state_->execute("BEGIN IMMEDIATE");
  if (number_of(prepare("PRAGMA application_id")) != kind.application_id) {
    if (number_of(prepare("SELECT count(*) FROM sqlite_master")) != 0)
      throw BadInput(state_->path + ": is a database, but no " + state_->name + " of heed");
    state_->execute("PRAGMA application_id = " + std::to_string(kind.application_id));
    state_->execute("PRAGMA user_version = " + std::to_string(kind.version));
  }
  if (number_of(prepare("PRAGMA user_version")) != kind.version)
    throw BadInput(state_->path + ": is a " + state_->name + " of another version of heed; " +
                   std::string(kind.if_other_version));
  for (const char* const sql : kind.schema) state_->execute(sql);
  state_->execute("COMMIT");
  state_->use_write_ahead_log();
}

Database::~Database() = default;

Statement Database::prepare(const char* sql) {
  return Statement(std::make_unique<Statement::State>(*state_, sql));
}

void Database::in_transaction(const std::function<void()>& write) {
  state_->execute("BEGIN IMMEDIATE");
  try {
    write();
    state_->execute("COMMIT");
  } catch (...) {
    sqlite3_exec(state_->database, "ROLLBACK", nullptr, nullptr, nullptr);  // of what already failed
    throw;
  }
}

void Database::require_in_place() const {
  if (!state_->opened || state_->place() != state_->opened)
    throw BadInput(state_->path + ": was removed or replaced while it was open: nothing is stored; restart");
}

void Database::fail_as_damaged() const {
  throw BadInput(state_->path + ": the " + state_->name + " is damaged; " + state_->if_damaged);
}

Statement::Statement(std::unique_ptr<State> state) : state_(std::move(state)) {}
Statement::~Statement() = default;
Statement::Statement(Statement&&) noexcept = default;
Statement& Statement::operator=(Statement&&) noexcept = default;

Statement& Statement::bind(int place, std::string_view text) {
  // SQLite takes a null pointer for NULL, also where the text is merely empty.
  const char* const data = text.empty() ? "" : text.data();
  state_->database.require(
      sqlite3_bind_text64(state_->statement, place, data, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
  return *this;
}

Statement& Statement::bind_blob(int place, std::string_view bytes) {
  const char* const data = bytes.empty() ? "" : bytes.data();
  state_->database.require(sqlite3_bind_blob64(state_->statement, place, data, bytes.size(), SQLITE_TRANSIENT));
  return *this;
}

Statement& Statement::bind(int place, std::int64_t number) {
  state_->database.require(sqlite3_bind_int64(state_->statement, place, number));
  return *this;
}

Statement& Statement::bind_null(int place) {
  state_->database.require(sqlite3_bind_null(state_->statement, place));
  return *this;
}

bool Statement::next() {
  const int code = sqlite3_step(state_->statement);
  if (code == SQLITE_ROW) return true;
  sqlite3_reset(state_->statement);
  state_->database.require(code);
  return false;
}

void Statement::reset() {
  sqlite3_reset(state_->statement);
}

void Statement::run() {
  const bool has_row = next();
  if (has_row) reset();
}

void Statement::read_first(const std::function<void()>& read) {
  if (!next()) return;
  const std::unique_ptr<Statement, void (*)(Statement*)> end(this, [](Statement* it) { it->reset(); });
  read();
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(state_->statement, column) == SQLITE_NULL;
}

std::int64_t Statement::number(int column) const {
  return sqlite3_column_int64(state_->statement, column);
}

std::string_view Statement::text(int column) const {
  const auto* const data = reinterpret_cast<const char*>(sqlite3_column_text(state_->statement, column));
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(state_->statement, column))};
}

std::string_view Statement::blob(int column) const {
  const auto* const data = static_cast<const char*>(sqlite3_column_blob(state_->statement, column));
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(state_->statement, column))};
}

}  // namespace heed::format
