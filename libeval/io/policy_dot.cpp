// SPDX-License-Identifier: Apache-2.0
#include <libeval/io/policy_report.hpp>

#include <libeval/base/text.hpp>
#include <libeval/io/words.hpp>

#include <map>
#include <set>

namespace libeval {
namespace {

/// Text inside double quotes of Graphviz.
std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : escape_control(text)) {
    if (c == '"' || c == '\\')
      out += '\\';
    out += c;
  }
  return out + "\"";
}

/// Edges and nodes on the ways of verdicts that fail.
struct Marked {
  std::set<std::uint32_t> edges;
  std::set<NodeIndex> nodes;
};

Marked marked_in(const Judgments& judgments) {
  Marked out;
  for (const Judgment& judgment : judgments.all)
    for (const SubjectVerdict& subject : judgment.subjects) {
      if (subject.verdict != Verdict::fail)
        continue;
      for (const ConditionTrace& trace : subject.conditions)
        if (trace.reach && trace.truth != Truth::unknown && trace.reach->witness) {
          out.edges.insert(trace.reach->witness->edges.begin(), trace.reach->witness->edges.end());
          out.nodes.insert(trace.reach->witness->nodes.begin(), trace.reach->witness->nodes.end());
          for (const ReachPath& way : trace.more) {
            out.edges.insert(way.edges.begin(), way.edges.end());
            out.nodes.insert(way.nodes.begin(), way.nodes.end());
          }
        }
    }
  return out;
}

/// How an edge looks, from the thresholds of the first rule that asks the lineage.
std::string look_of(Truth truth) {
  return truth == Truth::yes  ? ""
         : truth == Truth::no ? "color=gray, fontcolor=gray"
                              : "style=dashed";
}

} // namespace

std::string to_dot(const Program& program, const JudgedPolicy& judged) {
  const PolicyFile& policy = *judged.policy;
  std::string out = "digraph lineage {\n"
                    "  rankdir=LR;\n"
                    "  node [shape=box, fontname=\"Helvetica\"];\n"
                    "  edge [fontname=\"Helvetica\", fontsize=10];\n";
  if (!policy.lineage || !judged.judgments.graph)
    return out + "}\n";
  const Lineage& lineage = *policy.lineage;
  const LineageGraph& graph = *judged.judgments.graph;
  const Marked marked = marked_in(judged.judgments);
  Thresholds at;
  for (const Rule& rule : policy.rules)
    if (rule.form != Rule::Form::findings) {
      at = {rule.convict_at, rule.clear_at};
      break;
    }
  out += "  label=" +
         quoted((policy.title.empty() ? policy.id : policy.title) +
                (program.as_of.empty() ? "" : ", as of " + program.as_of)) +
         ";\n";
  std::map<NodeIndex, std::vector<NodeIndex>> by_owner;
  for (NodeIndex n = 0; n < graph.size(); ++n)
    if (lineage.nodes[n].kind != NodeKind::party)
      by_owner[graph.owner[n]].push_back(n);
  for (const auto& [owner, nodes] : by_owner) {
    const std::string name = owner == no_node ? "owner not known" : lineage.nodes[owner].name;
    out += "  subgraph " + quoted("cluster_" + (owner == no_node ? "" : lineage.nodes[owner].id)) +
           " {\n    label=" + quoted(name) + ";\n";
    for (const NodeIndex n : nodes) {
      const LineageNode& node = lineage.nodes[n];
      std::string label = node.name;
      if (const NodeIndex whole = graph.whole[n]; whole != no_node)
        label = lineage.nodes[whole].name + ": " + label;
      out += "    " + quoted(node.id) + " [label=" + quoted(label) +
             (marked.nodes.contains(n) ? ", color=red, penwidth=2" : "") + "];\n";
    }
    out += "  }\n";
  }
  for (NodeIndex child = 0; child < graph.size(); ++child)
    for (std::uint32_t e = graph.first[child]; e < graph.first[child + 1]; ++e) {
      const LineageEdge& edge = graph.edges[e];
      if (edge.link == LineageEdge::Link::whole) // drawn from the whole to the part
        continue;
      std::string look = look_of(edge.truth(at));
      std::string label;
      if (edge.link == LineageEdge::Link::derivation) {
        label = lineage.derivations[edge.derivation].kind;
        if (const auto level = edge.belief.level_for())
          label += "\nfor: " + std::string(to_string(*level));
        if (const auto level = edge.belief.level_against())
          label += "\nagainst: " + std::string(to_string(*level));
      } else {
        look = "style=dotted, arrowhead=none";
      }
      if (marked.edges.contains(e))
        look = "color=red, fontcolor=red, penwidth=2";
      std::string text = quoted(label);
      for (std::size_t n = 0; (n = text.find("\\\\n", n)) != std::string::npos; n += 2)
        text.replace(n, 3, "\\n"); // a line break of the label, not user text
      out += "  " + quoted(lineage.nodes[edge.parent].id) + " -> " +
             quoted(lineage.nodes[child].id) + " [label=" + text +
             (look.empty() ? "" : ", " + look) + "];\n";
    }
  return out + "}\n";
}

} // namespace libeval
