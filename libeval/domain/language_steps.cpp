// SPDX-License-Identifier: Apache-2.0
// The words of the scoring algebra. A new step gets its line here and its lowering in
// engine/lower_*.cpp with a line in engine/lower.cpp.
#include "domain/grammar.hpp"

#include <algorithm>

namespace libeval {
namespace {

using namespace grammar;
using namespace type;

struct StepEntry {
  StepWord word;
  std::vector<Key> keys;
};

Key within_key() {
  return {"within", either({scalar(), list(scalar())}), false,
          "the dimensions that define a group; `[]`: all cells are one"};
}
Key reference() {
  return {"reference", either({choice({"entrants", "all"}), tests()}), false,
          "who defines the group's parameters"};
}
/// A whole number, or one that depends on dimensions.
Type how_many() {
  return either({integer(), object("parameter")});
}
Key over_key() {
  return {"over", names(), true, "the dimensions that disappear"};
}
Key ballot_key() {
  return {"over", names(), false, "the dimensions that make a ballot: `ballot`, `voter`"};
}
Key unlisted() {
  return {"unlisted", choice({"last", "ignored"}), false,
          "what a ballot says about whom it does not name"};
}
Key strength() {
  return {"strength", choice({"winning_votes", "margins"}), false, "of a victory"};
}
std::vector<Key> limits(std::vector<std::string> errors) {
  return {{"value", choice({"strength", "worth", "lower", "upper", "rank"}), false,
           "what the step gives: a logarithm, shares of 1, a limit, or the place by limits"},
          {"errors", choice(std::move(errors)), false, "where the standard errors come from"},
          {"level", number(0.5, 0.9999), false, "of the limits, 0.95"},
          {"ridge", number(0, 1e9), false, "penalty; 0 = none"}};
}
Key weights() {
  return {"weights", param(), false, "one weight a cell"};
}

const std::vector<StepEntry>& steps() {
  using enum StepFamily;
  static const std::vector<StepEntry> table = {
      {{"scale", each, "goalposts: the first is worth `to[0]`, the second `to[1]`"},
       {{"from", either({choice({"percent"}), tuple({param(), param()})}), true, "goalposts"},
        {"to", tuple({param(), param()}), false, "what they are worth"},
        {"on", choice({"linear", "log"}), false, "the scale between the goalposts"},
        {"clamp", flag(), false, "values outside count as the goalpost"}}},
      {{"baseline", each, "a chance level: `at` is worth 0, `top` 1, below is 0"},
       {{"at", param(), true, "the chance level"}, {"top", param(), true, "the best possible"}}},
      {{"ratio", each, "divides by a column, a number, or by what the group has"},
       {{"to",
         either({choice({"best", "worst", "max", "min", "mean", "median", "sum", "norm"}), number(),
                 object("ratio_to"), scalar()}),
         true, "the denominator: a column, a number, or of the group"},
        {"of", scalar(), false, "the column of the numerator"},
        {"inverse", flag(), false, "turns the fraction round"},
        {"else", number(), false, "what a division by zero gives"},
        within_key(),
        reference()}},
      {{"multiply", each, "times a number"}, {{"by", param(), true, "factor"}}},
      {{"add", each, "plus a number"}, {{"by", param(), true, "summand"}}},
      {{"subtract", each, "minus a number"}, {{"by", param(), true, "subtrahend"}}},
      {{"cap", each, "at most this"}, {{"at", param(), true, "upper limit"}}},
      {{"floor", each, "at least this"}, {{"at", param(), true, "lower limit"}}},
      {{"log", each, "logarithm"}, {{"base", above(0), false, "natural if left out"}}},
      {{"replace", each, "the value becomes the parameter"}, {{"by", param(), true, "the value"}}},
      {{"direction", each, "says what is good from here on"},
       {{"is", direction(), true, "benefit or cost"}}},
      {{"exp", each, "exponential"}, {}},
      {{"abs", each, "absolute value"}, {}},
      {{"normal_cdf", each, "distribution function of the standard normal"}, {}},
      {{"power", each, "to the power of"}, {{"of", param(), true, "exponent"}}},
      {{"round", each, "to a multiple of a step, exactly"},
       [] {
         auto keys = rounding_keys();
         keys.push_back({"cumulative", scalar(), false, "round running totals along it"});
         return keys;
       }()},
      {{"lookup", each, "a points table or value curve"},
       {{"table", either({list(number(), 1), object("lookup_table"), dictionary(number())}), true,
         "value -> points"},
        {"mode", choice({"exact", "at_least", "above", "at_most", "below", "step", "linear"}),
         false, "how values between entries read; `step` is `at_least`"},
        {"else", either({number(), choice({"keep", "gap"})}), false, "what is not in the table"},
        {"shared", choice({"each", "split"}), false, "tied places: points of the place, or mean"},
        {"direction", direction(), false, "of the points"},
        within_key()}},
      {{"compare", each, "below, equal to or above something"},
       {{"to",
         either({choice({"majority", "mean", "median"}), number(), object("parameter"), scalar()}),
         true, "what to compare with: a column, a number, or of the group"},
        {"tolerance", number(0, 1e308), false, "this near is equal"},
        {"below", number(), false, "-1 if left out"},
        {"equal", number(), false, "0 if left out"},
        {"above", number(), false, "1 if left out"},
        within_key()}},
      {{"codes", each, "marks that mean a gap"}, {{"gaps", list(scalar(), 1), true, "the marks"}}},
      {{"missing", each, "what the gaps become"},
       {{"as",
         either({choice({"hold", "zero", "worst", "best", "lowest", "highest", "drop", "mean",
                         "median"}),
                 number(), object("parameter")}),
         true, "what a gap becomes"},
        {"needs", either({number(0, 1e9), share()}), false,
         "with drop: so many (or `66%`) must stand"},
        within_key()}},
      {{"only", aside, "takes away what lies outside bounds"},
       {{"at_least", param(), false, "what is smaller goes"},
        {"above", param(), false, "what is not larger goes"},
        {"at_most", param(), false, "what is larger goes"},
        {"below", param(), false, "what is not smaller goes"}}},
      {{"keep", each, "forgets groups of which too little stands"},
       {{"within", names(), true, "the dimensions that define a group"},
        {"of", scalar(), false, "what is counted; cells if left out"},
        {"at_least", integer(0), true, "so many must stand"}}},
      {{"group", each, "an attribute or a column becomes a dimension"},
       {{"by", names(), true, "`candidate.ATTRIBUTE`, `opponent.ATTRIBUTE` or a column"}}},
      {{"versus", each, "sets each value beside every other candidate"}, {}},
      {{"beside", each, "sets each value beside every member of a new dimension"},
       {{"members", dictionary(either({integer(1, 100000), list(scalar(), 1)})), true,
         "dimension: its members, or how many, from 1 on"}}},
      {{"pick", each, "keeps one member and loses the dimension"},
       {{"members", dictionary(scalar()), true, "dimension: member"}}},
      {{"rank", StepFamily::within, "places, 1 = best"},
       {{"ties", choice({"competition", "dense", "fractional", "last", "ordinal"}), false,
         "what equal values get"},
        {"tolerance", number(0, 1e308), false, "this near is equal"},
        {"then", list(either({number(), object("then"), object("parameter")}), 1), false,
         "parameters that break ties"},
        within_key(),
        reference()}},
      {{"minmax", StepFamily::within, "smallest to largest"},
       {{"to", tuple({param(), param()}), false, "the ends"},
        {"constant", number(), false, "what equal values get"},
        within_key(),
        reference()}},
      {{"zscore", StepFamily::within, "minus mean, by standard deviation"},
       {{"sd", choice({"sample", "population"}), false, "divided by n - 1 or n"},
        {"constant", number(), false, "what equal values get"},
        {"center", choice({"mean", "median"}), false, "what is subtracted"},
        within_key(),
        reference()}},
      {{"share", StepFamily::within, "by the group's sum"}, {within_key(), reference()}},
      {{"apportion", StepFamily::within, "votes become whole seats that add up"},
       {{"seats", param(), true, "how many"},
        {"by",
         choice({"dhondt", "sainte_lague", "imperiali", "danish", "adams", "huntington_hill",
                 "dean", "largest_remainder"}),
         true, "the method"},
        {"first", above(0), false, "sainte_lague: the first divisor instead of 1"},
        {"quota", choice({"hare", "droop", "hagenbach_bischoff", "imperiali"}), false,
         "of largest_remainder"},
        {"from", param(), false, "seats that each has already, which count among `seats`"},
        {"least", param(), false, "seats that each has at least"},
        within_key()}},
      {{"running", StepFamily::within, "totals up to each member of a dimension"},
       {{"over", names(), true, "the dimension along which it runs"},
        {"of", choice({"sum", "mean", "min", "max", "product"}), false, "what runs"}}},
      {{"winsorize", StepFamily::within, "pulls outliers to the limit"},
       {{"lower", number(0, 1), false, "quantile"},
        {"upper", number(0, 1), false, "quantile"},
        {"sds", above(0), false, "limit in standard deviations, instead of quantiles"},
        within_key(),
        reference()}},
      {{"impute", StepFamily::within, "fills gaps"},
       {{"by", either({choice({"mean", "median"}), number(), object("parameter")}), true,
         "what fills a gap"},
        within_key()}},
      {{"flag_first", StepFamily::within, "1 for the best, 0 for the others"},
       {{"ties", choice({"all", "none"}), false, "a shared first place"}, within_key()}},
      {{"win_rate", StepFamily::within, "share of the others that are beaten"},
       {{"ties", choice({"half", "loss", "win"}), false, "what a tie counts"},
        {"alone", number(), false, "what a group of one gets"},
        {"tolerance", number(0, 1e308), false, "this near is equal"},
        within_key()}},
      {{"sum", StepFamily::over, "sum"}, {over_key(), weights()}},
      {{"product", StepFamily::over, "product"}, {over_key()}},
      {{"mean", StepFamily::over, "mean"},
       {over_key(),
        weights(),
        {"kind", choice({"arithmetic", "geometric", "harmonic", "power"}), false, "of mean"},
        {"exponent", number(), false, "of a power mean"}}},
      {{"median", StepFamily::over, "median"},
       {over_key(),
        weights(),
        {"kind", choice({"middle", "lower", "upper"}), false, "of two values in the middle"}}},
      {{"quantile", StepFamily::over, "quantile"},
       {over_key(), {"at", number(0, 1), true, "from 0 to 1"}}},
      {{"min", StepFamily::over, "smallest"}, {over_key()}},
      {{"max", StepFamily::over, "largest"}, {over_key()}},
      {{"range", StepFamily::over, "largest minus smallest"}, {over_key()}},
      {{"sd", StepFamily::over, "standard deviation"},
       {over_key(), {"sd", choice({"sample", "population"}), false, "divided by n - 1 or n"}}},
      {{"count", StepFamily::over, "how many stand"},
       {over_key(),
        {"at_least", number(), false, "count only these"},
        {"above", number(), false, "count only these"},
        {"at_most", number(), false, "count only these"},
        {"below", number(), false, "count only these"},
        {"equal", number(), false, "count only these"}}},
      {{"majority", StepFamily::over, "1 where more than a share is above zero"},
       {over_key(),
        {"above", either({number(0, 1), share()}), false, "the share, 0.5 or `1/2`"},
        {"at_least", either({number(0, 1), share()}), false, "instead: this share, `2/3`"},
        weights()}},
      {{"drop", aside, "sets the highest and lowest aside"},
       {over_key(),
        {"highest", how_many(), false, "how many"},
        {"lowest", how_many(), false, "how many"},
        {"by", param(), false, "another value that decides"},
        {"then", list(either({number(), object("then"), object("parameter")}), 1), false,
         "parameters that break ties"}}},
      {{"trim", aside, "sets a share at each end aside"},
       {over_key(), {"share", number(0, 0.5), true, "at each end, rounded down"}}},
      {{"best", aside, "keeps the best"},
       {over_key(),
        {"of", either({above(0), object("parameter")}), true, "how many are kept"},
        {"weights", param(), false, "those are kept whose weights come to `of`, the last in part"},
        {"at_most", flag(), false, "fewer is no error"},
        {"by", param(), false, "another value that decides"},
        {"then", list(either({number(), object("then"), object("parameter")}), 1), false,
         "parameters that break ties"},
        {"direction", direction(), false, "of what decides"}}},
      {{"owa", StepFamily::over, "ordered weighted average"},
       {over_key(), {"weights", list(number(), 1), true, "the first for the largest"}}},
      {{"severity", model, "candidates and who marked them, by least squares"},
       {{"over", names(), true, "who marks (and what), whose effects are taken out"}, reference()}},
      {{"eigenvector", StepFamily::over, "weights from comparisons in pairs"},
       {over_key(),
        {"of", scalar(), false, "the dimension that is weighed, where there are more"},
        {"value", choice({"weight", "eigenvalue", "index", "ratio"}), false,
         "or how consistent the comparisons are"}}},
      {{"critic", StepFamily::over, "weights by spread and correlation"},
       {over_key(),
        {"of", scalar(), false, "the dimension that is weighed, where there are more"}}},
      {{"topsis", model, "closeness to the ideal"},
       {{"over", names(), false, "the dimension of criteria, `part`"},
        {"normalize", choice({"vector", "minmax", "max", "sum", "none"}), false, "before"},
        weights()}},
      {{"vikor", model, "VIKOR's Q; smaller is better"},
       {{"over", names(), false, "the dimension of criteria, `part`"},
        {"v", number(0, 1), false, "weight of the group utility, 0.5"},
        weights()}},
      {{"promethee", model, "PROMETHEE II net flow"},
       {{"over", names(), false, "the dimension of criteria, `part`"},
        {"preference", either({object("preference"), list(object("preference"), 1)}), false,
         "how a difference becomes a preference"},
        weights()}},
      {{"bradley_terry", votes, "strengths from paired comparisons"},
       with(with({{"ties", choice({"half", "davidson"}), false, "what a tie says"}},
                 limits({"sandwich", "information", "bootstrap", "none"})),
            {{"home", flag(), false, "the first side has an advantage, to be estimated"},
             {"covariates", list(object("parameter"), 1), false, "further effects on a result"},
             {"clusters", scalar(), false, "whose votes go together, `voter`"},
             {"replicates", integer(2, 1000000), false, "of a bootstrap, 1000"},
             {"seed", integer(0, 9007199254740991.0), false, "of a bootstrap, published before"},
             weights(),
             reference()})},
      {{"elo", votes, "ratings from paired comparisons in the order of play"},
       {{"start", param(), true, "everybody's rating before the first game"},
        {"k", param(), true, "points for a whole win more than expected"},
        {"scale", number(1, 1e9), false, "points ahead that are expected to win ten to one, 400"},
        {"home", number(), false, "points that the first side is ahead by, 0"},
        {"period", scalar(), false, "games of one member are rated together; else game by game"},
        {"digits", integer(0, 9), false, "round what a period changes"},
        reference()}},
      {{"plackett_luce", votes, "strengths from ranked ballots"},
       with(with({unlisted()}, limits({"information", "none"})),
            {ballot_key(), weights(), reference()})},
      {{"borda", votes, "points for places on ballots"},
       {{"unlisted", choice({"last", "ignored", "below"}), false,
         "what a ballot says about whom it does not name"},
        {"points", list(number(), 1), false, "for the places; one less than candidates, ..., 0"},
        ballot_key(),
        weights(),
        reference()}},
      {{"copeland", votes, "pairwise victories"},
       {{"tie", number(0, 1), false, "what an even pair counts, 0.5"},
        unlisted(),
        ballot_key(),
        weights(),
        reference()}},
      {{"schulze", votes, "places by strongest paths"},
       {strength(), unlisted(), ballot_key(), weights(), reference()}},
      {{"ranked_pairs", votes, "places by victories locked from the strongest down"},
       {strength(), unlisted(), ballot_key(), weights(), reference()}},
      {{"kemeny", votes, "places on the order that contradicts the fewest votes"},
       {{"several", choice({"hold", "mean", "first"}), false, "where several orders are best"},
        unlisted(),
        ballot_key(),
        weights(),
        reference()}},
      {{"approval", votes, "ballots that name the candidate"},
       {{"places", integer(1), false, "only up to this place of the ballot"},
        {"share", flag(), false, "as a share of the ballots"},
        ballot_key(),
        weights(),
        reference()}},
  };
  return table;
}

} // namespace

Type grammar::step_list() {
  std::vector<std::string> bare;
  for (const StepEntry& entry : steps())
    if (std::ranges::none_of(entry.keys, &Key::required))
      bare.push_back(entry.word.name);
  return list(either({choice(std::move(bare)), object("step")}));
}

void grammar::add_steps(Shapes& s) {

  Shape step{"a step", {}, true};
  for (const StepEntry& entry : steps()) {
    Shape args{"`" + entry.word.name + "`", entry.keys};
    Type type = object("step." + entry.word.name);
    if (!entry.keys.empty() && entry.word.name != "only") // a number alone would be either bound
      type = either({std::move(type), entry.keys.front().type});
    step.keys.push_back({entry.word.name, type, false, entry.word.summary});
    s["step." + entry.word.name] = std::move(args);
  }
  s["step.only"].exclusive = {{"at_least", "above"}, {"at_most", "below"}};
  s["step.majority"].exclusive = {{"above", "at_least"}};
  s["step.round"].exclusive = {{"to", "digits", "significant"}};
  s["step.winsorize"].exclusive = {{"lower", "sds"}, {"upper", "sds"}};
  step.meant = {{"ahp", "eigenvector: DIMENSION"},
                {"average", "mean: DIMENSION"},
                {"avg", "mean: DIMENSION"},
                {"clamp", "floor: LEAST` and `cap: MOST"},
                {"clip", "floor: LEAST` and `cap: MOST"},
                {"cut", "only: {at_least: LEAST}` here or `take: {first: N}` under `select"},
                {"divide", "ratio: NUMBER"},
                {"exclude", "only: {at_most: MOST}` or `where` beside its `from"},
                {"filter", "only: {at_least: LEAST}` or `where` beside its `from"},
                {"first", "best: {over: DIMENSION, of: 1}"},
                {"if", "compare` or `lookup"},
                {"invert", "power: -1` or `multiply: -1"},
                {"minus", "subtract: NUMBER"},
                {"negate", "multiply: -1"},
                {"normalise", "minmax` or `zscore` or `ratio: best"},
                {"normalize", "minmax` or `zscore` or `ratio: best"},
                {"outliers", "only: {at_least: LEAST, at_most: MOST}` or `trim` or `winsorize"},
                {"percent", "scale: percent` or `multiply: 100"},
                {"percentile", "rank` or `quantile: {at: 0.9}"},
                {"plus", "add: NUMBER"},
                {"rescale", "scale: {from: [LEAST, MOST]}"},
                {"sort", "rank` here or `order: [total]` under `select"},
                {"sqrt", "power: 1/2"},
                {"square", "power: 2"},
                {"standardise", "zscore"},
                {"standardize", "zscore"},
                {"std", "sd: DIMENSION"},
                {"stddev", "sd: DIMENSION"},
                {"stdev", "sd: DIMENSION"},
                {"sum_of", "sum: DIMENSION"},
                {"threshold", "only: {at_least: LEAST}` here or `require` under `select"},
                {"tiebreak", "rank: {then: [...]}` here or `order: [total, NEXT]` under `select"},
                {"times", "multiply: NUMBER"},
                {"top", "best: {over: DIMENSION, of: N}"},
                {"total", "sum: DIMENSION"},
                {"truncate", "round: {to: 1, mode: to_zero}"},
                {"variance", "sd: DIMENSION` and `power: 2"},
                {"weight", "multiply: {by: DIMENSION, values: {...}}"},
                {"weights", "mean: {over: DIMENSION, weights: ...}"}};
  s["step"] = std::move(step);
}

const std::vector<StepWord>& step_words() {
  static const std::vector<StepWord> words = [] {
    std::vector<StepWord> out;
    for (const StepEntry& entry : steps())
      out.push_back(entry.word);
    return out;
  }();
  return words;
}

const StepWord* find_step(std::string_view name) {
  const auto at = std::ranges::find(step_words(), name, &StepWord::name);
  return at == step_words().end() ? nullptr : &*at;
}

} // namespace libeval
