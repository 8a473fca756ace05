#include "base/fingerprint.h"

#include <span>

#include <openssl/evp.h>

#include "base/error.h"

namespace heed::base {

namespace {

std::string hex_of(std::span<const unsigned char> bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

}  // namespace

std::string Fingerprint::hex() const {
  return hex_of(bytes);
}

struct Digest::State {
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(), EVP_MD_CTX_free};
};

Digest::Digest() : state_(std::make_unique<State>()) {
  check(state_->context && EVP_DigestInit_ex(state_->context.get(), EVP_sha256(), nullptr) == 1);
}
Digest::~Digest() = default;
Digest::Digest(Digest&&) noexcept = default;
Digest& Digest::operator=(Digest&&) noexcept = default;

Digest& Digest::add(std::string_view bytes) {
  check(EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()) == 1);
  return *this;
}

Digest& Digest::add_field(std::string_view bytes) {
  const std::uint64_t size = bytes.size();
  add({reinterpret_cast<const char*>(&size), sizeof size});
  return add(bytes);
}

Fingerprint Digest::finish() {
  Fingerprint result;
  unsigned size = 0;
  check(EVP_DigestFinal_ex(state_->context.get(), result.bytes.data(), &size) == 1 && size == result.bytes.size());
  return result;
}

Fingerprint fingerprint(std::string_view bytes) {
  return Digest().add(bytes).finish();
}

struct FileDigest::State {
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(), EVP_MD_CTX_free};
};

FileDigest::FileDigest(FileHash kind, std::uint64_t size) : state_(std::make_unique<State>()) {
  const EVP_MD* const algorithm = kind == FileHash::kSha256 ? EVP_sha256() : EVP_sha1();
  check(state_->context && EVP_DigestInit_ex(state_->context.get(), algorithm, nullptr) == 1);
  if (kind == FileHash::kGitBlob) {
    const std::string head = "blob " + std::to_string(size);
    add({head.c_str(), head.size() + 1});  // with its zero byte
  }
}
FileDigest::~FileDigest() = default;
FileDigest::FileDigest(FileDigest&&) noexcept = default;
FileDigest& FileDigest::operator=(FileDigest&&) noexcept = default;

FileDigest& FileDigest::add(std::string_view bytes) {
  check(EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()) == 1);
  return *this;
}

std::string FileDigest::hex() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned size = 0;
  check(EVP_DigestFinal_ex(state_->context.get(), bytes.data(), &size) == 1);
  return hex_of(std::span(bytes).first(size));
}

}  // namespace heed::base
