"""The step printed as C++ fires when the same step compiled by XLA fires."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from sim.backends.jax_backend import JaxBackend
from sim.compile.assemble import assemble, cells, parameters
from sim.engine import coupling
from sim.engine.circuit import Link
from sim.engine.coupling import History, Reading, Term
from sim.engine.kernel import Between, Work
from sim.engine.kernels import compiler, native, xla
from sim.engine.kinds import Place
from sim.engine.lanes import TWICE, Ports
from sim.spec.model import Block, Model
from sim.spec.network import Population
from sim.spec.numerics import Numerics
from sim.spec.protocol import Hold, Settle, Triangle
from sim.spec.record import Record

pytestmark = pytest.mark.skipif(bool(compiler.lacking()), reason=compiler.lacking() or "-")

DRIVE = Hold("hTA.inhibition", 1.5, name="inhibition") + (
    Settle("50 ms") >> Triangle("hTA.excitation", 30, "300 ms", "150 ms", name="excitation")
)


def test_both_kernels_fire_alike(simulate, pool):
    """In float32 two roundings of one scheme: counts differ by one spike at most, the first comes within two steps."""
    runs = {name: simulate(pool("hTA", size=5), DRIVE, backend=JaxBackend(name)) for name in ("native", "xla")}
    native, xla = runs["native"], runs["xla"]
    assert xla.counts.sum() > 10
    assert np.abs(native.counts - xla.counts).max() <= 1
    both = (native.counts > 0) & (xla.counts > 0)
    first = np.abs(native.steps[..., 0].astype(int) - xla.steps[..., 0].astype(int))[both]
    assert first.max() <= 2


def test_an_unknown_kernel_is_refused():
    with pytest.raises(ValueError, match="auto, xla, native"):
        dataclasses.replace(JaxBackend(), kernel="cuda")


def test_float64_is_left_to_xla(simulate, pool):
    with pytest.raises(ValueError, match="float32 only"):
        simulate(pool("hTA", size=2), DRIVE, backend=JaxBackend("native"), dtype="float64")


def test_where_nothing_can_be_compiled_xla_does_it_and_says_so(simulate, pool, monkeypatch, caplog, tmp_path):
    """A compiler that fails, as for want of memory, is not asked again for the step itself."""
    monkeypatch.setenv("SHERRINGTON_CACHE", str(tmp_path))
    monkeypatch.setattr(compiler, "COMPILER", "false")
    forget()
    try:
        with caplog.at_level("INFO", "sherrington"):
            simulate(pool("hTA", size=2), DRIVE)
        assert "compiled by XLA, which is slower, as false does not know this processor" in caplog.text
        with pytest.raises(ValueError, match="is 'native', but false does not know"):
            simulate(pool("hTA", size=2), DRIVE, backend=JaxBackend("native"))
    finally:
        forget()


@pytest.mark.parametrize("binary", [False, True], ids=["", "wires of 0 and 1"])
@pytest.mark.parametrize("gained", [False, True], ids=["", "with gains"])
@pytest.mark.parametrize("busy", [0.0, 0.05, 0.9])
def test_spikes_bring_the_same_whether_added_row_by_row_or_as_a_product(busy, gained, binary):
    """All wires at once, some rows at a time, and rows in C++ by one thread or three: the same bits, also where nearly
    all cells fire, and where others lie before and behind those that are looked at."""
    random, steps, samples, sources, targets = np.random.default_rng(7), 10, 3, 370 if binary else 70, 50
    wires = random.integers(0, 32, (sources, targets)) / 32 if gained else random.random((sources, targets))
    wires = random.integers(0, 2, (sources, targets)).astype(float) if binary else np.rint(wires * 4096) / 4096
    link = Link("net", 0, 0, "g", None, "", wires, lags=(1, 3))
    deeper = link.depth + 2  # another projection looks back further
    source, target = Place(0, 0, 32, 1120, samples, sources), Place(1, 1536, 64, 160, samples, targets)
    gains = jnp.asarray(random.integers(0, 256, (deeper, samples, sources)), jnp.uint8) if gained else None
    fired = random.random((deeper, 1792)) < busy
    marks = np.where(fired, random.choice([1, 5, 10, TWICE], fired.shape), 0).astype(np.uint8)
    delay = random.integers(steps, 4 * steps, (samples, sources)).astype(np.int32)
    table, weight = jnp.asarray(wires, jnp.float32), jnp.ones((samples, targets), jnp.float32)
    for index in map(jnp.int32, (0, 1, 23)):
        one = coupling.Incoming(link, table, jnp.asarray(marks), jnp.asarray(delay), weight, gains, source, target)
        step = coupling.arriving(one, index, steps)
        product = np.asarray(coupling.arrive(one, index, steps))
        assert (product > 0).any() == (busy > 0)
        factor = None
        if gains is not None:
            factor = coupling.factors(gains, one.delay, index, steps, link.lags).astype(jnp.float32) / 128
            np.testing.assert_array_equal(product, by_hand(np.asarray(step), np.asarray(factor), wires, steps))
        np.testing.assert_array_equal(coupling.rows(table, step, steps, factor), product)
        incoming = {(1, "g"): [one]}
        lanes = np.asarray(coupling.bring(incoming, [1536, 256], index, steps)[1, "g"])
        np.testing.assert_array_equal(target.cells(target.of_kind(lanes)), product)
        assert not lanes[:, :64].any()
        assert not lanes[:, 64 + samples * targets :].any()
        works = [work(SUM, 1536), work(SUM, 256)]
        between = Between(incoming, History(jnp.asarray(marks), {}), {})
        bytewise = between._replace(
            incoming={(1, "g"): [one._replace(wires=jnp.asarray(link.table(float, small=True)))]}
        )
        for window, given in ((xla.KERNEL.window, between), *((x, bytewise) for x in NATIVE)):
            for _ in range(2):  # where things were put before, nothing is left of them
                states, _, _ = window(works, given, index, steps)
                summed = np.asarray(states[1]["g"])
                np.testing.assert_array_equal(target.cells(target.of_kind(summed)), product.sum(0))
                assert not summed[:64].any()
                assert not summed[64 + samples * targets :].any()
                later = np.asarray(states[1]["h"])  # the sum of g after each step: 10 times what came in the first one
                expected = (product * np.arange(steps, 0, -1)[:, None, None]).sum(0)
                np.testing.assert_allclose(target.cells(target.of_kind(later)), expected, rtol=1e-6)


@pytest.mark.parametrize("index", [0, 1, 23])
def test_every_kernel_reads_the_same_lays_it_out_alike_and_remembers_it(index):
    """Values that are given and states that are read, of each cell or summed, with weights or without, at ports of two
    members of a kind; a ring of gains that are held, and one of marks."""
    random, steps, samples = np.random.default_rng(11), 10, 3
    few, many = Place(0, 0, 32, 96, samples, 30), Place(0, 0, 128, 224, samples, 70)
    own = jnp.asarray(random.normal(size=384).astype(np.float32)) * 2
    cells = work(PORTS, 384)
    cells = cells._replace(state=cells.state | {"g": own})

    def some(*shape: int) -> jax.Array:
        return jnp.asarray(random.normal(size=shape), jnp.float32)

    course = Term(few, some(samples, 1))
    each, whole = Reading(many, "g"), Reading(many, "g", whole=True)
    level = [
        course,
        Term(few, whole.of([cells.state]), some(samples, 30), whole),
        Term(few, Reading(few, "g").of([cells.state]), some(samples, 30), Reading(few, "g")),
        Term(many, each.of([cells.state]), None, each),
        Term(many, some(samples, 70), some(samples, 70)),
        Term(many, jnp.zeros((samples, 1), jnp.float32), some(samples, 70)),
    ]
    ports = Ports({"p": level, "q": []}, {"p": level, "q": []}, {"p": [course], "q": []})
    history = History(
        jnp.asarray(random.integers(0, 9, (5, 384)), jnp.uint8), {"of": jnp.zeros((4, samples, 70), jnp.uint8)}
    )
    between = Between({}, history, {"of": each})
    found = [window([cells._replace(ports=ports)], between, jnp.int32(index), steps) for window in WINDOWS]
    level_now = np.zeros(384, np.float32)
    level_now[32:122] = np.asarray(coupling.added(level[:3])).ravel()
    level_now[128:338] = np.asarray(coupling.added(level[3:])).ravel()
    rise = np.zeros(384)
    rise[32:122] = np.repeat(np.asarray(course.value)[:, 0], 30)
    summed = level_now * steps + rise * (steps - 1) / 2  # each step reads a port as it is at its start
    held = np.clip(np.rint(np.asarray(each.of([cells.state])) * 128), 0, 255).astype(np.uint8)
    for after in found:
        np.testing.assert_allclose(np.asarray(after.states[0]["h"]), summed, rtol=1e-5, atol=1e-4)
        np.testing.assert_allclose(after.states[0]["h"], found[0].states[0]["h"], rtol=2e-6, atol=1e-5)
        np.testing.assert_array_equal(after.history.spikes, history.spikes.at[index % 5].set(after.marks))
        np.testing.assert_array_equal(after.history.gains["of"], history.gains["of"].at[index % 4].set(held))
    assert 0 < (held == 0).mean() < 1
    assert (held == 255).any()
    for after in found[2:]:
        np.testing.assert_array_equal(after.states[0]["h"], found[1].states[0]["h"])


NATIVE = (native.KERNEL.window, native.by(3).window)
WINDOWS = (xla.KERNEL.window, *NATIVE)
SUM = Model("what arrives, kept", Block("dg/dt = 0/ms : 1\ndh/dt = g*20/ms : 1", initial={"g": 0, "h": 0}))
"""With steps of 0.05 ms, h grows by g in each."""
PORTS = Model(
    "what is given, kept",
    Block("dg/dt = 0/ms : 1\ndh/dt = (p + q)*20/ms : 1\np : 1\nq : 1", initial={"g": 0, "h": 0}),
)


def work(model: Model, lanes: int) -> Work:
    """Cells of a model at rest."""
    part = assemble(Population("cells", model, lanes), Record(), Numerics(dt="0.05 ms", window="0.5 ms"))
    own = cells(part, parameters(part, {}), np.zeros(1, int))
    own = jax.tree.map(lambda x: jnp.asarray(x, jnp.float32 if x.dtype.kind == "f" else x.dtype), own)
    return Work(part.program, own, own.state, Ports({}, {}, {}))


def forget() -> None:
    """What the compiler has said and made in this process."""
    for known in (compiler._macros, compiler._library, compiler.loaded, compiler.registered):
        known.cache_clear()


def by_hand(step: np.ndarray, factor: np.ndarray, wires: np.ndarray, steps: int) -> np.ndarray:
    """What spikes with a gain bring, (step, sample, target), one after the other in double precision."""
    brought = np.zeros((steps, step.shape[1], wires.shape[1]))
    for back, sample, source in zip(*np.nonzero(step >= 0), strict=True):
        place = back, sample, source
        brought[step[place], sample] += float(factor[place]) * wires[source]
    return brought


def test_a_compiled_step_is_not_taken_for_that_of_another_jax_or_compiler(monkeypatch, tmp_path):
    """Its name in the cache follows jaxlib's version, the headers that it includes, the flags and the processor."""
    monkeypatch.setenv("SHERRINGTON_CACHE", str(tmp_path))
    monkeypatch.setattr(compiler, "_compile", lambda text, flags, folder, name: tmp_path / name)
    header = tmp_path / "include" / "xla" / "ffi" / "api" / "ffi.h"
    header.parent.mkdir(parents=True)
    header.write_text("// as it is")

    def name(flags: tuple[str, ...] = ("-O3",)) -> str:
        compiler.interface.cache_clear()
        return compiler.library("int one;", flags, "native", headers=str(tmp_path / "include")).name

    first = name()
    assert name() == first
    header.write_text("// as the next jaxlib has it")
    changed = [first, name(), name(("-O2",))]
    monkeypatch.setattr(compiler.importlib.metadata, "version", lambda package: "99.0")
    changed.append(name())
    monkeypatch.setattr(compiler, "macros", lambda: frozenset({"another processor"}))
    changed.append(name())
    assert len(set(changed)) == 5
    compiler.interface.cache_clear()
