// SPDX-License-Identifier: Apache-2.0
#include "io/ballots.hpp"
#include "require.hpp"

#include <libeval/io/csv.hpp>
#include <libeval/io/draw.hpp>

#include <cmath>
#include <cstdint>
#include <set>
#include <string>

using namespace libeval;
using libeval::fuzz::require;

namespace {

/// What holds for every table of ballots that was read without an error.
void check(const Table& table) {
  require(table.keys.size() == 2 && table.values.size() == 2);
  for (const TextColumn& key : table.keys)
    require(key.codes.size() == table.rows);
  for (const ValueColumn& value : table.values)
    require(value.numbers.size() == table.rows);
  std::set<std::pair<std::uint32_t, std::uint32_t>> seen;
  for (std::size_t row = 0; row < table.rows; ++row) {
    require(table.keys[0].codes[row] < table.keys[0].texts.size());
    require(table.keys[1].codes[row] < table.keys[1].texts.size());
    require(seen.emplace(table.keys[0].codes[row], table.keys[1].codes[row]).second);
    require(table.values[0].numbers[row] >= 1);
    require(table.values[1].numbers[row] >= 0 && std::isfinite(table.values[1].numbers[row]));
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0)
    return 0;
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  TableSpec spec;
  spec.name = "votes";
  spec.ballots = TableSpec::Ballots{};
  using Form = TableSpec::Ballots::Form;
  spec.ballots->form = data[0] % 4 == 0 ? Form::preflib : data[0] % 4 == 3 ? Form::blt : Form::rows;
  spec.alias = {{"candidate", {{"1", "one"}, {"ann", "anna"}}}};
  Diagnostics problems;
  const auto source = std::make_shared<const SourceText>(SourceText{"votes", text});
  Table table;
  if (spec.ballots->form == Form::preflib) {
    table = read_preflib(spec, source, problems);
  } else if (spec.ballots->form == Form::blt) {
    table = read_blt(spec, source, problems);
  } else {
    if (data[0] % 4 == 1)
      spec.ballots->count = "count";
    const Table rows = read_table(rows_of_ballots(spec), source, problems, 1);
    if (!problems.has_errors())
      table = ranked_ballots(
          rows, spec,
          [](const Table& of, std::size_t row, std::string_view) {
            Diagnostic at;
            at.where = of.where;
            at.where.line = of.lines[row];
            return at;
          },
          problems);
  }
  for (const Diagnostic& problem : problems.all())
    require(!problem.message.empty());
  (void)draw_all(problems);
  if (!problems.has_errors())
    check(table);
  return 0;
}
