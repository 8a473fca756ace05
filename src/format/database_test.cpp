#include "format/database.h"

#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include "testing/testing.h"

namespace heed::format {
namespace {

using heed::testing::complaint_of;
using heed::testing::TemporaryDir;

constexpr const char* kSchema[] = {"CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, text TEXT, bytes BLOB)"};

DatabaseKind kind_of_notes() {
  return {.name = "notebook",
          .application_id = 7,
          .version = 1,
          .durability = Durability::kPowerCut,
          .if_other_version = "ask for help",
          .if_damaged = "ask for help",
          .schema = kSchema};
}

std::int64_t count_of(Database& database) {
  std::int64_t count = -1;
  Statement statement = database.prepare("SELECT count(*) FROM notes");
  statement.read_first([&] { count = statement.number(0); });
  return count;
}

TEST(Database, GivesBackWhatWasBound) {
  using namespace std::string_view_literals;
  const TemporaryDir dir;
  Database database(dir.path() / "new" / "notes.db", kind_of_notes());
  Statement put = database.prepare("INSERT INTO notes VALUES (?, ?, ?)");
  put.bind(1, std::int64_t{-5}).bind(2, "'; DROP TABLE notes; --").bind_blob(3, "a\0b\xFF"sv).run();
  put.bind(1, std::int64_t{6}).bind(2, "").bind_null(3).run();
  Statement all = database.prepare("SELECT id, text, bytes FROM notes ORDER BY id");
  ASSERT_TRUE(all.next());
  EXPECT_EQ(all.number(0), -5);
  EXPECT_EQ(all.text(1), "'; DROP TABLE notes; --");
  EXPECT_EQ(all.blob(2), "a\0b\xFF"sv);
  ASSERT_TRUE(all.next());
  EXPECT_EQ(all.text(1), "");
  EXPECT_FALSE(all.is_null(1));
  EXPECT_TRUE(all.is_null(2));
  EXPECT_FALSE(all.next());
  EXPECT_TRUE(all.next()) << "a statement begins anew";
}

TEST(Database, ATransactionThatThrowsLeavesNothing) {
  const TemporaryDir dir;
  Database database(dir.path() / "notes.db", kind_of_notes());
  Statement put = database.prepare("INSERT INTO notes (text) VALUES (?)");
  EXPECT_THROW(database.in_transaction([&] {
    put.bind(1, "one").run();
    throw std::runtime_error("no");
  }),
               std::runtime_error);
  EXPECT_EQ(count_of(database), 0);
  database.in_transaction([&] { put.bind(1, "two").run(); });
  EXPECT_EQ(count_of(database), 1);
}

TEST(Database, AnotherConnectionSeesWhatATransactionWrote) {
  const TemporaryDir dir;
  Database first(dir.path() / "notes.db", kind_of_notes()), second(dir.path() / "notes.db", kind_of_notes());
  Statement put = first.prepare("INSERT INTO notes (text) VALUES (?)");
  first.in_transaction([&] { put.bind(1, "one").run(); });
  EXPECT_EQ(count_of(second), 1);
}

TEST(Database, AnotherKindAndAnotherVersionAreRefused) {
  const TemporaryDir dir;
  { const Database database(dir.path() / "notes.db", kind_of_notes()); }
  DatabaseKind other = kind_of_notes();
  other.application_id = 8;
  other.name = "diary";
  const std::string path = (dir.path() / "notes.db").string();
  EXPECT_EQ(complaint_of([&] { const Database database(path, other); }),
            path + ": is a database, but no diary of heed");
  other = kind_of_notes();
  other.version = 2;
  EXPECT_EQ(complaint_of([&] { const Database database(path, other); }),
            path + ": is a notebook of another version of heed; ask for help");
}

TEST(Database, WhatIsNoDatabaseIsRefused) {
  const TemporaryDir dir;
  const auto path = dir.write("notes.db", std::string(4096, 'x'));
  EXPECT_EQ(complaint_of([&] { const Database database(path, kind_of_notes()); }),
            path.string() + ": the notebook cannot be used: file is not a database");
}

}  // namespace
}  // namespace heed::format
