// SPDX-License-Identifier: Apache-2.0
// Any bytes as `published.yaml`: read, looked up in a small bundle, and what it determines.
#include "io/published.hpp"
#include "require.hpp"

#include <libeval/domain/statement.hpp>
#include <libeval/engine/reconstruct.hpp>
#include <libeval/io/load.hpp>
#include <libeval/io/parse.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

using namespace libeval;
using libeval::fuzz::require;

namespace {

constexpr const char* rules = R"(libeval: 1
program: p
candidates: [a, b, c]
evidence:
  users: {unpublished: {user: 3}, keys: [user, candidate], values: [rating], range: [1, 5]}
stages:
  - id: s
    places: 1
    score:
      points: 10
      parts:
        p: {points: 6, from: users, steps: [{sum: user}, {ratio: {to: best}}]}
        q: {points: 4, from: users, steps: [{mean: user}, {scale: {from: [1, 5]}}]}
)";

const Bundle& bundle() {
  static const Bundle made = [] {
    Diagnostics diagnostics;
    Bundle out = load_bundle(parse_text(rules, "program.yaml", diagnostics), ".", diagnostics);
    require(!diagnostics.has_errors());
    return out;
  }();
  return made;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Diagnostics diagnostics;
  const Tree tree = parse_text(std::string(reinterpret_cast<const char*>(data), size),
                               "published.yaml", diagnostics);
  if (diagnostics.has_errors())
    return 0;
  Bundle with = bundle();
  with.published.push_back(read_published(tree, diagnostics));
  if (diagnostics.has_errors())
    return 0;
  CandidateIndex candidates(with.program.candidates);
  check_statements(with, candidates, diagnostics);
  if (diagnostics.has_errors() || with.published[0].statements.size() > 20)
    return 0;
  ReconstructOptions options;
  options.seconds = 0.5;
  const Reconstruction r = reconstruct(with, options, diagnostics);
  if (diagnostics.has_errors() || r.contradictory() || r.interrupted || r.trouble)
    return 0;
  for (const ReconstructedNode& node : r.nodes)
    for (const ScoreRange& range : node.ranges)
      require(range.low && range.high && *range.low <= *range.high);
  return 0;
}
