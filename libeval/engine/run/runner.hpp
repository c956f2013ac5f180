// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/run/run.hpp"

#include <libeval/kernel/written.hpp>

#include <algorithm>
#include <cmath>
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

  void break_ties(const op::Rank& o, const std::vector<std::uint8_t>& take_part,
                  std::vector<double>& places);
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
    if (!all_finite)
      fail_infinite(id, *out);
    if (keeps_)
      carried_out_.push_back({at_, id, lane, {out}});
    lane = {out};
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

  void fail(ArrayId out, const std::vector<std::uint32_t>& cells, std::string why) {
    fail(out, cells, std::move(why), at_);
  }
  void fail(ArrayId out, const std::vector<std::uint32_t>& cells, std::string why, std::size_t op) {
    if (cells.empty())
      return;
    Undefined undefined{op, {}, std::move(why)};
    if (const Index& candidates = plan_.arrays[out].candidates) {
      for (const std::uint32_t cell : cells)
        undefined.candidates.push_back((*candidates)[cell]);
      std::ranges::sort(undefined.candidates);
      undefined.candidates.erase(
          std::unique(undefined.candidates.begin(), undefined.candidates.end()),
          undefined.candidates.end());
    }
    result_.undefined.push_back(std::move(undefined));
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

  /// Maps each value; a result that is not finite is undefined.
  template <class F>
  void each(ArrayId in, ArrayId out, const char* why, F&& f) {
    const auto x = values(in);
    Values y(x->size());
    std::vector<std::uint32_t> bad;
    for (std::size_t i = 0; i < y.size(); ++i) {
      y[i] = f((*x)[i], i);
      if (!finite(y[i])) {
        y[i] = T(0);
        bad.push_back(static_cast<std::uint32_t>(i));
      }
    }
    put(out, std::move(y));
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
