#include "testing/hub.h"

#include <algorithm>
#include <mutex>

#include <nlohmann/json.hpp>

#include "base/fingerprint.h"

namespace heed::testing {

namespace {

std::string hash_of(base::FileHash kind, const std::string& content) {
  return base::FileDigest(kind, content.size()).add(content).hex();
}

nlohmann::json listing_of(const HostedRepository& repository) {
  nlohmann::json siblings = nlohmann::json::array();
  for (const auto& [path, content] : repository.files) {
    nlohmann::json entry = {{"rfilename", path}, {"size", content.size()}};
    entry["blobId"] = hash_of(base::FileHash::kGitBlob, repository.large.contains(path) ? "a pointer" : content);
    if (repository.large.contains(path))
      entry["lfs"] = {
          {"sha256", hash_of(base::FileHash::kSha256, content)}, {"size", content.size()}, {"pointerSize", 130}};
    siblings.push_back(entry);
  }
  return {{"id", repository.id}, {"sha", repository.commit}, {"siblings", siblings}};
}

ServedReply refusal(int status, const std::string& code) {
  return {.status = status, .body = R"({"error": "refused"})", .headers = {{"X-Error-Code", code}}};
}

/// For one without a token, and for one with a wrong token.
ServedReply closed(const ServedRequest& request) {
  return request.headers.contains("authorization") ? refusal(401, "") : refusal(401, "GatedRepo");
}

}  // namespace

struct TestHub::State {
  std::vector<HostedRepository> repositories;
  Meddle meddle;
  mutable std::mutex lock;
  std::map<std::string, int> served;
  std::uint64_t bytes = 0;
  std::unique_ptr<TestServer> other, hub;

  ServedReply file(const ServedRequest& request, const std::string& path, const std::string& content) {
    ServedReply reply{.body = content, .type = "application/octet-stream", .takes_ranges = true};
    meddle_with(request, reply);
    std::size_t begin = 0;
    if (const auto range = request.headers.find("range"); range != request.headers.end() && reply.takes_ranges)
      begin = std::stoul(range->second.substr(6));
    const std::size_t end = reply.cut_after ? begin + *reply.cut_after : reply.body.size();
    const std::lock_guard guard(lock);
    ++served[path];
    bytes += std::min(end, reply.body.size()) - std::min(begin, reply.body.size());
    return reply;
  }

  void meddle_with(const ServedRequest& request, ServedReply& reply) const {
    if (meddle) meddle(request, reply);
  }

  bool may_read(const ServedRequest& request, const HostedRepository& repository) const {
    const auto given = request.headers.find("authorization");
    return repository.token.empty() ||
           (given != request.headers.end() && given->second == "Bearer " + repository.token);
  }

  /// The Hub's own host: the list, and redirections to the content.
  ServedReply answer(const ServedRequest& request) {
    for (const HostedRepository& repository : repositories) {
      const std::string page = "/" + std::string(repository.kind == "datasets" ? "datasets/" : "") + repository.id;
      const std::string list = "/api/" + repository.kind + "/" + repository.id + "/revision/";
      const std::string resolve = page + "/resolve/" + repository.commit + "/";
      const std::string cache = "/api/resolve-cache/" + repository.kind + "/" + repository.id + "/";
      if (request.path.starts_with(list)) {
        if (!may_read(request, repository)) return closed(request);
        const std::string revision = request.path.substr(list.size());
        if (revision != "main" && revision != repository.commit) return refusal(404, "RevisionNotFound");
        return {.body = listing_of(repository).dump()};
      }
      if (request.path.starts_with(resolve)) {
        if (!may_read(request, repository)) return closed(request);
        const std::string path = request.path.substr(resolve.size());
        if (!repository.files.contains(path)) return refusal(404, "EntryNotFound");
        const std::string target =
            repository.large.contains(path) ? other->url() + "/" + repository.id + "/" + path : cache + path;
        return {.status = repository.large.contains(path) ? 302 : 307,
                .body = "elsewhere",
                .headers = {{"Location", target}, {"X-Repo-Commit", repository.commit}}};
      }
      if (request.path.starts_with(cache)) return content(request, repository, request.path.substr(cache.size()));
    }
    return refusal(request.path.starts_with("/api/") ? 401 : 404, "RepoNotFound");
  }

  ServedReply content(const ServedRequest& request, const HostedRepository& repository, const std::string& path) {
    const auto found = repository.files.find(path);
    return found == repository.files.end() ? refusal(404, "EntryNotFound") : file(request, path, found->second);
  }

  ServedReply answer_elsewhere(const ServedRequest& request) {
    for (const HostedRepository& repository : repositories)
      if (request.path.starts_with("/" + repository.id + "/"))
        return content(request, repository, request.path.substr(repository.id.size() + 2));
    return {.status = 404};
  }
};

TestHub::TestHub(std::vector<HostedRepository> repositories, Meddle meddle) : state_(std::make_unique<State>()) {
  State* const state = state_.get();
  state->repositories = std::move(repositories);
  state->meddle = std::move(meddle);
  state->other =
      std::make_unique<TestServer>([state](const ServedRequest& request) { return state->answer_elsewhere(request); });
  state->hub = std::make_unique<TestServer>([state](const ServedRequest& request) {
    ServedReply reply = state->answer(request);
    if (!request.path.starts_with("/api/resolve-cache/")) state->meddle_with(request, reply);
    return reply;
  });
}

TestHub::~TestHub() = default;

std::string TestHub::url() const {
  return state_->hub->url();
}

std::vector<ServedRequest> TestHub::requests() const {
  return state_->hub->requests();
}

std::vector<ServedRequest> TestHub::requests_of_other_host() const {
  return state_->other->requests();
}

int TestHub::times_served(const std::string& file) const {
  const std::lock_guard guard(state_->lock);
  const auto found = state_->served.find(file);
  return found == state_->served.end() ? 0 : found->second;
}

std::uint64_t TestHub::bytes_served() const {
  const std::lock_guard guard(state_->lock);
  return state_->bytes;
}

}  // namespace heed::testing
