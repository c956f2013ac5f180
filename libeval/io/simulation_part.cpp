// SPDX-License-Identifier: Apache-2.0
// Parts of a simulation: written by one machine, added up by another.
#include <libeval/io/simulation.hpp>

#include <libeval/base/text.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace libeval {
namespace {

using Json = nlohmann::ordered_json;

constexpr int format_version = 2;

Json of_doubles(const std::vector<double>& numbers) {
  Json out = Json::array();
  for (const double x : numbers)
    out.push_back(std::abs(x) == std::numeric_limits<double>::max() ? Json(nullptr) : Json(x));
  return out;
}

std::vector<double> doubles_of(const Json& json, double otherwise) {
  std::vector<double> out;
  for (const Json& x : json)
    out.push_back(x.is_null() ? otherwise : x.get<double>());
  return out;
}

Json of_counts(const Counts& counts) {
  Json out;
  out["samples"] = counts.samples;
  out["stages"] = Json::array();
  for (const StageCounts& s : counts.stages)
    out["stages"].push_back({{"places", s.places},
                             {"entered", s.entered},
                             {"outcomes", s.outcomes},
                             {"place", s.place},
                             {"ahead", s.ahead},
                             {"both", s.both},
                             {"reached", s.reached},
                             {"scores", s.scores},
                             {"lowest", of_doubles(s.lowest)},
                             {"highest", of_doubles(s.highest)},
                             {"filled", s.filled}});
  out["weights"] = Json::array();
  for (const WeightCounts& w : counts.weights)
    out["weights"].push_back({{"first", w.first},
                              {"sum", w.sum},
                              {"squares", w.squares},
                              {"tried", w.tried},
                              {"won", w.won}});
  return out;
}

/// Counts whose sizes fit each other; throws std::invalid_argument where they do not.
Counts counts_of(const Json& json, const Simulation& simulation) {
  const std::size_t n = simulation.ids.size();
  const auto numbers = [](const Json& from, const char* key, std::size_t size) {
    auto out = from.at(key).get<std::vector<std::uint64_t>>();
    if (out.size() != size)
      throw std::invalid_argument(std::string("`") + key + "` has " + std::to_string(out.size()) +
                                  " numbers, expected " + std::to_string(size));
    return out;
  };
  const auto either = [&](const Json& from, const char* key, std::size_t size) {
    return from.at(key).empty() ? std::vector<std::uint64_t>{} : numbers(from, key, size);
  };
  Counts out;
  out.samples = json.at("samples").get<std::uint64_t>();
  for (const Json& from : json.at("stages")) {
    StageCounts s;
    s.places = from.at("places").get<std::size_t>();
    if (s.places > n)
      throw std::invalid_argument("more places than candidates");
    s.entered = numbers(from, "entered", n);
    s.outcomes = numbers(from, "outcomes", n * 6);
    s.place = numbers(from, "place", n * s.places);
    s.ahead = either(from, "ahead", n * n);
    s.both = either(from, "both", s.ahead.size());
    s.reached = numbers(from, "reached", n * simulation.at_least.size());
    s.scores = from.at("scores").get<std::vector<std::uint64_t>>();
    if (n > 0 && s.scores.size() % n != 0)
      throw std::invalid_argument("`scores` has no whole number of bins");
    s.lowest = doubles_of(from.at("lowest"), std::numeric_limits<double>::max());
    s.highest = doubles_of(from.at("highest"), std::numeric_limits<double>::lowest());
    if (s.lowest.size() != n || s.highest.size() != n)
      throw std::invalid_argument("`lowest` and `highest` do not fit the candidates");
    s.filled = either(from, "filled", n + 1);
    out.stages.push_back(std::move(s));
  }
  if (out.stages.size() != simulation.stages.size())
    throw std::invalid_argument("counts of another number of stages");
  const Json& weights = json.at("weights");
  if (weights.size() != simulation.parts.size())
    throw std::invalid_argument("counts of another number of weights");
  for (std::size_t k = 0; k < weights.size(); ++k) {
    const std::size_t m = simulation.parts[k].size();
    out.weights.push_back({numbers(weights[k], "first", n), numbers(weights[k], "sum", n * m),
                           numbers(weights[k], "squares", n * m), numbers(weights[k], "tried", n),
                           numbers(weights[k], "won", n)});
  }
  return out;
}

} // namespace

std::string to_json(const SimulationPart& part) {
  const Simulation& s = part.simulation;
  Json out;
  out["libeval_simulation_part"] = format_version;
  out["digest"] = part.digest;
  out["total"] = part.total;
  out["shard"] = {part.shard, part.of};
  out["seed"] = s.seed;
  out["first"] = s.first;
  out["asked"] = s.asked;
  out["interrupted"] = s.interrupted;
  out["collapsed"] = s.collapsed;
  out["method"] = s.method;
  out["ids"] = s.ids;
  out["names"] = s.names;
  out["stages"] = s.stages;
  out["places"] = Json::array();
  for (const auto& places : s.places)
    out["places"].push_back(places ? Json(*places) : Json(nullptr));
  out["at_least"] = s.at_least;
  out["parts"] = s.parts;
  out["weighed"] = s.weighed;
  out["axes"] = Json::array();
  for (const Axis& axis : s.axes)
    out["axes"].push_back({axis.low, axis.width});
  out["counts"] = of_counts(s.all);
  out["conditions"] = Json::array();
  for (const ConditionCounts& c : s.conditions)
    out["conditions"].push_back(
        {{"source", c.source}, {"value", c.value}, {"counts", of_counts(c.counts)}});
  return out.dump() + "\n";
}

SimulationPart read_part(std::string_view text, const std::string& name, Diagnostics& diagnostics) {
  SimulationPart part;
  const auto refuse = [&](const std::string& why) {
    diagnostics.error({}, in_backticks(name) + " is no part of a simulation: " + why,
                      "`libeval simulate --shard 1/4` writes one");
  };
  try {
    const Json json = Json::parse(text);
    if (!json.is_object() || !json.contains("libeval_simulation_part")) {
      refuse("its first key is not `libeval_simulation_part`");
      return part;
    }
    if (json.at("libeval_simulation_part") != format_version) {
      refuse("it is of another version");
      return part;
    }
    part.digest = json.at("digest").get<std::string>();
    part.total = json.at("total").get<std::uint64_t>();
    part.shard = json.at("shard").at(0).get<std::size_t>();
    part.of = json.at("shard").at(1).get<std::size_t>();
    Simulation& s = part.simulation;
    s.seed = json.at("seed").get<std::uint64_t>();
    s.first = json.at("first").get<std::uint64_t>();
    s.asked = json.at("asked").get<std::uint64_t>();
    s.interrupted = json.at("interrupted").get<bool>();
    s.collapsed = json.at("collapsed").get<bool>();
    s.method = json.at("method").get<std::string>();
    s.ids = json.at("ids").get<std::vector<std::string>>();
    s.names = json.at("names").get<std::vector<std::string>>();
    s.stages = json.at("stages").get<std::vector<std::string>>();
    for (const Json& places : json.at("places"))
      s.places.push_back(places.is_null() ? std::nullopt
                                          : std::optional(places.get<std::size_t>()));
    s.at_least = json.at("at_least").get<std::vector<double>>();
    s.parts = json.at("parts").get<std::vector<std::vector<std::string>>>();
    s.weighed = json.at("weighed").get<std::vector<std::string>>();
    for (const Json& axis : json.at("axes"))
      s.axes.push_back({axis.at(0).get<double>(), axis.at(1).get<double>()});
    if (s.names.size() != s.ids.size() || s.places.size() != s.stages.size() ||
        s.axes.size() != s.stages.size() || s.weighed.size() != s.parts.size())
      throw std::invalid_argument("lists of different lengths");
    s.all = counts_of(json.at("counts"), s);
    for (const Json& c : json.at("conditions"))
      s.conditions.push_back({c.at("source").get<std::string>(), c.at("value").get<std::string>(),
                              counts_of(c.at("counts"), s)});
  } catch (const Json::parse_error& error) {
    refuse("it is no JSON from byte " + std::to_string(error.byte) + " on");
  } catch (const Json::exception&) {
    refuse("a value is missing or of another kind");
  } catch (const std::invalid_argument& error) {
    refuse(error.what());
  }
  return part;
}

ShardRange range_of_shard(std::uint64_t total, std::size_t shard, std::size_t of) {
  const auto until = [&](std::size_t k) { // total * k / of without overflow
    return total / of * k + total % of * k / of;
  };
  return {until(shard - 1), until(shard) - until(shard - 1)};
}

Simulation merge_parts(std::vector<SimulationPart> parts, const std::vector<std::string>& names,
                       Diagnostics& diagnostics) {
  if (parts.empty()) {
    diagnostics.error({}, "there are no parts to merge");
    return {};
  }
  const SimulationPart& one = parts.front();
  std::vector<std::size_t> found(one.of, parts.size());
  for (std::size_t k = 0; k < parts.size(); ++k) {
    const SimulationPart& part = parts[k];
    const auto refuse = [&](const std::string& why, const std::string& help = {}) {
      diagnostics.error({},
                        in_backticks(names[k]) + " does not belong to " +
                            in_backticks(names.front()) + ": " + why,
                        help);
    };
    if (part.digest != one.digest)
      refuse("its rules, uncertainty or evidence are others",
             "a part belongs to the bytes of the files it was made from");
    else if (part.simulation.seed != one.simulation.seed)
      refuse("its seed is " + std::to_string(part.simulation.seed) + ", not " +
             std::to_string(one.simulation.seed));
    else if (part.of != one.of || part.total != one.total)
      refuse("it is one of " + std::to_string(part.of) + " parts of " + std::to_string(part.total) +
             " samples, not of " + std::to_string(one.of) + " of " + std::to_string(one.total));
    else if (part.shard < 1 || part.shard > part.of || part.simulation.interrupted ||
             part.simulation.first != range_of_shard(part.total, part.shard, part.of).first ||
             part.simulation.all.samples != range_of_shard(part.total, part.shard, part.of).samples)
      refuse("it does not hold the samples of its shard",
             part.simulation.interrupted ? "it was interrupted; make it again" : "");
    else if (found[part.shard - 1] != parts.size())
      refuse("shard " + std::to_string(part.shard) + " stands in " +
             in_backticks(names[found[part.shard - 1]]) + " already");
    else
      found[part.shard - 1] = k;
  }
  if (diagnostics.has_errors())
    return {};
  std::string missing;
  for (std::size_t k = 0; k < found.size(); ++k)
    if (found[k] == parts.size())
      missing += (missing.empty() ? "" : ", ") + std::to_string(k + 1);
  if (!missing.empty()) {
    diagnostics.error({}, "of " + std::to_string(one.of) +
                              " parts these are missing: " + shorten(missing));
    return {};
  }
  Simulation out = parts[found[0]].simulation;
  try {
    for (std::size_t k = 1; k < found.size(); ++k)
      add_part(out, parts[found[k]].simulation);
  } catch (const std::invalid_argument& error) {
    diagnostics.error({}, error.what());
  }
  return out;
}

} // namespace libeval
