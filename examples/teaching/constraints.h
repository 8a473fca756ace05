#pragma once

#include <array>
#include <functional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/random.h"
#include "train/row.h"

namespace heed::teaching {

/// A query and a document, and whether they are of one topic, whatever an instruction says.
struct Pair {
  std::string query, title, text;
  bool is_relevant = false;
};

/// A constraint for which labels are trained: ways to name what is excluded, and the words by which a document has it.
struct Family {
  std::vector<std::string> names;
  std::set<std::string> roots;  ///< of the words (words.h)
};

/// Cancer; meat, poultry and fish; reviews. None for women, the heart, animals, children.
std::vector<Family> medical_families();

/// Writes instructions with and without constraints, and labels by what the document says.
class InstructionWriter {
 public:
  struct Options {
    std::vector<Family> families;
    /// Any word to exclude that is not of this document.
    std::function<std::string(base::Random&)> other_word;
    /// Whether a word may be excluded, of those that a document has.
    std::function<bool(const std::string&)> is_telling;
  };
  InstructionWriter(Options options, std::uint64_t seed) : options_(std::move(options)), random_(seed) {}

  /// The pair with an instruction that says what the query says, or none, and in half of the cases a sentence with
  /// details that change no label.
  train::Row topical(const Pair& pair);
  /// The pair twice, with one sentence more that is put in the same way. Four times of five it excludes something, and
  /// the first of the two rows is not relevant, since its document has it, while the second's has not; for a family
  /// both are the same document's. Else it welcomes them, which changes no label.
  std::array<train::Row, 2> constrained(const Pair& pair);

 private:
  struct Constraint {
    std::string name;
    bool is_met = false;  ///< the document has what is named
  };
  using Contrast = std::array<Constraint, 2>;
  Contrast family(const Pair& pair);
  Contrast words(const Pair& pair);
  std::string name_of(const std::vector<std::string>& named, const std::vector<std::string>& query);
  std::string details(const Pair& pair);
  std::string say(const std::string& pattern, const std::string& name) const;
  std::size_t below(std::size_t count) { return random_.below(static_cast<std::uint32_t>(count)); }
  template <class List>
  const auto& one_of(const List& list) {
    return list[below(std::size(list))];
  }

  Options options_;
  base::Random random_;
};

}  // namespace heed::teaching
