#include "base/memory.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <limits>
#include <optional>
#include <string>

#include <unistd.h>

namespace heed::base {

namespace {

constexpr std::uint64_t kNoLimit = std::numeric_limits<std::uint64_t>::max();

/// The number in a file of the kernel; none where the file is absent or says `max`.
std::optional<std::uint64_t> number_in(const std::string& path) {
  std::ifstream file(path);
  std::string word;
  std::uint64_t number = 0;
  if (!(file >> word)) return {};
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (error != std::errc{} || end != word.data() + word.size()) return {};
  return number;
}

/// The lowest limit of the process's control groups (version 2), from its own up to the root.
std::uint64_t control_group_limit() {
  std::ifstream file("/proc/self/cgroup");
  std::uint64_t limit = kNoLimit;
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("0::")) continue;
    for (std::string group = line.substr(3); !group.empty(); group.erase(group.rfind('/')))
      limit = std::min(limit, number_in("/sys/fs/cgroup" + group + "/memory.max").value_or(kNoLimit));
  }
  limit = std::min(limit, number_in("/sys/fs/cgroup/memory.max").value_or(kNoLimit));
  // Version 1; inside a container the process sees its own group as the root.
  return std::min(limit, number_in("/sys/fs/cgroup/memory/memory.limit_in_bytes").value_or(kNoLimit));
}

}  // namespace

std::uint64_t usable_memory() {
  const auto pages = static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES));
  const auto page = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  return std::min(pages * page, control_group_limit());
}

}  // namespace heed::base
