"""Checks: one rule, one file. Each gets the frozen case and its clause's numbers and yields results; it never cites the law.

A check is a function under `@check` in a module of this package with the check's name. Nothing else lists them.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from functools import cache

from services.domain.finding import Result

Check = Callable[..., Iterator[Result]]
"""A check: the frozen case and the clause's numbers by name -> results."""

_CHECKS: dict[str, Check] = {}


def check(function: Check) -> Check:
    """Make a function known as the check of its name."""
    if function.__name__ in _CHECKS and _CHECKS[function.__name__].__module__ != function.__module__:
        raise ValueError(f"there is a check {function.__name__} already")
    _CHECKS[function.__name__] = function
    return function


@cache
def _load() -> None:
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")


def all_checks() -> dict[str, Check]:
    """Every check by name."""
    _load()
    return dict(_CHECKS)
