// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <libeval/kernel/weights.hpp>

#include <Eigen/Eigenvalues>

#include <cmath>
#include <random>

using namespace libeval::kernel;

TEST_CASE("Saaty's relative consumption of drinks", "[kernel]") {
  // T. L. Saaty, Relative measurement and its generalization in decision making, RACSAM 102 (2008),
  // table 4: coffee, wine, tea, beer, sodas, milk, water.
  const std::vector<double> matrix = {1,      9, 5,      2,      1,      1,      1. / 2, //
                                      1. / 9, 1, 1. / 3, 1. / 9, 1. / 9, 1. / 9, 1. / 9, //
                                      1. / 5, 3, 1,      1. / 3, 1. / 4, 1. / 3, 1. / 9, //
                                      1. / 2, 9, 3,      1,      1. / 2, 1,      1. / 3, //
                                      1,      9, 4,      2,      1,      2,      1. / 2, //
                                      1,      9, 3,      1,      1. / 2, 1,      1. / 3, //
                                      2,      9, 9,      3,      2,      3,      1};
  const Priorities found = principal_eigenvector(matrix, 7);
  const std::vector<double> published = {.177, .019, .042, .116, .190, .129, .327};
  for (std::size_t i = 0; i < 7; ++i)
    CHECK(std::abs(found.weights[i] - published[i]) < 0.0006);
  CHECK(std::abs(consistency_index(found.eigenvalue, 7) / random_index(7) - .022) < 0.0005);
}

TEST_CASE("comparisons that agree give the weights they were made of", "[kernel]") {
  std::mt19937 random(1980);
  for (int trial = 0; trial < 100; ++trial) {
    const std::size_t n = 1 + random() % 8;
    std::vector<double> weights(n), matrix(n * n);
    double sum = 0;
    for (double& w : weights)
      sum += w = 1 + static_cast<double>(random() % 1000);
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j)
        matrix[i * n + j] = weights[i] / weights[j];
    const Priorities found = principal_eigenvector(matrix, n);
    for (std::size_t i = 0; i < n; ++i)
      CHECK(std::abs(found.weights[i] - weights[i] / sum) < 1e-13);
    CHECK(std::abs(found.eigenvalue - static_cast<double>(n)) < 1e-12 * static_cast<double>(n));
    CHECK(std::abs(consistency_index(found.eigenvalue, n)) < 1e-11);
  }
}

TEST_CASE("the principal eigenvector agrees with a decomposition", "[kernel]") {
  std::mt19937 random(1994);
  for (int trial = 0; trial < 100; ++trial) {
    const std::size_t n = 2 + random() % 7;
    std::vector<double> matrix(n * n, 1);
    Eigen::MatrixXd whole(n, n);
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < i; ++j) {
        const auto x = static_cast<double>(1 + random() % 9);
        matrix[i * n + j] = random() % 2 == 0 ? x : 1 / x;
        matrix[j * n + i] = 1 / matrix[i * n + j];
      }
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j)
        whole(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j)) = matrix[i * n + j];
    const Eigen::EigenSolver<Eigen::MatrixXd> solver(whole);
    Eigen::Index largest = 0;
    solver.eigenvalues().real().maxCoeff(&largest);
    const Eigen::VectorXd vector = solver.eigenvectors().col(largest).real();
    const Priorities found = principal_eigenvector(matrix, n);
    CHECK(std::abs(found.eigenvalue - solver.eigenvalues()[largest].real()) < 1e-11);
    for (std::size_t i = 0; i < n; ++i)
      CHECK(std::abs(found.weights[i] - vector[static_cast<Eigen::Index>(i)] / vector.sum()) <
            1e-11);
    CHECK(found.eigenvalue > static_cast<double>(n) - 1e-12);
  }
}

TEST_CASE("weights by spread and correlation", "[kernel]") {
  // Two columns that go together share what one that goes against them has.
  const std::vector<double> shared = critic(std::vector<double>{0, 0, 1, 1, 1, 0}, 3);
  REQUIRE(shared.size() == 3);
  CHECK(std::abs(shared[0] - 0.25) < 1e-14);
  CHECK(std::abs(shared[1] - 0.25) < 1e-14);
  CHECK(std::abs(shared[2] - 0.5) < 1e-14);
  CHECK(critic(std::vector<double>{0, 1, 1, 0}, 2) == std::vector<double>{0.5, 0.5});
  CHECK(critic(std::vector<double>{1, 5, 2, 5, 3, 5}, 2).empty()); // a constant column
  CHECK(critic(std::vector<double>{1, 2, 2, 4, 3, 6}, 2).empty()); // all go together
  CHECK(critic(std::vector<double>{1, 2}, 2).empty());             // one row
  CHECK(critic(std::vector<double>{}, 0).empty());
}
