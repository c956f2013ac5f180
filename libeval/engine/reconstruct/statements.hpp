// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/reconstruct/knowledge.hpp"

namespace libeval {

/// Adds the rows that the statements of a stage put on its scores. Those on marks and outcomes are
/// read elsewhere. A statement about somebody who is no entrant is left out, which is noted.
void add_statements(const Context& context, Knowledge& knowledge);

} // namespace libeval
