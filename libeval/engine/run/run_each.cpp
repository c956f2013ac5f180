// SPDX-License-Identifier: Apache-2.0
// Operations that take each number by itself.
#include "engine/run/runner.hpp"
#include "kernel/sort.hpp"

#include <libeval/base/decimal.hpp>

#include <bit>
#include <functional>
#include <set>
#include <span>

namespace libeval {

namespace {

template <class T>
T power(const T& x, const T& y) {
  using kernel::pow;
  using std::pow;
  const double exponent = kernel::to_double(y);
  if (exponent == std::floor(exponent) && std::abs(exponent) <= 64) {
    if (x == T(0) && exponent < 0)
      return invalid<T>();
    T out(1);
    for (int i = 0; i < static_cast<int>(std::abs(exponent)); ++i)
      out = out * x;
    return exponent < 0 ? T(T(1) / out) : out;
  }
  if (x < T(0) || (x == T(0) && exponent <= 0))
    return invalid<T>();
  return x == T(0) ? T(0) : T(pow(x, y));
}

} // namespace

template <class T>
void Runner<T>::apply(const op::Load& o) {
  if constexpr (std::is_same_v<T, double>) {
    if (!o.rows) {
      lanes_[o.out] = {o.column, 1, 0, false, true};
      return;
    }
  }
  const std::size_t n = o.rows ? o.rows->size() : o.column->size();
  const auto number = [&](std::size_t i) { return (*o.column)[o.rows ? (*o.rows)[i] : i]; };
  const auto stands_for = [&](double x) -> T {
    if constexpr (std::is_same_v<T, double>)
      return x;
    else
      return o.constants ? kernel::from_written(x) : kernel::from_decimal(x);
  };
  Values y(n);
  if (keeps_) { // what a decimal stands for is worked out anew only for other decimals
    std::vector<double>& before = loaded_[at_];
    const bool known = lanes_[o.out].data && before.size() == n;
    if (known)
      y = *lanes_[o.out].data;
    for (std::size_t i = 0; i < n; ++i)
      if (!known ||
          std::bit_cast<std::uint64_t>(before[i]) != std::bit_cast<std::uint64_t>(number(i)))
        y[i] = stands_for(number(i));
    before.resize(n);
    for (std::size_t i = 0; i < n; ++i)
      before[i] = number(i);
  } else {
    for (std::size_t i = 0; i < n; ++i)
      y[i] = stands_for(number(i));
  }
  put(o.out, std::move(y), true);
}

template <class T>
void Runner<T>::apply(const op::Affine& o) {
  if constexpr (!std::is_same_v<T, double>) { // small: every number is looked at
    const T by = decimal<T>(o.scale), plus = decimal<T>(o.shift);
    return each(o.in, o.out, "the number is too large",
                [&](const T& x, std::size_t) { return T(x * by + plus); });
  }
  Lane<T> lane = lanes_[o.in];
  const T scale = decimal<T>(o.scale), shift = decimal<T>(o.shift);
  lane.scale = lane.scale * scale;
  lane.shift = lane.shift * scale + shift;
  lane.mapped = true;
  lanes_[o.out] = std::move(lane);
}

template <class T>
void Runner<T>::apply(const op::Divide& o) {
  const T by = decimal<T>(o.by);
  Lane<T> lane = lanes_[o.in];
  lane.scale = lane.scale / by;
  lane.shift = lane.shift / by;
  lane.mapped = true;
  lanes_[o.out] = std::move(lane);
}

template <class T>
void Runner<T>::apply(const op::Unary& o) {
  using Kind = op::Unary::Kind;
  using kernel::abs;
  using kernel::exp;
  using kernel::log;
  using std::abs;
  using std::exp;
  using std::log;
  switch (o.kind) {
  case Kind::log: {
    const T by = o.base > 0 ? log(decimal<T>(o.base)) : T(1);
    return each(o.in, o.out, "the logarithm of zero or of a negative number",
                [&](const T& x, std::size_t) { return x > T(0) ? T(log(x) / by) : invalid<T>(); });
  }
  case Kind::exp:
    return each(o.in, o.out, "the exponential is too large",
                [](const T& x, std::size_t) { return T(exp(x)); });
  case Kind::abs:
    return each(o.in, o.out, "", [](const T& x, std::size_t) { return T(abs(x)); });
  case Kind::normal_cdf:
    return each(o.in, o.out, "", [](const T& x, std::size_t) {
      return T(kernel::normal_cdf(kernel::to_double(x)));
    });
  }
}

template <class T>
void Runner<T>::apply(const op::Binary& o) {
  using Kind = op::Binary::Kind;
  const auto b = values(o.b);
  const auto with = [&](const char* why, auto&& f) {
    each(
        o.a, o.out, why, [&](const T& x, std::size_t i) { return T(f(x, (*b)[i])); }, o.b);
  };
  switch (o.kind) {
  case Kind::add:
    return with("the sum is too large", [](const T& x, const T& y) { return x + y; });
  case Kind::subtract:
    return with("the difference is too large", [](const T& x, const T& y) { return x - y; });
  case Kind::multiply:
    return with("the product is too large", [](const T& x, const T& y) { return x * y; });
  case Kind::divide:
    if (o.positive)
      return with("a ratio to something that is not above zero",
                  [](const T& x, const T& y) { return y > T(0) ? T(x / y) : invalid<T>(); });
    return with("a division by zero",
                [](const T& x, const T& y) { return y == T(0) ? invalid<T>() : T(x / y); });
  case Kind::power:
    return with("a power that is no number", &power<T>);
  case Kind::min:
    return with("", [](const T& x, const T& y) { return y < x ? y : x; });
  case Kind::max:
    return with("", [](const T& x, const T& y) { return x < y ? y : x; });
  }
}

template <class T>
void Runner<T>::apply(const op::Round& o) {
  if (!o.cumulative) {
    return each(o.in, o.out, "the value is too large to round", [&](const T& x, std::size_t) {
      const double step = o.significant > 0
                              ? kernel::step_for_significant(kernel::to_double(x), o.significant)
                              : o.step;
      return kernel::round_to(x, step, o.mode);
    });
  }
  const auto x = values(o.in);
  Values y(x->size());
  Marks causes(lanes_[o.in].undefined ? y.size() : 0);
  for (std::size_t g = 0; g < o.cumulative->count(); ++g) {
    Values part;
    for (std::uint32_t at = o.cumulative->offsets[g]; at < o.cumulative->offsets[g + 1]; ++at)
      part.push_back((*x)[o.cumulative->cell(at)]);
    const Values rounded = kernel::round_cumulative(std::span<const T>(part), o.step, o.mode);
    for (std::size_t i = 0; i < rounded.size(); ++i)
      y[o.cumulative->cell(o.cumulative->offsets[g] + i)] = rounded[i];
    if (const std::vector<std::uint32_t> cells = cells_of(*o.cumulative, g); !causes.empty())
      for (const std::uint32_t cell : cells)
        causes[cell] = first_cause(o.in, cells);
  }
  put(o.out, std::move(y));
  mark(o.out, std::move(causes));
}

template <class T>
void Runner<T>::apply(const op::Lookup& o) {
  std::vector<std::vector<kernel::Knot<T>>> curves(o.curves.size());
  for (std::size_t c = 0; c < o.curves.size(); ++c)
    for (const auto& [x, y] : o.curves[c])
      curves[c].push_back({decimal<T>(x), decimal<T>(y)});
  std::set<double> absent;
  const auto look = [&](const T& x, std::size_t cell) -> T {
    const std::size_t c = o.curve_of.empty() ? 0 : o.curve_of[cell];
    bool defined = true;
    T y(0);
    if (o.exact) {
      const double key = kernel::to_double(x);
      const double near = 1e-9 * std::max(1.0, std::abs(key));
      const auto at =
          std::ranges::lower_bound(o.curves[c], key - near, {}, &std::pair<double, double>::first);
      defined = at != o.curves[c].end() && at->first <= key + near;
      if (defined)
        y = decimal<T>(at->second);
    } else if (curves[c].empty()) {
      defined = false;
    } else {
      y = kernel::curve(x, std::span<const kernel::Knot<T>>(curves[c]), o.mode,
                        1e-9 * std::max(1.0, std::abs(kernel::to_double(x))), defined);
    }
    if (defined)
      return y;
    if (o.keep)
      return x;
    if (o.otherwise)
      return decimal<T>(*o.otherwise);
    if (absent.size() < 3)
      absent.insert(kernel::to_double(x));
    return invalid<T>();
  };
  const auto x = values(o.in);
  Values found(x->size());
  for (std::size_t i = 0; !o.split && i < found.size(); ++i)
    if (cause(o.in, i) == 0)
      found[i] = look((*x)[i], i);
  for (std::size_t g = 0; o.split && g < o.split->count(); ++g) {
    std::vector<std::uint32_t> cells;
    for (std::uint32_t at = o.split->offsets[g]; at < o.split->offsets[g + 1]; ++at)
      if (cause(o.in, o.split->cell(at)) == 0)
        cells.push_back(o.split->cell(at));
    std::ranges::sort(cells, std::less<>{}, [&](std::uint32_t cell) { return (*x)[cell]; });
    for (std::size_t first = 0, end = 0; first < cells.size(); first = end) {
      const T& place = (*x)[cells[first]];
      while (end < cells.size() && (*x)[cells[end]] == place)
        ++end;
      T sum(0);
      for (std::size_t i = 0; i < end - first; ++i)
        sum = sum + look(place + T(static_cast<double>(i)), cells[first]);
      for (std::size_t i = first; i < end; ++i)
        found[cells[i]] = sum / T(static_cast<double>(end - first));
    }
  }
  std::string why = "a value that is not in the lookup table";
  for (const double value : absent)
    why += ", `" + format_decimal(value) + "`";
  each(o.in, o.out, why.c_str(), [&](const T&, std::size_t i) { return found[i]; });
}

template <class T>
void Runner<T>::apply(const op::Compare& o) {
  const auto b = values(o.b);
  const T width = kernel::tie_width<T>(std::max({o.tolerance, noise(o.a), noise(o.b)}));
  each(
      o.a, o.out, "",
      [&](const T& x, std::size_t i) {
        if (kernel::within(x, (*b)[i], width))
          return decimal<T>(o.equal);
        return decimal<T>(x < (*b)[i] ? o.below : o.above);
      },
      o.b);
}

template <class T>
void Runner<T>::apply(const op::Gather& o) {
  const auto x = values(o.in);
  Values y(o.index->size());
  for (std::size_t i = 0; i < y.size(); ++i)
    y[i] = (*x)[(*o.index)[i]];
  put(o.out, std::move(y), lanes_[o.in].raw);
  Marks causes(lanes_[o.in].undefined ? o.index->size() : 0);
  for (std::size_t i = 0; i < causes.size(); ++i)
    causes[i] = cause(o.in, (*o.index)[i]);
  mark(o.out, std::move(causes));
}

template <class T>
void Runner<T>::apply(const op::Fill& o) {
  Values y = *values(o.in);
  const auto from = o.values == no_array ? nullptr : values(o.values);
  for (const std::uint32_t cell : o.cells)
    y[cell] = from ? (*from)[cell] : decimal<T>(o.constant);
  const std::size_t n = of_any({o.in, o.values}) ? y.size() : 0;
  put(o.out, std::move(y));
  Marks causes(n);
  for (std::size_t i = 0; i < n; ++i)
    causes[i] = cause(o.in, i);
  for (const std::uint32_t cell : o.cells)
    if (n > 0)
      causes[cell] = cause(o.values, cell);
  mark(o.out, std::move(causes));
}

template void Runner<double>::apply(const op::Load&);
template void Runner<double>::apply(const op::Affine&);
template void Runner<double>::apply(const op::Divide&);
template void Runner<double>::apply(const op::Unary&);
template void Runner<double>::apply(const op::Binary&);
template void Runner<double>::apply(const op::Round&);
template void Runner<double>::apply(const op::Lookup&);
template void Runner<double>::apply(const op::Compare&);
template void Runner<double>::apply(const op::Gather&);
template void Runner<double>::apply(const op::Fill&);
template void Runner<kernel::Exact>::apply(const op::Load&);
template void Runner<kernel::Exact>::apply(const op::Affine&);
template void Runner<kernel::Exact>::apply(const op::Divide&);
template void Runner<kernel::Exact>::apply(const op::Unary&);
template void Runner<kernel::Exact>::apply(const op::Binary&);
template void Runner<kernel::Exact>::apply(const op::Round&);
template void Runner<kernel::Exact>::apply(const op::Lookup&);
template void Runner<kernel::Exact>::apply(const op::Compare&);
template void Runner<kernel::Exact>::apply(const op::Gather&);
template void Runner<kernel::Exact>::apply(const op::Fill&);

} // namespace libeval
