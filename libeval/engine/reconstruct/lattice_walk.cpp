// SPDX-License-Identifier: Apache-2.0
#include "engine/reconstruct/lattice_walk.hpp"

#include <libeval/kernel/sample.hpp>

#include <algorithm>
#include <cmath>
#include <iterator>
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

std::int64_t floor_of(std::int64_t a, std::int64_t b) { // b > 0
  return a / b - (a % b < 0 ? 1 : 0);
}

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
  Walker(const Knowledge& knowledge, const std::vector<LinearUnknown>& box,
         const LatticeOptions& options)
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
      const LinearUnknown& bounds = k_.system.unknowns[d.unknown];
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
    for (const Point& cells : kernel_basis(equations, n_))
      basis_.push_back({cells, slopes_of(cells)});
    out.chains = options_.chains;
    const std::size_t each = (options_.samples + options_.chains - 1) / options_.chains;
    const std::size_t thin = options_.thin > 0 ? options_.thin : 10 * std::max<std::size_t>(1, n_);
    Direction begin{Point(n_), {}};
    for (std::size_t c = 0; c < n_; ++c)
      begin.cells[c] = start[k_.cells[c].unknown];
    begin.lines = slopes_of(begin.cells);
    for (std::size_t chain = 0; chain < options_.chains; ++chain) {
      Words words(options_.seed, static_cast<std::uint32_t>(chain));
      Direction at = begin;
      std::uint64_t move = 0;
      const auto walk = [&](std::size_t moves) {
        for (std::size_t m = 0; m < moves && !basis_.empty(); ++m) {
          words.begin(move++);
          step(at, words);
        }
      };
      walk(50 * thin); // forget where it began
      for (std::size_t s = 0; s < each; ++s) {
        walk(thin);
        out.points.push_back(whole(at.cells));
      }
    }
    return out;
  }

private:
  struct Line {
    std::vector<std::int64_t> factors;
    std::optional<std::int64_t> low, high;
  };
  /// A point or a direction, with what every line makes of it.
  struct Direction {
    Point cells, lines;

    void add(const Direction& other, std::int64_t times) {
      for (std::size_t c = 0; c < cells.size(); ++c)
        cells[c] += times * other.cells[c];
      for (std::size_t l = 0; l < lines.size(); ++l)
        lines[l] += times * other.lines[l];
    }
  };

  [[nodiscard]] Point slopes_of(const Point& cells) const {
    Point out;
    for (const Line& line : lines_) {
      out.push_back(0);
      for (std::size_t c = 0; c < n_; ++c)
        out.back() += line.factors[c] * cells[c];
    }
    return out;
  }

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
  void step(Direction& at, Words& words) const {
    Direction direction = basis_[words.below(basis_.size())];
    for (std::uint64_t more = words.below(3); more > 0; --more) {
      const Direction& other = basis_[words.below(basis_.size())];
      direction.add(other, words.below(2) == 0 ? 1 : -1);
    }
    std::int64_t low = std::int64_t{-1} << 40, high = std::int64_t{1} << 40;
    const auto keep = [&](std::int64_t slope, std::int64_t value,
                          const std::optional<std::int64_t>& least,
                          const std::optional<std::int64_t>& most) {
      if (slope == 0)
        return;
      const std::int64_t size = std::abs(slope);
      // With a falling line the two ends change places.
      const auto& above = slope > 0 ? most : least;
      const auto& below = slope > 0 ? least : most;
      if (above)
        high = std::min(high, floor_of(slope > 0 ? *above - value : value - *above, size));
      if (below)
        low = std::max(low, -floor_of(slope > 0 ? value - *below : *below - value, size));
    };
    for (std::size_t c = 0; c < n_; ++c)
      keep(direction.cells[c], at.cells[c], box_[c].low, box_[c].high);
    for (std::size_t l = 0; l < lines_.size(); ++l)
      keep(direction.lines[l], at.lines[l], lines_[l].low, lines_[l].high);
    if (low >= high || std::ranges::all_of(direction.cells, [](std::int64_t x) { return x == 0; }))
      return;
    const std::int64_t t =
        low + static_cast<std::int64_t>(words.below(static_cast<std::uint64_t>(high - low) + 1));
    Direction next = at;
    next.add(direction, t);
    if (passes(next.cells))
      at = std::move(next);
  }

  /// Lists all points where there are few enough, depth first with bounds; then draws from them.
  bool list_all(LatticeDraws& out) {
    std::vector<Point> all;
    std::size_t visited = 0;
    const std::size_t most_visits = 50 * options_.enumerate_up_to + 1000;
    std::vector<std::size_t> order(n_);
    std::iota(order.begin(), order.end(), 0U);
    const auto width = [&](std::size_t c) { return *box_[c].high - *box_[c].low; };
    std::ranges::stable_sort(order, {}, width);
    const Rest rest = rest_of(order);
    // An explicit stack: how far each cell has been tried, and what the lines have so far.
    std::vector<std::int64_t> next(n_ + 1, 0);
    std::vector<Point> sums(n_ + 1, Point(lines_.size(), 0));
    Point cells(n_, 0);
    if (n_ > 0)
      next[0] = *box_[order[0]].low;
    std::size_t depth = 0;
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
      for (std::size_t l = 0; l < lines_.size(); ++l)
        sums[depth + 1][l] = sums[depth][l] + lines_[l].factors[c] * cells[c];
      if (!may_hold(sums[depth + 1], rest, depth + 1))
        continue;
      ++depth;
      if (depth < n_)
        next[depth] = *box_[order[depth]].low;
    }
    out.enumerated = true;
    out.all = all.size();
    if (options_.each_once && all.size() <= options_.samples) {
      std::ranges::transform(all, std::back_inserter(out.points),
                             [&](const auto& cells_of_one) { return whole(cells_of_one); });
      return true;
    }
    Words words(options_.seed, 0);
    for (std::size_t s = 0; s < options_.samples && !all.empty(); ++s) {
      words.begin(s);
      out.points.push_back(whole(all[words.below(all.size())]));
    }
    return true;
  }

  /// The least and the most that cells from a depth on can add to each line.
  struct Rest {
    std::vector<Point> low, high;
  };
  [[nodiscard]] Rest rest_of(const std::vector<std::size_t>& order) const {
    Rest out;
    out.low.assign(n_ + 1, Point(lines_.size(), 0));
    out.high = out.low;
    for (std::size_t depth = n_; depth > 0; --depth)
      for (std::size_t l = 0; l < lines_.size(); ++l) {
        const std::size_t c = order[depth - 1];
        const std::int64_t a = lines_[l].factors[c] * *box_[c].low,
                           b = lines_[l].factors[c] * *box_[c].high;
        out.low[depth - 1][l] = out.low[depth][l] + std::min(a, b);
        out.high[depth - 1][l] = out.high[depth][l] + std::max(a, b);
      }
    return out;
  }

  /// Whether the rows can still hold with the first cells of the order set.
  [[nodiscard]] bool may_hold(const Point& sums, const Rest& rest, std::size_t depth) const {
    for (std::size_t l = 0; l < lines_.size(); ++l)
      if ((lines_[l].high && sums[l] + rest.low[depth][l] > *lines_[l].high) ||
          (lines_[l].low && sums[l] + rest.high[depth][l] < *lines_[l].low))
        return false;
    return true;
  }

  const Knowledge& k_;
  const std::vector<LinearUnknown>& box_;
  const LatticeOptions& options_;
  std::size_t n_;
  std::vector<Line> lines_;
  std::vector<Direction> basis_;
  std::vector<const Row*> checked_;
  std::vector<std::pair<std::uint32_t, LinearUnknown>> bounded_;
};

double mean_of(const double* x, std::size_t n) {
  return std::accumulate(x, x + n, 0.0) / static_cast<double>(n);
}

} // namespace

LatticeDraws draw_lattice_points(const Knowledge& knowledge, const std::vector<std::int64_t>& start,
                                 const std::vector<LinearUnknown>& box,
                                 const LatticeOptions& options) {
  return Walker(knowledge, box, options).draw(start);
}

ChainCheck check_chains(const std::vector<double>& values, std::size_t chains) {
  ChainCheck out;
  out.effective = static_cast<double>(values.size());
  const std::size_t n = values.size() / std::max<std::size_t>(1, 2 * chains);
  const std::size_t m = 2 * chains;
  out.told = n >= 4;
  if (!out.told || std::ranges::all_of(values, [&](double x) { return x == values[0]; }))
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
