#include "bench/score_store.h"

#include <bit>
#include <cmath>
#include <limits>
#include <thread>

#include <gtest/gtest.h>
#include <sqlite3.h>

#include "testing/testing.h"

namespace heed::bench {
namespace {

using heed::testing::complaint_of;
using heed::testing::content_of;
using heed::testing::TemporaryDir;

ScoreKey key_of(std::string_view model, std::string_view query, std::string_view instruction,
                std::string_view documents) {
  return {need_fingerprint(model, query, instruction), base::fingerprint(documents)};
}

void put(ScoreStore& store, const ScoreKey& key, const Scores& scores) {
  store.put(std::span(&key, 1), std::span(&scores, 1));
}

std::optional<Scores> find(ScoreStore& store, const ScoreKey& key) {
  return store.find(std::span(&key, 1)).front();
}

const ScoreKey kKey = key_of("model", "query", "instruction", "documents");

/// The bits of each score: -0.0 is another than 0.0.
std::vector<std::uint64_t> bits_of(const Scores& scores) {
  std::vector<std::uint64_t> bits;
  for (const double score : scores) bits.push_back(std::bit_cast<std::uint64_t>(score));
  return bits;
}

/// A file of many rows, closed.
std::string content_of_a_store(const TemporaryDir& dir) {
  const auto path = dir.path() / "store.db";
  {
    ScoreStore store(path);
    for (int i = 0; i < 200; ++i) put(store, key_of("m", std::to_string(i), "", ""), Scores(64, i));
  }
  return content_of(path);
}

/// The complaint about opening a file, without its name.
std::string complaint_about(const std::filesystem::path& path) {
  const std::string text = complaint_of([&] { const ScoreStore store(path); });
  EXPECT_EQ(text.substr(0, path.string().size()), path.string());
  return text.substr(std::min(text.size(), path.string().size()));
}

void execute(const std::filesystem::path& path, const char* sql) {
  sqlite3* database = nullptr;
  EXPECT_EQ(sqlite3_open(path.c_str(), &database), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(database, sql, nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(database);
}

TEST(ScoreStore, ScoresComeBackBitForBit) {
  using Limits = std::numeric_limits<double>;
  const TemporaryDir dir;
  ScoreStore store(dir.path() / "store.db");
  const Scores scores = {0.0,
                         -0.0,
                         Limits::denorm_min(),
                         -3 * Limits::denorm_min(),
                         Limits::min(),
                         Limits::max(),
                         Limits::lowest(),
                         1.0 / 3,
                         0.1 + 0.2,
                         std::nextafter(1.0, 2.0),
                         Limits::infinity()};
  put(store, kKey, scores);
  EXPECT_EQ(bits_of(find(store, kKey).value()), bits_of(scores));
}

TEST(ScoreStore, WhatWasNeverPutIsNotThere) {
  const TemporaryDir dir;
  ScoreStore store(dir.path() / "store.db");
  EXPECT_EQ(find(store, kKey), std::nullopt);
  put(store, kKey, Scores{1});
  EXPECT_EQ(find(store, key_of("model", "query", "instruction", "other")), std::nullopt);
}

TEST(ScoreStore, AFlippedBitIsNoticed) {
  const TemporaryDir dir;
  const auto path = dir.path() / "store.db";
  const Scores scores(50, 1.25);
  {
    ScoreStore store(path);
    put(store, kKey, scores);
  }
  std::string bytes = heed::testing::content_of(path);
  const double value = scores[0];
  const std::string pattern(reinterpret_cast<const char*>(&value), sizeof value);
  const std::size_t at = bytes.find(pattern + pattern);
  ASSERT_NE(at, std::string::npos);
  bytes[at + 20] = static_cast<char>(bytes[at + 20] ^ 1);
  dir.write("store.db", bytes);
  EXPECT_NE(complaint_of([&] {
              ScoreStore store(path);
              find(store, kKey);
            }).find("the score store is damaged"),
            std::string::npos);
}

TEST(ScoreStore, AnEmptyListIsNotAnAbsentOne) {
  const TemporaryDir dir;
  ScoreStore store(dir.path() / "store.db");
  put(store, kKey, Scores{});
  EXPECT_EQ(find(store, kKey), Scores{});
}

TEST(ScoreStore, TheLastPutCounts) {
  const TemporaryDir dir;
  ScoreStore store(dir.path() / "store.db");
  put(store, kKey, Scores{1, 2, 3});
  put(store, kKey, Scores{4});
  EXPECT_EQ(find(store, kKey), Scores{4});
}

TEST(ScoreStore, ScoresSurviveReopening) {
  const TemporaryDir dir;
  const auto path = dir.path() / "new" / "folder" / "store.db";
  {
    ScoreStore store(path);
    put(store, kKey, Scores{1, -0.0});
  }
  ScoreStore store(path);
  EXPECT_EQ(bits_of(find(store, kKey).value()), bits_of({1, -0.0}));
  put(store, key_of("m", "", "", ""), Scores{2});
  ScoreStore other(path);
  EXPECT_EQ(find(other, key_of("m", "", "", "")), Scores{2});
}

TEST(ScoreStore, WhatWasPutIsThereForOthersBeforeTheStoreIsClosed) {
  const TemporaryDir dir;
  ScoreStore writer(dir.path() / "store.db");
  put(writer, kKey, Scores{1});
  for (const char* const file : {"store.db", "store.db-wal"})
    std::filesystem::copy(dir.path() / file, dir.path() / ("crashed-" + std::string(file)));
  ScoreStore crashed(dir.path() / "crashed-store.db");
  EXPECT_EQ(find(crashed, kKey), Scores{1});
}

TEST(ScoreStore, EachPartOfTheKeyCounts) {
  const TemporaryDir dir;
  ScoreStore store(dir.path() / "store.db");
  const ScoreKey keys[] = {key_of("m", "q", "i", "d"),  key_of("M", "q", "i", "d"), key_of("m", "Q", "i", "d"),
                           key_of("m", "q", "I", "d"),  key_of("m", "q", "i", "D"), key_of("m", "qi", "", "d"),
                           key_of("m", "", "qi", "d"),  key_of("mq", "", "i", "d"), key_of("", "mq", "i", "d"),
                           key_of("m", "i", "q", "d"),  key_of("m", "q", "", "d"),  key_of("m", "", "q", "d"),
                           key_of("m", "q ", "i", "d"), key_of("", "", "", "")};
  for (std::size_t i = 0; i < std::size(keys); ++i) put(store, keys[i], Scores{static_cast<double>(i)});
  for (std::size_t i = 0; i < std::size(keys); ++i)
    EXPECT_EQ(find(store, keys[i]), Scores{static_cast<double>(i)}) << i;
}

TEST(ScoreStore, ATextMovedBetweenQueryAndInstructionIsAnotherKey) {
  EXPECT_NE(need_fingerprint("m", "wind farms", "at sea"), need_fingerprint("m", "wind farmsat", " sea"));
  EXPECT_NE(need_fingerprint("m", "wind farms", ""), need_fingerprint("m", "", "wind farms"));
  EXPECT_EQ(need_fingerprint("m", "wind farms", ""), need_fingerprint("m", "wind farms", {}));
}

TEST(ScoreStore, AnyBytesMayStandInTheTexts) {
  using namespace std::string_view_literals;
  const TemporaryDir dir;
  ScoreStore store(dir.path() / "store.db");
  put(store, key_of("m", "a\0b"sv, "\xFF\xC3", "d"), Scores{1});
  put(store, key_of("m", "a\0c"sv, "'; DROP TABLE scores; --", "d"), Scores{2});
  EXPECT_EQ(find(store, key_of("m", "a\0b"sv, "\xFF\xC3", "d")), Scores{1});
  EXPECT_EQ(find(store, key_of("m", "a\0c"sv, "'; DROP TABLE scores; --", "d")), Scores{2});
  EXPECT_EQ(find(store, key_of("m", "a", "\xFF\xC3", "d")), std::nullopt);
}

TEST(ScoreStore, TwoStoresOnOneFileWorkAtOnce) {
  const TemporaryDir dir;
  ScoreStore first(dir.path() / "store.db"), second(dir.path() / "store.db");
  for (int i = 0; i < 20; ++i) {
    const std::string query = std::to_string(i);
    ScoreStore &writer = i % 2 == 0 ? first : second, &reader = i % 2 == 0 ? second : first;
    put(writer, key_of("m", query, "", ""), Scores{static_cast<double>(i)});
    EXPECT_EQ(find(reader, key_of("m", query, "", "")), Scores{static_cast<double>(i)});
  }
}

TEST(ScoreStore, SeveralMayCreateTheFileAtOnce) {
  for (int round = 0; round < 10; ++round) {
    const TemporaryDir dir;
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i)
      threads.emplace_back([&, i] {
        ScoreStore store(dir.path() / "store.db");
        EXPECT_NO_THROW(put(store, key_of("m", std::to_string(i), "", ""), Scores{1}));
      });
    for (std::thread& thread : threads) thread.join();
  }
}

TEST(ScoreStore, SeveralThreadsAndStoresPutAtOnce) {
  const TemporaryDir dir;
  ScoreStore first(dir.path() / "store.db"), second(dir.path() / "store.db");
  constexpr int kThreads = 6, kRows = 40;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t)
    threads.emplace_back([&, t] {
      ScoreStore& store = t % 2 == 0 ? first : second;
      for (int i = 0; i < kRows; ++i) {
        const std::string query = std::to_string(t) + "/" + std::to_string(i);
        put(store, key_of("m", query, "", ""), Scores{static_cast<double>(t), static_cast<double>(i)});
        EXPECT_TRUE(find(store, key_of("m", query, "", "")).has_value());
      }
    });
  for (std::thread& thread : threads) thread.join();
  for (int t = 0; t < kThreads; ++t)
    for (int i = 0; i < kRows; ++i)
      EXPECT_EQ(find(first, key_of("m", std::to_string(t) + "/" + std::to_string(i), "", "")),
                (Scores{static_cast<double>(t), static_cast<double>(i)}));
}

TEST(ScoreStore, AnotherProgramsDatabaseIsRefusedAndLeftAsItIs) {
  const TemporaryDir dir;
  execute(dir.path() / "other.db", "CREATE TABLE notes (text TEXT)");
  const std::string before = content_of(dir.path() / "other.db");
  EXPECT_EQ(complaint_about(dir.path() / "other.db"), ": is a database, but no score store of heed");
  EXPECT_EQ(content_of(dir.path() / "other.db"), before);
}

TEST(ScoreStore, AnotherProgramsApplicationIdIsRefused) {
  const TemporaryDir dir;
  execute(dir.path() / "other.db", "CREATE TABLE scores (key BLOB); PRAGMA application_id = 7");
  EXPECT_EQ(complaint_about(dir.path() / "other.db"), ": is a database, but no score store of heed");
}

TEST(ScoreStore, AnotherVersionIsRefused) {
  const TemporaryDir dir;
  { const ScoreStore store(dir.path() / "store.db"); }
  execute(dir.path() / "store.db", "PRAGMA user_version = 1");
  EXPECT_EQ(complaint_about(dir.path() / "store.db"),
            ": is a score store of another version of heed; remove it, or give another place");
}

TEST(ScoreStore, AnEmptyFileBecomesAStore) {
  const TemporaryDir dir;
  ScoreStore store(dir.write("store.db", ""));
  put(store, kKey, Scores{1});
  EXPECT_EQ(find(store, kKey), Scores{1});
}

TEST(ScoreStore, AFileThatIsNoDatabaseIsRefused) {
  const TemporaryDir dir;
  std::string bytes;
  for (int i = 0; i < 5000; ++i) bytes += static_cast<char>(i * 131 + i / 7);
  for (const std::string& garbage : {bytes, std::string("run.txt\n"), std::string(4096, '\0')}) {
    EXPECT_EQ(complaint_about(dir.write("store.db", garbage)).find(": the score store cannot be used: "), 0u);
    EXPECT_EQ(content_of(dir.path() / "store.db"), garbage);
  }
}

TEST(ScoreStore, ATruncatedFileIsRefused) {
  const TemporaryDir dir;
  const std::string whole = content_of_a_store(dir);
  ASSERT_GT(whole.size(), 40000u);
  for (const std::size_t size :
       {whole.size() - 4096, whole.size() / 2, std::size_t{4096}, std::size_t{1000}, std::size_t{16}})
    EXPECT_EQ(complaint_about(dir.write("cut.db", whole.substr(0, size))).find(": the score store cannot be used: "),
              0u)
        << size;
}

TEST(ScoreStore, ADamagedPageIsRefusedWhenItIsRead) {
  const TemporaryDir dir;
  std::string content = content_of_a_store(dir);
  std::fill(content.begin() + 4096, content.end(), '\x55');
  const auto path = dir.write("damaged.db", content);
  const std::string complaint = complaint_of([&] {
    ScoreStore store(path);
    find(store, key_of("m", "7", "", ""));
  });
  EXPECT_EQ(complaint.find(path.string() + ": the score store cannot be used: "), 0u);
}

TEST(ScoreStore, AFolderIsNoFile) {
  const TemporaryDir dir;
  EXPECT_EQ(complaint_about(dir.path()).find(": the score store cannot be used: "), 0u);
}

TEST(ScoreStore, AFileInPlaceOfItsFolderIsRefused) {
  const TemporaryDir dir;
  dir.write("file", "text");
  EXPECT_FALSE(complaint_of([&] { const ScoreStore store(dir.path() / "file" / "store.db"); }).empty());
}

}  // namespace
}  // namespace heed::bench
