// SPDX-License-Identifier: Apache-2.0
// The table of steps. A new step gets its function in the file of its family (lower_*.cpp), its
// line here, and its line in domain/language_steps.cpp.
#include "engine/compile/lowering.hpp"
#include "engine/compile/round_mode.hpp"

#include <libeval/base/decimal.hpp>
#include <libeval/base/text.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>

namespace libeval {

namespace {

using Lower = void (*)(Lowering&);

const std::map<std::string, Lower, std::less<>>& table() {
  using B = op::Binary::Kind;
  using U = op::Unary::Kind;
  using M = op::Model::Kind;
  using V = op::Votes::Kind;
  static const std::map<std::string, Lower, std::less<>> lowerings = {
      {"scale", [](Lowering& l) { l.scale(); }},
      {"ratio", [](Lowering& l) { l.ratio(); }},
      {"multiply", [](Lowering& l) { l.arithmetic(B::multiply, "by"); }},
      {"add", [](Lowering& l) { l.arithmetic(B::add, "by"); }},
      {"subtract", [](Lowering& l) { l.arithmetic(B::subtract, "by"); }},
      {"cap", [](Lowering& l) { l.arithmetic(B::min, "at"); }},
      {"floor", [](Lowering& l) { l.arithmetic(B::max, "at"); }},
      {"power", [](Lowering& l) { l.arithmetic(B::power, "of"); }},
      {"replace", [](Lowering& l) { l.replace(); }},
      {"direction", [](Lowering& l) { l.direction(); }},
      {"log", [](Lowering& l) { l.unary(U::log); }},
      {"exp", [](Lowering& l) { l.unary(U::exp); }},
      {"abs", [](Lowering& l) { l.unary(U::abs); }},
      {"normal_cdf", [](Lowering& l) { l.unary(U::normal_cdf); }},
      {"round", [](Lowering& l) { l.round(); }},
      {"lookup", [](Lowering& l) { l.lookup(); }},
      {"compare", [](Lowering& l) { l.compare(); }},
      {"codes", [](Lowering& l) { l.codes(); }},
      {"missing", [](Lowering& l) { l.missing("as"); }},
      {"impute", [](Lowering& l) { l.missing("by"); }},
      {"only", [](Lowering& l) { l.only(); }},
      {"keep", [](Lowering& l) { l.keep_groups(); }},
      {"group", [](Lowering& l) { l.group(); }},
      {"versus", [](Lowering& l) { l.versus(); }},
      {"beside", [](Lowering& l) { l.beside(); }},
      {"pick", [](Lowering& l) { l.pick(); }},
      {"rank", [](Lowering& l) { l.rank(); }},
      {"minmax", [](Lowering& l) { l.minmax(); }},
      {"zscore", [](Lowering& l) { l.zscore(); }},
      {"share", [](Lowering& l) { l.share(); }},
      {"running", [](Lowering& l) { l.running(); }},
      {"winsorize", [](Lowering& l) { l.winsorize(); }},
      {"flag_first", [](Lowering& l) { l.flag_first(); }},
      {"apportion", [](Lowering& l) { l.apportion(); }},
      {"win_rate", [](Lowering& l) { l.win_rate(); }},
      {"sum", [](Lowering& l) { l.reduce(Reducer::sum); }},
      {"product", [](Lowering& l) { l.reduce(Reducer::product); }},
      {"mean", [](Lowering& l) { l.mean(); }},
      {"median", [](Lowering& l) { l.reduce(Reducer::median); }},
      {"quantile", [](Lowering& l) { l.reduce(Reducer::quantile); }},
      {"min", [](Lowering& l) { l.reduce(Reducer::min); }},
      {"max", [](Lowering& l) { l.reduce(Reducer::max); }},
      {"range", [](Lowering& l) { l.reduce(Reducer::range); }},
      {"sd", [](Lowering& l) { l.reduce(Reducer::sd); }},
      {"count", [](Lowering& l) { l.count(); }},
      {"majority", [](Lowering& l) { l.majority(); }},
      {"drop", [](Lowering& l) { l.set_aside(); }},
      {"trim", [](Lowering& l) { l.set_aside(); }},
      {"best", [](Lowering& l) { l.set_aside(); }},
      {"owa", [](Lowering& l) { l.reduce(Reducer::owa); }},
      {"severity", [](Lowering& l) { l.severity(); }},
      {"eigenvector", [](Lowering& l) { l.eigenvector(); }},
      {"critic", [](Lowering& l) { l.critic(); }},
      {"topsis", [](Lowering& l) { l.model(M::topsis); }},
      {"vikor", [](Lowering& l) { l.model(M::vikor); }},
      {"promethee", [](Lowering& l) { l.model(M::promethee); }},
      {"bradley_terry", [](Lowering& l) { l.votes(V::bradley_terry); }},
      {"plackett_luce", [](Lowering& l) { l.votes(V::plackett_luce); }},
      {"borda", [](Lowering& l) { l.votes(V::borda); }},
      {"copeland", [](Lowering& l) { l.votes(V::copeland); }},
      {"schulze", [](Lowering& l) { l.votes(V::schulze); }},
      {"ranked_pairs", [](Lowering& l) { l.votes(V::ranked_pairs); }},
      {"kemeny", [](Lowering& l) { l.votes(V::kemeny); }},
      {"approval", [](Lowering& l) { l.votes(V::approval); }},
      {"elo", [](Lowering& l) { l.votes(V::elo); }},
  };
  return lowerings;
}

} // namespace

void lower(Compiler& compiler, Frame& frame, const Step& step, const std::string& name) {
  const StepWord* word = find_step(step.name);
  const auto at = table().find(step.name);
  if (word == nullptr || at == table().end())
    return;
  Lowering lowering(compiler, frame, step, name);
  if (lowering.ready(word->family))
    at->second(lowering);
}

bool asks_reference(const std::vector<Step>& steps) {
  return std::ranges::any_of(steps, [](const Step& step) {
    const Tree* reference = step.args.find("reference");
    return reference != nullptr && reference->scalar() != "entrants";
  });
}

bool needs_everybody(const std::vector<Step>& steps) {
  return asks_reference(steps) || std::ranges::any_of(steps, [](const Step& step) {
           const auto names_a_candidate =
               [&](const char* key) { // it counts whether it enters or not
                 const Tree* found = step.args.find(key);
                 return found != nullptr && found->is_map() && found->find("candidate") != nullptr;
               };
           return names_a_candidate("to") || (step.name == "pick" && names_a_candidate("members"));
         });
}

const Step* step_that_reduces(const std::vector<Step>& steps, std::string_view dimension) {
  const auto found = std::ranges::find_if(steps, [&](const Step& step) {
    const StepWord* word = find_step(step.name);
    if (word == nullptr)
      return false;
    const Tree* over = step.args.find("over");
    if (word->family == StepFamily::model && over == nullptr)
      return dimension == "part";
    if (word->family == StepFamily::votes && over == nullptr)
      return dimension == "ballot" || dimension == "voter" || dimension == "opponent";
    if (step.name == "pick")
      return step.args.find("members") != nullptr &&
             step.args.find("members")->find(dimension) != nullptr;
    const bool takes_away = word->family == StepFamily::over || word->family == StepFamily::model ||
                            word->family == StepFamily::votes;
    const auto names = read_names(over);
    return takes_away && std::ranges::any_of(names, [&](const std::string& name) {
             return name == dimension || name == "all";
           });
  });
  return found == steps.end() ? nullptr : &*found;
}

bool reduces(const std::vector<Step>& steps, std::string_view dimension) {
  return step_that_reduces(steps, dimension) != nullptr;
}

void lower_affine(Compiler& compiler, Frame& frame, double scale, double shift,
                  const std::string& word) {
  const ArrayId out = new_array(compiler.plan, frame.cells, frame.candidates(),
                                compiler.plan.arrays[frame.array].where);
  add(compiler.plan, op::Affine{frame.array, out, scale, shift}, word);
  frame.array = out;
  frame.raw = nullptr;
  frame.resolution = 0;
  if (scale < 0)
    frame.direction = turned(frame.direction);
}

kernel::RoundMode round_mode(const std::string& word) {
  static const std::map<std::string, kernel::RoundMode> modes = {
      {"half_up", kernel::RoundMode::half_up},
      {"half_down", kernel::RoundMode::half_down},
      {"half_away", kernel::RoundMode::half_away},
      {"half_to_zero", kernel::RoundMode::half_to_zero},
      {"half_even", kernel::RoundMode::half_even},
      {"up", kernel::RoundMode::up},
      {"down", kernel::RoundMode::down},
      {"to_zero", kernel::RoundMode::to_zero},
      {"from_zero", kernel::RoundMode::from_zero}};
  return modes.at(word);
}

void lower_rounding(Compiler& compiler, Frame& frame, const Rounding& rounding,
                    const std::string& word) {
  op::Round round;
  round.in = frame.array;
  round.step = rounding.to.value_or(1);
  if (rounding.digits) {
    // 10^-n as the decimal it is: pow would be off by a unit in the last place.
    const std::string power = "1e" + std::to_string(-*rounding.digits);
    std::from_chars(power.data(), power.data() + power.size(), round.step);
  }
  round.significant = rounding.significant.value_or(0);
  round.mode = round_mode(rounding.mode);
  round.out = new_array(compiler.plan, frame.cells, frame.candidates(),
                        compiler.plan.arrays[frame.array].where);
  frame.array = round.out;
  frame.raw = nullptr;
  frame.resolution = round.significant > 0 ? 0 : round.step;
  compiler.plan.rounds = true;
  add(compiler.plan, std::move(round), word);
}

} // namespace libeval
