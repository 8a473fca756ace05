#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "format/tensor.h"

namespace heed::format {

/// A tensor in memory: what it is, and its elements, row-major and little endian.
struct OwnedTensor {
  TensorInfo info;
  std::vector<std::byte> bytes;
};

/// What stands in the header beside the tensors. Hugging Face's loaders want {"format": "pt"}.
using SafetensorsMetadata = std::map<std::string, std::string>;

/// Writes a safetensors file tensor by tensor, so that no more than one is in memory. The file has its name only once
/// finish() has returned: what was written before goes when the writer goes without it.
class SafetensorsWriter {
 public:
  /// The file will hold these tensors. Throws BadInput where it cannot be written; Bug where a name comes twice.
  SafetensorsWriter(std::filesystem::path path, std::vector<TensorInfo> tensors,
                    const SafetensorsMetadata& metadata = {{"format", "pt"}});
  ~SafetensorsWriter();
  SafetensorsWriter(SafetensorsWriter&&) noexcept;

  /// The elements of the next tensor in the list. Throws BadInput where the disk is full; Bug where there are more or
  /// fewer bytes than it has.
  void write(std::span<const std::byte> bytes);
  /// Flushes to disk and gives the file its name. Throws as write(), Bug where tensors are missing.
  void finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// All at once. Throws as the writer.
void write_safetensors(const std::filesystem::path& path, std::span<const OwnedTensor> tensors,
                       const SafetensorsMetadata& metadata = {{"format", "pt"}});

/// Every tensor of a file, read into memory, in the order in which the file has them. Throws BadInput as the reader.
std::vector<OwnedTensor> read_safetensors(const std::filesystem::path& path);

}  // namespace heed::format
