#pragma once

#include <cstdint>
#include <filesystem>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collection/need.h"

namespace heed::train {

/// By what a topic is known again, whatever its number: the first 8 bytes (big endian) of the SHA-256 of its plain
/// texts: in lower case, one blank between words, words being letters, digits and what is beyond ASCII (but for
/// typographic quotes and dashes). Marked are the whole of a query, title or description, and each sentence of an
/// instruction of at least 8 words; a sentence ends at one of .!?;: before white space.
using Mark = std::uint64_t;

/// Topics that training must not see.
class LeftOutTopics {
 public:
  void add_query(std::string_view query);
  void add_instruction(std::string_view instruction);
  void add_mark(Mark mark) { marks_.insert(mark); }

  bool has_query(std::string_view query) const;
  /// Whether a sentence of it is marked: an instruction that was altered or shortened keeps some.
  bool has_instruction_like(std::string_view instruction) const;
  const std::set<Mark>& marks() const { return marks_; }

 private:
  std::set<Mark> marks_;
};

/// The marks of FollowIR's 104 topics under both instructions (Weller et al. 2024), and of the titles that they have in
/// TREC's files: a model that learned from them could not be judged by FollowIR.
std::span<const Mark> followir_marks();

/// Adds the topics of a file or folder: a folder of an instruction benchmark (all its arms), JSON lines with a query
/// (`query`, `text`, `title`, `contents`, `description`) and instructions (`instruction`, `instruction_og`,
/// `instruction_changed`, `narrative`), or a file of topics. Throws BadInput as the readers do, or where JSON has no
/// such field.
void read_left_out(const std::filesystem::path& path, LeftOutTopics& left_out);

/// A topic of a file.
struct SourcedTopic {
  std::string id;  ///< "FILE---NUMBER"
  std::string title, description, narrative;

  collection::Need need() const { return {title, narrative}; }
};

/// The topics of files, and of all files in folders, hidden ones passed over. Throws BadInput as read_topics() does,
/// and where two files have the same name.
struct SourcedTopics {
  std::vector<SourcedTopic> topics;
  std::vector<std::string> notes;
};
SourcedTopics read_sourced_topics(std::span<const std::filesystem::path> paths);

/// Why a topic is not asked about.
enum class DropReason { kNoTitle, kNoNarrative, kLeftOut, kSameTitle, kDuplicate };
/// "no title", "no narrative", "left out", "has the title of one left out", "duplicate".
std::string_view name_of(DropReason reason);
inline constexpr DropReason kDropReasons[] = {DropReason::kNoTitle, DropReason::kNoNarrative, DropReason::kLeftOut,
                                              DropReason::kSameTitle, DropReason::kDuplicate};

struct DroppedTopic {
  std::string id, title;
  DropReason reason{};
};

struct TopicChoice {
  std::vector<SourcedTopic> chosen;
  std::vector<DroppedTopic> dropped;

  long count(DropReason reason) const;
};

/// Drops topics without a title or narrative; those left out: their title or description is marked, or a sentence of
/// their narrative; those with the title of such a one, as a narrative may have been written anew; and those whose
/// title and narrative are another's before, word for word. Keeps the order.
TopicChoice choose_topics(std::span<const SourcedTopic> topics, const LeftOutTopics& left_out);

/// The marks with which others know the topics that `left_out` drops: its own, and those of the titles of what is
/// dropped.
std::set<Mark> marks_with_titles(std::span<const SourcedTopic> topics, const LeftOutTopics& left_out);

}  // namespace heed::train
