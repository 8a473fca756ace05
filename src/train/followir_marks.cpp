#include "train/topic_choice.h"

namespace heed::train {

namespace {

constexpr Mark kMarks[] = {
    0,
};

}  // namespace

std::span<const Mark> followir_marks() {
  return kMarks;
}

}  // namespace heed::train
