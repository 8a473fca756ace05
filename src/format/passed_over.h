#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace heed::format {

/// What was passed over, by reason: how often, and what came first. Memory does not grow with the count.
class PassedOver {
 public:
  /// `reason` in the plural: "hidden files", "links inside archives".
  void add(std::string_view reason, std::string_view name) {
    const auto [at, is_new] = reasons_.try_emplace(std::string(reason));
    if (is_new) at->second.first = name;
    ++at->second.count;
  }

  /// Sentences: `passed over hidden files: 3, the first disk4/.index`.
  std::vector<std::string> notes() const {
    std::vector<std::string> result;
    for (const auto& [reason, what] : reasons_)
      result.push_back("passed over " + reason + ": " + std::to_string(what.count) +
                       (what.count == 1 ? ", " : ", the first ") + what.first);
    return result;
  }

 private:
  struct What {
    std::uint64_t count = 0;
    std::string first{};
  };
  std::map<std::string, What, std::less<>> reasons_;
};

}  // namespace heed::format
