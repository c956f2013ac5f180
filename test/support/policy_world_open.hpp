// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/policy_world.hpp"

#include <algorithm>
#include <functional>
#include <random>

/// What is open in a world, and its completions.
namespace libeval::test {

/// The ways in which one thing that is open may turn out.
using Turn = std::function<void(PolicyWorld&)>;
using Turns = std::vector<Turn>;

/// Everything that is open in a world, each with all its ways.
inline std::vector<Turns> open_in(const PolicyWorld& w) {
  std::vector<Turns> out;
  const bool records_count = std::ranges::all_of(
      w.rule.formula, [](const Condition& c) { return !c.parts.empty() || c.undeclared_counts; });
  for (std::size_t e = 0; e < w.edges.size(); ++e) {
    if (w.edges[e].truth != Truth::no && w.edges[e].into.empty()) {
      Turns turns;
      for (const auto& into : w.ways_into(w.edges[e].child, w.edges[e].carries))
        turns.emplace_back([e, into](PolicyWorld& v) { v.edges[e].into = into; });
      if (turns.size() > 1 || !w.ways_into(w.edges[e].child, w.edges[e].carries)[0].empty())
        out.push_back(turns);
    }
    if (w.edges[e].truth == Truth::unknown)
      out.push_back({[e](PolicyWorld& v) { v.edges[e].truth = Truth::yes; },
                     [e](PolicyWorld& v) { v.edges[e].truth = Truth::no; }});
    for (const auto& [word, met] : w.edges[e].claims)
      if (met == Truth::unknown)
        out.push_back({[e, word = word](PolicyWorld& v) { v.edges[e].claims[word] = Truth::yes; },
                       [e, word = word](PolicyWorld& v) { v.edges[e].claims[word] = Truth::no; }});
  }
  for (std::size_t i = 0; i < w.things.size(); ++i) {
    if (w.things[i].whole.empty() && w.things[i].owner == PolicyWorld::not_known)
      out.push_back({[i](PolicyWorld& v) { v.things[i].owner = PolicyWorld::own; },
                     [i](PolicyWorld& v) { v.things[i].owner = PolicyWorld::foreign; }});
    if (w.things[i].whole.empty() && !w.things[i].license) {
      Turns turns;
      for (const char* license : test_licenses)
        turns.emplace_back([i, license](PolicyWorld& v) { v.things[i].license = license; });
      out.push_back(turns);
    }
    // Whoever may be of the team: its record is asked for.
    if (w.things[i].record != Truth::yes && w.owner_of(i) != PolicyWorld::foreign) {
      Turns turns = {[i](PolicyWorld& v) { v.things[i].record = Truth::yes; }};
      if (records_count)
        for (const TestKind& kind : test_kinds)
          for (const char* license : test_licenses)
            for (const auto& into : w.ways_into(i, kind.carries))
              if (plainly_takes(w.things[i].kind).meets(kind.carries))
                turns.emplace_back([i, kind, license, into](PolicyWorld& v) {
                  v.things[i].record = Truth::yes;
                  if (v.owner_of(i) != PolicyWorld::own)
                    return;
                  v.edges.push_back(
                      {i, v.things.size(), kind.word, kind.carries, Truth::yes, {}, into});
                  v.things.push_back({"hidden" + std::to_string(v.things.size()), "",
                                      NodeKind::model, PolicyWorld::foreign, Truth::yes, license});
                });
      out.push_back(turns);
    }
  }
  if (!w.control || *w.control == Truth::unknown)
    out.push_back({[](PolicyWorld& v) { v.control = Truth::yes; },
                   [](PolicyWorld& v) { v.control = Truth::no; }});
  if (!w.score)
    out.push_back({[](PolicyWorld& v) { v.score = 0; }, [](PolicyWorld& v) { v.score = 2; }});
  return out;
}

/// Calls with every completion where there are at most `most`, else with so many random ones.
template <class Call>
void for_completions(const PolicyWorld& w, std::mt19937& random, std::size_t most, Call call) {
  const std::vector<Turns> open = open_in(w);
  std::size_t ways = 1;
  for (const Turns& turns : open)
    ways = ways > most ? ways : ways * turns.size();
  for (std::size_t k = 0; k < std::min(ways, most); ++k) {
    PolicyWorld completion = w;
    std::size_t rest = k;
    // What comes last adds things, so owners are settled before records.
    for (const Turns& turns : open) {
      turns[(ways > most ? random() : rest) % turns.size()](completion);
      rest /= turns.size();
    }
    call(completion);
  }
}

} // namespace libeval::test
