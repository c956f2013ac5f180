// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace libeval::test {

/// What a command wrote (standard output and error together, in order) and how it ended.
struct Ran {
  std::string output;
  int code = -1; ///< 128 + signal, as shells say it
};

/// Runs the command `libeval` with these arguments in `folder`, without a terminal.
[[nodiscard]] Ran run_libeval(const std::vector<std::string>& arguments,
                              const std::filesystem::path& folder);
/// The same on a terminal of its own, with `NAME=VALUE` in its environment. Lines end in \r\n. Once
/// it has written `interrupt_at` (if that is not empty) it is interrupted as by Ctrl-C.
[[nodiscard]] Ran run_libeval_on_terminal(const std::vector<std::string>& arguments,
                                          const std::filesystem::path& folder,
                                          const std::vector<std::string>& environment,
                                          const std::string& interrupt_at = {});

/// Splits a command line at blanks; texts in double quotes stay whole.
[[nodiscard]] std::vector<std::string> split_words(const std::string& line);

/// The whole of a file; empty if there is none.
[[nodiscard]] std::string read_file(const std::filesystem::path& path);

/// The first line in which two texts differ, for messages.
[[nodiscard]] std::string first_difference(const std::string& expected, const std::string& got);

} // namespace libeval::test
