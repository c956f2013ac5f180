// SPDX-License-Identifier: Apache-2.0
#include <libeval/kernel/elo.hpp>

#include <libeval/kernel/each.hpp>

#include <cmath>

namespace libeval::kernel {

Eigen::VectorXd elo(Eigen::VectorXd ratings, std::span<const EloSide> sides,
                    std::span<const std::uint32_t> periods, const EloRule& rule) {
  const double step = rule.digits ? std::pow(10.0, -*rule.digits) : 0;
  Eigen::VectorXd change = Eigen::VectorXd::Zero(ratings.size());
  for (std::size_t p = 0; p + 1 < periods.size(); ++p) {
    const auto period = sides.subspan(periods[p], periods[p + 1] - periods[p]);
    for (const EloSide& side : period) {
      const double ahead = ratings(side.item) + side.edge - ratings(side.other);
      const double expected = 1 / (1 + std::pow(10.0, -ahead / rule.scale));
      change(side.item) += side.k * (side.result - expected);
    }
    for (const EloSide& side : period) {
      double& points = change(side.item);
      ratings(side.item) += step > 0 ? round_to(points, step, RoundMode::half_away) : points;
      points = 0;
    }
  }
  return ratings;
}

} // namespace libeval::kernel
