// SPDX-License-Identifier: Apache-2.0
// Steps that settle what a cell is: tables, codes, gaps, members.
#include "engine/compile/lowering.hpp"
#include "engine/drawn.hpp"

#include <libeval/base/decimal.hpp>
#include <libeval/base/duration.hpp>
#include <libeval/base/share.hpp>
#include <libeval/base/text.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace libeval {

/// The lookup table as the step has it: one curve, or one for each combination of the further keys
/// of an evidence table that the frame has as dimensions (stars by box *and* percent).
Lowering::Curves Lowering::read_curves(const Tree& table) {
  Curves out;
  const auto entry = [&](Curve& curve, const std::string& key, double points, const Where& where,
                         const std::string& of) {
    const bool fresh = curve.categories.emplace(key, points).second;
    const auto number =
        key.find(':') == std::string::npos ? parse_decimal(key) : parse_duration(key);
    const bool new_number = !number || curve.numbers.emplace(*number, points).second;
    if (!fresh || !new_number)
      error(where, "`" + key + "` stands twice in the lookup table" + of);
  };
  if (table.is_list()) {
    out.curves.resize(1);
    for (std::size_t i = 0; i < table.list().size(); ++i)
      out.curves[0].numbers[static_cast<double>(i + 1)] = table.list()[i].number();
    return out;
  }
  if (table.find("from") == nullptr || table.find("key") == nullptr) {
    out.curves.resize(1);
    for (const Entry& e : table.map())
      entry(out.curves[0], e.key, e.value.number(), e.key_where, "");
    return out;
  }
  const std::string name = table.find("from")->scalar().value_or("");
  const std::size_t at = compiler_.context.names.table(name);
  if (at == nobody) {
    error(table.find("from")->where, "there is no evidence `" + name + "`");
    return out;
  }
  const Table& evidence = *compiler_.context.bundle.tables[at];
  plan_.rests_on_numbers = true;
  const std::string key = table.find("key")->scalar().value_or("");
  const std::string value =
      table.find("value") == nullptr ? "" : table.find("value")->scalar().value_or("");
  const ValueColumn* points = nullptr;
  for (const ValueColumn& v : evidence.values)
    if ((value.empty() && points == nullptr && v.name != key) || v.name == value)
      points = &v;
  const TextColumn* texts = nullptr;
  for (const auto* columns : {&evidence.keys, &evidence.labels})
    for (const TextColumn& c : *columns)
      if (c.name == key)
        texts = &c;
  if (points == nullptr || texts == nullptr) {
    error(table.where,
          "evidence `" + name + "` has no " +
              (texts == nullptr ? "key column `" + key + "`" : "value column `" + value + "`"));
    return out;
  }
  std::vector<const TextColumn*> columns;
  std::vector<Dimension> dimensions;
  for (const TextColumn& c : evidence.keys) {
    const Dimension* own = &c == texts ? nullptr : frame_.find(c.name);
    if (auto made = &c == texts || own != nullptr ? std::nullopt : made_dimension(c.name))
      dimensions.push_back(*std::move(made));
    else if (own != nullptr)
      dimensions.push_back(*own);
    else
      continue;
    columns.push_back(&c);
  }
  std::map<std::vector<std::string>, std::uint32_t> curve_at;
  const auto curve_for = [&](std::vector<std::string> tuple) {
    return curve_at.try_emplace(std::move(tuple), static_cast<std::uint32_t>(curve_at.size()))
        .first->second;
  };
  for (std::size_t r = 0; r < evidence.rows; ++r) {
    if (points->is_gap(r) || points->is_category(r))
      continue;
    std::vector<std::string> tuple;
    std::string of;
    for (const TextColumn* c : columns) {
      of += " of `" + c->at(r) + "`";
      tuple.push_back(c->at(r));
    }
    const std::uint32_t curve = curve_for(std::move(tuple));
    out.curves.resize(curve_at.size());
    entry(out.curves[curve], texts->at(r), points->numbers[r], table.where, of);
  }
  if (!dimensions.empty()) {
    out.of.resize(frame_.cells);
    for (const Dimension& d : dimensions)
      plan_.named.insert(d.name);
    for (std::size_t i = 0; i < frame_.cells; ++i) {
      std::vector<std::string> tuple;
      for (const Dimension& d : dimensions) {
        const std::uint32_t code = (*d.codes)[i];
        tuple.emplace_back(d.members ? original_of((*d.members)[code])
                                     : compiler_.context.bundle.program.candidates[code].id.str());
      }
      out.of[i] = curve_for(std::move(tuple));
    }
  }
  out.curves.resize(std::max<std::size_t>(1, curve_at.size()));
  return out;
}

static kernel::CurveMode curve_mode(const std::string& word) {
  return word == "above"     ? kernel::CurveMode::above
         : word == "at_most" ? kernel::CurveMode::at_most
         : word == "below"   ? kernel::CurveMode::below
         : word == "linear"  ? kernel::CurveMode::linear
                             : kernel::CurveMode::at_least; // also called `step`
}

/// A number that stands on the curve, for cells whose number is never used.
static double harmless_on(const std::vector<std::pair<double, double>>& curve,
                          kernel::CurveMode mode) {
  constexpr double most = std::numeric_limits<double>::max();
  const double first = curve.front().first, last = curve.back().first;
  return mode == kernel::CurveMode::above ? std::min(last + std::max(1.0, std::abs(last)), most)
         : mode == kernel::CurveMode::below
             ? std::max(first - std::max(1.0, std::abs(first)), -most)
             : first;
}

/// The same groups without some of the cells.
static SharedGroups among_numbers(const kernel::Groups& groups, const Codes& left_out) {
  auto out = std::make_shared<kernel::Groups>();
  for (std::size_t g = 0; g < groups.count(); ++g) {
    for (std::uint32_t at = groups.offsets[g]; at < groups.offsets[g + 1]; ++at)
      if (!std::ranges::binary_search(left_out, groups.cell(at)))
        out->members.push_back(groups.cell(at));
    out->offsets.push_back(static_cast<std::uint32_t>(out->members.size()));
  }
  return out;
}

void Lowering::lookup() {
  const Tree& table = *arg("table");
  const Curves curves = read_curves(table);
  if (curves.curves.empty()) {
    frame_.array = no_array;
    return;
  }
  const std::string mode = text("mode", "exact");
  std::optional<double> otherwise = number("else");
  const bool keep = text("else") == "keep", to_gap = text("else") == "gap";
  const Direction before = frame_.direction;

  // Gaps that come from numbers can be settled only while the numbers are those of the evidence.
  std::vector<std::uint8_t> gap(frame_.cells, 0);
  bool any_number = false;
  Codes not_numbers;
  std::map<double, Codes> filled;
  for (std::size_t i = 0; i < frame_.cells; ++i) {
    const std::uint32_t c = frame_.category ? (*frame_.category)[i] : 0;
    if (frame_.is_gap(i)) {
      not_numbers.push_back(static_cast<std::uint32_t>(i));
      continue;
    }
    if (c == 0) {
      any_number = true;
      if (to_gap && frame_.raw && mode == "exact") {
        plan_.rests_on_numbers = true;
        const double x = (*frame_.raw)[frame_.raw_rows ? (*frame_.raw_rows)[i] : i];
        if (!curves.at(i).numbers.contains(x)) {
          gap[i] = 1;
          not_numbers.push_back(static_cast<std::uint32_t>(i));
        }
      }
      continue;
    }
    const std::string& word = frame_.texts[c - 1];
    not_numbers.push_back(static_cast<std::uint32_t>(i));
    const auto& categories = curves.at(i).categories;
    if (const auto at = categories.find(word); at != categories.end()) {
      filled[at->second].push_back(static_cast<std::uint32_t>(i));
    } else if (to_gap) {
      gap[i] = 1;
    } else if (otherwise) {
      filled[*otherwise].push_back(static_cast<std::uint32_t>(i));
    } else {
      error(step_.where, "`" + word + "` is not in the lookup table",
            "add it, or say what other values are worth, `else: 0`");
      frame_.array = no_array;
      return;
    }
  }
  take_gaps(gap);
  if (any_number) {
    op::Lookup op{frame_.array};
    for (const Curve& curve : curves.curves)
      op.curves.emplace_back(curve.numbers.begin(), curve.numbers.end());
    op.curve_of = curves.of;
    op.exact = mode == "exact";
    op.mode = curve_mode(mode);
    op.otherwise = otherwise;
    op.keep = keep;
    if (to_gap)
      op.otherwise = 0;
    if (!op.exact && std::ranges::all_of(op.curves, [](const auto& c) { return c.empty(); })) {
      error(table.where, "a curve needs numbers to run between");
      return;
    }
    if (text("shared") == "split") {
      op.split = among_numbers(*within().groups, not_numbers);
      others_enter();
    }
    if (!not_numbers.empty()) { // whatever stands there is replaced or never used
      const ArrayId harmless = output();
      const auto some =
          std::ranges::find_if(op.curves, [](const auto& curve) { return !curve.empty(); });
      const bool none = some == op.curves.end();
      if (!op.curve_of.empty())
        for (const std::uint32_t cell : not_numbers)
          op.curve_of[cell] = none ? 0 : static_cast<std::uint32_t>(some - op.curves.begin());
      add(plan_,
          op::Fill{op.in, harmless, not_numbers, no_array,
                   none ? 0.0 : harmless_on(*some, op.mode)},
          step_.name);
      op.in = harmless;
    }
    op.out = output();
    const ArrayId out = op.out;
    put(std::move(op), out);
  }
  for (const auto& [value, cells] : filled) {
    const ArrayId out = output();
    put(op::Fill{frame_.array, out, cells, no_array, value}, out);
  }
  frame_.category = nullptr;
  const std::string direction = text("direction");
  frame_.direction = direction == "cost"         ? Direction::cost
                     : keep && direction.empty() ? before
                                                 : Direction::benefit;
}

void Lowering::compare() {
  const Tree& to = *arg("to");
  Operand with;
  const std::string word = to.is_text() ? to.text() : "";
  if (word == "majority" || word == "mean" || word == "median") {
    const Reducer kind = word == "majority" ? Reducer::mode
                         : word == "mean"   ? Reducer::mean
                                            : Reducer::median;
    with.array = per_group(within(), {kind, 0, {}}, reference_mask());
    others_enter();
  } else {
    with = operand(to);
    if (!with.constant && with.array == no_array)
      return;
  }
  const ArrayId b = array_of(with), out = output();
  take_gaps(with.gap);
  put(op::Compare{frame_.array, b, out, number("tolerance").value_or(0),
                  number("below").value_or(-1), number("equal").value_or(0),
                  number("above").value_or(1)},
      out);
  frame_.direction = Direction::benefit;
}

void Lowering::codes() {
  std::vector<std::uint8_t> gap(frame_.cells, 0);
  const std::vector<std::string> marks = names_of("gaps");
  std::vector<double> numbers;
  for (const std::string& mark : marks)
    if (const auto number = parse_decimal(mark))
      numbers.push_back(*number);
  if (!numbers.empty() && !frame_.raw) {
    error(step_.where, "`codes` looks at the marks as they stand in the evidence",
          "put it before every other step");
    return;
  }
  plan_.rests_on_numbers = plan_.rests_on_numbers || !numbers.empty();
  for (std::size_t i = 0; i < frame_.cells; ++i) {
    const std::uint32_t c = frame_.category ? (*frame_.category)[i] : 0;
    if (c != 0)
      gap[i] = std::ranges::find(marks, frame_.texts[c - 1]) != marks.end() ? 1 : 0;
    else if (frame_.raw)
      gap[i] =
          std::ranges::find(numbers, (*frame_.raw)[frame_.raw_rows ? (*frame_.raw_rows)[i] : i]) !=
                  numbers.end()
              ? 1
              : 0;
  }
  take_gaps(gap);
}

/// Entrants without any cell become gaps, once `candidate` is the only dimension left.
void Lowering::fill_absent_entrants() {
  if (frame_.find("candidate") != nullptr && frame_.left_over().empty() && frame_.outside.empty())
    frame_ = compiler_.align(std::move(frame_), name_);
}

/// An entrant without any cell gets one gap, at a combination of keys that others have.
void Lowering::give_absent_entrants_a_cell() {
  const Dimension* candidate = frame_.find("candidate");
  if (candidate == nullptr || frame_.left_over().empty() || frame_.cells == 0)
    return;
  std::vector<std::uint8_t> seen(compiler_.context.bundle.program.candidates.size(), 0);
  for (const std::uint32_t c : *candidate->codes)
    seen[c] = 1;
  Codes absent;
  for (const std::uint32_t c : compiler_.context.entrants)
    if (seen[c] == 0)
      absent.push_back(c);
  if (absent.empty())
    return;
  Codes cells(frame_.cells);
  std::iota(cells.begin(), cells.end(), 0U);
  const std::size_t standing = frame_.cells;
  cells.resize(standing + absent.size(), 0);
  keep_cells(cells);
  frame_.gap.resize(standing, 0);
  frame_.gap.resize(frame_.cells, 1);
  for (std::size_t i = standing; i < frame_.cells; ++i)
    frame_.gap[i] = 1;
  for (Dimension& d : frame_.dimensions) {
    Codes codes = *d.codes;
    const auto added = codes.begin() + static_cast<std::ptrdiff_t>(standing);
    if (d.name == "candidate") {
      std::ranges::copy(absent, added);
    } else if (d.members) { // a member of its own, so that it stands in nobody else's group
      auto members = std::make_shared<std::vector<std::string>>(*d.members);
      std::fill(added, codes.end(), static_cast<std::uint32_t>(members->size()));
      members->emplace_back();
      d.members = std::move(members);
    }
    d.codes = shared_codes(std::move(codes));
    if (d.name == "candidate")
      plan_.arrays[frame_.array].candidates = d.codes;
  }
  if (!frame_.outside.empty())
    std::fill(frame_.outside.begin() + static_cast<std::ptrdiff_t>(standing), frame_.outside.end(),
              std::uint8_t{0});
}

void Lowering::missing(const char* argument) {
  const Tree& as = *arg(argument);
  fill_absent_entrants();
  const std::string word = as.is_text() ? as.text() : "";
  if (const Tree* needs = arg("needs"); needs != nullptr && word != "drop")
    error(needs->where, "`needs` says nothing here: it goes with `as: drop`",
          "write `as: drop`, or delete it");
  if (word == "hold")
    return;
  compiler_.take_undefined_as_gaps(frame_);
  if (word == "zero" || as.is_number())
    give_absent_entrants_a_cell();
  Codes cells, standing;
  for (std::size_t i = 0; i < frame_.cells; ++i)
    (frame_.is_gap(i) ? cells : standing).push_back(static_cast<std::uint32_t>(i));
  if (word == "drop") {
    if (const Tree* needs = arg("needs")) {
      const auto share = parse_share(needs->scalar().value_or(""));
      frame_.needs_share = share.has_value();
      frame_.needs = share ? share->of(1) : number("needs").value_or(0);
    }
    if (!cells.empty()) {
      const bool needed = frame_.needs.has_value();
      if (needed) {
        // The gaps stay, so that the next reduction can count against what should stand.
        return;
      }
      keep_cells(standing);
      frame_.gap.clear();
    }
    return;
  }
  if (!cells.empty())
    fill(cells, as);
}

void Lowering::fill(const Codes& cells, const Tree& as) {
  const std::string word = as.is_text() ? as.text() : "";
  op::Fill fill{frame_.array, 0, cells, no_array, 0};
  if (word == "zero") {
    fill.constant = 0;
  } else if (!word.empty()) {
    const bool benefit = frame_.direction == Direction::benefit;
    const Reducer kind = word == "lowest"    ? Reducer::min
                         : word == "highest" ? Reducer::max
                         : word == "worst"   ? (benefit ? Reducer::min : Reducer::max)
                         : word == "best"    ? (benefit ? Reducer::max : Reducer::min)
                         : word == "mean"    ? Reducer::mean
                                             : Reducer::median;
    std::vector<std::uint8_t> takes_part = left_out(false);
    for (std::uint8_t& b : takes_part)
      b = b != 0 ? 0 : 1;
    fill.values = per_group(within(), {kind, 0, {}}, takes_part);
    others_enter();
  } else {
    const Operand with = operand(as);
    if (with.constant)
      fill.constant = *with.constant;
    else if (with.array == no_array)
      return;
    else
      fill.values = with.array;
  }
  fill.out = output();
  const ArrayId out = fill.out;
  const double resolution = frame_.resolution;
  put(std::move(fill), out);
  frame_.resolution = resolution;
  frame_.gap.clear();
  if (frame_.category) {
    Codes category = *frame_.category;
    for (const std::uint32_t cell : cells)
      category[cell] = 0;
    frame_.category = shared_codes(std::move(category));
  }
}

void Lowering::keep_groups() {
  const Grouping groups = within();
  const std::string of = text("of");
  const Index counted = of.empty() ? nullptr : key_codes(of, arg("of")->where);
  if (!of.empty() && !counted)
    return;
  const double at_least = number("at_least").value_or(0);
  std::vector<std::uint8_t> stays(groups.groups->count());
  for (std::size_t g = 0; g < stays.size(); ++g) {
    Codes members;
    for (std::uint32_t at = groups.groups->offsets[g]; at < groups.groups->offsets[g + 1]; ++at) {
      const std::uint32_t cell = groups.groups->cell(at);
      if (!frame_.is_gap(cell) && !frame_.is_outside(cell))
        members.push_back(counted ? (*counted)[cell] : cell);
    }
    std::ranges::sort(members);
    members.erase(std::unique(members.begin(), members.end()), members.end());
    stays[g] = static_cast<double>(members.size()) >= at_least ? 1 : 0;
  }
  Codes cells;
  for (std::size_t i = 0; i < frame_.cells; ++i)
    if (stays[groups.of(i)] != 0)
      cells.push_back(static_cast<std::uint32_t>(i));
  if (cells.size() != frame_.cells)
    keep_cells(cells);
}

void Lowering::group() {
  for (const std::string& name : names_of("by")) {
    if (frame_.find(name) != nullptr)
      continue;
    if (auto made = made_dimension(name))
      frame_.dimensions.push_back(std::move(*made));
    else
      error(arg("by")->where,
            "`" + name + "` is no attribute of a candidate and no column that is here",
            "write `candidate.NAME`; " + dimensions_in_words());
  }
}

/// Each cell once for every other candidate with a cell in its group, who becomes the dimension
/// `opponent`.
void Lowering::versus() {
  if (frame_.find("candidate") == nullptr || frame_.find("opponent") != nullptr) {
    error(step_.where,
          frame_.find("opponent") != nullptr
              ? "the values stand beside opponents already"
              : "there is no `candidate` here to stand beside others",
          dimensions_in_words());
    frame_.array = no_array;
    return;
  }
  std::vector<Index> keys;
  for (const Dimension& d : frame_.dimensions)
    if (d.name != "candidate")
      keys.push_back(d.codes);
  const Grouping groups = group_cells(keys, frame_.cells);
  const kernel::Groups& all = *groups.groups;
  constexpr std::uint64_t most = 50'000'000;
  std::uint64_t needed = 0;
  for (std::size_t g = 0; g < all.count(); ++g)
    needed += static_cast<std::uint64_t>(all.size(g)) * all.size(g);
  if (needed > most) {
    error(step_.where,
          "every two of these candidates are more than " + std::to_string(most) + " pairs");
    frame_.array = no_array;
    return;
  }
  const Codes& candidates = *frame_.candidates();
  Codes cells, opponents;
  for (std::size_t i = 0; i < frame_.cells; ++i) {
    const std::uint32_t g = groups.of(i);
    for (std::uint32_t at = all.offsets[g]; at < all.offsets[g + 1]; ++at) {
      const std::uint32_t other = all.cell(at);
      if (candidates[other] == candidates[i] || frame_.is_outside(other))
        continue;
      cells.push_back(static_cast<std::uint32_t>(i));
      opponents.push_back(candidates[other]);
    }
  }
  const double resolution = frame_.resolution;
  keep_cells(cells);
  frame_.resolution = resolution;
  frame_.dimensions.push_back({"opponent", nullptr, shared_codes(std::move(opponents))});
  frame_.relative = true;
}

void Lowering::pick() {
  for (const Entry& entry : arg("members")->map()) {
    const Dimension* found = frame_.find(entry.key);
    if (found == nullptr) {
      key_codes(entry.key, entry.key_where);
      continue;
    }
    plan_.named.insert(entry.key);
    std::vector<std::string> members;
    if (found->members)
      members = *found->members;
    else
      for (const Candidate& candidate : compiler_.context.bundle.program.candidates)
        members.push_back(candidate.id.str());
    const std::string member = entry.value.scalar().value_or("");
    const auto at = std::ranges::find(members, member);
    if (at == members.end()) {
      const auto hint = did_you_mean(member, members);
      error(entry.value.where, "no `" + entry.key + "` is called `" + member + "`",
            hint ? "did you mean `" + *hint + "`?" : "");
      continue;
    }
    const auto code = static_cast<std::uint32_t>(at - members.begin());
    Codes cells;
    for (std::size_t i = 0; i < frame_.cells; ++i)
      if ((*found->codes)[i] == code)
        cells.push_back(static_cast<std::uint32_t>(i));
    const double resolution = frame_.resolution;
    keep_cells(cells);
    frame_.resolution = resolution;
    if (entry.key == "candidate") { // whose values then count for others
      frame_.outside.clear();
      frame_.relative = true;
    }
    std::erase_if(frame_.dimensions, [&](const Dimension& d) { return d.name == entry.key; });
    frame_.pinned.push_back(entry.key);
  }
}

} // namespace libeval
