// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/base/diagnostic.hpp>
#include <libeval/base/truth.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// SPDX license expressions: read, printed, compared and read as three-valued formulas.
namespace libeval {

/// Whose grammar an expression follows; they differ in case, blanks, additions and `NONE`.
/// Annex D of SPDX 2.3, Annex B of 3.0.1, and the draft of 3.1.
enum class LicenseGrammar { spdx_2_3, spdx_3_0, spdx_3_1 };

/// `2.3`, `3.0`, `3.1`; nothing for other texts.
[[nodiscard]] std::optional<LicenseGrammar> license_grammar_from(std::string_view name);
[[nodiscard]] std::string_view to_string(LicenseGrammar grammar);

/// One license as an expression names it, taken or left as a whole. Ids of the SPDX License List
/// stand in canonical case. Two that differ only in the case of letters are equal.
struct License {
  enum class Kind {
    listed,      ///< an id of the SPDX License List
    reference,   ///< `LicenseRef-...`, perhaps of another document
    none,        ///< `NONE`: there is no license
    no_assertion ///< `NOASSERTION`: nobody says
  };
  Kind kind = Kind::no_assertion;
  std::string id = "NOASSERTION"; ///< with `DocumentRef-...:` where there is one
  bool or_later = false;          ///< `+` behind a listed id
  std::string with;               ///< exception or `AdditionRef-...`; or empty

  friend bool operator==(const License& a, const License& b);
};

/// An expression as a formula over its licenses, without recursion: operands stand before their
/// operator. An operator has at least two operands, and none that is the same operator again
/// (`A AND (B AND C)` is `A AND B AND C`); nothing else is simplified.
struct LicenseExpression {
  struct Step {
    enum class Kind { license, all, any };
    Kind kind = Kind::license;
    std::uint32_t n = 0; ///< position in `licenses`, or number of operands
    bool operator==(const Step&) const = default;
  };
  std::vector<License> licenses; ///< in the order of the text; a license may stand twice
  std::vector<Step> steps;
  bool operator==(const LicenseExpression&) const = default;
};

/// What an expression may be before it is refused.
struct LicenseLimits {
  std::size_t bytes = std::size_t{1} << 20U;
  std::size_t depth = 200;     ///< parentheses inside each other
  std::size_t licenses = 4096; ///< those that stand twice count twice
};

/// Reads an expression. Everything wrong goes to `diagnostics` (unknown ids with a near miss,
/// operators in the wrong case, what is missing), each under its place: `where` is where the text
/// begins, and texts in quotes begin after the quote. Nothing is returned after an error.
/// O(bytes * log(list)), no recursion.
[[nodiscard]] std::optional<LicenseExpression>
parse_license(std::string_view text, LicenseGrammar grammar, const Where& where,
              Diagnostics& diagnostics, const LicenseLimits& limits = {});

/// The value of a license field: an expression, or `NONE` or `NOASSERTION` alone, which SPDX 2.3
/// and 3.0 allow in fields but not in expressions.
[[nodiscard]] std::optional<LicenseExpression>
parse_license_field(std::string_view text, LicenseGrammar grammar, const Where& where,
                    Diagnostics& diagnostics, const LicenseLimits& limits = {});

/// An expression of one license.
[[nodiscard]] LicenseExpression one_license(License license);

[[nodiscard]] std::string to_string(const License& license);

/// The expression as it was, with canonical ids, upper-case operators and no needless parentheses.
/// Reads back equal under 3.1; under 2.3 and 3.0 what only they have, such as `LicenseRef--`.
[[nodiscard]] std::string to_string(const LicenseExpression& expression);

/// The same meaning in one form: deprecated ids by their successors (`GPL-2.0+` becomes
/// `GPL-2.0-or-later`), operands in alphabetical order, equal operands of the same operator once.
/// Nothing is absorbed: `MIT AND (MIT OR GPL-2.0-only)` stays, since a choice carries obligations.
/// Canonical of canonical is the same. O(bytes * depth).
[[nodiscard]] LicenseExpression canonical(const LicenseExpression& expression);

/// What an expression says when each of its licenses is yes, no or unknown, and which of them
/// decide: all that must hold of a yes, those that fail a no, those that are open of an unknown.
struct LicenseReading {
  Truth truth = Truth::unknown;
  std::vector<std::size_t> because; ///< positions in `licenses`, ascending
};

/// `AND` is all, `OR` the licensee's choice, in strong Kleene logic; every license is looked at.
/// Of several choices that are yes the first counts. Throws std::invalid_argument unless there is
/// one truth for each license, or for an expression without steps.
[[nodiscard]] LicenseReading read_license(const LicenseExpression& expression,
                                          std::span<const Truth> of_each);

/// Whether a permission for `granted` covers `license`: the same license, or a later version where
/// `granted` has `+` or is `-or-later`; a license with `+` or `-or-later` is covered if one of the
/// versions that it leaves to choose is. Exceptions must be equal. Versions are those on the list
/// of the same name (`EPL-1.0`, `EPL-2.0`). References are covered by themselves alone.
[[nodiscard]] bool covers(const License& granted, const License& license);

/// Whether the licensee can choose so that every license is covered by one of `granted`. A license
/// that nobody states (`NOASSERTION`) is unknown; `NONE` is no.
[[nodiscard]] LicenseReading license_allowed(const LicenseExpression& expression,
                                             std::span<const License> granted);

/// The version of the SPDX License List whose ids are known, such as `3.28.0`.
[[nodiscard]] std::string_view license_list_version();

/// The id of the list in canonical case, with `exception` of the list of exceptions.
[[nodiscard]] std::optional<std::string_view> find_listed(std::string_view id,
                                                          bool exception = false);

/// Whether the list calls the id deprecated; precondition: it is listed.
[[nodiscard]] bool is_deprecated(std::string_view id);

} // namespace libeval
