// SPDX-License-Identifier: Apache-2.0
#include "io/findings.hpp"

#include <libeval/base/date.hpp>
#include <libeval/base/text.hpp>
#include <libeval/io/csv.hpp>

#include "io/row_places.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace libeval {
namespace {

const std::vector<std::string> columns = {"rule", "candidate", "verdict",  "level",
                                          "date", "source",    "statement"};
const std::vector<std::string> verdicts = {"pass", "fail", "unknown", "not_applicable"};
const std::vector<std::string> levels = {"inferred",     "alleged",  "self_declared",
                                         "corroborated", "admitted", "verified"};

class FindingsTable {
public:
  FindingsTable(const std::shared_ptr<const SourceText>& source, PolicyFile& policy,
                Diagnostics& diagnostics)
      : source_(source), policy_(policy), diagnostics_(diagnostics) {
    for (const Rule& rule : policy.rules)
      rules_.push_back(rule.id.str());
  }

  void read() {
    TableSpec spec;
    spec.name = "findings";
    spec.keys = {"row"};
    const std::size_t before = diagnostics_.errors();
    table_ = read_table(spec, source_, diagnostics_);
    if (diagnostics_.errors() > before || !columns_are_right())
      return;
    for (std::size_t row = 0; row < table_.rows; ++row)
      add(row);
  }

private:
  bool columns_are_right() {
    bool right = true;
    for (const TextColumn& label : table_.labels)
      if (std::ranges::find(columns, label.name) == columns.end()) {
        const auto near = did_you_mean(label.name, columns);
        diagnostics_.error(place_of(source_, 1, label.name),
                           "unknown column `" + shorten(label.name) + "` in findings",
                           near ? "did you mean `" + *near + "`?"
                                : "columns are rule, candidate, verdict, level, date, source and "
                                  "statement");
        right = false;
      }
    for (const std::size_t needed : {0U, 1U, 2U})
      if (find(columns[needed]) == nullptr) {
        diagnostics_.error({source_, 1, 1, 1},
                           "findings need the column `" + columns[needed] + "`");
        right = false;
      }
    return right;
  }

  const TextColumn* find(const std::string& name) const {
    const auto at = std::ranges::find(table_.labels, name, &TextColumn::name);
    return at == table_.labels.end() ? nullptr : &*at;
  }

  std::string cell(const std::string& name, std::size_t row) const {
    const TextColumn* column = find(name);
    return column == nullptr ? "" : column->at(row);
  }

  /// The cell if it is one of the words, else the first word and a diagnostic.
  std::string word(const std::string& column, std::size_t row,
                   const std::vector<std::string>& words, const std::string& usual) {
    std::string text = cell(column, row);
    if (text.empty() && !usual.empty())
      return usual;
    if (std::ranges::find(words, text) != words.end())
      return text;
    const auto near = did_you_mean(text, words);
    std::string all;
    for (const std::string& one : words)
      all += (all.empty() ? "" : ", ") + one;
    diagnostics_.error(place_of(source_, table_.lines[row], text),
                       "unknown " + column + " `" + shorten(text) + "`",
                       near ? "did you mean `" + *near + "`?" : "known here: " + shorten(all, 200));
    return words.empty() ? "" : words.front();
  }

  void add(std::size_t row) {
    ReadyFinding finding;
    finding.rule = RuleId(word("rule", row, rules_, ""));
    finding.candidate = CandidateId(cell("candidate", row));
    finding.verdict = verdict_from(word("verdict", row, verdicts, ""));
    finding.level = level_from(word("level", row, levels, "verified"));
    finding.date = cell("date", row);
    if (!finding.date.empty() && !is_date(finding.date))
      diagnostics_.error(place_of(source_, table_.lines[row], finding.date),
                         "`" + shorten(finding.date) + "` is no date", "write dates as YYYY-MM-DD");
    finding.source = cell("source", row);
    finding.statement = cell("statement", row);
    finding.where = place_of(source_, table_.lines[row], finding.candidate.str());
    policy_.findings.push_back(std::move(finding));
  }

  const std::shared_ptr<const SourceText>& source_;
  PolicyFile& policy_;
  Diagnostics& diagnostics_;
  Table table_;
  std::vector<std::string> rules_;
};

} // namespace

void read_findings_table(const std::shared_ptr<const SourceText>& source, PolicyFile& policy,
                         Diagnostics& diagnostics) {
  FindingsTable(source, policy, diagnostics).read();
}

} // namespace libeval
