// SPDX-License-Identifier: Apache-2.0
#include <libeval/kernel/smaa.hpp>

#include "kernel/smaa_task.hpp"

#include <libeval/kernel/rank.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <string>

namespace libeval::kernel {
namespace {

constexpr std::size_t most_lanes = 8;

const SmaaInstructions& instructions_for(Instructions wanted) {
#if defined(__x86_64__)
  if (wanted == Instructions::avx512 ||
      (wanted == Instructions::automatic && can_run(Instructions::avx512)))
    return smaa_avx512;
  if (wanted == Instructions::avx2 ||
      (wanted == Instructions::automatic && can_run(Instructions::avx2)))
    return smaa_avx2;
#endif
  return smaa_baseline;
}

void require(bool fine, const std::string& what) {
  if (!fine)
    throw std::invalid_argument("smaa: " + what);
}

void check(const SmaaModel& model, const SmaaOptions& options) {
  const std::size_t cells = model.candidates * model.criteria;
  require(model.candidates > 0 && model.criteria > 0, "no candidates or no criteria");
  require(model.candidates < (std::size_t{1} << 24), "more than 2^24 candidates");
  require(model.mean.size() == cells, std::to_string(model.mean.size()) + " means for " +
                                          std::to_string(cells) + " measurements");
  require(model.deviation.empty() || model.deviation.size() == cells,
          std::to_string(model.deviation.size()) + " deviations for " + std::to_string(cells) +
              " measurements");
  for (const double x : model.mean)
    require(std::isfinite(x), "a mean that is not finite");
  for (const double s : model.deviation)
    require(s >= 0 && std::isfinite(s), "a deviation below zero or not finite");
  if (model.weighting == SmaaModel::Weights::fixed)
    require(model.weights.size() == model.criteria,
            std::to_string(model.weights.size()) + " weights for " +
                std::to_string(model.criteria) + " criteria");
  require(model.weighting != SmaaModel::Weights::given || model.sample != nullptr,
          "weights are given by nobody");
  require(options.first + options.samples >= options.first, "replicates beyond 2^64");
  require(model.tolerance >= 0, "a tolerance below zero");
}

/// The rooms of a task, and what is counted.
class Counter {
public:
  Counter(const SmaaModel& model, const SmaaOptions& options)
      : model_(model), n_(model.candidates), m_(model.criteria),
        run_(instructions_for(options.instructions)), lanes_(run_.lanes) {
    const bool direct = !model.collapse && !model.deviation.empty();
    const std::size_t drawn = model.deviation.empty() ? 0 : direct ? n_ * m_ : n_;
    weights_.resize((m_ + 3) / 4 * 4 * most_lanes);
    squares_.resize(weights_.size());
    normals_.resize((drawn + 3) / 4 * 4 * most_lanes);
    scores_.resize(n_ * most_lanes);
    sorted_.resize(n_ * most_lanes);
    task_.candidates = n_;
    task_.criteria = m_;
    task_.mean = model.mean.data();
    if (direct) {
      task_.deviation = model.deviation.data();
    } else if (!model.deviation.empty()) {
      for (const double s : model.deviation)
        variance_.push_back(s * s);
      task_.variance = variance_.data();
    }
    task_.fixed = model.weighting == SmaaModel::Weights::fixed ? model.weights.data() : nullptr;
    task_.given = model.weighting == SmaaModel::Weights::given;
    task_.ordered = model.weighting == SmaaModel::Weights::ordered;
    task_.key[0] = static_cast<std::uint32_t>(options.seed);
    task_.key[1] = static_cast<std::uint32_t>(options.seed >> 32);
    task_.weight_source = options.weight_source;
    task_.measurement_source = options.measurement_source;
    task_.tolerance = model.tolerance;
    task_.index_mask = std::bit_ceil(n_) - 1;
    task_.weights = weights_.data();
    task_.squares = squares_.data();
    task_.normals = normals_.data();
    task_.scores = scores_.data();
    task_.sorted = sorted_.data();
    tables_ = n_ <= 32 ? lanes_ : 1; // a table a lane: no addition waits for the one before
    counts_.assign(tables_ * n_ * n_, 0);
    out_.places.assign(n_ * n_, 0);
    out_.first_weights.assign(n_ * m_, 0);
    out_.first_squares.assign(n_ * m_, 0);
    out_.first.assign(n_, 0);
    out_.reached.assign(n_ * model.thresholds.size(), 0);
    out_.across.assign(model.line > 0 ? n_ : 0, 0);
    out_.across_places.assign(out_.across.size(), 0);
    out_.ahead.assign(model.pairs ? n_ * n_ : 0, 0);
    out_.scores.assign(n_ * model.bins, 0);
    out_.lowest.assign(model.bins > 0 ? n_ : 0, std::numeric_limits<double>::max());
    out_.highest.assign(out_.lowest.size(), std::numeric_limits<double>::lowest());
    row_.resize(m_);
  }

  SmaaCounts run(std::uint64_t first, std::uint64_t samples) {
    std::uint64_t since = 0;
    for (std::uint64_t done = 0; done < samples; done += lanes_) {
      task_.first = first + done;
      const auto valid = static_cast<unsigned>(std::min<std::uint64_t>(lanes_, samples - done));
      if (task_.given)
        give_weights();
      const unsigned tied = run_.run(task_);
      count(tied, valid);
      if (++since == 0x40000000U) {
        flush();
        since = 0;
      }
    }
    flush();
    out_.samples = samples;
    return std::move(out_);
  }

private:
  void give_weights() {
    for (unsigned lane = 0; lane < lanes_; ++lane) {
      model_.sample(task_.first + lane, row_);
      for (std::size_t j = 0; j < m_; ++j)
        weights_[j * lanes_ + lane] = row_[j];
    }
  }

  void count(unsigned tied, unsigned valid) {
    const std::uint64_t mask = task_.index_mask;
    if (tied == 0 && valid == lanes_) {
      for (std::size_t p = 0; p < n_; ++p) {
        const double* const at = sorted_.data() + p * lanes_;
        for (unsigned lane = 0; lane < lanes_; ++lane) {
          const std::uint64_t i = std::bit_cast<std::uint64_t>(at[lane]) & mask;
          ++counts_[((tables_ == 1 ? 0 : lane) * n_ + p) * n_ + i];
        }
      }
    } else {
      for (unsigned lane = 0; lane < valid; ++lane) {
        if ((tied >> lane) % 2 != 0) {
          count_ties(lane);
          continue;
        }
        for (std::size_t p = 0; p < n_; ++p)
          ++counts_[((tables_ == 1 ? 0 : lane) * n_ + p) * n_ +
                    (std::bit_cast<std::uint64_t>(sorted_[p * lanes_ + lane]) & mask)];
      }
    }
    for (unsigned lane = 0; lane < valid; ++lane) {
      if ((tied >> lane) % 2 == 0)
        count_first(std::bit_cast<std::uint64_t>(sorted_[lane]) & mask, lane);
      if (!model_.thresholds.empty())
        count_reached(lane);
      if (model_.pairs && (tied >> lane) % 2 == 0)
        count_pairs(lane);
      if (model_.bins > 0)
        count_scores(lane);
    }
  }

  [[nodiscard]] double weight_sum(unsigned lane) const {
    double sum = 0;
    for (std::size_t j = 0; j < m_; ++j)
      sum += weights_[j * lanes_ + lane];
    return sum;
  }
  [[nodiscard]] bool divided() const { return task_.fixed != nullptr || task_.given; }

  void count_first(std::size_t i, unsigned lane) {
    ++out_.first[i];
    const double by = divided() ? weight_unit : weight_unit / weight_sum(lane);
    for (std::size_t j = 0; j < m_; ++j) {
      // Nearest whole number, ties to even; adding 2^52 rounds.
      const double rounded = weights_[j * lanes_ + lane] * by + 0x1p52;
      const std::uint64_t w = std::bit_cast<std::uint64_t>(rounded) & 0xFFFFFFFFFFFFFU;
      out_.first_weights[i * m_ + j] += w;
      out_.first_squares[i * m_ + j] += (w >> 1) * (w >> 1) >> 30;
    }
  }

  void count_reached(unsigned lane) {
    const double sum = divided() ? 1 : weight_sum(lane);
    const std::size_t thresholds = model_.thresholds.size();
    for (std::size_t i = 0; i < n_; ++i)
      for (std::size_t t = 0; t < thresholds; ++t)
        if (scores_[i * lanes_ + lane] >= (model_.thresholds[t] - model_.tolerance) * sum)
          ++out_.reached[i * thresholds + t];
  }

  /// From the sorted scores: whoever stands before is ahead.
  void count_pairs(unsigned lane) {
    const std::uint64_t mask = task_.index_mask;
    for (std::size_t p = 0; p + 1 < n_; ++p) {
      std::uint64_t* const row =
          out_.ahead.data() +
          (std::bit_cast<std::uint64_t>(sorted_[p * lanes_ + lane]) & mask) * n_;
      for (std::size_t q = p + 1; q < n_; ++q)
        row[std::bit_cast<std::uint64_t>(sorted_[q * lanes_ + lane]) & mask] += 2;
    }
  }

  void count_scores(unsigned lane) {
    const double sum = divided() ? 1 : weight_sum(lane);
    for (std::size_t i = 0; i < n_; ++i) {
      const double score = scores_[i * lanes_ + lane] / sum;
      out_.lowest[i] = std::min(out_.lowest[i], score);
      out_.highest[i] = std::max(out_.highest[i], score);
      const double at = model_.width > 0 ? (score - model_.low) / model_.width : 0;
      const auto bin =
          static_cast<std::size_t>(std::clamp(at, 0.0, static_cast<double>(model_.bins - 1)));
      ++out_.scores[i * model_.bins + bin];
    }
  }

  /// A replicate with neighbors that are near, one number at a time.
  void count_ties(unsigned lane) {
    const double sum = divided() ? 1 : weight_sum(lane);
    std::vector<double> scores(n_);
    for (std::size_t i = 0; i < n_; ++i)
      scores[i] = scores_[i * lanes_ + lane];
    const Order order =
        sort_with_ties(std::span<const double>(scores), model_.tolerance * sum, false);
    for (std::size_t t = 0; t + 1 < order.offsets.size(); ++t) {
      const std::span<const std::uint32_t> group(order.order.data() + order.offsets[t],
                                                 order.offsets[t + 1] - order.offsets[t]);
      add_tied(group, order.offsets[t], n_, out_.places);
      if (order.offsets[t] < model_.line && model_.line < order.offsets[t + 1])
        count_across(group, order.offsets[t]);
      if (model_.pairs)
        for (const std::uint32_t i : group) {
          for (const std::uint32_t j : group)
            out_.ahead[i * n_ + j] += i == j ? 0 : 1;
          for (std::size_t q = order.offsets[t + 1]; q < n_; ++q)
            out_.ahead[i * n_ + order.order[q]] += 2;
        }
      if (t == 0)
        for (const std::uint32_t i : group)
          count_first(i, lane);
    }
  }

  /// Those tied across the line, and what add_tied gave them inside it.
  void count_across(std::span<const std::uint32_t> group, std::size_t begin) {
    std::vector<std::uint32_t> position(group.size());
    std::iota(position.begin(), position.end(), 0U);
    std::vector<std::uint64_t> given(group.size() * group.size(), 0);
    add_tied(position, 0, group.size(), given);
    for (std::size_t a = 0; a < group.size(); ++a) {
      ++out_.across[group[a]];
      for (std::size_t p = 0; begin + p < model_.line; ++p)
        out_.across_places[group[a]] += given[a * group.size() + p];
    }
  }

  void flush() {
    for (std::size_t table = 0; table < tables_; ++table)
      for (std::size_t p = 0; p < n_; ++p)
        for (std::size_t i = 0; i < n_; ++i) {
          std::uint32_t& count = counts_[(table * n_ + p) * n_ + i];
          out_.places[i * n_ + p] += count * place_unit;
          count = 0;
        }
  }

  const SmaaModel& model_;
  std::size_t n_, m_;
  const SmaaInstructions& run_;
  unsigned lanes_;
  std::size_t tables_ = 1;
  SmaaTask task_;
  std::vector<double> weights_, squares_, normals_, scores_, sorted_, variance_, row_;
  std::vector<std::uint32_t> counts_;
  SmaaCounts out_;
};

} // namespace

void add_tied(std::span<const std::uint32_t> tied, std::size_t begin, std::size_t columns,
              std::span<std::uint64_t> places) {
  const std::size_t g = tied.size();
  const std::uint64_t each = place_unit / g, left = place_unit % g;
  for (std::size_t a = 0; a < g; ++a)
    for (std::size_t b = 0; b < g; ++b) // what does not divide goes round
      places[tied[a] * columns + begin + b] += each + ((a + b) % g < left ? 1 : 0);
}

bool can_run(Instructions instructions) {
  switch (instructions) {
  case Instructions::automatic:
  case Instructions::baseline:
    return true;
#if defined(__x86_64__)
  case Instructions::avx2:
    return __builtin_cpu_supports("avx2") != 0;
  case Instructions::avx512:
    return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512dq") != 0;
#else
  default:
    return false;
#endif
  }
  return false;
}

std::string_view best_instructions() {
  return instructions_for(Instructions::automatic).name;
}

SmaaCounts smaa(const SmaaModel& model, const SmaaOptions& options) {
  check(model, options);
  require(can_run(options.instructions), "this machine has no such instructions");
  return Counter(model, options).run(options.first, options.samples);
}

void add_counts(SmaaCounts& to, const SmaaCounts& from) {
  const auto add = [](std::vector<std::uint64_t>& a, const std::vector<std::uint64_t>& b) {
    require(a.size() == b.size(), "counts of different models");
    for (std::size_t i = 0; i < a.size(); ++i)
      a[i] += b[i];
  };
  add(to.places, from.places);
  add(to.first_weights, from.first_weights);
  add(to.first_squares, from.first_squares);
  add(to.first, from.first);
  add(to.reached, from.reached);
  add(to.across, from.across);
  add(to.across_places, from.across_places);
  add(to.ahead, from.ahead);
  add(to.scores, from.scores);
  for (std::size_t i = 0; i < to.lowest.size() && i < from.lowest.size(); ++i) {
    to.lowest[i] = std::min(to.lowest[i], from.lowest[i]);
    to.highest[i] = std::max(to.highest[i], from.highest[i]);
  }
  to.samples += from.samples;
}

} // namespace libeval::kernel
