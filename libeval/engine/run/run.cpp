// SPDX-License-Identifier: Apache-2.0
#include "engine/run/runner.hpp"

namespace libeval {
namespace {

template <class T>
Column column(const Lane<T>& lane) {
  if constexpr (std::is_same_v<T, double>) {
    return {lane.data, lane.scale, lane.shift};
  } else {
    auto out = std::make_shared<std::vector<double>>(lane.size());
    for (std::size_t i = 0; i < out->size(); ++i)
      (*out)[i] = kernel::to_double(lane.at(i));
    return {out, 1, 0};
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
  return std::move(result_);
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

} // namespace libeval
