// SPDX-License-Identifier: Apache-2.0
#include "engine/compile/recusals.hpp"

#include <algorithm>

namespace libeval {
namespace {

std::string text_at(const Table& table, const std::string& column, std::size_t row) {
  if (const TextColumn* label = find_text(table.labels, column))
    return label->at(row);
  if (const ValueColumn* value = find_value(table, column); value != nullptr)
    return value->is_category(row) ? value->texts[value->category[row] - 1] : "";
  return {};
}

std::vector<Recusal> listed_in(const Context& context, const std::string& evidence,
                               const std::string& dimension) {
  const std::size_t at = context.names.table(evidence);
  std::vector<Recusal> out;
  if (at == nobody)
    return out;
  const Table& table = *context.bundle.tables[at];
  const TableSpec& spec = context.bundle.program.evidence[at];
  const TextColumn* juror = find_text(table.keys, dimension);
  const TextColumn* candidate = find_text(table.keys, "candidate");
  if (juror == nullptr || candidate == nullptr)
    return out;
  const std::string source = spec.source.empty() ? "source" : spec.source;
  const std::string date = spec.date.empty() ? "date" : spec.date;
  for (std::size_t row = 0; row < table.rows; ++row)
    out.push_back({juror->at(row), candidate->at(row), text_at(table, "reason", row),
                   text_at(table, source, row), text_at(table, date, row), table.where});
  return out;
}

} // namespace

Recusals::Recusals(const Context& context, const TableSpec& spec, const Cells& cells)
    : context_(context), spec_(spec), cells_(cells), dimension_(juror_dimension(spec)) {
  declared_ = spec.recusals_from.empty() ? spec.recusals
                                         : listed_in(context, spec.recusals_from, dimension_);
  const std::string& as_of = context.bundle.program.as_of;
  std::erase_if(declared_, [&](const Recusal& r) { return !as_of.empty() && r.date > as_of; });
  for (const Dimension& d : cells.dimensions) {
    if (d.name == dimension_ && d.members)
      jurors_ = &d;
    if (d.name == "candidate")
      candidates_ = &d;
    if (spec.pairs && d.name == "opponent")
      opponents_ = &d;
    if (spec.pairs && d.name == "side")
      sides_ = &d;
  }
  if (jurors_ == nullptr || candidates_ == nullptr)
    declared_.clear();
  std::map<std::string_view, std::uint32_t> code;
  if (!declared_.empty())
    for (std::size_t m = 0; m < jurors_->members->size(); ++m)
      code.emplace((*jurors_->members)[m], static_cast<std::uint32_t>(m));
  for (const Recusal& r : declared_) {
    const auto at = code.find(r.juror);
    pairs_.push_back({at == code.end() ? npos : at->second, context.names.candidate(r.candidate)});
    marks_.emplace(pairs_.back(), 0);
  }
}

bool Recusals::concern(std::uint32_t juror, std::uint32_t candidate) const {
  return marks_.contains({juror, candidate});
}

bool Recusals::leave_out(std::size_t cell) {
  const bool stands = cells_.gap.empty() || cells_.gap[cell] == 0;
  const bool first_seen = sides_ == nullptr || (*sides_->codes)[cell] == 0;
  bool out = false;
  for (const Dimension* side : {candidates_, opponents_}) {
    if (side == nullptr)
      continue;
    const auto at = marks_.find({(*jurors_->codes)[cell], (*side->codes)[cell]});
    if (at == marks_.end())
      continue;
    out = true;
    if (stands && first_seen)
      ++at->second;
  }
  return out;
}

std::vector<AppliedRecusal> Recusals::applied() const {
  std::vector<AppliedRecusal> out;
  for (std::size_t i = 0; i < declared_.size(); ++i)
    if (const std::uint32_t who = pairs_[i].second; who != npos && context_.entering[who] != 0)
      out.push_back({who, spec_.name, declared_[i], marks_.at(pairs_[i])});
  return out;
}

} // namespace libeval
