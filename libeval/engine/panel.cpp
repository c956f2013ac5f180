// SPDX-License-Identifier: Apache-2.0
#include <libeval/engine/panel.hpp>

#include "engine/compile/compile.hpp"
#include "engine/drawn.hpp"
#include "engine/run/run.hpp"

#include <libeval/domain/language.hpp>
#include <libeval/engine/decide.hpp>
#include <libeval/kernel/agreement.hpp>
#include <libeval/kernel/draw.hpp>
#include <libeval/kernel/severity.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace libeval {
namespace {

using Codes = std::vector<std::uint32_t>;

/// Marks with who gave them and what they are for.
struct Marks {
  std::vector<double> value;
  Codes unit, juror;
  std::vector<std::string> jurors;
  std::size_t units = 0;
};

/// Whether a step brings the members of a dimension together, or sets some of them aside.
bool brings_together(const Step& step, const std::string& dimension) {
  const StepWord* word = find_step(step.name);
  if (word != nullptr && word->family == StepFamily::aside) {
    const auto over = read_names(step.args.find("over"));
    return std::ranges::any_of(
        over, [&](const std::string& name) { return name == dimension || name == "all"; });
  }
  return step.name != "pick" && reduces({step}, dimension);
}

std::string in_words(kernel::NoAgreement why) {
  switch (why) {
  case kernel::NoAgreement::none:
    return {};
  case kernel::NoAgreement::too_few:
    return "nothing was marked by several";
  case kernel::NoAgreement::constant:
    return "all marks are equal";
  case kernel::NoAgreement::unequal:
    return "units have different numbers of marks";
  case kernel::NoAgreement::negative:
    return "marks below zero have no ratio";
  }
  return {};
}

/// Marks of each unit side by side.
kernel::Groups by_unit(const Marks& marks) {
  kernel::Groups out;
  out.offsets.assign(marks.units + 1, 0);
  for (const std::uint32_t unit : marks.unit)
    ++out.offsets[unit + 1];
  for (std::size_t u = 0; u < marks.units; ++u)
    out.offsets[u + 1] += out.offsets[u];
  out.members.resize(marks.unit.size());
  Codes next(out.offsets.begin(), out.offsets.end() - 1);
  for (std::uint32_t i = 0; i < marks.unit.size(); ++i)
    out.members[next[marks.unit[i]]++] = i;
  return out;
}

/// Units that every juror marked, as rows.
Eigen::MatrixXd complete_units(const Marks& marks, const kernel::Groups& units) {
  const std::size_t n = marks.jurors.size();
  std::vector<std::size_t> whole;
  for (std::size_t u = 0; u < marks.units; ++u)
    if (units.size(u) == n)
      whole.push_back(u);
  Eigen::MatrixXd out(static_cast<Eigen::Index>(whole.size()), static_cast<Eigen::Index>(n));
  for (std::size_t row = 0; row < whole.size(); ++row)
    for (std::uint32_t at = units.offsets[whole[row]]; at < units.offsets[whole[row] + 1]; ++at)
      out(static_cast<Eigen::Index>(row), static_cast<Eigen::Index>(marks.juror[units.cell(at)])) =
          marks.value[units.cell(at)];
  return out;
}

void agree(const Marks& marks, const kernel::Groups& units, PanelCheck& out) {
  using kernel::Metric;
  const auto add = [&](const char* name, std::optional<double> value, kernel::NoAgreement why) {
    // Of a number of the size of one nothing is known below the rounding of its sums.
    if (value && std::abs(*value) < 1e-12)
      value = 0;
    out.agreement.push_back({name, value, value ? "" : in_words(why)});
  };
  // Those below look only at units that all have marked.
  const auto add_of_all = [&](const char* name, std::optional<double> value,
                              kernel::NoAgreement why, const std::string& few) {
    add(name, value, why);
    if (!value && why == kernel::NoAgreement::too_few)
      out.agreement.back().why = few;
  };
  for (const auto& [name, metric] :
       {std::pair{"alpha_nominal", Metric::nominal}, std::pair{"alpha_ordinal", Metric::ordinal},
        std::pair{"alpha_interval", Metric::interval}, std::pair{"alpha_ratio", Metric::ratio}}) {
    const auto alpha = kernel::krippendorff_alpha(marks.value, units, metric);
    add(name, alpha.value, alpha.why);
  }
  const Eigen::MatrixXd whole = complete_units(marks, units);
  out.complete = static_cast<std::size_t>(whole.rows());
  const kernel::Icc icc = kernel::intraclass(whole);
  const auto why = icc.why == kernel::NoAgreement::none ? kernel::NoAgreement::constant : icc.why;
  const std::string few = marks.jurors.size() < 2
                              ? "one juror marked, two are needed"
                              : (out.complete == 1 ? "1 unit was" : "no unit was") +
                                    std::string(" marked by all, 2 are needed");
  const char* single[] = {"icc_1_1", "icc_2_1", "icc_3_1"};
  const char* average[] = {"icc_1_k", "icc_2_k", "icc_3_k"};
  const auto add_icc = [&](const char* const* names, const auto& values, const auto& limits) {
    for (std::size_t i = 0; i < 3; ++i) {
      add_of_all(names[i], values[i], why, few);
      if (values[i] && limits[i])
        out.limits.push_back({names[i], limits[i]->lower, limits[i]->upper});
    }
  };
  add_icc(single, icc.single, icc.single_limits);
  add_icc(average, icc.average, icc.average_limits);
  const kernel::Concordance w = kernel::kendall_w(whole);
  add_of_all("kendall_w", w.w, w.why, few);
  const kernel::Kappa kappa = kernel::fleiss_kappa(marks.value, units);
  add("fleiss_kappa", kappa.value, kappa.why);
}

double mean_of(const std::vector<double>& x) {
  double sum = 0;
  for (const double v : x)
    sum += v / static_cast<double>(x.size());
  return sum;
}

std::optional<double> deviation(const std::vector<double>& x) {
  if (x.size() < 2)
    return std::nullopt;
  const double mean = mean_of(x);
  double squares = 0;
  for (const double v : x)
    squares += (v - mean) * (v - mean);
  const double sd = std::sqrt(squares / static_cast<double>(x.size() - 1));
  return std::isfinite(sd) ? std::optional(sd) : std::nullopt;
}

std::optional<double> correlation(const std::vector<double>& x, const std::vector<double>& y) {
  const double a = x.empty() ? 0 : mean_of(x), b = y.empty() ? 0 : mean_of(y);
  double xx = 0, yy = 0, xy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xx += (x[i] - a) * (x[i] - a);
    yy += (y[i] - b) * (y[i] - b);
    xy += (x[i] - a) * (y[i] - b);
  }
  const double scale = std::sqrt(xx) * std::sqrt(yy);
  const double size = a * a + b * b;
  if (x.size() < 3 || !(xx > 1e-24 * size) || !(yy > 1e-24 * size) || !std::isfinite(scale))
    return std::nullopt;
  return std::clamp(xy / scale, -1.0, 1.0);
}

/// What each juror did, from the marks alone.
void describe_jurors(const Marks& marks, const kernel::Groups& units, PanelCheck& out) {
  std::vector<double> sums(marks.units, 0);
  for (std::size_t i = 0; i < marks.value.size(); ++i)
    sums[marks.unit[i]] += marks.value[i];
  std::vector<std::vector<double>> own(marks.jurors.size()), beside(own.size()), others(own.size());
  for (std::size_t i = 0; i < marks.value.size(); ++i) {
    const std::uint32_t unit = marks.unit[i], juror = marks.juror[i];
    own[juror].push_back(marks.value[i]);
    if (units.size(unit) > 1) {
      beside[juror].push_back(marks.value[i]);
      others[juror].push_back((sums[unit] - marks.value[i]) /
                              static_cast<double>(units.size(unit) - 1));
    }
  }
  for (std::size_t j = 0; j < own.size(); ++j) {
    JurorCheck check;
    check.juror = marks.jurors[j];
    check.marks = own[j].size();
    check.mean = mean_of(own[j]);
    check.spread = deviation(own[j]);
    check.fit = correlation(beside[j], others[j]);
    out.jurors.push_back(std::move(check));
  }
}

/// Severity by the additive model of units and jurors.
void judge_severity(const Marks& marks, PanelCheck& out) {
  if (marks.jurors.size() < 2) {
    out.no_severity = "there is one juror";
    return;
  }
  if (std::min(marks.units, marks.jurors.size()) > kernel::severity_limit) {
    out.no_severity = "the panel is too large";
    return;
  }
  const std::vector<kernel::Exact> values(marks.value.begin(), marks.value.end());
  const kernel::Severity found =
      kernel::severity(values, {{marks.unit, marks.units}, {marks.juror, marks.jurors.size()}});
  if (!found.estimated()) {
    out.no_severity =
        "the panel falls into " + std::to_string(found.parts) + " parts that no juror joins";
    return;
  }
  if (!std::isfinite(found.residual_sd)) {
    out.no_severity = "the numbers are too large";
    return;
  }
  out.residual_sd = found.residual_sd;
  std::vector<double> squares(marks.jurors.size(), 0);
  for (std::size_t i = 0; i < marks.value.size(); ++i)
    squares[marks.juror[i]] += found.residuals[i] * found.residuals[i];
  for (std::size_t j = 0; j < out.jurors.size(); ++j) {
    JurorCheck& juror = out.jurors[j];
    juror.severity = found.effects[0][j];
    if (!found.effect_errors.empty())
      juror.error = found.effect_errors[0][j];
    juror.off = std::sqrt(squares[j] / static_cast<double>(juror.marks));
  }
}

class PanelChecker {
public:
  PanelChecker(const Bundle& bundle, const Decision& decision, const PanelOptions& options,
               std::size_t most_rows)
      : bundle_(bundle), decision_(decision), options_(options), most_rows_(most_rows),
        names_(bundle) {
    for (const StageDecision& stage : decision.stages)
      earlier_[stage.id] = &stage;
  }

  std::vector<PanelCheck> check() {
    for (const Stage& stage : bundle_.program.stages) {
      stage_ = &stage;
      if (stage.score && (options_.stage.empty() || options_.stage == stage.id.str()))
        node(*stage.score);
    }
    return std::move(out_);
  }

private:
  void node(const Node& one) {
    const bool asked =
        options_.part.empty() || options_.part == one.path || options_.part == one.id;
    if (one.parts.empty() && asked)
      leaf(one);
    for (const Node& part : one.parts)
      node(part);
  }

  void leaf(const Node& node) {
    const Measure& measure = node.measure;
    if (measure.source.kind != Source::Kind::evidence)
      return;
    const std::size_t table = names_.table(measure.source.name);
    if (table == nobody || bundle_.tables[table]->rows > most_rows_)
      return;
    const std::string jurors = juror_dimension(bundle_.program.evidence[table]);
    const auto together = std::ranges::find_if(
        measure.steps, [&](const Step& step) { return brings_together(step, jurors); });
    if (jurors.empty() || together == measure.steps.end())
      return;
    Measure before = measure;
    before.steps.assign(measure.steps.begin(), together);
    PanelCheck check;
    check.stage = stage_->id.str();
    check.part = node.path;
    check.evidence = measure.source.name;
    check.jurors_are = jurors;
    const Marks marks = marks_of(before, check);
    if (marks.value.empty())
      return;
    check.people = marks.jurors.size();
    check.units = marks.units;
    check.marks = marks.value.size();
    const kernel::Groups units = by_unit(marks);
    agree(marks, units, check);
    describe_jurors(marks, units, check);
    judge_severity(marks, check);
    if (options_.without && check.jurors.size() <= most_left_out)
      leave_out_each(check);
    if (options_.draws > 0)
      draw(check);
    out_.push_back(std::move(check));
  }

  /// The values right before jurors are brought together.
  Marks marks_of(const Measure& measure, PanelCheck& check) {
    const StageDecision* decided = decision_.stage(check.stage);
    Diagnostics unheard;
    Context context{bundle_, names_, *stage_, decided->entrants, earlier_, false, unheard, {}};
    context.index_entrants();
    Compiler compiler(context);
    const Frame frame = compiler.measure(measure, false, true);
    Marks out;
    const Dimension* jurors = frame.find(check.jurors_are);
    if (unheard.has_errors() || frame.array == no_array || jurors == nullptr || !jurors->members)
      return out;
    const Run result = run(compiler.plan, {frame.array});
    if (!result.undefined.empty())
      return out;
    std::vector<Index> keys;
    for (const Dimension& d : frame.dimensions)
      if (d.name != check.jurors_are) {
        keys.push_back(d.codes);
        check.units_are.push_back(d.name);
      }
    const Grouping units = group_cells(keys, frame.cells);
    const Column& column = result.columns[0];
    Codes unit_number(units.groups->count(), npos), juror_number(jurors->members->size(), npos);
    for (std::size_t i = 0; i < frame.cells; ++i) {
      const bool category = frame.category && (*frame.category)[i] != 0;
      if (frame.is_gap(i) || frame.is_outside(i) || category)
        continue;
      std::uint32_t& unit = unit_number[units.of(i)];
      if (unit == npos)
        unit = static_cast<std::uint32_t>(out.units++);
      const std::uint32_t code = (*jurors->codes)[i];
      if (juror_number[code] == npos) {
        juror_number[code] = static_cast<std::uint32_t>(out.jurors.size());
        out.jurors.push_back((*jurors->members)[code]);
      }
      out.value.push_back(column.scale * (*column.data)[i] + column.shift);
      out.unit.push_back(unit);
      out.juror.push_back(juror_number[code]);
    }
    return out;
  }

  void leave_out_each(PanelCheck& check) const {
    for (JurorCheck& juror : check.jurors) {
      const Bundle other = drawn(bundle_, check.jurors_are, {{juror.juror, 0}});
      Diagnostics unheard;
      const Decision then = decide(other, unheard);
      if (unheard.has_errors())
        continue;
      juror.tried = true;
      for (StageChange& change : compare(bundle_.program, decision_, other.program, then))
        if (change.stage == check.stage)
          for (CandidateChange& one : change.candidates)
            if (one.changes_outcome())
              juror.without.push_back(std::move(one));
    }
  }

  /// Draws as many jurors as there are, with replacement, and decides anew.
  void draw(PanelCheck& check) const {
    const StageDecision& stage = *decision_.stage(check.stage);
    const std::size_t n = check.jurors.size();
    std::vector<std::vector<double>> scores(stage.entrants.size());
    for (std::size_t r = 0; r < options_.draws; ++r) {
      const kernel::Stream stream(options_.seed, r, 0);
      Draw times;
      for (std::size_t j = 0; j < n; ++j)
        times[check.jurors[j].juror] = 0;
      for (std::uint32_t k = 0; k < n; ++k)
        ++times[check.jurors[kernel::below_at(stream, k, n)].juror];
      Diagnostics unheard;
      const Decision then = decide(drawn(bundle_, check.jurors_are, times), unheard);
      const StageDecision* same = unheard.has_errors() ? nullptr : then.stage(check.stage);
      const NodeScores* node = same == nullptr ? nullptr : same->find_scores(check.part);
      if (node == nullptr)
        continue;
      ++check.draws;
      for (std::size_t e = 0; e < stage.entrants.size(); ++e)
        if (const std::size_t there = same->entrant(stage.entrants[e]);
            there != nobody && node->scores.has(there))
          scores[e].push_back(node->scores.value(there));
    }
    const NodeScores* node = stage.find_scores(check.part);
    for (std::size_t e = 0; e < stage.entrants.size(); ++e) {
      DrawnScore one{stage.entrants[e], std::nullopt, deviation(scores[e])};
      if (node != nullptr && node->scores.has(e))
        one.score = node->scores.value(e);
      check.drawn.push_back(one);
    }
  }

  const Bundle& bundle_;
  const Decision& decision_;
  const PanelOptions& options_;
  std::size_t most_rows_;
  Names names_;
  std::map<std::string, const StageDecision*, std::less<>> earlier_;
  const Stage* stage_ = nullptr;
  std::vector<PanelCheck> out_;
};

} // namespace

std::vector<PanelCheck> check_panels(const Bundle& bundle, const Decision& decision,
                                     const PanelOptions& options) {
  return PanelChecker(bundle, decision, options, SIZE_MAX).check();
}

void add_agreement(const Bundle& bundle, Decision& decision) {
  const PanelOptions plain{"", "", false, 0, 1};
  for (PanelCheck& panel : PanelChecker(bundle, decision, plain, most_rows_beside).check()) {
    const auto at = std::ranges::find(decision.stages, panel.stage, &StageDecision::id);
    at->panels.push_back(std::move(panel));
  }
}

} // namespace libeval
