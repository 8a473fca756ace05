#include "format/safetensors_writer.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <set>
#include <system_error>

#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "format/json.h"
#include "format/safetensors.h"

namespace heed::format {

namespace fs = std::filesystem;
using base::BadInput;

namespace {

std::size_t byte_count(const TensorInfo& tensor) {
  return static_cast<std::size_t>(element_count(tensor)) * element_size(tensor.type);
}

/// The length in 8 bytes, then JSON, filled with blanks so that the tensors begin at a multiple of 64.
std::string header_of(const std::vector<TensorInfo>& tensors, const SafetensorsMetadata& metadata) {
  Json json = Json::object();
  if (!metadata.empty()) json["__metadata__"] = metadata;
  std::size_t end = 0;
  for (const TensorInfo& tensor : tensors) {
    base::check(!json.contains(tensor.name));
    const std::size_t begin = end;
    end += byte_count(tensor);
    json[tensor.name] = {{"dtype", name_of(tensor.type)}, {"shape", tensor.shape}, {"data_offsets", {begin, end}}};
  }
  std::string text = json.dump();
  while ((text.size() + 8) % 64 != 0) text += ' ';
  std::uint64_t length = text.size();
  std::string header;
  for (int i = 0; i < 8; ++i, length >>= 8) header += static_cast<char>(length & 0xFF);
  return header + text;
}

}  // namespace

struct SafetensorsWriter::State {
  fs::path path, temporary;
  std::vector<TensorInfo> tensors;
  std::size_t next = 0;
  std::ofstream out{};

  /// Why, as the system says it of the call since errno was set to 0; streams need not ask it.
  [[noreturn]] void fail() const {
    throw BadInput(path.string() +
                   ": cannot be written: " + (errno != 0 ? std::strerror(errno) : "the disk may be full, or gone"));
  }
  ~State() {
    out.close();
    std::error_code ignored;
    if (!temporary.empty()) fs::remove(temporary, ignored);
  }
};

SafetensorsWriter::SafetensorsWriter(fs::path path, std::vector<TensorInfo> tensors,
                                     const SafetensorsMetadata& metadata)
    : state_(std::make_unique<State>()) {
  const std::string header = header_of(tensors, metadata);
  if (path.has_parent_path()) base::make_folder(path.parent_path());
  state_->path = path;
  state_->tensors = std::move(tensors);
  const fs::path temporary = path.string() + ".new-" + std::to_string(getpid());
  errno = 0;
  state_->out.open(temporary, std::ios::binary | std::ios::trunc);
  if (!state_->out) state_->fail();
  state_->temporary = temporary;
  errno = 0;
  state_->out.write(header.data(), static_cast<std::streamsize>(header.size()));
  if (!state_->out) state_->fail();
}

SafetensorsWriter::~SafetensorsWriter() = default;
SafetensorsWriter::SafetensorsWriter(SafetensorsWriter&&) noexcept = default;

void SafetensorsWriter::write(std::span<const std::byte> bytes) {
  base::check(state_->next < state_->tensors.size());
  base::check(bytes.size() == byte_count(state_->tensors[state_->next++]));
  errno = 0;
  state_->out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (!state_->out) state_->fail();
}

void SafetensorsWriter::finish() {
  base::check(state_->next == state_->tensors.size());
  errno = 0;
  state_->out.close();
  if (!state_->out) state_->fail();
  base::flush_to_disk(state_->temporary);
  std::error_code error;
  fs::rename(state_->temporary, state_->path, error);
  if (error) throw BadInput(state_->path.string() + ": cannot be written: " + error.message());
  state_->temporary.clear();
}

void write_safetensors(const fs::path& path, std::span<const OwnedTensor> tensors,
                       const SafetensorsMetadata& metadata) {
  std::vector<TensorInfo> infos;
  for (const OwnedTensor& tensor : tensors) infos.push_back(tensor.info);
  SafetensorsWriter writer(path, std::move(infos), metadata);
  for (const OwnedTensor& tensor : tensors) writer.write(tensor.bytes);
  writer.finish();
}

std::vector<OwnedTensor> read_safetensors(const fs::path& path) {
  const Safetensors file(path);
  std::vector<OwnedTensor> tensors;
  for (std::size_t i = 0; i < file.tensors().size(); ++i) {
    const TensorBytes bytes = file.read(i);
    tensors.push_back({file.tensors()[i], {bytes.bytes.begin(), bytes.bytes.end()}});
  }
  return tensors;
}

}  // namespace heed::format
