// SPDX-License-Identifier: Apache-2.0
#include "io/ballots.hpp"

#include "io/ballot_table.hpp"
#include "io/row_places.hpp"

#include <libeval/base/decimal.hpp>
#include <libeval/base/text.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace libeval {
namespace {

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> out;
  while (true) {
    const std::size_t end = text.find(at);
    out.push_back(trimmed(text.substr(0, end)));
    if (end == std::string_view::npos)
      return out;
    text.remove_prefix(end + 1);
  }
}

/// A file of PrefLib, line by line.
class PrefLib {
public:
  PrefLib(const TableSpec& spec, std::shared_ptr<const SourceText> source, Table& table,
          Diagnostics& diagnostics)
      : source_(std::move(source)), box_(spec, table), diagnostics_(diagnostics) {}

  void read() {
    std::string_view text = source_->text;
    if (text.starts_with("\xEF\xBB\xBF"))
      text.remove_prefix(3);
    while (!text.empty() && problems_ < most_ballot_problems) {
      const std::size_t end = text.find('\n');
      ++line_;
      const std::string_view line = trimmed(text.substr(0, end));
      if (!line.empty())
        take(line);
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    if (names_.empty() && problems_ == 0)
      problem("", "the file names no candidates",
              "a file of PrefLib says how many there are first");
    const bool read = problems_ == 0; // else what is counted here is not what stands there
    check_number(read, alternatives_, static_cast<double>(names_.size()), "candidates",
                 "it names ");
    check_number(read, orders_, static_cast<double>(orders_read_), "orders", "there stand ");
    if (read && voters_ && *voters_ != total_)
      problem("", "the file says " + format_decimal(*voters_) +
                      " voters, and its ballots come to " + format_decimal(total_));
  }

private:
  void problem(std::string_view at, std::string message, std::string help = {}) {
    ++problems_;
    diagnostics_.error(at.empty() ? Where{source_, std::max<std::size_t>(line_, 1), 1, 1}
                                  : place_of(source_, line_, at),
                       std::move(message), std::move(help));
  }

  /// What the head says against what stands there.
  void check_number(bool read, std::optional<double> said, double is, const std::string& what,
                    const std::string& stands) {
    if (read && said && *said != is)
      problem("", "the file says " + format_decimal(*said) + " " + what + ", and " + stands +
                      format_decimal(is));
  }

  std::optional<double> whole(std::string_view text, double low, double high) {
    const auto number = parse_decimal(text);
    if (!number || *number != static_cast<double>(static_cast<long long>(*number)) ||
        *number < low || *number > high)
      return std::nullopt;
    return number;
  }

  void take(std::string_view line) {
    if (line.front() == '#') {
      modern_ = true;
      return header(trimmed(line.substr(1)));
    }
    if (!modern_ && expected_ == 0 && names_.empty())
      return first_line(line);
    if (!modern_ && names_.size() < expected_)
      return named_line(line);
    if (!modern_ && !summed_)
      return sum_line(line);
    ballot(line);
  }

  void header(std::string_view line) {
    constexpr std::string_view name = "ALTERNATIVE NAME ";
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos)
      return;
    const std::string_view key = trimmed(line.substr(0, colon)),
                           value = trimmed(line.substr(colon + 1));
    if (key == "NUMBER VOTERS") {
      voters_ = whole(value, 0, 1e15);
    } else if (key == "NUMBER ALTERNATIVES") {
      alternatives_ = whole(value, 0, 1e15);
    } else if (key == "NUMBER UNIQUE ORDERS") {
      orders_ = whole(value, 0, 1e15);
    } else if (key.starts_with(name)) {
      const auto number = whole(trimmed(key.substr(name.size())), 1, 1e6);
      if (!number || *number != static_cast<double>(names_.size() + 1))
        return problem(key, "the candidates are not numbered from 1 on",
                       "`ALTERNATIVE NAME 1`, `ALTERNATIVE NAME 2`, ...");
      add_name(value);
    }
  }

  void add_name(std::string_view name) {
    const std::string number = std::to_string(names_.size() + 1);
    if (name.empty())
      return problem("", "candidate " + number + " has no name");
    const std::string* alias = box_.alias(name);
    if (alias == nullptr)
      alias = box_.alias(number);
    names_.push_back(box_.candidate(alias == nullptr ? std::string(name) : *alias));
  }

  void first_line(std::string_view line) {
    const auto number = whole(line, 1, 1e6);
    if (!number)
      return problem(line, "this is no file of PrefLib",
                     "it begins with `# FILE NAME: ...`, or with the number of candidates");
    expected_ = static_cast<std::size_t>(*number);
  }

  void named_line(std::string_view line) {
    const std::size_t comma = line.find(',');
    const auto number = whole(trimmed(line.substr(0, comma)), 1, 1e6);
    if (comma == std::string_view::npos || !number ||
        *number != static_cast<double>(names_.size() + 1))
      return problem(line,
                     "line " + std::to_string(line_) + " should name candidate " +
                         std::to_string(names_.size() + 1),
                     "write `" + std::to_string(names_.size() + 1) + ",NAME`");
    add_name(trimmed(line.substr(comma + 1)));
  }

  void sum_line(std::string_view line) {
    const auto parts = split(line, ',');
    if (parts.size() != 3 || !(voters_ = whole(parts[0], 0, 1e15)) ||
        !(orders_ = whole(parts[2], 0, 1e15)))
      return problem(line, "after the names stand the numbers of voters, votes and orders",
                     "write `VOTERS,VOTES,ORDERS`");
    summed_ = true;
  }

  void ballot(std::string_view line) {
    const std::size_t end = line.find(modern_ ? ':' : ',');
    const auto count =
        end == std::string_view::npos ? std::nullopt : whole(trimmed(line.substr(0, end)), 0, 1e15);
    if (!count)
      return problem(line, "a ballot says how many such there are first",
                     modern_ ? "write `3: 1,2,{3,4}`" : "write `3,1,2,{3,4}`");
    total_ += *count;
    ++orders_read_;
    box_.begin(static_cast<std::uint32_t>(line_), *count);
    std::string_view rest = trimmed(line.substr(end + 1));
    bool tied = false;
    while (!rest.empty()) {
      if (rest.front() == '{') {
        if (tied)
          return problem(rest, "a tie inside a tie");
        tied = true;
        rest = trimmed(rest.substr(1));
      }
      const std::size_t stop = rest.find_first_of(",}");
      const std::string_view word = trimmed(rest.substr(0, stop));
      const auto number = whole(word, 1, static_cast<double>(names_.size()));
      if (word.empty() && tied && stop != std::string_view::npos && rest[stop] == '}') {
        // `{}` names nobody
      } else if (!number) {
        return problem(word, "`" + shorten(std::string(word)) + "` is no candidate of this file",
                       "candidates are the numbers from 1 to " + std::to_string(names_.size()));
      } else if (!box_.add(names_[static_cast<std::size_t>(*number) - 1])) {
        return problem(word, "the ballot names candidate " + std::string(word) + " twice");
      }
      rest = stop == std::string_view::npos ? std::string_view{} : rest.substr(stop);
      if (!rest.empty() && rest.front() == '}') {
        if (!tied)
          return problem(rest, "a tie ends that did not begin");
        tied = false;
        rest = trimmed(rest.substr(1));
      }
      if (!rest.empty() && rest.front() != ',')
        return problem(rest, "between candidates stands a comma");
      if (!rest.empty()) {
        rest = trimmed(rest.substr(1));
        if (rest.empty())
          return problem("", "the ballot ends with a comma");
      }
      if (!tied)
        box_.next_level();
    }
    if (tied)
      problem("", "a tie does not end", "write `{1,2}`");
  }

  std::shared_ptr<const SourceText> source_;
  BallotTable box_;
  Diagnostics& diagnostics_;
  std::vector<std::uint32_t> names_;
  std::size_t line_ = 0, expected_ = 0, problems_ = 0;
  bool modern_ = false, summed_ = false;
  std::optional<double> voters_, alternatives_, orders_;
  std::size_t orders_read_ = 0;
  double total_ = 0;
};

} // namespace

TableSpec rows_of_ballots(const TableSpec& spec) {
  TableSpec out = spec;
  out.keys = {"row"};
  out.values.clear();
  if (!spec.ballots->count.empty())
    out.values = {spec.ballots->count};
  out.alias.clear();
  out.all_sparse = false;
  return out;
}

Table ranked_ballots(const Table& rows, const TableSpec& spec, const Quote& quote,
                     Diagnostics& diagnostics) {
  Table out;
  out.where = rows.where;
  BallotTable box(spec, out);
  const auto order = std::ranges::find(rows.labels, spec.ballots->order, &TextColumn::name);
  if (order == rows.labels.end()) {
    std::vector<std::string> known;
    for (const TextColumn& label : rows.labels)
      known.push_back(label.name);
    const auto near = did_you_mean(spec.ballots->order, known);
    diagnostics.error(
        spec.ballots->where, "the table has no column `" + spec.ballots->order + "` of ballots",
        near ? "did you mean `" + *near + "`?" : "name it, `ballots: {order: COLUMN}`");
    return out;
  }
  const ValueColumn* counts = rows.values.empty() ? nullptr : &rows.values.front();
  std::size_t problems = 0;
  const auto problem = [&](std::size_t row, std::string_view cell, std::string message,
                           std::string help) {
    ++problems;
    Diagnostic at = quote(rows, row, cell);
    at.severity = Severity::error;
    at.message = std::move(message);
    at.help = std::move(help);
    diagnostics.add(std::move(at));
  };
  std::vector<std::uint32_t> row_of;
  for (std::size_t row = 0; row < rows.rows && problems < most_ballot_problems; ++row) {
    const std::string& text = order->at(row);
    double count = 1;
    if (counts != nullptr) {
      if (counts->is_gap(row) || counts->is_category(row) || counts->numbers[row] < 0) {
        problem(row, text, "how many such ballots there are is no number from 0 on", "");
        continue;
      }
      count = counts->numbers[row];
    }
    if (text.empty())
      continue; // a blank ballot counts for nothing
    box.begin(rows.lines.empty() ? 0 : rows.lines[row], count);
    bool first = true;
    for (const std::string_view level : split(text, '>')) {
      if (!std::exchange(first, false))
        box.next_level();
      for (const std::string_view name : split(level, '=')) {
        if (name.empty()) {
          problem(row, text, "a name is missing in `" + shorten(text) + "`",
                  "a ballot is written `a > b = c`, best first");
          continue;
        }
        const std::string* alias = box.alias(name);
        if (!box.add(box.candidate(alias == nullptr ? std::string(name) : *alias)))
          problem(row, name, "the ballot names `" + shorten(std::string(name)) + "` twice",
                  "a ballot is written `a > b = c`, nobody twice");
      }
    }
    row_of.resize(out.rows, static_cast<std::uint32_t>(row));
  }
  for (const TextColumn& label : rows.labels) {
    if (label.name == order->name)
      continue;
    TextColumn column;
    column.name = label.name;
    column.texts = label.texts;
    for (const std::uint32_t row : row_of)
      column.codes.push_back(label.codes[row]);
    out.labels.push_back(std::move(column));
  }
  return out;
}

Table read_preflib(const TableSpec& spec, std::shared_ptr<const SourceText> source,
                   Diagnostics& diagnostics) {
  Table out;
  out.where = {source, 1, 1, 1};
  PrefLib(spec, std::move(source), out, diagnostics).read();
  return out;
}

} // namespace libeval
