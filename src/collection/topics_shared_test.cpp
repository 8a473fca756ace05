// Topics and BEIR's collections as they are published, beside the project.
#include <algorithm>
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "collection/beir.h"
#include "collection/topics.h"
#include "testing/testing.h"

namespace heed::collection {
namespace {

namespace fs = std::filesystem;

fs::path data_dir() {
  return heed::testing::shared_dir() / "data";
}

Topics trec_topics(const std::string& name) {
  return read_topics(data_dir() / "trec" / "topics" / ("topics." + name));
}

const Topic& topic_of(const Topics& topics, std::string_view id) {
  const auto found = std::ranges::find(topics.topics, QueryId(id), &Topic::id);
  if (found == topics.topics.end()) throw std::runtime_error("no topic " + std::string(id));
  return *found;
}

struct Expected {
  long topics, descriptions, narratives;
  std::string first, last;
};

// The numbers of topics and narratives are those of data/SOURCES.md.
const std::map<std::string, Expected> kFiles = {
    {"adhoc.51-100.txt", {50, 50, 50, "051", "100"}},
    {"adhoc.101-150.txt", {50, 50, 50, "101", "150"}},
    {"adhoc.151-200.txt", {50, 50, 50, "151", "200"}},
    {"adhoc.301-350.txt", {50, 50, 50, "301", "350"}},
    {"adhoc.351-400.txt", {50, 50, 50, "351", "400"}},
    {"adhoc.401-450.txt", {50, 50, 50, "401", "450"}},
    {"adhoc.451-550.txt", {100, 100, 100, "451", "550"}},
    {"backgroundlinking20.txt", {50, 0, 0, "886", "935"}},
    {"core17.txt", {50, 50, 50, "307", "690"}},
    {"core18.txt", {50, 50, 50, "321", "825"}},
    {"covid-round5.xml", {50, 50, 50, "1", "50"}},
    {"fire12en.176-225.txt", {50, 50, 50, "176", "225"}},
    {"robust04.txt", {250, 250, 250, "301", "700"}},
    {"robust05.txt", {50, 50, 50, "303", "689"}},
    {"terabyte04.701-750.txt", {50, 50, 50, "701", "750"}},
    {"terabyte05.751-800.txt", {50, 50, 50, "751", "800"}},
    {"terabyte06.801-850.txt", {50, 50, 50, "801", "850"}},
    {"trec-health-misinfo.xml", {50, 50, 50, "1", "50"}},
    {"trec02ar-en.txt", {50, 50, 50, "AR26", "AR75"}},
    {"web.151-200.txt", {50, 50, 0, "151", "200"}},
};

TEST(SharedTopics, EveryFileHasItsTopicsAndNarratives) {
  HEED_NEEDS_SHARED();
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(data_dir() / "trec" / "topics")) {
    ++files;
    EXPECT_TRUE(kFiles.contains(entry.path().filename().string().substr(7))) << entry.path();
  }
  EXPECT_EQ(files, kFiles.size());
  for (const auto& [name, expected] : kFiles) {
    const Topics topics = trec_topics(name);
    const auto filled = [&](auto member) {
      return std::ranges::count_if(topics.topics, [&](const Topic& topic) { return !(topic.*member).empty(); });
    };
    ASSERT_EQ(static_cast<long>(topics.topics.size()), expected.topics) << name;
    EXPECT_EQ(filled(&Topic::title), name.starts_with("background") ? 0 : expected.topics) << name;
    EXPECT_EQ(filled(&Topic::description), expected.descriptions) << name;
    EXPECT_EQ(filled(&Topic::narrative), expected.narratives) << name;
    EXPECT_EQ(topics.topics.front().id.text(), expected.first) << name;
    EXPECT_EQ(topics.topics.back().id.text(), expected.last) << name;
    EXPECT_EQ(topics.notes.size(), name.starts_with("background") ? 1u : 0u) << name;
  }
}

TEST(SharedTopics, NoFieldKeepsATagALabelOrLayout) {
  HEED_NEEDS_SHARED();
  for (const auto& [name, expected] : kFiles) {
    for (const Topic& topic : trec_topics(name).topics) {
      for (const std::string_view text : {topic.id.text(), topic.title, topic.description, topic.narrative}) {
        const std::string where = name + ", topic " + topic.id.str() + ": " + std::string(text);
        EXPECT_EQ(text.find_first_of("<\t\r\n"), std::string_view::npos) << where;
        EXPECT_EQ(text.find("  "), std::string_view::npos) << where;
        EXPECT_FALSE(text.starts_with(' ') || text.ends_with(' ')) << where;
        for (const char* const label : {"Number:", "Topic:", "Description:", "Narrative:", "Summary:", "Concept(s)"})
          EXPECT_EQ(text.find(label), std::string_view::npos) << where;
        EXPECT_FALSE(text.starts_with("Narrative")) << where;
      }
    }
  }
}

TEST(SharedTopics, TextsAreThoseOfTheFiles) {
  HEED_NEEDS_SHARED();
  const Topics robust = trec_topics("robust04.txt"), terabyte = trec_topics("terabyte04.701-750.txt");
  EXPECT_EQ(
      topic_of(robust, "301"),
      (Topic{
          QueryId("301"), "International Organized Crime",
          "Identify organizations that participate in international criminal activity, the activity, and, if possible, "
          "collaborating organizations and the countries involved.",
          "A relevant document must as a minimum identify the organization and the type of illegal activity (e.g., "
          "Columbian cartel exporting cocaine). Vague references to international drug trade without identification "
          "of the organization(s) involved would not be relevant."}));
  EXPECT_EQ(
      topic_of(terabyte, "701"),
      (Topic{QueryId("701"), "U.S. oil industry history", "Describe the history of the U.S. oil industry",
             "Relevant documents will include those on historical exploration and drilling as well as history of "
             "regulatory bodies. Relevant are history of the oil industry in various states, even if drilling began in "
             "1950 or later."}));
  const Topics core18 = trec_topics("core18.txt"), tipster = trec_topics("adhoc.101-150.txt"),
               web = trec_topics("web.151-200.txt"), covid = trec_topics("covid-round5.xml"),
               misinfo = trec_topics("trec-health-misinfo.xml");
  EXPECT_EQ(topic_of(core18, "321").title, "Women in Parliaments");
  EXPECT_TRUE(topic_of(core18, "321").narrative.starts_with("Pertinent documents relating to this issue will discuss"));
  EXPECT_EQ(topic_of(tipster, "101").title, "Design of the \"Star Wars\" Anti-missile Defense System");
  EXPECT_TRUE(topic_of(tipster, "101").narrative.ends_with("specific information on design and technology."));
  EXPECT_EQ(topic_of(web, "151"), (Topic{QueryId("151"), "403b", "What is a 403b plan?", ""}));
  EXPECT_EQ(topic_of(covid, "4"),
            (Topic{QueryId("4"), "how do people die from the coronavirus", "what causes death from Covid-19?",
                   "Studies looking at mechanisms of death from Covid-19."}));
  EXPECT_EQ(topic_of(misinfo, "2").title, "Vitamin C COVID-19");
  EXPECT_EQ(topic_of(misinfo, "2").description, "Can vitamin C cure COVID-19?");
}

TEST(SharedTopics, Robust04HoldsTheAdHocTopicsUnchanged) {
  HEED_NEEDS_SHARED();
  const Topics robust = trec_topics("robust04.txt");
  for (const char* const name : {"adhoc.301-350.txt", "adhoc.351-400.txt", "adhoc.401-450.txt"}) {
    const Topics adhoc = trec_topics(name);
    for (const Topic& topic : adhoc.topics)
      EXPECT_EQ(topic, topic_of(robust, topic.id.text())) << name << " " << topic.id;
  }
}

TEST(SharedTopics, SamplesAndCranfieldAreRead) {
  HEED_NEEDS_SHARED();
  const fs::path samples = data_dir() / "sample-docs" / "sample_topics";
  EXPECT_EQ(read_topics(samples / "Trec").topics,
            (std::vector{Topic{QueryId("001"), "simple text", "Find some news articles",
                               "Find as many as possible news articles"}}));
  EXPECT_EQ(read_topics(samples / "Microblog").topics, (std::vector{Topic{QueryId("MB001"), "think tweet", "", ""}}));
  EXPECT_EQ(read_topics(samples / "bglinking.txt").topics, (std::vector{Topic{QueryId("321"), "", "", ""}}));
  const Topics named = read_topics(samples / "stringID_topics.jsonl");
  ASSERT_EQ(named.topics.size(), 2u);
  EXPECT_EQ(named.topics[1], (Topic{QueryId("topic2"), "this is the contents 2.", "", ""}));
  const Topics cranfield = read_topics(data_dir() / "cranfield" / "cran.qry.xml");
  EXPECT_EQ(cranfield.topics.size(), 225u);
  EXPECT_EQ(topic_of(cranfield, "1").title,
            "what similarity laws must be obeyed when constructing aeroelastic models of heated high speed aircraft .");
}

TEST(SharedBeir, CollectionsAreRead) {
  HEED_NEEDS_SHARED();
  const fs::path folder = data_dir() / "beir";
  ASSERT_TRUE(has_beir_layout(folder / "nfcorpus"));
  ASSERT_TRUE(has_beir_layout(folder / "scifact"));
  EXPECT_FALSE(has_beir_layout(data_dir() / "nf-instruct" / "followir-layout"));
  EXPECT_FALSE(has_beir_layout(data_dir() / "nf-instruct" / "mteb-layout"));
  const TestCollection nfcorpus = read_beir(folder / "nfcorpus"), scifact = read_beir(folder / "scifact");
  EXPECT_EQ(nfcorpus.queries.topics.size(), 3237u);
  EXPECT_EQ(topic_of(nfcorpus.queries, "PLAIN-3").title, "Breast Cancer Cells Feed on Cholesterol");
  EXPECT_EQ(nfcorpus.corpus.documents().size(), 3633u);
  EXPECT_EQ(nfcorpus.judgments.lists().size(), 323u);
  EXPECT_EQ(nfcorpus.judgments.size(), 12334u);
  EXPECT_EQ(scifact.queries.topics.size(), 1109u);
  EXPECT_EQ(scifact.corpus.documents().size(), 5183u);
  EXPECT_EQ(scifact.judgments.lists().size(), 300u);
  EXPECT_EQ(scifact.judgments.size(), 339u);
  EXPECT_EQ(read_beir(folder / "scifact", "train").judgments.size(), 919u);
}

}  // namespace
}  // namespace heed::collection
