// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/select/select.hpp"

#include <libeval/domain/program.hpp>

#include <cstddef>
#include <vector>

namespace libeval {

/// Unknown verdicts that turn on the same open derivations, and the ways in which they may turn out
/// together.
struct LinkedVerdicts {
  std::vector<Question> questions;
  std::vector<std::vector<bool>> ways; ///< of each whether it passes; distinct, at least one

  /// How many of the ways agree with what is assumed, of all of them.
  [[nodiscard]] double share_of(const Assumptions& assumed) const;
};

/// The verdicts of a bundle that are linked, by policy. Exact over derivations; what else several
/// verdicts share (whether a record is complete, whose something is, a claim) is taken as open by
/// itself for each of them, so that a way may be named that cannot be, and none that can is left
/// out. With more than 6 derivations or 10 verdicts that hang together the verdicts of a policy
/// are taken as independent. One judgment of the policy for each way of the derivations.
[[nodiscard]] std::vector<LinkedVerdicts> linked_verdicts(const Bundle& bundle);

} // namespace libeval
