#include "bench/score_store.h"

#include <cstdint>
#include <cstring>
#include <functional>
#include <mutex>
#include <string>

#include "base/error.h"
#include "format/database.h"

namespace heed::bench {

using format::Statement;

namespace {

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

}  // namespace

base::Fingerprint need_fingerprint(std::string_view model_identity, std::string_view query,
                                   std::string_view instruction) {
  return base::Digest().add_field(model_identity).add_field(query).add_field(instruction).finish();
}

namespace {

constexpr const char* kSchema[] = {
    "CREATE TABLE IF NOT EXISTS scores (key BLOB PRIMARY KEY, scores BLOB NOT NULL) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, times INTEGER NOT NULL, tokens INTEGER NOT NULL, "
    "elements BLOB NOT NULL)"};

constexpr format::DatabaseKind kScoreStore = {.name = "score store",
                                              .application_id = 0x68656564,  // "heed"
                                              .version = 2,
                                              .durability = format::Durability::kCrash,
                                              .if_other_version = "remove it, or give another place",
                                              .if_damaged = "remove it",
                                              .schema = kSchema};

}  // namespace

struct ScoreStore::State {
  explicit State(const std::filesystem::path& path) : database(path, kScoreStore) {}

  /// `read` is called with the statement's row of this key, where there is one.
  static void look_up(Statement& statement, std::string_view key, const std::function<void()>& read) {
    statement.bind_blob(1, key).read_first(read);
  }

  format::Database database;
  Statement find_scores = database.prepare("SELECT scores FROM scores WHERE key = ?");
  Statement put_scores = database.prepare("INSERT OR REPLACE INTO scores VALUES (?, ?)");
  Statement find_vector = database.prepare("SELECT tokens, elements FROM vectors WHERE key = ?");
  Statement put_vector = database.prepare(
      "INSERT INTO vectors VALUES (?, 1, ?, ?) ON CONFLICT (key) DO UPDATE SET times = times + 1, "
      "tokens = excluded.tokens, elements = excluded.elements");
  Statement find_times = database.prepare("SELECT times FROM vectors WHERE key = ?");
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
      all[i] = unpacked<double>(state_->find_scores.blob(0), key);
      is_damaged = !all[i];
    });
    if (is_damaged) state_->database.fail_as_damaged();
  }
  return all;
}

void ScoreStore::put(std::span<const ScoreKey> keys, std::span<const Scores> scores) {
  base::check(keys.size() == scores.size());
  const std::lock_guard guard(state_->lock);
  state_->database.in_transaction([&] {
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const std::string key = row_key(keys[i].need, keys[i].documents);
      const std::string row = packed(std::span<const double>(scores[i]), key);
      state_->put_scores.bind_blob(1, key).bind_blob(2, row).run();
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
        auto elements = unpacked<float>(state_.find_vector.blob(1), key);
        is_damaged = !elements;
        if (elements) all[i] = {std::move(*elements), static_cast<std::size_t>(state_.find_vector.number(0))};
      });
      if (is_damaged) state_.database.fail_as_damaged();
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
    state_.database.in_transaction([&] {
      for (std::size_t i = 0; i < texts.size(); ++i) {
        const std::string key = row_key(model_, texts[i]);
        const std::string row = packed(std::span<const float>(vectors[i].elements), key);
        const auto tokens = static_cast<std::int64_t>(vectors[i].tokens);
        state_.put_vector.bind_blob(1, key).bind(2, tokens).bind_blob(3, row).run();
      }
    });
  }

  long times_put(std::span<const base::Fingerprint> texts) override {
    const std::lock_guard guard(state_.lock);
    long sum = 0;
    for (const base::Fingerprint& text : texts)
      state_.look_up(state_.find_times, row_key(model_, text),
                     [&] { sum += static_cast<long>(state_.find_times.number(0)); });
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
