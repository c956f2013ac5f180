// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/domain/table.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace libeval {

/// A reader of ballots says no more than so many problems of one file.
inline constexpr std::size_t most_ballot_problems = 20;

/// `text` without blanks at its ends.
[[nodiscard]] inline std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
    text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r'))
    text.remove_suffix(1);
  return text;
}

/// The table of ballots while it is filled.
class BallotTable {
public:
  BallotTable(const TableSpec& spec, Table& table) : table_(table) {
    table.name = spec.name;
    table.keys.resize(2);
    table.keys[0].name = "ballot";
    table.keys[1].name = "candidate";
    table.values.resize(2);
    table.values[0].name = "rank";
    table.values[1].name = "count";
    for (const auto& [dimension, words] : spec.alias)
      if (dimension == "candidate")
        for (const auto& [spelling, member] : words)
          alias_.emplace(spelling, member);
  }

  /// What an alias makes of a name; nothing where there is none.
  [[nodiscard]] const std::string* alias(std::string_view name) const {
    const auto at = alias_.find(std::string(name));
    return at == alias_.end() ? nullptr : &at->second;
  }

  std::uint32_t candidate(const std::string& name) {
    const auto [at, fresh] =
        codes_.try_emplace(name, static_cast<std::uint32_t>(table_.keys[1].texts.size()));
    if (fresh)
      table_.keys[1].texts.push_back(name);
    return at->second;
  }

  /// Begins a ballot; `count` of them are alike.
  void begin(std::uint32_t line, double count) {
    ballot_ = static_cast<std::uint32_t>(table_.keys[0].texts.size());
    table_.keys[0].texts.push_back(std::to_string(ballot_ + 1));
    line_ = line;
    count_ = count;
    rank_ = 1;
    named_ = 0;
  }

  /// False where the ballot names the candidate already.
  bool add(std::uint32_t candidate) {
    if (seen_.size() <= candidate)
      seen_.resize(candidate + 1, UINT32_MAX);
    if (std::exchange(seen_[candidate], ballot_) == ballot_)
      return false;
    table_.keys[0].codes.push_back(ballot_);
    table_.keys[1].codes.push_back(candidate);
    table_.values[0].numbers.push_back(static_cast<double>(rank_));
    table_.values[1].numbers.push_back(count_);
    table_.lines.push_back(line_);
    ++table_.rows;
    ++named_;
    return true;
  }

  /// The next name stands below those so far.
  void next_level() { rank_ = named_ + 1; }

private:
  Table& table_;
  std::unordered_map<std::string, std::string> alias_;
  std::unordered_map<std::string, std::uint32_t> codes_;
  std::vector<std::uint32_t> seen_; ///< the ballot that named a candidate last
  std::uint32_t ballot_ = 0, line_ = 0;
  std::size_t rank_ = 1, named_ = 0;
  double count_ = 1;
};

} // namespace libeval
