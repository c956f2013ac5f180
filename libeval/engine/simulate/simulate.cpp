// SPDX-License-Identifier: Apache-2.0
#include <libeval/engine/simulate.hpp>

#include "engine/simulate/blocks.hpp"
#include "engine/simulate/check_uncertain.hpp"
#include "engine/simulate/kernel_model.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <mutex>
#include <utility>

namespace libeval {
namespace {

constexpr std::uint64_t block = 64, pilot = 64, checked = 8, first_look = 1024;
constexpr std::size_t bins = 512;
/// So many of the first replicates of the seed say which weights are central, and so many are
/// decided with those too; more where the kernel does it.
constexpr std::uint64_t look_for_centers = 2048, look_for_centers_fast = 65536;
constexpr std::uint64_t most_tried = 65536, most_tried_fast = 262144;

/// Who was ever first in a stage whose weights are uncertain, and with which on average.
struct Centers {
  std::size_t stage = 0;
  std::vector<std::uint32_t> candidates;
  /// By candidate of these and entry of `weights`; empty for entries of other stages.
  std::vector<std::vector<std::vector<double>>> shares;
};

/// What one thread needs: a world for each variant, and its counts.
struct Worker {
  std::vector<std::unique_ptr<World>> worlds;
  Counts all;
  std::vector<Counts> conditions;
  std::optional<kernel::SmaaCounts> in_kernel; ///< counted there, beside `all`
};

class Simulator {
public:
  Simulator(const Uncertain& uncertain, const SimulateOptions& options, Diagnostics& diagnostics)
      : uncertain_(uncertain), options_(options), diagnostics_(diagnostics) {}

  Simulation run() {
    prepare();
    if (diagnostics_.has_errors())
      return std::move(out_);
    find_centers();
    sample_until_enough(
        options_.samples, options_.until ? first_look : 0,
        [&](std::uint64_t done, std::uint64_t until) {
          const std::uint64_t reached =
              kernel_ ? sample_in_kernel(done, until) : sample(done, until);
          out_.interrupted = reached < until;
          return reached;
        },
        [&](std::uint64_t) { return widest_interval(out_.all) <= *options_.until; });
    return std::move(out_);
  }

private:
  void prepare() {
    const Uncertainty& u = uncertain_.uncertainty;
    if (options_.samples == 0)
      diagnostics_.error({}, "a simulation needs at least one sample", "`--samples 10000`");
    for (const Bundle& bundle : uncertain_.variants)
      samplers_.emplace_back(std::make_unique<Sampler>(bundle, u, diagnostics_));
    check_verdicts(uncertain_, diagnostics_);
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
    if (options_.collapse && samplers_.size() == 1)
      kernel_ = collapse(*samplers_.front());
    if (kernel_)
      return prepare_collapsed();
    find_axes();
    if (options_.lanes && samplers_.size() == 1 && !failed())
      kernel_ = on_lanes(*samplers_.front());
    if (kernel_)
      prepare_lanes();
    if (kernel_)
      return;
    out_.method = u.empty() ? "nothing is uncertain" : "every replicate decided as `decide` does";
    for (std::size_t k = 0; k < u.completions.size(); ++k)
      out_.method += words_of_completion(k);
  }

  /// Which completions a stage takes; other rules may have others.
  [[nodiscard]] std::string words_of_completion(std::size_t entry) const {
    const CompletionSource& source = samplers_.front()->completions[entry];
    const bool alike = std::ranges::all_of(samplers_, [&](const auto& sampler) {
      const CompletionSource& other = sampler->completions[entry];
      return other.all == source.all && other.numbers.size() == source.numbers.size();
    });
    if (!alike)
      return ", `" + source.stage + "` being one completion of its record under the rules chosen";
    return ", `" + source.stage + "` being one of " + (source.all ? "all " : "") +
           std::to_string(source.numbers.size()) + " completions" + (source.all ? "" : " drawn") +
           " of its record";
  }

  /// Where the histograms lie: round the totals of the first replicates of the seed, whatever range
  /// is asked for, so that parts have the same bins.
  void find_axes() {
    Worker worker = fresh_worker();
    std::vector<Axis> range(out_.stages.size(), {0, -1});
    std::vector<bool> seen(out_.stages.size(), false);
    for (std::uint64_t r = 0; r < pilot && !diagnostics_.has_errors(); ++r) {
      const Decision& decision = decide_one(worker, r, nullptr);
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
    for (std::size_t s = 0; s < range.size(); ++s)
      out_.axes.push_back(axis_round(range[s].low, seen[s] ? range[s].width : range[s].low));
  }
  static Axis axis_round(double low, double high) {
    const double span = high - low;
    return {low - span / 4, span * 1.5 / static_cast<double>(bins)};
  }

  [[nodiscard]] Worker fresh_worker() const {
    Worker out;
    out.worlds.resize(samplers_.size());
    out.all = fresh_counts();
    out.conditions.assign(out_.conditions.size(), empty_counts(small_));
    return out;
  }

  /// Decides one replicate in the world of its variant; `fell` gets the conditions that hold in it.
  const Decision& decide_one(Worker& worker, std::uint64_t number, std::vector<std::size_t>* fell,
                             const World** where = nullptr,
                             const std::vector<std::vector<double>>* shares = nullptr) {
    const Replicate replicate{options_.seed, number, nullptr, shares};
    std::vector<std::size_t> options;
    const std::size_t variant = variant_of(uncertain_.uncertainty, replicate, options);
    auto& world = worker.worlds[variant];
    if (!world)
      world = std::make_unique<World>(samplers_[variant]->world());
    samplers_[variant]->draw(*world, replicate);
    if (where != nullptr)
      *where = world.get();
    Diagnostics diagnostics;
    const Decision& decision = decide_again(*world, diagnostics);
    if (diagnostics.has_errors()) {
      const std::lock_guard lock(lock_);
      if (!diagnostics_.has_errors())
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

  /// The fast kernel instead of decisions.
  void prepare_collapsed() {
    kernel::SmaaModel& model = kernel_->model;
    model.bins = 1;
    if (model.weighting == kernel::SmaaModel::Weights::given)
      model.sample = sample_shares(nullptr);
    const kernel::SmaaCounts some = kernel::smaa(model, {.seed = options_.seed, .samples = pilot});
    out_.axes.push_back(axis_round(*std::ranges::min_element(some.lowest),
                                   *std::ranges::max_element(some.highest)));
    prepare_counts();
    out_.collapsed = true;
    out_.method = method_of(*kernel_);
  }

  /// The same for the plan on lanes, if it counts the first replicates as they are decided.
  void prepare_lanes() {
    kernel_->model.sample = sample_shares(nullptr);
    prepare_counts();
    const kernel::SmaaCounts some = kernel::smaa(kernel_->model, kernel_options(0, pilot));
    bool fits = some.doubtful.size() <= pilot / 4;
    if (fits) {
      each_replicate(0, checked,
                     [&](Worker& worker, std::uint64_t number) { count_decided(worker, number); });
      Counts decided = empty_counts(shape_), counted = empty_counts(shape_);
      gather(decided);
      count_in_kernel(kernel_options(0, checked), own_worker(0));
      gather(counted);
      fits = decided == counted;
    }
    if (fits)
      out_.method = method_of(*kernel_);
    else
      kernel_.reset();
  }

  void prepare_counts() {
    kernel::SmaaModel& model = kernel_->model;
    model.thresholds = options_.at_least;
    model.pairs = model.candidates <= most_pairs;
    model.bins = out_.ids.size() <= most_histograms ? bins : 0;
    model.low = out_.axes[0].low;
    model.width = out_.axes[0].width;
  }

  /// Writes the shares of a replicate, or those given.
  std::function<void(std::uint64_t, std::span<double>)>
  sample_shares(const std::vector<std::vector<double>>* given) {
    return [this, given](std::uint64_t replicate, std::span<double> out) {
      draw_shares(*kernel_, *samplers_.front(), {options_.seed, replicate, nullptr, given}, out);
    };
  }

  /// Which weights are central, from replicates that are the same for all shards.
  void find_centers() {
    if (out_.parts.empty() || (out_.collapsed && kernel_->model.candidates > most_pairs))
      return;
    const std::uint64_t total = options_.total > 0 ? options_.total : options_.samples;
    const std::uint64_t enough = out_.collapsed   ? look_for_centers_fast
                                 : options_.until ? first_look
                                                  : look_for_centers;
    Counts counts = empty_counts(shape_);
    if (out_.collapsed) {
      add_first_weights(*kernel_, *samplers_.front(),
                        kernel::smaa(only_first(), kernel_options(0, std::min(total, enough))),
                        counts);
    } else if (kernel_) {
      count_in_kernel(kernel_options(0, std::min(total, enough)), own_worker(0));
      gather(counts);
    } else {
      each_replicate(0, std::min(total, enough),
                     [&](Worker& worker, std::uint64_t number) { count_decided(worker, number); });
      gather(counts);
    }
    for (std::size_t s = 0; s < out_.stages.size(); ++s) {
      Centers centers;
      centers.stage = s;
      for (std::uint32_t c = 0; c < out_.ids.size(); ++c) {
        std::vector<std::vector<double>> shares(out_.parts.size());
        for (std::size_t k = 0; k < shares.size(); ++k)
          if (weight_stages_[k] == s && counts.weights[k].first[c] > 0)
            shares[k] = mean_shares(counts.weights[k], c, out_.parts[k].size());
        if (std::ranges::all_of(shares, &std::vector<double>::empty))
          continue;
        centers.candidates.push_back(c);
        centers.shares.push_back(std::move(shares));
      }
      if (!centers.candidates.empty())
        centers_.push_back(std::move(centers));
    }
  }
  /// The model where nothing is asked for but who is first.
  [[nodiscard]] kernel::SmaaModel only_first() const {
    kernel::SmaaModel out = kernel_->model;
    out.bins = 0;
    out.pairs = false;
    out.thresholds.clear();
    return out;
  }
  static std::vector<double> mean_shares(const WeightCounts& of, std::size_t c, std::size_t m) {
    std::vector<double> out;
    double sum = 0;
    for (std::size_t j = 0; j < m; ++j)
      sum += static_cast<double>(of.sum[c * m + j]);
    for (std::size_t j = 0; j < m; ++j)
      out.push_back(static_cast<double>(of.sum[c * m + j]) / sum);
    return out;
  }

  /// Decides a replicate with the central weights of one candidate after another.
  void try_centers(Worker& worker, std::uint64_t number) {
    for (const Centers& centers : centers_) {
      if (number >= most_tried)
        return;
      const std::size_t at = number % centers.candidates.size();
      const bool first = wins(worker, number, centers, at);
      if (failed())
        return;
      count_tried(centers, at, 1, first ? 1 : 0, worker.all);
    }
  }
  /// Whether candidate `at` is first with its central weights.
  bool wins(Worker& worker, std::uint64_t number, const Centers& centers, std::size_t at) {
    const Decision& decision = decide_one(worker, number, nullptr, nullptr, &centers.shares[at]);
    if (failed())
      return false;
    const StageDecision& stage = decision.stages[centers.stage];
    const auto entrant = std::ranges::find(stage.entrants, centers.candidates[at]);
    return entrant != stage.entrants.end() &&
           stage.place[static_cast<std::size_t>(entrant - stage.entrants.begin())] == 1;
  }
  void count_tried(const Centers& centers, std::size_t at, std::uint64_t tried, std::uint64_t won,
                   Counts& counts) const {
    for (std::size_t k = 0; k < out_.parts.size(); ++k)
      if (!centers.shares[at][k].empty()) {
        counts.weights[k].tried[centers.candidates[at]] += tried;
        counts.weights[k].won[centers.candidates[at]] += won;
      }
  }

  /// The same in the kernel: each candidate has every so many replicates.
  void try_centers_in_kernel(std::uint64_t done, std::uint64_t until) {
    const std::uint64_t begin = options_.first + done;
    const std::uint64_t end =
        std::min(options_.first + until, out_.collapsed ? most_tried_fast : most_tried);
    if (centers_.empty() || begin >= end)
      return;
    const Centers& centers = centers_.front();
    const std::size_t many = centers.candidates.size();
    const unsigned threads = threads_for(options_.threads, many);
    own_worker(threads - 1);
    std::vector<std::uint64_t> tried(many, 0), won(many, 0);
    for_each_task(many, threads, [&](std::size_t at, unsigned thread) {
      const std::uint64_t first = begin + (at + many - begin % many) % many;
      if (first >= end || stopped())
        return;
      const std::uint32_t c = centers.candidates[at];
      kernel::SmaaModel model = only_first();
      if (kernel_->program) {
        model.sample = sample_shares(&centers.shares[at]);
      } else {
        model.weighting = kernel::SmaaModel::Weights::fixed;
        model.weights.resize(model.criteria);
        for (std::size_t k = 0; k < model.criteria; ++k)
          model.weights[column_of_part(*kernel_, *samplers_.front(), 0, k)] =
              centers.shares[at][0][k];
      }
      kernel::SmaaOptions options = kernel_options(first, (end - first + many - 1) / many);
      options.stride = many;
      const kernel::SmaaCounts counts = kernel::smaa(model, options);
      const auto entrant = std::ranges::find(kernel_->entrants, c);
      tried[at] = counts.samples + counts.doubtful.size();
      won[at] = counts.first[static_cast<std::size_t>(entrant - kernel_->entrants.begin())];
      for (const std::uint64_t number : counts.doubtful)
        won[at] += wins(workers_[thread], number, centers, at) ? 1 : 0;
    });
    for (std::size_t at = 0; at < many; ++at)
      count_tried(centers, at, tried[at], won[at], out_.all);
  }

  [[nodiscard]] kernel::SmaaOptions kernel_options(std::uint64_t first,
                                                   std::uint64_t samples) const {
    kernel::SmaaOptions out;
    out.seed = options_.seed;
    out.first = first;
    out.samples = samples;
    out.weight_source = 1;
    out.measurement_source = 2;
    return out;
  }
  [[nodiscard]] bool stopped() const {
    return options_.stop != nullptr && options_.stop->load(std::memory_order_relaxed);
  }

  std::uint64_t sample_in_kernel(std::uint64_t done, std::uint64_t until) {
    const std::uint64_t piece = std::max<std::uint64_t>(4096, 4 * kernel_->model.candidates);
    const auto pieces = static_cast<std::size_t>((until - done + piece - 1) / piece);
    const unsigned threads = threads_for(options_.threads, pieces);
    own_worker(threads - 1);
    const std::uint64_t reached = in_blocks(
        done, until, piece, threads, [&](std::uint64_t next) { return goes_on(next); },
        [&](std::uint64_t from, std::uint64_t to, std::size_t thread) {
          count_in_kernel(kernel_options(options_.first + from, to - from), workers_[thread]);
        });
    if (out_.collapsed)
      out_.all.stages[0].filled.clear();
    gather(out_.all);
    try_centers_in_kernel(done, reached);
    return reached;
  }

  /// Counts replicates in the kernel, and decides those that it leaves in doubt.
  void count_in_kernel(const kernel::SmaaOptions& options, Worker& worker) {
    kernel::SmaaCounts some = kernel::smaa(kernel_->model, options);
    for (const std::uint64_t number : std::exchange(some.doubtful, {}))
      count_decided(worker, number);
    if (worker.in_kernel)
      kernel::add_counts(*worker.in_kernel, some);
    else
      worker.in_kernel = std::move(some);
  }

  void count_decided(Worker& worker, std::uint64_t number) {
    const World* world = nullptr;
    const Decision& decision = decide_one(worker, number, nullptr, &world);
    if (!failed())
      count(worker.all, decision, world->shares, weight_stages_, options_.at_least, out_.axes);
  }

  Worker& own_worker(std::size_t thread) {
    while (workers_.size() <= thread)
      workers_.push_back(fresh_worker());
    return workers_[thread];
  }

  /// Samples until `until` of those asked for; returns how far it came.
  std::uint64_t sample(std::uint64_t done, std::uint64_t until) {
    const std::uint64_t end = each_replicate(
        options_.first + done, options_.first + until, [&](Worker& worker, std::uint64_t number) {
          const World* world = nullptr;
          std::vector<std::size_t> fell;
          const Decision& decision = decide_one(worker, number, &fell, &world);
          if (failed())
            return;
          const auto& drawn = world->shares;
          count(worker.all, decision, drawn, weight_stages_, options_.at_least, out_.axes);
          for (const std::size_t k : fell)
            count(worker.conditions[k], decision, drawn, weight_stages_, options_.at_least,
                  out_.axes);
          try_centers(worker, number);
        });
    gather(out_.all);
    for (Worker& worker : workers_)
      for (std::size_t k = 0; k < worker.conditions.size(); ++k) {
        add(out_.conditions[k].counts, worker.conditions[k]);
        worker.conditions[k] = empty_counts(small_);
      }
    return end - options_.first;
  }

  /// Calls `body(worker, number)` for replicates from `begin` on, on all threads; returns how far
  /// it came.
  template <class Body>
  std::uint64_t each_replicate(std::uint64_t begin, std::uint64_t until, Body&& body) {
    const std::uint64_t blocks = (until - begin + block - 1) / block;
    const unsigned threads = threads_for(options_.threads, static_cast<std::size_t>(blocks));
    own_worker(threads - 1);
    return in_blocks(
        begin, until, block, threads,
        [&](std::uint64_t next) {
          return goes_on(next < options_.first ? 0 : next - options_.first);
        },
        [&](std::uint64_t from, std::uint64_t to, std::size_t thread) {
          for (std::uint64_t number = from; number < to && !failed(); ++number)
            body(workers_[thread], number);
        });
  }

  /// Whether to begin more, `done` being begun already.
  bool goes_on(std::uint64_t done) {
    if (stopped() || failed())
      return false;
    if (options_.progress && done > 0)
      options_.progress(done);
    return true;
  }

  /// Adds what the workers counted and lets them begin anew.
  void gather(Counts& to) {
    for (Worker& worker : workers_) {
      if (worker.in_kernel)
        add(to, counts_of(*kernel_, *samplers_.front(), shape_, *worker.in_kernel));
      worker.in_kernel.reset();
      add(to, worker.all);
      worker.all = fresh_counts();
    }
  }

  [[nodiscard]] Counts fresh_counts() const {
    Counts out = empty_counts(shape_);
    if (out_.collapsed)
      out.stages[0].filled.clear(); // not told
    return out;
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
  std::vector<Centers> centers_;
  std::optional<KernelModel> kernel_; ///< counts; none: every replicate is decided by itself
  std::mutex lock_;
  Simulation out_;
};

} // namespace

Simulation simulate(const Uncertain& uncertain, const SimulateOptions& options,
                    Diagnostics& diagnostics) {
  return Simulator(uncertain, options, diagnostics).run();
}

} // namespace libeval
