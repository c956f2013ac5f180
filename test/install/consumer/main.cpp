// SPDX-License-Identifier: Apache-2.0
#include <libeval/domain/expand.hpp>
#include <libeval/domain/program.hpp>
#include <libeval/engine/decide.hpp>
#include <libeval/engine/reconstruct.hpp>
#include <libeval/io/uncertain.hpp>
#include <libeval/kernel/outrank.hpp>

#include <iostream>

int main() {
  using namespace libeval;
  const Tree rules = tree::map(
      {{"libeval", tree::number(1)},
       {"program", tree::text("consumer")},
       {"candidates", tree::map({{"a", tree::map({{"seed", tree::number(2)}})},
                                 {"b", tree::map({{"seed", tree::number(1)}})}})},
       {"stages",
        tree::list({tree::map(
            {{"id", tree::text("only")},
             {"places", tree::number(1)},
             {"score", tree::map({{"from", tree::map({{"attribute", tree::text("seed")}})},
                                  {"direction", tree::text("cost")}})}})})}});
  Diagnostics diagnostics;
  Bundle bundle;
  bundle.program = read_program(expand(rules, diagnostics), diagnostics);
  const Decision decision = decide(bundle, diagnostics);
  for (const Diagnostic& diagnostic : diagnostics.all())
    std::cerr << diagnostic.message << "\n";
  // What needs other libraries: digests, and integer programs (here there is nothing to solve).
  Diagnostics problems;
  const std::string digest = digest_of_inputs(rules, tree::map({}), ".", bundle, problems);
  static_cast<void>(reconstruct(bundle, {}, problems));
  if (digest.size() != 64 || !problems.has_errors())
    return 1;
  const StageDecision& stage = decision.stages.front();
  std::cout << "a " << to_string(stage.outcomes[0]) << ", b " << to_string(stage.outcomes[1])
            << "\n";
  return stage.outcomes[1] == Outcome::advances && stage.outcomes[0] == Outcome::cut ? 0 : 1;
}
