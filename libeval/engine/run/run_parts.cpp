// SPDX-License-Identifier: Apache-2.0
// Operations over the parts of a node.
#include "engine/run/runner.hpp"

namespace libeval {

namespace {

/// Rows summed or scanned at a time, so that the sums stay in the cache.
constexpr std::size_t block = 4096;

/// Adds multiples of columns from `begin` on, from the first to the last; four at a time, for
/// several streams from memory are faster than one.
template <class T>
void add_multiples(const std::vector<T>& scale, const std::vector<const T*>& data,
                   std::size_t begin, std::size_t n, T* sums) {
  std::size_t k = 0;
  for (; k + 4 <= data.size(); k += 4) {
    const T a = scale[k], b = scale[k + 1], c = scale[k + 2], d = scale[k + 3];
    const T *x = data[k] + begin, *y = data[k + 1] + begin, *z = data[k + 2] + begin,
            *w = data[k + 3] + begin;
    for (std::size_t i = 0; i < n; ++i)
      sums[i] = (((sums[i] + a * x[i]) + b * y[i]) + c * z[i]) + d * w[i];
  }
  for (; k < data.size(); ++k)
    for (std::size_t i = 0; i < n; ++i)
      sums[i] = sums[i] + scale[k] * data[k][begin + i];
}

} // namespace

template <class T>
void Runner<T>::apply(const op::Combine& o) {
  const std::size_t n = plan_.arrays[o.out].size;
  T shift(0);
  std::vector<T> scale;
  std::vector<const T*> data;
  for (std::size_t k = 0; k < o.in.size(); ++k) {
    if (!lanes_[o.in[k]].stays_finite())
      static_cast<void>(values(o.in[k])); // a part beyond a double is none
    const Lane<T>& lane = lanes_[o.in[k]];
    const T factor = decimal<T>(o.factors[k]);
    scale.push_back(lane.scale * factor);
    shift = shift + lane.shift * factor;
    data.push_back(lane.data->data());
  }
  Values y(n, T(0));
  std::vector<std::uint32_t> bad;
  for (std::size_t begin = 0; begin < n; begin += block) {
    const std::size_t end = std::min(n, begin + block);
    add_multiples(scale, data, begin, end - begin, y.data() + begin);
    bool all_finite = true;
    for (std::size_t i = begin; i < end; ++i) {
      y[i] = y[i] + shift;
      if (!o.correction.empty())
        y[i] = y[i] * decimal<T>(o.correction[i]);
      all_finite = finite(y[i]) && all_finite;
    }
    for (std::size_t i = begin; i < end && !all_finite; ++i)
      if (!finite(y[i])) {
        y[i] = T(0);
        bad.push_back(static_cast<std::uint32_t>(i));
      }
  }
  put(o.out, std::move(y));
  lanes_[o.out].undefined = of_any(o.in);
  fail(o.out, bad, "the sum is too large");
}

template <class T>
void Runner<T>::apply(const op::Concat& o) {
  Values y;
  Marks causes;
  for (const ArrayId id : o.in) {
    const auto x = values(id);
    if (lanes_[id].undefined) {
      causes.resize(y.size());
      causes.insert(causes.end(), lanes_[id].undefined->begin(), lanes_[id].undefined->end());
    }
    y.insert(y.end(), x->begin(), x->end());
  }
  if (!causes.empty())
    causes.resize(y.size());
  put(o.out, std::move(y));
  mark(o.out, std::move(causes));
}

template void Runner<double>::apply(const op::Combine&);
template void Runner<double>::apply(const op::Concat&);
template void Runner<kernel::Exact>::apply(const op::Combine&);
template void Runner<kernel::Exact>::apply(const op::Concat&);

} // namespace libeval
