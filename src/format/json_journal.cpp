#include "format/json_journal.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/file_lock.h"
#include "format/bad_text.h"
#include "format/lines.h"

namespace heed::format {

namespace fs = std::filesystem;
using base::BadInput;

namespace {

constexpr std::size_t kBlock = std::size_t{1} << 20;

[[noreturn]] void fail(const fs::path& path, const char* what = "cannot be written") {
  throw BadInput(path.string() + ": " + what + ": " + std::strerror(errno));
}

void require_file(const fs::path& path) {
  std::error_code error;
  const fs::file_type type = fs::status(path, error).type();
  if (type == fs::file_type::regular || type == fs::file_type::not_found || type == fs::file_type::none) return;
  throw BadInput(path.string() + (type == fs::file_type::directory ? ": is a folder, not a file"
                                                                   : ": is no file that a log could grow in"));
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r") == std::string_view::npos;
}

void visit_line(std::string_view line, const std::function<void(const Json&)>& visit) {
  if (is_blank(line)) return;
  const Json json = Json::parse(line, nullptr, false);
  if (!json.is_object()) throw BadText(0, "is no JSON object");
  visit(json);
}

}  // namespace

JsonJournal::JsonJournal(fs::path path) : path_(std::move(path)) {
  require_file(path_);
  if (path_.has_parent_path()) base::make_folder(path_.parent_path());
  descriptor_ = open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0666);
  if (descriptor_ < 0) fail(path_);
  const bool is_locked = base::take_lock(descriptor_);
  struct stat status {};
  const bool is_file = fstat(descriptor_, &status) == 0 && S_ISREG(status.st_mode);  // its length under the lock
  if (!is_locked || !is_file) {
    close(descriptor_);
    throw BadInput(path_.string() +
                   (is_file ? ": another process writes it" : ": is no file that a log could grow in"));
  }
  length_ = static_cast<std::uint64_t>(status.st_size);
}

JsonJournal::~JsonJournal() {
  close(descriptor_);
}

std::string JsonJournal::bytes_at(std::uint64_t begin, std::size_t most) const {
  std::string bytes(static_cast<std::size_t>(std::min<std::uint64_t>(most, length_ - std::min(begin, length_))), '\0');
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t got = pread(descriptor_, bytes.data() + done, bytes.size() - done, static_cast<off_t>(begin + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail(path_, "cannot be read");
    if (got == 0) throw BadInput(path_.string() + ": became shorter while it was read");
    done += static_cast<std::size_t>(got);
  }
  return bytes;
}

std::string JsonJournal::head(std::size_t bytes) const {
  return bytes_at(0, bytes);
}

std::optional<Json> JsonJournal::first_line() const {
  const std::string text = head(kBlock);
  const std::size_t end = text.find('\n');
  if (end == std::string::npos) return std::nullopt;
  Json json = Json::parse(text.substr(0, end), nullptr, false);
  return json.is_object() ? std::optional(std::move(json)) : std::nullopt;
}

void JsonJournal::read(const std::function<void(const Json& line)>& visit) {
  long number = 0;
  std::string rest;         // of which no end of a line was seen
  std::uint64_t begin = 0;  // where that is
  try {
    for (std::uint64_t at = 0; at < length_;) {
      const std::string block = bytes_at(at, kBlock);
      at += block.size();
      rest += block;
      std::size_t from = 0;
      for (std::size_t end = 0; (end = rest.find('\n', from)) != std::string::npos; from = end + 1) {
        ++number;
        visit_line(std::string_view(rest).substr(from, end - from), visit);
      }
      rest.erase(0, from);
      begin += from;
      if (rest.size() <= kLongestLine) continue;
      ++number;
      throw BadText(0, "the line is longer than 64 MiB");
    }
    ++number;
    if (!rest.empty()) end_line(rest, begin, visit);
  } catch (const BadText& bad) {
    throw BadInput(path_.string() + ":" + std::to_string(number) + ": " + bad.what());
  }
}

/// A line without its end: whole but for that, or cut. Of another file neither is touched.
void JsonJournal::end_line(std::string_view tail, std::uint64_t begin, const std::function<void(const Json&)>& visit) {
  const Json json = Json::parse(tail, nullptr, false);
  if (json.is_object()) {
    visit(json);
    return add_text("\n");
  }
  const bool is_cut = json.is_discarded() && (tail.front() == '{' || tail.front() == '\0');  // 0: of a power cut
  if (!is_cut && !is_blank(tail)) throw BadText(0, "is no JSON object");
  cut(begin);
}

void JsonJournal::cut(std::uint64_t length) {
  if (length > length_)
    throw BadInput(path_.string() + ": has " + std::to_string(length_) + " bytes, not " + std::to_string(length));
  if (ftruncate(descriptor_, static_cast<off_t>(length)) != 0) fail(path_);
  length_ = length;
}

void JsonJournal::add(const Json& line) {
  add_text(compact(line) + "\n");
}

void JsonJournal::add_text(std::string_view text) {
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t written =
        pwrite(descriptor_, text.data() + done, text.size() - done, static_cast<off_t>(length_ + done));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      const int error = errno;
      [[maybe_unused]] const int cut = ftruncate(descriptor_, static_cast<off_t>(length_));
      errno = error;
      fail(path_);
    }
    done += static_cast<std::size_t>(written);
  }
  length_ += text.size();
}

void JsonJournal::flush() const {
  if (fsync(descriptor_) != 0) fail(path_);
}

}  // namespace heed::format
