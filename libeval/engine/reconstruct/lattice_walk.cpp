// SPDX-License-Identifier: Apache-2.0
#include "engine/reconstruct/lattice_walk.hpp"

#include <libeval/kernel/sample.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

namespace libeval {
namespace {

using Point = std::vector<std::int64_t>;

/// A stream of words, the same everywhere.
class Words {
public:
  Words(std::uint64_t seed, std::uint32_t chain)
      : key_{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)},
        chain_(chain) {}

  void begin(std::uint64_t move) {
    move_ = move;
    next_ = 0;
  }
  std::uint32_t word() {
    if (next_ % 4 == 0)
      four_ = kernel::philox({static_cast<std::uint32_t>(move_),
                              static_cast<std::uint32_t>(move_ >> 32), chain_, next_ / 4},
                             key_);
    return four_[next_++ % 4];
  }
  /// Even on 0 ... n - 1, by rejection.
  std::uint64_t below(std::uint64_t n) {
    const std::uint64_t limit = ~std::uint64_t{0} - ~std::uint64_t{0} % n;
    while (true) {
      const std::uint64_t low = word();
      const std::uint64_t x = low | std::uint64_t{word()} << 32;
      if (x < limit)
        return x % n;
    }
  }

private:
  std::array<std::uint32_t, 2> key_;
  std::uint32_t chain_;
  std::uint64_t move_ = 0;
  std::uint32_t next_ = 0;
  std::array<std::uint32_t, 4> four_{};
};

/// Directions that keep every equation between cells: a basis of the integer kernel, by column
/// operations (Hermite).
std::vector<Point> kernel_basis(const std::vector<std::vector<std::int64_t>>& equations,
                                std::size_t n) {
  std::vector<Point> columns(n, Point(n, 0)); // of the unimodular matrix
  for (std::size_t j = 0; j < n; ++j)
    columns[j][j] = 1;
  std::size_t fixed = 0;
  for (const auto& row : equations) {
    const auto value = [&](std::size_t j) {
      Wide sum = 0;
      for (std::size_t i = 0; i < n; ++i)
        sum += Wide{row[i]} * columns[j][i];
      return static_cast<std::int64_t>(sum);
    };
    std::vector<std::int64_t> values(n, 0);
    for (std::size_t j = fixed; j < n; ++j)
      values[j] = value(j);
    while (true) { // the greatest common divisor is left in one column
      std::size_t least = n;
      for (std::size_t j = fixed; j < n; ++j)
        if (values[j] != 0 && (least == n || std::abs(values[j]) < std::abs(values[least])))
          least = j;
      if (least == n)
        break;
      bool others = false;
      for (std::size_t j = fixed; j < n; ++j) {
        if (j == least || values[j] == 0)
          continue;
        const std::int64_t times = values[j] / values[least];
        for (std::size_t i = 0; i < n; ++i)
          columns[j][i] -= times * columns[least][i];
        values[j] -= times * values[least];
        others = others || values[j] != 0;
      }
      if (!others) {
        std::swap(columns[fixed], columns[least]);
        ++fixed;
        break;
      }
    }
  }
  columns.erase(columns.begin(), columns.begin() + static_cast<std::ptrdiff_t>(fixed));
  return columns;
}

class Walker {
public:
  Walker(const Knowledge& knowledge, const std::vector<Unknown>& box, const LatticeOptions& options)
      : k_(knowledge), box_(box), options_(options), n_(knowledge.cells.size()) {
    std::vector<std::size_t> cell_of(k_.system.unknowns.size(), n_);
    for (std::size_t c = 0; c < n_; ++c)
      cell_of[k_.cells[c].unknown] = c;
    for (const Row& row : k_.system.rows) {
      const bool of_cells = std::ranges::all_of(
          row.terms, [&](const auto& term) { return cell_of[term.first] < n_; });
      if (!of_cells) {
        checked_.push_back(&row);
        continue;
      }
      Line line{std::vector<std::int64_t>(n_, 0), row.low, row.high};
      for (const auto& [v, factor] : row.terms)
        line.factors[cell_of[v]] += factor;
      lines_.push_back(std::move(line));
    }
    for (const Knowledge::Derived& d : k_.derived) {
      const Unknown& bounds = k_.system.unknowns[d.unknown];
      bounded_.push_back({d.unknown, bounds});
    }
  }

  LatticeDraws draw(const Point& start) {
    LatticeDraws out;
    if (list_all(out))
      return out;
    std::vector<std::vector<std::int64_t>> equations;
    for (const Line& line : lines_)
      if (line.low && line.high && *line.low == *line.high)
        equations.push_back(line.factors);
    for (std::size_t c = 0; c < n_; ++c)
      if (*box_[c].low == *box_[c].high) {
        equations.emplace_back(n_, 0);
        equations.back()[c] = 1;
      }
    const std::vector<Point> basis = kernel_basis(equations, n_);
    out.chains = options_.chains;
    const std::size_t each = (options_.samples + options_.chains - 1) / options_.chains;
    const std::size_t thin = options_.thin > 0 ? options_.thin : 10 * std::max<std::size_t>(1, n_);
    Point cells(n_);
    for (std::size_t c = 0; c < n_; ++c)
      cells[c] = start[k_.cells[c].unknown];
    for (std::size_t chain = 0; chain < options_.chains; ++chain) {
      Words words(options_.seed, static_cast<std::uint32_t>(chain));
      Point at = cells;
      std::uint64_t move = 0;
      const auto walk = [&](std::size_t moves) {
        for (std::size_t m = 0; m < moves && !basis.empty(); ++m) {
          words.begin(move++);
          step(at, basis, words);
        }
      };
      walk(50 * thin); // forget where it began
      for (std::size_t s = 0; s < each; ++s) {
        walk(thin);
        out.points.push_back(whole(at));
      }
    }
    return out;
  }

private:
  struct Line {
    std::vector<std::int64_t> factors;
    std::optional<std::int64_t> low, high;
  };

  [[nodiscard]] Point whole(const Point& cells) const {
    Point point(k_.system.unknowns.size(), 0);
    for (std::size_t c = 0; c < n_; ++c)
      point[k_.cells[c].unknown] = cells[c];
    k_.derive(point);
    return point;
  }

  /// What rows with derived unknowns ask.
  [[nodiscard]] bool passes(const Point& cells) const {
    if (checked_.empty() && bounded_.empty())
      return true;
    const Point point = whole(cells);
    for (const auto& [v, bounds] : bounded_)
      if ((bounds.low && point[v] < *bounds.low) || (bounds.high && point[v] > *bounds.high))
        return false;
    return std::ranges::all_of(checked_, [&](const Row* row) { return holds(*row, point); });
  }

  /// A direction that keeps the equations (one or a sum or difference of two of the basis), and an
  /// even choice among the whole points of the line; what derived rows refuse stays where it is.
  void step(Point& at, const std::vector<Point>& basis, Words& words) const {
    Point direction = basis[words.below(basis.size())];
    for (std::uint64_t more = words.below(3); more > 0; --more) {
      const Point& other = basis[words.below(basis.size())];
      const std::int64_t sign = words.below(2) == 0 ? 1 : -1;
      for (std::size_t c = 0; c < n_; ++c)
        direction[c] += sign * other[c];
    }
    if (std::ranges::all_of(direction, [](std::int64_t x) { return x == 0; }))
      return;
    std::int64_t low = std::int64_t{-1} << 40, high = std::int64_t{1} << 40;
    const auto keep = [&](std::int64_t slope, std::int64_t value,
                          const std::optional<std::int64_t>& least,
                          const std::optional<std::int64_t>& most) {
      if (slope == 0)
        return;
      const auto to = [&](std::int64_t room, bool up) { // room / slope, rounded inside
        const Fraction t(room, slope);
        if (up)
          high = std::min(high, floor(t));
        else
          low = std::max(low, ceil(t));
      };
      if (most)
        to(*most - value, slope > 0);
      if (least)
        to(*least - value, slope < 0);
    };
    for (std::size_t c = 0; c < n_; ++c)
      keep(direction[c], at[c], box_[c].low, box_[c].high);
    for (const Line& line : lines_) {
      std::int64_t slope = 0, value = 0;
      for (std::size_t c = 0; c < n_; ++c) {
        slope += line.factors[c] * direction[c];
        value += line.factors[c] * at[c];
      }
      keep(slope, value, line.low, line.high);
    }
    if (low >= high)
      return;
    const std::int64_t t =
        low + static_cast<std::int64_t>(words.below(static_cast<std::uint64_t>(high - low) + 1));
    Point next = at;
    for (std::size_t c = 0; c < n_; ++c)
      next[c] += t * direction[c];
    if (passes(next))
      at = std::move(next);
  }

  /// Lists all points where there are few enough, depth first with bounds; then draws from them.
  bool list_all(LatticeDraws& out) {
    std::vector<Point> all;
    Point cells(n_, 0);
    std::size_t visited = 0;
    const std::size_t most_visits = 50 * options_.enumerate_up_to + 1000;
    std::vector<std::size_t> order(n_);
    std::iota(order.begin(), order.end(), 0U);
    const auto width = [&](std::size_t c) { return *box_[c].high - *box_[c].low; };
    std::ranges::stable_sort(order, {}, width);
    // An explicit stack: how far each cell has been tried.
    std::vector<std::int64_t> next(n_ + 1, 0);
    std::size_t depth = 0;
    if (n_ > 0)
      next[0] = *box_[order[0]].low;
    while (true) {
      if (depth == n_) {
        if (passes(cells))
          all.push_back(cells);
        if (all.size() > options_.enumerate_up_to)
          return false;
        if (depth == 0)
          break;
        --depth;
        continue;
      }
      const std::size_t c = order[depth];
      if (next[depth] > *box_[c].high) {
        if (depth == 0)
          break;
        --depth;
        continue;
      }
      if (++visited > most_visits)
        return false;
      cells[c] = next[depth]++;
      if (!may_hold(cells, order, depth + 1))
        continue;
      ++depth;
      if (depth < n_)
        next[depth] = *box_[order[depth]].low;
    }
    out.enumerated = true;
    out.all = all.size();
    Words words(options_.seed, 0);
    for (std::size_t s = 0; s < options_.samples && !all.empty(); ++s) {
      words.begin(s);
      out.points.push_back(whole(all[words.below(all.size())]));
    }
    return true;
  }

  /// Whether the rows can still hold with the first cells of the order set.
  [[nodiscard]] bool may_hold(const Point& cells, const std::vector<std::size_t>& order,
                              std::size_t set) const {
    for (const Line& line : lines_) {
      Wide low = 0, high = 0;
      for (std::size_t i = 0; i < n_; ++i) {
        const std::size_t c = order[i];
        const std::int64_t f = line.factors[c];
        if (i < set) {
          low += Wide{f} * cells[c];
          high += Wide{f} * cells[c];
        } else {
          low += Wide{f} * (f > 0 ? *box_[c].low : *box_[c].high);
          high += Wide{f} * (f > 0 ? *box_[c].high : *box_[c].low);
        }
      }
      if ((line.high && low > *line.high) || (line.low && high < *line.low))
        return false;
    }
    return true;
  }

  const Knowledge& k_;
  const std::vector<Unknown>& box_;
  const LatticeOptions& options_;
  std::size_t n_;
  std::vector<Line> lines_;
  std::vector<const Row*> checked_;
  std::vector<std::pair<std::uint32_t, Unknown>> bounded_;
};

double mean_of(const double* x, std::size_t n) {
  return std::accumulate(x, x + n, 0.0) / static_cast<double>(n);
}

} // namespace

LatticeDraws draw_lattice_points(const Knowledge& knowledge, const std::vector<std::int64_t>& start,
                                 const std::vector<Unknown>& box, const LatticeOptions& options) {
  return Walker(knowledge, box, options).draw(start);
}

ChainCheck check_chains(const std::vector<double>& values, std::size_t chains) {
  ChainCheck out;
  out.effective = static_cast<double>(values.size());
  const std::size_t n = values.size() / std::max<std::size_t>(1, 2 * chains);
  const std::size_t m = 2 * chains;
  if (n < 4)
    return out;
  std::vector<double> means(m), variances(m, 0);
  std::vector<const double*> half(m);
  const std::size_t length = values.size() / chains;
  for (std::size_t j = 0; j < m; ++j) {
    half[j] = values.data() + j / 2 * length + (j % 2) * (length - n);
    means[j] = mean_of(half[j], n);
    for (std::size_t i = 0; i < n; ++i)
      variances[j] += (half[j][i] - means[j]) * (half[j][i] - means[j]);
    variances[j] /= static_cast<double>(n - 1);
  }
  const double grand = mean_of(means.data(), m);
  double between = 0;
  for (const double x : means)
    between += (x - grand) * (x - grand) / static_cast<double>(m - 1);
  const double within = mean_of(variances.data(), m);
  if (within <= 0)
    return out;
  const double pooled = within * static_cast<double>(n - 1) / static_cast<double>(n) + between;
  out.r_hat = std::max(1.0, std::sqrt(pooled / within));
  // Geyer's initial positive sequence of pairs of autocorrelations.
  double sum = 0;
  for (std::size_t lag = 1; lag + 1 < n; lag += 2) {
    const auto correlation = [&](std::size_t t) {
      double covariance = 0;
      for (std::size_t j = 0; j < m; ++j) {
        double one = 0;
        for (std::size_t i = 0; i + t < n; ++i)
          one += (half[j][i] - means[j]) * (half[j][i + t] - means[j]);
        covariance += one / static_cast<double>(n) / static_cast<double>(m);
      }
      return 1 - (within - covariance) / pooled;
    };
    const double pair = correlation(lag) + correlation(lag + 1);
    if (pair <= 0)
      break;
    sum += pair;
  }
  const double total = static_cast<double>(m * n);
  out.effective = std::min(total, total / (1 + 2 * sum));
  return out;
}

} // namespace libeval
