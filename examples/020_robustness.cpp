// SPDX-License-Identifier: Apache-2.0

// How sure is the cut, and what would change it?
//   020_robustness examples/close-call

#include <libeval/engine/decide.hpp>
#include <libeval/engine/margins.hpp>
#include <libeval/engine/simulate.hpp>
#include <libeval/io/load.hpp>
#include <libeval/words.hpp>

#include <fmt/core.h>

int main(int argc, char** argv) {
  try {
    libeval::Uncertain uncertain;
    uncertain.variants.push_back(libeval::load_bundle(argc > 1 ? argv[1] : "close-call"));
    const libeval::Bundle& bundle = uncertain.variants.front();
    const libeval::Decision decision = libeval::decide(bundle);

    libeval::UncertainWeights weights; // round the program's own, as likely 55 : 45 as 65 : 35
    weights.concentration = 100;
    uncertain.uncertainty.weights.push_back(weights);
    libeval::UncertainCells errors; // of each test result
    errors.evidence = "tests";
    errors.spread.number = 2.5;
    uncertain.uncertainty.measurements.push_back(errors);

    libeval::Diagnostics diagnostics;
    libeval::SimulateOptions options;
    options.samples = 100000;
    const libeval::Simulation simulation = libeval::simulate(uncertain, options, diagnostics);
    if (diagnostics.has_errors())
      throw libeval::LoadError(diagnostics);
    for (std::size_t c = 0; c < simulation.names.size(); ++c) {
      const auto chance = outcome_probability(simulation.all, 0, c, libeval::Outcome::advances);
      fmt::print("{:<8} advances in {:5.1f} % of samples (standard error {:.2f})\n",
                 simulation.names[c], 100 * chance.value, 100 * chance.error);
    }

    const auto margins = libeval::margins(uncertain, decision, {}, diagnostics);
    for (const libeval::WeightMargin& nearest : margins.front().weights)
      fmt::print("in {}, {} comes in for {} once the weights are {:.3f} away\n", nearest.norm,
                 simulation.names[nearest.in], simulation.names[nearest.out], nearest.distance);
  } catch (const libeval::LoadError& refused) {
    for (const libeval::Diagnostic& diagnostic : refused.diagnostics().all())
      fmt::print(stderr, "{}\n", diagnostic);
    return 2;
  }
}
