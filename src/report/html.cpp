#include "report/html.h"

#include <array>
#include <cstdio>

namespace heed::report {

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

/// How many bytes the character at the front of the text has, or 0 where it is no valid UTF-8.
std::size_t character_size(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  const std::size_t size = first < 0x80   ? 1
                           : first < 0xC2 ? 0
                           : first < 0xE0 ? 2
                           : first < 0xF0 ? 3
                           : first < 0xF5 ? 4
                                          : 0;
  if (size == 0 || size > text.size()) return 0;
  for (std::size_t i = 1; i < size; ++i)
    if ((byte(i) & 0xC0) != 0x80) return 0;
  if (size > 1) {  // overlong forms, surrogates, beyond the last code point
    const unsigned char second = byte(1);
    if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) || (first == 0xF0 && second < 0x90) ||
        (first == 0xF4 && second > 0x8F))
      return 0;
  }
  return size;
}

bool is_control(std::string_view character) {
  const auto first = static_cast<unsigned char>(character[0]);
  if (character.size() == 1) return (first < 0x20 && first != '\t' && first != '\n') || first == 0x7F;
  if (character.size() == 2) return first == 0xC2 && static_cast<unsigned char>(character[1]) < 0xA0;
  return character == "\xEF\xBF\xBE" || character == "\xEF\xBF\xBF";  // which no document may have
}

/// What stands for an ASCII character of markup, or nothing.
std::string_view entity(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    default:
      return {};
  }
}

std::string escaped_with(std::string_view text, std::string_view line_break) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const std::size_t size = character_size(text);
    const std::string_view character = text.substr(0, size == 0 ? 1 : size);
    text.remove_prefix(character.size());
    if (size == 0 || is_control(character))
      result += kReplacement;
    else if (character == "\n")
      result += line_break;
    else if (const std::string_view markup = entity(character[0]); !markup.empty())
      result += markup;
    else
      result += character;
  }
  return result;
}

std::string percent_encoded(std::string_view path) {
  constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
  std::string result;
  for (const char c : path) {
    if (kPlain.find(c) != std::string_view::npos) {
      result += c;
      continue;
    }
    std::array<char, 4> code{};
    std::snprintf(code.data(), code.size(), "%%%02X", static_cast<unsigned>(static_cast<unsigned char>(c)));
    result += code.data();
  }
  return result;
}

}  // namespace

std::string escaped(std::string_view text) {
  return escaped_with(text, "<br>");
}

std::string open_tag(std::string_view name, const Attributes& attributes) {
  std::string html = "<" + std::string(name);
  for (const auto& [key, value] : attributes)
    html.append(" ").append(key).append("=\"").append(escaped_with(value, " ")).append("\"");
  return html + ">";
}

std::string element_of(std::string_view name, std::string_view html, const Attributes& attributes) {
  return open_tag(name, attributes).append(html).append("</").append(name).append(">");
}

std::string element(std::string_view name, std::string_view text, const Attributes& attributes) {
  return element_of(name, escaped(text), attributes);
}

std::string typeset(std::string number) {
  if (number.starts_with('-') && number.size() > 1) number.replace(0, 1, "\xE2\x88\x92");
  return number;
}

std::string scroll_box(std::string_view label) {
  return open_tag("div",
                  {{"class", "table"}, {"role", "region"}, {"aria-label", std::string(label)}, {"tabindex", "0"}});
}

std::string html_table(const Table& table) {
  std::string html = scroll_box(table.title.empty() ? "Table" : table.title) + "<table>\n";
  if (!table.title.empty()) html += element("caption", table.title) + "\n";
  const auto attributes = [&](std::size_t i) {
    return table.columns[i].align == Table::Align::kLeft ? Attributes{{"class", "left"}} : Attributes{};
  };
  html += "<thead><tr>";
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    auto head = attributes(i);
    head.emplace_back("scope", "col");
    html += element("th", table.columns[i].name, head);
  }
  html += "</tr></thead>\n<tbody>\n";
  for (const auto& row : table.rows) {
    html += "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i) html += element("td", row[i], attributes(i));
    html += "</tr>\n";
  }
  html += "</tbody></table></div>\n";
  for (const std::string& remark : table.remarks) html += element("p", remark, {{"class", "remark"}}) + "\n";
  return html;
}

std::string file_link(std::string_view path) {
  const bool is_anchored = path.starts_with("/") || path.starts_with("./") || path.starts_with("../");
  return element("a", path, {{"href", (is_anchored ? "" : "./") + percent_encoded(path)}});
}

}  // namespace heed::report
