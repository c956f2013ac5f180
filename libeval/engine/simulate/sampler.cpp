// SPDX-License-Identifier: Apache-2.0
#include "engine/simulate/sampler.hpp"

#include "engine/margins/margins.hpp"

#include <libeval/base/text.hpp>

#include <algorithm>
#include <functional>
#include <numeric>
#include <utility>

namespace libeval {

void set_shares(Node& node, std::span<const double> shares, double sum, bool points) {
  const std::function<void(Node&, double)> scale = [&](Node& part, double by) {
    if (part.points)
      *part.points *= by;
    for (Node& below : part.parts)
      scale(below, by);
  };
  for (std::size_t k = 0; k < node.parts.size(); ++k) {
    Node& part = node.parts[k];
    if (!points) {
      part.weight = shares[k] * sum;
      continue;
    }
    const double before = *part.points, now = shares[k] * sum;
    if (before > 0) {
      for (Node& below : part.parts)
        scale(below, now / before);
    }
    part.points = now;
  }
}

namespace {

/// Points of a tree from another one, part by part.
void copy_points(Node& to, const Node& from) {
  to.points = from.points;
  to.weight = from.weight;
  for (std::size_t k = 0; k < to.parts.size(); ++k)
    copy_points(to.parts[k], from.parts[k]);
}

} // namespace

// --- drawing -------------------------------------------------------------------------------------

void WeightSource::draw(kernel::Stream stream, std::span<double> shares) const {
  if (!dirichlet.empty())
    return kernel::dirichlet(stream, dirichlet, shares);
  if (ordered_all) {
    std::vector<double> drawn(shares.size());
    kernel::simplex(stream, drawn);
    std::ranges::sort(drawn, std::greater<>{});
    for (std::size_t k = 0; k < order.size(); ++k)
      shares[order[k]] = drawn[k];
    return;
  }
  std::ranges::copy(fixed, shares.begin());
  std::vector<double> drawn(free.size());
  if (polytope)
    polytope->sample(stream, drawn);
  else
    kernel::simplex(stream, drawn);
  for (std::size_t k = 0; k < free.size(); ++k)
    shares[free[k]] = room * drawn[k];
}

/// A cell; `z` gives its standard normal number.
template <class Normal>
double CellSource::number(const kernel::Stream& stream, const Cell& cell, Normal&& z) const {
  using Kind = UncertainCells::Kind;
  double x = cell.value;
  switch (what->kind) {
  case Kind::normal:
    x = cell.spread == 0 ? x : x + cell.spread * z();
    break;
  case Kind::lognormal:
    x = cell.spread == 0 ? x : x * kernel::exponential(cell.spread * z());
    break;
  case Kind::uniform:
    x = cell.low == cell.high
            ? cell.low
            : cell.low + (cell.high - cell.low) * kernel::uniform_at(stream, cell.position);
    break;
  case Kind::beta:
    if (const auto shapes = beta_of(cell)) {
      kernel::Stream own = stream.from(first_block(cell));
      x = what->inside->first + (what->inside->second - what->inside->first) *
                                    kernel::beta(own, shapes->first, shapes->second);
    }
    break;
  case Kind::binomial:
    x = what->scale * (static_cast<double>(
                           binomials[cell.binomial].at(kernel::uniform_at(stream, cell.position))) /
                       cell.spread);
    break;
  case Kind::empirical:
    x += what->errors[std::uint64_t{stream.block(cell.position / 4)[cell.position % 4]} *
                          what->errors.size() >>
                      32];
    break;
  }
  return what->inside ? std::clamp(x, what->inside->first, what->inside->second) : x;
}

std::optional<std::pair<double, double>> CellSource::beta_of(const Cell& cell) const {
  const auto [low, high] = *what->inside;
  const double mean = (cell.value - low) / (high - low);
  if (!(mean > 0 && mean < 1))
    return std::nullopt;
  return std::pair(mean * cell.spread, (1 - mean) * cell.spread);
}

void CellSource::draw(kernel::Stream stream, std::vector<ValueColumn>& values) const {
  std::vector<double> normals(root.empty() ? 0 : groups * members); // that a group shares
  for (std::size_t k = 0; k < normals.size(); ++k)
    normals[k] = kernel::normal_at(stream, static_cast<std::uint32_t>(k));
  for (const Cell& cell : cells) {
    const auto z = [&] {
      if (root.empty())
        return kernel::normal_at(stream, cell.position);
      const double* const row = root.data() + cell.member * members;
      const double* const own = normals.data() + cell.group * members;
      double sum = 0;
      for (std::size_t k = 0; k <= cell.member; ++k)
        if (row[k] != 0)
          sum += row[k] * own[k];
      return sum;
    };
    values[cell.column].numbers[cell.row] = number(stream, cell, z);
  }
}

std::size_t Sampler::option(const RuleChoice& choice, kernel::Stream stream) {
  double sum = 0;
  for (const RuleChoice::Option& option : choice.options)
    sum += option.probability;
  const double u = kernel::uniform_at(stream, 0) * sum;
  double until = 0;
  for (std::size_t k = 0; k < choice.options.size(); ++k) {
    until += choice.options[k].probability;
    if (u < until)
      return k;
  }
  return choice.options.size() - 1;
}

std::size_t variant_of(const Uncertainty& uncertainty, const Replicate& replicate,
                       std::vector<std::size_t>& options) {
  std::size_t source = uncertainty.sources_before_rules();
  std::size_t variant = 0;
  options.clear();
  for (const RuleChoice& choice : uncertainty.rules) {
    options.push_back(Sampler::option(choice, replicate.stream(source++)));
    variant = variant * choice.options.size() + options.back();
  }
  return variant;
}

World Sampler::world() const {
  World out;
  out.bundle = bundle;
  out.varied.resize(bundle.tables.size());
  for (const CellSource& source : cells)
    if (!out.varied[source.table])
      out.varied[source.table] = std::make_shared<Table>(*bundle.tables[source.table]);
  for (const CompletionSource& source : completions)
    out.varied[source.table] = std::make_shared<Table>(*bundle.tables[source.table]);
  for (std::size_t t = 0; t < out.varied.size(); ++t)
    if (out.varied[t])
      out.bundle.tables[t] = out.varied[t];
  for (const WeightSource& source : weights)
    out.shares.emplace_back(source.parts.size(), 0.0);
  out.passed.resize(uncertainty.verdicts.size());
  out.drawn.assign(uncertainty.sources(), 0);
  out.versions.rows.assign(bundle.tables.size(), 0);
  out.versions.numbers.assign(bundle.tables.size(), 0);
  out.versions.weights.assign(bundle.program.stages.size(), 0);
  out.seated.resize(bundle.tables.size());
  for (const MemberSource& source : members)
    out.versions.names.emplace_back(source.over, 0);
  for (const CompletionSource& source : completions)
    out.versions.completed.push_back({source.table, source.completes});
  out.completions = &completions;
  const std::vector<Stage>& stages = bundle.program.stages;
  out.moved.resize(stages.size());
  for (std::size_t s = 0; s < stages.size(); ++s) {
    for (std::size_t k = cells.size(); k-- > 0;)
      if (asks_table(stages[s], bundle.program.evidence[cells[k].table].name))
        out.moved[s] = cells[k].what->where;
    for (std::size_t k = weights.size(); k-- > 0;)
      if (weights[k].stage == s)
        out.moved[s] = uncertainty.weights[k].where;
  }
  return out;
}

namespace {

/// Whether a source has to be drawn for this replicate; notes that it is.
bool moves_to(World& world, const Replicate& replicate, std::size_t source) {
  const std::uint64_t number = replicate.number_of(source) + 1;
  return std::exchange(world.drawn[source], number) != number;
}

} // namespace

/// All entries of a stage work on the same points, so that where one moves all are applied anew.
void Sampler::draw_weights(World& world, const Replicate& replicate) const {
  std::vector<std::uint8_t> moved(bundle.program.stages.size(), 0);
  for (std::size_t k = 0; k < weights.size(); ++k) {
    std::vector<double>& shares = world.shares[k];
    if (replicate.shares != nullptr && !(*replicate.shares)[k].empty()) {
      world.drawn[k] = 0;
      if (shares == (*replicate.shares)[k])
        continue;
      shares = (*replicate.shares)[k];
    } else if (moves_to(world, replicate, k)) {
      weights[k].draw(replicate.stream(k), shares);
    } else {
      continue;
    }
    moved[weights[k].stage] = 1;
  }
  std::vector<std::uint8_t> begun(moved.size(), 0);
  for (std::size_t k = 0; k < weights.size(); ++k) {
    const WeightSource& w = weights[k];
    if (moved[w.stage] == 0)
      continue;
    Node& top = *world.bundle.program.stages[w.stage].score;
    if (std::exchange(begun[w.stage], std::uint8_t{1}) == 0) {
      copy_points(top, *bundle.program.stages[w.stage].score);
      ++world.versions.weights[w.stage];
    }
    Node& node = *find_node(top, w.path);
    double sum = 0; // of now: an entry above may have changed it
    for (const Node& part : node.parts)
      sum += w.points ? *part.points : *part.weight;
    set_shares(node, world.shares[k], sum, w.points);
  }
}

/// Entries may share cells; the last one counts, so that those after one that moves are drawn too.
void Sampler::draw_cells(World& world, const Replicate& replicate) const {
  std::vector<std::uint8_t> moved(bundle.tables.size(), 0);
  for (std::size_t k = 0; k < cells.size(); ++k) {
    const CellSource& c = cells[k];
    const std::size_t source = weights.size() + k;
    const bool again = moves_to(world, replicate, source);
    if (!again && (moved[c.table] == 0 || !c.shares_cells))
      continue;
    c.draw(replicate.stream(source), world.varied[c.table]->values);
    moved[c.table] = 1;
  }
  for (std::size_t t = 0; t < moved.size(); ++t)
    world.versions.numbers[t] += moved[t];
}

void Sampler::draw_members(World& world, const Replicate& replicate,
                           const std::vector<std::uint64_t>& numbers_before) const {
  const std::size_t first = weights.size() + cells.size();
  std::vector<std::uint8_t> moved(bundle.tables.size(), 0), begun(bundle.tables.size(), 0);
  for (std::size_t k = 0; k < members.size(); ++k)
    if (moves_to(world, replicate, first + k))
      moved[members[k].table] = 1;
  for (std::size_t k = 0; k < members.size(); ++k) {
    const std::size_t t = members[k].table;
    if (moved[t] == 0 && world.versions.numbers[t] == numbers_before[t])
      continue;
    const bool again = std::exchange(begun[t], std::uint8_t{1}) != 0;
    const Table& from = again             ? *world.bundle.tables[t]
                        : world.varied[t] ? *world.varied[t]
                                          : *bundle.tables[t];
    MemberSource of_drawn; // of a table in which members of another dimension were drawn
    if (again) {
      of_drawn = members_to_draw(from, t, members[k].over);
      of_drawn.alike = false;
    }
    const MemberSource& who = again ? of_drawn : members[k];
    const std::vector<Seat> seats = draw_seats(replicate.stream(first + k), who.names.size());
    if (who.alike && world.seated[t]) {
      seat_again(*world.seated[t], from, who, seats);
      ++world.versions.numbers[t];
    } else {
      auto drawn = std::make_shared<Table>(from);
      seat(*drawn, who, seats);
      if (who.alike)
        world.seated[t] = drawn;
      world.bundle.tables[t] = std::move(drawn);
      if (!again)
        ++world.versions.rows[t];
    }
    if (moved[t] == 0)
      continue;
    ++world.versions.names[k].second;
    const TableSpec& spec = bundle.program.evidence[t];
    if ((!spec.recusals.empty() || !spec.recusals_from.empty()) &&
        who.over == juror_dimension(spec))
      if (const std::size_t list = recuse_copies(bundle, t, times_drawn(who, seats), world.bundle);
          list != nobody)
        ++world.versions.rows[list];
  }
}

void Sampler::draw_verdicts(World& world, const Replicate& replicate) const {
  const std::size_t first = weights.size() + cells.size() + members.size();
  bool moved = false;
  for (std::size_t k = 0; k < uncertainty.verdicts.size(); ++k)
    moved = moves_to(world, replicate, first + k) || moved;
  if (!moved)
    return;
  ++world.versions.assumptions;
  for (std::size_t k = 0; k < uncertainty.verdicts.size(); ++k) {
    const UncertainVerdict& verdict = uncertainty.verdicts[k];
    const bool passed = kernel::uniform_at(replicate.stream(first + k), 0) < verdict.pass;
    world.assumptions[{verdict.rule, verdict_candidates[k]}] =
        passed ? Verdict::pass : Verdict::fail;
    world.passed[k] = passed;
  }
}

void Sampler::draw_completions(World& world, const Replicate& replicate) const {
  const std::size_t first = uncertainty.sources_before_rules() + uncertainty.rules.size();
  for (std::size_t k = 0; k < completions.size(); ++k) {
    if (!moves_to(world, replicate, first + k))
      continue;
    const CompletionSource& c = completions[k];
    const std::uint64_t which = kernel::below_at(replicate.stream(first + k), 0, c.numbers.size());
    world.varied[c.table]->values.front().numbers = c.numbers[which];
    world.versions.numbers[c.table] = which + 1;
  }
}

void Sampler::draw(World& world, const Replicate& replicate) const {
  const std::vector<std::uint64_t> numbers_before = world.versions.numbers;
  draw_weights(world, replicate);
  draw_cells(world, replicate);
  draw_completions(world, replicate);
  draw_members(world, replicate, numbers_before);
  draw_verdicts(world, replicate);
}

namespace {

/// Nothing is known of the scores of others than those for whom completions were drawn.
void check_entrants(const CompletionSource& source, const Decision& decision,
                    Diagnostics& diagnostics) {
  const std::vector<std::uint32_t>& now = decision.stages[source.completes].entrants;
  if (now != source.entrants && std::ranges::any_of(now, [&](std::uint32_t candidate) {
        return std::ranges::find(source.entrants, candidate) == source.entrants.end();
      }))
    diagnostics.error(source.where,
                      "who enters `" + source.stage +
                          "` depends on what is drawn for the stages before it, and completions "
                          "are drawn for one field",
                      "leave out its completions, or what makes its entrants uncertain");
}

/// Else such a replicate would be one in which nobody knows anything.
void check_record(const World& world, std::size_t s, const Decision& decision,
                  Diagnostics& diagnostics) {
  const StageDecision& stage = decision.stages[s];
  if (!world.moved[s] || !stage.partial || stage.partial->contradiction.empty())
    return;
  std::string statements;
  for (const Finding& finding : stage.findings)
    if (finding.rule == "contradiction")
      for (const std::string& source : finding.sources)
        statements += (statements.empty() ? "" : "; ") + source;
  const std::string id = world.bundle.program.stages[s].id.str();
  diagnostics.error(*world.moved[s],
                    "what is drawn contradicts what was published of `" + id + "`: " + statements,
                    "take it as it might have been with `completions: [{stage: " + id +
                        "}]`, or draw only what its record allows");
}

} // namespace

const Decision& decide_again(World& world, Diagnostics& diagnostics) {
  if (!world.replay)
    world.replay = std::make_unique<Replay>(world.bundle, world.assumptions);
  const Decision& decision = world.replay->decide(world.versions, diagnostics);
  for (const CompletionSource& source : *world.completions)
    if (!diagnostics.has_errors())
      check_entrants(source, decision, diagnostics);
  for (std::size_t s = 0; s < decision.stages.size() && !diagnostics.has_errors(); ++s)
    check_record(world, s, decision, diagnostics);
  return decision;
}

} // namespace libeval
