"""Stored JSON: the domain's frozen dataclasses to text and back, with a version.

Decimals are strings, dates and times ISO 8601, bytes base64, enums their values, tuples lists; one of several facts carries
its class under `facts`. `dumps`/`loads` wrap a value as {"v": 1, "value": …}; an unknown version is refused, never guessed at.
"""

from __future__ import annotations

import base64
import json
import types
import typing
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, TypeVar

import cattrs
import msgspec
import numpy as np

from services.adapters.codec_fast import facts_fast, loads_fast
from services.domain.facts import Facts
from services.domain.log_rows import CheckTable, FaceCheck, LearningSession, SessionTable

VERSION = 1
T = TypeVar("T")

_TAG = "facts"
_FACTS: dict[str, type] = {cls.__name__: cls for cls in typing.get_args(Facts)}
_SCALARS = (str, int, float, bool, type(None))


class StoredFormUnknown(ValueError):
    """Stored JSON that this program cannot read: written by another version, or damaged."""


def _tagged(value: Any) -> Any:
    return None if value is None else {_TAG: type(value).__name__, **_converter.unstructure(value, type(value))}


def _untagged(value: Any, _type: Any) -> Any:
    if value is None:
        return None
    name = value.get(_TAG)
    if name not in _FACTS:
        raise StoredFormUnknown(f"facts of an unknown class {name!r}")
    return _converter.structure({k: v for k, v in value.items() if k != _TAG}, _FACTS[name])


def _is_scalar_union(kind: Any) -> bool:
    """str | float | int | None and the like: JSON keeps them apart by itself."""
    origin = typing.get_origin(kind)
    return origin in (typing.Union, types.UnionType) and len(typing.get_args(kind)) > 2 and all(a in _SCALARS for a in typing.get_args(kind))


def _rows_or_table(converter: cattrs.Converter, rows: Any, table: Any) -> Callable[[Any, Any], Any]:
    """Rows of a log: a list of them, or columns (an object)."""
    return lambda value, _: converter.structure(value, table if isinstance(value, dict) else rows)


def _make_converter() -> cattrs.Converter:
    converter = cattrs.Converter(prefer_attrib_converters=False, detailed_validation=False)
    converter.register_unstructure_hook(Decimal, str)
    converter.register_structure_hook(Decimal, lambda value, _: Decimal(value))
    converter.register_unstructure_hook(bytes, lambda value: base64.b64encode(value).decode("ascii"))
    converter.register_structure_hook(bytes, lambda value, _: base64.b64decode(value))
    for kind in (date, time, datetime):
        converter.register_unstructure_hook(kind, lambda value: value.isoformat())
        converter.register_structure_hook(kind, lambda value, cls: cls.fromisoformat(value))
    converter.register_structure_hook_func(_is_scalar_union, lambda value, _: value)
    sessions, checks = tuple[LearningSession, ...], tuple[FaceCheck, ...]
    converter.register_structure_hook(sessions | SessionTable, _rows_or_table(converter, sessions, SessionTable))
    converter.register_structure_hook(checks | CheckTable, _rows_or_table(converter, checks, CheckTable))
    for union in (Facts, Facts | None):
        converter.register_structure_hook(union, _untagged)
        converter.register_unstructure_hook(union, _tagged)
    return converter


_converter = _make_converter()


def to_plain(value: Any) -> Any:
    """A value of the domain as plain JSON values, without a version."""
    return _converter.unstructure(value)


def from_plain(cls: type[T], value: Any) -> T:
    """A value of the domain from what `to_plain` gave. Raises StoredFormUnknown."""
    try:
        return _converter.structure(value, cls)
    except StoredFormUnknown:
        raise
    except Exception as error:  # cattrs raises whatever the values' constructors raise
        raise StoredFormUnknown(f"not a {getattr(cls, '__name__', cls)}: {error}") from error


def _text(value: Any) -> str:
    return json.dumps({"v": VERSION, "value": value}, ensure_ascii=False, separators=(",", ":"), default=_scalar)


def _scalar(value: Any) -> Any:
    """Readers and matching reckon with numpy: one of its scalars that stayed in a value is the number it stands for."""
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"a {type(value).__name__} cannot be stored")


def _value(text: str | bytes) -> Any:
    try:
        try:
            stored = msgspec.json.decode(text)  # three times as fast
        except (msgspec.DecodeError, UnicodeError):
            stored = json.loads(text)  # it alone takes NaN and infinities, which facts of older readers may hold, and halves of surrogate pairs
        version = stored["v"]
    except (ValueError, TypeError, KeyError) as error:
        raise StoredFormUnknown("not JSON of this program") from error
    if version != VERSION:
        raise StoredFormUnknown(f"stored form {version!r}, this program reads {VERSION}")
    return stored["value"]


def dumps(value: Any) -> str:
    """A value of the domain (or plain JSON values) as versioned JSON text."""
    return _text(to_plain(value))


def loads(cls: type[T], text: str | bytes) -> T:
    """The value back. Raises StoredFormUnknown."""
    quick = loads_fast(cls, text, VERSION)
    return from_plain(cls, _value(text)) if quick is None else quick


def loads_plain(text: str | bytes) -> Any:
    """Plain JSON values back. Raises StoredFormUnknown."""
    return _value(text)


def facts_dumps(facts: Facts | None) -> str:
    """Facts of any class (None: the file could not be read) as versioned JSON text that names the class."""
    return _text(_tagged(facts))


def facts_loads(text: str | bytes) -> Facts | None:
    """The facts back. Raises StoredFormUnknown."""
    quick = facts_fast(text, VERSION)
    if quick is not None:
        return quick
    value = _value(text)
    try:
        return typing.cast("Facts | None", _untagged(value, None))
    except StoredFormUnknown:
        raise
    except Exception as error:
        raise StoredFormUnknown(f"not facts: {error}") from error
