#include "retrieve/models.h"

#include "base/error.h"
#include "bench/json_results.h"
#include "cli/command.h"
#include "cli/shared_options.h"
#include "cli/terminal.h"
#include "recipe/presets.h"
#include "retrieve/remote_model.h"
#include "retrieve/remote_presets.h"

namespace heed::cli {

using recipe::Preset;
using recipe::RecipeStyle;

namespace {

using Align = report::Table::Align;

std::string size_of(const Preset& preset) {
  const std::string millions = std::to_string(preset.million_parameters);
  return preset.million_parameters < 1000
             ? millions + "M"
             : millions.substr(0, millions.size() - 3) + "." + millions[millions.size() - 3] + "B";
}

format::Json json_of(const Preset& preset) {
  return {{"name", preset.name},
          {"hub_id", preset.hub_id},
          {"base_id", preset.base_id},
          {"kind", kind_name(recipe_of(preset, RecipeStyle::kSound))},
          {"million_parameters", preset.million_parameters},
          {"paper_dtype", preset.paper_dtype},
          {"note", preset.note},
          {"sound", to_json(recipe_of(preset, RecipeStyle::kSound))},
          {"paper", to_json(recipe_of(preset, RecipeStyle::kPaper))}};
}

format::Json json_of(const retrieve::RemotePreset& preset) {
  return {{"name", preset.name},
          {"model", preset.model},
          {"kind", "remote"},
          {"note", preset.note},
          {"recipe", to_json(recipe_of(preset))}};
}

report::Table remote_models() {
  report::Table table;
  table.title = "Behind an API";
  table.columns = {{"model", Align::kLeft}, {"as its service calls it", Align::kLeft}, {"API", Align::kLeft}};
  for (const retrieve::RemotePreset& preset : retrieve::remote_presets())
    table.rows.push_back({std::string(preset.name), std::string(preset.model), recipe_of(preset).api});
  table.remarks = {"Any model behind one of these APIs runs too, with --api: " + retrieve::api_shape_names() +
                   ". heed help api explains them."};
  return table;
}

report::Table lexical_models() {
  report::Table table;
  table.title = "Without a checkpoint";
  table.columns = {{"model", Align::kLeft}, {"dtype", Align::kLeft}, {"", Align::kLeft}};
  for (const retrieve::Model& model : retrieve::models())
    table.rows.push_back({model.name, model.dtype, model.explanation});
  return table;
}

report::Table checkpoints() {
  report::Table table;
  table.title = "Checkpoints of the paper";
  table.columns = {{"model", Align::kLeft},
                   {"on the Hugging Face Hub", Align::kLeft},
                   {"kind", Align::kLeft},
                   {"size", Align::kRight}};
  for (const Preset& preset : recipe::presets())
    table.rows.push_back({std::string(preset.name), std::string(preset.hub_id),
                          std::string(kind_name(recipe_of(preset, RecipeStyle::kSound))), size_of(preset)});
  table.remarks = {
      "heed models NAME shows both recipes of one. Any other folder with a heed.json runs too: docs/recipes.md."};
  return table;
}

void show_one(const Preset& preset, report::Format format) {
  if (format == report::Format::kJson) return print(bench::json_text(json_of(preset)));
  std::string text = std::string(preset.name) + "\n" + std::string(preset.hub_id);
  if (!preset.base_id.empty()) text += ", an adapter on " + std::string(preset.base_id);
  text += ", " + size_of(preset) + " parameters\n" + std::string(preset.note) + "\n";
  text += "\nsound:\n" + bench::json_text(to_json(recipe_of(preset, RecipeStyle::kSound)));
  text += "\npaper (run in " + std::string(preset.paper_dtype) + "):\n" +
          bench::json_text(to_json(recipe_of(preset, RecipeStyle::kPaper)));
  print(text);
}

void show_one(const retrieve::RemotePreset& preset, report::Format format) {
  if (format == report::Format::kJson) return print(bench::json_text(json_of(preset)));
  print(std::string(preset.name) + "\n" + std::string(preset.model) + "\n" + std::string(preset.note) + "\n\n" +
        bench::json_text(to_json(recipe_of(preset))));
}

void show_all(report::Format format) {
  if (format != report::Format::kJson)
    return print(render(lexical_models(), format) + "\n" + render(checkpoints(), format) + "\n" +
                 render(remote_models(), format));
  format::Json json = format::Json::array();
  for (const retrieve::Model& model : retrieve::models())
    json.push_back({{"name", model.name},
                    {"dtype", model.dtype},
                    {"explanation", model.explanation},
                    {"identity", model.identity()}});
  for (const Preset& preset : recipe::presets()) json.push_back(json_of(preset));
  for (const retrieve::RemotePreset& preset : retrieve::remote_presets()) json.push_back(json_of(preset));
  print(bench::json_text(json));
}

}  // namespace

void set_up_models(CLI::App& app) {
  const auto format_name = std::make_shared<std::string>("text");
  const auto name = std::make_shared<std::string>();
  app.add_option("name", *name, "a model, by its name in the paper or its id on the Hub: shows its recipes")
      ->type_name("NAME");
  add_format(app, *format_name);
  app.callback([format_name, name] {
    const report::Format format = parse_format(*format_name);
    if (name->empty()) return show_all(format);
    if (const auto* const remote = retrieve::find_remote_preset(*name)) return show_one(*remote, format);
    const Preset* const preset = recipe::find_preset(*name);
    if (preset == nullptr) throw base::BadUsage("there is no model " + *name + "; heed models lists them");
    show_one(*preset, format);
  });
}

}  // namespace heed::cli
