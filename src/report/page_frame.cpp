#include "report/page_frame.h"

#include "report/html.h"
#include "report/page_style.h"

namespace heed::report {

namespace {

/// Links to all parts; those of a group in a line of its own.
std::string contents_of(const std::vector<Part>& parts) {
  std::string html, group;
  for (const Part& part : parts) {
    if (part.group != group) {
      if (!group.empty()) html += "</ul></li>";
      if (!part.group.empty()) html += "<li class=\"group\">" + element("span", part.group) + "<ul>";
      group = part.group;
    }
    html +=
        element_of("li", element("a", group.empty() ? part.heading : part.name_in_group, {{"href", "#" + part.id}}));
  }
  if (!group.empty()) html += "</ul></li>";
  return element_of("nav", element_of("ul", html), {{"aria-label", "Contents"}}) + "\n";
}

}  // namespace

std::string page_of(const PageTexts& texts, const std::vector<Part>& parts) {
  std::string main;
  for (const Part& part : parts)
    main += element_of("section", "\n" + element("h2", part.heading, {{"id", part.id}}) + "\n" + part.html,
                       {{"aria-labelledby", part.id}}) +
            "\n";
  return "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n" +
         element("title", texts.title) + "\n<style>" + std::string(kPageStyle) + "</style>\n</head>\n<body>\n" +
         element("a", "Skip to the results", {{"class", "skip"}, {"href", "#main"}}) + "\n<div class=\"page\">\n" +
         element_of("header",
                    "\n" + element("h1", texts.title) + "\n" + element("p", texts.lede, {{"class", "lede"}}) + "\n") +
         "\n" + contents_of(parts) + element_of("main", "\n" + main, {{"id", "main"}}) + "\n" +
         element("footer", texts.made_by) + "\n</div>\n<script>" + std::string(kPageScript) +
         "</script>\n</body>\n</html>\n";
}

std::string more(std::string_view summary, const std::string& html) {
  return element_of("details", element("summary", summary) + "\n" + element_of("div", html, {{"class", "inside"}}),
                    {{"class", "more"}}) +
         "\n";
}

}  // namespace heed::report
