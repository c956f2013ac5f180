// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace libeval::kernel {

/// An operation of a ScoreProgram. Numbers stand in rows, a number for each replicate that is
/// worked on together. An array is `n` rows from its first one on, and two further rows: no number
/// of it is larger in size than row n, and none is off by more than row n + 1.
/// `index` and `number` are where its own whole numbers and numbers begin in the program.
struct ScoreStep {
  enum class Kind : std::uint32_t {
    simplex, ///< weights, by position: `n` exponential numbers of the stream `source`, divided by
             ///< their sum, with `flag` in descending order, times number[0]; then `terms` that
             ///< stay as they are. `a`: n rows of room
    // Draws to single rows. Of each block of the stream `source`: the block, and the rows for the
    // numbers 2 * block and 2 * block + 1 (or no_row). A number x becomes value + spread * x, or
    // with `flag` value * e^(spread * x), of exponents within 700; value and spread stand one after
    // another, two a block.
    normals,    ///< `terms` blocks
    uniforms,   ///< the same, of uniform numbers larger by 1 - 2^-53
    empirical,  ///< the same of four numbers a block and without a spread: value (one a row) + one
                ///< of `n` errors, which stand after those
    correlated, ///< `terms` groups of `n` normal numbers, from the first of the stream on: a row
                ///< each (or no_row); the root, then value and spread of each. `a`: n rows of room.
                ///< `b`: below the diagonal each column of the root is one number
    beta,       ///< `terms` numbers: the row and the first block of each; low end, width and
                ///< BetaNumbers of each
    // Changes of single rows.
    binomial, ///< of a uniform number; a row, its guide, table and values, the number of values
    clamp,    ///< to number[0] ... number[1]
    copy,     ///< `terms` pairs of rows: to, from
    factor,   ///< row `out` = number * `terms` weights
    // Arrays of `n` rows from arrays.
    load,     ///< the array `out` stands, off by no more than number[0] and, relative to its
              ///< largest, number[1], in units of `step_error`, beside that itself
    affine,   ///< row `b` * `a` + number
    gather,   ///< of `a`, which has `terms` rows
    combine,  ///< `terms` arrays (index: first row, row of the factor); with `flag` times a number
    sum,      ///< groups of `a` (`terms` rows; index: offsets, members), with `flag` weighted
    mean,     ///< the same
    least,    ///< the same, without weights
    most,     ///< the same
    add,      ///< of `a` and `b`
    subtract, ///< the same
    multiply, ///< the same
    divide,   ///< the same; with `flag` only by what is above zero
    lesser,   ///< the same
    greater,  ///< the same
    minmax    ///< `a` in `terms` groups (index: offsets, members, then whether each row counts for
              ///< the range); with `flag` from the other end
  };
  Kind kind = Kind::load;
  std::uint32_t out = 0, n = 0, a = 0, b = 0, terms = 0, source = 0;
  bool flag = false;
  std::size_t index = 0, number = 0;
};

/// How a score follows from random numbers, where it is more than a weighted sum of independent
/// ones. The scores that it gives are close, within a bound that it keeps, to those of any other
/// way to do the same arithmetic on doubles; what may turn out otherwise within the bounds is not
/// counted but told (`SmaaCounts::doubtful`).
struct ScoreProgram {
  static constexpr std::uint32_t no_row = 0xFFFFFFFFU;
  /// What an operation may add to the error of a number, relative to it: sixteen roundings.
  static constexpr double step_error = 0x1p-49;

  std::vector<ScoreStep> steps = {};
  std::size_t draws = 0;      ///< so many steps, the first ones, rest on random numbers alone
  bool draws_weights = false; ///< all of them; else `SmaaModel::sample` writes those that are not
  std::vector<std::uint32_t> index = {};
  std::vector<double> number = {};
  std::vector<std::pair<std::uint32_t, double>> constant = {}; ///< rows that stay as they are
  std::uint32_t rows = 0;
  std::uint32_t total = 0; ///< first row of the array of scores
  /// The tolerance for scores that it is given for, else 1e-9 times the largest score or 1.
  double tolerance = 0;
  /// Scores larger or smaller than these in size have another tolerance.
  double smallest = 1e-10, largest = 1e10;

  /// Room for an array of n numbers; its first row.
  std::uint32_t array(std::size_t n) {
    const std::uint32_t out = rows;
    rows += static_cast<std::uint32_t>(n) + 2;
    return out;
  }
};

} // namespace libeval::kernel
