#pragma once

#include <filesystem>
#include <memory>

#include "format/tensor.h"

namespace heed::format {

/// The tensors of a model folder or of one file of weights.
class Checkpoint {
 public:
  /// A folder in Hugging Face's layout: the first that it has of model.safetensors, model.safetensors.index.json with
  /// its shards, pytorch_model.bin, pytorch_model.bin.index.json with its shards. Throws BadInput where it has none,
  /// and, with file and tensor, where index and shards disagree, a shard is missing or outside the folder, or a file is
  /// damaged (Safetensors, TorchPickle).
  static Checkpoint open_folder(const std::filesystem::path& folder);
  /// One file, a pickle where its name ends in .bin, .pt or .pth, else safetensors.
  static Checkpoint open_file(const std::filesystem::path& file);

  ~Checkpoint();
  Checkpoint(Checkpoint&&) noexcept;

  /// Sorted by name.
  const std::vector<TensorInfo>& tensors() const;
  /// Null where there is none of that name.
  const TensorInfo* find(std::string_view name) const;
  /// Of safetensors a view of the mapped file, nothing copied; of a pickle a copy, read now. Several threads may read.
  /// REQUIRES: find(name). Throws BadInput naming file and tensor.
  TensorBytes read(std::string_view name) const;
  /// Tells the system that the tensor's mapped pages are not needed for now, as after a converted copy.
  void release(std::string_view name) const;
  /// REQUIRES: find(name).
  const std::filesystem::path& file_of(std::string_view name) const;

  /// Tells weights apart without reading all of them: SHA-256 over names, types, shapes, and of every tensor up to
  /// sixteen pieces of 4 KiB, evenly spread, or the checksum that its archive has of it. The same for the same tensors,
  /// however they are spread over files of one kind.
  std::string fingerprint() const;

 private:
  struct State;
  explicit Checkpoint(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace heed::format
