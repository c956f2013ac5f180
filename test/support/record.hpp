// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/small_bundle.hpp"

#include <libeval/engine/reconstruct.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace libeval::test {

/// A bundle whose `published.yaml` holds these statements. Throws LoadError.
inline Bundle load_record(const std::string& program, const std::string& published,
                          const std::string& policy = {}) {
  const TemporaryFolder folder;
  folder.write("program.yaml", program);
  folder.write("published.yaml", published);
  if (!policy.empty())
    folder.write("policy.yaml", policy);
  return load_bundle(folder.path());
}

/// What a record determines. Throws LoadError.
inline Reconstruction reconstruct_record(const Bundle& bundle,
                                         const ReconstructOptions& options = {}) {
  Diagnostics diagnostics;
  Reconstruction out = reconstruct(bundle, options, diagnostics);
  if (diagnostics.has_errors())
    throw LoadError(std::move(diagnostics));
  return out;
}

/// "advances or held", or "necessarily cut".
inline std::string prospect(const Reconstruction& r, std::size_t entrant) {
  std::string out;
  for (const OutcomeProspect& p : r.prospects[entrant]) {
    if (p.modality == OutcomeProspect::Modality::impossible)
      continue;
    out += out.empty() ? "" : " or ";
    out += p.modality == OutcomeProspect::Modality::necessary ? "necessarily " : "";
    out += to_string(p.outcome);
  }
  return out;
}

} // namespace libeval::test
