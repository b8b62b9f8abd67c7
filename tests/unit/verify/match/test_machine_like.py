"""Equal durations: many are no human's, some are chance, some are rounding."""

from __future__ import annotations

import random

from services.verify.match.learning_people import LoggedSession
from services.verify.match.machine_like import machine_like


def _session(seconds: int, k: int = 0, *, fine: bool = True) -> LoggedSession:
    start = k * 10_000_000_000
    return LoggedSession(start, start + seconds * 1_000_000, "", -1.0, "a.csv", k, fine)


def test_five_people_one_duration() -> None:
    people = {f"p{i}": [_session(2537, i), _session(1000 + 37 * i, 100 + i)] for i in range(5)}
    (group,) = machine_like(people, people=5, own_sessions=10)
    assert (group.seconds, len(group.people), len(group.sessions)) == (2537, 5, 5)
    assert not machine_like({k: v for k, v in people.items() if k != "p0"}, people=5, own_sessions=10)


def test_ten_sessions_of_one() -> None:
    assert machine_like({"p": [_session(2537, k) for k in range(10)]}, people=5, own_sessions=10)[0].people == ("p",)
    assert not machine_like({"p": [_session(2537, k) for k in range(9)]}, people=5, own_sessions=10)


def test_rounding_and_blinks_accuse_nobody() -> None:
    assert not machine_like({f"p{i}": [_session(2700, i, fine=False)] for i in range(50)}, people=5, own_sessions=10)
    assert not machine_like({f"p{i}": [_session(3, i)] for i in range(50)}, people=5, own_sessions=10)


def test_chance_in_a_large_log_accuses_nobody() -> None:
    rng = random.Random(5)
    people = {f"p{i}": [_session(rng.randrange(1800, 3600), 20 * i + k) for k in range(20)] for i in range(1000)}
    assert not machine_like(people, people=5, own_sessions=10)
    for i in range(60):
        people[f"p{i}"].append(_session(2537, 50_000 + i))
    assert [g.seconds for g in machine_like(people, people=5, own_sessions=10)] == [2537]
