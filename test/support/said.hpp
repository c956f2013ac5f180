// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/small_bundle.hpp"

#include <string>

namespace libeval::test {

[[nodiscard]] inline bool holds(const std::string& text, const std::string& words) {
  return text.find(words) != std::string::npos;
}

/// Every message of a program that is decided, warnings among them.
[[nodiscard]] inline std::string said(const std::string& text) {
  Diagnostics diagnostics;
  static_cast<void>(decide(load_text(text), diagnostics));
  std::string out;
  for (const Diagnostic& d : diagnostics.all())
    out += d.message + (d.help.empty() ? "" : " (" + d.help + ")") + "\n";
  return out;
}

} // namespace libeval::test
