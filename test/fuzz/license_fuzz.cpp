// SPDX-License-Identifier: Apache-2.0
#include <libeval/base/text.hpp>
#include <libeval/domain/license.hpp>
#include <libeval/io/draw.hpp>

#include "require.hpp"

#include <cstdint>
#include <string>
#include <vector>

using namespace libeval;
using libeval::fuzz::require;

/// Any text is an expression or has a problem said; what is read prints, reads back and evaluates.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  for (const auto grammar :
       {LicenseGrammar::spdx_2_3, LicenseGrammar::spdx_3_0, LicenseGrammar::spdx_3_1}) {
    Diagnostics problems;
    const auto read = parse_license(text, grammar, {}, problems);
    require(read.has_value() == !problems.has_errors());
    require(!find_invalid_utf8(draw_all(problems)));
    if (!read)
      continue;
    Diagnostics none;
    const auto again = parse_license(to_string(*read), LicenseGrammar::spdx_3_1, {}, none);
    require(again && *again == *read);
    const LicenseExpression one = canonical(*read);
    require(to_string(canonical(one)) == to_string(one));
    const std::vector<Truth> yes(read->licenses.size(), Truth::yes);
    require(read_license(*read, yes).truth == Truth::yes);
  }
  return 0;
}
