#pragma once

#include <string>
#include <type_traits>

#include "base/error.h"

namespace heed::base {

/// A library of ours that is loaded when it is first needed.
struct Library {
  const char* file;
  const char* entry;  ///< the function that it exports: called with HEED_VERSION, it gives what the library offers, or
                      ///< null where it was built for another version of heed
  std::string purpose;  ///< for messages: "the engine that runs models"
  int more_flags = 0;   ///< for dlopen, beside RTLD_NOW and RTLD_LOCAL
};

/// A library that is loaded, and never unloaded.
struct LoadedLibrary {
  std::string file;
  void* entry;
};

/// Looked for beside the executable, then in ../lib/heed from there. Throws BadInput where it is at neither place
/// (naming both), does not load, or has no such entry.
LoadedLibrary load_library(const Library& wanted);

/// What the library's entry, an Entry, gives for this version of heed. Throws as load_library, and where that is null.
template <class Entry>
auto open_library(const Library& wanted) -> std::invoke_result_t<Entry, const char*> {
  const LoadedLibrary library = load_library(wanted);
  const auto opened = reinterpret_cast<Entry>(library.entry)(HEED_VERSION);
  if (opened == nullptr) throw BadInput(library.file + " is " + wanted.purpose + ", but of another version of heed");
  return opened;
}

}  // namespace heed::base
