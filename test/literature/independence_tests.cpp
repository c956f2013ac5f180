// SPDX-License-Identifier: Apache-2.0
// The independence criteria of the Korean foundation-model contest of 2025/26: the verdicts must
// follow from the public record as it stands in examples/kai, nothing being entered by hand.
#include "support/catch.hpp"

#include <libeval/domain/read_lineage.hpp>
#include <libeval/engine/verdicts.hpp>
#include <libeval/io/parse.hpp>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

using namespace libeval;

namespace {

std::string text_of(const std::string& name) {
  std::ifstream in(std::filesystem::path(LIBEVAL_SOURCE_DIR) / "examples" / "kai" / name);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

struct Record {
  Program program;
  PolicyFile policy;
};

Record record_as_of(const std::string& day) {
  Record out;
  Diagnostics diagnostics;
  out.program.as_of = day;
  for (const char* id : {"lg", "skt", "upstage", "naver", "nc"})
    out.program.candidates.push_back({CandidateId(id), id, {}, {}});
  out.policy = read_policy(parse_text(text_of("policies/independence.yaml"), "policy", diagnostics),
                           diagnostics);
  auto lineage =
      read_lineage(parse_text(text_of("lineage.yaml"), "lineage", diagnostics), diagnostics);
  check_lineage(lineage, diagnostics);
  out.policy.lineage = std::make_shared<const Lineage>(std::move(lineage));
  check_policy(out.program, out.policy, diagnostics);
  REQUIRE(diagnostics.all().empty());
  return out;
}

/// `naver fail` by rule, in the order of the candidates.
std::string verdicts(const Record& record, const std::string& rule) {
  std::string out;
  for (const Judgment& one : judge(record.program, record.policy).all)
    if (record.policy.rules[one.rule].id.str() == rule)
      out += (out.empty() ? "" : ", ") + record.program.candidates[one.candidate].id.str() + " " +
             std::string(to_string(one.verdict)) + (one.cured ? " cured" : "") +
             (one.noted ? " noted" : "");
  return out;
}

Judgment verdict_of(const Record& record, const std::string& rule, std::size_t candidate,
                    bool rests = false) {
  JudgeOptions options;
  options.rests = rests;
  for (const Judgment& one : judge(record.program, record.policy, options).all)
    if (record.policy.rules[one.rule].id.str() == rule && one.candidate == candidate)
      return one;
  return {};
}

constexpr std::size_t upstage = 2, naver = 3;

} // namespace

TEST_CASE("only Naver Cloud fails the independence criteria, as the ministry's release has it") {
  const Record record = record_as_of("2026-02-20");
  CHECK(verdicts(record, "FS-01") == "lg pass, skt pass, upstage pass, naver fail, nc pass");
  CHECK(verdicts(record, "SOV-01") == "lg unknown, skt unknown, upstage unknown, naver fail, "
                                      "nc unknown");
  CHECK(verdicts(record, "LIC-01") == "lg not_applicable, skt not_applicable, upstage pass "
                                      "cured, naver not_applicable, nc not_applicable");
}

TEST_CASE("the witness against Naver Cloud is one step, verified, and its language model passes") {
  const Record record = record_as_of("2026-02-20");
  const Judgment judgment = verdict_of(record, "FS-01", naver);
  CHECK(judgment.level == Level::verified);
  std::map<std::string, Verdict> by_part;
  for (const SubjectVerdict& subject : judgment.subjects)
    by_part[record.policy.lineage->nodes[subject.subject].id] = subject.verdict;
  CHECK(by_part.at("hyperclova-x-seed/language-model") == Verdict::pass);
  CHECK(by_part.at("hyperclova-x-seed/vision-encoder") == Verdict::fail);
  CHECK(by_part.at("hyperclova-x-seed/audio-encoder") == Verdict::fail);
  const auto& reach = judgment.subjects.at(judgment.decisive).conditions.at(0).reach;
  REQUIRE(reach);
  REQUIRE(reach->witness);
  CHECK(reach->witness->edges.size() == 1);
}

TEST_CASE(
    "before the ministry's finding the verdict on Naver Cloud rested on what it said itself") {
  const Record record = record_as_of("2026-01-10");
  const Judgment judgment = verdict_of(record, "FS-01", naver, true);
  CHECK(judgment.verdict == Verdict::fail);
  CHECK(judgment.level == Level::admitted);
  std::map<std::string, std::vector<UsedItem>> rests;
  for (const SubjectVerdict& subject : judgment.subjects)
    if (subject.verdict == Verdict::fail)
      rests[record.policy.lineage->nodes[subject.subject].id] = subject.rests_on;
  REQUIRE(rests.size() == 2);
  // The audio encoder on one admission; the vision encoder also on the team's technical report.
  REQUIRE(rests.at("hyperclova-x-seed/audio-encoder").size() == 1);
  CHECK(rests.at("hyperclova-x-seed/audio-encoder")[0].level == Level::admitted);
  CHECK(rests.at("hyperclova-x-seed/audio-encoder")[0].item->by == "naver");
  CHECK(rests.at("hyperclova-x-seed/vision-encoder").empty());
  // On the day before the statement there was nothing.
  CHECK(verdict_of(record_as_of("2026-01-04"), "FS-01", naver).verdict != Verdict::fail);
}

TEST_CASE("the claim about the weights of Solar Open was refuted before the decision") {
  CHECK(verdict_of(record_as_of("2026-02-20"), "FS-01", upstage).verdict == Verdict::pass);
  // On the day it was made it left the verdict open, and would have convicted at `alleged`.
  Record first_day = record_as_of("2026-01-01");
  CHECK(verdict_of(first_day, "FS-01", upstage).verdict == Verdict::unknown);
  for (Rule& rule : first_day.policy.rules)
    rule.convict_at = Level::alleged;
  CHECK(verdict_of(first_day, "FS-01", upstage).verdict == Verdict::fail);
  Record after = record_as_of("2026-02-20");
  for (Rule& rule : after.policy.rules)
    rule.convict_at = Level::alleged;
  CHECK(verdicts(after, "FS-01") == "lg pass, skt pass, upstage pass, naver fail, nc pass");
  CHECK(verdicts(after, "DES-01") == "lg not_applicable, skt pass noted, upstage not_applicable, "
                                     "naver not_applicable, nc not_applicable");
}

TEST_CASE("the notice in Solar Open was missing at the submission and given before the decision") {
  const Record record = record_as_of("2026-02-20");
  const Judgment judgment = verdict_of(record, "LIC-01", upstage);
  CHECK(judgment.cured);
  CHECK(judgment.subjects.at(judgment.decisive).cured_on == "2026-01-02");
}
