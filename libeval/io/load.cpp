// SPDX-License-Identifier: Apache-2.0
#include <libeval/io/load.hpp>

#include <libeval/base/text.hpp>
#include <libeval/domain/expand.hpp>
#include <libeval/domain/language.hpp>
#include <libeval/domain/rows.hpp>
#include <libeval/domain/written_numbers.hpp>
#include <libeval/engine/check.hpp>
#include <libeval/engine/decide.hpp>
#include <libeval/engine/verdicts.hpp>
#include <libeval/io/csv.hpp>
#include <libeval/io/files.hpp>
#include <libeval/io/parse.hpp>

#include "domain/reading.hpp"
#include "domain/respell.hpp"
#include "io/ballots.hpp"
#include "io/candidates.hpp"
#include "io/joined_keys.hpp"
#include "io/mend.hpp"
#include "io/names.hpp"
#include "io/policy_files.hpp"
#include "io/published.hpp"
#include "io/recusals.hpp"
#include "io/row_filter.hpp"
#include "io/row_places.hpp"
#include "io/standing.hpp"
#include "io/tree_table.hpp"
#include "io/unlikely.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace libeval {
namespace {

namespace fs = std::filesystem;

/// The folder of a bundle, and the file of its rules in it.
struct Place {
  fs::path folder;
  std::string rules; ///< empty: look for it
};

Place place_of_bundle(const fs::path& bundle) {
  std::error_code failed;
  const fs::path path = bundle.empty() ? fs::path(".") : bundle;
  if (fs::is_directory(path, failed))
    return {path, ""};
  if (!fs::exists(path, failed))
    return {path, ""}; // opening it says what is wrong
  const fs::path parent = path.parent_path();
  return {parent.empty() ? fs::path(".") : parent, path.filename().string()};
}

/// Whether anything stands there: also a folder, a pipe, or a link that leads out.
bool stands_in(const fs::path& folder, const char* name) {
  std::error_code failed;
  return fs::exists(fs::symlink_status(folder / name, failed));
}

std::string rules_in(const Folder& folder, const Place& place, Diagnostics& diagnostics) {
  if (!place.rules.empty())
    return place.rules;
  const bool yaml = folder.has_file("program.yaml"), json = folder.has_file("program.json");
  if (yaml && json)
    diagnostics.error({},
                      "`" + place.folder.string() + "` has both `program.yaml` and `program.json`",
                      "keep one of them, or name the file");
  else if (json)
    return "program.json";
  else if (!yaml && stands_in(place.folder, "program.yaml"))
    return "program.yaml"; // opening it says what is wrong
  else if (!yaml && stands_in(place.folder, "program.json"))
    return "program.json";
  else if (!yaml)
    diagnostics.error({}, "there is no `program.yaml` in `" + place.folder.string() + "`",
                      "`libeval new DIR` writes a bundle to begin with");
  return yaml ? "program.yaml" : "";
}

class Loader {
public:
  Loader(const Folder& folder, Diagnostics& diagnostics)
      : folder_(folder), diagnostics_(diagnostics) {}

  Standing load(const Tree& written) {
    const Type program = type::object("program");
    const Tree rules = with_written_numbers(written, program, language());
    const bool fits = validate(rules, program, language(), diagnostics_);
    Diagnostics unheard;
    const Tree whole = expand(respelt(rules, program, language()), fits ? diagnostics_ : unheard);
    // What is written short may lack something.
    const bool fits_whole = fits && validate(whole, program, language(), diagnostics_);
    const Tree sound = diagnostics_.has_errors() ? mended(whole, diagnostics_, unread_) : whole;
    if (sound.is_null())
      return {};
    bundle_.program = read_program(sound, diagnostics_);
    read_tables(sound.find("evidence"));
    read_candidates();
    make_unpublished_tables();
    read_policies();
    check_names(whole);
    if (fits_whole && !unread_.candidates)
      check_unlikely(whole, bundle_.program, diagnostics_);
    if (diagnostics_.has_errors())
      look_further(whole);
    return {std::move(bundle_), std::move(unread_), fits_whole};
  }

private:
  /// What is known of a table.
  enum class State : std::uint8_t { unread, columns, good };

  void read_tables(const Tree* written) {
    const std::vector<JoinedKey> joined = take_joined_keys(bundle_.program.evidence);
    for (std::size_t i = 0; i < bundle_.program.evidence.size(); ++i) {
      TableSpec& spec = bundle_.program.evidence[i];
      const std::size_t before = diagnostics_.errors();
      Table table = joins_unread(spec) ? Table() : read_table_of(spec);
      table.name = spec.name;
      const bool good = diagnostics_.errors() == before && !joins_unread(spec);
      state_.push_back(good || has_its_columns(table) ? good ? State::good : State::columns
                                                      : State::unread);
      if (state_[i] != State::unread && !spec.unpublished) {
        leave_out_later_rows(table, spec, bundle_.program.as_of, quote_of(spec), diagnostics_);
        settle_layout(table, spec);
      }
      Diagnostics unheard;
      static_cast<void>(read_table_spec(written->map()[i], unheard));
      if (unheard.has_errors()) // told already; what follows from it need not be
        lame_.insert(spec.name);
      bundle_.tables.push_back(std::make_shared<const Table>(std::move(table)));
    }
    for (const JoinedKey& key : joined)
      join(key);
  }

  Table read_table_of(const TableSpec& spec) {
    if (spec.statements)
      read_statements(spec);
    else if (spec.ballots)
      return read_ballots(spec);
    else if (spec.csv)
      return read_inline_table(spec, diagnostics_);
    else if (!spec.unpublished) // else its rows are known when the candidates are
      if (const auto file = folder_.open_file(spec.file, spec.file_where, diagnostics_))
        return read_table(spec, *file, diagnostics_);
    return {};
  }

  /// Whether a key is to be joined from evidence that cannot be read.
  [[nodiscard]] bool joins_unread(const TableSpec& spec) const {
    const auto is_unread = [&](const std::string& column) {
      const std::size_t dot = column.find('.');
      return dot != std::string::npos && unread_.evidence.contains(column.substr(0, dot));
    };
    return std::ranges::any_of(spec.keys, is_unread) ||
           std::ranges::any_of(spec.called, [&](const auto& c) { return is_unread(c.second); });
  }

  /// Whether rows and columns stand, though some cells could not be read. Texts that are damaged
  /// may say anything.
  static bool has_its_columns(const Table& table) {
    const auto is_text = [](const std::string& text) {
      return !find_invalid_utf8(text) && text.find('\0') == std::string::npos;
    };
    const auto stands = [&](const TextColumn& column) {
      return column.codes.size() == table.rows && std::ranges::all_of(column.texts, is_text) &&
             std::ranges::all_of(column.codes,
                                 [&](std::uint32_t code) { return code < column.texts.size(); });
    };
    return table.rows > 0 && table.lines.size() == table.rows &&
           std::ranges::all_of(table.keys, stands) && std::ranges::all_of(table.labels, stands) &&
           std::ranges::all_of(table.values, [&](const ValueColumn& column) {
             return column.numbers.size() == table.rows &&
                    std::ranges::all_of(column.texts, is_text);
           });
  }

  void join(const JoinedKey& key) {
    auto& evidence = bundle_.program.evidence;
    auto& keys = evidence[key.evidence].keys;
    keys.insert(keys.begin() + static_cast<std::ptrdiff_t>(key.at), key.name);
    const std::size_t before = diagnostics_.errors();
    Table table = *bundle_.tables[key.evidence];
    const bool good = is_good(key.evidence) && is_good(key.from);
    if (good)
      join_key(key, evidence[key.evidence], table, evidence[key.from], *bundle_.tables[key.from],
               diagnostics_);
    if (!good || diagnostics_.errors() != before)
      state_[key.evidence] = State::unread;
    bundle_.tables[key.evidence] = std::make_shared<const Table>(std::move(table));
  }

  /// Candidates are looked up by their key, also where the columns are candidates.
  static void settle_layout(Table& table, TableSpec& spec) {
    if (spec.wide == "candidate" || spec.wide == "opponent" || spec.wide.starts_with("candidate."))
      table = with_row_per_cell(table, spec);
    else if (spec.values.empty() && spec.wide.empty() && !spec.pairs)
      count_rows(table, spec);
  }

  void read_statements(const TableSpec& spec) {
    const auto source = folder_.read_text(spec.file, spec.file_where, diagnostics_);
    if (!source)
      return;
    const std::size_t before = diagnostics_.errors();
    Tree tree = parse(source, diagnostics_);
    if (diagnostics_.errors() > before)
      return;
    Published published = read_published(tree, diagnostics_);
    if (published.statements.empty()) { // not even its shape could be read
      auto rest = without_misfits(tree, "published");
      if (!rest)
        return;
      tree = std::move(*rest);
      published = read_published(tree, diagnostics_);
    }
    published.name = spec.name;
    published.file = spec.file;
    if (const Tree* stage = tree.find("stage"))
      published_stages_.push_back(
          {bundle_.published.size(), stage->scalar().value_or(""), stage->where});
    const std::string& as_of = bundle_.program.as_of;
    if (!as_of.empty())
      std::erase_if(published.statements, [&](const Statement& s) { return s.date > as_of; });
    bundle_.published.push_back(std::move(published));
  }

  /// Tables that were not published have a row for every candidate.
  void make_unpublished_tables() {
    for (std::size_t i = 0; i < bundle_.tables.size(); ++i)
      if (bundle_.program.evidence[i].unpublished && is_good(i))
        bundle_.tables[i] = std::make_shared<const Table>(unpublished_table(
            bundle_.program.evidence[i], bundle_.program.candidates, diagnostics_));
  }

  Table read_ballots(const TableSpec& spec) {
    constexpr std::size_t most_bytes = std::size_t{1} << 30U;
    using Form = TableSpec::Ballots::Form;
    if (spec.ballots->form != Form::rows) {
      std::shared_ptr<const SourceText> source;
      if (spec.csv)
        source = std::make_shared<const SourceText>(SourceText{spec.name, *spec.csv});
      else
        source = folder_.read_text(spec.file, spec.file_where, diagnostics_, most_bytes);
      if (!source)
        return {};
      return spec.ballots->form == Form::blt ? read_blt(spec, source, diagnostics_)
                                             : read_preflib(spec, source, diagnostics_);
    }
    const TableSpec rows = rows_of_ballots(spec);
    const std::size_t before = diagnostics_.errors();
    Table table;
    if (spec.csv)
      table = read_inline_table(rows, diagnostics_);
    else if (const auto file = folder_.open_file(spec.file, spec.file_where, diagnostics_))
      table = read_table(rows, *file, diagnostics_);
    if (diagnostics_.errors() > before)
      return {};
    return ranked_ballots(table, spec, quote_of(spec), diagnostics_);
  }

  void read_candidates() {
    Program& program = bundle_.program;
    bool known = true;
    if (!program.candidates_file.empty()) {
      known = read_candidates_file(program, folder_, diagnostics_);
    } else if (!program.candidates_from.empty()) {
      const auto found =
          std::ranges::find(program.evidence, program.candidates_from, &TableSpec::name);
      const auto at = static_cast<std::size_t>(found - program.evidence.begin());
      known = found != program.evidence.end() && state_[at] != State::unread &&
              take_candidates_from(*bundle_.tables[at], *found, program, diagnostics_);
    }
    if (!known)
      unread_.candidates = unread_.attributes = true;
    else if (program.candidates.empty() && !diagnostics_.has_errors())
      diagnostics_.error(program.candidates_where, "there are no candidates");
  }

  void read_policies() {
    std::set<std::string> seen;
    for (const Stage& stage : bundle_.program.stages)
      for (const SelectStep& step : stage.select) {
        const auto* policy = std::get_if<select::Policy>(&step.what);
        if (policy == nullptr)
          continue;
        if (seen.insert(policy->file).second) {
          const std::size_t before = diagnostics_.errors();
          if (auto read = read_policy_file(policy->file, step.where, folder_, bundle_.program.as_of,
                                           diagnostics_))
            bundle_.policies.push_back(std::move(*read));
          if (diagnostics_.errors() > before)
            unread_.files.insert(policy->file);
        }
        check_rules_of(*policy, step.where);
      }
  }

  void check_rules_of(const select::Policy& policy, const Where& where) {
    const auto at = std::ranges::find(bundle_.policies, policy.file, &PolicyFile::file);
    if (at == bundle_.policies.end())
      return;
    std::vector<std::string> ids;
    for (const Rule& rule : at->rules)
      ids.push_back(rule.id.str());
    for (const std::string& rule : policy.rules)
      if (std::ranges::find(ids, rule) == ids.end()) {
        const auto near = did_you_mean(rule, ids);
        diagnostics_.error(where, "unknown rule `" + shorten(rule) + "` of `" + policy.file + "`",
                           near ? "did you mean `" + *near + "`?" : "");
      }
  }

  void check_names(const Tree& rules) {
    const Program& program = bundle_.program;
    CandidateIndex candidates(program.candidates, !unread_.candidates);
    check_rule_names(rules, program, unread_, candidates, diagnostics_);
    for (std::size_t i = 0; i < bundle_.tables.size(); ++i)
      if (state_[i] != State::unread && !unread_.candidates)
        check_candidates_of(*bundle_.tables[i], program.evidence[i], program, candidates,
                            quote_of(program.evidence[i]), diagnostics_);
    std::vector<bool> good;
    for (const State state : state_)
      good.push_back(state == State::good);
    check_recusals(bundle_, unread_, good, candidates, diagnostics_);
    for (std::size_t i = 0; i < bundle_.tables.size(); ++i)
      if (state_[i] != State::unread)
        check_aliases_of(program.evidence[i], *bundle_.tables[i], candidates, diagnostics_);
    check_published_stages();
    leave_out_statements_on_unread();
    if (!unread_.candidates)
      check_statements(bundle_, candidates, diagnostics_);
    for (const PolicyFile& policy : bundle_.policies) {
      if (!unread_.candidates && !unread_.files.contains(policy.file))
        check_policy(program, policy, diagnostics_);
      for (const ReadyFinding& finding : policy.findings)
        if (!candidates.has(finding.candidate.str()))
          diagnostics_.error(finding.where,
                             "unknown candidate `" + shorten(finding.candidate.str()) + "`",
                             candidates.help(finding.candidate.str()));
    }
  }

  void leave_out_statements_on_unread() {
    for (Published& published : bundle_.published)
      std::erase_if(published.statements, [&](const Statement& s) {
        return unread_.stages.contains(s.stage) ||
               (s.kind == Statement::Kind::marks && unread_.evidence.contains(s.evidence));
      });
  }

  /// Where something is wrong nothing is decided. What the stages say is looked at all the same,
  /// as far as it can be read, so that nobody meets its problems one run later.
  void look_further(const Tree& rules) {
    for (std::size_t i = 0; i < state_.size(); ++i)
      if (const TableSpec& spec = bundle_.program.evidence[i];
          state_[i] == State::unread || lame_.contains(spec.name))
        unread_.evidence.insert(spec.name);
    for (const TableSpec& spec : bundle_.program.evidence)
      if (unread_.evidence.contains(spec.recusals_from))
        unread_.evidence.insert(spec.name);
    const Tree rest = unread_.candidates ? Tree() : mended(rules, diagnostics_, unread_);
    if (rest.is_null())
      return check_rules(bundle_.program, diagnostics_);
    Bundle whole = bundle_;
    Diagnostics unheard, found;
    whole.program.stages = read_program(rest, unheard).stages;
    for (TableSpec& spec : whole.program.evidence) // what is known of them in part is not asked
      spec.unpublished = spec.statements = false;
    add_what_nobody_knows(whole);
    static_cast<void>(decide(whole, found));
    for (const Diagnostic& one : found.all())
      if (one.severity == Severity::error)
        diagnostics_.add(one);
  }

  [[nodiscard]] bool is_good(std::size_t table) const { return state_[table] == State::good; }

  /// The stage of a whole file is told once, where it stands.
  void check_published_stages() {
    std::vector<std::string> known;
    for (const Stage& stage : bundle_.program.stages)
      known.push_back(stage.id.str());
    for (const auto& [file, id, where] : published_stages_) {
      if (unread_.stage_ids || std::ranges::find(known, id) != known.end())
        continue;
      diagnostics_.error(where, "unknown stage `" + shorten(id) + "`",
                         help_for_name(id, known, "stages"));
      for (Statement& statement : bundle_.published[file].statements)
        if (statement.stage == id)
          statement.stage.clear();
    }
  }

  /// Finds the place of a cell again; tables keep no text, so the file is read once more.
  [[nodiscard]] Quote quote_of(const TableSpec& spec) const {
    return [this, &spec](const Table& table, std::size_t row, std::string_view cell) {
      Diagnostic at;
      at.where = table.where;
      at.where.line = table.lines[row];
      at.where.column = 1;
      Diagnostics unheard;
      std::shared_ptr<const SourceText> source = table.where.source;
      if (source == nullptr || source->text.empty())
        source = spec.csv ? nullptr : folder_.read_text(spec.file, spec.file_where, unheard);
      if (source != nullptr && !source->text.empty()) {
        const bool in_row =
            line_of(source->text, table.lines[row]).find(cell) != std::string_view::npos;
        const std::size_t line =
            in_row ? table.lines[row] : std::max<std::size_t>(1, table.where.line);
        at.where = place_of(source, line, cell);
        at.line = line_of(source->text, line);
      }
      return at;
    };
  }

  /// The stage that a file of statements names for all of them.
  struct PublishedStage {
    std::size_t file;
    std::string id;
    Where where;
  };

  const Folder& folder_;
  Diagnostics& diagnostics_;
  Bundle bundle_;
  std::vector<PublishedStage> published_stages_;
  std::vector<State> state_;                ///< of each table
  std::set<std::string, std::less<>> lame_; ///< evidence whose entry says what cannot be
  Unread unread_;
};

} // namespace

Tree load_rules(const fs::path& bundle, Diagnostics& diagnostics) {
  const Place place = place_of_bundle(bundle);
  const auto folder = Folder::open(place.folder, diagnostics);
  if (!folder)
    return {};
  const std::string file = rules_in(*folder, place, diagnostics);
  if (file.empty())
    return {};
  const auto source = folder->read_text(file, {}, diagnostics);
  if (!source)
    return {};
  const std::size_t before = diagnostics.errors();
  Tree rules = parse(source, diagnostics);
  if (diagnostics.errors() > before)
    return {};
  if (rules.is_null())
    diagnostics.error({source, 1, 1, 1}, "the program is empty",
                      "a program begins with `libeval: 1`");
  place_tree_tables(rules, *folder, diagnostics);
  return rules;
}

Bundle load_bundle(const Tree& rules, const fs::path& folder, Diagnostics& diagnostics) {
  const auto open = Folder::open(place_of_bundle(folder).folder, diagnostics);
  if (!open)
    return {};
  Standing all = Loader(*open, diagnostics).load(rules);
  if (!all.fits) // some stages may be lacking
    all.bundle.program.stages.clear();
  return std::move(all.bundle);
}

Standing load_what_stands(const Tree& rules, const fs::path& folder) {
  Diagnostics unheard;
  const auto open = Folder::open(place_of_bundle(folder).folder, unheard);
  return open ? Loader(*open, unheard).load(rules) : Standing();
}

Bundle load_bundle(const fs::path& bundle) {
  Diagnostics diagnostics;
  const Tree rules = load_rules(bundle, diagnostics);
  Bundle loaded;
  if (!rules.is_null())
    loaded = load_bundle(rules, bundle, diagnostics);
  if (diagnostics.has_errors())
    throw LoadError(std::move(diagnostics));
  return loaded;
}

} // namespace libeval
