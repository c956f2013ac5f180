// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernel/philox_lanes.hpp"
#include "kernel/score_lanes.hpp"
#include "kernel/sort_lanes.hpp"

/// The inner loop of `smaa`, for the instruction set of the source that includes this.
namespace libeval::kernel {
namespace {

inline void draw_weights(const SmaaTask& task, const Replicates& of) {
  for (std::size_t j = 0; j < task.criteria; j += 4) {
    const Four words = philox_lanes(task, of, task.weight_source, j / 4);
    for (std::size_t k = 0; k < 4; ++k)
      store(task.weights + (j + k) * lane_count, logarithm(unit32(words.word[k])) * -1.0);
  }
}

inline void draw_normals(const SmaaTask& task, const Replicates& of) {
  for (std::size_t i = 0; i < task.drawn; i += 4) {
    const Four words = philox_lanes(task, of, task.measurement_source, i / 4);
    for (std::size_t k = 0; k < 4; k += 2) {
      Reals a, b;
      box_muller(unit32(words.word[k]), words.word[k + 1], a, b);
      store(task.normals + (i + k) * lane_count, a);
      store(task.normals + (i + k + 1) * lane_count, b);
    }
  }
}

/// Products of two weights, for the variances.
inline void find_products(const SmaaTask& task) {
  if (task.variance == nullptr)
    return;
  double* product = task.product;
  for (std::size_t j = 0; j < task.criteria; ++j) {
    const Reals w = load(task.weights + j * lane_count);
    for (std::size_t k = task.covariances ? 0 : j; k <= j; ++k, product += lane_count)
      store(product, w * load(task.weights + k * lane_count));
  }
}

inline void find_weights(const SmaaTask& task, const Replicates& of) {
  if (task.fixed != nullptr)
    for (std::size_t j = 0; j < task.criteria; ++j)
      store(task.weights + j * lane_count, Reals{} + task.fixed[j]);
  else if (!task.given)
    draw_weights(task, of);
  if (task.ordered)
    sort_lanes(task.weights, task.criteria);
  find_products(task);
}

/// Sums of products of lanes with `factors`, a row of them each of `many` sums; together because a
/// sum waits for the one before.
template <std::size_t many>
inline void add_products(const double* lanes, const double* factors, std::size_t terms,
                         Reals (&sum)[many]) {
  for (std::size_t k = 0; k < terms; ++k) {
    const Reals x = load(lanes + k * lane_count);
    for (std::size_t c = 0; c < many; ++c)
      sum[c] = sum[c] + x * factors[c * terms + k];
  }
}

/// Scores of the candidates from `first` on.
template <std::size_t many>
inline void find_some_scores(const SmaaTask& task, std::size_t first) {
  const std::size_t m = task.criteria;
  const double* const mean = task.mean + first * m;
  Reals score[many] = {};
  if (task.deviation != nullptr) {
    const double* const deviation = task.deviation + first * m;
    const double* const normals = task.normals + first * m * lane_count;
    for (std::size_t j = 0; j < m; ++j) {
      const Reals weight = load(task.weights + j * lane_count);
      for (std::size_t c = 0; c < many; ++c) {
        const std::size_t at = c * m + j;
        score[c] = score[c] + weight * (mean[at] + deviation[at] * load(normals + at * lane_count));
      }
    }
  } else {
    add_products(task.weights, mean, m, score);
  }
  if (task.variance != nullptr) {
    Reals spread[many] = {};
    add_products(task.product, task.variance + first * task.products, task.products, spread);
    for (std::size_t c = 0; c < many; ++c) {
      if (task.covariances)
        spread[c] = greater(spread[c], Reals{}); // sums that cancel
      score[c] = score[c] + square_root(spread[c]) * load(task.normals + (first + c) * lane_count);
    }
  }
  for (std::size_t c = 0; c < many; ++c)
    store(task.scores + (first + c) * lane_count, score[c]);
}

inline void find_scores(const SmaaTask& task) {
  const std::size_t n = task.candidates;
  std::size_t first = 0;
  for (; first + 4 <= n; first += 4)
    find_some_scores<4>(task, first);
  for (; first < n; ++first)
    find_some_scores<1>(task, first);
  for (std::size_t t = 0; t < task.shared; ++t) {
    const Reals by = load(task.weights + std::size_t{task.shared_criterion[t]} * lane_count) *
                     load(task.normals + std::size_t{task.shared_number[t]} * lane_count);
    const double* const factor = task.shared_factor + t * n;
    for (std::size_t i = 0; i < n; ++i)
      store(task.scores + i * lane_count, load(task.scores + i * lane_count) + by * factor[i]);
  }
}

/// One bit for each lane in which two neighbors may be tied: the low bits of a sorted score are
/// those of a candidate. Of scores that may be off by `error` those in `doubt` as well where it is
/// not certain.
inline unsigned find_ties(const SmaaTask& task, Reals tolerance, Reals error, unsigned& doubt) {
  const std::size_t n = task.candidates;
  const double cut = 4.0 * 0x1p-52 * static_cast<double>(task.index_mask + 1);
  const Reals first = load(task.sorted), last = load(task.sorted + (n - 1) * lane_count);
  const Reals size = greater(greater(first, first * -1.0), greater(last, last * -1.0));
  const Reals most = tolerance * 1.0001 + size * cut + error * 2.0;
  // So near that a group of all candidates would still be within the tolerance.
  const Reals level = tolerance * (0.5 / static_cast<double>(n)) - size * cut - error * 2.0;
  unsigned tied = 0, unclear = 0;
  Reals here = first;
  for (std::size_t p = 1; p < n; ++p) {
    const Reals next = load(task.sorted + p * lane_count);
    const Reals gap = here - next;
    const unsigned near = at_most(gap, most);
    tied |= near;
    if (task.steps > 0 && near != 0)
      unclear |= near & ~at_most(gap, level);
    here = next;
  }
  doubt |= unclear;
  return tied;
}

inline void find_shares(const SmaaTask& task, Reals sum) {
  const Reals by = 0x1p32 / sum;
  for (std::size_t j = 0; j < task.criteria; ++j) {
    // Nearest whole number, ties to even; adding 2^52 rounds.
    const Words w =
        bits_of(load(task.weights + j * lane_count) * by + 0x1p52) & std::uint64_t{0xFFFFFFFFFFFFF};
    store(task.share + j * lane_count, w);
    store(task.squared + j * lane_count, multiply(w >> 1, w >> 1) >> 30);
  }
}

/// As `kernel::shortened`.
inline Reals shortened(Reals x) {
  return real_of((bits_of(x) + std::uint64_t{0x80000}) & ~std::uint64_t{0xFFFFF});
}

/// The bin of a shortened score, as a number.
inline Reals bin_of(const SmaaTask& task, Reals score) {
  if (!(task.width > 0))
    return Reals{};
  const Reals most = Reals{} + static_cast<double>(task.bins - 1);
  const Reals at = lesser(greater((score - task.low) / task.width, Reals{}), most);
  const Reals near = (at + 0x1p52) - 0x1p52; // the nearest whole number
  return near - chosen(reinterpret_cast<Words>(near > at), Reals{} + 1.0, Reals{});
}

/// One bit for each lane in which a score that may be off by `error` may lie in another bin, or is
/// the least or the largest so far with other digits.
inline unsigned find_unclear_bins(const SmaaTask& task, Reals error) {
  unsigned unclear = 0;
  for (std::size_t i = 0; i < task.candidates; ++i) {
    const Reals score = load(task.scores + i * lane_count);
    const Reals low = shortened(score - error), high = shortened(score + error);
    const unsigned differ = ~(at_most(high, low) & at_most(low, high));
    if (differ != 0)
      unclear |= differ & ~(at_most(load(task.lowest + i * lane_count), low) &
                            at_most(high, load(task.highest + i * lane_count)) &
                            at_most(bin_of(task, high), bin_of(task, low)));
  }
  return unclear;
}

/// Of scores by a program, which are shortened.
inline void find_bins_of_program(const SmaaTask& task, unsigned lanes) {
  const Words counts = of_lanes(lanes);
  for (std::size_t i = 0; i < task.candidates; ++i) {
    const Reals score = shortened(load(task.scores + i * lane_count));
    double* const lowest = task.lowest + i * lane_count;
    double* const highest = task.highest + i * lane_count;
    store(lowest, chosen(counts, lesser(load(lowest), score), load(lowest)));
    store(highest, chosen(counts, greater(load(highest), score), load(highest)));
    store(task.bin + i * lane_count,
          bits_of(bin_of(task, score) + 0x1p52) & std::uint64_t{0xFFFFFFFFFFFFF});
  }
}

inline void find_bins(const SmaaTask& task, Reals sum) {
  const Reals by = 1.0 / sum;
  const Reals most = Reals{} + static_cast<double>(task.bins - 1);
  for (std::size_t i = 0; i < task.candidates; ++i) {
    const Reals score = load(task.scores + i * lane_count) * by;
    double* const lowest = task.lowest + i * lane_count;
    double* const highest = task.highest + i * lane_count;
    store(lowest, lesser(load(lowest), score));
    store(highest, greater(load(highest), score));
    const Reals at = (score - task.low) * task.bins_a_unit - 0.5;
    store(task.bin + i * lane_count,
          bits_of(lesser(greater(at, Reals{}), most) + 0x1p52) & std::uint64_t{0xFFFFFFFFFFFFF});
  }
}

/// One bit for each lane in which a score that may be off by `error` may reach a threshold or not.
inline unsigned find_unclear_thresholds(const SmaaTask& task, Reals tolerance, Reals error) {
  unsigned unclear = 0;
  for (std::size_t t = 0; t < task.thresholds; ++t) {
    const Reals least = task.threshold[t] - tolerance;
    for (std::size_t i = 0; i < task.candidates; ++i) {
      const Reals beyond = load(task.scores + i * lane_count) - least;
      unclear |= at_most(greater(beyond, beyond * -1.0), error * 2.0);
    }
  }
  return unclear;
}

inline void count_reached(const SmaaTask& task, Reals tolerance, Reals sum, unsigned lanes) {
  for (std::size_t t = 0; t < task.thresholds; ++t) {
    const Reals least =
        task.steps > 0 ? task.threshold[t] - tolerance : (task.threshold[t] - task.tolerance) * sum;
    for (std::size_t i = 0; i < task.candidates; ++i)
      task.reached[i * task.thresholds + t] +=
          ones(at_most(least, load(task.scores + i * lane_count)) & lanes);
  }
}

/// Counts for each pair, over 64 replicates with a place each, who is ahead.
inline void count_pairs(const std::int16_t* places, std::size_t n, std::uint32_t* ahead) {
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = i + 1; j < n; ++j)
      ahead[i * n + j] += count_less(places + i * 64, places + j * 64);
}

/// The tolerance of scores by a program, as `ScoreProgram` says it; what is beyond its reach is in
/// `doubt`.
inline Reals program_tolerance(const SmaaTask& task, Reals error, unsigned& doubt) {
  Reals size{};
  for (std::size_t i = 0; i < task.candidates; ++i) {
    const Reals score = load(task.scores + i * lane_count);
    size = greater(size, greater(score, score * -1.0));
  }
  const double least = task.tolerance > 0 ? 0 : task.smallest, most = task.largest;
  doubt |= ~(at_most(size, Reals{} + most) & at_most(Reals{} + least, size) &
             at_most(error, Reals{} + 1e300));
  return task.tolerance > 0 ? Reals{} + task.tolerance : lesser(size, Reals{} + 1.0) * 1e-9;
}

/// Runs the steps of a program from `first` on; one bit for each lane in which one has no certain
/// result.
inline unsigned run_program(const SmaaTask& task, const Replicates& of, std::size_t first) {
  const unsigned doubt = ScoreLanes(task, of).run(first);
  for (std::size_t i = 0; i < task.candidates; ++i)
    store(task.scores + i * lane_count, load(task.rows + (task.total + i) * lane_count));
  return doubt;
}

inline SmaaBits smaa_lanes(const SmaaTask& given) {
  const SmaaTask task = given; // no store through a pointer can change it
  const std::size_t n = task.candidates;
  const Replicates of = replicates(task);
  const unsigned valid = (1U << task.valid) - 1U;
  const bool program = task.steps > 0;
  unsigned doubt = 0;
  find_weights(task, of);
  if (program) {
    doubt = run_program(task, of, 0);
  } else {
    draw_normals(task, of);
    find_scores(task);
  }
  for (std::size_t i = 0; i < n; ++i)
    store(task.sorted + i * lane_count,
          real_of((bits_of(load(task.scores + i * lane_count)) & ~task.index_mask) |
                  std::uint64_t{i}));
  sort_lanes(task.sorted, n);
  const bool divided = task.fixed != nullptr || task.given;
  Reals sum = Reals{} + (divided ? 1.0 : 0.0);
  for (std::size_t j = 0; j < task.criteria && !divided; ++j)
    sum = sum + load(task.weights + j * lane_count);
  Reals tolerance = sum * task.tolerance, error{};
  if (program) {
    error = load(task.rows + (task.total + n + 1) * lane_count);
    tolerance = program_tolerance(task, error, doubt);
    store(task.tolerances, tolerance);
    doubt |= find_unclear_thresholds(task, tolerance, error);
    if (task.bins > 0)
      doubt |= find_unclear_bins(task, error);
  }
  const unsigned tied = find_ties(task, tolerance, error, doubt);
  const unsigned lanes = valid & ~doubt;
  find_shares(task, sum);
  if (task.bins > 0 && program)
    find_bins_of_program(task, lanes);
  else if (task.bins > 0)
    find_bins(task, sum);
  if (task.thresholds > 0)
    count_reached(task, tolerance, sum, lanes);
  return {tied & lanes, doubt & valid};
}

/// The same replicates once more with the weights that stand in `weights`.
inline SmaaBits try_lanes(const SmaaTask& given) {
  const SmaaTask task = given;
  const std::size_t n = task.candidates;
  const Replicates of = replicates(task);
  const bool program = task.steps > 0;
  unsigned doubt = 0;
  Reals tolerance = Reals{} + task.tolerance, error{};
  if (program) {
    doubt = run_program(task, of, task.draws);
    error = load(task.rows + (task.total + n + 1) * lane_count);
    tolerance = program_tolerance(task, error, doubt);
  } else {
    find_products(task);
    find_scores(task);
  }
  Reals best = load(task.scores), own{};
  for (std::size_t i = 1; i < n; ++i)
    best = greater(best, load(task.scores + i * lane_count));
  for (unsigned lane = 0; lane < lane_count; ++lane)
    own[lane] = task.scores[task.tried[lane] * lane_count + lane];
  const Reals behind = best - own;
  if (program) {
    // Beside what scores may be off by, the last digits of the difference and of the tolerance.
    const Reals unsure = error * 2.0 + (size_of(best) + tolerance) * 0x1p-48;
    doubt |= at_most(size_of(behind - tolerance), size_of(unsure));
  }
  const unsigned valid = (1U << task.valid) - 1U;
  return {at_most(behind, tolerance) & valid & ~doubt, doubt & valid};
}

} // namespace
} // namespace libeval::kernel
