// SPDX-License-Identifier: Apache-2.0
#include <libeval/io/load.hpp>

#include <libeval/base/text.hpp>
#include <libeval/domain/expand.hpp>
#include <libeval/domain/language.hpp>
#include <libeval/domain/rows.hpp>
#include <libeval/domain/written_numbers.hpp>
#include <libeval/engine/check.hpp>
#include <libeval/engine/verdicts.hpp>
#include <libeval/io/csv.hpp>
#include <libeval/io/files.hpp>
#include <libeval/io/parse.hpp>

#include "io/ballots.hpp"
#include "io/findings.hpp"
#include "io/joined_keys.hpp"
#include "io/lineage_files.hpp"
#include "io/names.hpp"
#include "io/published.hpp"
#include "io/recusals.hpp"
#include "io/row_filter.hpp"
#include "io/row_places.hpp"
#include "io/tree_table.hpp"

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

/// How many unknown names of one column are reported one by one.
constexpr std::size_t named_problems = 10;

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
  else if (!yaml)
    diagnostics.error({}, "there is no `program.yaml` in `" + place.folder.string() + "`",
                      "`libeval new DIR` writes a bundle to begin with");
  return yaml ? "program.yaml" : "";
}

class Loader {
public:
  Loader(const Folder& folder, Diagnostics& diagnostics)
      : folder_(folder), diagnostics_(diagnostics) {}

  Bundle load(const Tree& written) {
    const Tree rules = with_written_numbers(written, type::object("program"), language());
    Diagnostics found(diagnostics_.limit());
    bool fits = validate(rules, type::object("program"), language(), found);
    const Tree whole = fits ? rules : what_is_right_in(rules);
    if (!fits)
      diagnostics_.append(std::move(found));
    if (whole.is_null())
      return {};
    const Tree full = expand(whole, diagnostics_);
    bundle_.program = read_program(full, diagnostics_);
    if (fits && bundle_.program.stages.empty()) { // what is written short lacks something
      fits = false;
      if (const Tree right = what_is_right_in(rules); !right.is_null())
        bundle_.program = read_program(expand(right, diagnostics_), diagnostics_);
    }
    read_tables();
    read_candidates();
    make_unpublished_tables();
    read_policies();
    if (fits)
      check_names(full);
    else
      bundle_.program.stages.clear();
    if (diagnostics_.has_errors())
      check_rules(bundle_.program, diagnostics_);
    return std::move(bundle_);
  }

private:
  /// Where the rules do not fit the language, the evidence is looked at all the same, so that one
  /// run shows the problems of all files: a program of the candidates and tables that do fit.
  Tree what_is_right_in(const Tree& rules) const {
    Diagnostics unheard;
    const Tree* evidence = rules.find("evidence");
    if (evidence == nullptr || !evidence->is_map())
      return {};
    Tree tables = tree::map({});
    for (const Entry& entry : evidence->map())
      if (validate(entry.value, type::object("evidence"), language(), unheard))
        tables.map().push_back(entry);
    Tree whole = tree::map({{"libeval", tree::number(1)}, {"program", tree::text("broken")}});
    const Shape& program = language().at("program");
    const Tree* candidates = rules.find("candidates");
    const bool named = candidates != nullptr &&
                       validate(*candidates, program.find("candidates")->type, language(), unheard);
    whole.map().push_back(
        {"candidates", {}, named ? *candidates : tree::list({tree::text("nobody")})});
    whole.map().push_back({"evidence", {}, std::move(tables)});
    whole.map().push_back({"stages", {}, tree::list({tree::map({{"id", tree::text("none")}})})});
    candidates_are_known_ = named;
    return whole;
  }

  void read_tables() {
    const std::vector<JoinedKey> joined = take_joined_keys(bundle_.program.evidence);
    for (TableSpec& spec : bundle_.program.evidence) {
      Table table;
      const std::size_t before = diagnostics_.errors();
      if (spec.statements) {
        read_statements(spec);
      } else if (spec.unpublished) {
        // its rows are known when the candidates are
      } else if (spec.ballots) {
        table = read_ballots(spec);
      } else if (spec.csv) {
        table = read_inline_table(spec, diagnostics_);
      } else if (const auto file = folder_.open_file(spec.file, spec.file_where, diagnostics_)) {
        table = read_table(spec, *file, diagnostics_);
      }
      table.name = spec.name;
      good_.push_back(diagnostics_.errors() == before);
      if (good_.back() && !spec.unpublished)
        leave_out_later_rows(table, spec, bundle_.program.as_of, quote_of(spec), diagnostics_);
      if (good_.back() && !spec.unpublished)
        settle_layout(table, spec);
      bundle_.tables.push_back(std::make_shared<const Table>(std::move(table)));
    }
    for (const JoinedKey& key : joined)
      join(key);
  }

  void join(const JoinedKey& key) {
    auto& evidence = bundle_.program.evidence;
    auto& keys = evidence[key.evidence].keys;
    keys.insert(keys.begin() + static_cast<std::ptrdiff_t>(key.at), key.name);
    const std::size_t before = diagnostics_.errors();
    Table table = *bundle_.tables[key.evidence];
    if (good_[key.evidence] && good_[key.from])
      join_key(key, evidence[key.evidence], table, evidence[key.from], *bundle_.tables[key.from],
               diagnostics_);
    good_[key.evidence] = good_[key.evidence] && good_[key.from] && diagnostics_.errors() == before;
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
    const Tree tree = parse(source, diagnostics_);
    if (diagnostics_.errors() > before)
      return;
    Published published = read_published(tree, diagnostics_);
    if (published.statements.empty()) // not even its shape could be read
      return;
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
      if (bundle_.program.evidence[i].unpublished && good_[i])
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
    if (!program.candidates_file.empty())
      read_candidates_file();
    else if (!program.candidates_from.empty())
      take_candidates_from_table();
    if (program.candidates.empty() && !diagnostics_.has_errors())
      diagnostics_.error(program.candidates_where, "there are no candidates");
  }

  void read_candidates_file() {
    Program& program = bundle_.program;
    const auto file =
        folder_.open_file(program.candidates_file, program.candidates_where, diagnostics_);
    if (!file) {
      candidates_are_known_ = false;
      return;
    }
    TableSpec spec;
    spec.name = "candidates";
    spec.file = program.candidates_file;
    spec.keys = {program.candidates_key};
    const std::size_t before = diagnostics_.errors();
    const Table table = read_table(spec, *file, diagnostics_);
    if (diagnostics_.errors() > before || table.keys.empty()) {
      candidates_are_known_ = false;
      return;
    }
    program.candidates.reserve(table.rows);
    for (std::size_t row = 0; row < table.rows; ++row) {
      const std::string& id = table.keys[0].at(row);
      Candidate candidate{CandidateId(id), id, {}, table.where};
      candidate.where.line = table.lines[row];
      for (const TextColumn& label : table.labels) {
        const std::string& text = label.at(row);
        if (text.empty())
          continue;
        if (label.name == "name")
          candidate.name = text;
        candidate.attributes.emplace_back(label.name, text);
      }
      program.candidates.push_back(std::move(candidate));
    }
  }

  /// Candidates stand in the order in which the table names them first, so that a code of its
  /// candidate column is the position of the candidate.
  void take_candidates_from_table() {
    Program& program = bundle_.program;
    const auto found =
        std::ranges::find(program.evidence, program.candidates_from, &TableSpec::name);
    const auto position = static_cast<std::size_t>(found - program.evidence.begin());
    if (found == program.evidence.end() || !good_[position]) {
      candidates_are_known_ = false;
      return;
    }
    const Table& table = *bundle_.tables[position];
    const TableSpec& spec = *found;
    std::set<std::string_view> seen;
    std::size_t columns = 0;
    for (const TextColumn& key : table.keys) {
      if (!names_candidates(key, spec))
        continue;
      ++columns;
      program.candidates.reserve(program.candidates.size() + key.texts.size());
      for (const std::string& id : key.texts) {
        if (spec.pairs && (id.empty() || !seen.insert(id).second))
          continue;
        program.candidates.push_back({CandidateId(id), id, {}, {}});
      }
    }
    if (columns == 0) {
      candidates_are_known_ = false;
      diagnostics_.error(program.candidates_where,
                         "evidence `" + table.name + "` has no key `candidate`",
                         "its candidates are those of the key `candidate`; `keys: {candidate: "
                         "COLUMN}` says which column that is");
    }
  }

  void read_policies() {
    std::set<std::string> seen;
    for (const Stage& stage : bundle_.program.stages)
      for (const SelectStep& step : stage.select) {
        const auto* policy = std::get_if<select::Policy>(&step.what);
        if (policy == nullptr)
          continue;
        if (seen.insert(policy->file).second)
          read_policy_file(policy->file, step.where);
        check_rules_of(*policy, step.where);
      }
  }

  void read_policy_file(const std::string& path, const Where& where) {
    const auto source = folder_.read_text(path, where, diagnostics_);
    if (!source)
      return;
    const std::size_t before = diagnostics_.errors();
    const Tree tree = parse(source, diagnostics_);
    if (diagnostics_.errors() > before)
      return;
    PolicyFile policy = read_policy(tree, diagnostics_);
    policy.file = path;
    if (!policy.findings_file.empty()) {
      const Tree* findings = tree.find("findings");
      const Where here = findings == nullptr ? tree.where : findings->where;
      if (const auto text = folder_.read_text(policy.findings_file, here, diagnostics_))
        read_findings_table(text, policy, diagnostics_);
    }
    policy.lineage = read_lineage_files(policy.lineage_files, folder_, diagnostics_);
    const auto place = [&](const char* key) {
      const Tree* found = tree.find(key);
      return found == nullptr ? tree.where : found->where;
    };
    policy.terms = read_terms_file(policy.terms_file, folder_, place("terms"), diagnostics_);
    policy.matrix = read_matrix_files(policy.matrix_files, folder_, place("matrix"), diagnostics_);
    if (diagnostics_.errors() > before)
      return;
    const std::string& as_of = bundle_.program.as_of;
    if (!as_of.empty())
      std::erase_if(policy.findings, [&](const ReadyFinding& f) { return f.date > as_of; });
    bundle_.policies.push_back(std::move(policy));
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
    if (!candidates_are_known_)
      return;
    CandidateIndex candidates(program.candidates);
    check_rule_names(rules, program, candidates, diagnostics_);
    for (std::size_t i = 0; i < bundle_.tables.size(); ++i)
      if (good_[i])
        check_candidates_of(*bundle_.tables[i], program.evidence[i], candidates);
    check_recusals(bundle_, good_, candidates, diagnostics_);
    for (std::size_t i = 0; i < bundle_.tables.size(); ++i)
      if (good_[i])
        check_aliases_of(program.evidence[i], *bundle_.tables[i], candidates);
    check_published_stages();
    check_statements(bundle_, candidates, diagnostics_);
    for (const PolicyFile& policy : bundle_.policies) {
      check_policy(program, policy, diagnostics_);
      for (const ReadyFinding& finding : policy.findings)
        if (!candidates.has(finding.candidate.str()))
          diagnostics_.error(finding.where,
                             "unknown candidate `" + shorten(finding.candidate.str()) + "`",
                             candidates.help(finding.candidate.str()));
    }
  }

  /// The stage of a whole file is told once, where it stands.
  void check_published_stages() {
    std::vector<std::string> known;
    for (const Stage& stage : bundle_.program.stages)
      known.push_back(stage.id.str());
    for (const auto& [file, id, where] : published_stages_) {
      if (std::ranges::find(known, id) != known.end())
        continue;
      diagnostics_.error(where, "unknown stage `" + shorten(id) + "`",
                         help_for_name(id, known, "stages"));
      for (Statement& statement : bundle_.published[file].statements)
        if (statement.stage == id)
          statement.stage.clear();
    }
  }

  void check_candidates_of(const Table& table, const TableSpec& spec, CandidateIndex& candidates) {
    for (const TextColumn& key : table.keys) {
      if (!names_candidates(key, spec) || are_candidates(key, bundle_.program.candidates))
        continue;
      std::vector<bool> unknown(key.texts.size());
      std::size_t count = 0;
      for (std::size_t code = 0; code < key.texts.size(); ++code) {
        const bool bye = spec.pairs && key.texts[code].empty();
        unknown[code] = !bye && !candidates.has(key.texts[code]);
        count += unknown[code] ? 1 : 0;
      }
      std::size_t named = 0;
      for (std::size_t row = 0; count > 0 && row < table.rows && named < named_problems; ++row) {
        if (!unknown[key.codes[row]])
          continue;
        unknown[key.codes[row]] = false;
        ++named;
        const std::string& id = key.texts[key.codes[row]];
        const Diagnostic at = quote_of(spec)(table, row, id);
        diagnostics_.add({Severity::error, at.where, "unknown candidate `" + shorten(id) + "`",
                          candidates.help(id), at.line, at.line_from});
      }
      if (count > named)
        diagnostics_.error(table.where, std::to_string(count - named) +
                                            " more unknown candidates in `" + table.name + "`");
    }
  }

  void check_dimension_of_alias(const TableSpec& spec, const Table& table,
                                const std::string& dimension) {
    std::vector<std::string> known = spec.keys;
    if (!spec.wide.empty())
      known.push_back(spec.wide);
    for (const auto* columns : {&table.keys, &table.labels})
      for (const TextColumn& column : *columns)
        if (std::ranges::find(known, column.name) == known.end())
          known.push_back(column.name);
    if (std::ranges::find(known, dimension) != known.end())
      return;
    const auto near = did_you_mean(dimension, known);
    diagnostics_.error(spec.where,
                       "`alias` speaks of `" + shorten(dimension) + "`, and evidence `" +
                           spec.name + "` has no such key or label",
                       near ? "did you mean `" + *near + "`?" : "");
  }

  void check_aliases_of(const TableSpec& spec, const Table& table, CandidateIndex& candidates) {
    for (const auto& [dimension, words] : spec.alias) {
      if (dimension != "candidate") {
        check_dimension_of_alias(spec, table, dimension);
        continue;
      }
      for (const auto& [spelling, id] : words)
        if (!candidates.has(id))
          diagnostics_.error(spec.where,
                             "unknown candidate `" + shorten(id) + "`, for which `" +
                                 shorten(spelling) + "` is an alias",
                             candidates.help(id));
    }
  }

  static bool names_candidates(const TextColumn& key, const TableSpec& spec) {
    return key.name == "candidate" || key.name == "opponent" ||
           (spec.pairs && (key.name == spec.pairs->a || key.name == spec.pairs->b));
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
  std::vector<bool> good_;
  mutable bool candidates_are_known_ = true;
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
  return Loader(*open, diagnostics).load(rules);
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
