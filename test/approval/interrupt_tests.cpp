// SPDX-License-Identifier: Apache-2.0
// A simulation that is interrupted ends with what it reached; progress is for terminals.
#include "support/catch.hpp"
#include "support/run.hpp"

#include <filesystem>
#include <string>
#include <vector>

using namespace libeval::test;

namespace {

const std::filesystem::path examples = std::filesystem::path(LIBEVAL_SOURCE_DIR) / "examples";

Ran interrupted(std::vector<std::string> more) {
  std::vector<std::string> command = {"simulate", "close-call", "--samples", "4000000000000"};
  command.insert(command.end(), more.begin(), more.end());
  return run_libeval_on_terminal(command, examples, {"TERM=dumb"}, " samples");
}

} // namespace

TEST_CASE("an interrupted simulation says what it reached") {
  for (const std::vector<std::string>& more :
       {std::vector<std::string>{}, std::vector<std::string>{"--threads", "2"}}) {
    const Ran ran = interrupted(more);
    CHECK(ran.code == 0);
    CHECK_THAT(ran.output, contains("interrupted (4,000,000,000,000 asked for)"));
    CHECK_THAT(ran.output, contains("Aurora"));
  }
  CHECK_THAT(interrupted({"--json"}).output, contains("\"interrupted\": true"));
}

TEST_CASE("an interrupted shard cannot be merged") {
  const Ran ran = interrupted({"--shard", "1/2"});
  CHECK(ran.code == 0);
  CHECK_THAT(ran.output, contains("\"interrupted\":true"));
}

TEST_CASE("progress is shown on a terminal alone") {
  const Ran piped = run_libeval({"simulate", "close-call", "--samples", "200"}, examples);
  CHECK(piped.code == 0);
  CHECK(piped.output.find('\r') == std::string::npos);
  CHECK(piped.output.find(" of 200 samples") == std::string::npos);
}
