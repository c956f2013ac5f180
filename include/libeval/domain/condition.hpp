// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/domain/lineage.hpp>
#include <libeval/domain/selection.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace libeval {

/// What a condition looks for at the other end of a derivation.
struct Target {
  bool external = true;            ///< whatever is not the team's own; or
  std::vector<std::string> owners; ///< what these parties own, or
  std::vector<std::string> things; ///< these nodes
};

/// One condition of a rule. Which members count depends on the kind.
struct Condition {
  enum class Kind {
    reaches,     ///< `to` is reached along carriers, over any number of derivations
    derives,     ///< a derivation of the thing itself, by kind or carrier, from `to`
    obligations, ///< what came along with licenses is met
    license,     ///< the license is one of `words`
    compatible,  ///< every license along the way may go into the outbound one
    control,     ///< an ordinal criterion has at least a level
    score,       ///< a score of the stage meets a bound
    all,
    any,
    not_
  };
  Kind kind = Kind::all;
  Carriers along;
  Target to;
  bool undeclared_counts = true;  ///< a record not known to be complete leaves the answer open
  std::vector<std::string> words; ///< derives: kinds; obligations: which; license: allowed
  std::string name;       ///< control: the criterion; score: the part; compatible, obligations:
                          ///< the outbound license, that of the thing if left out
  int level = 0;          ///< control
  bool of_itself = false; ///< license: of the thing itself too
  bool licensed = false;  ///< obligations: what licenses ask, not what the record names
  enum class Use { not_said, commercial, non_commercial } use = Use::not_said; ///< obligations
  Bound bound;                                                                 ///< score
  std::vector<std::uint32_t> parts; ///< all, any, not: positions of conditions before this one
  Where where;
};

/// A condition with its parts, parts before wholes; the last is the condition itself. Evaluated in
/// this order without recursion, every part of it. Empty: no condition.
using Formula = std::vector<Condition>;

} // namespace libeval
