#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace heed::report {

/// Where published figures are from, and which judgments their scores went by (data/published/README.md).
struct PublishedSource {
  std::string_view name;   ///< as figures.tsv has it
  std::string_view label;  ///< as a table's row has it
  /// The scores go by the altered instruction's judgments, as the row `paper` of our own do.
  bool is_crossed = false;
};

/// One model in one source.
struct PublishedModel {
  const PublishedSource* source = nullptr;
  std::string name;
  std::map<std::pair<std::string, std::string>, double> figures;  ///< by task key and figure; fractions

  /// The figure of a task by any spelling of the task's name.
  std::optional<double> figure(std::string_view task, std::string_view name_of_figure) const;
};

/// The task by which published figures know ours: letters' case, "InstructionRetrieval" and "-instructions" behind the
/// name do not count, and fiqa2018 is FiQA.
std::string task_key(std::string_view task);

/// The published figures that come with heed.
class Published {
 public:
  /// No figures at all.
  Published() = default;
  /// Reads figures.tsv and models.tsv. Throws BadInput, with file and line, where they are not as their README says.
  explicit Published(const std::filesystem::path& folder);

  std::span<const PublishedModel> models() const { return models_; }
  /// Whether the two names, each the paper's, an id of the Hub or its end, mean one model. Letters' case is ignored.
  bool is_same_model(std::string_view a, std::string_view b) const;
  /// figures.tsv as it was read, for laying beside a page.
  const std::string& text() const { return text_; }

 private:
  std::string known_as(std::string_view name) const;
  bool add(std::string_view source, std::string_view model, std::pair<std::string, std::string> key, double value);
  void name_ends();

  std::string text_;
  std::vector<PublishedModel> models_;  // in the order of the file
  std::map<std::string, std::size_t> positions_;
  std::map<std::string, std::string> names_;  // another name, in lower case, to the model's
};

}  // namespace heed::report
