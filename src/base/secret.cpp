#include "base/secret.h"

#include <vector>

#include <sys/random.h>

#include "base/error.h"

namespace heed::base {

std::string secret(std::size_t bytes) {
  check(bytes <= 256);  // so many come in one call, uninterrupted (getrandom(2))
  std::vector<unsigned char> raw(bytes);
  check(getrandom(raw.data(), raw.size(), 0) == static_cast<ssize_t>(bytes));
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string digits;
  for (const unsigned char byte : raw) {
    digits += kDigits[byte >> 4U];
    digits += kDigits[byte & 15U];
  }
  return digits;
}

bool is_same_secret(std::string_view given, std::string_view secret) {
  if (secret.empty()) return false;
  unsigned difference = given.size() == secret.size() ? 0 : 1;
  for (std::size_t i = 0; i < given.size(); ++i)
    difference |= static_cast<unsigned char>(given[i]) ^ static_cast<unsigned char>(secret[i % secret.size()]);
  return difference == 0;
}

}  // namespace heed::base
