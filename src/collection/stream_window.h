#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

namespace heed::collection {

/// What of a stream is in memory: a piece that moves forward, and grows while its reader asks for more.
class StreamWindow {
 public:
  using Read = std::function<std::size_t(std::span<char>)>;  ///< fills from the front; 0 only at the end

  /// Begins with another stream.
  void open(Read read);

  std::string_view view() const { return {buffer_.data() + begin_, end_ - begin_}; }
  /// The place of view()'s first byte in the stream.
  std::uint64_t offset() const { return offset_; }
  /// Lengthens view(), which moves; false at the end of the stream.
  bool more();
  /// Bytes of memory that it holds.
  std::size_t capacity() const { return buffer_.capacity(); }
  /// Gives up the first bytes of view().
  void take(std::size_t count);

 private:
  Read read_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0, end_ = 0;
  std::uint64_t offset_ = 0;
};

}  // namespace heed::collection
