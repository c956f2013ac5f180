// SPDX-License-Identifier: Apache-2.0
// Conditions on licenses: of everything that a thing was made from, near and far, along carriers.
#include <libeval/domain/license_terms.hpp>

#include "domain/license_list.hpp"
#include "engine/policy/formula.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>

namespace libeval {
namespace {

/// A license, and where the record says that it stands.
struct Said {
  LicenseExpression license;
  std::string source;
};

/// What a license field says on the day asked about: what was concluded, else everything that is
/// said. A part stands under the license of its whole unless it has one.
std::vector<Said> said_of(NodeIndex node, const Asked& asked) {
  const std::string& day = asked.view.times.at;
  for (; node != no_node; node = asked.view.graph.whole[node]) {
    std::vector<Said> concluded, said;
    for (const LicenseClaim& claim : asked.view.lineage.nodes[node].licenses) {
      const bool begun = claim.from.empty() || day.empty() || claim.from <= day;
      const bool ended = !claim.until.empty() && (day.empty() || claim.until <= day);
      if (!begun || ended)
        continue;
      Diagnostics unheard; // the loader has said what is wrong with it
      auto read = parse_license_field(claim.expression, LicenseGrammar::spdx_3_0, {}, unheard);
      (claim.acknowledged == LicenseClaim::Acknowledged::concluded ? concluded : said)
          .push_back({read ? std::move(*read) : one_license({}), claim.source});
    }
    if (!concluded.empty() || !said.empty())
      return concluded.empty() ? said : concluded;
  }
  return {};
}

std::vector<LicenseExpression> licenses_of(NodeIndex node, const Asked& asked) {
  std::vector<LicenseExpression> out;
  for (Said& one : said_of(node, asked))
    out.push_back(std::move(one.license));
  return out;
}

/// ` [where the license stands]`, if the record says so.
std::string cited(NodeIndex node, const Asked& asked) {
  std::vector<std::string> sources;
  for (const Said& one : said_of(node, asked))
    if (!one.source.empty() && std::ranges::find(sources, one.source) == sources.end())
      sources.push_back(one.source);
  std::string out;
  for (const std::string& source : sources)
    out += (out.empty() ? " [" : ", ") + source;
  return out.empty() ? out : out + "]";
}

std::string written(const std::vector<LicenseExpression>& all) {
  std::string out;
  for (const LicenseExpression& one : all)
    out += (out.empty() ? "" : ", ") + to_string(one);
  return out.empty() ? "not stated" : out;
}

std::string in_words(const std::vector<LicenseExpression>& all) {
  return all.empty() ? "the license (not stated)" : "license " + written(all);
}

/// The truth of a question over all that is said; unknown where nothing is.
template <class Question>
Truth of_all(const std::vector<LicenseExpression>& said, const Question& question) {
  Truth out = said.empty() ? Truth::unknown : Truth::yes;
  for (const LicenseExpression& one : said)
    out = out && question(one);
  return out;
}

void add(ConditionTrace& out, std::string what, NodeIndex node, Possible possible,
         std::string outbound = {}) {
  ClaimTrace claim;
  claim.what = std::move(what);
  claim.outbound = std::move(outbound);
  claim.node = node;
  add_claim(out, std::move(claim), possible);
}

/// What the license of an ancestor says, unless it may be none, or the team's own.
Possible if_above(const Asked& asked, const Ancestor& one, Truth answer) {
  const Possible out = Possible::of(answer);
  const bool surely = one.reached == Truth::yes &&
                      (one.node == asked.subject || asked.external(one.node) == Truth::yes);
  return surely ? out : out.or_nothing();
}

/// A record that is not known to be complete may hide a license: the answer is not yes then.
void mind_records(const Condition& condition, const Asked& asked, ConditionTrace& out) {
  if (!condition.undeclared_counts)
    return;
  ReachQuestion question;
  question.starts = {asked.subject};
  question.along = condition.along;
  question.at = {asked.rule.convict_at, asked.rule.clear_at};
  question.complete = asked.rule.complete_at;
  question.target = [](NodeIndex) { return Truth::no; };
  question.needs_record = [&asked](NodeIndex node) { return asked.external(node) != Truth::yes; };
  ReachAnswer answer = asked.view.walk.ask(question);
  if (answer.truth == Truth::no)
    return;
  out.possible = out.possible && Possible::of(Truth::unknown);
  if (out.possible.truth() == Truth::unknown)
    out.reach = std::move(answer);
}

/// What is asked of everything above, with a record that may hide something.
void finish(const Condition& condition, const Asked& asked, ConditionTrace& out) {
  if (condition.undeclared_counts)
    out.possible = out.possible.none_is_yes(); // that there is nothing above is an answer
  mind_records(condition, asked, out);
}

/// Of a no: the way to what fails, the strongest, then the shortest; then those to whatever else
/// fails, in the order of the claims.
void show_way(Carriers along, const Asked& asked, ConditionTrace& out) {
  if (out.possible.truth() != Truth::no)
    return;
  constexpr std::size_t most_more = 8;
  std::vector<NodeIndex> failing, targets;
  for (const ClaimTrace& claim : out.claims)
    if (claim.truth == Truth::no && std::ranges::find(failing, claim.node) == failing.end())
      failing.push_back(claim.node);
  targets = failing;
  ReachQuestion question;
  question.starts = {asked.subject};
  question.along = along;
  question.at = {asked.rule.convict_at, asked.rule.clear_at};
  question.target = [&targets](NodeIndex node) {
    return std::ranges::find(targets, node) != targets.end() ? Truth::yes : Truth::no;
  };
  ReachAnswer answer = asked.view.walk.ask(question);
  if (answer.truth != Truth::yes || answer.witness->edges.empty())
    return;
  out.reach.emplace();
  out.reach->truth = Truth::no;
  out.reach->witness = std::move(answer.witness);
  std::erase(failing, out.reach->witness->nodes.back());
  for (const NodeIndex node : failing) {
    if (out.more.size() == most_more)
      break;
    targets.assign(1, node);
    answer = asked.view.walk.ask(question);
    if (answer.truth == Truth::yes && !answer.witness->edges.empty())
      out.more.push_back(std::move(*answer.witness));
  }
}

/// The license that the subject is offered under, as the condition or the lineage says.
std::vector<LicenseExpression> outbound_of(const Condition& condition, const Asked& asked) {
  if (condition.name.empty())
    return licenses_of(asked.subject, asked);
  Diagnostics unheard;
  auto read = parse_license(condition.name, LicenseGrammar::spdx_3_0, {}, unheard);
  return {read ? std::move(*read) : one_license({})};
}

/// What somebody else's license asks of the subject.
class Duties {
public:
  Duties(const Condition& condition, const Asked& asked)
      : condition_(condition), asked_(asked), outbound_(outbound_of(condition, asked)) {
    for (const Ancestor& one : ancestors_of(asked, condition.along))
      if (asked.external(one.node) != Truth::yes)
        own_.push_back(one);
  }

  /// Whether one kind of obligation is met towards an ancestor, if it is due at all.
  Possible met(Obligation kind, NodeIndex ancestor) {
    clauses_.clear();
    bool surely = false, perhaps = false;
    const auto said = licenses_of(ancestor, asked_);
    const Truth out = of_all(said, [&](const LicenseExpression& one) {
      std::vector<Truth> of_each;
      const auto duties = duties_of(one, condition_.along, asked_.policy.terms);
      for (std::size_t i = 0; i < duties.size(); ++i) {
        Truth truth = duties[i].terms == nullptr ? Truth::unknown : Truth::yes;
        perhaps = perhaps || duties[i].terms == nullptr;
        for (const LicenseTerm* term : duties[i].due) {
          if (term->kind != kind)
            continue;
          const std::string clause = term->clause + ", " + duties[i].terms->source;
          if (clauses_.find(clause) == std::string::npos)
            clauses_ += (clauses_.empty() ? "" : "; ") + clause;
          const Truth due = reached(ancestor, term->along);
          surely = surely || due == Truth::yes;
          perhaps = perhaps || due == Truth::unknown;
          const Truth met = !due || kept(*term, one.licenses[i], ancestor);
          if (met == Truth::no)
            broken_.bits = static_cast<std::uint8_t>(broken_.bits | term->along.bits);
          truth = truth && met;
        }
        of_each.push_back(truth == Truth::no && duties[i].may_be_lifted ? Truth::unknown : truth);
      }
      return read_license(one, of_each).truth;
    });
    if (surely)
      return Possible::of(out);
    return perhaps || said.empty() ? Possible::of(out).or_nothing() : Possible::nothing();
  }

  /// ` [clause, source of the reading]` of the terms that `met` looked at last.
  [[nodiscard]] std::string clauses() const {
    return clauses_.empty() ? "" : " [" + clauses_ + "]";
  }
  /// What the terms that are not met travel on.
  [[nodiscard]] Carriers broken() const {
    Carriers out = broken_;
    out.bits &= condition_.along.bits;
    return out;
  }

private:
  /// Whether what travels along these carriers comes from an ancestor.
  Truth reached(NodeIndex ancestor, Carriers along) {
    along.bits &= condition_.along.bits;
    auto [at, is_new] = reached_.try_emplace(along.bits);
    if (is_new)
      for (const Ancestor& one : ancestors_of(asked_, along))
        at->second.emplace(one.node, one.reached);
    const auto found = at->second.find(ancestor);
    return found == at->second.end() ? Truth::no : found->second;
  }

  /// What the record says of it; else what follows from name, license and use.
  Truth kept(const LicenseTerm& term, const License& license, NodeIndex ancestor) const {
    return claimed_for(std::string(to_string(term.kind)), ancestor,
                       [&] { return by_itself(term, license); });
  }

  [[nodiscard]] Truth by_itself(const LicenseTerm& term, const License& license) const {
    switch (term.kind) {
    case Obligation::naming: {
      const NodeIndex whole = asked_.view.graph.whole[asked_.subject];
      const LineageNode& named =
          asked_.view.lineage.nodes[whole == no_node ? asked_.subject : whole];
      return name_begins_with(named.name, term.prefix) ? Truth::yes : Truth::no;
    }
    case Obligation::share_alike:
      return of_all(outbound_, [&](const LicenseExpression& one) {
        return keeps_license(license, term, one);
      });
    case Obligation::flow_down: // other words may pass the restrictions on as well
      return of_all(outbound_,
                    [&](const LicenseExpression& one) {
                      return keeps_license(license, term, one);
                    }) == Truth::yes
                 ? Truth::yes
                 : Truth::unknown;
    case Obligation::non_commercial:
      return condition_.use == Condition::Use::not_said     ? Truth::unknown
             : condition_.use == Condition::Use::commercial ? Truth::no
                                                            : Truth::yes;
    case Obligation::no_training_on_outputs:
      return of_works_under(term.accepts); // it was trained, or nothing would be due
    default:
      return Truth::unknown;
    }
  }

  /// Whether the subject has weights of somebody's work under one of these licenses.
  [[nodiscard]] Truth of_works_under(const std::vector<std::string>& accepted) const {
    Truth out = Truth::no;
    if (accepted.empty())
      return out;
    const auto is_accepted = [&](const License& license) {
      return std::ranges::any_of(accepted, [text = to_string(license)](const std::string& one) {
        return same_letters(one, text);
      });
    };
    for (const Ancestor& one : ancestors_of(asked_, {Carrier::weights})) {
      if (one.node == asked_.subject || asked_.external(one.node) == Truth::no)
        continue;
      for (const LicenseExpression& said : licenses_of(one.node, asked_))
        if (std::ranges::any_of(said.licenses, is_accepted))
          out = out || (one.reached && asked_.external(one.node));
    }
    return out;
  }

  /// What is claimed about an obligation on the derivations of own things from an ancestor, or
  /// `otherwise` where nothing is. Where it is open which of the claims count, what they all agree
  /// on.
  template <class Otherwise>
  Truth claimed_for(const std::string& obligation, NodeIndex ancestor,
                    const Otherwise& otherwise) const {
    std::optional<Truth> all, surely, highest;
    for (const Ancestor& child : own_)
      for (const LineageEdge& edge : asked_.view.graph.parents(child.node)) {
        const Truth counts = child.came_into && !asked_.external(child.node) &&
                             edge.truth({asked_.rule.convict_at, asked_.rule.clear_at});
        if (edge.parent != ancestor || edge.derivation == no_node || counts == Truth::no)
          continue;
        for (const ObligationClaim& one :
             asked_.view.lineage.derivations[edge.derivation].obligations) {
          if (one.obligation != obligation)
            continue;
          const Weighed weighed =
              weigh(one.evidence, asked_.view.interest_of(child.node, true), asked_.view.times);
          const Truth truth =
              believe(weighed.belief, {asked_.rule.clear_at, asked_.rule.convict_at});
          all = all.value_or(truth) && truth;
          highest = highest.value_or(truth) || truth;
          if (counts == Truth::yes)
            surely = surely.value_or(truth) && truth;
        }
      }
    if (!all)
      return otherwise();
    if (!surely)
      highest = *highest || otherwise();
    const Truth lowest = surely ? *all : *all && otherwise();
    return lowest == (surely ? *surely : *highest) ? lowest : Truth::unknown;
  }

  const Condition& condition_;
  const Asked& asked_;
  std::vector<LicenseExpression> outbound_;
  std::string clauses_;
  Carriers broken_;
  std::vector<Ancestor> own_; ///< things between the subject and what is not its owner's
  std::map<std::uint8_t, std::unordered_map<NodeIndex, Truth>> reached_;
};

/// As license_allowed; but whether a license that is on no list and that nobody has read is one of
/// those that are allowed, under another name, is not known.
Truth allowed_in(const LicenseExpression& expression, const std::vector<License>& granted,
                 const Asked& asked) {
  const auto duties = duties_of(expression, {}, asked.policy.terms);
  std::vector<Truth> of_each;
  for (std::size_t i = 0; i < duties.size(); ++i) {
    const License& license = expression.licenses[i];
    const Truth truth = license_allowed(one_license(license), granted).truth;
    const bool unread = license.kind == License::Kind::reference && duties[i].terms == nullptr;
    of_each.push_back(unread ? truth || Truth::unknown : truth);
  }
  return read_license(expression, of_each).truth;
}

} // namespace

ConditionTrace ask_license(const Condition& condition, const Asked& asked) {
  ConditionTrace out;
  out.possible = Possible::nothing();
  std::vector<License> granted;
  for (const std::string& word : condition.words) {
    Diagnostics unheard;
    if (const auto read = parse_license(word, LicenseGrammar::spdx_3_0, {}, unheard))
      granted.push_back(read->licenses.front());
  }
  for (const Ancestor& one : ancestors_of(asked, condition.along)) {
    const bool own = one.node == asked.subject;
    if (one.reached == Truth::no)
      continue;
    if (own ? !condition.of_itself : asked.external(one.node) == Truth::no)
      continue;
    const auto said = licenses_of(one.node, asked);
    const Truth allowed = of_all(said, [&](const LicenseExpression& expression) {
      return allowed_in(expression, granted, asked);
    });
    add(out, in_words(said) + cited(one.node, asked), one.node, if_above(asked, one, allowed));
  }
  finish(condition, asked, out);
  show_way(condition.along, asked, out);
  return out;
}

ConditionTrace ask_compatible(const Condition& condition, const Asked& asked) {
  ConditionTrace out;
  out.possible = Possible::nothing();
  if (!asked.policy.matrix) {
    out.error = "the policy names no `matrix`";
    return out;
  }
  const auto outbound = outbound_of(condition, asked);
  for (const Ancestor& one : ancestors_of(asked, condition.along)) {
    if (one.reached == Truth::no || one.node == asked.subject ||
        asked.external(one.node) == Truth::no)
      continue;
    const auto said = licenses_of(one.node, asked);
    const Truth may = of_all(outbound, [&](const LicenseExpression& out_as) {
      return of_all(said, [&](const LicenseExpression& in_as) {
        return compatible(in_as, out_as, *asked.policy.matrix).truth;
      });
    });
    add(out, in_words(said) + cited(one.node, asked), one.node, if_above(asked, one, may),
        written(outbound));
  }
  finish(condition, asked, out);
  show_way(condition.along, asked, out);
  return out;
}

ConditionTrace ask_terms(const Condition& condition, const Asked& asked) {
  ConditionTrace out;
  out.possible = Possible::nothing();
  Duties duties(condition, asked);
  for (const Ancestor& one : ancestors_of(asked, condition.along)) {
    if (one.reached == Truth::no || one.node == asked.subject ||
        asked.external(one.node) == Truth::no)
      continue;
    for (const std::string& word : condition.words)
      if (const auto kind = obligation_from(word)) {
        const Possible met = duties.met(*kind, one.node);
        if (!met.only_none())
          add(out, word + " by " + in_words(licenses_of(one.node, asked)) + duties.clauses(),
              one.node, asked.external(one.node) == Truth::yes ? met : met.or_nothing());
      }
  }
  mind_records(condition, asked, out);
  show_way(duties.broken(), asked, out);
  return out;
}

} // namespace libeval
