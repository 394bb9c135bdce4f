"""The drawing of the ankle's circuit leaves nothing of it out."""

import pytest

import networks
from experiments.figure import circuit
from sim.spec.network import NetworkError


@pytest.fixture(scope="module")
def ankle():
    return networks.ankle()


@pytest.mark.parametrize("pair", [("soleus", "tibialis"), ("gastrocnemius", "tibialis")])
def test_every_population_of_two_antagonists_stands_in_it(ankle, pair):
    others = set(circuit.muscles_of(ankle)) - set(pair)
    own = {p.name for p in ankle.populations if not p.name.startswith(tuple(others))}
    assert set(circuit.places(ankle, pair)) == own - {"person", "experimenter"}  # who are no part of the cord


def test_every_projection_between_them_is_an_arrow(ankle):
    shown = circuit.places(ankle, ("soleus", "tibialis"))
    drawn = {(one.source, one.target) for one in circuit.joined(ankle, shown)}
    for projection in ankle.projections:
        ends = (projection.source.partition(".")[0], projection.target.partition(".")[0])
        if all(end in shown for end in ends):
            assert ends in drawn or ends[::-1] in drawn, projection.name


def test_what_inhibits_is_drawn_as_such(ankle):
    shown = circuit.places(ankle, ("soleus", "tibialis"))
    inhibit = {(one.source, one.target) for one in circuit.joined(ankle, shown) if one.kind == "inhibits"}
    assert inhibit == {
        pair
        for own, other in (("soleus", "tibialis"), ("tibialis", "soleus"))
        for pair in (
            (f"{own}_in", own), (f"{own}_in", f"{other}_in"), (f"{own}_renshaw", own), (f"{own}_ib_in", own),
            (f"{own}_renshaw", f"{other}_in"), (f"{own}_renshaw", f"{other}_renshaw"),
            (f"{own}_pad", f"{own}_ia_terminal"),
        )
    }  # fmt: skip


def test_two_populations_do_not_stand_on_each_other(ankle):
    shown = list(circuit.places(ankle, ("soleus", "tibialis")).values())
    for k, one in enumerate(shown):
        for other in shown[:k]:
            sizes = [circuit.BOXES[x.place.shape] for x in (one, other)]
            wide, high = (sum(size[axis] for size in sizes) / 2 for axis in (0, 1))
            assert abs(one.x - other.x) >= wide or abs(one.y - other.y) >= high, (one, other)


def test_another_network_or_muscle_is_refused(ankle):
    with pytest.raises(NetworkError, match="network=ankle"):
        circuit.draw(networks.pool("hTA"))
    with pytest.raises(NetworkError, match="no muscle 'biceps'"):
        circuit.draw(ankle, ("soleus", "biceps"))


def test_the_command_draws_it(command, tmp_path):
    said = command("describe", "network=ankle", "figure=drawn", cwd=tmp_path).stdout
    assert "soleus and tibialis: drawn.png, drawn.pdf" in said
    assert {path.name for path in tmp_path.iterdir()} == {"drawn.png", "drawn.pdf"}
    done = command("describe", "network=hTA", "figure=drawn", cwd=tmp_path)
    assert done.returncode == 2
    assert "only the circuit of an ankle" in done.stderr
    assert "names no two muscles" in command("describe", "network=ankle", "pair=[soleus]", cwd=tmp_path).stderr
