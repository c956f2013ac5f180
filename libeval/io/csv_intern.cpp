// SPDX-License-Identifier: Apache-2.0
#include "io/csv_intern.hpp"

#include <cstring>

namespace libeval::csv {
namespace {

constexpr std::size_t most_probes = 256;

std::uint64_t mixed(std::uint64_t x) {
  x ^= x >> 32U;
  x *= 0xd6e8feb86659fd93U;
  x ^= x >> 32U;
  x *= 0xd6e8feb86659fd93U;
  return x ^ (x >> 32U);
}

template <class Word>
std::uint64_t word_at(const char* from) {
  Word word = 0;
  std::memcpy(&word, from, sizeof word);
  return word;
}

/// Words overlap at the end of a text, so that none is read byte by byte.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = text.size() * 0x9e3779b97f4a7c15U;
  const char* p = text.data();
  const std::size_t size = text.size();
  if (size >= 8) {
    const char* const last = p + size - 8;
    for (; p < last; p += 8)
      hash = mixed(hash ^ word_at<std::uint64_t>(p));
    return mixed(hash ^ word_at<std::uint64_t>(last));
  }
  if (size >= 4)
    return mixed(hash ^ (word_at<std::uint32_t>(p) | word_at<std::uint32_t>(p + size - 4) << 32U));
  if (size == 0)
    return mixed(hash);
  const auto byte = [&](std::size_t at) {
    return static_cast<std::uint64_t>(static_cast<unsigned char>(p[at]));
  };
  return mixed(hash ^ (byte(0) | byte(size / 2) << 8U | byte(size - 1) << 16U));
}

std::uint32_t upper(std::uint64_t hash) {
  return static_cast<std::uint32_t>(hash >> 32U);
}

} // namespace

std::uint32_t Interner::add(std::string_view text) {
  texts_.emplace_back(text);
  return static_cast<std::uint32_t>(texts_.size() - 1);
}

std::uint32_t Interner::find_or_add(std::string_view text) {
  if (flooded_) {
    const auto at = sorted_.lower_bound(text);
    if (at != sorted_.end() && at->first == text)
      return at->second;
    const std::uint32_t code = add(text);
    sorted_.emplace_hint(at, text, code);
    return code;
  }
  if (2 * texts_.size() >= slots_.size())
    grow();
  const std::uint64_t hash = hash_of(text);
  const std::uint32_t mark = upper(hash);
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = mark & mask;
  for (std::size_t probe = 0; probe < most_probes; ++probe, slot = (slot + 1) & mask) {
    if (slots_[slot] == 0) {
      const std::uint32_t code = add(text);
      hashes_.push_back(mark);
      slots_[slot] = code + 1;
      return code;
    }
    const std::uint32_t code = slots_[slot] - 1;
    if (hashes_[code] == mark && texts_[code] == text)
      return code;
  }
  sort();
  return find_or_add(text);
}

void Interner::grow() {
  slots_.assign(slots_.empty() ? 16 : 4 * slots_.size(), 0);
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t code = 0; code < hashes_.size(); ++code) {
    std::size_t slot = hashes_[code] & mask;
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
  hashes_ = {};
}

} // namespace libeval::csv
