#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "collection/id_index.h"
#include "collection/ids.h"
#include "collection/text_arena.h"

namespace heed::collection {

/// For each query a list of documents, each once, with a value: a score in a run, a grade in judgments. Both orders
/// are kept as they came: queries by their first line, documents by theirs. Owns all its ids.
template <class Value>
class PerQuery {
 public:
  struct Entry {
    DocumentId document;
    Value value{};
  };

  class List {
   public:
    explicit List(QueryId query) : query_(query) {}
    QueryId query() const { return query_; }
    std::span<const Entry> entries() const { return entries_; }
    std::size_t size() const { return entries_.size(); }

    /// The document's value, or null where the list lacks it.
    const Value* find(DocumentId document) const {
      const auto found = index_.find(document.text(), Texts{entries_});
      return found ? &entries_[*found].value : nullptr;
    }

   private:
    friend class PerQuery;
    struct Texts {
      const std::vector<Entry>& entries;
      std::string_view operator()(std::uint32_t i) const { return entries[i].document.text(); }
    };
    QueryId query_;
    std::vector<Entry> entries_;
    IdIndex index_;
  };

  /// False, and no change, where the query has the document already.
  bool add(std::string_view query, std::string_view document, Value value) {
    List& list = list_of(query);
    const typename List::Texts texts{list.entries_};
    const auto position = static_cast<std::uint32_t>(list.entries_.size());
    if (!list.index_.insert(document, position, texts)) return false;
    list.entries_.push_back({DocumentId(arena_.keep(document)), value});
    return true;
  }

  std::span<const List> lists() const { return lists_; }

  /// The query's list, or null.
  const List* find(QueryId query) const {
    const auto found = index_.find(query.text(), Queries{lists_});
    return found ? &lists_[*found] : nullptr;
  }

  /// How many entries there are in all.
  std::size_t size() const {
    std::size_t sum = 0;
    for (const List& list : lists_) sum += list.size();
    return sum;
  }

 private:
  static constexpr std::size_t kMostReserved = 4000;

  struct Queries {
    const std::vector<List>& lists;
    std::string_view operator()(std::uint32_t i) const { return lists[i].query().text(); }
  };

  List& list_of(std::string_view query) {
    if (!lists_.empty() && lists_[newest_].query().text() == query) return lists_[newest_];
    if (const auto found = index_.find(query, Queries{lists_})) {
      newest_ = *found;
    } else {
      std::size_t likely_size = 0;
      if (!lists_.empty()) {
        lists_[newest_].entries_.shrink_to_fit();
        likely_size = std::min<std::size_t>(lists_[newest_].size(), kMostReserved);
      }
      newest_ = static_cast<std::uint32_t>(lists_.size());
      lists_.emplace_back(QueryId(arena_.keep(query)));
      lists_.back().entries_.reserve(likely_size);  // lists of one file are of like length
      lists_.back().index_.reserve(likely_size);
      index_.insert(query, newest_, Queries{lists_});
    }
    return lists_[newest_];
  }

  TextArena arena_;
  std::vector<List> lists_;
  IdIndex index_;
  std::uint32_t newest_ = 0;  // lines of one query come together, mostly
};

}  // namespace heed::collection
