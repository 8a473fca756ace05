#include "format/byte_source.h"

#include <algorithm>
#include <climits>
#include <utility>

#include <zlib.h>

#include "base/error.h"

namespace heed::format {

std::string_view PeekedSource::begin(std::size_t size) {
  std::size_t have = begin_.size();
  begin_.resize(std::max(size, have));
  while (have < begin_.size()) {
    const std::size_t got = source_->read(std::span(begin_).subspan(have));
    if (got == 0) break;
    have += got;
  }
  begin_.resize(have);
  return {begin_.data(), std::min(size, have)};
}

std::size_t PeekedSource::read(std::span<char> into) {
  if (taken_ == begin_.size()) return source_->read(into);
  const std::size_t count = std::min(into.size(), begin_.size() - taken_);
  std::copy_n(begin_.data() + taken_, count, into.data());
  taken_ += count;
  return count;
}

namespace {

class Gunzipped final : public ByteSource {
 public:
  Gunzipped(std::unique_ptr<ByteSource> packed, std::string name)
      : packed_(std::move(packed)), name_(std::move(name)), input_(1 << 16) {
    constexpr int kGzip = 16;  // zlib's flag: a gzip header, and its sum checked
    if (inflateInit2(&state_, MAX_WBITS + kGzip) != Z_OK) throw std::bad_alloc();
  }
  ~Gunzipped() override { inflateEnd(&state_); }
  Gunzipped(const Gunzipped&) = delete;
  Gunzipped& operator=(const Gunzipped&) = delete;

  std::size_t read(std::span<char> into) override {
    if (into.empty()) return 0;
    const std::size_t size = std::min<std::size_t>(into.size(), INT_MAX);
    state_.next_out = reinterpret_cast<Bytef*>(into.data());
    state_.avail_out = static_cast<uInt>(size);
    while (!at_end_ && state_.avail_out == size) step();
    return size - state_.avail_out;
  }

 private:
  void step() {
    if (!fill(1)) throw base::BadInput(name_ + ": the gzip data ends too early: the file is truncated");
    const int code = inflate(&state_, Z_NO_FLUSH);
    if (code == Z_STREAM_END) {
      at_end_ = !fill(2) || state_.next_in[0] != 0x1F || state_.next_in[1] != 0x8B;
      if (!at_end_) inflateReset(&state_);
    } else if (code != Z_OK && code != Z_BUF_ERROR) {
      throw base::BadInput(
          name_ + ": the gzip data is damaged: " + (state_.msg != nullptr ? state_.msg : "it does not unpack"));
    }
  }

  /// Whether that many bytes, fewer than the buffer's, can be had.
  bool fill(std::size_t count) {
    while (state_.avail_in < count) {
      std::copy_n(reinterpret_cast<const char*>(state_.next_in), state_.avail_in, input_.data());
      state_.next_in = reinterpret_cast<Bytef*>(input_.data());
      const std::size_t got = packed_->read(std::span(input_).subspan(state_.avail_in));
      if (got == 0) return false;
      state_.avail_in += static_cast<uInt>(got);
    }
    return true;
  }

  std::unique_ptr<ByteSource> packed_;
  std::string name_;
  std::vector<char> input_;
  z_stream state_{};
  bool at_end_ = false;
};

}  // namespace

std::unique_ptr<ByteSource> gunzipped(std::unique_ptr<ByteSource> packed, std::string name) {
  return std::make_unique<Gunzipped>(std::move(packed), std::move(name));
}

}  // namespace heed::format
