"""The small rules that the report's form is made of; each yields what is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

MONEY = re.compile(r"\d+\.\d{2}")
MASK = re.compile(r"\d{4}\*+[\dXx*]{4}")
NULL = type(None)
NUMBER = (int, float)
Rule = Iterator[str]


def need(value: Any, path: str, fields: dict[str, Any]) -> Rule:
    """The fields are there and of their types; a boolean is no number."""
    if not isinstance(value, dict):
        yield f"{path}: an object was expected, found {type(value).__name__}"
        return
    for name, wanted in fields.items():
        if name not in value:
            yield f"{path}.{name} is missing"
        elif wanted is not None:
            types = wanted if isinstance(wanted, tuple) else (wanted,)
            if not isinstance(value[name], types) or (isinstance(value[name], bool) and bool not in types):
                yield f"{path}.{name}: {type(value[name]).__name__} {value[name]!r}, not {types}"


def money_rule(value: Any, path: str, *, null: bool = False) -> Rule:
    if not (value is None and null) and not (isinstance(value, str) and MONEY.fullmatch(value)):
        yield f"{path}: {value!r} is not a decimal string of yuan"


def box_rule(box: Any, path: str) -> Rule:
    if box is None:
        return
    if not (isinstance(box, list) and len(box) == 4 and all(isinstance(v, NUMBER) and not isinstance(v, bool) for v in box)):
        yield f"{path}: {box!r} is not [x, y, w, h]"
    elif min(box) < -0.001 or box[0] + box[2] > 1.001 or box[1] + box[3] > 1.001:
        yield f"{path}: {box} is not in fractions of the page"
