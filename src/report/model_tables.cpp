#include "report/model_tables.h"

#include <algorithm>
#include <set>

#include "base/error.h"

namespace heed::report {

namespace {

using Column = FigureTable::Column;
using Row = FigureTable::Row;

/// A task as columns of a table.
struct TaskColumns {
  std::string name;
  std::string headline;
};

/// One model under one recipe, on candidates or on whole collections, with its results.
struct System {
  std::string label, model, recipe;
  bool searches = false;
  std::vector<const ResultEntry*> entries;

  const ResultEntry* on(std::string_view task) const {
    const auto found = std::ranges::find_if(entries, [&](const ResultEntry* entry) { return entry->task == task; });
    return found == entries.end() ? nullptr : *found;
  }
};

/// The systems that have an entry of which `is_wanted` holds, and the tasks of those entries.
template <typename Wanted>
std::pair<std::vector<System>, std::vector<TaskColumns>> group(const ReportData& data, Wanted is_wanted) {
  std::vector<System> systems;
  std::vector<TaskColumns> tasks;
  for (const ResultEntry& entry : data.results) {
    if (!is_wanted(entry)) continue;
    auto system = std::ranges::find_if(systems, [&](const System& s) {
      return s.model == entry.model && s.recipe == entry.recipe && s.searches == entry.collection.has_value();
    });
    if (system == systems.end())
      system = systems.insert(
          systems.end(), {label_of(entry, data.results), entry.model, entry.recipe, entry.collection.has_value(), {}});
    system->entries.push_back(&entry);
    if (std::ranges::find(tasks, entry.task, &TaskColumns::name) == tasks.end())
      tasks.push_back({entry.task, entry.headline});
  }
  return {systems, tasks};
}

std::string source_of(const System& system) {
  std::string sources;
  std::set<std::string> named;
  for (const ResultEntry* const entry : system.entries)
    if (named.insert(entry->source).second) sources += (sources.empty() ? "" : ", ") + entry->source;
  return sources;
}

/// The published models to show below the system (null: those that no system is one of) that have a figure in `row`.
template <typename MakeRow>
void add_published(const ReportData& data, const std::vector<System>& systems, const System* system, MakeRow make_row,
                   FigureTable& table) {
  if (data.shown == ShownPublished::kNone) return;
  for (const PublishedModel& model : data.published.models()) {
    const auto is_model = [&](const System& s) { return data.published.is_same_model(s.model, model.name); };
    if (system != nullptr ? !is_model(*system) : std::ranges::any_of(systems, is_model)) continue;
    Row row = make_row(model);
    if (std::ranges::none_of(row.figures, [](const Figure& figure) { return figure.value.has_value(); })) continue;
    row.labels = {system != nullptr ? system->label : model.name, std::string(model.source->label)};
    row.source = data.published_file;
    row.is_published = true;
    table.rows.push_back(std::move(row));
  }
}

/// All rows of a table: each system's own, the published ones of its model, then, where asked, all other models.
template <typename OwnRows, typename MakeRow>
void add_rows(const ReportData& data, const std::vector<System>& systems, OwnRows own_rows, MakeRow make_row,
              FigureTable& table) {
  for (auto system = systems.begin(); system != systems.end(); ++system) {
    own_rows(*system);
    const auto is_model = [&](const System& later) { return data.published.is_same_model(later.model, system->model); };
    if (std::none_of(system + 1, systems.end(), is_model)) add_published(data, systems, &*system, make_row, table);
  }
  if (data.shown == ShownPublished::kAll) add_published(data, systems, nullptr, make_row, table);
}

constexpr std::string_view kPublishedRemark =
    "published: what the paper prints; published, mteb: what mteb's public results have. Scores of the paper, of "
    "Promptriever's table and of mteb 1 go by the altered instruction's judgments, as the row paper does; those of "
    "mteb "
    "2 by their own, as the row correct does.";

Figure figure(std::optional<double> value) {
  return {value, std::nullopt};
}

/// The mean of every second figure from `first` on, if none is missing.
Figure mean_of_figures(const std::vector<Figure>& figures, std::size_t first) {
  double sum = 0;
  long count = 0;
  for (std::size_t i = first; i < figures.size(); i += 2, ++count) {
    if (!figures[i].value) return {};
    sum += *figures[i].value;
  }
  return figure(sum / static_cast<double>(count));
}

void add_averages(Row& row) {
  const Figure score = mean_of_figures(row.figures, 0), p_mrr = mean_of_figures(row.figures, 1);
  row.figures.push_back(score);
  row.figures.push_back(p_mrr);
}

Row own_row_2(const System& system, const std::vector<TaskColumns>& tasks, Pairing pairing) {
  Row row{{system.label, pairing == Pairing::kCorrect ? "correct" : "paper"}, source_of(system), {}, false};
  for (const TaskColumns& task : tasks) {
    const ResultEntry* const entry = system.on(task.name);
    row.figures.push_back(figure(entry == nullptr ? std::nullopt : entry->value(pairing, "og", task.headline)));
    row.figures.push_back(entry == nullptr ? Figure{} : Figure{entry->obedience->p_mrr, entry->obedience->interval});
  }
  if (tasks.size() > 1) add_averages(row);
  return row;
}

/// The average that the source states, where the tasks are exactly those it is over.
void use_stated_averages(const PublishedModel& model, const std::vector<TaskColumns>& tasks, Row& row) {
  std::set<std::string> keys;
  for (const TaskColumns& task : tasks) keys.insert(task_key(task.name));
  if (keys != std::set<std::string>{"robust04", "news21", "core17"}) return;
  const std::size_t score = row.figures.size() - 2;
  for (const auto& [position, name] : {std::pair(score, "score"), std::pair(score + 1, "p_mrr")})
    if (const auto stated = model.figure("average", name)) row.figures[position] = figure(stated);
}

Row published_row_2(const PublishedModel& model, const std::vector<TaskColumns>& tasks) {
  Row row;
  const bool is_other_table = model.source->name == "paper-table-5";  // other candidates, other judgments
  for (const TaskColumns& task : tasks)
    for (const std::string_view name : {std::string_view(task.headline), std::string_view("p_mrr")})
      row.figures.push_back(figure(is_other_table ? std::nullopt : model.figure(task.name, name)));
  if (tasks.size() > 1) {
    add_averages(row);
    use_stated_averages(model, tasks, row);
  }
  return row;
}

void add_columns_2(const std::vector<TaskColumns>& tasks, FigureTable& table) {
  const std::string p_mrr = "p-MRR";
  for (const TaskColumns& task : tasks) {
    const std::string score = spoken_measure(task.headline);
    table.columns.push_back({task.name, score, task.name + " " + score, task.headline, false});
    table.columns.push_back({task.name, p_mrr, p_mrr + " [95% interval]", "p_mrr", true});
  }
  if (tasks.size() > 1) {
    table.columns.push_back({"average", "score", "Average score", "score", false});
    table.columns.push_back({"average", p_mrr, p_mrr, "p_mrr", true});
  }
}

/// What table 3 takes for the score of a retrieval task.
std::optional<double> with_short_instruction(const ResultEntry& entry) {
  const auto value = entry.value(Pairing::kCorrect, "short", "ndcg_cut_10");
  return value ? value : entry.value(Pairing::kCorrect, "none", "ndcg_cut_10");
}

std::optional<double> difference(std::optional<double> a, std::optional<double> b) {
  return a && b ? std::optional(*a - *b) : std::nullopt;
}

Row own_row_3(const System& system, const std::vector<TaskColumns>& tasks) {
  Row row{{system.label, "heed"}, source_of(system), {}, false};
  for (const TaskColumns& task : tasks) {
    const ResultEntry* const entry = system.on(task.name);
    const auto score = entry == nullptr ? std::nullopt : with_short_instruction(*entry);
    const auto keywords = entry == nullptr ? std::nullopt : entry->value(Pairing::kCorrect, "keywords", "ndcg_cut_10");
    row.figures.push_back(figure(score));
    row.figures.push_back(figure(difference(keywords, score)));
  }
  return row;
}

Row own_row_figure_3(const System& system, const std::vector<TaskColumns>& tasks, Pairing pairing) {
  Row row{{system.label, pairing == Pairing::kCorrect ? "correct" : "paper"}, source_of(system), {}, false};
  for (const TaskColumns& task : tasks)
    for (const char* const arm : {"og", "keywords", "short"}) {
      const ResultEntry* const entry = system.on(task.name);
      row.figures.push_back(figure(entry == nullptr ? std::nullopt
                                                    : difference(entry->value(pairing, arm, task.headline),
                                                                 entry->value(pairing, "none", task.headline))));
    }
  return row;
}

bool has_lengths(const ResultEntry& entry) {
  if (entry.collection || entry.kind != Kind::kInstruction || entry.arm(Pairing::kCorrect, "none") == nullptr)
    return false;
  return std::ranges::any_of(std::initializer_list<std::string_view>{"og", "keywords", "short"},
                             [&](std::string_view arm) { return entry.arm(Pairing::kCorrect, arm) != nullptr; });
}

constexpr TableRow kTables[] = {
    {"2", "MAP or nDCG, and p-MRR with its interval, for each instruction benchmark", table_2},
    {"3", "BEIR collections: nDCG@10, and its change with keywords", table_3},
    {"4", "InstructIR: Robustness@10", table_4},
    {"5", "whole collections: MAP or nDCG of the query alone, and its change with the instruction", table_5},
    {"figure3", "what an instruction adds to the query alone, by its length", figure_3},
};

/// A system's mean score and mean p-MRR over the tasks, if it has all.
std::optional<Dot> dot_of(const System& system, const std::vector<TaskColumns>& tasks, Pairing pairing) {
  const Row row = own_row_2(system, tasks, pairing);
  const std::vector<Figure> figures(row.figures.begin(),
                                    row.figures.begin() + static_cast<std::ptrdiff_t>(2 * tasks.size()));
  const Figure score = mean_of_figures(figures, 0), p_mrr = mean_of_figures(figures, 1);
  if (!score.value || !p_mrr.value) return std::nullopt;
  return Dot{system.label, row.source, *score.value, *p_mrr.value, false};
}

std::vector<Dot> published_dots(const ReportData& data, const std::vector<TaskColumns>& tasks) {
  std::vector<Dot> dots;
  for (const PublishedModel& model : data.published.models()) {
    const auto is_dot = [&](const Dot& dot) { return data.published.is_same_model(dot.label, model.name); };
    if (!model.source->is_crossed || std::ranges::any_of(dots, is_dot)) continue;
    double score = 0, p_mrr = 0;
    const bool has_all = std::ranges::all_of(tasks, [&](const TaskColumns& task) {
      const auto one = model.figure(task.name, task.headline), other = model.figure(task.name, "p_mrr");
      score += one.value_or(0) / static_cast<double>(tasks.size());
      p_mrr += other.value_or(0) / static_cast<double>(tasks.size());
      return one && other;
    });
    if (has_all) dots.push_back({model.name, data.published_file, score, p_mrr, true});
  }
  return dots;
}

}  // namespace

std::string label_of(const ResultEntry& entry, const std::vector<ResultEntry>& results) {
  std::string label = entry.model;
  if (std::ranges::any_of(results, [&](const ResultEntry& r) { return r.recipe != entry.recipe; }))
    label += " (recipe " + entry.recipe + ")";
  if (entry.collection && std::ranges::any_of(results, [](const ResultEntry& r) { return !r.collection; }))
    label += " (whole collection)";
  return label;
}

namespace {

bool is_of_table_2(const ResultEntry& entry) {
  return entry.obedience.has_value() && !entry.collection;
}

}  // namespace

FigureTable table_2(const ReportData& data) {
  const auto [systems, tasks] = group(data, is_of_table_2);
  FigureTable table{"2", "", {"Model", "judgments"}, {}, {}, {}};
  add_columns_2(tasks, table);
  add_rows(
      data, systems,
      [&, &all = tasks](const System& system) {
        const bool is_paper_first = system.recipe == "paper";
        for (const Pairing pairing : {is_paper_first ? Pairing::kPaper : Pairing::kCorrect,
                                      is_paper_first ? Pairing::kCorrect : Pairing::kPaper})
          table.rows.push_back(own_row_2(system, all, pairing));
      },
      [&all = tasks](const PublishedModel& model) { return published_row_2(model, all); }, table);
  table.remarks = {
      "Scores are those of the original instruction's run, x100. correct: judged by its own judgments. paper: by the "
      "altered instruction's, as the published tables are; p-MRR is the same either way."};
  if (table.shows_published()) table.remarks.emplace_back(kPublishedRemark);
  return table;
}

FigureTable table_3(const ReportData& data) {
  const auto [systems, tasks] = group(data, [](const ResultEntry& entry) { return entry.kind == Kind::kRetrieval; });
  FigureTable table{"3", "BEIR collections", {"Model", "figures"}, {}, {}, {}};
  for (const TaskColumns& task : tasks) {
    table.columns.push_back({task.name, "nDCG@10", task.name + " nDCG@10", "ndcg_cut_10", false});
    table.columns.push_back({task.name, "with keywords", "with keywords", "ndcg_cut_10_keywords_change", true});
  }
  add_rows(
      data, systems, [&, &all = tasks](const System& system) { table.rows.push_back(own_row_3(system, all)); },
      [&all = tasks](const PublishedModel& model) {
        Row row;
        const bool is_table_3 = model.source->name == "paper-table-3";
        for (const TaskColumns& task : all)
          for (const char* const name : {"ndcg_cut_10", "ndcg_cut_10_keywords_change"})
            row.figures.push_back(figure(is_table_3 ? model.figure(task.name, name) : std::nullopt));
        return row;
      },
      table);
  table.remarks = {
      "nDCG@10 with the model's short instruction where it has one, else of the query alone, x100; with keywords: what "
      "changes where keywords stand in the instruction's place."};
  return table;
}

FigureTable table_4(const ReportData& data) {
  const auto [systems, tasks] = group(data, [](const ResultEntry& entry) { return entry.robustness.has_value(); });
  FigureTable table{"4", "Robustness to the instruction", {"Model", "figures"}, {}, {}, {}};
  for (const TaskColumns& task : tasks)
    table.columns.push_back({task.name, "Robustness@10", task.name + " Robustness@10", "robustness_10", false});
  add_rows(
      data, systems,
      [&, &all = tasks](const System& system) {
        Row row{{system.label, "heed"}, source_of(system), {}, false};
        for (const TaskColumns& task : all) {
          const ResultEntry* const entry = system.on(task.name);
          row.figures.push_back(figure(entry == nullptr ? std::nullopt : std::optional(entry->robustness->value)));
        }
        table.rows.push_back(row);
      },
      [&all = tasks](const PublishedModel& model) {
        Row row;
        for (const TaskColumns& task : all) row.figures.push_back(figure(model.figure(task.name, "robustness_10")));
        return row;
      },
      table);
  table.remarks = {"The lowest nDCG@10 among the instructions of one question, averaged over the questions, x100."};
  return table;
}

FigureTable table_5(const ReportData& data) {
  const auto [systems, tasks] = group(data, [](const ResultEntry& entry) {
    return entry.kind == Kind::kInstruction && entry.collection && entry.arm(Pairing::kCorrect, "none") != nullptr;
  });
  FigureTable table{"5", "Whole collections", {"Model", "figures"}, {}, {}, {}};
  for (const TaskColumns& task : tasks) {
    const std::string score = spoken_measure(task.headline);
    table.columns.push_back({task.name, score, task.name + " " + score, task.headline, false});
    table.columns.push_back(
        {task.name, "with instruction", "with instruction", task.headline + "_instruction_change", true});
  }
  add_rows(
      data, systems,
      [&, &all = tasks](const System& system) {
        Row row{{system.label, "heed"}, source_of(system), {}, false};
        for (const TaskColumns& task : all) {
          const ResultEntry* const entry = system.on(task.name);
          const auto value = [&](const char* arm) {
            return entry == nullptr ? std::nullopt : entry->value(Pairing::kCorrect, arm, task.headline);
          };
          row.figures.push_back(figure(value("none")));
          row.figures.push_back(figure(difference(value("og"), value("none"))));
        }
        table.rows.push_back(row);
      },
      [&all = tasks](const PublishedModel& model) {
        Row row;
        const bool is_table_5 = model.source->name == "paper-table-5";
        for (const TaskColumns& task : all)
          for (const std::string& name : {task.headline, task.headline + "_instruction_change"})
            row.figures.push_back(figure(is_table_5 ? model.figure(task.name, name) : std::nullopt));
        return row;
      },
      table);
  table.remarks = {
      "The score of the query alone over the whole collection, x100; with instruction: what changes where the original "
      "instruction goes with it. The original judgments of the data set."};
  return table;
}

FigureTable figure_3(const ReportData& data) {
  const auto [systems, tasks] = group(data, has_lengths);
  FigureTable table{"figure3", "What instructions add to the query alone", {"Model", "judgments"}, {}, {}, {}};
  for (const TaskColumns& task : tasks)
    for (const auto& [name, key] : {std::pair("full", "og"), {"keywords", "keywords"}, {"short", "short"}})
      table.columns.push_back({task.name, name, task.name + " " + name, key, true});
  for (const System& system : systems)
    for (const Pairing pairing : {Pairing::kCorrect, Pairing::kPaper})
      table.rows.push_back(own_row_figure_3(system, tasks, pairing));
  std::string measures;
  for (const TaskColumns& task : tasks)
    measures += (measures.empty() ? "" : ", ") + spoken_measure(task.headline) + " for " + task.name;
  table.remarks = {"What the full, keyword and short instructions add to the score of the query alone, x100 (" +
                   measures + "). correct: with the original instruction's judgments. paper: with the altered's."};
  return table;
}

std::span<const TableRow> tables() {
  return kTables;
}

Scatter scatter(const ReportData& data) {
  const auto [systems, tasks] = group(data, is_of_table_2);
  std::vector<TaskColumns> common;
  if (data.shown != ShownPublished::kNone)
    std::ranges::copy_if(tasks, std::back_inserter(common),
                         [&](const TaskColumns& task) { return !published_dots(data, {task}).empty(); });
  Scatter scatter;
  scatter.is_crossed = !common.empty();
  const auto& over = common.empty() ? tasks : common;
  if (scatter.is_crossed) scatter.dots = published_dots(data, over);
  for (const TaskColumns& task : over) scatter.tasks.push_back(task.name);
  for (const System& system : systems)
    if (const auto dot = dot_of(system, over, scatter.is_crossed ? Pairing::kPaper : Pairing::kCorrect))
      scatter.dots.push_back(*dot);
  return scatter;
}

}  // namespace heed::report
