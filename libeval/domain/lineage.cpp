// SPDX-License-Identifier: Apache-2.0
#include <libeval/domain/lineage.hpp>

#include <algorithm>
#include <array>

namespace libeval {
namespace {

using enum Carrier;

constexpr std::array<std::string_view, 6> carrier_names = {"weights", "behavior", "data",
                                                           "code",    "design",   "tokenizer"};
constexpr std::array<std::string_view, 8> node_names = {
    "party", "model", "weights", "dataset", "code", "architecture", "tokenizer", "document"};

constexpr std::array<DerivationKind, 20> kinds = {{
    {"initialized_from", {weights}, true, "copied, then trained, in whole or in part"},
    {"fine_tuned_from", {weights}, true, "trained further for a purpose"},
    {"continued_from", {weights}, true, "training continued"},
    {"frozen_component", {weights}, true, "weights taken as they are"},
    {"adapter_of", {weights}, true, "needs the parent at run time"},
    {"merged_from", {weights}, true, "merged, with other parents"},
    {"quantized_from", {weights}, true, "in fewer bits"},
    {"converted_from", {weights}, true, "in another format"},
    {"pruned_from", {weights}, true, "parts taken away"},
    {"upcycled_from", {weights}, true, "experts grown from a dense model"},
    {"distilled_from", {behavior}, true, "trained on its logits or features"},
    {"trained_on_outputs_of", {behavior}, true, "trained on what it wrote or judged"},
    {"trained_on", {data}, true, "a data set of the training"},
    {"pretrained_on", {data}, true, "a data set of the pre-training"},
    {"finetuned_on", {data}, true, "a data set of the fine-tuning"},
    {"evaluated_on", {}, true, "a data set of the evaluation"},
    {"tokenizer_from", {tokenizer}, true, "vocabulary or merges taken over"},
    {"architecture_inspired_by", {design}, true, "design only"},
    {"code_reused_from", {code}, true, "source code; `part` says which"},
    {"related_to", {weights}, false, "related, but not known how"},
}};

} // namespace

std::span<const DerivationKind> derivation_kinds() {
  return kinds;
}

const DerivationKind* find_derivation_kind(std::string_view name) {
  const auto at = std::ranges::find(kinds, name, &DerivationKind::name);
  return at == kinds.end() ? nullptr : &*at;
}

std::string_view to_string(Carrier carrier) {
  return carrier_names[static_cast<std::size_t>(carrier)];
}

std::string_view to_string(NodeKind kind) {
  return node_names[static_cast<std::size_t>(kind)];
}

std::string in_words(Carriers carriers) {
  std::string out;
  for (std::size_t i = 0; i < carrier_names.size(); ++i)
    if (carriers.has(static_cast<Carrier>(i)))
      out += (out.empty() ? "" : ", ") + std::string(carrier_names[i]);
  return out.empty() ? "nothing" : out;
}

} // namespace libeval
