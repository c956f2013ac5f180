// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <libeval/base/share.hpp>

#include <regex>
#include <string>

using namespace libeval;

TEST_CASE("shares: percentages and fractions as people write them") {
  CHECK(parse_share("60%")->of(40) == 24);
  CHECK(parse_share("12.5%")->of(8) == 1);
  CHECK(parse_share("2/3")->of(114) == 76);
  CHECK(parse_share("0/5")->of(10) == 0);
  for (const char* text : {"60%", "12.5%", "2/3", "1.5/2", "140%", "60/100"})
    CHECK(format_share(*parse_share(text)) == text);
  CHECK(format_share({0.29}) == "0.29");
}

TEST_CASE("shares: what is none, and the pattern of the schema says the same") {
  const std::regex pattern{std::string(share_pattern)};
  for (const char* text : {"", "%", "/", "1/0", "2 of 3", "60 %", "-5%", "1/-2", "1/2/3", "60%%",
                           ".5%", "5.%", "1e2%", "1/2.5", "1/03", "half", "60", "0.6"}) {
    INFO(text);
    CHECK_FALSE(parse_share(text));
    CHECK_FALSE(std::regex_match(text, pattern));
  }
  for (const char* text : {"60%", "12.5%", "2/3", "0/1", "100/30"}) {
    INFO(text);
    CHECK(parse_share(text));
    CHECK(std::regex_match(text, pattern));
  }
  CHECK_FALSE(parse_share(std::string(400, '9') + "%")); // beyond any double
}
