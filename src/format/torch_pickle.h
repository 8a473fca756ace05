#pragma once

#include <filesystem>
#include <map>
#include <memory>

#include "format/tensor.h"

namespace heed::format {

/// What torch.save writes of a dictionary of tensors (`pytorch_model.bin`): a zip archive of a pickle and the tensors'
/// storages, or, before PyTorch 1.6, pickles and storages one behind the other. The pickle is read as data: a file that
/// asks to run anything is refused.
class TorchPickle {
 public:
  /// Throws BadInput, with file and, where there is one, tensor: for what is neither layout, is cut short, asks to run
  /// something, or describes a tensor beyond its storage.
  explicit TorchPickle(const std::filesystem::path& path);
  ~TorchPickle();
  TorchPickle(TorchPickle&&) noexcept;

  const std::vector<TensorInfo>& tensors() const;
  /// `index`: in tensors(). Read, checked and made contiguous now. Several threads may read. Throws BadInput.
  TensorBytes read(std::size_t index) const;
  /// What tells the tensor's numbers apart without reading them: the checksum of its storage, and where it lies in it.
  /// Empty where the file has no checksums.
  std::string summary(std::size_t index) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace heed::format
