#include "format/lines.h"

#include <cstring>
#include <utility>

#include "base/error.h"

namespace heed::format {

LineReader::LineReader(const std::filesystem::path& path) : bytes_(path), buffer_(1 << 17) {}

std::optional<std::string_view> LineReader::next() {
  if (!peeked_) return next_filled();
  return std::exchange(peeked_, std::nullopt);
}

std::optional<std::string_view> LineReader::peek() {
  if (!peeked_) peeked_ = next_filled();
  return peeked_;
}

std::optional<std::string_view> LineReader::next_filled() {
  while (auto line = next_raw()) {
    ++number_;
    if (number_ == 1 && line->starts_with("\xEF\xBB\xBF")) line->remove_prefix(3);
    if (line->ends_with('\r')) line->remove_suffix(1);
    if (!line->empty() && line->front() > ' ') return line;  // most lines
    if (line->find_first_not_of(" \t\r\v\f") != std::string_view::npos) return line;
  }
  return std::nullopt;
}

std::optional<std::string_view> LineReader::next_raw() {
  std::size_t searched = begin_;
  while (true) {
    const void* const found = std::memchr(buffer_.data() + searched, '\n', end_ - searched);
    if (found != nullptr) {
      const std::size_t at = static_cast<std::size_t>(static_cast<const char*>(found) - buffer_.data());
      const std::string_view line(buffer_.data() + begin_, at - begin_);
      begin_ = at + 1;
      return line;
    }
    if (at_end_) break;
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
    searched = end_;
    if (end_ >= kLongestLine) {
      ++number_;
      fail("a line of more than " + std::to_string(kLongestLine) + " bytes");
    }
    if (end_ == buffer_.size()) buffer_.resize(2 * buffer_.size());
    const std::size_t got = bytes_.read(std::span(buffer_).subspan(end_));
    end_ += got;
    at_end_ = got == 0;
  }
  if (begin_ == end_) return std::nullopt;
  const std::string_view last(buffer_.data() + begin_, end_ - begin_);
  begin_ = end_;
  return last;
}

void LineReader::fail(std::string_view what) const {
  throw base::BadInput(name() + ":" + std::to_string(number_) + ": " + std::string(what));
}

}  // namespace heed::format
