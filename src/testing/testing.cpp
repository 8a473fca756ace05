#include "testing/testing.h"

#include <fstream>
#include <sstream>

#include <unistd.h>
#include <zlib.h>

#include "base/error.h"

namespace heed::testing {

namespace fs = std::filesystem;

fs::path source_dir() {
  return HEED_SOURCE_DIR;
}

fs::path shared_dir() {
  const fs::path shared = source_dir().parent_path() / "shared";
  return fs::exists(shared / "RECIPE.md") ? shared : fs::path();
}

fs::path model_fixture(std::string_view name) {
  return shared_dir() / "fixtures" / "models" / name;
}

TemporaryDir::TemporaryDir() {
  std::string name = (fs::temp_directory_path() / "heed-test-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make a temporary folder");
  path_ = name;
}

TemporaryDir::~TemporaryDir() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

fs::path TemporaryDir::write(std::string_view name, std::string_view content) const {
  const fs::path path = path_ / name;
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary).write(content.data(), static_cast<std::streamsize>(content.size()));
  return path;
}

fs::path TemporaryDir::write_gzip(std::string_view name, std::string_view content) const {
  const fs::path path = path_ / name;
  fs::create_directories(path.parent_path());
  gzFile file = gzopen(path.c_str(), "wb");
  gzwrite(file, content.data(), static_cast<unsigned>(content.size()));
  gzclose(file);
  return path;
}

std::string tar_of(const std::vector<TarMember>& members) {
  constexpr std::size_t kBlock = 512;
  std::string tar;
  for (const TarMember& member : members) {
    std::string header(kBlock, '\0');
    const auto octal = [&](std::size_t at, int digits, std::size_t value) {
      for (int i = digits - 1; i >= 0; --i, value /= 8)
        header[at + static_cast<std::size_t>(i)] = static_cast<char>('0' + value % 8);
    };
    header.replace(0, member.name.size(), member.name);
    octal(100, 7, 0644);
    octal(108, 7, 0);
    octal(116, 7, 0);
    octal(124, 11, member.content.size());
    octal(136, 11, 0);
    header.replace(148, 8, 8, ' ');
    header[156] = member.type;
    if (member.type == '1' || member.type == '2') header.replace(157, 6, "target");
    header.replace(257, 8, std::string("ustar\00000", 8));
    std::size_t sum = 0;
    for (const char c : header) sum += static_cast<unsigned char>(c);
    octal(148, 6, sum);
    header[154] = '\0';
    tar += header + member.content;
    tar.append((kBlock - tar.size() % kBlock) % kBlock, '\0');
  }
  return tar.append(2 * kBlock, '\0');
}

std::string content_of(const fs::path& path) {
  gzFile file = gzopen(path.c_str(), "rb");  // reads plain files too
  if (file == nullptr) throw std::runtime_error("cannot open " + path.string());
  std::string content;
  char block[1 << 16];
  for (int got = 0; (got = gzread(file, block, sizeof block)) > 0;) content.append(block, static_cast<size_t>(got));
  gzclose(file);
  return content;
}

std::string mutated(std::string content, base::Random& random) {
  const auto any = [&](std::size_t count) { return random.below(static_cast<std::uint32_t>(count)); };
  for (std::uint32_t changes = 1 + any(3); changes > 0 && !content.empty(); --changes) {
    const std::uint32_t at = any(content.size()), kind = any(4);
    const char byte = static_cast<char>(any(256));
    if (kind == 0) content.insert(at, 1, byte);
    if (kind == 1) content.erase(at, 1 + any(4));
    if (kind == 2) content[at] = byte;
    if (kind == 3) content[at] = static_cast<char>(content[at] ^ 1 << any(8));
  }
  return content;
}

std::string complaint_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const base::BadInput& bad) {
    return bad.what();
  }
  ADD_FAILURE() << "no BadInput was thrown";
  return "";
}

}  // namespace heed::testing
