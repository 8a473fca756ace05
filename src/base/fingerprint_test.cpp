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

}  // namespace
}  // namespace heed::base
