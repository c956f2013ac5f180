// SPDX-License-Identifier: Apache-2.0
#include "io/unlikely.hpp"

#include "io/visit.hpp"

#include <libeval/base/decimal.hpp>
#include <libeval/base/text.hpp>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace libeval {
namespace {

class Unlikely {
public:
  Unlikely(const Program& program, Diagnostics& diagnostics)
      : program_(program), diagnostics_(diagnostics) {}

  void see(std::string_view shape, const Tree& map) {
    if (shape == "stage") {
      twice(map.find("entrants"), "the entrants");
      if (const Tree* select = map.find("select"))
        selection(*select);
    } else if (shape == "entrants") {
      for (const char* key :
           {"open", "except", "advanced_from", "cut_from", "reserve_of", "entrants_of"})
        twice(map.find(key), std::string("`") + key + "`");
    } else if (shape == "select.order") {
      twice(map.find("keys"), "the keys of the order");
    } else if (shape == "node" || shape == "score") {
      rounding(map.find("round"));
    }
  }

  /// Attributes are free, so that nobody else says that one is misspelt.
  void candidates(const Tree& written) {
    if (!written.is_map())
      return;
    const bool named = std::ranges::any_of(
        written.map(), [](const Entry& one) { return one.value.find("name") != nullptr; });
    for (const Entry& one : written.map())
      for (const Entry& attribute : one.value.is_map() ? one.value.map() : Tree::Map{})
        if (one.value.find("name") == nullptr && is_nearly_name(attribute.key, named))
          diagnostics_.warning(attribute.key_where,
                               in_backticks(attribute.key) + " is an attribute, and `" + one.key +
                                   "` has no `name`",
                               "did you mean `name`?");
  }

private:
  /// Letters in another order, or where others have a name, nearly the same ones.
  static bool is_nearly_name(const std::string& word, bool named) {
    std::string letters = word;
    std::ranges::transform(letters, letters.begin(), [](unsigned char c) {
      return static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    });
    std::ranges::sort(letters);
    const std::vector<std::string> name = {"name"};
    return letters == "aemn" ||
           (named && word.find_first_of("nN") == 0 && did_you_mean(word, name));
  }

  void twice(const Tree* list, const std::string& where) {
    if (list == nullptr || !list->is_list())
      return;
    std::set<std::string> seen;
    for (const Tree& item : list->list())
      if (const auto name = item.scalar(); name && !seen.insert(*name).second)
        diagnostics_.warning(item.where, in_backticks(*name) + " stands twice among " + where,
                             "the second says nothing; delete it, or write what was meant");
  }

  void selection(const Tree& steps) {
    const auto word = [](const Tree& step) -> const Entry& { return step.map().front(); };
    const auto& list = steps.list();
    const auto takes = [&](const Tree& step) {
      const std::string& key = word(step).key;
      return key == "take" || key == "grant" || key == "duel" || key == "eliminate" ||
             key == "assign" || key == "reserve";
    };
    const auto by_order = [](const Tree& take) {
      const auto has = [&](const char* key) { return take.find(key) != nullptr; };
      const bool bound = has("at_least") || has("above") || has("at_most") || has("below");
      return !has("by") && !has("bands") &&
             (!bound || has("first") || has("share") || has("until"));
    };
    const auto last =
        std::find_if(list.rbegin(), list.rend(), [&](const Tree& s) { return takes(s); }).base();
    const auto first_take = std::ranges::find_if(
        list, [&](const Tree& s) { return takes(s) && word(s).key != "reserve"; });
    bool taken = false, ordered = false;
    std::string pools;
    for (auto step = list.begin(); step != list.end(); ++step) {
      const Entry& what = word(*step);
      if (what.key == "quota" && step >= last && last != list.begin())
        diagnostics_.warning(what.key_where, "`quota` stands behind the last step that takes",
                             "it limits the steps behind it: write it before `take`");
      if (what.key == "order" && taken && !ordered && step >= last)
        diagnostics_.warning(what.key_where, "`take` before this `order` has taken by the total",
                             "write `order` first, or say `by` in that `take`");
      if (what.key == "order" && step + 1 != list.end() && word(step[1]).key == "order")
        diagnostics_.warning(what.key_where, "this `order` says nothing, another one follows",
                             "delete it, or write its keys into the next one");
      if (what.key == "reserve" && step < first_take && first_take != list.end())
        diagnostics_.warning(what.key_where, "`reserve` stands before the first step that takes",
                             "who is in reserve is taken by no step behind it: write it last");
      ordered = ordered || what.key == "order";
      taken = taken || (what.key == "take" && by_order(what.value));
      if (what.key == "group")
        pools =
            what.value.find("by") == nullptr ? "" : what.value.find("by")->scalar().value_or("");
      if (what.key == "regroup")
        pools.clear();
      if (what.key == "take")
        if (const Tree* first = what.value.find("first"); first != nullptr && first->is_map())
          members(*first, pools);
    }
  }

  /// Pools are made of an attribute.
  void members(const Tree& first, const std::string& attribute) {
    if (attribute.empty())
      return;
    std::vector<std::string> known;
    for (const Candidate& candidate : program_.candidates)
      if (const std::string* value = candidate.attribute(attribute))
        if (std::ranges::find(known, *value) == known.end())
          known.push_back(*value);
    if (known.empty())
      return; // told of the group
    for (const Entry& pool : first.map())
      if (std::ranges::find(known, pool.key) == known.end()) {
        const auto near = did_you_mean(pool.key, known);
        diagnostics_.warning(pool.key_where,
                             "no candidate has the `" + attribute + "` " + in_backticks(pool.key) +
                                 ", so that nobody is in that pool",
                             near ? "did you mean " + in_backticks(*near) + "?" : "");
      }
  }

  /// As the step: a whole number looks like so many decimals.
  void rounding(const Tree* to) {
    if (to == nullptr || !to->is_number() || to->number() < 2 || to->number() >= 10 ||
        std::floor(to->number()) != to->number())
      return;
    const std::string n = format_decimal(to->number());
    diagnostics_.warning(to->where,
                         "`round: " + n + "` gives multiples of " + n + ", not " + n + " decimals",
                         "`round: {digits: " + n + "}` gives decimals; `round: {to: " + n +
                             "}` says that multiples are meant");
  }

  const Program& program_;
  Diagnostics& diagnostics_;
};

} // namespace

void check_unlikely(const Tree& rules, const Program& program, Diagnostics& diagnostics) {
  Unlikely check(program, diagnostics);
  visit(rules, type::object("program"),
        [&](std::string_view shape, const Tree& map) { check.see(shape, map); });
  if (const Tree* candidates = rules.find("candidates"))
    check.candidates(*candidates);
}

} // namespace libeval
