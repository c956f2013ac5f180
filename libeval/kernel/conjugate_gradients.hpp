// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>

namespace libeval::kernel {

/// Solves A x = b by conjugate gradients for a symmetric, positive semidefinite A whose null space
/// is orthogonal to b, until the residual has fallen to `accuracy` times b (both in the norm of the
/// preconditioner) or after `most` steps. `times(x, y)` sets y = A x; `diagonal` (all > 0) is that
/// of A, or near to it.
template <class Times>
Eigen::VectorXd conjugate_gradients(const Eigen::VectorXd& diagonal, const Eigen::VectorXd& b,
                                    double accuracy, Eigen::Index most, Times&& times) {
  Eigen::VectorXd x = Eigen::VectorXd::Zero(b.size()), rest = b, image(b.size());
  Eigen::VectorXd scaled = rest.cwiseQuotient(diagonal), direction = scaled;
  double rho = rest.dot(scaled);
  const double stop = rho * accuracy * accuracy;
  for (Eigen::Index k = 0; k < most && rho > stop; ++k) {
    times(direction, image);
    const double bent = direction.dot(image);
    if (!(bent > 0))
      break;
    const double along = rho / bent;
    x += along * direction;
    rest -= along * image;
    scaled = rest.cwiseQuotient(diagonal);
    const double next = rest.dot(scaled);
    direction = scaled + next / rho * direction;
    rho = next;
  }
  return x;
}

} // namespace libeval::kernel
