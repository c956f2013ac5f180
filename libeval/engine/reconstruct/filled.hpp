// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/compile/context.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <utility>
#include <vector>

namespace libeval {

class Compiler;

/// The lowest and highest mark of a table.
using Scale = std::pair<double, double>;

/// A bundle with numbers where nothing was published, compiled as any other. Candidates named by
/// `high` have the upper end of each table's scale (1 where `scales` has none), others the lower.
class Filled {
public:
  Filled(const Context& context, const std::map<std::size_t, Scale>& scales,
         const std::vector<bool>& high, Diagnostics& diagnostics);
  ~Filled();
  Filled(const Filled&) = delete;
  Filled& operator=(const Filled&) = delete;

  [[nodiscard]] const Compiler& compiled() const { return *compiler_; }

private:
  Bundle bundle_;
  Names names_;
  Context context_;
  std::unique_ptr<Compiler> compiler_;
};

/// A copy of the bundle whose unpublished tables hold numbers: those of candidate c at the `c`-th
/// of `high` (true: the upper end of the table's range, or 1), see `Table`. Tables of statements
/// stay.
[[nodiscard]] Bundle filled(const Bundle& bundle, const std::vector<bool>& high);

} // namespace libeval
