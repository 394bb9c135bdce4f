// All cells of a network through one window: what spikes bring to them, then their steps; see together.py.
// threads.h and rows.h stand before it.

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "xla/ffi/api/ffi.h"

namespace ffi = xla::ffi;

// As native.py writes it: the lanes from begin to end, in whole multiples of some number, through some windows.
typedef void (*Some)(const void *const *from, void *const *to, long windows, long lanes, long begin, long end);

struct Kernel {
    Some some;
    long together;  // lanes that it takes at once
};

static std::mutex guard;
static std::unordered_map<std::string, Kernel> known;

extern "C" void know(const char *name, void *some, long together) {
    const std::lock_guard<std::mutex> lock(guard);
    known[name] = Kernel{(Some)some, together};
}

struct Kind {
    Kernel kernel;
    std::vector<const void *> from;
    std::vector<void *> to;
    int64_t lanes;
};

// What spikes bring to a state of a kind: (step, lane), 0 where nothing was written.
struct Arrivals {
    int64_t lanes;
    std::vector<float> values;
    std::vector<char> written;
};

typedef std::vector<Arrivals> Room;

// Rooms are used again, by one call at a time: most of one stays 0 from window to window.
static std::vector<std::unique_ptr<Room>> rooms;

static std::unique_ptr<Room> room(const std::vector<int64_t> &lanes, int steps) {
    const auto fits = [&](const std::unique_ptr<Room> &one) {
        return std::equal(one->begin(), one->end(), lanes.begin(), lanes.end(), [&](const Arrivals &own, int64_t n) {
            return own.lanes == n && int(own.written.size()) == steps;
        });
    };
    {
        const std::lock_guard<std::mutex> lock(guard);
        const auto found = std::find_if(rooms.rbegin(), rooms.rend(), fits);
        if (found != rooms.rend()) {
            std::unique_ptr<Room> own = std::move(*found);
            rooms.erase(std::next(found).base());
            return own;
        }
        if (rooms.size() > 64) rooms.clear();  // of networks that no longer run
    }
    auto own = std::make_unique<Room>();
    for (const int64_t n : lanes)
        own->push_back({n, std::vector<float>(size_t(n) * steps, 0.f), std::vector<char>(steps, 0)});
    return own;
}

constexpr int of_kind = 4, of_link = 10;
constexpr long lanes_of_piece = 128;

// names: of the kernel of each kind, each followed by a blank.
// kinds: of each kind how many arrays it reads, how many states it has, how many lanes, and what arrives at it.
// links: of each projection the number of what arrives, of all kinds, one after the other; the arguments that are its
// marks, delay, weight, wires (or how it is wired) and gains (or -1); its shortest and longest delay in whole windows; the
// lanes of its first target, among those of the kind, and of its first source, among all.
// Argument 0 is the number of the window; each kind then has its arrays, states first. It leaves the states of each kind,
// and last the marks of the lanes of all.
static ffi::Error window(ffi::RemainingArgs given, ffi::RemainingRets results, std::string_view names,
                         ffi::Span<const int64_t> kinds, ffi::Span<const int64_t> links, int64_t steps,
                         int64_t threads) {
    const auto array = [&](size_t k) { return *given.get<ffi::AnyBuffer>(k); };
    std::vector<Kind> all(kinds.size() / of_kind);
    std::vector<int64_t> lanes;
    {
        const std::lock_guard<std::mutex> lock(guard);
        for (size_t k = 0; k < all.size(); k++) {
            const size_t end = names.find(' ');
            const auto found = known.find(std::string(names.substr(0, end)));
            if (found == known.end()) return ffi::Error::Internal("a kernel is not known");
            all[k].kernel = found->second;
            all[k].lanes = kinds[of_kind * k + 2];
            lanes.insert(lanes.end(), kinds[of_kind * k + 3], all[k].lanes);
            names.remove_prefix(end + 1);
        }
    }
    std::unique_ptr<Room> arrived = room(lanes, int(steps));

    const void *index = array(0).untyped_data();
    const int now = *(const int32_t *)index;
    std::vector<size_t> begins(lanes.size() + 1, links.size());  // of the projections of each
    for (size_t k = links.size(); k > 0; k -= of_link) begins[links[k - of_link]] = k - of_link;
    threads_of_process().each(threads, long(lanes.size()), [&](long number) {
        static thread_local std::vector<float> brought;
        static thread_local std::vector<char> touched;
        Arrivals &own = (*arrived)[number];
        for (int64_t step = 0; step < steps; step++) {
            if (own.written[step]) std::memset(&own.values[step * own.lanes], 0, sizeof(float) * own.lanes);
            own.written[step] = false;
        }
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
            if (link.kind != one_to_one) {
                touched.assign(steps, 0);
                brought.resize(size_t(steps) * (link.kind == each_to_each ? 1 : link.targets));
            }
            for (int64_t sample = 0; sample < link.samples; sample++) {
                float *to = own.values.data() + plan[8] + sample * link.targets;
                add(link, int(sample), now, int(steps), own.lanes, to, own.written.data(), brought, touched);
            }
        }
    });

    struct Piece {
        const Kind *kind;
        int64_t begin, end;
    };
    std::vector<Piece> pieces;
    size_t argument = 1, result = 0, arrival = 0;
    auto *marks = (uint8_t *)(*results.get<ffi::AnyBuffer>(results.size() - 1))->untyped_data();
    for (size_t k = 0; k < all.size(); k++) {
        Kind &kind = all[k];
        const int64_t *plan = kinds.begin() + of_kind * k;
        for (int64_t i = 0; i < plan[0]; i++) kind.from.push_back(array(argument++).untyped_data());
        for (int64_t i = 0; i < plan[3]; i++) kind.from.push_back((*arrived)[arrival++].values.data());
        kind.from.push_back(index);
        for (int64_t i = 0; i < plan[1]; i++)
            kind.to.push_back((*results.get<ffi::AnyBuffer>(result++))->untyped_data());
        kind.to.push_back(marks);
        marks += kind.lanes;
        const int64_t step = std::max(1L, lanes_of_piece / kind.kernel.together) * kind.kernel.together;
        for (int64_t begin = 0; begin < kind.lanes; begin += step)
            pieces.push_back({&kind, begin, std::min(begin + step, kind.lanes)});
    }
    threads_of_process().each(threads, long(pieces.size()), [&](long k) {
        const Kind &kind = *pieces[k].kind;
        kind.kernel.some(kind.from.data(), kind.to.data(), 1, kind.lanes, pieces[k].begin, pieces[k].end);
    });

    const std::lock_guard<std::mutex> lock(guard);
    rooms.push_back(std::move(arrived));
    return ffi::Error::Success();
}

XLA_FFI_DEFINE_HANDLER_SYMBOL(kernel, window,
                              ffi::Ffi::Bind()
                                  .RemainingArgs()
                                  .RemainingRets()
                                  .Attr<std::string_view>("names")
                                  .Attr<ffi::Span<const int64_t>>("kinds")
                                  .Attr<ffi::Span<const int64_t>>("links")
                                  .Attr<int64_t>("steps")
                                  .Attr<int64_t>("threads"));
