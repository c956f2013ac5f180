// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/engine/simulate.hpp>
#include <libeval/io/report.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace libeval {

/// One table a stage: chances of the outcomes and places with the widest Monte Carlo error.
[[nodiscard]] std::string report(const Simulation& simulation, const ReportOptions& options = {});

/// Every estimate with its standard error.
[[nodiscard]] std::string to_json(const Simulation& simulation);

/// The same as a table: stage (for weights the node), candidate, quantity, of, value, standard
/// error, and for what holds given a verdict or a choice of rules, which.
[[nodiscard]] std::string to_csv(const Simulation& simulation);

/// A part of a simulation that is run elsewhere: whole counts, and what it belongs to.
struct SimulationPart {
  std::string digest;            ///< of the inputs
  std::uint64_t total = 0;       ///< samples of all parts
  std::size_t shard = 1, of = 1; ///< shard from 1
  Simulation simulation;
};
[[nodiscard]] std::string to_json(const SimulationPart& part);
/// Reads what `to_json` wrote; `name` is shown in diagnostics.
[[nodiscard]] SimulationPart read_part(std::string_view text, const std::string& name,
                                       Diagnostics& diagnostics);
/// The range of replicates of a shard: first, and how many.
struct ShardRange {
  std::uint64_t first = 0, samples = 0;
};
[[nodiscard]] ShardRange range_of_shard(std::uint64_t total, std::size_t shard, std::size_t of);
/// All parts of one simulation in any order, added up. Parts that do not belong together, stand
/// twice or are missing are diagnostics; `names` are those of the parts.
[[nodiscard]] Simulation merge_parts(std::vector<SimulationPart> parts,
                                     const std::vector<std::string>& names,
                                     Diagnostics& diagnostics);

} // namespace libeval
