// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "io/grid.hpp"

#include <libeval/base/text.hpp>
#include <libeval/io/report.hpp>

#include <cstddef>
#include <string>

namespace libeval {

/// Labelled lines of a report: where their text begins.
inline constexpr std::size_t label_width = 9;

/// Lines of text behind a label, no wider than the screen.
class Lines {
public:
  explicit Lines(const ReportOptions& options) : width_(text_width(options.width)) {}

  [[nodiscard]] std::string labelled(const std::string& label, const std::string& text) const {
    return " " + pad_right(label, label_width) +
           wrapped(text, label_width + 1, width_ - label_width) + "\n";
  }

  /// A line that belongs to the one above it.
  [[nodiscard]] std::string below(const std::string& text) const {
    return std::string(label_width + 3, ' ') +
           wrapped(text, label_width + 5, width_ - label_width - 4) + "\n";
  }

private:
  std::size_t width_;
};

} // namespace libeval
