#include "eval/measure.h"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "base/error.h"

namespace heed::eval {
namespace {

using Requests = std::vector<std::string>;
using Names = std::vector<std::string>;

Names value_names(const Requests& requests) {
  Names names;
  for (const SelectedMeasure& selected : select_measures(requests))
    names.insert(names.end(), selected.value_names.begin(), selected.value_names.end());
  return names;
}

Names measure_names(const Requests& requests) {
  Names names;
  for (const SelectedMeasure& selected : select_measures(requests)) names.emplace_back(selected.measure->name);
  return names;
}

/// The message of the BadUsage with which the requests are refused.
std::string refusal_of(const Requests& requests) {
  try {
    select_measures(requests);
  } catch (const base::BadUsage& refusal) {
    return refusal.what();
  }
  ADD_FAILURE() << "not refused";
  return "";
}

TEST(Measure, TheTableStandsInTheOrderOfTrecEval) {
  Names names;
  std::string line;
  for (const Measure& measure : measures()) line += " " + names.emplace_back(measure.name);
  EXPECT_EQ(
      line,
      " runid num_q num_ret num_rel num_rel_ret map gm_map Rprec bpref recip_rank iprec_at_recall P relstring recall"
      " infAP gm_bpref Rprec_mult utility 11pt_avg binG G ndcg ndcg_rel Rndcg ndcg_cut map_cut relative_P success"
      " set_P set_relative_P set_recall set_map set_F num_nonrel_judged_ret rbp rbp_resid unj");
  EXPECT_EQ(measure_names({"all_trec"}), names);
}

TEST(Measure, EveryRowExplainsItselfAndComputesOrIsNoNumber) {
  for (const Measure& measure : measures()) {
    EXPECT_FALSE(measure.explanation.empty()) << measure.name;
    EXPECT_EQ(measure.compute == nullptr, measure.average == Average::kNone) << measure.name;
    EXPECT_EQ(measure.name.find('.'), std::string_view::npos) << measure.name;
  }
  for (const MeasureSet& set : measure_sets())
    for (const std::string_view member : set.members)
      EXPECT_NE(std::ranges::find(measures(), member, &Measure::name), measures().end()) << set.name << ": " << member;
}

TEST(Measure, SelectedOnesComeInTableOrderEachOnce) {
  EXPECT_EQ(measure_names({"ndcg", "map", "P", "map", "runid"}), (Names{"runid", "map", "P", "ndcg"}));
  EXPECT_EQ(measure_names({"official"}), (Names{"runid", "num_q", "num_ret", "num_rel", "num_rel_ret", "map", "gm_map",
                                                "Rprec", "bpref", "recip_rank", "iprec_at_recall", "P"}));
  EXPECT_EQ(measure_names({"set"}), (Names{"runid", "num_q", "num_ret", "num_rel", "num_rel_ret", "utility", "set_P",
                                           "set_relative_P", "set_recall", "set_map", "set_F"}));
  EXPECT_EQ(measure_names({"unj", "set", "map"}).back(), "unj");
  EXPECT_TRUE(measure_names({}).empty());
}

TEST(Measure, ValuesAreNamedAsTrecEvalNamesThem) {
  EXPECT_EQ(value_names({"P.10,5"}), (Names{"P_5", "P_10"}));
  EXPECT_EQ(value_names({"P"}), (Names{"P_5", "P_10", "P_15", "P_20", "P_30", "P_100", "P_200", "P_500", "P_1000"}));
  EXPECT_EQ(value_names({"success"}), (Names{"success_1", "success_5", "success_10"}));
  EXPECT_EQ(value_names({"unj"}), (Names{"unj_5", "unj_10", "unj_20"}));
  EXPECT_EQ(value_names({"iprec_at_recall..5,.10"}), (Names{"iprec_at_recall_0.10", "iprec_at_recall_0.50"}));
  EXPECT_EQ(value_names({"iprec_at_recall"}).size(), 11u);
  EXPECT_EQ(value_names({"iprec_at_recall"})[1], "iprec_at_recall_0.10");
  EXPECT_EQ(value_names({"Rprec_mult"}).front(), "Rprec_mult_0.20");
  EXPECT_EQ(value_names({"Rprec_mult"}).back(), "Rprec_mult_2.00");
  EXPECT_EQ(value_names({"set_F"}), (Names{"set_F"}));
  EXPECT_EQ(value_names({"set_F.0.5"}), (Names{"set_F_0.5"}));
  EXPECT_EQ(value_names({"utility.2,-1,0,0"}), (Names{"utility_2,-1,0,0"}));
  EXPECT_EQ(value_names({"11pt_avg..25,.5,.75"}), (Names{"11pt_avg_.25,.5,.75"}));
  EXPECT_EQ(value_names({"relstring.20"}), (Names{"relstring_20"}));
  EXPECT_EQ(value_names({"rbp.p=0.8"}), (Names{"rbp_p=0.8"}));
  EXPECT_EQ(value_names({"ndcg.1=3,2=9,4=4.5"}), (Names{"ndcg_1=3,2=9,4=4.5"}));
  EXPECT_EQ(value_names({"ndcg", "rbp", "relstring"}), (Names{"relstring", "ndcg", "rbp"}));
}

TEST(Measure, NoTwoValuesShareAName) {
  const Names names = value_names({"all_trec"});
  EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), names.size());
}

TEST(Measure, ParametersAreRead) {
  const auto selected =
      select_measures(Requests{"iprec_at_recall.0.5,0.25", "P.7,+3", "utility.2,-1,0,1e1", "rbp.2=4,p=0.8"});
  ASSERT_EQ(selected.size(), 4u);
  EXPECT_EQ(selected[0].parameters.numbers, (std::vector<double>{0.25, 0.5}));
  EXPECT_EQ(selected[1].parameters.cutoffs, (std::vector<long>{3, 7}));
  EXPECT_EQ(selected[2].parameters.numbers, (std::vector<double>{2, -1, 0, 10}));
  EXPECT_EQ(selected[3].parameters.pairs, (std::vector<std::pair<std::string, double>>{{"2", 4}, {"p", 0.8}}));
}

TEST(Measure, ADefaultPairHoldsUnlessItsNameIsGiven) {
  const auto parameters = [](const char* request) { return select_measures(Requests{request})[0].parameters.pairs; };
  EXPECT_EQ(parameters("rbp"), (std::vector<std::pair<std::string, double>>{{"p", 0.9}}));
  EXPECT_EQ(parameters("rbp.1=3"), (std::vector<std::pair<std::string, double>>{{"1", 3}, {"p", 0.9}}));
}

TEST(Measure, TheFirstRequestWithParametersDecides) {
  EXPECT_EQ(value_names({"P", "P.5", "P.10"}), (Names{"P_5"}));
  EXPECT_EQ(value_names({"P.10", "P.5", "P"}), (Names{"P_10"}));
  EXPECT_EQ(value_names({"set_F.2", "set"}).back(), "set_F_2");
  EXPECT_EQ(value_names({"set", "set_F.2"}).back(), "set_F_2");
}

TEST(Measure, WhatCannotBeReadIsRefused) {
  EXPECT_EQ(refusal_of({"mapp"}), "there is no measure mapp; heed help measures lists them");
  EXPECT_EQ(refusal_of({"map", "mapp.5"}), "there is no measure mapp; heed help measures lists them");
  EXPECT_EQ(refusal_of({""}), "there is no measure ; heed help measures lists them");
  EXPECT_EQ(refusal_of({"MAP"}), "there is no measure MAP; heed help measures lists them");
  EXPECT_EQ(refusal_of({"P."}), "measure P.: there are no parameters after the dot");
  EXPECT_EQ(refusal_of({"map."}), "measure map.: there are no parameters after the dot");
  EXPECT_EQ(refusal_of({"official."}), "measure official.: there are no parameters after the dot");
  EXPECT_EQ(refusal_of({"official.5"}), "measure set official takes no parameters");
  EXPECT_EQ(refusal_of({"map.5"}), "measure map takes no parameters");
  EXPECT_EQ(refusal_of({"runid.5"}), "measure runid takes no parameters");
}

TEST(Measure, BadCutoffsAreRefused) {
  EXPECT_EQ(refusal_of({"P.x"}), "measure P: \"x\" is not a whole number");
  EXPECT_EQ(refusal_of({"P.23.4"}), "measure P: \"23.4\" is not a whole number");
  EXPECT_EQ(refusal_of({"P.5,"}), "measure P: \"\" is not a whole number");
  EXPECT_EQ(refusal_of({"P.5,,6"}), "measure P: \"\" is not a whole number");
  EXPECT_EQ(refusal_of({"P. 5"}), "measure P: \" 5\" is not a whole number");
  EXPECT_EQ(refusal_of({"P.99999999999999999999"}), "measure P: \"99999999999999999999\" is not a whole number");
  EXPECT_EQ(refusal_of({"P.0"}), "measure P: a cutoff is at least 1, not 0");
  EXPECT_EQ(refusal_of({"P.5,-3"}), "measure P: a cutoff is at least 1, not -3");
  EXPECT_EQ(refusal_of({"P.5,7,5"}), "measure P: the same parameter is given twice");
}

TEST(Measure, BadNumbersAreRefused) {
  EXPECT_EQ(refusal_of({"iprec_at_recall.half"}), "measure iprec_at_recall: \"half\" is not a number");
  EXPECT_EQ(refusal_of({"iprec_at_recall.nan"}), "measure iprec_at_recall: \"nan\" is not a number");
  EXPECT_EQ(refusal_of({"iprec_at_recall.0.5,.5"}), "measure iprec_at_recall: the same parameter is given twice");
  EXPECT_EQ(refusal_of({"set_F.inf"}), "measure set_F: \"inf\" is not a number");
  EXPECT_EQ(refusal_of({"set_F.1e999"}), "measure set_F: \"1e999\" is not a number");
  EXPECT_EQ(refusal_of({"utility.1,2,3"}), "measure utility takes 4 numbers");
  EXPECT_EQ(refusal_of({"utility.1,2,3,4,5"}), "measure utility takes 4 numbers");
  EXPECT_EQ(refusal_of({"set_F.1,2"}), "measure set_F takes 1 number");
}

TEST(Measure, BadPairsAreRefused) {
  EXPECT_EQ(refusal_of({"rbp.0.8"}), "measure rbp: \"0.8\" is not name=number");
  EXPECT_EQ(refusal_of({"rbp.=0.8"}), "measure rbp: \"=0.8\" is not name=number");
  EXPECT_EQ(refusal_of({"rbp.p=0.8,"}), "measure rbp: \"\" is not name=number");
  EXPECT_EQ(refusal_of({"ndcg.1=x"}), "measure ndcg: \"x\" is not a number");
  EXPECT_EQ(refusal_of({"ndcg.1="}), "measure ndcg: \"\" is not a number");
  EXPECT_EQ(refusal_of({"ndcg.1=2=3"}), "measure ndcg: \"2=3\" is not a number");
}

TEST(Measure, OneSignIsEnough) {
  EXPECT_EQ(refusal_of({"set_F.+-1"}), "measure set_F: \"+-1\" is not a number");
  EXPECT_EQ(refusal_of({"P.+-5"}), "measure P: \"+-5\" is not a whole number");
}

}  // namespace
}  // namespace heed::eval
