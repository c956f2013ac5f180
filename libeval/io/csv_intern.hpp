// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace libeval::csv {

/// Distinct texts numbered in the order of their first appearance. A hash table; texts made to
/// collide turn it into a sorted map, so a text costs O(log n) at worst.
class Interner {
public:
  Interner() = default;
  Interner(Interner&&) = default;
  Interner& operator=(Interner&&) = default;
  Interner(const Interner&) = delete;
  Interner& operator=(const Interner&) = delete;
  ~Interner() = default;

  [[nodiscard]] std::uint32_t intern(std::string_view text) {
    if (flooded_)
      return find_sorted(text);
    const Key key = key_of(text);
    if (last_ < texts_.size() && is(last_, key, text))
      return last_; // tables are often sorted
    const std::size_t mask = slots_.size() - 1;
    std::size_t slot = key.mark & mask;
    for (std::size_t probe = 0; probe < most_probes && !slots_.empty();
         ++probe, slot = (slot + 1) & mask) {
      if (slots_[slot] == 0)
        break;
      if (is(slots_[slot] - 1, key, text))
        return last_ = slots_[slot] - 1;
    }
    return last_ = add(key, text);
  }
  [[nodiscard]] const std::vector<std::string>& texts() const noexcept { return texts_; }
  [[nodiscard]] std::vector<std::string> take() && { return std::move(texts_); }
  /// Whether the texts were found to collide.
  [[nodiscard]] bool is_sorted() const noexcept { return flooded_; }
  [[nodiscard]] std::size_t size() const noexcept { return texts_.size(); }

private:
  /// A text of up to 16 bytes is its first and its last eight and its length; of a longer one they
  /// tell most others apart.
  struct Key {
    std::uint64_t first = 0, last = 0;
    std::uint32_t size = 0;
    std::uint32_t mark = 0; ///< hash of the text
  };
  static constexpr std::size_t most_probes = 256;

  template <class Word>
  static std::uint64_t word_at(const char* from) {
    Word word = 0;
    std::memcpy(&word, from, sizeof word);
    return word;
  }

  static Key key_of(std::string_view text) {
    const char* const p = text.data();
    const std::size_t size = text.size();
    Key key;
    key.size = static_cast<std::uint32_t>(size);
    if (size >= 8) {
      key.first = word_at<std::uint64_t>(p);
      key.last = word_at<std::uint64_t>(p + size - 8);
    } else if (size >= 4) {
      key.first = word_at<std::uint32_t>(p);
      key.last = word_at<std::uint32_t>(p + size - 4);
    } else if (size > 0) {
      key.first = word_at<std::uint8_t>(p) | word_at<std::uint8_t>(p + size / 2) << 8U |
                  word_at<std::uint8_t>(p + size - 1) << 16U;
    }
    std::uint64_t hash = (key.first ^ (key.size * 0x9e3779b97f4a7c15U)) * 0xd6e8feb86659fd93U;
    hash = (hash ^ (hash >> 32U) ^ key.last) * 0xd6e8feb86659fd93U;
    key.mark = static_cast<std::uint32_t>(hash >> 32U);
    if (size > 16)
      key.mark ^= hash_of(text);
    return key;
  }

  [[nodiscard]] bool is(std::uint32_t code, const Key& key, std::string_view text) const {
    const Key& known = keys_[code];
    return known.first == key.first && known.last == key.last && known.size == key.size &&
           (key.size <= 16 || texts_[code] == text);
  }

  static std::uint32_t hash_of(std::string_view text);
  [[nodiscard]] std::uint32_t add(const Key& key, std::string_view text);
  [[nodiscard]] std::uint32_t find_sorted(std::string_view text);
  void grow();
  void sort();

  std::vector<std::string> texts_;
  std::vector<Key> keys_;            // of each text
  std::vector<std::uint32_t> slots_; // position in texts_ plus one; a power of two of them
  std::map<std::string, std::uint32_t, std::less<>> sorted_; // used once flooded
  bool flooded_ = false;
  std::uint32_t last_ = 0;
};

} // namespace libeval::csv
