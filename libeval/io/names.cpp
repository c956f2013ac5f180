// SPDX-License-Identifier: Apache-2.0
#include "io/names.hpp"

#include "io/visit.hpp"

#include <libeval/base/text.hpp>

#include <algorithm>
#include <set>

namespace libeval {
namespace {

std::string ticked(std::string_view text) {
  return "`" + shorten(text) + "`";
}

std::string some_of(const std::vector<std::string>& names, const std::string& what) {
  if (names.empty())
    return "this program has no " + what;
  std::string out = what + " are ";
  const std::size_t shown = std::min<std::size_t>(names.size(), 8);
  for (std::size_t i = 0; i < shown; ++i)
    out += (i == 0 ? "" : ", ") + ticked(names[i]);
  return names.size() > shown ? out + ", ..." : out;
}

class NameCheck {
public:
  NameCheck(const Program& program, const Unread& unread, CandidateIndex& candidates,
            Diagnostics& diagnostics)
      : unread_(unread), candidates_(candidates), diagnostics_(diagnostics) {
    for (const TableSpec& spec : program.evidence)
      evidence_.push_back(spec.name);
    evidence_.insert(evidence_.end(), unread.evidence.begin(), unread.evidence.end());
    for (const Stage& stage : program.stages)
      stages_.push_back(stage.id.str());
    std::set<std::string> attributes;
    for (const Candidate& candidate : program.candidates)
      for (const auto& [name, value] : candidate.attributes)
        attributes.insert(name);
    attributes_.assign(attributes.begin(), attributes.end());
  }

  void see(std::string_view shape, const Tree& map) {
    if (const Tree* from = map.find("from");
        from != nullptr && from->scalar() && names_evidence(shape) && !unread_.all_evidence)
      known(*from, "evidence", "evidence tables", evidence_);
    if (shape == "source") {
      each(map.find("stage"), [&](const Tree& t) { stage(t); });
      each(map.find("stages"), [&](const Tree& t) { stage(t); });
      each(map.find("attribute"), [&](const Tree& t) { attribute(t); });
    } else if (shape == "entrants") {
      for (const char* key : {"advanced_from", "cut_from", "reserve_of", "entrants_of"})
        each(map.find(key), [&](const Tree& t) { stage(t); });
      for (const char* key : {"open", "except"})
        each(map.find(key), [&](const Tree& t) { candidate(t); });
    } else if (shape == "places") {
      for (const char* key : {"vacancies_of", "plus_vacancies_of"})
        each(map.find(key), [&](const Tree& t) { stage(t); });
    } else if (shape == "stage") {
      if (const Tree* entrants = map.find("entrants"); entrants != nullptr && entrants->is_list())
        each(entrants, [&](const Tree& t) { candidate(t); });
    } else if (shape == "decision") {
      each(map.find("candidate"), [&](const Tree& t) { candidate(t); });
    } else if (shape == "order_decision") {
      each(map.find("order"), [&](const Tree& t) { candidate(t); });
    } else if (shape == "ratio_to") {
      each(map.find("candidate"), [&](const Tree& t) { candidate(t); });
      each(map.find("attribute"), [&](const Tree& t) { attribute(t); });
    } else if (shape == "parameter" || shape == "order_key" || shape == "select.require") {
      each(map.find("attribute"), [&](const Tree& t) { attribute(t); });
    } else if (shape == "select.quota") {
      each(map.find("by"), [&](const Tree& t) { attribute(t); });
    } else if (shape == "select.group" || shape == "select.duel") {
      each(map.find("by"), [&](const Tree& t) { attribute(t); });
    }
    if (const Tree* tests = map.find("where");
        tests != nullptr && tests->is_map() && shape != "select.take")
      for (const Entry& test : tests->map())
        test_of(test);
  }

private:
  static bool names_evidence(std::string_view shape) {
    return shape == "measure" || shape == "node" || shape == "score" || shape == "leaf" ||
           shape == "parameter" || shape == "ratio_to" || shape == "lookup_table" ||
           shape == "group_from" || shape == "order_key" || shape == "select.require" ||
           shape == "candidate_from";
  }

  template <class Do>
  static void each(const Tree* tree, Do act) {
    if (tree == nullptr)
      return;
    if (!tree->is_list()) {
      if (tree->scalar())
        act(*tree);
      return;
    }
    for (const Tree& item : tree->list())
      if (item.scalar())
        act(item);
  }

  void known(const Tree& tree, const std::string& kind, const std::string& plural,
             const std::vector<std::string>& names) {
    const std::string name = tree.scalar().value_or("");
    if (std::ranges::find(names, name) != names.end())
      return;
    const auto near = did_you_mean(name, names);
    diagnostics_.error(tree.where, "unknown " + kind + " " + ticked(name),
                       near ? "did you mean " + ticked(*near) + "?" : some_of(names, plural));
  }

  void stage(const Tree& tree) {
    if (!unread_.stage_ids)
      known(tree, "stage", "stages", stages_);
  }
  void attribute(const Tree& tree) {
    if (!unread_.attributes)
      known(tree, "attribute", "attributes", attributes_);
  }

  void candidate(const Tree& tree) {
    const std::string id = tree.scalar().value_or("");
    if (!candidates_.has(id))
      diagnostics_.error(tree.where, "unknown candidate " + ticked(id), candidates_.help(id));
  }

  /// `{candidate.country: kr}` asks for an attribute.
  void test_of(const Entry& test) {
    const std::size_t dot = test.key.find('.');
    if (dot == std::string::npos)
      return;
    const std::string side = test.key.substr(0, dot);
    const std::string name = test.key.substr(dot + 1);
    // What stands behind `candidate.` may also be a place in an earlier stage.
    if ((side != "candidate" && side != "opponent") || name.find('.') != std::string::npos ||
        name == "pool_place" || name == "place")
      return;
    Tree shown = tree::text(name);
    shown.where = test.key_where;
    attribute(shown);
  }

  const Unread& unread_;
  CandidateIndex& candidates_;
  Diagnostics& diagnostics_;
  std::vector<std::string> evidence_, stages_, attributes_;
};

} // namespace

bool are_candidates(const TextColumn& column, const std::vector<Candidate>& candidates) {
  return std::ranges::equal(column.texts, candidates, {}, {},
                            [](const Candidate& c) -> const std::string& { return c.id.str(); });
}

void CandidateIndex::build() {
  if (!index_.empty() || candidates_.empty())
    return;
  index_.reserve(candidates_.size());
  for (std::size_t i = 0; i < candidates_.size(); ++i)
    index_.emplace(candidates_[i].id.str(), i);
}

bool CandidateIndex::has(std::string_view id) {
  build();
  return !all_ || index_.contains(id);
}

std::string CandidateIndex::help(std::string_view id) {
  constexpr std::size_t near_misses_up_to = 100'000;
  for (const Candidate& candidate : candidates_)
    if (candidate.name == id)
      return ticked(id) + " is the name of " + ticked(candidate.id.str()) +
             "; ids stand here, or an `alias` of the table";
  if (candidates_.size() > near_misses_up_to)
    return {};
  if (ids_.empty())
    for (const Candidate& candidate : candidates_)
      ids_.push_back(candidate.id.str());
  if (const auto near = did_you_mean(id, ids_))
    return "did you mean " + ticked(*near) + "?";
  return some_of(ids_, "candidates");
}

void check_rule_names(const Tree& rules, const Program& program, const Unread& unread,
                      CandidateIndex& candidates, Diagnostics& diagnostics) {
  NameCheck check(program, unread, candidates, diagnostics);
  visit(rules, type::object("program"),
        [&](std::string_view shape, const Tree& map) { check.see(shape, map); });
  std::set<std::string> seen;
  for (const Stage& stage : program.stages)
    if (!seen.insert(stage.id.str()).second)
      diagnostics.error(stage.where, "stage " + ticked(stage.id.str()) + " stands twice",
                        "every stage has its own id");
}

} // namespace libeval
