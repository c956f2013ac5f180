// SPDX-License-Identifier: Apache-2.0
#include <libeval/io/policy_report.hpp>
#include <libeval/io/words.hpp>

#include "io/json_writer.hpp"
#include "io/policy_words.hpp"

namespace libeval {
namespace {

/// SARIF's words; what does not fail has no level.
struct SarifWords {
  std::string_view kind, level;
};
SarifWords sarif_words(const SubjectVerdict& subject, const Rule& rule) {
  switch (subject.verdict) {
  case Verdict::pass:
    return {subject.noted ? "informational" : "pass", "none"};
  case Verdict::fail:
    return {"fail", rule.severity == Rule::Severity::error     ? "error"
                    : rule.severity == Rule::Severity::warning ? "warning"
                                                               : "note"};
  case Verdict::unknown:
    return {"open", "none"};
  case Verdict::error:
    return {"review", "none"};
  case Verdict::not_applicable:
    break;
  }
  return {"notApplicable", "none"};
}

/// A path as a URI reference (RFC 3986): `/` stands, every other byte that is not unreserved is
/// written `%XX`.
std::string uri_of(std::string_view path) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  constexpr std::string_view unreserved = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                          "0123456789-._~/";
  std::string out;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (unreserved.find(c) != std::string_view::npos)
      out += c;
    else
      (out += '%').append({digits[byte >> 4U], digits[byte & 15U]});
  }
  return out;
}

/// Text of a message: braces would be placeholders (3.11.5), `[text](link)` a link (3.11.6).
std::string message_text(std::string_view text) {
  const bool links = text.find("](") != std::string_view::npos;
  std::string out;
  for (const char c : text) {
    if (c == '{' || c == '}')
      out += c;
    else if (links && (c == '[' || c == ']'))
      out += '\\';
    out += c;
  }
  return out;
}

void write_place(JsonWriter& out, const Where& where) {
  if (where.source == nullptr || where.line == 0)
    return;
  out.key("locations").open('[').open('{').key("physicalLocation").open('{');
  out.key("artifactLocation").open_line('{').key("uri").text(uri_of(where.source->name)).close('}');
  out.key("region").open_line('{').key("startLine").count(std::uint64_t{where.line});
  out.key("startColumn").count(std::uint64_t{where.column}).close('}');
  out.close('}').close('}').close(']');
}

/// What is not met, or open, of a verdict that is no pass.
std::string reasons(const Rule& rule, const ConditionTrace& trace, const SubjectVerdict& subject,
                    const PolicyWords& words) {
  constexpr std::size_t most = 8;
  const Condition& condition = rule.formula[trace.condition];
  std::string out;
  if (subject.verdict != Verdict::fail && subject.verdict != Verdict::unknown)
    return out;
  if (trace.observed)
    out += ". Score " + shown(*trace.observed);
  std::size_t said = 0;
  for (const ClaimTrace& claim : trace.claims)
    if (claim.truth == trace.truth && claim.truth != Truth::yes && ++said <= most)
      out += (claim.truth == Truth::unknown ? ". Open: " : ". Not met: ") +
             words.claim(condition, claim);
  return said > most ? out + " and " + counted(said - most, "more", "more") : out;
}

void write_result(JsonWriter& out, const Program& program, const JudgedPolicy& judged,
                  const PolicyWords& words, const Judgment& judgment,
                  const SubjectVerdict& subject) {
  const PolicyFile& policy = *judged.policy;
  const Rule& rule = policy.rules[judgment.rule];
  const auto [kind, level] = sarif_words(subject, rule);
  const std::string who = program.candidates[judgment.candidate].name;
  const std::string thing =
      subject.subject == no_node ? "" : policy.lineage->nodes[subject.subject].id;
  out.open('{').key("ruleId").text(rule.id.str()).key("kind").text(kind);
  out.key("level").text(level);
  std::string message =
      who + (thing.empty() ? "" : ", " + thing) + ": " + rule.title + ": " + words.verdict(subject);
  for (const ConditionTrace& trace : subject.conditions) {
    if (trace.reach && trace.truth != Truth::unknown && trace.reach->witness)
      message += ". " + witness_line(policy, *judged.judgments.graph, *trace.reach->witness);
    message += reasons(rule, trace, subject, words);
  }
  if (!subject.error.empty())
    message += ". " + subject.error;
  if (!subject.cured_on.empty())
    message += ". Cured on " + subject.cured_on;
  out.key("message").open_line('{').key("text").text(message_text(message)).close('}');
  write_place(out, subject.subject == no_node ? rule.where
                                              : policy.lineage->nodes[subject.subject].where);
  out.key("partialFingerprints")
      .open_line('{')
      .key("libeval/v1")
      .text(rule.id.str() + "|" + program.candidates[judgment.candidate].id.str() + "|" + thing)
      .close('}');
  if (!subject.waivers.empty()) {
    out.key("suppressions").open('[');
    for (const std::size_t w : subject.waivers) {
      const Waiver& waiver = policy.waivers[w];
      out.open_line('{').key("kind").text("external").key("status");
      out.text(waiver.status == Waiver::Status::accepted   ? "accepted"
               : waiver.status == Waiver::Status::rejected ? "rejected"
                                                           : "underReview");
      out.key("justification").text(waiver.reason).close('}');
    }
    out.close(']');
  }
  out.close('}');
}

} // namespace

std::string to_sarif(const Program& program, const std::vector<JudgedPolicy>& judged) {
  JsonWriter out(9);
  out.open('{').key("$schema").text("https://json.schemastore.org/sarif-2.1.0.json");
  out.key("version").text("2.1.0").key("runs").open('[');
  for (const JudgedPolicy& one : judged) {
    const PolicyWords words(one);
    out.open('{')
        .key("columnKind")
        .text("unicodeCodePoints")
        .key("tool")
        .open('{')
        .key("driver")
        .open('{')
        .key("name")
        .text("libeval");
    out.key("rules").open('[');
    for (const Rule& rule : one.policy->rules) {
      out.open('{').key("id").text(rule.id.str()).key("shortDescription").open_line('{');
      out.key("text").text(rule.title).close('}');
      if (!rule.how_to_fix.empty())
        out.key("help").open_line('{').key("text").text(rule.how_to_fix).close('}');
      out.close('}');
    }
    out.close(']').close('}').close('}');
    if (!one.files.empty()) {
      out.key("artifacts").open('[');
      for (const FileDigest& file : one.files) {
        out.open('{').key("location").open_line('{').key("uri").text(uri_of(file.file)).close('}');
        out.key("hashes").open_line('{').key("sha-256").text(file.sha256).close('}').close('}');
      }
      out.close(']');
    }
    out.key("results").open('[');
    for (const Judgment& judgment : one.judgments.all) {
      for (const SubjectVerdict& subject : judgment.subjects)
        write_result(out, program, one, words, judgment, subject);
      if (judgment.subjects.empty()) {
        SubjectVerdict nothing;
        nothing.verdict = judgment.verdict;
        write_result(out, program, one, words, judgment, nothing);
      }
    }
    out.close(']').close('}');
  }
  out.close(']').close('}');
  return out.take();
}

} // namespace libeval
