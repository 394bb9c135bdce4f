"""What Python code means: without what is only said, and without whatever is used for that alone.

A helper that words errors is used for that alone, and so is the argument `what` of a check that only its error names.
Functions that the modules at hand do not use at all may be used elsewhere, and count.
"""

import ast
import copy
from collections.abc import Iterable, Iterator

from sim.code.stripped import Code, Definition, Function, filled, plain, uses


def meaning(sources: Iterable[tuple[str, str]]) -> list[str]:
    """What some modules (name, source) mean together, one text for each, the same on every Python."""
    names, texts = zip(*sources, strict=True)
    codes = [Code(text) for text in texts]
    stripped = [code.stripped for code in codes]
    _drop_text_arguments(list(zip(names, stripped, strict=True)))
    dead = _only_said(codes)
    for tree in stripped:
        _drop(tree, dead)
    return [plain(tree) for tree in stripped]


def of_statements(statements: Iterable[ast.stmt]) -> list[str]:
    """What single statements mean, in an order that does not depend on where they stand."""
    module = ast.Module(copy.deepcopy(list(statements)), [])
    _drop_text_arguments([("", module)])
    return sorted(plain(statement) for statement in module.body)


def _drop_text_arguments(modules: list[tuple[str, ast.Module]]) -> None:
    """Take away the arguments of functions whose parameters are only said, where a call names its function."""
    at_top = [
        ((module, node.name), node) for module, tree in modules for node in tree.body if isinstance(node, Function)
    ]
    keys = [key for key, _ in at_top]
    alone = {key: node for key, node in at_top if keys.count(key) == 1}
    functions, calls = [], []
    for module, tree in modules:
        own = [node for node in ast.walk(tree) if isinstance(node, Function)]
        meant = {node.name: (module, node.name) for node in own}
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                meant |= {a.asname or a.name: (str(node.module).rpartition(".")[2], a.name) for a in node.names}
        for node in own:  # a function inside another may hide it
            if node not in tree.body:
                meant.pop(node.name, None)
        for node in ast.walk(tree):
            name = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
            if (key := meant.get(name)) in alone:
                calls.append((node, key))
        functions += own
    called = {key for _, key in calls}
    taken = -1
    while True:
        said = {key: _said(alone[key]) for key in called}
        before, taken = taken, sum(_silenced(call, alone[key].args, said[key]) for call, key in calls)
        if taken == before:
            return
        for function in functions:
            _drop_words(function)


def _drop_words(function: Function) -> None:
    """Take away texts that a function gives a name which it then does not use."""
    loaded = {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    for node in ast.walk(function):
        for block in ("body", "orelse", "finalbody"):
            statements = getattr(node, block, None)
            if isinstance(statements, list):
                setattr(node, block, [s for s in statements if _assigned(s) in loaded or not _words(s)])
        filled(node)


def _words(statement: ast.stmt) -> bool:
    """Whether a statement gives one name a text, and does nothing else."""
    value = statement.value if isinstance(statement, ast.Assign) and _assigned(statement) is not None else None
    return isinstance(value, ast.JoinedStr) or (isinstance(value, ast.Constant) and isinstance(value.value, str))


def _said(function: Function) -> set[str]:
    """Parameters that a function does not use, or only where something is said."""
    given = function.args
    loaded = {node.id for part in function.body for node in ast.walk(part) if isinstance(node, ast.Name)}
    return {a.arg for a in (*given.posonlyargs, *given.args, *given.kwonlyargs)} - loaded


def _silenced(call: ast.Call, given: ast.arguments, said: set[str]) -> int:
    """Replace the arguments that a call only says; returns how many there are."""
    names, count = [a.arg for a in (*given.posonlyargs, *given.args)], 0
    for k, argument in enumerate(call.args):
        if isinstance(argument, ast.Starred):
            break
        if k < len(names) and names[k] in said:
            call.args[k], count = ast.Constant(None), count + 1
    for keyword in call.keywords:
        if keyword.arg in said:
            keyword.value, count = ast.Constant(None), count + 1
    return count


def _units(tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    """The functions, classes and plain assignments of a module, methods apart from their class, and the rest."""
    rest: list[ast.stmt] = []
    for statement in tree.body:
        if isinstance(statement, ast.ClassDef):
            methods = [part for part in statement.body if isinstance(part, Function)]
            yield from ((method.name, method) for method in methods)
            body = [part for part in statement.body if part not in methods]
            yield (
                statement.name,
                ast.ClassDef(statement.name, statement.bases, statement.keywords, body, statement.decorator_list),
            )
        elif isinstance(statement, Function):
            yield statement.name, statement
        elif (name := _assigned(statement)) is not None:
            yield name, statement
        else:
            rest.append(statement)
    yield "", ast.Module(rest, [])


def _assigned(statement: ast.stmt) -> str | None:
    """The one name that an assignment gives."""
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
    single = targets[0] if isinstance(statement, (ast.Assign, ast.AnnAssign)) and len(targets) == 1 else None
    return single.id if isinstance(single, ast.Name) else None


def _only_said(codes: list[Code]) -> set[str]:
    """Names of functions and constants that are used, but only where something is said, or as an annotation.

    What nobody here uses may be used elsewhere, and a class may be built elsewhere.
    """
    units = [unit for code in codes for unit in _units(code.stripped)]
    using = [(name, uses(node) - {name}) for name, node in units]
    said, dead = set[str]().union(*(code.said for code in codes)), set[str]()
    annotated = said.union(*(code.annotated for code in codes))
    fixed = {name for name, node in units if isinstance(node, (ast.ClassDef, ast.Module)) or name.startswith("__")}
    constants = {name for name, node in units if isinstance(node, (ast.Assign, ast.AnnAssign))}
    while True:
        live = set[str]().union(*(names for name, names in using if name not in dead))
        more = {name for name, _ in units if name in (annotated if name in constants else said)} - live - fixed
        if more <= dead:
            return dead
        dead |= more
        said = said.union(*(names for name, names in using if name in dead))


def _drop(tree: ast.Module, dead: set[str]) -> None:
    """Take away what is dead, and the imports that then nothing uses."""
    for node in [tree, *(part for part in tree.body if isinstance(part, ast.ClassDef))]:
        node.body = [
            part
            for part in node.body
            if not (isinstance(part, Definition) and part.name in dead)
            and not (isinstance(node, ast.Module) and _assigned(part) in dead)
        ]
        filled(node)
    used = uses(tree)
    for node in ast.walk(tree):
        for block in ("body", "orelse", "finalbody"):
            statements = getattr(node, block, None)
            if isinstance(statements, list):
                setattr(node, block, [s for s in map(lambda s: _needed(s, used), statements) if s is not None])
                if block == "body":
                    filled(node)


def _needed(statement: ast.stmt, used: set[str]) -> ast.stmt | None:
    """An import without the names that nothing uses; anything else as it is."""
    if not isinstance(statement, (ast.Import, ast.ImportFrom)):
        return statement
    statement.names = [a for a in statement.names if (a.asname or a.name.partition(".")[0]) in used]
    return statement if statement.names else None
