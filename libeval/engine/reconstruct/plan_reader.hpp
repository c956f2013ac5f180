// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/compile/plan.hpp"
#include "engine/reconstruct/knowledge.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace libeval {

/// Reads the structure of a plan between the leaves and the total as linear expressions. Rounding
/// adds unknowns and rows to the knowledge.
class PlanReader {
public:
  PlanReader(const Plan& plan, std::size_t entrants, Knowledge& knowledge);

  void know(ArrayId array, std::vector<Linear> values) { known_[array] = std::move(values); }

  /// The elements of an array; nothing where an operation on the way is not linear, whose word
  /// `stopped_at` then names.
  const std::vector<Linear>* read(ArrayId array);

  std::string stopped_at;

private:
  using Values = std::optional<std::vector<Linear>>;

  template <class Op>
  Values expressions(const Op&) {
    return std::nullopt;
  }
  Values expressions(const op::Affine& o);
  Values expressions(const op::Divide& o);
  Values expressions(const op::Gather& o);
  Values expressions(const op::Concat& o);
  Values expressions(const op::Combine& o);
  Values expressions(const op::Reduce& o);
  Values expressions(const op::Binary& o);
  Values expressions(const op::Round& o);
  /// What each element of an array becomes.
  template <class F>
  Values each(ArrayId array, const F& become);
  Linear rounded(const Linear& x, const op::Round& o);

  const Plan& plan_;
  std::size_t n_;
  Knowledge& knowledge_;
  std::map<ArrayId, std::size_t> maker_; ///< the operation that makes an array
  std::map<ArrayId, std::vector<Linear>> known_;
};

} // namespace libeval
