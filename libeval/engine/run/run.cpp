// SPDX-License-Identifier: Apache-2.0
#include "engine/run/runner.hpp"

#include <optional>
#include <utility>

namespace libeval {
namespace {

template <class T>
Column column(const Lane<T>& lane) {
  if constexpr (std::is_same_v<T, double>) {
    return {lane.data, lane.scale, lane.shift, lane.undefined};
  } else {
    auto out = std::make_shared<std::vector<double>>(lane.size());
    for (std::size_t i = 0; i < out->size(); ++i)
      (*out)[i] = kernel::to_double(lane.at(i));
    return {out, 1, 0, lane.undefined};
  }
}

/// The largest number of the evidence, or 1 if one of ordinary size is met (mostly the first).
double size_of_evidence(const Plan& plan) {
  constexpr double ordinary = 1e-3;
  double largest = 0;
  for (const Op& o : plan.ops)
    if (const auto* load = std::get_if<op::Load>(&o))
      for (const double x : *load->column) {
        if (std::abs(x) >= ordinary)
          return 1;
        largest = std::max(largest, std::abs(x));
      }
  return largest;
}

} // namespace

/// What was undefined concerns whom it belongs to, and where it was the number of a group, those to
/// whom that has come.
template <class T>
void Runner<T>::tell_whom(const std::vector<ArrayId>& wanted) {
  if (result_.undefined.empty())
    return;
  for (const ArrayId id : wanted) {
    const Index candidates = id == no_array ? nullptr : plan_.arrays[id].candidates;
    if (!candidates || !lanes_[id].undefined)
      continue;
    for (std::size_t i = 0; i < candidates->size(); ++i)
      if (const std::uint32_t why = cause(id, i); why != 0) {
        Undefined& undefined = result_.undefined[why - 1];
        const auto makes = [](const auto& o) { return o.out; };
        if (!plan_.arrays[std::visit(makes, plan_.ops[undefined.op])].candidates)
          undefined.candidates.push_back((*candidates)[i]);
      }
  }
  for (Undefined& undefined : result_.undefined)
    sort_out(undefined.candidates);
}

template <class T>
Run Runner<T>::run(const std::vector<ArrayId>& wanted) {
  floor_ = epsilon * size_of_evidence(plan_);
  result_.noise = floor_;
  for (at_ = 0; at_ < plan_.ops.size(); ++at_)
    std::visit([&](const auto& o) { apply(o); }, plan_.ops[at_]);
  for (const ArrayId id : wanted) {
    if (!lanes_[id].stays_finite())
      static_cast<void>(values(id)); // says what is beyond a double
    result_.columns.push_back(column(lanes_[id]));
  }
  tell_whom(wanted);
  return std::move(result_);
}

/// Operations that changed, and those that read what a stale one makes.
template <class T>
void Runner<T>::find_stale(const std::vector<std::uint8_t>& changed) {
  const double floor = epsilon * size_of_evidence(plan_);
  // What is undefined, and what models estimate, is collected by a run of everything.
  const bool all = !keeps_ || floor != floor_ || !result_.undefined.empty() ||
                   !result_.estimated.empty() || !result_.voted.empty();
  floor_ = floor;
  stale_op_.assign(plan_.ops.size(), all ? 1 : 0);
  stale_array_.assign(plan_.arrays.size(), all ? 1 : 0);
  for (std::size_t at = reads_.size(); at < plan_.ops.size(); ++at)
    reads_.push_back(inputs_of(plan_.ops[at]));
  for (std::size_t at = 0; at < plan_.ops.size() && !all; ++at) {
    if (changed[at] == 0 &&
        std::ranges::none_of(reads_[at], [&](ArrayId id) { return stale_array_[id] != 0; }))
      continue;
    stale_op_[at] = 1;
    stale_array_[std::visit([](const auto& o) { return o.out; }, plan_.ops[at])] = 1;
  }
}

template <class T>
const Run& Runner<T>::run_again(const std::vector<ArrayId>& wanted,
                                const std::vector<std::uint8_t>& changed) {
  find_stale(changed);
  const bool first = !std::exchange(keeps_, true);
  result_.undefined.clear();
  result_.estimated.clear();
  result_.voted.clear();
  result_.noise = floor_;
  result_.columns.resize(wanted.size());
  loaded_.resize(plan_.ops.size());
  for (const CarriedOut& map : carried_out_)
    lanes_[map.id] = map.before;
  std::erase_if(carried_out_, [&](const CarriedOut& map) {
    return map.at >= stale_op_.size() || stale_op_[map.at] != 0;
  });
  const std::vector<CarriedOut> kept = carried_out_; // in the order of the operations
  auto next = kept.begin();
  for (at_ = 0; at_ < plan_.ops.size(); ++at_) {
    if (stale_op_[at_] != 0)
      std::visit([&](const auto& o) { apply(o); }, plan_.ops[at_]);
    else
      for (; next != kept.end() && next->at == at_; ++next)
        lanes_[next->id] = next->after;
  }
  std::ranges::stable_sort(carried_out_, {}, &CarriedOut::at);
  for (std::size_t k = 0; k < wanted.size(); ++k) {
    const ArrayId id = wanted[k];
    if (id == no_array || (!first && stale_array_[id] == 0))
      continue;
    if (!lanes_[id].stays_finite())
      static_cast<void>(values(id));
    result_.columns[k] = column(lanes_[id]);
  }
  tell_whom(wanted);
  return result_;
}

bool Plan::exact() const {
  constexpr std::size_t unnoticed = 50000; // elements, some milliseconds
  std::size_t elements = 0;
  for (const ArrayNote& array : arrays)
    elements += array.size;
  return rounds || elements <= unnoticed;
}

Run run(const Plan& plan, const std::vector<ArrayId>& wanted) {
  return plan.exact() ? Runner<kernel::Exact>(plan).run(wanted) : Runner<double>(plan).run(wanted);
}

struct Rerun::Runners {
  std::optional<Runner<kernel::Exact>> exact;
  std::optional<Runner<double>> quick;
  std::vector<ArrayId> wanted;
};

Rerun::Rerun(const Plan& plan, std::vector<ArrayId> wanted)
    : runners_(std::make_unique<Runners>()) {
  runners_->wanted = std::move(wanted);
  if (plan.exact())
    runners_->exact.emplace(plan);
  else
    runners_->quick.emplace(plan);
}

Rerun::~Rerun() = default;

const Run& Rerun::run(const std::vector<std::uint8_t>& changed) {
  return runners_->exact ? runners_->exact->run_again(runners_->wanted, changed)
                         : runners_->quick->run_again(runners_->wanted, changed);
}

} // namespace libeval
