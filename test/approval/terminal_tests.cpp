// SPDX-License-Identifier: Apache-2.0
// Colors come where a terminal wants them, and nowhere else.
#include "support/catch.hpp"
#include "support/run.hpp"

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

using namespace libeval::test;
namespace fs = std::filesystem;

namespace {

const fs::path approvals = fs::path(LIBEVAL_TEST_DIR) / "approval";
const std::vector<std::vector<std::string>> commands = {
    {"check", "key-misspelt/bundle"}, {"decide", "show-tie/bundle"}, {"why", "show-tie/bundle"}};

bool colored(const Ran& ran) {
  return ran.output.find('\x1b') != std::string::npos;
}

} // namespace

TEST_CASE("a terminal gets colors") {
  for (const auto& command : {commands[0], commands[1]}) {
    INFO(command[0]);
    CHECK(colored(run_libeval_on_terminal(command, approvals, {"TERM=xterm", "NO_COLOR="})));
  }
}

TEST_CASE("NO_COLOR and a dumb terminal get the same text without escape codes") {
  for (const auto& command : commands)
    for (const std::vector<std::string>& environment :
         {std::vector<std::string>{"TERM=xterm", "NO_COLOR=1"},
          std::vector<std::string>{"TERM=dumb", "NO_COLOR="}}) {
      INFO(command[0] << " " << environment[0]);
      Ran on_terminal = run_libeval_on_terminal(command, approvals, environment);
      CHECK_FALSE(colored(on_terminal));
      std::erase(on_terminal.output, '\r');
      const Ran piped = run_libeval(command, approvals);
      CHECK((on_terminal.output == piped.output));
      CHECK(on_terminal.code == piped.code);
    }
}

TEST_CASE("a pipe gets no escape codes, whatever the environment says of the terminal") {
  for (const auto& command : commands)
    CHECK_FALSE(colored(run_libeval(command, approvals)));
}
