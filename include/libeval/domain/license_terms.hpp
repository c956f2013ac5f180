// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/base/tree.hpp>
#include <libeval/domain/license.hpp>
#include <libeval/domain/lineage.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// What licenses ask of those who build on a work, and along what it reaches them. Readings of
/// license texts, each with its clause; no legal advice.
namespace libeval {

/// Kinds of terms that a rule can ask about.
enum class Obligation : std::uint8_t {
  notice,                 ///< a license text, copyright or attribution must go along
  naming,                 ///< the name of what is made must say where it comes from
  share_alike,            ///< what is made stands under the same license (or one named)
  non_commercial,         ///< no commercial use
  no_training_on_outputs, ///< outputs may not improve other models
  no_derivatives,         ///< nothing that is changed may be passed on
  flow_down,              ///< restrictions must be passed on to whoever comes next
  use_limit               ///< some users or uses are left out
};

/// Names as in the files.
[[nodiscard]] std::string_view to_string(Obligation obligation);
[[nodiscard]] std::optional<Obligation> obligation_from(std::string_view name);

/// One term: what it asks and on what it travels.
struct LicenseTerm {
  Obligation kind = Obligation::notice;
  Carriers along;
  std::string clause;               ///< where it stands in the text
  std::string reading;              ///< in a few words
  std::string prefix;               ///< of `naming`: what the name begins with
  std::vector<std::string> accepts; ///< licenses that will do; of outputs: whose works may improve
};

/// A license that somebody has read: a kind that is not among its terms is not in its text.
struct LicenseTerms {
  std::string id; ///< as in expressions, in canonical case
  std::string title;
  std::vector<std::string> also; ///< what else it is called, such as a tag on a hub
  std::string source;            ///< the text that was read
  std::vector<LicenseTerm> terms;
  Where where;
};

/// The licenses that come with the library.
[[nodiscard]] std::span<const LicenseTerms> known_terms();

/// A file of further licenses; one that the library has too takes its place. Checked against the
/// language (`license_terms`); ids are those of expressions.
[[nodiscard]] std::vector<LicenseTerms> read_license_terms(const Tree& tree,
                                                           Diagnostics& diagnostics);

/// What is known of an id (or of what else a license is called), `own` before what comes with the
/// library; or nullptr.
[[nodiscard]] const LicenseTerms* find_terms(std::string_view name,
                                             std::span<const LicenseTerms> own = {});

/// What one license of an expression asks when something passes along some carriers.
struct LicenseDuties {
  const LicenseTerms* terms = nullptr; ///< nullptr: nobody has read it, so nothing is known
  std::vector<const LicenseTerm*> due; ///< those that travel on one of the carriers
  /// The license has an exception of the list, or a later version may be taken instead: what is not
  /// met may be lifted by it, so that it is unknown.
  bool may_be_lifted = false;
};

/// One for each license of the expression, in that order. `NONE` and `NOASSERTION` are not known,
/// nor is a license with an `AdditionRef-`, unless somebody has read just that. Points into `own`
/// and into known_terms().
[[nodiscard]] std::vector<LicenseDuties> duties_of(const LicenseExpression& expression,
                                                   Carriers along,
                                                   std::span<const LicenseTerms> own = {});

/// Whether a work offered under `outbound` stands under `inbound`, or under one that `term`
/// accepts: every choice that is offered must, of what applies together one is enough. Unknown as
/// far as nobody says what the work is offered under.
[[nodiscard]] Truth keeps_license(const License& inbound, const LicenseTerm& term,
                                  const LicenseExpression& outbound);

/// Whether a name, without the owner before `/`, begins with `prefix`; blanks, `-`, `_` are alike.
[[nodiscard]] bool name_begins_with(std::string_view name, std::string_view prefix);

} // namespace libeval
