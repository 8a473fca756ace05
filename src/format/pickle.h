#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace heed::format {

/// What a pickle says, as data: nothing in it is called, imported or built. Values stand in one list and refer to each
/// other by position, so that shared and even circular ones are harmless.
class Pickle {
 public:
  using Ref = std::uint32_t;
  /// A tensor takes some forty; a value of one byte in the file takes a hundred in memory.
  static constexpr std::size_t kMostInstructions = 8'000'000;
  enum class Kind { kNone, kBool, kInt, kFloat, kString, kTuple, kList, kDict, kGlobal, kCall, kPersistent };
  struct Value {
    Kind kind = Kind::kNone;
    std::int64_t integer = 0;  ///< kBool, kInt
    double number = 0;         ///< kFloat
    std::string text{};        ///< kString; kGlobal: "module name"
    /// The elements; of a dict key, value, key, value; of a call the global and the tuple of its arguments; of a
    /// persistent id what identifies it.
    std::vector<Ref> items{};
  };

  /// Reads one pickle from the front of `bytes`. A global that is not in `globals` ("module name") is refused.
  /// Throws BadInput, beginning with `file`: for such a global, an opcode that torch.save does not write, more than
  /// kMostInstructions, and for whatever is cut short or inconsistent.
  Pickle(std::span<const std::byte> bytes, std::span<const std::string_view> globals, std::string_view file);

  /// The bytes that the pickle took.
  std::size_t size() const { return size_; }
  Ref root() const { return root_; }
  const Value& operator[](Ref ref) const { return values_[ref]; }
  /// All of them, in the order in which they were made.
  const std::vector<Value>& values() const { return values_; }

  /// The value under a string key of a dict; null where it has none, or is no dict.
  const Value* find(const Value& dict, std::string_view key) const;

 private:
  friend class PickleMachine;
  std::vector<Value> values_;
  Ref root_ = 0;
  std::size_t size_ = 0;
};

}  // namespace heed::format
