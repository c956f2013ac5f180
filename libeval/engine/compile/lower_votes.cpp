// SPDX-License-Identifier: Apache-2.0
// Models on votes: paired comparisons and ranked ballots.
#include "engine/compile/lowering.hpp"

#include <libeval/base/decimal.hpp>
#include <libeval/base/text.hpp>

#include <algorithm>
#include <numeric>
#include <utility>

namespace libeval {
namespace {

/// The row of the table that each cell of a frame comes from; empty where there is none.
Codes rows_of(const Origin& origin) {
  if (!origin.parent) {
    if (origin.rows)
      return *origin.rows;
    Codes all(origin.cells);
    std::iota(all.begin(), all.end(), 0U);
    return all;
  }
  if (!origin.picked)
    return {};
  const Codes parent = rows_of(*origin.parent);
  Codes out;
  out.reserve(origin.picked->size());
  for (const std::uint32_t from : *origin.picked)
    out.push_back(from == npos || from >= parent.size() ? npos : parent[from]);
  return out;
}

} // namespace

/// Who takes part: the entrants, or with `reference` everybody in the frame too.
void Lowering::choose_items(op::Votes& op, Codes& item_of) {
  const Context& context = compiler_.context;
  Codes items(context.entrants.begin(), context.entrants.end());
  std::ranges::sort(items);
  item_of.assign(context.bundle.program.candidates.size(), npos);
  if (!frame_.outside.empty()) {
    const Index candidates = frame_.candidates();
    std::vector<std::uint8_t> seen(item_of.size(), 0);
    for (std::size_t i = 0; i < frame_.cells; ++i)
      if (frame_.is_outside(i))
        seen[(*candidates)[i]] = 1;
    for (std::uint32_t c = 0; c < seen.size(); ++c)
      if (seen[c] != 0)
        items.push_back(c);
    std::ranges::sort(items);
    items.erase(std::unique(items.begin(), items.end()), items.end());
  }
  for (std::uint32_t k = 0; k < items.size(); ++k)
    item_of[items[k]] = k;
  Codes taken;
  for (const std::uint32_t c : context.entrants)
    taken.push_back(item_of[c]);
  op.taken = std::move(taken);
  op.items = shared_codes(std::move(items));
}

/// Results as 1, 0.5 and 0: from the categories win, tie and loss, from two columns compared, or as
/// they stand.
bool Lowering::read_results() {
  if (frame_.category) {
    std::vector<double> worth;
    for (const std::string& text : frame_.texts)
      worth.push_back(text == "win" ? 1 : text == "tie" ? 0.5 : text == "loss" ? 0 : -1);
    if (std::ranges::find(worth, -1.0) != worth.end()) {
      error(
          step_.where,
          "`" + step_.name + "` needs results, and `" +
              frame_
                  .texts[static_cast<std::size_t>(std::ranges::find(worth, -1.0) - worth.begin())] +
              "` stands among them",
          "results are win, tie and loss, or the numbers 1, 0.5 and 0");
      return false;
    }
    std::vector<double> results(frame_.cells);
    for (std::size_t i = 0; i < frame_.cells; ++i)
      if (const std::uint32_t c = (*frame_.category)[i]; c != 0)
        results[i] = worth[c - 1];
    const ArrayId out = output();
    put(op::Load{out, std::make_shared<const std::vector<double>>(std::move(results)), nullptr},
        out);
    return true;
  }
  std::vector<std::uint8_t> gap;
  if (!frame_.raw || !frame_.origin)
    return true;
  const auto against = column_of(*frame_.origin, "against", gap);
  if (!against)
    return true;
  plan_.rests_on_numbers = true;
  take_gaps(gap);
  const ArrayId other = output(), out = output();
  add(plan_, op::Load{other, std::make_shared<const std::vector<double>>(*against), nullptr},
      step_.name);
  const bool cost = frame_.direction == Direction::cost;
  put(op::Compare{frame_.array, other, out, 0, cost ? 1.0 : 0.0, 0.5, cost ? 0.0 : 1.0}, out);
  return true;
}

/// Each row counts once, whichever of its two sides stand in the frame.
bool Lowering::collect_pairs(op::Votes& op, const Codes& item_of) {
  const Index candidates = frame_.candidates();
  const Index opponents = frame_.find("opponent")->codes;
  const Dimension* side = frame_.find("side");
  if (flag("home") && side == nullptr) {
    error(step_.where, "`home` needs the dimension `side`", dimensions_in_words());
    return false;
  }
  const Dimension* cluster = nullptr;
  if (const Tree* given = arg("clusters")) {
    cluster = frame_.find(given->scalar().value_or(""));
    if (cluster == nullptr) {
      error(given->where, "there is no dimension `" + given->scalar().value_or("") + "` here",
            dimensions_in_words());
      return false;
    }
  }
  Codes rows;
  if (frame_.origin && (frame_.origin->parent || frame_.origin->rows)) // else each cell is a row
    rows = rows_of(*frame_.origin);
  const bool by_row = rows.size() == frame_.cells && side != nullptr;
  std::vector<std::uint8_t> seen;
  if (by_row && !rows.empty())
    seen.resize(static_cast<std::size_t>(*std::ranges::max_element(rows)) + 1, 0);
  for (Codes* codes : {&op.cells, &op.item, &op.other})
    codes->reserve(rows.empty() ? frame_.cells : frame_.cells / 2);
  for (std::size_t i = 0; i < frame_.cells; ++i) {
    const std::uint32_t a = (*candidates)[i], b = (*opponents)[i];
    if (a == npos || b == npos || item_of[a] == npos || item_of[b] == npos || frame_.is_gap(i))
      continue;
    if (by_row && std::exchange(seen[rows[i]], std::uint8_t{1}) != 0)
      continue;
    op.cells.push_back(static_cast<std::uint32_t>(i));
    op.item.push_back(item_of[a]);
    op.other.push_back(item_of[b]);
    if (cluster != nullptr)
      op.cluster.push_back((*cluster->codes)[i]);
    if (flag("home"))
      op.at_home.push_back((*side->codes)[i] == 0 ? 1 : -1);
  }
  if (flag("home"))
    op.effect_names.emplace_back("home");
  if (const Tree* given = arg("covariates"))
    for (const Tree& one : given->list()) {
      const Param param = read_param(one);
      const Operand values = operand(param);
      if (!values.constant && values.array == no_array)
        return false;
      take_gaps(values.gap);
      op.covariates.push_back(array_of(values));
      op.effect_names.push_back(param.kind == Param::Kind::column
                                    ? param.column
                                    : "effect " + std::to_string(op.covariates.size()));
    }
  return true;
}

/// The sides of games in the order of play; each stands in a cell of its own.
bool Lowering::collect_games(op::Votes& op, const Codes& item_of) {
  Codes period; // of each cell, in the order of play
  if (const Tree* given = arg("period")) {
    const std::string name = given->scalar().value_or("");
    const Dimension* dimension = frame_.find(name);
    if (dimension == nullptr || !dimension->members) {
      error(given->where, "`period` is a dimension other than candidates", dimensions_in_words());
      return false;
    }
    plan_.named.insert(name);
    const Codes places = places_of(*dimension->members);
    for (std::size_t i = 0; i < frame_.cells; ++i)
      period.push_back(places[(*dimension->codes)[i]]);
  } else if (frame_.origin) {
    period = rows_of(*frame_.origin);
  }
  if (period.size() != frame_.cells) {
    error(step_.where, "the order of the games is not known here",
          "name the dimension whose members follow each other, `period: date`");
    return false;
  }
  const Index candidates = frame_.candidates();
  const Index opponents = frame_.find("opponent")->codes;
  const Dimension* side = frame_.find("side");
  if (op.edge != 0 && side == nullptr) {
    error(step_.where, "`home` needs the dimension `side`", dimensions_in_words());
    return false;
  }
  const auto item = [&](const Index& who, std::uint32_t cell) {
    return (*who)[cell] == npos ? npos : item_of[(*who)[cell]];
  };
  for (std::uint32_t i = 0; i < frame_.cells; ++i)
    if (item(candidates, i) != npos && item(opponents, i) != npos && !frame_.is_gap(i))
      op.cells.push_back(i);
  std::ranges::stable_sort(op.cells, {}, [&](std::uint32_t i) { return period[i]; });
  op.offsets = {0};
  for (std::size_t k = 0; k < op.cells.size(); ++k) {
    const std::uint32_t cell = op.cells[k];
    if (k > 0 && period[cell] != period[op.cells[k - 1]])
      op.offsets.push_back(static_cast<std::uint32_t>(k));
    op.item.push_back(item(candidates, cell));
    op.other.push_back(item(opponents, cell));
    if (side != nullptr)
      op.at_home.push_back((*side->codes)[cell] == 0 ? 1 : -1);
  }
  op.offsets.push_back(static_cast<std::uint32_t>(op.cells.size()));
  return true;
}

/// Everybody's rating before the first game.
void Lowering::read_start(op::Votes& op) {
  Frame games = frame_;
  frame_.dimensions = {{"candidate", nullptr, op.items}};
  frame_.cells = op.items->size();
  frame_.gap.clear();
  frame_.outside.clear();
  frame_.origin = nullptr;
  const Operand start = operand(*arg("start"));
  if (start.constant || start.array != no_array)
    op.start = array_of(start);
  for (std::size_t k = 0; k < start.gap.size(); ++k)
    if (start.gap[k] != 0)
      error(arg("start")->where,
            "`" + compiler_.context.bundle.program.candidates[(*op.items)[k]].id.str() +
                "` has no rating to start from",
            "add it, or say what the others get, `else: 1000`");
  frame_ = std::move(games);
}

/// Cells that share all dimensions named by `over` are a ballot.
bool Lowering::collect_ballots(op::Votes& op, const Codes& item_of,
                               const std::vector<std::string>& over) {
  std::vector<Index> keys;
  keys.reserve(over.size());
  for (const std::string& name : over)
    keys.push_back(frame_.find(name)->codes);
  const Index candidates = frame_.candidates();
  const Grouping ballots = group_cells(keys, frame_.cells);
  std::vector<std::uint32_t> seen_on(op.items->size(), npos);
  op.offsets = {0};
  for (std::uint32_t b = 0; b < ballots.groups->count(); ++b) {
    for (std::uint32_t at = ballots.groups->offsets[b]; at < ballots.groups->offsets[b + 1]; ++at) {
      const std::uint32_t cell = ballots.groups->cell(at);
      const std::uint32_t item = item_of[(*candidates)[cell]];
      if (item == npos || frame_.is_gap(cell))
        continue;
      if (std::exchange(seen_on[item], b) == b) {
        error(step_.where, "a ballot has several values for one candidate",
              "name all dimensions that make a ballot, `over: [...]`; " + dimensions_in_words());
        return false;
      }
      op.cells.push_back(cell);
      op.item.push_back(item);
    }
    if (op.cells.size() > op.offsets.back())
      op.offsets.push_back(static_cast<std::uint32_t>(op.cells.size()));
  }
  op.smaller_first = frame_.direction == Direction::cost;
  return true;
}

void Lowering::read_vote_options(op::Votes& op) {
  using Kind = op::Votes::Kind;
  op.half_ties = text("ties", "half") == "half";
  op.value = text("value", "strength");
  op.errors = text("errors", op.kind == Kind::plackett_luce ? "information" : "sandwich");
  op.level = number("level").value_or(0.95);
  op.ridge = number("ridge").value_or(0);
  op.replicates = static_cast<std::size_t>(number("replicates").value_or(1000));
  op.seed = static_cast<std::uint64_t>(number("seed").value_or(0));
  op.ignore_unlisted = text("unlisted", "last") != "last";
  op.from_below = text("unlisted", "last") == "below";
  op.margins = text("strength", "winning_votes") == "margins";
  op.tie = number("tie").value_or(0.5);
  op.several = text("several", "hold");
  op.places = static_cast<std::size_t>(number("places").value_or(0));
  op.share = flag("share");
  op.scale = number("scale").value_or(400);
  op.edge = number("home").value_or(0);
  if (const auto digits = number("digits"))
    op.digits = static_cast<int>(*digits);
  if (const Tree* given = arg("points"))
    for (const Tree& one : given->list())
      op.points.push_back(one.number());
  if (op.errors == "bootstrap" && arg("seed") == nullptr)
    error(step_.where, "a bootstrap needs its `seed`",
          "a number published before, `seed: 20260115`");
}

void Lowering::votes(op::Votes::Kind kind) {
  using Kind = op::Votes::Kind;
  if (frame_.find("candidate") == nullptr) {
    error(step_.where, "`" + step_.name + "` needs the dimension `candidate`",
          dimensions_in_words());
    return;
  }
  const bool pairs = frame_.find("opponent") != nullptr;
  const bool only_ballots =
      kind == Kind::plackett_luce || kind == Kind::borda || kind == Kind::approval;
  const bool only_pairs = kind == Kind::bradley_terry || kind == Kind::elo;
  if (pairs ? only_ballots : only_pairs) {
    error(step_.where, "`" + step_.name + "` needs " + (pairs ? "ballots" : "paired comparisons"),
          pairs ? "here stand paired comparisons; `bradley_terry` takes them"
                : "a table with `pairs`, whose rows speak for `candidate` and `opponent`; "
                  "`plackett_luce` takes ballots");
    return;
  }
  std::vector<std::string> dimensions;
  if (!pairs) {
    if (arg("over") != nullptr) {
      const auto named = over();
      if (!named)
        return;
      dimensions = *named;
    } else {
      for (const Dimension& d : frame_.dimensions)
        if (d.name == "ballot" || d.name == "voter")
          dimensions = {d.name};
    }
    for (const Dimension* d : frame_.left_over())
      if (std::ranges::find(dimensions, d->name) == dimensions.end() || dimensions.empty()) {
        error(step_.where,
              "`" + step_.name + "` does not know what makes a ballot: `" + d->name +
                  "` is left beside `candidate`",
              "name the dimensions that make a ballot, `over: [" + d->name + "]`");
        return;
      }
  } else if (!read_results()) {
    return;
  }
  op::Votes op;
  op.kind = kind;
  Codes item_of;
  choose_items(op, item_of);
  std::optional<Operand> weights;
  std::optional<Param> weighted;
  if (const Tree* given = arg(kind == Kind::elo ? "k" : "weights")) {
    weighted = read_param(*given);
  } else if (!frame_.weight_column.empty()) {
    weighted.emplace();
    weighted->kind = Param::Kind::column;
    weighted->column = frame_.weight_column;
    weighted->where = step_.where;
  }
  if (weighted) {
    weights = operand(*weighted);
    if (!weights->constant && weights->array == no_array)
      return;
    take_gaps(weights->gap);
    op.weights = array_of(*weights);
  }
  read_vote_options(op);
  if (kind == Kind::elo)
    read_start(op);
  if (kind == Kind::elo ? !collect_games(op, item_of)
      : pairs           ? !collect_pairs(op, item_of)
                        : !collect_ballots(op, item_of, dimensions))
    return;
  Codes gap_cells;
  for (std::size_t i = 0; i < frame_.cells; ++i)
    if (frame_.is_gap(i))
      gap_cells.push_back(static_cast<std::uint32_t>(i));
  if (!gap_cells.empty())
    compiler_.note_gaps(frame_, gap_cells, name_);
  op.in = frame_.array;
  Codes who(compiler_.context.entrants.begin(), compiler_.context.entrants.end());
  Frame out = frame_;
  out.cells = who.size();
  out.gap.assign(who.size(), 0);
  for (const std::uint32_t cell : gap_cells)
    for (std::size_t k = 0; k < who.size(); ++k)
      if (who[k] == (*frame_.candidates())[cell])
        out.gap[k] = 1;
  if (gap_cells.empty())
    out.gap.clear();
  out.dimensions = {{"candidate", nullptr, shared_codes(std::move(who))}};
  out.outside.clear();
  out.category = nullptr;
  out.texts.clear();
  out.raw = nullptr;
  out.origin = nullptr;
  out.weight_column.clear();
  out.part_weights.clear();
  out.part_directions.clear();
  out.resolution = 0;
  out.relative = true;
  const bool places = kind == Kind::schulze || kind == Kind::ranked_pairs || kind == Kind::kemeny ||
                      op.value == "rank";
  out.direction = places ? Direction::cost : Direction::benefit;
  out.array = op.out = new_array(plan_, out.cells, out.candidates(), name_);
  frame_ = std::move(out);
  add(plan_, std::move(op), step_.name);
}

} // namespace libeval
