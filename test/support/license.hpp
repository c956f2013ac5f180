// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/catch.hpp"

#include <libeval/base/diagnostic.hpp>
#include <libeval/domain/license.hpp>

#include <string>

namespace libeval::test {

/// A license expression of SPDX 3.0 that must be readable.
inline LicenseExpression license_of(const std::string& text) {
  Diagnostics problems;
  const auto out = parse_license_field(text, LicenseGrammar::spdx_3_0, {}, problems);
  INFO(text);
  REQUIRE(out);
  return *out;
}

} // namespace libeval::test
