"""Durations and rhythms that people don't produce: equal to the second, again and again.

Logs kept to the minute are left out: there equal durations are rounding. So are stretches under a minute. In a large log some
durations coincide by chance, so a duration must also be far more frequent than its neighbours.

A rhythm is a run of sessions: how long each lasts, and how long after its start the next one starts. Two accounts that share a
long run to the second were driven by one script, or their times by one class; a human tells which.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from services.verify.match.learning_people import LoggedSession, Numbers, Person

_SECOND = 1_000_000
_SHORTEST = 60
_NEIGHBOURHOOD = 60
"""Seconds on either side from which the chance of a coincidence is told."""
_BY_CHANCE = ((0.5, 1e-4), (math.inf, 1e-7))
"""(expected people with one duration, probability below which it is no chance): large logs have more durations to try."""
_BASE = np.uint64(6_364_136_223_846_793_005)


@dataclass(frozen=True, slots=True)
class Group:
    """People (keys) with sessions of one duration, or (`people` one key) one person's many sessions of one duration.

    `expected`: people who would share it by chance, as the durations around it say.
    """

    seconds: int
    people: tuple[str, ...]
    sessions: tuple[LoggedSession, ...]
    expected: float = 0.0


@dataclass(frozen=True, slots=True)
class _Spans:
    """The sessions that count here, ordered by person and start: number of the person, row among all rows, start and length in seconds."""

    keys: tuple[str, ...]
    people: Mapping[str, Person]
    person: Numbers
    row: Numbers
    start: Numbers
    seconds: Numbers

    def session(self, index: int) -> LoggedSession:
        rows = self.people[self.keys[int(self.person[index])]].session_rows
        made: LoggedSession = rows.between(int(self.row[index]), int(self.row[index]) + 1)[0]
        return made

    def sessions(self, indices: Iterable[Any]) -> tuple[LoggedSession, ...]:
        """By file, row and start."""
        return tuple(sorted((self.session(i) for i in indices), key=lambda s: (s.file, s.row, s.start)))

    def keys_of(self, indices: Numbers) -> tuple[str, ...]:
        return tuple(sorted(self.keys[n] for n in set(self.person[indices].tolist())))


def _spans(people: Mapping[str, Person]) -> _Spans:
    keys = tuple(key for key, person in people.items() if person.has_sessions)
    ranges = [people[key].session_range for key in keys]
    row = np.concatenate([np.arange(*bounds, dtype=np.int32) for bounds in ranges]) if ranges else np.empty(0, dtype=np.int32)
    person = np.repeat(np.arange(len(keys), dtype=np.int32), [last - first for first, last in ranges])
    if not len(row):
        return _Spans(keys, people, person, row, row, row)
    columns = people[keys[0]].session_rows.columns
    start, end, shown = columns[0][row], columns[1][row], columns[6][row]
    seconds = np.rint((end - start) / _SECOND).astype(np.int64)
    counts = shown & (seconds >= _SHORTEST)
    return _Spans(keys, people, person[counts], row[counts], start[counts] // _SECOND, seconds[counts])


def machine_like(people: Mapping[str, Person], *, most: int, own_sessions: int) -> list[Group]:
    """Durations that `most` or more persons, or `own_sessions` or more sessions of one person, share to the second."""
    spans = _spans(people)
    pairs, sizes = np.unique(spans.seconds * len(spans.keys) + spans.person, return_counts=True)
    values, heads = np.unique(pairs // max(1, len(spans.keys)), return_counts=True)
    shared: set[int] = set()
    found: list[Group] = []
    for seconds, count in zip(values[heads >= most].tolist(), heads[heads >= most].tolist(), strict=True):
        expected, rare = _by_chance(seconds, count, values.tolist(), heads)
        if _tail(count, expected) < rare:
            shared.add(seconds)
            indices = np.flatnonzero(spans.seconds == seconds)
            found.append(Group(seconds, spans.keys_of(indices), spans.sessions(indices), expected))
    for pair in pairs[sizes >= own_sessions].tolist():
        seconds, person = divmod(pair, len(spans.keys))
        if seconds not in shared:
            indices = np.flatnonzero((spans.seconds == seconds) & (spans.person == person))
            found.append(Group(seconds, (spans.keys[person],), spans.sessions(indices)))
    return sorted(found, key=lambda group: (group.seconds, group.people))


def _by_chance(seconds: int, count: int, values: Sequence[int], heads: Numbers) -> tuple[float, float]:
    """(people expected with this duration, probability below which more are no chance), from the durations around it."""
    low, high = bisect_left(values, seconds - _NEIGHBOURHOOD), bisect_right(values, seconds + _NEIGHBOURHOOD)
    # near the shortest and longest durations the neighbourhood is one-sided
    width = min(_NEIGHBOURHOOD, seconds - values[0]) + min(_NEIGHBOURHOOD, values[-1] - seconds)
    expected = (int(heads[low:high].sum()) - count) / max(width, _NEIGHBOURHOOD)
    return expected, next(limit for bound, limit in _BY_CHANCE if expected < bound)


def shared_rhythms(people: Mapping[str, Person], *, sessions: int) -> list[Group]:
    """Runs of `sessions` sessions that two or more people share: lengths and distances of their starts equal to the second.

    Runs in which most are whole minutes are a timetable, not a rhythm. One group per set of people; `seconds` is 0.
    """
    spans = _spans(people)
    steps = sessions - 1
    size = len(spans.seconds) - steps
    if size < 2 or steps < 1:
        return []
    apart = np.diff(spans.start)
    odd = ((spans.seconds[:-1] % 60 != 0) & (apart % 60 != 0)).astype(np.int64)
    token = (spans.seconds[:-1].astype(np.uint64) << np.uint64(32)) ^ apart.astype(np.uint64)
    digest = np.zeros(size, dtype=np.uint64)
    uneven = np.zeros(size, dtype=np.int64)
    for step in range(steps):
        digest = (digest + token[step : step + size]) * _BASE
        digest ^= digest >> np.uint64(29)
        uneven += odd[step : step + size]
    digest = (digest + spans.seconds[steps:].astype(np.uint64)) * _BASE
    usable = np.flatnonzero((spans.person[:size] == spans.person[steps:]) & (uneven * 2 >= steps))
    runs: dict[tuple[str, ...], set[int]] = {}
    for indices in _equal(digest, usable):
        keys = spans.keys_of(indices)
        if len(keys) > 1:
            runs.setdefault(keys, set()).update(int(i) + step for i in indices for step in range(sessions))
    return [Group(0, keys, spans.sessions(sorted(indices))) for keys, indices in sorted(runs.items())]


def _equal(digest: Numbers, usable: Numbers) -> list[Numbers]:
    """Indices with equal digests, two or more together."""
    ordered = usable[np.argsort(digest[usable], kind="stable")]
    edges = np.concatenate(([0], np.flatnonzero(np.diff(digest[ordered])) + 1, [len(ordered)]))
    several = np.flatnonzero(np.diff(edges) > 1)
    return [ordered[edges[k] : edges[k + 1]] for k in several.tolist()]


def _tail(count: int, expected: float) -> float:
    """Probability of `count` or more where `expected` are expected (Poisson)."""
    if expected <= 0:
        return 0.0
    if expected > 200:
        return 1.0 if count < expected + 6 * math.sqrt(expected) else 0.0
    below, term = 0.0, math.exp(-expected)
    for k in range(count):
        below += term
        term *= expected / (k + 1)
    return max(0.0, 1 - below)
