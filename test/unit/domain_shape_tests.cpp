// SPDX-License-Identifier: Apache-2.0
// Each kind of type: what it takes, and what it says to what it does not take.
#include "support/catch.hpp"

#include <libeval/domain/shape.hpp>
#include <libeval/io/parse.hpp>

#include <string>

using namespace libeval;
using namespace libeval::type;

namespace {

const Shapes& shapes() {
  static const Shapes all = [] {
    Shapes s;
    s["point"] = {"a point", {{"x", number(), true, "how far right"}, {"y", number(), false, ""}}};
    s["named"] = {"a name", {{"label", text(), true, ""}, {"x", number(), false, ""}}};
    s["step"] = {"a step", {{"up", number(), false, ""}, {"down", number(), false, ""}}, true};
    s["free"] = {"attributes", {{"name", text(), false, ""}}, false, true};
    s["choose"] = {
        "a choice",
        {{"a", number(), false, ""}, {"b", number(), false, ""}, {"c", number(), false, ""}},
        false,
        false,
        {{"a", "b"}},
        {{"b", "c"}}};
    return s;
  }();
  return all;
}

/// What is said of a value; nothing if it fits. `line:column message (help)`, a line each.
std::string said(const std::string& yaml, const Type& type) {
  Diagnostics diagnostics;
  const Tree tree = parse_text(yaml, "t.yaml", diagnostics);
  REQUIRE_FALSE(diagnostics.has_errors());
  const bool fits = validate(tree, type, shapes(), diagnostics);
  CHECK(fits == !diagnostics.has_errors());
  std::string out;
  for (const Diagnostic& d : diagnostics.all())
    out += (out.empty() ? "" : "\n") + std::to_string(d.where.line) + ":" +
           std::to_string(d.where.column) + " " + d.message +
           (d.help.empty() ? "" : " (" + d.help + ")");
  return out;
}

} // namespace

TEST_CASE("scalars say what was expected and what stands there") {
  CHECK(said("true", flag()).empty());
  CHECK(said("1", flag()) == "1:1 expected `true` or `false`, got `1`");
  CHECK(said("1.50", number()).empty());
  CHECK(said("'1.5'", number()) == "1:1 expected a number, got `1.5` (numbers are written without "
                                   "quotes, with a decimal point)");
  CHECK(said("[1, 2]", number()) == "1:1 expected a number, got a list of 2");
  CHECK(said("{a: 1}", number()) == "1:1 expected a number, got a map with the key `a`");
  CHECK(said("{a: 1, b: 2}", number()) == "1:1 expected a number, got a map");
  CHECK(said("~", text()) ==
        "1:1 expected a text, got nothing (write what it is, or delete the key; inside `{}` a "
        "comma ends a text that is not quoted)");
  CHECK(said("''", text()) == "1:1 expected a text, got an empty one");
  for (const char* any : {"1", "word", "true"})
    CHECK(said(any, scalar()).empty());
  CHECK(said("[]", scalar()) == "1:1 expected a text or a number, got a list of 0");
}

TEST_CASE("numbers keep to their bounds, and the bound itself counts or not") {
  CHECK(said("0", number(0, 1)).empty());
  CHECK(said("1", number(0, 1)).empty());
  CHECK(said("1.01", number(0, 1)) == "1:1 expected a number from 0 to 1, got `1.01`");
  CHECK(said("0", above(0)) == "1:1 expected a number above 0, got `0`");
  CHECK(said("1e-300", above(0)).empty());
  CHECK(said("2.5", integer()) == "1:1 expected a whole number, got `2.5`");
  CHECK(said("-1", integer()) == "1:1 expected a whole number, at least 0, got `-1`");
  CHECK(said("8", integer(1, 7)) == "1:1 expected a whole number from 1 to 7, got `8`");
  CHECK(said("2", integer(1, 1)) == "1:1 expected the number 1, got `2`");
}

TEST_CASE("dates are days that exist") {
  for (const char* day : {"2024-02-29", "2000-02-29", "2026-12-31", "0001-01-01"})
    CHECK(said(day, date()).empty());
  const auto refused = [](const std::string& day, const std::string& help) {
    return said(day, date()) == "1:1 expected a date, got `" + day + "` (" + help + ")";
  };
  for (const char* day :
       {"2023-02-29", "1900-02-29", "2026-13-01", "2026-00-10", "2026-04-31", "2026-01-00"})
    CHECK(refused(day, "there is no such day"));
  for (const char* day : {"2026-1-01", "26-01-2026", "2026/01/01"})
    CHECK(refused(day, "write dates as YYYY-MM-DD"));
}

TEST_CASE("a choice offers what was probably meant") {
  const Type mode = choice({"half_up", "half_down", "up"});
  CHECK(said("half_up", mode).empty());
  CHECK(said("half-up", mode) ==
        "1:1 expected `half_up`, `half_down` or `up`, got `half-up` (did you mean `half_up`?)");
  CHECK(said("sideways", mode) == "1:1 expected `half_up`, `half_down` or `up`, got `sideways`");
}

TEST_CASE("lists and tuples look at every item") {
  CHECK(said("[1, 2]", list(number())).empty());
  CHECK(said("[]", list(number())).empty());
  CHECK(said("[]", list(number(), 1)) == "1:1 expected at least 1 item, got 0");
  CHECK(said("[1]", list(number(), 2)) == "1:1 expected at least 2 items, got 1");
  CHECK(said("[1, x, y]", list(number())) ==
        "1:5 expected a number, got `x` (numbers are written without quotes, with a decimal "
        "point)\n1:8 expected a number, got `y` (numbers are written without quotes, with a "
        "decimal point)");
  CHECK(said("[1, 2, 3]", tuple({number(), number()})) ==
        "1:1 expected a list of 2, got a list of 3");
  CHECK(said("[1, true]", tuple({number(), number()})) == "1:5 expected a number, got `true`");
  CHECK(said("{a: 1, b: x}", dictionary(flag())) ==
        "1:5 expected `true` or `false`, got `1`\n1:11 expected `true` or `false`, got `x`");
}

TEST_CASE("a map says which key is unknown, which is missing and which is one too many") {
  CHECK(said("{x: 1, y: 2}", object("point")).empty());
  CHECK(said("{y: 1}", object("point")) == "1:1 a point needs the key `x` (how far right)");
  CHECK(said("{x: 1, z: 2}", object("point")) ==
        "1:8 unknown key `z` in a point (known here: x or y)");
  CHECK(
      said("{up: 1, down: 2}", object("step")) ==
      "1:1 a step has exactly one key, this one has 2 (begin each one with its own `-`, and indent "
      "its arguments further)");
  CHECK(said("{}", object("step")).find("exactly one key, this one has 0") != std::string::npos);
  CHECK(said("{name: n, colour: red, size: 4}", object("free")).empty());
  CHECK(said("{name: n, colour: [red]}", object("free")) ==
        "1:19 expected a text or a number, got a list of 1");
}

TEST_CASE("groups of keys: at most one, exactly one") {
  CHECK(said("{a: 1, c: 2}", object("choose")).empty());
  CHECK(said("{b: 1}", object("choose")).empty());
  CHECK(said("{a: 1, b: 2}", object("choose")) ==
        "1:8 only one of `a` or `b` may stand in a choice (delete `b`, or what stands beside it)");
  CHECK(said("{b: 1, c: 2}", object("choose")) == "1:8 a choice needs exactly one of `b` or `c`");
  CHECK(said("{a: 1}", object("choose")) == "1:1 a choice needs exactly one of `b` or `c`");
}

TEST_CASE("either takes the form that fits, among maps the one that knows most keys") {
  const Type any = either({number(), choice({"none"}), object("point"), object("named")});
  for (const char* good : {"3", "none", "{x: 1}", "{label: here}", "{label: here, x: 1}"}) {
    INFO(good);
    CHECK(said(good, any).empty());
  }
  CHECK(said("nome", any) ==
        "1:1 expected a number, `none`, a point or a name, got `nome` (did you "
        "mean `none`?)");
  CHECK(said("{label: here, y: 1}", any).find("in a point") != std::string::npos);
  CHECK(said("{label: here, x: oops}", any).find("1:18 expected a number") == 0);
  CHECK(in_words(any, shapes()) == "a number, `none`, a point or a name");
  CHECK(in_words(either({number(), number()}), shapes()) == "a number");
}

TEST_CASE("all problems of a value are said at once, in its order") {
  CHECK(
      said("{x: a, q: 1, y: b}", object("point")) ==
      "1:5 expected a number, got `a` (numbers are written without quotes, with a decimal point)\n"
      "1:8 unknown key `q` in a point (known here: x or y)\n"
      "1:17 expected a number, got `b` (numbers are written without quotes, with a decimal point)");
}
