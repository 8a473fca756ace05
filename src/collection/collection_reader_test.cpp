#include "collection/collection_reader.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <mutex>
#include <thread>

#include <gtest/gtest.h>

#include "base/error.h"
#include "collection/document.h"
#include "testing/testing.h"

namespace heed::collection {
namespace {

namespace fs = std::filesystem;
using heed::testing::complaint_of;
using heed::testing::tar_of;
using heed::testing::TemporaryDir;

using Texts = std::vector<std::string>;

/// What is left of the collection: `id|title|text` of each.
Texts rest_of(CollectionReader& reader, std::size_t most = 3) {
  Texts result;
  while (const auto stretch = reader.next(most))
    for (const auto& [id, title, text] : stretch->documents) result.push_back(id + "|" + title + "|" + text);
  return result;
}

Texts documents_of(const fs::path& path) {
  CollectionReader reader(path);
  return rest_of(reader);
}

const std::string kTrec =
    "<DOC><DOCNO>T1</DOCNO><TEXT>one</TEXT></DOC>\n<DOC><TEXT>bad</TEXT></DOC>\n<DOC><DOCNO>T2</DOCNO><TEXT>two";
const std::string kNyt =
    "<?xml version='1.0'?><!DOCTYPE nitf SYSTEM 'nitf.dtd'><nitf><head><title>Web title</title><docdata><doc-id "
    "id-string='7'/></docdata></head><body>"
    "<body.head><hedline><hl1>Print title</hl1><hl2>Other</hl2></hedline><byline>By</byline><abstract><p>Short.</p>"
    "</abstract></body.head><body.content><block class='lead_paragraph'><p>First.</p></block><block class='full_text'>"
    "<p>First.</p><p>R&amp;D &eacute;.</p></block></body.content></body></nitf>";
const std::string kWapo =
    R"({"id": "w1", "title": "T &amp; t", "contents": [null, {"type": "kicker", "content": "K"}, {"type": "date", )"
    R"("content": 5}, {"type": "sanitized_html", "subtype": "paragraph", "content": "A <a href=\"x\">b</a> &lt;c"}, )"
    R"({"type": "image", "fullcaption": "Seen"}]})"
    "\n"
    R"({"id": "w2", "title": null, "contents": null})"
    "\n";
const std::string kBeir =
    "{\"_id\": \"b1\", \"title\": \"t\", \"text\": \" as  it is \"}\n\n{\"_id\": \"b2\"}\n{\"_id\": 3, \"text\": "
    "\"\"}\n";

TEST(CollectionReader, TypesAreRecognisedByWhatIsInTheFiles) {
  const TemporaryDir dir;
  const std::string web = "<DOC><DOCNO>W1</DOCNO><DOCHDR>x</DOCHDR><html><title>t</title>b</html></DOC>";
  const std::string passages = "0\tfirst passage\n1\tsecond\n", documents = "D1\thttp://x\tTitle\tBody\there\n";
  const std::string version2 = R"({"docid": "d_0", "url": "u", "title": "t", "headings": "h", "body": "b"})";
  const std::string passage2 = R"({"pid": "p_0", "passage": "b", "docid": "d_0"})";
  struct Case {
    std::string content, type;
    Texts documents;
  };
  const std::vector<Case> cases = {{kTrec, "trec", {"T1||one", "T2||two"}},
                                   {kNyt, "nyt", {"7|Print title|Short.\nFirst.\nR&D &eacute;."}},
                                   {kWapo, "wapo", {"w1|T & t|A b <c\nSeen", "w2||"}},
                                   {web, "trecweb", {"W1|t|b"}},
                                   {passages, "msmarco", {"0||first passage", "1||second"}},
                                   {documents, "msmarco", {"D1|Title|Body\there"}},
                                   {version2, "msmarco", {"d_0|t|b"}},
                                   {passage2, "msmarco", {"p_0||b"}},
                                   {kBeir, "beir", {"b1|t| as  it is ", "3||"}}};
  for (const auto& [content, type, expected] : cases) {
    const auto path = dir.write("f", content), packed = dir.write_gzip("g", content);
    EXPECT_EQ(name_of(CollectionReader(path).type()), type);
    EXPECT_EQ(documents_of(path), expected);
    EXPECT_EQ(documents_of(packed), expected);
    EXPECT_EQ(documents_of(dir.write("t", tar_of({{"readme", "hello"}, {"a/f", content}}))), expected);
  }
}

TEST(CollectionReader, LinesThatSpeakOfTagsAreNoMarkup) {
  const TemporaryDir dir;
  EXPECT_EQ(documents_of(dir.write("f", "{\"_id\": \"1\", \"text\": \"<DOC> and <nitf>\"}\n")),
            (Texts{"1||<DOC> and <nitf>"}));
  EXPECT_EQ(documents_of(dir.write("f", "1\t<DOC> <DOCHDR>\n")), (Texts{"1||<DOC> <DOCHDR>"}));
}

TEST(CollectionReader, EveryTypeHasANameAndIsExplained) {
  for (const CollectionType* const type : collection_types()) {
    EXPECT_EQ(collection_type_named(name_of(*type)), type);
    EXPECT_FALSE(explanation_of(*type).empty());
  }
  EXPECT_EQ(collection_type_named("cord"), nullptr);
}

TEST(CollectionReader, BadDocumentsAreCountedAndSaidWithTheirPlace) {
  const TemporaryDir dir;
  const auto path = dir.write("f", kTrec),
             lines = dir.write("g", kBeir + "{\"_id\": \"b4\", \"text\": \"\xFF\"}\n[]\n");
  CollectionReader reader(path), json(lines);
  EXPECT_EQ(rest_of(reader).size(), 2U);
  EXPECT_EQ(reader.report().complaints, (Texts{path.string() + ": byte 45: the docno is empty"}));
  rest_of(json);
  const ReadingReport report = json.report();
  EXPECT_EQ(report.files, 1U);
  EXPECT_EQ(report.documents, 2U);
  EXPECT_EQ(report.bad, 3U);
  ASSERT_EQ(report.complaints.size(), 3U);
  EXPECT_EQ(report.complaints[0], lines.string() + ": byte 52: there is no \"text\"");
  EXPECT_TRUE(report.complaints[1].starts_with(lines.string() + ": byte 89: not valid JSON: "));
  EXPECT_EQ(report.complaints[2], lines.string() + ": byte 116: not a JSON object");
}

TEST(CollectionReader, TheFirstTwentyComplaintsAreThoseOfTheCollection) {
  const TemporaryDir dir;
  std::string content = kBeir;
  for (int i = 0; i < 100; ++i) content += "{\"_id\": \"x y\"}\n";
  CollectionReader reader(dir.write("f", content));
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      while (reader.next(2)) continue;
    });
  threads.clear();
  const auto complaints = reader.report().complaints;
  ASSERT_EQ(complaints.size(), 20U);
  EXPECT_NE(complaints[0].find(": byte 52: "), std::string::npos);
  EXPECT_NE(complaints[19].find(": byte " + std::to_string(89 + 18 * 15) + ": "), std::string::npos);
}

TEST(CollectionReader, AFolderIsReadFileByFileAndWhatHasNoDocumentsIsNoted) {
  const TemporaryDir dir;
  dir.write("fr94/02/b", "<DOC><DOCNO>3</DOCNO></DOC>");
  dir.write_gzip("fr94/01/z.gz", "<DOC><DOCNO>2</DOCNO></DOC>");
  dir.write("fr94/01/a", "<DOC><DOCNO>1</DOCNO></DOC>");
  const auto readme = dir.write("a-readme", "about the disk\n");
  CollectionReader reader(dir.path());
  EXPECT_EQ(rest_of(reader), (Texts{"1||", "2||", "3||"}));
  EXPECT_EQ(reader.report().files, 4U);
  EXPECT_EQ(reader.report().notes, (Texts{"passed over files without documents: 1, " + readme.string()}));
}

TEST(CollectionReader, OfABenchmarksFolderTheCorpusAloneIsRead) {
  const TemporaryDir dir;
  dir.write_gzip("corpus.jsonl.gz", kBeir);
  dir.write("queries.jsonl", "{\"_id\": \"q\", \"text\": \"no document\"}");
  CollectionReader reader(dir.path());
  EXPECT_EQ(rest_of(reader), (Texts{"b1|t| as  it is ", "3||"}));
  EXPECT_EQ(reader.report().notes, (Texts{dir.path().string() + ": of this folder corpus.jsonl.gz alone is read"}));
}

TEST(CollectionReader, ACorpusIsWhatReadCorpusMakesOfIt) {
  const fs::path path = heed::testing::source_dir() / "data/demo/corpus.jsonl";
  const Corpus corpus = read_corpus(path);
  Texts expected;
  for (const Document& document : corpus.documents())
    expected.push_back(std::string(document.id.text()) + "|" + std::string(document.title) + "|" +
                       std::string(document.text));
  EXPECT_EQ(documents_of(path), expected);
}

TEST(CollectionReader, ManyThreadsReadWhatOneReads) {
  const TemporaryDir dir;
  for (int file = 0; file < 5; ++file) {
    std::string content;
    for (int i = 0; i < 200; ++i)
      content += "<DOC>" + (i % 7 == 3 ? std::string() : "<DOCNO>" + std::to_string(file * 1000 + i) + "</DOCNO>") +
                 "<TEXT>a &amp; b</TEXT></DOC>";
    dir.write_gzip(std::to_string(file), content);
  }
  CollectionReader one(dir.path()), many(dir.path());
  const Texts expected = rest_of(one, 13);
  std::mutex mutex;
  std::vector<Stretch> stretches;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      while (auto stretch = many.next(7)) {
        const std::scoped_lock lock(mutex);
        stretches.push_back(std::move(*stretch));
      }
    });
  threads.clear();
  std::ranges::sort(stretches, {}, &Stretch::first);
  Texts texts;
  std::uint64_t end = 0;
  for (const Stretch& stretch : stretches) {
    EXPECT_EQ(stretch.first, end);
    end = stretch.end;
    for (const auto& [id, title, text] : stretch.documents) texts.push_back(id + "|" + title + "|" + text);
  }
  EXPECT_EQ(end, 1000U);
  EXPECT_EQ(texts, expected);
  EXPECT_EQ(many.report().complaints, one.report().complaints);
  EXPECT_EQ(many.report().bad, one.report().bad);
}

TEST(CollectionReader, WhatIsSkippedIsWhatWouldHaveBeenCounted) {
  const TemporaryDir dir;
  const auto tar = dir.write_gzip("t.tgz", tar_of({{"a", kTrec}, {"b", "nothing"}, {"c", kTrec + kTrec}}));
  for (const fs::path& path : {tar, dir.write("trec", kTrec), dir.write("beir", kBeir), dir.write("wapo", kWapo)}) {
    CollectionReader all(path);
    std::vector<std::pair<std::uint64_t, std::string>> placed;
    std::uint64_t count = 0;
    while (const auto stretch = all.next(1)) {
      count = stretch->end;
      for (const auto& document : stretch->documents) placed.emplace_back(stretch->first, document.id);
    }
    for (std::uint64_t skipped = 0; skipped <= count + 1; ++skipped) {
      CollectionReader reader(path);
      reader.skip(skipped);
      std::vector<std::pair<std::uint64_t, std::string>> rest;
      while (const auto stretch = reader.next(1))
        for (const auto& document : stretch->documents) rest.emplace_back(stretch->first, document.id);
      EXPECT_TRUE(std::ranges::equal(
          rest,
          std::ranges::subrange(std::ranges::find_if(placed, [&](const auto& one) { return one.first >= skipped; }),
                                placed.end())));
    }
  }
}

TEST(CollectionReader, WhatIsNoCollectionIsRefused) {
  const TemporaryDir dir;
  const auto text = dir.write("a/notes.txt", "only words\n"), qrels = dir.write("b/qrels", "1\t0\tD1\t1\n");
  fs::create_directories(dir.path() / "empty");
  const std::string known = "nyt, trecweb, trec, wapo, msmarco, beir";
  for (const fs::path& path : {text, qrels, dir.path() / "a"})
    EXPECT_EQ(complaint_of([&] { CollectionReader reader(path); }),
              path.string() + ": is no collection of a type that heed knows: " + known);
  EXPECT_EQ(complaint_of([&] { CollectionReader reader(dir.path() / "empty"); }),
            (dir.path() / "empty").string() + ": there are no files in it");
  EXPECT_EQ(complaint_of([&] { CollectionReader reader(dir.path() / "none"); }),
            (dir.path() / "none").string() + ": there is no such file or folder");
}

TEST(CollectionReader, WhatCannotBeReadOnIsSaidOnceTheDocumentsBeforeItAreOut) {
  const TemporaryDir dir;
  std::string tar = tar_of({{"a", kTrec}, {"../b", kTrec}});
  const auto path = dir.write("t.tar", tar);
  CollectionReader reader(path);
  const auto stretch = reader.next(100);
  ASSERT_TRUE(stretch);
  EXPECT_EQ(stretch->documents.size(), 2U);
  const std::string what = path.string() + "/../b: a member of an archive whose path leads out of it";
  EXPECT_EQ(complaint_of([&] { reader.next(100); }), what);
  EXPECT_EQ(complaint_of([&] { reader.next(100); }), what);
}

TEST(CollectionReader, ALineOfAGigabyteIsOneBadDocument) {
  const TemporaryDir dir;
  const std::string first = "{\"_id\": \"1\", \"text\": \"a\"}\n", last = "\n{\"_id\": \"2\", \"text\": \"b\"}\n";
  const auto packed = [&](const std::string& text) {
    heed::testing::TemporaryDir part;
    std::ifstream file(part.write_gzip("x", text), std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  std::string content = packed(first);
  const std::string block = packed(std::string(32 << 20, 'x'));
  for (int i = 0; i < 32; ++i) content += block;
  const auto path = dir.write("f.gz", content + packed(last));
  CollectionReader reader(path);
  EXPECT_EQ(rest_of(reader), (Texts{"1||a", "2||b"}));
  EXPECT_EQ(reader.report().complaints, (Texts{path.string() + ": byte 26: a document of more than 67108864 bytes"}));
}

TEST(CollectionReader, NestingBeyondBoundsIsAnErrorOfThatDocument) {
  const TemporaryDir dir;
  const std::string good = "{\"_id\": \"1\", \"text\": \"a\"}\n";
  const auto path = dir.write("f", good + "{\"_id\": " + std::string(1'000'000, '[') + "\n" + good);
  CollectionReader reader(path);
  EXPECT_EQ(rest_of(reader).size(), 2U);
  EXPECT_EQ(reader.report().bad, 1U);
  std::string deep = "<nitf>";
  for (int i = 0; i < 1'000'000; ++i) deep += "<p>";
  dir.write("n/1.xml", deep);
  dir.write("n/2.xml", kNyt);
  CollectionReader articles(dir.path() / "n");
  EXPECT_EQ(rest_of(articles).size(), 1U);
  EXPECT_EQ(articles.report().complaints.front(),
            (dir.path() / "n/1.xml").string() + ": byte 771: elements stand more than 256 deep");
}

TEST(CollectionReader, NoBytesMakeItFailOtherwiseThanWithAComplaint) {
  const TemporaryDir dir;
  base::Random random(5);
  for (const std::string& content : {kTrec, kNyt, kWapo, kBeir, std::string("0\ta\n1\tb\n"), tar_of({{"x", kTrec}})})
    for (const CollectionType* const type : collection_types())
      for (int i = 0; i < 40; ++i) {
        const auto path = dir.write("f", heed::testing::mutated(content, random));
        try {
          CollectionReader reader(path, type);
          rest_of(reader);
        } catch (const base::BadInput&) {
          continue;
        }
      }
}

}  // namespace
}  // namespace heed::collection
