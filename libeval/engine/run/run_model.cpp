// SPDX-License-Identifier: Apache-2.0
// Methods over a matrix of candidates and criteria. A new model gets its kind in plan.hpp, its
// lowering in lower_model.cpp and its call of a kernel in `scores_of`.
#include "engine/run/runner.hpp"

namespace libeval {
namespace {

struct ModelScores {
  Eigen::VectorXd values;
  std::string why; ///< they are undefined; empty: they are not
};

/// Divides each criterion by what the model says; false where one has nothing to divide by.
bool normalize(Eigen::MatrixXd& matrix, const std::string& by_what) {
  bool all = true;
  for (auto c : matrix.colwise()) {
    double by = 1;
    if (by_what == "vector") {
      by = c.norm();
    } else if (by_what == "max") {
      by = c.maxCoeff();
    } else if (by_what == "sum") {
      by = c.sum();
    } else if (by_what == "minmax") {
      by = c.maxCoeff() - c.minCoeff();
      c.array() -= c.minCoeff();
    }
    if (by == 0 || !std::isfinite(by))
      all = false;
    else
      c /= by;
  }
  return all;
}

/// Rows are candidates, columns are criteria. Precondition: there is a row.
ModelScores scores_of(const op::Model& o, Eigen::MatrixXd matrix) {
  using Kind = op::Model::Kind;
  std::string why;
  if (o.kind == Kind::topsis && !normalize(matrix, o.normalize))
    why = "a criterion without spread cannot be normalized";
  for (Eigen::Index j = 0; j < matrix.cols(); ++j)
    if (o.costs[static_cast<std::size_t>(j)] != 0)
      matrix.col(j) *= -1;
  const Eigen::VectorXd weights = Eigen::Map<const Eigen::VectorXd>(
      o.weights.data(), static_cast<Eigen::Index>(o.weights.size()));
  switch (o.kind) {
  case Kind::topsis: {
    const auto topsis = kernel::topsis(matrix, weights);
    if (topsis.undefined)
      why = "all candidates are equal, so ideal and anti-ideal are one";
    return {topsis.closeness, why};
  }
  case Kind::vikor:
    return {kernel::vikor(matrix, weights, o.v).Q, why};
  case Kind::promethee:
    return {kernel::promethee(matrix, weights, o.preferences).net, why};
  }
  return {};
}

} // namespace

template <class T>
void Runner<T>::apply(const op::Model& o) {
  const auto x = values(o.in);
  const std::size_t n = o.cells->size() / o.criteria;
  Eigen::MatrixXd matrix(static_cast<Eigen::Index>(n), static_cast<Eigen::Index>(o.criteria));
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < o.criteria; ++j)
      matrix(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j)) =
          kernel::to_double((*x)[(*o.cells)[i * o.criteria + j]]);
  const ModelScores scores = n == 0 ? ModelScores{} : scores_of(o, std::move(matrix));
  Values y(n);
  std::vector<std::uint32_t> bad;
  for (std::size_t i = 0; i < n; ++i) {
    const double value = scores.values(static_cast<Eigen::Index>(i));
    y[i] = T(std::isfinite(value) ? value : 0.0);
    if (!scores.why.empty() || !std::isfinite(value))
      bad.push_back(static_cast<std::uint32_t>(i));
  }
  put(o.out, std::move(y));
  mark(o.out, Marks(n, first_cause(o.in, *o.cells)));
  fail(o.out, bad, scores.why.empty() ? "the numbers are too large" : scores.why);
}

template void Runner<double>::apply(const op::Model&);
template void Runner<kernel::Exact>::apply(const op::Model&);

} // namespace libeval
