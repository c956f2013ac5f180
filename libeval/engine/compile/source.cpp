// SPDX-License-Identifier: Apache-2.0
#include "engine/compile/recusals.hpp"
#include "engine/compile/sieve.hpp"
#include "engine/drawn.hpp"

#include <libeval/base/decimal.hpp>
#include <libeval/base/text.hpp>

#include <algorithm>
#include <numeric>
#include <unordered_set>
#include <utility>

namespace libeval {
namespace {

/// Which cells pass the tests; empty: all. Says whether a test looked at anything but keys.
class Sieve {
public:
  Sieve(const Context& context, const TableSpec& spec, const Table& table, const Cells& cells)
      : context_(context), spec_(spec), table_(table), cells_(cells) {}

  bool by_content = false;         ///< a label or value was tested
  std::vector<std::string> pinned; ///< keys fixed to one member
  std::vector<std::uint8_t> keep;
  std::vector<std::uint8_t> expected; ///< candidates that no test takes away; empty: all

  const Test* emptied_by = nullptr; ///< the test after which nothing was left

  void apply(const Filter& filter) {
    for (const Test& test : filter) {
      apply(test);
      const bool nothing = !keep.empty() && std::ranges::find(keep, std::uint8_t{1}) == keep.end();
      if (nothing && emptied_by == nullptr)
        emptied_by = &test;
    }
  }

private:
  template <class F>
  void each(F&& passes) {
    if (keep.empty())
      keep.assign(cells_.count, 1);
    for (std::size_t i = 0; i < cells_.count; ++i)
      if (keep[i] != 0 && !passes(i))
        keep[i] = 0;
  }

  void apply(const Test& test) {
    const auto at = std::ranges::find(cells_.dimensions, test.column, &Dimension::name);
    if (at != cells_.dimensions.end()) {
      if (fixes(test, *at))
        pinned.push_back(test.column);
      return by_codes(*at, members_passing(context_, test, *at, of_table()));
    }
    if (const AttributeOf of = attribute_of(cells_.dimensions, test.column);
        of.dimension != nullptr)
      return by_codes(*of.dimension, candidates_passing(context_, test, of.attribute));
    if (const TextColumn* key = find_text(table_.keys, test.column))
      return by_text(test, *key, true);
    if (const TextColumn* label = find_text(table_.labels, test.column)) {
      by_content = by_content || test.column != spec_.status;
      return by_text(test, *label, false);
    }
    if (const ValueColumn* value = find_value(table_, test.column)) {
      by_content = true;
      bool numbers = false; // in a column without categories, and between them
      for (std::size_t row = 0; row < table_.rows && !numbers; ++row)
        numbers = !value->is_gap(row) && !value->is_category(row);
      check_bounds(context_, test, numbers ? std::vector<std::string>{} : value->texts, of_table());
      warn_of_misfits(context_, test, value->texts, of_table(), false);
      return each([&](std::size_t i) {
        const std::size_t row = cells_.row(i);
        if (value->is_gap(row))
          return false;
        if (value->is_category(row))
          return passes(test, value->texts[value->category[row] - 1]);
        return fits(test, value->numbers[row]);
      });
    }
    if (const auto column = cells_.columns.find(test.column); column != cells_.columns.end()) {
      by_content = true;
      return by_column(test, column->first, *column->second);
    }
    std::vector<std::string> known;
    for (const Dimension& d : cells_.dimensions)
      known.push_back(d.name);
    for (const TextColumn& label : table_.labels)
      known.push_back(label.name);
    for (const ValueColumn& value : table_.values)
      known.push_back(value.name);
    const auto hint = did_you_mean(test.column, known);
    context_.diagnostics.error(
        test.where, "evidence `" + spec_.name + "` has no column `" + test.column + "`",
        hint ? "did you mean `" + *hint + "`?" : "its columns are " + listed(known));
  }

  void by_codes(const Dimension& of, const std::vector<std::uint8_t>& pass) {
    if (of.name == "candidate") {
      expected.resize(pass.size(), 1);
      for (std::size_t c = 0; c < pass.size(); ++c)
        expected[c] = expected[c] != 0 && pass[c] != 0;
    }
    each([&](std::size_t i) {
      const std::uint32_t code = (*of.codes)[i];
      return code != npos && pass[code] != 0;
    });
  }

  /// A column of the cells: what they hold, with words among the numbers, or what stands beside.
  void by_column(const Test& test, const std::string& name, const std::vector<double>& numbers) {
    const bool held = &numbers == cells_.numbers.get();
    const auto is_word = [&](std::size_t i) {
      return held && cells_.category && (*cells_.category)[i] != 0;
    };
    const auto beside = cells_.column_gaps.find(name);
    const std::vector<std::uint8_t>* gap = held                                 ? &cells_.gap
                                           : beside != cells_.column_gaps.end() ? &beside->second
                                                                                : nullptr;
    const auto is_gap = [&](std::size_t i) {
      return gap != nullptr && !gap->empty() && (*gap)[i] != 0;
    };
    bool any_number = false;
    for (std::size_t i = 0; i < cells_.count && !any_number; ++i)
      any_number = !is_gap(i) && !is_word(i);
    if (held) {
      check_bounds(context_, test, any_number ? std::vector<std::string>{} : cells_.texts,
                   of_table());
      warn_of_misfits(context_, test, cells_.texts, of_table(), false);
    }
    each([&](std::size_t i) {
      return !is_gap(i) && (is_word(i) ? passes(test, cells_.texts[(*cells_.category)[i] - 1])
                                       : fits(test, numbers[i]));
    });
  }

  [[nodiscard]] std::string of_table() const { return "`" + spec_.name + "`"; }

  void by_text(const Test& test, const TextColumn& column, bool is_key) {
    check_bounds(context_, test, column.texts, of_table());
    warn_of_misfits(context_, test, column.texts, of_table(), is_key);
    std::vector<std::uint8_t> pass(column.texts.size());
    for (std::size_t m = 0; m < pass.size(); ++m)
      pass[m] = passes(test, column.texts[m]) ? 1 : 0;
    each([&](std::size_t i) { return pass[column.codes[cells_.row(i)]] != 0; });
  }

  const Context& context_;
  const TableSpec& spec_;
  const Table& table_;
  const Cells& cells_;
};

bool is_sparse(const TableSpec& spec, const std::string& dimension) {
  return spec.all_sparse || dimension == "row" ||
         std::ranges::find(spec.sparse, dimension) != spec.sparse.end();
}

/// Adds the cells that should stand and do not. A candidate needs, for every member of the sparse
/// keys that it has, the combinations of the other keys which that member has with any entrant;
/// without sparse keys every entrant that is `expected` (empty: all) needs every combination.
/// O(cells + absent cells).
void add_absent_cells(const Context& context, const TableSpec& spec, Frame& frame,
                      const Recusals& recused, const std::vector<std::uint8_t>& expected,
                      const Where& where) {
  std::vector<Index> sparse_keys, dense_keys;
  for (const Dimension& d : frame.dimensions)
    if (d.name != "candidate")
      (is_sparse(spec, d.name) ? sparse_keys : dense_keys).push_back(d.codes);
  if (dense_keys.empty() || frame.cells == 0)
    return;
  const Index candidates = frame.candidates();
  const Dimension* jurors = recused.any() ? frame.find(recused.dimension()) : nullptr;
  const Grouping sections = group_cells(sparse_keys, frame.cells);
  const Grouping combinations = group_cells(dense_keys, frame.cells);
  std::vector<std::pair<std::uint32_t, std::uint32_t>>
      absent; // a cell of the section and combination, candidate
  std::uint64_t lacking = 0;
  const std::uint64_t most = std::max<std::uint64_t>(1000000, 4 * frame.cells);
  // The section in which a candidate or a combination was seen last, plus one.
  std::vector<std::uint32_t> seen_candidate(context.bundle.program.candidates.size(), 0);
  std::vector<std::uint32_t> seen_combination(combinations.groups->count(), 0);
  for (std::size_t section = 0; section < sections.groups->count(); ++section) {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> cell_of; // combination, a cell that has it
    std::vector<std::uint32_t> who;
    std::unordered_set<std::uint64_t> present;
    std::uint64_t inside = 0;
    const auto mark = static_cast<std::uint32_t>(section + 1);
    const auto enter = [&](std::uint32_t candidate) {
      if (std::exchange(seen_candidate[candidate], mark) != mark)
        who.push_back(candidate);
    };
    for (std::uint32_t at = sections.groups->offsets[section];
         at < sections.groups->offsets[section + 1]; ++at) {
      const std::uint32_t cell = sections.groups->cell(at);
      if (frame.is_outside(cell)) // nothing is expected of those who do not enter
        continue;
      ++inside;
      const std::uint32_t combination = combinations.of(cell);
      if (std::exchange(seen_combination[combination], mark) != mark)
        cell_of.emplace_back(combination, cell);
      enter((*candidates)[cell]);
    }
    if (sparse_keys.empty())
      for (const std::uint32_t candidate : context.entrants)
        if (expected.empty() || expected[candidate] != 0)
          enter(candidate);
    const std::uint64_t expected = static_cast<std::uint64_t>(who.size()) * cell_of.size();
    if (expected <= inside)
      continue;
    lacking += expected - inside;
    if (lacking > most)
      break;
    std::ranges::sort(who);
    std::ranges::sort(cell_of);
    for (std::uint32_t at = sections.groups->offsets[section];
         at < sections.groups->offsets[section + 1]; ++at) {
      const std::uint32_t cell = sections.groups->cell(at);
      present.insert((static_cast<std::uint64_t>((*candidates)[cell]) << 32) |
                     combinations.of(cell));
    }
    for (const std::uint32_t candidate : who)
      for (const auto& [combination, cell] : cell_of)
        if (!present.contains((static_cast<std::uint64_t>(candidate) << 32) | combination) &&
            !(jurors != nullptr && recused.concern((*jurors->codes)[cell], candidate)))
          absent.emplace_back(cell, candidate);
  }
  if (lacking > most) {
    context.diagnostics.error(
        where,
        "evidence `" + spec.name + "` lacks more than " + std::to_string(most) +
            " cells of all combinations of its keys",
        "say which dimensions not every candidate has, `sparse: [...]`, or `sparse: true`");
    return;
  }
  if (absent.empty())
    return;
  const std::size_t standing = frame.cells;
  frame.cells += absent.size();
  for (Dimension& d : frame.dimensions) {
    Codes codes = *d.codes;
    for (const auto& [cell, candidate] : absent)
      codes.push_back(d.name == "candidate" ? candidate : codes[cell]);
    d.codes = shared_codes(std::move(codes));
  }
  frame.gap.resize(standing, 0);
  frame.gap.resize(frame.cells, 1);
  if (!frame.outside.empty())
    for (const auto& [cell, candidate] : absent)
      frame.outside.push_back(context.entering[candidate] != 0 ? 0 : 1);
  if (frame.category) {
    Codes category = *frame.category;
    category.resize(frame.cells, 0);
    frame.category = shared_codes(std::move(category));
  }
  Codes picked(frame.cells, npos);
  std::iota(picked.begin(), picked.begin() + static_cast<std::ptrdiff_t>(standing), 0U);
  auto origin = std::make_shared<Origin>();
  origin->parent = frame.origin;
  origin->picked = shared_codes(std::move(picked));
  origin->cells = frame.cells;
  frame.origin = std::move(origin);
}

} // namespace

Frame evidence_frame(const Context& context, Plan& plan, const Measure& measure, bool everybody,
                     std::vector<AppliedRecusal>& recusals) {
  Frame frame;
  frame.direction = measure.direction;
  const std::size_t at = context.names.table(measure.source.name);
  if (at == nobody) {
    std::vector<std::string> known;
    for (const TableSpec& spec : context.bundle.program.evidence)
      known.push_back(spec.name);
    const auto hint = did_you_mean(measure.source.name, known);
    context.diagnostics.error(measure.source.where,
                              "there is no evidence `" + measure.source.name + "`",
                              hint            ? "did you mean `" + *hint + "`?"
                              : known.empty() ? "name it under `evidence`"
                                              : "known are " + listed(known));
    return frame;
  }
  const TableSpec& spec = context.bundle.program.evidence[at];
  const std::shared_ptr<const Table>& table = context.bundle.tables[at];
  if (table->values.empty() && !spec.pairs)
    return frame;
  const auto made = make_cells(context, spec, table, measure);
  if (!made)
    return frame;
  const Cells& cells = *made;
  if (spec.ballots) { // ranks: the smallest is the best
    frame.direction = Direction::cost;
    frame.weight_column = "count";
  }

  Sieve sieve(context, spec, *table, cells);
  const std::size_t said = context.diagnostics.errors() + context.diagnostics.warnings();
  sieve.apply(measure.filter);
  if (sieve.emptied_by != nullptr &&
      context.diagnostics.errors() + context.diagnostics.warnings() == said)
    warn_of_nothing(context, *sieve.emptied_by, "`" + spec.name + "`");
  for (const Test& test : measure.filter)
    plan.named.insert(test.column);
  const auto candidate = std::ranges::find(cells.dimensions, "candidate", &Dimension::name);
  const auto opponent = std::ranges::find(cells.dimensions, "opponent", &Dimension::name);
  const bool has_candidate = candidate != cells.dimensions.end();
  const auto out_of_field = [&](std::size_t i) {
    return has_candidate && context.entering[(*candidate->codes)[i]] == 0;
  };
  Recusals recused(context, spec, cells);
  if (recused.any())
    plan.named.insert(recused.dimension());
  const bool sparse_columns = !spec.wide.empty() && is_sparse(spec, spec.wide);
  // Whoever stands in this table is a candidate, and all of them enter: nothing to look up.
  const TextColumn* key = find_text(table->keys, "candidate");
  const bool everyone = context.entrants.size() == context.bundle.program.candidates.size() &&
                        measure.filter.empty() && !recused.any() &&
                        opponent == cells.dimensions.end() && !sparse_columns &&
                        (!has_candidate || key != nullptr) &&
                        (key == nullptr || context.names.rows(*table, *key).all_known);
  Codes from;
  bool all = true;
  for (std::size_t i = 0; !everyone && i < cells.count; ++i) {
    bool stays = sieve.keep.empty() || sieve.keep[i] != 0;
    if (stays && has_candidate && (*candidate->codes)[i] == npos)
      stays = false; // an unknown candidate has its own diagnostic
    if (stays && sparse_columns && !cells.gap.empty() && cells.gap[i] != 0)
      stays = false; // an empty cell of a sparse column is a row that is not there
    if (stays && !everybody && out_of_field(i))
      stays = false;
    if (stays && context.among_tied && opponent != cells.dimensions.end() &&
        ((*opponent->codes)[i] == npos || context.entering[(*opponent->codes)[i]] == 0))
      stays = false;
    if (stays && recused.any() && recused.leave_out(i))
      stays = false;
    if (all && !stays) { // the first that goes: all before it stay
      all = false;
      from.resize(i);
      std::iota(from.begin(), from.end(), 0U);
    }
    if (!all && stays)
      from.push_back(static_cast<std::uint32_t>(i));
  }

  frame.dimensions = cells.dimensions;
  frame.cells = cells.count;
  frame.gap = cells.gap;
  frame.category = cells.category;
  frame.texts = cells.texts;
  auto origin = std::make_shared<Origin>();
  origin->columns = cells.columns;
  origin->gaps = cells.column_gaps;
  origin->table = cells.table;
  origin->labels = table;
  origin->rows = cells.rows;
  origin->cells = cells.count;
  frame.origin = std::move(origin);
  if (!all)
    frame = pick_cells(frame, from);
  if (everybody && has_candidate) {
    frame.outside.resize(frame.cells);
    for (std::size_t i = 0; i < frame.cells; ++i)
      frame.outside[i] = context.entering[(*frame.candidates())[i]] != 0 ? 0 : 1;
  }
  frame.pinned = sieve.pinned;
  const std::size_t standing = frame.cells;
  if (has_candidate && !spec.pairs && !sieve.by_content)
    add_absent_cells(context, spec, frame, recused, sieve.expected, measure.where);
  for (AppliedRecusal& one : recused.applied())
    recusals.push_back(std::move(one));
  op::Load load{0, cells.numbers, nullptr};
  if (!all || frame.cells != standing) {
    Codes rows;
    if (all) {
      rows.resize(standing);
      std::iota(rows.begin(), rows.end(), 0U);
    } else {
      rows = std::move(from);
    }
    rows.resize(frame.cells, 0); // gaps read something; their value is never used
    load.rows = shared_codes(std::move(rows));
    if (cells.count == 0) {
      load.column = std::make_shared<const std::vector<double>>(1, 0.0);
    }
  }
  frame.raw = load.column;
  frame.raw_rows = load.rows;
  frame.array = load.out = new_array(plan, frame.cells, frame.candidates(), measure.name);
  const bool own = std::ranges::any_of(
      table->values, [&](const ValueColumn& value) { return load.column.get() == &value.numbers; });
  plan.rests_on_numbers =
      plan.rests_on_numbers || sieve.by_content || (!own && !cells.refill && cells.count > 0);
  Feed feed{plan.ops.size(), static_cast<std::uint32_t>(at), nullptr};
  if (!own && cells.refill)
    feed.refill = [refill = cells.refill] {
      refill();
      return Feed::Now::changed;
    };
  plan.feeds.push_back(std::move(feed));
  add(plan, load, "from");
  return frame;
}

} // namespace libeval
