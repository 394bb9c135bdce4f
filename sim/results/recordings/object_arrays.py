"""Arrays of objects in NumPy's files, read as data: nothing in them is called or imported.

NumPy writes an array of lists of numbers as a pickle, a program for a stack machine that may call anything. Here the
opcodes are walked by `pickletools`, and the few that make up numbers, texts, lists and plain arrays are understood; the
name of any other function stays a name, and what would be called with it stays unread. Source: the opcodes' own
documentation in Python's pickletools, and the format of NumPy's .npy files.
"""

import pickletools
import re
from typing import Any

import numpy as np

from sim.results.recordings.parts import RecordingError

MOST = 2_000_000
"""Opcodes of one array."""
_PLAIN = "iufb"
_PUSHED = {
    "NONE": None,
    "NEWTRUE": True,
    "NEWFALSE": False,
}
_ARGUMENT = re.compile(
    "(?:BIN)?INT[12]?|LONG[14]?|(?:BIN)?FLOAT|(?:SHORT_)?(?:BIN)?(?:STRING|UNICODE8?|BYTES8?)|BYTEARRAY8"
)
"""Opcodes that put their argument on the stack."""


class Name:
    """A function or class that a pickle names; it is never looked up."""

    def __init__(self, module: str, name: str) -> None:
        self.module, self.name = module, name


class Unread:
    """What a call would have made, until its state tells: an array, a type of numbers, or something unknown."""

    def __init__(self, function: Any, arguments: Any) -> None:
        self.function = function.name if isinstance(function, Name) else ""
        self.arguments = arguments if isinstance(arguments, tuple) else ()
        self.value: Any = None


def plain(data: bytes) -> Any:
    """The lists, numbers, texts and arrays in a pickle; None in place of anything else.

    Raises:
        RecordingError: it is no pickle, or too long.
    """
    try:
        return _told(_walked(data), 0)
    except (ValueError, IndexError, KeyError, TypeError, AttributeError, UnicodeDecodeError) as problem:
        raise RecordingError(f"an array of objects is damaged ({' '.join(str(problem).split())[:60]})") from None


def _walked(data: bytes) -> Any:
    stack: list[Any] = []
    marks: list[int] = []
    memo: dict[Any, Any] = {}
    for count, (opcode, argument, _) in enumerate(pickletools.genops(data)):
        if count > MOST:
            raise ValueError("too long")
        name = opcode.name
        if _ARGUMENT.fullmatch(name):
            stack.append(argument)
        elif name in _PUSHED:
            stack.append(_PUSHED[name])
        elif name in ("EMPTY_LIST", "EMPTY_TUPLE", "EMPTY_DICT"):
            stack.append({"EMPTY_LIST": [], "EMPTY_TUPLE": (), "EMPTY_DICT": {}}[name])
        elif name == "MARK":
            marks.append(len(stack))
        elif name in ("TUPLE1", "TUPLE2", "TUPLE3"):
            size = int(name[-1])
            stack[-size:] = [tuple(stack[-size:])]
        elif name in ("TUPLE", "LIST"):
            start = marks.pop()
            stack[start:] = [tuple(stack[start:]) if name == "TUPLE" else stack[start:]]
        elif name == "APPEND":
            value = stack.pop()
            _list(stack[-1]).append(value)
        elif name == "APPENDS":
            start = marks.pop()
            _list(stack[start - 1]).extend(stack[start:])
            del stack[start:]
        elif name == "SETITEM":
            value, key = stack.pop(), stack.pop()
            _dict(stack[-1])[_key(key)] = value
        elif name == "SETITEMS":
            start = marks.pop()
            _dict(stack[start - 1]).update(zip(map(_key, stack[start::2]), stack[start + 1 :: 2], strict=True))
            del stack[start:]
        elif name in ("MEMOIZE", "PUT", "BINPUT", "LONG_BINPUT"):
            memo[len(memo) if name == "MEMOIZE" else argument] = stack[-1]
        elif name in ("GET", "BINGET", "LONG_BINGET"):
            stack.append(memo[argument])
        elif name == "GLOBAL":
            stack.append(Name(*str(argument).split(" ", 1)))
        elif name == "STACK_GLOBAL":
            last = stack.pop()
            stack[-1] = Name(str(stack[-1]), str(last))
        elif name in ("REDUCE", "NEWOBJ"):
            arguments = stack.pop()
            stack[-1] = Unread(stack[-1], arguments)
        elif name == "BUILD":
            state = stack.pop()
            if isinstance(stack[-1], Unread):
                stack[-1].value = state
        elif name == "STOP":
            return stack.pop()
        elif name not in ("PROTO", "FRAME"):
            raise ValueError(f"it has the opcode {name}")
    raise ValueError("it has no end")


def _list(value: Any) -> list:
    if not isinstance(value, list):
        raise TypeError("something is appended to no list")
    return value


def _dict(value: Any) -> dict:
    if not isinstance(value, dict):
        raise TypeError("something is put into no table")
    return value


def _key(key: Any) -> Any:
    return key if isinstance(key, str | int | float | bytes) else str(type(key))


def _told(value: Any, depth: int) -> Any:
    """A value without names, its arrays as arrays."""
    if depth > 20:
        raise ValueError("it is nested too deeply")
    if isinstance(value, list | tuple):
        return [_told(one, depth + 1) for one in value]
    if isinstance(value, dict):
        return {str(key): _told(one, depth + 1) for key, one in value.items()}
    if isinstance(value, Unread):
        return _made(value, depth)
    return None if isinstance(value, Name) else value


def _made(value: Unread, depth: int) -> Any:
    if value.function == "_reconstruct" and isinstance(value.value, tuple) and len(value.value) == 5:
        _, shape, dtype, fortran, data = value.value
        if isinstance(data, list):
            return [_told(one, depth + 1) for one in data]
        return _numbers(data, _dtype(dtype), shape, "F" if fortran else "C")
    if value.function == "_frombuffer" and len(value.arguments) == 4:
        data, dtype, shape, order = value.arguments
        return _numbers(data, _dtype(dtype), shape, order)
    if value.function == "scalar" and len(value.arguments) == 2:
        return _numbers(value.arguments[1], _dtype(value.arguments[0]), (), "C")
    if value.function == "encode":  # bytes, as pickles for Python 2 write them
        return _bytes(value)
    return None


def _bytes(value: Any) -> bytes:
    if isinstance(value, Unread) and value.function == "encode" and value.arguments:
        return str(value.arguments[0]).encode("latin-1")
    if isinstance(value, Unread) and value.function == "bytes" and not value.arguments:
        return b""
    return bytes(value) if isinstance(value, bytes | bytearray) else b""


def _numbers(data: Any, dtype: np.dtype | None, shape: Any, order: Any) -> np.ndarray | None:
    if dtype is None or not isinstance(shape, tuple) or not all(isinstance(n, int) and n >= 0 for n in shape):
        return None
    return np.frombuffer(_bytes(data), dtype).reshape(shape, order="F" if order == "F" else "C")


def _dtype(value: Any) -> np.dtype | None:
    """A type of numbers; None for any other."""
    if not (isinstance(value, Unread) and value.function == "dtype" and value.arguments):
        return None
    text = str(value.arguments[0])
    if len(text) != 2 or text[0] not in _PLAIN or not text[1].isdigit():
        return None
    order = value.value[1] if isinstance(value.value, tuple) and len(value.value) > 1 else "|"
    return np.dtype(text).newbyteorder(order if order in ("<", ">") else "=")
