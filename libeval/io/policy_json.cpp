// SPDX-License-Identifier: Apache-2.0
#include <libeval/io/policy_report.hpp>

#include "io/policy_json.hpp"
#include "io/policy_words.hpp"

#include <algorithm>

namespace libeval {
namespace {

std::string_view truth_word(Truth truth) {
  return truth == Truth::yes ? "yes" : truth == Truth::no ? "no" : "unknown";
}

/// Things of the lineage by their ids.
class Members {
public:
  Members(JsonWriter& out, const JudgedPolicy& judged)
      : out_(out), policy_(*judged.policy), graph_(judged.judgments.graph.get()) {}

  Members& id(NodeIndex node) {
    if (node == no_node)
      out_.null();
    else
      out_.text(policy_.lineage->nodes[node].id);
    return *this;
  }

  void ids(std::string_view key, const std::vector<NodeIndex>& nodes) {
    out_.key(key).open_line('[');
    for (const NodeIndex node : nodes)
      id(node);
    out_.close(']');
  }

  void level(std::string_view key, const std::optional<Level>& level) {
    out_.key(key);
    if (level)
      out_.text(to_string(*level));
    else
      out_.null();
  }

  void edge(NodeIndex child, std::uint32_t e) {
    const LineageEdge& edge = graph_->edges[e];
    out_.key("child");
    id(child);
    out_.key("parent");
    id(edge.parent);
    out_.key("kind").text(edge.derivation != no_node
                              ? policy_.lineage->derivations[edge.derivation].kind
                          : edge.link == LineageEdge::Link::part  ? "part"
                          : edge.link == LineageEdge::Link::whole ? "part_of"
                                                                  : "equal_digest");
  }

  void fact(const OpenFact& open) {
    out_.open_line('{');
    if (open.kind == OpenFact::Kind::derivation) {
      edge(open.node, open.edge);
    } else {
      out_.key(open.kind == OpenFact::Kind::record ? "record" : "owner_of");
      id(open.node);
    }
    out_.close('}');
  }

  void facts(std::string_view key, const std::vector<OpenFact>& open) {
    out_.key(key).open('[');
    for (const OpenFact& one : open)
      fact(one);
    out_.close(']');
  }

  void item(const UsedItem& used) {
    const EvidenceItem& item = *used.item;
    out_.open_line('{').key(item.supports ? "for" : "against").text(to_string(used.level));
    for (const auto& [key, value] : {std::pair{"id", &item.id},
                                     {"by", &item.by},
                                     {"date", &item.date},
                                     {"from", &item.from},
                                     {"until", &item.until},
                                     {"source", &item.source},
                                     {"digest", &item.digest},
                                     {"statement", &item.statement}})
      if (!value->empty())
        out_.key(key).text(*value);
    if (!used.what.empty())
      out_.key("claim").text(used.what);
    if (used.edge != no_node) {
      edge(used.node, used.edge);
    } else {
      out_.key(used.what.empty() ? "record" : "thing");
      id(used.node);
    }
    out_.close('}');
  }

  void claim(const ClaimTrace& claim) {
    out_.open_line('{').key("what").text(claim.what);
    if (!claim.outbound.empty())
      out_.key("outbound").text(claim.outbound);
    if (claim.edge != no_node) {
      edge(claim.node, claim.edge);
    } else {
      out_.key("thing");
      id(claim.node);
    }
    out_.key("truth").text(truth_word(claim.truth));
    if (claim.level)
      out_.key("level").number(*claim.level);
    level("for", claim.belief.level_for());
    level("against", claim.belief.level_against());
    out_.close('}');
  }

  void items(std::string_view key, const std::vector<UsedItem>& items) {
    out_.key(key).open('[');
    for (const UsedItem& one : items)
      item(one);
    out_.close(']');
  }

private:
  JsonWriter& out_;
  const PolicyFile& policy_;
  const LineageGraph* graph_;
};

void write(JsonWriter& out, Members& members, const ConditionTrace& trace) {
  out.open('{').key("condition").count(std::uint64_t{trace.condition});
  out.key("truth").text(trace.possible.only_none() ? "not_applicable" : truth_word(trace.truth));
  out.key("critical").flag(trace.critical);
  if (!trace.error.empty())
    out.key("error").text(trace.error);
  if (trace.observed)
    out.key("observed").number(*trace.observed);
  if (trace.reach) {
    const ReachAnswer& reach = *trace.reach;
    if (reach.witness) {
      members.ids("witness", reach.witness->nodes);
      members.level("weakest", reach.witness->weakest);
    }
    if (!trace.more.empty()) {
      out.key("further").open('[');
      for (const ReachPath& way : trace.more) {
        out.open('{');
        members.ids("witness", way.nodes);
        members.level("weakest", way.weakest);
        out.close('}');
      }
      out.close(']');
    }
    out.key("checked").count(std::uint64_t{reach.checked.size()});
    members.facts("open", reach.critical);
    members.facts("settles_no", reach.settle_no);
    members.facts("settles_yes", reach.settle_yes);
    members.ids("replace", reach.choke);
  }
  out.key("claims").open('[');
  for (const ClaimTrace& claim : trace.claims)
    members.claim(claim);
  out.close(']');
  members.items("evidence", trace.items);
  out.close('}');
}

void write(JsonWriter& out, Members& members, const PolicyWords& words, const PolicyFile& policy,
           const Rule& rule, const std::string& failed_on, const SubjectVerdict& subject) {
  out.open('{').key("subject");
  members.id(subject.subject);
  out.key("verdict").text(to_string(subject.verdict)).key("noted").flag(subject.noted);
  members.level("level", subject.level);
  if (!subject.error.empty())
    out.key("error").text(subject.error);
  if (subject.verdict == Verdict::unknown) {
    const bool note = rule.form == Rule::Form::note;
    out.key(note ? "noted_if" : "passes_if").open('[');
    for (const OpenPoint& point : subject.passes_if)
      out.text(words.point(rule, subject, point));
    out.close(']').key(note ? "cleared_if" : "fails_if").open('[');
    for (const OpenPoint& point : subject.fails_if)
      out.text(words.point(rule, subject, point));
    out.close(']');
  }
  if (!subject.cured_on.empty())
    out.key("failed_on").text(failed_on).key("cured_on").text(subject.cured_on);
  if (!subject.curable_until.empty())
    out.key("curable_until").text(subject.curable_until);
  if (subject.verdict == Verdict::fail || subject.verdict == Verdict::unknown)
    if (const std::string fix = words.how_to_fix(rule, subject); !fix.empty())
      out.key("to_fix").text(fix);
  if (subject.waiver != nobody)
    out.key("waived_by").text(policy.waivers[subject.waiver].reason);
  out.key("conditions").open('[');
  for (const ConditionTrace& trace : subject.conditions)
    write(out, members, trace);
  out.close(']');
  members.items("rests_on", subject.rests_on);
  out.close('}');
}

/// What is wrong with the record, and waivers that do nothing.
void write_notes(JsonWriter& out, const JudgedPolicy& judged) {
  const PolicyFile& policy = *judged.policy;
  const Judgments& judgments = judged.judgments;
  const PolicyWords words(judged);
  out.key("noted").open('[');
  for (const LineageDefect& defect : judgments.defects)
    out.text(words.defect(defect));
  for (const std::size_t w : judgments.expired_waivers)
    out.text(words.waiver_for(policy.waivers[w]) + " has expired on " + policy.waivers[w].expires);
  for (const std::size_t w : judgments.unused_waivers)
    out.text(words.waiver_for(policy.waivers[w]) + " applies to no verdict");
  out.close(']');
}

/// By what it was judged: the thresholds as they counted, the files with their digests, and the
/// version of the list of licenses.
void write_what_judged(JsonWriter& out, const JudgedPolicy& judged) {
  out.key("rules").open('[');
  for (const Rule& rule : judged.policy->rules) {
    out.open_line('{').key("id").text(rule.id.str());
    out.key("convict_at").text(to_string(rule.convict_at));
    out.key("clear_at").text(to_string(rule.clear_at));
    out.key("complete_at").text(to_string(rule.complete_at)).close('}');
  }
  out.close(']').key("files").open('[');
  for (const FileDigest& one : judged.files)
    out.open_line('{').key("file").text(one.file).key("sha256").text(one.sha256).close('}');
  out.close(']').key("license_list").text(license_list_version());
}

} // namespace

void write_verdicts(JsonWriter& out, const Program& program, const JudgedPolicy& judged) {
  const PolicyFile& policy = *judged.policy;
  Members members(out, judged);
  const PolicyWords words(judged);
  out.key("policy").text(policy.id).key("file").text(policy.file);
  out.key("verdicts").open('[');
  for (const Judgment& judgment : judged.judgments.all) {
    const Rule& rule = policy.rules[judgment.rule];
    out.open('{').key("rule").text(rule.id.str());
    out.key("candidate").text(program.candidates[judgment.candidate].id.str());
    out.key("verdict").text(to_string(judgment.verdict));
    out.key("noted").flag(judgment.noted).key("cured").flag(judgment.cured);
    out.key("waived").flag(judgment.waived);
    members.level("level", judgment.level);
    if (judgment.ready)
      out.key("finding")
          .open_line('{')
          .key("statement")
          .text(judgment.ready->statement)
          .key("source")
          .text(judgment.ready->source)
          .close('}');
    else {
      out.key("things").open('[');
      for (const SubjectVerdict& subject : judgment.subjects)
        write(out, members, words, policy, rule, rule.at.empty() ? program.as_of : rule.at,
              subject);
      out.close(']');
    }
    out.close('}');
  }
  out.close(']');
}

std::string to_json(const Program& program, const std::vector<JudgedPolicy>& judged) {
  JsonWriter out(9);
  out.open('{').key("program").text(program.id).key("as_of").text_or_null(program.as_of);
  out.key("policies").open('[');
  for (const JudgedPolicy& one : judged) {
    out.open('{');
    write_verdicts(out, program, one);
    write_notes(out, one);
    write_what_judged(out, one);
    out.close('}');
  }
  out.close(']').close('}');
  return out.take();
}

} // namespace libeval
