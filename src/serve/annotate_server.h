#pragma once

#include <filesystem>
#include <memory>
#include <string>

namespace heed::serve {

struct AnnotateOptions {
  std::filesystem::path folder;    ///< of the benchmark in the making
  std::string host = "127.0.0.1";  ///< the address to listen at
  int port = 0;                    ///< 0: a free one
  std::string token{};             ///< what a browser has to know; empty: nothing
};

/// Whether only programs of this machine reach the address: "localhost", 127.0.0.0/8, "::1".
bool is_loopback(const std::string& host);

/// Serves the annotation page and its calls. Requests are refused (403) whose Host is not the address that it listens
/// at, so that no other site's name can be pointed here, and those that another site's page sends (Origin,
/// Sec-Fetch-Site, and a body that is not declared as JSON: 415). With a token, everything else is refused (401) but a
/// request that brings it: once as `/?token=`, which makes a cookie of it, or as `Authorization: Bearer`. All this
/// is looked at before a body is read. Bodies are at most 256 KiB (413), of a declared length (411), not packed (415);
/// each connection carries one request, so that what is left of a refused one is never read as
/// another.
class AnnotateServer {
 public:
  /// Reads the folder and takes the port; requests wait until start(). Throws BadInput as AnnotationApi does,
  /// Unavailable where the port is taken or the address is not this machine's. REQUIRES: a token where the host is no
  /// loopback.
  explicit AnnotateServer(const AnnotateOptions& options);
  /// Ends as stop() does.
  ~AnnotateServer();
  AnnotateServer(const AnnotateServer&) = delete;
  AnnotateServer& operator=(const AnnotateServer&) = delete;

  /// Answers, on threads of its own, from now on.
  void start();
  /// Finishes the requests under way, and answers no more.
  void stop();

  int port() const;
  /// What to open in a browser; with the token, where there is one.
  std::string url() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace heed::serve
