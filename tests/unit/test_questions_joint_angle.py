"""Inward currents over potential and angle, of courses whose answer is known."""

from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.figure import Figure

import networks
from experiments.measures import inward_current as measures
from experiments.measures.inward_current import Ramp
from experiments.reflex.joint_angle_and_pic import JointAngleAndPic
from networks.protocols import joint_rotation
from sim.design import Design
from sim.results.status import Status
from sim.spec.composed import ProtocolError
from sim.units import UnitError
from tests.made_results import answered, failing, spike_variables

RAMP = Ramp(start=2.0, up=5.0, down=5.0, holding=-80.0, height=40.0)
TIME = np.arange(0, 12.5, 0.02)
UNITS = 3
CLAMPS = ("all", "silenced", "alone", "strong")
CONTRACTIONS = ("contracting", "contracting, silenced")


def course(size: float, half: float, back: float) -> np.ndarray:
    """i_pic in nA, (unit, time): 0.5, 1 and 1.5 times `size`, half on at one potential and half off at another."""
    potential = RAMP.potential(TIME)
    where = np.where(RAMP.start + RAMP.up < TIME, back, half)
    on = 1 / (1 + np.exp(-(potential - where) / 0.8))
    return -size * np.array([0.5, 1.0, 1.5])[:, None] * on


def view(*courses: np.ndarray) -> SimpleNamespace:
    own = np.stack(courses)
    return SimpleNamespace(
        samples=len(own),
        done=np.full(len(own), True),
        time=TIME,
        traces=lambda name, population: own,
        once=lambda key, compute: compute(),
    )


def test_the_potential_is_a_triangle():
    assert RAMP.potential(np.array([0.0, 2.0, 4.5, 7.0, 9.5, 12.0, 13.0])) == pytest.approx(
        [-80, -80, -60, -40, -60, -80, -80]
    )


def test_a_known_current_is_measured():
    made = view(course(20, -55, -65), course(10, -50, -50))
    assert measures.largest(made, "soleus", RAMP) == pytest.approx([20, 10], rel=1e-3)
    assert measures.half(made, "soleus", RAMP) == pytest.approx([-55, -50], abs=0.3)  # mV, two samples of the course
    assert measures.back(made, "soleus", RAMP) == pytest.approx([-65, -50], abs=0.3)
    assert measures.at(made, "soleus", RAMP, -50.0) == pytest.approx([20, 5], abs=0.2)
    assert measures.top(made, "soleus", RAMP) == pytest.approx([20, 10], rel=1e-3)


def test_a_current_that_is_always_on_is_on_where_the_ramp_begins_and_ends():
    always = view(np.full((UNITS, len(TIME)), -5.0))
    assert measures.half(always, "soleus", RAMP) == pytest.approx([-80], abs=0.2)
    assert measures.back(always, "soleus", RAMP) == pytest.approx([-80], abs=0.2)


def test_conductance_is_the_mean_on_the_way_up():
    made = view(np.where(RAMP.rising(TIME), 0.004, 1.0)[None].repeat(UNITS, 0))  # uS
    assert measures.conductance(made, "soleus", RAMP, "g_ia") == pytest.approx([4.0])


def test_a_failed_sample_has_no_current():
    made = view(course(20, -55, -65))
    made.done = np.array([False])
    assert np.isnan(measures.largest(made, "soleus", RAMP)).all()
    assert np.isnan(measures.half(made, "soleus", RAMP)).all()
    assert np.isnan(measures.back(made, "soleus", RAMP)).all()
    assert np.isnan(measures.conductance(made, "soleus", RAMP, "g_ia")).all()


NETWORK = networks.ankle(size=4, cell="powers_heckman_ankle_clamped")


def asking(**given) -> JointAngleAndPic:
    settings = {
        "network": NETWORK, "muscle": "soleus", "before": "2 s", "up": "5 s", "down": "5 s", "clamped": "40 mV",
        "probe": -50.0, "neutral": 0.0, "clamps": CLAMPS, "contractions": CONTRACTIONS, "times": 30.0,
    }  # fmt: skip
    return JointAngleAndPic(**{**settings, **given})


SIZE = {"all": 10.0, "silenced": 20.0, "alone": 20.0, "strong": 5.0}
"""nA at -20 degrees; 20 at 0 degrees."""


@pytest.fixture(scope="module")
def whole():
    design = Design(
        {"angle": {"of": "protocol.turn.level_1", "values": [-20, 0]}},
        cases={case: {"protocol.drive.peak": k} for k, case in enumerate((*CLAMPS, *CONTRACTIONS))},
        seeds=2,
    )
    made = design.dataset()
    currents = [
        course(SIZE.get(str(case), 20.0), -52, -60) if angle < 0 else course(20, -56, -60)
        for case, angle in zip(made["case"].values, made["angle"].values, strict=True)
    ]
    silent = np.full((UNITS, 2), np.nan)
    shape = ("sample", "recorded", "time")
    return made.assign(
        {
            **spike_variables([silent] * len(currents)),
            "i_pic": (shape, np.stack(currents)),
            "g_ia": (shape, np.full((len(currents), UNITS, len(TIME)), 0.05)),
            "g_recip_dend": (shape, np.full((len(currents), UNITS, len(TIME)), 0.005)),
        }
    ).assign_coords(
        time=TIME,
        recorded=np.arange(UNITS),
        population=("unit", ["soleus"] * UNITS),
        status=("sample", np.full(len(currents), Status.DONE)),
    )


def test_changes_are_from_the_neutral_angle(whole):
    m = answered(asking(), whole)
    short = m.sel(angle=-20)
    assert [float(short["pic_change_mean"].sel(case=case)) for case in CLAMPS] == pytest.approx(
        [-50, 0, 0, -75], abs=0.1
    )
    assert m["pic_change"].sel(angle=0).values == pytest.approx(np.zeros((6, 2)))
    assert float(short["shift_mean"].sel(case="all")) == pytest.approx(4, abs=0.3)
    assert float(m["hysteresis_mean"].sel(case="all", angle=0)) == pytest.approx(4, abs=0.4)
    assert float(m["inhibition_mean"].sel(case="all", angle=0)) == pytest.approx(5)
    assert float(m["current"].sel(clamp="all", angle=0, potential=-40)) == pytest.approx(20, rel=0.01)
    assert np.isnan(m["delta_f"].values).all()  # nobody fires


def test_it_is_drawn_and_said(whole):
    question = asking()
    m = answered(question, whole).assign_attrs(simulated="Simulated.")
    assert isinstance(question.draw(m), Figure)
    lines = question.headline(m)
    assert len(lines) == 3
    assert "by 30 times as much of it alone −75.0 ± 0.0 %" in lines[0]
    assert all(question.notes(m))


def test_a_sample_that_failed_is_counted_and_left_out(whole):
    m = answered(asking(), failing(whole, 0))
    assert m.attrs["failed"] == 1
    assert np.isnan(m["pic"].values).sum() == 1


def test_what_cannot_be_compared_is_refused_in_a_sentence(whole):
    with pytest.raises(ValueError, match=r"from 5 degrees, which is none of the angles \[-20.0, 0.0\]"):
        answered(asking(neutral=5.0), whole)
    with pytest.raises(ValueError, match="missing"):
        answered(asking(clamps=("all", "silenced", "alone", "missing")), whole)


TURNED = {
    "muscles": ["soleus", "tibialis"], "muscle": "soleus", "degrees": -10, "turning": "500 ms", "before": "2 s",
    "clamped": "40 mV", "drive": 0, "up": "5 s", "down": "5 s", "after": "500 ms", "gamma_static": "25 Hz",
    "gamma_dynamic": "20 Hz", "tonic": 1.5,
}  # fmt: skip


def test_the_ankle_is_there_before_the_triangle_begins():
    leaves = {path: leaf.number for path, leaf in joint_rotation(**TURNED).leaves().items()}
    assert leaves["protocol.turn.level_1"] == leaves["protocol.turn.level_2"] == pytest.approx(np.radians(-10))
    assert leaves["protocol.speed.level"] * 0.5 == pytest.approx(np.radians(-10))
    assert joint_rotation(**TURNED).length({}) == 12_500  # ms
    for wrong in ({"muscles": []}, {"before": "400 ms"}, {"turning": "0 ms"}):
        with pytest.raises(ProtocolError, match="a joint rotation has one muscle at least"):
            joint_rotation(**{**TURNED, **wrong})
    with pytest.raises(UnitError, match="`degrees` of a movement must be a plain number"):
        joint_rotation(**{**TURNED, "degrees": "6 mV"})


def test_the_question_looks_at_what_the_protocol_does():
    assert asking().ramp == RAMP
    names = [x.name for x in asking().measures()]
    assert names == ["pic", "pic_at", "half", "back", "inhibition", "excitation", "pic_top", "delta_f", "peak_rate"]
