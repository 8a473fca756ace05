#include "format/archive_library.h"

#include <string>

#include <dlfcn.h>

#include "base/error.h"

namespace heed::format {

namespace {

template <class Function>
void load(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  if (function == nullptr) throw base::BadInput(std::string("libarchive on this machine has no ") + name);
}

ArchiveLibrary open_library() {
  void* const library = dlopen("libarchive.so.13", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr)
    throw base::BadInput("packed files need libarchive, which does not load: " + std::string(dlerror()));
  ArchiveLibrary archive{};
  load(library, "archive_read_new", archive.read_new);
  load(library, "archive_read_free", archive.read_free);
  load(library, "archive_read_support_filter_compress", archive.support_compress);
  load(library, "archive_read_support_filter_bzip2", archive.support_bzip2);
  load(library, "archive_read_support_filter_xz", archive.support_xz);
  load(library, "archive_read_support_filter_zstd", archive.support_zstd);
  load(library, "archive_read_support_format_raw", archive.support_raw);
  load(library, "archive_read_support_format_empty", archive.support_empty);
  load(library, "archive_read_support_format_tar", archive.support_tar);
  load(library, "archive_read_support_format_zip_seekable", archive.support_zip);
  load(library, "archive_read_open", archive.read_open);
  load(library, "archive_read_open_fd", archive.read_open_fd);
  load(library, "archive_read_next_header", archive.read_next_header);
  load(library, "archive_read_data", archive.read_data);
  load(library, "archive_set_error", archive.set_error);
  load(library, "archive_error_string", archive.error_string);
  load(library, "archive_entry_pathname", archive.entry_pathname);
  load(library, "archive_entry_pathname_utf8", archive.entry_pathname_utf8);
  load(library, "archive_entry_filetype", archive.entry_filetype);
  load(library, "archive_entry_hardlink", archive.entry_hardlink);
  load(library, "archive_entry_is_encrypted", archive.entry_is_encrypted);
  return archive;
}

}  // namespace

const ArchiveLibrary& archive_library() {
  static const ArchiveLibrary functions = open_library();
  return functions;
}

}  // namespace heed::format
