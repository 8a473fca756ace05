#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>

namespace heed::base {

/// A file's bytes in the address space, read only: nothing is copied, and pages come from the system's cache as they
/// are touched. Copies share the mapping, which lasts as long as one of them.
class MappedFile {
 public:
  /// Throws BadInput, naming the file, where it cannot be read or is a folder.
  explicit MappedFile(const std::filesystem::path& path);

  std::span<const std::byte> bytes() const { return bytes_; }
  /// What keeps the mapping.
  const std::shared_ptr<const void>& keeper() const { return keeper_; }

 private:
  std::span<const std::byte> bytes_;
  std::shared_ptr<const void> keeper_;
};

/// Tells the system that these mapped bytes are not needed for now. A hint: they can still be read.
void release_pages(std::span<const std::byte> bytes);

}  // namespace heed::base
