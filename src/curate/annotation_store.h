#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "curate/annotations.h"

namespace heed::curate {

/// The name of the file in a curation folder.
inline constexpr std::string_view kAnnotationsFile = "annotations.db";

/// Who writes about which topic, and what they had before their eyes.
struct Author {
  std::string annotator, topic;
  Revision seen = 0;    ///< of what this replaces, as far as they know; 0: of nothing
  std::string request;  ///< a name that no other write has: sent again, it is not written again
};

/// A decision, or none where it is taken back, about a document.
struct Verdict {
  std::string document;
  std::optional<Decision> decision;
  std::string note;
  Revision under = 0;  ///< the final instruction that was read
};

struct Written {
  enum class Outcome {
    kStored,
    kStoredOverAnother,   ///< stored, and what it replaced was newer than what its author had seen
    kRequestUsed,         ///< nothing is stored: another write has the request's name
    kInstructionChanged,  ///< nothing is stored: another instruction is final than the author had seen
  };
  Outcome outcome = Outcome::kStored;
  Revision revision = 0;  ///< of what now counts
};

/// Everything that annotators did to a folder's topics, in an SQLite file that only grows: each saved instruction and
/// each decision stays, the newest counts. What a function wrote is on the disk when it returns. May be used by several
/// threads and processes at once. Everything throws BadInput, naming the file, where SQLite refuses.
class AnnotationStore {
 public:
  explicit AnnotationStore(const std::filesystem::path& path);
  ~AnnotationStore();
  AnnotationStore(const AnnotationStore&) = delete;
  AnnotationStore& operator=(const AnnotationStore&) = delete;

  /// Made with the file: tells it from the store of another folder.
  std::string id();
  /// The newest of everything, at one moment.
  Annotations read();
  Revision revision();
  std::vector<std::string> read_annotators();

  /// Does nothing where the name is there.
  void add_annotator(const std::string& name);
  /// The author's draft. What equals their last one is not written again.
  Written save_instruction(const Author& author, const std::string& text);
  /// From now on all judge under this text. `author.seen` is of the instruction that is final so far. Where that is the
  /// same text, nothing changes.
  Written make_final(const Author& author, const std::string& text);
  Written decide(const Author& author, const Verdict& verdict);
  /// The verdict on which annotators who differed have settled. The same one again is written again where somebody has
  /// decided the document since: only what is newer than the decisions settles them.
  Written adjudicate(const Author& author, const Verdict& verdict);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace heed::curate
