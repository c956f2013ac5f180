// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/base/text.hpp>
#include <libeval/domain/read_lineage.hpp>
#include <libeval/io/draw.hpp>
#include <libeval/io/import.hpp>
#include <libeval/io/parse.hpp>

#include "require.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace libeval::fuzz {

/// Any text is refused with a place, or imported as a record that prints and reads back.
inline int import_any(ImportFormat format, const std::uint8_t* data, std::size_t size) {
  const auto source = std::make_shared<SourceText>();
  source->name = "file";
  source->text.assign(reinterpret_cast<const char*>(data), size);
  Diagnostics problems;
  const Lineage lineage = import_lineage(source, {format, "owner/model"}, problems);
  require(!find_invalid_utf8(draw_all(problems)));
  if (problems.has_errors())
    return 0;
  const std::string printed = lineage_yaml(lineage, "x");
  Diagnostics none;
  const Lineage again = read_lineage(parse_text(printed, "lineage.yaml", none), none);
  require(!none.has_errors());
  require(lineage_yaml(again, "x") == printed);
  return 0;
}

} // namespace libeval::fuzz
