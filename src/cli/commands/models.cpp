#include "retrieve/models.h"

#include "bench/json_results.h"
#include "cli/command.h"
#include "cli/shared_options.h"
#include "cli/terminal.h"

namespace heed::cli {

void set_up_models(CLI::App& app) {
  const auto name = std::make_shared<std::string>("text");
  add_format(app, *name);
  app.callback([name] {
    const report::Format format = parse_format(*name);
    format::Json json = format::Json::array();
    report::Table table;
    using Align = report::Table::Align;
    table.columns = {{"model", Align::kLeft}, {"dtype", Align::kLeft}, {"", Align::kLeft}};
    for (const retrieve::Model& model : retrieve::models()) {
      json.push_back({{"name", model.name},
                      {"dtype", model.dtype},
                      {"explanation", model.explanation},
                      {"identity", model.identity()}});
      table.rows.push_back({std::string(model.name), std::string(model.dtype), std::string(model.explanation)});
    }
    print(format == report::Format::kJson ? bench::json_text(json) : render(table, format));
  });
}

}  // namespace heed::cli
