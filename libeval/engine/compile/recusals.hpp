// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/compile/cells.hpp"

#include <map>
#include <utility>

namespace libeval {

/// The marks that a table's recusals leave out, found cell by cell.
class Recusals {
public:
  /// Those that the table declares; of later date than the program's none.
  Recusals(const Context& context, const TableSpec& spec, const Cells& cells);

  [[nodiscard]] bool any() const { return !declared_.empty(); }
  /// Whether the juror (a member of the dimension) is recused for the candidate.
  [[nodiscard]] bool concern(std::uint32_t juror, std::uint32_t candidate) const;
  /// The same of a cell, and of votes on a pair with the candidate on either side; a mark that
  /// stands there is counted as left out, a vote once.
  [[nodiscard]] bool leave_out(std::size_t cell);

  /// The dimension whose members are recused; nullptr if there is none.
  [[nodiscard]] const std::string& dimension() const { return dimension_; }
  /// One for each recusal of an entrant.
  [[nodiscard]] std::vector<AppliedRecusal> applied() const;

private:
  using Pair = std::pair<std::uint32_t, std::uint32_t>; // juror, candidate

  const Context& context_;
  const TableSpec& spec_;
  const Cells& cells_;
  std::string dimension_;
  const Dimension* jurors_ = nullptr;
  const Dimension* candidates_ = nullptr;
  const Dimension* opponents_ = nullptr; ///< of pairs, with
  const Dimension* sides_ = nullptr;     ///< which of the two a cell is seen from
  std::vector<Recusal> declared_;
  std::vector<Pair> pairs_;           ///< of each declared; npos for who is not known
  std::map<Pair, std::size_t> marks_; ///< how many are left out
};

} // namespace libeval
