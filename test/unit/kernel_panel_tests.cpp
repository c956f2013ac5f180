// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <libeval/kernel/agreement.hpp>
#include <libeval/kernel/severity.hpp>

#include <cmath>

using namespace libeval::kernel;

namespace {

/// Units of `size` marks each.
Groups units_of(std::size_t size, std::size_t marks) {
  Groups out;
  for (std::size_t at = size; at <= marks; at += size) {
    out.offsets.push_back(static_cast<std::uint32_t>(at));
  }
  return out;
}

std::vector<Exact> exact(const std::vector<double>& marks) {
  std::vector<Exact> out;
  for (const double mark : marks) {
    out.push_back(from_decimal(mark));
  }
  return out;
}

} // namespace

TEST_CASE("alpha of a panel in full agreement is one") {
  const std::vector<double> marks = {1, 1, 1, 2, 2, 2, 5, 5, 5};
  for (const Metric metric : {Metric::nominal, Metric::ordinal, Metric::interval, Metric::ratio}) {
    CHECK(krippendorff_alpha(marks, units_of(3, 9), metric).value == 1);
  }
}

TEST_CASE("alpha says why it has no value") {
  const std::vector<double> marks = {3, 3, 3, 3};
  const Alpha equal = krippendorff_alpha(marks, units_of(2, 4), Metric::interval);
  CHECK_FALSE(equal.value.has_value());
  CHECK(equal.why == NoAgreement::constant);
  const Alpha alone = krippendorff_alpha(marks, units_of(1, 4), Metric::interval);
  CHECK_FALSE(alone.value.has_value());
  CHECK(alone.why == NoAgreement::too_few);
  const Alpha none = krippendorff_alpha({}, Groups{}, Metric::nominal);
  CHECK(none.why == NoAgreement::too_few);
  const std::vector<double> below = {-1, 2, 3, 4};
  CHECK(krippendorff_alpha(below, units_of(2, 4), Metric::ratio).why == NoAgreement::negative);
  CHECK(krippendorff_alpha(below, units_of(2, 4), Metric::ordinal).value.has_value());
}

TEST_CASE("alpha leaves out masked marks and units that are left alone") {
  const std::vector<double> marks = {1, 2, 9, 4, 4, 7, 7};
  const Groups units{{0, 3, 5, 7}, {}};
  const std::vector<std::uint8_t> mask = {1, 1, 0, 1, 0, 1, 1};
  const std::vector<double> kept = {1, 2, 7, 7};
  const Alpha masked = krippendorff_alpha(marks, units, Metric::interval, mask);
  CHECK(masked.units == 2);
  CHECK(masked.marks == 4);
  CHECK(masked.value == krippendorff_alpha(kept, units_of(2, 4), Metric::interval).value);
}

TEST_CASE("alpha of zeros of both signs and of marks far out is finite") {
  const std::vector<double> zeros = {0.0, -0.0, 1, 1};
  CHECK(krippendorff_alpha(zeros, units_of(2, 4), Metric::nominal).value == 1);
  const std::vector<double> huge = {-1.7e308, 1.7e308, 1.7e308, 1.7e308};
  const std::vector<double> small = {-1, 1, 1, 1};
  CHECK(krippendorff_alpha(huge, units_of(2, 4), Metric::interval).value.value() ==
        Approx(krippendorff_alpha(small, units_of(2, 4), Metric::interval).value.value()));
  const std::vector<double> tiny = {0, 5e-324, 5e-324, 5e-324};
  const auto alpha = krippendorff_alpha(tiny, units_of(2, 4), Metric::ordinal);
  CHECK(alpha.value.has_value());
}

TEST_CASE("intraclass correlations need two units, two jurors and a difference") {
  CHECK(intraclass(Eigen::MatrixXd::Ones(1, 3)).why == NoAgreement::too_few);
  CHECK(intraclass(Eigen::MatrixXd::Ones(3, 1)).why == NoAgreement::too_few);
  CHECK(intraclass(Eigen::MatrixXd::Ones(3, 3)).why == NoAgreement::constant);
  Eigen::MatrixXd shifted(3, 2); // the second juror gives one point more
  shifted << 1, 2, 4, 5, 7, 8;
  const Icc icc = intraclass(shifted);
  CHECK(icc.single[2].value() == Approx(1));
  CHECK(icc.single[1].value() < 1);
  CHECK(icc.residual == Approx(0).margin(1e-15));
}

TEST_CASE("concordance is one for equal orders and undefined where everybody ties everything") {
  Eigen::MatrixXd marks(4, 2);
  marks << 1, 10, 2, 30, 3, 31, 9, 99;
  CHECK(kendall_w(marks).w == 1);
  marks.col(0) = -marks.col(1);
  CHECK(kendall_w(marks).w == 0);
  const Concordance tied = kendall_w(Eigen::MatrixXd::Ones(4, 3));
  CHECK_FALSE(tied.w.has_value());
  CHECK(tied.why == NoAgreement::constant);
  CHECK(kendall_w(Eigen::MatrixXd::Ones(1, 3)).why == NoAgreement::too_few);
}

TEST_CASE("kappa needs equal numbers of marks and two categories") {
  const std::vector<double> marks = {1, 2, 2, 1, 1};
  CHECK(fleiss_kappa(marks, Groups{{0, 2, 5}, {}}).why == NoAgreement::unequal);
  CHECK(fleiss_kappa(marks, Groups{{0, 1, 2}, {}}).why == NoAgreement::too_few);
  const std::vector<double> equal = {1, 1, 1, 1};
  CHECK(fleiss_kappa(equal, units_of(2, 4)).why == NoAgreement::constant);
  const std::vector<double> agreed = {1, 1, 2, 2};
  CHECK(fleiss_kappa(agreed, units_of(2, 4)).value == 1);
  CHECK(fleiss_kappa(agreed, Groups{{0, 2, 2, 4}, {}}).value == 1); // an empty unit
}

TEST_CASE("severity of a complete panel gives the means, and a half stays a half") {
  // three candidates, two jurors, the second one and a half points more generous
  const Factor candidate{{0, 0, 1, 1, 2, 2}, 3}, juror{{0, 1, 0, 1, 0, 1}, 2};
  const Severity found = severity(exact({7.1, 8.6, 5.2, 6.7, 3.3, 4.8}), {candidate, juror});
  REQUIRE(found.estimated());
  CHECK(to_double(found.scores[0]) == 7.85);
  CHECK(to_double(found.scores[1]) == 5.95);
  CHECK(abs(found.scores[2] - from_decimal(4.05)) < Exact(1e-28));
  CHECK(found.effects[0][0] == Approx(-0.75));
  CHECK(found.effects[0][1] == Approx(0.75));
  CHECK(found.residual_sd == Approx(0).margin(1e-14));
}

TEST_CASE("severity undoes a generous juror whom only some candidates met") {
  // a: strict and fair juror; b: fair and generous juror; true scores 6 and 6, effects -1, 0, 1
  const Severity found = severity(exact({5, 6, 6, 7}), {{{0, 0, 1, 1}, 2}, {{0, 1, 1, 2}, 3}});
  REQUIRE(found.estimated());
  CHECK(to_double(found.scores[0]) == Approx(6));
  CHECK(to_double(found.scores[1]) == Approx(6));
  CHECK(found.effects[0][2] == Approx(1));
  CHECK(found.score_errors.empty()); // four marks, four numbers: nothing is left to judge by
  CHECK(found.degrees_of_freedom == 0);
}

TEST_CASE("severity names the parts of a design that nothing joins") {
  const Severity found = severity(exact({5, 6, 7, 8}), {{{0, 1, 2, 3}, 4}, {{0, 0, 1, 1}, 2}});
  CHECK_FALSE(found.estimated());
  CHECK(found.parts == 2);
  CHECK(found.part == std::vector<std::uint32_t>{0, 0, 1, 1});
  CHECK(found.scores.empty());
}

TEST_CASE("severity says when jurors and items cannot be told apart") {
  // each juror marks one item only
  const Severity found =
      severity(exact({5, 6, 7, 8}), {{{0, 0, 1, 1}, 2}, {{0, 1, 0, 1}, 2}, {{0, 1, 0, 1}, 2}});
  CHECK_FALSE(found.estimated());
  CHECK(found.confounded);
}

TEST_CASE("severity of one candidate, of one juror and of a juror with one mark") {
  const Severity one = severity(exact({5, 8}), {{{0, 0}, 1}, {{0, 1}, 2}});
  CHECK(to_double(one.scores[0]) == 6.5);
  const Severity juror = severity(exact({5, 8}), {{{0, 1}, 2}, {{0, 0}, 1}});
  CHECK(to_double(juror.scores[0]) == 5);
  CHECK(to_double(juror.scores[1]) == 8);
  CHECK(juror.effects[0] == std::vector<double>{0});
  const Severity lone =
      severity(exact({5, 6, 7, 8, 9}), {{{0, 0, 1, 1, 1}, 2}, {{0, 1, 0, 1, 2}, 3}});
  REQUIRE(lone.estimated());
  CHECK(lone.residuals[4] == Approx(0).margin(1e-14)); // his mark says nothing of the others
}

TEST_CASE("severity refuses what does not fit, by name") {
  CHECK_THROWS_AS(severity(exact({1, 2}), {{{0, 1}, 2}}), std::invalid_argument);
  CHECK_THROWS_AS(severity({}, {{{}, 0}, {{}, 0}}), std::invalid_argument);
  CHECK_THROWS_AS(severity(exact({1, 2}), {{{0, 1}, 2}, {{0}, 1}}), std::invalid_argument);
  CHECK_THROWS_AS(severity(exact({1, 2}), {{{0, 1}, 3}, {{0, 0}, 1}}), std::invalid_argument);
  CHECK_THROWS_AS(severity(exact({1, 2}), {{{0, 5}, 2}, {{0, 0}, 1}}), std::invalid_argument);
}
