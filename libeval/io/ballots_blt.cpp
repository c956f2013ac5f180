// SPDX-License-Identifier: Apache-2.0
#include "io/ballots.hpp"

#include "io/ballot_table.hpp"

#include <libeval/base/decimal.hpp>
#include <libeval/base/text.hpp>

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>

namespace libeval {
namespace {

constexpr std::size_t most_candidates = 1'000'000;

/// A ballot as it stands: numbers of candidates, best first; `together`: equal to the one before.
struct Ballot {
  struct Preference {
    std::uint32_t number = 0;
    bool together = false;
  };
  std::uint32_t line = 0;
  double count = 1;
  std::size_t end = 0; ///< its preferences end here
};

/// A BLT file, line by line. Names come last, so ballots are kept by number until then.
class Blt {
public:
  Blt(const TableSpec& spec, std::shared_ptr<const SourceText> source, Table& table,
      Diagnostics& diagnostics)
      : source_(std::move(source)), table_(spec, table), diagnostics_(diagnostics) {}

  void read() {
    std::string_view text = source_->text;
    if (text.starts_with("\xEF\xBB\xBF"))
      text.remove_prefix(3);
    while (!text.empty() && problems_ < most_ballot_problems && part_ != Part::broken) {
      const std::size_t end = text.find('\n');
      ++line_;
      whole_line_ = text.substr(0, end);
      if (const std::string_view line = trimmed(without_comment(whole_line_)); !line.empty())
        take(line);
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    if (problems_ == 0)
      finish();
  }

private:
  enum class Part { header, ballots, names, broken };

  void problem(std::string_view at, std::string message, std::string help = {}) {
    ++problems_;
    Where where{source_, std::max<std::size_t>(line_, 1), 1, 1};
    if (!at.empty()) {
      const auto before = static_cast<std::size_t>(at.data() - whole_line_.data());
      where.column = code_points(whole_line_.substr(0, before)) + 1;
      where.length = code_points(at);
    }
    diagnostics_.error(std::move(where), std::move(message), std::move(help));
  }

  /// `#` begins a comment, but not inside a name.
  static std::string_view without_comment(std::string_view line) {
    bool quoted = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
      if (line[i] == '"')
        quoted = !quoted;
      else if (line[i] == '#' && !quoted)
        return line.substr(0, i);
    }
    return line;
  }

  /// The next word of a line, which moves behind it.
  static std::string_view next_word(std::string_view& line) {
    const std::string_view word = line.substr(0, line.find_first_of(" \t\r"));
    line = trimmed(line.substr(word.size()));
    return word;
  }

  static std::optional<std::size_t> whole(std::string_view word, std::size_t low,
                                          std::size_t high) {
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    if (error != std::errc{} || end != word.data() + word.size() || number < low || number > high)
      return std::nullopt;
    return number;
  }

  void take(std::string_view line) {
    if (part_ == Part::header)
      return header(line);
    if (part_ == Part::names)
      return names(line);
    if (line == "0") {
      part_ = Part::names;
      return;
    }
    if (line.front() == '"') {
      problem(line, "names begin before the ballots end", "a line `0` ends the ballots");
      part_ = Part::broken;
      return;
    }
    if (line.front() == '-' && ballots_.empty())
      return withdrawn(line);
    ballot(line);
  }

  void header(std::string_view line) {
    std::string_view rest = line;
    const std::string_view first = next_word(rest), second = next_word(rest);
    const auto candidates = whole(first, 1, most_candidates);
    if (!candidates || !whole(second, 0, most_candidates) || !rest.empty()) {
      problem(line, "this is no BLT file",
              "it begins with how many candidates and how many seats there are, `4 2`");
      part_ = Part::broken;
      return;
    }
    expected_ = *candidates;
    part_ = Part::ballots;
  }

  void withdrawn(std::string_view line) {
    while (!line.empty()) {
      const std::string_view word = next_word(line);
      const auto number = word.front() == '-' ? whole(word.substr(1), 1, expected_) : std::nullopt;
      if (!number)
        return not_a_candidate(word, "a withdrawn candidate is written `-2`; ");
      gone_.insert(static_cast<std::uint32_t>(*number));
    }
  }

  void not_a_candidate(std::string_view word, const std::string& help = {}) {
    problem(word, in_backticks(word) + " is no candidate of this file",
            help + "candidates are the numbers from 1 to " + std::to_string(expected_));
  }

  void ballot(std::string_view line) {
    if (line.front() == '(') { // the ballot's own name
      const std::size_t close = line.find(')');
      if (close == std::string_view::npos)
        return problem(line.substr(0, 1), "a name of a ballot does not end",
                       "write `(17) 1 3 2 0`");
      line = trimmed(line.substr(close + 1));
    }
    const std::string_view whole_ballot = line;
    const std::string_view first = next_word(line);
    const auto count = parse_decimal(first);
    if (!count || *count < 0 || *count > 1e15)
      return problem(first.empty() ? whole_line_ : first,
                     "a ballot says how many such there are first", "write `3 1 4 2 0`");
    Ballot made;
    made.line = static_cast<std::uint32_t>(line_);
    made.count = *count;
    bool ended = false;
    while (!line.empty() && !ended) {
      std::string_view word = next_word(line);
      if (word == "0")
        ended = true;
      else if (word != "-" && !level(word))
        return;
    }
    if (!ended)
      return problem(whole_ballot, "the ballot does not end", "a ballot ends with ` 0`");
    if (!line.empty())
      return problem(line, "the ballot ended before this", "write one ballot a line");
    made.end = preferences_.size();
    ballots_.push_back(made);
  }

  /// The candidates at one place of a ballot, `3` or `3=1`.
  bool level(std::string_view word) {
    const std::string_view all = word;
    for (bool together = false;; together = true) {
      const std::string_view one = word.substr(0, word.find('='));
      const auto number = whole(one, 1, expected_);
      if (one.empty()) {
        problem(all, "a candidate is missing in " + in_backticks(all),
                "equal ones are written `1=2`");
        return false;
      }
      if (!number) {
        not_a_candidate(one);
        return false;
      }
      if (seen_.size() <= *number)
        seen_.resize(*number + 1, UINT32_MAX);
      if (std::exchange(seen_[*number], static_cast<std::uint32_t>(line_)) == line_) {
        problem(one, "the ballot names candidate " + std::string(one) + " twice");
        return false;
      }
      preferences_.push_back({static_cast<std::uint32_t>(*number), together});
      if (one.size() == word.size())
        return true;
      word.remove_prefix(one.size() + 1);
    }
  }

  void names(std::string_view line) {
    while (!line.empty()) {
      const std::size_t close = line.find('"', 1);
      if (line.front() != '"' || close == std::string_view::npos) {
        problem(line,
                names_.size() < expected_
                    ? "candidate " + std::to_string(names_.size() + 1) + " should be named here"
                    : "the title should stand here",
                "names and title stand in double quotes");
        part_ = Part::broken;
        return;
      }
      const std::string_view name = line.substr(1, close - 1);
      if (names_.size() < expected_) // what follows is the title
        add_name(name.empty() ? line.substr(0, close + 1) : name, name);
      line = trimmed(line.substr(close + 1));
    }
  }

  void add_name(std::string_view at, std::string_view name) {
    const std::string number = std::to_string(names_.size() + 1);
    const std::string* alias = table_.alias(name);
    if (alias == nullptr)
      alias = table_.alias(number);
    names_.push_back(alias == nullptr ? std::string(name) : *alias);
    if (names_.back().empty())
      problem(at, "candidate " + number + " has no name");
    else if (!known_.insert(names_.back()).second)
      problem(at, "two candidates are called " + in_backticks(names_.back()),
              "tell them apart with `alias`, by their numbers");
  }

  void finish() {
    if (part_ == Part::header)
      return problem("", "the file names no candidates",
                     "a BLT file begins with how many candidates and seats there are, `4 2`");
    if (part_ == Part::ballots)
      return problem("", "the ballots do not end", "a line `0` ends the ballots");
    if (names_.size() < expected_)
      return problem("",
                     "the file has " + std::to_string(expected_) + " candidates and names " +
                         std::to_string(names_.size()),
                     "after the ballots stands the name of each, in double quotes");
    std::vector<std::uint32_t> codes(expected_ + 1, UINT32_MAX);
    for (std::uint32_t number = 1; number <= expected_; ++number)
      if (!gone_.contains(number))
        codes[number] = table_.candidate(names_[number - 1]);
    std::size_t at = 0;
    for (const Ballot& ballot : ballots_) {
      table_.begin(ballot.line, ballot.count);
      for (; at < ballot.end; ++at) {
        if (!preferences_[at].together)
          table_.next_level();
        if (const std::uint32_t code = codes[preferences_[at].number]; code != UINT32_MAX)
          table_.add(code);
      }
    }
  }

  std::shared_ptr<const SourceText> source_;
  BallotTable table_;
  Diagnostics& diagnostics_;
  Part part_ = Part::header;
  std::string_view whole_line_;
  std::size_t line_ = 0, problems_ = 0, expected_ = 0;
  std::set<std::uint32_t> gone_;
  std::vector<Ballot> ballots_;
  std::vector<Ballot::Preference> preferences_;
  std::vector<std::uint32_t> seen_; ///< the line that named a candidate last
  std::vector<std::string> names_;
  std::set<std::string> known_;
};

} // namespace

Table read_blt(const TableSpec& spec, std::shared_ptr<const SourceText> source,
               Diagnostics& diagnostics) {
  Table out;
  out.where = {source, 1, 1, 1};
  Blt(spec, std::move(source), out, diagnostics).read();
  return out;
}

} // namespace libeval
