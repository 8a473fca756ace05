#include "format/safetensors.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <optional>
#include <set>

#include "base/error.h"
#include "format/json.h"

namespace heed::format {

using base::BadInput;

namespace {

constexpr std::size_t kLongestHeader = 100'000'000;  // the limit of the format's own reader

std::optional<TensorType> type_named(std::string_view name) {
  for (const TensorType type :
       {TensorType::kFloat64, TensorType::kFloat32, TensorType::kFloat16, TensorType::kBfloat16, TensorType::kInt64,
        TensorType::kInt32, TensorType::kInt16, TensorType::kInt8, TensorType::kUint8, TensorType::kBool})
    if (name == name_of(type)) return type;
  return {};
}

/// Refuses a header that is nested deeply or names a tensor twice, of which a JSON document keeps one. (The library's
/// parser with a callback does the same, in time that grows with the square of the tensors.)
class HeaderCheck : public IndexedJson::json_sax_t {
 public:
  explicit HeaderCheck(const std::string& file) : file_(file) {}

  bool start_object(std::size_t) override { return enter(); }
  bool start_array(std::size_t) override { return enter(); }
  bool end_object() override { return leave(); }
  bool end_array() override { return leave(); }
  bool key(std::string& name) override {
    if (depth_ == 1 && !names_.insert(name).second) throw BadInput(file_ + ": the header names " + name + " twice");
    return true;
  }
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(std::int64_t) override { return true; }
  bool number_unsigned(std::uint64_t) override { return true; }
  bool number_float(double, const std::string&) override { return true; }
  bool string(std::string&) override { return true; }
  bool binary(IndexedJson::binary_t&) override { return true; }
  bool parse_error(std::size_t, const std::string&, const IndexedJson::exception&) override { return false; }

 private:
  bool enter() {
    if (++depth_ > 8) throw BadInput(file_ + ": the header is nested too deeply");
    return true;
  }
  bool leave() {
    --depth_;
    return true;
  }

  const std::string& file_;
  std::set<std::string> names_;
  int depth_ = 0;
};

IndexedJson parse_header(const std::string& file, std::string_view text) {
  HeaderCheck check(file);
  // The library takes a zero byte for the end.
  if (text.find('\0') != text.npos || !IndexedJson::sax_parse(text, &check))
    throw BadInput(file + ": the header is not valid JSON");
  IndexedJson header = IndexedJson::parse(text);
  if (!header.is_object()) throw BadInput(file + ": the header is not a JSON object");
  return header;
}

std::string_view header_text(const std::string& file, std::span<const std::byte> bytes) {
  std::uint64_t length = 0;
  if (bytes.size() < sizeof length) throw BadInput(file + ": too short for a safetensors file");
  std::memcpy(&length, bytes.data(), sizeof length);
  if (length > kLongestHeader)
    throw BadInput(file + ": the header says it is " + std::to_string(length) + " bytes long, but " +
                   std::to_string(kLongestHeader) + " is the most that the format allows");
  if (length > bytes.size() - sizeof length)
    throw BadInput(file + ": the header says it is " + std::to_string(length) + " bytes long, but the file has " +
                   std::to_string(bytes.size()) + " in all");
  return {reinterpret_cast<const char*>(bytes.data()) + sizeof length, length};
}

/// What the header says of one tensor.
struct Entry {
  TensorInfo info;
  std::uint64_t begin = 0, end = 0;  // in the data
};

Entry read_entry(const std::string& file, const std::string& name, const IndexedJson& json) {
  const auto fail = [&](const std::string& what) { throw BadInput(file + ": " + name + ": " + what); };
  const auto is_count = [](const IndexedJson& value) {
    return value.is_number_unsigned() && value.get<std::uint64_t>() <= std::uint64_t{1} << 62;
  };
  if (!json.is_object()) fail("is not described by an object");
  const auto type = json.find("dtype"), shape = json.find("shape"), offsets = json.find("data_offsets");
  if (type == json.end() || !type->is_string()) fail("has no dtype");
  if (shape == json.end() || !shape->is_array() || !std::ranges::all_of(*shape, is_count)) fail("has no shape");
  if (offsets == json.end() || !offsets->is_array() || offsets->size() != 2 || !std::ranges::all_of(*offsets, is_count))
    fail("has no data_offsets");
  const auto known = type_named(type->get<std::string>());
  if (!known) fail("has the unknown dtype " + type->get<std::string>());
  Entry entry{{name, *known, shape->get<std::vector<std::int64_t>>()}, (*offsets)[0], (*offsets)[1]};
  const std::int64_t count = checked_count(entry.info.shape, element_size(*known));
  if (count < 0) fail("has an impossible shape");
  if (entry.end < entry.begin || entry.end - entry.begin != static_cast<std::uint64_t>(count) * element_size(*known))
    fail("its data_offsets do not fit its shape");
  return entry;
}

}  // namespace

Safetensors::Safetensors(const std::filesystem::path& path) : file_(path) {
  const std::string file = path.string();
  const std::string_view text = header_text(file, file_.bytes());
  const auto data = file_.bytes().subspan(sizeof(std::uint64_t) + text.size());
  std::vector<Entry> entries;
  const IndexedJson header = parse_header(file, text);
  for (const auto& [name, json] : header.items())
    if (name != "__metadata__") entries.push_back(read_entry(file, name, json));
  if (const auto texts = header.find("__metadata__"); texts != header.end() && texts->is_object())
    for (const auto& [name, value] : texts->items())
      if (value.is_string()) metadata_.emplace(name, value.get<std::string>());
  std::ranges::sort(entries, {}, [](const Entry& e) { return std::pair(e.begin, e.end); });
  std::uint64_t end = 0;
  for (const Entry& entry : entries) {
    if (entry.end > data.size())
      throw BadInput(file + ": truncated: " + entry.info.name + " ends at byte " + std::to_string(entry.end) + " of " +
                     std::to_string(data.size()));
    if (entry.begin != end)
      throw BadInput(file + ": " + entry.info.name + (entry.begin < end ? " overlaps" : " leaves a hole after") +
                     " what is before it");
    end = entry.end;
    tensors_.push_back(entry.info);
    bytes_.push_back(data.subspan(entry.begin, entry.end - entry.begin));
  }
  if (end != data.size())
    throw BadInput(file + ": " + std::to_string(data.size() - end) + " bytes after the last tensor belong to none");
}

TensorBytes Safetensors::read(std::size_t index) const {
  const auto bytes = bytes_[index];
  const bool is_aligned = reinterpret_cast<std::uintptr_t>(bytes.data()) % element_size(tensors_[index].type) == 0;
  return is_aligned ? TensorBytes{bytes, file_.keeper()} : copy_of(bytes);
}

}  // namespace heed::format
