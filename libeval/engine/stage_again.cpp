// SPDX-License-Identifier: Apache-2.0
// Deciding a stage again and again: what stays is kept.
#include "engine/score_report.hpp"
#include "engine/stage_decider.hpp"

#include <libeval/domain/stages.hpp>

#include <algorithm>
#include <optional>
#include <set>
#include <string>

namespace libeval {

/// A stage as it was compiled and run last.
struct StageDecider::Kept {
  explicit Kept(const Context& context) : compiler(context) {}

  Compiler compiler;
  std::set<std::size_t> tables;      ///< that the plan was compiled from
  std::optional<Rerun> rerun;        ///< none: no score
  std::vector<std::uint8_t> changed; ///< by operation
  bool by_scores = false;            ///< selection looks at nothing but scores and what is fixed
  std::optional<std::size_t> places;
  std::vector<std::string> waits; ///< for these stages
  bool had_undefined = false;
};

StageDecider::StageDecider(const Bundle& bundle, const Names& names, const Stage& stage,
                           const Earlier& earlier, const Assumptions& assumptions,
                           Diagnostics& diagnostics, std::vector<Question>* left_open)
    : stage_(stage), earlier_(earlier), assumptions_(assumptions), diagnostics_(diagnostics),
      left_open_(left_open),
      context_{bundle,  names, stage,       entrants_of(bundle, names, stage, earlier, diagnostics),
               earlier, false, diagnostics, {}} {
  context_.index_entrants();
}

StageDecider::~StageDecider() = default;

namespace {

bool rests_on_scores(const OrderKey& key, const StageDecision& stage) {
  using Kind = OrderKey::Kind;
  if (key.kind == Kind::block)
    return std::ranges::all_of(
        key.keys, [&](const OrderKey& inner) { return rests_on_scores(inner, stage); });
  if (key.kind == Kind::lot || key.kind == Kind::decision || key.kind == Kind::attribute)
    return true;
  const auto named = [&](const NodeScores& n) { return n.path == key.name || n.id == key.name; };
  return key.kind == Kind::part && !key.measure && std::ranges::any_of(stage.nodes, named);
}

/// Whether who goes on is a matter of the scores of the tree, of what the program says and of
/// policies, so that other numbers in tables change nothing unless they change a score.
bool rests_on_scores(const Stage& rules, const StageDecision& stage) {
  const auto keys = [&](const std::vector<OrderKey>& all) {
    return std::ranges::all_of(all,
                               [&](const OrderKey& key) { return rests_on_scores(key, stage); });
  };
  return std::ranges::all_of(rules.select, [&](const SelectStep& step) {
    if (const auto* order = std::get_if<select::Order>(&step.what))
      return keys(order->keys);
    if (const auto* require = std::get_if<select::Require>(&step.what))
      return rests_on_scores(require->what, stage);
    if (const auto* take = std::get_if<select::Take>(&step.what)) {
      OrderKey part;
      part.name = take->part;
      return keys(take->by) && !take->cost && take->filter.empty() && rests_on_scores(part, stage);
    }
    if (const auto* grant = std::get_if<select::Grant>(&step.what))
      return keys(grant->by);
    if (const auto* group = std::get_if<select::Group>(&step.what))
      return group->from.empty();
    return !std::holds_alternative<select::Duel>(step.what) &&
           !std::holds_alternative<select::Eliminate>(step.what) &&
           !std::holds_alternative<select::Assign>(step.what);
  });
}

/// Before anybody is selected again.
void forget_selection(StageDecision& out) {
  out.findings.clear();
  out.rounds.clear();
  out.pool_place.clear();
  out.pool.clear();
  out.pools.clear();
  out.bands.clear();
  out.notes.clear();
  out.order_keys.clear();
  out.steps.clear();
  out.vacancies.reset();
  out.advancing = 0;
  out.unsettled = {};
}

} // namespace

void StageDecider::compile_anew() {
  static_cast<void>(context_.names.take_asked());
  kept_ = std::make_unique<Kept>(context_);
  Compiler& compiler = kept_->compiler;
  compiler.compile_score();
  kept_->tables = context_.names.take_asked();
  kept_->changed.assign(compiler.plan.ops.size(), 0);
  if (stage_.score && !diagnostics_.has_errors())
    kept_->rerun.emplace(compiler.plan, arrays_of(compiler));
}

/// Brings the constants and columns of the plan up to date; false where its structure would be
/// another one.
bool StageDecider::keep_up(const StageChanges& changes) {
  Plan& plan = kept_->compiler.plan;
  for (const std::size_t table : kept_->tables)
    if (changes.rows[table] != 0 ||
        ((plan.rests_on_numbers || plan.rests_on_values) && changes.numbers[table] != 0))
      return false;
  if (changes.weights && (plan.rests_on_weights || plan.rests_on_values))
    return false;
  for (const std::string& dimension : changes.renamed)
    if (plan.named.contains(dimension))
      return false;
  std::ranges::fill(kept_->changed, std::uint8_t{0});
  for (const Feed& feed : plan.feeds) {
    if (feed.table != Feed::no_table && changes.numbers[feed.table] == 0)
      continue;
    const Feed::Now now = feed.refill ? feed.refill() : Feed::Now::changed;
    if (now == Feed::Now::otherwise || (now == Feed::Now::changed && plan.rests_on_values))
      return false;
    if (now == Feed::Now::changed)
      kept_->changed[feed.op] = 1;
  }
  for (const WeightConstant& w : plan.weighed) {
    auto* combine = std::get_if<op::Combine>(&plan.ops[w.op]);
    double& constant =
        combine != nullptr ? combine->factors[w.input] : std::get<op::Affine>(plan.ops[w.op]).scale;
    const double now = combine != nullptr ? *w.node->weight : *w.node->points;
    if (constant != now)
      kept_->changed[w.op] = 1;
    constant = now;
  }
  return true;
}

void StageDecider::decide_again(const StageChanges& changes, bool with_measures,
                                StageDecision& out) {
  bool anew = !kept_ || !keep_up(changes);
  if (anew) {
    compile_anew();
    out = begun();
  }
  const auto places = places_of(stage_, earlier_);
  std::vector<std::string> waits = waits_for();
  const bool numbers = std::ranges::find(changes.numbers, 1) != changes.numbers.end() ||
                       std::ranges::find(changes.rows, 1) != changes.rows.end();
  const bool scores = std::ranges::find(kept_->changed, 1) != kept_->changed.end();
  if (!anew && !scores && !changes.weights && !changes.assumptions && !with_measures &&
      (!numbers || kept_->by_scores) && kept_->places == places && kept_->waits == waits)
    return;
  out.places = places;
  forget_selection(out);
  Scorebook book(context_);
  if (kept_->rerun && !diagnostics_.has_errors()) {
    const Run* run = &kept_->rerun->run(kept_->changed);
    if (!anew && kept_->compiler.plan.serves_undefined && !run->undefined.empty()) {
      compile_anew();
      out = begun();
      out.places = places;
      anew = true;
      run = &kept_->rerun->run(kept_->changed);
    }
    const Run& result = *run;
    if (anew || changes.weights || kept_->had_undefined || !result.undefined.empty()) {
      out.nodes.clear();
      ScoreReport(kept_->compiler, result, out).add(*stage_.score);
    } else {
      ScoreReport(kept_->compiler, result, out).update(*stage_.score);
    }
    kept_->had_undefined = !result.undefined.empty();
    open_book(kept_->compiler, result, book, out);
  }
  kept_->places = places;
  kept_->waits = std::move(waits);
  if (anew)
    kept_->by_scores = rests_on_scores(stage_, out);
  if (with_measures) {
    out.measures.clear();
    add_measures(out);
  }
  const bool held_before = wait_for_earlier(out);
  if (!diagnostics_.has_errors())
    finish(book, held_before, out);
}

} // namespace libeval
