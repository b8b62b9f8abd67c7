"""Everybody a row may mean: the claim's trainees first, then the whole roster; one entry per person, found by name, number or phone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from services.domain.claim import Roster, Trainees
from services.domain.identity import normalise_number
from services.verify.match.variants import is_rare, normalise_name


@dataclass(frozen=True, slots=True)
class Person:
    """`name` normalised, `shown` as the file has it. `trainee`: index into the claim's trainees (of a double listing the first), or None."""

    name: str
    shown: str
    id_number: str
    trainee: int | None = None
    employee_no: str | None = None
    department: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class NameBlock:
    """The distinct names of one length: `names` [n], `codes` [length, n] into the directory's alphabet."""

    names: tuple[str, ...]
    codes: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Directory:
    """`alphabet`: character -> code; `rare` [codes]: characters that no recogniser was taught. The maps give indices into `people`."""

    people: tuple[Person, ...]
    by_name: Mapping[str, tuple[int, ...]]
    by_id: Mapping[str, int]
    by_employee_no: Mapping[str, tuple[int, ...]]
    by_phone: Mapping[str, tuple[int, ...]]
    trainee_names: tuple[str, ...]
    blocks: tuple[NameBlock, ...]
    alphabet: Mapping[str, int]
    rare: NDArray[np.bool_]
    trainees: tuple[int, ...]


def build_directory(trainees: Trainees | None, roster: Roster | None) -> Directory:
    """The directory of a claim. Either list may be absent."""
    people = _people(trainees, roster)
    by_name: dict[str, list[int]] = defaultdict(list)
    by_staff: dict[str, list[int]] = defaultdict(list)
    by_phone: dict[str, list[int]] = defaultdict(list)
    by_id: dict[str, int] = {}
    for i, person in enumerate(people):
        by_name[person.name].append(i)
        if person.id_number:
            by_id.setdefault(person.id_number, i)
        if person.employee_no:
            by_staff[person.employee_no].append(i)
        if person.phone:
            by_phone[person.phone].append(i)
    alphabet = {c: k for k, c in enumerate(sorted({c for name in by_name for c in name}))}
    return Directory(
        people=tuple(people),
        by_name={k: tuple(v) for k, v in by_name.items()},
        by_id=by_id,
        by_employee_no={k: tuple(v) for k, v in by_staff.items()},
        by_phone={k: tuple(v) for k, v in by_phone.items()},
        trainee_names=tuple(dict.fromkeys(p.name for p in people if p.trainee is not None)),
        blocks=_blocks(by_name, alphabet),
        alphabet=alphabet,
        rare=np.array([is_rare(c) for c in alphabet], bool),
        trainees=tuple(i for i, p in enumerate(people) if p.trainee is not None),
    )


def _people(trainees: Trainees | None, roster: Roster | None) -> list[Person]:
    people: list[Person] = []
    seen: dict[tuple[str, str], int] = {}
    ids: dict[str, int] = {}
    for index, t in enumerate(trainees.people if trainees else ()):
        number, name = normalise_number(t.id_number), normalise_name(t.name)
        if not name or (name, number) in seen or (number and number in ids):
            continue
        seen[name, number] = ids[number] = len(people)
        people.append(Person(name, t.name.strip(), number, index, _number(t.employee_no), _text(t.department), _number(t.phone)))
    for r in roster.people if roster else ():
        number, name = normalise_number(r.id_number), normalise_name(r.name)
        if not name:
            continue
        known = ids.get(number) if number else seen.get((name, number))
        if known is None:
            seen[name, number] = ids[number] = len(people)
            people.append(Person(name, r.name.strip(), number, None, _number(r.employee_no), _text(r.department), _number(r.phone)))
        else:
            people[known] = _complete(people[known], _number(r.employee_no), _text(r.department), _number(r.phone))
    return people


def _complete(person: Person, employee_no: str | None, department: str | None, phone: str | None) -> Person:
    """The person with what the roster knows besides."""
    if (person.employee_no or not employee_no) and (person.department or not department) and (person.phone or not phone):
        return person
    return replace(
        person, employee_no=person.employee_no or employee_no, department=person.department or department, phone=person.phone or phone
    )


def _number(value: str | None) -> str | None:
    return normalise_number(value) or None


def _text(value: str | None) -> str | None:
    return normalise_name(value) or None if value else None


def _blocks(by_name: Mapping[str, object], alphabet: Mapping[str, int]) -> tuple[NameBlock, ...]:
    by_length: dict[int, list[str]] = defaultdict(list)
    for name in by_name:
        by_length[len(name)].append(name)
    return tuple(NameBlock(tuple(names), np.array([[alphabet[c] for c in name] for name in names], np.int32).T.copy()) for _, names in sorted(by_length.items()))


_KEPT: list[tuple[Trainees | None, Roster | None, Directory]] = []


def directory_of(trainees: Trainees | None, roster: Roster | None) -> Directory:
    """As `build_directory`; the last two are kept, for batches that judge many claims of one roster again."""
    for known in _KEPT:
        if known[0] is trainees and known[1] is roster:
            return known[2]
    made = build_directory(trainees, roster)
    _KEPT.insert(0, (trainees, roster, made))
    del _KEPT[2:]
    return made
