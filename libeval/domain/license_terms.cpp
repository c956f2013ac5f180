// SPDX-License-Identifier: Apache-2.0
#include <libeval/domain/license_terms.hpp>

#include <libeval/domain/language.hpp>

#include "domain/license_list.hpp"
#include "domain/license_terms_table.hpp"
#include "domain/reading.hpp"

#include <algorithm>
#include <array>

namespace libeval {
namespace {

constexpr std::array<std::string_view, 8> names = {
    "notice",         "naming",    "share_alike", "non_commercial", "no_training_on_outputs",
    "no_derivatives", "flow_down", "use_limit"};

/// An id or a whole `ID WITH EXCEPTION` in canonical spelling.
std::string license_at(const Tree& at, Diagnostics& diagnostics) {
  const auto read =
      parse_license(at.scalar().value_or(""), LicenseGrammar::spdx_3_0, at.where, diagnostics);
  if (!read)
    return {};
  if (read->licenses.size() == 1)
    return to_string(read->licenses[0]);
  diagnostics.error(at.where, "one license is wanted here, not an expression of several");
  return {};
}

/// Precondition: a carrier's name, as the language has checked.
Carrier carrier_from(std::string_view name) {
  for (const Carrier carrier :
       {Carrier::weights, Carrier::behavior, Carrier::data, Carrier::code, Carrier::design})
    if (to_string(carrier) == name)
      return carrier;
  return Carrier::tokenizer;
}

std::vector<std::string> texts_at(const Tree& tree, std::string_view key) {
  std::vector<std::string> out;
  if (const Tree* found = tree.find(key)) {
    if (found->is_list())
      for (const Tree& item : found->list())
        out.push_back(text_of(&item));
    else
      out.push_back(text_of(found));
  }
  return out;
}

LicenseTerm read_term(const Tree& tree, Diagnostics& diagnostics) {
  LicenseTerm term;
  term.kind = *obligation_from(text_at(tree, "obligation"));
  for (const std::string& carrier : texts_at(tree, "along"))
    term.along.bits =
        static_cast<std::uint8_t>(term.along.bits | Carriers{carrier_from(carrier)}.bits);
  term.clause = text_at(tree, "clause");
  term.reading = text_at(tree, "reading");
  term.prefix = text_at(tree, "prefix");
  if (term.kind == Obligation::naming && term.prefix.empty())
    diagnostics.error(tree.where, "a term of `naming` has no `prefix`",
                      "say what the name of a model that is made with it begins with");
  if (const Tree* accepts = tree.find("accepts"))
    for (const Tree& item : accepts->list())
      term.accepts.push_back(license_at(item, diagnostics));
  return term;
}

bool is_called(const LicenseTerms& terms, std::string_view name) {
  return same_letters(terms.id, name) ||
         std::ranges::any_of(terms.also,
                             [&](const std::string& also) { return same_letters(also, name); });
}

const LicenseTerms* find_exactly(std::string_view id, std::span<const LicenseTerms> own) {
  for (const std::span<const LicenseTerms> all : {own, known_terms()})
    for (const LicenseTerms& terms : all)
      if (same_letters(terms.id, id))
        return &terms;
  return nullptr;
}

/// `GPL-2.0+` and `GPL-2.0-only` are read under today's ids, `EPL-2.0+` as its first version.
LicenseDuties terms_of(const License& license, std::span<const LicenseTerms> own) {
  LicenseDuties out;
  if (license.kind != License::Kind::listed && license.kind != License::Kind::reference)
    return out;
  const License now = modern(license);
  for (const License& one : {license, now})
    if ((out.terms = find_exactly(to_string(one), own)) != nullptr)
      return out;
  if (!now.with.empty() && !find_listed(now.with, true))
    return out; // an addition nobody has read may ask for anything
  out.terms = find_exactly(now.id, own);
  out.may_be_lifted = out.terms != nullptr;
  return out;
}

} // namespace

std::string_view to_string(Obligation obligation) {
  return names[static_cast<std::size_t>(obligation)];
}
std::optional<Obligation> obligation_from(std::string_view name) {
  const auto at = std::ranges::find(names, name);
  if (at == names.end())
    return std::nullopt;
  return static_cast<Obligation>(at - names.begin());
}

std::span<const LicenseTerms> known_terms() {
  static const std::vector<LicenseTerms> all = terms_table();
  return all;
}

std::vector<LicenseTerms> read_license_terms(const Tree& tree, Diagnostics& diagnostics) {
  std::vector<LicenseTerms> out;
  if (!validate(tree, type::object("license_terms"), language(), diagnostics))
    return out;
  for (const Tree& item : tree.find("licenses")->list()) {
    LicenseTerms terms;
    terms.id = license_at(*item.find("id"), diagnostics);
    terms.title = text_at(item, "title");
    terms.also = texts_at(item, "also");
    terms.source = text_at(item, "source");
    terms.where = where_at(item, "id");
    for (const Tree& term : item.find("terms")->list())
      terms.terms.push_back(read_term(term, diagnostics));
    const auto twice = std::ranges::find(out, terms.id, &LicenseTerms::id);
    if (twice != out.end() && !terms.id.empty())
      diagnostics.error(terms.where, "license `" + terms.id + "` stands twice",
                        "the first is at line " + std::to_string(twice->where.line));
    out.push_back(std::move(terms));
  }
  return out;
}

const LicenseTerms* find_terms(std::string_view name, std::span<const LicenseTerms> own) {
  for (const std::span<const LicenseTerms> all : {own, known_terms()})
    for (const LicenseTerms& terms : all)
      if (is_called(terms, name))
        return &terms;
  return nullptr;
}

std::vector<LicenseDuties> duties_of(const LicenseExpression& expression, Carriers along,
                                     std::span<const LicenseTerms> own) {
  std::vector<LicenseDuties> out;
  out.reserve(expression.licenses.size());
  for (const License& license : expression.licenses) {
    out.push_back(terms_of(license, own));
    if (out.back().terms != nullptr)
      for (const LicenseTerm& term : out.back().terms->terms)
        if (term.along.meets(along))
          out.back().due.push_back(&term);
  }
  return out;
}

namespace {

/// Whether what is granted covers everything that an offer leaves to choose: of `-or-later` all
/// versions, not one of them.
bool covers_offer(const License& granted, const License& offered) {
  if (!covers(granted, offered))
    return false;
  const Versioned from = versioned(modern(granted)), to = versioned(modern(offered));
  return !to.or_later || (from.or_later && from.version <= to.version);
}

/// Section 13 of the AGPL lets its works be combined with works under the GPL of that version, and
/// keeps itself on its part: whether that is the case no license field says.
bool may_be_combined(const License& inbound, const License& offered) {
  const Versioned from = versioned(modern(inbound)), to = versioned(modern(offered));
  const bool meet = from.version == to.version || (from.or_later && from.version <= to.version);
  return from.family.starts_with("AGPL-") && to.family.starts_with("GPL-") && meet;
}

} // namespace

Truth keeps_license(const License& inbound, const LicenseTerm& term,
                    const LicenseExpression& outbound) {
  std::vector<License> will_do = {inbound};
  for (const std::string& id : term.accepts)
    if (Diagnostics none; auto read = parse_license(id, LicenseGrammar::spdx_3_0, {}, none))
      will_do.push_back(read->licenses[0]);
  std::vector<Truth> broken;
  for (const License& license : outbound.licenses)
    broken.push_back(license.kind == License::Kind::no_assertion ? Truth::unknown
                     : std::ranges::any_of(
                           will_do, [&](const License& one) { return covers_offer(one, license); })
                         ? Truth::no
                     : may_be_combined(inbound, license) ? Truth::unknown
                                                         : Truth::yes);
  // Every choice must keep it and of a conjunction one part: the dual of what a licensee asks.
  return !read_license(outbound, broken).truth;
}

bool name_begins_with(std::string_view name, std::string_view prefix) {
  if (const std::size_t slash = name.rfind('/'); slash != std::string_view::npos)
    name.remove_prefix(slash + 1);
  const auto is_gap = [](char c) { return c == ' ' || c == '-' || c == '_'; };
  const auto is_number = [](char c) { return c >= '0' && c <= '9'; };
  std::size_t at = 0;
  for (const char c : prefix) {
    if (is_gap(c))
      continue;
    while (at < name.size() && is_gap(name[at]))
      ++at;
    if (at == name.size() || lower(name[at]) != lower(c))
      return false;
    ++at;
  }
  // `Llama 30B` does not begin with `Llama 3`.
  return prefix.empty() || !is_number(prefix.back()) || at == name.size() || !is_number(name[at]);
}

} // namespace libeval
