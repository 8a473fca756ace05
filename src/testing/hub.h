#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "testing/server.h"

namespace heed::testing {

/// A repository of the Hub as a test wants it.
struct HostedRepository {
  std::string kind = "datasets";  ///< or "models"
  std::string id{};
  std::string commit = std::string(40, 'a');
  std::map<std::string, std::string> files{};
  std::set<std::string> large{};  ///< files that lie in LFS: named by SHA-256 and kept on another host
  std::string token{};            ///< who has none or another may not read it
};

/// Answers as the Hugging Face Hub does: lists repositories, redirects small files to a relative address and large ones
/// to another host, obeys ranges.
class TestHub {
 public:
  /// May change any answer; called for every request, by several threads at once.
  using Meddle = std::function<void(const ServedRequest& request, ServedReply& reply)>;

  explicit TestHub(std::vector<HostedRepository> repositories, Meddle meddle = {});
  ~TestHub();
  TestHub(const TestHub&) = delete;
  TestHub& operator=(const TestHub&) = delete;

  std::string url() const;
  /// All requests so far, of the Hub's own host and of the other.
  std::vector<ServedRequest> requests() const;
  std::vector<ServedRequest> requests_of_other_host() const;
  /// How many requests were answered with (a part of) that file.
  int times_served(const std::string& file) const;
  /// How many bytes of files were sent, as far as the hub knows.
  std::uint64_t bytes_served() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace heed::testing
