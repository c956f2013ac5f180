// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/simulate/members.hpp"
#include "engine/simulate/replay.hpp"

#include <libeval/domain/uncertainty.hpp>
#include <libeval/kernel/draw.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace libeval {

/// One replicate: where its streams begin. For sensitivity each source may take its numbers from a
/// replicate of its own.
struct Replicate {
  std::uint64_t seed = 1, number = 0;
  const std::vector<std::uint64_t>* of_source = nullptr; ///< by source, from 0
  /// Shares instead of those drawn, by entry of `weights`; empty: drawn.
  const std::vector<std::vector<double>>* shares = nullptr;

  [[nodiscard]] std::uint64_t number_of(std::size_t source) const {
    return of_source == nullptr ? number : (*of_source)[source];
  }
  [[nodiscard]] kernel::Stream stream(std::size_t source) const {
    return {seed, number_of(source), static_cast<std::uint32_t>(source + 1)};
  }
};

/// An entry of `weights`, resolved: shares of the parts of one node.
struct WeightSource {
  std::size_t stage = 0;
  std::string path;
  std::vector<std::string> parts;
  std::vector<double> nominal; ///< shares in the program
  double sum = 1;              ///< of points or weights
  bool points = false;
  bool ordered_all = false; ///< nothing but an order of all parts
  std::vector<std::size_t> order;
  std::vector<double> dirichlet;
  std::vector<kernel::HalfSpace> space; ///< over all parts, as shares
  std::vector<std::size_t> free;        ///< parts that may move; the others keep `fixed`
  std::vector<double> fixed;
  double room = 1;                                  ///< shared by the free parts
  std::shared_ptr<const kernel::Polytope> polytope; ///< of the free parts; null: all of the simplex
  bool uniform() const {
    return dirichlet.empty() && !polytope && !ordered_all && free.size() == parts.size();
  }

  /// The shares of one replicate.
  void draw(kernel::Stream stream, std::span<double> shares) const;
};

/// An entry of `measurements`, resolved: cells of one table.
struct CellSource {
  struct Cell {
    std::uint32_t column = 0, row = 0;
    std::uint32_t position = 0; ///< in the stream
    double value = 0, spread = 0, low = 0, high = 0;
    std::uint32_t group = 0, member = 0; ///< of a correlation
    std::uint32_t binomial = 0;          ///< position in `binomials`
  };
  const UncertainCells* what = nullptr;
  std::size_t table = 0;
  std::vector<Cell> cells;
  std::vector<kernel::Binomial> binomials;
  std::vector<double> root;            ///< of the correlation matrix
  std::size_t members = 0, groups = 0; ///< of the correlation
  bool shares_cells = false;           ///< with an entry before

  void draw(kernel::Stream stream, std::vector<ValueColumn>& values) const;

  /// The parameters of a beta number between 0 and 1; none where the value is an end of the scale,
  /// which is certain.
  [[nodiscard]] std::optional<std::pair<double, double>> beta_of(const Cell& cell) const;
  /// Where the blocks of a beta number begin: it takes an unknown number of them.
  [[nodiscard]] static std::uint32_t first_block(const Cell& cell) { return 64 * cell.position; }

private:
  template <class Normal>
  [[nodiscard]] double number(const kernel::Stream& stream, const Cell& cell, Normal&& z) const;
};

/// An entry of `completions`, resolved: what the one column of one table may be.
struct CompletionSource {
  std::size_t table = 0;
  std::size_t completes = 0;                ///< position of the stage
  std::vector<std::vector<double>> numbers; ///< by draw
  std::string stage;
  bool all = false;                    ///< every completion there is
  std::vector<std::uint32_t> entrants; ///< who has scores in them
  Where where;
};
/// The bundle with one completion of every entry, and what else there might stand; the bundle
/// itself where there is none.
[[nodiscard]] Bundle complete(const Bundle& bundle, const Uncertainty& uncertainty,
                              std::vector<CompletionSource>& completions, Diagnostics& diagnostics);

/// A bundle that changes from replicate to replicate; one for each thread. It stays where it is
/// once something was decided in it.
struct World {
  Bundle bundle;
  std::vector<std::shared_ptr<Table>> varied; ///< by table; null: as it is
  std::vector<std::shared_ptr<Table>> seated; ///< by table: with members that are alike drawn anew
  std::vector<std::vector<double>> shares;    ///< of each entry of `weights`
  Assumptions assumptions;
  std::vector<bool> passed; ///< of each verdict
  /// The replicate that the numbers of each source are of, plus one; 0: none yet.
  std::vector<std::uint64_t> drawn;
  Versions versions;
  const std::vector<CompletionSource>* completions = nullptr; ///< of its sampler
  std::vector<std::optional<Where>> moved; ///< by stage: what its own scores rest on is uncertain
  std::unique_ptr<Replay> replay;          ///< made by `decide_again`
};

/// The decision in a world as it was drawn last; what has not changed since is not done again. Who
/// enters a stage and is in none of its completions is a diagnostic, and so is a record that what
/// was drawn for its own stage contradicts.
const Decision& decide_again(World& world, Diagnostics& diagnostics);

/// Everything uncertain about one bundle, resolved against it.
class Sampler {
public:
  /// What does not fit is a diagnostic.
  Sampler(const Bundle& bundle, const Uncertainty& uncertainty, Diagnostics& diagnostics);

  [[nodiscard]] World world() const;
  /// Sources whose numbers are of that replicate already are left as they are. A world takes its
  /// replicates of one seed and one sampler.
  void draw(World& world, const Replicate& replicate) const;

  /// The option that a choice takes.
  [[nodiscard]] static std::size_t option(const RuleChoice& choice, kernel::Stream stream);

  std::vector<CompletionSource> completions;
  /// With a completion in it where there are some.
  std::shared_ptr<const Bundle> completed;
  const Bundle& bundle;
  const Uncertainty& uncertainty;
  std::vector<WeightSource> weights;
  std::vector<CellSource> cells;
  std::vector<MemberSource> members;
  std::vector<std::size_t> verdict_candidates;

private:
  void draw_weights(World& world, const Replicate& replicate) const;
  void draw_cells(World& world, const Replicate& replicate) const;
  void draw_members(World& world, const Replicate& replicate,
                    const std::vector<std::uint64_t>& numbers_before) const;
  void draw_completions(World& world, const Replicate& replicate) const;
  void draw_verdicts(World& world, const Replicate& replicate) const;
  void resolve_weights(const UncertainWeights& what, Diagnostics& diagnostics);
  void resolve_cells(const UncertainCells& what, Diagnostics& diagnostics);
  void resolve_bootstrap(const Bootstrap& what, Diagnostics& diagnostics);
  void resolve_verdict(const UncertainVerdict& what, Diagnostics& diagnostics);
  [[nodiscard]] std::optional<std::size_t> table(const std::string& name, const Where& where,
                                                 Diagnostics& diagnostics) const;
};

/// For a word that is none of those known: the one that is nearly it, or all of them.
[[nodiscard]] std::string help_for(std::string_view word, const std::vector<std::string>& known);

/// Which variant a replicate takes; the options of each choice of rules in `options`.
[[nodiscard]] std::size_t variant_of(const Uncertainty& uncertainty, const Replicate& replicate,
                                     std::vector<std::size_t>& options);

/// Sets the points or weights of a node's parts to shares of their sum; points below follow.
void set_shares(Node& node, std::span<const double> shares, double sum, bool points);

/// A part of the simplex of weights, given by named half-spaces.
struct WeightSpace {
  std::vector<kernel::HalfSpace> inside;
  std::vector<std::string> names; ///< in words
};
/// The point of the simplex of n deepest inside; empty where there is none, with the positions of a
/// smallest set of half-spaces that cannot hold together in `conflict`.
[[nodiscard]] std::vector<double> center_of(const WeightSpace& space, std::size_t n,
                                            std::vector<std::size_t>& conflict);

} // namespace libeval
