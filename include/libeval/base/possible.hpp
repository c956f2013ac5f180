// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/base/truth.hpp>

namespace libeval {

/// What an answer may turn out to be: some of yes, no and `none` (there is nothing it is about).
/// What is not applicable takes no part in `and` and `or`. Each combination is what all pairs of
/// possible values give, so nothing that may still turn out is lost.
struct Possible {
  bool yes = false, no = false, none = false;

  [[nodiscard]] static constexpr Possible of(Truth truth) {
    return {truth != Truth::no, truth != Truth::yes, false};
  }
  [[nodiscard]] static constexpr Possible nothing() { return {false, false, true}; }

  /// One value and no other.
  [[nodiscard]] constexpr bool settled() const { return int{yes} + int{no} + int{none} == 1; }
  [[nodiscard]] constexpr bool only_none() const { return none && !yes && !no; }
  /// The same, or nothing to be asked about.
  [[nodiscard]] constexpr Possible or_nothing() const { return {yes, no, true}; }
  /// With nothing to be asked about counted as a yes.
  [[nodiscard]] constexpr Possible none_is_yes() const { return {yes || none, no, false}; }
  /// Yes if it can be no `no` and may be yes, and the other way round but for `none`: what may not
  /// apply never becomes a `no`.
  [[nodiscard]] constexpr Truth truth() const {
    if (yes && !no)
      return Truth::yes;
    return no && !yes && !none ? Truth::no : Truth::unknown;
  }

  friend constexpr bool operator==(Possible, Possible) = default;
  friend constexpr Possible operator!(Possible a) { return {a.no, a.yes, a.none}; }
  friend constexpr Possible operator&&(Possible a, Possible b) {
    return {(a.yes && (b.yes || b.none)) || (a.none && b.yes),
            (a.no && (b.yes || b.no || b.none)) || (b.no && (a.yes || a.none)), a.none && b.none};
  }
  friend constexpr Possible operator||(Possible a, Possible b) { return !(!a && !b); }
};

} // namespace libeval
