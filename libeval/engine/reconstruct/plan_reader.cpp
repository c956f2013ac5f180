// SPDX-License-Identifier: Apache-2.0
#include "engine/reconstruct/plan_reader.hpp"

#include "engine/reconstruct/rounding.hpp"

#include <cmath>
#include <utility>
#include <variant>

namespace libeval {

PlanReader::PlanReader(const Plan& plan, std::size_t entrants, Knowledge& knowledge)
    : plan_(plan), n_(entrants), knowledge_(knowledge) {
  for (std::size_t o = 0; o < plan.ops.size(); ++o)
    maker_[std::visit([](const auto& one) { return one.out; }, plan.ops[o])] = o;
}

const std::vector<Linear>* PlanReader::read(ArrayId array) {
  if (const auto at = known_.find(array); at != known_.end())
    return &at->second;
  const auto made = maker_.find(array);
  if (made == maker_.end())
    return nullptr;
  auto values = std::visit([&](const auto& o) { return expressions(o); }, plan_.ops[made->second]);
  if (!values) {
    if (stopped_at.empty())
      stopped_at = plan_.words[made->second];
    return nullptr;
  }
  return &known_.emplace(array, std::move(*values)).first->second;
}

template <class F>
PlanReader::Values PlanReader::each(ArrayId array, const F& become) {
  const auto* in = read(array);
  if (in == nullptr)
    return std::nullopt;
  std::vector<Linear> out;
  for (const Linear& x : *in)
    out.push_back(become(x));
  return out;
}

PlanReader::Values PlanReader::expressions(const op::Affine& o) {
  return each(o.in, [&](const Linear& x) {
    return x * fraction_of(o.scale) + Linear(fraction_of(o.shift));
  });
}

PlanReader::Values PlanReader::expressions(const op::Divide& o) {
  return each(o.in, [&](const Linear& x) { return x * (Fraction(1) / fraction_of(o.by)); });
}

PlanReader::Values PlanReader::expressions(const op::Gather& o) {
  const auto* in = o.chosen_by == no_array ? read(o.in) : nullptr;
  if (in == nullptr)
    return std::nullopt;
  std::vector<Linear> out;
  for (const std::uint32_t i : *o.index)
    out.push_back((*in)[i]);
  return out;
}

PlanReader::Values PlanReader::expressions(const op::Concat& o) {
  std::vector<Linear> out;
  for (const ArrayId part : o.in) {
    const auto* in = read(part);
    if (in == nullptr)
      return std::nullopt;
    out.insert(out.end(), in->begin(), in->end());
  }
  return out;
}

PlanReader::Values PlanReader::expressions(const op::Combine& o) {
  std::vector<Linear> out(n_);
  for (std::size_t k = 0; k < o.in.size(); ++k) {
    const auto* in = read(o.in[k]);
    if (in == nullptr)
      return std::nullopt;
    const Fraction factor = o.factors.empty() ? Fraction(1) : fraction_of(o.factors[k]);
    for (std::size_t i = 0; i < n_; ++i)
      out[i] = out[i] + (*in)[i] * factor;
  }
  for (std::size_t i = 0; i < o.correction.size(); ++i)
    out[i] = out[i] * fraction_of(o.correction[i]);
  return out;
}

PlanReader::Values PlanReader::expressions(const op::Reduce& o) {
  const bool mean = o.reduction.kind == kernel::Reducer::mean;
  if ((!mean && o.reduction.kind != kernel::Reducer::sum) || o.weights != no_array ||
      o.mask != no_array || !o.left_out.empty())
    return std::nullopt;
  const auto* in = read(o.in);
  if (in == nullptr)
    return std::nullopt;
  std::vector<Linear> out(o.groups->count());
  for (std::size_t g = 0; g < out.size(); ++g) {
    for (std::size_t at = o.groups->offsets[g]; at < o.groups->offsets[g + 1]; ++at)
      out[g] = out[g] + (*in)[o.groups->cell(at)];
    if (mean && o.groups->size(g) > 0)
      out[g] = out[g] * Fraction(1, static_cast<Wide>(o.groups->size(g)));
  }
  return out;
}

PlanReader::Values PlanReader::expressions(const op::Binary& o) {
  const auto* a = read(o.a);
  const auto* b = a == nullptr ? nullptr : read(o.b);
  if (a == nullptr || b == nullptr || a->size() != b->size())
    return std::nullopt;
  std::vector<Linear> out;
  using Kind = op::Binary::Kind;
  for (std::size_t i = 0; i < a->size(); ++i) {
    const Linear &x = (*a)[i], &y = (*b)[i];
    if (o.kind == Kind::add)
      out.push_back(x + y);
    else if (o.kind == Kind::subtract)
      out.push_back(x - y);
    else if (o.kind == Kind::multiply && y.terms.empty())
      out.push_back(x * y.constant);
    else if (o.kind == Kind::multiply && x.terms.empty())
      out.push_back(y * x.constant);
    else if (o.kind == Kind::divide && y.terms.empty() && y.constant.above != 0)
      out.push_back(x * (Fraction(1) / y.constant));
    else
      return std::nullopt;
  }
  return out;
}

PlanReader::Values PlanReader::expressions(const op::Round& o) {
  if (o.significant != 0 || o.cumulative)
    return std::nullopt;
  return each(o.in, [&](const Linear& x) { return rounded(x, o); });
}

Linear PlanReader::rounded(const Linear& x, const op::Round& o) {
  const Fraction step = fraction_of(o.step);
  Fraction grid = step;
  for (const auto& [v, factor] : x.terms)
    grid = common_step(grid, factor);
  if (x.constant.above != 0)
    grid = common_step(grid, x.constant);
  if (grid == step)
    return x; // on the grid already
  using Mode = kernel::RoundMode;
  if (x.terms.empty()) {
    const double value = to_double(x.constant);
    return Linear(fraction_of(kernel::round_to(value, o.step, o.mode)));
  }
  IntegerSystem& system = knowledge_.system;
  const auto lowest_x = lowest(x, system.unknowns), highest_x = highest(x, system.unknowns);
  LinearUnknown unknown;
  if (lowest_x)
    unknown.low = floor(*lowest_x / step);
  if (highest_x)
    unknown.high = ceil(*highest_x / step);
  const auto nearest = [x, step, o](const std::vector<std::int64_t>& point) {
    const Fraction at = value_at(x, point) / step;
    switch (o.mode) {
    case Mode::half_up:
      return floor(at + Fraction(1, 2));
    case Mode::half_down:
      return ceil(at - Fraction(1, 2));
    case Mode::up:
      return ceil(at);
    case Mode::down:
      return floor(at);
    default:
      return static_cast<std::int64_t>(std::llround(kernel::round_to(to_double(at), 1, o.mode)));
    }
  };
  const std::uint32_t out = knowledge_.add_derived(unknown, nearest);
  add_rounding(knowledge_, x, out, step, o.mode);
  return Linear::variable(out, step);
}

} // namespace libeval
