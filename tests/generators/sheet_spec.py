"""What a sign-in sheet is to look like: its rows, layout, date and way of being captured."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tests.generators.hand import Hand
from tests.generators.layouts import Layout
from tests.generators.people import Person


@dataclass(frozen=True, slots=True)
class RowSpec:
    """One body row. `person` None: an empty row. `signed` per signature column (a bool: all alike).

    `mark`: 请假 and the like, or "/" for a stroke, written in the signature columns that are not signed. `name`/`id_number`:
    what stands there instead of the person's own. `signature_of`: whose name is signed, where it is not the person's own.
    `ink`: seed of the signature; two rows with the same seed, name and hand have the very same strokes.
    """

    person: Person | None
    signed: bool | tuple[bool, ...] = True
    mark: str | None = None
    crossed_out: bool = False
    name: str | None = None
    id_number: str | None = None
    signature_of: str | None = None
    hand: Hand | None = None
    ink: int | None = None


@dataclass(frozen=True, slots=True)
class SheetSpec:
    """One page. `days`: one day, or for the layout several_days its columns. `date_style`: cn, iso, dots, slash, short (11月8日), none.

    `fonts` restricts the hands of rows without their own. `blank_rows` empty rows follow. `date_text` overrides what stands as date.
    """

    rows: tuple[RowSpec, ...]
    days: tuple[date, ...] = ()
    part: str | None = None
    layout: str | Layout = "in_out"
    capture: str = "scan"
    title: str = "培训签到表"
    course: str | None = None
    place: str | None = None
    date_style: str = "cn"
    date_text: str | None = None
    date_by_hand: bool = False
    stamp: bool = False
    face: int = 0
    blank_rows: int = 0
    fonts: tuple[Path, ...] | None = None
    first_number: int = 1
    rule_style: str = "solid"
    """solid, dotted, double, or thick (a thick outer frame)."""
    uneven: float = 0.0
    """Row heights differ by up to this share."""
    notes: bool = False
    """Lines of text stand below the table."""
    header_by_hand: bool = False
    pens: tuple[tuple[int, int, int], ...] | None = None
    """Colours of ink of rows without a hand of their own; default: black and blues."""
    tables: int = 1
    """So many tables one below the other share the rows, each with its header."""


def rows_for(people: Sequence[Person], rng: random.Random, *, unsigned: float = 0.0, leave: float = 0.0, crossed: float = 0.0) -> tuple[RowSpec, ...]:
    """A row for each person; the shares of them that did not sign, have a mark instead, are crossed out."""
    rows = []
    for person in people:
        chance = rng.random()
        if chance < unsigned:
            rows.append(RowSpec(person, signed=False))
        elif chance < unsigned + leave:
            rows.append(RowSpec(person, signed=False, mark=rng.choice(("请假", "病假", "缺勤", "/"))))
        else:
            rows.append(RowSpec(person, crossed_out=chance < unsigned + leave + crossed))
    return tuple(rows)
