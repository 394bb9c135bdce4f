"""`sherrington describe network=hTA`: what a study has that may be set, varied, recorded and driven, as tables.

Every number has a path; a design varies it by that path: '+design.axes.network.hTA.tau_ca.low=["60 ms","90 ms"]'.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from experiments.command import HELP, arranged, own_folders
from experiments.configured import configured
from experiments.declare import UserError, declare_network, declare_protocol, sentence
from sim.spec.describe import numbers
from sim.spec.describe.tables import Description, Table
from sim.spec.network import Network, NetworkError
from sim.spec.params import Graded
from sim.spec.population import Population
from sim.spec.protocol import Protocol
from sim.spec.targets import check_declared, limited
from sim.units import coherent_unit

USAGE = """sherrington describe SETTING ...      what a network and a protocol have, as tables; settings as for a run
  sherrington describe network=hTA
  sherrington describe experiment=reflex/stretch_reflex network.size=4 state=[injured]
  sherrington describe network=ankle figure=circuit         the circuit of an ankle too, as circuit.png and circuit.pdf
  sherrington describe network=ankle figure=circuit pair=[gastrocnemius,tibialis]"""
DONE = re.compile(r"[+~]*(protocol|intervention|experiment)\b")
"""Settings that say what is done."""
END = """A design varies any path:   '+design.axes.PATH=[VALUE,VALUE]'   (of a gradient PATH.low, .high or .skew)
Variables are recorded by   record.variables=[NAME,NAME] record.every="1 ms\""""


def main(words: Sequence[str]) -> None:
    """Print what the settings declare.

    Raises:
        CommandError: a word that is no setting.
        UserError: they cannot be composed or declared, or there is no network in them, or none that can be drawn; or
            the protocol that they name does not fit it.
    """
    if any(word in HELP for word in words):
        print(USAGE)
        return
    own = {name: word.partition("=")[2] for word in words for name in ("figure", "pair") if word.startswith(f"{name}=")}
    words = [word for word in words if not word.startswith(("figure=", "pair="))]
    arranged(words)  # which refuses what is no setting
    folders = own_folders(words)
    settings = [word for word in words if not word.startswith("-") and ("=" in word or word.startswith("~"))]
    config = configured(settings, folders[-1] if folders else None)
    if "_target_" not in config.network:
        raise UserError(f"experiment {config.name!r} measures a recording, which has no network to describe.")
    network, protocol = declare_network(config, settings), declare_protocol(config)
    if any(map(DONE.match, settings)):  # the default one is of a pool, whatever network is asked for
        try:
            check_declared(network, protocol)
        except ValueError as problem:
            raise UserError(sentence(problem)) from problem
    print(f"{described(network, protocol)}\n\n{END}")
    if own:
        _draw(network, **own)


def _draw(network: Network, figure: str = "circuit", pair: str = "") -> None:
    """Draw the circuit into files.

    Raises:
        UserError: it is not that of an ankle, or `pair` does not name two of its muscles.
    """
    from experiments.figure import circuit
    from experiments.figure.look import save

    names = [name.strip() for name in pair.strip("[]").split(",")] if pair else ["soleus", "tibialis"]
    if len(names) != 2 or names[0] == names[1]:
        raise UserError(f"pair={pair} names no two muscles; write pair=[soleus,tibialis].")
    path = Path(figure.removesuffix(".png").removesuffix(".pdf") or "circuit")
    try:
        save(circuit.draw(network, (names[0], names[1])), path)
    except NetworkError as problem:
        raise UserError(str(problem)) from None
    print(f"\nThe circuit of {names[0]} and {names[1]}: {path}.png, {path}.pdf")


def described(network: Network, protocol: Protocol) -> Description:
    """Tables of everything that has a name: parameters, variables, ports, signals, commands."""
    sources: dict[str, str] = {}
    whole = ("Populations", "Projections", "States", "Computed from them")
    parts = [table for table in network.describe() if table.title in whole]
    found = [
        *parts,
        *(_parameters(p, network, sources) for p in network.populations),
        *_couplings(network, sources),
        Table("Sources", ("source", "is"), tuple((number, source) for source, number in sources.items())),
        *(_variables(p) for p in network.populations),
        _ports(network, protocol),
        Table(
            "Signals, for `When` and question.signals",
            ("signal", "unit", "is the", "of"),
            tuple((s.name, coherent_unit(network.heard()[s.name]), s.how, s.of) for s in network.signals),
        ),
        *protocol.describe(),
        _commands(network, protocol),
    ]
    return Description(tuple(table for table in found if table.rows))


def _parameters(population: Population, network: Network, sources: dict[str, str]) -> Table:
    bounds, rows = network.bounds(), []
    for name, param in sorted(population.table().items()):
        path = f"network.{population.name}.{name}"
        *cells, source = numbers.row(param, bounds.get(f"{path}.low", bounds.get(path, (None, None))))
        fed = any(leaf in network.fed for leaf in (path, f"{path}.low"))
        gradient = " (.low .high .skew)" if isinstance(param, Graded) else ""
        rows.append((path + (" (computed)" if fed else gradient), *cells, _numbered(source, sources)))
    of = f"{population.size} cell{'s' * (population.size != 1)} of {population.model.name}"
    return Table(f"Parameters of {population.name}: {of}", ("path", *numbers.COLUMNS), tuple(rows))


def _couplings(network: Network, sources: dict[str, str]) -> list[Table]:
    """Weights and delays of the projections, and numbers that others follow."""
    weights = [(p.name, f".{what}", param) for p in network.projections for what, param in p.table().items()]
    found = {"Weights and delays": weights, "Shared numbers": [(s.name, "", s.param) for s in network.shared]}
    bounds, tables = network.bounds(), []
    for title, entries in found.items():
        rows = []
        for name, what, param in entries:
            path = f"network.{name}{what}"
            *cells, source = numbers.row(param, bounds.get(f"{path}.low", bounds.get(path, (None, None))))
            gradient = " (.low .high .skew)" if isinstance(param, Graded) else ""
            rows.append((path + gradient, *cells, _numbered(source, sources)))
        tables.append(Table(title, ("path", *numbers.COLUMNS), tuple(rows)))
    return tables


def _variables(population: Population) -> Table:
    rows = tuple(
        (e.name, coherent_unit(e.dimensions), e.kind) for e in population.model.parsed.equations if e.kind != "port"
    )
    return Table(f"Variables of {population.name} that can be recorded", ("variable", "unit", "kind"), rows)


def _ports(network: Network, protocol: Protocol) -> Table:
    driven: dict[str, list[str]] = {}
    for element, _, _ in protocol.placed():
        own = getattr(element, "do", None)
        for part in [element, *(own.elements() if own else [])]:
            driven.setdefault(getattr(part, "target", ""), []).append(part.label)
    reached, takes = {p.target: p.name for p in network.projections}, limited(network)
    rows = tuple(
        (
            port,
            coherent_unit(dimensions),
            ", ".join(dict.fromkeys(driven.get(port, []))),
            reached.get(port, ""),
            f"{takes[port][1].what}: {takes[port][1]}" if port in takes else "",
        )
        for port, dimensions in network.ports().items()
    )
    return Table("Ports, which a protocol may drive", ("port", "unit", "driven by", "reached by", "takes"), rows)


def _commands(network: Network, protocol: Protocol) -> Table:
    """The range of a level is that of its port, where that has one."""
    bounds, takes, rows = protocol.bounds(), limited(network), []
    for element in protocol.elements():
        written, target = element.written(), getattr(element, "target", "")
        for field, value in written.all().items() if element.has_path else ():
            path = f"protocol.{element.label}.{field}"
            number, unit = numbers.split(value)
            between = numbers.between(bounds.get(path, (None, None)))
            if field in written.levels and target in takes:
                between = f"{takes[target][1].what}: {takes[target][1]}"
            rows.append((path, number, unit, between))
    return Table("Numbers of the protocol", ("path", "value", "unit", "bounds"), tuple(rows))


def _numbered(source: str, sources: dict[str, str]) -> str:
    """The number of a source in the list below the tables: most rows of a pool share one."""
    return sources.setdefault(source, f"[{len(sources) + 1}]") if source else ""
