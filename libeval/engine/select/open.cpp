// SPDX-License-Identifier: Apache-2.0
#include "engine/select/open.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

namespace libeval {

Question tie_question(std::size_t step, std::size_t number, std::size_t candidate) {
  Question out;
  out.what = "the " + (number == 1 ? "" : std::to_string(number) + ". ") + "tie of step " +
             std::to_string(step);
  out.candidate = candidate;
  out.about = Question::About::tie;
  return out;
}

Question gap_question(const std::string& name, std::size_t candidate) {
  Question out;
  out.what = "a gap in `" + name + "`";
  out.candidate = candidate;
  out.about = Question::About::gap;
  return out;
}

std::optional<bool> GapRange::reach(double level, bool above) const {
  if (low > level || (low == level && (!with_low || !above)))
    return true;
  if (high < level || (high == level && (!with_high || above)))
    return false;
  return std::nullopt;
}

void GapRange::narrow(double level, bool above, bool reached) {
  if (reach(level, above))
    return; // of other levels it is settled already
  if (reached) {
    low = level;
    with_low = !above;
  } else {
    high = level;
    with_high = above;
  }
}

double GapRange::number() const {
  if (std::isinf(low) && std::isinf(high))
    return 0;
  if (std::isinf(low))
    return high - std::max(1.0, std::abs(high));
  if (std::isinf(high))
    return low + std::max(1.0, std::abs(low));
  return low + (high - low) / 2;
}

Verdict Open::ask(const Question& question, Verdict otherwise) {
  if (const auto at = assumptions.find(question); at != assumptions.end())
    return at->second;
  if (known.insert(question).second)
    questions.push_back(question);
  return otherwise;
}

GapRange Open::range_of(const Question& gap) const {
  GapRange out;
  for (auto at = assumptions.lower_bound({gap.what, gap.candidate});
       at != assumptions.end() && at->first.what == gap.what &&
       at->first.candidate == gap.candidate;
       ++at)
    if (at->first.level)
      out.narrow(*at->first.level, at->first.above, at->second == Verdict::pass);
  return out;
}

bool Open::reaches(Question gap, double level, bool above, bool otherwise) {
  if (const auto settled = range_of(gap).reach(level, above))
    return *settled;
  gap.level = level;
  gap.above = above;
  return ask(gap, otherwise ? Verdict::pass : Verdict::fail) == Verdict::pass;
}

double Open::number_of_gap(Question gap, const std::vector<double>& levels, bool lowest) {
  GapRange range = range_of(gap);
  std::vector<std::pair<double, bool>> open;
  for (const double level : levels)
    for (const bool above : {false, true})
      if (!range.reach(level, above))
        open.emplace_back(level, above);
  if (open.empty())
    return range.number();
  std::tie(gap.level, gap.above) = open[open.size() / 2];
  (void)ask(gap, lowest ? Verdict::fail : Verdict::pass);
  const auto& end = lowest ? open.front() : open.back();
  range.narrow(end.first, end.second, !lowest);
  return range.number();
}

} // namespace libeval
