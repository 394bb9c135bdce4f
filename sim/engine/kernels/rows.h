// What the spikes of a projection bring in a window.

#include <cstdint>
#include <cstring>
#include <vector>

enum Wires { each_to_each = -1, one_to_one = -2 };
constexpr int twice = 255;

struct Link {
    const uint8_t *marks;          // (window of the ring, lane), from the first source on
    const uint8_t *gains;          // (window of the ring, sample, source), in 1/128, or nothing
    const int32_t *delay;          // (sample, source), steps
    const float *weight, *wires;   // (sample, target), (source, target)
    const uint8_t *ones;           // instead of wires, where all are 0 or 1; or nothing
    int64_t kind, depth, stride, remembered, samples, sources, targets, soonest, latest;
};

static inline uint64_t any_of_8(const uint8_t *marks) {
    uint64_t found;
    std::memcpy(&found, marks, 8);
    return found;
}

static inline uint64_t any_of_64(const uint8_t *marks) {
    uint64_t found = 0;
    for (int k = 0; k < 64; k += 8) found |= any_of_8(marks + k);
    return found;
}

// What the spikes of one sample bring.
// to: (step, lane), the first lane of the sample; written: of each step, whether anything was added in it;
// brought: room for (step, target), touched: for (step)
static void add(const Link &link, int sample, int now, int steps, int64_t lanes, float *to, char *written,
                std::vector<float> &brought, std::vector<char> &touched) {
    const int64_t sources = link.sources, targets = link.targets, first = sample * sources;
    const float *weight = link.weight + sample * targets;
    bool any = false;
    for (int64_t back = link.soonest; back <= link.latest + 1; back++) {
        const int64_t then = now - back;
        const uint8_t *row = link.marks + ((then % link.depth + link.depth) % link.depth) * link.stride + first;
        for (int64_t begin = 0; begin < sources; begin += 8) {
            if (begin + 64 <= sources && !any_of_64(row + begin)) {
                begin += 56;
                continue;
            }
            if (begin + 8 <= sources && !any_of_8(row + begin)) continue;
            for (int64_t source = begin; source < sources && source < begin + 8; source++) {
                const int mark = row[source];
                if (mark == 0 || mark == twice) continue;
                const int64_t step = mark + link.delay[first + source] - back * steps;
                if (step < 0 || step >= steps) continue;
                float gain = 1;
                if (link.gains) {
                    const int64_t place = (then % link.remembered + link.remembered) % link.remembered;
                    gain = float(link.gains[place * link.samples * sources + first + source]) / 128;
                }
                if (link.kind == one_to_one) {
                    written[step] = true;
                    to[step * lanes + source] += gain * weight[source];
                    continue;
                }
                const int64_t width = link.kind == each_to_each ? 1 : targets;
                float *here = brought.data() + step * width;
                if (!touched[step]) std::memset(here, 0, sizeof(float) * width);
                any = touched[step] = true;
                if (link.kind == each_to_each) {
                    here[0] += gain;
                    continue;
                }
                if (link.ones) {
                    const uint8_t *ones = link.ones + source * targets;
                    for (int64_t target = 0; target < targets; target++) here[target] += gain * float(ones[target]);
                } else {
                    const float *wires = link.wires + source * targets;
                    for (int64_t target = 0; target < targets; target++) here[target] += gain * wires[target];
                }
            }
        }
    }
    if (!any) return;
    for (int step = 0; step < steps; step++) {
        if (!touched[step]) continue;
        touched[step] = false;
        written[step] = true;
        float *place = to + step * lanes;
        if (link.kind == each_to_each) {
            const float all = brought[step];
            for (int64_t target = 0; target < targets; target++) place[target] += all * weight[target];
        } else {
            const float *here = brought.data() + step * targets;
            for (int64_t target = 0; target < targets; target++) place[target] += here[target] * weight[target];
        }
    }
}
