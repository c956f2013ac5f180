// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

/// As many doubles as the instruction set of this source has in a register. Every operation but
/// those that say so is an IEEE operation on each lane, so results do not depend on how many there
/// are. Included only by
/// sources that hold nothing but functions of their own (see smaa_avx2.cpp): what is compiled for a
/// newer processor must not be called on an older one.
namespace libeval::kernel {
namespace { // each source has its own width

#if defined(__AVX512F__) && defined(__AVX512DQ__) && defined(__AVX512BW__)
inline constexpr unsigned lane_count = 8;
#elif defined(__AVX2__)
inline constexpr unsigned lane_count = 4;
#else
inline constexpr unsigned lane_count = 2;
#endif

using Reals = double __attribute__((vector_size(8 * lane_count)));
using Words = std::uint64_t __attribute__((vector_size(8 * lane_count)));

inline Words bits_of(Reals x) {
  return reinterpret_cast<Words>(x);
}
inline Reals real_of(Words x) {
  return reinterpret_cast<Reals>(x);
}
inline Reals load(const double* from) {
  Reals out;
  __builtin_memcpy(&out, from, sizeof out);
  return out;
}
inline void store(double* to, Reals x) {
  __builtin_memcpy(to, &x, sizeof x);
}
inline void store(std::uint64_t* to, Words x) {
  __builtin_memcpy(to, &x, sizeof x);
}

#if defined(__AVX512F__) && defined(__AVX512DQ__) && defined(__AVX512BW__)
inline Reals square_root(Reals x) {
  return reinterpret_cast<Reals>(_mm512_sqrt_pd(reinterpret_cast<__m512d>(x)));
}
inline Reals lesser(Reals a, Reals b) {
  return reinterpret_cast<Reals>(
      _mm512_min_pd(reinterpret_cast<__m512d>(a), reinterpret_cast<__m512d>(b)));
}
inline Reals greater(Reals a, Reals b) {
  return reinterpret_cast<Reals>(
      _mm512_max_pd(reinterpret_cast<__m512d>(a), reinterpret_cast<__m512d>(b)));
}
/// Products of the lower halves.
inline Words multiply(Words a, Words b) {
  return reinterpret_cast<Words>(
      _mm512_mul_epu32(reinterpret_cast<__m512i>(a), reinterpret_cast<__m512i>(b)));
}
/// a * b + c, rounded once where there is an instruction for that: not the same bits everywhere.
inline Reals multiply_add(Reals a, Reals b, Reals c) {
  return reinterpret_cast<Reals>(_mm512_fmadd_pd(
      reinterpret_cast<__m512d>(a), reinterpret_cast<__m512d>(b), reinterpret_cast<__m512d>(c)));
}
/// One bit a lane: a <= b.
inline unsigned at_most(Reals a, Reals b) {
  return _mm512_cmp_pd_mask(reinterpret_cast<__m512d>(a), reinterpret_cast<__m512d>(b), _CMP_LE_OQ);
}
#elif defined(__AVX2__)
inline Reals square_root(Reals x) {
  return reinterpret_cast<Reals>(_mm256_sqrt_pd(reinterpret_cast<__m256d>(x)));
}
inline Reals lesser(Reals a, Reals b) {
  return reinterpret_cast<Reals>(
      _mm256_min_pd(reinterpret_cast<__m256d>(a), reinterpret_cast<__m256d>(b)));
}
inline Reals greater(Reals a, Reals b) {
  return reinterpret_cast<Reals>(
      _mm256_max_pd(reinterpret_cast<__m256d>(a), reinterpret_cast<__m256d>(b)));
}
inline Words multiply(Words a, Words b) {
  return reinterpret_cast<Words>(
      _mm256_mul_epu32(reinterpret_cast<__m256i>(a), reinterpret_cast<__m256i>(b)));
}
inline Reals multiply_add(Reals a, Reals b, Reals c) {
  return reinterpret_cast<Reals>(_mm256_fmadd_pd(
      reinterpret_cast<__m256d>(a), reinterpret_cast<__m256d>(b), reinterpret_cast<__m256d>(c)));
}
inline unsigned at_most(Reals a, Reals b) {
  return static_cast<unsigned>(_mm256_movemask_pd(
      _mm256_cmp_pd(reinterpret_cast<__m256d>(a), reinterpret_cast<__m256d>(b), _CMP_LE_OQ)));
}
#elif defined(__x86_64__)
inline Reals square_root(Reals x) {
  return reinterpret_cast<Reals>(_mm_sqrt_pd(reinterpret_cast<__m128d>(x)));
}
inline Reals lesser(Reals a, Reals b) {
  return reinterpret_cast<Reals>(
      _mm_min_pd(reinterpret_cast<__m128d>(a), reinterpret_cast<__m128d>(b)));
}
inline Reals greater(Reals a, Reals b) {
  return reinterpret_cast<Reals>(
      _mm_max_pd(reinterpret_cast<__m128d>(a), reinterpret_cast<__m128d>(b)));
}
inline Words multiply(Words a, Words b) {
  return reinterpret_cast<Words>(
      _mm_mul_epu32(reinterpret_cast<__m128i>(a), reinterpret_cast<__m128i>(b)));
}
inline Reals multiply_add(Reals a, Reals b, Reals c) {
  return a * b + c;
}
inline unsigned at_most(Reals a, Reals b) {
  return static_cast<unsigned>(
      _mm_movemask_pd(_mm_cmple_pd(reinterpret_cast<__m128d>(a), reinterpret_cast<__m128d>(b))));
}
#else
inline Reals square_root(Reals x) {
  for (unsigned lane = 0; lane < lane_count; ++lane)
    x[lane] = __builtin_sqrt(x[lane]);
  return x;
}
inline Reals lesser(Reals a, Reals b) {
  return a < b ? a : b;
}
inline Reals greater(Reals a, Reals b) {
  return a > b ? a : b;
}
inline Words multiply(Words a, Words b) {
  return (a & std::uint64_t{0xFFFFFFFF}) * (b & std::uint64_t{0xFFFFFFFF});
}
inline Reals multiply_add(Reals a, Reals b, Reals c) {
  return a * b + c;
}
inline unsigned at_most(Reals a, Reals b) {
  unsigned out = 0;
  for (unsigned lane = 0; lane < lane_count; ++lane)
    out |= (a[lane] <= b[lane] ? 1U : 0U) << lane;
  return out;
}
#endif

/// Every bit of those lanes whose bit is set.
inline Words of_lanes(unsigned bits) {
  Words out{};
  for (unsigned lane = 0; lane < lane_count; ++lane)
    out[lane] = (bits >> lane) % 2 != 0 ? ~std::uint64_t{0} : 0;
  return out;
}
/// a where the bits of `which` are set, else b.
inline Reals chosen(Words which, Reals a, Reals b) {
  return real_of((bits_of(a) & which) | (bits_of(b) & ~which));
}

/// The numbers at these positions.
inline Reals gather(const double* from, Words at) {
#if defined(__AVX512F__) && defined(__AVX512DQ__) && defined(__AVX512BW__)
  return reinterpret_cast<Reals>(_mm512_i64gather_pd(reinterpret_cast<__m512i>(at), from, 8));
#elif defined(__AVX2__)
  return reinterpret_cast<Reals>(_mm256_i64gather_pd(from, reinterpret_cast<__m256i>(at), 8));
#else
  Reals out{};
  for (unsigned lane = 0; lane < lane_count; ++lane)
    out[lane] = from[at[lane]];
  return out;
#endif
}

/// As many of these numbers as there are lanes; zeros where there are fewer.
inline Reals first_of(const double* from, std::size_t count) {
  Reals out{};
  for (unsigned lane = 0; lane < lane_count && lane < count; ++lane)
    out[lane] = from[lane];
  return out;
}
/// The lanes of `from` at these positions.
inline Reals picked(Reals from, Words at) {
#if defined(__AVX512F__) && defined(__AVX512DQ__) && defined(__AVX512BW__)
  return reinterpret_cast<Reals>(
      _mm512_permutexvar_pd(reinterpret_cast<__m512i>(at), reinterpret_cast<__m512d>(from)));
#else
  double numbers[lane_count];
  __builtin_memcpy(numbers, &from, sizeof from);
  return gather(numbers, at);
#endif
}

/// As a sum of products for functions of elementary.hpp, where the last digits do not matter.
struct OneRounding {
  static Reals wide(Reals x) { return x; }
  static Reals wide(double x) { return x - Reals{}; }
  template <class B, class C>
  Reals operator()(Reals a, B b, C c) const {
    return multiply_add(a, wide(b), wide(c));
  }
};

/// How many of 64 whole numbers are less than those beside them.
inline unsigned count_less(const std::int16_t* a, const std::int16_t* b) {
#if defined(__AVX512F__) && defined(__AVX512DQ__) && defined(__AVX512BW__)
  const auto less = [&](unsigned at) {
    return std::uint64_t{
        _mm512_cmplt_epi16_mask(_mm512_loadu_si512(a + at), _mm512_loadu_si512(b + at))};
  };
  return static_cast<unsigned>(__builtin_popcountll(less(0) | less(32) << 32));
#elif defined(__AVX2__)
  const auto less = [&](unsigned at) {
    return _mm256_cmpgt_epi16(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(b + at)),
                              _mm256_loadu_si256(reinterpret_cast<const __m256i*>(a + at)));
  };
  const auto bits = [&](unsigned at) { // of two vectors, in an order of their own
    return std::uint64_t{static_cast<std::uint32_t>(
        _mm256_movemask_epi8(_mm256_packs_epi16(less(at), less(at + 16))))};
  };
  return static_cast<unsigned>(__builtin_popcountll(bits(0) | bits(32) << 32));
#else
  using Shorts = std::int16_t __attribute__((vector_size(16)));
  Shorts sum{};
  for (unsigned at = 0; at < 64; at += 8) {
    Shorts x, y;
    __builtin_memcpy(&x, a + at, sizeof x);
    __builtin_memcpy(&y, b + at, sizeof y);
    sum -= x < y;
  }
  int out = 0;
  for (unsigned at = 0; at < 8; ++at)
    out += sum[at];
  return static_cast<unsigned>(out);
#endif
}

/// How many bits are set, of one a lane.
inline unsigned ones(unsigned bits) {
  if constexpr (lane_count == 2)
    return (bits & 1U) + (bits >> 1U); // not every processor has an instruction for it
  return static_cast<unsigned>(__builtin_popcount(bits));
}

} // namespace
} // namespace libeval::kernel
