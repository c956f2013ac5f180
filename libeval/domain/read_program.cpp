// SPDX-License-Identifier: Apache-2.0
// The program: candidates, entrants, places, stages.
#include "domain/reading.hpp"

#include <libeval/domain/language.hpp>

#include <algorithm>
#include <set>

namespace libeval {
namespace {

void read_candidates(const Tree& tree, Program& program, Diagnostics& diagnostics) {
  program.candidates_where = tree.where;
  std::set<std::string> seen;
  const auto add = [&](Candidate candidate) {
    if (!seen.insert(candidate.id.str()).second)
      diagnostics.error(candidate.where, "candidate `" + candidate.id.str() + "` stands twice",
                        "an id stands for one candidate; delete one of the two");
    else
      program.candidates.push_back(std::move(candidate));
  };
  if (tree.is_list()) {
    for (const Tree& item : tree.list()) {
      const std::string id = text_of(&item);
      add({CandidateId(id), id, {}, item.where});
    }
    return;
  }
  if (const Tree* from = tree.find("from"); from != nullptr && from->scalar()) {
    program.candidates_from = text_of(from);
    return;
  }
  if (const Tree* file = tree.find("file"); file != nullptr && file->scalar()) {
    program.candidates_file = text_of(file);
    program.candidates_key = text_at(tree, "key");
    return;
  }
  for (const Entry& entry : tree.map()) {
    Candidate candidate{CandidateId(entry.key), entry.key, {}, entry.key_where};
    for (const Entry& attribute : entry.value.map()) {
      if (attribute.key == "name")
        candidate.name = text_of(&attribute.value);
      candidate.attributes.emplace_back(attribute.key, text_of(&attribute.value));
    }
    add(std::move(candidate));
  }
}

Entrants read_entrants(const Tree* tree) {
  Entrants entrants;
  if (tree == nullptr || tree->is_text())
    return entrants;
  entrants.all = false;
  entrants.where = tree->where;
  if (tree->is_list()) {
    entrants.ids = read_names(tree);
    return entrants;
  }
  entrants.ids = read_names(tree->find("open"));
  entrants.advanced_from = read_names(tree->find("advanced_from"));
  entrants.cut_from = read_names(tree->find("cut_from"));
  entrants.reserve_of = read_names(tree->find("reserve_of"));
  entrants.entrants_of = read_names(tree->find("entrants_of"));
  entrants.except = read_names(tree->find("except"));
  if (entrants.ids.empty() && entrants.advanced_from.empty() && entrants.cut_from.empty() &&
      entrants.reserve_of.empty() && entrants.entrants_of.empty())
    entrants.all = true;
  return entrants;
}

Places read_places(const Tree* tree) {
  Places places;
  if (tree == nullptr)
    return places;
  if (tree->is_number()) {
    places.count = static_cast<std::size_t>(tree->number());
    return places;
  }
  places.count = count_at(*tree, "count");
  places.vacancies_of = text_at(*tree, "vacancies_of");
  if (places.vacancies_of.empty())
    places.vacancies_of = text_at(*tree, "plus_vacancies_of");
  places.times = count_at(*tree, "times").value_or(1);
  return places;
}

Stage read_stage(const Tree& tree) {
  Stage stage;
  stage.id = StageId(text_at(tree, "id"));
  stage.title = text_at(tree, "title");
  stage.date = text_at(tree, "date");
  stage.entrants = read_entrants(tree.find("entrants"));
  stage.places = read_places(tree.find("places"));
  if (const Tree* score = tree.find("score"))
    stage.score = read_node(*score, "total", "total");
  if (const Tree* measures = tree.find("measures"))
    for (const Entry& entry : measures->map())
      stage.measures.push_back(read_measure(entry.value, entry.key));
  if (const Tree* select = tree.find("select"))
    for (const Tree& item : select->list())
      stage.select.push_back(read_select(item));
  stage.where = where_at(tree, "id");
  return stage;
}

} // namespace

const std::string* Candidate::attribute(std::string_view key) const {
  const auto at = std::ranges::find(attributes, key, &std::pair<std::string, std::string>::first);
  return at == attributes.end() ? nullptr : &at->second;
}

Program read_program(const Tree& tree, Diagnostics& diagnostics) {
  Program program;
  if (!validate(tree, type::object("program"), language(), diagnostics))
    return program;
  program.id = text_at(tree, "program");
  program.title = text_at(tree, "title");
  program.as_of = text_at(tree, "as_of");
  read_candidates(*tree.find("candidates"), program, diagnostics);
  if (const Tree* evidence = tree.find("evidence"))
    for (const Entry& entry : evidence->map())
      program.evidence.push_back(read_table_spec(entry, diagnostics));
  for (const Tree& item : tree.find("stages")->list())
    program.stages.push_back(read_stage(item));
  return program;
}

} // namespace libeval
