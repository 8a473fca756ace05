#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace heed::format {

/// Bytes, one after the other.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// Fills `into` from the front; returns how many bytes came, 0 only at the end.
  virtual std::size_t read(std::span<char> into) = 0;
};

/// Bytes whose first ones can be looked at before they are read.
class PeekedSource final : public ByteSource {
 public:
  explicit PeekedSource(std::unique_ptr<ByteSource> source) : source_(std::move(source)) {}

  /// The first bytes, as many as are asked for, or all there are. REQUIRES: nothing was read yet.
  std::string_view begin(std::size_t size);
  std::size_t read(std::span<char> into) override;

 private:
  std::unique_ptr<ByteSource> source_;
  std::vector<char> begin_;
  std::size_t taken_ = 0;
};

/// Unpacks gzip, of several members too, each checked by its sum. Throws BadInput, `name` first, where the data is
/// damaged or ends too early. What follows the last member and is no gzip is ignored, as gzip itself does.
std::unique_ptr<ByteSource> gunzipped(std::unique_ptr<ByteSource> packed, std::string name);

}  // namespace heed::format
