#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace heed::teaching {

/// p-MRR by the sentence that the altered instruction adds, as a table for people: for each results.json of heed bench
/// a column with the mean, x100, and its 95% bootstrap interval over queries; rows for all queries, for the sentences
/// that name a family whose labels were taught (constraints.h), for the others, and for every sentence. Throws BadInput
/// where a file holds no pair with its instructions, or has other queries than the first.
std::string families_table(const std::vector<std::filesystem::path>& results);

}  // namespace heed::teaching
