"""Properties that hold for whatever logs say: nothing is counted twice, nothing is lost, no order of rows matters."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from services.domain.case import OnlineReason, OnlineTime
from services.domain.claim import SHANGHAI
from services.domain.facts import FaceCheck, LearningLogFacts, LearningSession, LoggedPerson
from services.domain.log_rows import CheckTable, SessionTable
from services.verify.match import intervals as iv
from services.verify.match.learning_time import Learning, learn
from tests.unit.verify.match.test_learning_time import CLAIM, PEOPLE, ROSTER, RULES, TRAINEES, who

BASE = datetime(2021, 11, 7, tzinfo=SHANGHAI)
HOUR = 3600
SIGNED = [[(BASE + timedelta(hours=32), BASE + timedelta(hours=35))], *([] for _ in PEOPLE[1:])]
"""Somebody sat in a room on the second morning."""
WHO = (who(0), who(2), LoggedPerson(name="王五"), LoggedPerson(account="u0"))
"""A trainee, one of two homonyms, either of them, and the first again."""

Span = tuple[int, int, int]
"""(start in seconds after BASE, length in seconds, index of WHO)."""
Look = tuple[int, bool | None, int]
"""(seconds after the start of some session, passed, index of WHO)."""
SPANS = st.lists(st.tuples(st.integers(0, 3 * 24 * HOUR), st.integers(0, 14 * HOUR), st.integers(0, len(WHO) - 1)), max_size=8)
LOOKS = st.lists(st.tuples(st.integers(0, 20_000), st.sampled_from([True, True, True, False, None]), st.integers(0, len(WHO) - 1)), max_size=25)
BOUNDS = st.builds(
    lambda day, idle: replace(RULES, online_hours_per_day=Decimal(day), idle_cap_minutes=None if idle is None else Decimal(idle)),
    st.sampled_from([1, 4, 10]),
    st.sampled_from([None, None, 5, 40]),
)


def sessions(spans: Sequence[Span]) -> list[LearningSession]:
    return [LearningSession(i, WHO[w], BASE + timedelta(seconds=s), BASE + timedelta(seconds=s + d)) for i, (s, d, w) in enumerate(spans, 1)]


def checks(spans: Sequence[Span], looks: Sequence[Look]) -> list[FaceCheck]:
    """Near the sessions, or they would nearly all be ignored."""
    starts = [s for s, _, _ in spans] or [0]
    return [FaceCheck(i, WHO[w], BASE + timedelta(seconds=starts[i % len(starts)] + t), passed) for i, (t, passed, w) in enumerate(looks)]


def run(*files: tuple[Sequence[LearningSession], Sequence[FaceCheck]], rules: object = RULES) -> Learning:
    logs = [(f"learning_logs/{n}.csv", LearningLogFacts(tuple(s), tuple(c))) for n, (s, c) in enumerate(files)]
    return learn(logs, None, CLAIM, TRAINEES, ROSTER, rules, SIGNED)  # type: ignore[arg-type]


def micros(time: OnlineTime, *reasons: OnlineReason) -> list[iv.Stretch]:
    return [(iv.to_micros(i.start), iv.to_micros(i.end)) for i in time.intervals if not reasons or i.reason in reasons]


@settings(max_examples=150, deadline=None)
@given(SPANS, LOOKS, BOUNDS)
def test_reasons_partition_the_logged_time(spans: list[Span], looks: list[Look], rules: object) -> None:
    learning = run((sessions(spans), checks(spans, looks)), rules=rules)
    for trainee, mine in ((0, (0, 3)), (2, (1, 2)), (4, (2,))):
        logged = iv.union((iv.to_micros(s.start), iv.to_micros(s.end or s.start)) for s in sessions(spans) if WHO.index(s.person) in mine)
        stretches = micros(learning.times[trainee])
        assert all(a[1] <= b[0] for a, b in zip(stretches, stretches[1:], strict=False)), "no two reasons for one moment"
        assert iv.union(stretches) == logged
        assert iv.total(stretches) == iv.total(logged) == round(learning.times[trainee].logged_minutes * iv.MINUTE)
        counted = micros(learning.times[trainee], OnlineReason.COUNTED)
        assert iv.total(counted) == round(learning.times[trainee].verified_minutes * iv.MINUTE)
        assert iv.total(micros(learning.times[trainee], OnlineReason.UNCLEAR)) == round(learning.times[trainee].unclear_minutes * iv.MINUTE)


@settings(max_examples=150, deadline=None)
@given(SPANS, LOOKS, BOUNDS)
def test_counted_time_has_its_bounds(spans: list[Span], looks: list[Look], rules: object) -> None:
    learning = run((sessions(spans), checks(spans, looks)), rules=rules)
    limit = int(rules.online_hours_per_day) * 60 * iv.MINUTE  # type: ignore[attr-defined]
    for trainee, mine in ((0, (0, 3)), (2, (1,)), (4, ())):
        time = learning.times[trainee]
        assert time.verified_minutes <= sum(d for _, d, w in spans if w in mine) / 60 + 1e-9
        assert time.verified_minutes + time.unclear_minutes <= time.logged_minutes + 1e-9
        days: dict[int, int] = {}
        for day, (start, end) in iv.by_day(micros(time, OnlineReason.COUNTED, OnlineReason.UNCLEAR)):
            days[day] = days.get(day, 0) + end - start
        assert all(counted <= min(limit, iv.DAY) for counted in days.values())
        window = [(iv.day_start(CLAIM.project.start), iv.day_start(CLAIM.project.end) + iv.DAY)]
        busy = [(iv.to_micros(a), iv.to_micros(b)) for a, b in SIGNED[trainee]]
        counted = micros(time, OnlineReason.COUNTED)
        assert iv.intersect(counted, window) == counted and not iv.intersect(counted, busy)


@settings(max_examples=100, deadline=None)
@given(SPANS, LOOKS, st.randoms(use_true_random=False))
def test_order_files_and_repeated_rows_change_nothing(spans: list[Span], looks: list[Look], rng: random.Random) -> None:
    s, c = sessions(spans), checks(spans, looks)
    plain = run((s, c))
    more_s, more_c = [*s, *rng.choices(s, k=3)] if s else [], [*c, *rng.choices(c, k=3)] if c else []
    rng.shuffle(more_s)
    rng.shuffle(more_c)
    again = run((more_s, more_c))
    assert [t.intervals for t in again.times] == [t.intervals for t in plain.times]
    assert [(t.verified_minutes, t.unclear_minutes) for t in again.times] == [(t.verified_minutes, t.unclear_minutes) for t in plain.times]
    assert [(n.code, n.trainees, n.message) for n in again.notes] == [(n.code, n.trainees, n.message) for n in plain.notes]
    cut = rng.randrange(len(more_s) + 1)
    parts = [(more_s[:cut], more_c[cut:]), (more_s[cut:], more_c[:cut])]
    assert [t.intervals for t in run(*parts).times] == [t.intervals for t in plain.times]
    tables = LearningLogFacts(SessionTable.of(s), CheckTable.of(c))
    assert learn([("learning_logs/0.csv", tables)], None, CLAIM, TRAINEES, ROSTER, RULES, SIGNED) == plain


@settings(max_examples=100, deadline=None)
@given(SPANS.filter(bool), LOOKS.filter(bool), LOOKS)
def test_more_passed_checks_never_count_less(spans: list[Span], looks: list[Look], more: list[Look]) -> None:
    before = run((sessions(spans), checks(spans, looks)))
    after = run((sessions(spans), [*checks(spans, looks), *checks(spans, [(t, True, w) for t, _, w in more])]))
    assert all(b.verified_minutes >= a.verified_minutes - 1e-9 for a, b in zip(before.times, after.times, strict=True))
