#include "format/pickle.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/error.h"

namespace heed::format {

using Kind = Pickle::Kind;
using Ref = Pickle::Ref;
using Value = Pickle::Value;

/// The stack machine of Python's pickle (CPython, Lib/pickletools.py names the opcodes), with the instructions that
/// dictionaries of tensors need.
class PickleMachine {
 public:
  PickleMachine(Pickle& pickle, std::span<const std::byte> bytes, std::span<const std::string_view> globals,
                std::string_view file)
      : pickle_(pickle), bytes_(bytes), globals_(globals), file_(file) {}

  void run() {
    for (std::size_t done = 0; done < Pickle::kMostInstructions; ++done) {
      const std::uint8_t opcode = byte();
      if (opcode != '.') {
        step(opcode);
        continue;
      }
      pickle_.root_ = pop();
      pickle_.size_ = at_;
      return;
    }
    fail("is longer than any dictionary of tensors");
  }

 private:
  static constexpr Ref kMark = ~Ref{0};  // on the stack, not among the values

  [[noreturn]] void fail(const std::string& what) const {
    throw base::BadInput(std::string(file_) + ": the pickle " + what + " (byte " + std::to_string(at_) + ")");
  }

  std::span<const std::byte> take(std::uint64_t count) {
    if (count > bytes_.size() - at_) fail("is cut short");
    const auto taken = bytes_.subspan(at_, count);
    at_ += count;
    return taken;
  }
  std::uint8_t byte() { return static_cast<std::uint8_t>(take(1)[0]); }
  std::uint64_t little(std::size_t count) {
    std::uint64_t value = 0;
    const auto taken = take(count);
    for (std::size_t i = count; i-- > 0;) value = value << 8 | static_cast<std::uint8_t>(taken[i]);
    return value;
  }
  std::string text(std::uint64_t count) {
    const auto taken = take(count);
    return {reinterpret_cast<const char*>(taken.data()), taken.size()};
  }
  std::string line() {
    std::string word;
    for (char c = static_cast<char>(byte()); c != '\n'; c = static_cast<char>(byte())) word += c;
    return word;
  }

  Ref add(Value value) {
    pickle_.values_.push_back(std::move(value));
    return static_cast<Ref>(pickle_.values_.size() - 1);
  }
  void push(Value value) { stack_.push_back(add(std::move(value))); }
  Ref pop() {
    if (stack_.empty() || stack_.back() == kMark) fail("takes more from its stack than is there");
    const Ref ref = stack_.back();
    stack_.pop_back();
    return ref;
  }
  std::vector<Ref> pop(std::size_t count) {
    std::vector<Ref> items(count);
    for (std::size_t i = count; i-- > 0;) items[i] = pop();
    return items;
  }
  std::vector<Ref> pop_to_mark() {
    const auto mark = std::find(stack_.rbegin(), stack_.rend(), kMark);
    if (mark == stack_.rend()) fail("has no mark where one is needed");
    const auto begin = mark.base();
    std::vector<Ref> items(begin, stack_.end());
    stack_.erase(begin - 1, stack_.end());
    return items;
  }
  /// The value that stays on the stack below what was popped; of that kind.
  Value& top(Kind kind) {
    if (stack_.empty() || stack_.back() == kMark || value(stack_.back()).kind != kind)
      fail("adds to something that does not take it");
    return value(stack_.back());
  }
  Value& value(Ref ref) { return pickle_.values_[ref]; }

  void remember(std::uint64_t slot) {
    if (stack_.empty() || stack_.back() == kMark) fail("remembers nothing");
    memo_[slot] = stack_.back();
  }
  void recall(std::uint64_t slot) {
    const auto found = memo_.find(slot);
    if (found == memo_.end()) fail("recalls what it never remembered");
    stack_.push_back(found->second);
  }

  void push_integer(std::int64_t integer) { push({.kind = Kind::kInt, .integer = integer}); }
  void push_tuple(std::vector<Ref> items) { push({.kind = Kind::kTuple, .items = std::move(items)}); }
  void push_text(std::uint64_t count) { push({.kind = Kind::kString, .text = text(count)}); }

  void push_long(std::uint64_t count) {
    const auto taken = take(count);
    std::int64_t integer = 0;
    // The magic numbers of torch.save have ten bytes: what does not fit into eight keeps its low ones.
    for (std::size_t i = std::min<std::size_t>(8, taken.size()); i-- > 0;)
      integer =
          static_cast<std::int64_t>(static_cast<std::uint64_t>(integer) << 8 | static_cast<std::uint8_t>(taken[i]));
    const std::size_t bits = 8 * taken.size();
    if (bits > 0 && bits < 64 && (static_cast<std::uint8_t>(taken.back()) & 0x80) != 0)
      integer -= static_cast<std::int64_t>(std::uint64_t{1} << bits);
    push_integer(integer);
  }

  void push_global(const std::string& module, const std::string& name) {
    const std::string global = module + " " + name;
    if (std::ranges::find(globals_, global) == globals_.end())
      fail("asks for " + module + "." + name +
           ", which is none of what a dictionary of tensors needs; nothing was run");
    push({.kind = Kind::kGlobal, .text = global});
  }

  void reduce() {
    const auto items = pop(2);
    if (value(items[0]).kind != Kind::kGlobal || value(items[1]).kind != Kind::kTuple)
      fail("calls what is no function");
    if (value(items[0]).text == "collections OrderedDict")
      push({.kind = Kind::kDict});
    else
      push({.kind = Kind::kCall, .items = items});
  }

  void add_to_dict(const std::vector<Ref>& items) {
    if (items.size() % 2 != 0) fail("has a key without a value");
    auto& into = top(Kind::kDict).items;
    into.insert(into.end(), items.begin(), items.end());
  }
  void add_to_list(const std::vector<Ref>& items) {
    auto& into = top(Kind::kList).items;
    into.insert(into.end(), items.begin(), items.end());
  }

  void step(std::uint8_t opcode) {
    switch (opcode) {
      case 0x80:
        take(1);
        break;  // PROTO
      case 0x95:
        take(8);
        break;  // FRAME
      case '(':
        stack_.push_back(kMark);
        break;
      case '0':
        pop();
        break;
      case '}':
        push({.kind = Kind::kDict});
        break;
      case ']':
        push({.kind = Kind::kList});
        break;
      case ')':
        push_tuple({});
        break;
      case 't':
        push_tuple(pop_to_mark());
        break;
      case 0x85:
        push_tuple(pop(1));
        break;
      case 0x86:
        push_tuple(pop(2));
        break;
      case 0x87:
        push_tuple(pop(3));
        break;
      case 'N':
        push({});
        break;
      case 0x88:
        push({.kind = Kind::kBool, .integer = 1});
        break;
      case 0x89:
        push({.kind = Kind::kBool, .integer = 0});
        break;
      case 'J':
        push_integer(static_cast<std::int32_t>(little(4)));
        break;
      case 'K':
        push_integer(byte());
        break;
      case 'M':
        push_integer(static_cast<std::int64_t>(little(2)));
        break;
      case 0x8a:
        push_long(byte());
        break;
      case 'G': {
        std::uint64_t bits = 0;
        for (const std::byte b : take(8)) bits = bits << 8 | static_cast<std::uint8_t>(b);
        push({.kind = Kind::kFloat, .number = std::bit_cast<double>(bits)});
        break;
      }
      case 'X':
      case 'T':
      case 'B':
        push_text(little(4));
        break;
      case 0x8c:
      case 'U':
      case 'C':
        push_text(byte());
        break;
      case 0x8d:
        push_text(little(8));
        break;
      case 'q':
        remember(byte());
        break;
      case 'r':
        remember(little(4));
        break;
      case 0x94:
        remember(memo_.size());
        break;
      case 'h':
        recall(byte());
        break;
      case 'j':
        recall(little(4));
        break;
      case 'c': {
        const std::string module = line();
        push_global(module, line());
        break;
      }
      case 0x93: {
        const auto items = pop(2);
        if (value(items[0]).kind != Kind::kString || value(items[1]).kind != Kind::kString) fail("names no global");
        push_global(value(items[0]).text, value(items[1]).text);
        break;
      }
      case 'R':
        reduce();
        break;
      case 'b':
        pop();
        break;  // BUILD: attributes, of a dict of tensors its `_metadata`
      case 'Q': {
        const Ref id = pop();
        push({.kind = Kind::kPersistent, .items = {id}});
        break;
      }
      case 's':
        add_to_dict(pop(2));
        break;
      case 'u':
        add_to_dict(pop_to_mark());
        break;
      case 'a':
        add_to_list(pop(1));
        break;
      case 'e':
        add_to_list(pop_to_mark());
        break;
      default:
        fail("has the opcode " + std::to_string(opcode) + ", which torch.save does not write");
    }
  }

  Pickle& pickle_;
  std::span<const std::byte> bytes_;
  std::span<const std::string_view> globals_;
  std::string_view file_;
  std::size_t at_ = 0;
  std::vector<Ref> stack_;
  std::map<std::uint64_t, Ref> memo_;
};

Pickle::Pickle(std::span<const std::byte> bytes, std::span<const std::string_view> globals, std::string_view file) {
  PickleMachine(*this, bytes, globals, file).run();
}

const Value* Pickle::find(const Value& dict, std::string_view key) const {
  if (dict.kind != Kind::kDict) return nullptr;
  for (std::size_t i = 0; i + 1 < dict.items.size(); i += 2) {
    const Value& name = values_[dict.items[i]];
    if (name.kind == Kind::kString && name.text == key) return &values_[dict.items[i + 1]];
  }
  return nullptr;
}

}  // namespace heed::format
