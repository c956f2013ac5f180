// SPDX-License-Identifier: Apache-2.0
#include "engine/select/select.hpp"

namespace libeval {

RuleVerdict judge(const Rule& rule, const std::vector<const ReadyFinding*>& findings) {
  const ReadyFinding* fail = nullptr;
  const ReadyFinding* pass = nullptr;
  const ReadyFinding* other = nullptr;
  for (const ReadyFinding* f : findings) {
    const ReadyFinding*& strongest = f->verdict == Verdict::fail   ? fail
                                     : f->verdict == Verdict::pass ? pass
                                                                   : other;
    if (strongest == nullptr || f->level > strongest->level)
      strongest = f;
  }
  const bool convicts = fail != nullptr && fail->level >= rule.convict_at;
  const bool clears = pass != nullptr && pass->level >= rule.clear_at;
  if (convicts && clears && fail->level == pass->level)
    return {Verdict::unknown, fail, true};
  if (convicts && (pass == nullptr || fail->level > pass->level))
    return {Verdict::fail, fail, false};
  if (clears && (fail == nullptr || pass->level > fail->level))
    return {Verdict::pass, pass, false};
  if (fail == nullptr && pass == nullptr && other != nullptr)
    return {other->verdict, other, false};
  const ReadyFinding* nearest = fail != nullptr ? fail : pass != nullptr ? pass : other;
  return {Verdict::unknown, nearest, fail != nullptr && pass != nullptr};
}

} // namespace libeval
