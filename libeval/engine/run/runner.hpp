// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/run/run.hpp"

#include <libeval/kernel/written.hpp>

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <limits>
#include <type_traits>

namespace libeval {

/// The number that a constant of a plan stands for.
template <class T>
T decimal(double x) {
  if constexpr (std::is_same_v<T, double>)
    return x;
  else
    return kernel::from_written(x);
}

template <class T>
bool finite(const T& x) {
  if constexpr (std::is_same_v<T, double>)
    return std::isfinite(x);
  else
    return kernel::isfinite(x);
}

/// A number that is none, for `Runner::each`.
template <class T>
T invalid() {
  return T(std::nan(""));
}

/// An array while a plan runs: numbers, perhaps shared, under a pending affine map.
template <class T>
struct Lane {
  std::shared_ptr<const std::vector<T>> data;
  T scale = T(1), shift = T(0);
  bool mapped = false;
  bool raw = false; ///< `data` are numbers of the evidence as they stand
  double largest = std::numeric_limits<double>::max(); ///< no number of `data` is larger
  Causes undefined = {};

  [[nodiscard]] std::size_t size() const { return data->size(); }
  [[nodiscard]] T at(std::size_t i) const {
    return mapped ? T(scale * (*data)[i] + shift) : (*data)[i];
  }
  /// Whether the map cannot leave the range of a double.
  [[nodiscard]] bool stays_finite() const {
    return !mapped || std::isfinite(std::abs(kernel::to_double(scale)) * largest +
                                    std::abs(kernel::to_double(shift)));
  }
};

/// Runs a plan on numbers of one kind, an operation after the other. The operations stand in
/// run_*.cpp; a new one is declared here.
template <class T>
class Runner {
public:
  explicit Runner(const Plan& plan) : plan_(plan), lanes_(plan.arrays.size()) {}

  Run run(const std::vector<ArrayId>& wanted);
  /// What this gives is kept for the next time.
  const Run& run_again(const std::vector<ArrayId>& wanted,
                       const std::vector<std::uint8_t>& changed);

private:
  using Values = std::vector<T>;
  static constexpr double epsilon = std::is_same_v<T, double> ? 1e-14 : 1e-25;

  void apply(const op::Load& o);
  void apply(const op::Affine& o);
  void apply(const op::Divide& o);
  void apply(const op::Unary& o);
  void apply(const op::Binary& o);
  void apply(const op::Round& o);
  void apply(const op::Lookup& o);
  void apply(const op::Compare& o);
  void apply(const op::Gather& o);
  void apply(const op::Fill& o);
  void apply(const op::Reduce& o);
  void apply(const op::Keep& o);
  void apply(const op::Normalize& o);
  void apply(const op::Rank& o);
  void apply(const op::WinRate& o);
  void apply(const op::FlagFirst& o);
  void apply(const op::Apportion& o);
  void apply(const op::Combine& o);
  void apply(const op::Concat& o);
  void apply(const op::Model& o);
  void apply(const op::Severity& o);
  void apply(const op::Weigh& o);
  void apply(const op::Votes& o);

  [[nodiscard]] std::vector<std::uint32_t> causes_of_groups(const op::Reduce& o) const;
  [[nodiscard]] std::vector<std::uint32_t> level_without(const op::Rank& o,
                                                         const std::vector<std::uint8_t>& take_part,
                                                         const std::vector<double>& places);
  void break_ties(const op::Rank& o, const std::vector<std::uint8_t>& take_part,
                  std::vector<double>& places);
  void count_best(const op::Keep& o, const Values& x, const std::vector<std::uint8_t>& m);
  void count_ties(const op::WinRate& o, double tolerance, const std::vector<std::uint8_t>& m,
                  Values& rates);

  /// The numbers themselves, with a pending map carried out.
  std::shared_ptr<const Values> values(ArrayId id) {
    Lane<T>& lane = lanes_[id];
    if (!lane.mapped)
      return lane.data;
    auto out = std::make_shared<Values>(lane.size());
    const Values& in = *lane.data;
    bool all_finite = true;
    for (std::size_t i = 0; i < in.size(); ++i) {
      (*out)[i] = lane.scale * in[i] + lane.shift;
      all_finite = all_finite && finite((*out)[i]);
    }
    const Lane<T> before = lane;
    lane = {out};
    lane.undefined = before.undefined;
    if (!all_finite)
      fail_infinite(id, *out);
    if (keeps_)
      carried_out_.push_back({at_, id, before, lane});
    return out;
  }

  void put(ArrayId id, Values values, bool raw = false) {
    lanes_[id] = {std::make_shared<const Values>(std::move(values)), T(1), T(0), false, raw};
  }

  /// What is beyond a double is undefined where the array was made, and 0 from there on.
  void fail_infinite(ArrayId id, Values& values) {
    std::vector<std::uint32_t> bad;
    for (std::size_t i = 0; i < values.size(); ++i)
      if (!finite(values[i])) {
        values[i] = T(0);
        bad.push_back(static_cast<std::uint32_t>(i));
      }
    const auto makes = [&](const Op& o) {
      return std::visit([&](const auto& any) { return any.out == id; }, o);
    };
    const auto made = std::ranges::find_if(plan_.ops, makes);
    fail(id, bad, "the number is too large", static_cast<std::size_t>(made - plan_.ops.begin()));
  }

  /// Says of cells of an array, once it is put, that they have no result. What had none before
  /// keeps its reason. Whether anything is new.
  bool fail(ArrayId out, const std::vector<std::uint32_t>& cells, std::string why) {
    return fail(out, cells, std::move(why), at_);
  }
  bool fail(ArrayId out, const std::vector<std::uint32_t>& cells, std::string why, std::size_t op) {
    const Causes before = lanes_[out].undefined;
    const auto has_none = [&](std::uint32_t cell) { return before && (*before)[cell] != 0; };
    if (std::ranges::all_of(cells, has_none))
      return false;
    auto causes = before ? std::make_shared<Marks>(*before)
                         : std::make_shared<Marks>(plan_.arrays[out].size, 0);
    Undefined undefined{op, {}, std::move(why)};
    const Index& candidates = plan_.arrays[out].candidates;
    for (const std::uint32_t cell : cells)
      if (!has_none(cell)) {
        (*causes)[cell] = static_cast<std::uint32_t>(result_.undefined.size() + 1);
        if (candidates)
          undefined.candidates.push_back((*candidates)[cell]);
      }
    sort_out(undefined.candidates);
    result_.undefined.push_back(std::move(undefined));
    lanes_[out].undefined = std::move(causes);
    return true;
  }

  static void sort_out(std::vector<std::uint32_t>& candidates) {
    std::ranges::sort(candidates);
    candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());
  }

  // --- what has no result ---
  using Marks = std::vector<std::uint32_t>;
  [[nodiscard]] std::uint32_t cause(ArrayId id, std::size_t cell) const {
    return id == no_array || !lanes_[id].undefined ? 0 : (*lanes_[id].undefined)[cell];
  }
  /// Of arrays of the same cells: what has no result in any of them.
  template <class Arrays>
  [[nodiscard]] Causes of_any(const Arrays& arrays) const {
    Causes only;
    std::shared_ptr<Marks> several;
    for (const ArrayId id : arrays) {
      const Causes own = id == no_array ? Causes() : lanes_[id].undefined;
      if (!own)
        continue;
      if (!only) {
        only = own;
        continue;
      }
      if (!several)
        only = several = std::make_shared<Marks>(*only);
      for (std::size_t i = 0; i < own->size(); ++i)
        (*several)[i] = (*several)[i] != 0 ? (*several)[i] : (*own)[i];
    }
    return only;
  }
  [[nodiscard]] Causes of_any(std::initializer_list<ArrayId> arrays) const {
    return of_any<std::initializer_list<ArrayId>>(arrays);
  }
  /// The first of the cells that has no result says why.
  template <class Cells>
  [[nodiscard]] std::uint32_t first_cause(ArrayId id, const Cells& cells) const {
    if (id != no_array && lanes_[id].undefined)
      for (const std::uint32_t cell : cells)
        if (const std::uint32_t found = cause(id, cell); found != 0)
          return found;
    return 0;
  }
  /// Puts cells of an array without a result among those that take part in nothing.
  void leave_out(ArrayId id, std::vector<std::uint8_t>& take_part, std::size_t n) const {
    const Causes& causes = lanes_[id].undefined;
    if (!causes)
      return;
    take_part.resize(n, 1);
    for (std::size_t i = 0; i < n; ++i)
      if ((*causes)[i] != 0)
        take_part[i] = 0;
  }
  void mark(ArrayId out, Marks causes) {
    if (std::ranges::any_of(causes, [](std::uint32_t c) { return c != 0; }))
      lanes_[out].undefined = std::make_shared<const Marks>(std::move(causes));
  }
  void tell_whom(const std::vector<ArrayId>& wanted);

  static std::vector<std::uint32_t> cells_of(const kernel::Groups& groups, std::size_t g) {
    return cells_of(groups, std::vector<std::uint32_t>{static_cast<std::uint32_t>(g)});
  }
  /// All cells of the groups.
  static std::vector<std::uint32_t> cells_of(const kernel::Groups& groups,
                                             const std::vector<std::uint32_t>& which) {
    std::vector<std::uint32_t> cells;
    for (const std::uint32_t g : which)
      for (std::uint32_t at = groups.offsets[g]; at < groups.offsets[g + 1]; ++at)
        cells.push_back(groups.cell(at));
    return cells;
  }

  /// Maps each value (with that of another array); a result that is not finite is undefined.
  template <class F>
  void each(ArrayId in, ArrayId out, const char* why, F&& f, ArrayId with = no_array) {
    const auto x = values(in);
    const Causes causes = of_any({in, with});
    Values y(x->size());
    std::vector<std::uint32_t> bad;
    for (std::size_t i = 0; i < y.size(); ++i) {
      if (causes && (*causes)[i] != 0)
        continue;
      y[i] = f((*x)[i], i);
      if (!finite(y[i])) {
        y[i] = T(0);
        bad.push_back(static_cast<std::uint32_t>(i));
      }
    }
    put(out, std::move(y));
    lanes_[out].undefined = causes;
    fail(out, bad, why);
  }

  /// Values that differ by no more are equal but for the arithmetic that made them.
  double noise(ArrayId id) {
    const auto x = values(id);
    if (lanes_[id].raw)
      return 0;
    double largest = 0;
    for (const T& v : *x)
      largest = std::max(largest, std::abs(kernel::to_double(v)));
    return std::max(largest * epsilon, floor_);
  }

  /// A static and a running mask in one; empty where nothing is left out.
  std::vector<std::uint8_t> mask(const std::vector<std::uint8_t>& left_out, ArrayId running,
                                 std::size_t n) {
    if (left_out.empty() && running == no_array)
      return {};
    std::vector<std::uint8_t> out(n, 1);
    for (std::size_t i = 0; i < left_out.size(); ++i)
      out[i] = left_out[i] != 0 ? 0 : 1;
    if (running != no_array) {
      const auto m = values(running);
      for (std::size_t i = 0; i < n; ++i)
        out[i] = (*m)[i] == T(0) ? std::uint8_t{0} : out[i];
    }
    return out;
  }

  const Plan& plan_;
  std::vector<Lane<T>> lanes_;
  Run result_;
  std::size_t at_ = 0;
  double floor_ = 0; ///< noise of sums that cancel out

  // --- running again ---
  /// A pending map that an operation has carried out: for those before it, it was still pending.
  struct CarriedOut {
    std::size_t at;
    ArrayId id;
    Lane<T> before, after;
  };
  void find_stale(const std::vector<std::uint8_t>& changed);
  bool keeps_ = false;
  std::vector<CarriedOut> carried_out_;
  std::vector<std::vector<ArrayId>> reads_; ///< by operation
  std::vector<std::uint8_t> stale_op_, stale_array_;
  std::vector<std::vector<double>> loaded_; ///< by operation: what a Load has read
};

} // namespace libeval
