#include "report/page.h"

namespace heed::report {

namespace {

std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\n':
        result += "<br>";
        break;
      default:
        result += c;
    }
  }
  return result;
}

std::string element(std::string_view name, std::string_view text, std::string_view attributes = "") {
  std::string html = "<";
  html.append(name).append(attributes.empty() ? "" : " ").append(attributes).append(">").append(escaped(text));
  return html.append("</").append(name).append(">");
}

std::string html_table(const Table& table) {
  std::string html = "<div class=\"table\"><table>\n";
  if (!table.title.empty()) html += element("caption", table.title) + "\n";
  const auto class_of = [&](std::size_t i) {
    return table.columns[i].align == Table::Align::kLeft ? "class=\"left\"" : "";
  };
  html += "<thead><tr>";
  for (std::size_t i = 0; i < table.columns.size(); ++i) html += element("th", table.columns[i].name, class_of(i));
  html += "</tr></thead>\n<tbody>\n";
  for (const auto& row : table.rows) {
    html += "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i) html += element("td", row[i], class_of(i));
    html += "</tr>\n";
  }
  html += "</tbody></table></div>\n";
  for (const std::string& remark : table.remarks) html += element("p", remark, "class=\"remark\"") + "\n";
  return html;
}

constexpr std::string_view kStyle =
    "body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 "
    "1rem;color:#1a1a1a;background:#fff}"
    "h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2.5rem}.table{overflow-x:auto}"
    "table{border-collapse:collapse;font-variant-numeric:tabular-nums}caption{text-align:left;margin:.5rem 0}"
    "th,td{padding:.25rem .75rem;text-align:right;border-bottom:1px solid #ddd}th{border-bottom:2px solid #888}"
    ".left{text-align:left}.remark,footer{color:#555;font-size:.9rem}"
    "@media(prefers-color-scheme:dark){body{color:#e6e6e6;background:#161616}th,td{border-color:#444}.remark,footer{"
    "color:#aaa}}";

}  // namespace

std::string html_page(std::string_view title, std::span<const Section> sections, std::string_view made_by) {
  std::string html =
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
  html += element("title", title) + "\n<style>" + std::string(kStyle) + "</style>\n</head>\n<body>\n" +
          element("h1", title) + "\n";
  for (const Section& section : sections) {
    html += "<section>\n" + element("h2", section.heading) + "\n";
    for (const std::string& paragraph : section.paragraphs) html += element("p", paragraph) + "\n";
    for (const Table& table : section.tables) html += html_table(table);
    html += "</section>\n";
  }
  return html + element("footer", made_by) + "\n</body>\n</html>\n";
}

}  // namespace heed::report
