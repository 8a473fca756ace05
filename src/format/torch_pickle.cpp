#include "format/torch_pickle.h"

#include <algorithm>
#include <cstring>
#include <mutex>
#include <optional>

#include <zip.h>

#include "base/error.h"
#include "base/mapped_file.h"
#include "format/pickle.h"

namespace heed::format {

using base::BadInput;
using Kind = Pickle::Kind;
using Value = Pickle::Value;

namespace {

struct StorageType {
  std::string_view global;
  TensorType type;
};
constexpr StorageType kStorageTypes[] = {
    {"torch FloatStorage", TensorType::kFloat32},     {"torch HalfStorage", TensorType::kFloat16},
    {"torch BFloat16Storage", TensorType::kBfloat16}, {"torch DoubleStorage", TensorType::kFloat64},
    {"torch LongStorage", TensorType::kInt64},        {"torch IntStorage", TensorType::kInt32},
    {"torch ShortStorage", TensorType::kInt16},       {"torch CharStorage", TensorType::kInt8},
    {"torch ByteStorage", TensorType::kUint8},        {"torch BoolStorage", TensorType::kBool},
};
constexpr std::string_view kRebuild = "torch._utils _rebuild_tensor_v2", kOldRebuild = "torch._utils _rebuild_tensor",
                           kParameter = "torch._utils _rebuild_parameter";
constexpr std::string_view kGlobals[] = {
    kRebuild,
    kOldRebuild,
    kParameter,
    "collections OrderedDict",
    "torch FloatStorage",
    "torch HalfStorage",
    "torch BFloat16Storage",
    "torch DoubleStorage",
    "torch LongStorage",
    "torch IntStorage",
    "torch ShortStorage",
    "torch CharStorage",
    "torch ByteStorage",
    "torch BoolStorage",
    "torch Size",
};

std::optional<TensorType> type_named(std::string_view global) {
  const auto row = std::ranges::find(kStorageTypes, global, &StorageType::global);
  return row == std::end(kStorageTypes) ? std::nullopt : std::optional(row->type);
}

/// Where a tensor's elements are.
struct Place {
  std::string storage;  // its key
  TensorType type = TensorType::kFloat32;
  std::int64_t storage_elements = 0, offset = 0;
  std::vector<std::int64_t> strides;
};

/// Reads tensors out of a pickle's values.
class Tensors {
 public:
  Tensors(const Pickle& pickle, std::string file) : pickle_(pickle), file_(std::move(file)) {}

  /// The dictionary of tensors: the pickle itself, or what training scripts put under these names.
  const Value& dictionary() const {
    const Value& root = pickle_[pickle_.root()];
    if (root.kind != Kind::kDict) throw BadInput(file_ + ": holds no dictionary of tensors");
    for (const char* name : {"state_dict", "model"})
      if (const Value* inner = pickle_.find(root, name); inner != nullptr && inner->kind == Kind::kDict) return *inner;
    return root;
  }

  /// None for a value that is no tensor, as a counter of versions.
  std::optional<std::pair<TensorInfo, Place>> tensor(const std::string& name, const Value& value) const {
    const Value* call = &value;
    if (is_call_of(*call, kParameter)) call = &argument(name, *call, 0);
    if (!is_call_of(*call, kRebuild) && !is_call_of(*call, kOldRebuild)) return {};
    Place place;
    read_storage(name, argument(name, *call, 0), place);
    place.offset = integer(name, argument(name, *call, 1));
    TensorInfo info{name, place.type, integers(name, argument(name, *call, 2))};
    place.strides = integers(name, argument(name, *call, 3));
    check_inside(info, place);
    return std::pair{std::move(info), std::move(place)};
  }

  /// The types of all storages by their keys, of those too that belong to no tensor of the dictionary.
  std::map<std::string, TensorType> storage_types() const {
    std::map<std::string, TensorType> types;
    for (const Value& value : pickle_.values()) {
      if (value.kind != Kind::kPersistent || !is_storage(pickle_[value.items[0]])) continue;
      const auto& id = pickle_[value.items[0]].items;
      if (const auto type = type_named(pickle_[id[1]].text)) types.emplace(pickle_[id[2]].text, *type);
    }
    return types;
  }

 private:
  [[noreturn]] void fail(const std::string& name, const std::string& what) const {
    throw BadInput(file_ + ": " + name + ": " + what);
  }

  bool is_call_of(const Value& value, std::string_view global) const {
    return value.kind == Kind::kCall && pickle_[value.items[0]].text == global;
  }
  const Value& argument(const std::string& name, const Value& call, std::size_t i) const {
    const auto& arguments = pickle_[call.items[1]].items;
    if (i >= arguments.size()) fail(name, "is described incompletely");
    return pickle_[arguments[i]];
  }
  std::int64_t integer(const std::string& name, const Value& value) const {
    if (value.kind != Kind::kInt) fail(name, "has a size that is no integer");
    return value.integer;
  }
  std::vector<std::int64_t> integers(const std::string& name, const Value& value) const {
    const Value* list = &value;
    if (is_call_of(value, "torch Size")) list = &argument(name, value, 0);
    if (list->kind != Kind::kTuple && list->kind != Kind::kList) fail(name, "has a shape that is no tuple");
    if (list->items.size() > 64) fail(name, "has too many dimensions");
    std::vector<std::int64_t> all;
    for (const Pickle::Ref ref : list->items) all.push_back(integer(name, pickle_[ref]));
    return all;
  }

  bool is_storage(const Value& id) const {
    if (id.kind != Kind::kTuple || id.items.size() < 5 || pickle_[id.items[0]].text != "storage") return false;
    const Value& key = pickle_[id.items[2]];  // copied for each tensor: a long one would be a bomb
    return key.kind == Kind::kString && key.text.size() <= 100;
  }

  /// ('storage', type, key, location, elements), and in the old layout a view of another storage, or None.
  void read_storage(const std::string& name, const Value& value, Place& place) const {
    if (value.kind != Kind::kPersistent) fail(name, "has no storage");
    const auto& id = pickle_[value.items[0]];
    const auto part = [&](std::size_t i) -> const Value& { return pickle_[id.items[i]]; };
    if (!is_storage(id)) fail(name, "has a storage that is not described as one");
    const auto type = type_named(part(1).text);
    if (!type) fail(name, "has a storage of an unknown type");
    if (id.items.size() > 5 && part(5).kind != Kind::kNone)
      fail(name, "is a view of another storage, which is not read");
    place.type = *type;
    place.storage = part(2).text;
    place.storage_elements = integer(name, part(4));
    if (checked_count(std::span(&place.storage_elements, 1), element_size(place.type)) < 0)
      fail(name, "has a storage of an impossible size");
  }

  /// Every element lies in the storage, and the tensor is no larger than what a file can mean.
  void check_inside(const TensorInfo& info, const Place& place) const {
    if (info.shape.size() != place.strides.size()) fail(info.name, "has other strides than dimensions");
    const std::int64_t count = checked_count(info.shape, element_size(info.type));
    if (count < 0 || place.offset < 0) fail(info.name, "has an impossible shape");
    if (count == 0) return;
    std::int64_t last = place.offset;  // the element farthest in
    for (std::size_t i = 0; i < info.shape.size(); ++i) {
      if (place.strides[i] < 0) fail(info.name, "has a negative stride");
      if (info.shape[i] > 1 && place.strides[i] > (place.storage_elements - 1 - last) / (info.shape[i] - 1))
        fail(info.name, "reaches beyond its storage");
      last += (info.shape[i] - 1) * place.strides[i];
    }
    if (last >= place.storage_elements) fail(info.name, "reaches beyond its storage");
    // A stride of 0 makes many elements of few; no checkpoint needs it.
    if (count > place.storage_elements) fail(info.name, "has more elements than its storage");
  }

  const Pickle& pickle_;
  std::string file_;
};

/// The bytes of storages by key.
class Storages {
 public:
  virtual ~Storages() = default;
  virtual TensorBytes read(const std::string& key, std::uint64_t size, const std::string& tensor) = 0;
  /// The checksum that the file has of the storage, if it has any.
  virtual std::optional<std::uint32_t> checksum(const std::string&) { return std::nullopt; }
};

/// The archive of PyTorch 1.6 and later: NAME/data.pkl, NAME/data/KEY.
class ZipStorages : public Storages {
 public:
  /// `size`: of the file.
  ZipStorages(const std::filesystem::path& path, std::size_t size) : file_(path.string()), size_(size) {
    int error = 0;
    archive_.reset(zip_open(file_.c_str(), ZIP_RDONLY | ZIP_CHECKCONS, &error));
    if (!archive_) throw BadInput(file_ + ": not a complete zip archive");
    for (zip_int64_t i = 0; i < zip_get_num_entries(archive_.get(), 0); ++i) {
      const char* name = zip_get_name(archive_.get(), static_cast<zip_uint64_t>(i), 0);
      if (name == nullptr || !std::string_view(name).ends_with("/data.pkl")) continue;
      root_ = std::string(name, std::strlen(name) - 8);
      pickle_ = static_cast<zip_uint64_t>(i);
    }
    if (root_.empty()) throw BadInput(file_ + ": a zip archive without data.pkl");
    if (const auto order = find("byteorder"); order && text_of(member(*order, "byteorder")) != "little")
      throw BadInput(file_ + ": the numbers are not little endian");
  }

  TensorBytes pickle() const { return member(pickle_, "data.pkl"); }

  TensorBytes read(const std::string& key, std::uint64_t size, const std::string& tensor) override {
    const std::lock_guard guard(lock_);
    const auto index = find("data/" + key);
    if (!index) throw BadInput(file_ + ": " + tensor + ": the archive lacks its storage data/" + key);
    TensorBytes bytes = member(*index, tensor);
    if (bytes.bytes.size() != size)
      throw BadInput(file_ + ": " + tensor + ": its storage has " + std::to_string(bytes.bytes.size()) +
                     " bytes, not " + std::to_string(size));
    return bytes;
  }

  std::optional<std::uint32_t> checksum(const std::string& key) override {
    const std::lock_guard guard(lock_);
    const auto index = find("data/" + key);
    zip_stat_t facts;
    if (!index || zip_stat_index(archive_.get(), *index, 0, &facts) != 0 || (facts.valid & ZIP_STAT_CRC) == 0)
      return std::nullopt;
    return facts.crc;
  }

 private:
  std::optional<zip_uint64_t> find(const std::string& name) const {
    const zip_int64_t index = zip_name_locate(archive_.get(), (root_ + name).c_str(), 0);
    return index < 0 ? std::nullopt : std::optional(static_cast<zip_uint64_t>(index));
  }

  static std::string_view text_of(const TensorBytes& bytes) {
    return {reinterpret_cast<const char*>(bytes.bytes.data()), bytes.bytes.size()};
  }

  /// torch.save stores without compression, so that a member is never larger than the file: no archive is a bomb.
  TensorBytes member(zip_uint64_t index, const std::string& what) const {
    zip_stat_t facts;
    const auto fail = [&](const std::string& why) { throw BadInput(file_ + ": " + what + ": " + why); };
    if (zip_stat_index(archive_.get(), index, 0, &facts) != 0) fail("not in the archive");
    if (facts.comp_method != ZIP_CM_STORE || facts.encryption_method != ZIP_EM_NONE)
      fail("compressed or encrypted, which torch.save never writes");
    if (facts.size > size_) fail("larger than the archive");
    const auto bytes = std::make_shared_for_overwrite<std::byte[]>(facts.size);
    const std::unique_ptr<zip_file_t, int (*)(zip_file_t*)> file(zip_fopen_index(archive_.get(), index, 0), zip_fclose);
    if (!file) fail("cannot be read");
    for (std::size_t done = 0; done < facts.size;) {
      const zip_int64_t got = zip_fread(file.get(), bytes.get() + done, facts.size - done);
      if (got <= 0) fail("damaged, or cut short");
      done += static_cast<std::size_t>(got);
    }
    std::byte more;
    if (zip_fread(file.get(), &more, 1) != 0) fail("damaged");  // the end is where the checksum is compared
    return {{bytes.get(), facts.size}, bytes};
  }

  std::string file_, root_;
  std::size_t size_;
  zip_uint64_t pickle_ = 0;
  std::unique_ptr<zip_t, void (*)(zip_t*)> archive_{nullptr, zip_discard};
  std::mutex lock_;
};

/// The layout before 1.6: five pickles (magic, version, system, tensors, keys), then of each storage the count of its
/// elements and the elements.
class StreamStorages : public Storages {
 public:
  StreamStorages(const base::MappedFile& file, std::string name) : keeper_(file.keeper()), file_(std::move(name)) {}

  void add(const std::string& key, std::span<const std::byte> bytes) { storages_[key] = bytes; }

  TensorBytes read(const std::string& key, std::uint64_t size, const std::string& tensor) override {
    const auto found = storages_.find(key);
    if (found == storages_.end()) throw BadInput(file_ + ": " + tensor + ": the file lacks its storage " + key);
    if (found->second.size() != size)
      throw BadInput(file_ + ": " + tensor + ": its storage has another size than it says");
    return {found->second, keeper_};
  }

 private:
  std::map<std::string, std::span<const std::byte>> storages_;
  std::shared_ptr<const void> keeper_;
  std::string file_;
};

/// The elements of a strided tensor, one behind the other.
TensorBytes gather(const TensorInfo& info, const Place& place, const TensorBytes& storage) {
  const std::size_t element = element_size(info.type);
  const auto count = static_cast<std::size_t>(element_count(info));
  bool is_contiguous = true;
  std::int64_t expected = 1;
  for (std::size_t i = info.shape.size(); i-- > 0;) {
    is_contiguous = is_contiguous && (info.shape[i] == 1 || place.strides[i] == expected);
    expected *= info.shape[i];
  }
  if (count == 0) return {};
  const auto part = storage.bytes.subspan(static_cast<std::size_t>(place.offset) * element);
  const bool is_aligned = reinterpret_cast<std::uintptr_t>(part.data()) % element == 0;
  if (is_contiguous)
    return is_aligned ? TensorBytes{part.first(count * element), storage.keeper} : copy_of(part.first(count * element));
  const auto bytes = std::make_shared<std::vector<std::byte>>(count * element);
  std::vector<std::int64_t> at(info.shape.size(), 0);
  for (std::size_t i = 0; i < count; ++i) {
    std::int64_t from = 0;
    for (std::size_t k = 0; k < at.size(); ++k) from += at[k] * place.strides[k];
    std::memcpy(bytes->data() + i * element, part.data() + static_cast<std::size_t>(from) * element, element);
    for (std::size_t k = at.size(); k-- > 0;) {
      if (++at[k] < info.shape[k]) break;
      at[k] = 0;
    }
  }
  return {*bytes, bytes};
}

bool begins_as_zip(std::span<const std::byte> bytes) {
  return bytes.size() >= 4 && std::memcmp(bytes.data(), "PK\3\4", 4) == 0;
}

}  // namespace

struct TorchPickle::State {
  std::string file;
  std::vector<TensorInfo> tensors;
  std::vector<Place> places;
  std::unique_ptr<Storages> storages;

  void add_tensors(const Pickle& pickle) {
    const Tensors reader(pickle, file);
    const Value& dictionary = reader.dictionary();
    std::map<std::string, bool> seen;
    for (std::size_t i = 0; i + 1 < dictionary.items.size(); i += 2) {
      const Value& name = pickle[dictionary.items[i]];
      if (name.kind != Kind::kString) continue;
      auto tensor = reader.tensor(name.text, pickle[dictionary.items[i + 1]]);
      if (!tensor) continue;
      if (seen[name.text]) throw BadInput(file + ": " + name.text + " is there twice");
      seen[name.text] = true;
      tensors.push_back(std::move(tensor->first));
      places.push_back(std::move(tensor->second));
    }
    if (tensors.empty()) throw BadInput(file + ": holds no dictionary of tensors");
  }

  void read_stream(const base::MappedFile& mapped) {
    constexpr std::int64_t kMagicLow = static_cast<std::int64_t>(0xa86a20f9469cfc6c);  // of 0x1950a86a20f9469cfc6c
    auto rest = mapped.bytes();
    const auto next = [&] {
      Pickle pickle(rest, kGlobals, file);
      rest = rest.subspan(pickle.size());
      return pickle;
    };
    const Pickle magic = next();
    if (magic[magic.root()].kind != Kind::kInt || magic[magic.root()].integer != kMagicLow)
      throw BadInput(file + ": not what torch.save writes");
    next();  // the version of the layout
    next();  // sizes of C's integers where it was written
    const Pickle content = next();
    add_tensors(content);
    const auto types = Tensors(content, file).storage_types();
    const Pickle keys = next();
    auto stream = std::make_unique<StreamStorages>(mapped, file);
    for (const Pickle::Ref ref : keys[keys.root()].items) {
      const std::string& key = keys[ref].text;
      std::uint64_t elements = 0;
      if (rest.size() < sizeof elements) throw BadInput(file + ": cut short before storage " + key);
      std::memcpy(&elements, rest.data(), sizeof elements);
      rest = rest.subspan(sizeof elements);
      const auto type = types.find(key);
      if (type == types.end()) throw BadInput(file + ": storage " + key + " belongs to no tensor");
      const std::size_t element = element_size(type->second);
      if (elements > rest.size() / element) throw BadInput(file + ": storage " + key + " is cut short");
      stream->add(key, rest.first(elements * element));
      rest = rest.subspan(elements * element);
    }
    storages = std::move(stream);
  }
};

TorchPickle::TorchPickle(const std::filesystem::path& path) : state_(std::make_unique<State>()) {
  state_->file = path.string();
  const base::MappedFile mapped(path);
  if (!begins_as_zip(mapped.bytes())) {
    state_->read_stream(mapped);
    return;
  }
  auto archive = std::make_unique<ZipStorages>(path, mapped.bytes().size());
  const TensorBytes pickle = archive->pickle();
  state_->add_tensors(Pickle(pickle.bytes, kGlobals, state_->file));
  state_->storages = std::move(archive);
}

TorchPickle::~TorchPickle() = default;
TorchPickle::TorchPickle(TorchPickle&&) noexcept = default;

const std::vector<TensorInfo>& TorchPickle::tensors() const {
  return state_->tensors;
}

TensorBytes TorchPickle::read(std::size_t index) const {
  const TensorInfo& info = state_->tensors[index];
  const Place& place = state_->places[index];
  const auto size = static_cast<std::uint64_t>(place.storage_elements) * element_size(place.type);
  return gather(info, place, state_->storages->read(place.storage, size, info.name));
}

std::string TorchPickle::summary(std::size_t index) const {
  const Place& place = state_->places[index];
  const auto checksum = state_->storages->checksum(place.storage);
  if (!checksum) return "";
  std::string text = std::to_string(*checksum) + " of " + std::to_string(place.storage_elements) + ", from " +
                     std::to_string(place.offset) + " by";
  for (const std::int64_t stride : place.strides) text += " " + std::to_string(stride);
  return text;
}

}  // namespace heed::format
