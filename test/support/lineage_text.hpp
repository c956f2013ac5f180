// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/domain/read_lineage.hpp>
#include <libeval/io/parse.hpp>

#include <string>

namespace libeval::test {

/// A lineage from text, looked up whole; what is wrong goes to `diagnostics`.
inline Lineage lineage_of(const std::string& text, Diagnostics& diagnostics) {
  Lineage lineage = read_lineage(parse_text(text, "lineage.yaml", diagnostics), diagnostics);
  check_lineage(lineage, diagnostics);
  return lineage;
}

} // namespace libeval::test
