// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/compile/context.hpp"

#include <libeval/domain/criteria.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace libeval {

/// A compiled node: its cells (one an entrant, in their order, unless the parts leave further
/// dimensions), and what its parent needs to know.
struct CompiledNode {
  const Node* node = nullptr;
  std::size_t parent = nobody;
  Frame frame;
  bool additive = true; ///< the parts' contributions add up to the node
};

/// Flattens the criteria tree of a stage, and measures beside it, into one plan.
class Compiler {
public:
  explicit Compiler(const Context& context);

  /// Compiles the whole tree; nodes come in preorder. Without a score: none.
  void compile_score();

  /// A measure through all its steps. Values set aside last, with nothing to reduce them, are an
  /// error unless the caller looks at single cells (`aside_is_fine`) and honors the frame's mask.
  [[nodiscard]] Frame measure(const Measure& measure, bool everybody = false,
                              bool aside_is_fine = false);

  /// A measure as one value an entrant, in their order; gaps where it has none.
  [[nodiscard]] Frame per_entrant(const Measure& measure);

  /// A node of the tree by path or by its last name where that is unique; nullptr (and a
  /// diagnostic at `where`) if there is none.
  const CompiledNode* find_node(std::string_view path, const Where& where);

  /// Whether a name means a node or a named measure.
  [[nodiscard]] const Measure* find_measure(std::string_view name) const;

  /// Brings a frame with the one dimension `candidate` to the order of the entrants.
  [[nodiscard]] Frame align(Frame frame, const std::string& name);

  /// The cells listed, in that order, with their numbers; `chosen_by` as in op::Gather.
  [[nodiscard]] Frame picked(const Frame& frame, const std::vector<std::uint32_t>& cells,
                             const std::string& name, const std::string& word,
                             ArrayId chosen_by = no_array);

  /// For a rule that says what gaps become: what has no result is a gap from here on.
  void take_undefined_as_gaps(Frame& frame);

  /// Notes that gaps have reached a step that needs values.
  void note_gaps(const Frame& frame, const std::vector<std::uint32_t>& cells,
                 const std::string& name);

  /// Notes that fewer values stand than the reduction over `over` needs.
  void note_too_few(const Frame& frame, std::uint32_t cell, const std::vector<std::string>& over,
                    double stand, double needed, const std::string& name);

  const Context& context;
  Plan plan;
  std::vector<CompiledNode> nodes;
  std::vector<GapCell> gaps;
  std::vector<AppliedRecusal> recusals; ///< those heeded so far, some of them twice

private:
  void compile_node(const Node& node, std::size_t parent);
  /// Help where a measure still depends on a dimension of its frame.
  [[nodiscard]] std::string how_to_reduce(const Frame& frame, const Measure& measure) const;
  Frame combine(const Node& node, const std::vector<std::size_t>& children, bool& additive);
  Frame parts_side_by_side(const Node& node, const std::vector<std::size_t>& children);
  void settle_part_gaps(const Node& node, std::vector<Frame>& parts, std::vector<std::uint8_t>& gap,
                        std::vector<double>& correction);
  /// `everybody`: not of the entrants alone.
  Frame attribute_frame(const Measure& measure, bool everybody);
  Frame source_frame(const Measure& measure, bool everybody);
  /// The frame of a source that is no evidence.
  Frame made_frame(const Measure& measure, bool everybody);
  /// Refuses a reference to others than the entrants where a frame has these alone.
  void check_reference(const Frame& frame, const Measure& measure, bool everybody);
  /// The cells that pass `where`.
  Frame filtered(Frame frame, const Measure& measure);
  Frame stages_frame(const Measure& measure, bool everybody);
  Frame static_frame(std::vector<std::uint32_t> candidates,
                     std::shared_ptr<const std::vector<double>> numbers,
                     std::vector<std::uint8_t> gap, const Measure& measure);

  std::map<const Node*, std::size_t> position_;
  Index in_order_;                      ///< codes that were seen to be the entrants in their order
  std::vector<const Node*> open_nodes_; ///< being compiled, to find circles
  std::vector<const Measure*> open_measures_; ///< likewise
};

/// Help where a date stands among categories.
inline constexpr const char* how_to_read_dates =
    "a column of dates is read as days where it is not listed under `values`: delete it there, and "
    "name it, `value: COLUMN`";

/// The dimensions that a frame still depends on, in words; empty where there are none.
[[nodiscard]] std::string left_over_words(const Frame& frame);

/// The compiled form of one step: applies it to the frame, adding operations to the plan.
void lower(Compiler& compiler, Frame& frame, const Step& step, const std::string& name);

/// Whether a step takes its groups' parameters from others than the entrants.
[[nodiscard]] bool asks_reference(const std::vector<Step>& steps);
/// The same, or asks for a candidate by name, who counts whether it enters or not.
[[nodiscard]] bool needs_everybody(const std::vector<Step>& steps);

/// Whether a list of steps reduces a dimension itself.
[[nodiscard]] bool reduces(const std::vector<Step>& steps, std::string_view dimension);

/// Rounds a frame as a node or a step says.
void lower_rounding(Compiler& compiler, Frame& frame, const Rounding& rounding,
                    const std::string& word);

/// a * x + b on a frame.
void lower_affine(Compiler& compiler, Frame& frame, double scale, double shift,
                  const std::string& word);

} // namespace libeval
