#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>

namespace heed::serve {

struct ApiRequest {
  std::string method, path;                    ///< "GET", "/api/state"
  std::map<std::string, std::string> query{};  ///< decoded
  std::string body{};
};

/// What is answered: always a JSON object. Where the status is 400 and more it has an `error`, a sentence for the
/// person.
struct ApiReply {
  int status = 200;
  std::string body;
};

/// What the annotation page asks, answered from a curation folder and its annotations.db; docs/formats.md lists the
/// calls. A decision is on the disk before its answer is made. May be called by several threads at once.
class AnnotationApi {
 public:
  /// Reads the folder and opens or creates its store. Throws BadInput where either is not as it should be, or where no
  /// topic has a relevant document.
  explicit AnnotationApi(const std::filesystem::path& folder);
  ~AnnotationApi();
  AnnotationApi(const AnnotationApi&) = delete;
  AnnotationApi& operator=(const AnnotationApi&) = delete;

  /// Never throws for what a request says: 400 what it says is wrong, 404 it names what is not there, 405, 409 another
  /// instruction has become final, 500 it could not be stored.
  ApiReply answer(const ApiRequest& request);

  struct State;  ///< what the calls share

 private:
  std::unique_ptr<State> state_;
};

}  // namespace heed::serve
