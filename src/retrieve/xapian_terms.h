#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include <xapian.h>

#include "base/error.h"
#include "base/fingerprint.h"

namespace heed::retrieve {

/// The most bytes that a term of Xapian's may have.
inline constexpr std::size_t kLongestXapianTerm = 245;

/// A term as Xapian has it: itself, or the beginning and a fingerprint of one that is too long.
inline std::string xapian_term(std::string_view term) {
  if (term.size() <= kLongestXapianTerm) return std::string(term);
  return std::string(term.substr(0, 160)) + base::fingerprint(term).hex();
}

/// What `action` gives; a fault that Xapian meets is one of the index in `folder`.
template <class Action>
auto with_xapian(const std::filesystem::path& folder, const Action& action) {
  try {
    return action();
  } catch (const Xapian::Error& error) {
    const std::string what =
        error.get_msg() + (error.get_error_string() ? std::string(": ") + error.get_error_string() : "");
    if (error.get_type() == std::string_view("DatabaseCorruptError"))
      throw base::BadInput(folder.string() + ": the index is damaged: " + what + "; index the collection anew");
    throw base::BadInput(folder.string() + ": the index cannot be used: " + what);
  }
}

}  // namespace heed::retrieve
