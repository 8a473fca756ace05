#include "net/hub.h"

#include <algorithm>
#include <fstream>
#include <optional>

#include "base/error.h"
#include "format/json.h"
#include "net/partial_file.h"

namespace heed::net {

namespace fs = std::filesystem;
using base::BadInput;
using base::FileHash;
using base::Unavailable;
using format::Json;

namespace {

constexpr std::size_t kLongestPath = 1000;
constexpr std::uint64_t kLargestFile = std::uint64_t{1} << 50;

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// As it stands in an url; `kept` beside letters, digits, `-`, `.`, `_` and `~`.
std::string percent_encoded(std::string_view text, std::string_view kept = "") {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    if (is_letter_or_digit(c) || std::string_view("-._~").find(c) != std::string_view::npos ||
        kept.find(c) != std::string_view::npos) {
      encoded += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    encoded += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
  }
  return encoded;
}

bool is_hex(std::string_view text, std::size_t digits) {
  return text.size() == digits &&
         std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

/// Whether a name that a server gives may become a file below a folder of ours.
bool is_harmless(std::string_view path) {
  if (path.empty() || path.size() > kLongestPath) return false;
  if (std::ranges::any_of(path, [](unsigned char c) { return c < 0x20 || c == 0x7F || c == '\\'; })) return false;
  while (true) {
    const std::size_t end = std::min(path.find('/'), path.size());
    const std::string_view part = path.substr(0, end);
    if (part.empty() || part == "." || part == "..") return false;
    if (end == path.size()) return true;
    path.remove_prefix(end + 1);
  }
}

std::string trimmed_endpoint(std::string endpoint) {
  while (endpoint.ends_with('/')) endpoint.pop_back();
  return endpoint;
}

std::string described(const Repository& repository) {
  return "the " + std::string(name_of(repository.kind)) + " " + repository.id;
}

const Json* member(const Json& object, const char* name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

std::optional<std::string> text_member(const Json& object, const char* name) {
  const Json* const found = member(object, name);
  return found != nullptr && found->is_string() ? std::optional(found->get<std::string>()) : std::nullopt;
}

std::optional<std::uint64_t> size_member(const Json& object, const char* name) {
  const Json* const found = member(object, name);
  if (found == nullptr || !found->is_number_unsigned() || *found > kLargestFile) return std::nullopt;
  return found->get<std::uint64_t>();
}

/// One of `siblings`; a large file is named by SHA-256 and stands in `lfs`.
HubFile file_of(const Json& entry, const std::string& source) {
  HubFile file;
  const auto path = text_member(entry, "rfilename");
  if (!path || !is_harmless(*path)) throw Unavailable(source + ": lists a file under a name that no repository has");
  file.path = *path;
  const Json* const lfs = member(entry, "lfs");
  const auto size = size_member(lfs != nullptr ? *lfs : entry, "size");
  const auto hash = lfs != nullptr ? text_member(*lfs, "sha256") : text_member(entry, "blobId");
  file.hash_kind = lfs != nullptr ? FileHash::kSha256 : FileHash::kGitBlob;
  if (!size || !hash || !is_hex(*hash, lfs != nullptr ? 64 : 40))
    throw Unavailable(source + ": lists " + file.path + " without its size and hash");
  file.size = *size;
  file.hash = *hash;
  return file;
}

}  // namespace

std::string_view name_of(RepositoryKind kind) {
  return kind == RepositoryKind::kModel ? "model" : "dataset";
}

bool is_repository_id(std::string_view id) {
  const auto is_part = [](std::string_view part) {
    return !part.empty() && part.size() <= 100 && is_letter_or_digit(part.front()) &&
           part.find("..") == std::string_view::npos &&
           std::ranges::all_of(part, [](char c) { return is_letter_or_digit(c) || c == '.' || c == '_' || c == '-'; });
  };
  const std::size_t slash = id.find('/');
  if (slash == std::string_view::npos) return is_part(id);
  return is_part(id.substr(0, slash)) && is_part(id.substr(slash + 1));
}

bool is_whole(const fs::path& path, const HubFile& file) {
  std::error_code error;
  if (!fs::is_regular_file(path, error) || fs::file_size(path, error) != file.size || error) return false;
  std::ifstream in(path, std::ios::binary);
  base::FileDigest digest(file.hash_kind, file.size);
  std::vector<char> block(std::size_t{1} << 20);
  std::uint64_t size = 0;
  while (in.read(block.data(), static_cast<std::streamsize>(block.size())) || in.gcount() > 0) {
    size += static_cast<std::uint64_t>(in.gcount());
    digest.add({block.data(), static_cast<std::size_t>(in.gcount())});
  }
  return size == file.size && digest.hex() == file.hash;
}

Hub::Hub(const Client& client, HubSettings settings) : client_(&client), settings_(std::move(settings)) {
  settings_.endpoint = trimmed_endpoint(settings_.endpoint);
  origin_of(settings_.endpoint);
  if (!settings_.notice) settings_.notice = [](const std::string&) {};
}

Request Hub::request_of(std::string url) const {
  Request request{.url = std::move(url)};
  if (!settings_.token.empty()) request.secret = Header{"Authorization", "Bearer " + settings_.token};
  return request;
}

void Hub::refuse(const Repository& repository, const Request& request, const Response& response) const {
  const std::string what = described(repository), status = " (HTTP " + std::to_string(response.status) + ")";
  const std::string page =
      settings_.endpoint + (repository.kind == RepositoryKind::kDataset ? "/datasets/" : "/") + repository.id;
  const std::string code = response.header("x-error-code").value_or("");
  const bool has_token = !settings_.token.empty();
  if (response.status == 403 || (response.status == 401 && code == "GatedRepo"))
    throw BadInput(what + ": may not be read" + status + ": its licence has to be accepted on " + page +
                   (has_token ? " by the account of the token" : ", and HF_TOKEN has to hold that account's token"));
  if (response.status == 401 && has_token)
    throw BadInput(what + ": the Hub refuses the token" + status + ": is HF_TOKEN right, and may its account read " +
                   page + "?");
  if (response.status == 401)
    throw BadInput(what + ": the Hub does not show it" + status +
                   ": there is none of that name, or it is private, and " +
                   "HF_TOKEN has to hold the token of an account that may read " + page);
  if (response.status == 404 && code == "RevisionNotFound")
    throw BadInput(what + ": has no revision " + repository.revision + status);
  if (response.status == 404 && code == "EntryNotFound")
    throw BadInput(what + ": has no such file" + status + ": " + request.url);
  if (response.status == 404)
    throw BadInput(what + ": is not on " + origin_of(settings_.endpoint) + ", or has no revision " +
                   repository.revision + status);
  require_success(request, response);
  throw Unavailable(what + ": the Hub's answer makes no sense" + status);
}

HubListing Hub::list(const Repository& repository) const {
  if (!is_repository_id(repository.id))
    throw BadInput("\"" + repository.id + "\" is no id of a repository; one is owner/name");
  const char* const kind = repository.kind == RepositoryKind::kModel ? "models" : "datasets";
  const Request request = request_of(settings_.endpoint + "/api/" + kind + "/" + repository.id + "/revision/" +
                                     percent_encoded(repository.revision) + "?blobs=true");
  const Response response = client_->send(request);
  if (response.status != 200) refuse(repository, request, response);
  const std::string source = origin_of(settings_.endpoint) + ": its list of " + described(repository);
  const Json json = Json::parse(response.body, nullptr, false);
  const auto commit = text_member(json, "sha");
  const Json* const files = member(json, "siblings");
  if (!commit || !is_hex(*commit, 40) || files == nullptr || !files->is_array())
    throw Unavailable(source + " is none: is the endpoint a Hub?");
  if (is_hex(repository.revision, 40) && *commit != repository.revision)
    throw Unavailable(source + " is of commit " + *commit + ", not of " + repository.revision);
  HubListing listing{.commit = *commit};
  for (const Json& entry : *files) listing.files.push_back(file_of(entry, source));
  return listing;
}

/// One file on its way.
class Hub::Download {
 public:
  Download(const Hub& hub, const Repository& repository, const Target& target, const Progress& progress)
      : hub_(hub),
        repository_(repository),
        target_(target),
        progress_(progress),
        name_(repository.id + ": " + target.file.path),
        request_(hub.request_of(hub.settings_.endpoint +
                                (repository.kind == RepositoryKind::kDataset ? "/datasets/" : "/") + repository.id +
                                "/resolve/" + target.commit + "/" + percent_encoded(target.file.path, "/"))),
        partial_(target.path, target.file,
                 [&] { hub.settings_.notice(name_ + ": another process fetches it; waiting for that one"); }) {}

  Fetched run() {
    if (is_whole(target_.path, target_.file)) {  // the process that was waited for has done it
      partial_.remove();
      return Fetched::kWasThere;
    }
    for (int round = 1;; ++round) {
      const std::string fault = fetch_to_the_end();
      if (fault.empty() && partial_.is_right()) break;
      const std::string trouble = name_ + ": " + (fault.empty() ? "its hash is not the one that the Hub says" : fault);
      partial_.clear();
      if (round == 2) {
        partial_.remove();
        throw Unavailable(trouble + " (fetched twice)");
      }
      hub_.settings_.notice(trouble + "; fetching it again");
    }
    partial_.publish();
    return Fetched::kNow;
  }

 private:
  /// The bytes are more than the Hub says.
  struct TooLong {};

  /// Fetches until all bytes are here; else says what is wrong with those that came.
  std::string fetch_to_the_end() {
    int next = 2;
    std::uint64_t furthest = partial_.size();
    while (partial_.size() < target_.file.size) {
      std::optional<Response> answer;
      std::string trouble;
      try {
        answer = attempt();
        if ((answer->status == 200 || answer->status == 206) && partial_.size() == target_.file.size) break;
        // Without a length, an answer that was cut ends like a whole one.
        const bool has_length = answer->header("content-length") || answer->header("transfer-encoding");
        if ((answer->status == 200 || answer->status == 206) && has_length) return too_short();
        trouble = name_ + ": " + trouble_of(*answer);
      } catch (const TooLong&) {
        return "more bytes come than the " + std::to_string(target_.file.size) + " that the Hub says";
      } catch (const NoAnswer& none) {
        trouble = name_ + ": " + none.what();
      }
      if (partial_.size() >= target_.file.size) break;  // the cut came behind the last byte
      if (partial_.size() > furthest) next = 2;
      furthest = std::max(furthest, partial_.size());
      hub_.client_->pause(next++, answer ? &*answer : nullptr, trouble);
    }
    return "";
  }

  /// Of an answer after which the file is asked for again. Throws where that would not help.
  std::string trouble_of(const Response& answer) {
    const std::string status = " (HTTP " + std::to_string(answer.status) + ")";
    if (answer.status == 200 || answer.status == 206) return "the connection was cut";
    if (answer.status == 416 && partial_.size() > 0) {  // the server's file is shorter, or it takes no ranges
      partial_.clear();
      return "the server does not continue it" + status;
    }
    // The address on a storage host, which the Hub gives for a while, may have expired: it is asked for anew.
    const bool is_elsewhere = origin_of(answer.url) != origin_of(hub_.settings_.endpoint);
    if (is_elsewhere && (answer.status == 401 || answer.status == 403))
      return origin_of(answer.url) + " does not give it" + status;
    if (!Client::is_passing(answer.status)) hub_.refuse(repository_, request_, answer);
    return "the server is busy or failing" + status;
  }

  std::string too_short() const {
    return "only " + std::to_string(partial_.size()) + " bytes come of the " + std::to_string(target_.file.size) +
           " that the Hub says";
  }

  Response attempt() {
    Request request = request_;
    const std::uint64_t begin = partial_.size();
    if (begin > 0) request.headers.push_back({"Range", "bytes=" + std::to_string(begin) + "-"});
    const auto start = [&](const Response& response) {
      const std::string wanted = "bytes " + std::to_string(begin) + "-";
      const bool goes_on =
          begin > 0 && response.status == 206 && response.header("content-range").value_or(wanted).starts_with(wanted);
      if (!goes_on && partial_.size() > 0) partial_.clear();
      if (!goes_on && response.status == 206)
        throw Unavailable(name_ + ": the server sends another part of it than was asked for");
    };
    return hub_.client_->attempt(request, start, [&](std::string_view piece) {
      if (partial_.size() + piece.size() > target_.file.size) throw TooLong{};
      partial_.append(piece);
      if (progress_) progress_(partial_.size());
    });
  }

  const Hub& hub_;
  const Repository& repository_;
  const Target& target_;
  const Progress& progress_;
  std::string name_;
  Request request_;
  PartialFile partial_;
};

Hub::Fetched Hub::fetch(const Repository& repository, const Target& target, const Progress& progress) const {
  base::check(is_harmless(target.file.path));
  if (is_whole(target.path, target.file)) return Fetched::kWasThere;
  return Download(*this, repository, target, progress).run();
}

}  // namespace heed::net
