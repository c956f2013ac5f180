// SPDX-License-Identifier: Apache-2.0
#include <libeval/io/simulation.hpp>

#include "io/json_writer.hpp"

#include <libeval/base/decimal.hpp>

#include <array>

namespace libeval {
namespace {

constexpr std::array<Outcome, 6> outcomes = {Outcome::advances,     Outcome::cut,
                                             Outcome::disqualified, Outcome::held,
                                             Outcome::withdrawn,    Outcome::reserve};
constexpr std::array<double, 5> quantiles = {0.05, 0.25, 0.5, 0.75, 0.95};

void put(JsonWriter& out, const Estimate& x) {
  out.open_line('{').key("value").number(x.value).key("error").number(x.error).close('}');
}
void put(JsonWriter& out, const std::optional<Estimate>& x) {
  if (x)
    put(out, *x);
  else
    out.null();
}

void put_stage(JsonWriter& out, const Simulation& simulation, const Counts& counts, std::size_t s,
               bool with_scores) {
  const StageCounts& stage = counts.stages[s];
  const std::size_t n = simulation.ids.size();
  out.open('{').key("id").text(simulation.stages[s]);
  out.key("candidates").open('[');
  for (std::size_t c = 0; c < n; ++c) {
    out.open('{').key("id").text(simulation.ids[c]);
    out.key("entered");
    put(out, probability(stage.entered[c], counts.samples));
    out.key("outcomes").open('{');
    for (const Outcome outcome : outcomes) {
      out.key(to_string(outcome));
      put(out, outcome_probability(counts, s, c, outcome));
    }
    out.close('}').key("places").open('[');
    for (std::size_t p = 1; p <= stage.places; ++p)
      put(out, place_probability(counts, s, c, p));
    out.close(']').key("within").open('[');
    for (std::size_t p = 1; p <= stage.places; ++p)
      put(out, place_within(counts, s, c, p));
    out.close(']').key("entropy");
    put(out, place_entropy(counts, s, c));
    out.key("at_least").open('[');
    for (std::size_t t = 0; t < simulation.at_least.size(); ++t) {
      out.open_line('{').key("score").number(simulation.at_least[t]).key("probability");
      put(out, probability(stage.reached[c * simulation.at_least.size() + t], counts.samples));
      out.close('}');
    }
    out.close(']');
    if (with_scores) {
      out.key("quantiles").open('[');
      for (const double q : quantiles)
        if (const auto x = score_quantile(simulation, counts, s, c, q))
          out.open_line('{')
              .key("share")
              .number(q)
              .key("score")
              .number(x->value)
              .key("error")
              .number(x->error)
              .close('}');
      out.close(']');
    }
    out.key("ahead").open('{');
    for (std::size_t other = 0; other < n && !stage.ahead.empty(); ++other)
      if (other != c)
        if (const auto x = ahead_probability(counts, s, c, other)) {
          out.key(simulation.ids[other]);
          put(out, *x);
        }
    out.close('}').close('}');
  }
  out.close(']').key("filled").open('[');
  for (std::size_t k = 0; k < stage.filled.size(); ++k)
    if (stage.filled[k] > 0) {
      out.open_line('{').key("places").count(static_cast<std::uint64_t>(k)).key("probability");
      put(out, probability(stage.filled[k], counts.samples));
      out.close('}');
    }
  out.close(']').close('}');
}

void put_weights(JsonWriter& out, const Simulation& simulation, const Counts& counts) {
  out.key("central_weights").open('[');
  for (std::size_t k = 0; k < counts.weights.size(); ++k) {
    out.open('{').key("node").text(simulation.weighed[k]).key("candidates").open('[');
    for (std::size_t c = 0; c < simulation.ids.size(); ++c) {
      out.open('{').key("id").text(simulation.ids[c]);
      out.key("first").count(counts.weights[k].first[c]).key("confidence");
      put(out, confidence_factor(counts, k, c));
      out.key("weights").open('{');
      for (std::size_t j = 0; j < simulation.parts[k].size(); ++j) {
        out.key(simulation.parts[k][j]);
        put(out, central_weight(counts, k, c, j, simulation.parts[k].size()));
      }
      out.close('}').close('}');
    }
    out.close(']').close('}');
  }
  out.close(']');
}

void put_head(JsonWriter& out, const Simulation& simulation) {
  out.key("samples").count(simulation.all.samples);
  out.key("asked").count(simulation.asked);
  out.key("seed").count(simulation.seed);
  out.key("interrupted").flag(simulation.interrupted);
  out.key("method").text(simulation.method);
}

class Rows {
public:
  explicit Rows(const Simulation& simulation) : simulation_(simulation) {}

  /// What follows holds for those samples only.
  void given(const std::string& what) { given_ = what; }
  void row(const std::string& stage, std::size_t candidate, std::string_view quantity,
           const std::string& of, const Estimate& x) {
    out_ += cell(stage) + "," + cell(simulation_.ids[candidate]) + "," + std::string(quantity) +
            "," + cell(of) + "," + format_decimal(x.value) + "," + format_decimal(x.error) + "," +
            cell(given_) + "\n";
  }
  void row(const std::string& stage, std::size_t candidate, std::string_view quantity,
           const std::string& of, const std::optional<Estimate>& x) {
    if (x)
      row(stage, candidate, quantity, of, *x);
  }
  [[nodiscard]] std::string take() { return std::move(out_); }

  /// Safe for spreadsheets too: a text that looks like a formula gets an apostrophe.
  static std::string cell(const std::string& text) {
    std::string out = text;
    if (!out.empty() && std::string_view("=+-@\t\r").find(out.front()) != std::string_view::npos)
      out.insert(0, "'");
    if (out.find_first_of(",\"\n\r") == std::string::npos)
      return out;
    std::string quoted = "\"";
    for (const char c : out)
      quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
    return quoted + "\"";
  }

private:
  const Simulation& simulation_;
  std::string given_;
  std::string out_ = "stage,candidate,quantity,of,value,error,given\n";
};

void add_stages(Rows& out, const Simulation& simulation, const Counts& counts) {
  for (std::size_t s = 0; s < simulation.stages.size(); ++s) {
    const std::string& id = simulation.stages[s];
    const StageCounts& stage = counts.stages[s];
    for (std::size_t c = 0; c < simulation.ids.size(); ++c) {
      out.row(id, c, "entered", "", probability(stage.entered[c], counts.samples));
      for (const Outcome outcome : outcomes)
        out.row(id, c, "outcome", std::string(to_string(outcome)),
                outcome_probability(counts, s, c, outcome));
      for (std::size_t p = 1; p <= stage.places; ++p)
        out.row(id, c, "place", std::to_string(p), place_probability(counts, s, c, p));
      for (std::size_t p = 1; p <= stage.places; ++p)
        out.row(id, c, "within", std::to_string(p), place_within(counts, s, c, p));
      out.row(id, c, "entropy", "", place_entropy(counts, s, c));
      for (std::size_t t = 0; t < simulation.at_least.size(); ++t)
        out.row(id, c, "at_least", format_decimal(simulation.at_least[t]),
                probability(stage.reached[c * simulation.at_least.size() + t], counts.samples));
      for (const double q : quantiles)
        out.row(id, c, "quantile", format_decimal(q), score_quantile(simulation, counts, s, c, q));
      for (std::size_t other = 0; other < simulation.ids.size(); ++other)
        if (other != c)
          out.row(id, c, "ahead", simulation.ids[other], ahead_probability(counts, s, c, other));
    }
  }
}

void add_weights(Rows& out, const Simulation& simulation) {
  for (std::size_t k = 0; k < simulation.parts.size(); ++k) {
    const std::string& node = simulation.weighed[k];
    for (std::size_t c = 0; c < simulation.ids.size(); ++c) {
      for (std::size_t j = 0; j < simulation.parts[k].size(); ++j)
        out.row(node, c, "central_weight", simulation.parts[k][j],
                central_weight(simulation.all, k, c, j, simulation.parts[k].size()));
      out.row(node, c, "confidence", "", confidence_factor(simulation.all, k, c));
    }
  }
}

} // namespace

std::string to_json(const Simulation& simulation) {
  JsonWriter out(7);
  out.open('{');
  put_head(out, simulation);
  out.key("widest_interval").number(widest_interval(simulation.all));
  out.key("stages").open('[');
  for (std::size_t s = 0; s < simulation.stages.size(); ++s)
    put_stage(out, simulation, simulation.all, s, true);
  out.close(']');
  put_weights(out, simulation, simulation.all);
  out.key("conditions").open('[');
  for (const ConditionCounts& condition : simulation.conditions) {
    out.open('{').key("source").text(condition.source).key("value").text(condition.value);
    out.key("samples").count(condition.counts.samples).key("stages").open('[');
    for (std::size_t s = 0; s < simulation.stages.size(); ++s)
      put_stage(out, simulation, condition.counts, s, false);
    out.close(']').close('}');
  }
  out.close(']').close('}');
  return out.take();
}

std::string to_csv(const Simulation& simulation) {
  Rows out(simulation);
  add_stages(out, simulation, simulation.all);
  add_weights(out, simulation);
  for (const ConditionCounts& condition : simulation.conditions) {
    out.given(condition.source + ": " + condition.value);
    add_stages(out, simulation, condition.counts);
  }
  return out.take();
}

} // namespace libeval
