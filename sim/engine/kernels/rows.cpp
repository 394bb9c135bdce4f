// What the spikes of a network bring in a window, of all its projections at once; see rows.py.

#include <cstdint>
#include <cstring>
#include <vector>

#include "xla/ffi/api/ffi.h"

namespace ffi = xla::ffi;

enum Wires { each_to_each = -1, one_to_one = -2 };
constexpr int fields = 8, twice = 255;

struct Link {
    const uint8_t *marks, *gains;  // (window of the ring, sample, source); gains in 1/128, or nothing
    const int32_t *delay;          // (sample, source), steps
    const float *weight, *wires;   // (sample, target), (source, target)
    int64_t kind, depth, remembered, sources, targets, soonest, latest;
};

// What the spikes of one sample bring.
// to: (step, lane), the first lane of the sample; brought: room for (step, target), touched: for (step)
static void add(const Link &link, int sample, int64_t samples, int now, int steps, int64_t lanes, float *to,
                std::vector<float> &brought, std::vector<char> &touched) {
    const int64_t sources = link.sources, targets = link.targets, first = sample * sources;
    const float *weight = link.weight + sample * targets;
    bool any = false;
    for (int64_t back = link.soonest; back <= link.latest + 1; back++) {
        const int64_t then = now - back;
        const uint8_t *row = link.marks + ((then % link.depth + link.depth) % link.depth) * samples * sources + first;
        for (int64_t begin = 0; begin < sources; begin += 8) {
            uint64_t eight = 0;
            std::memcpy(&eight, row + begin, size_t(begin + 8 <= sources ? 8 : sources - begin));
            if (eight == 0) continue;
            for (int64_t source = begin; source < sources && source < begin + 8; source++) {
                const int mark = row[source];
                if (mark == 0 || mark == twice) continue;
                const int64_t step = mark + link.delay[first + source] - back * steps;
                if (step < 0 || step >= steps) continue;
                float gain = 1;
                if (link.gains) {
                    const int64_t place = (then % link.remembered + link.remembered) % link.remembered;
                    gain = float(link.gains[place * samples * sources + first + source]) / 128;
                }
                if (link.kind == one_to_one) {
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
                const float *wires = link.wires + source * targets;
                for (int64_t target = 0; target < targets; target++) here[target] += gain * wires[target];
            }
        }
    }
    if (!any) return;
    for (int step = 0; step < steps; step++) {
        if (!touched[step]) continue;
        touched[step] = false;
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

// plan: for each projection its result, and the arguments that are its marks, delay, weight, wires (or how it is wired)
// and gains (or -1), and its shortest and longest delay in whole windows; argument 0 is the number of the window
static ffi::Error bring(ffi::RemainingArgs given, ffi::RemainingRets results, ffi::Span<const int64_t> plan) {
    const int now = *(const int32_t *)given.get<ffi::AnyBuffer>(0)->untyped_data();
    for (size_t k = 0; k < results.size(); k++) {
        auto result = *results.get<ffi::AnyBuffer>(k);
        std::memset(result->untyped_data(), 0, result->size_bytes());
    }
    std::vector<float> brought;
    std::vector<char> touched;
    for (size_t k = 0; k < plan.size(); k += fields) {
        const int64_t *own = plan.begin() + k;
        auto result = *results.get<ffi::AnyBuffer>(own[0]);
        const auto ring = *given.get<ffi::AnyBuffer>(own[1]), weight = *given.get<ffi::AnyBuffer>(own[3]);
        const auto marks = ring.dimensions();
        Link link{};
        link.marks = (const uint8_t *)ring.untyped_data();
        link.delay = (const int32_t *)given.get<ffi::AnyBuffer>(own[2])->untyped_data();
        link.weight = (const float *)weight.untyped_data();
        link.kind = own[4];
        if (own[4] >= 0) link.wires = (const float *)given.get<ffi::AnyBuffer>(own[4])->untyped_data();
        if (own[5] >= 0) {
            const auto gains = *given.get<ffi::AnyBuffer>(own[5]);
            link.gains = (const uint8_t *)gains.untyped_data();
            link.remembered = gains.dimensions()[0];
        }
        link.depth = marks[0];
        link.sources = marks[2];
        link.targets = weight.dimensions()[1];
        link.soonest = own[6];
        link.latest = own[7];
        const int64_t samples = marks[1], lanes = result->dimensions()[1];
        const int steps = int(result->dimensions()[0]);
        if (link.kind != one_to_one) {
            touched.assign(steps, 0);
            brought.resize(size_t(steps) * (link.kind == each_to_each ? 1 : link.targets));
        }
        for (int64_t sample = 0; sample < samples; sample++) {
            float *to = (float *)result->untyped_data() + sample * link.targets;
            add(link, int(sample), samples, now, steps, lanes, to, brought, touched);
        }
    }
    return ffi::Error::Success();
}

XLA_FFI_DEFINE_HANDLER_SYMBOL(
    kernel, bring, ffi::Ffi::Bind().RemainingArgs().RemainingRets().Attr<ffi::Span<const int64_t>>("plan"));
