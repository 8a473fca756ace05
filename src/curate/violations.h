#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "curate/curation.h"

namespace heed::curate {

/// Whether a benchmark with the violation is wrong, or may be meant so.
enum class Severity { kError, kWarning };

/// "error", "warning".
std::string_view name_of(Severity severity);

/// Something in a curation that an instruction benchmark must not, or should not, have.
struct Violation {
  Severity severity = Severity::kError;
  std::string_view rule;            ///< its short name, for programs
  std::string topic{}, document{};  ///< what it is about; empty where it is about more
  std::string sentence{};           ///< complete, naming both
};

struct CheckOptions {
  /// Of a topic's relevant documents, the share that has to stay relevant. FollowIR asked for about half (Weller et al.
  /// 2024, section 3).
  double least_share = 0.2, most_share = 0.8;
  std::size_t most_words = 400;  ///< of a document's text: the passage's size
};

/// Whether both have the same words, whatever white space is between them (and no word where one is empty).
bool is_same_text(std::string_view a, std::string_view b);

/// All violations, in the order of topics and pool. Errors are: a topic without a pool or without a relevant document;
/// a document of a pool without its text; an altered instruction that is the original; a relevant document of an
/// altered topic that is not re-judged, or unsure; a document newly relevant; no relevant document left. Warnings: a
/// topic not altered (an export leaves it out), or re-judged without being altered; an altered instruction that is
/// shorter or lacks words of the original; no document changed; a share of the documents left that is out of bounds; a
/// pool smaller than others; a document longer than a passage, or without any text.
std::vector<Violation> find_violations(const Curation& curation, const CheckOptions& options = {});

bool has_errors(std::span<const Violation> violations);

}  // namespace heed::curate
