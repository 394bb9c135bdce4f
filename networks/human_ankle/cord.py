"""Who reaches whom in the cord: reflex arcs of a muscle and of its antagonists and synergists.

    Ia           ---> motoneurons of the muscle and, in part, of its synergists
                 ---> Ia interneurons ---| motoneurons of its antagonists; opposite ones silence each other
                 ---> presynaptic interneurons ---| Ia terminals of the muscle itself and of its antagonists (D1, D2)
    motoneurons  ---> Renshaw cells ---| motoneurons of the muscle and its synergists, the Ia interneurons that its Ia
                                         drive, Renshaw cells of its antagonists
    II           ---> motoneurons of the muscle, late
    Ib           ---> interneurons ---| motoneurons of the muscle and its synergists

Inhibition of motoneurons lies on soma and dendrites in a proportion that one number says for each kind, in all pools:
`network.reciprocal_soma_share` (0.5), `recurrent_soma_share` and `autogenic_soma_share` (both 0); see
`networks.on_soma`. A design varies them; beside what an experiment compares it takes one value at a time, as
`+design.axes.network.reciprocal_soma_share=[0.25]`.

A population is called by the muscle that it acts on: `soleus_in` are the Ia interneurons that silence the soleus and
are driven by the Ia of its antagonists, `soleus_pad` those that inhibit the terminals of its Ia and are driven by these
fibres themselves and by the Ia of its antagonists.
"""

from collections.abc import Iterator, Mapping

from networks import on_soma
from networks.cells.ia_interneuron import INTERNEURON
from networks.cells.renshaw import RENSHAW
from networks.cells.terminal import DELAYS
from networks.human_ankle.muscle import Muscle
from networks.human_ankle.parts import Parts
from networks.human_ankle.weights import HEARD, SYNAPSE, each, heard, volley
from networks.nerve import REMOTO
from networks.neuromodulation import LIGAND_POOL
from sim.spec.network import Population
from sim.spec.params import Graded, Param
from sim.spec.projection import Projection, Signal
from sim.spec.wiring import All, Convergent

GROUP_II = Graded("28 ms", "17 ms", 0.0, "0.8 m at 30 to 50 m/s and one interneuron: chosen")
IB_WAY = Graded("11.2 ms", "9.4 ms", 0.0, f"0.6 m at 55 to 66 m/s ({REMOTO}) and a synapse")


def cord(muscles: Mapping[str, Muscle], wiring: int) -> Parts:
    """Interneurons of all muscles and every connection in the cord.

    Args:
        wiring: number of the draw of who reaches whom.
    """
    populations, projections = [], []
    for own in muscles.values():
        populations += [
            *(Population(f"{own.name}_{kind}", INTERNEURON, own.interneurons) for kind in ("in", "pad", "ib_in")),
            Population(f"{own.name}_renshaw", RENSHAW, own.interneurons),
        ]
        projections += [
            *_monosynaptic(own, muscles, wiring),
            *_reciprocal(own, muscles, wiring),
            *_presynaptic(own, muscles),
            *_recurrent(own, muscles, wiring),
            *_autogenic(own, muscles, wiring),
            Projection(
                f"ligand_to_{own.name}",
                "ligand.ligand",
                f"{own.name}.ligand",
                weight=Param(1.0, "the receptors' gain is a parameter of the motoneurons"),
            ),
        ]
    populations.append(Population("ligand", LIGAND_POOL, 1))
    halves = {(f"{k}_in_to_{k}_dend", f"{k}_in_to_{k}_soma"): _half(own) for k, own in muscles.items()}
    return Parts(
        tuple(populations),
        tuple(projections),
        (Signal("ligand_level", "ligand.ligand"),),
        (
            on_soma.reciprocal(halves, RECIPROCAL),
            on_soma.one_receptor(on_soma.RECURRENT, "renshaw", muscles),
            on_soma.one_receptor(on_soma.AUTOGENIC, "ib", muscles),
        ),
    )


def _monosynaptic(own: Muscle, muscles: Mapping[str, Muscle], wiring: int) -> Iterator[Projection]:
    """Ia fibres of the muscle and, in part, of its synergists; half of the conductance on the soma."""
    for source, share in {own.name: 1.0, **own.synergists}.items():
        fibres = muscles[source].ia
        number = heard("ia", fibres)
        for place in ("ia", "ia_soma"):
            yield Projection(
                f"{source}_ia_to_{own.name}{place.removeprefix('ia')}",
                f"{source}_ia_terminal",
                f"{own.name}.g_{place}",
                weight=volley(
                    f"{share * MONOSYNAPTIC[0] / 2:g} nS",
                    f"{share * MONOSYNAPTIC[1] / 2:g} nS",
                    number,
                    MONOSYNAPTIC_FROM,
                ),
                delay=SYNAPSE,
                wiring=Convergent(number, wiring, f"{source}_ia_to_{own.name}"),
                gain="release",
            )
    yield Projection(
        f"{own.name}_ii_to_{own.name}",
        f"{own.name}_ii_ending",
        f"{own.name}.g_ii",
        weight=volley("300 nS", "500 nS", own.ii, "chosen: a tenth of the monosynaptic volley"),
        delay=GROUP_II,
        wiring=All(),
    )


MONOSYNAPTIC = (10300.0, 18500.0)
"""nS, of a volley of all homonymous Ia fibres, lowest and highest threshold."""
MONOSYNAPTIC_FROM = "fitted to a largest H reflex of 58 % of the largest M wave (PMC3515837) at rest"


def _reciprocal(own: Muscle, muscles: Mapping[str, Muscle], wiring: int) -> Iterator[Projection]:
    for source in own.antagonists:
        fibres = muscles[source].ia
        yield Projection(
            f"{source}_ia_to_{own.name}_in",
            f"{source}_ia_terminal",
            f"{own.name}_in.g_ia",
            weight=volley(
                "2900 nS", "174 nS", fibres,
                "fitted to a threshold near that of the fibres (Crone 1987): 3 to 50 % of them recruit interneurons "
                "one after the other (87 nS is enough)",
                skew=-0.5,
            ),
            delay=SYNAPSE,
            wiring=All(),
            gain="release",
        )  # fmt: skip
        yield Projection(
            f"{source}_in_to_{own.name}_in",
            f"{source}_in",
            f"{own.name}_in.g_gly",
            weight=volley("100 nS", "100 nS", muscles[source].interneurons, "chosen: they silence each other in part"),
            delay=Param("1 ms", "chosen"),
            wiring=All(),
        )
        yield Projection(
            f"{source}_command_to_{own.name}_in",
            f"{source}_command.excitation",
            f"{own.name}_in.drive",
            weight=Param(
                "0.3 nS", "chosen: the command of a muscle drives the interneurons that silence its antagonist"
            ),
        )
    number = heard("in", own.interneurons)
    for kind in ("dend", "soma"):
        yield Projection(
            f"{own.name}_in_to_{own.name}_{kind}",
            f"{own.name}_in",
            f"{own.name}.g_recip_{kind}",
            weight=Param(_half(own), RECIPROCAL),
            delay=Param("1 ms", "about 1 ms beyond the monosynaptic path: Crone 1987, human"),
            wiring=Convergent(number, wiring, f"{own.name}_in"),  # the same on soma and dendrites
        )


RECIPROCAL = f"fitted to 10 to 25 % less H reflex at 1.0 times the motor threshold, at a half; {HEARD['in'][1]}"


def _half(own: Muscle) -> str:
    """Half of what an Ia interneuron brings to a motoneuron; a volley of all brings 240 nS."""
    return each("120 nS", heard("in", own.interneurons))


def _presynaptic(own: Muscle, muscles: Mapping[str, Muscle]) -> Iterator[Projection]:
    """Each impulse of a fibre drives them alike, whatever its terminals on motoneurons still release: chosen."""
    for source, (first, last, origin) in {own.name: OWN_FIBRES, **dict.fromkeys(own.antagonists, OTHERS)}.items():
        yield Projection(
            f"{source}_ia_to_{own.name}_pad",
            f"{source}_ia_terminal",
            f"{own.name}_pad.g_ia",
            weight=volley(first, last, muscles[source].ia, origin),
            delay=SYNAPSE,
            wiring=All(),
        )
    for kind, delay in DELAYS.items():
        yield Projection(
            f"{own.name}_pad_{kind}",
            f"{own.name}_pad",
            f"{own.name}_ia_terminal.{kind}",
            weight=Param(round(PRESYNAPTIC / own.interneurons, 9), PRESYNAPTIC_FROM),
            delay=delay,
            wiring=All(),
        )


OTHERS = ("435 nS", "109 nS", "chosen: as the Ia interneurons")
"""A volley of an antagonist's Ia fibres at the first and the last presynaptic interneuron, and why."""
OWN_FIBRES = (
    "650 nS", "160 nS",
    "fitted to 54 % of the largest H reflex left while the Achilles tendon is vibrated (J Korean Acad Rehabil Med "
    "1998;22:1185, human, frequency not read), here at 80 Hz, mean of four places of the wave",
)  # fmt: skip
"""A volley of the fibres whose terminals they inhibit. A single one meets nothing of the inhibition that it evokes, for
it has passed by then; that of many impulses adds up in the terminals."""

PRESYNAPTIC = 0.08
PRESYNAPTIC_FROM = "chosen: a volley of all takes 8 % of the release, a third of a reflex of half of the motoneurons"


def _recurrent(own: Muscle, muscles: Mapping[str, Muscle], wiring: int) -> Iterator[Projection]:
    number = heard("renshaw", own.motoneurons)
    for state, total in (("ach", "300 nS"), ("ach_slow", "160 nS")):
        yield Projection(
            f"{own.name}_to_{own.name}_renshaw_{state}",
            own.name,
            f"{own.name}_renshaw.g_{state}",
            weight=volley(total, total, number, f"fitted to the burst of a volley of all; {HEARD['renshaw'][1]}"),
            delay=Param("1 ms", "chosen: collateral and synapse"),
            wiring=Convergent(number, wiring, f"{own.name}_renshaw"),
            gain="collateral",
        )
    for source, share in {own.name: 1.0, **own.synergists}.items():
        count = heard("recurrent", muscles[source].interneurons)
        yield Projection(
            f"{source}_renshaw_to_{own.name}",
            f"{source}_renshaw",
            f"{own.name}.g_renshaw",
            weight=volley(f"{60 * share:g} nS", f"{60 * share:g} nS", count, f"{RECURRENT}; {HEARD['recurrent'][1]}"),
            delay=Param("1 ms", "chosen"),
            wiring=Convergent(count, wiring),
        )
    for source in own.antagonists:
        for target in ("in", "renshaw"):
            yield Projection(
                f"{source}_renshaw_to_{own.name}_{target}",
                f"{source}_renshaw",
                f"{own.name}_{target}.g_gly",
                weight=volley("60 nS", "60 nS", muscles[source].interneurons, "chosen"),
                delay=Param("1 ms", "chosen"),
                wiring=All(),
            )


RECURRENT = "fitted to 12.7 uV (1.5 to 54) of one Renshaw cell in one motoneuron, cat (van Keulen 1981)"


def _autogenic(own: Muscle, muscles: Mapping[str, Muscle], wiring: int) -> Iterator[Projection]:
    yield Projection(
        f"{own.name}_ib_to_{own.name}_ib_in",
        f"{own.name}_ib_nerve",
        f"{own.name}_ib_in.g_ia",
        weight=volley("435 nS", "109 nS", own.ib, "chosen: as the Ia interneurons"),
        delay=IB_WAY,
        wiring=All(),
    )
    for source, share in {own.name: 1.0, **own.synergists}.items():
        count = heard("in", muscles[source].interneurons)
        yield Projection(
            f"{source}_ib_in_to_{own.name}",
            f"{source}_ib_in",
            f"{own.name}.g_ib",
            weight=volley(
                f"{300 * share:g} nS", f"{300 * share:g} nS", count, "chosen: a quarter of reciprocal inhibition"
            ),
            delay=Param("1 ms", "chosen"),
            wiring=Convergent(count, wiring),
        )
