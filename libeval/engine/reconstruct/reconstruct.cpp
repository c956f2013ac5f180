// SPDX-License-Identifier: Apache-2.0
#include <libeval/engine/reconstruct.hpp>

#include "engine/reconstruct/core_set.hpp"
#include "engine/reconstruct/freedom.hpp"
#include "engine/reconstruct/partly.hpp"
#include "engine/reconstruct/settle.hpp"

#include <libeval/base/text.hpp>

#include <algorithm>
#include <chrono>
#include <stdexcept>

namespace libeval {
namespace {

class Reconstructor {
public:
  Reconstructor(PartlyKnown& known, const ReconstructOptions& options)
      : known_(known), k_(known.knowledge), options_(options), n_(k_.entrants.size()) {
    if (options.stop != nullptr)
      limits_.stop = [stop = options.stop] { return stop->load(std::memory_order_relaxed); };
    limits_.until = std::chrono::steady_clock::now() +
                    std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                        std::chrono::duration<double>(std::clamp(options.seconds, 0.0, 1e6)));
  }

  Reconstruction make() {
    out_.stage = known_.context.stage.id.str();
    out_.entrants = k_.entrants;
    out_.left_out = k_.left_out;
    for (const Statement* s : k_.statements)
      out_.statements.push_back({s, s->id, s->source, s->date, s->level_word});
    for (const Knowledge::Node& node : k_.nodes)
      out_.nodes.push_back({node.path,
                            node.title.empty() ? node.id : node.title,
                            node.parent,
                            node.depth,
                            node.points,
                            node.unknown,
                            {}});
    lineup_ = line_up(known_.context, k_, known_.decide, limits_);
    note(lineup_);
    if (lineup_.impossible) {
      out_.contradiction = set_of(smallest_core({k_.system}, limits_));
      out_.contradiction.found = true;
    } else {
      settled_ = settled(k_.system, limits_);
      if (options_.ranges) // first, for places may take all the time there is
        ranges();
      if (options_.places)
        prospects();
    }
    out_.relaxed = k_.relaxed;
    out_.relaxed.insert(out_.relaxed.end(), outlook_.relaxed.begin(), outlook_.relaxed.end());
    out_.unread = lineup_.contest.unread;
    return std::move(out_);
  }

private:
  /// Whether something did not come to its end.
  template <class Worked>
  void note(const Worked& worked) {
    out_.interrupted = out_.interrupted || worked.interrupted;
    out_.trouble = out_.trouble || worked.trouble;
  }

  static StatementSet set_of(const CoreSet& core) {
    return {{core.tags.begin(), core.tags.end()}, core.smallest, core.found};
  }

  void ranges() {
    std::vector<Linear> scores;
    for (const auto& of_node : k_.scores)
      scores.insert(scores.end(), of_node.begin(), of_node.end());
    const std::vector<Span> spans = Reasoner(settled_, limits_).spans(scores);
    for (std::size_t i = 0; i < k_.nodes.size(); ++i)
      for (std::size_t e = 0; e < n_; ++e) {
        const Span& span = spans[i * n_ + e];
        for (const End* end : {&span.low, &span.high}) {
          out_.bounds += k_.scores[i][e].terms.empty() ? 0 : 1;
          out_.certified += !k_.scores[i][e].terms.empty() && end->certified ? 1 : 0;
          note(*end);
        }
        out_.nodes[i].ranges.push_back(range_of(span, known_.context, k_, lineup_, known_.decide));
        if (i == 0)
          add_points(span, found_);
      }
    for (const Knowledge::Cell& cell : k_.cells) { // what is proven helps with places
      const Span& span = spans[cell.node * n_ + cell.entrant];
      LinearUnknown& unknown = settled_.unknowns[cell.unknown];
      if (span.low.attained)
        unknown.low = floor(*span.low.at / cell.step);
      if (span.high.attained)
        unknown.high = floor(*span.high.at / cell.step);
    }
    bool single = true;
    std::vector<Linear> fixed;
    for (std::size_t i = 0; i < k_.nodes.size(); ++i)
      for (std::size_t e = 0; e < n_; ++e) {
        const ScoreRange& range = out_.nodes[i].ranges[e];
        if (range.single() && range.proven_low && range.proven_high)
          fixed.push_back(k_.scores[i][e]);
        else
          single = single && !k_.nodes[i].cells;
      }
    out_.unique = single;
    out_.freedom = degrees_of_freedom(k_, fixed);
  }

  void prospects() {
    outlook_ = work_out(known_.context, k_, settled_, lineup_, known_.decide, limits_, found_,
                        options_.reasons);
    note(outlook_);
    out_.best_place = outlook_.best;
    out_.worst_place = outlook_.worst;
    for (const std::uint8_t bracketed : outlook_.bracketed)
      out_.places_proven.push_back(bracketed == 0);
    if (!lineup_.contest.reach.empty())
      out_.line = lineup_.contest.reach.front();
    using Modality = OutcomeProspect::Modality;
    for (std::size_t e = 0; e < n_; ++e) {
      std::vector<OutcomeProspect> prospects;
      const auto certain = outlook_.certain(e);
      StatementSet reason;
      if (certain && e < outlook_.rests_on.size())
        reason = set_of(outlook_.rests_on[e]);
      for (const Outcome outcome : {Outcome::advances, Outcome::reserve, Outcome::cut,
                                    Outcome::disqualified, Outcome::withdrawn, Outcome::held}) {
        OutcomeProspect one;
        one.outcome = outcome;
        one.modality =
            certain && *certain == outcome ? Modality::necessary
            : outlook_.seen[e].contains(outcome) || outlook_.not_told[e].contains(outcome)
                ? Modality::possible
                : Modality::impossible;
        if (one.modality == Modality::necessary || (certain && outcome == Outcome::advances))
          one.rests_on = reason;
        if (one.modality == Modality::necessary)
          one.rules = rules_of(e);
        if (one.modality != Modality::impossible || outcome == Outcome::advances)
          prospects.push_back(std::move(one));
      }
      out_.prospects.push_back(std::move(prospects));
      out_.by_score.emplace_back();
      if (e < outlook_.inside.size() && outlook_.inside[e])
        out_.by_score.back() = {*outlook_.inside[e], set_of(outlook_.inside_rests_on[e])};
    }
  }

  /// What put an entrant out, where a step of the selection did.
  [[nodiscard]] std::vector<std::string> rules_of(std::size_t e) const {
    std::vector<std::string> out;
    const StageDecision& one = outlook_.at_one;
    for (const Finding& f : one.findings) {
      const bool puts_out =
          f.kind == Finding::Kind::withdraw ||
          ((f.kind == Finding::Kind::policy || f.kind == Finding::Kind::require) &&
           f.verdict == Verdict::fail);
      if (puts_out && f.step == one.decided_by[e] && f.candidate == k_.entrants[e] &&
          is_missed_for_certain(f.step, e))
        out.push_back(f.kind == Finding::Kind::withdraw ? "withdrawal" : f.rule.get());
    }
    return out;
  }

  /// Unless the step is a hurdle that may be cleared.
  [[nodiscard]] bool is_missed_for_certain(std::size_t step, std::size_t e) const {
    const auto& hurdles = lineup_.contest.hurdles;
    const auto hurdle = std::ranges::find(hurdles, step, &UnknownHurdle::step);
    if (hurdle == hurdles.end())
      return true;
    const auto m = static_cast<std::size_t>(hurdle - hurdles.begin());
    if (m >= lineup_.clears[e].size())
      return false; // the selection is not read
    return settled_.unknowns[lineup_.clears[e][m]].high == std::int64_t{0};
  }

  PartlyKnown& known_;
  Knowledge& k_;
  const ReconstructOptions& options_;
  std::size_t n_;
  SolveLimits limits_;
  IntegerSystem settled_; ///< that of the knowledge, with less to branch on
  Lineup lineup_;
  std::vector<std::vector<std::int64_t>> found_; ///< completions, seen on the way
  Outlook outlook_;
  Reconstruction out_;
};

} // namespace

void check_statement_ids(const Bundle& bundle, const std::vector<std::string>& ids,
                         Diagnostics& diagnostics) {
  std::vector<std::string> known;
  for (const Published& published : bundle.published)
    for (const Statement& s : published.statements)
      known.push_back(s.id);
  for (const std::string& id : ids)
    if (std::ranges::find(known, id) == known.end()) {
      const auto near = did_you_mean(id, known);
      diagnostics.error({}, "there is no statement `" + shorten(id) + "`",
                        near ? "did you mean `" + *near + "`?" : "");
    }
}

Reconstruction reconstruct(const Bundle& bundle, const ReconstructOptions& options,
                           Diagnostics& diagnostics) {
  check_statement_ids(bundle, options.without, diagnostics);
  if (diagnostics.has_errors())
    return {};
  const auto known =
      know_in_part(bundle, options.stage, {options.level, options.without}, diagnostics);
  if (!known)
    return {};
  try {
    return Reconstructor(*known, options).make();
  } catch (const std::overflow_error& error) {
    diagnostics.error(known->context.stage.where, error.what(),
                      "use fewer decimals in points, weights and statements");
    return {};
  }
}

} // namespace libeval
