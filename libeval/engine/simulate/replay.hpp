// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/stage_decider.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace libeval {

/// Counted up when something of a bundle has changed in place.
struct Versions {
  /// A table that one stage alone reads, which it completes.
  struct Completed {
    std::size_t table = 0, stage = 0;
    bool operator==(const Completed&) const = default;
  };
  /// Of a table: another table; other numbers in it. Numbers of a completion are the same under the
  /// same version.
  std::vector<std::uint64_t> rows, numbers;
  std::vector<std::uint64_t> weights; ///< of a stage's tree
  /// Of a dimension: its members are called otherwise, in rows that are the same else.
  std::vector<std::pair<std::string, std::uint64_t>> names;
  std::uint64_t assumptions = 0;
  std::vector<Completed> completed;

  bool operator==(const Versions&) const = default;
};

/// Decides one bundle again and again while numbers, weights, tables and assumptions change in it.
/// What a stage is compiled to is kept for as long as its structure stays, for each field of
/// entrants; only what changed is run again. A stage that is known in part keeps its decisions, by
/// its completion and the outcomes before it, until something else that they may rest on changes.
/// Outcomes, places and scores are those of `decide`, to the bit; see StageDecider::decide_again
/// for what is left out.
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

  /// A stage that is known in part, and what was decided of it.
  struct Partly {
    /// Of the stages that it names: the entrants, their outcomes, and what is left vacant.
    using Before = std::vector<
        std::tuple<std::vector<std::uint32_t>, std::vector<Outcome>, std::optional<std::size_t>>>;
    struct Kept {
      std::optional<Versions> seen; ///< of all that it may rest on
      StageDecision decision;
    };
    bool is = false;          ///< known in part
    bool by_outcomes = false; ///< asks stages before for nothing but that
    /// By the version of its own completion, if it has one.
    std::map<std::pair<std::uint64_t, Before>, Kept> kept;
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
