// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"
#include "support/reference_panel.hpp"

#include <libeval/kernel/agreement.hpp>
#include <libeval/kernel/severity.hpp>

#include <rapidcheck.h>

#include <algorithm>
#include <cmath>
#include <numeric>

using namespace libeval::kernel;
using libeval::test::Panel;

namespace {

void law(const char* words, const std::function<void()>& property) {
  CHECK(rc::check(words, property));
}

/// Up to eight units with up to six marks, some of them equal.
Panel any_panel() {
  const int levels = *rc::gen::element(2, 5, 40);
  return *rc::gen::container<Panel>(
      *rc::gen::inRange<std::size_t>(0, 9),
      rc::gen::resize(6, rc::gen::container<std::vector<double>>(rc::gen::map(
                             rc::gen::inRange(0, levels), [](int x) { return x / 4.0; }))));
}

struct Flat {
  std::vector<double> marks;
  Groups units;
};

Flat flat(const Panel& panel) {
  Flat out;
  for (const auto& unit : panel) {
    out.marks.insert(out.marks.end(), unit.begin(), unit.end());
    out.units.offsets.push_back(static_cast<std::uint32_t>(out.marks.size()));
  }
  return out;
}

Metric any_metric() {
  return *rc::gen::element(Metric::nominal, Metric::ordinal, Metric::interval, Metric::ratio);
}

Alpha alpha_of(const Panel& panel, Metric metric) {
  const Flat f = flat(panel);
  return krippendorff_alpha(f.marks, f.units, metric);
}

bool close(double a, double b, double scale = 1) {
  return std::fabs(a - b) <= 1e-9 * (scale + std::fabs(a) + std::fabs(b));
}

Eigen::MatrixXd any_matrix() {
  const auto rows = *rc::gen::inRange(2, 8), columns = *rc::gen::inRange(2, 6);
  Eigen::MatrixXd out(rows, columns);
  const int levels = *rc::gen::element(3, 40);
  for (Eigen::Index i = 0; i < rows; ++i) {
    for (Eigen::Index j = 0; j < columns; ++j) {
      out(i, j) = *rc::gen::inRange(0, levels) / 4.0;
    }
  }
  return out;
}

struct Design {
  std::vector<double> marks;
  std::vector<Factor> factors;
};

/// Marks with a level of each of two or three factors; levels without a mark are closed up.
Design any_design(std::size_t most = 40) {
  Design out;
  const auto n = *rc::gen::inRange<std::size_t>(1, most);
  const auto factors = *rc::gen::inRange(2, 4);
  for (std::size_t i = 0; i < n; ++i) {
    out.marks.push_back(*rc::gen::inRange(0, 41) / 4.0);
  }
  for (int f = 0; f < factors; ++f) {
    const auto levels = *rc::gen::inRange<std::uint32_t>(1, f == 2 ? 4 : 8);
    auto level = *rc::gen::container<std::vector<std::uint32_t>>(
        n, rc::gen::inRange<std::uint32_t>(0, levels));
    auto used = level;
    std::sort(used.begin(), used.end());
    used.erase(std::unique(used.begin(), used.end()), used.end());
    for (auto& l : level) {
      l = static_cast<std::uint32_t>(std::lower_bound(used.begin(), used.end(), l) - used.begin());
    }
    out.factors.push_back({std::move(level), used.size()});
  }
  return out;
}

std::vector<Exact> exact(const std::vector<double>& marks) {
  return {marks.begin(), marks.end()};
}

} // namespace

TEST_CASE("laws of agreement") {
  law("alpha equals its definition over all pairs", [] {
    const Panel panel = any_panel();
    const Metric metric = any_metric();
    const auto expected = libeval::test::plain_alpha(panel, metric);
    const auto found = alpha_of(panel, metric).value;
    RC_ASSERT(found.has_value() == expected.has_value());
    RC_ASSERT(!found || close(*found, *expected));
  });
  law("the order of units and of marks within them does not matter", [] {
    const Panel panel = any_panel();
    const Metric metric = any_metric();
    Panel turned(panel.rbegin(), panel.rend());
    for (auto& unit : turned) {
      std::reverse(unit.begin(), unit.end());
    }
    const auto a = alpha_of(panel, metric).value, b = alpha_of(turned, metric).value;
    RC_ASSERT(a.has_value() == b.has_value());
    RC_ASSERT(!a || close(*a, *b));
  });
  law("ordinal alpha sees only the order, interval alpha no shift and no scale", [] {
    Panel panel = any_panel();
    const auto ordinal = alpha_of(panel, Metric::ordinal).value;
    const auto interval = alpha_of(panel, Metric::interval).value;
    Panel cubed = panel;
    for (std::size_t i = 0; i < panel.size(); ++i) {
      for (std::size_t j = 0; j < panel[i].size(); ++j) {
        cubed[i][j] = std::pow(panel[i][j], 3);
        panel[i][j] = 8 * panel[i][j] - 100;
      }
    }
    const auto cubes = alpha_of(cubed, Metric::ordinal).value;
    const auto moved = alpha_of(panel, Metric::interval).value;
    RC_ASSERT(ordinal.has_value() == cubes.has_value());
    RC_ASSERT(!ordinal || close(*ordinal, *cubes));
    RC_ASSERT(interval.has_value() == moved.has_value());
    RC_ASSERT(!interval || close(*interval, *moved));
  });
  law("no alpha is above one", [] {
    const auto alpha = alpha_of(any_panel(), any_metric()).value;
    RC_PRE(alpha.has_value());
    RC_ASSERT(*alpha <= 1);
  });
  law("concordance lies between zero and one and sees only each juror's order", [] {
    const Eigen::MatrixXd marks = any_matrix();
    const auto w = kendall_w(marks).w;
    RC_PRE(w.has_value());
    RC_ASSERT(*w >= 0);
    RC_ASSERT(*w <= 1 + 1e-12);
    RC_ASSERT(close(*w, kendall_w(marks.array().cube().matrix()).w.value()));
  });
  law("with two jurors nominal alpha and kappa differ only by the small-sample correction", [] {
    const auto n = *rc::gen::inRange<std::size_t>(1, 20);
    const Flat f{*rc::gen::container<std::vector<double>>(
                     2 * n, rc::gen::map(rc::gen::inRange(0, 3), [](int x) { return x * 1.0; })),
                 [n] {
                   Groups out;
                   for (std::size_t u = 1; u <= n; ++u) {
                     out.offsets.push_back(static_cast<std::uint32_t>(2 * u));
                   }
                   return out;
                 }()};
    const auto alpha = krippendorff_alpha(f.marks, f.units, Metric::nominal).value;
    const auto kappa = fleiss_kappa(f.marks, f.units).value;
    RC_ASSERT(alpha.has_value() == kappa.has_value());
    const auto marks = static_cast<double>(2 * n);
    RC_ASSERT(!alpha || close(1 - *alpha, (1 - *kappa) * (marks - 1) / marks));
  });
  law("an intraclass correlation of absolute agreement sees a shift of one juror", [] {
    Eigen::MatrixXd marks = any_matrix();
    const Icc before = intraclass(marks);
    marks.col(0).array() += 3;
    const Icc after = intraclass(marks);
    RC_ASSERT(before.single[2].has_value() == after.single[2].has_value() ||
              before.why != NoAgreement::none);
    if (before.single[2] && after.single[2]) {
      RC_ASSERT(close(*before.single[2], *after.single[2]));
    }
    for (const auto& form : after.single) {
      RC_ASSERT(!form || *form <= 1 + 1e-12);
    }
  });
}

TEST_CASE("laws of severity") {
  law("scores, effects and their errors equal dense least squares", [] {
    const Design d = any_design();
    const Severity found = severity(exact(d.marks), d.factors);
    const auto expected = libeval::test::plain_severity(d.marks, d.factors);
    RC_ASSERT(found.estimated() == expected.full_rank);
    RC_TAG(found.estimated() ? "estimated" : found.parts > 1 ? "in parts" : "confounded");
    if (!found.estimated()) {
      return;
    }
    for (std::size_t i = 0; i < expected.scores.size(); ++i) {
      RC_ASSERT(close(to_double(found.scores[i]), expected.scores[i], 10));
    }
    for (std::size_t f = 0; f < expected.effects.size(); ++f) {
      for (std::size_t l = 0; l < expected.effects[f].size(); ++l) {
        RC_ASSERT(close(found.effects[f][l], expected.effects[f][l], 10));
      }
    }
    if (found.degrees_of_freedom > 0) {
      RC_ASSERT(close(found.residual_sd, expected.residual_sd, 10));
      for (std::size_t i = 0; i < expected.scores.size(); ++i) {
        RC_ASSERT(close(found.score_errors[i], expected.score_errors[i], 10));
      }
      for (std::size_t f = 0; f < expected.effects.size(); ++f) {
        for (std::size_t l = 0; l < expected.effects[f].size(); ++l) {
          RC_ASSERT(close(found.effect_errors[f][l], expected.effect_errors[f][l], 10));
        }
      }
    }
  });
  law("a juror who gives more to everybody changes no score but by the same for all", [] {
    Design d = any_design();
    const Severity before = severity(exact(d.marks), d.factors);
    RC_PRE(before.estimated());
    for (std::size_t i = 0; i < d.marks.size(); ++i) {
      d.marks[i] += d.factors[1].level[i] == 0 ? 3 : 0;
    }
    const Severity after = severity(exact(d.marks), d.factors);
    const double shift = 3.0 / static_cast<double>(d.factors[1].levels);
    for (std::size_t i = 0; i < before.scores.size(); ++i) {
      RC_ASSERT(close(to_double(after.scores[i] - before.scores[i]), shift, 10));
    }
  });
  law("candidates in different parts never share a juror", [] {
    const Design d = any_design(8);
    const Severity found = severity(exact(d.marks), d.factors);
    RC_CLASSIFY(found.parts > 1);
    for (std::size_t i = 0; i < d.marks.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (d.factors[1].level[i] == d.factors[1].level[j]) {
          RC_ASSERT(found.parts == 1 ||
                    found.part[d.factors[0].level[i]] == found.part[d.factors[0].level[j]]);
        }
      }
    }
  });
}
