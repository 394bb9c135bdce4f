"""A part of every attack; `make attack` is the whole."""

import numpy as np
import pytest

from tests.attack.__main__ import ATTACKS

COUNTS = {"kills": 12, "caches": 14, "stores": 16, "recordings": 150, "commands": 150, "texts": 300, "surroundings": 1}


@pytest.mark.slow
@pytest.mark.parametrize("name", ATTACKS)
def test_nothing_is_lost_silent_or_a_traceback(name, tmp_path):
    tally = ATTACKS[name][0](COUNTS[name], tmp_path / "attack", np.random.default_rng(1))
    assert tally.tried
    assert not tally.wrong
