#include "collection/stream_window.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace heed::collection {

namespace {

constexpr std::size_t kBlock = std::size_t{1} << 17, kKeptBetweenStreams = std::size_t{1} << 22;

}  // namespace

void StreamWindow::open(Read read) {
  read_ = std::move(read);
  begin_ = end_ = 0;
  offset_ = 0;
  if (buffer_.size() > kKeptBetweenStreams) buffer_ = {};
}

bool StreamWindow::more() {
  if (begin_ > 0) std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
  end_ -= begin_;
  begin_ = 0;
  if (buffer_.size() - end_ < kBlock) buffer_.resize(std::max(2 * buffer_.size(), end_ + kBlock));
  const std::size_t got = read_(std::span(buffer_).subspan(end_));
  end_ += got;
  return got > 0;
}

void StreamWindow::take(std::size_t count) {
  begin_ += count;
  offset_ += count;
}

}  // namespace heed::collection
