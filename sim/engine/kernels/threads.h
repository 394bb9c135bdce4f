// Some threads that share out the pieces of one call after the other. They wait for the next one on the processor for a
// while, since to be woken takes longer than most of what they do.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#if defined(__x86_64__)
#define BREATHE __builtin_ia32_pause()
#else
#define BREATHE std::this_thread::yield()
#endif

class Threads {
    typedef void (*Call)(const void *what, long piece);

    std::mutex in_use, sleeping;
    std::condition_variable wake;
    std::atomic<uint64_t> begun{0}, open{0};  // number of the last call, and of the one that may be joined, or 0
    std::atomic<int> inside{0}, asleep{0};
    std::atomic<long> next{0};
    std::atomic<Call> call{nullptr};
    std::atomic<const void *> what{nullptr};
    std::atomic<long> many{0};
    int helpers = 0;
    static constexpr std::chrono::microseconds patience{1000};

    void pieces() {
        const Call own = call;
        const void *own_what = what;
        for (long k; (k = next.fetch_add(1)) < many;) own(own_what, k);
    }

    // What a helper does for ever. It joins a call that is open, and the caller waits for those who have joined alone.
    void help() {
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
            if (open == seen) pieces();
            inside--;
        }
    }

   public:
    // f(k) of each k below some number, by so many threads at most, of which the caller is one.
    template <class F>
    void each(long threads, long number, const F &f) {
        std::unique_lock<std::mutex> own(in_use, std::defer_lock);
        if (threads <= 1 || number <= 1 || !own.try_lock()) {
            for (long k = 0; k < number; k++) f(k);
            return;
        }
        for (; helpers < threads - 1; helpers++) std::thread([this] { help(); }).detach();
        call = [](const void *given, long k) { (*(const F *)given)(k); };
        what = &f;
        many = number;
        next = 0;
        open = begun + 1;
        begun++;
        if (asleep) {
            const std::lock_guard<std::mutex> lock(sleeping);
            wake.notify_all();
        }
        pieces();
        open = 0;
        while (inside) BREATHE;
    }
};

static Threads &threads_of_process() {
    static Threads *found = new Threads;  // never ended: its threads may still wait as the process ends
    return *found;
}
