// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/compile/compile.hpp"

#include <libeval/domain/language.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace libeval {

using kernel::Reducer;

/// A parameter of a step, brought to the cells of the frame.
struct Operand {
  std::optional<double> constant;
  ArrayId array = no_array;
  std::vector<std::uint8_t> gap = {};
  Direction direction = Direction::benefit; ///< of a measure, at its end
};

/// The first of the steps that reduces a dimension itself; nullptr where none does.
[[nodiscard]] const Step* step_that_reduces(const std::vector<Step>& steps,
                                            std::string_view dimension);

/// The points of a node, or what those of its parts add up to; none where it has neither.
[[nodiscard]] std::optional<double> points_of(const Node& node);

/// One step applied to a frame: reads the arguments, works out the structure, and adds the
/// operations. The functions stand in lower_*.cpp, a family of steps a file.
class Lowering {
public:
  Lowering(Compiler& compiler, Frame& frame, const Step& step, const std::string& name)
      : compiler_(compiler), plan_(compiler.plan), frame_(frame), step_(step), name_(name) {}

  void scale();
  void ratio();
  void arithmetic(op::Binary::Kind kind, const char* argument);
  void replace();
  void unary(op::Unary::Kind kind);
  void round();
  void lookup();
  void compare();
  void codes();
  void missing(const char* argument);
  void only();
  void keep_groups();
  void group();
  void versus();
  void beside();
  void pick();
  void direction();
  void rank();
  void minmax();
  void zscore();
  void share();
  void winsorize();
  void flag_first();
  void apportion();
  void win_rate();
  void reduce(Reducer kind);
  void majority();
  void mean();
  void count();
  void running();
  void set_aside();
  void model(op::Model::Kind kind);
  void severity();
  void eigenvector();
  void critic();
  void votes(op::Votes::Kind kind);

  /// Whether the frame still makes sense for the step; tells what does not fit.
  bool ready(StepFamily family);

private:
  // --- arguments -------------------------------------------------------------------------------
  [[nodiscard]] const Tree* arg(std::string_view key) const { return step_.args.find(key); }
  [[nodiscard]] std::string text(std::string_view key, const std::string& otherwise = "") const {
    const Tree* found = arg(key);
    return found == nullptr ? otherwise : found->scalar().value_or(otherwise);
  }
  [[nodiscard]] std::optional<double> number(std::string_view key) const {
    const Tree* found = arg(key);
    return found != nullptr && found->is_number() ? std::optional(found->number()) : std::nullopt;
  }
  [[nodiscard]] bool flag(std::string_view key) const {
    const Tree* found = arg(key);
    return found != nullptr && found->is_flag() && found->flag();
  }
  void error(const Where& where, std::string message, std::string help = {}) {
    compiler_.context.diagnostics.error(where, std::move(message), std::move(help));
  }

  std::optional<double> read_share(const Tree& tree);
  Operand operand(const Tree& tree);
  void warn_of_strangers(const Tree& tree);
  Operand operand(const Param& param);
  Operand joined(const Frame& values, const Param& param);
  std::optional<Operand> members_as_numbers(const Dimension& dimension);
  Feed column_feed(const std::string& column, const std::vector<std::uint8_t>& gap,
                   std::shared_ptr<std::vector<double>> numbers);
  ArrayId array_of(const Operand& operand);
  ArrayId constant_array(double value);
  /// With these numbers, one a cell.
  ArrayId array_with(std::vector<double> values);

  // --- structure -------------------------------------------------------------------------------
  std::optional<Dimension> made_dimension(const std::string& name);
  Index key_codes(const std::string& name, const Where& where);
  Grouping within();
  /// Says that the values of other candidates enter, unless each group is one candidate's.
  void others_enter();
  /// Says that a column which is read as numbers holds a word.
  void warn_of_word(const Param& column);
  /// `other`: how the larger result becomes the better one.
  void warn_of_falling(const Tree& to, const std::string& other);
  std::vector<std::string> names_of(const char* argument);
  std::vector<std::pair<Operand, bool>> tie_breaks();
  std::optional<std::vector<std::string>> over();
  [[nodiscard]] std::vector<std::uint8_t> left_out(bool with_outside) const;
  std::vector<std::uint8_t> reference_mask();
  ArrayId per_group(const Grouping& grouping, kernel::Reduction reduction,
                    const std::vector<std::uint8_t>& mask);
  ArrayId output() { return new_array(plan_, frame_.cells, frame_.candidates(), name_); }
  void put(Op op, ArrayId out) {
    add(plan_, std::move(op), step_.name);
    frame_.array = out;
    frame_.raw = nullptr;
    frame_.resolution = 0;
  }
  void affine(double scale, double shift) {
    lower_affine(compiler_, frame_, scale, shift, step_.name);
  }
  void binary(op::Binary::Kind kind, const Operand& with, bool swapped = false,
              bool positive = false);
  void take_gaps(const std::vector<std::uint8_t>& gap);
  void keep_cells(const Codes& cells);
  [[nodiscard]] const Node* node_of_step() const;
  Operand by_part(const std::vector<double>& numbers, bool reweighed);
  void reduce_to(const std::vector<std::string>& over, kernel::Reduction reduction,
                 const Operand* weights, bool gaps_do_not_count);
  [[nodiscard]] std::string dimensions_in_words() const;
  void fill(const Codes& cells, const Tree& as);
  void fill_absent_entrants();
  /// A matrix, its members as codes of the dimension that is weighed, any of its cells, and the
  /// gaps that leave it without weights.
  struct Weighed {
    op::Weigh::Matrix matrix = {};
    std::vector<std::uint32_t> members = {};
    std::uint32_t cell = 0;
    std::vector<std::uint32_t> gaps = {};
  };
  void weights_of(op::Weigh op, Dimension of, const std::string& over,
                  const std::vector<Weighed>& weighed);
  void choose_items(op::Votes& op, Codes& item_of);
  bool read_results();
  bool collect_pairs(op::Votes& op, const Codes& item_of);
  bool collect_games(op::Votes& op, const Codes& item_of);
  bool collect_ballots(op::Votes& op, const Codes& item_of, const std::vector<std::string>& over);
  void read_vote_options(op::Votes& op);
  void read_start(op::Votes& op);
  void give_absent_entrants_a_cell();
  struct Curve {
    std::map<double, double> numbers;
    std::map<std::string, double> categories;
  };
  struct Curves {
    std::vector<Curve> curves; ///< empty: refused
    Codes of;                  ///< which one serves a cell; empty: the only one
    [[nodiscard]] const Curve& at(std::size_t cell) const {
      return curves[of.empty() ? 0 : of[cell]];
    }
  };
  Curves read_curves(const Tree& table);

  Compiler& compiler_;
  Plan& plan_;
  Frame& frame_;
  const Step& step_;
  const std::string& name_;
};

/// a - b of the decimals that the doubles stand for.
[[nodiscard]] double exact_difference(double a, double b);

/// The places of the members of a dimension: by number (or date) where all are numbers, else in the
/// order of their first appearance.
[[nodiscard]] std::vector<std::uint32_t> places_of(const std::vector<std::string>& members);

[[nodiscard]] inline Direction turned(Direction d) {
  return d == Direction::benefit ? Direction::cost : Direction::benefit;
}

} // namespace libeval
