// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace libeval {

/// The one spelling of a digest `ALGORITHM:VALUE`: the algorithm in lower case without the hyphen
/// behind its letters, hexadecimal digits in lower case. `SHA-256:AB12` is `sha256:ab12`,
/// `SHA3_256:00` is `sha3-256:00`. Other texts stay as they are.
[[nodiscard]] std::string canonical_digest(std::string_view digest);

} // namespace libeval
