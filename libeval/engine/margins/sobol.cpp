// SPDX-License-Identifier: Apache-2.0
// What drives "advances": variance-based indices (Sobol 1993).
#include "engine/simulate/blocks.hpp"
#include "engine/simulate/kernel_model.hpp"
#include "engine/simulate/replicates.hpp"

#include <libeval/engine/margins.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <span>
#include <tuple>
#include <utility>

namespace libeval {
namespace {

/// How often two independent samples a and b, and the sample that has all but one source in common
/// with a and that one with b, had which outcomes: position 4 a + 2 b + mixed. Whole numbers, the
/// same on any number of threads.
using Triples = std::array<std::int64_t, 8>;

struct Triple {
  double a, b, mixed, count;
};

std::array<Triple, 8> triples_of(const Triples& counts) {
  std::array<Triple, 8> out{};
  for (std::size_t k = 0; k < 8; ++k)
    out[k] = {(k & 4U) != 0 ? 1.0 : 0.0, (k & 2U) != 0 ? 1.0 : 0.0, (k & 1U) != 0 ? 1.0 : 0.0,
              static_cast<double>(counts[k])};
  return out;
}

template <class F>
double mean(const std::array<Triple, 8>& triples, F&& f) {
  double sum = 0, count = 0;
  for (const Triple& t : triples) {
    sum += t.count * f(t);
    count += t.count;
  }
  return sum / count;
}

/// A mean over the variance, with half a 95 % interval: by the influence of each sample on both.
template <class F>
std::pair<double, double> share_of_variance(const std::array<Triple, 8>& triples, double p,
                                            double samples, F&& f) {
  constexpr double z = 1.959963984540054;
  const double variance = p * (1 - p);
  const double share = mean(triples, f) / variance;
  const auto influence = [&](const Triple& t) {
    const double spread = ((t.a - p) * (t.a - p) + (t.b - p) * (t.b - p)) / 2;
    return (f(t) - share * spread) / variance;
  };
  const double center = mean(triples, influence);
  const double square = mean(triples, [&](const Triple& t) {
    const double x = influence(t) - center;
    return x * x;
  });
  return {share, z * std::sqrt(square / samples)};
}

/// E[(b - p)(mixed - p)] is the variance that the source explains alone; what (b - p)(a - p), whose
/// mean is 0, has in common with it is taken off, and with it most of the noise where the source
/// explains little. E[(a - mixed)^2] / 2 is the variance that is left when all others are known.
SobolIndex index_of(const Triples& counts, double p, double samples) {
  const auto triples = triples_of(counts);
  const auto alone = [&](const Triple& t) { return (t.b - p) * (t.mixed - p); };
  const auto control = [&](const Triple& t) { return (t.b - p) * (t.a - p); };
  const double x = mean(triples, alone), c = mean(triples, control);
  const double common =
      mean(triples, [&](const Triple& t) { return (alone(t) - x) * (control(t) - c); });
  const double own =
      mean(triples, [&](const Triple& t) { return (control(t) - c) * (control(t) - c); });
  const double by = own > 0 ? common / own : 0;
  SobolIndex out;
  std::tie(out.first, out.first_half) = share_of_variance(
      triples, p, samples, [&](const Triple& t) { return alone(t) - by * control(t); });
  std::tie(out.total, out.total_half) = share_of_variance(
      triples, p, samples, [](const Triple& t) { return (t.a - t.mixed) * (t.a - t.mixed) / 2; });
  return out;
}

class SobolStudy {
public:
  SobolStudy(const Uncertain& uncertain, const SobolOptions& options, Diagnostics& diagnostics)
      : uncertain_(uncertain), options_(options), diagnostics_(diagnostics),
        sources_(uncertain.uncertainty.sources()),
        replicates_(uncertain, options.stop, {}, diagnostics) {
    const Program& program = uncertain.variants.front().program;
    candidates_ = program.candidates.size();
    stages_ = program.stages.size();
    counts_.assign(candidates_ * stages_ * sources_, Triples{});
    if (options.lanes && replicates_.samplers().size() == 1 && !diagnostics.has_errors())
      lanes_ = on_lanes(replicates_.first_sampler());
  }

  std::vector<SobolIndices> run() {
    if (diagnostics_.has_errors() || sources_ == 0 || options_.samples < 2)
      return {};
    check_lanes();
    const std::uint64_t done = sample_until_enough(
        options_.samples, options_.until ? first_look : 0,
        [&](std::uint64_t begin, std::uint64_t until) { return sample(begin, until); },
        [&](std::uint64_t so_many) { return widest(so_many) <= *options_.until; });
    return done < 2 || replicates_.failed() ? std::vector<SobolIndices>{} : indices(done);
  }

private:
  static constexpr std::uint64_t block = 64, first_look = 512;
  static constexpr std::uint64_t other = std::uint64_t{1}
                                         << 62U; ///< replicates of the second sample

  /// What one thread needs.
  struct Worker {
    Worlds worlds;
    std::vector<Triples> counts;
    /// Who advances, by mixture of the two samples, and in each by sample and candidate.
    std::vector<std::vector<std::uint8_t>> advances;
  };

  /// Mixture 0 is the first sample, mixture g + 1 has source g of the second one, and the last all
  /// of them: how far on the number of the replicate is that a source takes its numbers from.
  [[nodiscard]] std::uint64_t offset(std::size_t mixture, std::size_t source) const {
    return mixture == source + 1 || mixture == sources_ + 1 ? other : 0;
  }

  /// Who advances where in replicate r of a mixture; nobody with errors.
  void decide_one(Worker& worker, std::size_t mixture, std::uint64_t r,
                  std::span<std::uint8_t> out) {
    std::vector<std::uint64_t> from(sources_);
    for (std::size_t g = 0; g < sources_; ++g)
      from[g] = r + offset(mixture, g);
    std::ranges::fill(out, std::uint8_t{0});
    const Decision& decision = replicates_.decide(worker.worlds, {options_.seed, 0, &from});
    if (replicates_.failed())
      return;
    for (std::size_t s = 0; s < stages_; ++s) {
      const StageDecision& stage = decision.stages[s];
      for (std::size_t e = 0; e < stage.entrants.size(); ++e)
        if (stage.outcomes[e] == Outcome::advances)
          out[s * candidates_ + stage.entrants[e]] = 1;
    }
  }

  /// All replicates of a block of one mixture; those in doubt by themselves.
  void decide_on_lanes(Worker& worker, std::size_t mixture, std::uint64_t first,
                       std::uint64_t until) {
    const auto room = [&](std::uint64_t r) {
      return std::span(worker.advances[mixture]).subspan((r - first) * candidates_, candidates_);
    };
    kernel::SmaaModel model = lanes_->model;
    model.sample = [&](std::uint64_t r, std::span<double> out) {
      std::vector<std::uint64_t> from(sources_);
      for (std::size_t g = 0; g < sources_; ++g)
        from[g] = r + offset(mixture, g);
      draw_shares(*lanes_, replicates_.first_sampler(), {options_.seed, 0, &from, nullptr}, out);
    };
    model.tell = [&](std::uint64_t r, const kernel::Order& order) {
      mark_advancing(*lanes_, order, room(r));
    };
    kernel::SmaaOptions options;
    options.seed = options_.seed;
    options.first = first;
    options.samples = until - first;
    options.offset.assign(sources_ + 1, 0);
    for (std::size_t g = 0; g < sources_; ++g)
      options.offset[g + 1] = offset(mixture, g); // streams are numbered from 1
    for (const std::uint64_t r : kernel::smaa(model, options).doubtful)
      decide_one(worker, mixture, r, room(r));
  }

  /// Lanes are used if they say the same of the first replicates as one decision after another.
  void check_lanes() {
    constexpr std::uint64_t checked = 8;
    Worker worker;
    worker.advances.assign(sources_ + 2, std::vector<std::uint8_t>(checked * candidates_));
    std::vector<std::uint8_t> one(candidates_);
    for (const std::size_t mixture : {std::size_t{0}, std::size_t{1}}) {
      if (lanes_)
        decide_on_lanes(worker, mixture, 0, checked);
      for (std::uint64_t r = 0; lanes_ && r < checked; ++r) {
        decide_one(worker, mixture, r, one);
        if (!std::ranges::equal(
                one, std::span(worker.advances[mixture]).subspan(r * candidates_, candidates_)))
          lanes_.reset();
      }
    }
  }

  /// By itself one sample after the other, so that little changes between two decisions.
  void one_block(Worker& worker, std::uint64_t first, std::uint64_t until) {
    const std::size_t each = candidates_ * stages_, mixtures = sources_ + 2;
    worker.advances.resize(mixtures);
    for (auto& of_mixture : worker.advances)
      of_mixture.resize(block * each);
    for (std::size_t m = 0; m < mixtures && lanes_; ++m)
      decide_on_lanes(worker, m, first, until);
    for (std::uint64_t r = first; r < until && !lanes_; ++r)
      for (std::size_t m = 0; m < mixtures && !replicates_.failed(); ++m)
        decide_one(worker, m, r, std::span(worker.advances[m]).subspan((r - first) * each, each));
    for (std::size_t at = 0; at < (until - first) * each; ++at)
      for (std::size_t g = 0; g < sources_; ++g)
        ++worker.counts[at % each * sources_ + g][4U * worker.advances.front()[at] +
                                                  2U * worker.advances.back()[at] +
                                                  worker.advances[g + 1][at]];
  }

  /// Samples until `until`; returns how far it came.
  std::uint64_t sample(std::uint64_t done, std::uint64_t until) {
    const auto blocks = static_cast<std::size_t>((until - done + block - 1) / block);
    const unsigned threads = threads_for(options_.threads, blocks);
    workers_.resize(std::max<std::size_t>(workers_.size(), threads));
    for (Worker& worker : workers_)
      worker.counts.assign(counts_.size(), Triples{});
    const std::uint64_t reached = in_blocks(
        done, until, block, threads, [&](std::uint64_t) { return replicates_.goes_on(0); },
        [&](std::uint64_t from, std::uint64_t to, std::size_t thread) {
          one_block(workers_[thread], from, to);
        });
    if (replicates_.failed())
      return done;
    for (const Worker& worker : workers_)
      for (std::size_t i = 0; i < counts_.size(); ++i)
        for (std::size_t k = 0; k < 8; ++k)
          counts_[i][k] += worker.counts[i][k];
    return reached;
  }

  [[nodiscard]] std::vector<SobolIndices> indices(std::uint64_t done) const {
    const std::vector<std::string> names = sources_of(uncertain_.uncertainty);
    const auto samples = static_cast<double>(done);
    std::vector<SobolIndices> out;
    for (std::size_t i = 0; i < candidates_ * stages_; ++i) {
      const auto triples = triples_of(counts_[i * sources_]);
      const double p = mean(triples, [](const Triple& t) { return (t.a + t.b) / 2; });
      if (!(p * (1 - p) > 0))
        continue;
      SobolIndices one{i / candidates_, i % candidates_, p, done, {}};
      for (std::size_t g = 0; g < sources_; ++g) {
        one.sources.push_back(index_of(counts_[i * sources_ + g], p, samples));
        one.sources.back().source = names[g];
      }
      out.push_back(std::move(one));
    }
    return out;
  }

  [[nodiscard]] double widest(std::uint64_t done) const {
    double out = 0;
    for (const SobolIndices& one : indices(done))
      for (const SobolIndex& index : one.sources)
        out = std::max({out, index.first_half, index.total_half});
    return out;
  }

  const Uncertain& uncertain_;
  const SobolOptions& options_;
  Diagnostics& diagnostics_;
  std::size_t sources_, candidates_ = 0, stages_ = 0;
  Replicates replicates_;
  std::optional<KernelModel> lanes_; ///< decides; none: each sample is decided by itself
  std::vector<Worker> workers_;
  std::vector<Triples> counts_; ///< by stage, candidate and source
};

} // namespace

std::vector<std::string> sources_of(const Uncertainty& uncertainty) {
  std::vector<std::string> out;
  for (const UncertainWeights& w : uncertainty.weights)
    out.push_back("weights of " + (w.stage.empty() ? "" : w.stage + ".") + w.of);
  for (const UncertainCells& c : uncertainty.measurements)
    out.push_back("errors of " + c.evidence + (c.value.empty() ? "" : "." + c.value));
  for (const Bootstrap& b : uncertainty.bootstrap)
    out.push_back(b.over + " of " + b.evidence);
  for (const UncertainVerdict& v : uncertainty.verdicts)
    out.push_back("verdict " + v.rule + " of " + v.candidate);
  for (const RuleChoice& r : uncertainty.rules)
    out.push_back("choice " + r.id);
  for (const UncertainCompletions& c : uncertainty.completions)
    out.push_back("completions of " + (c.stage.empty() ? "the record" : c.stage));
  return out;
}

std::vector<SobolIndices> sobol(const Uncertain& uncertain, const SobolOptions& options,
                                Diagnostics& diagnostics) {
  return SobolStudy(uncertain, options, diagnostics).run();
}

} // namespace libeval
