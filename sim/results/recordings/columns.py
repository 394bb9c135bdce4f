"""What the columns of a table are, told by the names that the field gives them, and the units in those names.

`MU`, `Motor unit`, `unit_id` name units; `Time (s)`, `time_ms`, `onset`, `spike_time` are times; `sample` counts
samples; `Force (N)`, `torque_Nm`, `Kraft / N` are forces; `trial`, `contraction`, `repetition`, `condition` set trials
apart; `muscle`, `grid` set units apart; `quality` says how good a unit is.
"""

import re
import unicodedata
from typing import NamedTuple

ROLES = {
    "unit": "unit unitid unitname unitnumber unitno unitnr unitindex mu muid muname munumber muno munr muindex "
    "motorunit motorunitid motorunitname motorunitnumber motorunitno mus units motorunits neuron neuronid neurons "
    "motoneuron motoneuronid motorneuron mn mnid cluster clusterid source sourceidx sourceid cell cellid label "
    "einheit motorischeeinheit unite unitemotrice unidad unidadmotora unita unitamotoria",
    "time": "time times t onset onsets spiketime spiketimes dischargetime dischargetimes firingtime firingtimes "
    "timestamp timestamps second seconds sec secs dischargeseconds zeit temps tiempo tempo millisecond milliseconds",
    "sample": "sample samples sampleindex samplenumber sampleno spikesample spikesamples dischargesample "
    "dischargesamples firingsample firingsamples mupulses mupulse frame",
    "force": "force torque kraft drehmoment fuerza forza coppia couple moment refsignal referencesignal forcesignal "
    "torquesignal",
    "trial": "trial trialid trialnumber trialno contraction contractionid contractionnumber contractionno repetition "
    "repetitionid repetitionnumber rep reps condition run runid block session",
    "group": "muscle grid array side electrode probe limb leg",
    "quality": "quality unitquality muquality",
    "rate": "fs fshz fsamp samplingrate samplerate samplingfrequency samplingratehz samplingfrequencyhz",
}
ROLE = {name: role for role, names in ROLES.items() for name in names.split()}
RANK = {name: rank for names in ROLES.values() for rank, name in enumerate(names.split())}
SECONDS = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds", "sek"), 1.0),
    **dict.fromkeys(("ms", "msec", "msecs", "millisecond", "milliseconds"), 1e-3),
    **dict.fromkeys(("us", "µs", "μs", "usec", "microsecond", "microseconds"), 1e-6),
    **dict.fromkeys(("min", "mins", "minute", "minutes"), 60.0),
}
SAMPLES = ("sample", "samples", "smp", "smpl")
EVENTS = frozenset(
    [
        "discharge",
        "discharges",
        "spike",
        "spikes",
        "firing",
        "firings",
        "event",
        "events",
        "eventtime",
        "eventtimes",
        "instant",
    ]
)
"""Names of times if they have a unit of time, as `Discharge (s)`; else they may be numbers of events."""
FORCE_UNITS = {
    "n": "N",
    "kn": "kN",
    "nm": "Nm",
    "n_m": "Nm",
    "mnm": "mNm",
    "kg": "kg",
    "kgf": "kgf",
    "v": "V",
    "mv": "mV",
    "au": "a.u.",
    "percent": "%",
    "pct": "%",
    "mvc": "MVC",
    "mvf": "MVF",
    "percent_mvc": "% MVC",
    "pct_mvc": "% MVC",
    "perc_mvc": "% MVC",
    "percent_mvf": "% MVF",
    "pct_mvf": "% MVF",
}
"""Units that follow an underscore in the name of a force."""
_NUMBERED = re.compile(
    r"(?:(?P<samples>mu[\s_]?pulses?)|(?:(?:spike|discharge|firing)[\s_]?times?|mu|motor[\s_]?units?|units?|neurons?|moto[r]?neurons?|mn|cell|cluster|u|n|#)?)"
    r"[\s_.#-]*(?P<number>\d+(?:[._-]\d+)?)(?:[\s_-]*(?:(?:spike|discharge|firing)[\s_]?)?times?)?"
)


class Column(NamedTuple):
    """One column of a table."""

    name: str  # as it is written
    role: str  # of ROLES, or empty
    units: str  # as they are written; empty where the name has none
    rank: int = 0  # of the name among those of its role; the first is meant where there are several

    @property
    def seconds(self) -> float | None:
        """s, of one unit of a time; None if it counts samples, NaN if its unit is not known."""
        if self.role == "sample" or self.units.lower() in SAMPLES:
            return None
        return SECONDS.get(self.units.lower(), float("nan")) if self.units else 1.0


def column(name: str) -> Column:
    """What a column is, by its name."""
    written = _written(name)
    base, units = _parted(written)
    key = re.sub(r"[\s\-_.#]+", "_", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", base).lower()).strip("_")
    compact = key.replace("_", "")
    role, suffix, rank = _suffixed(key, units)
    if not role:
        role, rank = ROLE.get(compact, ""), RANK.get(compact, 0)
        suffix = units or ("ms" if role == "time" and compact.startswith("millisecond") else "")
    units = suffix
    if not role and compact in EVENTS and (units.lower() in SECONDS or units.lower() in SAMPLES):
        role = "time"
    if role == "time" and units.lower() in SAMPLES:
        role = "sample"
    return Column(written, role, units, rank)


def numbered(name: str) -> str | None:
    """The label of a unit that has a column of its own, such as `MU 3` or `unit_3`; None if it is no such name."""
    base, _ = _parted(_written(name))
    return base if _NUMBERED.fullmatch(base.lower()) else None


def of_own(name: str) -> Column:
    """What the column of a single unit holds: times, or samples where its name says so."""
    written = _written(name)
    base, units = _parted(written)
    found = _NUMBERED.fullmatch(base.lower())
    return Column(written, "sample" if found and found["samples"] else "time", units)


def _written(name: str) -> str:
    """A name without quotes, spaces around it and typographic variants of letters."""
    return unicodedata.normalize("NFKC", name).strip().strip("\"'").strip()


def _parted(name: str) -> tuple[str, str]:
    """A name and its unit, as in `Time (s)`, `Force [% MVC]`, `Zeit / ms`."""
    if found := re.fullmatch(r"(.+?)\s*[(\[{]\s*([^()\[\]{}]*?)\s*[)\]}]", name):
        return found[1], found[2].removeprefix("in ")
    if found := re.fullmatch(r"(.+?)\s*/\s*([^\s/][^/]*)", name):
        return found[1], found[2]
    return name, ""


def _suffixed(key: str, units: str) -> tuple[str, str, int]:
    """Role, unit and rank of a name such as `time_ms`, `force_n` or `torque_percent_mvc`."""
    parts = key.split("_")
    for cut in range(1, len(parts)):
        head, tail = "".join(parts[:cut]), "_".join(parts[cut:])
        role = ROLE.get(head, "")
        if role == "time" and (tail in SECONDS or tail in SAMPLES):
            return ("sample" if tail in SAMPLES else "time"), units or tail, RANK[head]
        if role == "force" and tail in FORCE_UNITS:
            return role, units or FORCE_UNITS[tail], RANK[head]
    return "", units, 0
