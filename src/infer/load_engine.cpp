#include "infer/load_engine.h"

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

const Engine* open_library() {
  const fs::path here = fs::read_symlink("/proc/self/exe").parent_path();
  std::string tried;
  for (const fs::path& folder : {here, here.parent_path() / "lib" / "heed"}) {
    const fs::path file = folder / "libheed_engine.so";
    tried += (tried.empty() ? "" : " and ") + file.string();
    if (!fs::exists(file)) continue;
    void* library = dlopen(file.c_str(), kHow);
    if (library == nullptr)
      throw base::BadInput("the engine that runs models does not load: " + std::string(dlerror()));
    const auto entry = reinterpret_cast<EngineEntry>(dlsym(library, "heed_engine"));
    if (entry == nullptr) throw base::BadInput(file.string() + " is not heed's engine");
    const Engine* const engine = entry(HEED_VERSION);
    if (engine == nullptr) throw base::BadInput(file.string() + " is the engine of another version of heed");
    return engine;
  }
  throw base::BadInput("the engine that runs models is not installed; looked for " + tried);
}

}  // namespace

const Engine& load_engine() {
  static const Engine* const engine = open_library();
  return *engine;
}

}  // namespace heed::infer
