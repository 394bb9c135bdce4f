"""The same text in JAX and in Brian2, two programs that share the parser and little else.

With `method: same` Brian2 executes our scheme statement by statement, with units and in SI, so that the two differ by
rounding only: one row for each feature of the language (`cells.py`), all through the same claim.
"""

from dataclasses import replace

import pytest

from sim.engine.integrate import SCHEMES
from sim.spec.protocol import Sequence
from tests.parity.cells import FEATURES
from tests.parity.feature import agree, run

OTHERS = [scheme for scheme in SCHEMES if scheme != "staggered"]


@pytest.mark.parametrize("scheme", ["staggered", *(pytest.param(s, marks=pytest.mark.slow) for s in OTHERS)])
@pytest.mark.parametrize("feature", FEATURES)
def test_back_ends_agree(simulate, feature, scheme):
    row = FEATURES[feature]
    agree(row, run(simulate, row, scheme), run(simulate, row, scheme, "same"))


LONG = [n for n, row in FEATURES.items() if isinstance(row.protocol, Sequence) and row.fires and not row.batch]
LONG = [name for name in LONG if FEATURES[name].dt == "0.1 ms"]


@pytest.mark.slow
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("feature", LONG)
def test_back_ends_agree_for_a_second(simulate, feature, scheme):
    row = FEATURES[feature]
    assert isinstance(row.protocol, Sequence)
    settle, step = row.protocol.parts
    row = replace(row, protocol=settle >> replace(step, duration="990 ms"))
    agree(row, run(simulate, row, scheme), run(simulate, row, scheme, "same"))
