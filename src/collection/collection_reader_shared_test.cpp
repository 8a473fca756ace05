#include <gtest/gtest.h>

#include "collection/collection_reader.h"
#include "collection/document.h"
#include "testing/testing.h"

namespace heed::collection {
namespace {

namespace fs = std::filesystem;
using Texts = std::vector<std::string>;

/// A collection read whole: `id|title|text` of each document, and what was met.
struct Whole {
  std::string type;
  Texts documents;
  ReadingReport report;
};

Whole read(const fs::path& path) {
  CollectionReader reader(path);
  Whole whole{.type = std::string(name_of(reader.type())), .documents = {}, .report = {}};
  while (const auto stretch = reader.next(100))
    for (const auto& [id, title, text] : stretch->documents) whole.documents.push_back(id + "|" + title + "|" + text);
  whole.report = reader.report();
  return whole;
}

Whole sample(const std::string& name) {
  return read(heed::testing::shared_dir() / "data/sample-docs" / name);
}

TEST(Samples, Nyt) {
  HEED_NEEDS_SHARED();
  const Whole whole = sample("nyt");
  EXPECT_EQ(whole.type, "nyt");
  EXPECT_EQ(whole.documents, (Texts{"12345678|Article Title|Article abstract.\nFirst paragraph.\nSecond paragraph."}));
}

TEST(Samples, TrecWithAHeadlineAndOfNtcir) {
  HEED_NEEDS_SHARED();
  EXPECT_EQ(sample("trec/collection1").documents,
            (Texts{"AP-0001|This is head and should be included This is headline and should be included|"
                   "Hopefully we get this right",
                   "doc2||here is some text."}));
}

TEST(Samples, TrecInSeveralFilesBesideOthers) {
  HEED_NEEDS_SHARED();
  const Whole whole = sample("trec/collection2");
  EXPECT_EQ(whole.type, "trec");
  EXPECT_EQ(whole.documents, (Texts{"TREC_DOC_1|This is head|very simple text",
                                    "DOC222|HEAD|simple enough text text text", "WSJ_1|head text|01/30/03\ncontent"}));
  EXPECT_EQ(whole.report.files, 4U);
  EXPECT_EQ(whole.report.bad, 0U);
  ASSERT_EQ(whole.report.notes.size(), 1U);
  EXPECT_TRUE(whole.report.notes[0].starts_with("passed over files without documents: 2, the first "));
  EXPECT_TRUE(whole.report.notes[0].ends_with("stopwords.txt"));
  EXPECT_EQ(sample("trec/collection3").documents,
            (Texts{"TREC_DOC_1.00001|This is head|very simple text",
                   "TREC_DOC_1.00002|HEAD|simple enough text text text", "WSJ_1|head text|01/30/03\ncontent"}));
}

TEST(Samples, TrecsRealDisk) {
  HEED_NEEDS_SHARED();
  EXPECT_EQ(
      sample("trec_disk45_real_excerpt").documents,
      (Texts{"FBIS3-1|FORMER YUGOSLAV REPUBLIC OF MACEDONIA: OPINION POLLS ON|"
             "POLITICIANS, PARTY PREFERENCES Summary: Newspapers in the Former Yugoslav Republic of Macedonia have "
             "published the results of opinion polls, indicating the relative popularity of politicians, political "
             "parties, and attitudes toward the political system. The 22-23 January edition of the Skopje newspaper "
             "VECER in Macedonian published on pages 6-7 the results of an opinion poll conducted by the \"BriMa\" "
             "agency in November 1993. According to VECER, 1,036 respondents were classified by age and residence, "
             "but the paper did not explain the methodology or give the margin of error. For the purpose of "
             "comparison, the paper cited the results of an unidentified poll made in May 1993. The "
             "approval/disapproval ratings, in percent, for ten Macedonian politicians were: November 1993 May 1993 "
             "Kiro Gligorov, President of the Republic 76/15 78/13"}));
}

TEST(Samples, TrecwebWithAPageWhoseNumberIsMissing) {
  HEED_NEEDS_SHARED();
  const Whole whole = sample("trecweb");
  EXPECT_EQ(whole.type, "trecweb");
  EXPECT_EQ(whole.documents, (Texts{"WEB-0001||Wh at ever here will be parsed\nasdf",
                                    "WEB-0003||Wh at ever here will be parsed\nasdf"}));
  EXPECT_EQ(whole.report.bad, 1U);
  ASSERT_EQ(whole.report.complaints.size(), 1U);
  EXPECT_TRUE(whole.report.complaints[0].ends_with("segment1.txt: byte 223: the docno is empty"));
}

TEST(Samples, WashingtonPost) {
  HEED_NEEDS_SHARED();
  const Whole whole = sample("washingtonpost/collection1");
  EXPECT_EQ(whole.type, "wapo");
  EXPECT_EQ(
      whole.documents,
      (Texts{"5f992bbc-4b9f-11e2-a6a6-aabac85e8036|Controlled exposure to light can ease jet lag\u2019s effects "
             "before and after a trip|Using light to help reset your body clock\nWhen traveling east:\nA few days "
             "before you leave, start exposing yourself to bright light in the morning.\nWhen traveling west:\nWhen "
             "you arrive, expose yourself to light during the evening hours.",
             "3BKCWWXFCAI6PJS5DLAP27YJPY|University of Maryland is bringing upscale hotels, restaurants to College "
             "Park|The four-star hotel with sleek gas fireplaces and modern chandeliers where\nBut Killion and his "
             "group were thrilled \u2014 and a bit\n\"One of the challenges of adult life at the University of "
             "Maryland is finding a place"}));
}

TEST(Samples, WashingtonPostWithPicturesAndHtml) {
  HEED_NEEDS_SHARED();
  const Whole whole = sample("washingtonpost/collection2");
  ASSERT_EQ(whole.documents.size(), 4U);
  EXPECT_EQ(whole.report.bad, 0U);
  const std::string& first = whole.documents[0];
  EXPECT_TRUE(
      first.starts_with("9171debc316e5e2782e0d2404ca7d09d|Despite a big year for women in politics, national "
                        "legislatures are still dominated by men|It's a big year for women in politics.\nIn a"));
  EXPECT_NE(first.find("according to a recent study by the Inter-Parliamentary Union.\n"), std::string::npos);
  EXPECT_TRUE(
      first.ends_with("society as a whole.\"\nMore on WorldViews\nThe world is getting better at paid maternity "
                      "leave. The U.S. is not."));
  EXPECT_TRUE(whole.documents[3].starts_with(
      "03049850-58e3-11e6-8b48-0cb344221131|When it comes to female leadership, Bangladesh is way ahead of the United "
      "States|Bangladeshi Prime Minister Sheikh Hasina attends the 11th Asia-Europe Meeting Summit of Heads of State "
      "and "
      "Government in Ulaanbaatar, Mongolia, on July 15. (Davaanyam Delgerjargal/European Pressphoto Agency)\nThe July "
      "24 "
      "article"));
  EXPECT_TRUE(whole.documents[3].ends_with("\nHosain Alam, Silver Spring"));
  for (const std::string& document : whole.documents) EXPECT_EQ(document.find('<'), std::string::npos);
}

TEST(Samples, CranfieldHas1400DocumentsTwoWithoutText) {
  HEED_NEEDS_SHARED();
  const Whole whole = read(heed::testing::shared_dir() / "data/cranfield/cran.all.1400.xml");
  EXPECT_EQ(whole.type, "trec");
  ASSERT_EQ(whole.documents.size(), 1400U);
  EXPECT_EQ(whole.report.bad, 0U);
  Texts empty;
  for (std::size_t i = 0; i < whole.documents.size(); ++i) {
    EXPECT_TRUE(whole.documents[i].starts_with(std::to_string(i + 1) + "|"));
    if (whole.documents[i].ends_with("||")) empty.push_back(whole.documents[i]);
  }
  EXPECT_EQ(empty, (Texts{"471||", "995||"}));
  EXPECT_TRUE(whole.documents[0].starts_with(
      "1|experimental investigation of the aerodynamics of a wing in a slipstream .|experimental investigation of the "
      "aerodynamics of a wing in a slipstream . an experimental study of a wing in a propeller slipstream was made"));
}

TEST(Samples, BeirsCorporaAreWhatReadCorpusMakesOfThem) {
  HEED_NEEDS_SHARED();
  for (const char* const name : {"nfcorpus/corpus.jsonl", "scifact/corpus.jsonl.gz"}) {
    const fs::path path = heed::testing::shared_dir() / "data/beir" / name;
    const Corpus corpus = read_corpus(path);
    Texts expected;
    for (const Document& document : corpus.documents())
      expected.push_back(std::string(document.id.text()) + "|" + std::string(document.title) + "|" +
                         std::string(document.text));
    EXPECT_EQ(read(path).documents, expected);
    EXPECT_EQ(read(path.parent_path()).documents, expected);
  }
}

}  // namespace
}  // namespace heed::collection
