// SPDX-License-Identifier: Apache-2.0
#include "import_fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return libeval::fuzz::import_any(libeval::ImportFormat::cyclonedx, data, size);
}
