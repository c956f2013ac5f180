// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/base/diagnostic.hpp>
#include <libeval/base/tree.hpp>
#include <libeval/domain/program.hpp>

#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace libeval {

/// What cannot be read of what a program names.
struct Unread {
  std::set<std::string, std::less<>> evidence; ///< no cells, or not the columns they stand in
  std::set<std::string, std::less<>> files;    ///< of policies
  std::set<std::string, std::less<>> stages;   ///< not even their parts are known
  bool candidates = false;                     ///< not all of them are known
  bool attributes = false;                     ///< nor what is said of them
  bool stage_ids = false;
  bool all_evidence = false; ///< not even its names are known
};

/// The evidence that stands for what cannot be read: a value of every candidate that nobody knows.
inline constexpr std::string_view nobody_knows = "\x01";

/// A program that has errors as one that can be looked at further, so that everything that is wrong
/// elsewhere is told in the same run. Whatever holds a place of an error in `found`, or rests on
/// what is `unread`, becomes a value that nobody knows, or is left out where that cannot be asked
/// for; names of parts, stages and candidates stay where they can be read. What had to be left out
/// and may be named elsewhere is added to `unread`. `rules` is spelt out in full (expand.hpp); the
/// result fits the language, or is null where there is nothing to look at.
[[nodiscard]] Tree mended(const Tree& rules, const Diagnostics& found, Unread& unread);

/// Gives the program of a mended tree the evidence of that name. Precondition: its candidates are
/// known, and it has a table for each evidence.
void add_what_nobody_knows(Bundle& bundle);

/// A file of that shape without the items of its lists and the keys that do not fit; nothing where
/// the rest does not fit either. Misspelt keys are read as they are meant.
[[nodiscard]] std::optional<Tree> without_misfits(const Tree& tree, const std::string& shape);

} // namespace libeval
