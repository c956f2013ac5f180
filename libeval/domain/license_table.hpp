// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

namespace libeval {

/// One id of the SPDX License List in its canonical case.
struct ListedId {
  std::string_view id;
  bool deprecated;
};

/// The list as generated, each part sorted without regard to case.
[[nodiscard]] std::string_view listed_version();
[[nodiscard]] std::span<const ListedId> listed_licenses();
[[nodiscard]] std::span<const ListedId> listed_exceptions();

} // namespace libeval
