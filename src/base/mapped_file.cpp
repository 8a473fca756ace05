#include "base/mapped_file.h"

#include <cerrno>
#include <cstdint>
#include <cstring>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

namespace heed::base {

MappedFile::MappedFile(const std::filesystem::path& path) {
  const auto fail = [&](const std::string& why) { throw BadInput(path.string() + ": " + why); };
  // A pipe would keep us waiting for someone to write into it.
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) fail(std::strerror(errno));
  const std::unique_ptr<const int, void (*)(const int*)> closer(&file, [](const int* f) { close(*f); });
  struct stat facts {};
  if (fstat(file, &facts) != 0) fail(std::strerror(errno));
  if (S_ISDIR(facts.st_mode)) fail("is a folder");
  if (!S_ISREG(facts.st_mode)) fail("is not a regular file");
  const auto size = static_cast<std::size_t>(facts.st_size);
  if (size == 0) return;
  void* const begin = mmap(nullptr, size, PROT_READ, MAP_SHARED, file, 0);
  if (begin == MAP_FAILED) fail(std::strerror(errno));
  keeper_ = std::shared_ptr<const void>(begin, [size](const void* at) { munmap(const_cast<void*>(at), size); });
  bytes_ = {static_cast<const std::byte*>(begin), size};
}

void release_pages(std::span<const std::byte> bytes) {
  const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  const auto begin = (reinterpret_cast<std::uintptr_t>(bytes.data()) + page - 1) / page * page;
  const auto end = reinterpret_cast<std::uintptr_t>(bytes.data() + bytes.size()) / page * page;
  if (begin < end) madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
}

}  // namespace heed::base
