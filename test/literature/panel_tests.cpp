// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"
#include "support/facts.hpp"

#include <libeval/kernel/agreement.hpp>
#include <libeval/kernel/each.hpp>
#include <libeval/kernel/rank.hpp>
#include <libeval/kernel/reduce.hpp>
#include <libeval/kernel/severity.hpp>

#include <array>
#include <cmath>
#include <map>

using namespace libeval::kernel;
using libeval::test::known_answer;

namespace {

struct Marks {
  std::vector<double> marks;
  Groups units;
};

/// Rows of raters, null where nothing was marked, as marks grouped by unit.
Marks by_unit(const nlohmann::json& ratings) {
  Marks out;
  for (std::size_t unit = 0; unit < ratings.at(0).size(); ++unit) {
    for (const auto& row : ratings) {
      if (!row.at(unit).is_null()) {
        out.marks.push_back(row.at(unit).get<double>());
      }
    }
    out.units.offsets.push_back(static_cast<std::uint32_t>(out.marks.size()));
  }
  return out;
}

Eigen::MatrixXd matrix(const nlohmann::json& rows) {
  Eigen::MatrixXd out(rows.size(), rows.at(0).size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::size_t j = 0; j < rows.at(i).size(); ++j) {
      out(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j)) =
          rows.at(i).at(j).get<double>();
    }
  }
  return out;
}

void check_alpha(const std::string& id, double tolerance) {
  const auto answer = known_answer("panels.json", id);
  const Marks panel = by_unit(answer.at("ratings"));
  const std::map<std::string, Metric> metrics = {{"nominal", Metric::nominal},
                                                 {"ordinal", Metric::ordinal},
                                                 {"interval", Metric::interval},
                                                 {"ratio", Metric::ratio}};
  for (const auto& [metric, expected] : answer.at("expected").items()) {
    CAPTURE(metric);
    const Alpha alpha = krippendorff_alpha(panel.marks, panel.units, metrics.at(metric));
    REQUIRE(alpha.value.has_value());
    CHECK(*alpha.value == Approx(expected.get<double>()).margin(tolerance).epsilon(0));
  }
}

} // namespace

TEST_CASE("alpha in four metrics with missing marks (Krippendorff 2011, data set C)") {
  check_alpha("kripp_alpha_4x12", 1e-9);
}

TEST_CASE("alpha of three raters and fifteen units (Wikipedia, values by irr)") {
  check_alpha("kripp_alpha_3x15_wikipedia", 1e-8);
}

TEST_CASE("alpha of two raters who always disagree is below zero (fast-krippendorff, issue 27)") {
  check_alpha("kripp_alpha_edge_systematic_disagreement", 1e-12);
}

TEST_CASE("six intraclass correlations (Shrout and Fleiss 1979)") {
  const auto answer = known_answer("panels.json", "icc_shrout_fleiss_1979");
  const Icc icc = intraclass(matrix(answer.at("ratings")));
  const auto expected = answer.at("expected");
  const std::array<const char*, 3> one = {"ICC(1,1)", "ICC(2,1)", "ICC(3,1)"};
  const std::array<const char*, 3> all = {"ICC(1,4)", "ICC(2,4)", "ICC(3,4)"};
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(icc.single[i].value() ==
          Approx(expected.at(one[i]).get<double>()).margin(1e-7).epsilon(0));
    CHECK(icc.average[i].value() ==
          Approx(expected.at(all[i]).get<double>()).margin(1e-7).epsilon(0));
    // as printed in the paper, to two places
    CHECK(std::round(100 * *icc.single[i]) ==
          std::round(100 * answer.at("published").at(one[i]).get<double>()));
    CHECK(std::round(100 * *icc.average[i]) ==
          std::round(100 * answer.at("published").at(all[i]).get<double>()));
  }
  CHECK(icc.between_units == Approx(expected.at("MS_targets").get<double>()).margin(5e-6));
  CHECK(icc.between_jurors == Approx(expected.at("MS_judges").get<double>()).margin(5e-6));
  CHECK(icc.residual == Approx(expected.at("MS_error").get<double>()).margin(5e-6));
}

TEST_CASE("limits of the six intraclass correlations (Shrout and Fleiss 1979, by psych)") {
  const auto answer = known_answer("panels.json", "icc_shrout_fleiss_1979");
  const Icc icc = intraclass(matrix(answer.at("ratings")), 0.95);
  const auto& expected = answer.at("limits_by_psych");
  const auto near = [](const std::optional<Icc::Limits>& limits, const auto& printed) {
    REQUIRE(limits.has_value());
    CHECK(limits->lower == Approx(printed.at(0).template get<double>()).margin(6e-8).epsilon(0));
    CHECK(limits->upper == Approx(printed.at(1).template get<double>()).margin(6e-8).epsilon(0));
  };
  for (std::size_t i = 0; i < 3; ++i) {
    const std::string form = "ICC(" + std::to_string(i + 1);
    near(icc.single_limits[i], expected.at(form + ",1)"));
    near(icc.average_limits[i], expected.at(form + ",4)"));
  }
  // Where jurors agree but for their severity, F has no end.
  const Icc perfect = intraclass((Eigen::MatrixXd(3, 2) << 1, 3, 2, 4, 5, 7).finished());
  CHECK_FALSE(perfect.single_limits[2].has_value());
}

TEST_CASE("kappa of six raters and five diagnoses (Fleiss 1971)") {
  const auto answer = known_answer("panels.json", "fleiss_kappa_1971");
  std::vector<double> marks;
  Groups units;
  for (const auto& row : answer.at("counts")) {
    for (std::size_t category = 0; category < row.size(); ++category) {
      marks.insert(marks.end(), row.at(category).get<std::size_t>(), static_cast<double>(category));
    }
    units.offsets.push_back(static_cast<std::uint32_t>(marks.size()));
  }
  const Kappa kappa = fleiss_kappa(marks, units);
  REQUIRE(kappa.value.has_value());
  const auto expected = answer.at("expected");
  CHECK(*kappa.value == Approx(expected.at("kappa").get<double>()).margin(1e-8).epsilon(0));
  CHECK(kappa.z == Approx(expected.at("z").get<double>()).epsilon(1e-8));
  const auto categories = expected.at("per_category").get<std::vector<double>>();
  REQUIRE(kappa.by_category.size() == categories.size());
  for (std::size_t i = 0; i < categories.size(); ++i) {
    CHECK(kappa.by_category[i] == Approx(categories[i]).margin(5e-4).epsilon(0)); // three places
  }
}

TEST_CASE("concordance of four judges and three objects (ProofWiki)") {
  const auto answer = known_answer("panels.json", "kendall_w_proofwiki");
  const Concordance found = kendall_w(matrix(answer.at("ranks")));
  CHECK(found.w.value() == Approx(answer.at("expected").at("W").get<double>()).epsilon(1e-12));
  CHECK(found.squares == answer.at("expected").at("S").get<double>());
}

TEST_CASE("concordance of four judges and ten objects (Kendall's coefficient, scribd 659863121)") {
  const auto answer = known_answer("panels.json", "kendall_w_10x4");
  const Concordance found = kendall_w(matrix(answer.at("ranks")));
  CHECK(found.w.value() == Approx(answer.at("expected").at("W").get<double>()).epsilon(1e-12));
  CHECK(found.squares == answer.at("expected").at("S").get<double>());
  CHECK(found.rank_sums == answer.at("expected").at("rank_sums").get<std::vector<double>>());
}

TEST_CASE("concordance with ties and ICC of three raters of anxiety (examples of irr)") {
  const auto answer = known_answer("panels.json", "anxiety_irr");
  const auto expected = answer.at("expected");
  const Eigen::MatrixXd marks = matrix(answer.at("ratings"));
  const Concordance found = kendall_w(marks);
  CHECK(found.w.value() == Approx(expected.at("W").get<double>()).margin(5e-3).epsilon(0));
  CHECK(found.chi_square ==
        Approx(expected.at("chi_square").get<double>()).margin(5e-2).epsilon(0));
  CHECK(intraclass(marks).single[1].value() ==
        Approx(expected.at("ICC(2,1)").get<double>()).margin(5e-4).epsilon(0));
}

TEST_CASE("least squares means of four catalysts in incomplete blocks (Montgomery)") {
  const auto answer = known_answer("panels.json", "bibd_montgomery_catalyst");
  std::vector<Exact> marks;
  Factor treatment{{}, 4}, block{{}, 4};
  for (std::uint32_t i = 0; i < 4; ++i) {
    for (std::uint32_t j = 0; j < 4; ++j) {
      const auto& cell = answer.at("treatments_by_blocks").at(i).at(j);
      if (!cell.is_null()) {
        marks.emplace_back(cell.get<double>());
        treatment.level.push_back(i);
        block.level.push_back(j);
      }
    }
  }
  const Severity found = severity(marks, {treatment, block});
  const auto expected = answer.at("expected");
  const auto means = expected.at("means").get<std::vector<double>>();
  REQUIRE(found.estimated());
  for (std::size_t i = 0; i < means.size(); ++i) {
    CHECK(to_double(found.scores[i]) == means[i]); // eighths: exact
    CHECK(found.score_errors[i] ==
          Approx(expected.at("standard_error").get<double>()).margin(5e-5).epsilon(0));
  }
  CHECK(found.residual_sd * found.residual_sd ==
        Approx(expected.at("mean_square_error").get<double>()).epsilon(1e-12));
  CHECK(found.degrees_of_freedom == expected.at("degrees_of_freedom").get<std::size_t>());
}

TEST_CASE("trimmed mean of nine marks (figure skating protocol, Papadakis and Cizeron)") {
  const auto answer = known_answer("panels.json", "trimmed_mean_figure_skating");
  std::vector<Exact> marks;
  for (const double mark : answer.at("marks")) {
    marks.push_back(from_decimal(mark));
  }
  const Groups panel = one_group(marks.size());
  const Kept kept = keep<Exact>(marks, panel, {1, 1, 0, 0, false});
  const auto sum = reduce<Exact>(marks, panel, {Reducer::sum, 0, {}}, {}, kept.mask);
  const auto mean = reduce<Exact>(marks, panel, {Reducer::mean, 0, {}}, {}, kept.mask);
  CHECK(to_double(sum.values[0]) == answer.at("expected").at("sum_kept"));
  CHECK(to_double(round_to(mean.values[0], 0.01, RoundMode::half_up)) ==
        answer.at("expected").at("value"));
}

TEST_CASE("average rank over tasks (Codabench, pull request 2351)") {
  const auto answer = known_answer("panels.json", "codabench_average_rank");
  const auto rows = answer.at("rows").get<std::vector<std::vector<double>>>();
  std::vector<double> cells;
  Groups candidates;
  Groups tasks;
  for (const auto& row : rows) {
    cells.insert(cells.end(), row.begin(), row.end());
    candidates.offsets.push_back(static_cast<std::uint32_t>(cells.size()));
  }
  for (std::uint32_t task = 0; task < 2; ++task) {
    for (std::uint32_t row = 0; row < rows.size(); ++row) {
      tasks.members.push_back(2 * row + task);
    }
    tasks.offsets.push_back(static_cast<std::uint32_t>(tasks.members.size()));
  }
  const auto places = rank<double>(cells, tasks, {TieRule::fractional, 0, false});
  CHECK(reduce<double>(places, candidates, {Reducer::mean, 0, {}}).values ==
        answer.at("expected").at("average_rank").get<std::vector<double>>());
}

TEST_CASE("percentiles of grant proposals (formula of the NIH)") {
  const auto answer = known_answer("panels.json", "nih_percentile_formula");
  const auto n = answer.at("n").get<std::size_t>();
  std::vector<double> scores; // the smaller, the better
  for (std::size_t i = 0; i < n; ++i) {
    scores.push_back(static_cast<double>(i));
  }
  const auto places = rank<double>(scores, one_group(n), {TieRule::competition, 0, true});
  const auto expected = answer.at("expected").at("percentile").get<std::vector<double>>();
  const auto ranks = answer.at("ranks").get<std::vector<std::size_t>>();
  for (std::size_t i = 0; i < ranks.size(); ++i) {
    const double percentile = 100 * (places[ranks[i] - 1] - 0.5) / static_cast<double>(n);
    CHECK(percentile == Approx(expected[i]).epsilon(1e-14));
  }
}
