// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <bit>
#include <cfloat>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

/// Cells of a table in text form. Every function may look at the byte at `end`, which is part of
/// the text or NUL.
namespace libeval::csv {

struct Syntax {
  char delimiter = ',';
  char newline = '\n'; ///< '\r' in files of old Macs
  char point = '.';
};

struct Cell {
  enum class Trouble : std::uint8_t { none, unclosed, after_quote, stray_quote };
  std::string_view text;       ///< without quotes and blanks round it; may live in the scratch text
  const char* begin = nullptr; ///< the first byte of the cell, its quote included
  const char* stop = nullptr;  ///< behind its last byte
  const char* next = nullptr;  ///< behind the delimiter or line end
  bool ends_row = false;
  Trouble trouble = Trouble::none;
};

/// Finds where plain cells end: without quotes, and without blanks at either end. Cells that need a
/// second look are left to `next_cell`.
class PlainCells {
public:
  explicit PlainCells(const Syntax& syntax)
      : syntax_(syntax), delimiter_(all(syntax.delimiter)), newline_(all(syntax.newline)) {}

  /// The next byte at or behind `p` that means something, or one up to 16 bytes before `end`.
  [[nodiscard]] const char* skip(const char* p, const char* end) const {
    if constexpr (std::endian::native == std::endian::little) {
      // Two words at once: where one would do is no question to guess at.
      for (; end - p >= 16; p += 16) {
        const std::uint64_t here = marks(p), behind = marks(p + 8);
        if ((here | behind) != 0)
          return p + (here != 0 ? std::countr_zero(here) : 64 + std::countr_zero(behind)) / 8;
      }
    }
    return p;
  }

  /// Reads the cell at `p` if it is plain.
  [[nodiscard]] bool read(const char* p, const char* end, Cell& cell) const {
    const char* const stop = skip(p, end);
    if (stop == p || stop >= end || !is_plain(*p) || !is_plain(stop[-1]))
      return false;
    if (*stop == syntax_.delimiter)
      cell.next = stop + 1;
    else if (*stop == syntax_.newline)
      cell.next = stop + 1;
    else if (*stop == '\r' && stop + 1 < end && stop[1] == syntax_.newline)
      cell.next = stop + 2;
    else
      return false;
    cell.ends_row = *stop != syntax_.delimiter;
    cell.text = {p, static_cast<std::size_t>(stop - p)};
    cell.begin = p;
    cell.stop = stop;
    return true;
  }

private:
  static constexpr std::uint64_t ones = 0x0101010101010101U;
  static constexpr std::uint64_t all(char c) { return ones * static_cast<unsigned char>(c); }
  static bool is_plain(char c) { return c > ' ' && c < '\x7F'; }

  /// The high bits of the bytes that mean something; the lowest bit set belongs to the first.
  [[nodiscard]] std::uint64_t marks(const char* p) const {
    std::uint64_t word = 0;
    std::memcpy(&word, p, 8);
    const auto zeros = [](std::uint64_t x) { return (x - ones) & ~x; };
    return (zeros(word ^ delimiter_) | zeros(word ^ newline_) | zeros(word ^ all('\r')) |
            zeros(word ^ all('"'))) &
           (ones << 7U);
  }

  Syntax syntax_;
  std::uint64_t delimiter_, newline_;
};

/// Reads the cell that begins at `p`. `scratch` holds the text of a cell with doubled quotes.
[[nodiscard]] Cell next_cell(const char* p, const char* end, const Syntax& syntax,
                             std::string& scratch);

[[nodiscard]] inline bool is_digit(char c) {
  return static_cast<unsigned char>(c - '0') < 10;
}

/// 1, 10, ..., 1e22: the powers of ten that a double holds exactly.
inline constexpr std::array<double, 23> powers_of_ten = {
    1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/// Reads a plain decimal at `p` and returns where it ends, or null where the slow way must decide.
/// Correctly rounded: up to 2^53 times a power of ten that is exact needs one rounding (Clinger
/// 1990); everything else goes to std::from_chars. Stops at the first byte that does not belong to
/// the number; the text must not end before such a byte.
[[nodiscard]] inline const char* read_number(const char* p, char point, double& value) {
  const char* const begin = *p == '+' ? p + 1 : p;
  const bool negative = *p == '-';
  p += negative || *p == '+' ? 1 : 0;
  const char* const digits = p;
  std::uint64_t mantissa = 0;
  while (is_digit(*p))
    mantissa = mantissa * 10 + static_cast<std::uint64_t>(*p++ - '0');
  std::ptrdiff_t count = p - digits;
  std::ptrdiff_t exponent = 0;
  if (*p == point) {
    const char* const fraction = ++p;
    while (is_digit(*p))
      mantissa = mantissa * 10 + static_cast<std::uint64_t>(*p++ - '0');
    exponent = fraction - p;
    count -= exponent;
  }
  if (count == 0 || count > 19)
    return nullptr;
  if (*p == 'e' || *p == 'E') {
    const char* q = p + 1;
    const bool down = *q == '-';
    q += down || *q == '+' ? 1 : 0;
    const char* const first = q;
    std::ptrdiff_t written = 0;
    while (is_digit(*q) && q - first < 5)
      written = written * 10 + (*q++ - '0');
    if (q == first || is_digit(*q))
      return nullptr;
    exponent += down ? -written : written;
    p = q;
  }
  if (FLT_EVAL_METHOD == 0 && mantissa <= (std::uint64_t{1} << 53U) && exponent >= -22 &&
      exponent <= 22) {
    const auto whole = static_cast<double>(mantissa);
    const double size = exponent < 0 ? whole / powers_of_ten[static_cast<std::size_t>(-exponent)]
                                     : whole * powers_of_ten[static_cast<std::size_t>(exponent)];
    value = negative ? 0 - size : size; // 0 - 0 is 0, never -0
    return p;
  }
  if (point != '.')
    return nullptr;
  const auto [stop, error] = std::from_chars(begin, p, value);
  if (error != std::errc{} || stop != p)
    return nullptr;
  value += 0.0;
  return p;
}

/// Without the blanks that do not count: ASCII, no-break and ideographic spaces, byte-order marks.
[[nodiscard]] std::string_view trimmed(std::string_view text);

} // namespace libeval::csv
