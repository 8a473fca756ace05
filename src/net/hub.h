#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fingerprint.h"
#include "net/http.h"

namespace heed::net {

enum class RepositoryKind { kModel, kDataset };

/// "model", "dataset".
std::string_view name_of(RepositoryKind kind);

/// A repository of the Hugging Face Hub at one point of its history.
struct Repository {
  RepositoryKind kind = RepositoryKind::kModel;
  std::string id{};               ///< "owner/name", or a name alone
  std::string revision = "main";  ///< a branch, a tag, a commit of 40 digits
};

/// Whether the text has the form of a repository's id: one or two parts of letters, digits, `.`, `_` and `-`.
bool is_repository_id(std::string_view id);

/// A file of a repository: what it has to be when it is here.
struct HubFile {
  std::string path{};  ///< in the repository; no part of it leads out of a folder
  std::uint64_t size = 0;
  base::FileHash hash_kind = base::FileHash::kSha256;
  std::string hash{};
};

struct HubListing {
  std::string commit{};  ///< to which the revision led
  std::vector<HubFile> files{};
};

/// Whether a file of that size and hash is there.
bool is_whole(const std::filesystem::path& path, const HubFile& file);

struct HubSettings {
  std::string endpoint = "https://huggingface.co";
  std::string token{};                                        ///< of the account; empty: none
  std::function<void(const std::string& sentence)> notice{};  ///< what went wrong and is tried again
};

/// Lists and fetches what the Hub has. Authorization goes to the endpoint's host alone. Throws, beside what is said
/// below: BadInput where the repository, the revision or the file does not exist, may not be read or the machine's disk
/// does not take it; Unavailable where the Hub does not answer or what it says makes no sense.
class Hub {
 public:
  /// REQUIRES: the client outlives it.
  Hub(const Client& client, HubSettings settings);

  /// All files of the repository, with the commit from which they are. One request gives both together, so that a
  /// branch that moves meanwhile does no harm; the tree of a revision would come page by page and without the commit.
  HubListing list(const Repository& repository) const;

  /// Of the bytes of the file that are here.
  using Progress = std::function<void(std::uint64_t bytes)>;
  enum class Fetched { kWasThere, kNow };
  struct Target {
    std::string commit;
    HubFile file;
    std::filesystem::path path;  ///< where it goes; folders are made
  };
  /// Fetches a file to `path`.incomplete and renames it when size and hash are right. What an interrupted call left
  /// there is continued. A file that comes wrong is fetched once more, then Unavailable. Another process that fetches
  /// the same file is waited for.
  Fetched fetch(const Repository& repository, const Target& target, const Progress& progress = {}) const;

  const HubSettings& settings() const { return settings_; }

 private:
  class Download;

  Request request_of(std::string url) const;
  [[noreturn]] void refuse(const Repository& repository, const Request& request, const Response& response) const;

  const Client* client_;
  HubSettings settings_;
};

}  // namespace heed::net
