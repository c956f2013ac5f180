// SPDX-License-Identifier: Apache-2.0
#include "engine/compile/cells.hpp"

#include <libeval/base/decimal.hpp>
#include <libeval/base/text.hpp>
#include <libeval/domain/language.hpp>

#include <algorithm>
#include <unordered_map>

namespace libeval {
namespace {

Members shared_texts(const std::vector<std::string>& texts) {
  return std::make_shared<const std::vector<std::string>>(texts);
}

/// A column of texts as numbers (or days), where any is one; `gap` says which are not.
std::optional<std::vector<double>> numbers_of(const TextColumn& column, const Index& rows,
                                              std::size_t cells, std::vector<std::uint8_t>& gap) {
  std::vector<std::optional<double>> parsed;
  bool any = false, all = true;
  for (const std::string& text : column.texts) {
    parsed.push_back(number_or_date(text));
    any = any || parsed.back();
    all = all && parsed.back();
  }
  gap.clear();
  if (!any)
    return std::nullopt;
  std::vector<double> numbers(cells);
  bool gaps = false;
  if (!all)
    gap.assign(cells, 0);
  for (std::size_t i = 0; i < cells; ++i) {
    const auto& number = parsed[column.codes[rows ? (*rows)[i] : i]];
    numbers[i] = number.value_or(0);
    if (!number)
      gap[i] = 1;
    gaps = gaps || !number;
  }
  if (!gaps)
    gap.clear();
  return numbers;
}

class CellMaker {
public:
  CellMaker(const Context& context, const TableSpec& spec,
            const std::shared_ptr<const Table>& table)
      : context_(context), spec_(spec), table_(table) {}

  std::optional<Cells> make(const Measure& measure) {
    measure_ = &measure;
    Cells cells;
    if (spec_.pairs)
      return pairs();
    if (!spec_.wide.empty())
      return wide();
    const std::string name = measure.value.empty() ? table_->values.front().name : measure.value;
    const ValueColumn* value = find_value(*table_, name);
    const TextColumn* label = value == nullptr ? find_text(table_->labels, name) : nullptr;
    if (value == nullptr && label == nullptr && name != "candidate" && name != "opponent" &&
        name != "row")
      label = find_text(table_->keys, name);
    if (value == nullptr && label == nullptr) {
      unknown_value(name);
      return std::nullopt;
    }
    warn_of_namesake(name);
    cells.count = table_->rows;
    if (label != nullptr) {
      if (!all_numbers(*label))
        return std::nullopt;
      auto numbers = numbers_of(*label, nullptr, cells.count, cells.gap);
      if (!numbers) { // nothing stands in the column
        numbers.emplace(cells.count, 0.0);
        cells.gap.assign(cells.count, 1);
      }
      cells.numbers = std::make_shared<const std::vector<double>>(std::move(*numbers));
    } else {
      cells.column = value;
      cells.numbers = std::shared_ptr<const std::vector<double>>(table_, &value->numbers);
      cells.texts = value->texts;
      if (!value->category.empty())
        cells.category = std::shared_ptr<const Codes>(table_, &value->category);
      if (!value->gap.empty())
        cells.gap.assign(value->gap.begin(), value->gap.end());
    }
    for (const TextColumn& key : table_->keys)
      add_key(cells, key);
    cells.table = table_;
    return cells;
  }

private:
  /// Whether a label can be read as a value: numbers, or days; empty cells are gaps.
  bool all_numbers(const TextColumn& label) {
    const auto odd = std::ranges::find_if(label.texts, [](const std::string& text) {
      return !text.empty() && !number_or_date(text);
    });
    if (odd == label.texts.end())
      return true;
    context_.diagnostics.error(
        measure_->where,
        "`" + *odd + "` in column `" + label.name + "` of `" + spec_.name +
            "` is no number and no date",
        "columns that are no `values` hold decimals or dates, `2026-01-15` or `2026-01-15 18:30`, "
        "where they are read as values; list a column of categories under `values`");
    return false;
  }

  /// Says that a part which names no column reads the first, where another is called as it is.
  void warn_of_namesake(const std::string& read) {
    const std::string own = measure_->name.substr(measure_->name.rfind('.') + 1);
    if (measure_->value.empty() && own != read && find_value(*table_, own) != nullptr)
      context_.diagnostics.warning(measure_->where,
                                   "`" + own + "` reads `" + read + "`, the first value of `" +
                                       spec_.name + "`, which has a value `" + own + "` too",
                                   "say which is meant, `value: " + own + "` or `value: " + read +
                                       "`");
  }

  /// Says that a word in a column of numbers counts as a gap.
  void warn_of_word(const ValueColumn& column) {
    if (!column.texts.empty())
      context_.diagnostics.warning(
          measure_->where,
          "`" + column.texts.front() + "` in column `" + column.name + "` of `" + spec_.name +
              "` is no number, and there is a gap: the sides of a pair hold numbers",
          "write a number, or say that it is a gap, `gaps: [" + column.texts.front() + "]`");
  }

  void unknown_value(const std::string& name) {
    std::vector<std::string> known;
    for (const ValueColumn& value : table_->values)
      known.push_back(value.name);
    const auto hint = did_you_mean(name, known);
    context_.diagnostics.error(
        measure_->where, "evidence `" + spec_.name + "` has no value column `" + name + "`",
        hint ? "did you mean `" + *hint + "`?" : "its value columns are " + listed(known));
  }

  void add_key(Cells& cells, const TextColumn& key) {
    if (key.name == "candidate" || key.name == "opponent") {
      cells.dimensions.push_back({key.name, nullptr, candidate_codes(context_, *table_, key)});
    } else if (key.name.starts_with("candidate.")) {
      speak_for_all(cells, key);
    } else {
      cells.dimensions.push_back(
          {key.name, std::shared_ptr<const std::vector<std::string>>(table_, &key.texts),
           std::shared_ptr<const Codes>(table_, &key.codes)});
    }
  }

  /// A key `candidate.ATTR`: the row speaks for every candidate with that attribute. Several such
  /// keys must all fit.
  void speak_for_all(Cells& cells, const TextColumn& key) {
    const std::string attribute = key.name.substr(std::string_view("candidate.").size());
    std::map<std::string, Codes, std::less<>> who;
    const auto& candidates = context_.bundle.program.candidates;
    for (std::size_t c = 0; c < candidates.size(); ++c)
      if (const std::string* value = candidates[c].attribute(attribute))
        who[*value].push_back(static_cast<std::uint32_t>(c));
    Codes from, candidate;
    const Dimension* known = nullptr;
    for (const Dimension& d : cells.dimensions)
      if (d.name == "candidate")
        known = &d;
    for (std::size_t cell = 0; cell < cells.count; ++cell) {
      const auto at = who.find(key.at(cells.row(cell)));
      if (at == who.end())
        continue;
      for (const std::uint32_t c : at->second)
        if (known == nullptr || (*known->codes)[cell] == c) {
          from.push_back(static_cast<std::uint32_t>(cell));
          candidate.push_back(c);
        }
    }
    select(cells, from);
    std::erase_if(cells.dimensions, [](const Dimension& d) { return d.name == "candidate"; });
    cells.dimensions.push_back({"candidate", nullptr, shared_codes(std::move(candidate))});
  }

  static void select(Cells& cells, const Codes& from) {
    Codes rows;
    auto numbers = std::make_shared<std::vector<double>>();
    auto category = std::make_shared<Codes>();
    std::vector<std::uint8_t> gap;
    for (const std::uint32_t cell : from) {
      rows.push_back(static_cast<std::uint32_t>(cells.row(cell)));
      numbers->push_back((*cells.numbers)[cell]);
      if (cells.category)
        category->push_back((*cells.category)[cell]);
      if (!cells.gap.empty())
        gap.push_back(cells.gap[cell]);
    }
    for (Dimension& d : cells.dimensions) {
      Codes codes;
      for (const std::uint32_t cell : from)
        codes.push_back((*d.codes)[cell]);
      d.codes = shared_codes(std::move(codes));
    }
    cells.count = from.size();
    cells.rows = shared_codes(std::move(rows));
    cells.numbers = std::move(numbers);
    cells.refill = nullptr;
    if (cells.category)
      cells.category = std::move(category);
    cells.gap = std::move(gap);
  }

  /// A label that is a number or a date, as a column.
  static void add_label(Cells& cells, const TextColumn& label) {
    std::vector<std::uint8_t> gap;
    auto numbers = numbers_of(label, cells.rows, cells.count, gap);
    if (!numbers || cells.columns.contains(label.name))
      return;
    cells.columns[label.name] = std::make_shared<const std::vector<double>>(std::move(*numbers));
    if (!gap.empty())
      cells.column_gaps[label.name] = std::move(gap);
  }

  /// A wide table has one value; who names a column of it means a member.
  bool is_value_of_wide(const std::string& own) {
    const std::string& name = measure_->value;
    if (name.empty() || name == own)
      return true;
    std::vector<std::string> members;
    for (const ValueColumn& value : table_->values)
      members.push_back(value.name);
    const auto near = did_you_mean(name, members);
    context_.diagnostics.error(
        measure_->where, "evidence `" + spec_.name + "` has no value column `" + name + "`",
        near ? "its columns are members of `" + spec_.wide + "`, `where: {" + spec_.wide + ": " +
                   *near + "}`; under `leaf`, `by: " + spec_.wide + "`"
             : "its value is `" + own + "`, and its columns " + listed(members) +
                   " are members of `" + spec_.wide + "`");
    return false;
  }

  std::optional<Cells> wide() {
    const std::string own = spec_.values.empty() ? "value" : spec_.values.front();
    if (!is_value_of_wide(own))
      return std::nullopt;
    Cells cells;
    const std::size_t members = table_->values.size();
    cells.count = table_->rows * members;
    Codes rows(cells.count), member(cells.count);
    auto numbers = std::make_shared<std::vector<double>>(cells.count);
    auto category = std::make_shared<Codes>();
    std::vector<std::string> names;
    bool any_gap = false, any_category = false;
    for (const ValueColumn& value : table_->values) {
      names.push_back(value.name);
      any_gap = any_gap || !value.gap.empty();
      any_category = any_category || !value.category.empty();
    }
    if (any_gap)
      cells.gap.assign(cells.count, 0);
    if (any_category)
      category->assign(cells.count, 0);
    std::map<std::string, std::uint32_t> known;
    for (std::size_t m = 0; m < members; ++m) {
      const ValueColumn& value = table_->values[m];
      for (std::size_t r = 0; r < table_->rows; ++r) {
        const std::size_t cell = r * members + m;
        rows[cell] = static_cast<std::uint32_t>(r);
        member[cell] = static_cast<std::uint32_t>(m);
        (*numbers)[cell] = value.numbers[r];
        if (value.is_gap(r))
          cells.gap[cell] = 1;
        if (value.is_category(r)) {
          const std::string& text = value.texts[value.category[r] - 1];
          const auto at = known.try_emplace(text, static_cast<std::uint32_t>(known.size() + 1));
          if (at.second)
            cells.texts.push_back(text);
          (*category)[cell] = at.first->second;
        }
      }
    }
    cells.rows = shared_codes(std::move(rows));
    cells.numbers = numbers;
    cells.refill = [numbers, table = table_, members] {
      for (std::size_t m = 0; m < members; ++m)
        for (std::size_t r = 0; r < table->rows; ++r)
          (*numbers)[r * members + m] = table->values[m].numbers[r];
    };
    if (any_category)
      cells.category = std::move(category);
    for (const TextColumn& key : table_->keys) {
      Codes codes(cells.count);
      const Index from = key.name == "candidate" ? candidate_codes(context_, *table_, key)
                                                 : shared_codes(Codes(key.codes));
      for (std::size_t i = 0; i < cells.count; ++i)
        codes[i] = (*from)[i / members];
      if (key.name.starts_with("candidate."))
        continue;
      cells.dimensions.push_back({key.name,
                                  key.name == "candidate" ? nullptr : shared_texts(key.texts),
                                  shared_codes(std::move(codes))});
    }
    cells.dimensions.push_back({spec_.wide, shared_texts(names), shared_codes(std::move(member))});
    for (const TextColumn& key : table_->keys)
      if (key.name.starts_with("candidate."))
        speak_for_all(cells, key);
    cells.columns[own] = cells.numbers;
    for (const TextColumn& label : table_->labels)
      add_label(cells, label);
    return cells;
  }

  /// Whether the first side of each row says all: the first step is a model that counts each row
  /// once, and nothing before it looks at sides. Such tables are long.
  [[nodiscard]] bool first_side_suffices(const std::vector<std::uint8_t>& empty_b) const {
    if (measure_->steps.empty() || !measure_->filter.empty())
      return false;
    const StepWord* first = find_step(measure_->steps.front().name);
    const auto& p = *spec_.pairs;
    if (first == nullptr || first->family != StepFamily::votes || first->name == "elo" ||
        std::ranges::find(empty_b, std::uint8_t{1}) != empty_b.end())
      return false;
    if (!p.winner.empty())
      return std::ranges::find(winners(p).texts, "") == winners(p).texts.end();
    const ValueColumn &a = *find_value(*table_, p.a_value), &b = *find_value(*table_, p.b_value);
    return a.gap.empty() && a.category.empty() && b.gap.empty() && b.category.empty();
  }

  /// The column that names the winner: a label, or a key such as that of a side, which then always
  /// wins.
  [[nodiscard]] const TextColumn& winners(const TableSpec::Pairs& p) const {
    const TextColumn* const label = find_text(table_->labels, p.winner);
    return label != nullptr ? *label
                            : *std::ranges::find(table_->keys, p.winner, &TextColumn::name);
  }

  /// Each row speaks for both sides.
  std::optional<Cells> pairs() {
    const TableSpec::Pairs& p = *spec_.pairs;
    Cells cells;
    const TextColumn* a = find_text(table_->keys, p.a);
    const TextColumn* b = find_text(table_->keys, p.b);
    const Index a_codes = candidate_codes(context_, *table_, *a);
    const Index b_codes = candidate_codes(context_, *table_, *b);
    std::vector<std::uint8_t> empty_b;
    for (const std::string& text : b->texts)
      empty_b.push_back(text.empty() ? 1 : 0);
    Codes side;
    Index candidate = a_codes, opponent = b_codes;
    if (first_side_suffices(empty_b)) {
      cells.count = table_->rows;
      side.assign(cells.count, 0);
    } else {
      Codes rows, own, other;
      for (Codes* codes : {&rows, &own, &other, &side})
        codes->reserve(2 * table_->rows);
      for (std::size_t r = 0; r < table_->rows; ++r) {
        const bool bye = empty_b[b->codes[r]] != 0;
        for (const std::uint32_t s : {0U, 1U}) {
          if (bye && s == 1)
            continue;
          rows.push_back(static_cast<std::uint32_t>(r));
          own.push_back(s == 0 ? (*a_codes)[r] : (*b_codes)[r]);
          other.push_back(bye ? npos : s == 0 ? (*b_codes)[r] : (*a_codes)[r]);
          side.push_back(s);
        }
      }
      cells.count = rows.size();
      cells.rows = shared_codes(std::move(rows));
      candidate = shared_codes(std::move(own));
      opponent = shared_codes(std::move(other));
    }
    for (const TextColumn& key : table_->keys) {
      if (key.name == p.a || key.name == p.b)
        continue;
      Index codes(table_, &key.codes);
      if (cells.rows) {
        Codes twice;
        twice.reserve(cells.count);
        for (const std::uint32_t row : *cells.rows)
          twice.push_back(key.codes[row]);
        codes = shared_codes(std::move(twice));
      }
      cells.dimensions.push_back({key.name, Members(table_, &key.texts), std::move(codes)});
    }
    pair_values(cells, p, *a, *b, side);
    const std::string value =
        measure_->value.empty() ? (p.winner.empty() ? "for" : "result") : measure_->value;
    if (p.winner.empty() && !cells.columns.contains(value)) {
      context_.diagnostics.error(
          measure_->where, "evidence `" + spec_.name + "` has no value column `" + value + "`",
          "a table of pairs has the values `for` and `against`");
      return std::nullopt;
    }
    if (p.winner.empty()) {
      cells.numbers = cells.columns[value];
      if (cells.column_gaps.contains(value))
        cells.gap = cells.column_gaps[value];
    }
    cells.dimensions.push_back({"candidate", nullptr, std::move(candidate)});
    cells.dimensions.push_back({"opponent", nullptr, std::move(opponent)});
    cells.dimensions.push_back({"side", shared_texts(p.sides), shared_codes(std::move(side))});
    for (const TextColumn& label : table_->labels)
      if (label.name != p.winner)
        add_label(cells, label);
    return cells;
  }

  void pair_values(Cells& cells, const TableSpec::Pairs& p, const TextColumn& a,
                   const TextColumn& b, const Codes& side) {
    if (p.winner.empty()) {
      const ValueColumn* value[2] = {find_value(*table_, p.a_value),
                                     find_value(*table_, p.b_value)};
      for (const bool own : {true, false}) {
        auto numbers = std::make_shared<std::vector<double>>(cells.count);
        std::vector<std::uint8_t> gap(cells.count, 0);
        bool any = false;
        for (std::size_t i = 0; i < cells.count; ++i) {
          const ValueColumn& from = *value[own ? side[i] : 1 - side[i]];
          const std::size_t row = cells.row(i);
          (*numbers)[i] = from.numbers[row];
          gap[i] = from.is_gap(row) || from.is_category(row) ? 1 : 0;
          any = any || gap[i] != 0;
        }
        if (own)
          for (const ValueColumn* column : value)
            warn_of_word(*column);
        const std::string name = own ? "for" : "against";
        cells.columns[name] = std::move(numbers);
        if (any)
          cells.column_gaps[name] = std::move(gap);
      }
      return;
    }
    const TextColumn& winner = winners(p);
    // What each text of the winner's column means: a code of either side, or a side itself.
    struct Meaning {
      std::uint32_t of_side[2] = {npos, npos};
      int side = -1;
      bool nothing = false;
    };
    std::vector<Meaning> meaning(winner.texts.size());
    std::unordered_map<std::string_view, std::uint32_t> codes[2];
    for (const int s : {0, 1}) {
      const TextColumn& names = s == 0 ? a : b;
      for (std::uint32_t code = 0; code < names.texts.size(); ++code)
        codes[s].emplace(names.texts[code], code);
    }
    for (std::size_t code = 0; code < meaning.size(); ++code) {
      const std::string& text = winner.texts[code];
      Meaning& m = meaning[code];
      m.nothing = text.empty();
      for (const int s : {0, 1})
        if (const auto at = codes[s].find(text); at != codes[s].end())
          m.of_side[s] = at->second;
      if (m.of_side[0] == npos && m.of_side[1] == npos)
        m.side = text == p.sides[0] ? 0 : text == p.sides[1] ? 1 : -1;
    }
    cells.texts = {"win", "tie", "loss"};
    auto category = std::make_shared<Codes>(cells.count, 0);
    cells.numbers = std::make_shared<std::vector<double>>(cells.count, 0.0);
    for (std::size_t i = 0; i < cells.count; ++i) {
      const std::size_t row = cells.row(i);
      const Meaning& m = meaning[winner.codes[row]];
      const bool a_won = m.of_side[0] == a.codes[row], b_won = m.of_side[1] == b.codes[row];
      if (m.nothing) {
        cells.gap.resize(cells.count, 0);
        cells.gap[i] = 1;
      } else if (a_won || b_won) {
        (*category)[i] = a_won == (side[i] == 0) ? 1 : 3;
      } else if (m.side >= 0) {
        (*category)[i] = m.side == static_cast<int>(side[i]) ? 1 : 3;
      } else {
        (*category)[i] = 2;
      }
    }
    cells.category = std::move(category);
  }

  const Context& context_;
  const TableSpec& spec_;
  std::shared_ptr<const Table> table_;
  const Measure* measure_ = nullptr;
};

} // namespace

const ValueColumn* find_value(const Table& table, std::string_view name) {
  const auto at = std::ranges::find(table.values, name, &ValueColumn::name);
  return at == table.values.end() ? nullptr : &*at;
}

const TextColumn* find_text(const std::vector<TextColumn>& columns, std::string_view name) {
  const auto at = std::ranges::find(columns, name, &TextColumn::name);
  return at == columns.end() ? nullptr : &*at;
}

std::string listed(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words)
    out += (out.empty() ? "`" : ", `") + word + "`";
  return out;
}

std::optional<Cells> make_cells(const Context& context, const TableSpec& spec,
                                const std::shared_ptr<const Table>& table, const Measure& measure) {
  return CellMaker(context, spec, table).make(measure);
}

std::optional<std::vector<double>> column_of(const Table& table, const Index& rows,
                                             std::size_t cells, std::string_view column,
                                             std::vector<std::uint8_t>& gap) {
  gap.clear();
  if (const ValueColumn* value = find_value(table, column)) {
    std::vector<double> numbers(cells);
    if (!value->gap.empty() || !value->category.empty())
      gap.assign(cells, 0);
    for (std::size_t i = 0; i < cells; ++i) {
      const std::size_t row = rows ? (*rows)[i] : i;
      numbers[i] = value->numbers[row];
      if (!gap.empty())
        gap[i] = value->is_gap(row) || value->is_category(row) ? 1 : 0;
    }
    return numbers;
  }
  if (const TextColumn* label = find_text(table.labels, column))
    if (auto numbers = numbers_of(*label, rows, cells, gap))
      return numbers;
  const TextColumn* key = find_text(table.keys, column);
  if (key == nullptr || column == "candidate" || column == "opponent" || column == "row")
    return std::nullopt;
  return numbers_of(*key, rows, cells, gap);
}

} // namespace libeval
