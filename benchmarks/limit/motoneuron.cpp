// The two-compartment motoneuron of Booth, Rinzel & Kiehn 1997 as fast as the processor allows: what the compiled
// engine is measured against.
//
//   C dv_s/dt = -I_leak - I_CaN - I_KCa - g_Na m_inf(v_s)^3 h (v_s - E_Na) - g_K n^4 (v_s - E_K) - g_c/p (v_s - v_d)
//   C dv_d/dt = -I_leak - I_CaN - I_KCa - g_CaL m_L (v_d - E_Ca) - (max(g_e, 0) + spread z)(v_d - E_e)
//               - g_c/(1 - p) (v_d - v_s)
//
// A gate x relaxes to x_inf(v); calcium to its influx; g_e to a command that rises and falls once; z is an
// Ornstein-Uhlenbeck process of variance 1. Scheme, draws and numbers are those of the engine in float32: gates,
// calcium and noise move from t - dt/2 to t + dt/2 with the potentials at t, calcium with the mean of its gates; the
// potentials from t to t + dt with the gates at t + dt/2, each held by the mean of the other, and once more with the
// sodium activation at the mean of v_s. A cell fires where v_s comes to lie above 0 mV.
//
// `simd` keeps some cells in registers and the time loop inside; `plain` is the loop over cells that one would write.
// Units: ms, mV, mS/cm2, uF/cm2 (1), uA/cm2.

#include <immintrin.h>
#include <omp.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>

#if defined(__AVX512BW__) && defined(__AVX512DQ__)
#define HAS_AVX512
#elif !(defined(__AVX2__) && defined(__FMA__))
#error "the kernel needs AVX-512 or AVX2 with FMA"
#endif

namespace {

// ---- the model

constexpr double dt = 0.05;
constexpr int steps = 10;  // in a window

constexpr float g_na = 120, g_k = 100, g_can_s = 14, g_can_d = 0.03f, g_kca_s = 5, g_kca_d = 1.1f, g_l = 0.51f;
constexpr float E_na = 55, E_k = -80, E_ca = 80, E_l = -60, E_e = 0;
constexpr float to_soma = 0.1 / 0.1, to_dend = 0.1 / (1 - 0.1);  // g_c/p, g_c/(1 - p)
constexpr float K_d = 0.2f, influx = 0.009 / 2;                  // alpha/k
constexpr double tau_m = 4, tau_h = 40, tau_l = 40, tau_ca = 1 / (0.01 * 2), tau_e = 5, tau_z = 5;

constexpr float covered(double tau) { return 1 - std::exp(-dt / tau); }  // part of the way to its target in one step
constexpr float move_m = covered(tau_m), move_h = covered(tau_h), move_l = covered(tau_l), move_ca = covered(tau_ca);
constexpr float move_e = covered(tau_e), move_z = covered(tau_z);

// A draw is the sum of four bytes; its mean is 510.
constexpr double kick = std::sqrt((1 - std::exp(-2 * dt / tau_z)) / (4 * (256 * 256 - 1) / 12.));
constexpr float kick_scale = kick, kick_shift = -510 * kick;

// What is to be done: arrays (lane,), marks (window, lane).
struct Job {
    int lanes, windows, half;  // half: windows in which the command rises
    float spread;
    const float *peak, *g_cal;
    const uint32_t *key, *second_key;
    uint32_t word;  // of the noise channel
    uint8_t *marks;
};

// The command at the start of a step, as a part of its peak: up for `half` windows, then down.
inline float command_at(const Job &job, int window, int step) {
    const float since = window + step * (1.f / steps);
    return std::max(0.f, 1 - std::abs(since / job.half - 1));
}

template <class T>
struct State {
    T v_s, v_d, h, n, m_s, h_s, ca_s, m_d, h_d, ca_d, m_l, g_e, z;
};

// At time zero, gates moved back by half a step.
State<double> start() {
    const double v = -60, back = dt / 2;
    auto steady = [](double x) { return 1 / (1 + std::exp(x)); };
    auto earlier = [=](double x, double target, double rate) { return target + (x - target) * std::exp(back * rate); };
    const double m = steady(-(v + 30) / 5), h = steady((v + 45) / 5);
    State<double> x{};
    x.v_s = x.v_d = v;
    x.h = earlier(0.9, steady((v + 55) / 7), (std::exp((v + 50) / 15) + std::exp(-(v + 50) / 16)) / 30);
    x.n = earlier(0, steady(-(v + 28) / 15), (std::exp((v + 40) / 40) + std::exp(-(v + 40) / 50)) / 7);
    x.m_s = x.m_d = earlier(0, m, 1 / tau_m);
    x.h_s = x.h_d = earlier(0.9, h, 1 / tau_h);
    x.m_l = earlier(0, steady(-(v + 40) / 7), 1 / tau_l);
    return x;
}

// ---- random numbers: a hash of (cell, channel, step)

constexpr uint32_t first_factor = 0x7FEB352D, second_factor = 0x846CA68B, step_factor = 0x9E3779B9;

uint32_t mix(uint32_t x) {
    x = (x ^ (x >> 16)) * first_factor;
    x = (x ^ (x >> 15)) * second_factor;
    return x ^ (x >> 16);
}

uint32_t counter(uint32_t step, uint32_t word) { return mix(step * step_factor + word); }

template <class T>
inline T hash(T key, T second_key, uint32_t counter) {
    T x = key ^ counter;
    x = (x ^ (x >> 16)) * first_factor;
    x = ((x ^ (x >> 15)) + second_key) * second_factor;
    return x ^ (x >> 16);
}

// ---- vectors: a V is several registers, so that what waits for one result leaves room for another

#ifdef HAS_AVX512
constexpr int in_register = 16;
#else
constexpr int in_register = 8;
#endif
constexpr int registers = 4;  // of 1, 2 and 4 the fastest
constexpr int lanes = in_register * registers;
typedef float Register __attribute__((vector_size(4 * in_register)));
typedef float V __attribute__((vector_size(4 * lanes)));
typedef uint32_t U __attribute__((vector_size(4 * lanes)));

template <class T>
inline T load(const void *from) {
    T x;
    __builtin_memcpy(&x, from, sizeof x);
    return x;
}

// f of each register.
template <class F, class... Vs>
inline V each(F f, Vs... x) {
    union Both {
        V all;
        Register part[registers];
    } result;
    const auto of = [](V y, int i) { return Both{y}.part[i]; };
    for (int i = 0; i < registers; i++) result.part[i] = f(of((V)x, i)...);
    return result.all;
}

#ifdef HAS_AVX512

inline Register positive(Register x) { return _mm512_max_ps(x, Register{}); }
inline Register nearly_reciprocal(Register x) { return _mm512_rcp14_ps(x); }
inline Register above_whole(Register x) { return _mm512_reduce_ps(x, 9); }              // x - floor(x)
inline Register times_power(Register x, Register y) { return _mm512_scalef_ps(x, y); }  // x 2^floor(y)

inline Register sum_of_bytes(Register bits) {
    const __m512i pairs = _mm512_maddubs_epi16((__m512i)bits, _mm512_set1_epi8(1));
    return _mm512_cvtepi32_ps(_mm512_madd_epi16(pairs, _mm512_set1_epi16(1)));
}

// `marks` (whole numbers), and `mark` more where a spike has begun.
inline Register counted(Register marks, Register before, Register after, int mark) {
    const __mmask16 below = _mm512_cmp_ps_mask(before, Register{}, _CMP_LE_OQ);
    const __mmask16 fired = _mm512_mask_cmp_ps_mask(below, after, Register{}, _CMP_GT_OQ);
    return (Register)_mm512_mask_add_epi32((__m512i)marks, fired, (__m512i)marks, _mm512_set1_epi32(mark));
}

#else

inline Register positive(Register x) { return _mm256_max_ps(x, Register{}); }
inline Register nearly_reciprocal(Register x) { return _mm256_rcp_ps(x); }
inline Register above_whole(Register x) { return x - _mm256_floor_ps(x); }
inline Register times_power(Register x, Register y) {  // |y| stays far below 126
    const __m256i whole = _mm256_cvtps_epi32(_mm256_floor_ps(y));
    return (Register)_mm256_add_epi32((__m256i)x, _mm256_slli_epi32(whole, 23));
}

inline Register sum_of_bytes(Register bits) {
    const __m256i pairs = _mm256_maddubs_epi16((__m256i)bits, _mm256_set1_epi8(1));
    return _mm256_cvtepi32_ps(_mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
}

inline Register counted(Register marks, Register before, Register after, int mark) {
    const Register below = _mm256_cmp_ps(before, Register{}, _CMP_LE_OQ);
    const Register fired = _mm256_and_ps(below, _mm256_cmp_ps(after, Register{}, _CMP_GT_OQ));
    const __m256i added = _mm256_and_si256((__m256i)fired, _mm256_set1_epi32(mark));
    return (Register)_mm256_add_epi32((__m256i)marks, added);
}

#endif

inline V reciprocal(V x) {
    const V y = each(nearly_reciprocal, x);
    return y * (2 - x * y);
}

// 2^x, the part in [0, 1) by the polynomial of degree 5 of least relative error, 7e-8.
inline V exp2(V x) {
    const V r = each(above_whole, x);
    V p = r * 1.8775767e-3f + 8.9893397e-3f;
    p = p * r + 5.5826318e-2f;
    p = p * r + 2.4015361e-1f;
    p = p * r + 6.9315308e-1f;
    return each(times_power, p * r + 9.9999994e-1f, x);
}

// scale exp((v + shift)/width), one multiplication-addition before exp2.
constexpr double log2_e = 1.4426950408889634;
inline V exponential(V v, double shift, double width, double scale = 1) {
    const float slope = log2_e / width, offset = log2_e * shift / width + std::log2(scale);
    return exp2(v * slope + offset);
}

// ---- one step of some cells

// v_s after a step with the sodium activation at `at`, but for what the dendrite pulls after it: pull v_d.
// loss, gain: conductance and current (at 0 mV) without sodium.
struct Soma {
    V v, loss, gain, h;

    inline void relax(V at, V &moved, V &pull) const {
        const V m = reciprocal(1 + exponential(at, 35, -7.8));
        const V na = g_na * (m * m) * (m * h);
        const V all = loss + na;
        const V part = (1 - exp2(all * float(-dt * log2_e))) * reciprocal(all);  // (1 - exp(-dt g))/g
        moved = v + part * (gain + na * E_na - all * v);
        pull = part * (to_soma / 2);
    }
};

inline void advance(State<V> &x, V g_cal, float spread, V command, V bytes) {
    const V v_s = x.v_s, v_d = x.v_d;

    // Gates of the soma; (v + 28)/15, three times, is (v + 30)/5 but for a constant.
    const V wide = exponential(v_s, 28, 15);
    const V steep = wide * wide * (wide * float(std::exp(30 / 5. - 28 / 5.)));
    const V m_s = x.m_s + (steep * reciprocal(1 + steep) - x.m_s) * move_m;
    const V h_s = x.h_s + (reciprocal(1 + steep * float(std::exp(3.))) - x.h_s) * move_h;
    const V h_inf = reciprocal(1 + exponential(v_s, 55, 7));
    const V n_inf = wide * reciprocal(1 + wide);
    constexpr double of_h = dt * log2_e / 30, of_n = dt / 7;
    const V h_rate = wide * float(of_h * std::exp(22 / 15.)) + exponential(v_s, 50, -16, of_h);
    const V n_rate = exponential(v_s, 40, 40, of_n) + exponential(v_s, 40, -50, of_n);
    x.h = h_inf + (x.h - h_inf) * exp2(-h_rate);
    // n moves by less than a tenth of its way: 1 - exp(-y) is a short series.
    x.n += (n_inf - x.n) * (n_rate * (1 + n_rate * (-1 / 2.f + n_rate * (1 / 6.f + n_rate * (-1 / 24.f)))));

    // Gates of the dendrite; (v + 40)/35 is a fifth of (v + 40)/7 and a seventh of (v + 40)/5.
    const V root = exponential(v_d, 40, 35);
    const V square = root * root, fifth = square * square * root, seventh = fifth * square;
    const V m_target = seventh * float(std::exp(-2.));
    const V m_d = x.m_d + (m_target * reciprocal(1 + m_target) - x.m_d) * move_m;
    const V h_d = x.h_d + (reciprocal(1 + seventh * float(std::exp(1.))) - x.h_d) * move_h;
    const V m_l = x.m_l + (fifth * reciprocal(1 + fifth) - x.m_l) * move_l;

    // Calcium, with the means of its gates.
    const V ms = x.m_s + m_s, hs = x.h_s + h_s, md = x.m_d + m_d, hd = x.h_d + h_d;
    const V in_s = ms * ms * (hs * (g_can_s / 8 * influx)) * (E_ca - v_s);
    const V in_d = (md * md * (hd * (g_can_d / 8 * influx)) + (x.m_l + m_l) * (g_cal * (influx / 2))) * (E_ca - v_d);
    x.ca_s += (in_s - x.ca_s) * move_ca;
    x.ca_d += (in_d - x.ca_d) * move_ca;
    x.m_s = m_s, x.h_s = h_s, x.m_d = m_d, x.h_d = h_d, x.m_l = m_l;

    // Input.
    x.g_e += (command - x.g_e) * move_e;
    x.z += (bytes * kick_scale + kick_shift) - x.z * move_z;
    const V g_syn = each(positive, x.g_e) + x.z * spread;

    // Potentials: conductances and the currents that they drive to 0 mV, the other compartment half before the step.
    const V n2 = x.n * x.n;
    const V k_s = n2 * n2 * g_k + g_kca_s * (x.ca_s * reciprocal(x.ca_s + K_d)), can_s = m_s * m_s * (h_s * g_can_s);
    const V k_d = g_kca_d * (x.ca_d * reciprocal(x.ca_d + K_d)), can_d = m_d * m_d * (h_d * g_can_d) + g_cal * m_l;
    const V loss_s = k_s + can_s + (g_l + to_soma);
    const Soma soma{v_s, loss_s, k_s * E_k + can_s * E_ca + v_d * (to_soma / 2) + g_l * E_l, x.h};

    // The dendrite conducts little: y = dt g stays below 0.15, and (1 - exp(-y))/y is a short series.
    const V loss = k_d + can_d + g_syn + (g_l + to_dend), y = loss * float(dt);
    const V series = 1 + y * (-1 / 2.f + y * (1 / 6.f + y * (-1 / 24.f + y * (1 / 120.f))));
    const V part = series * float(dt);
    const V gain = k_d * E_k + can_d * E_ca + g_syn * E_e + v_s * (to_dend / 2) + g_l * E_l;
    const V moved_d = v_d + part * (gain - loss * v_d), pull_d = part * (to_dend / 2);

    // Each pulls the other; pull_s pull_d is below 1e-4, so 1/(1 - product) is 1 + product.
    V moved_s, pull_s, next, both;
    soma.relax(v_s, moved_s, pull_s);
    next = moved_s + pull_s * moved_d;
    both = pull_s * pull_d;
    next += next * both;
    soma.relax(0.5f * (v_s + next), moved_s, pull_s);
    next = moved_s + pull_s * moved_d;
    both = pull_s * pull_d;
    x.v_s = next + next * both;
    x.v_d = moved_d + pull_d * x.v_s;
}

// All steps of the lanes from `first` on.
void simd(const Job &job, int first) {
    const auto all = [](double value) { return V{} + float(value); };
    const auto from = start();
    State<V> x = {all(from.v_s), all(from.v_d), all(from.h), all(from.n), all(from.m_s), all(from.h_s),
                  all(from.ca_s), all(from.m_d), all(from.h_d), all(from.ca_d), all(from.m_l), all(from.g_e),
                  all(from.z)};
    const V peak = load<V>(job.peak + first), g_cal = load<V>(job.g_cal + first);
    const U key = load<U>(job.key + first), second_key = load<U>(job.second_key + first);
    for (int w = 0; w < job.windows; w++) {
        V marks = {};
        for (int k = 0; k < steps; k++) {
            const V before = x.v_s, command = peak * command_at(job, w, k);
            const V bytes = each(sum_of_bytes, hash(key, second_key, counter(w * steps + k, job.word)));
            advance(x, g_cal, job.spread, command, bytes);
            marks = each([=](auto... y) { return counted(y..., 256 + k + 1); }, marks, before, x.v_s);
        }
        int32_t found[lanes];  // how often, times 256, and when
        __builtin_memcpy(found, &marks, sizeof found);
        uint8_t *to = job.marks + long(w) * job.lanes + first;
        for (int i = 0; i < lanes; i++) to[i] = found[i] < 512 ? found[i] : 255;
    }
}

// ---- the same, as a loop over cells

constexpr int group = 64;

void plain(const Job &job, int first) {
    State<float[group]> x;
    int mark[group];
    const auto from = start();
    for (int i = 0; i < group; i++) {
        x.v_s[i] = from.v_s, x.v_d[i] = from.v_d, x.h[i] = from.h, x.n[i] = from.n, x.m_s[i] = from.m_s;
        x.h_s[i] = from.h_s, x.ca_s[i] = from.ca_s, x.m_d[i] = from.m_d, x.h_d[i] = from.h_d, x.ca_d[i] = from.ca_d;
        x.m_l[i] = from.m_l, x.g_e[i] = from.g_e, x.z[i] = from.z;
    }
    const float *peak = job.peak + first, *g_cal = job.g_cal + first;
    const uint32_t *key = job.key + first, *second_key = job.second_key + first;
    for (int w = 0; w < job.windows; w++) {
        std::fill(mark, mark + group, 0);
        for (int k = 0; k < steps; k++) {
            const uint32_t now = counter(w * steps + k, job.word);
            const float command = command_at(job, w, k), spread = job.spread;
#pragma omp simd
            for (int i = 0; i < group; i++) {
                const float v_s = x.v_s[i], v_d = x.v_d[i];
                auto steady = [](float above) { return 1 / (1 + std::exp(-above)); };
                const float h_rate = (std::exp((v_s + 50) / 15) + std::exp(-(v_s + 50) / 16)) / 30;
                const float n_rate = (std::exp((v_s + 40) / 40) + std::exp(-(v_s + 40) / 50)) / 7;
                const float h = x.h[i] + (steady(-(v_s + 55) / 7) - x.h[i]) * (1 - std::exp(-float(dt) * h_rate));
                const float n = x.n[i] + (steady((v_s + 28) / 15) - x.n[i]) * (1 - std::exp(-float(dt) * n_rate));
                const float m_s = x.m_s[i] + (steady((v_s + 30) / 5) - x.m_s[i]) * move_m;
                const float h_s = x.h_s[i] + (steady(-(v_s + 45) / 5) - x.h_s[i]) * move_h;
                const float m_d = x.m_d[i] + (steady((v_d + 30) / 5) - x.m_d[i]) * move_m;
                const float h_d = x.h_d[i] + (steady(-(v_d + 45) / 5) - x.h_d[i]) * move_h;
                const float m_l = x.m_l[i] + (steady((v_d + 40) / 7) - x.m_l[i]) * move_l;
                const float ms = (x.m_s[i] + m_s) / 2, hs = (x.h_s[i] + h_s) / 2;
                const float md = (x.m_d[i] + m_d) / 2, hd = (x.h_d[i] + h_d) / 2, ml = (x.m_l[i] + m_l) / 2;
                const float in_s = -influx * g_can_s * ms * ms * hs * (v_s - E_ca);
                const float in_d = -influx * (g_can_d * md * md * hd + g_cal[i] * ml) * (v_d - E_ca);
                const float ca_s = x.ca_s[i] + (in_s - x.ca_s[i]) * move_ca;
                const float ca_d = x.ca_d[i] + (in_d - x.ca_d[i]) * move_ca;
                const uint32_t bits = hash(key[i], second_key[i], now);
                const int bytes = (bits & 255) + (bits >> 8 & 255) + (bits >> 16 & 255) + (bits >> 24);
                const float g_e = x.g_e[i] + (peak[i] * command - x.g_e[i]) * move_e;
                const float z = x.z[i] - x.z[i] * move_z + (bytes * kick_scale + kick_shift);

                const float g_syn = std::max(g_e, 0.f) + spread * z;
                const float can_s = g_can_s * m_s * m_s * h_s;
                const float k_s = g_k * n * n * n * n + g_kca_s * ca_s / (ca_s + K_d);
                const float can_d = g_can_d * m_d * m_d * h_d + g_cal[i] * m_l, k_d = g_kca_d * ca_d / (ca_d + K_d);
                const float g_d = g_l + can_d + k_d + g_syn + to_dend, part_d = 1 - std::exp(-float(dt) * g_d);
                const float target_d =
                    (g_l * E_l + can_d * E_ca + k_d * E_k + g_syn * E_e + to_dend * 0.5f * v_s) / g_d;
                const float moved_d = v_d + (target_d - v_d) * part_d, pull_d = 0.5f * to_dend / g_d * part_d;
                auto soma = [=](float at) {
                    const float m = steady((at + 35) / 7.8f), na = g_na * m * m * m * h;
                    const float g_s = g_l + can_s + k_s + na + to_soma, part = 1 - std::exp(-float(dt) * g_s);
                    const float target =
                        (g_l * E_l + can_s * E_ca + k_s * E_k + na * E_na + to_soma * 0.5f * v_d) / g_s;
                    const float moved = v_s + (target - v_s) * part, pull = 0.5f * to_soma / g_s * part;
                    return (moved + pull * moved_d) / (1 - pull * pull_d);
                };
                const float after = soma(0.5f * (v_s + soma(v_s)));
                const bool fired = (after > 0) & (v_s <= 0);
                mark[i] = fired ? (mark[i] > 0 ? 255 : k + 1) : mark[i];
                x.v_s[i] = after, x.v_d[i] = moved_d + pull_d * after, x.h[i] = h, x.n[i] = n;
                x.m_s[i] = m_s, x.h_s[i] = h_s, x.ca_s[i] = ca_s, x.m_d[i] = m_d, x.h_d[i] = h_d, x.ca_d[i] = ca_d;
                x.m_l[i] = m_l, x.g_e[i] = g_e, x.z[i] = z;
            }
        }
        std::copy(mark, mark + group, job.marks + long(w) * job.lanes + first);
    }
}

}  // namespace

// ---- what Python calls

extern "C" {

// The number of lanes must be a multiple of this.
int lanes_of_a_group() { return group; }

// Sum of the four bytes of the hash.
int draw(uint32_t key, uint32_t second_key, uint32_t word, uint32_t step) {
    const V bytes = each(sum_of_bytes, hash(U{} + key, U{} + second_key, counter(step, word)));
    return bytes[0];
}

// Every lane from time zero; the wall time, s.
double run(const Job *job, int by_hand, int threads) {
    static_assert(group % lanes == 0);
    const auto began = std::chrono::steady_clock::now();
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads)
    for (int first = 0; first < job->lanes; first += group) {
        if (!by_hand)
            plain(*job, first);
        else
            for (int i = 0; i < group; i += lanes) simd(*job, first + i);
    }
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}
}
