"""A muscle between its bones: a contractile element at an angle to an elastic tendon (Hill; Zajac 1989).

    L = length_neutral + path                     musculotendon length, follows the joint
    F_max (A f_l(l) f_v(u) + p(l) + damping u) cos(pennation) = F_max t(strain) = force        dl/dt = v_max u

l is the length of the contractile element relative to its optimum, u its velocity relative to the largest velocity
of shortening (lengthening positive) and A the active state, 0 to 1. Fibres keep their distance across the muscle: l
sin(pennation) is constant.

    f_l = exp(-(l - 1)**2/width)                                                       Thelen 2003
    f_v = (1 + u)/(1 - u/curvature), u < 0       1 + (plateau - 1) u/(u + h), u > 0    Hill 1938, Katz 1939
    p   = (exp(k (l - 1)/e) - 1)/(exp(k) - 1), l > 1                                   Thelen 2003
    t   = exponential up to a third of F_max, straight above                           Thelen 2003

h makes f_v smooth at 0. With the damping the balance has one velocity at every activity, also at none (Millard 2013);
it is a root of a quadratic equation, taken in the form that loses nothing where activity and damping vanish.

What comes from other cells (activation, path) is held within a window and followed by states, so that `force`,
`length` and `velocity` hang on states alone and other cells may read them.
"""

from math import exp, sin, sqrt

from networks.cells.muscle import WHOLE
from sim.spec.model import Block, Model
from sim.spec.network import NetworkError
from sim.spec.params import Param, nearest
from sim.units import quantity, shown

REMOTO = "ReMoto (Cisi & Kohn 2008) configuration"
ARNOLD = "Arnold 2010 (Ann Biomed Eng 38:269), model of the human lower limb"
THELEN = "Thelen 2003 (J Biomech Eng 125:70), young adults"
MILLARD = "Millard 2013 (J Biomech Eng 135:021005)"

TENDON = Model(
    "muscle and tendon",
    Block(
        """
        activation : 1                                           # sum of the units' forces relative to their tetanus
        path : metre                                             # change of the musculotendon length since the start
        path_velocity : metre/second
        dactive/dt = (activation - active)/tau_seen : 1
        dlengthening/dt = path_velocity + (path - lengthening)/tau_seen : metre
        dmoved/dt = velocity : 1
        length = start_length + moved : 1
        velocity = v_max*speed : hertz                           # optimum lengths per second

        along = sqrt(clip(length**2 - sin(pennation)**2, 1e-4, inf)) : 1
        cosine = along/length : 1
        strain = (length_neutral + start_path + lengthening - optimum*along - slack)/slack : 1
        toe = 0.609*strain_max : 1
        pull = 0.33*(exp(3*clip(strain, 0, toe)/toe) - 1)/(exp(3) - 1) + 1.712/strain_max*clip(strain - toe, 0, inf) : 1
        force = force_max*pull : newton

        overlap = exp(-(length - 1)**2/width) : 1
        passive = (exp(passive_shape*clip(length - 1, 0, 1)/passive_strain) - 1)/(exp(passive_shape) - 1) : 1
        available = clip(active, 0, inf)*overlap : 1
        load = pull/cosine - passive : 1
        lack = clip(available - load, 0, inf) : 1                # of load: it shortens
        excess = clip(load - available, 0, inf) : 1              # of load: it lengthens
        b_short = available + damping + load/curvature : 1
        half = (plateau - 1)*curvature/(1 + curvature) : 1
        b_long = damping*half + available*(plateau - 1) - excess : 1
        shortening = 2*lack/(b_short + sqrt(b_short**2 + 4*damping/curvature*lack)) : 1
        speed = 2*half*excess/(b_long + sqrt(b_long**2 + 4*damping*half*excess)) - shortening : 1
        """,
        params={
            "force_max": Param("3586 N", ARNOLD + ": soleus", ("1e-3 N", None)),
            "optimum": Param("49 mm", REMOTO + ": soleus", ("1 mm", None)),
            "pennation": Param(0.494, REMOTO + ": soleus, at the optimum; radian", (0, 1.2)),
            "slack": Param("289 mm", REMOTO + ": soleus", ("1 mm", None)),
            "length_neutral": Param("332.1 mm", "set with a muscle", ("1 mm", None)),
            "start_path": Param("0 mm", "set with the joint's position", ("-200 mm", "200 mm")),
            "start_length": Param(1.0, "set with the joint's position: at rest in balance", (0.3, 2)),
            "strain_max": Param(0.049, f"Achilles tendon at the maximal force, {MILLARD}, from Magnusson", (1e-3, 0.5)),
            "width": Param(0.45, THELEN, (0.01, 10)),
            "v_max": Param("10 Hz", f"{THELEN}: optimum lengths per second", ("0.1 Hz", None)),
            "curvature": Param(0.25, THELEN + "; Hill's a/F_max", (0.05, 2)),
            "plateau": Param(1.4, f"{THELEN}; 1.4 to 1.7 in human muscle that is stimulated: Pain 2013", (1.05, 3)),
            "damping": Param(0.05, "chosen between 0.01 (Rajagopal 2016) and 0.1 (Millard 2013)", (1e-3, 10)),
            "passive_shape": Param(5.0, THELEN, (0.1, 20)),
            "passive_strain": Param(0.6, THELEN, (0.05, 3)),
            "tau_seen": Param("1 ms", "numerical: short against a twitch, long against a window", ("0.1 ms", None)),
        },
        initial={"active": 0, "lengthening": "0 m", "moved": 0},
    ),
)
"""It never fires; sustained activation shortens it against its tendon at a fixed length too."""

_ARCHITECTURE = {  # optimum, pennation, slack, source, and fibre length at the neutral angle with a tendon just slack
    "soleus": ("49 mm", 0.494, "289 mm", REMOTO, 1.0),
    "gastrocnemius": ("57 mm", 0.173, "401 mm", f"{REMOTO}; tendon {ARNOLD}", 1.05),
    "tibialis": ("68 mm", 0.168, "241 mm", ARNOLD, 1.05),
}
_AT_NEUTRAL = (
    "chosen: at 90 degrees the tendon is just slack when fibres have {} of their optimum, so that the triceps is "
    "strongest in full dorsiflexion (Sale 1982) and soleus works at 0.7 to 0.94 (Rubenson 2012)"
)


def muscle(name: str, start_path: float = 0.0) -> dict[str, Param]:
    """The table of a human muscle, relaxed and in balance where it starts.

    Args:
        name: one of `WHOLE`.
        start_path: m, how much longer it is than at the neutral angle.

    Raises:
        NetworkError: another muscle.
    """
    if name not in WHOLE:
        raise NetworkError(f"there is no tendon of {shown(name)}: {nearest(name, WHOLE)}")
    optimum, pennation, slack, source, taut = _ARCHITECTURE[name]
    fibre, tendon = (quantity(x).number / quantity("1 m").number for x in (optimum, slack))
    neutral = tendon + fibre * sqrt(taut**2 - sin(pennation) ** 2)
    rows = {
        "force_max": WHOLE[name],
        "optimum": Param(optimum, source),
        "pennation": Param(pennation, source + "; radian"),
        "slack": Param(slack, source),
        "length_neutral": Param(f"{neutral!r} m", _AT_NEUTRAL.format(taut)),
        "start_path": Param(f"{start_path!r} m", "from the joint's position"),
    }
    start = _relaxed_length({**TENDON.params, **rows})
    return {**rows, "start_length": Param(start, "fibres and tendon of the relaxed muscle in balance")}


def _relaxed_length(table: dict[str, Param]) -> float:
    """Fibre length, relative to its optimum, at which the passive force is that of the tendon; by bisection."""
    metre = quantity("1 m").number
    v = {k: quantity(p.value).number / (metre if k in LENGTHS else 1) for k, p in table.items()}
    room, across = v["length_neutral"] + v["start_path"] - v["slack"], sin(v["pennation"])

    def surplus(length: float) -> float:
        along = sqrt(length**2 - across**2)
        strain, toe = (room - v["optimum"] * along) / v["slack"], 0.609 * v["strain_max"]
        pull = 0.33 * (exp(3 * min(max(strain, 0), toe) / toe) - 1) / (exp(3) - 1)
        pull += 1.712 / v["strain_max"] * max(strain - toe, 0)
        stretch = v["passive_shape"] * max(length - 1, 0) / v["passive_strain"]
        return pull - (exp(stretch) - 1) / (exp(v["passive_shape"]) - 1) * along / length

    low, high = max(0.5, 1.05 * across), 1.8
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if surplus(middle) > 0 else (low, middle)
    return (low + high) / 2


LENGTHS = ("optimum", "slack", "length_neutral", "start_path")
