// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/kernel/exact.hpp>
#include <libeval/kernel/groups.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace libeval::kernel {

enum class Reducer {
  sum,
  product,
  mean,      ///< weighted where weights are given
  geometric, ///< weighted; needs values >= 0
  harmonic,  ///< weighted; needs values > 0
  power,     ///< weighted mean of order `parameter` (!= 0); needs values >= 0 (> 0 for order < 0)
  median,   ///< weighted; half way between two in the middle, `parameter` -1 the lower, 1 the upper
  quantile, ///< `parameter` in [0, 1], linear between order statistics (Hyndman and Fan, type 7)
  min,
  max,
  range,
  count,
  norm,          ///< Euclidean
  sd,            ///< divided by n - 1
  sd_population, ///< divided by n
  majority, ///< 1 where more than `parameter` (in [0, 1)) of the (weighted) cells are > 0, else
            ///< 0; shares are compared as decimals and 1e-9 above is not yet more
  mode,     ///< the most frequent value; undefined where two values are equally frequent
  owa       ///< ordered weighted average: `order_weights[i]` goes to the i-th largest; the
            ///< weights are taken as they are, and a group of another size is undefined
};

struct Reduction {
  Reducer kind = Reducer::sum;
  double parameter = 0;
  std::vector<double> order_weights; ///< owa only
};

/// One value a group, and the groups for which there is none: empty ones (except sum = 0, product =
/// 1 and count = 0), a negative value under a geometric mean, weights that add up to zero (except
/// sum), one value under `sd`, a result beyond the range of double, and what the enumerators say.
/// The value of an undefined group is 0; no value is ever infinite or NaN.
template <class T>
struct Reduced {
  std::vector<T> values;
  std::vector<std::uint32_t> undefined;
};

/// Reduces each group to one value. `weights` is empty or has one number a cell (>= 0); `sum` with
/// weights is the weighted sum, reducers not called weighted do not look at them, and a cell of
/// weight 0 counts for nothing in the weighted means. Cells left out by `mask` do not count.
/// Means never leave the range of their values: those of equal values are that value, exactly.
/// Sums of doubles are not compensated (callers who round use Exact), but are the same to the bit
/// for the same cells in the same order.
/// Throws std::invalid_argument for sizes that do not fit and parameters outside their range.
/// O(cells); O(cells log cells) for mode and owa.
template <class T>
[[nodiscard]] Reduced<T> reduce(std::span<const T> x, const Groups& groups,
                                const Reduction& reduction, std::span<const T> weights = {},
                                Mask mask = {});

/// Smallest and largest value of each group, in one pass; empty groups are listed and have 0.
template <class T>
struct Ranges {
  std::vector<T> min, max;
  std::vector<std::uint32_t> undefined;
};
/// O(cells), at the speed of memory for columns whose cells lie side by side.
template <class T>
[[nodiscard]] Ranges<T> ranges(std::span<const T> x, const Groups& groups, Mask mask = {});

/// How much of each cell counts, from 0 to 1, where the best of a group count until their weights
/// come to its `whole`; of equal values at the edge each counts by the same share. Groups whose
/// weights come to less, or one of whose weights is below 0, are listed (and all their cells count
/// wholly). Weights are added as decimals.
template <class T>
struct Counted {
  std::vector<T> share;
  std::vector<std::uint32_t> too_little, negative;
};
/// `whole` has a number for each group. O(cells log cells). Throws std::invalid_argument for sizes
/// that do not fit.
template <class T>
[[nodiscard]] Counted<T> count_best(std::span<const T> x, const Groups& groups,
                                    std::span<const T> weights, std::span<const T> whole, bool cost,
                                    Mask mask = {});

/// Which cells of each group stay when some are set aside: first the highest, then the lowest, then
/// all but the best of the rest. Of equal values the one that stands first in the group is set
/// aside first; the multiset that stays is the same whichever it is.
struct Keep {
  std::size_t drop_highest = 0;
  std::size_t drop_lowest = 0;
  double trim_share = 0; ///< in [0, 1]; the decimal share: floor(share * n) more at each end
  std::size_t best = 0;  ///< keep the n best (0 = not used): largest, or smallest if `cost`
  bool cost = false;
};

/// Mask of the cells that stay (cells in no group do not), and the groups that had too few: nothing
/// stays, or fewer than `best` do.
struct Kept {
  std::vector<std::uint8_t> mask;
  std::vector<std::uint32_t> too_few;
};

/// O(cells).
template <class T>
[[nodiscard]] Kept keep(std::span<const T> x, const Groups& groups, const Keep& rule,
                        Mask mask = {});
/// The same with a rule for each group.
template <class T>
[[nodiscard]] Kept keep_by(std::span<const T> x, const Groups& groups, std::span<const Keep> rules,
                           Mask mask = {});

} // namespace libeval::kernel
