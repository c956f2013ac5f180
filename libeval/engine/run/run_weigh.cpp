// SPDX-License-Identifier: Apache-2.0
// Weights worked out from matrices.
#include "engine/compile/frame.hpp"
#include "engine/run/runner.hpp"

#include <libeval/kernel/weights.hpp>

namespace libeval {
namespace {

/// What `value` asks for, one number a thing; empty: a comparison is no positive number.
std::vector<double> of_comparisons(std::vector<double> matrix, const op::Weigh::Matrix& of,
                                   const std::string& value) {
  const std::size_t n = of.columns;
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j)
      if (of.cells[i * n + j] == npos)
        matrix[i * n + j] = i == j ? 1 : 1 / matrix[j * n + i];
  for (const double x : matrix)
    if (!(x > 0) || !std::isfinite(x))
      return {};
  const kernel::Priorities found = kernel::principal_eigenvector(matrix, n);
  const double index = kernel::consistency_index(found.eigenvalue, n);
  if (value == "weight")
    return found.weights;
  return std::vector<double>(n, value == "eigenvalue" ? found.eigenvalue
                                : value == "index"    ? index
                                : n < 3               ? 0
                                                      : index / kernel::random_index(n));
}

} // namespace

template <class T>
void Runner<T>::apply(const op::Weigh& o) {
  const auto x = values(o.in);
  Values y(plan_.arrays[o.out].size, T(0));
  const bool pairs = o.kind == op::Weigh::Kind::eigenvector;
  std::vector<std::uint32_t> bad;
  Marks causes(y.size());
  for (const op::Weigh::Matrix& of : o.matrices) {
    std::vector<std::uint32_t> standing = of.cells;
    std::erase(standing, npos);
    for (const std::uint32_t cell : of.out)
      causes[cell] = first_cause(o.in, standing);
    std::vector<double> matrix;
    for (const std::uint32_t cell : of.cells)
      matrix.push_back(cell == npos ? 0 : kernel::to_double((*x)[cell]));
    const std::vector<double> found =
        pairs ? of_comparisons(std::move(matrix), of, o.value) : kernel::critic(matrix, of.columns);
    for (std::size_t k = 0; k < of.out.size(); ++k)
      if (k < found.size() && std::isfinite(found[k]))
        y[of.out[k]] = T(found[k]);
      else
        bad.push_back(of.out[k]);
  }
  put(o.out, std::move(y));
  mark(o.out, std::move(causes));
  fail(o.out, bad,
       pairs ? "a comparison says how many times as much, a number above 0"
             : "a member has the same value for all, or all members go together");
}

template void Runner<double>::apply(const op::Weigh&);
template void Runner<kernel::Exact>::apply(const op::Weigh&);

} // namespace libeval
