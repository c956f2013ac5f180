// SPDX-License-Identifier: Apache-2.0
#include <libeval/io/simulation.hpp>

#include "io/grid.hpp"

#include <libeval/base/text.hpp>
#include <libeval/io/words.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace libeval {
namespace {

constexpr std::size_t most_place_columns = 6, bar_width = 24;

/// `74.2`, with `< 0.1` for what is seldom and `> 99.9` for what is not certain.
std::string percent(double share) {
  const double x = 100 * share;
  if (x > 0 && x < 0.05)
    return "< 0.1";
  if (x < 100 && x >= 99.95)
    return "> 99.9";
  return fmt::format("{:.1f}", x);
}

std::string ordinal(std::size_t n) {
  const std::size_t tens = n % 100 / 10, ones = n % 10;
  return std::to_string(n) + (tens == 1   ? "th"
                              : ones == 1 ? "st"
                              : ones == 2 ? "nd"
                              : ones == 3 ? "rd"
                                          : "th");
}

std::string thousands(std::uint64_t n) {
  const std::string digits = std::to_string(n);
  std::string out;
  for (std::size_t k = 0; k < digits.size(); ++k) {
    if (k > 0 && (digits.size() - k) % 3 == 0)
      out += ',';
    out += digits[k];
  }
  return out;
}

std::string name(const Simulation& simulation, std::size_t c) {
  return escape_control(shorten(simulation.names[c], 40));
}

/// Candidates that ever entered, most likely to advance first.
std::vector<std::size_t> order_of(const Counts& counts, std::size_t s) {
  const StageCounts& stage = counts.stages[s];
  std::vector<std::size_t> order;
  for (std::size_t c = 0; c < stage.entered.size(); ++c)
    if (stage.entered[c] > 0)
      order.push_back(c);
  const auto mean_place = [&](std::size_t c) {
    double sum = 0, all = 0;
    for (std::size_t p = 0; p < stage.places; ++p) {
      const auto x = static_cast<double>(stage.place[c * stage.places + p]);
      sum += static_cast<double>(p) * x;
      all += x;
    }
    return all > 0 ? sum / all : static_cast<double>(stage.places);
  };
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
    const auto advances = [&](std::size_t c) { return stage.outcomes[c * 6]; };
    if (advances(a) != advances(b))
      return advances(a) > advances(b);
    return mean_place(a) < mean_place(b);
  });
  return order;
}

std::string table(const Simulation& simulation, std::size_t s, const ReportOptions& options) {
  const Counts& counts = simulation.all;
  const StageCounts& stage = counts.stages[s];
  const std::vector<std::size_t> order = order_of(counts, s);
  const std::size_t shown_rows =
      options.all ? order.size() : std::min<std::size_t>(order.size(), 40);
  std::vector<Outcome> others;
  for (const Outcome outcome :
       {Outcome::disqualified, Outcome::held, Outcome::withdrawn, Outcome::reserve})
    for (const std::size_t c : order)
      if (stage.outcomes[c * 6 + static_cast<std::size_t>(outcome)] > 0) {
        others.push_back(outcome);
        break;
      }
  bool not_all_enter = false, placed = false;
  for (const std::size_t c : order) {
    not_all_enter = not_all_enter || stage.entered[c] < counts.samples;
    for (std::size_t p = 0; p < stage.places; ++p)
      placed = placed || stage.place[c * stage.places + p] > 0;
  }
  std::size_t columns = placed ? std::min({stage.places, order.size(), most_place_columns}) : 0;
  bool scored = false;
  for (const std::size_t c : order)
    scored = scored || score_quantile(simulation, counts, s, c, 0.5).has_value();
  Grid grid;
  grid.column("%", Align::left);
  if (not_all_enter)
    grid.column("enters", Align::right);
  grid.column("advances", Align::right);
  for (const Outcome outcome : others)
    grid.column(std::string(to_string(outcome)), Align::right);
  for (std::size_t p = 1; p <= columns; ++p)
    grid.column(ordinal(p), Align::right);
  for (const double t : simulation.at_least)
    grid.column(fmt::format(">= {}", shown(t)), Align::right);
  if (scored) {
    grid.column("5 %", Align::right);
    grid.column("score", Align::right);
    grid.column("95 %", Align::right);
  }
  grid.column("", Align::left);
  for (std::size_t i = 0; i < shown_rows; ++i) {
    const std::size_t c = order[i];
    const double advances = outcome_probability(counts, s, c, Outcome::advances).value;
    std::vector<Grid::Cell> row = {{name(simulation, c)}};
    if (not_all_enter)
      row.push_back({percent(probability(stage.entered[c], counts.samples).value)});
    row.push_back({percent(advances), Style::bold});
    for (const Outcome outcome : others)
      row.push_back({percent(outcome_probability(counts, s, c, outcome).value)});
    for (std::size_t p = 1; p <= columns; ++p)
      row.push_back({percent(place_probability(counts, s, c, p).value)});
    for (std::size_t t = 0; t < simulation.at_least.size(); ++t)
      row.push_back({percent(
          probability(stage.reached[c * simulation.at_least.size() + t], counts.samples).value)});
    if (scored)
      for (const double q : {0.05, 0.5, 0.95}) {
        const auto x = score_quantile(simulation, counts, s, c, q);
        row.push_back({x ? shown(x->value, 2) : "-"});
      }
    row.push_back({std::string(
        static_cast<std::size_t>(std::lround(advances * static_cast<double>(bar_width))), '#')});
    grid.row(std::move(row));
  }
  std::string out = grid.text(options.color, options.width);
  if (shown_rows < order.size())
    out += fmt::format(" and {} more (`--all`)\n", order.size() - shown_rows);
  return out;
}

/// Neighbors whose order is nearly a coin's, where one of them is near the line.
std::string not_separable(const Simulation& simulation, std::size_t s,
                          const ReportOptions& options) {
  std::string out;
  const std::vector<std::size_t> order = order_of(simulation.all, s);
  std::size_t said = 0;
  for (std::size_t i = 0; i + 1 < order.size() && said < 4; ++i) {
    const auto ahead = ahead_probability(simulation.all, s, order[i], order[i + 1]);
    if (!ahead || std::abs(ahead->value - 0.5) > 0.1 || simulation.all.samples < 100)
      continue;
    out += report_line(fmt::format("{} and {} are not separable: {} is ahead in {} % of samples",
                                   name(simulation, order[i]), name(simulation, order[i + 1]),
                                   name(simulation, order[i]), percent(ahead->value)),
                       options.width);
    ++said;
  }
  return out;
}

std::string filled(const Simulation& simulation, std::size_t s, const ReportOptions& options) {
  const StageCounts& stage = simulation.all.stages[s];
  if (!simulation.places[s])
    return "";
  std::string out;
  for (std::size_t k = 0; k < stage.filled.size(); ++k)
    if (stage.filled[k] > 0 && stage.filled[k] < simulation.all.samples)
      out += fmt::format("{}{} in {} %", out.empty() ? "places filled: " : ", ", k,
                         percent(probability(stage.filled[k], simulation.all.samples).value));
  return out.empty() ? out : report_line(out, options.width);
}

/// How uncertain the places are, in one number: 0 bits where each is known.
std::string entropy(const Simulation& simulation, std::size_t s, const ReportOptions& options) {
  const std::vector<std::size_t> order = order_of(simulation.all, s);
  double sum = 0, most = 0;
  std::size_t whose = 0;
  for (const std::size_t c : order) {
    const double bits = place_entropy(simulation.all, s, c).value;
    sum += bits;
    if (bits > most) {
      most = bits;
      whose = c;
    }
  }
  if (most < 0.005)
    return "";
  return report_line(fmt::format("entropy of a place: {:.2f} bits on average, {:.2f} at most ({})",
                                 sum / static_cast<double>(order.size()), most,
                                 name(simulation, whose)),
                     options.width);
}

/// Pairwise winning indices: how often the row is ahead of the column.
std::string pairs(const Simulation& simulation, std::size_t s, const ReportOptions& options) {
  std::vector<std::size_t> order = order_of(simulation.all, s);
  order.resize(std::min<std::size_t>(order.size(), 12));
  Grid grid;
  grid.column("ahead of", Align::left);
  for (const std::size_t c : order)
    grid.column(name(simulation, c), Align::right);
  bool any = false;
  for (const std::size_t a : order) {
    std::vector<Grid::Cell> row = {{name(simulation, a)}};
    for (const std::size_t b : order) {
      const auto x = a == b ? std::nullopt : ahead_probability(simulation.all, s, a, b);
      any = any || x;
      row.push_back({x ? percent(x->value) : "-"});
    }
    grid.row(std::move(row));
  }
  return any ? std::string("\n").append(grid.text(options.color, options.width)) : std::string();
}

std::string central_weights(const Simulation& simulation, std::size_t entry,
                            const ReportOptions& options) {
  Grid grid;
  grid.column("first with these weights", Align::left);
  grid.column("first", Align::right);
  grid.column("confidence", Align::right);
  for (const std::string& part : simulation.parts[entry])
    grid.column(escape_control(shorten(part, 20)), Align::right);
  std::size_t rows = 0;
  const WeightCounts& counts = simulation.all.weights[entry];
  std::vector<std::size_t> order(simulation.ids.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(
      order, [&](std::size_t a, std::size_t b) { return counts.first[a] > counts.first[b]; });
  for (const std::size_t c : order) {
    if (counts.first[c] == 0 || rows == 8)
      break;
    std::vector<Grid::Cell> row = {
        {name(simulation, c)},
        {percent(probability(counts.first[c], simulation.all.samples).value)}};
    const auto confidence = confidence_factor(simulation.all, entry, c);
    row.push_back({confidence ? percent(confidence->value) : "-"});
    for (std::size_t j = 0; j < simulation.parts[entry].size(); ++j)
      row.push_back({percent(
          central_weight(simulation.all, entry, c, j, simulation.parts[entry].size())->value)});
    grid.row(std::move(row));
    ++rows;
  }
  return rows == 0 ? std::string()
                   : std::string("\n").append(grid.text(options.color, options.width));
}

/// Chances to advance, given how a verdict or a choice fell.
std::string conditions(const Simulation& simulation, std::size_t s, const ReportOptions& options) {
  if (simulation.conditions.empty())
    return "";
  Grid grid;
  grid.column("advances, if", Align::left);
  grid.column("samples", Align::right);
  std::vector<std::size_t> order = order_of(simulation.all, s);
  order.resize(std::min<std::size_t>(order.size(), 8));
  for (const std::size_t c : order)
    grid.column(name(simulation, c), Align::right);
  for (const ConditionCounts& condition : simulation.conditions) {
    std::vector<Grid::Cell> row = {
        {escape_control(condition.source) + ": " + escape_control(condition.value)},
        {percent(probability(condition.counts.samples, simulation.all.samples).value)}};
    for (const std::size_t c : order)
      row.push_back(
          {condition.counts.samples == 0
               ? "-"
               : percent(outcome_probability(condition.counts, s, c, Outcome::advances).value)});
    grid.row(std::move(row));
  }
  return std::string("\n").append(grid.text(options.color, options.width));
}

} // namespace

std::string report(const Simulation& simulation, const ReportOptions& options) {
  std::string out = thousands(simulation.all.samples) +
                    (simulation.all.samples == 1 ? " sample" : " samples") + " · seed " +
                    std::to_string(simulation.seed);
  if (simulation.all.samples == 0)
    return out + " · interrupted before the first was done\n";
  out +=
      " · 95 % within " + shown(100 * widest_interval(simulation.all), 3) + " points of a percent";
  if (simulation.interrupted)
    out += " · interrupted (" + thousands(simulation.asked) + " asked for)";
  out.append("\n").append(wrapped(simulation.method, 1, text_width(options.width))).append("\n");
  for (std::size_t s = 0; s < simulation.stages.size(); ++s) {
    out += "\n";
    out += styled(escape_control(simulation.stages[s]), Style::bold, options.color);
    if (simulation.places[s])
      out += " · " + counted(*simulation.places[s], "place");
    out.append("\n").append(table(simulation, s, options));
    out.append(not_separable(simulation, s, options));
    out.append(entropy(simulation, s, options)).append(filled(simulation, s, options));
    if (options.all)
      out.append(pairs(simulation, s, options));
    out.append(conditions(simulation, s, options));
  }
  for (std::size_t k = 0; k < simulation.parts.size(); ++k)
    out += central_weights(simulation, k, options);
  return out;
}

} // namespace libeval
