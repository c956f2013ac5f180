// SPDX-License-Identifier: Apache-2.0
// Recorded decisions: withdrawals and granted places.
#include "engine/select/selector.hpp"

namespace libeval {

bool is_seen(const RecordedDecision& decision, const Program& program) {
  return program.as_of.empty() || decision.date.empty() || decision.date <= program.as_of;
}

std::uint32_t Selector::entrant_of(const RecordedDecision& decision) {
  const std::uint32_t c = context_.names.candidate(decision.candidate);
  const std::size_t e = c == npos ? nobody : stage_.entrant(c);
  if (e == nobody) {
    context_.diagnostics.error(decision.where,
                               c == npos ? "there is no candidate `" + decision.candidate + "`"
                                         : "`" + decision.candidate + "` is no entrant of stage `" +
                                               stage_.id + "`");
    return npos;
  }
  return static_cast<std::uint32_t>(e);
}

void Selector::apply(const select::Withdraw& s) {
  report_.rule = s.decision.candidate;
  const std::uint32_t e = entrant_of(s.decision);
  if (e == npos || !is_seen(s.decision, program_))
    return;
  Finding& finding = find(Finding::Kind::withdraw, candidate(e));
  finding.detail = s.decision.reason;
  finding.sources = {s.decision.source};
  if (standing(e))
    put_out(e, Outcome::withdrawn);
}

void Selector::apply(const select::Grant& s) {
  taking_ = true;
  if (s.decision) {
    report_.rule = s.decision->candidate;
    const std::uint32_t e = entrant_of(*s.decision);
    if (e == npos || !is_seen(*s.decision, program_))
      return;
    Finding& finding = find(Finding::Kind::grant, candidate(e));
    finding.detail = s.decision->reason;
    finding.sources = {s.decision->source};
    if (standing(e) && state_[e] != State::taken)
      take(e, s.as);
    return;
  }
  report_.rule = "first " + std::to_string(s.first) + " by " + s.by.front().name;
  const TieGroups groups = sorted(who(State::undecided), s.by);
  take_first(groups, {s.first, s.as, ties_, false});
}

} // namespace libeval
