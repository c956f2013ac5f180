// SPDX-License-Identifier: Apache-2.0
#include <libeval/engine/simulate.hpp>

#include "engine/simulate/blocks.hpp"
#include "engine/simulate/centers.hpp"
#include "engine/simulate/kernel_model.hpp"
#include "engine/simulate/replicates.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <mutex>
#include <span>
#include <utility>

namespace libeval {
namespace {

constexpr std::uint64_t block = 64, pilot = 64, checked = 8, first_look = 1024;
constexpr std::size_t bins = 512;
/// So many of the first replicates of the seed say which weights are central, and so many are
/// decided with those too; more where the kernel does it.
constexpr std::uint64_t look_for_centers = 2048;
/// Where scores are collapsed: an eighth of those asked for within these.
constexpr std::uint64_t least_look_fast = 16384, most_look_fast = 65536;
constexpr std::uint64_t most_tried = 65536, most_tried_fast = 262144;

/// What one thread needs: a world for each variant, and its counts.
struct Worker {
  Worlds worlds;
  Counts all;
  std::vector<Counts> conditions;
  std::optional<kernel::SmaaCounts> in_kernel; ///< counted there, beside `all`
};

class Simulator {
public:
  Simulator(const Uncertain& uncertain, const SimulateOptions& options, Diagnostics& diagnostics)
      : uncertain_(uncertain), options_(options), diagnostics_(diagnostics),
        replicates_(uncertain, options.stop, options.progress, diagnostics) {}

  Simulation run() {
    if (options_.samples == 0)
      diagnostics_.error({}, "a simulation needs at least one sample", "`--samples 10000`");
    if (diagnostics_.has_errors())
      return std::move(out_);
    describe();
    choose_method();
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
  [[nodiscard]] const Sampler& sampler() const { return replicates_.first_sampler(); }
  /// With `shares` those weights stand instead of the ones drawn.
  [[nodiscard]] Replicate
  replicate(std::uint64_t number, const std::vector<std::vector<double>>* shares = nullptr) const {
    return {options_.seed, number, nullptr, shares};
  }

  /// What is counted, of whom.
  void describe() {
    const Uncertainty& u = uncertain_.uncertainty;
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
    for (const WeightSource& source : sampler().weights) {
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
  }

  /// How replicates are decided: the fastest way that can.
  void choose_method() {
    const bool one = replicates_.samplers().size() == 1;
    if (options_.collapse && one)
      kernel_ = collapse(sampler());
    if (kernel_)
      return prepare_collapsed();
    if (options_.lanes && one)
      kernel_ = on_lanes(sampler());
    if (kernel_)
      prepare_lanes();
    if (kernel_)
      return;
    find_axes();
    const Uncertainty& u = uncertain_.uncertainty;
    out_.method = u.empty() ? "nothing is uncertain" : "every replicate decided as `decide` does";
    for (std::size_t k = 0; k < u.completions.size(); ++k)
      out_.method += words_of_completion(k);
  }

  /// Which completions a stage takes; other rules may have others.
  [[nodiscard]] std::string words_of_completion(std::size_t entry) const {
    const CompletionSource& source = sampler().completions[entry];
    const bool alike = std::ranges::all_of(replicates_.samplers(), [&](const auto& variant) {
      const CompletionSource& other = variant->completions[entry];
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
    std::vector<Range> range(out_.stages.size());
    for (std::uint64_t r = 0; r < pilot && !diagnostics_.has_errors(); ++r) {
      const Decision& decision = replicates_.decide(worker.worlds, replicate(r));
      for (std::size_t s = 0; s < decision.stages.size(); ++s)
        range[s].add(decision.stages[s]);
    }
    for (const Range& one : range)
      out_.axes.push_back(one.axis());
  }
  /// Of totals, rounded as bins need it.
  struct Range {
    double low = std::numeric_limits<double>::max(), high = std::numeric_limits<double>::lowest();

    void add(const StageDecision& stage) {
      for (std::size_t e = 0; e < stage.total.size(); ++e)
        if (stage.nodes[0].scores.has(e)) {
          low = std::min(low, kernel::shortened(stage.total[e]));
          high = std::max(high, kernel::shortened(stage.total[e]));
        }
    }
    [[nodiscard]] Axis axis() const { return low <= high ? axis_round(low, high) : Axis{}; }
  };
  static Axis axis_round(double low, double high) {
    const double span = high - low;
    return {low - span / 4, span * 1.5 / static_cast<double>(bins)};
  }

  [[nodiscard]] Worker fresh_worker() const {
    Worker out;
    out.all = fresh_counts();
    out.conditions.assign(out_.conditions.size(), empty_counts(small_));
    return out;
  }

  /// The fast kernel instead of decisions.
  void prepare_collapsed() {
    kernel::SmaaModel& model = kernel_->model;
    model.bins = 1;
    if (model.weighting == kernel::SmaaModel::Weights::given)
      model.sample = sample_shares();
    const kernel::SmaaCounts some = kernel::smaa(model, kernel_options(0, pilot));
    out_.axes.push_back(axis_round(*std::ranges::min_element(some.lowest),
                                   *std::ranges::max_element(some.highest)));
    prepare_counts();
    out_.collapsed = true;
    out_.method = method_of(*kernel_);
  }

  /// The same for the plan on lanes, if it counts the first replicates as they are decided.
  void prepare_lanes() {
    kernel_->model.sample = sample_shares();
    bool fits = kernel::smaa(kernel_->model, kernel_options(0, pilot)).doubtful.size() <= pilot / 4;
    if (fits) {
      find_range();
      prepare_counts();
      each_replicate(0, checked,
                     [&](Worker& worker, std::uint64_t number) { count_decided(worker, number); });
      Counts decided = empty_counts(shape_), counted = empty_counts(shape_);
      gather(decided);
      count_in_kernel(kernel_options(0, checked), own_worker(0));
      gather(counted);
      fits = decided == counted;
    }
    if (fits) {
      out_.method = method_of(*kernel_);
    } else {
      kernel_.reset();
      out_.axes.clear();
    }
  }

  /// Where the histogram lies, as `find_axes` finds it.
  void find_range() {
    kernel_->model.bins = 1;
    const kernel::SmaaCounts some = kernel::smaa(kernel_->model, kernel_options(0, pilot));
    Range range{*std::ranges::min_element(some.lowest), *std::ranges::max_element(some.highest)};
    for (const std::uint64_t number : some.doubtful)
      range.add(replicates_.decide(own_worker(0).worlds, replicate(number)).stages[0]);
    out_.axes = {range.axis()};
  }

  void prepare_counts() {
    kernel::SmaaModel& model = kernel_->model;
    model.thresholds = options_.at_least;
    model.pairs = model.candidates <= most_pairs;
    model.bins = out_.ids.size() <= most_histograms ? bins : 0;
    model.low = out_.axes[0].low;
    model.width = out_.axes[0].width;
  }

  std::function<void(std::uint64_t, std::span<double>)> sample_shares() {
    return [this](std::uint64_t number, std::span<double> out) {
      draw_shares(*kernel_, sampler(), replicate(number), out);
    };
  }

  /// Which weights are central, from replicates that are the same for all shards.
  void find_centers() {
    if (out_.parts.empty() || (out_.collapsed && kernel_->model.candidates > most_pairs))
      return;
    const std::uint64_t total = options_.total > 0 ? options_.total : options_.samples;
    const std::uint64_t enough = out_.collapsed
                                     ? std::clamp(total / 8, least_look_fast, most_look_fast)
                                 : options_.until ? first_look
                                                  : look_for_centers;
    Counts counts = empty_counts(shape_);
    if (out_.collapsed) {
      count_first_weights(std::min(total, enough), counts);
    } else if (kernel_) {
      count_in_kernel(kernel_options(0, std::min(total, enough)), own_worker(0));
      gather(counts);
    } else {
      each_replicate(0, std::min(total, enough),
                     [&](Worker& worker, std::uint64_t number) { count_decided(worker, number); });
      gather(counts);
    }
    centers_ = centers_of(counts, sampler());
    if (kernel_ && !centers_.empty())
      kernel_->model.trials = trials_of(centers_.front(), *kernel_, sampler(),
                                        out_.collapsed ? most_tried_fast : most_tried);
  }

  /// Adds who was first, and with which weights, in the first `samples` replicates of the seed.
  void count_first_weights(std::uint64_t samples, Counts& counts) const {
    const kernel::SmaaModel model = only_first();
    std::mutex adding;
    in_blocks(
        0, samples, piece() / 4, threads_for(options_.threads, 4 * pieces(samples)),
        [](std::uint64_t) { return true; },
        [&](std::uint64_t from, std::uint64_t to, std::size_t) {
          const kernel::SmaaCounts some = kernel::smaa(model, kernel_options(from, to - from));
          const std::lock_guard lock(adding);
          add_first_weights(*kernel_, sampler(), some, counts);
        });
  }

  /// The model where nothing is asked for but who is first.
  [[nodiscard]] kernel::SmaaModel only_first() const {
    kernel::SmaaModel out = kernel_->model;
    out.bins = 0;
    out.pairs = false;
    out.thresholds.clear();
    return out;
  }

  /// Decides a replicate with the central weights of one candidate after another.
  void try_centers(Worker& worker, std::uint64_t number) {
    for (const Centers& centers : centers_) {
      if (number >= most_tried)
        return;
      const std::size_t at = number % centers.candidates.size();
      const bool first = wins(worker, number, centers, at);
      if (replicates_.failed())
        return;
      count_trial(worker.all, centers, at, first);
    }
  }
  /// Whether candidate `at` is first with its central weights.
  bool wins(Worker& worker, std::uint64_t number, const Centers& centers, std::size_t at) {
    const Decision& decision =
        replicates_.decide(worker.worlds, replicate(number, &centers.shares[at]));
    if (replicates_.failed())
      return false;
    const StageDecision& stage = decision.stages[centers.stage];
    const auto entrant = std::ranges::find(stage.entrants, centers.candidates[at]);
    return entrant != stage.entrants.end() &&
           stage.place[static_cast<std::size_t>(entrant - stage.entrants.begin())] == 1;
  }

  [[nodiscard]] kernel::SmaaOptions kernel_options(std::uint64_t first,
                                                   std::uint64_t samples) const {
    kernel::SmaaOptions out;
    out.seed = options_.seed;
    out.first = first;
    out.samples = samples;
    out.weight_source = 1;
    out.measurement_source = 2;
    out.instructions = options_.instructions;
    return out;
  }

  /// What one call of the kernel counts at most: enough that its counters weigh little.
  [[nodiscard]] std::uint64_t piece() const {
    return std::max<std::uint64_t>(16384, 32 * kernel_->model.candidates);
  }
  [[nodiscard]] std::size_t pieces(std::uint64_t samples) const {
    return static_cast<std::size_t>((samples + piece() - 1) / piece());
  }

  std::uint64_t sample_in_kernel(std::uint64_t done, std::uint64_t until) {
    const unsigned threads = threads_for(options_.threads, pieces(until - done));
    own_worker(threads - 1);
    const std::uint64_t reached = in_blocks(
        done, until, piece(), threads,
        [&](std::uint64_t next) { return replicates_.goes_on(next); },
        [&](std::uint64_t from, std::uint64_t to, std::size_t thread) {
          count_in_kernel(kernel_options(options_.first + from, to - from), workers_[thread]);
        });
    if (out_.collapsed)
      out_.all.stages[0].filled.clear();
    gather(out_.all);
    return reached;
  }

  /// Counts replicates in the kernel, and decides those that it leaves in doubt.
  void count_in_kernel(kernel::SmaaOptions options, Worker& worker) {
    if (worker.in_kernel) {
      options.lowest = worker.in_kernel->lowest;
      options.highest = worker.in_kernel->highest;
    }
    kernel::SmaaCounts some = kernel::smaa(kernel_->model, options);
    for (const std::uint64_t number : std::exchange(some.doubtful, {}))
      count_decided(worker, number);
    for (const std::uint64_t number : std::exchange(some.doubtful_trials, {}))
      try_centers(worker, number);
    if (worker.in_kernel)
      kernel::add_counts(*worker.in_kernel, some);
    else
      worker.in_kernel = std::move(some);
  }

  void count_decided(Worker& worker, std::uint64_t number) {
    const World* world = nullptr;
    const Decision& decision =
        replicates_.decide(worker.worlds, replicate(number), nullptr, &world);
    if (!replicates_.failed())
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
          const Decision& decision =
              replicates_.decide(worker.worlds, replicate(number), &fell, &world);
          if (replicates_.failed())
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
          return replicates_.goes_on(next < options_.first ? 0 : next - options_.first);
        },
        [&](std::uint64_t from, std::uint64_t to, std::size_t thread) {
          for (std::uint64_t number = from; number < to && !replicates_.failed(); ++number)
            body(workers_[thread], number);
        });
  }

  /// Adds what the workers counted and lets them begin anew.
  void gather(Counts& to) {
    for (Worker& worker : workers_) {
      if (worker.in_kernel)
        add(to, counts_of(*kernel_, sampler(), shape_, *worker.in_kernel));
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

  const Uncertain& uncertain_;
  const SimulateOptions& options_;
  Diagnostics& diagnostics_;
  Replicates replicates_;
  TallyShape shape_, small_;
  std::vector<std::size_t> weight_stages_;
  std::vector<Worker> workers_;
  std::vector<Centers> centers_;
  std::optional<KernelModel> kernel_; ///< counts; none: every replicate is decided by itself
  Simulation out_;
};

} // namespace

Simulation simulate(const Uncertain& uncertain, const SimulateOptions& options,
                    Diagnostics& diagnostics) {
  return Simulator(uncertain, options, diagnostics).run();
}

} // namespace libeval
