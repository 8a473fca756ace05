#pragma once

#include <map>
#include <string>

#include "base/mapped_file.h"
#include "format/tensor.h"

namespace heed::format {

/// A safetensors file (huggingface/safetensors, README "Format"): the length of a header, the header in JSON, and the
/// tensors' bytes, mapped. All is checked before the first tensor is read.
class Safetensors {
 public:
  /// Throws BadInput, with file and tensor, where the header is not what the format says, or the bytes are not exactly
  /// those of the tensors: truncated, overlapping, or with holes.
  explicit Safetensors(const std::filesystem::path& path);

  const std::vector<TensorInfo>& tensors() const { return tensors_; }
  /// The texts of `__metadata__`; what there is no text is passed over.
  const std::map<std::string, std::string>& metadata() const { return metadata_; }
  /// `index`: in tensors(). A view of the mapping, or, where the file leaves the tensor unaligned, a copy.
  TensorBytes read(std::size_t index) const;
  void release(std::size_t index) const { base::release_pages(bytes_[index]); }

 private:
  base::MappedFile file_;
  std::vector<TensorInfo> tensors_;
  std::map<std::string, std::string> metadata_;
  std::vector<std::span<const std::byte>> bytes_;  // of each
};

}  // namespace heed::format
