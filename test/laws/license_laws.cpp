// SPDX-License-Identifier: Apache-2.0
#include <libeval/domain/license.hpp>

#include "support/catch.hpp"

#include <rapidcheck.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

using namespace libeval;

namespace {

// A formula as a plain tree, evaluated and written by recursion: what the library must agree with.
struct Formula {
  enum class Kind { license, all, any } kind = Kind::license;
  std::string license;
  std::vector<Formula> operands;
};

Formula any_formula(int depth) {
  static const std::vector<std::string> names = {"MIT",
                                                 "ISC",
                                                 "0BSD",
                                                 "GPL-2.0",
                                                 "GPL-2.0-or-later WITH Bison-exception-2.2",
                                                 "LicenseRef-a",
                                                 "GPL-2.0+",
                                                 "EPL-1.0+",
                                                 "(NONE)"};
  if (depth == 0 || *rc::gen::inRange(0, 3) == 0)
    return {Formula::Kind::license, *rc::gen::elementOf(names), {}};
  Formula out{*rc::gen::element(Formula::Kind::all, Formula::Kind::any), {}, {}};
  const int count = *rc::gen::inRange(2, 5);
  for (int i = 0; i < count; ++i)
    out.operands.push_back(any_formula(depth - 1));
  return out;
}

std::string write(const Formula& f, bool inside) {
  if (f.kind == Formula::Kind::license)
    return f.license;
  std::string out;
  for (const Formula& operand : f.operands)
    out += (out.empty()                    ? ""
            : f.kind == Formula::Kind::all ? " AND "
                                           : " OR ") +
           write(operand, true);
  return inside ? "(" + out + ")" : out;
}

Truth truth_of(const std::string& license, const std::vector<Truth>& values) {
  std::size_t sum = 0;
  for (const char c : license)
    if (c != '(' && c != ')')
      sum += static_cast<unsigned char>(c);
  return values[sum % values.size()];
}

Truth evaluate(const Formula& f, const std::vector<Truth>& values) {
  if (f.kind == Formula::Kind::license)
    return truth_of(f.license, values);
  Truth out = f.kind == Formula::Kind::all ? Truth::yes : Truth::no;
  for (const Formula& operand : f.operands)
    out = f.kind == Formula::Kind::all ? out && evaluate(operand, values)
                                       : out || evaluate(operand, values);
  return out;
}

// The same with operands in another order, some of them twice, and some in a group of their own.
Formula shuffled(Formula f) {
  for (Formula& operand : f.operands)
    operand = shuffled(std::move(operand));
  if (f.kind == Formula::Kind::license)
    return f;
  if (*rc::gen::arbitrary<bool>())
    f.operands.push_back(f.operands[*rc::gen::inRange<std::size_t>(0, f.operands.size())]);
  for (std::size_t i = f.operands.size() - 1; i > 0; --i)
    std::swap(f.operands[i], f.operands[*rc::gen::inRange<std::size_t>(0, i + 1)]);
  if (f.operands.size() > 2 && *rc::gen::arbitrary<bool>()) {
    Formula group{f.kind, {}, {f.operands.begin() + 1, f.operands.end()}};
    f.operands.erase(f.operands.begin() + 1, f.operands.end());
    f.operands.push_back(std::move(group));
  }
  return f;
}

LicenseExpression read(const std::string& text) {
  Diagnostics problems;
  auto out = parse_license(text, LicenseGrammar::spdx_3_1, {}, problems);
  RC_ASSERT(out.has_value());
  return *out;
}

std::vector<Truth> truths(const LicenseExpression& e, const std::vector<Truth>& values) {
  std::vector<Truth> out;
  for (const License& license : e.licenses)
    out.push_back(truth_of(to_string(license), values));
  return out;
}

std::vector<Truth> any_values() {
  return *rc::gen::container<std::vector<Truth>>(
      5, rc::gen::element(Truth::no, Truth::unknown, Truth::yes));
}

} // namespace

TEST_CASE("laws: a license expression reads back as it was printed") {
  CHECK(rc::check("parse of print is the expression", [] {
    const LicenseExpression e = read(write(any_formula(4), false));
    RC_ASSERT(read(to_string(e)) == e);
  }));
}

TEST_CASE("laws: a license expression is evaluated as the formula it says") {
  CHECK(rc::check("same as by recursion", [] {
    const Formula f = any_formula(4);
    const auto values = any_values();
    const LicenseExpression e = read(write(f, false));
    RC_ASSERT(read_license(e, truths(e, values)).truth == evaluate(f, values));
  }));
}

TEST_CASE("laws: order and duplicates do not change what a license expression says") {
  CHECK(rc::check("one canonical form, one reading", [] {
    const Formula f = any_formula(3);
    const LicenseExpression a = read(write(f, false));
    const LicenseExpression b = read(write(shuffled(f), false));
    const LicenseExpression one = canonical(a);
    RC_ASSERT(to_string(one) == to_string(canonical(b)));
    const auto values = any_values();
    RC_ASSERT(read_license(a, truths(a, values)).truth == read_license(b, truths(b, values)).truth);
  }));
}

TEST_CASE("laws: canonical of canonical is the same, and no license gets lost") {
  CHECK(rc::check("idempotent, every license kept", [] {
    const LicenseExpression e = read(write(any_formula(4), false));
    const LicenseExpression one = canonical(e);
    RC_ASSERT(to_string(canonical(one)) == to_string(one));
    for (const License& license : e.licenses)
      RC_ASSERT(std::ranges::any_of(one.licenses, [&](const License& kept) {
        return kept == canonical(one_license(license)).licenses[0];
      }));
  }));
}

TEST_CASE("laws: what decides a reading is enough for it") {
  CHECK(rc::check("the others may be anything", [] {
    const LicenseExpression e = read(write(any_formula(3), false));
    auto values = truths(e, any_values());
    const LicenseReading reading = read_license(e, values);
    RC_ASSERT(!reading.because.empty());
    for (const std::size_t i : reading.because)
      RC_ASSERT(values[i] == reading.truth);
    if (reading.truth == Truth::unknown)
      return;
    for (std::size_t i = 0; i < values.size(); ++i)
      if (std::ranges::find(reading.because, i) == reading.because.end())
        values[i] = *rc::gen::element(Truth::no, Truth::unknown, Truth::yes);
    RC_ASSERT(read_license(e, values).truth == reading.truth);
  }));
}
