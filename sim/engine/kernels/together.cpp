// All cells of a network through one window: what spikes bring to them, then their steps; see together.py.
// threads.h and rows.h stand before it.

#include <cmath>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "xla/ffi/api/ffi.h"

namespace ffi = xla::ffi;

// As native.py writes it: the lanes from begin to end, in whole multiples of some number, through some windows.
typedef void (*Some)(const void *const *from, void *const *to, long windows, long lanes, long begin, long end);

// Never ended: as the process ends, a thread may still be in a window.
static std::mutex &guard = *new std::mutex;
static std::unordered_map<std::string, Some> &known = *new std::unordered_map<std::string, Some>;

extern "C" void know(const char *name, void *some) {
    const std::lock_guard<std::mutex> lock(guard);
    known[name] = (Some)some;
}

// What one source brings to a port of a member, from its first lane on: values of (sample, cell or 1), times weights of
// (sample, cell) or nothing.
struct Term {
    const float *value, *weight;
    int64_t first, samples, columns, width, size;  // columns: from the values of a sample to those of the next

    void add(int64_t begin, int64_t end, float *to) const {
        const int64_t last = std::min(end, first + samples * size);
        for (int64_t lane = std::max(begin, first); lane < last;) {
            const int64_t sample = (lane - first) / size, cell = (lane - first) % size;
            const int64_t count = std::min(last - lane, size - cell);
            const float *own = value + sample * columns + (width > 1 ? cell : 0);
            const float *by = weight ? weight + sample * size + cell : nullptr;
            float *place = to + (lane - begin);
            lane += count;
            if (width == 1 && own[0] == 0) continue;  // as nerves that nothing stimulates
            if (width > 1 && by)
                for (int64_t k = 0; k < count; k++) place[k] += own[k] * by[k];
            else if (width > 1)
                for (int64_t k = 0; k < count; k++) place[k] += own[k];
            else if (by)
                for (int64_t k = 0; k < count; k++) place[k] += own[0] * by[k];
            else
                for (int64_t k = 0; k < count; k++) place[k] += own[0];
        }
    }
};

// The sum of some numbers along the tree of coupling.py.
static float tree_sum(const float *x, int64_t size) {
    static thread_local std::vector<float> own;
    own.assign(x, x + size);
    while (size > 1) {
        const int64_t half = size / 2;
        for (int64_t k = 0; k < half; k++) own[k] += own[half + k];
        if (size % 2) own[half] = own[size - 1];
        size = half + size % 2;
    }
    return own[0];
}

// A state of some cells as a window starts, (sample, cell); or of each sample the sum over its cells.
struct Reading {
    const float *state;
    int64_t samples, size;
    bool whole;

    Reading(const float *array, const int64_t *plan)
        : state(array + plan[1]), samples(plan[2]), size(plan[3]), whole(plan[4]) {}

    int64_t width() const { return whole ? 1 : size; }

    void to(float *values) const {
        if (!whole || size == 1)
            std::memcpy(values, state, sizeof(float) * samples * size);
        else
            for (int64_t sample = 0; sample < samples; sample++) values[sample] = tree_sum(state + sample * size, size);
    }

    // As coupling.py holds gains.
    void held(uint8_t *values) const {
        for (int64_t k = 0; k < samples * size; k++) {
            const float x = std::nearbyint(state[k] * gain_of_one);
            values[k] = x > 0 ? uint8_t(std::min(x, 255.f)) : 0;
        }
    }
};

// An array that a kernel reads or sets.
struct Given {
    char *data;
    int64_t bytes;  // from lane to lane; 0 of one number for all

    void *at(int64_t lane) const { return data + bytes * lane; }
};

struct Kind {
    Some some;
    int64_t lanes;
    std::vector<Given> from, to;
    std::vector<std::vector<Term>> ports;  // of those that a kernel reads by lane
    std::vector<int64_t> port;             // of each that it reads, which of them, or -1: nothing drives it
    std::vector<const Arrivals *> arrivals;
};

// Rooms are used again, by one call of the same plan at a time: most of one stays 0 from window to window.
struct Room {
    std::vector<int64_t> plan;
    std::vector<Arrivals> arrivals;
};

static std::vector<std::unique_ptr<Room>> &rooms = *new std::vector<std::unique_ptr<Room>>;

static std::unique_ptr<Room> room(const std::vector<int64_t> &plan, const std::vector<int64_t> &lanes, int64_t steps) {
    {
        const std::lock_guard<std::mutex> lock(guard);
        const auto found = std::find_if(rooms.rbegin(), rooms.rend(), [&](const auto &one) { return one->plan == plan; });
        if (found != rooms.rend()) {
            std::unique_ptr<Room> own = std::move(*found);
            rooms.erase(std::next(found).base());
            return own;
        }
        if (rooms.size() > 64) rooms.clear();  // of networks that no longer run
    }
    auto own = std::make_unique<Room>();
    own->plan = plan;
    for (const int64_t n : lanes) own->arrivals.emplace_back(n, steps);
    return own;
}

static const float nothing[1] = {};

constexpr int of_kind = 6, of_link = 10, of_reading = 5, of_term = 8;

// names: of the kernel of each kind, each followed by a blank.
// kinds: of each kind how many arrays it reads, how many states it has, how many lanes, how many numbers it reads of
// ports, what arrives at it, and the argument that is its first array.
// gains: of each ring of gains what is read of it: the argument, the first lane among those of the kind, samples, cells of
// each, whether their sum is meant.
// ports: of each number that a kind reads of ports how many terms it has; 0 is silent, and -1 is as the one of the same
// kind that the next number says.
// terms: of each what is read, as of a gain, or -1, its first value of a sample among those given, samples, how many it
// has of each, and 0; the argument that is its weights (or -1), its first lane among those of the kind, and how many cells
// the member has.
// links: of each projection the number of what arrives, of all kinds, one after the other; the arguments that are its
// marks, delay, weight, wires (or how it is wired) and gains (or -1); its shortest and longest delay in whole windows; the
// lanes of its first target, among those of the kind, and of its first source, among all.
// values: the argument that holds the values that are given, (sample, value).
// Argument 0 is the number of the window; then come the ring of marks and those of gains; each kind then has its arrays,
// states first. It leaves the rings, the states of each kind, and last the marks of the lanes of all.
static ffi::Error window(ffi::RemainingArgs given, ffi::RemainingRets results, std::string_view names,
                         ffi::Span<const int64_t> kinds, ffi::Span<const int64_t> gains,
                         ffi::Span<const int64_t> ports, ffi::Span<const int64_t> terms,
                         ffi::Span<const int64_t> links, int64_t values, int64_t steps, int64_t threads) {
    const auto array = [&](size_t k) { return *given.get<ffi::AnyBuffer>(k); };
    std::vector<Kind> all(kinds.size() / of_kind);
    std::vector<int64_t> lanes, plan{steps, int64_t(kinds.size())};
    plan.insert(plan.end(), kinds.begin(), kinds.end());
    plan.insert(plan.end(), links.begin(), links.end());
    {
        const std::lock_guard<std::mutex> lock(guard);
        for (size_t k = 0; k < all.size(); k++) {
            const size_t end = names.find(' ');
            const auto found = known.find(std::string(names.substr(0, end)));
            if (found == known.end()) return ffi::Error::Internal("a kernel is not known");
            all[k].some = found->second;
            all[k].lanes = kinds[of_kind * k + 2];
            lanes.insert(lanes.end(), kinds[of_kind * k + 4], all[k].lanes);
            names.remove_prefix(end + 1);
        }
    }
    std::unique_ptr<Room> own_room = room(plan, lanes, steps);
    std::vector<Arrivals> &arrived = own_room->arrivals;

    const void *index = array(0).untyped_data();
    const int now = *(const int32_t *)index;
    std::vector<size_t> begins(lanes.size() + 1, links.size());  // of the projections of each
    for (size_t k = links.size(); k > 0; k -= of_link) begins[links[k - of_link]] = k - of_link;
    threads_of_process().each(threads, long(lanes.size()), [&](long number) {
        static thread_local Brought brought;
        Arrivals &own = arrived[number];
        own.clear();
        for (size_t k = begins[number]; k < begins[number + 1]; k += of_link) {
            const int64_t *plan = links.begin() + k;
            const auto ring = array(plan[1]), delay = array(plan[2]), weight = array(plan[3]);
            Link link{};
            link.marks = (const uint8_t *)ring.untyped_data() + plan[9];
            link.delay = (const int32_t *)delay.untyped_data();
            link.weight = (const float *)weight.untyped_data();
            link.kind = plan[4];
            if (plan[4] >= 0 && array(plan[4]).element_type() == ffi::U8)
                link.ones = (const uint8_t *)array(plan[4]).untyped_data();
            else if (plan[4] >= 0)
                link.wires = (const float *)array(plan[4]).untyped_data();
            if (plan[5] >= 0) {
                link.gains = (const uint8_t *)array(plan[5]).untyped_data();
                link.remembered = array(plan[5]).dimensions()[0];
            }
            link.depth = ring.dimensions()[0];
            link.stride = ring.dimensions()[1];
            link.samples = delay.dimensions()[0];
            link.sources = delay.dimensions()[1];
            link.targets = weight.dimensions()[1];
            link.soonest = plan[6];
            link.latest = plan[7];
            arriving(link, now, int(steps), brought);
            if (brought.hits.empty()) continue;
            for (int64_t sample = 0; sample < link.samples; sample++)
                add(link, sample, int(steps), own, plan[8] + sample * link.targets, brought);
        }
    });

    // What is read is read before any state moves on.
    static thread_local std::vector<float> room_of_readings;
    std::vector<float> &read = room_of_readings;
    read.clear();
    for (size_t term = 0; term < terms.size(); term += of_term) {
        if (terms[term] < 0) continue;
        const Reading own((const float *)array(terms[term]).untyped_data(), terms.begin() + term);
        const size_t begin = read.size();
        read.resize(begin + own.samples * own.width());
        own.to(&read[begin]);
    }
    const auto row = [&](size_t ring) {
        const ffi::AnyBuffer own = **results.get<ffi::AnyBuffer>(ring);
        const int64_t depth = own.dimensions()[0];
        return (uint8_t *)own.untyped_data() + now % depth * (own.element_count() / depth);
    };
    const size_t rings = 1 + gains.size() / of_reading;
    for (size_t k = 1; k < rings; k++) {
        const int64_t *own = gains.begin() + (k - 1) * of_reading;
        Reading((const float *)array(own[0]).untyped_data(), own).held(row(k));
    }

    struct Piece {
        const Kind *kind;
        int64_t begin, end;
    };
    std::vector<Piece> pieces;
    size_t result = rings, arrival = 0, port = 0, term = 0;
    const float *known_values = values < 0 ? nullptr : (const float *)array(values).untyped_data(), *next = read.data();
    auto *marks = (uint8_t *)(*results.get<ffi::AnyBuffer>(results.size() - 1))->untyped_data();
    for (size_t k = 0; k < all.size(); k++) {
        Kind &kind = all[k];
        const int64_t *plan = kinds.begin() + of_kind * k;
        for (int64_t i = 0; i < plan[0]; i++) {
            const auto x = array(plan[5] + i);
            const auto shape = x.dimensions();
            const bool by_lane = shape.size() && shape.back() == kind.lanes;
            kind.from.push_back({(char *)x.untyped_data(), by_lane ? 4 : 0});
        }
        for (int64_t i = 0; i < plan[3]; i++) {
            const int64_t count = ports[port++];
            if (count <= 0) {
                kind.port.push_back(count == 0 ? -1 : kind.port[ports[port++]]);
                continue;
            }
            kind.port.push_back(kind.ports.size());
            kind.ports.emplace_back();
            for (int64_t j = 0; j < count; j++, term += of_term) {
                const int64_t *own = terms.begin() + term;
                const auto *weight = own[5] < 0 ? nullptr : (const float *)array(own[5]).untyped_data();
                const int64_t samples = own[2], width = own[4] ? 1 : own[3];
                if (own[0] < 0) {
                    const int64_t columns = array(values).dimensions()[1];
                    kind.ports.back().push_back({known_values + own[1], weight, own[6], samples, columns, width, own[7]});
                } else {
                    kind.ports.back().push_back({next, weight, own[6], samples, width, width, own[7]});
                    next += samples * width;
                }
            }
        }
        for (int64_t i = 0; i < plan[4]; i++) kind.arrivals.push_back(&arrived[arrival++]);
        for (int64_t i = 0; i < plan[1]; i++)
            kind.to.push_back({(char *)(*results.get<ffi::AnyBuffer>(result++))->untyped_data(), 4});
        kind.to.push_back({(char *)marks, 1});
        marks += kind.lanes;
        for (int64_t begin = 0; begin < kind.lanes; begin += block)
            pieces.push_back({&kind, begin, std::min(begin + block, kind.lanes)});
    }
    threads_of_process().each(threads, long(pieces.size()), [&](long k) {
        static thread_local std::vector<const void *> from;
        static thread_local std::vector<void *> to;
        static thread_local std::vector<float> driven, silent;
        const Kind &kind = *pieces[k].kind;
        const int64_t begin = pieces[k].begin, end = pieces[k].end;
        silent.resize(steps * block);
        driven.assign(kind.ports.size() * block, 0.f);
        for (size_t i = 0; i < kind.ports.size(); i++)
            for (const Term &one : kind.ports[i]) one.add(begin, end, &driven[i * block]);
        from.clear();
        to.clear();
        for (const Given &x : kind.from) from.push_back(x.at(begin));
        for (const int64_t x : kind.port) from.push_back(x < 0 ? nothing : &driven[x * block]);
        for (const Arrivals *x : kind.arrivals)
            from.push_back(x->written[begin / block] ? x->of_block(begin / block) : silent.data());
        from.push_back(index);
        for (const Given &x : kind.to) to.push_back(x.at(begin));
        kind.some(from.data(), to.data(), 1, block, 0, end - begin);
    });

    const ffi::AnyBuffer fired = **results.get<ffi::AnyBuffer>(results.size() - 1);
    std::memcpy(row(0), fired.untyped_data(), fired.element_count());

    const std::lock_guard<std::mutex> lock(guard);
    rooms.push_back(std::move(own_room));
    return ffi::Error::Success();
}

XLA_FFI_DEFINE_HANDLER_SYMBOL(kernel, window,
                              ffi::Ffi::Bind()
                                  .RemainingArgs()
                                  .RemainingRets()
                                  .Attr<std::string_view>("names")
                                  .Attr<ffi::Span<const int64_t>>("kinds")
                                  .Attr<ffi::Span<const int64_t>>("gains")
                                  .Attr<ffi::Span<const int64_t>>("ports")
                                  .Attr<ffi::Span<const int64_t>>("terms")
                                  .Attr<ffi::Span<const int64_t>>("links")
                                  .Attr<int64_t>("values")
                                  .Attr<int64_t>("steps")
                                  .Attr<int64_t>("threads"));
