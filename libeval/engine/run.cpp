// SPDX-License-Identifier: Apache-2.0
#include "engine/runner.hpp"

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

} // namespace

template <class T>
Run Runner<T>::run(const std::vector<ArrayId>& wanted) {
  double largest = 0;
  if (plan_.exact())
    for (const Op& o : plan_.ops)
      if (const auto* load = std::get_if<op::Load>(&o))
        for (const double x : *load->column)
          largest = std::max(largest, std::abs(x));
  floor_ = epsilon * std::min(plan_.exact() ? largest : 1.0, 1.0);
  result_.noise = floor_;
  for (at_ = 0; at_ < plan_.ops.size(); ++at_)
    std::visit([&](const auto& o) { apply(o); }, plan_.ops[at_]);
  for (const ArrayId id : wanted)
    result_.columns.push_back(column(lanes_[id]));
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
