// SPDX-License-Identifier: Apache-2.0
#include <libeval/base/date.hpp>
#include <libeval/base/decimal.hpp>
#include <libeval/base/text.hpp>

#include "support/catch.hpp"

#include <cmath>
#include <cstdlib>
#include <limits>
#include <string>
#include <vector>

using namespace libeval;
using libeval::test::contains;

TEST_CASE("text: ill-formed UTF-8 is found where it begins") {
  CHECK_FALSE(find_invalid_utf8(""));
  CHECK_FALSE(find_invalid_utf8("plain ascii of some length"));
  CHECK_FALSE(find_invalid_utf8("\xED\x95\x9C\xEA\xB8\x80 \xF0\x9F\x98\x80"));
  CHECK(find_invalid_utf8("ab\xFF") == 2);
  CHECK(find_invalid_utf8("12345678\xC3") == 8);     // cut off
  CHECK(find_invalid_utf8("a\xC0\xAF") == 1);        // overlong
  CHECK(find_invalid_utf8("\xE0\x80\xAF") == 0);     // overlong
  CHECK(find_invalid_utf8("\xED\xA0\x80") == 0);     // surrogate
  CHECK(find_invalid_utf8("\xF4\x90\x80\x80") == 0); // beyond U+10FFFF
  CHECK(find_invalid_utf8("\xF5\x80\x80\x80") == 0);
  CHECK(find_invalid_utf8("\x80") == 0);
  CHECK(find_invalid_utf8("\xED\x95\x9C\xEA\xB8") == 3);
}

TEST_CASE("text: code points and columns") {
  CHECK(code_points("\xED\x95\x9C\xEA\xB8\x80") == 2);
  CHECK(display_width("\xED\x95\x9C\xEA\xB8\x80") == 4); // Hangul syllables
  CHECK(display_width("abc") == 3);
  CHECK(display_width("e\xCC\x81") == 1);                            // e and combining acute
  CHECK(display_width("\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB") == 2); // conjoining Hangul
  CHECK(display_width("\xEF\xBC\xA1") == 2);                         // full-width A
  CHECK(display_width("\xF0\x9F\x98\x80") == 2);                     // emoji
  CHECK(display_width("\xE2\x80\x8B") == 0);                         // zero-width space
  CHECK(pad_right("\xED\x95\x9C", 4) == "\xED\x95\x9C  ");
  CHECK(pad_left("\xED\x95\x9C", 4) == "  \xED\x95\x9C");
  CHECK(pad_left("longer", 3) == "longer");
  CHECK(shorten("\xED\x95\x9C\xEA\xB8\x80\xED\x95\x9C", 2) == "\xED\x95\x9C\xEA\xB8\x80...");
  CHECK(shorten("abc", 3) == "abc");
}

TEST_CASE("text: did you mean") {
  const std::vector<std::string> keys = {"points", "parts", "places", "score", "stages", "steps"};
  CHECK(did_you_mean("poitns", keys) == "points");
  CHECK(did_you_mean("point", keys) == "points");
  CHECK(did_you_mean("Score", keys) == "score");
  CHECK(did_you_mean("scroe", keys) == "score");
  CHECK(did_you_mean("stpes", keys) == "steps");
  CHECK_FALSE(did_you_mean("lineage", keys));
  CHECK_FALSE(did_you_mean("x", keys));
  CHECK_FALSE(did_you_mean("", keys));
  CHECK_FALSE(did_you_mean(std::string(100'000, 'p'), keys));
  const std::vector<std::string> teams = {"team_one", "x"};
  CHECK(did_you_mean("TEAM-ONE", teams) == "team_one");
  CHECK(did_you_mean("X", teams) == "x");
}

TEST_CASE("text: globs") {
  CHECK(glob_match("nia-*", "nia-math"));
  CHECK(glob_match("nia-*", "nia-"));
  CHECK_FALSE(glob_match("nia-*", "nia"));
  CHECK(glob_match("*", ""));
  CHECK(glob_match("a?c", "abc"));
  CHECK(glob_match("?", "\xED\x95\x9C")); // one code point, three bytes
  CHECK_FALSE(glob_match("?", "ab"));
  CHECK(glob_match("*b*b*", "abcb"));
  CHECK(glob_match("4\\*", "4*"));
  CHECK_FALSE(glob_match("4\\*", "4x"));
  CHECK_FALSE(is_glob("4\\*"));
  CHECK(is_glob("4*"));
  CHECK_FALSE(glob_match(std::string(40, '*') + "b", std::string(5000, 'a')));
}

TEST_CASE("text: output is safe for a terminal") {
  CHECK(escape_control("a\x1b[31mb") == "a\\x1b[31mb");
  CHECK(escape_control("a\nb\tc\r") == "a\\nb\\tc\\r");
  CHECK(escape_control("\xE2\x80\xAE"
                       "abc") == "\\u202eabc"); // right-to-left override
  CHECK(escape_control("\xC2\x9B"
                       "31m") == "\\u009b31m"); // C1 control
  CHECK(escape_control("\xFF") == "\\xff");
  CHECK(escape_control("\xED\x95\x9C") == "\xED\x95\x9C");
}

TEST_CASE("decimal: what is a number") {
  CHECK(parse_decimal("90.2") == 90.2);
  CHECK(parse_decimal("+5") == 5);
  CHECK(parse_decimal("-0.5") == -0.5);
  CHECK(parse_decimal(".5") == 0.5);
  CHECK(parse_decimal("5.") == 5);
  CHECK(parse_decimal("1e3") == 1000);
  CHECK(parse_decimal("1E+03") == 1000);
  CHECK(parse_decimal("007") == 7);
  CHECK(parse_decimal("3,5", ',') == 3.5);
  CHECK(parse_decimal("4.9e-324") == std::numeric_limits<double>::denorm_min());
  CHECK(parse_decimal("1e-5000") == 0);
  CHECK(parse_decimal("0e99999999999999999999") == 0);
  CHECK(parse_decimal("0." + std::string(400, '0') + "1") == 0);
  CHECK(parse_decimal("0." + std::string(400, '0') + "1e401") == 1);
  CHECK(parse_decimal(std::string(400, '0') + "1") == 1);
  CHECK_FALSE(std::signbit(parse_decimal("-0").value()));
  CHECK_FALSE(std::signbit(parse_decimal("-1e-999").value()));
  for (const std::string wrong :
       {"",       "+",         "-",     ".",   "e5",       "1e",    "1e+",
        "--1",    "+-1",       "1.2.3", "1,5", "0x10",     "1_0",   " 1",
        "1 ",     "1a",        "inf",   "nan", "Infinity", "1e999", "1e99999999999999999999",
        "-1e400", "1\xC2\xA0", "٣"}) {
    INFO(wrong);
    CHECK_FALSE(parse_decimal(wrong));
  }
  CHECK_FALSE(parse_decimal(std::string(400, '9')));
  CHECK_FALSE(parse_decimal("3.5", ','));
}

TEST_CASE("decimal: help for what was meant as a number") {
  CHECK_THAT(number_help("1,234"), contains("`1234` without separators"));
  CHECK_THAT(number_help("1,234"), contains("`1.234`")); // or a decimal comma
  CHECK_THAT(number_help("-1,234,567.8"), contains("`-1234567.8`"));
  CHECK_THAT(number_help("1.234.567,8"), contains("`1234567.8`"));
  CHECK_THAT(number_help("1.000,5"), contains("`1000.5`"));
  CHECK_THAT(number_help("1 234"), contains("`1234`"));
  CHECK_THAT(number_help("1\xC2\xA0"
                         "234"),
             contains("`1234`"));
  CHECK_THAT(number_help("12'345.6"), contains("`12345.6`"));
  CHECK_THAT(number_help("1_000"), contains("`1000`"));
  CHECK_THAT(number_help("3,5"), contains("`3.5`"));
  CHECK_THAT(number_help("-3,5"), contains("`-3.5`"));
  CHECK_THAT(number_help("3.5", ','), contains("`3,5`"));
  CHECK_THAT(number_help("1.234,5", ','), contains("`1234,5`"));
  CHECK_THAT(number_help("1e999"), contains("too large"));
  CHECK_THAT(number_help("0x1F"), contains("base ten"));
  CHECK_THAT(number_help("NaN"), contains("finite"));
  CHECK_THAT(number_help("-.inf"), contains("finite"));
  CHECK_THAT(number_help("85 %"), contains("`85`"));
  CHECK_THAT(number_help("\xE2\x88\x92"
                         "3"),
             contains("`-3`"));
  for (const std::string text :
       {"", "sat", "A+", "1st", "4*", "3-0", "2026-01-15", "1/2", "1:02", "v1.2.3", "1.2.3", "-",
        "--", "...", "7a", "1.5", "x,y", ",", "%"}) {
    INFO(text);
    CHECK(number_help(text).empty());
  }
}

TEST_CASE("decimal: numbers are written without noise") {
  CHECK(format_decimal(90.2) == "90.2");
  CHECK(format_decimal(33.6 + 31.6 + 25.0, 1) == "90.2");
  CHECK(format_decimal(100) == "100");
  CHECK(format_decimal(0.1 + 0.2) == "0.30000000000000004");
  CHECK(format_decimal(0.1 + 0.2, 6) == "0.3");
  CHECK(format_decimal(2.675, 2) == "2.68");
  CHECK(format_decimal(-2.675, 2) == "-2.68");
  CHECK(format_decimal(9.996, 2) == "10");
  CHECK(format_decimal(0.004, 2) == "0");
  CHECK(format_decimal(0.005, 2) == "0.01");
  CHECK(format_decimal(-0.004, 2) == "0");
  CHECK(format_decimal(-0.0) == "0");
  CHECK(format_decimal(0.5, 0) == "1");
  CHECK(format_decimal(0.4, 0) == "0");
  CHECK(format_decimal(1e20) == "100000000000000000000");
  CHECK(format_decimal(1.5e300) == "1.5e300");
  CHECK(format_decimal(1e-6) == "0.000001");
  CHECK(format_decimal(1.25e-7) == "1.25e-7");
  CHECK(format_decimal(1e-300, 3) == "0");
  CHECK(format_decimal(123456.789, 1) == "123456.8");
  CHECK_THROWS_AS(format_decimal(std::nan("")), std::invalid_argument);
}

TEST_CASE("date: a day is one of the calendar") {
  CHECK(is_date("2026-02-28"));
  CHECK(is_date("2024-02-29"));
  CHECK_FALSE(is_date("2026-02-29"));
  CHECK_FALSE(is_date("1900-02-29"));
  CHECK_FALSE(is_date("2026-13-01"));
  CHECK_FALSE(is_date("2026-00-10"));
  CHECK_FALSE(is_date("2026-1-1"));
  CHECK_FALSE(is_date("2026-01-01x"));
  CHECK_FALSE(is_date("2026-01-011"));
  CHECK_FALSE(is_date(""));
}

TEST_CASE("date: days are counted from 1970 and times are parts of a day") {
  CHECK(parse_days("1970-01-01") == 0.0);
  CHECK(parse_days("1969-12-31") == -1.0);
  CHECK(parse_days("2000-03-01") == 11017.0);
  CHECK(parse_days("1970-01-02 12:00") == 1.5);
  CHECK(parse_days("1970-01-02T06:00:00Z") == 1.25);
  CHECK(*parse_days("1970-01-01 00:00:01.5") * 86400 == 1.5);
  for (const char* text :
       {"2026-02-30", "2026-01-01 24:00", "2026-01-01 10:60", "2026-01-01 10:00:61",
        "2026-01-01 10", "2026-01-01 10:00:", "2026-01-01 10:00 KST", "2026-01-01-10:00",
        "2026-01-01T", "2026-01-01 10:00:00.0e3"})
    CHECK_FALSE(parse_days(text));
}
