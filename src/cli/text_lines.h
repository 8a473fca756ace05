#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "collection/document.h"
#include "collection/need.h"

namespace heed::cli {

/// A line of what heed score and heed encode read: every field may be missing, but not all.
struct TextLine {
  std::string query, instruction, title, text;

  collection::Need need() const { return {query, instruction}; }
  collection::Document document() const { return {collection::DocumentId("line"), title, text}; }
};

/// The lines of a file (`-`: standard input). Throws BadInput, with file and line, where one is no JSON object, has a
/// field of a wrong type, lacks a field in `all`, or has none of those in `any`.
struct NeededFields {
  std::vector<std::string_view> all{}, any{};
};
std::vector<TextLine> read_text_lines(const std::filesystem::path& path, const NeededFields& needed);

/// The shortest decimal numeral that reads back as the same number, as a JSON number. REQUIRES: finite.
std::string numeral(double number);
std::string numeral(float number);
/// [1,2.5], without blanks.
std::string numeral_list(std::span<const float> numbers);

}  // namespace heed::cli
