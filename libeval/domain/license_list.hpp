// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/domain/license.hpp>

#include <string>
#include <string_view>
#include <vector>

/// What follows from the ids of the SPDX License List.
namespace libeval {

/// ASCII letters alike in upper and lower case, as ids are compared.
[[nodiscard]] constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
[[nodiscard]] bool same_letters(std::string_view a, std::string_view b);
[[nodiscard]] bool lower_than(std::string_view a, std::string_view b);

/// The license by the id that the list recommends today.
[[nodiscard]] License modern(License license);

/// A license as a version of a family: `EPL-1.0` is 1.0 of `EPL-*`. No version: `version` is empty.
struct Versioned {
  std::string family;
  std::vector<unsigned> version;
  bool or_later = false; ///< `+` or `-or-later`
};
[[nodiscard]] Versioned versioned(const License& license);

/// The ids of a family on the list.
[[nodiscard]] std::vector<std::string> ids_of_family(std::string_view family);

} // namespace libeval
