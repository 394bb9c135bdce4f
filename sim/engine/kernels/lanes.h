// Vectors of lanes and their functions, as c_text.py writes them. A vector fills one register of the processor.

#include <cmath>
#include <cstdint>
#include <cstring>

#if defined(__AVX512F__) || defined(__AVX2__)
#include <immintrin.h>
#endif

#if defined(__AVX512F__)
constexpr int lanes_of_vector = 16;
#elif defined(__AVX2__)
constexpr int lanes_of_vector = 8;
#else
constexpr int lanes_of_vector = 4;
#endif

typedef float Floats __attribute__((vector_size(4 * lanes_of_vector)));
typedef int32_t Ints __attribute__((vector_size(4 * lanes_of_vector)));
typedef uint32_t Words __attribute__((vector_size(4 * lanes_of_vector)));
typedef uint8_t Bytes __attribute__((vector_size(lanes_of_vector)));
typedef Ints Mask;  // all bits of a lane, or none

template <class V>
inline V load(const void *from, long lane) {
    V x;
    std::memcpy(&x, (const char *)from + 4 * lane, sizeof x);
    return x;
}

template <class V>
inline void store(void *to, long lane, V x) {
    std::memcpy((char *)to + 4 * lane, &x, sizeof x);
}

inline void store_marks(uint8_t *to, Ints marks) {
    const Bytes x = __builtin_convertvector(marks, Bytes);
    std::memcpy(to, &x, sizeof x);
}

// ---- from one type to another

template <class V, class X>
inline V all(X x) {
    return V{} + x;
}
template <>
inline Mask all<Mask, bool>(bool x) {
    return Mask{} - int32_t(x);
}

template <class V, class X>
inline V converted(X x) {
    if constexpr (sizeof(V) == sizeof(Floats) && sizeof(X) == sizeof(Floats))
        return __builtin_convertvector(x, V);
    else
        return V(x);
}

template <class V, class X>
inline V truth(X x) {  // 1 or 0
    if constexpr (sizeof(X) == sizeof(Mask))
        return __builtin_convertvector(-x, V);
    else
        return V(x);
}

template <class V, class X>
inline V bits(X x) {
    V y;
    static_assert(sizeof x == sizeof y);
    std::memcpy(&y, &x, sizeof x);
    return y;
}

// ---- one lane after the other; the compiler makes vectors of it where it can

template <class F, class... X>
inline Floats each(F f, X... x) {
    Floats y;
    for (int i = 0; i < lanes_of_vector; i++) y[i] = f(x[i]...);
    return y;
}

#define FUNCTION(name, formula)                        \
    inline float name(float x) { return formula; }     \
    inline Floats name(Floats y) {                     \
        return each([](float x) { return formula; }, y); \
    }

FUNCTION(exp_, std::exp(x))
FUNCTION(expm1_, std::expm1(x))
FUNCTION(log_, std::log(x))
FUNCTION(log1p_, std::log1p(x))
FUNCTION(sin_, std::sin(x))
FUNCTION(cos_, std::cos(x))
FUNCTION(tan_, std::tan(x))
FUNCTION(sinh_, std::sinh(x))
FUNCTION(cosh_, std::cosh(x))
FUNCTION(tanh_, std::tanh(x))
FUNCTION(floor_, std::floor(x))
FUNCTION(ceil_, std::ceil(x))
FUNCTION(round_even, std::nearbyint(x))
FUNCTION(round_away, std::round(x))
FUNCTION(sign, x > 0 ? 1.f : x < 0 ? -1.f : x)

inline float power(float x, float y) { return std::pow(x, y); }

inline float arctan2(float y, float x) { return std::atan2(y, x); }
inline Floats arctan2(Floats y, Floats x) {
    return each([](float a, float b) { return std::atan2(a, b); }, y, x);
}

template <int n, class X>
inline X whole_power(X x) {
    if constexpr (n < 0)
        return 1 / whole_power<-n>(x);
    else if constexpr (n == 0)
        return x * 0 + 1;
    else if constexpr (n == 1)
        return x;
    else if constexpr (n % 2)
        return x * whole_power<n - 1>(x);
    else
        return whole_power<n / 2>(x * x);
}

// ---- choices

template <class X>
inline X chosen(bool first, X a, X b) {
    return first ? a : b;
}
template <class V>
inline V chosen(Mask first, V a, V b) {
    return first ? a : b;
}

// Of the second argument, what is not a number stays so.
template <class X>
inline X larger(X a, X b) {
    return a > b ? a : b;
}
template <class X>
inline X smaller(X a, X b) {
    return a < b ? a : b;
}

#if defined(__AVX512F__)

template <>
inline Floats larger(Floats a, Floats b) {
    return _mm512_max_ps(a, b);
}
template <>
inline Floats smaller(Floats a, Floats b) {
    return _mm512_min_ps(a, b);
}
inline Floats root(Floats x) { return _mm512_sqrt_ps(x); }
inline Floats whole(Floats x) { return _mm512_roundscale_ps(x, 8); }

#else

#if defined(__AVX2__)

template <>
inline Floats larger(Floats a, Floats b) {
    return _mm256_max_ps(a, b);
}
template <>
inline Floats smaller(Floats a, Floats b) {
    return _mm256_min_ps(a, b);
}
inline Floats root(Floats x) { return _mm256_sqrt_ps(x); }
inline Floats whole(Floats x) { return _mm256_round_ps(x, 8); }

#else

inline Floats root(Floats x) {
    return each([](float a) { return std::sqrt(a); }, x);
}
inline Floats whole(Floats x) { return round_even(x); }

#endif

#endif

inline float root(float x) { return std::sqrt(x); }
inline float magnitude(float x) { return std::fabs(x); }
inline Floats magnitude(Floats x) { return bits<Floats>(bits<Words>(x) & 0x7fffffffu); }
inline int32_t magnitude(int32_t x) { return x < 0 ? -x : x; }
inline Ints magnitude(Ints x) { return x < 0 ? -x : x; }

// a - b as it stands: the compiler may rearrange sums, and would make 0 of what a sum has lost. Of a barrier of its own,
// __builtin_assoc_barrier, g++ 12 takes vectors apart, lane by lane; an instruction with its rounding, or an empty one on
// a register, costs nothing beside the difference.
#if defined(__AVX512F__)
#define REGISTER "+v"
#elif defined(__SSE2__)
#define REGISTER "+x"
#elif defined(__ARM_NEON)
#define REGISTER "+w"
#else  // numbers that the compiler cannot know to be 0
static volatile uint32_t nothing = 0;
#endif

template <class X>
inline X fixed(X x) {
#if defined(REGISTER)
    asm("" : REGISTER(x));
    return x;
#else
    if constexpr (sizeof(X) == sizeof(Floats))
        return bits<X>(bits<Words>(x) ^ nothing);
    else
        return bits<X>(bits<uint32_t>(x) ^ nothing);
#endif
}

template <class X>
inline X difference(X a, X b) {
#if defined(__AVX512F__)
    if constexpr (sizeof(X) == sizeof(Floats)) return _mm512_sub_round_ps(a, b, 8);
#endif
    return fixed(fixed(a) - b);
}

// What x + change, rounded, lacks.
template <class X>
inline X lost_in_sum(X x, X change) {
    return change - difference(x + change, x);
}

template <class X>
inline X sum_of_bytes(X x) {
#if defined(__AVX512VNNI__)
    if constexpr (sizeof x == 64) return (X)_mm512_dpbusd_epi32(__m512i{}, (__m512i)x, _mm512_set1_epi32(0x01010101));
#endif
    const X pairs = (x & 0x00ff00ffu) + ((x >> 8) & 0x00ff00ffu);
    return (pairs + (pairs >> 16)) & 0x3ffu;
}

// The exponential of sim/engine/exponential.py, whose `polynomial` stands above: 2^y = 2^whole 2^rest.
inline Floats two_to_the(Floats rest) {
    Floats power = all<Floats>(polynomial[0]);
    for (int i = 1; i < 6; i++) power = power * rest + polynomial[i];
    return power;
}

#if defined(__AVX512F__) && defined(__AVX512DQ__)

// No limits here: the rest of an infinity is 0, and scaling toward zero stops at the largest number.
inline Floats power_of_2(Floats y) {
    return _mm512_scalef_round_ps(two_to_the(_mm512_reduce_ps(y, 8)), whole(y), _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC);
}
inline Floats exponential(Floats x) { return power_of_2(x * 1.4426950408889634f); }

#else

inline Floats power_of_2(Floats y) {
    const Floats n = whole(y);
    return two_to_the(y - n) * bits<Floats>((__builtin_convertvector(n, Ints) + 127) << 23);
}
inline Floats exponential(Floats x) {
    const Floats limit = all<Floats>(126.f);
    return power_of_2(smaller(limit, larger(-limit, x * 1.4426950408889634f)));
}

#endif

inline float exponential(float x) { return exponential(all<Floats>(x))[0]; }

// ---- powers

// Of a normal number above 0: of its exponent, and of the rest between the roots of 1/2 and 2 by the series of the inverse
// hyperbolic tangent.
inline Floats logarithm_to_2(Floats x) {
    const Ints whole_part = (bits<Ints>(x) - 0x3f3504f3) >> 23;
    const Floats rest = bits<Floats>(bits<Ints>(x) - (whole_part << 23));
    const Floats s = (rest - 1.f) / (rest + 1.f), square = s * s;
    const Floats series = 1.f + square * (1.f / 3 + square * (1.f / 5 + square * (1.f / 7 + square * (1.f / 9))));
    return __builtin_convertvector(whole_part, Floats) + 2.885390081777927f * s * series;
}

// To some millionths, of numbers above 0 where the power is moderate, and of 0; elsewhere, lane by lane, the library's.
inline Floats power(Floats x, Floats y) {
    const Mask zero = (x == 0.f) & (y > 0.f), above = (x >= 1e-37f) & (x <= 1e37f);
    const Floats found = y * logarithm_to_2(chosen(above, x, all<Floats>(1.f)));
    const Mask common = above & (magnitude(found) <= 120.f), other = ~(zero | common);
    Floats result = chosen(common, power_of_2(chosen(common, found, all<Floats>(0.f))), all<Floats>(0.f));
    int32_t any = 0;
    for (int i = 0; i < lanes_of_vector; i++) any |= other[i];
    if (any)
        for (int i = 0; i < lanes_of_vector; i++)
            if (other[i]) result[i] = std::pow(x[i], y[i]);
    return result;
}
