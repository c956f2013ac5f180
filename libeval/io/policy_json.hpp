// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/io/policy_report.hpp>

#include "io/json_writer.hpp"

namespace libeval {

/// The verdicts of one policy, each with what it rests on, as members of an object that is open.
void write_verdicts(JsonWriter& out, const Program& program, const JudgedPolicy& judged);

} // namespace libeval
