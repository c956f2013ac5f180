// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernel/philox_lanes.hpp"

#include "kernel/beta.hpp"
#include "kernel/sort_lanes.hpp"

#include <libeval/kernel/score_program.hpp>

/// The operations of a ScoreProgram, for the instruction set of the source that includes this.
namespace libeval::kernel {
namespace {

inline constexpr double step_error = ScoreProgram::step_error;

inline Reals size_of(Reals x) {
  return real_of(bits_of(x) & std::uint64_t{0x7FFFFFFFFFFFFFFF});
}

/// A 64-bit word of a block as a number inside (0, 1), as `unit` does.
inline Reals unit52(Words low, Words high) {
  return (whole((high << 32 | low) >> 12) + 0.5) * 0x1p-52;
}

/// The same before it is moved: between 1 and 2, one half of a step too low.
inline Reals between_one_and_two(Words low, Words high) {
  return real_of((high << 32 | low) >> 12 | std::uint64_t{0x3FF0000000000000});
}

/// Runs the steps of a program for the replicates of the lanes.
class ScoreLanes {
public:
  ScoreLanes(const SmaaTask& task, const Replicates& of) : task_(task), of_(of) {}

  /// From a step on; one bit for each lane in which one has no certain result.
  unsigned run(std::size_t first) {
    for (std::size_t k = first; k < task_.steps; ++k)
      apply(task_.step[k]);
    return doubt_;
  }

private:
  using Kind = ScoreStep::Kind;
  static constexpr std::size_t normals_at_once = 64;

  [[nodiscard]] double* at(std::size_t row) const { return task_.rows + row * lane_count; }
  [[nodiscard]] Reals row(std::size_t r) const { return load(at(r)); }
  void put(std::size_t r, Reals x) const { store(at(r), x); }
  /// How large the numbers of an array are, and what they may be off by.
  void put_size(const ScoreStep& s, Reals size, Reals error) const {
    put(s.out + s.n, size);
    put(s.out + s.n + 1, error + size * step_error);
  }
  void put_loaded(const ScoreStep& s, const double* number) const {
    const Reals size = largest(s.out, s.n);
    put_size(s, size, (number[0] + size * number[1]) * step_error);
  }
  /// In doubt unless x > y.
  void require_above(Reals x, Reals y) { doubt_ |= at_most(x, y) | ~at_most(y, x); }

  void apply(const ScoreStep& s) {
    const std::uint32_t* const index = task_.index + s.index;
    const double* const number = task_.number + s.number;
    switch (s.kind) {
    case Kind::simplex:
      return draw_weights(s, index, number);
    case Kind::normals:
      return draw_normals(s, index, number);
    case Kind::uniforms:
      return draw_uniforms(s, index, number);
    case Kind::empirical:
      return draw_errors(s, index, number);
    case Kind::correlated:
      return draw_correlated(s, index, number);
    case Kind::beta:
      return draw_beta(s, index, number);
    case Kind::binomial:
      for (std::size_t k = 0; k < s.terms; ++k)
        look_up(index + 5 * k);
      return;
    case Kind::clamp:
      for (std::size_t k = 0; k < s.terms; ++k)
        put(index[k], lesser(greater(row(index[k]), Reals{} + number[0]), Reals{} + number[1]));
      return;
    case Kind::copy:
      for (std::size_t k = 0; k < s.terms; ++k)
        put(index[2 * k], row(index[2 * k + 1]));
      return;
    case Kind::factor: {
      Reals x = Reals{} + number[0];
      for (std::size_t k = 0; k < s.terms; ++k)
        x = x * weight(index[k]);
      return put(s.out, x);
    }
    case Kind::load:
      return put_loaded(s, number);
    case Kind::affine:
      return affine(s, number[0]);
    case Kind::gather:
      for (std::size_t i = 0; i < s.n; ++i)
        put(s.out + i, row(s.a + index[i]));
      return put_size(s, row(s.a + s.terms), row(s.a + s.terms + 1));
    case Kind::combine:
      return combine(s, index, number);
    case Kind::sum:
    case Kind::mean:
    case Kind::least:
    case Kind::most:
      return reduce(s, index, number);
    case Kind::minmax:
      return minmax(s, index);
    default:
      return binary(s);
    }
  }

  [[nodiscard]] Reals weight(std::size_t j) const { return load(task_.weights + j * lane_count); }

  [[nodiscard]] Reals largest(std::size_t first, std::size_t n) const {
    Reals out{};
    for (std::size_t i = 0; i < n; ++i)
      out = greater(out, size_of(row(first + i)));
    return out;
  }

  [[nodiscard]] Replicates replicates_of(const ScoreStep& s) const {
    return task_.offset == nullptr ? of_ : replicates(task_, task_.offset[s.source]);
  }

  /// With the bits of `kernel::simplex`.
  void draw_weights(const ScoreStep& s, const std::uint32_t* index, const double* number) const {
    const Replicates of = replicates_of(s);
    Reals sum{};
    Four words{};
    for (std::size_t j = 0; j < s.n; ++j) {
      if (j % 2 == 0)
        words = philox_lanes(task_, of, s.source, j / 2);
      const std::size_t from = j % 2 * 2;
      const Reals x = logarithm(unit52(words.word[from], words.word[from + 1])) * -1.0;
      put(s.a + j, x);
      sum = sum + x;
    }
    for (std::size_t j = 0; j < s.n; ++j)
      put(s.a + j, row(s.a + j) / sum);
    if (s.flag)
      sort_lanes(at(s.a), s.n);
    for (std::size_t j = 0; j < s.n; ++j)
      store(task_.weights + std::size_t{lane_count} * index[j], row(s.a + j) * number[0]);
    for (std::size_t j = 0; j < s.terms; ++j)
      store(task_.weights + std::size_t{lane_count} * index[s.n + j], Reals{} + number[1 + j]);
  }

  /// Pairs of normal numbers, of the blocks that `block(k)` says: drawn in loops of their own, so
  /// that none waits for another.
  template <class Block>
  void draw_normals(const ScoreStep& s, const Replicates& of, std::size_t pairs, Block&& block,
                    Reals* out) const {
    Words angle[normals_at_once / 2];
    for (std::size_t k = 0; k < pairs; ++k) {
      const Four words = philox_lanes(task_, of, s.source, block(k));
      out[2 * k] = unit52(words.word[0], words.word[1]);
      angle[k] = words.word[2];
    }
    for (std::size_t k = 0; k < pairs; ++k)
      box_muller<OneRounding>(out[2 * k], angle[k], out[2 * k], out[2 * k + 1]);
  }

  void draw_normals(const ScoreStep& s, const std::uint32_t* index, const double* number) const {
    const Replicates of = replicates_of(s);
    Reals drawn[normals_at_once];
    for (std::size_t first = 0; first < s.terms; first += normals_at_once / 2) {
      const std::size_t pairs =
          s.terms - first < normals_at_once / 2 ? s.terms - first : normals_at_once / 2;
      draw_normals(
          s, of, pairs, [&](std::size_t k) { return index[3 * k]; }, drawn);
      for (std::size_t k = 0; k < pairs; ++k, index += 3, number += 4) {
        put_number(s, index[1], number, drawn[2 * k]);
        put_number(s, index[2], number + 2, drawn[2 * k + 1]);
      }
    }
  }

  void draw_uniforms(const ScoreStep& s, const std::uint32_t* index, const double* number) const {
    const Replicates of = replicates_of(s);
    for (std::size_t k = 0; k < s.terms; ++k, index += 3, number += 4) {
      const Four words = philox_lanes(task_, of, s.source, index[0]);
      put_between(index[1], number, words.word[0], words.word[1]);
      put_between(index[2], number + 2, words.word[2], words.word[3]);
    }
  }

  void draw_errors(const ScoreStep& s, const std::uint32_t* index, const double* number) const {
    const Replicates of = replicates_of(s);
    const double* const errors = number + std::size_t{4} * s.terms;
    const Reals few = first_of(errors, s.n);
    for (std::size_t k = 0; k < s.terms; ++k, index += 5, number += 4) {
      const Four words = philox_lanes(task_, of, s.source, index[0]);
      for (std::size_t c = 0; c < 4; ++c)
        if (index[1 + c] != ScoreProgram::no_row)
          put(index[1 + c], number[c] + one_of(errors, s.n, few, words.word[c]));
    }
  }

  void put_between(std::uint32_t r, const double* number, Words low, Words high) const {
    if (r != ScoreProgram::no_row)
      put(r, OneRounding()(between_one_and_two(low, high), number[1], number[0]));
  }

  /// A cell of a value and a spread from the number drawn for it.
  void put_number(const ScoreStep& s, std::uint32_t r, const double* number, Reals x) const {
    if (r == ScoreProgram::no_row)
      return;
    if (!s.flag)
      return put(r, OneRounding()(x, number[1], number[0]));
    put(r, number[0] * exponential_inside<OneRounding>(number[1] * x));
  }

  /// The number of an error is the upper half of a word times how many there are.
  static Reals one_of(const double* errors, std::uint32_t n, Reals few, Words word) {
    const Words at = multiply(word, Words{} + std::uint64_t{n}) >> 32;
    return n <= lane_count ? picked(few, at) : gather(errors, at);
  }

  void draw_correlated(const ScoreStep& s, const std::uint32_t* index, const double* root) const {
    const Replicates of = replicates_of(s);
    const std::size_t m = s.n, all = m * s.terms;
    const double* number = root + m * m;
    Reals drawn[normals_at_once];
    std::size_t begun = 0, used = normals_at_once; // numbers drawn, and taken of the last of them
    for (std::size_t g = 0; g < s.terms; ++g, index += m, number += 2 * m) {
      for (std::size_t i = 0; i < m; ++i, ++used) {
        if (used == normals_at_once) {
          const std::size_t pairs =
              all - begun < normals_at_once ? (all - begun + 1) / 2 : normals_at_once / 2;
          draw_normals(
              s, of, pairs, [&](std::size_t k) { return begun / 2 + k; }, drawn);
          begun += normals_at_once;
          used = 0;
        }
        put(s.a + i, drawn[used]);
      }
      put_group(s, index, root, number);
    }
  }
  /// A group of correlated numbers from the independent ones in the room of the step.
  void put_group(const ScoreStep& s, const std::uint32_t* index, const double* root,
                 const double* number) const {
    const OneRounding sum;
    const std::size_t m = s.n;
    Reals before{};
    for (std::size_t i = 0; i < m; ++i) {
      Reals x = sum(row(s.a + i), root[i * m + i], before);
      if (s.b != 0)
        before = sum(row(s.a + i), root[(i + 1 < m ? i + 1 : i) * m + i], before);
      else
        x = product(s, root + i * m, i + 1);
      put_number(s, index[i], number + 2 * i, x);
    }
  }
  /// The first numbers of the room of a step with those of a root.
  [[nodiscard]] Reals product(const ScoreStep& s, const double* root, std::size_t n) const {
    Reals sum[4] = {};
    std::size_t k = 0;
    for (; k + 4 <= n; k += 4)
      for (std::size_t c = 0; c < 4; ++c)
        sum[c] = OneRounding()(row(s.a + k + c), root[k + c], sum[c]);
    for (; k < n; ++k)
      sum[0] = OneRounding()(row(s.a + k), root[k], sum[0]);
    return (sum[0] + sum[1]) + (sum[2] + sum[3]);
  }

  /// Where a beta number stands: with the bits of `kernel::beta`.
  struct BetaCell {
    explicit BetaCell(const std::uint32_t* index, const double* number)
        : row(index[0]), first(index[1]), low(number[0]), width(number[1]) {
      __builtin_memcpy(&of, number + 2, sizeof of);
      powers = of.power[0] > 0 || of.power[1] > 0;
    }
    static constexpr std::size_t numbers = 10;
    std::uint32_t row, first;
    double low, width;
    BetaNumbers of;
    bool powers = false; ///< a block is read before the attempts
  };
  /// The words of an attempt, then its normal numbers.
  struct BetaAttempt {
    Reals z, other, u;
  };

  [[nodiscard]] BetaAttempt words_of_attempt(const ScoreStep& s, const Replicates& of,
                                             std::uint32_t block, Words& angle) const {
    const Four words = philox_lanes(task_, of, s.source, block);
    angle = words.word[2];
    return {unit52(words.word[0], words.word[1]), Reals{}, unit32(words.word[3])};
  }

  /// First attempts in loops of their own, so that none waits for another; few need a second one.
  void draw_beta(const ScoreStep& s, const std::uint32_t* index, const double* number) const {
    const Replicates of = replicates_of(s);
    constexpr std::size_t at_once = 32;
    BetaAttempt attempts[at_once];
    Words angle[at_once];
    for (std::size_t begin = 0; begin < s.terms; begin += at_once) {
      const std::size_t many = s.terms - begin < at_once ? s.terms - begin : at_once;
      for (std::size_t k = 0; k < many; ++k) {
        const BetaCell cell(index + 2 * k, number + BetaCell::numbers * k);
        attempts[k] = words_of_attempt(s, of, cell.first + (cell.powers ? 1 : 0), angle[k]);
      }
      for (std::size_t k = 0; k < many; ++k)
        box_muller(attempts[k].z, angle[k], attempts[k].z, attempts[k].other);
      for (std::size_t k = 0; k < many; ++k, index += 2, number += BetaCell::numbers)
        put_beta(s, of, BetaCell(index, number), attempts[k]);
    }
  }

  /// The lanes in which an attempt is accepted.
  static unsigned accepted(const BetaNumbers& of, const BetaAttempt& attempt, Reals v, Reals w,
                           unsigned pending) {
    const Reals below = accepted_below(of, attempt.z, attempt.other);
    const unsigned found = ~at_most(below, attempt.u);
    if ((pending & ~found) == 0)
      return found;
    const unsigned none = at_most(v, Reals{}) | at_most(w, Reals{});
    const Reals chance =
        log_acceptance(attempt.z, v, of.d[0]) + log_acceptance(attempt.other, w, of.d[1]);
    return found | (~at_most(chance, logarithm(attempt.u)) & ~none);
  }

  void put_beta(const ScoreStep& s, const Replicates& of, const BetaCell& cell,
                BetaAttempt attempt) const {
    std::uint32_t block = cell.first + (cell.powers ? 1 : 0);
    Reals x{}, y{};
    for (unsigned pending = (1U << lane_count) - 1U;;) {
      const Reals v = proposed(attempt.z, cell.of.c[0]), w = proposed(attempt.other, cell.of.c[1]);
      const unsigned now = accepted(cell.of, attempt, v, w, pending) & pending;
      const Words which = of_lanes(now);
      x = chosen(which, v * cell.of.d[0], x);
      y = chosen(which, w * cell.of.d[1], y);
      pending &= ~now;
      if (pending == 0)
        break;
      Words angle;
      attempt = words_of_attempt(s, of, ++block, angle);
      box_muller(attempt.z, angle, attempt.z, attempt.other);
    }
    put(cell.row,
        cell.low + (cell.powers ? with_powers(s, of, cell, x, y) : x / (x + y)) * cell.width);
  }
  /// x / (x + y) where one of them is of a shape below 1.
  [[nodiscard]] Reals with_powers(const ScoreStep& s, const Replicates& of, const BetaCell& cell,
                                  Reals x, Reals y) const {
    const Four words = philox_lanes(task_, of, s.source, cell.first);
    const Reals first = logarithm(unit52(words.word[0], words.word[1])) * cell.of.power[0];
    const Reals second = logarithm(unit52(words.word[2], words.word[3])) * cell.of.power[1];
    x = x * exponential_below(first);
    y = y * exponential_below(second);
    const Reals one = Reals{} + 1.0;
    const Reals both_gone = chosen(of_lanes(~at_most(first, second)), one, Reals{});
    return chosen(of_lanes(at_most(x + y, Reals{})), both_gone, x / (x + y));
  }
  /// As `exponential`, of what is not above 0.
  static Reals exponential_below(Reals x) {
    constexpr double least = -708;
    return chosen(of_lanes(at_most(Reals{} + least, x)),
                  exponential_inside(greater(x, Reals{} + least)), Reals{});
  }

  /// The smallest k whose distribution function exceeds u: from where the guide says on.
  void look_up(const std::uint32_t* item) const {
    const Reals u = row(item[0]);
    const std::uint32_t* const guide = task_.index + item[1]; // its size, then its entries
    const double* const until = task_.number + item[2];
    const double* const value = task_.number + item[3];
    const std::uint32_t last = item[4] - 1;
    Reals out{};
    for (unsigned lane = 0; lane < lane_count; ++lane) {
      std::uint32_t k = guide[1 + static_cast<std::uint32_t>(u[lane] * guide[0])];
      while (k < last && until[k] <= u[lane])
        ++k;
      out[lane] = value[k];
    }
    put(item[0], out);
  }

  void affine(const ScoreStep& s, double plus) const {
    const Reals by = row(s.b);
    for (std::size_t i = 0; i < s.n; ++i)
      put(s.out + i, row(s.a + i) * by + plus);
    put_size(s, row(s.a + s.n) * size_of(by) + (plus < 0 ? -plus : plus),
             row(s.a + s.n + 1) * size_of(by));
  }

  void combine(const ScoreStep& s, const std::uint32_t* index, const double* number) const {
    Reals size{}, error{};
    for (std::size_t k = 0; k < s.terms; ++k) {
      const Reals by = size_of(row(index[2 * k + 1]));
      size = size + by * row(index[2 * k] + s.n);
      error = error + by * row(index[2 * k] + s.n + 1);
    }
    error = error + size * (step_error / 8 * s.terms);
    double most = 1;
    for (std::size_t i = 0; s.flag && i < s.n; ++i)
      most = number[i] > most ? number[i] : most;
    put_size(s, size * most, error * most);
    std::size_t i = 0;
    for (; i + 4 <= s.n; i += 4)
      combine_some<4>(s, index, number, i);
    for (; i < s.n; ++i)
      combine_some<1>(s, index, number, i);
  }
  /// Together because a sum waits for the one before.
  template <std::size_t many>
  void combine_some(const ScoreStep& s, const std::uint32_t* index, const double* number,
                    std::size_t first) const {
    Reals sum[many] = {};
    for (std::size_t k = 0; k < s.terms; ++k) {
      const Reals by = row(index[2 * k + 1]);
      for (std::size_t c = 0; c < many; ++c)
        sum[c] = multiply_add(by, row(index[2 * k] + first + c), sum[c]);
    }
    for (std::size_t c = 0; c < many; ++c)
      put(s.out + first + c, s.flag ? sum[c] * number[first + c] : sum[c]);
  }

  void reduce(const ScoreStep& s, const std::uint32_t* index, const double* number) const {
    const std::uint32_t* const member = index + s.n + 1;
    double most = 0, longest = 0; // sum of weights, and the number of terms
    for (std::size_t g = 0; g < s.n; ++g) {
      const std::size_t begin = index[g], end = index[g + 1];
      Reals x = row(s.a + member[begin]);
      double weights = s.flag ? number[begin] : 1;
      x = x * (s.flag ? number[begin] : 1.0);
      for (std::size_t k = begin + 1; k < end; ++k) {
        const Reals y = row(s.a + member[k]);
        const double w = s.flag ? number[k] : 1;
        weights += w;
        x = s.kind == Kind::least  ? libeval::kernel::lesser(x, y)
            : s.kind == Kind::most ? libeval::kernel::greater(x, y)
                                   : x + y * w;
      }
      put(s.out + g, s.kind == Kind::mean ? x / weights : x);
      most = weights > most ? weights : most;
      const auto terms = static_cast<double>(end - begin);
      longest = terms > longest ? terms : longest;
    }
    const double by = s.kind == Kind::sum ? most : 1;
    const Reals size = row(s.a + s.terms) * by;
    put_size(s, size, row(s.a + s.terms + 1) * by + size * (step_error / 8 * longest));
  }

  void binary(const ScoreStep& s) {
    const Reals size_a = row(s.a + s.n), error_a = row(s.a + s.n + 1);
    const Reals size_b = row(s.b + s.n), error_b = row(s.b + s.n + 1);
    const auto each = [&](auto&& f) {
      for (std::size_t i = 0; i < s.n; ++i)
        put(s.out + i, f(row(s.a + i), row(s.b + i)));
    };
    switch (s.kind) {
    case Kind::add:
      each([](Reals x, Reals y) { return x + y; });
      return put_size(s, size_a + size_b, error_a + error_b);
    case Kind::subtract:
      each([](Reals x, Reals y) { return x - y; });
      return put_size(s, size_a + size_b, error_a + error_b);
    case Kind::multiply:
      each([](Reals x, Reals y) { return x * y; });
      return put_size(s, size_a * size_b, size_a * error_b + size_b * error_a + error_a * error_b);
    case Kind::divide: {
      Reals smallest = s.flag ? row(s.b) : size_of(row(s.b));
      for (std::size_t i = 1; i < s.n; ++i)
        smallest = lesser(smallest, s.flag ? row(s.b + i) : size_of(row(s.b + i)));
      require_above(smallest, error_b * 8.0);
      each([](Reals x, Reals y) { return x / y; });
      const Reals by = 1.25 / smallest; // of b as it may be, at least
      return put_size(s, size_a * by, (error_a + size_a * by * error_b) * by);
    }
    case Kind::lesser:
      each([](Reals x, Reals y) { return libeval::kernel::lesser(x, y); });
      break;
    default:
      each([](Reals x, Reals y) { return libeval::kernel::greater(x, y); });
      break;
    }
    put_size(s, greater(size_a, size_b), greater(error_a, error_b));
  }

  void minmax(const ScoreStep& s, const std::uint32_t* index) {
    const std::uint32_t* const member = index + s.terms + 1;
    const std::uint32_t* const counts = member + s.n;
    const Reals size = row(s.a + s.n), error = row(s.a + s.n + 1);
    const Reals least_width = size * 0x1p-30 + error * 8.0;
    Reals widest_error{};
    for (std::size_t g = 0; g < s.terms; ++g) {
      Reals low{}, high{};
      bool any = false;
      for (std::size_t k = index[g]; k < index[g + 1]; ++k) {
        if (counts[k] == 0)
          continue;
        const Reals x = row(s.a + member[k]);
        low = any ? lesser(low, x) : x;
        high = any ? greater(high, x) : x;
        any = true;
      }
      const Reals width = high - low;
      require_above(width, least_width);
      const Reals by = 1.0 / width;
      for (std::size_t k = index[g]; k < index[g + 1]; ++k) {
        const Reals x = row(s.a + member[k]);
        put(s.out + member[k], (s.flag ? high - x : x - low) * by);
      }
      widest_error = greater(widest_error, by);
    }
    const Reals found = largest(s.out, s.n);
    put_size(s, found, (error * 4.0 + size * step_error) * (found + 1.0) * widest_error);
  }

  const SmaaTask& task_;
  const Replicates& of_;
  unsigned doubt_ = 0;
};

} // namespace
} // namespace libeval::kernel
