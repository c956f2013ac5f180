// SPDX-License-Identifier: Apache-2.0
// A lineage file, and behind a line `---` a policy file that asks it.
#include <libeval/domain/read_lineage.hpp>
#include <libeval/engine/verdicts.hpp>
#include <libeval/io/parse.hpp>
#include <libeval/io/policy_report.hpp>

#include "require.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

using namespace libeval;
using libeval::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const std::size_t cut = text.find("\n---\n");
  Diagnostics problems;
  Lineage lineage =
      read_lineage(parse_text(text.substr(0, cut), "lineage.yaml", problems), problems);
  check_lineage(lineage, problems);
  const LineageGraph graph = build_graph(lineage, {"2026-01-15", ""});
  require(graph.size() == lineage.nodes.size());
  for (const LineageEdge& edge : graph.edges)
    require(edge.parent < graph.size());
  require(inherits(graph, {}).size() == graph.size());
  if (cut == std::string::npos)
    return 0;
  PolicyFile policy =
      read_policy(parse_text(text.substr(cut + 5), "policy.yaml", problems), problems);
  policy.lineage = std::make_shared<const Lineage>(std::move(lineage));
  Program program;
  program.as_of = "2026-01-15";
  program.candidates.push_back({CandidateId("c"), "c", {}, {}});
  check_policy(program, policy, problems);
  if (problems.has_errors())
    return 0;
  std::vector<JudgedPolicy> judged(1);
  judged[0] = {&policy, judge(program, policy)};
  for (const Judgment& judgment : judged[0].judgments.all)
    require(judgment.rule < policy.rules.size());
  require(!report(program, judged).empty());
  require(!to_json(program, judged).empty());
  require(!to_sarif(program, judged).empty());
  require(!to_dot(program, judged[0]).empty());
  return 0;
}
