#include "infer/load_engine.h"

#include <string>
#include <utility>

#include <dlfcn.h>

#include "base/error.h"

namespace heed::infer {

namespace fs = std::filesystem;

namespace {

/// The engine's own libraries come before ours: libsentencepiece brings parts of another protobuf than libtorch's. (The
/// address sanitizer cannot work with that.)
#if defined(__SANITIZE_ADDRESS__)
constexpr int kHow = RTLD_NOW | RTLD_LOCAL;
#else
constexpr int kHow = RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND;
#endif

/// A library of ours that is loaded when it is first needed.
struct Library {
  const char* file;
  const char* entry;    ///< the function that it exports
  std::string purpose;  ///< for messages: "the engine that runs models"
};

/// What the library's entry gives for this version of heed.
template <class Entry>
auto open_library(const Library& wanted) -> decltype(std::declval<Entry>()("")) {
  const fs::path here = fs::read_symlink("/proc/self/exe").parent_path();
  std::string tried;
  for (const fs::path& folder : {here, here.parent_path() / "lib" / "heed"}) {
    const fs::path file = folder / wanted.file;
    tried += (tried.empty() ? "" : " and ") + file.string();
    if (!fs::exists(file)) continue;
    void* library = dlopen(file.c_str(), kHow);
    if (library == nullptr) throw base::BadInput(wanted.purpose + " does not load: " + std::string(dlerror()));
    const auto entry = reinterpret_cast<Entry>(dlsym(library, wanted.entry));
    if (entry == nullptr) throw base::BadInput(file.string() + " is not " + wanted.purpose);
    const auto opened = entry(HEED_VERSION);
    if (opened == nullptr)
      throw base::BadInput(file.string() + " is " + wanted.purpose + ", but of another version of heed");
    return opened;
  }
  throw base::BadInput(wanted.purpose + " is not installed; looked for " + tried);
}

}  // namespace

const Engine& load_engine() {
  static const Engine* const engine =
      open_library<EngineEntry>({"libheed_engine.so", "heed_engine", "the engine that runs models"});
  return *engine;
}

const VectorIndexes& load_vector_indexes() {
  static const VectorIndexes* const indexes = open_library<VectorIndexesEntry>(
      {"libheed_neighbours.so", "heed_neighbours", "the library that finds near vectors"});
  return *indexes;
}

}  // namespace heed::infer
