// SPDX-License-Identifier: Apache-2.0
#include <libeval/kernel/smaa.hpp>

#include "kernel/smaa_task.hpp"

#include <libeval/kernel/rank.hpp>
#include <libeval/kernel/score_program.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

namespace libeval::kernel {
namespace {

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

void check_table(const SmaaModel& model) {
  const std::size_t cells = model.candidates * model.criteria;
  require(model.mean.size() == cells, std::to_string(model.mean.size()) + " means for " +
                                          std::to_string(cells) + " measurements");
  require(model.deviation.empty() || model.deviation.size() == cells,
          std::to_string(model.deviation.size()) + " deviations for " + std::to_string(cells) +
              " measurements");
  for (const double x : model.mean)
    require(std::isfinite(x), "a mean that is not finite");
  for (const double s : model.deviation)
    require(s >= 0 && std::isfinite(s), "a deviation below zero or not finite");
  const std::size_t triangle = model.criteria * (model.criteria + 1) / 2;
  require(model.covariance.empty() || model.covariance.size() == model.candidates * triangle,
          std::to_string(model.covariance.size()) + " covariances for " +
              std::to_string(model.candidates) + " triangles of " + std::to_string(triangle));
  require(model.covariance.empty() || model.deviation.empty(), "deviations and covariances");
  require(model.collapse || (model.covariance.empty() && model.shared.empty()),
          "measurements that depend on each other are not drawn one by one");
  for (const SmaaModel::Shared& shared : model.shared)
    require(shared.criterion < model.criteria && shared.factor.size() == model.candidates,
            std::to_string(shared.factor.size()) + " shared factors for " +
                std::to_string(model.candidates) + " candidates");
  if (model.weighting == SmaaModel::Weights::fixed)
    require(model.weights.size() == model.criteria,
            std::to_string(model.weights.size()) + " weights for " +
                std::to_string(model.criteria) + " criteria");
}

void check_program(const SmaaModel& model) {
  const ScoreProgram& program = *model.program;
  require(!program.steps.empty() && program.total + model.candidates + 2 <= program.rows,
          "a program without scores of " + std::to_string(model.candidates) + " candidates");
  require(model.mean.empty() && model.deviation.empty() && model.covariance.empty() &&
              model.shared.empty() && model.weighting == SmaaModel::Weights::given,
          "a program beside a table");
}

/// Whether `sample` has anything to write.
bool is_asked(const SmaaModel& model) {
  if (model.weighting != SmaaModel::Weights::given)
    return false;
  return model.program == nullptr || (model.criteria > 0 && !model.program->draws_weights);
}

void check(const SmaaModel& model, const SmaaOptions& options) {
  require(model.candidates > 0 && (model.criteria > 0 || model.program != nullptr),
          "no candidates or no criteria");
  require(model.candidates < (std::size_t{1} << 24), "more than 2^24 candidates");
  model.program != nullptr ? check_program(model) : check_table(model);
  require(model.sample != nullptr || !is_asked(model), "weights are given by nobody");
  require(model.trials.weights.size() == model.trials.candidates.size() * model.criteria,
          std::to_string(model.trials.weights.size()) + " weights to try for " +
              std::to_string(model.trials.candidates.size()) + " candidates");
  for (const std::uint32_t i : model.trials.candidates)
    require(i < model.candidates, "weights to try for a candidate that there is not");
  require(!model.pairs || model.candidates <= 0x7FFF, "pairs of more than 32767 candidates");
  require(options.stride > 0 &&
              options.samples <=
                  (std::numeric_limits<std::uint64_t>::max() - options.first) / options.stride,
          "replicates beyond 2^64");
  require(model.tolerance >= 0, "a tolerance below zero");
  const auto is_range = [&](const std::vector<double>& seen) {
    return seen.empty() || seen.size() == model.candidates;
  };
  require(is_range(options.lowest) && options.lowest.size() == options.highest.size(),
          "scores seen of other candidates");
}

/// Numbers that begin with a line of the cache, so that no vector of them crosses one.
template <class T>
class Room {
public:
  T* resize(std::size_t numbers) {
    lines_.resize((numbers + 7) / 8);
    return lines_.empty() ? nullptr : lines_.front().numbers;
  }
  void fill(T x) {
    for (Line& line : lines_)
      std::ranges::fill(line.numbers, x);
  }

private:
  struct alignas(64) Line {
    T numbers[8];
  };
  std::vector<Line> lines_;
};

/// The rooms of a task, and what is counted.
class Counter {
public:
  Counter(const SmaaModel& model, const SmaaOptions& options)
      : model_(model), n_(model.candidates), m_(model.criteria),
        run_(instructions_for(options.instructions)), lanes_(run_.lanes) {
    task_.candidates = n_;
    task_.criteria = m_;
    task_.mean = model.mean.data();
    if (model.program != nullptr) {
      set_program(*model.program);
    } else {
      set_spread();
      set_shared();
      task_.tolerance = model.tolerance;
    }
    task_.fixed = model.weighting == SmaaModel::Weights::fixed ? model.weights.data() : nullptr;
    task_.given = model.weighting == SmaaModel::Weights::given;
    asked_ = is_asked(model);
    task_.ordered = model.weighting == SmaaModel::Weights::ordered;
    set_keys(task_.keys, options.seed);
    task_.weight_source = options.weight_source;
    task_.measurement_source = options.measurement_source;
    task_.stride = options.stride;
    task_.offset = options.offset.empty() ? nullptr : options.offset.data();
    task_.index_mask = std::bit_ceil(n_) - 1;
    task_.thresholds = model.thresholds.size();
    task_.threshold = model.thresholds.data();
    task_.bins = model.bins;
    task_.low = model.low;
    task_.width = model.width;
    task_.bins_a_unit = model.width > 0 ? 1 / model.width : 0;
    row_.resize(m_);
    task_.weights = room(weights_, (m_ + 3) / 4 * 4);
    task_.product = room(products_, task_.products);
    task_.normals = room(normals_, (task_.drawn + 3) / 4 * 4);
    task_.scores = room(scores_, n_);
    task_.sorted = room(sorted_, n_);
    task_.share = room(shares_, m_);
    task_.squared = room(squares_, m_);
    if (model.bins > 0) {
      task_.bin = room(bins_, n_);
      task_.lowest = room(lowest_, n_);
      task_.highest = room(highest_, n_);
      lowest_.fill(std::numeric_limits<double>::max());
      highest_.fill(std::numeric_limits<double>::lowest());
      for (std::size_t i = 0; i < n_ && !options.lowest.empty(); ++i) {
        std::fill_n(task_.lowest + i * lanes_, lanes_, options.lowest[i]);
        std::fill_n(task_.highest + i * lanes_, lanes_, options.highest[i]);
      }
    }
    tables_ = n_ <= 32 ? lanes_ : 1; // a table a lane: no addition waits for the one before
    places_.assign(tables_ * n_ * n_, 0);
    reached_.assign(n_ * task_.thresholds, 0);
    task_.reached = reached_.data();
    ahead_.assign(model.pairs ? n_ * n_ : 0, 0);
    place_of_.assign(model.pairs ? n_ * slots : 0, 0);
    histogram_.assign(n_ * model.bins, 0);
    out_.places.assign(n_ * n_, 0);
    out_.first_weights.assign(n_ * m_, 0);
    out_.first_squares.assign(n_ * m_, 0);
    out_.first.assign(n_, 0);
    out_.reached.assign(reached_.size(), 0);
    out_.across.assign(model.line > 0 ? n_ : 0, 0);
    out_.across_places.assign(out_.across.size(), 0);
    out_.across_from.assign(model.line > 0 ? n_ + 1 : 0, 0);
    out_.across_until.assign(out_.across_from.size(), 0);
    out_.ahead.assign(ahead_.size(), 0);
    out_.tried.assign(model.trials.candidates.size(), 0);
    out_.won.assign(out_.tried.size(), 0);
    out_.scores.assign(histogram_.size(), 0);
    out_.lowest.assign(model.bins > 0 ? n_ : 0, std::numeric_limits<double>::max());
    out_.highest.assign(out_.lowest.size(), std::numeric_limits<double>::lowest());
  }

  SmaaCounts run(std::uint64_t first, std::uint64_t samples) {
    std::uint64_t since = 0;
    for (std::uint64_t done = 0; done < samples; done += lanes_) {
      task_.first = first + done * task_.stride;
      task_.valid = static_cast<unsigned>(std::min<std::uint64_t>(lanes_, samples - done));
      if (asked_)
        give_weights();
      const SmaaBits bits = run_.run(task_);
      count(bits.found, bits.doubt);
      if (const std::uint64_t turn = done / lanes_; turn < 16 || turn % 16 == 0)
        share_range();
      if (!model_.trials.candidates.empty() && task_.first < model_.trials.until)
        try_weights();
      since += task_.valid;
      if (since >= 0x80000000U) { // before a count of 32 bits is full
        flush();
        since = 0;
      }
    }
    flush();
    share_range();
    for (std::size_t i = 0; i < out_.lowest.size(); ++i) {
      out_.lowest[i] = task_.lowest[i * lanes_];
      out_.highest[i] = task_.highest[i * lanes_];
    }
    out_.samples = samples - out_.doubtful.size();
    return std::move(out_);
  }

private:
  /// What one lane has seen, all know: fewer scores are then the least or largest so far.
  void share_range() {
    for (std::size_t i = 0; i < out_.lowest.size(); ++i) {
      double* const low = task_.lowest + i * lanes_;
      double* const high = task_.highest + i * lanes_;
      std::fill_n(low, lanes_, *std::min_element(low, low + lanes_));
      std::fill_n(high, lanes_, *std::max_element(high, high + lanes_));
    }
  }

  template <class T>
  T* room(Room<T>& of, std::size_t numbers) {
    return of.resize(numbers * lanes_);
  }

  void set_program(const ScoreProgram& program) {
    task_.steps = program.steps.size();
    task_.draws = program.draws;
    task_.step = program.steps.data();
    task_.index = program.index.data();
    task_.number = program.number.data();
    task_.total = program.total;
    task_.tolerance = program.tolerance;
    task_.smallest = program.smallest;
    task_.largest = program.largest;
    task_.rows = room(rows_, program.rows);
    task_.tolerances = room(tolerances_, 1);
    for (const auto& [row, number] : program.constant)
      std::fill_n(task_.rows + std::size_t{row} * lanes_, lanes_, number);
  }

  void set_spread() {
    if (!model_.covariance.empty()) {
      variance_ = model_.covariance; // each product of two different weights stands once for two
      task_.covariances = true;
      task_.products = m_ * (m_ + 1) / 2;
      for (std::size_t i = 0; i < n_; ++i)
        for (std::size_t j = 0, at = i * task_.products; j < m_; ++j)
          for (std::size_t k = 0; k <= j; ++k, ++at)
            variance_[at] *= j == k ? 1 : 2;
    } else if (!model_.deviation.empty() && !model_.collapse) {
      task_.deviation = model_.deviation.data();
      task_.drawn = n_ * m_;
    } else if (!model_.deviation.empty()) {
      task_.products = m_;
      for (const double s : model_.deviation)
        variance_.push_back(s * s);
    }
    if (!variance_.empty()) {
      task_.variance = variance_.data();
      task_.drawn = n_;
    }
  }

  void set_shared() {
    std::uint32_t numbers = 0;
    for (const SmaaModel::Shared& shared : model_.shared) {
      shared_criterion_.push_back(shared.criterion);
      shared_number_.push_back(static_cast<std::uint32_t>(task_.drawn) + shared.number);
      shared_factor_.insert(shared_factor_.end(), shared.factor.begin(), shared.factor.end());
      numbers = std::max(numbers, shared.number + 1);
    }
    task_.drawn += numbers;
    task_.shared = model_.shared.size();
    task_.shared_criterion = shared_criterion_.data();
    task_.shared_number = shared_number_.data();
    task_.shared_factor = shared_factor_.data();
  }

  void give_weights() {
    for (unsigned lane = 0; lane < lanes_; ++lane) {
      if (lane < task_.valid)
        model_.sample(task_.first + lane * task_.stride, row_);
      for (std::size_t j = 0; j < row_.size(); ++j)
        task_.weights[j * lanes_ + lane] = row_[j];
    }
  }

  [[nodiscard]] std::size_t candidate_at(std::size_t place, unsigned lane) const {
    return std::bit_cast<std::uint64_t>(task_.sorted[place * lanes_ + lane]) & task_.index_mask;
  }

  static bool is_in(unsigned lane, unsigned bits) { return (bits >> lane) % 2 != 0; }

  void count_places(std::size_t first_lane, std::size_t lanes) {
    for (std::size_t p = 0; p < n_; ++p)
      for (std::size_t lane = first_lane; lane < first_lane + lanes; ++lane)
        ++places_[((tables_ == 1 ? 0 : lane) * n_ + p) * n_ +
                  candidate_at(p, static_cast<unsigned>(lane))];
    if (place_of_.empty())
      return;
    if (used_ + lanes > slots)
      flush_pairs();
    for (std::size_t p = 0; p < n_; ++p)
      for (std::size_t lane = first_lane; lane < first_lane + lanes; ++lane)
        place_of_[candidate_at(p, static_cast<unsigned>(lane)) * slots + used_ + lane -
                  first_lane] = static_cast<std::int16_t>(p);
    used_ += lanes;
  }

  void count(unsigned tied, unsigned doubt) {
    if (tied == 0 && doubt == 0 && task_.valid == lanes_) {
      count_places(0, lanes_);
    } else {
      for (unsigned lane = 0; lane < task_.valid; ++lane) {
        if (is_in(lane, doubt)) {
          out_.doubtful.push_back(task_.first + lane * task_.stride);
          continue;
        }
        if (is_in(lane, tied)) {
          count_ties(lane);
          continue;
        }
        count_places(lane, 1);
      }
    }
    for (unsigned lane = 0; model_.tell && lane < task_.valid; ++lane)
      if (!is_in(lane, doubt))
        tell(lane, is_in(lane, tied));
    for (unsigned lane = 0; lane < task_.valid; ++lane)
      if (!is_in(lane, tied | doubt)) {
        ++untied_;
        count_first(candidate_at(0, lane), lane);
      }
    for (std::size_t i = 0; model_.bins > 0 && i < n_; ++i)
      for (unsigned lane = 0; lane < task_.valid; ++lane)
        if (!is_in(lane, doubt))
          ++histogram_[i * model_.bins + task_.bin[i * lanes_ + lane]];
  }

  /// Each replicate with the weights whose turn it is.
  void try_weights() {
    const SmaaModel::Trials& trials = model_.trials;
    const std::size_t many = trials.candidates.size();
    std::size_t which[8] = {};
    for (unsigned lane = 0; lane < lanes_; ++lane) {
      const unsigned at = lane < task_.valid ? lane : task_.valid - 1;
      which[lane] = (task_.first + at * task_.stride) % many;
      task_.tried[lane] = trials.candidates[which[lane]];
      const double* const weights = trials.weights.data() + which[lane] * m_;
      for (std::size_t j = 0; j < m_; ++j)
        task_.weights[j * lanes_ + lane] = weights[j];
    }
    const SmaaBits bits = run_.run_again(task_);
    for (unsigned lane = 0; lane < task_.valid; ++lane) {
      const std::uint64_t replicate = task_.first + lane * task_.stride;
      if (replicate >= trials.until)
        return;
      if (is_in(lane, bits.doubt)) {
        out_.doubtful_trials.push_back(replicate);
        continue;
      }
      ++out_.tried[which[lane]];
      out_.won[which[lane]] += is_in(lane, bits.found) ? 1U : 0U;
    }
  }

  void count_first(std::size_t i, unsigned lane) {
    ++out_.first[i];
    for (std::size_t j = 0; j < m_; ++j) {
      out_.first_weights[i * m_ + j] += task_.share[j * lanes_ + lane];
      out_.first_squares[i * m_ + j] += task_.squared[j * lanes_ + lane];
    }
  }

  /// The order of a lane with neighbors that are near, one number at a time.
  [[nodiscard]] Order order_with_ties(unsigned lane) const {
    const bool divided = task_.fixed != nullptr || task_.given;
    double sum = divided ? 1 : 0;
    for (std::size_t j = 0; j < m_ && !divided; ++j)
      sum += task_.weights[j * lanes_ + lane];
    std::vector<double> scores(n_);
    for (std::size_t i = 0; i < n_; ++i)
      scores[i] = task_.scores[i * lanes_ + lane];
    const double tolerance =
        model_.program != nullptr ? task_.tolerances[lane] : model_.tolerance * sum;
    return sort_with_ties(std::span<const double>(scores), tolerance, false);
  }

  void tell(unsigned lane, bool tied) const {
    Order order;
    if (tied) {
      order = order_with_ties(lane);
    } else {
      for (std::size_t p = 0; p < n_; ++p) {
        order.order.push_back(static_cast<std::uint32_t>(candidate_at(p, lane)));
        order.offsets.push_back(static_cast<std::uint32_t>(p));
      }
      order.offsets.push_back(static_cast<std::uint32_t>(n_));
    }
    model_.tell(task_.first + lane * task_.stride, order);
  }

  void count_ties(unsigned lane) {
    const Order order = order_with_ties(lane);
    for (std::size_t t = 0; t + 1 < order.offsets.size(); ++t) {
      const std::size_t begin = order.offsets[t], end = order.offsets[t + 1];
      const std::span<const std::uint32_t> group(order.order.data() + begin, end - begin);
      add_tied(group, begin, n_, out_.places);
      if (begin < model_.line && model_.line < end) {
        ++out_.across_from[begin];
        ++out_.across_until[end];
        for (std::size_t a = 0; a < group.size(); ++a) {
          ++out_.across[group[a]];
          for (std::size_t b = 0; begin + b < model_.line; ++b)
            out_.across_places[group[a]] += tied_share(group.size(), a, b);
        }
      }
      if (model_.pairs)
        for (const std::uint32_t i : group) {
          for (const std::uint32_t j : group)
            out_.ahead[i * n_ + j] += i == j ? 0 : 1;
          for (std::size_t q = end; q < n_; ++q)
            out_.ahead[i * n_ + order.order[q]] += 2;
        }
      if (t == 0)
        for (const std::uint32_t i : group)
          count_first(i, lane);
    }
  }

  void flush_pairs() {
    for (std::size_t i = 0; used_ < slots && i < n_ && !place_of_.empty(); ++i)
      std::fill_n(place_of_.begin() + static_cast<std::ptrdiff_t>(i * slots + used_), slots - used_,
                  std::int16_t{0}); // all level
    if (used_ > 0)
      run_.count_pairs(place_of_.data(), n_, ahead_.data());
    used_ = 0;
  }

  void flush() {
    flush_pairs();
    for (std::size_t table = 0; table < tables_; ++table)
      for (std::size_t p = 0; p < n_; ++p)
        for (std::size_t i = 0; i < n_; ++i)
          out_.places[i * n_ + p] += places_[(table * n_ + p) * n_ + i] * place_unit;
    for (std::size_t i = 0; model_.pairs && i < n_; ++i)
      for (std::size_t j = i + 1; j < n_; ++j) {
        out_.ahead[i * n_ + j] += 2 * std::uint64_t{ahead_[i * n_ + j]};
        out_.ahead[j * n_ + i] += 2 * (untied_ - ahead_[i * n_ + j]);
      }
    const auto add = [](std::vector<std::uint64_t>& to, std::vector<std::uint32_t>& from) {
      for (std::size_t k = 0; k < from.size(); ++k)
        to[k] += from[k];
      std::ranges::fill(from, 0U);
    };
    add(out_.reached, reached_);
    add(out_.scores, histogram_);
    std::ranges::fill(places_, 0U);
    std::ranges::fill(ahead_, 0U);
    untied_ = 0;
  }

  const SmaaModel& model_;
  std::size_t n_, m_;
  const SmaaInstructions& run_;
  unsigned lanes_;
  std::size_t tables_ = 1;
  bool asked_ = false;       ///< `sample` has something to write
  std::uint64_t untied_ = 0; ///< since the last flush
  static constexpr std::size_t slots = 64;
  std::size_t used_ = 0;               ///< of the slots of `place_of_`
  std::vector<std::int16_t> place_of_; ///< by candidate and replicate, of some without ties
  SmaaTask task_;
  Room<double> weights_, products_, normals_, scores_, sorted_, lowest_, highest_, rows_,
      tolerances_;
  Room<std::uint64_t> bins_, shares_, squares_;
  std::vector<double> variance_, shared_factor_, row_;
  std::vector<std::uint32_t> shared_criterion_, shared_number_;
  std::vector<std::uint32_t> places_, reached_, ahead_, histogram_; ///< since the last flush
  SmaaCounts out_;
};

} // namespace

void add_tied(std::span<const std::uint32_t> tied, std::size_t begin, std::size_t columns,
              std::span<std::uint64_t> places) {
  for (std::size_t a = 0; a < tied.size(); ++a)
    for (std::size_t b = 0; b < tied.size() && begin + b < columns; ++b)
      places[tied[a] * columns + begin + b] += tied_share(tied.size(), a, b);
}

double shortened(double score) {
  return std::bit_cast<double>((std::bit_cast<std::uint64_t>(score) + 0x80000) &
                               ~std::uint64_t{0xFFFFF});
}

bool can_run(Instructions instructions) {
  switch (instructions) {
  case Instructions::automatic:
  case Instructions::baseline:
    return true;
#if defined(__x86_64__)
  case Instructions::avx2:
    return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0 &&
           __builtin_cpu_supports("popcnt") != 0;
  case Instructions::avx512:
    return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512dq") != 0 &&
           __builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("popcnt") != 0;
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
  add(to.across_from, from.across_from);
  add(to.across_until, from.across_until);
  add(to.ahead, from.ahead);
  add(to.scores, from.scores);
  for (std::size_t i = 0; i < to.lowest.size() && i < from.lowest.size(); ++i) {
    to.lowest[i] = std::min(to.lowest[i], from.lowest[i]);
    to.highest[i] = std::max(to.highest[i], from.highest[i]);
  }
  add(to.tried, from.tried);
  add(to.won, from.won);
  to.doubtful.insert(to.doubtful.end(), from.doubtful.begin(), from.doubtful.end());
  to.doubtful_trials.insert(to.doubtful_trials.end(), from.doubtful_trials.begin(),
                            from.doubtful_trials.end());
  to.samples += from.samples;
}

} // namespace libeval::kernel
