"""Equal durations and rhythms: many are no human's, some are chance, some are rounding."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from services.domain.claim import SHANGHAI
from services.domain.facts import LearningLogFacts, LearningSession, LoggedPerson
from services.verify.match.learners import Learners
from services.verify.match.learning_people import Person, gather
from services.verify.match.machine_like import machine_like, shared_rhythms

BEGIN = datetime(2021, 11, 8, 8, tzinfo=SHANGHAI)
Spans = Iterable[tuple[float, float]]
"""(start in seconds after BEGIN, length in seconds)."""


def people(spans: Mapping[str, Spans], *, fine: bool = True) -> dict[str, Person]:
    """Persons by name, as the logs say. `fine`: with other rows that show seconds."""
    rows = [
        LearningSession(row, LoggedPerson(name), BEGIN + timedelta(seconds=start), BEGIN + timedelta(seconds=start + length))
        for name, own in spans.items()
        for row, (start, length) in enumerate(own, 2)
    ]
    if fine:
        rows += [LearningSession(0, LoggedPerson("zz"), BEGIN + timedelta(seconds=7 + k), BEGIN + timedelta(seconds=20 + k)) for k in range(len(rows) + 1)]
    return gather([("a.csv", LearningLogFacts(tuple(rows)))], Learners(None, None))


def test_five_people_one_duration() -> None:
    spans = {f"p{i}": [(5 * i, 2537), (9000 + i, 1000 + 37 * i)] for i in range(5)}
    (group,) = machine_like(people(spans), most=5, own_sessions=10)
    assert (group.seconds, len(group.people), len(group.sessions)) == (2537, 5, 5)
    assert group.expected < 1
    assert not machine_like(people({k: v for k, v in spans.items() if k != "p0"}), most=5, own_sessions=10)


def test_ten_sessions_of_one() -> None:
    assert machine_like(people({"p": [(9000 * k, 2537) for k in range(10)]}), most=5, own_sessions=10)[0].people == ("p",)
    assert not machine_like(people({"p": [(9000 * k, 2537) for k in range(9)]}), most=5, own_sessions=10)


def test_rounding_and_blinks_accuse_nobody() -> None:
    assert not machine_like(people({f"p{i}": [(60 * i, 2700)] for i in range(50)}, fine=False), most=5, own_sessions=10)
    assert not machine_like(people({f"p{i}": [(i, 3)] for i in range(50)}), most=5, own_sessions=10)
    assert not machine_like({}, most=5, own_sessions=10) and not shared_rhythms({}, sessions=10)


def test_chance_in_a_large_log_accuses_nobody() -> None:
    rng = random.Random(5)
    spans = {f"p{i}": [(9000 * k + i, rng.randrange(1800, 3600)) for k in range(20)] for i in range(1000)}
    assert not machine_like(people(spans), most=5, own_sessions=10)
    for i in range(60):
        spans[f"p{i}"].append((9000 * 50, 2537))
    assert [g.seconds for g in machine_like(people(spans), most=5, own_sessions=10)] == [2537]


def _human(rng: random.Random, sessions: int) -> list[tuple[float, float]]:
    start, made = rng.randrange(3000), []
    for _ in range(sessions):
        length = rng.randrange(1200, 3000)
        made.append((start, length))
        start += length + rng.randrange(30, 4000)
    return made


def test_two_accounts_in_one_rhythm() -> None:
    rng = random.Random(3)
    script = _human(rng, 14)
    spans = {"a": script, "b": [(start + 41, length) for start, length in script[2:13]], "c": _human(rng, 14), "d": _human(rng, 14)}
    (group,) = shared_rhythms(people(spans), sessions=10)
    assert group.people == ("a", "b")
    assert len(group.sessions) == 22
    spans["b"] = spans["b"][:9]
    assert not shared_rhythms(people(spans), sessions=10)


def test_a_timetable_is_no_rhythm() -> None:
    lessons = [(86_400 * k + 3600 * h, 2700) for k in range(5) for h in range(3)]
    assert not shared_rhythms(people({"a": lessons, "b": lessons}), sessions=10)
    # the same evenings, each at a person's own length
    assert not shared_rhythms(people({name: [(86_403 * k, 5400 + 7 * i) for k in range(12)] for i, name in enumerate("abcd")}), sessions=10)
