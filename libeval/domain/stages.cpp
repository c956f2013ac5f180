// SPDX-License-Identifier: Apache-2.0
#include <libeval/domain/stages.hpp>

#include <libeval/base/text.hpp>

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/strong_components.hpp>
#include <boost/graph/topological_sort.hpp>

#include <algorithm>
#include <map>

namespace libeval {
namespace {

using Named = std::vector<std::pair<std::string, Where>>;

/// Measures also stand inside the arguments of steps, as parameters: any map with `stage` or
/// `stages` under `from` counts.
void from_tree(const Tree& tree, Named& out) {
  if (tree.is_list())
    for (const Tree& item : tree.list())
      from_tree(item, out);
  if (!tree.is_map())
    return;
  for (const Entry& entry : tree.map()) {
    if (entry.key == "from" && entry.value.is_map()) {
      for (const char* key : {"stage", "stages"})
        if (const Tree* found = entry.value.find(key))
          for (const std::string& name : read_names(found))
            out.emplace_back(name, found->where);
    } else {
      from_tree(entry.value, out);
    }
  }
}

void from_measure(const Measure& measure, Named& out) {
  for (const std::string& stage : measure.source.stages)
    out.emplace_back(stage, measure.source.where);
  for (const Step& step : measure.steps)
    from_tree(step.args, out);
}

void from_node(const Node& node, Named& out) {
  from_measure(node.measure, out);
  for (const Node& part : node.parts)
    from_node(part, out);
}

void from_key(const OrderKey& key, Named& out) {
  if (key.measure)
    from_measure(*key.measure, out);
  for (const OrderKey& inner : key.keys)
    from_key(inner, out);
}

void from_keys(const std::vector<OrderKey>& keys, Named& out) {
  for (const OrderKey& key : keys)
    from_key(key, out);
}

struct FromSelection {
  Named& out;
  void operator()(const select::Require& s) const { from_key(s.what, out); }
  void operator()(const select::Order& s) const { from_keys(s.keys, out); }
  void operator()(const select::Take& s) const {
    from_keys(s.by, out);
    if (s.cost && s.cost->measure)
      from_measure(*s.cost->measure, out);
  }
  void operator()(const select::Duel& s) const {
    from_keys(s.order, out);
    if (s.seeds)
      from_key(*s.seeds, out);
  }
  void operator()(const select::Eliminate& s) const {
    from_keys(s.by, out);
    from_keys(s.ties, out);
    if (s.ballots)
      from_measure(*s.ballots, out);
  }
  void operator()(const select::Assign& s) const {
    from_keys(s.by, out);
    for (const auto* measure : {&s.preferences, &s.priorities})
      if (*measure)
        from_measure(**measure, out);
  }
  void operator()(const select::Grant& s) const { from_keys(s.by, out); }
  template <class Other>
  void operator()(const Other&) const {}
};

} // namespace

Named stages_named_by(const Stage& stage) {
  Named out;
  const Entrants& e = stage.entrants;
  for (const auto* names : {&e.advanced_from, &e.cut_from, &e.reserve_of, &e.entrants_of})
    for (const std::string& name : *names)
      out.emplace_back(name, e.where);
  if (!stage.places.vacancies_of.empty())
    out.emplace_back(stage.places.vacancies_of, stage.where);
  if (stage.score)
    from_node(*stage.score, out);
  for (const Measure& measure : stage.measures)
    from_measure(measure, out);
  for (const SelectStep& step : stage.select)
    std::visit(FromSelection{out}, step.what);
  return out;
}

std::vector<std::size_t> stage_order(const Program& program, Diagnostics& diagnostics) {
  using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS>;
  std::map<std::string, std::size_t, std::less<>> position;
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < program.stages.size(); ++i) {
    const Stage& stage = program.stages[i];
    ids.push_back(stage.id.str());
    if (!position.emplace(stage.id.str(), i).second)
      diagnostics.error(stage.where, "stage `" + stage.id.str() + "` stands twice",
                        "every stage needs an id of its own");
  }
  Graph graph(program.stages.size());
  bool circular = false;
  for (std::size_t i = 0; i < program.stages.size(); ++i)
    for (const auto& [name, where] : stages_named_by(program.stages[i])) {
      const auto at = position.find(name);
      if (at == position.end()) {
        const auto hint = did_you_mean(name, ids);
        diagnostics.error(where, "there is no stage `" + name + "`",
                          hint ? "did you mean `" + *hint + "`?" : "");
      } else if (at->second == i) {
        diagnostics.error(where, "stage `" + name + "` depends on itself",
                          "a stage can only depend on stages that are decided before it");
        circular = true;
      } else {
        boost::add_edge(i, at->second, graph);
      }
    }
  std::vector<std::size_t> component(program.stages.size());
  const auto n = boost::strong_components(
      graph,
      boost::make_iterator_property_map(component.begin(), boost::get(boost::vertex_index, graph)));
  for (std::size_t c = 0; c < n; ++c) {
    std::string members;
    std::size_t first = component.size(), size = 0;
    for (std::size_t i = 0; i < component.size(); ++i)
      if (component[i] == c) {
        first = std::min(first, i);
        members += (members.empty() ? "`" : ", `") + ids[i] + "`";
        ++size;
      }
    if (size > 1) {
      diagnostics.error(program.stages[first].where, "the stages " + members + " form a cycle",
                        "a stage can only depend on stages that are decided before it");
      circular = true;
    }
  }
  std::vector<std::size_t> order;
  if (!circular)
    boost::topological_sort(graph, std::back_inserter(order)); // edges point to what comes before
  return order;
}

} // namespace libeval
