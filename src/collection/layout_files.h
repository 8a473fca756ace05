#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string_view>

#include "collection/dataset.h"

namespace heed::collection {

/// `folder/name`, or `folder/name.gz` where only that exists, or nothing.
std::optional<std::filesystem::path> find_file(const std::filesystem::path& folder, std::string_view name);

/// As find_file; throws BadInput where there is none.
std::filesystem::path require_file(const std::filesystem::path& folder, std::string_view name);

/// The judgments of the split `test` in a folder of them (`test.jsonl` or `test.tsv`, packed or not). Where there is
/// no such split, the folder's only file. Throws BadInput where neither exists.
std::filesystem::path require_split(const std::filesystem::path& folder);

/// All judgments of a file that promises to judge only the queries of queries.jsonl, which `knows`; they may be none.
/// Throws BadInput as JudgmentReader does, and, with file and line, for another query or a document judged twice.
Judgments read_known_judgments(const std::filesystem::path& path, const std::function<bool(std::string_view)>& knows);

/// Throws BadInput unless every topic has candidates in both lists and judgments in both sets.
void require_complete(const InstructionDataset& data, const std::filesystem::path& folder);

}  // namespace heed::collection
