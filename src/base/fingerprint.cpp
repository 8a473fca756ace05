#include "base/fingerprint.h"

#include <openssl/evp.h>

#include "base/error.h"

namespace heed::base {

std::string Fingerprint::hex() const {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
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

}  // namespace heed::base
