// SPDX-License-Identifier: Apache-2.0
#include "engine/simulate/lane_draws.hpp"

#include "kernel/beta.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

namespace libeval {
namespace {

using Step = kernel::ScoreStep;
constexpr std::uint32_t no_row = kernel::ScoreProgram::no_row;
constexpr double before_unit = 1 - 0x1p-53; ///< from a number of `uniforms` to one in (0, 1)

/// Writes the draws of uncertain cells.
class Draws {
public:
  Draws(kernel::ScoreProgram& program, const Sampler& sampler)
      : program_(program), sampler_(sampler) {}

  void add(std::size_t source, const std::vector<PlacedCell>& cells) {
    using Kind = UncertainCells::Kind;
    const CellSource& from = sampler_.cells[source];
    stream_ = static_cast<std::uint32_t>(sampler_.weights.size() + source + 1);
    std::vector<PlacedCell> drawn;
    for (const PlacedCell& one : cells)
      if (const auto certain = certain_value(from, *one.cell))
        program_.constant.emplace_back(one.row, *certain);
      else
        drawn.push_back(one);
    if (drawn.empty())
      return;
    const auto spread = [](const CellSource::Cell& c) { return std::pair(c.value, c.spread); };
    switch (from.what->kind) {
    case Kind::normal:
    case Kind::lognormal:
      if (from.root.empty())
        add_blocks(Step::Kind::normals, drawn, spread).flag = from.what->kind == Kind::lognormal;
      else
        add_correlated(from, drawn);
      break;
    case Kind::uniform:
      add_blocks(Step::Kind::uniforms, drawn, [](const CellSource::Cell& c) {
        return std::pair(c.low - (c.high - c.low) * before_unit, c.high - c.low);
      });
      break;
    case Kind::beta:
      add_beta(from, drawn);
      break;
    case Kind::binomial:
      add_blocks(Step::Kind::uniforms, drawn,
                 [](const CellSource::Cell&) { return std::pair(-before_unit, 1.0); });
      add_tables(from, drawn);
      break;
    case Kind::empirical:
      add_empirical(from, drawn);
      break;
    }
    if (from.what->inside)
      add_clamp(*from.what->inside, drawn);
  }

private:
  /// A cell that is the same in every replicate.
  static std::optional<double> certain_value(const CellSource& from, const CellSource::Cell& cell) {
    using Kind = UncertainCells::Kind;
    const Kind kind = from.what->kind;
    std::optional<double> out;
    if ((kind == Kind::normal || kind == Kind::lognormal) && cell.spread == 0)
      out = cell.value;
    else if (kind == Kind::uniform && cell.low == cell.high)
      out = cell.low;
    else if (kind == Kind::beta && !from.beta_of(cell))
      out = cell.value;
    if (out && from.what->inside)
      out = std::clamp(*out, from.what->inside->first, from.what->inside->second);
    return out;
  }

  Step& begin(Step::Kind kind) {
    Step& out = program_.steps.emplace_back();
    out.kind = kind;
    out.source = stream_;
    out.index = program_.index.size();
    out.number = program_.number.size();
    return out;
  }
  void put(std::size_t x) { program_.index.push_back(static_cast<std::uint32_t>(x)); }

  /// Numbers by position, two a block.
  template <class Numbers>
  Step& add_blocks(Step::Kind kind, const std::vector<PlacedCell>& cells, Numbers&& numbers) {
    std::map<std::uint32_t, std::array<const PlacedCell*, 2>> blocks;
    for (const PlacedCell& one : cells)
      blocks[one.cell->position / 2][one.cell->position % 2] = &one;
    Step& out = begin(kind);
    for (const auto& [block, pair] : blocks) {
      put(block);
      for (const PlacedCell* one : pair) {
        put(one == nullptr ? no_row : one->row);
        const auto [value, spread] = one == nullptr ? std::pair(0.0, 0.0) : numbers(*one->cell);
        program_.number.push_back(value);
        program_.number.push_back(spread);
      }
    }
    out.terms = static_cast<std::uint32_t>(blocks.size());
    return out;
  }

  /// Numbers by position, four a block.
  void add_empirical(const CellSource& from, const std::vector<PlacedCell>& cells) {
    std::map<std::uint32_t, std::array<const PlacedCell*, 4>> blocks;
    for (const PlacedCell& one : cells)
      blocks[one.cell->position / 4][one.cell->position % 4] = &one;
    Step& out = begin(Step::Kind::empirical);
    for (const auto& [block, four] : blocks) {
      put(block);
      for (const PlacedCell* one : four) {
        put(one == nullptr ? no_row : one->row);
        program_.number.push_back(one == nullptr ? 0 : one->cell->value);
      }
    }
    out.terms = static_cast<std::uint32_t>(blocks.size());
    out.n = static_cast<std::uint32_t>(from.what->errors.size());
    program_.number.insert(program_.number.end(), from.what->errors.begin(),
                           from.what->errors.end());
  }

  void add_correlated(const CellSource& from, const std::vector<PlacedCell>& cells) {
    const std::size_t m = from.members;
    bool alike = true;
    for (std::size_t i = 1; i < m; ++i)
      for (std::size_t j = 0; j + 1 < i; ++j)
        alike = alike && std::abs(from.root[i * m + j] - from.root[(j + 1) * m + j]) <= 0x1p-50;
    std::vector<const PlacedCell*> at(from.groups * m, nullptr);
    for (const PlacedCell& one : cells)
      at[one.cell->group * m + one.cell->member] = &one;
    Step& out = begin(Step::Kind::correlated);
    out.n = static_cast<std::uint32_t>(m);
    out.terms = static_cast<std::uint32_t>(from.groups);
    out.flag = from.what->kind == UncertainCells::Kind::lognormal;
    out.a = program_.rows;
    out.b = alike ? 1 : 0;
    program_.rows += out.n;
    program_.number.insert(program_.number.end(), from.root.begin(), from.root.end());
    for (const PlacedCell* one : at) {
      put(one == nullptr ? no_row : one->row);
      program_.number.push_back(one == nullptr ? 0 : one->cell->value);
      program_.number.push_back(one == nullptr ? 0 : one->cell->spread);
    }
  }

  void add_clamp(const std::pair<double, double>& inside, const std::vector<PlacedCell>& cells) {
    Step& out = begin(Step::Kind::clamp);
    out.terms = static_cast<std::uint32_t>(cells.size());
    for (const PlacedCell& one : cells)
      put(one.row);
    program_.number.push_back(inside.first);
    program_.number.push_back(inside.second);
  }

  void add_beta(const CellSource& from, const std::vector<PlacedCell>& cells) {
    Step& out = begin(Step::Kind::beta);
    out.terms = static_cast<std::uint32_t>(cells.size());
    const auto [low, high] = *from.what->inside;
    for (const PlacedCell& one : cells) {
      put(one.row);
      put(CellSource::first_block(*one.cell));
      const auto [a, b] = *from.beta_of(*one.cell);
      const kernel::BetaNumbers of = kernel::beta_numbers(a, b);
      program_.number.push_back(low);
      program_.number.push_back(high - low);
      for (const auto& pair : {of.d, of.c, of.squeeze, of.power})
        program_.number.insert(program_.number.end(), pair, pair + 2);
    }
  }

  /// Tables of the distribution functions, each with a guide: from which entry on to look for a
  /// number in each of as many equal parts of (0, 1) as there are entries (Chen and Asau 1974).
  void add_tables(const CellSource& from, const std::vector<PlacedCell>& cells) {
    struct Where {
      std::uint32_t guide, until, value, count;
    };
    std::map<std::uint32_t, Where> tables;
    for (const PlacedCell& one : cells) {
      const std::uint32_t which = one.cell->binomial;
      if (tables.contains(which))
        continue;
      const kernel::Binomial& of = from.binomials[which];
      const auto until = of.until();
      Where where{static_cast<std::uint32_t>(program_.index.size()),
                  static_cast<std::uint32_t>(program_.number.size()), 0,
                  static_cast<std::uint32_t>(until.size())};
      program_.number.insert(program_.number.end(), until.begin(), until.end());
      where.value = static_cast<std::uint32_t>(program_.number.size());
      for (std::uint32_t k = 0; k < where.count; ++k)
        program_.number.push_back(from.what->scale *
                                  (static_cast<double>(of.first() + k) / one.cell->spread));
      const std::size_t parts = std::max<std::size_t>(64, until.size());
      put(parts);
      for (std::size_t k = 0; k < parts; ++k) // a little below, for products that are rounded
        put(std::min<std::size_t>(
            static_cast<std::size_t>(
                std::ranges::upper_bound(until, (static_cast<double>(k) - 1e-6) /
                                                    static_cast<double>(parts)) -
                until.begin()),
            until.size() - 1));
      tables.emplace(which, where);
    }
    Step& out = begin(Step::Kind::binomial);
    out.terms = static_cast<std::uint32_t>(cells.size());
    for (const PlacedCell& one : cells) {
      const Where& where = tables.at(one.cell->binomial);
      put(one.row);
      put(where.guide);
      put(where.until);
      put(where.value);
      put(where.count);
    }
  }

  kernel::ScoreProgram& program_;
  const Sampler& sampler_;
  std::uint32_t stream_ = 0;
};

} // namespace

void add_draws(kernel::ScoreProgram& program, const Sampler& sampler, std::size_t source,
               const std::vector<PlacedCell>& cells) {
  Draws(program, sampler).add(source, cells);
}

void add_weights(kernel::ScoreProgram& program, const Sampler& sampler, KernelModel& model) {
  program.draws_weights = true;
  std::size_t before = 0;
  for (std::size_t k = 0; k < sampler.weights.size(); ++k) {
    const WeightSource& from = sampler.weights[k];
    const bool plain = from.dirichlet.empty() && !from.polytope;
    model.weights_on_lanes.push_back(plain ? 1 : 0);
    program.draws_weights = program.draws_weights && plain;
    const std::size_t first = std::exchange(before, before + from.parts.size());
    if (!plain)
      continue;
    const std::vector<std::size_t>& moving = from.ordered_all ? from.order : from.free;
    kernel::ScoreStep& step = program.steps.emplace_back();
    step.kind = kernel::ScoreStep::Kind::simplex;
    step.source = static_cast<std::uint32_t>(k + 1);
    step.n = static_cast<std::uint32_t>(moving.size());
    step.a = program.rows;
    step.flag = from.ordered_all;
    step.index = program.index.size();
    step.number = program.number.size();
    program.rows += step.n;
    program.number.push_back(from.ordered_all ? 1 : from.room);
    for (const std::size_t part : moving)
      program.index.push_back(static_cast<std::uint32_t>(first + part));
    for (std::size_t part = 0; part < from.parts.size(); ++part)
      if (std::ranges::find(moving, part) == moving.end()) {
        program.index.push_back(static_cast<std::uint32_t>(first + part));
        program.number.push_back(from.fixed[part]);
        ++step.terms;
      }
  }
}

} // namespace libeval
