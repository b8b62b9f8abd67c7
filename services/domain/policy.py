"""A policy: the clauses of one official document, with dated numbers. Loaded from one YAML file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

About = Literal["claim", "persons"]

MANUAL = "manual"
"""The check of a clause that no evidence can decide: listed for the reviewer, judged by nobody else."""


@dataclass(frozen=True, slots=True)
class Dated:
    """Values with the day each set came into force; the training day decides which apply."""

    by_day: tuple[tuple[date, Mapping[str, Any]], ...]

    def on(self, day: date) -> Mapping[str, Any]:
        """The values in force on `day`; before the first day, the first (the policy's validity is judged elsewhere)."""
        current = self.by_day[0][1]
        for since, values in self.by_day:
            if since <= day:
                current = values
        return current


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause: what the document says, and which check decides it with which numbers."""

    id: str
    article: str
    text: str
    about: About
    check: str
    weight: Decimal
    critical: bool
    values: Dated
    practice: bool = False
    """True: the limit is the reviewers' practice, not the letter of the law."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The numbers by which people, hours and money are counted, in force on one day.

    Minutes, hours and shares as named; money in CNY. `rates` maps a training type to its rate per class hour, or to None
    where another document sets it.
    """

    rates: Mapping[str, Decimal | None]
    cap: Decimal
    minutes_per_class_hour: int
    online_hours_per_day: Decimal
    face_interval_minutes: Decimal
    signatures: Literal["all", "any"]
    categories: tuple[str, ...]
    idle_cap_minutes: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    id: str
    version: str
    title: str
    source: str
    valid_from: date
    valid_to: date
    clauses: tuple[Clause, ...]
    rules_by_day: tuple[tuple[date, Rules], ...]

    def rules(self, day: date) -> Rules:
        """The counting rules in force on `day`; before the first day, the first."""
        current = self.rules_by_day[0][1]
        for since, rules in self.rules_by_day:
            if since <= day:
                current = rules
        return current
