// Some threads that share out the pieces of one call after the other. They wait for the next one on the processor for a
// while, since to be woken takes longer than most of what they do.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <system_error>
#include <thread>

#if defined(__x86_64__)
#define BREATHE __builtin_ia32_pause()
#else
#define BREATHE std::this_thread::yield()
#endif

class Threads {
    typedef void (*Call)(const void *what, long piece);

    static constexpr long at_most = 64;
    static constexpr std::chrono::microseconds patience{1000};

    // Of a thread: it takes every piece whose number, divided by the number of threads, leaves its own, so that the same
    // piece of the next call finds what it needs in the same cache; then those of others, from their last on.
    struct alignas(64) Share {
        std::atomic<uint64_t> left{0};  // first, and end in the upper half

        long taken(bool own) {
            uint64_t now = left;
            while (uint32_t(now) < now >> 32) {
                const uint64_t after = own ? now + 1 : now - (uint64_t(1) << 32);
                if (left.compare_exchange_weak(now, after)) return own ? uint32_t(now) : (now >> 32) - 1;
            }
            return -1;
        }
    };

    std::mutex in_use, sleeping;
    std::condition_variable wake;
    std::atomic<uint64_t> begun{0}, open{0};  // number of the last call, and of the one that may be joined, or 0
    std::atomic<int> inside{0}, asleep{0};
    std::atomic<Call> call{nullptr};
    std::atomic<const void *> what{nullptr};
    std::atomic<long> sharing{1};
    Share shares[at_most];
    long helpers = 0;

    void pieces(long self) {
        const Call own = call;
        const void *own_what = what;
        const long threads = sharing;
        if (self >= threads) return;
        for (long turn = 0; turn < threads; turn++) {
            const long whose = (self + turn) % threads;
            for (long k; (k = shares[whose].taken(turn == 0)) >= 0;) own(own_what, k * threads + whose);
        }
    }

    // What a helper does for ever. It joins a call that is open, and the caller waits for those who have joined alone.
    void help(long self) {
        for (uint64_t seen = 0;;) {
            const auto since = std::chrono::steady_clock::now();
            for (int turn = 0; begun == seen; turn++) {
                BREATHE;
                if (turn % 16 == 15) std::this_thread::yield();
                if (turn % 64 == 63 && std::chrono::steady_clock::now() - since > patience) {
                    std::unique_lock<std::mutex> lock(sleeping);
                    asleep++;
                    wake.wait(lock, [&] { return begun != seen; });
                    asleep--;
                }
            }
            seen = begun;
            inside++;
            if (open == seen) pieces(self);
            inside--;
        }
    }

   public:
    // f(k) of each k below some number, by so many threads at most, of which the caller is one.
    template <class F>
    void each(long threads, long number, const F &f) {
        std::unique_lock<std::mutex> own(in_use, std::defer_lock);
        threads = std::min({threads, number, at_most});
        if (threads <= 1 || !own.try_lock()) {
            for (long k = 0; k < number; k++) f(k);
            return;
        }
        try {
            for (; helpers < threads - 1; helpers++) std::thread([this, self = helpers + 1] { help(self); }).detach();
        } catch (const std::system_error &) {  // no more threads are to be had: fewer do it
            threads = helpers + 1;
        }
        call = [](const void *given, long k) { (*(const F *)given)(k); };
        what = &f;
        sharing = threads;
        for (long t = 0; t < threads; t++) shares[t].left = uint64_t((number - t + threads - 1) / threads) << 32;
        open = begun + 1;
        begun++;
        if (asleep) {
            const std::lock_guard<std::mutex> lock(sleeping);
            wake.notify_all();
        }
        pieces(0);
        open = 0;
        for (int turn = 1; inside; turn++) {
            BREATHE;
            if (turn % 64 == 0) std::this_thread::yield();
        }
    }
};

static Threads &threads_of_process() {
    static Threads *found = new Threads;  // never ended: its threads may still wait as the process ends
    return *found;
}
