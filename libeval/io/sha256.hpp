// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/domain/policy.hpp>
#include <libeval/io/files.hpp>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace libeval {

/// SHA-256 over what is added, in order.
class Sha256 {
public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void add(std::string_view bytes);
  /// The bytes of a file; what cannot be opened goes to `diagnostics` and adds nothing.
  void add_file(const Folder& folder, const std::string& path, Diagnostics& diagnostics);
  /// In lower-case hexadecimal digits; nothing may be added afterwards. Empty where the machine can
  /// make no digests.
  [[nodiscard]] std::string hex();

private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The folder of a bundle, which may be named by its program.
[[nodiscard]] std::filesystem::path folder_of(const std::filesystem::path& bundle);

/// The files that a policy was read from, itself first.
[[nodiscard]] std::vector<std::string> files_of(const PolicyFile& policy);

} // namespace libeval
