// SPDX-License-Identifier: Apache-2.0
#include "io/stage_table.hpp"

#include <libeval/base/decimal.hpp>
#include <libeval/base/duration.hpp>
#include <libeval/base/text.hpp>
#include <libeval/io/words.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>
#include <utility>
#include <vector>

namespace libeval {
namespace {

/// Decimals shown where nothing asks for more or fewer.
constexpr int usual_decimals = 3;
constexpr int most_decimals = 9;
/// Of a long stage: the first, and each side of the line.
constexpr std::size_t shown_first = 10;
constexpr std::size_t shown_round_line = 5;
constexpr std::size_t shown_changes = 200;

int decimals_of(const std::string& text) {
  const std::size_t point = text.find('.');
  return point == std::string::npos ? 0 : static_cast<int>(text.size() - point - 1);
}

/// With exactly that many decimals.
std::string fixed(double value, int decimals) {
  std::string text = format_decimal(value, decimals);
  const int has = decimals_of(text);
  if (decimals > has && text.find('e') == std::string::npos)
    text += (has == 0 ? "." : "") + std::string(static_cast<std::size_t>(decimals - has), '0');
  return text;
}

/// One column of numbers, as few decimals as tell them apart.
std::vector<std::string> written(const std::vector<std::optional<double>>& values,
                                 double resolution) {
  int least = 0;
  if (resolution > 0)
    least = decimals_of(format_decimal(resolution, most_decimals));
  int decimals = least;
  for (const auto& value : values)
    if (value)
      decimals = std::max(decimals, decimals_of(format_decimal(*value, usual_decimals)));
  if (resolution > 0)
    decimals = least;
  const auto collides = [&] {
    std::vector<double> sorted;
    for (const auto& value : values)
      if (value)
        sorted.push_back(*value);
    std::ranges::sort(sorted);
    for (std::size_t i = 1; i < sorted.size(); ++i)
      if (sorted[i] - sorted[i - 1] > 1e-9 * std::max(1.0, std::abs(sorted[i])) &&
          format_decimal(sorted[i], decimals) == format_decimal(sorted[i - 1], decimals))
        return true;
    return false;
  };
  while (decimals < most_decimals && collides())
    ++decimals;
  std::vector<std::string> out;
  out.reserve(values.size());
  for (const auto& value : values)
    out.push_back(value ? fixed(*value, decimals) : "-");
  return out;
}

std::string head_of(const NodeScores& node);

} // namespace

int decimals_of(const std::vector<ScoreRange>& ranges) {
  int decimals = 0;
  for (const ScoreRange& range : ranges)
    for (const auto& end : {range.low, range.high})
      if (end)
        decimals = std::max(decimals, decimals_of(format_decimal(*end, usual_decimals)));
  return decimals;
}

std::string written_range(const ScoreRange& range, int least) {
  const auto text = [](const std::optional<double>& x, bool proven) {
    return (proven ? "" : "~") + shown(*x, usual_decimals);
  };
  if (range.single() && range.proven_low && range.proven_high) {
    const int decimals = decimals_of(format_decimal(*range.low, usual_decimals));
    return fixed(*range.low, std::max(least, decimals));
  }
  if (range.low && range.high) {
    const int decimals = std::max({least, decimals_of(format_decimal(*range.low, usual_decimals)),
                                   decimals_of(format_decimal(*range.high, usual_decimals))});
    return (range.proven_low ? "" : "~") + fixed(*range.low, decimals) + "-" +
           (range.proven_high ? "" : "~") + fixed(*range.high, decimals);
  }
  if (range.low)
    return "from " + text(range.low, range.proven_low);
  return range.high ? "up to " + text(range.high, range.proven_high) : "?";
}

namespace {

std::string head_of(const NodeScores& node) {
  std::string head = escape_control(!node.title.empty() ? node.title
                                    : !node.id.empty()  ? node.id
                                                        : node.path);
  if (node.points)
    head += "/" + shown(*node.points);
  else if (node.weight)
    head += " x" + shown(*node.weight);
  return head;
}

class StageTable {
public:
  StageTable(const Bundle& bundle, const StageDecision& stage, const ReportOptions& options)
      : bundle_(bundle), stage_(stage), options_(options) {}

  std::string text() {
    choose_rows();
    Columns columns;
    columns.push_back(places());
    if (!stage_.pools.empty())
      columns.push_back(pools());
    columns.push_back(names());
    for (const NodeScores& node : stage_.nodes)
      if (node.parent == 0)
        columns.push_back(scores(node));
    if (!stage_.nodes.empty())
      columns.push_back(totals());
    for (const PolicyFile& policy : bundle_.policies)
      if (applies(policy))
        columns.push_back(verdicts(policy));
    if (!stage_.bands.empty())
      columns.push_back(noted("band", stage_.bands));
    columns.push_back(outcomes());
    if (!stage_.notes.empty())
      columns.push_back(noted("", stage_.notes));

    Grid grid;
    for (const Column& column : columns)
      grid.column(column.head, column.align);
    for (std::size_t r = 0; r < rows_.size(); ++r) {
      if (r == break_at_)
        grid.line("...");
      std::vector<Grid::Cell> cells;
      for (Column& column : columns)
        cells.push_back(std::move(column.cells[r]));
      grid.row(std::move(cells));
    }
    if (left_out_ > 0)
      grid.line(rest());
    return grid.text(options_.color, options_.width, stage_.pools.empty() ? 2 : 3);
  }

private:
  struct Column {
    std::string head;
    Align align = Align::left;
    std::vector<Grid::Cell> cells;
  };
  using Columns = std::vector<Column>;

  /// Where an entrant stands in the table: by pool and place, who has none last.
  [[nodiscard]] std::pair<double, double> rank(std::uint32_t i) const {
    const double none = 1e300;
    const auto place = [&](const std::vector<double>& places) {
      return i < places.size() && places[i] != 0 ? places[i] : none;
    };
    if (place(stage_.place) == none && stage_.partial && i < stage_.partial->best_place.size() &&
        stage_.partial->best_place[i] != 0)
      return {0, static_cast<double>(stage_.partial->best_place[i]) +
                     static_cast<double>(stage_.partial->worst_place[i]) * 1e-9};
    if (place(stage_.place) == none && !stage_.pool_place.empty())
      return {static_cast<double>(stage_.pool[i]), place(stage_.pool_place)};
    return {0, place(stage_.place)};
  }

  void choose_rows() {
    const std::size_t n = stage_.entrants.size();
    rows_.resize(n);
    std::iota(rows_.begin(), rows_.end(), 0U);
    const auto before = [&](std::uint32_t a, std::uint32_t b) { return rank(a) < rank(b); };
    if (options_.all || n <= options_.most_entrants) {
      std::ranges::stable_sort(rows_, before);
      return;
    }
    // Only what is shown is put in order.
    const std::size_t line = std::min(stage_.advancing, n);
    const std::size_t from = line > shown_round_line ? line - shown_round_line : 0;
    const std::size_t to = std::min(n, line + shown_round_line);
    const auto by_rank = [&](std::uint32_t a, std::uint32_t b) {
      const auto x = rank(a), y = rank(b);
      return x != y ? x < y : a < b;
    };
    const auto at = [&](std::size_t k) { return rows_.begin() + static_cast<std::ptrdiff_t>(k); };
    const std::size_t first = std::min(shown_first, n);
    std::nth_element(rows_.begin(), at(first), rows_.end(), by_rank);
    std::sort(rows_.begin(), at(first), by_rank);
    std::vector<std::uint32_t> kept(rows_.begin(), at(first));
    if (to > first) {
      const std::size_t begin = std::max(first, from);
      if (begin > first) {
        std::nth_element(at(first), at(begin), rows_.end(), by_rank);
        break_at_ = kept.size();
      }
      if (to < n)
        std::nth_element(at(begin), at(to), rows_.end(), by_rank);
      std::sort(at(begin), at(to), by_rank);
      kept.insert(kept.end(), at(begin), at(to));
    }
    left_out_ = n - kept.size();
    rows_ = std::move(kept);
  }

  [[nodiscard]] std::string rest() const {
    std::array<std::size_t, 6> counts{};
    for (const Outcome outcome : stage_.outcomes)
      ++counts[static_cast<std::size_t>(outcome)];
    for (const std::uint32_t i : rows_)
      --counts[static_cast<std::size_t>(stage_.outcomes[i])];
    std::string parts;
    for (std::size_t k = 0; k < counts.size(); ++k)
      if (counts[k] > 0)
        parts += (parts.empty() ? "" : ", ") +
                 counted(counts[k], std::string(to_string(static_cast<Outcome>(k))),
                         std::string(to_string(static_cast<Outcome>(k))));
    return "... " + counted(left_out_, "entrant") + " left out (" + parts + "); `--all` shows all";
  }

  Column places() const {
    Column column{"place", Align::right, {}};
    for (const std::uint32_t i : rows_) {
      const double place = i < stage_.place.size() ? stage_.place[i] : 0;
      const double pool = i < stage_.pool_place.size() ? stage_.pool_place[i] : 0;
      column.cells.push_back({place != 0  ? shown(place)
                              : pool != 0 ? shown(pool)
                                          : places_in_all_completions(i)});
    }
    return column;
  }

  /// `2-4`, where scores are known in part.
  [[nodiscard]] std::string places_in_all_completions(std::uint32_t i) const {
    if (!stage_.partial || i >= stage_.partial->best_place.size() ||
        stage_.partial->best_place[i] == 0)
      return "-";
    return std::to_string(stage_.partial->best_place[i]) + "-" +
           std::to_string(stage_.partial->worst_place[i]);
  }

  Column pools() const {
    Column column{"pool", Align::left, {}};
    for (const std::uint32_t i : rows_)
      column.cells.push_back({i < stage_.pool.size() && stage_.pool[i] < stage_.pools.size()
                                  ? escape_control(stage_.pools[stage_.pool[i]])
                                  : "-"});
    return column;
  }

  Column names() const {
    Column column{"candidate", Align::left, {}};
    for (const std::uint32_t i : rows_)
      column.cells.push_back(
          {shorten(name_of(bundle_.program, stage_.entrants[i]), 40), Style::plain});
    return column;
  }

  Column numbers(std::string head, const std::vector<std::optional<double>>& values,
                 const NodeScores& node) const {
    Column column{std::move(head), Align::right, {}};
    for (const std::string& text : written(values, node.resolution))
      column.cells.push_back({node.is_time ? as_duration(text) : text, Style::plain});
    return column;
  }

  /// The ranges of a node whose scores are known in part; nullptr otherwise.
  [[nodiscard]] const std::vector<ScoreRange>* ranges_of(const NodeScores& node) const {
    const auto at = static_cast<std::size_t>(&node - stage_.nodes.data());
    return stage_.partial && at < stage_.partial->ranges.size() &&
                   !stage_.partial->ranges[at].empty()
               ? &stage_.partial->ranges[at]
               : nullptr;
  }

  Column ranges(std::string head, const std::vector<ScoreRange>& ranges) const {
    Column column{std::move(head), Align::right, {}};
    const int decimals = decimals_of(ranges);
    for (const std::uint32_t i : rows_)
      column.cells.push_back({written_range(ranges[i], decimals), Style::plain});
    return column;
  }

  Column scores(const NodeScores& node) const {
    if (const auto* known = ranges_of(node))
      return ranges(head_of(node), *known);
    std::vector<std::optional<double>> values;
    for (const std::uint32_t i : rows_)
      values.push_back(node.scores.has(i) ? std::optional(node.scores.value(i)) : std::nullopt);
    return numbers(head_of(node), values, node);
  }

  Column totals() const {
    const NodeScores& node = stage_.nodes[0];
    if (const auto* known = ranges_of(node))
      return ranges(node.points ? "total/" + shown(*node.points) : "total", *known);
    std::vector<std::optional<double>> values;
    for (const std::uint32_t i : rows_)
      values.push_back(!node.scores.has(i)       ? std::nullopt
                       : i < stage_.total.size() ? std::optional(stage_.total[i])
                                                 : std::optional(node.scores.value(i)));
    std::string head = "total";
    if (node.points)
      head += "/" + shown(*node.points);
    return numbers(head, values, node);
  }

  [[nodiscard]] bool applies(const PolicyFile& policy) const {
    return std::ranges::any_of(stage_.findings, [&](const Finding& f) {
      return f.kind == Finding::Kind::policy && has_rule(policy, f.rule);
    });
  }

  static bool has_rule(const PolicyFile& policy, const std::string& rule) {
    return std::ranges::any_of(policy.rules, [&](const Rule& r) { return r.id.str() == rule; });
  }

  /// Whether a rule of the file can put somebody out or take points away.
  static bool bites(const PolicyFile& policy, const std::string& rule) {
    return std::ranges::any_of(policy.rules, [&](const Rule& r) {
      return r.id.str() == rule && r.consequence != Rule::Consequence::note;
    });
  }

  /// The worst verdict of each under the rules of one file. A rule that only notes never hides
  /// that somebody passes all the others.
  Column verdicts(const PolicyFile& policy) const {
    struct Worst {
      int rank = -1;
      std::string rule;
      bool cured = false;
    };
    std::map<std::size_t, Worst> worst;
    enum Rank { none, pass, noted, unknown, fail };
    const auto rank = [&](const Finding& f) {
      const bool counts = bites(policy, f.rule);
      return f.verdict == Verdict::fail      ? (counts ? fail : noted)
             : f.verdict == Verdict::unknown ? (counts ? unknown : none)
             : f.verdict == Verdict::pass    ? pass
                                             : none;
    };
    const bool only_notes = std::ranges::none_of(
        policy.rules, [&](const Rule& r) { return bites(policy, r.id.str()); });
    for (const Finding& f : stage_.findings)
      if (f.kind == Finding::Kind::policy && has_rule(policy, f.rule)) {
        Worst& w = worst[f.candidate];
        const int r = only_notes && f.verdict == Verdict::unknown ? unknown : rank(f);
        w.cured = w.cured || f.detail.get().starts_with("cured on ");
        if (r > w.rank) {
          w.rank = r;
          w.rule = f.rule;
        }
      }
    Column column{escape_control(policy.id), Align::left, {}};
    for (const std::uint32_t i : rows_) {
      const auto at = worst.find(stage_.entrants[i]);
      Grid::Cell cell{"-"};
      if (at != worst.end() && at->second.rank == fail)
        cell = {"fail " + escape_control(at->second.rule), Style::bad};
      else if (at != worst.end() && at->second.rank == unknown)
        cell = {"unknown " + escape_control(at->second.rule), Style::warn};
      else if (at != worst.end() && at->second.rank == noted)
        cell = {"noted " + escape_control(at->second.rule), Style::warn};
      else if (at != worst.end() && at->second.rank == pass)
        cell = {at->second.cured ? "pass (cured)" : "pass", Style::plain};
      column.cells.push_back(std::move(cell));
    }
    return column;
  }

  Column noted(std::string head, const std::map<std::uint32_t, std::string>& notes) const {
    Column column{std::move(head), Align::left, {}};
    for (const std::uint32_t i : rows_) {
      const auto at = notes.find(i);
      column.cells.push_back({at == notes.end() ? "" : escape_control(at->second)});
    }
    return column;
  }

  Column outcomes() const {
    Column column{"outcome", Align::left, {}};
    for (const std::uint32_t i : rows_)
      column.cells.push_back(
          {std::string(to_string(stage_.outcomes[i])), outcome_style(stage_.outcomes[i])});
    return column;
  }

  const Bundle& bundle_;
  const StageDecision& stage_;
  const ReportOptions& options_;
  std::vector<std::uint32_t> rows_;
  std::size_t break_at_ = nobody; ///< a row before which some are left out
  std::size_t left_out_ = 0;
};

} // namespace

Style outcome_style(Outcome outcome) {
  switch (outcome) {
  case Outcome::advances:
    return Style::good;
  case Outcome::disqualified:
    return Style::bad;
  case Outcome::held:
    return Style::warn;
  default:
    return Style::plain;
  }
}

std::string stage_table(const Bundle& bundle, const StageDecision& stage,
                        const ReportOptions& options) {
  return StageTable(bundle, stage, options).text();
}

static Grid::Cell score_cell(const StageDecision& stage, const Why& why, const WhyScore& score) {
  if (score.score) {
    const std::string text = shown(*score.score);
    return {stage.nodes[score.node].is_time ? as_duration(text) : text, Style::plain};
  }
  if (stage.partial && score.node < stage.partial->ranges.size() &&
      why.entrant < stage.partial->ranges[score.node].size())
    return {written_range(stage.partial->ranges[score.node][why.entrant]), Style::plain};
  return {"gap", Style::warn};
}

std::string score_tree(const StageDecision& stage, const Why& why, const ReportOptions& options) {
  Grid grid;
  grid.column("", Align::left);
  grid.column("score", Align::right);
  grid.column("of", Align::right);
  grid.column("adds", Align::right);
  grid.column("", Align::left);
  for (const WhyScore& score : why.scores) {
    const NodeScores& node = stage.nodes[score.node];
    std::string adds;
    if (score.contribution && node.parent != nobody)
      adds = shown(*score.contribution);
    else if (!score.contribution && node.parent != nobody)
      adds = "-";
    std::string name = std::string(2 * score.depth, ' ') + escape_control(score.title);
    if (node.parent == nobody && score.node == 0)
      name = "total";
    grid.row({{name, Style::plain},
              score_cell(stage, why, score),
              {score.points ? shown(*score.points) : "", Style::faint},
              {adds, Style::plain},
              {score.relative ? "relative to others" : "", Style::faint}});
  }
  std::string out = grid.text(options.color, options.width);
  if (!stage.total.empty() && !why.scores.empty() && why.scores[0].score &&
      stage.total[why.entrant] != *why.scores[0].score)
    out += " after deductions " + shown(stage.total[why.entrant]) + "\n";
  return out;
}

std::string change_table(const Program& program, const StageChange& stage,
                         const ReportOptions& options) {
  std::vector<const CandidateChange*> changes;
  for (const CandidateChange& change : stage.candidates)
    changes.push_back(&change);
  // Changed outcomes first; the order of candidates otherwise.
  std::ranges::stable_sort(changes, [](const CandidateChange* a, const CandidateChange* b) {
    return a->changes_outcome() && !b->changes_outcome();
  });
  Grid grid;
  const bool scored = std::ranges::any_of(
      changes, [](const CandidateChange* change) { return !change->scores.empty(); });
  for (const char* head : {"candidate", "outcome", "place", scored ? "scores" : ""})
    grid.column(head, Align::left);
  const auto number = [](const std::optional<double>& x) { return x ? shown(*x) : "none"; };
  for (std::size_t i = 0; i < changes.size(); ++i) {
    if (i == shown_changes && !options.all) {
      grid.line("... " + counted(changes.size() - i, "candidate") + " left out; `--all` shows all");
      break;
    }
    const CandidateChange& change = *changes[i];
    const auto outcome = [](const std::optional<Outcome>& o) {
      return o ? std::string(to_string(*o)) : std::string("no entrant");
    };
    std::string scores;
    for (std::size_t k = 0; k < change.scores.size() && k < 3; ++k) {
      const CandidateChange::Score& score = change.scores[k];
      scores += (k == 0 ? "" : ", ") + escape_control(score.path) + " " + number(score.before) +
                " -> " + number(score.after);
    }
    if (change.scores.size() > 3)
      scores += " and " + counted(change.scores.size() - 3, "more", "more");
    const bool moved = change.place_before != change.place_after;
    grid.row(
        {{name_of(program, change.candidate)},
         {change.changes_outcome()
              ? outcome(change.outcome_before) + " -> " + outcome(change.outcome_after)
              : outcome(change.outcome_after),
          change.outcome_after && change.changes_outcome() ? outcome_style(*change.outcome_after)
                                                           : Style::plain},
         {moved ? number(change.place_before) + " -> " + number(change.place_after)
                : number(change.place_after)},
         {scores}});
  }
  return changes.empty() ? "" : grid.text(options.color, options.width);
}

} // namespace libeval
