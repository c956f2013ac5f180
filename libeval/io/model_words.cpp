// SPDX-License-Identifier: Apache-2.0
#include "io/model_words.hpp"

#include <libeval/base/text.hpp>
#include <libeval/io/words.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

namespace libeval {
namespace {

using Estimate = ModelReport::Estimate;
constexpr std::size_t most_named = 12;

/// To three places; what is less is the arithmetic's.
std::string number(double value) {
  return std::abs(value) < 0.0005 ? "0" : shown(value, 3);
}

std::string with_error(double value, const std::optional<double>& error) {
  return (value >= 0.0005 ? "+" : "") + number(value) + (error ? " ±" + number(*error) : "");
}

/// What a model on votes leaves open; strengths have an error, whatever the step made of them.
std::string limits_of(const Estimate& own) {
  if (!own.lower || !own.upper)
    return own.error ? " ±" + number(*own.error) : "";
  if (!own.error)
    return ", place " + number(*own.lower) + " to " + number(*own.upper) + " in the best orders";
  return "; its strength ±" + number(*own.error) + ", between " + number(*own.lower) + " and " +
         number(*own.upper) +
         (own.place ? ", place " + number(*own.place) + " by these limits" : "");
}

/// `juror e8 +8.18 ±0.56, e7 ...`, the largest first.
std::string effects_of(const std::string& dimension, std::vector<const Estimate*> members) {
  std::ranges::stable_sort(members, std::ranges::greater{}, &Estimate::value);
  std::string out = "; added by " + escape_control(dimension);
  for (std::size_t i = 0; i < std::min(members.size(), most_named); ++i)
    out += (i == 0 ? " " : ", ") + escape_control(members[i]->member) + " " +
           with_error(members[i]->value, members[i]->error);
  if (members.size() > most_named)
    out += " and " + counted(members.size() - most_named, "more", "more");
  return out;
}

/// A part of more than 20 candidates that no majority parts: its best orders are not counted.
std::string several_uncounted(const ModelReport& model) {
  const auto fact = [&](std::string_view name) {
    return std::ranges::find(model.facts, name, [](const auto& f) { return f.first; });
  };
  const auto unique = fact("unique");
  const bool several = unique != model.facts.end() && unique->second == 0;
  return several && fact("best_orders") == model.facts.end()
             ? "; how many orders are as good was not counted"
             : "";
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
                    number(own->value) + limits_of(*own);
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
    out += "; what is left over deviates by " + number(model.residual_sd);
  for (const auto& [name, value] : model.facts) {
    std::string word = name;
    std::ranges::replace(word, '_', ' ');
    out += "; " + escape_control(word) + " " + number(value);
  }
  return out + several_uncounted(model);
}

} // namespace libeval
