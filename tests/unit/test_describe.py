"""Declared things say what they are: every number with its unit and source, as text, as a page and row by row."""

from html.parser import HTMLParser

import pytest

from networks.cells.powers_heckman import REFERENCE
from sim.spec.describe.tables import Description, Table
from sim.spec.protocol import Course, Hold, Settle, Step
from sim.spec.state import State
from sim.spec.trigger import When
from tests.unit.test_shared import WITH

PROTOCOL = Hold("soleus.I", "1 nA", name="tonic") + (
    Settle("2 s")
    >> (Settle("3 s") + When("force", Step("soleus.I", "2 nA", "1 s", name="tap"), above="2 mV", name="reply", on=0))
    >> Course("soleus.I", ("0 s", "1 s"), ("0 nA", "4 nA"), name="ramp")
)
STATES = (State("injured", {"network.*.E": "-65 mV"}, "a paper"), State("cold", {"network.*.C": {"scale": 0.5}}))
NETWORK = WITH.under(*STATES)


class Cells(HTMLParser):
    """What a browser shows, and which tags were opened and not closed."""

    def __init__(self) -> None:
        super().__init__()
        self.shown, self.open = [], []

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.shown.append(data.strip())

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def read(page: str) -> list[str]:
    found = Cells()
    found.feed(page)
    assert not found.open
    return found.shown


@pytest.mark.parametrize("declared", [NETWORK, PROTOCOL, REFERENCE], ids=["network", "protocol", "model"])
def test_text_page_and_rows_say_the_same(declared):
    said = declared.describe()
    text, page = str(said), read(declared._repr_html_())
    assert len(said.rows) > 5
    for row in said.rows:
        for cell in filter(None, row.values()):
            assert cell in text
            assert " ".join(cell.split()) in page


def test_a_network_says_every_free_number_once():
    """Values as they are declared: a gradient has both ends and its skew in one row."""
    said = NETWORK.describe()
    tables = {path.split(".")[1] + "." + path.split(".")[2] for path in NETWORK.leaves() if path.count(".") > 1}
    rows = [r for r in said.rows if "value" in r and r["table"] != "Shared numbers"]
    names = [
        f"{r['table'].partition(':')[0]}.{r['parameter']}" if "parameter" in r else f"{r['projection']}.{r['number']}"
        for r in rows
    ]
    assert len(names) == len(set(names))
    assert tables <= set(names)
    leak = next(r for r in said["soleus"].rows if r[0] == "g")
    assert leak[1:6] == ("0.01", "0.03", "1", "uS", "0 uS to 1 uS")


def test_a_network_says_its_states_and_what_is_computed():
    said = NETWORK.describe()
    assert said["States"].rows == (("injured", "*.E -65 mV", "a paper"), ("cold", "*.C × 0.5", ""))
    assert "order" in said["States"].note
    assert ("nerve.delay.low", "0.2*metre/velocity") in said["Computed from them"].rows
    assert ("velocity", "50", "", "", "m/s", "from 1 m/s", "Hursh 1939") in said["Shared numbers"].rows


def test_a_protocol_says_when_each_element_begins_and_how_long_it_lasts():
    (table,) = PROTOCOL.describe()
    assert table.title == "Protocol: 6 s"
    times = {row[0]: row[4:] for row in table.rows if row[1] != "settle"}
    assert times == {
        "tonic": ("0 s", "6 s", "1"),
        "reply": ("2 s", "3 s", "0"),
        "tap": ("0 s after reply acts", "1 s", "1"),
        "ramp": ("5 s", "1 s", "1"),
    }
    numbers = {row[0]: row[3] for row in table.rows}
    assert numbers["ramp"] == "time_0 0 s, time_1 1 s, level_0 0 nA, level_1 4 nA"


def test_a_model_says_its_equations_and_rules():
    said = REFERENCE.describe()
    assert ("threshold", "v_soma > -20*mV") in said["Spikes"].rows
    equations = [row[0] for row in said[REFERENCE.name].rows]
    assert any(equation.startswith("dv_soma/dt = ") for equation in equations)
    assert {row[0] for row in said["Parameters"].rows} == set(REFERENCE.params)
    assert all(row[-1] for row in said["Parameters"].rows)


def test_what_a_page_shows_is_escaped():
    wicked = "<script>alert('x')</script> & more"
    page = Description((Table(wicked, (wicked,), ((wicked,),), wicked),)).html()
    assert "<script>" not in page
    assert read(page) == [wicked] * 4


def test_columns_without_an_entry_are_left_out_of_text_and_page():
    table = Table("A", ("one", "two"), (("1", ""), ("3", "")))
    assert str(table) == "A\n  one\n  1\n  3"
    assert "two" not in table.html()
