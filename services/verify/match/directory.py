"""Everybody a row may mean: the claim's trainees first, then the whole roster; one entry per person, found by name, number or phone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from services.domain.claim import Insured, Roster, Trainee, Trainees
from services.domain.identity import normalise_number
from services.verify.match.variants import is_rare, normalise_name, variants


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
class NameTable:
    """Names [n], those of one length side by side: `codes` [longest, n] into the directory's alphabet (-1 behind a name's end), `lengths` [n].

    `spans`: first and last + 1 of such runs; names of one length may make several.
    """

    names: tuple[str, ...]
    codes: NDArray[np.int32]
    lengths: NDArray[np.int64]
    spans: tuple[tuple[int, int], ...]

    @property
    def size(self) -> int:
        return len(self.names)


V = TypeVar("V")
Finder = Mapping[str, tuple[int, ...]]
_LONGEST = 64
"""No name is longer; one that a file makes up would widen the table of all others."""
_DEPARTMENTS = 400
"""More are not weighed against each other: they would rather be addresses or remarks."""


@dataclass(frozen=True, slots=True)
class _Listing:
    """A roster made ready once: its people (one per ID number), found by what a row may say of them."""

    people: tuple[Person, ...]
    by_name: dict[str, tuple[int, ...]]
    by_id: dict[str, int]
    by_employee_no: dict[str, tuple[int, ...]]
    by_phone: dict[str, tuple[int, ...]]
    alphabet: dict[str, int]
    names: NameTable
    departments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Directory:
    """`alphabet`: character -> code; `rare` [codes]: characters that no recogniser was taught. The maps give indices into `people`: the
    roster's, some of them replaced by what the claim says of them, and behind them the trainees that are not on it.

    `departments`: those that anybody is of, at most `_DEPARTMENTS`.
    """

    people: tuple[Person, ...]
    by_name: Finder
    by_id: Mapping[str, int]
    by_employee_no: Finder
    by_phone: Finder
    trainee_names: tuple[str, ...]
    names: NameTable
    """Everybody's, then the trainees' once more, from `claimed_from` on."""
    claimed_from: int
    alphabet: Mapping[str, int]
    rare: NDArray[np.bool_]
    trainees: tuple[int, ...]
    departments: tuple[str, ...] = ()
    _meant: dict[str, tuple[int, ...]] = field(default_factory=dict, compare=False)

    def meant(self, character: str) -> tuple[int, ...]:
        """The codes of all characters of the alphabet that a written one may stand for."""
        known = self._meant.get(character)
        if known is None:
            codes = (self.alphabet.get(form) for form in variants(character))
            known = self._meant[character] = tuple(code for code in codes if code is not None)
        return known


@dataclass(slots=True)
class _Overlay:
    """What a claim's trainees change of a listing."""

    replaced: dict[int, Person] = field(default_factory=dict)
    added: list[Person] = field(default_factory=list)


def build_directory(trainees: Trainees | None, roster: Roster | None) -> Directory:
    """The directory of a claim. Either list may be absent."""
    listing = _listing_of(roster)
    overlay = _overlay(trainees.people if trainees else (), listing)
    first_new = len(listing.people)
    claimed = [*overlay.replaced.items(), *enumerate(overlay.added, first_new)]
    names = tuple(dict.fromkeys(p.name for _, p in claimed))
    new_names = [n for n in names if n not in listing.by_name]
    alphabet = dict(listing.alphabet)
    for character in sorted({c for name in new_names for c in name} - alphabet.keys()):
        alphabet[character] = len(alphabet)
    listed = _joined(listing.names, _table_of(new_names, alphabet))
    return Directory(
        people=_people(listing.people, overlay),
        by_name=_over(listing.by_name, ((p.name, i) for i, p in claimed)),
        by_id=_Over({p.id_number: i for i, p in claimed if p.id_number}, listing.by_id),
        by_employee_no=_over(listing.by_employee_no, ((p.employee_no, i) for i, p in claimed)),
        by_phone=_over(listing.by_phone, ((p.phone, i) for i, p in claimed)),
        trainee_names=names,
        names=_joined(listed, _table_of(names, alphabet)),
        claimed_from=listed.size,
        alphabet=alphabet,
        rare=np.array([is_rare(c) for c in alphabet], bool),
        trainees=tuple(sorted(i for i, _ in claimed)),
        departments=_departments([*listing.departments, *(p.department for _, p in claimed)]),
    )


def _people(listed: tuple[Person, ...], overlay: _Overlay) -> tuple[Person, ...]:
    people = [*listed, *overlay.added]
    for index, person in overlay.replaced.items():
        people[index] = person
    return tuple(people)


def _departments(named: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(d for d in named if d))[:_DEPARTMENTS]


class _Over(dict[str, V]):
    """What a claim changes of a listing's finder, over that finder."""

    def __init__(self, changed: dict[str, V], base: Mapping[str, V]) -> None:
        super().__init__(changed)
        self._base = base

    def __missing__(self, key: str) -> V:
        return self._base[key]

    def __contains__(self, key: object) -> bool:
        return super().__contains__(key) or key in self._base

    def get(self, key: str, default: Any = None) -> Any:
        found = super().get(key)
        return self._base.get(key, default) if found is None else found


def _over(base: dict[str, tuple[int, ...]], claimed: Iterable[tuple[str | None, int]]) -> Finder:
    """The listing's finder with the claim's people added to their keys."""
    changed: dict[str, tuple[int, ...]] = {}
    for key, index in claimed:
        if key:
            known = changed.get(key, base.get(key, ()))
            changed[key] = known if index in known else (*known, index)
    return _Over(changed, base)


def _overlay(trainees: Iterable[Trainee], listing: _Listing) -> _Overlay:
    """Of people listed twice among the trainees the first listing stands for both."""
    overlay = _Overlay()
    seen: set[tuple[str, str]] = set()
    for index, t in enumerate(trainees):
        number, name = normalise_number(t.id_number), normalise_name(t.name)
        key = (number, "" if number else name)
        if not name or key in seen:
            continue
        seen.add(key)
        person = Person(name, t.name.strip(), number, index, _number(t.employee_no), _text(t.department), _number(t.phone))
        known = listing.by_id.get(number) if number else None
        if known is None:
            overlay.added.append(person)
        else:
            overlay.replaced[known] = _complete(person, listing.people[known])
    return overlay


def _complete(person: Person, listed: Person) -> Person:
    """The trainee with what the roster knows besides."""
    return replace(
        person,
        employee_no=person.employee_no or listed.employee_no,
        department=person.department or listed.department,
        phone=person.phone or listed.phone,
    )


def _listing(insured: Iterable[Insured]) -> _Listing:
    people: list[Person] = []
    by_id: dict[str, int] = {}
    unnumbered: set[str] = set()
    for r in insured:
        number, name = normalise_number(r.id_number), normalise_name(r.name)
        if not name or (number in by_id if number else name in unnumbered):
            continue
        if number:
            by_id[number] = len(people)
        else:
            unnumbered.add(name)
        people.append(Person(name, r.name.strip(), number, None, _number(r.employee_no), _text(r.department), _number(r.phone)))
    by_name = _found(((p.name, i) for i, p in enumerate(people)))
    alphabet = {c: k for k, c in enumerate(sorted({c for name in by_name for c in name}))}
    return _Listing(
        tuple(people),
        by_name,
        by_id,
        _found((p.employee_no, i) for i, p in enumerate(people)),
        _found((p.phone, i) for i, p in enumerate(people)),
        alphabet,
        _table_of(by_name, alphabet),
        _departments(p.department for p in people),
    )


def _found(entries: Iterable[tuple[str | None, int]]) -> dict[str, tuple[int, ...]]:
    found: dict[str, list[int]] = defaultdict(list)
    for key, index in entries:
        if key:
            found[key].append(index)
    return {k: tuple(v) for k, v in found.items()}


def _number(value: str | None) -> str | None:
    return normalise_number(value) or None if value else None


def _text(value: str | None) -> str | None:
    return normalise_name(value) or None if value else None


def _table_of(names: Iterable[str], alphabet: Mapping[str, int]) -> NameTable:
    ordered = sorted((name for name in names if len(name) <= _LONGEST), key=len)
    lengths = np.array([len(name) for name in ordered], np.int64)
    codes = np.full((int(lengths.max(initial=0)), len(ordered)), -1, np.int32)
    starts = [0, *(np.flatnonzero(np.diff(lengths)) + 1).tolist(), len(ordered)]
    spans = tuple((start, stop) for start, stop in pairwise(starts) if start < stop)
    for start, stop in spans:
        codes[: lengths[start], start:stop] = np.array([[alphabet[c] for c in name] for name in ordered[start:stop]], np.int32).T
    return NameTable(tuple(ordered), codes, lengths, spans)


def _joined(first: NameTable, second: NameTable) -> NameTable:
    codes = np.full((max(len(first.codes), len(second.codes)), first.size + second.size), -1, np.int32)
    codes[: len(first.codes), : first.size] = first.codes
    codes[: len(second.codes), first.size :] = second.codes
    spans = (*first.spans, *((start + first.size, stop + first.size) for start, stop in second.spans))
    return NameTable(first.names + second.names, codes, np.concatenate([first.lengths, second.lengths]), spans)


_KEPT: list[tuple[Roster | None, _Listing]] = []


def _listing_of(roster: Roster | None) -> _Listing:
    """The listing of a roster; the last two are kept, for batches that judge many claims of one roster again."""
    for known, listing in _KEPT:
        if known is roster:
            return listing
    made = _listing(roster.people if roster else ())
    _KEPT.insert(0, (roster, made))
    del _KEPT[2:]
    return made
