#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace heed::base {

/// A SHA-256 digest: says whether two contents are the same.
struct Fingerprint {
  std::array<unsigned char, 32> bytes{};

  auto operator<=>(const Fingerprint&) const = default;
  /// The bytes as they are, 32 of them.
  std::string_view raw() const { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
  /// 64 hexadecimal digits, as `sha256sum` prints them.
  std::string hex() const;
};

/// Digests content given in parts. add() takes bytes as they are; add_field() also its length, so that
/// ("ab", "c") and ("a", "bc") differ.
class Digest {
 public:
  Digest();
  ~Digest();
  Digest(Digest&&) noexcept;
  Digest& operator=(Digest&&) noexcept;

  Digest& add(std::string_view bytes);
  Digest& add_field(std::string_view bytes);
  /// The fingerprint of what was added. REQUIRES: called once, last.
  Fingerprint finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The fingerprint of one piece of content.
Fingerprint fingerprint(std::string_view bytes);

/// How the publisher of a file names its content.
enum class FileHash {
  kSha256,   ///< of the bytes
  kGitBlob,  ///< git's name of a file: SHA-1 of "blob SIZE", a zero byte and the bytes
};

/// Digests a file's bytes, given in parts, for comparison with what its publisher says.
class FileDigest {
 public:
  /// REQUIRES: as many bytes as `size` are added before hex(), as git's name begins with their number.
  FileDigest(FileHash kind, std::uint64_t size);
  ~FileDigest();
  FileDigest(FileDigest&&) noexcept;
  FileDigest& operator=(FileDigest&&) noexcept;

  FileDigest& add(std::string_view bytes);
  /// Hexadecimal digits in lower case, 64 or 40 of them. REQUIRES: called once, last.
  std::string hex();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace heed::base
