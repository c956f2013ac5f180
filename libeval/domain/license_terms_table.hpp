// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/domain/license_terms.hpp>

#include <vector>

namespace libeval {

/// The readings that come with the library, made anew.
[[nodiscard]] std::vector<LicenseTerms> terms_table();

} // namespace libeval
