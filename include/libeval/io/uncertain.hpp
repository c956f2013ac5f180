// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/base/diagnostic.hpp>
#include <libeval/base/tree.hpp>
#include <libeval/engine/simulate.hpp>

#include <filesystem>
#include <string>
#include <string_view>

namespace libeval {

/// The text of `uncertainty.yaml` in the bundle, or of the file given; a map without keys where the
/// bundle has none.
[[nodiscard]] Tree load_uncertainty(const std::filesystem::path& bundle,
                                    const std::filesystem::path& file, Diagnostics& diagnostics);

/// What a command line says beside the file, added to it: `uniform`, `dirichlet=N` or
/// `[NODE=]uniform`; `TABLE=SD` (normal errors); `TABLE:DIMENSION`; `RULE:CANDIDATE=P`; a stage.
void add_weights(Tree& uncertainty, std::string_view text, Diagnostics& diagnostics);
void add_normal(Tree& uncertainty, std::string_view text, Diagnostics& diagnostics);
void add_bootstrap(Tree& uncertainty, std::string_view text, Diagnostics& diagnostics);
void add_verdict(Tree& uncertainty, std::string_view text, Diagnostics& diagnostics);
void add_completions(Tree& uncertainty, std::string_view text);

/// Reads the uncertainty and loads a bundle for each combination of its rules (at most 256).
[[nodiscard]] Uncertain load_uncertain(const Tree& rules, const std::filesystem::path& bundle,
                                       const Tree& uncertainty, Diagnostics& diagnostics);

/// Adds what is wrong with the `uncertainty.yaml` of a bundle, if it has one. Where `diagnostics`
/// has errors already (of the bundle), only names are looked up, as far as what they name can be
/// read.
void check_uncertain(const Tree& rules, const std::filesystem::path& bundle,
                     Diagnostics& diagnostics);

/// SHA-256 over the rules, the uncertainty and the bytes of every evidence and policy file, as
/// hexadecimal digits: what a part of a simulation belongs to.
[[nodiscard]] std::string digest_of_inputs(const Tree& rules, const Tree& uncertainty,
                                           const std::filesystem::path& bundle,
                                           const Bundle& loaded, Diagnostics& diagnostics);

} // namespace libeval
