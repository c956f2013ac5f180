// SPDX-License-Identifier: Apache-2.0
#include "io/recusals.hpp"

#include <libeval/base/text.hpp>

#include <algorithm>

namespace libeval {
namespace {

std::string ticked(std::string_view text) {
  return "`" + shorten(text) + "`";
}

const TextColumn* key_of(const Table& table, std::string_view name) {
  const auto at = std::ranges::find(table.keys, name, &TextColumn::name);
  return at == table.keys.end() ? nullptr : &*at;
}

class RecusalCheck {
public:
  RecusalCheck(const Bundle& bundle, const Unread& unread, const std::vector<bool>& good,
               CandidateIndex& candidates, Diagnostics& diagnostics)
      : bundle_(bundle), unread_(unread), good_(good), candidates_(candidates),
        diagnostics_(diagnostics) {}

  void check(std::size_t at) {
    const TableSpec& spec = bundle_.program.evidence[at];
    const std::string jurors = juror_dimension(spec);
    if (!good_[at] || jurors.empty())
      return;
    const std::vector<std::string> known = members(spec, *bundle_.tables[at], jurors);
    for (const Recusal& recusal : spec.recusals) {
      if (!candidates_.has(recusal.candidate))
        diagnostics_.error(recusal.where, "unknown candidate " + ticked(recusal.candidate),
                           candidates_.help(recusal.candidate));
      juror(recusal.juror, recusal.where, spec, known);
    }
    if (!spec.recusals_from.empty() && !unread_.evidence.contains(spec.recusals_from))
      listed(spec, jurors, known);
  }

private:
  static std::vector<std::string> members(const TableSpec& spec, const Table& table,
                                          const std::string& jurors) {
    std::vector<std::string> out;
    if (const TextColumn* key = key_of(table, jurors))
      out = key->texts;
    if (spec.wide == jurors)
      for (const ValueColumn& value : table.values)
        out.push_back(value.name);
    return out;
  }

  void juror(const std::string& name, const Where& where, const TableSpec& spec,
             const std::vector<std::string>& known) {
    if (std::ranges::find(known, name) != known.end())
      return;
    const auto near = did_you_mean(name, known);
    diagnostics_.warning(where,
                         ticked(name) + " is recused and marks nobody in `" + spec.name + "`",
                         near ? "did you mean " + ticked(*near) + "?" : "");
  }

  void listed(const TableSpec& spec, const std::string& jurors,
              const std::vector<std::string>& known) {
    const auto& evidence = bundle_.program.evidence;
    const auto found = std::ranges::find(evidence, spec.recusals_from, &TableSpec::name);
    if (found == evidence.end()) {
      std::vector<std::string> names;
      names.reserve(evidence.size());
      for (const TableSpec& one : evidence)
        names.push_back(one.name);
      const auto near = did_you_mean(spec.recusals_from, names);
      diagnostics_.error(spec.recusals_where, "there is no evidence " + ticked(spec.recusals_from),
                         near ? "did you mean " + ticked(*near) + "?"
                              : "name the evidence that lists the recusals");
      return;
    }
    const auto at = static_cast<std::size_t>(found - evidence.begin());
    if (!good_[at])
      return;
    const TextColumn* who = key_of(*bundle_.tables[at], jurors);
    if (who == nullptr || key_of(*bundle_.tables[at], "candidate") == nullptr) {
      diagnostics_.error(spec.recusals_where,
                         ticked(found->name) + " does not say who is recused for whom",
                         "its keys must be `" + jurors + "` and `candidate`");
      return;
    }
    for (const std::string& name : who->texts)
      juror(name, spec.recusals_where, spec, known);
  }

  const Bundle& bundle_;
  const Unread& unread_;
  const std::vector<bool>& good_;
  CandidateIndex& candidates_;
  Diagnostics& diagnostics_;
};

} // namespace

void check_recusals(const Bundle& bundle, const Unread& unread, const std::vector<bool>& good,
                    CandidateIndex& candidates, Diagnostics& diagnostics) {
  RecusalCheck check(bundle, unread, good, candidates, diagnostics);
  for (std::size_t at = 0; at < bundle.tables.size(); ++at)
    check.check(at);
}

} // namespace libeval
