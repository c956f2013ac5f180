// SPDX-License-Identifier: Apache-2.0
#include <libeval/engine/simulate.hpp>

#include "base/parallel.hpp"
#include "engine/sampler.hpp"
#include "engine/tally.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <mutex>

namespace libeval {
namespace {

constexpr std::uint64_t block = 64, pilot = 64, first_look = 1024;
constexpr std::size_t bins = 512;

/// What one thread needs: a world for each variant, and its counts.
struct Worker {
  std::vector<std::unique_ptr<World>> worlds;
  Counts all;
  std::vector<Counts> conditions;
};

class Simulator {
public:
  Simulator(const Uncertain& uncertain, const SimulateOptions& options, Diagnostics& diagnostics)
      : uncertain_(uncertain), options_(options), diagnostics_(diagnostics) {}

  Simulation run() {
    prepare();
    if (diagnostics_.has_errors())
      return std::move(out_);
    std::uint64_t done = 0;
    while (done < options_.samples) {
      std::uint64_t until = options_.samples;
      if (options_.until)
        until = std::min(until, done == 0 ? first_look : done * 2);
      const std::uint64_t reached = sample(done, until);
      if (diagnostics_.has_errors())
        return std::move(out_);
      done = reached;
      if (done < until) {
        out_.interrupted = true;
        break;
      }
      if (options_.until && widest_interval(out_.all) <= *options_.until)
        break;
    }
    return std::move(out_);
  }

private:
  void prepare() {
    const Uncertainty& u = uncertain_.uncertainty;
    if (options_.samples == 0)
      diagnostics_.error({}, "a simulation needs at least one sample", "`--samples 10000`");
    for (const Bundle& bundle : uncertain_.variants)
      samplers_.emplace_back(std::make_unique<Sampler>(bundle, u, diagnostics_));
    if (diagnostics_.has_errors())
      return;
    const Program& program = uncertain_.variants.front().program;
    out_.seed = options_.seed;
    out_.first = options_.first;
    out_.asked = options_.samples;
    for (const Candidate& candidate : program.candidates) {
      out_.ids.push_back(candidate.id.str());
      out_.names.push_back(candidate.name);
    }
    out_.at_least = options_.at_least;
    for (const Stage& stage : program.stages) {
      out_.stages.push_back(stage.id.str());
      out_.places.push_back(stage.places.count);
    }
    shape_.candidates = out_.ids.size();
    shape_.stages = out_.stages.size();
    shape_.thresholds = options_.at_least.size();
    shape_.bins = bins;
    for (const WeightSource& source : samplers_.front()->weights) {
      shape_.parts.push_back(source.parts.size());
      out_.parts.push_back(source.parts);
      out_.weighed.push_back(out_.stages[source.stage] + "." + source.path);
      weight_stages_.push_back(source.stage);
    }
    out_.all = empty_counts(shape_);
    small_ = shape_;
    small_.bins = 0;
    for (const UncertainVerdict& verdict : u.verdicts)
      for (const char* value : {"pass", "fail"})
        out_.conditions.push_back(
            {"verdict " + verdict.rule + " of " + verdict.candidate, value, empty_counts(small_)});
    for (const RuleChoice& choice : u.rules)
      for (const RuleChoice::Option& option : choice.options)
        out_.conditions.push_back({choice.id, option.id, empty_counts(small_)});
    find_axes();
    out_.method = u.empty() ? "nothing is uncertain" : "every replicate decided as `decide` does";
  }

  /// Where the histograms lie: round the totals of the first replicates of the seed, whatever range
  /// is asked for, so that parts have the same bins.
  void find_axes() {
    Worker worker = fresh_worker();
    std::vector<Axis> range(out_.stages.size(), {0, -1});
    std::vector<bool> seen(out_.stages.size(), false);
    for (std::uint64_t r = 0; r < pilot && !diagnostics_.has_errors(); ++r) {
      const Decision decision = decide_one(worker, r, nullptr);
      for (std::size_t s = 0; s < decision.stages.size(); ++s)
        for (std::size_t e = 0; e < decision.stages[s].total.size(); ++e) {
          if (!decision.stages[s].nodes[0].scores.has(e))
            continue;
          const double x = decision.stages[s].total[e];
          double &low = range[s].low, &high = range[s].width; // `width` holds the end for now
          low = seen[s] ? std::min(low, x) : x;
          high = seen[s] ? std::max(high, x) : x;
          seen[s] = true;
        }
    }
    for (std::size_t s = 0; s < range.size(); ++s) {
      const double span = seen[s] ? range[s].width - range[s].low : 0;
      out_.axes.push_back({range[s].low - span / 4, span * 1.5 / static_cast<double>(bins)});
    }
  }

  [[nodiscard]] Worker fresh_worker() const {
    Worker out;
    out.worlds.resize(samplers_.size());
    out.all = empty_counts(shape_);
    out.conditions.assign(out_.conditions.size(), empty_counts(small_));
    return out;
  }

  /// Decides one replicate in the world of its variant; `fell` gets the conditions that hold in it.
  Decision decide_one(Worker& worker, std::uint64_t number, std::vector<std::size_t>* fell,
                      const World** where = nullptr) {
    const Replicate replicate{options_.seed, number, nullptr};
    std::vector<std::size_t> options;
    const std::size_t variant = variant_of(uncertain_.uncertainty, replicate, options);
    auto& world = worker.worlds[variant];
    if (!world)
      world = std::make_unique<World>(samplers_[variant]->world());
    samplers_[variant]->draw(*world, replicate);
    if (where != nullptr)
      *where = world.get();
    Diagnostics diagnostics;
    Decision decision = decide(world->bundle, world->assumptions, diagnostics);
    if (diagnostics.has_errors()) {
      const std::lock_guard lock(lock_);
      diagnostics_.append(std::move(diagnostics));
      return decision;
    }
    if (fell != nullptr) {
      fell->clear();
      std::size_t at = 0;
      for (std::size_t k = 0; k < world->passed.size(); ++k, at += 2)
        fell->push_back(at + (world->passed[k] ? 0 : 1));
      for (std::size_t k = 0; k < options.size(); ++k) {
        fell->push_back(at + options[k]);
        at += uncertain_.uncertainty.rules[k].options.size();
      }
    }
    return decision;
  }

  /// Samples until `until` of those asked for; returns how far it came.
  std::uint64_t sample(std::uint64_t done, std::uint64_t until) {
    const std::uint64_t blocks = (until - done + block - 1) / block;
    const unsigned threads = threads_for(options_.threads, static_cast<std::size_t>(blocks));
    if (workers_.size() < threads)
      for (std::size_t k = workers_.size(); k < threads; ++k)
        workers_.push_back(fresh_worker());
    std::uint64_t next = done;
    std::mutex grab;
    for_each_task(threads, threads, [&](std::size_t, unsigned at) {
      Worker& worker = workers_[at];
      std::vector<std::size_t> fell;
      for (;;) {
        std::uint64_t begin = 0, end = 0;
        {
          const std::lock_guard lock(grab);
          // What was begun is finished, so that the samples reached are the first ones.
          if (next >= until ||
              (options_.stop != nullptr && options_.stop->load(std::memory_order_relaxed)))
            return;
          begin = next;
          end = next = std::min(until, begin + block);
          if (options_.progress)
            options_.progress(begin);
        }
        for (std::uint64_t r = begin; r < end; ++r) {
          const std::uint64_t number = options_.first + r;
          const World* world = nullptr;
          const Decision decision = decide_one(worker, number, &fell, &world);
          if (failed())
            return;
          const auto& drawn = world->shares;
          count(worker.all, decision, drawn, weight_stages_, options_.at_least, out_.axes);
          for (const std::size_t k : fell)
            count(worker.conditions[k], decision, drawn, weight_stages_, options_.at_least,
                  out_.axes);
        }
      }
    });
    for (Worker& worker : workers_) {
      add(out_.all, worker.all);
      worker.all = empty_counts(shape_);
      for (std::size_t k = 0; k < worker.conditions.size(); ++k) {
        add(out_.conditions[k].counts, worker.conditions[k]);
        worker.conditions[k] = empty_counts(small_);
      }
    }
    return next;
  }

  bool failed() {
    const std::lock_guard lock(lock_);
    return diagnostics_.has_errors();
  }

  const Uncertain& uncertain_;
  const SimulateOptions& options_;
  Diagnostics& diagnostics_;
  std::vector<std::unique_ptr<Sampler>> samplers_;
  TallyShape shape_, small_;
  std::vector<std::size_t> weight_stages_;
  std::vector<Worker> workers_;
  std::mutex lock_;
  Simulation out_;
};

} // namespace

Simulation simulate(const Uncertain& uncertain, const SimulateOptions& options,
                    Diagnostics& diagnostics) {
  return Simulator(uncertain, options, diagnostics).run();
}

} // namespace libeval
