#pragma once

#include <archive.h>
#include <archive_entry.h>

namespace heed::format {

/// libarchive's functions, loaded when they are first asked for: the library brings twenty others along, which would
/// cost every command's start milliseconds, and most read nothing that is packed otherwise than by gzip.
struct ArchiveLibrary {
  decltype(&archive_read_new) read_new;
  decltype(&archive_read_free) read_free;
  decltype(&archive_read_support_filter_compress) support_compress;
  decltype(&archive_read_support_filter_bzip2) support_bzip2;
  decltype(&archive_read_support_filter_xz) support_xz;
  decltype(&archive_read_support_filter_zstd) support_zstd;
  decltype(&archive_read_support_format_raw) support_raw;
  decltype(&archive_read_support_format_empty) support_empty;
  decltype(&archive_read_support_format_tar) support_tar;
  decltype(&archive_read_support_format_zip_seekable) support_zip;
  decltype(&archive_read_open) read_open;
  decltype(&archive_read_open_fd) read_open_fd;
  decltype(&archive_read_next_header) read_next_header;
  decltype(&archive_read_data) read_data;
  decltype(&archive_set_error) set_error;
  decltype(&archive_error_string) error_string;
  decltype(&archive_entry_pathname) entry_pathname;
  decltype(&archive_entry_pathname_utf8) entry_pathname_utf8;
  decltype(&archive_entry_filetype) entry_filetype;
  decltype(&archive_entry_hardlink) entry_hardlink;
  decltype(&archive_entry_is_encrypted) entry_is_encrypted;
};

/// Throws BadInput where it is not on this machine.
const ArchiveLibrary& archive_library();

}  // namespace heed::format
