#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.h"

namespace heed::testing {

/// The project's root folder: where `data/demo` lies.
std::filesystem::path source_dir();

/// The folder of reference data beside the project, `../shared`, or an empty path where it is absent.
std::filesystem::path shared_dir();

/// The folder of a tiny checkpoint of the reference data. REQUIRES: the data is there.
std::filesystem::path model_fixture(std::string_view name);

/// Skips the running test, saying why, where the reference data is absent.
#define HEED_NEEDS_SHARED() \
  if (heed::testing::shared_dir().empty()) GTEST_SKIP() << "the reference data at ../shared is absent"

/// A folder of its own, removed at the end of the test.
class TemporaryDir {
 public:
  TemporaryDir();
  ~TemporaryDir();
  TemporaryDir(const TemporaryDir&) = delete;
  TemporaryDir& operator=(const TemporaryDir&) = delete;

  const std::filesystem::path& path() const { return path_; }
  /// Writes a file below the folder, making folders as needed; returns its path.
  std::filesystem::path write(std::string_view name, std::string_view content) const;
  /// As write(), the content gzipped.
  std::filesystem::path write_gzip(std::string_view name, std::string_view content) const;

 private:
  std::filesystem::path path_;
};

/// What a tar has in it: type 0 is a file, 1 and 2 are links, 3 a device, 5 a folder.
struct TarMember {
  std::string name, content;
  char type = '0';
};

/// The bytes of a tar (POSIX ustar) with these members, in this order.
std::string tar_of(const std::vector<TarMember>& members);

/// The whole content of a file, gunzipped where its name ends in .gz.
std::string content_of(const std::filesystem::path& path);

/// One to three bytes changed, put in or taken out.
std::string mutated(std::string content, base::Random& random);

/// The message of the BadInput that `action` throws; fails the test when it throws none.
std::string complaint_of(const std::function<void()>& action);

}  // namespace heed::testing
