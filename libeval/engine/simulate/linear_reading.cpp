// SPDX-License-Identifier: Apache-2.0
#include "engine/simulate/linear_reading.hpp"

#include <algorithm>

namespace libeval {
namespace {

void add_multiple(Form& to, const Form& from, double by) {
  for (const auto& [cell, factor] : from) {
    const auto at = std::ranges::find(to, cell, &Form::value_type::first);
    if (at == to.end())
      to.emplace_back(cell, factor * by);
    else
      at->second += factor * by;
  }
}

/// Follows uncertain cells through a plan as far as it is linear in them.
class LinearReading {
public:
  LinearReading(const Plan& plan, std::size_t cells, const std::vector<Column>& certain)
      : plan_(plan), cells_(cells), certain_(certain), forms_(plan.arrays.size()) {}

  std::optional<std::vector<Forms>> read() {
    for (const Op& op : plan_.ops)
      if (!std::visit([&](const auto& o) { return apply(o); }, op))
        return std::nullopt;
    return std::move(forms_);
  }

private:
  [[nodiscard]] bool certain(ArrayId id) const { return id == no_array || forms_[id].empty(); }
  [[nodiscard]] double number(ArrayId id, std::size_t i) const {
    return certain_[id].scale * (*certain_[id].data)[i] + certain_[id].shift;
  }

  bool apply(const op::Load& o) {
    const std::size_t n = o.rows ? o.rows->size() : o.column->size();
    Forms out(n);
    bool any = false;
    for (std::size_t i = 0; i < n; ++i) {
      const double x = (*o.column)[o.rows ? (*o.rows)[i] : i];
      if (x >= tag && x < tag + static_cast<double>(cells_)) {
        out[i] = {{static_cast<std::uint32_t>(x - tag), 1.0}};
        any = true;
      }
    }
    if (any)
      forms_[o.out] = std::move(out);
    return true;
  }
  bool scaled(ArrayId in, ArrayId out, double by) {
    forms_[out] = forms_[in];
    for (Form& form : forms_[out])
      for (auto& [cell, factor] : form)
        factor *= by;
    return true;
  }
  bool apply(const op::Affine& o) { return scaled(o.in, o.out, o.scale); }
  bool apply(const op::Divide& o) { return scaled(o.in, o.out, 1 / o.by); }
  bool apply(const op::Gather& o) {
    if (!certain(o.chosen_by))
      return false;
    if (certain(o.in))
      return true;
    for (const std::uint32_t i : *o.index)
      forms_[o.out].push_back(forms_[o.in][i]);
    return true;
  }
  bool apply(const op::Fill& o) {
    if (certain(o.in) && certain(o.values))
      return true;
    if (!certain(o.values) || certain(o.in))
      return false;
    forms_[o.out] = forms_[o.in];
    for (const std::uint32_t cell : o.cells)
      forms_[o.out][cell].clear();
    return true;
  }
  bool apply(const op::Concat& o) {
    bool any = false;
    for (const ArrayId in : o.in)
      any = any || !certain(in);
    for (std::size_t k = 0; any && k < o.in.size(); ++k) {
      Forms& out = forms_[o.out];
      if (certain(o.in[k]))
        out.resize(out.size() + plan_.arrays[o.in[k]].size);
      else
        out.insert(out.end(), forms_[o.in[k]].begin(), forms_[o.in[k]].end());
    }
    return true;
  }
  bool apply(const op::Combine& o) {
    Forms out;
    for (std::size_t k = 0; k < o.in.size(); ++k) {
      if (certain(o.in[k]))
        continue;
      out.resize(plan_.arrays[o.out].size);
      for (std::size_t i = 0; i < out.size(); ++i)
        add_multiple(out[i], forms_[o.in[k]][i],
                     o.factors[k] * (o.correction.empty() ? 1 : o.correction[i]));
    }
    forms_[o.out] = std::move(out);
    return true;
  }
  bool apply(const op::Reduce& o) {
    if (certain(o.in))
      return certain(o.weights) && certain(o.mask);
    const bool sum = o.reduction.kind == kernel::Reducer::sum;
    if ((!sum && o.reduction.kind != kernel::Reducer::mean) || o.mask != no_array ||
        !certain(o.weights))
      return false;
    Forms out(o.groups->count());
    for (std::size_t g = 0; g < out.size(); ++g) {
      double weights = 0;
      for (std::uint32_t at = o.groups->offsets[g]; at < o.groups->offsets[g + 1]; ++at) {
        const std::uint32_t cell = o.groups->cell(at);
        if (!o.left_out.empty() && o.left_out[cell] != 0)
          continue;
        const double w = o.weights == no_array ? 1 : number(o.weights, cell);
        weights += w;
        add_multiple(out[g], forms_[o.in][cell], w);
      }
      if (!sum)
        for (auto& [cell, factor] : out[g])
          factor /= weights;
    }
    forms_[o.out] = std::move(out);
    return true;
  }
  bool apply(const op::Binary& o) {
    using Kind = op::Binary::Kind;
    if (certain(o.a) && certain(o.b))
      return true;
    const bool sum = o.kind == Kind::add || o.kind == Kind::subtract;
    const bool by = (o.kind == Kind::multiply && (certain(o.a) || certain(o.b))) ||
                    (o.kind == Kind::divide && certain(o.b));
    if (!sum && !by)
      return false;
    Forms out(plan_.arrays[o.out].size);
    for (std::size_t i = 0; i < out.size(); ++i) {
      if (sum) {
        if (!certain(o.a))
          add_multiple(out[i], forms_[o.a][i], 1);
        if (!certain(o.b))
          add_multiple(out[i], forms_[o.b][i], o.kind == Kind::add ? 1 : -1);
      } else if (certain(o.b)) {
        const double x = number(o.b, i);
        add_multiple(out[i], forms_[o.a][i], o.kind == Kind::divide ? 1 / x : x);
      } else {
        add_multiple(out[i], forms_[o.b][i], number(o.a, i));
      }
    }
    forms_[o.out] = std::move(out);
    return true;
  }
  /// Anything else must see certain numbers only.
  template <class O>
  bool apply(const O& o) {
    return certain(o.in);
  }
  bool apply(const op::Compare& o) { return certain(o.a) && certain(o.b); }
  bool apply(const op::Keep& o) {
    return certain(o.by) && certain(o.mask) && certain(o.best) && certain(o.highest) &&
           certain(o.lowest) && certain(o.weights);
  }
  bool apply(const op::Rank& o) {
    return certain(o.in) &&
           std::ranges::all_of(o.then, [&](const auto& key) { return certain(key.array); });
  }

  const Plan& plan_;
  std::size_t cells_;
  const std::vector<Column>& certain_;
  std::vector<Forms> forms_;
};

} // namespace

std::optional<std::vector<Forms>> read_linear(const Plan& plan, std::size_t cells,
                                              const std::vector<Column>& certain) {
  return LinearReading(plan, cells, certain).read();
}

} // namespace libeval
