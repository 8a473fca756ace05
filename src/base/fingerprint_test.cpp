#include "base/fingerprint.h"

#include <gtest/gtest.h>

namespace heed::base {
namespace {

TEST(Fingerprint, IsTheOneOfTheStandard) {  // FIPS 180-2, appendix B.1
  EXPECT_EQ(fingerprint("abc").hex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Digest().add("a").add("bc").finish(), fingerprint("abc"));
}

TEST(Fingerprint, FieldsDoNotRunTogether) {
  EXPECT_NE(Digest().add_field("ab").add_field("c").finish(), Digest().add_field("a").add_field("bc").finish());
}

TEST(FileDigest, IsTheOneOfTheStandardsAndOfGit) {
  EXPECT_EQ(FileDigest(FileHash::kSha256, 3).add("a").add("bc").hex(), fingerprint("abc").hex());
  // `git hash-object` of an empty file, and of "hello\n".
  EXPECT_EQ(FileDigest(FileHash::kGitBlob, 0).hex(), "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
  EXPECT_EQ(FileDigest(FileHash::kGitBlob, 6).add("hel").add("lo\n").hex(), "ce013625030ba8dba906f756967f9e9ca394464a");
}

}  // namespace
}  // namespace heed::base
