// SPDX-License-Identifier: Apache-2.0
// Operations within groups, and over them.
#include "engine/run/runner.hpp"
#include "kernel/sort.hpp"

#include <cmath>
#include <optional>
#include <span>

namespace libeval {

using kernel::Mask;
using kernel::takes_part;

namespace {

std::string undefined_reduction(kernel::Reducer kind) {
  using kernel::Reducer;
  switch (kind) {
  case Reducer::geometric:
    return "a geometric mean of negative numbers, or of nothing";
  case Reducer::harmonic:
  case Reducer::power:
    return "a mean that these numbers do not have";
  case Reducer::sd:
    return "a standard deviation of fewer than two values";
  case Reducer::mode:
    return "no value is the most frequent one";
  case Reducer::owa:
    return "another number of values than weights";
  case Reducer::mean:
    return "a mean of nothing, or weights that add up to zero";
  default:
    return "nothing to reduce";
  }
}

/// What has set cells aside by this mask, or none.
const op::Keep* keeper(const Plan& plan, ArrayId mask) {
  if (mask == no_array)
    return nullptr;
  for (const Op& o : plan.ops)
    if (const auto* keep = std::get_if<op::Keep>(&o); keep != nullptr && keep->out == mask)
      return keep;
  return nullptr;
}

/// Whether some of these cells that decide equally count and others do not, though it matters
/// which: `alike(a, b)` tells two whose result is the same.
template <class T, class Alike>
bool is_chance(std::vector<std::uint32_t>& cells, const std::vector<T>& by, double noise,
               const std::vector<T>& counts, Alike&& alike) {
  std::ranges::sort(cells, [&](std::uint32_t a, std::uint32_t b) { return by[a] < by[b]; });
  for (std::size_t first = 0; first < cells.size();) {
    bool all_count = true, none_counts = true, all_alike = true;
    std::size_t last = first;
    for (; last < cells.size() && !(T(noise) < by[cells[last]] - by[cells[first]]); ++last) {
      all_count = all_count && counts[cells[last]] == T(1);
      none_counts = none_counts && counts[cells[last]] == T(0);
      all_alike = all_alike && alike(cells[first], cells[last]);
    }
    if (!all_count && !none_counts && !all_alike)
      return true;
    first = last;
  }
  return false;
}

} // namespace

template <class T>
void Runner<T>::apply(const op::Reduce& o) {
  const auto x = values(o.in);
  const auto weights = o.weights == no_array ? nullptr : values(o.weights);
  auto m = mask(o.left_out, o.mask, x->size());
  if (o.of_what_stands)
    leave_out(o.in, m, x->size());
  auto reduced =
      kernel::reduce(std::span<const T>(*x), *o.groups, o.reduction,
                     weights ? std::span<const T>(*weights) : std::span<const T>{}, Mask(m));
  std::vector<std::uint32_t> by_chance;
  const T same(noise(o.in)), same_weight(weights ? noise(o.weights) : 0);
  for (const op::Keep* keep = keeper(plan_, o.mask); keep != nullptr;
       keep = keeper(plan_, keep->mask)) {
    const bool in_part = keep->weights != no_array; // equals count by the same share
    if (keep->by == o.in && (!weights || in_part))  // equal values are one as good as the other
      continue;
    const auto by = values(keep->by), counts = values(keep->out);
    const double near = noise(keep->by);
    const auto before = mask(o.left_out, keep->mask, x->size());
    const auto alike = [&](std::uint32_t a, std::uint32_t b) {
      return kernel::within((*x)[a], (*x)[b], same) &&
             (!weights || in_part || kernel::within((*weights)[a], (*weights)[b], same_weight));
    };
    std::vector<std::uint32_t> cells;
    for (std::size_t g = 0; g < o.groups->count(); ++g) {
      cells.clear();
      for (std::uint32_t at = o.groups->offsets[g]; at < o.groups->offsets[g + 1]; ++at)
        if (takes_part(Mask(before), o.groups->cell(at)))
          cells.push_back(o.groups->cell(at));
      if (is_chance(cells, *by, near, *counts, alike))
        by_chance.push_back(static_cast<std::uint32_t>(g));
    }
  }
  put(o.out, std::move(reduced.values));
  if (!o.of_what_stands)
    mark(o.out, causes_of_groups(o));
  fail(o.out, reduced.undefined,
       o.of_what_stands && o.reduction.kind != kernel::Reducer::sd
           ? "nothing stands in the group"
           : undefined_reduction(o.reduction.kind));
  fail(o.out, by_chance, "which values count is left open, those at the edge are level");
}

/// What is set aside must have a result too: it might not have been set aside with another.
template <class T>
std::vector<std::uint32_t> Runner<T>::causes_of_groups(const op::Reduce& o) const {
  const Causes causes = of_any({o.in, o.weights, o.mask});
  Marks out(causes ? o.groups->count() : 0);
  for (std::size_t g = 0; g < out.size(); ++g)
    for (std::uint32_t at = o.groups->offsets[g]; at < o.groups->offsets[g + 1]; ++at)
      if (const std::uint32_t cell = o.groups->cell(at);
          out[g] == 0 && (o.left_out.empty() || o.left_out[cell] == 0))
        out[g] = (*causes)[cell];
  return out;
}

template <class T>
void Runner<T>::count_best(const op::Keep& o, const Values& x, const std::vector<std::uint8_t>& m) {
  const auto weights = values(o.weights), numbers = values(o.best);
  Values whole(o.groups->count());
  std::vector<std::uint32_t> no_number;
  for (std::uint32_t g = 0; g < whole.size(); ++g)
    for (std::uint32_t at = o.groups->offsets[g]; at < o.groups->offsets[g + 1]; ++at) {
      if (!takes_part(Mask(m), o.groups->cell(at)))
        continue;
      const T& n = (*numbers)[o.groups->cell(at)];
      if (!(T(0) < n) || (T(0) < whole[g] && n != whole[g]))
        no_number.push_back(g);
      whole[g] = n;
    }
  no_number.erase(std::unique(no_number.begin(), no_number.end()), no_number.end());
  auto counted = kernel::count_best(std::span<const T>(x), *o.groups, std::span<const T>(*weights),
                                    std::span<const T>(whole), o.rule.cost, Mask(m));
  put(o.out, std::move(counted.share));
  lanes_[o.out].undefined = of_any({o.by, o.mask, o.best, o.weights});
  fail(o.out, cells_of(*o.groups, no_number),
       "what the weights come to must be above zero, and the same for all of them");
  fail(o.out, cells_of(*o.groups, counted.negative), "a weight below zero");
  if (!o.short_is_fine)
    fail(o.out, cells_of(*o.groups, counted.too_little), "the weights come to less than `of`");
}

template <class T>
void Runner<T>::apply(const op::Keep& o) {
  const auto x = values(o.by);
  const auto m = mask({}, o.mask, x->size());
  if (o.weights != no_array)
    return count_best(o, *x, m);
  std::vector<kernel::Keep> rules(o.groups->count(), o.rule);
  std::vector<std::uint32_t> no_number;
  const auto say = [&](ArrayId id, std::size_t kernel::Keep::*how_many, double least) {
    if (id == no_array)
      return;
    const auto numbers = values(id);
    for (std::uint32_t g = 0; g < rules.size(); ++g) {
      std::optional<double> n;
      bool same = true;
      for (std::uint32_t at = o.groups->offsets[g]; at < o.groups->offsets[g + 1]; ++at)
        if (const std::uint32_t cell = o.groups->cell(at); takes_part(Mask(m), cell)) {
          const double here = kernel::to_double((*numbers)[cell]);
          same = same && n.value_or(here) == here;
          n = here;
        }
      if (n && (!same || *n < least || *n > 1e15 || *n != std::floor(*n)))
        no_number.push_back(g);
      else if (n)
        rules[g].*how_many = static_cast<std::size_t>(*n);
    }
  };
  say(o.best, &kernel::Keep::best, 1);
  say(o.highest, &kernel::Keep::drop_highest, 0);
  say(o.lowest, &kernel::Keep::drop_lowest, 0);
  auto kept = kernel::keep_by(std::span<const T>(*x), *o.groups,
                              std::span<const kernel::Keep>(rules), Mask(m));
  Values y(x->size());
  for (std::size_t i = 0; i < y.size(); ++i)
    y[i] = T(kept.mask[i]);
  put(o.out, std::move(y));
  lanes_[o.out].undefined = of_any({o.by, o.mask, o.best, o.highest, o.lowest});
  fail(o.out, cells_of(*o.groups, no_number),
       "how many count must be a whole number, the same for all of them");
  if (!o.short_is_fine)
    fail(o.out, cells_of(*o.groups, kept.too_few), "too few values to set some aside");
}

template <class T>
void Runner<T>::apply(const op::Normalize& o) {
  using Kind = op::Normalize::Kind;
  using kernel::Reducer;
  const Lane<T> lane = lanes_[o.in];
  const bool turned = lane.mapped && lane.scale < T(0);
  std::span<const T> x(*lane.data);
  std::vector<std::uint8_t> standing;
  if (lane.undefined) {
    standing = o.reference;
    leave_out(o.in, standing, x.size());
  }
  const Mask reference(lane.undefined ? standing : o.reference);
  const auto all = [&](Reducer kind) {
    return kernel::reduce(x, *o.groups, {kind, 0, {}}, {}, reference);
  };
  // Parameters are those of the unmapped numbers: both maps are affine, so a positive pending
  // map changes nothing and a negative one turns the direction.
  kernel::Reduced<T> low, high; // for z-scores: center and width
  std::vector<std::uint32_t> constant_groups;
  const bool minmax = o.kind == Kind::minmax;
  if (minmax) {
    auto ranges = kernel::ranges(x, *o.groups, reference);
    low = {std::move(ranges.min), ranges.undefined};
    high = {std::move(ranges.max), std::move(ranges.undefined)};
  } else {
    low = all(o.median_center ? Reducer::median : Reducer::mean);
    high = all(o.kind == Kind::zscore_sample ? Reducer::sd : Reducer::sd_population);
  }
  const std::size_t n_groups = o.groups->count();
  std::vector<T> scale(n_groups), shift(n_groups);
  // One value is equal to itself, also where it has no standard deviation of a sample.
  const auto one_value = [&](std::size_t g) {
    std::size_t values = 0;
    for (std::uint32_t at = o.groups->offsets[g]; at < o.groups->offsets[g + 1]; ++at)
      values += takes_part(reference, o.groups->cell(at)) ? 1 : 0;
    return values == 1;
  };
  for (std::size_t g = 0; g < n_groups; ++g) {
    if (o.constant && o.kind == Kind::zscore_sample && one_value(g)) {
      shift[g] = decimal<T>(*o.constant);
      continue;
    }
    const T width = minmax ? T(high.values[g] - low.values[g]) : high.values[g];
    if (!finite(width) || std::ranges::binary_search(high.undefined, g)) {
      constant_groups.push_back(static_cast<std::uint32_t>(g));
      continue;
    }
    // Numbers as they stand differ or do not; a mean has the noise of its sum even of those.
    const double size = std::abs(kernel::to_double(minmax ? high.values[g] : low.values[g]));
    const double noise =
        std::max(lane.raw && minmax ? 0.0 : epsilon * size, lane.raw ? 0.0 : floor_);
    const bool flat = !(kernel::to_double(width) > noise) || !finite(T(1) / width);
    if (flat) {
      scale[g] = T(0);
      shift[g] = o.constant ? decimal<T>(*o.constant) : T(0);
      if (!o.constant && o.groups->size(g) > 0)
        constant_groups.push_back(static_cast<std::uint32_t>(g));
    } else if (o.cost != turned) {
      scale[g] = T(T(0) - T(1)) / width;
      shift[g] = (minmax ? high.values[g] : low.values[g]) / width;
    } else {
      scale[g] = T(1) / width;
      shift[g] = T(T(0) - low.values[g]) / width;
    }
  }
  constexpr bool exact = std::is_same_v<T, kernel::Exact>;
  if (!exact && n_groups == 1 && o.groups->members.empty()) {
    Lane<T> out{lane.data, scale[0], shift[0], true, lane.raw};
    if (minmax && reference.empty() && out.size() > 0)
      out.largest = std::max(std::abs(kernel::to_double(low.values[0])),
                             std::abs(kernel::to_double(high.values[0])));
    lanes_[o.out] = std::move(out);
  } else {
    Values y(x.size());
    for (std::size_t g = 0; g < n_groups; ++g) {
      // The ends are 0 and 1 to the last digit only if the origin is subtracted first.
      const bool down = kernel::to_double(scale[g]) < 0;
      const bool from_origin = exact && minmax && kernel::to_double(scale[g]) != 0;
      const T width = T(high.values[g] - low.values[g]);
      for (std::uint32_t at = o.groups->offsets[g]; at < o.groups->offsets[g + 1]; ++at) {
        const std::uint32_t cell = o.groups->cell(at);
        if (from_origin)
          y[cell] = (down ? T(high.values[g] - x[cell]) : T(x[cell] - low.values[g])) / width;
        else
          y[cell] = scale[g] * x[cell] + shift[g];
      }
    }
    put(o.out, std::move(y));
  }
  lanes_[o.out].undefined = lane.undefined;
  fail(o.out, cells_of(*o.groups, constant_groups),
       "all values are equal; say what they get with `constant`");
}

template <class T>
void Runner<T>::apply(const op::Apportion& o) {
  const auto x = values(o.in), seats = values(o.seats);
  const auto held = o.held == no_array ? nullptr : values(o.held);
  constexpr double most = 10'000'000;
  auto m = mask(o.left_out, no_array, x->size());
  leave_out(o.in, m, x->size());
  Marks causes(of_any({o.in, o.seats, o.held}) ? x->size() : 0);
  Values y(x->size());
  std::vector<std::uint32_t> tied, impossible, no_seats, too_few;
  using kernel::Apportionment;
  const bool a_seat_each = o.rule.method == Apportionment::adams ||
                           o.rule.method == Apportionment::huntington_hill ||
                           o.rule.method == Apportionment::dean;
  for (std::size_t g = 0; g < o.groups->count(); ++g) {
    std::vector<std::uint32_t> cells;
    std::vector<kernel::Exact> votes;
    std::vector<std::uint64_t> least;
    bool fits = true;
    const auto is_whole = [](double n) { return n >= 0 && n <= most && n == std::floor(n); };
    for (std::uint32_t at = o.groups->offsets[g]; at < o.groups->offsets[g + 1]; ++at)
      if (const std::uint32_t cell = o.groups->cell(at); takes_part(Mask(m), cell)) {
        cells.push_back(cell);
        votes.emplace_back((*x)[cell]);
        fits = fits && !(votes.back() < kernel::Exact(0));
        if (held) {
          const double n = kernel::to_double((*held)[cell]);
          fits = fits && is_whole(n);
          least.push_back(is_whole(n) ? static_cast<std::uint64_t>(n) : 0);
        }
      }
    if (cells.empty())
      continue;
    if (!causes.empty()) {
      const std::uint32_t seats_have = first_cause(o.seats, cells);
      const std::uint32_t why = seats_have != 0 ? seats_have : first_cause(o.held, cells);
      for (const std::uint32_t cell : cells)
        causes[cell] = why;
      if (why != 0)
        continue;
    }
    const double n = kernel::to_double((*seats)[cells[0]]);
    if (!fits || !is_whole(n)) {
      no_seats.insert(no_seats.end(), cells.begin(), cells.end());
      continue;
    }
    const kernel::Seats given = kernel::apportion(std::span<const kernel::Exact>(votes),
                                                  static_cast<std::uint64_t>(n), o.rule, least);
    bool lacking = false; // a list with votes, where the method gives each of them one
    for (std::size_t i = 0; i < cells.size(); ++i) {
      y[cells[i]] = T(static_cast<double>(given.seats[i]));
      lacking = lacking || (a_seat_each && given.seats[i] == 0 && kernel::Exact(0) < votes[i]);
    }
    if (lacking && !given.impossible) {
      too_few.insert(too_few.end(), cells.begin(), cells.end());
      continue;
    }
    for (const std::uint32_t i : given.tied)
      tied.push_back(cells[i]);
    if (given.impossible)
      impossible.insert(impossible.end(), cells.begin(), cells.end());
  }
  for (std::size_t i = 0; i < causes.size(); ++i)
    if (const std::uint32_t own = cause(o.in, i); own != 0)
      causes[i] = own;
  put(o.out, std::move(y));
  mark(o.out, std::move(causes));
  fail(o.out, no_seats, "needs votes of 0 or more and a whole number of seats up to 10,000,000");
  fail(o.out, impossible,
       held ? "no votes, or more seats are held than there are"
            : "no votes, or quotas that do not give that many seats");
  fail(o.out, too_few,
       "this method gives a seat to each that has votes, and there are fewer seats than these");
  fail(o.out, tied, "level for the last seat");
}

template void Runner<double>::apply(const op::Reduce&);
template void Runner<double>::apply(const op::Keep&);
template void Runner<double>::apply(const op::Normalize&);
template void Runner<double>::apply(const op::Apportion&);
template void Runner<kernel::Exact>::apply(const op::Reduce&);
template void Runner<kernel::Exact>::apply(const op::Keep&);
template void Runner<kernel::Exact>::apply(const op::Normalize&);
template void Runner<kernel::Exact>::apply(const op::Apportion&);

} // namespace libeval
