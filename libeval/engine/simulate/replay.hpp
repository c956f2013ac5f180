// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/stage_decider.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace libeval {

/// Counted up when something of a bundle has changed in place.
struct Versions {
  std::vector<std::uint64_t> rows, numbers; ///< of a table: another table; other numbers in it
  std::vector<std::uint64_t> weights;       ///< of a stage's tree
  /// Of a dimension: its members are called otherwise, in rows that are the same else.
  std::vector<std::pair<std::string, std::uint64_t>> names;
  std::uint64_t assumptions = 0;
  std::vector<std::size_t> completed; ///< tables that the completed stage alone reads

  bool operator==(const Versions&) const = default;
};

/// Decides one bundle again and again while numbers, weights, tables and assumptions change in it.
/// What a stage is compiled to is kept for as long as its structure stays, for each field of
/// entrants; only what changed is run again. A stage that is known in part keeps its decision until
/// something it may rest on changes. Outcomes, places and scores are those of `decide`, to
/// the bit; see StageDecider::decide_again for what is left out.
class Replay {
public:
  /// Both must outlive it, and stay where they are.
  Replay(const Bundle& bundle, const Assumptions& assumptions);

  /// The decision on the bundle as it is now. With errors it is not to be used, nor is this.
  const Decision& decide(const Versions& now, Diagnostics& diagnostics);

private:
  /// A stage for one field of entrants.
  struct Field {
    std::unique_ptr<StageDecider> decider;
    StageDecision aside; ///< while another field is the current one
    Versions seen;
  };
  struct Fields {
    std::vector<Field> all;
    std::size_t current = nobody;
  };

  /// A stage that is known in part, and what it was decided from.
  struct Partly {
    bool is = false;          ///< known in part
    bool by_outcomes = false; ///< asks stages before only who goes on and what is left vacant
    std::optional<Versions> seen;
    std::vector<std::pair<std::vector<Outcome>, std::optional<std::size_t>>> before;
  };

  void begin();
  void decide_partly_known(std::size_t s, const Versions& now);
  void decide_stage(std::size_t s, const Versions& now);
  Field& field_of(std::size_t s, const std::vector<std::uint32_t>& entrants);
  [[nodiscard]] StageChanges changes(const Field& field, std::size_t s, const Versions& now) const;

  const Bundle& bundle_;
  const Assumptions& assumptions_;
  Diagnostics diagnostics_;
  std::optional<Names> names_;
  std::vector<std::uint64_t> named_rows_; ///< versions that the names are of
  std::vector<std::size_t> order_;
  std::vector<bool> with_measures_; ///< by stage: a later one may ask for its measures
  bool begun_ = false;
  std::vector<Partly> partly_; ///< by stage
  std::vector<Fields> fields_;
  Earlier earlier_;
  Decision decision_;
};

} // namespace libeval
