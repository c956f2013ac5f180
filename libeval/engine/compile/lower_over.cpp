// SPDX-License-Identifier: Apache-2.0
// Steps over a dimension.
#include "engine/compile/lowering.hpp"

#include <libeval/base/decimal.hpp>
#include <libeval/base/share.hpp>
#include <libeval/base/text.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace libeval {

void Lowering::reduce_to(const std::vector<std::string>& over, kernel::Reduction reduction,
                         const Operand* weights, bool gaps_do_not_count) {
  const auto disappears = [&](const std::string& name) {
    return std::ranges::find(over, name) != over.end();
  };
  if (frame_.mask != no_array && !std::ranges::all_of(frame_.mask_over, disappears)) {
    error(step_.where,
          "values of `" + frame_.mask_over.front() + "` were set aside, but `" + step_.name +
              "` does not reduce it",
          "reduce `" + frame_.mask_over.front() + "` right after `drop`, `trim` or `best`");
    return;
  }
  const Operand counted{std::nullopt, frame_.counted, {}};
  if (frame_.counted != no_array) {
    if (weights != nullptr || (reduction.kind != Reducer::sum && reduction.kind != Reducer::mean)) {
      error(step_.where,
            weights != nullptr ? "the weights are those of `best` before it"
                               : "`" + step_.name + "` does not weigh what `best` keeps in part",
            "write `sum` or `mean` without `weights` after `best` with `weights`");
      frame_.array = no_array;
      return;
    }
    weights = &counted;
  }
  if (weights != nullptr)
    take_gaps(weights->gap);
  std::vector<Index> keys;
  std::vector<Dimension> rest;
  for (const Dimension& d : frame_.dimensions)
    if (!disappears(d.name)) {
      keys.push_back(d.codes);
      rest.push_back(d);
    }
  const bool candidate_disappears = disappears("candidate");
  Grouping groups = group_cells(keys, frame_.cells);
  const std::size_t n = groups.groups->count();
  // What stands and what should stand in each group.
  Frame out = frame_;
  out.cells = n;
  out.gap.assign(n, 0);
  Codes noted;
  for (std::size_t g = 0; g < n; ++g) {
    double stand = 0, gaps = 0;
    Codes gap_cells;
    for (std::uint32_t at = groups.groups->offsets[g]; at < groups.groups->offsets[g + 1]; ++at) {
      const std::uint32_t cell = groups.groups->cell(at);
      if (!frame_.is_gap(cell)) {
        ++stand;
      } else {
        ++gaps;
        gap_cells.push_back(cell);
      }
    }
    if ((gaps == 0 && !frame_.needs) || gaps_do_not_count)
      continue;
    if (frame_.needs) {
      const double needed = frame_.needs_share ? *frame_.needs * (stand + gaps) : *frame_.needs;
      if (stand + 1e-9 >= needed && stand > 0)
        continue;
      if (!frame_.is_outside(groups.first[g]))
        compiler_.note_too_few(frame_, groups.first[g], over, stand, needed, name_);
    } else {
      compiler_.note_gaps(frame_, gap_cells, name_);
    }
    out.gap[g] = 1;
    noted.insert(noted.end(), gap_cells.begin(), gap_cells.end());
  }
  std::vector<std::uint8_t> mask = left_out(!candidate_disappears);
  // A group whose values all are gaps has nothing to reduce; it is a gap itself, and its number is
  // never used. One of its cells takes part so that the reduction is defined.
  for (std::size_t g = 0; g < n; ++g)
    if (out.gap[g] != 0 && !mask.empty())
      mask[groups.first[g]] = 0;
  ArrayId in = frame_.array;
  if (!noted.empty()) {
    Codes harmless_cells;
    for (const std::uint32_t cell : noted)
      harmless_cells.push_back(cell);
    const ArrayId harmless = output();
    add(plan_, op::Fill{in, harmless, std::move(harmless_cells), no_array, 1}, step_.name);
    in = harmless;
  }
  if (!out.any_gap())
    out.gap.clear();
  for (auto& dimension : rest) {
    Codes codes(n);
    for (std::size_t g = 0; g < n; ++g)
      codes[g] = (*dimension.codes)[groups.first[g]];
    dimension.codes = shared_codes(std::move(codes));
  }
  out.dimensions = std::move(rest);
  if (!frame_.outside.empty() && !candidate_disappears) {
    out.outside.assign(n, 0);
    for (std::size_t g = 0; g < n; ++g)
      out.outside[g] = frame_.outside[groups.first[g]];
  } else {
    out.outside.clear();
  }
  auto origin = std::make_shared<Origin>();
  origin->parent = frame_.origin;
  origin->groups = groups.groups;
  origin->cells = n;
  out.origin = frame_.origin ? std::move(origin) : nullptr;
  out.relative = frame_.relative || candidate_disappears;
  out.category = nullptr;
  out.raw = nullptr;
  out.mask = no_array;
  out.counted = no_array;
  out.mask_over.clear();
  out.needs.reset();
  out.resolution = 0;
  if (disappears("part")) {
    out.part_weights.clear();
    out.part_directions.clear();
  }
  out.array = new_array(plan_, n, out.candidates(), name_);
  add(plan_,
      op::Reduce{in, out.array, weights == nullptr ? no_array : array_of(*weights), frame_.mask,
                 std::move(mask), groups.groups, std::move(reduction), gaps_do_not_count},
      step_.name);
  frame_ = std::move(out);
}

static bool holds_part(const std::vector<std::string>& dimensions) {
  return std::ranges::find(dimensions, "part") != dimensions.end();
}

/// The node whose own steps the step is one of; nullptr for a step of a measure.
const Node* Lowering::node_of_step() const {
  const auto& score = compiler_.context.stage.score;
  const Node* node = score ? find_node(*score, name_) : nullptr;
  const bool own = node != nullptr && std::ranges::any_of(node->measure.steps, [&](const Step& s) {
                     return &s == &step_;
                   });
  return own ? node : nullptr;
}

/// The number of each cell's part. Reweighed: those of the parts that stand are raised so that they
/// add up to what all come to, for each combination of the other dimensions.
Operand Lowering::by_part(const std::vector<double>& numbers, bool reweighed) {
  const Index parts = frame_.find("part")->codes;
  std::vector<double> values(frame_.cells);
  for (std::size_t i = 0; i < frame_.cells; ++i)
    values[i] = numbers[(*parts)[i]];
  if (reweighed) {
    std::vector<Index> keys;
    for (const Dimension& d : frame_.dimensions)
      if (d.name != "part")
        keys.push_back(d.codes);
    const Grouping groups = group_cells(keys, frame_.cells);
    const double all = std::accumulate(numbers.begin(), numbers.end(), 0.0);
    std::vector<double> standing(groups.groups->count(), 0);
    for (std::size_t i = 0; i < frame_.cells; ++i)
      standing[groups.of(i)] += frame_.is_gap(i) ? 0 : values[i];
    for (std::size_t i = 0; i < frame_.cells; ++i)
      if (const double stand = standing[groups.of(i)]; stand > 0 && stand != all)
        values[i] *= all / stand;
  }
  return {std::nullopt, array_with(std::move(values)), {}};
}

void Lowering::reduce(Reducer kind) {
  const auto dimensions = over();
  if (!dimensions)
    return;
  kernel::Reduction reduction{kind, 0, {}};
  if (kind == Reducer::median)
    reduction.parameter = text("kind") == "lower" ? -1 : text("kind") == "upper" ? 1 : 0;
  if (kind == Reducer::quantile)
    reduction.parameter = number("at").value_or(0.5);
  if (kind == Reducer::majority) {
    const Tree* above = arg("above");
    const bool counted = above == nullptr || above->is_number();
    const auto share = counted ? number("above").value_or(0.5) : read_share(*above);
    if (!share) {
      frame_.array = no_array;
      return;
    }
    reduction.parameter = *share;
  }
  if (kind == Reducer::sd && text("sd") == "population")
    reduction.kind = Reducer::sd_population;
  if (kind == Reducer::owa) {
    for (const Tree& w : arg("weights")->list())
      reduction.order_weights.push_back(w.number());
    return reduce_to(*dimensions, std::move(reduction), nullptr, false);
  }
  std::optional<Operand> weights;
  if (const Tree* given = arg("weights")) {
    weights = operand(*given);
    if (!weights->constant && weights->array == no_array)
      return;
  }
  const Node* node =
      kind == Reducer::sum && !weights && !frame_.part_weights.empty() && holds_part(*dimensions)
          ? node_of_step()
          : nullptr;
  if (node != nullptr)
    weights = by_part(frame_.part_weights, node->gap.as == PartGap::As::drop);
  reduce_to(*dimensions, std::move(reduction), weights ? &*weights : nullptr, false);
  // Parts with points are fractions of them, and so is their sum.
  if (node != nullptr && node->parts.front().points && frame_.array != no_array)
    binary(op::Binary::Kind::divide, {points_of(*node), no_array, {}});
  if (kind == Reducer::majority)
    frame_.direction = Direction::benefit;
}

/// A number up to 1, a percentage or a fraction; 0 and more than all are no share.
std::optional<double> Lowering::read_share(const Tree& tree) {
  const Share share = tree.is_number() ? Share{tree.number()}
                                       : parse_share(tree.scalar().value_or("")).value_or(Share{});
  if (share.part > 0 && share.part <= share.whole)
    return share.of(1);
  error(tree.where, "`" + tree.scalar().value_or("") + "` is no share of the votes",
        "a share lies above 0 and is at most 1");
  return std::nullopt;
}

/// At least a share, where `Reducer::majority` is more than a share.
void Lowering::majority() {
  const Tree* at_least = arg("at_least");
  if (at_least == nullptr)
    return reduce(Reducer::majority);
  const auto least = read_share(*at_least);
  if (!least) {
    frame_.array = no_array;
    return;
  }
  const ArrayId approves = output();
  add(plan_, op::Compare{frame_.array, constant_array(0), approves, 0, 0, 0, 1}, step_.name);
  frame_.array = approves;
  reduce(Reducer::mean);
  if (frame_.array == no_array)
    return;
  const ArrayId out = output();
  put(op::Compare{frame_.array, constant_array(*least), out, 1e-9, 0, 1, 1}, out);
  frame_.direction = Direction::benefit;
}

void Lowering::mean() {
  const auto dimensions = over();
  if (!dimensions)
    return;
  const std::string kind = text("kind", "arithmetic");
  kernel::Reduction reduction{kind == "geometric"  ? Reducer::geometric
                              : kind == "harmonic" ? Reducer::harmonic
                              : kind == "power"    ? Reducer::power
                                                   : Reducer::mean,
                              number("exponent").value_or(0),
                              {}};
  if (kind != "power" && arg("exponent") != nullptr) {
    error(arg("exponent")->where, "`exponent` says nothing here: it goes with `kind: power`",
          "write `kind: power` beside it, or delete it");
    return;
  }
  if (kind == "power" && reduction.parameter == 0) {
    error(step_.where, "a power mean needs an `exponent` other than 0",
          "the exponent 0 is `kind: geometric`");
    return;
  }
  std::optional<Operand> weights;
  if (const Tree* given = arg("weights")) {
    weights = operand(*given);
    if (!weights->constant && weights->array == no_array)
      return;
  } else if (!frame_.part_weights.empty() && holds_part(*dimensions)) {
    weights = by_part(frame_.part_weights, false);
  }
  reduce_to(*dimensions, std::move(reduction), weights ? &*weights : nullptr, false);
}

void Lowering::count() {
  const auto dimensions = over();
  if (!dimensions)
    return;
  using Kind = op::Binary::Kind;
  struct Condition {
    const char* key;
    double below, equal, above;
  };
  ArrayId indicator = no_array;
  for (const Condition& c :
       {Condition{"at_least", 0, 1, 1}, Condition{"above", 0, 0, 1}, Condition{"at_most", 1, 1, 0},
        Condition{"below", 1, 0, 0}, Condition{"equal", 0, 1, 0}})
    if (const auto bound = number(c.key)) {
      const ArrayId b = constant_array(*bound), out = output();
      add(plan_, op::Compare{frame_.array, b, out, 1e-9, c.below, c.equal, c.above}, step_.name);
      if (indicator == no_array) {
        indicator = out;
      } else {
        const ArrayId both = output();
        add(plan_, op::Binary{indicator, out, both, Kind::multiply}, step_.name);
        indicator = both;
      }
    }
  kernel::Reduction reduction{Reducer::count, 0, {}};
  if (indicator != no_array) {
    frame_.array = indicator;
    reduction.kind = Reducer::sum;
  }
  reduce_to(*dimensions, std::move(reduction), nullptr, true);
  frame_.direction = Direction::benefit;
  // Who has nothing that counts has none.
  if (frame_.find("candidate") != nullptr && frame_.left_over().empty() && frame_.outside.empty()) {
    frame_ = compiler_.align(std::move(frame_), name_);
    Codes cells;
    for (std::size_t i = 0; i < frame_.cells; ++i)
      if (frame_.is_gap(i))
        cells.push_back(static_cast<std::uint32_t>(i));
    if (!cells.empty()) {
      const ArrayId out = output();
      put(op::Fill{frame_.array, out, std::move(cells), no_array, 0}, out);
      frame_.gap.clear();
    }
  }
}

std::vector<std::uint32_t> places_of(const std::vector<std::string>& members) {
  std::vector<std::uint32_t> order(members.size()), places(members.size());
  std::iota(order.begin(), order.end(), 0U);
  std::vector<double> numbers;
  for (const std::string& member : members)
    if (const auto number = number_or_date(member))
      numbers.push_back(*number);
  if (numbers.size() == members.size())
    std::ranges::stable_sort(order, {}, [&](std::uint32_t m) { return numbers[m]; });
  for (std::uint32_t at = 0; at < order.size(); ++at)
    places[order[at]] = at;
  return places;
}

/// Each cell becomes what the cells up to it come to: its group are all of them.
void Lowering::running() {
  constexpr std::size_t most = 50000000;
  const std::vector<std::string> names = names_of("over");
  const std::string along = names.size() == 1 ? names.front() : "";
  const Dimension* dimension = frame_.find(along);
  if (dimension == nullptr || !dimension->members) {
    if (dimension != nullptr || names.size() != 1)
      error(arg("over")->where, "`running` runs along one dimension other than candidates",
            dimensions_in_words());
    else
      (void)key_codes(along, arg("over")->where);
    frame_.array = no_array;
    return;
  }
  std::vector<Index> keys;
  for (const Dimension& d : frame_.dimensions)
    if (d.name != along)
      keys.push_back(d.codes);
  const Grouping rows = group_cells(keys, frame_.cells);
  plan_.named.insert(along);
  const std::vector<std::uint32_t> places = places_of(*dimension->members);
  std::vector<Codes> up_to(frame_.cells);
  std::vector<std::uint8_t> gap(frame_.cells, 0);
  std::size_t together = 0;
  for (std::size_t g = 0; g < rows.groups->count(); ++g) {
    Codes cells;
    for (std::size_t at = rows.groups->offsets[g]; at < rows.groups->offsets[g + 1]; ++at)
      cells.push_back(rows.groups->cell(at));
    std::ranges::stable_sort(cells, {},
                             [&](std::uint32_t c) { return places[(*dimension->codes)[c]]; });
    std::uint8_t missing = 0;
    for (std::size_t k = 0; k < cells.size() && together <= most; ++k) {
      missing = missing != 0 || frame_.is_gap(cells[k]) ? 1 : 0;
      gap[cells[k]] = missing;
      up_to[cells[k]].assign(cells.begin(), cells.begin() + static_cast<std::ptrdiff_t>(k + 1));
      together += k + 1;
    }
  }
  if (together > most) {
    error(step_.where, "`running` would add up more than " + std::to_string(most) + " values");
    frame_.array = no_array;
    return;
  }
  kernel::Groups groups;
  for (const Codes& cells : up_to) {
    groups.members.insert(groups.members.end(), cells.begin(), cells.end());
    groups.offsets.push_back(static_cast<std::uint32_t>(groups.members.size()));
  }
  const std::string kind = text("of", "sum");
  const Reducer reducer = kind == "mean"      ? Reducer::mean
                          : kind == "min"     ? Reducer::min
                          : kind == "max"     ? Reducer::max
                          : kind == "product" ? Reducer::product
                                              : Reducer::sum;
  take_gaps(gap);
  const ArrayId out = output();
  put(op::Reduce{frame_.array,
                 out,
                 no_array,
                 no_array,
                 {},
                 std::make_shared<const kernel::Groups>(std::move(groups)),
                 {reducer, 0, {}}},
      out);
}

void Lowering::set_aside() {
  const auto dimensions = over();
  if (!dimensions)
    return;
  if (dimensions->empty()) {
    error(step_.where, "`" + step_.name + "` has no dimension left to set values of aside",
          "leave it out, or write it before the dimension disappears");
    frame_.array = no_array;
    return;
  }
  if (frame_.counted != no_array) {
    error(step_.where, "`" + step_.name + "` after `best` with `weights`, which keeps a part",
          "reduce `" + frame_.mask_over.front() + "` first, or set aside before it");
    frame_.array = no_array;
    return;
  }
  std::vector<Index> keys;
  for (const Dimension& d : frame_.dimensions)
    if (std::ranges::find(*dimensions, d.name) == dimensions->end())
      keys.push_back(d.codes);
  op::Keep op{frame_.array, 0, frame_.mask, nullptr, {}, false};
  op.groups = group_cells(keys, frame_.cells).groups;
  bool cost = frame_.direction == Direction::cost;
  if (const Tree* by = arg("by")) {
    const Operand decides = operand(*by);
    op.by = array_of(decides);
    take_gaps(decides.gap);
    cost = false;
  }
  if (arg("direction") != nullptr)
    cost = text("direction") == "cost";
  if (arg("then") != nullptr) {
    // The place by all keys, turned round: the larger is the better, or the higher.
    op::Rank rank{op.by, output(), {}, op.groups, {}, {}};
    rank.rule.ascending = step_.name == "best" && cost;
    for (const auto& [key, ascending] : tie_breaks()) {
      take_gaps(key.gap);
      rank.then.push_back({array_of(key), ascending, {}});
    }
    const ArrayId place = rank.out, turned = output();
    add(plan_, std::move(rank), step_.name);
    add(plan_, op::Affine{place, turned, -1, 0}, step_.name);
    op.by = turned;
    cost = false;
  }
  if (step_.name == "drop" && arg("highest") == nullptr && arg("lowest") == nullptr) {
    error(step_.where, "`drop` does not say how many are dropped",
          "say it, `{drop: {over: " + dimensions->front() + ", highest: 1, lowest: 1}}`");
    return;
  }
  const auto how_many = [&](const char* key, double least, std::size_t& fixed, ArrayId& each) {
    const Tree* given = arg(key);
    if (given == nullptr)
      return;
    const Operand n = operand(*given);
    if (op.weights != no_array)
      each = array_of(n);
    else if (n.constant &&
             (*n.constant < least || *n.constant > 1e9 || *n.constant != std::floor(*n.constant)))
      error(given->where, "`" + step_.name + "` of " + format_decimal(*n.constant) + " values",
            "a whole number from " + format_decimal(least) + " to 1000000000 is meant");
    else if (n.constant)
      fixed = static_cast<std::size_t>(*n.constant);
    else
      each = n.array;
    take_gaps(n.gap);
  };
  ArrayId weights = no_array;
  if (const Tree* given = arg("weights")) {
    const Operand weighed = operand(*given);
    weights = op.weights = array_of(weighed);
    take_gaps(weighed.gap);
  }
  how_many("highest", 0, op.rule.drop_highest, op.highest);
  how_many("lowest", 0, op.rule.drop_lowest, op.lowest);
  op.rule.trim_share = number("share").value_or(0);
  how_many("of", 1, op.rule.best, op.best);
  op.short_is_fine = flag("at_most");
  op.rule.cost = cost;
  if (frame_.any_gap()) {
    // Gaps go first: they are neither dropped nor counted.
    std::vector<double> stands(frame_.cells);
    for (std::size_t i = 0; i < frame_.cells; ++i)
      stands[i] = frame_.is_gap(i) ? 0 : 1;
    const ArrayId standing = output();
    add(plan_,
        op::Load{standing, std::make_shared<const std::vector<double>>(std::move(stands)), nullptr},
        step_.name);
    if (op.mask == no_array) {
      op.mask = standing;
    } else {
      const ArrayId both = output();
      add(plan_, op::Binary{op.mask, standing, both, op::Binary::Kind::multiply}, step_.name);
      op.mask = both;
    }
    op.short_is_fine = true; // the gap itself is reported
  }
  const ArrayId kept = op.out = output();
  frame_.mask = kept;
  frame_.mask_over = *dimensions;
  add(plan_, std::move(op), step_.name);
  if (weights == no_array)
    return;
  frame_.counted = output();
  add(plan_, op::Binary{weights, kept, frame_.counted, op::Binary::Kind::multiply}, step_.name);
}

} // namespace libeval
