"""Durations that people don't produce: equal to the second, again and again.

Logs kept to the minute are left out: there equal durations are rounding. So are stretches under a minute. In a large log some
durations coincide by chance, so a duration must also be far more frequent than its neighbours.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from services.verify.match.learning_people import LoggedSession

_SECOND = 1_000_000
_SHORTEST = 60
_NEIGHBOURHOOD = 60
"""Seconds on either side from which the chance of a coincidence is told."""
_BY_CHANCE = ((0.5, 1e-4), (math.inf, 1e-7))
"""(expected people with one duration, probability below which it is no chance): large logs have more durations to try."""


@dataclass(frozen=True, slots=True)
class Group:
    """People (keys) with sessions of one duration, or (`people` one key) one person's many sessions of one duration."""

    seconds: int
    people: tuple[str, ...]
    sessions: tuple[LoggedSession, ...]


def machine_like(sessions: Mapping[str, Sequence[LoggedSession]], *, people: int, own_sessions: int) -> list[Group]:
    """Durations that `people` or more persons, or `own_sessions` or more sessions of one person, share to the second."""
    groups: dict[int, dict[str, list[LoggedSession]]] = defaultdict(lambda: defaultdict(list))
    for key, own in sessions.items():
        for session in own:
            seconds = round((session.end - session.start) / _SECOND)
            if session.seconds_shown and seconds >= _SHORTEST:
                groups[seconds][key].append(session)
    heads = Counter({seconds: len(by_person) for seconds, by_person in groups.items()})
    ordered = sorted(heads)
    running = [0]
    for seconds in ordered:
        running.append(running[-1] + heads[seconds])
    found: list[Group] = []
    for seconds in ordered:
        by_person = groups[seconds]
        low, high = bisect_left(ordered, seconds - _NEIGHBOURHOOD), bisect_right(ordered, seconds + _NEIGHBOURHOOD)
        others = running[high] - running[low] - heads[seconds]
        # near the shortest and longest durations the neighbourhood is one-sided
        width = min(_NEIGHBOURHOOD, seconds - ordered[0]) + min(_NEIGHBOURHOOD, ordered[-1] - seconds)
        expected = others / max(width, _NEIGHBOURHOOD)
        rare = next(limit for most, limit in _BY_CHANCE if expected < most)
        if heads[seconds] >= people and _tail(heads[seconds], expected) < rare:
            found.append(Group(seconds, tuple(sorted(by_person)), _flat(by_person.values())))
            continue
        for key, own in sorted(by_person.items()):
            if len(own) >= own_sessions:
                found.append(Group(seconds, (key,), _flat([own])))
    return found


def _flat(lists: Iterable[Sequence[LoggedSession]]) -> tuple[LoggedSession, ...]:
    return tuple(sorted((s for own in lists for s in own), key=lambda s: (s.file, s.row, s.start)))


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
