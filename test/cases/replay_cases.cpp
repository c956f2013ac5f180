// SPDX-License-Identifier: Apache-2.0

// What a replay keeps from one replicate to the next is never seen: for every bundle of the cases,
// with errors in every table, other weights and members drawn anew, each decision is that of
// `decide` on the same numbers, to the bit.

#include "engine/simulate/sampler.hpp"

#include "support/catch.hpp"

#include <libeval/domain/rows.hpp>
#include <libeval/engine/decide.hpp>
#include <libeval/io/load.hpp>

#include <algorithm>
#include <bit>
#include <filesystem>
#include <memory>

using namespace libeval;
namespace fs = std::filesystem;

namespace {

bool same_bits(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

void check_same(const StageDecision& a, const StageDecision& b) {
  INFO("stage " << b.id);
  REQUIRE(a.entrants == b.entrants);
  CHECK(a.outcomes == b.outcomes);
  CHECK(a.place == b.place);
  CHECK(a.place_before_ties == b.place_before_ties);
  CHECK(a.pools == b.pools);
  CHECK(a.pool == b.pool);
  CHECK(a.pool_place == b.pool_place);
  CHECK(a.bands == b.bands);
  CHECK(a.places == b.places);
  CHECK(a.advancing == b.advancing);
  CHECK(a.vacancies == b.vacancies);
  CHECK(same_bits(a.tolerance, b.tolerance));
  REQUIRE(a.total.size() == b.total.size());
  REQUIRE(a.nodes.size() == b.nodes.size());
  for (std::size_t e = 0; e < a.total.size(); ++e) {
    CHECK(same_bits(a.total[e], b.total[e]));
    for (std::size_t k = 0; k < a.nodes.size(); ++k) {
      REQUIRE(a.nodes[k].path == b.nodes[k].path);
      CHECK(a.nodes[k].scores.has(e) == b.nodes[k].scores.has(e));
      CHECK(same_bits(a.nodes[k].scores.value(e), b.nodes[k].scores.value(e)));
      CHECK(a.nodes[k].points == b.nodes[k].points);
    }
  }
}

/// Everything that can be uncertain about a bundle, each on trial by itself; members are drawn anew
/// in every third table, or in all and with nothing beside.
Uncertainty everything(const Bundle& bundle, bool members_alone) {
  Uncertainty out;
  const auto try_out = [&](auto Uncertainty::*list, auto what) {
    Uncertainty one;
    (one.*list).push_back(what);
    Diagnostics diagnostics;
    const Sampler sampler(bundle, one, diagnostics);
    if (!diagnostics.has_errors())
      (out.*list).push_back(std::move(what));
  };
  for (const Stage& stage : bundle.program.stages) {
    if (members_alone)
      break;
    UncertainWeights weights;
    weights.stage = stage.id.str();
    weights.concentration = 50;
    try_out(&Uncertainty::weights, weights);
  }
  for (std::size_t t = 0; t < bundle.tables.size(); ++t) {
    const TableSpec& spec = bundle.program.evidence[t];
    for (const ValueColumn& column : bundle.tables[t]->values) {
      if (members_alone)
        break;
      UncertainCells cells;
      cells.evidence = spec.name;
      cells.value = spec.wide.empty() ? column.name : "";
      cells.kind = t % 2 == 0 ? UncertainCells::Kind::normal : UncertainCells::Kind::empirical;
      cells.spread.number = 0.5;
      cells.errors = {-1, 0, 0, 0, 1}; // often the same number, often a tie
      try_out(&Uncertainty::measurements, cells);
      if (!spec.wide.empty())
        break; // all columns at once
    }
    for (const std::string& dimension : other_dimensions(*bundle.tables[t], spec))
      if (members_alone || t % 3 == 2)
        try_out(&Uncertainty::bootstrap, Bootstrap{spec.name, dimension, {}, {}, {}});
  }
  return out;
}

bool is_small(const Bundle& bundle) {
  std::size_t cells = 0;
  for (const auto& table : bundle.tables)
    cells += table->rows * std::max<std::size_t>(1, table->values.size());
  return bundle.program.candidates.size() <= 300 && cells <= 5000;
}

} // namespace

namespace {

/// How many replicates were decided, and how many refused, each as by `decide`.
std::pair<std::size_t, std::size_t> replay_all(bool members_alone) {
  std::size_t seen = 0, decided = 0, refused = 0;
  for (const fs::directory_entry& entry :
       fs::directory_iterator(fs::path(LIBEVAL_TEST_DIR) / "cases")) {
    if (!fs::exists(entry.path() / "program.yaml"))
      continue;
    INFO(entry.path().filename().string());
    Diagnostics diagnostics;
    const Tree rules = load_rules(entry.path(), diagnostics);
    if (diagnostics.has_errors())
      continue;
    const Bundle bundle = load_bundle(rules, entry.path(), diagnostics);
    if (diagnostics.has_errors() || !is_small(bundle))
      continue;
    const Uncertainty uncertainty = everything(bundle, members_alone);
    const Sampler sampler(bundle, uncertainty, diagnostics);
    REQUIRE_FALSE(diagnostics.has_errors());
    const std::size_t sources = uncertainty.sources();
    std::unique_ptr<World> world;
    ++seen;
    for (std::uint64_t r = 0; r < 8; ++r) {
      INFO("replicate " << r);
      // Each time some of the sources move, one of them all the time.
      std::vector<std::uint64_t> from(sources);
      for (std::size_t k = 0; k < sources; ++k)
        from[k] = k == r % std::max<std::size_t>(sources, 1) ? r : r / (2 + k % 3);
      const Replicate replicate{7, 0, &from};
      if (!world)
        world = std::make_unique<World>(sampler.world());
      sampler.draw(*world, replicate);
      Diagnostics errors, errors_again;
      const Decision plain = decide(world->bundle, world->assumptions, errors);
      const Decision& again = decide_again(*world, errors_again);
      // A named measure that names a member who was not drawn is no error until it is asked for.
      const bool later = members_alone && errors.has_errors();
      CHECK((later || errors.has_errors() == errors_again.has_errors()));
      if (errors.has_errors()) {
        ++refused;
        world.reset();
        continue;
      }
      ++decided;
      REQUIRE(plain.stages.size() == again.stages.size());
      for (std::size_t s = 0; s < plain.stages.size(); ++s)
        check_same(again.stages[s], plain.stages[s]);
    }
  }
  CHECK(seen > 100);
  return {decided, refused};
}

} // namespace

TEST_CASE("a replay is the decision, to the bit, in every case") {
  CHECK(replay_all(false).first > 800);
}

TEST_CASE("a replay of members drawn anew is the decision, to the bit, in every case") {
  const auto [decided, refused] = replay_all(true);
  CHECK(decided > 800);
  CHECK(refused < 400); // where a rule names a member who was not drawn
}
