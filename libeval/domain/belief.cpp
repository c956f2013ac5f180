// SPDX-License-Identifier: Apache-2.0
#include <libeval/domain/belief.hpp>

namespace libeval {
namespace {

std::optional<Level> level_from_strength(std::uint8_t strength) {
  if (strength == 0)
    return std::nullopt;
  return static_cast<Level>(strength - 1);
}

} // namespace

std::optional<Level> Belief::level_for() const {
  return level_from_strength(pro);
}

std::optional<Level> Belief::level_against() const {
  return level_from_strength(con);
}

bool counts(const EvidenceItem& item, const Times& times) {
  if (!times.as_of.empty()) {
    if (item.date > times.as_of)
      return false;
    for (const std::string& end : {item.expires, item.withdrawn})
      if (!end.empty() && end <= times.as_of)
        return false;
  } else if (!item.withdrawn.empty()) {
    return false;
  }
  if (!times.at.empty()) {
    if (item.from > times.at)
      return false;
    if (!item.until.empty() && item.until <= times.at)
      return false;
  }
  return true;
}

Level level_of(const EvidenceItem& item, const Interest& interest) {
  if (item.level == Level::self_declared && item.supports != interest.holds && interest.is_theirs &&
      interest.is_theirs(item.by))
    return Level::admitted;
  return item.level;
}

Weighed weigh(const EvidenceList& evidence, const Interest& interest, const Times& times) {
  Weighed out;
  for (const EvidenceItem& item : evidence) {
    if (!counts(item, times))
      continue;
    const std::uint8_t strength = strength_of(level_of(item, interest));
    std::uint8_t& side = item.supports ? out.belief.pro : out.belief.con;
    const EvidenceItem*& first = item.supports ? out.pro : out.con;
    if (strength > side || first == nullptr) {
      side = strength;
      first = &item;
    }
  }
  return out;
}

} // namespace libeval
