#include "base/library.h"

#include <filesystem>

#include <dlfcn.h>

namespace heed::base {

namespace fs = std::filesystem;

LoadedLibrary load_library(const Library& wanted) {
  const fs::path here = fs::read_symlink("/proc/self/exe").parent_path();
  std::string tried;
  for (const fs::path& folder : {here, here.parent_path() / "lib" / "heed"}) {
    const fs::path file = folder / wanted.file;
    tried += (tried.empty() ? "" : " and ") + file.string();
    if (!fs::exists(file)) continue;
    void* const library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL | wanted.more_flags);
    if (library == nullptr) throw BadInput(wanted.purpose + " does not load: " + std::string(dlerror()));
    void* const entry = dlsym(library, wanted.entry);
    if (entry == nullptr) throw BadInput(file.string() + " is not " + wanted.purpose);
    return {file.string(), entry};
  }
  throw BadInput(wanted.purpose + " is not installed; looked for " + tried);
}

}  // namespace heed::base
