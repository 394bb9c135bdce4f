// What the spikes of a projection bring in a window.

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

enum Wires { each_to_each = -1, one_to_one = -2 };
constexpr int twice = 255;
constexpr int gain_of_one = 128;
constexpr int64_t block = 128;  // lanes that lie together

struct Link {
    const uint8_t *marks;          // (window of the ring, lane), from the first source on
    const uint8_t *gains;          // (window of the ring, sample, source), in 1/128, or nothing
    const int32_t *delay;          // (sample, source), steps
    const float *weight, *wires;   // (sample, target), (source, target)
    const uint8_t *ones;           // instead of wires, where all are 0 or 1; or nothing
    int64_t kind, depth, stride, remembered, samples, sources, targets, soonest, latest;
};

// What spikes bring to a state of a kind: of each block of lanes (step, lane), 0 where nothing was written.
struct Arrivals {
    int64_t steps;
    std::vector<float> values;
    std::vector<char> written;  // of each block

    Arrivals(int64_t lanes, int64_t steps) : steps(steps) {
        const size_t blocks = (lanes + block - 1) / block;
        values.resize(blocks * steps * block);
        written.resize(blocks);
    }

    const float *of_block(int64_t number) const { return values.data() + number * steps * block; }

    float *written_at(int64_t step, int64_t lane) {
        written[lane / block] = true;
        return values.data() + (lane / block * steps + step) * block + lane % block;
    }

    void clear() {
        for (size_t k = 0; k < written.size(); k++)
            if (written[k]) std::memset(&values[k * steps * block], 0, sizeof(float) * steps * block);
        std::fill(written.begin(), written.end(), 0);
    }
};

// f(first, end, lane) of so many lanes from one on, block by block: those from first to end begin at that lane.
template <class F>
static inline void by_block(int64_t number, int64_t lane, const F &f) {
    for (int64_t first = 0; first < number;) {
        const int64_t end = std::min(number, first + block - (lane + first) % block);
        f(first, end, lane + first);
        first = end;
    }
}

// A spike that arrives in a window: at which step, of which cell of which sample, and the window in which it was fired.
struct Hit {
    int32_t step, sample, source;
    int64_t then;
};

// Room for what one projection brings before its weight; it is used again.
struct Brought {
    std::vector<Hit> hits, sorted;
    std::vector<int32_t> begins;   // of the hits of each sample
    std::vector<float> sums;       // (step, target), of one sample
    std::vector<uint16_t> counts;  // the same along wires of 0 and 1, in 1/128 where there are gains
    std::vector<int> spikes;       // of each step, those in its counts
    std::vector<char> touched;     // of each step
};

static inline uint64_t any_of_64(const uint8_t *marks) {
    uint64_t found = 0, eight;
    for (int k = 0; k < 64; k += 8) {
        std::memcpy(&eight, marks + k, 8);
        found |= eight;
    }
    return found;
}

// Which of 16 spikes arrive in a window, as bits.
static inline uint32_t due(const uint8_t *marks, const int32_t *delay, int since, int steps) {
    uint32_t found = 0;
    for (int k = 0; k < 16; k++) {
        const uint32_t step = uint32_t(marks[k] + delay[k] - since);
        const bool arrives = (marks[k] != 0) & (marks[k] != twice) & (step < uint32_t(steps));
        found |= uint32_t(arrives) << k;
    }
    return found;
}

// Every spike that arrives in a window, once; of each sample one after the other.
static void arriving(const Link &link, int now, int steps, Brought &room) {
    const int64_t all = link.samples * link.sources;
    auto &found = room.hits;
    found.clear();
    const auto hit = [&](int64_t lane, int64_t then, int step) {
        const int32_t sample = int32_t(lane / link.sources);
        found.push_back({step, sample, int32_t(lane - sample * link.sources), then});
    };
    for (int64_t back = link.soonest; back <= link.latest + 1; back++) {
        const int64_t then = now - back;
        const uint8_t *row = link.marks + ((then % link.depth + link.depth) % link.depth) * link.stride;
        const int since = int(back) * steps;
        int64_t lane = 0;
        for (; lane + 16 <= all; lane += 16) {
            if (lane % 64 == 0 && lane + 64 <= all && !any_of_64(row + lane)) {
                lane += 48;
                continue;
            }
            for (uint32_t bits = due(row + lane, link.delay + lane, since, steps); bits; bits &= bits - 1) {
                const int64_t own = lane + __builtin_ctz(bits);
                hit(own, then, row[own] + link.delay[own] - since);
            }
        }
        for (; lane < all; lane++) {
            const int step = row[lane] + link.delay[lane] - since;
            if (row[lane] != 0 && row[lane] != twice && step >= 0 && step < steps) hit(lane, then, step);
        }
    }
    room.begins.assign(link.samples + 1, 0);
    for (const Hit &one : found) room.begins[one.sample + 1]++;
    for (int64_t k = 0; k < link.samples; k++) room.begins[k + 1] += room.begins[k];
    if (link.samples == 1) return;
    room.sorted.resize(found.size());
    for (const Hit &one : found) room.sorted[room.begins[one.sample]++] = one;
    for (int64_t k = link.samples; k > 0; k--) room.begins[k] = room.begins[k - 1];
    room.begins[0] = 0;
    std::swap(found, room.sorted);
}

// In 1/128, by what a spike is multiplied.
static inline int gain_of(const Link &link, const Hit &hit) {
    if (!link.gains) return gain_of_one;
    const int64_t place = (hit.then % link.remembered + link.remembered) % link.remembered;
    return link.gains[(place * link.samples + hit.sample) * link.sources + hit.source];
}

// The counts of a step become part of its sums.
static void counted(const Link &link, int64_t step, Brought &room) {
    const float unit = link.gains ? 1.f / gain_of_one : 1.f;
    float *sums = room.sums.data() + step * link.targets;
    const uint16_t *counts = room.counts.data() + step * link.targets;
    for (int64_t target = 0; target < link.targets; target++) sums[target] += unit * float(counts[target]);
    room.spikes[step] = 0;
}

// What the spikes of one sample bring to its lanes, the first of which is given.
static void add(const Link &link, int64_t sample, int steps, Arrivals &to, int64_t lane, Brought &room) {
    const Hit *hit = room.hits.data() + room.begins[sample], *end = room.hits.data() + room.begins[sample + 1];
    if (hit == end) return;
    const int64_t targets = link.targets;
    const float *weight = link.weight + sample * targets;
    if (link.kind == one_to_one) {
        for (; hit < end; hit++)
            *to.written_at(hit->step, lane + hit->source) +=
                float(gain_of(link, *hit)) / gain_of_one * weight[hit->source];
        return;
    }
    const bool even = link.kind == each_to_each;
    const int64_t width = even ? 1 : targets;
    constexpr int most = 256;  // spikes of a step, of a gain below 2, that 16 bits can count
    room.sums.resize(size_t(steps) * width);
    room.touched.assign(steps, 0);
    if (link.ones) {
        room.counts.resize(size_t(steps) * width);
        room.spikes.assign(steps, 0);
    }
    for (; hit < end; hit++) {
        const int step = hit->step, gain = gain_of(link, *hit);
        const float factor = float(gain) / gain_of_one;
        float *sums = room.sums.data() + step * width;
        if (!room.touched[step]) std::memset(sums, 0, sizeof(float) * width);
        room.touched[step] = true;
        if (even) {
            sums[0] += factor;
        } else if (link.ones) {
            const uint8_t *ones = link.ones + hit->source * targets;
            uint16_t *counts = room.counts.data() + step * targets;
            const uint16_t unit = link.gains ? gain : 1;
            if (room.spikes[step]++ == 0)
                for (int64_t target = 0; target < targets; target++) counts[target] = uint16_t(unit * ones[target]);
            else
                for (int64_t target = 0; target < targets; target++) counts[target] += uint16_t(unit * ones[target]);
            if (room.spikes[step] == most) counted(link, step, room);
        } else {
            const float *wires = link.wires + hit->source * targets;
            for (int64_t target = 0; target < targets; target++) sums[target] += factor * wires[target];
        }
    }
    for (int64_t step = 0; step < steps; step++) {
        if (!room.touched[step]) continue;
        if (link.ones && room.spikes[step]) counted(link, step, room);
        const float *sums = room.sums.data() + step * width;
        by_block(targets, lane, [&](int64_t begin, int64_t end, int64_t place) {
            float *own = to.written_at(step, place);
            for (int64_t target = begin; target < end; target++)
                own[target - begin] += sums[even ? 0 : target] * weight[target];
        });
    }
}
