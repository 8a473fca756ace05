#include "text/prompt.h"

#include <gtest/gtest.h>

#include "testing/testing.h"
#include "text/utf8.h"

namespace heed::text {
namespace {

using heed::testing::complaint_of;

constexpr PromptFields kFields{
    .query = "wind power", .instruction = "Not at sea.", .title = "Mills", .text = "They turn."};

std::string filled(std::string_view pattern, const PromptFields& fields = kFields) {
  return Prompt::parse(pattern, "test").fill(fields);
}

int words(std::string_view text) {
  int count = 0;
  bool inside = false;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\n';
    count += !blank && !inside;
    inside = !blank;
  }
  return count;
}

int code_points(std::string_view text) {
  return static_cast<int>(decode(text).size());
}

TEST(Prompt, EachPlaceholderStandsForItsField) {
  EXPECT_EQ(filled("{query}|{instruction}|{title}|{text}|{need}|{document}"),
            "wind power|Not at sea.|Mills|They turn.|wind power Not at sea.|Mills They turn.");
  EXPECT_EQ(filled("Query: {need}\nDocument: {document}\nRelevant: "),
            "Query: wind power Not at sea.\nDocument: Mills They turn.\nRelevant: ");
  EXPECT_EQ(filled("{query}{query}"), "wind powerwind power");
  EXPECT_EQ(filled(""), "");
  EXPECT_EQ(Prompt().fill(kFields), "");
}

TEST(Prompt, NeedAndDocumentAreStrippedAndTheFieldsAreNot) {
  const PromptFields fields{.query = " wind\n", .instruction = "", .title = "", .text = "\xC2\xA0sea "};
  EXPECT_EQ(filled("[{need}][{document}]", fields), "[wind][sea]");
  EXPECT_EQ(filled("[{query}][{text}][{title}]", fields), "[ wind\n][\xC2\xA0sea ][]");
  EXPECT_EQ(filled("[{need}]", {.query = "a ", .instruction = " b"}), "[a   b]");
  EXPECT_EQ(filled("[{need}][{document}]", {}), "[][]");
}

TEST(Prompt, OtherBracesStandForThemselves) {
  for (const char* const text :
       {"{}", "{Query}", "{ query }", "{query", "query}", "{{", "}{", "{0}", "{query2}", "{\n}"})
    EXPECT_EQ(filled(text), text);
  EXPECT_EQ(filled("{{query}}"), "{wind power}");
  EXPECT_EQ(filled("{\"q\": \"{query}\"}"), "{\"q\": \"wind power\"}");
}

TEST(Prompt, BracesInTheFieldsAreNotExpanded) {
  const PromptFields fields{.query = "{text}", .instruction = "{need}", .title = "{query", .text = "} {document}"};
  EXPECT_EQ(filled("{need}|{document}", fields), "{text} {need}|{query } {document}");
}

TEST(Prompt, AnUnknownPlaceholderIsRefusedWithTheKnownOnes) {
  const std::string known = "; known: {query} {instruction} {title} {text} {need} {document}";
  EXPECT_EQ(complaint_of([] { Prompt::parse("Query: {question}", "heed.json: prompt"); }),
            "heed.json: prompt: there is no placeholder {question}" + known);
  EXPECT_EQ(complaint_of([] { Prompt::parse("{query}{_}", "p"); }), "p: there is no placeholder {_}" + known);
}

TEST(Prompt, KnowsItsPatternAndWhatItMentions) {
  const Prompt prompt = Prompt::parse("{query} {title} {Text}", "test");
  EXPECT_EQ(prompt.pattern(), "{query} {title} {Text}");
  EXPECT_TRUE(prompt.mentions("query"));
  EXPECT_TRUE(prompt.mentions("title"));
  for (const char* const other : {"instruction", "text", "Text", "need", "document", "{query}", ""})
    EXPECT_FALSE(prompt.mentions(other)) << other;
  EXPECT_EQ(prompt, Prompt::parse("{query} {title} {Text}", "elsewhere"));
  EXPECT_NE(prompt, Prompt::parse("{query} {title}", "test"));
}

TEST(PromptParts, TheDocumentReachesFromItsFirstPlaceholderToItsLast) {
  struct Case {
    const char *pattern, *before, *document, *after;
  };
  for (const Case& c : {Case{"Q: {need} D: {document} R:", "Q: wind power Not at sea. D: ", "Mills They turn.", " R:"},
                        Case{"{title}, {query}: {text}.", "", "Mills, wind power: They turn.", "."},
                        Case{"{document}", "", "Mills They turn.", ""}, Case{"{query}!", "wind power!", "", ""},
                        Case{"{query} {text} {query}", "wind power ", "They turn.", " wind power"}}) {
    const Prompt::Parts parts = Prompt::parse(c.pattern, "test").parts(kFields);
    EXPECT_EQ(parts.before, c.before) << c.pattern;
    EXPECT_EQ(parts.document, c.document) << c.pattern;
    EXPECT_EQ(parts.after, c.after) << c.pattern;
  }
}

TEST(PromptParts, TogetherAreTheFilledPrompt) {
  for (const char* const pattern : {"", "{need}", "{text}", "a{text}b{title}c{query}d", "{document}{document}",
                                    "{{title}}", "{query}{text}{need}"}) {
    const Prompt prompt = Prompt::parse(pattern, "test");
    for (const PromptFields& fields : {kFields, PromptFields{}, PromptFields{.query = "{text}", .text = " {query} "}}) {
      const Prompt::Parts parts = prompt.parts(fields);
      EXPECT_EQ(parts.before + parts.document + parts.after, prompt.fill(fields)) << pattern;
    }
  }
}

TEST(FitDocument, CutsOnlyTheEndOfTheDocument) {
  const Prompt::Parts parts{"Q: wind D: ", "They turn in the wind.", " R:"};
  EXPECT_EQ(fit_document(parts, 9, words), "Q: wind D: They turn in the wind. R:");
  EXPECT_EQ(fit_document(parts, 8, words), "Q: wind D: They turn in the R:");
  EXPECT_EQ(fit_document(parts, 5, words), "Q: wind D: They R:");
  EXPECT_EQ(fit_document(parts, 4, words), "Q: wind D:  R:");
}

TEST(FitDocument, CutsBetweenCodePointsAndStripsWhatThenEndsIt) {
  const Prompt::Parts parts{"<", "\xC3\xBC\xE6\x97\xA5\xF0\x9F\x98\x80 \xC2\xA0z", ">"};
  EXPECT_EQ(fit_document(parts, 8, code_points), "<\xC3\xBC\xE6\x97\xA5\xF0\x9F\x98\x80 \xC2\xA0z>");
  EXPECT_EQ(fit_document(parts, 7, code_points), "<\xC3\xBC\xE6\x97\xA5\xF0\x9F\x98\x80>");
  EXPECT_EQ(fit_document(parts, 4, code_points), "<\xC3\xBC\xE6\x97\xA5>");
  EXPECT_EQ(fit_document(parts, 2, code_points), "<>");
  const auto bytes = [](std::string_view text) { return static_cast<int>(text.size()); };
  EXPECT_EQ(fit_document(parts, 6, bytes), "<\xC3\xBC>");
}

TEST(FitDocument, WhatFitsIsNotTouched) {
  const auto none = [](std::string_view) { return 0; };
  EXPECT_EQ(fit_document({"a ", " b \n", " c"}, 1, none), "a  b \n c");
}

/// Tokens as a subword tokenizer might count them: a word costs its letters, but a word of four letters one.
int subwords(std::string_view text) {
  int count = 0, length = 0;
  for (const char c : std::string(text) + " ") {
    if (c != ' ') {
      ++length;
    } else {
      count += length == 4 ? 1 : length;
      length = 0;
    }
  }
  return count;
}

TEST(FitDocument, WhatComesBackFitsAlsoWhereCountingIsNotMonotone) {
  const Prompt::Parts parts{"wind ", "a they turn around four mills and more than that", " end"};
  for (int limit = 4; limit <= 30; ++limit) {
    const std::string prompt = fit_document(parts, limit, subwords);
    EXPECT_LE(subwords(prompt), limit) << prompt;
    EXPECT_TRUE(prompt.starts_with(parts.before) && prompt.ends_with(parts.after)) << prompt;
    const auto kept = prompt.substr(parts.before.size(), prompt.size() - parts.before.size() - parts.after.size());
    EXPECT_TRUE(parts.document.starts_with(kept)) << kept;
  }
}

TEST(FitDocument, IsTheLongestWhereCountingIsMonotone) {
  const Prompt::Parts parts{"ab", "cdefghijklmnop", "qr"};
  for (int limit = 4; limit <= 18; ++limit) EXPECT_EQ(code_points(fit_document(parts, limit, code_points)), limit);
}

TEST(FitDocument, APromptThatDoesNotFitWithoutItsDocumentIsRefused) {
  const Prompt::Parts parts{"Q: wind D: ", "They turn.", " R:"};
  EXPECT_EQ(complaint_of([&] { fit_document(parts, 3, words); }),
            "the prompt without its document has 4 tokens, but the limit is 3");
  EXPECT_EQ(complaint_of([&] {
              fit_document({"wind", "", ""}, 0, words);
            }),
            "the prompt without its document has 1 token, but the limit is 0");
}

}  // namespace
}  // namespace heed::text
