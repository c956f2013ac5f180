// SPDX-License-Identifier: Apache-2.0
// Parameters, dimensions and groups: what every step needs.
#include "engine/compile/cells.hpp"
#include "engine/compile/lowering.hpp"
#include "engine/drawn.hpp"

#include <libeval/base/date.hpp>
#include <libeval/base/decimal.hpp>
#include <libeval/base/text.hpp>
#include <libeval/kernel/written.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <list>
#include <numeric>
#include <set>
#include <string_view>

namespace libeval {

namespace {

/// Says which members of a dimension the values of a parameter leave out.
void warn_of_members(const Param& param, const std::string& step,
                     const std::set<std::string_view>& without, Diagnostics& diagnostics) {
  constexpr std::size_t most = 6;
  if (without.empty())
    return;
  std::string names;
  std::size_t named = 0;
  for (const std::string_view member : without)
    if (named++ < most)
      names += (names.empty() ? "" : ", ") + in_backticks(member);
  if (named > most)
    names += " and " + std::to_string(named - most) + " more";
  diagnostics.warning(param.where, "these `values` of `" + step + "` have none for " + names,
                      "add them, or `else`; where there is none the cell is a gap");
}

} // namespace

double exact_difference(double a, double b) {
  return kernel::to_double(kernel::from_written(a) - kernel::from_written(b));
}

Operand Lowering::operand(const Tree& tree) {
  warn_of_strangers(tree);
  return operand(read_param(tree));
}

/// Says which members of a table in place there are none of.
void Lowering::warn_of_strangers(const Tree& tree) {
  if (!tree.is_map())
    return;
  if (const Tree* negative = tree.find("negative"))
    return warn_of_strangers(*negative);
  const Tree *by = tree.find("by"), *values = tree.find("values");
  const std::string name = by == nullptr ? "" : by->scalar().value_or("");
  const auto attribute = made_dimension(name);
  const Dimension* of = attribute ? &*attribute : frame_.find(name);
  if (of == nullptr || values == nullptr || !values->is_map())
    return;
  std::vector<std::string> known;
  if (of->members)
    for (const std::string& member : *of->members)
      known.emplace_back(original_of(member));
  else
    for (const Candidate& candidate : compiler_.context.bundle.program.candidates)
      known.push_back(candidate.id.str());
  const std::set<std::string_view> members(known.begin(), known.end());
  for (const Entry& entry : values->map())
    if (!members.contains(entry.key)) {
      const auto hint = did_you_mean(entry.key, known);
      compiler_.context.diagnostics.warning(
          entry.key_where, "no `" + of->name + "` here is called `" + entry.key + "`",
          hint ? "did you mean `" + *hint + "`?" : "nothing has this number");
    }
}

Operand Lowering::operand(const Param& param) {
  Operand out;
  switch (param.kind) {
  case Param::Kind::number:
    out.constant = param.number;
    break;
  case Param::Kind::count: {
    if (param.column == "candidate") {
      out.constant = static_cast<double>(compiler_.context.entrants.size()) + param.number;
      break;
    }
    const Index codes = key_codes(param.column, param.where);
    if (!codes)
      return {0.0, no_array, {}};
    out.constant =
        static_cast<double>(group_cells({codes}, frame_.cells).groups->count()) + param.number;
    break;
  }
  case Param::Kind::column: {
    std::vector<std::uint8_t> gap;
    auto values = frame_.origin ? column_of(*frame_.origin, param.column, gap) : std::nullopt;
    if (!values) {
      const Dimension* dimension = frame_.find(param.column);
      if (dimension != nullptr && dimension->members)
        if (auto numbers = members_as_numbers(*dimension)) {
          out = *std::move(numbers);
          break;
        }
      error(param.where, "there is no column `" + param.column + "` here",
            "a column of the same rows, or one that is the same in all rows that were reduced");
      return {0.0, no_array, {}};
    }
    warn_of_word(param);
    out.array = output();
    auto numbers = std::make_shared<std::vector<double>>(std::move(*values));
    plan_.feeds.push_back(column_feed(param.column, gap, numbers));
    add(plan_, op::Load{out.array, std::move(numbers), nullptr}, step_.name);
    out.gap = std::move(gap);
    break;
  }
  case Param::Kind::table: {
    const auto attribute = made_dimension(param.column);
    const Dimension* dimension = attribute ? &*attribute : frame_.find(param.column);
    if (dimension == nullptr) {
      error(param.where, "there is no dimension `" + param.column + "` here",
            dimensions_in_words());
      return {0.0, no_array, {}};
    }
    const auto& candidates = compiler_.context.bundle.program.candidates;
    std::vector<double> values(frame_.cells, 0);
    out.gap.assign(frame_.cells, 0);
    plan_.named.insert(param.column);
    std::set<std::string_view> without;
    for (std::size_t i = 0; i < frame_.cells; ++i) {
      const std::uint32_t code = (*dimension->codes)[i];
      const std::string_view member = dimension->members
                                          ? original_of((*dimension->members)[code])
                                          : std::string_view(candidates[code].id.str());
      const auto at =
          std::ranges::find(param.members, member, &std::pair<std::string, double>::first);
      if (at != param.members.end())
        values[i] = at->second;
      else if (param.otherwise)
        values[i] = *param.otherwise;
      else {
        out.gap[i] = 1;
        without.insert(member);
      }
    }
    warn_of_members(param, step_.name, without, compiler_.context.diagnostics);
    out.array = output();
    add(plan_,
        op::Load{out.array, std::make_shared<const std::vector<double>>(std::move(values)), nullptr,
                 true},
        step_.name);
    break;
  }
  case Param::Kind::measure:
    // An attribute stands in the program, whoever enters.
    out = joined(compiler_.measure(*param.measure,
                                   param.measure->everybody ||
                                       (!param.at.empty() && param.measure->steps.empty() &&
                                        param.measure->source.kind == Source::Kind::attribute)),
                 param);
    break;
  }
  if (param.negative) {
    if (out.constant) {
      out.constant = -*out.constant;
    } else {
      const ArrayId negated = output();
      add(plan_, op::Affine{out.array, negated, -1, 0}, step_.name);
      out.array = negated;
    }
  }
  return out;
}

/// The first word that a column holds in some rows (null: all); nullptr where it holds numbers.
static const std::string* word_among(const Table& table, const Index& rows, std::size_t cells,
                                     const std::string& column) {
  const ValueColumn* value = find_value(table, column);
  const TextColumn* label = value == nullptr ? find_text(table.labels, column) : nullptr;
  const std::vector<std::string>* texts = value != nullptr   ? &value->texts
                                          : label != nullptr ? &label->texts
                                                             : nullptr;
  if (texts == nullptr)
    return nullptr;
  std::vector<std::uint8_t> is_word;
  for (const std::string& text : *texts)
    is_word.push_back(value != nullptr || (!text.empty() && !number_or_date(text)) ? 1 : 0);
  if (std::ranges::find(is_word, 1) == is_word.end())
    return nullptr;
  for (std::size_t i = 0; i < cells; ++i) {
    const std::size_t row = rows ? (*rows)[i] : i;
    const std::size_t text = value == nullptr          ? label->codes[row]
                             : value->is_category(row) ? value->category[row] - 1
                                                       : texts->size();
    if (text < texts->size() && is_word[text] != 0)
      return &(*texts)[text];
  }
  return nullptr;
}

void Lowering::warn_of_word(const Param& column) {
  const Origin* base = frame_.origin.get();
  while (base->parent)
    base = base->parent.get();
  if (!base->table || base->columns.contains(column.column))
    return;
  if (const std::string* word = word_among(*base->table, base->rows, base->cells, column.column))
    compiler_.context.diagnostics.warning(column.where,
                                          "`" + *word + "` in column `" + column.column +
                                              "` is no number, and there is a gap",
                                          "write a number, or let `where` take these rows away");
}

/// Tells when the numbers of another column of the same rows are others.
Feed Lowering::column_feed(const std::string& column, const std::vector<std::uint8_t>& gap,
                           std::shared_ptr<std::vector<double>> numbers) {
  const Origin* base = frame_.origin.get();
  while (base->parent)
    base = base->parent.get();
  const auto& tables = compiler_.context.bundle.tables;
  const auto table = std::ranges::find(tables, base->table);
  if (base->columns.contains(column) || table == tables.end()) {
    plan_.rests_on_numbers = true; // a copy, such as a result of pairs
    return {plan_.ops.size(), Feed::no_table, [] { return Feed::Now::same; }};
  }
  return {plan_.ops.size(), static_cast<std::uint32_t>(table - tables.begin()),
          [origin = frame_.origin, column, gap, numbers = std::move(numbers)] {
            std::vector<std::uint8_t> gap_now;
            auto now = column_of(*origin, column, gap_now);
            if (!now || gap_now != gap)
              return Feed::Now::otherwise;
            *numbers = std::move(*now);
            return Feed::Now::changed;
          }};
}

/// Joins a parameter's cells to the frame's by the dimensions the parameter has left. `at:
/// opponent` takes the cells seen from the other side.
Operand Lowering::joined(const Frame& values, const Param& param) {
  Operand out;
  if (values.array == no_array)
    return {0.0, no_array, {}};
  std::vector<std::pair<const Dimension*, const Dimension*>>
      pairs;                       // of the parameter, of the frame
  std::list<Dimension> attributes; // of the frame: made for the parameter
  const Dimension* other_side = nullptr;
  for (const Dimension& d : values.dimensions) {
    const std::string name = d.name == "candidate" && !param.at.empty() ? param.at
                             : d.name == param.at                       ? "candidate"
                                                                        : d.name;
    const Dimension* own = frame_.find(name);
    const bool pinned_here = own == nullptr || (param.at.empty() && frame_.is_pinned(name));
    if (pinned_here && values.is_pinned(d.name)) // one member on each side, maybe another one
      continue;
    if (own == nullptr)
      if (auto made = made_dimension(name))
        own = &attributes.emplace_back(std::move(*made));
    if (own == nullptr) {
      error(param.where,
            "the parameter depends on `" + name + "`, which is not there at this point",
            "reduce it first, `steps: [{mean: " + name + "}]`, or start from what has `" + name +
                "`; " + dimensions_in_words());
      return {0.0, no_array, {}};
    }
    pairs.emplace_back(&d, own);
    if (name == "side" && d.members && d.members->size() == 2 && values.find(param.at) != nullptr)
      other_side = &d;
    plan_.named.insert(d.name);
    plan_.named.insert(own->name);
  }
  // Give both sides' members the same codes, then look tuples up.
  std::map<Codes, std::uint32_t> cell_of;
  std::vector<std::map<std::string_view, std::uint32_t>> words(pairs.size());
  const auto code_of = [&](std::size_t p, std::string_view word) {
    return words[p].try_emplace(word, static_cast<std::uint32_t>(words[p].size())).first->second;
  };
  const auto code = [&](std::size_t p, const Dimension& d, std::uint32_t raw) {
    return d.members ? code_of(p, (*d.members)[raw]) : raw;
  };
  const auto original = [&](std::size_t p, const Dimension& d, std::uint32_t raw) {
    return d.members ? code_of(p, original_of((*d.members)[raw])) : raw;
  };
  for (std::size_t i = 0; i < values.cells; ++i) {
    Codes tuple;
    for (std::size_t p = 0; p < pairs.size(); ++p) {
      const Dimension& d = *pairs[p].first;
      const std::uint32_t raw = (*d.codes)[i];
      tuple.push_back(code(p, d, &d == other_side ? 1 - raw : raw));
    }
    cell_of.try_emplace(std::move(tuple), static_cast<std::uint32_t>(i));
  }
  out.direction = values.direction;
  frame_.relative = frame_.relative || values.relative;
  Codes index(frame_.cells, 0);
  Codes absent;
  out.gap.assign(frame_.cells, 0);
  for (std::size_t i = 0; i < frame_.cells; ++i) {
    Codes tuple;
    for (std::size_t p = 0; p < pairs.size(); ++p)
      tuple.push_back(code(p, *pairs[p].second, (*pairs[p].second->codes)[i]));
    auto at = cell_of.find(tuple);
    if (at == cell_of.end()) { // a copy where the parameter knows only who it is of
      for (std::size_t p = 0; p < pairs.size(); ++p)
        tuple[p] = original(p, *pairs[p].second, (*pairs[p].second->codes)[i]);
      at = cell_of.find(tuple);
    }
    if (at != cell_of.end() && !values.is_gap(at->second)) {
      index[i] = at->second;
    } else if (param.otherwise) {
      absent.push_back(static_cast<std::uint32_t>(i));
    } else {
      out.gap[i] = 1;
    }
  }
  if (values.cells == 0) {
    if (param.otherwise)
      return {param.otherwise, no_array, {}};
    out.array = constant_array(0);
    return out;
  }
  out.array = output();
  add(plan_, op::Gather{values.array, out.array, shared_codes(std::move(index))}, step_.name);
  if (!absent.empty()) {
    const ArrayId filled = output();
    add(plan_, op::Fill{out.array, filled, std::move(absent), no_array, *param.otherwise},
        step_.name);
    out.array = filled;
  }
  return out;
}

ArrayId Lowering::constant_array(double value) {
  const ArrayId out = output();
  add(plan_,
      op::Load{out, std::make_shared<const std::vector<double>>(1, value),
               shared_codes(Codes(frame_.cells, 0)), true},
      step_.name);
  return out;
}

ArrayId Lowering::array_with(std::vector<double> values) {
  const ArrayId out = output();
  add(plan_,
      op::Load{out, std::make_shared<const std::vector<double>>(std::move(values)), nullptr, true},
      step_.name);
  return out;
}

ArrayId Lowering::array_of(const Operand& operand) {
  return operand.constant ? constant_array(*operand.constant) : operand.array;
}

std::string Lowering::dimensions_in_words() const {
  std::string out;
  for (const Dimension& d : frame_.dimensions)
    out += (out.empty() ? "`" : ", `") + d.name + "`";
  return out.empty() ? "no dimension is left here" : "the dimensions here are " + out;
}

/// The codes of a dimension, or of one that is made of an attribute or a column.
Index Lowering::key_codes(const std::string& name, const Where& where) {
  if (const Dimension* d = frame_.find(name))
    return d->codes;
  if (auto made = made_dimension(name))
    return made->codes;
  std::vector<std::string> known;
  for (const Dimension& d : frame_.dimensions)
    known.push_back(d.name);
  const auto hint = did_you_mean(name, known);
  const Node* node = name == "part" ? node_of_step() : nullptr;
  if (node != nullptr && !node->parts.empty() && !reduces(node->measure.steps, name))
    error(where,
          "no step of `" + node->path + "` reduces `part`, so its parts are added before its steps",
          "end with `{sum: part}`, `{mean: part}` or another step over `part`");
  else
    error(where, "there is no dimension `" + name + "` here",
          hint ? "did you mean `" + *hint + "`?" : dimensions_in_words());
  return nullptr;
}

void Lowering::others_enter() {
  const std::vector<std::string> names = names_of("within");
  if (frame_.find("candidate") != nullptr && std::ranges::find(names, "candidate") == names.end())
    frame_.relative = true;
}

std::vector<std::string> Lowering::names_of(const char* argument) {
  return read_names(arg(argument));
}

Grouping Lowering::within() {
  std::vector<Index> keys;
  if (const Tree* given = arg("within")) {
    for (const std::string& name : read_names(given))
      if (frame_.find(name) != nullptr || !frame_.is_pinned(name))
        if (Index codes = key_codes(name, given->where))
          keys.push_back(std::move(codes));
  } else {
    for (const Dimension& d : frame_.dimensions)
      if (d.name != "candidate")
        keys.push_back(d.codes);
    if (!keys.empty() && frame_.find("candidate") == nullptr)
      error(step_.where,
            "`" + step_.name + "` compares candidates unless it is said what, and here are none: " +
                "each value would be compared with itself alone",
            "`within: []` compares all of them");
  }
  return group_cells(keys, frame_.cells);
}

/// The dimensions that disappear; none where a name is wrong.
std::optional<std::vector<std::string>> Lowering::over() {
  std::vector<std::string> out;
  const Tree* given = arg("over");
  if (given == nullptr)
    return std::vector<std::string>{"part"};
  bool fine = true;
  for (const std::string& name : read_names(given)) {
    if (name == "all" && frame_.find("all") == nullptr) {
      for (const Dimension& d : frame_.dimensions)
        if (d.name != "candidate")
          out.push_back(d.name);
    } else if (frame_.find(name) != nullptr) {
      out.push_back(name);
    } else if (!frame_.is_pinned(name)) {
      fine = key_codes(name, given->where) != nullptr && fine;
      if (fine) {
        error(given->where, "`" + name + "` is no dimension and cannot disappear",
              "`group: " + name + "` makes one of it");
        fine = false;
      }
    }
  }
  return fine ? std::optional(out) : std::nullopt;
}

std::vector<std::uint8_t> Lowering::left_out(bool with_outside) const {
  const bool outside = !with_outside && !frame_.outside.empty();
  if (!frame_.any_gap() && !outside)
    return {};
  std::vector<std::uint8_t> out(frame_.cells, 0);
  for (std::size_t i = 0; i < frame_.cells; ++i)
    out[i] = frame_.is_gap(i) || (outside && frame_.is_outside(i)) ? 1 : 0;
  return out;
}

/// Which cells define the parameters of a group, as a mask of those that take part.
std::vector<std::uint8_t> Lowering::reference_mask() {
  const Tree* reference = arg("reference");
  std::vector<std::uint8_t> out = left_out(reference != nullptr && text("reference") != "entrants");
  for (std::uint8_t& b : out)
    b = b != 0 ? 0 : 1;
  if (reference == nullptr || !reference->is_map())
    return out;
  if (out.empty())
    out.assign(frame_.cells, 1);
  const auto& candidates = compiler_.context.bundle.program.candidates;
  for (const Test& test : read_filter(reference)) {
    const bool of_candidate = test.column.starts_with("candidate.");
    const Dimension* d = frame_.find(of_candidate ? "candidate" : test.column);
    plan_.named.insert(test.column);
    if (d == nullptr) {
      error(test.where, "there is no dimension `" + test.column + "` here", dimensions_in_words());
      continue;
    }
    const std::string attribute = of_candidate ? test.column.substr(10) : "";
    for (std::size_t i = 0; i < frame_.cells; ++i) {
      const std::uint32_t code = (*d->codes)[i];
      const std::string* value = of_candidate ? candidates[code].attribute(attribute)
                                 : d->members ? &(*d->members)[code]
                                              : &candidates[code].id.str();
      bool pass = value != nullptr &&
                  fits(test, !of_candidate && d->members ? original_of(*value) : *value);
      if (pass && (test.at_least || test.above || test.at_most || test.below)) {
        const auto x = number_or_date(*value);
        pass = x && fits(test, *x);
      }
      if (!pass)
        out[i] = 0;
    }
  }
  return out;
}

/// One value a group, brought back to every cell of the group.
ArrayId Lowering::per_group(const Grouping& grouping, kernel::Reduction reduction,
                            const std::vector<std::uint8_t>& takes_part) {
  std::vector<std::uint8_t> out_mask(takes_part.size());
  for (std::size_t i = 0; i < takes_part.size(); ++i)
    out_mask[i] = takes_part[i] != 0 ? 0 : 1;
  const ArrayId reduced = new_array(plan_, grouping.groups->count(), nullptr, name_);
  add(plan_,
      op::Reduce{frame_.array, reduced, no_array, no_array, std::move(out_mask), grouping.groups,
                 std::move(reduction), true},
      step_.name);
  const ArrayId back = output();
  add(plan_,
      op::Gather{
          reduced, back,
          shared_codes(grouping.group_of.empty() ? Codes(frame_.cells, 0) : grouping.group_of)},
      step_.name);
  return back;
}

void Lowering::take_gaps(const std::vector<std::uint8_t>& gap) {
  if (gap.empty())
    return;
  frame_.gap.resize(frame_.cells, 0);
  for (std::size_t i = 0; i < frame_.cells; ++i)
    frame_.gap[i] = frame_.gap[i] != 0 || gap[i] != 0 ? 1 : 0;
}

void Lowering::binary(op::Binary::Kind kind, const Operand& with, bool swapped, bool positive) {
  // A gap's number is never used; where it could trip the operation it is put out of the way.
  const ArrayId other = array_of(with);
  take_gaps(with.gap);
  ArrayId a = frame_.array, b = other;
  if (swapped)
    std::swap(a, b);
  if ((kind == op::Binary::Kind::divide || kind == op::Binary::Kind::power) && frame_.any_gap()) {
    Codes cells;
    for (std::size_t i = 0; i < frame_.cells; ++i)
      if (frame_.is_gap(i))
        cells.push_back(static_cast<std::uint32_t>(i));
    for (ArrayId* side : {&a, &b}) {
      const ArrayId harmless = output();
      add(plan_, op::Fill{*side, harmless, cells, no_array, 1}, step_.name);
      *side = harmless;
    }
  }
  const ArrayId out = output();
  put(op::Binary{a, b, out, kind, positive}, out);
}

void Lowering::keep_cells(const Codes& cells) {
  if (frame_.mask != no_array) {
    error(step_.where, "`" + step_.name + "` stands between setting values aside and reducing them",
          "reduce `" + frame_.mask_over.front() + "` right after `drop`, `trim` or `best`");
    frame_.array = no_array;
    return;
  }
  frame_ = compiler_.picked(frame_, cells, name_, step_.name);
}

bool Lowering::ready(StepFamily family) {
  if (frame_.array == no_array)
    return false;
  const bool reads_categories =
      step_.name == "lookup" || step_.name == "codes" || step_.name == "missing" ||
      step_.name == "keep" || step_.name == "pick" || step_.name == "direction" ||
      step_.name == "replace" || step_.name == "group" ||
      (family == StepFamily::votes && frame_.find("opponent") != nullptr) ||
      (step_.name == "count" && step_.args.map().size() == 1);
  if (frame_.category && !reads_categories) {
    for (std::size_t i = 0; i < frame_.cells; ++i)
      if (const std::uint32_t c = (*frame_.category)[i]; c != 0 && !frame_.is_gap(i)) {
        error(step_.where,
              "`" + step_.name + "` needs numbers, and `" + frame_.texts[c - 1] +
                  "` stands among the values",
              parse_days(frame_.texts[c - 1])
                  ? how_to_read_dates
                  : "turn categories into numbers first, `lookup: {" + frame_.texts[c - 1] +
                        ": 0}`, or say that they are gaps, `codes: [" + frame_.texts[c - 1] + "]`");
        frame_.array = no_array;
        return false;
      }
  }
  if (frame_.mask != no_array && family != StepFamily::over && family != StepFamily::each &&
      family != StepFamily::aside) {
    error(step_.where, "`" + step_.name + "` stands between setting values aside and reducing them",
          "reduce `" + frame_.mask_over.front() + "` right after `drop`, `trim` or `best`");
    return false;
  }
  return true;
}

} // namespace libeval
