// The wires of the few cells whose spikes arrive in a window, added up; see rows.py.

#include <cstdint>
#include <cstring>

#include "xla/ffi/api/ffi.h"

namespace ffi = xla::ffi;

template <ffi::DataType type>
using Given = ffi::Buffer<type>;

// marks (window of the ring, sample, source), delay (sample, source) in steps, wires (source, target), number of the
// window, gains in 1/128 as the marks (nothing where spikes have none) -> brought (step, sample, target)
static ffi::Error add(Given<ffi::U8> ring, Given<ffi::S32> delay, Given<ffi::F32> wires, Given<ffi::S32> index,
                      Given<ffi::U8> gains, ffi::ResultBuffer<ffi::F32> result) {
    const auto in = ring.dimensions(), out = result->dimensions();
    const int depth = int(in[0]), samples = int(in[1]), sources = int(in[2]), steps = int(out[0]);
    const long targets = long(out[2]);
    const uint8_t *marks = ring.typed_data();
    const int remembered = int(gains.dimensions()[0]);
    const int now = index.typed_data()[0];
    float *brought = result->typed_data();
    std::memset(brought, 0, sizeof(float) * steps * samples * targets);
    for (int sample = 0; sample < samples; sample++)
        for (int source = 0; source < sources; source++) {
            const int cell = sample * sources + source, after = delay.typed_data()[cell];
            for (int back = 0; back < 2; back++) {
                const int then = now - after / steps - back;
                const int mark = marks[long((then % depth + depth) % depth) * samples * sources + cell];
                const int step = mark + after % steps - back * steps;
                if (mark == 0 || step < 0 || step >= steps) continue;
                float *to = brought + (long(step) * samples + sample) * targets;
                const float *row = wires.typed_data() + source * targets;
                if (remembered == 0) {
                    for (long target = 0; target < targets; target++) to[target] += row[target];
                    continue;
                }
                const long place = long((then % remembered + remembered) % remembered) * samples * sources + cell;
                const float gain = float(gains.typed_data()[place]) / 128;
                for (long target = 0; target < targets; target++) to[target] += gain * row[target];
            }
        }
    return ffi::Error::Success();
}

XLA_FFI_DEFINE_HANDLER_SYMBOL(kernel, add,
                              ffi::Ffi::Bind()
                                  .Arg<Given<ffi::U8>>()
                                  .Arg<Given<ffi::S32>>()
                                  .Arg<Given<ffi::F32>>()
                                  .Arg<Given<ffi::S32>>()
                                  .Arg<Given<ffi::U8>>()
                                  .Ret<Given<ffi::F32>>());
