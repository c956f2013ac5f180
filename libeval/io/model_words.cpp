// SPDX-License-Identifier: Apache-2.0
#include "io/model_words.hpp"

#include <libeval/base/text.hpp>
#include <libeval/io/words.hpp>

#include <algorithm>
#include <vector>

namespace libeval {
namespace {

using Estimate = ModelReport::Estimate;
constexpr std::size_t most_named = 12;

std::string with_error(double value, const std::optional<double>& error, bool with_sign) {
  return (with_sign && value >= 0 ? "+" : "") + shown(value, 3) +
         (error ? " ±" + shown(*error, 3) : "");
}

/// `juror e8 +8.18 ±0.56, e7 ...`, the largest first.
std::string effects_of(const std::string& dimension, std::vector<const Estimate*> members) {
  std::ranges::stable_sort(members, std::ranges::greater{}, &Estimate::value);
  std::string out = "; added by " + escape_control(dimension);
  for (std::size_t i = 0; i < std::min(members.size(), most_named); ++i)
    out += (i == 0 ? " " : ", ") + escape_control(members[i]->member) + " " +
           with_error(members[i]->value, members[i]->error, true);
  if (members.size() > most_named)
    out += " and " + counted(members.size() - most_named, "more", "more");
  return out;
}

} // namespace

std::string in_words(const ModelReport& model, const std::string& candidate) {
  const auto own = std::ranges::find_if(model.estimates, [&](const Estimate& e) {
    return e.dimension == "candidate" && e.member == candidate;
  });
  if (own == model.estimates.end())
    return {};
  std::string out = escape_control(model.where) + ": " + model.step +
                    (model.group.empty() ? "" : " of " + escape_control(model.group)) + " " +
                    with_error(own->value, own->error, false);
  if (own->lower && own->upper)
    out += ", between " + shown(*own->lower, 3) + " and " + shown(*own->upper, 3);
  if (own->place)
    out += ", place " + shown(*own->place) + " by these limits";
  std::vector<std::string> dimensions;
  for (const Estimate& e : model.estimates)
    if (e.dimension != "candidate" &&
        std::ranges::find(dimensions, e.dimension) == dimensions.end())
      dimensions.push_back(e.dimension);
  for (const std::string& dimension : dimensions) {
    std::vector<const Estimate*> members;
    for (const Estimate& e : model.estimates)
      if (e.dimension == dimension)
        members.push_back(&e);
    out += effects_of(dimension, std::move(members));
  }
  if (model.degrees_of_freedom > 0)
    out += "; what is left over deviates by " + shown(model.residual_sd, 3);
  for (const auto& [name, value] : model.facts) {
    std::string word = name;
    std::ranges::replace(word, '_', ' ');
    out += "; " + escape_control(word) + " " + shown(value, 3);
  }
  return out;
}

} // namespace libeval
