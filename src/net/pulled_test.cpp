#include "net/pulled.h"

#include <gtest/gtest.h>

#include "testing/testing.h"

namespace heed::net {
namespace {

using heed::testing::complaint_of;
using heed::testing::TemporaryDir;

Pulled example() {
  return {.endpoint = "https://hub.example",
          .repository = {.kind = RepositoryKind::kDataset, .id = "lab/data", .revision = "main"},
          .commit = std::string(40, 'c'),
          .files = {{"a.txt", {"a.txt", 6, base::FileHash::kGitBlob, "ce013625030ba8dba906f756967f9e9ca394464a"}},
                    {"b/c.bin", {"c.bin", 3, base::FileHash::kSha256, base::fingerprint("abc").hex()}}}};
}

TEST(Pulled, ReadsBackWhatItWrote) {
  const TemporaryDir dir;
  EXPECT_FALSE(read_pulled(dir.path()));
  dir.write(kPulledFile, to_text(example()));
  const Pulled back = *read_pulled(dir.path());
  EXPECT_EQ(to_text(back), to_text(example()));
  EXPECT_EQ(back.files.at(1).from.hash, base::fingerprint("abc").hex());
}

TEST(Pulled, FindsWhatIsMissingOrChanged) {
  const TemporaryDir dir;
  dir.write("a.txt", "hello\n");
  dir.write("b/c.bin", "abc");
  EXPECT_TRUE(faults_of(example(), dir.path()).empty());
  dir.write("a.txt", "hallo\n");
  std::filesystem::remove(dir.path() / "b/c.bin");
  EXPECT_EQ(faults_of(example(), dir.path()),
            (std::vector<std::string>{(dir.path() / "a.txt").string() + ": is not what was fetched",
                                      (dir.path() / "b/c.bin").string() + ": is missing"}));
}

TEST(Pulled, RefusesWhatItDidNotWrite) {
  const TemporaryDir dir;
  const auto complaint = [&](const std::string& text) {
    dir.write(kPulledFile, text);
    return complaint_of([&] { read_pulled(dir.path()); });
  };
  EXPECT_NE(complaint("{").find(kPulledFile), std::string::npos);
  EXPECT_NE(complaint("[]").find("not written by heed pull"), std::string::npos);
  EXPECT_NE(complaint(R"({"heed": "pull", "version": 9})").find("another version"), std::string::npos);
  EXPECT_NE(complaint(R"({"heed": "pull", "version": 1, "endpoint": 3})").find("not what heed pull writes"),
            std::string::npos);
}

}  // namespace
}  // namespace heed::net
