// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/reconstruct/outlook.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace libeval {

/// A stage that is known in part, with everything that reasoning about it needs: who enters, the
/// stages before it as decided, and how to decide it once its scores are filled in.
struct PartlyKnown {
  const Bundle& bundle;
  std::size_t stage; ///< position in the program
  Names names;
  std::vector<std::unique_ptr<StageDecision>> before;
  std::map<std::string, const StageDecision*, std::less<>> earlier;
  Diagnostics& diagnostics;
  Context context;
  StageDecide decide;
  Knowledge knowledge;

  PartlyKnown(const Bundle& b, std::size_t s, Diagnostics& d)
      : bundle(b), stage(s), names(b),
        diagnostics(d), context{b, names, b.program.stages[s], {}, earlier, false, d, {}} {}
  PartlyKnown(const PartlyKnown&) = delete;
  PartlyKnown& operator=(const PartlyKnown&) = delete;
};

/// Decides what the stage depends on and reads what is known of it. `stage` empty: the first that
/// is known in part. Without such a stage, or with errors, nothing (and a diagnostic).
[[nodiscard]] std::unique_ptr<PartlyKnown> know_in_part(const Bundle& bundle,
                                                        const std::string& stage,
                                                        const StatementFilter& filter,
                                                        Diagnostics& diagnostics);

/// Ids that no statement has are diagnostics.
void check_statement_ids(const Bundle& bundle, const std::vector<std::string>& ids,
                         Diagnostics& diagnostics);

} // namespace libeval
