#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace heed::format {

/// When what a transaction wrote is safe: once the program may crash (a power cut may cost the last transactions, not
/// the file), or once the power may fail, which waits for the disk.
enum class Durability { kCrash, kPowerCut };

/// What a database of heed's is, so that no other is taken for it.
struct DatabaseKind {
  std::string_view name;        ///< for messages: "score store"
  std::int32_t application_id;  ///< stands in the file's header
  std::int32_t version;         ///< of its tables
  Durability durability;
  std::string_view if_other_version;    ///< what to do about another version: "remove it, or give another place"
  std::string_view if_damaged;          ///< what to do about a damaged one: "remove it"
  std::span<const char* const> schema;  ///< statements that make what is not there yet: CREATE TABLE IF NOT EXISTS
};

class Statement;

/// An SQLite file in WAL mode: what a transaction wrote is there, whole, for other connections and after a crash, when
/// it has returned. Several threads need a lock around it and its statements; several processes and connections may use
/// the file at once, and wait for each other up to 30 s. Everything throws BadInput, naming file and kind, where SQLite
/// refuses: the file cannot be written, is damaged, the disk is full.
class Database {
 public:
  /// Opens or creates the file, and the folders above it. Throws BadInput, leaving it as it is, where it is another
  /// program's, or another version's.
  Database(const std::filesystem::path& path, const DatabaseKind& kind);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// A statement of SQL, `?` where values are bound. REQUIRES: the database outlives it.
  Statement prepare(const char* sql);
  /// All of what `write` does, or nothing of it where it throws. No other connection writes meanwhile.
  void in_transaction(const std::function<void()>& write);
  /// Throws BadInput where the path no longer leads to the file that was opened: what is written there is lost.
  void require_in_place() const;
  /// Throws the BadInput of a file whose rows are not what was written.
  [[noreturn]] void fail_as_damaged() const;

 private:
  friend class Statement;
  struct State;
  std::unique_ptr<State> state_;
};

/// A prepared statement: bind() what it needs, then run() it, or look at its rows by next(). What a column gives is
/// valid until the next call. Values are counted from 1, columns from 0.
class Statement {
 public:
  ~Statement();
  Statement(Statement&&) noexcept;
  Statement& operator=(Statement&&) noexcept;

  Statement& bind(int place, std::string_view text);
  Statement& bind_blob(int place, std::string_view bytes);
  Statement& bind(int place, std::int64_t number);
  Statement& bind_null(int place);

  /// Goes to the next row; false after the last, and the statement is ready to be bound anew.
  bool next();
  /// Gives up the rows that are left: ready to be bound anew. Ends what reading holds of the file.
  void reset();
  /// Runs what gives no rows.
  void run();
  /// Calls `read` at the first row, where there is one.
  void read_first(const std::function<void()>& read);

  bool is_null(int column) const;
  std::int64_t number(int column) const;
  std::string_view text(int column) const;
  std::string_view blob(int column) const;

 private:
  friend class Database;
  struct State;
  explicit Statement(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace heed::format
