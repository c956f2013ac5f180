// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "io/mend.hpp"

#include <libeval/base/diagnostic.hpp>
#include <libeval/base/tree.hpp>
#include <libeval/domain/program.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace libeval {

/// Whether the candidates are exactly the texts of this column, in order.
[[nodiscard]] bool are_candidates(const TextColumn& column,
                                  const std::vector<Candidate>& candidates);

/// The candidates of a program by id. Built when the first question comes. Where not `all` of them
/// could be read nobody is unknown.
class CandidateIndex {
public:
  explicit CandidateIndex(const std::vector<Candidate>& candidates, bool all = true)
      : candidates_(candidates), all_(all) {}
  [[nodiscard]] bool has(std::string_view id);
  /// What to say about an id that is none: a near miss, or whose name it is.
  [[nodiscard]] std::string help(std::string_view id);

private:
  void build();
  const std::vector<Candidate>& candidates_;
  bool all_;
  std::unordered_map<std::string_view, std::size_t> index_;
  std::vector<std::string> ids_;
};

/// Reports every name in the rules that names nothing: evidence, stages, candidates, attributes.
/// What is `unread` stands nevertheless. Precondition: `rules` is expanded (parts that do not fit
/// the language are passed over), `program` was read from it and has its candidates.
void check_rule_names(const Tree& rules, const Program& program, const Unread& unread,
                      CandidateIndex& candidates, Diagnostics& diagnostics);

} // namespace libeval
