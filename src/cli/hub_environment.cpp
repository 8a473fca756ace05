#include "cli/hub_environment.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>

#include "base/error.h"
#include "base/file.h"
#include "cli/folders.h"

namespace heed::cli {

namespace fs = std::filesystem;

namespace {

std::string trimmed(std::string text) {
  const auto is_blank = [](unsigned char c) { return std::isspace(c) != 0; };
  text.erase(text.begin(), std::ranges::find_if_not(text, is_blank));
  while (!text.empty() && is_blank(static_cast<unsigned char>(text.back()))) text.pop_back();
  return text;
}

bool is_yes(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  constexpr std::array kYes = {"1", "ON", "YES", "TRUE"};
  return std::ranges::find(kYes, text) != kYes.end();
}

/// Where a login of the Hub's own tools leaves its token; empty where the environment names no place.
fs::path token_file() {
  if (const std::string path = variable("HF_TOKEN_PATH"); !path.empty()) return path;
  if (const std::string home = variable("HF_HOME"); !home.empty()) return fs::path(home) / "token";
  const fs::path cache = user_cache();
  return cache.empty() ? fs::path() : cache / "huggingface" / "token";
}

std::string token() {
  for (const char* const name : {"HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"})
    if (const std::string token = trimmed(variable(name)); !token.empty()) return token;
  const fs::path file = token_file();
  return !file.empty() && base::is_there(file) ? trimmed(base::read_file(file)) : std::string();
}

}  // namespace

net::HubSettings hub_settings(const std::string& endpoint) {
  if (is_yes(variable("HF_HUB_OFFLINE")))
    throw base::BadInput("HF_HUB_OFFLINE is set in the environment, so that nothing is fetched");
  net::HubSettings settings;
  if (const std::string set = variable("HF_ENDPOINT"); !set.empty()) settings.endpoint = set;
  if (!endpoint.empty()) settings.endpoint = endpoint;
  settings.token = token();
  return settings;
}

}  // namespace heed::cli
