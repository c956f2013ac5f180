// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <libeval/kernel/written.hpp>

#include <cmath>
#include <random>

using namespace libeval::kernel;

TEST_CASE("a double made of a fraction stands for the fraction", "[kernel]") {
  for (const auto& [over, under] : {std::pair{2.0, 3.0},
                                    {-1.0, 3.0},
                                    {1.0, 7.0},
                                    {5.0, 9.0},
                                    {355.0, 113.0},
                                    {1.0, 366.0},
                                    {27053.0, 65521.0},
                                    {1000.0, 999.0},
                                    {100.0, 3.0}}) {
    INFO(over << "/" << under);
    const auto found = written_ratio(over / under);
    REQUIRE(found);
    CHECK(found->over == over);
    CHECK(found->under == under);
    CHECK(abs(from_written(over / under) * Exact(under) - Exact(over)) < Exact(1e-28));
  }
}

TEST_CASE("what people write as a decimal stays that decimal", "[kernel]") {
  for (const double x :
       {0.0, 1.0, -0.5, 0.1, 0.3333, 0.666666666666667, 12345.678, 1e-9, 1e300, 5e-324, 0.1 + 0.2,
        3.141592653589793, 9007199254740993.0, 123456789012345678.0}) {
    INFO(x);
    CHECK_FALSE(written_ratio(x));
    CHECK(from_written(x) == from_decimal(x));
  }
  CHECK_FALSE(written_ratio(INFINITY));
  CHECK_FALSE(written_ratio(NAN));
  // Where doubles are far apart, a fraction would be as near by chance.
  CHECK_FALSE(written_ratio(123456789.0 + 1.0 / 367));
}

TEST_CASE("every fraction of small numbers is found, and few doubles that are none", "[kernel]") {
  for (int under = 1; under <= 120; ++under)
    for (int over = 1; over <= 240; ++over) {
      const Exact exact = Exact(over) / Exact(under);
      CHECK(abs(from_written(double(over) / under) - exact) <= Exact(1e-31) * exact);
    }
  std::mt19937_64 random(23);
  std::uniform_real_distribution<double> between(0, 10);
  int found = 0;
  for (int i = 0; i < 20000; ++i)
    found += written_ratio(between(random)) ? 1 : 0;
  CHECK(found == 0);
}
