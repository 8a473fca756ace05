#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace heed::base {

/// Whether something has this name, be it a link to nothing: what an interrupted download left is not absent, and is
/// refused when it is read.
bool is_there(const std::filesystem::path& path);

/// The whole file. Throws BadInput, naming it, where it cannot be read or is a folder.
std::string read_file(const std::filesystem::path& path);

/// Writes the file whole or not at all: under a temporary name beside it, flushed to disk, then renamed. Makes the
/// folders above it. Throws BadInput, naming the file, where that is impossible; nothing is left behind then. A link
/// stays and its target is written; what is no file (a device, a pipe) is written into as it is. What a killed writer
/// of this file left under a temporary name is removed.
void write_file(const std::filesystem::path& path, std::string_view content);

/// Flushes a file or folder that something else has written to the disk, so that what is written after it, and names
/// it, finds it there also after a power cut. Throws BadInput where that is impossible.
void flush_to_disk(const std::filesystem::path& path);

/// Makes the folder and those above it. Throws BadInput where a file is in the way or the place is not writable.
void make_folder(const std::filesystem::path& path);

}  // namespace heed::base
