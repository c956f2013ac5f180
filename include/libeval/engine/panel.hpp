// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/domain/program.hpp>
#include <libeval/engine/decision.hpp>
#include <libeval/engine/whatif.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace libeval {

/// How one juror marked, beside the others.
struct JurorCheck {
  std::string juror;
  std::size_t marks = 0;
  double mean = 0;
  std::optional<double> severity, error; ///< added to every mark, with its standard error
  std::optional<double> spread;          ///< standard deviation of the own marks
  std::optional<double> fit; ///< correlation with the mean of the others on the same units
  std::optional<double> off; ///< root mean square of what unit and severity do not explain
  bool tried = false;        ///< the stage was decided without the juror; then
  std::vector<CandidateChange> without; ///< whose outcome would have been another
};

/// How sure the score of a part is: its deviation when the jurors are drawn anew.
struct DrawnScore {
  std::size_t candidate = 0;
  std::optional<double> score, error;
};

/// Where a coefficient of agreement lies with 95 % confidence.
struct AgreementLimits {
  std::string name; ///< as in Agreement
  double lower = 0, upper = 0;
};

/// One part that rests on a panel, its agreement and its jurors.
struct PanelCheck : PanelAgreement {
  std::string stage;
  std::vector<AgreementLimits> limits; ///< of intraclass correlations, where there are any
  std::vector<JurorCheck> jurors;
  double residual_sd = 0;  ///< of the additive model behind `severity`
  std::string no_severity; ///< why no juror has one
  std::size_t draws = 0;   ///< how often the jurors were drawn anew
  std::vector<DrawnScore> drawn;
};

struct PanelOptions {
  std::string stage, part; ///< empty: all
  bool without = true;     ///< decide without each juror
  std::size_t draws = 0;   ///< bootstrap of jurors
  std::uint64_t seed = 1;
};

/// Without how many jurors at most a panel is decided again, one by one.
inline constexpr std::size_t most_left_out = 200;

/// Every part of the decided stages that takes the marks of several people from evidence with such
/// a dimension (`juror_dimension`) and brings them together. Agreement is that of the values as
/// they stand right before the first step that does so. Deciding without each juror and drawing
/// anew cost a decision each. The bundle is one that `decide` took without errors.
[[nodiscard]] std::vector<PanelCheck> check_panels(const Bundle& bundle, const Decision& decision,
                                                   const PanelOptions& options = {});

/// Puts the agreement of each panel beside the scores of its stage (StageDecision::panels).
/// Evidence of more rows than this is left to `check_panels`.
inline constexpr std::size_t most_rows_beside = 200'000;
void add_agreement(const Bundle& bundle, Decision& decision);

} // namespace libeval
