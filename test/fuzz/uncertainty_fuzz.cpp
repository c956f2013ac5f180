// SPDX-License-Identifier: Apache-2.0
// Any bytes as `uncertainty.yaml`: read, looked up in a small bundle, and a few replicates decided.
#include "require.hpp"

#include <libeval/engine/simulate.hpp>
#include <libeval/io/load.hpp>
#include <libeval/io/parse.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

using namespace libeval;

namespace {

constexpr const char* rules = R"(libeval: 1
program: p
candidates: [a, b, c]
evidence:
  tests: {csv: "candidate,task,score,se\na,x,8,2\na,y,7,2\nb,x,7,2\nb,y,7,1\nc,x,6,2\nc,y,9,0\n", keys: [candidate, task], values: [score, se]}
stages:
  - id: first
    places: 1
    score:
      parts:
        tests: {weight: 0.6, from: tests, value: score, steps: [{mean: task}]}
        other: {weight: 0.4, from: tests, value: se, steps: [{max: task}]}
)";

const Bundle& bundle() {
  static const Bundle made = [] {
    Diagnostics diagnostics;
    Bundle out = load_bundle(parse_text(rules, "program.yaml", diagnostics), ".", diagnostics);
    libeval::fuzz::require(!diagnostics.has_errors());
    return out;
  }();
  return made;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Diagnostics diagnostics;
  const Tree tree = parse_text(std::string(reinterpret_cast<const char*>(data), size),
                               "uncertainty.yaml", diagnostics);
  if (diagnostics.has_errors())
    return 0;
  Uncertain uncertain;
  uncertain.uncertainty = read_uncertainty(tree, diagnostics);
  if (diagnostics.has_errors() || !uncertain.uncertainty.rules.empty())
    return 0;
  uncertain.variants.push_back(bundle());
  SimulateOptions options;
  options.samples = 2;
  const Simulation simulation = simulate(uncertain, options, diagnostics);
  libeval::fuzz::require(diagnostics.has_errors() || simulation.all.samples == 2);
  return 0;
}
