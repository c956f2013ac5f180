// SPDX-License-Identifier: Apache-2.0
// The plan on lanes of replicates counts what `decide` finds in one replicate after another.
#include "engine/simulate/kernel_model.hpp"

#include <libeval/engine/simulate.hpp>
#include <libeval/io/draw.hpp>
#include <libeval/io/load.hpp>
#include <libeval/io/parse.hpp>
#include <libeval/io/uncertain.hpp>

#include "support/catch.hpp"
#include "support/simulated.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

using namespace libeval;
using libeval::test::contains;

namespace {

/// Six candidates, two of them alike in all parts; a tree of two levels, and every scaling that is
/// made for lanes.
std::string program(const std::string& select, const std::string& score) {
  return R"(libeval: 1
program: p
candidates: [a, b, c, d, e, f]
evidence:
  t:
    keys: [candidate]
    values: [speed, price, se]
    csv: "candidate,speed,price,se\na,80,30,2\nb,75,25,3\nc,60,20,1\nd,90,45,2\ne,75,25,3\nf,66,31,2\n"
  marks:
    keys: [candidate, juror]
    values: [mark]
    csv: "candidate,juror,mark\na,j1,6\na,j2,7\na,j3,8\nb,j1,7\nb,j2,7\nb,j3,7\nc,j1,8\nc,j2,5\nc,j3,6\nd,j1,5\nd,j2,4\nd,j3,6\ne,j1,7\ne,j2,7\ne,j3,7\nf,j1,9\nf,j2,3\nf,j3,6\n"
stages:
  - id: s
    places: 2
)" + select +
         "    score:\n" + score;
}

constexpr const char* nested = R"(      parts:
        bench:
          points: 60
          parts:
            speed: {points: 40, from: t, value: speed, steps: [minmax]}
            price: {points: 20, from: t, value: price, direction: cost, steps: [minmax]}
        panel: {points: 40, from: marks, steps: [{mean: juror}, {scale: {from: [0, 10]}}]}
)";
constexpr const char* weighted = R"(      parts:
        speed: {weight: 0.5, from: t, value: speed, steps: [{ratio: {to: max}}]}
        price: {weight: 0.2, from: t, value: price, direction: cost, steps: [share, {multiply: -1}]}
        panel: {weight: 0.3, from: marks, steps: [{mean: juror}, {cap: 8}, {floor: 4}]}
)";

struct Both {
  Simulation lanes, plain;
};

Simulation simulated(const std::string& rules, const std::string& uncertainty,
                     const SimulateOptions& options) {
  Diagnostics diagnostics;
  const Tree parsed = parse_text(rules, "program.yaml", diagnostics);
  INFO(rules);
  return test::simulated(parsed, ".", uncertainty, options);
}

Both both(const std::string& rules, const std::string& uncertainty, SimulateOptions options) {
  options.collapse = false;
  Both out;
  out.lanes = simulated(rules, uncertainty, options);
  options.lanes = false;
  out.plain = simulated(rules, uncertainty, options);
  return out;
}

bool on_lanes(const Simulation& simulation) {
  return simulation.method.find("many at a time") != std::string::npos;
}

void require_same(const Counts& a, const Counts& b) {
  CHECK(a.samples == b.samples);
  REQUIRE(a.stages.size() == b.stages.size());
  for (std::size_t s = 0; s < a.stages.size(); ++s) {
    const StageCounts &x = a.stages[s], &y = b.stages[s];
    CHECK(x.entered == y.entered);
    CHECK(x.outcomes == y.outcomes);
    CHECK(x.place == y.place);
    CHECK(x.ahead == y.ahead);
    CHECK(x.both == y.both);
    CHECK(x.reached == y.reached);
    CHECK(x.scores == y.scores);
    CHECK(x.lowest == y.lowest);
    CHECK(x.highest == y.highest);
    CHECK(x.filled == y.filled);
  }
  REQUIRE(a.weights.size() == b.weights.size());
  for (std::size_t k = 0; k < a.weights.size(); ++k) {
    CHECK(a.weights[k].first == b.weights[k].first);
    CHECK(a.weights[k].sum == b.weights[k].sum);
    CHECK(a.weights[k].squares == b.weights[k].squares);
    CHECK(a.weights[k].tried == b.weights[k].tried);
    CHECK(a.weights[k].won == b.weights[k].won);
  }
}

/// The order and the tie groups of each replicate that was counted.
using Orders =
    std::map<std::uint64_t, std::pair<std::vector<std::uint32_t>, std::vector<std::uint32_t>>>;
auto tell_to(Orders& out) {
  return [&out](std::uint64_t replicate, const kernel::Order& order) {
    out[replicate] = {order.order, order.offsets};
  };
}

const std::vector<std::string> measurements = {
    "{evidence: t, value: speed, normal: {sd: {column: se}}}",
    "{evidence: t, value: speed, normal: {sd: 9, inside: [60, 90]}}",
    "{evidence: t, value: price, lognormal: 0.2}",
    "{evidence: t, value: speed, uniform: 8}",
    "{evidence: t, value: speed, beta: {size: 30, from: [0, 100]}}",
    "{evidence: t, value: speed, binomial: {n: 20, of: 100}}",
    "{evidence: marks, empirical: {errors: [-1, 0, 0, 2]}}",
    "{evidence: marks, normal: {sd: 1, correlation: {over: juror, all: 0.6}}}",
    "{evidence: t, value: speed, lognormal: {sd: 0.1, correlation: {over: candidate, members: [a, "
    "b, c, d, e, f], matrix: [[1, -0.5, 0, 0, 0, 0], [-0.5, 1, 0.3, 0, 0, 0], [0, 0.3, 1, 0.2, 0, "
    "0], [0, 0, 0.2, 1, 0, 0], [0, 0, 0, 0, 1, 1], [0, 0, 0, 0, 1, 1]]}}}",
};

} // namespace

TEST_CASE("the plan on lanes counts what decide does, to the bit: every kind of measurement") {
  SimulateOptions options;
  options.samples = 1003; // no multiple of any number of lanes
  options.first = 77;
  options.seed = 5;
  options.at_least = {50, 0.4};
  for (const char* score : {nested, weighted})
    for (const std::string& measured : measurements) {
      INFO(score << measured);
      const Both two = both(program("", score), "measurements: [" + measured + "]", options);
      CHECK(on_lanes(two.lanes));
      CHECK_FALSE(on_lanes(two.plain));
      require_same(two.lanes.all, two.plain.all);
    }
}

TEST_CASE("the plan on lanes: weights of every kind, alone and with measurements") {
  SimulateOptions options;
  options.samples = 700;
  options.at_least = {50};
  const std::string also = "\nmeasurements: [" + measurements[0] + ", " + measurements[7] + "]";
  for (const std::string weights :
       {"[{uniform: true}]", "[{dirichlet: 20}]", "[{order: [panel, bench]}]",
        "[{ranges: {panel: [20, 50]}}]", "[{of: bench, uniform: true}]",
        "[{uniform: true}, {of: bench, dirichlet: 9}]",
        "[{of: bench, uniform: true}, {ranges: "
        "{bench: [40, 70]}}]"})
    for (const std::string& measured : {std::string(), also}) {
      INFO(weights << measured);
      const Both two = both(program("", nested), "weights: " + weights + measured, options);
      CHECK(on_lanes(two.lanes));
      CHECK(two.lanes.all.weights[0].tried == two.plain.all.weights[0].tried);
      require_same(two.lanes.all, two.plain.all);
    }
  for (const char* weights : {"[{uniform: true}]", "[{order: [price, speed, panel]}]"})
    require_same(
        both(program("", weighted), std::string("weights: ") + weights + also, options).lanes.all,
        both(program("", weighted), std::string("weights: ") + weights + also, options).plain.all);
}

TEST_CASE("the plan on lanes: ties at the line as every ruling has them") {
  SimulateOptions options;
  options.samples = 900;
  for (const std::string select :
       {"", "    select: [{order: [total]}, {ties: all_advance}, {take: {first: 3}}]\n",
        "    select: [{order: [total]}, {ties: all_cut}, {take: {first: 3}}]\n"})
    for (const std::string measured :
         {"{evidence: marks, empirical: {errors: [-1, 0, 0, 2]}}",
          "{evidence: marks, binomial: {n: 3, of: 10}}",
          "{evidence: t, value: price, normal: 2, where: {candidate: [a, d]}}"}) {
      INFO(select << measured);
      const Both two = both(program(select, nested), "measurements: [" + measured + "]", options);
      CHECK(on_lanes(two.lanes));
      require_same(two.lanes.all, two.plain.all);
    }
}

TEST_CASE("the plan on lanes: threads, shards and a stop at an error change nothing") {
  const std::string what = "weights: [{uniform: true}]\nmeasurements: [" + measurements[2] + "]";
  SimulateOptions options;
  options.samples = 10000;
  options.collapse = false;
  const Simulation whole = simulated(program("", nested), what, options);
  options.threads = 3;
  require_same(simulated(program("", nested), what, options).all, whole.all);
  Simulation sum;
  for (std::uint64_t shard = 0; shard < 4; ++shard) {
    SimulateOptions part = options;
    part.total = 10000;
    part.first = 2500 * shard;
    part.samples = 2500;
    Simulation some = simulated(program("", nested), what, part);
    shard == 0 ? void(sum = std::move(some)) : add_part(sum, some);
  }
  require_same(sum.all, whole.all);
  options.until = 0.02;
  const Both two = both(program("", nested), what, options);
  CHECK(two.lanes.all.samples < 10000);
  require_same(two.lanes.all, two.plain.all);
}

TEST_CASE("what lanes leave in doubt is decided by itself") {
  // A total that one number of right answers puts where the tolerance of the threshold ends.
  constexpr const char* rules = R"(libeval: 1
program: p
candidates: [a, b]
evidence:
  t: {csv: "candidate,value\na,10\nb,4\n", keys: [candidate], values: [value]}
stages:
  - {id: s, places: 1, score: {from: t}}
)";
  SimulateOptions options;
  options.samples = 2000;
  options.at_least = {15 + 1e-9};
  const Both two = both(rules, "measurements: [{evidence: t, binomial: {n: 8, of: 20}}]", options);
  CHECK(on_lanes(two.lanes));
  require_same(two.lanes.all, two.plain.all);
}

TEST_CASE("the plan on lanes counts the same on every instruction set") {
  for (const std::string& measured : measurements) {
    INFO(measured);
    Diagnostics diagnostics;
    const Uncertain uncertain =
        load_uncertain(parse_text(program("", nested), "program.yaml", diagnostics), ".",
                       parse_text("weights: [{uniform: true}]\nmeasurements: [" + measured + "]",
                                  "uncertainty.yaml", diagnostics),
                       diagnostics);
    const Sampler sampler(uncertain.variants.front(), uncertain.uncertainty, diagnostics);
    REQUIRE_FALSE(diagnostics.has_errors());
    auto model = libeval::on_lanes(sampler);
    REQUIRE(model);
    model->model.sample = [&](std::uint64_t replicate, std::span<double> out) {
      draw_shares(*model, sampler, {9, replicate, nullptr, nullptr}, out);
    };
    model->model.thresholds = {50.123};
    model->model.pairs = true;
    if (&measured == &measurements.front()) { // else what is new as least or largest is in doubt
      model->model.bins = 64;
      model->model.low = -0.1;
      model->model.width = 1.5701;
    }
    kernel::SmaaOptions options;
    options.seed = 9;
    options.first = 0xFFFFFFF0; // across a word
    options.samples = 333;
    options.instructions = kernel::Instructions::baseline;
    Orders orders;
    model->model.tell = tell_to(orders);
    const kernel::SmaaCounts expected = kernel::smaa(model->model, options);
    CHECK(expected.samples > 300);
    for (const auto set : {kernel::Instructions::avx2, kernel::Instructions::avx512}) {
      if (!kernel::can_run(set))
        continue;
      options.instructions = set;
      Orders here;
      model->model.tell = tell_to(here);
      const kernel::SmaaCounts found = kernel::smaa(model->model, options);
      CHECK(found.samples > 300);
      for (const auto& [replicate, order] : here)
        if (orders.contains(replicate))
          CHECK(orders.at(replicate) == order);
      if (found.doubtful != expected.doubtful)
        continue; // other last digits: others are decided by themselves
      CHECK(found.places == expected.places);
      CHECK(found.ahead == expected.ahead);
      CHECK(found.reached == expected.reached);
      CHECK(found.scores == expected.scores);
      CHECK(found.lowest == expected.lowest);
      CHECK(found.highest == expected.highest);
      CHECK(found.first_weights == expected.first_weights);
    }
  }
}

TEST_CASE("what is not made for lanes is decided replicate by replicate") {
  SimulateOptions options;
  options.samples = 4;
  options.collapse = false;
  const std::string what = "measurements: [" + measurements[0] + "]";
  for (const std::string& rules :
       {program("    select: [{order: [total, panel]}, {take: {first: 2}}]\n", nested),
        program("", "      {from: t, value: speed, steps: [{rank: {}}]}\n"),
        program("", "      {from: t, value: speed, steps: [{round: 1}]}\n")})
    CHECK_FALSE(on_lanes(simulated(rules, what, options)));
}
