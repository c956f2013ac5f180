// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/base/diagnostic.hpp>
#include <libeval/domain/program.hpp>
#include <libeval/engine/decision.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
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

/// Very many decisions that are told in one: those of a row who pass go on, up to a number of
/// places.
struct ScenarioRow {
  struct Entrant {
    std::uint32_t candidate = 0;
    std::vector<std::size_t> unknowns; ///< all must pass; empty: nothing about it is unknown
    double share = 0;                  ///< of all completions in which it goes on
  };
  std::size_t stage = 0, places = 0;
  std::vector<Entrant> row; ///< in the order in which they are taken
  double decisions = 0;     ///< how many distinct ones; exact up to 2^53
};

struct Scenarios {
  std::vector<Unknown> unknowns;  ///< in the order met
  std::vector<bool> matters;      ///< whether any distinct decision turns on it
  std::vector<Scenario> all;      ///< the largest share first; empty where a row tells them
  std::optional<ScenarioRow> row; ///< instead of `all`
  bool whole = true;              ///< false: there are more cases than were looked at
};

/// How many cases are listed before they are told as a row, and looked at where they are none.
struct ScenarioLimits {
  std::size_t listed = 1'000, most = 10'000;
};

/// The distinct decisions over all completions of what is unknown, exactly: verdicts that hold
/// somebody and gaps that a rule leaves open, each by itself. Where taking out somebody who does
/// not go on cannot change who does, such verdicts are not tried, so that 30 unknowns do not need
/// 2^30 decisions; the number of decisions is about twice that of the cases. Where one stage takes
/// the first of an order and unknown verdicts put out before or behind it, more than `listed` cases
/// are told as a row, in O(entrants * places).
[[nodiscard]] Scenarios scenarios(const Bundle& bundle, Diagnostics& diagnostics,
                                  const ScenarioLimits& limits = {});

} // namespace libeval
