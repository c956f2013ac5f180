// SPDX-License-Identifier: Apache-2.0
#include "io/csv_intern.hpp"

namespace libeval::csv {

std::uint32_t Interner::hash_of(std::string_view text) {
  std::uint64_t hash = text.size();
  const char* const last = text.data() + text.size() - 8;
  for (const char* p = text.data(); p < last; p += 8) {
    hash = (hash ^ word_at<std::uint64_t>(p)) * 0xd6e8feb86659fd93U;
    hash ^= hash >> 32U;
  }
  return static_cast<std::uint32_t>(hash);
}

std::uint32_t Interner::add(const Key& key, std::string_view text) {
  const auto code = static_cast<std::uint32_t>(texts_.size());
  if (2 * texts_.size() >= slots_.size())
    grow();
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = key.mark & mask;
  for (std::size_t probe = 0; slots_[slot] != 0; slot = (slot + 1) & mask)
    if (++probe == most_probes) {
      sort();
      return find_sorted(text);
    }
  slots_[slot] = code + 1;
  keys_.push_back(key);
  texts_.emplace_back(text);
  return code;
}

std::uint32_t Interner::find_sorted(std::string_view text) {
  const auto at = sorted_.lower_bound(text);
  if (at != sorted_.end() && at->first == text)
    return at->second;
  const auto code = static_cast<std::uint32_t>(texts_.size());
  texts_.emplace_back(text);
  sorted_.emplace_hint(at, text, code);
  return code;
}

void Interner::grow() {
  slots_.assign(slots_.empty() ? 16 : 4 * slots_.size(), 0);
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t code = 0; code < keys_.size(); ++code) {
    std::size_t slot = keys_[code].mark & mask;
    while (slots_[slot] != 0)
      slot = (slot + 1) & mask;
    slots_[slot] = static_cast<std::uint32_t>(code + 1);
  }
}

void Interner::sort() {
  flooded_ = true;
  for (std::uint32_t code = 0; code < texts_.size(); ++code)
    sorted_.emplace(texts_[code], code);
  slots_ = {};
  keys_ = {};
}

} // namespace libeval::csv
