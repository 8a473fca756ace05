#include <gtest/gtest.h>

#include "collection/collection_types.h"
#include "format/bad_text.h"
#include "testing/testing.h"

namespace heed::collection {
namespace {

using heed::testing::complaint_of;

/// `id|title|text` of a document's inside.
std::string trec(const std::string& inside) {
  DocumentParser parser;
  const auto document = parse_trec(parser, "<DOC>\n" + inside);
  return document.id + "|" + document.title + "|" + document.text;
}

std::string trecweb(const std::string& inside) {
  DocumentParser parser;
  const auto document = parse_trecweb(parser, "<DOC>\n<DOCNO> W-1 </DOCNO>\n" + inside);
  return document.id + "|" + document.title + "|" + document.text;
}

TEST(TrecDocument, AFinancialTimesArticleHasHeadlineDateAndText) {
  EXPECT_EQ(
      trec("<DOCNO>FT931-9</DOCNO>\n<PROFILE>_AN-DCAAAAA1FT</PROFILE>\n<DATE>930301\n</DATE>\n<HEADLINE>\n"
           "FT  01 MAR 93 / Tin miners of the north\n</HEADLINE>\n<BYLINE>\n   By A WRITER\n</BYLINE>\n"
           "<DATELINE>\n   A TOWN\n</DATELINE>\n<TEXT>\nMiners &amp; smelters met.\nThey agreed on little.\n</TEXT>\n"
           "<PUB>The Financial Times\n</PUB>\n<PAGE>\nLondon Page 9\n</PAGE>\n"),
      "FT931-9|FT 01 MAR 93 / Tin miners of the north|930301\nMiners & smelters met. They agreed on little.");
}

TEST(TrecDocument, ALosAngelesTimesArticleHasParagraphsEverywhere) {
  EXPECT_EQ(
      trec("<DOCNO> LA010190-0001 </DOCNO>\n<DOCID> 1 </DOCID>\n<DATE>\n<P>\nJanuary 1, 1990, Monday\n</P>\n</DATE>\n"
           "<SECTION>\n<P>\nMetro; Part B\n</P>\n</SECTION>\n<HEADLINE>\n<P>\nWHALES PASS;\n</P>\n<P>\nCROWDS WATCH\n"
           "</P>\n</HEADLINE>\n<BYLINE>\n<P>\nBy A WRITER\n</P>\n</BYLINE>\n<TEXT>\n<P>\nThe whales came.\n</P>\n<P>\n"
           "They went.\n</P>\n</TEXT>\n<GRAPHIC>\n<P>\nPhoto, a whale\n</P>\n</GRAPHIC>\n<SUBJECT>\n<P>\nWHALES\n</P>\n"
           "</SUBJECT>\n"),
      "LA010190-0001|WHALES PASS; CROWDS WATCH|January 1, 1990, Monday\nThe whales came.\nThey went.\nPhoto, a whale");
}

TEST(TrecDocument, AFederalRegisterEntryHasItsTitleInsideTheTextAndEntitiesOfItsOwn) {
  EXPECT_EQ(
      trec("<DOCNO> FR940104-0-00009 </DOCNO>\n<PARENT> FR940104-0-00001 </PARENT>\n<TEXT>\n \n<!-- PJG STAG 4700 -->\n"
           "<!-- PJG ITAG l=01 g=1 f=1 -->\n<USDEPT>DEPARTMENT OF BRIDGES</USDEPT>\n<DOCTITLE>Lamps on Bridges;&blank;"
           "Final Rule </DOCTITLE>\n<ITAG tagnum=69>&sect; 4.1&hyph;A</ITAG><FTAG><FTAG>Keep <F>lit</F></FTAG></FTAG>"
           "\n<!-- PJG /STAG -->\n&bull;Caf&eacute; &AMP; bar\n</TEXT>\n"),
      "FR940104-0-00009|Lamps on Bridges; Final Rule|DEPARTMENT OF BRIDGES \u00A7 4.1-A Keep lit \u2022Caf\u00E9 & "
      "bar");
}

TEST(TrecDocument, AForeignBroadcastHasItsTitleInTheHeader) {
  EXPECT_EQ(trec("<DOCNO> FBIS4-9 </DOCNO>\n<HT> \"cr\" </HT>\n<HEADER>\n<AU> FBIS </AU>\n<DATE1> 2 May 1994 </DATE1>\n"
                 "<H3> <TI>      Rivers Rise </TI></H3>\n</HEADER>\n<TEXT>\n<F P=105> Spanish </F>\n<H5> Floods </H5>\n"
                 "   [Text] Water.\n</TEXT>\n"),
            "FBIS4-9|Rivers Rise|Spanish\nFloods\n[Text] Water.");
}

TEST(TrecDocument, OlderDisksHaveOtherTags) {
  EXPECT_EQ(trec("<DOCNO> AP880212-0001 </DOCNO>\n<FILEID>AP-NR-02-12-88</FILEID>\n<FIRST>r i AM-x</FIRST>\n"
                 "<HEAD>One</HEAD>\n<HEAD>Two</HEAD>\n<DATELINE>A TOWN (AP) </DATELINE>\n<TEXT>Body.</TEXT>"),
            "AP880212-0001|One Two|Body.");
  EXPECT_EQ(trec("<DOCNO>\nWSJ870324-0001\n</DOCNO>\n<HL> John &amp; Co</HL>\n<DD> 03/24/87</DD>\n<SO> WSJ</SO>\n"
                 "<IN> TNM </IN>\n<LP> Lead.\n</LP>\n<TEXT> Rest.\n</TEXT>\n"),
            "WSJ870324-0001|John & Co|03/24/87\nLead.\nRest.");
  EXPECT_EQ(trec("<DOCNO> ZF1-1 </DOCNO><TITLE>Chips</TITLE><TEXT>Abstract.</TEXT>"), "ZF1-1|Chips|Abstract.");
}

TEST(TrecDocument, TheIdMayBeAnAttributeAndTagsInSmallLetters) {
  DocumentParser parser;
  EXPECT_EQ(parse_trec(parser, "<doc id='a-1'><text>x</text>").id, "a-1");
  EXPECT_EQ(parse_trec(parser, "<doc id='a-1'><docno>b-2</docno><text>x</text>").id, "b-2");
}

TEST(TrecDocument, NoTextIsLostToBrokenTags) {
  EXPECT_EQ(trec("<DOCNO>1</DOCNO><HEADLINE>Head<TEXT>a <P>b < c <TEXT>d</TEXT> e"), "1|Head|a\nb < c\nd e");
  EXPECT_EQ(trec("<DOCNO>1<TEXT>a</HEADLINE>b"), "1||a b");
  EXPECT_EQ(trec("<DOCNO>1</DOCNO><TEXT>a<!-- open <B>b</B>"), "1||a<!-- open b");
  EXPECT_EQ(trec("<DOCNO>1</DOCNO>No tags <b>at</b> all"), "1||No tags at all");
  EXPECT_EQ(trec("<DOCNO>1</DOCNO><TEXT></TEXT>"), "1||");
}

TEST(TrecDocument, BytesThatAreNoUtf8AreWindows1252) {
  EXPECT_EQ(trec("<DOCNO>1</DOCNO><TEXT>caf\xE9 \x96 \xA7</TEXT>"), "1||caf\u00E9 \u2013 \u00A7");
  EXPECT_EQ(trec("<DOCNO>1</DOCNO><TEXT>caf\u00E9</TEXT>"), "1||caf\u00E9");
  EXPECT_EQ(trec(std::string("<DOCNO>1</DOCNO><TEXT>a\0\x01 b</TEXT>", 34)), "1||a b");
}

TEST(TrecDocument, WithoutAnIdThatCanStandInARunItIsBad) {
  EXPECT_EQ(complaint_of([] { trec("<TEXT>x</TEXT>"); }), "the docno is empty");
  EXPECT_EQ(complaint_of([] { trec("<DOCNO>a b</DOCNO>"); }), "the docno has white space in it: \"a b\"");
}

TEST(TrecDocument, AMillionNestedTagsAreReadLikeAnyOther) {
  std::string deep = "<DOCNO>1</DOCNO>";
  for (int i = 0; i < 1'000'000; ++i) deep += i % 2 == 0 ? "<TEXT>" : "<F>";
  EXPECT_EQ(trec(deep + "x"), "1||x");
}

TEST(TrecWebDocument, APageIsItsTitleAndItsText) {
  EXPECT_EQ(
      trecweb("<DOCHDR>\nhttp://a.gov/\nServer: <b>x\n</DOCHDR>\n<!DOCTYPE html><html><head><title>A\n page</title>"
              "<style>p {x}</style><script>if (a<b) x();</script></head><body><h1>Head</h1><p>Wa<b>ter</b>&nbsp;is<br>"
              "wet<table><tr><td>1<td>2</table></body></html>\n"),
      "W-1|A page|Head\nWater is\nwet\n1 2");
}

TEST(TrecWebDocument, WhatIsNotClosedIsNotLost) {
  EXPECT_EQ(trecweb("<DOCHDR>x <html>a<script>b"), "W-1||x\na b");
  EXPECT_EQ(trecweb("<DOCHDR></DOCHDR><title>t<p>b"), "W-1|t|b");
}

}  // namespace
}  // namespace heed::collection
