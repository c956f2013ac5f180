// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/base/truth.hpp>
#include <libeval/domain/lineage.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

/// Whether a fact is believed, from the evidence for and against it.
namespace libeval {

/// The two times of a reading: what is known, and of which day it is asked. An empty text is no
/// limit: everything is known, everything that was ever said to hold counts.
struct Times {
  std::string as_of; ///< evidence dated later is not seen; what expired or was withdrawn by then
                     ///< counts for nothing
  std::string at;    ///< the day that is asked about, for evidence with [from, until)
};

/// The strongest that is said for and against a fact. Both are kept (Belnap's four values) until a
/// rule brings its thresholds.
struct Belief {
  std::uint8_t pro = 0, con = 0; ///< 0: nothing; otherwise a level, plus 1

  [[nodiscard]] std::optional<Level> level_for() const;
  [[nodiscard]] std::optional<Level> level_against() const;
  friend bool operator==(const Belief&, const Belief&) = default;
};
[[nodiscard]] constexpr std::uint8_t strength_of(Level level) {
  return static_cast<std::uint8_t>(static_cast<unsigned>(level) + 1);
}
/// What a file states without evidence.
inline constexpr Belief stated{strength_of(Level::verified), 0};

/// Who is interested in a fact, and whether they want it to hold. A declaration of theirs to the
/// opposite is an admission.
struct Interest {
  std::function<bool(const std::string&)> is_theirs = {}; ///< whether a party is one of them
  bool holds = false;
};

/// Whether an item counts on these times.
[[nodiscard]] bool counts(const EvidenceItem& item, const Times& times);

/// The level an item counts with: as stated, or admitted.
[[nodiscard]] Level level_of(const EvidenceItem& item, const Interest& interest);

/// What the evidence amounts to, with the items that decide (the first of the strongest; nullptr if
/// there is none).
struct Weighed {
  Belief belief;
  const EvidenceItem* pro = nullptr;
  const EvidenceItem* con = nullptr;
};
[[nodiscard]] Weighed weigh(const EvidenceList& evidence, const Interest& interest,
                            const Times& times);

/// From which level on a fact counts as true, and from which as false.
struct Thresholds {
  Level yes = Level::admitted, no = Level::corroborated;
};

/// Yes if what speaks for it reaches its threshold and is stronger than what speaks against it; no
/// the other way round; unknown otherwise, also where both are equally strong.
[[nodiscard]] constexpr Truth believe(Belief belief, Thresholds at) {
  if (belief.pro >= strength_of(at.yes) && belief.pro > belief.con)
    return Truth::yes;
  if (belief.con >= strength_of(at.no) && belief.con > belief.pro)
    return Truth::no;
  return Truth::unknown;
}

} // namespace libeval
