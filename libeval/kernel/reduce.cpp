// SPDX-License-Identifier: Apache-2.0
#include <libeval/kernel/reduce.hpp>
#include <libeval/kernel/written.hpp>

#include "kernel/cells.hpp"
#include "kernel/column.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <stdexcept>
#include <string>

namespace libeval::kernel {
namespace {

/// The cells of one group that take part; `w` is empty or as long as `x`.
template <class T>
struct Cells {
  std::span<const T> x;
  std::span<const T> w;

  [[nodiscard]] T weight(std::size_t i) const { return w.empty() ? T(1.0) : w[i]; }
  [[nodiscard]] bool counts(std::size_t i) const { return w.empty() || T(0.0) < w[i]; }
};

template <class T>
T clamped(const T& x, const Range<T>& to) {
  return x < to.min ? to.min : (to.max < x ? to.max : x);
}

// Weights whose sum neither overflows nor vanishes, and that sum; nothing where it is 0.
template <class T>
struct Shares {
  std::vector<T> room;
  std::span<const T> w;
  T sum{0.0};
};

template <class T>
std::optional<Shares<T>> shares(const Cells<T>& cells) {
  Shares<T> result;
  if (cells.w.empty()) {
    result.sum = T(static_cast<double>(cells.x.size()));
    return result;
  }
  result.w = cells.w;
  result.sum = sum_of(cells.w);
  const double size = to_double(result.sum);
  if (size >= 1e-50 && size <= 1e50) {
    return result;
  }
  const T most = *std::max_element(cells.w.begin(), cells.w.end());
  if (!(T(0.0) < most)) {
    return std::nullopt;
  }
  const int exponent = exponent_of(to_double(most));
  result.room.assign(cells.w.begin(), cells.w.end());
  for (T& w : result.room) {
    w = ldexp(w, -exponent);
  }
  result.w = result.room;
  result.sum = sum_of(result.w);
  return result;
}

// Smallest and largest value among those with weight. Precondition: there is one.
template <class T>
Range<T> range_with_weight(const Cells<T>& cells) {
  if (cells.w.empty()) {
    return range_of(cells.x);
  }
  std::size_t first = 0;
  while (!cells.counts(first)) {
    ++first;
  }
  Range<T> range{cells.x[first], cells.x[first]};
  for (std::size_t i = first + 1; i < cells.x.size(); ++i) {
    if (cells.counts(i)) {
      range.min = std::min(range.min, cells.x[i]);
      range.max = std::max(range.max, cells.x[i]);
    }
  }
  return range;
}

template <class T>
std::optional<T> weighted_sum(const Cells<T>& cells) {
  T sum = cells.w.empty() ? sum_of(cells.x) : dot_of(cells.x, cells.w);
  if (is_finite(sum)) {
    return sum;
  }
  // Partial sums may overflow where the whole does not.
  sum = T(0.0);
  for (std::size_t i = 0; i < cells.x.size(); ++i) {
    sum += ldexp(cells.x[i], -64) * cells.weight(i);
  }
  sum = ldexp(sum, 64);
  return is_finite(sum) ? std::optional<T>(sum) : std::nullopt;
}

template <class T>
std::optional<T> arithmetic_mean(const Cells<T>& cells) {
  const auto share = shares(cells);
  if (!share) {
    return std::nullopt;
  }
  SumAndRange<T> seen;
  if (share->w.empty()) {
    seen = sum_and_range_of(cells.x);
  } else {
    seen = {dot_of(cells.x, share->w), range_with_weight(cells)};
  }
  auto& [sum, range] = seen;
  const double size = largest_size(range);
  if (is_finite(sum) && (cells.w.empty() || size >= 1e-200 || size == 0)) {
    return clamped(sum / share->sum, range);
  }
  const int exponent = exponent_of(size);
  sum = T(0.0);
  for (std::size_t i = 0; i < cells.x.size(); ++i) {
    if (cells.counts(i)) {
      const T x = ldexp(cells.x[i], -exponent);
      sum += share->w.empty() ? x : x * share->w[i];
    }
  }
  return clamped(ldexp(sum / share->sum, exponent), range);
}

// The product as a mantissa of moderate size and a power of two.
template <class T>
std::optional<T> product(std::span<const T> x) {
  T result(1.0);
  long exponent = 0;
  for (const T& value : x) {
    if (value == T(0.0)) {
      return T(0.0);
    }
    const int step = exponent_of(to_double(value));
    result *= ldexp(value, -step);
    exponent += step;
    const int moved = exponent_of(to_double(result));
    if (moved < -256 || moved > 256) {
      result = ldexp(result, -moved);
      exponent += moved;
    }
  }
  result = ldexp(result, static_cast<int>(std::clamp(exponent, -5000L, 5000L)));
  return is_finite(result) ? std::optional<T>(result) : std::nullopt;
}

template <class T>
std::optional<T> geometric_mean(const Cells<T>& cells) {
  using std::exp;
  using std::log;
  const auto share = shares(cells);
  if (!share) {
    return std::nullopt;
  }
  const Range<T> range = range_with_weight(cells);
  if (range.min < T(0.0)) {
    return std::nullopt;
  }
  if (range.min == T(0.0)) {
    return T(0.0);
  }
  T sum(0.0);
  for (std::size_t i = 0; i < cells.x.size(); ++i) {
    if (cells.counts(i)) {
      const T part = log(cells.x[i]);
      sum += share->w.empty() ? part : part * share->w[i];
    }
  }
  return clamped(T(exp(sum / share->sum)), range);
}

template <class T>
std::optional<T> harmonic_mean(const Cells<T>& cells) {
  const auto share = shares(cells);
  if (!share) {
    return std::nullopt;
  }
  const Range<T> range = range_with_weight(cells);
  if (!(T(0.0) < range.min)) {
    return std::nullopt;
  }
  T sum(0.0); // of min / x, which lies in (0, 1]
  for (std::size_t i = 0; i < cells.x.size(); ++i) {
    if (cells.counts(i)) {
      const T part = range.min / cells.x[i];
      sum += share->w.empty() ? part : part * share->w[i];
    }
  }
  const T ratio = share->sum / sum;
  const T mean = range.min * ratio;
  return is_finite(mean) ? clamped(mean, range) : range.max;
}

template <class T>
std::optional<T> power_mean(const Cells<T>& cells, double order) {
  using std::pow;
  const auto share = shares(cells);
  if (!share) {
    return std::nullopt;
  }
  const Range<T> range = range_with_weight(cells);
  if (range.min < T(0.0) || (order < 0 && range.min == T(0.0))) {
    return std::nullopt;
  }
  if (range.max == T(0.0)) {
    return T(0.0);
  }
  const T reference = order > 0 ? range.max : range.min; // so that every power lies in [0, 1]
  const T p = decimal<T>(order);
  T sum(0.0);
  for (std::size_t i = 0; i < cells.x.size(); ++i) {
    if (cells.counts(i)) {
      const T part = pow(T(cells.x[i] / reference), p);
      sum += share->w.empty() ? part : part * share->w[i];
    }
  }
  const T mean = reference * T(pow(T(sum / share->sum), T(T(1.0) / p)));
  return is_finite(mean) ? clamped(mean, range) : (order > 0 ? range.max : range.min);
}

template <class T>
T half_way(const T& a, const T& b) {
  const T sum = a + b;
  return is_finite(sum) ? sum * T(0.5) : a * T(0.5) + b * T(0.5);
}

// Of the two in the middle the lower where `which` is below 0, the upper where it is above, else
// half way between them.
template <class T>
T middle_of(const T& lower, const T& upper, double which) {
  return which < 0 ? lower : which > 0 ? upper : half_way(lower, upper);
}

// Precondition: x is not empty. Reorders x.
template <class T>
T median(std::vector<T>& x, double which) {
  const auto middle = x.begin() + static_cast<std::ptrdiff_t>(x.size() / 2);
  std::nth_element(x.begin(), middle, x.end());
  return x.size() % 2 != 0 ? *middle
                           : middle_of(*std::max_element(x.begin(), middle), *middle, which);
}

// The place (n - 1) p between order statistics is computed as a decimal: 0.7 of 10 is the 7th.
template <class T>
T quantile(std::vector<T>& x, double p) {
  const Exact place = Exact(static_cast<double>(x.size() - 1)) * from_written(p);
  Exact below = floor(place + Exact(1e-20));
  const double part = std::max(0.0, to_double(place - below));
  const auto at = x.begin() + static_cast<std::ptrdiff_t>(below.high);
  std::nth_element(x.begin(), at, x.end());
  if (part <= 1e-20) {
    return *at;
  }
  const T low = *at;
  const T high = *std::min_element(at + 1, x.end());
  const T share = exact_or_double<T>(place - below);
  const T apart = high - low;
  const T between = is_finite(apart) ? low + apart * share : low * (T(1.0) - share) + high * share;
  return clamped(between, Range<T>{low, high});
}

// Half of the weight lies at or below the lower median and at or above the upper one. Weights are
// added as decimals: 0.1 + 0.2 + 0.2 is half of 1. Precondition: weights are given.
template <class T>
std::optional<T> weighted_median(const Cells<T>& cells, double which) {
  std::vector<std::size_t> order;
  Exact whole(0.0);
  for (std::size_t i = 0; i < cells.x.size(); ++i) {
    if (cells.counts(i)) {
      order.push_back(i);
      whole += as_decimal(cells.w[i]);
    }
  }
  if (order.empty() || !(Exact(0.0) < whole)) {
    return std::nullopt;
  }
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return cells.x[a] < cells.x[b]; });
  const Exact slack = whole * Exact(1e-12);
  Exact below(0.0);
  std::size_t low = 0;
  for (; low + 1 < order.size(); ++low) {
    below += as_decimal(cells.w[order[low]]);
    if (!(below + below + slack < whole)) {
      break;
    }
  }
  const bool shared = low + 1 < order.size() && !(whole + slack < below + below);
  const T lower = cells.x[order[low]];
  return middle_of(lower, shared ? cells.x[order[low + 1]] : lower, which);
}

template <class T>
std::optional<T> norm(std::span<const T> x) {
  using std::sqrt;
  const double size = largest_size(range_of(x));
  if (size == 0) {
    return T(0.0);
  }
  const int exponent = size > 1e-100 && size < 1e100 ? 0 : exponent_of(size);
  T sum(0.0);
  for (const T& value : x) {
    const T part = exponent == 0 ? value : ldexp(value, -exponent);
    sum += part * part;
  }
  const T result = ldexp(T(sqrt(sum)), exponent);
  return is_finite(result) ? std::optional<T>(result) : std::nullopt;
}

// Two passes, the second corrected for the rounding of the mean.
template <class T>
std::optional<T> deviation(std::span<const T> x, std::size_t less) {
  using std::sqrt;
  if (x.size() <= less) {
    return std::nullopt;
  }
  const Range<T> range = range_of(x);
  if (range.min == range.max) {
    return T(0.0);
  }
  const double size = largest_size(range);
  const int exponent = size > 1e-100 && size < 1e100 ? 0 : exponent_of(size);
  const T n(static_cast<double>(x.size()));
  T mean(0.0);
  for (const T& value : x) {
    mean += exponent == 0 ? value : ldexp(value, -exponent);
  }
  mean /= n;
  T squares(0.0);
  T rest(0.0);
  for (const T& value : x) {
    const T apart = (exponent == 0 ? value : ldexp(value, -exponent)) - mean;
    squares += apart * apart;
    rest += apart;
  }
  const T variance = (squares - rest * rest / n) / T(static_cast<double>(x.size() - less));
  const T result = ldexp(T(sqrt(variance)), exponent);
  return is_finite(result) ? std::optional<T>(result) : std::nullopt;
}

// Weights are taken as the decimals they stand for, so that 0.1 + 0.2 is no majority of 0.6.
template <class T>
std::optional<T> majority(const Cells<T>& cells, double share) {
  Exact in_favor(0.0);
  Exact all(0.0);
  for (std::size_t i = 0; i < cells.x.size(); ++i) {
    const Exact weight = cells.w.empty() ? Exact(1.0) : as_decimal(cells.w[i]);
    all += weight;
    if (T(0.0) < cells.x[i]) {
      in_favor += weight;
    }
  }
  if (!(Exact(0.0) < all) || !isfinite(all)) {
    return std::nullopt;
  }
  return T(Exact(1e-9) < in_favor / all - from_written(share) ? 1.0 : 0.0);
}

template <class T>
std::optional<T> most_frequent(std::vector<T>& x) {
  std::sort(x.begin(), x.end());
  std::size_t best = 0;
  bool alone = false;
  T value(0.0);
  for (std::size_t begin = 0; begin < x.size();) {
    std::size_t end = begin + 1;
    while (end < x.size() && x[end] == x[begin]) {
      ++end;
    }
    if (end - begin >= best) {
      alone = end - begin > best;
      best = end - begin;
      value = x[begin];
    }
    begin = end;
  }
  return alone ? std::optional<T>(value) : std::nullopt;
}

template <class T>
std::optional<T> ordered_average(std::vector<T>& x, const std::vector<double>& weights) {
  if (x.size() != weights.size()) {
    return std::nullopt;
  }
  std::sort(x.begin(), x.end(), [](const T& a, const T& b) { return b < a; });
  T sum(0.0);
  for (std::size_t i = 0; i < x.size(); ++i) {
    sum += x[i] * decimal<T>(weights[i]);
  }
  return is_finite(sum) ? std::optional<T>(sum) : std::nullopt;
}

template <class T>
std::optional<T> span_of(std::span<const T> x) {
  const Range<T> range = range_of(x);
  const T apart = range.max - range.min;
  return is_finite(apart) ? std::optional<T>(apart) : std::nullopt;
}

template <class T>
std::optional<T> reduce_cells(const Cells<T>& cells, const Reduction& reduction,
                              std::vector<T>& copy) {
  const auto copied = [&]() -> std::vector<T>& {
    copy.assign(cells.x.begin(), cells.x.end());
    return copy;
  };
  switch (reduction.kind) {
  case Reducer::sum:
    return weighted_sum(cells);
  case Reducer::product:
    return product(cells.x);
  case Reducer::count:
    return T(static_cast<double>(cells.x.size()));
  default:
    break;
  }
  if (cells.x.empty()) {
    return std::nullopt;
  }
  switch (reduction.kind) {
  case Reducer::mean:
    return arithmetic_mean(cells);
  case Reducer::geometric:
    return geometric_mean(cells);
  case Reducer::harmonic:
    return harmonic_mean(cells);
  case Reducer::power:
    return power_mean(cells, reduction.parameter);
  case Reducer::median:
    return cells.w.empty() ? median(copied(), reduction.parameter)
                           : weighted_median(cells, reduction.parameter);
  case Reducer::quantile:
    return quantile(copied(), reduction.parameter);
  case Reducer::min:
    return range_of(cells.x).min;
  case Reducer::max:
    return range_of(cells.x).max;
  case Reducer::range:
    return span_of(cells.x);
  case Reducer::norm:
    return norm(cells.x);
  case Reducer::sd:
    return deviation(cells.x, 1);
  case Reducer::sd_population:
    return deviation(cells.x, 0);
  case Reducer::majority:
    return majority(cells, reduction.parameter);
  case Reducer::mode:
    return most_frequent(copied());
  case Reducer::owa:
    return ordered_average(copied(), reduction.order_weights);
  default:
    return std::nullopt;
  }
}

void require_parameter(const Reduction& reduction) {
  const double p = reduction.parameter;
  const bool good = reduction.kind == Reducer::power      ? p != 0 && std::isfinite(p)
                    : reduction.kind == Reducer::quantile ? p >= 0 && p <= 1
                    : reduction.kind == Reducer::majority ? p >= 0 && p < 1
                                                          : true;
  if (!good) {
    throw std::invalid_argument("reduce: the parameter " + std::to_string(p) +
                                " is outside what the reducer allows");
  }
}

} // namespace

template <class T>
Reduced<T> reduce(std::span<const T> x, const Groups& groups, const Reduction& reduction,
                  std::span<const T> weights, Mask mask) {
  require_fit("reduce", x.size(), groups, mask);
  require_parameter(reduction);
  if (!weights.empty() && weights.size() != x.size()) {
    throw std::invalid_argument("reduce: " + std::to_string(weights.size()) + " weights for " +
                                std::to_string(x.size()) + " cells");
  }
  Reduced<T> result;
  result.values.assign(groups.count(), T(0.0));
  std::vector<T> gathered;
  std::vector<T> gathered_weights;
  std::vector<T> copy;
  for (std::size_t g = 0; g < groups.count(); ++g) {
    Cells<T> cells;
    cells.x = values_of(x, groups, g, mask, gathered);
    if (!weights.empty()) {
      cells.w = values_of(weights, groups, g, mask, gathered_weights);
    }
    const std::optional<T> value = reduce_cells(cells, reduction, copy);
    if (value) {
      result.values[g] = *value;
    } else {
      result.undefined.push_back(static_cast<std::uint32_t>(g));
    }
  }
  return result;
}

template <class T>
Ranges<T> ranges(std::span<const T> x, const Groups& groups, Mask mask) {
  require_fit("ranges", x.size(), groups, mask);
  Ranges<T> result;
  result.min.assign(groups.count(), T(0.0));
  result.max.assign(groups.count(), T(0.0));
  std::vector<T> gathered;
  for (std::size_t g = 0; g < groups.count(); ++g) {
    const std::span<const T> cells = values_of(x, groups, g, mask, gathered);
    if (cells.empty()) {
      result.undefined.push_back(static_cast<std::uint32_t>(g));
      continue;
    }
    const Range<T> range = range_of(cells);
    result.min[g] = range.min;
    result.max[g] = range.max;
  }
  return result;
}

template Ranges<double> ranges(std::span<const double>, const Groups&, Mask);
template Ranges<Exact> ranges(std::span<const Exact>, const Groups&, Mask);
template Reduced<double> reduce(std::span<const double>, const Groups&, const Reduction&,
                                std::span<const double>, Mask);
template Reduced<Exact> reduce(std::span<const Exact>, const Groups&, const Reduction&,
                               std::span<const Exact>, Mask);

} // namespace libeval::kernel
