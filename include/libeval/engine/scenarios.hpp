// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/base/diagnostic.hpp>
#include <libeval/domain/program.hpp>
#include <libeval/engine/decision.hpp>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

/// How the decision may still turn out, over everything that is unknown.
namespace libeval {

/// Something that is not known: a verdict under a rule (or a gap in a part, which as a pass is
/// better than anything and as a fail worse).
struct Unknown {
  std::string what;
  std::size_t candidate = nobody;
};

/// What has to turn out how; unknowns by position, and whether they pass.
using ScenarioCase = std::vector<std::pair<std::size_t, bool>>;

/// One distinct decision: who goes on in which stage.
struct Scenario {
  struct StageOutcome {
    std::vector<std::uint32_t> advancing, reserve, held; ///< candidates, ascending
    bool in_part = false; ///< the scores of the stage are known only in part
    friend auto operator<=>(const StageOutcome&, const StageOutcome&) = default;
  };
  std::vector<StageOutcome> stages;
  std::vector<ScenarioCase> cases; ///< they exclude each other
  double share = 0;                ///< of all completions, each counted once
};

struct Scenarios {
  std::vector<Unknown> unknowns; ///< in the order met
  std::vector<bool> matters;     ///< whether any distinct decision turns on it
  std::vector<Scenario> all;     ///< the largest share first
  bool whole = true;             ///< false: there are more cases than were looked at
};

/// The distinct decisions over all completions of what is unknown, exactly: verdicts that hold
/// somebody and gaps that a rule leaves open. Where taking out somebody who does not go on cannot
/// change who does, such verdicts are not tried, so that 30 unknowns do not need 2^30 decisions;
/// the number of decisions is about twice that of the cases. At most `most` cases.
[[nodiscard]] Scenarios scenarios(const Bundle& bundle, Diagnostics& diagnostics,
                                  std::size_t most = 100'000);

} // namespace libeval
