// Stems that NLTK itself computed.
#include <gtest/gtest.h>

#include "format/fields.h"
#include "format/lines.h"
#include "testing/testing.h"
#include "text/porter_nltk.h"

namespace heed::text {
namespace {

TEST(SharedPorterNltk, EveryReferenceStemAgrees) {
  HEED_NEEDS_SHARED();
  format::LineReader lines(heed::testing::shared_dir() / "data/nf-instruct/reference/porter_nltk.tsv.gz");
  long count = 0;
  while (const auto line = lines.next()) {
    const auto field = format::split_tabs(*line);
    ASSERT_EQ(field.size(), 2u);
    EXPECT_EQ(porter_nltk(field[0]), field[1]) << field[0];
    ++count;
  }
  EXPECT_GT(count, 30000);
}

}  // namespace
}  // namespace heed::text
