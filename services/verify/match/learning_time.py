"""Online minutes that evidence supports, per trainee, each minute that is not counted with its reason. Pure interval algebra.

A trainee's sessions are merged; face checks vouch for stretches of the merged sessions (`face_time`); what lies outside the
training's dates or inside an offline session the person signed does not count; of a day's counted time at most the policy's hours
do, the excess cut at the day's end. What hangs on a human's answer (an ambiguous name, a snapshot that can't be told) is worked
out both ways: what counts either way is verified, what counts only at best is unclear.

The intervals of a trainee partition the union of the logged time exactly; rows that may be theirs (ambiguous names) are part of it.
Time logged twice is one stretch: how much was logged twice is said in the note `online.overlapping_sessions`.
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from services.domain.case import CheckSeen, CheckVerdict, OnlineInterval, OnlineNote, OnlineReason, OnlineTime
from services.domain.claim import Claim, Roster, Trainees
from services.domain.facts import FaceSetFacts, LearningLogFacts
from services.domain.policy import Rules
from services.verify.match import intervals as iv
from services.verify.match.face_time import stretches_of, vouched
from services.verify.match.face_verdicts import FaceIndex, Judged, judge_checks
from services.verify.match.intervals import Stretches
from services.verify.match.learners import Learner, Learners, Standing, is_distinct
from services.verify.match.learning_people import ChecksOf, LoggedSession, Person, gather
from services.verify.match.online_notes import NoteMaker, Seen


@dataclass(frozen=True, slots=True)
class Learning:
    """`times`: one per trainee, in order; `notes`: what is to be said of the logs, one per code and person or group."""

    times: tuple[OnlineTime, ...]
    notes: tuple[OnlineNote, ...]
    has_face_checks: bool


@dataclass(frozen=True, slots=True)
class _Bounds:
    """The numbers the algebra needs, in microseconds; `interval` None: the claim has no face checks."""

    window: Stretches
    interval: int | None
    day_limit: int
    idle_cap: int | None


def learn(
    logs: Sequence[tuple[str, LearningLogFacts]],
    faces: FaceSetFacts | None,
    claim: Claim,
    trainees: Trainees | None,
    roster: Roster | None,
    rules: Rules,
    signed: Sequence[Sequence[tuple[datetime, datetime]]],
    *,
    machine_like_people: int = 5,
    machine_like_sessions: int = 10,
) -> Learning:
    """Logs (path, facts) and face pictures → minutes per trainee and notes.

    `signed`: per trainee the (start, end) of the offline sessions they signed; online minutes during them do not count.
    """
    with _no_collector():
        return _learn(logs, faces, claim, Learners(trainees, roster if logs else None), rules, signed, machine_like_people, machine_like_sessions)


@contextmanager
def _no_collector() -> Iterator[None]:
    """Nothing made here has circles, and Python's collector would go over millions of new objects again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _learn(
    logs: Sequence[tuple[str, LearningLogFacts]],
    faces: FaceSetFacts | None,
    claim: Claim,
    learners: Learners,
    rules: Rules,
    signed: Sequence[Sequence[tuple[datetime, datetime]]],
    machine_like_people: int,
    machine_like_sessions: int,
) -> Learning:
    trainees = learners.trainees
    people = gather(logs, learners)
    has_checks = any(facts.checks for _, facts in logs)
    count = len(trainees.people) if trainees else 0
    names = Counter(person.name for person in trainees.people) if trainees else Counter()
    stems = {key: _stems(person.learner, trainees, names) for key, person in people.items()}
    distinct = {key: is_distinct(person.learner) for key, person in people.items()}
    index = FaceIndex(faces or FaceSetFacts((), ()))
    judged = judge_checks(ChecksOf(people), stems, distinct, index)
    bounds = _bounds(claim, rules, has_checks)
    maybe: list[list[Person]] = [[] for _ in range(count)]
    for person in people.values():
        if person.learner.standing is Standing.AMBIGUOUS:
            for trainee in person.learner.trainees:
                maybe[trainee].append(person)
    times = []
    for trainee in range(count):
        own = people.get(f"trainee {trainee}") or Person(Learner(Standing.TRAINEE, f"trainee {trainee}", "", (trainee,)))
        busy = iv.union((iv.to_micros(a), iv.to_micros(b)) for a, b in (signed[trainee] if trainee < len(signed) else ()))
        times.append(_time_of(own, maybe[trainee], judged, busy, bounds))
    seen = Seen(people, judged, times, claim, rules, trainees is not None, has_checks, index.path)
    notes = NoteMaker(seen).notes(machine_like_people, machine_like_sessions)
    return Learning(tuple(times), tuple(notes), has_checks)


def _bounds(claim: Claim, rules: Rules, has_checks: bool) -> _Bounds:
    start, end = iv.day_start(claim.project.start), iv.day_start(claim.project.end) + iv.DAY
    return _Bounds(
        [(start, end)] if end > start else [],
        int(rules.face_interval_minutes * iv.MINUTE) if has_checks else None,
        int(rules.online_hours_per_day * 60 * iv.MINUTE),
        None if rules.idle_cap_minutes is None else int(rules.idle_cap_minutes * iv.MINUTE),
    )


def _stems(learner: Learner, trainees: Trainees | None, names: Counter[str]) -> tuple[str, ...]:
    """What a learner's reference picture may be called, best first."""
    if learner.standing is not Standing.TRAINEE or trainees is None:
        return (learner.key,)
    person = trainees.people[learner.trainees[0]]
    return tuple(
        text for text in (person.id_number, person.account, person.employee_no, person.phone, person.name if names[person.name] == 1 else None) if text
    )


def _stretches(sessions: Sequence[LoggedSession]) -> Stretches:
    return iv.union((s.start, s.end) for s in sessions)


def _active(logged: Stretches, sessions: Sequence[LoggedSession], checks: Sequence[Judged], cap: int) -> Stretches:
    """What of the logged time lies within the cap of a sign of activity: a session opened, a face check."""
    return iv.intersect(logged, iv.union((at, at + cap) for at in (*(s.start for s in sessions), *(j.check.at for j in checks))))


def _time_of(own: Person, maybe: Sequence[Person], judged: Mapping[str, Sequence[Judged]], busy: Stretches, bounds: _Bounds) -> OnlineTime:
    """One trainee's time: what is sure, what is unclear, and why the rest is not counted."""
    mine, mine_judged = own.sessions, judged.get(own.learner.key, ())
    theirs = [s for person in maybe for s in person.sessions]
    theirs_judged = [j for person in maybe for j in judged.get(person.learner.key, ())]
    everything = [*mine, *theirs]
    if not everything:
        return OnlineTime(0.0, 0.0, checks=_seen_checks(mine_judged, {}))
    own_logged = _stretches(mine)
    logged = _stretches(everything) if theirs else own_logged
    sure, parts, one_way = _sure_and_parts(own_logged, logged, mine_judged, theirs_judged, bounds.interval)
    inside = iv.intersect(logged, bounds.window)
    spare = iv.subtract(inside, busy)
    free = spare if bounds.idle_cap is None else iv.intersect(spare, _active(logged, everything, (*mine_judged, *theirs_judged), bounds.idle_cap))
    whole = free == logged  # nothing outside, busy or idle: as mostly, and much quicker
    sure = sure if whole else iv.intersect(sure, free)
    doubtful = [] if one_way else iv.subtract(iv.intersect(stretches_of(parts, OnlineReason.COUNTED), free), sure)
    counted, unclear, over = _cap_days(sure, doubtful, bounds.day_limit)
    reasons: list[tuple[OnlineReason, Stretches]] = [
        (OnlineReason.OUTSIDE, [] if whole else iv.subtract(logged, bounds.window)),
        (OnlineReason.OFFLINE_SESSION, iv.intersect(inside, busy)),
        (OnlineReason.IDLE, iv.subtract(spare, free)),
        (OnlineReason.COUNTED, counted),
        (OnlineReason.UNCLEAR, unclear),
        (OnlineReason.DAY_LIMIT, over),
    ]
    for reason in dict.fromkeys(reason for _, reason in parts if reason is not OnlineReason.COUNTED):
        refused = iv.union(stretches_of(parts, reason))
        refused = refused if whole else iv.intersect(refused, free)
        reasons.append((reason, refused if one_way else iv.subtract(refused, sure)))
    moments: dict[int, datetime] = {}
    return OnlineTime(
        logged_minutes=iv.total(logged) / iv.MINUTE,
        verified_minutes=iv.total(counted) / iv.MINUTE,
        unclear_minutes=iv.total(unclear) / iv.MINUTE,
        intervals=_intervals(reasons, moments),
        checks=_seen_checks(mine_judged, moments),
        sessions=len(mine),
    )


def _intervals(reasons: Sequence[tuple[OnlineReason, Stretches]], moments: dict[int, datetime]) -> tuple[OnlineInterval, ...]:
    """The stretches in order of time. `moments`: one object for each moment, filled here; a million of each add up."""
    laid = sorted([(start, end, reason) for reason, stretches in reasons for start, end in stretches])
    for start, end, _ in laid:
        if start not in moments:
            moments[start] = iv.to_moment(start)
        if end not in moments:
            moments[end] = iv.to_moment(end)
    return tuple([OnlineInterval(moments[start], moments[end], reason) for start, end, reason in laid])


def _sure_and_parts(
    own: Stretches, everything: Stretches, mine: Sequence[Judged], hoped: Sequence[Judged], interval: int | None
) -> tuple[Stretches, list[tuple[iv.Stretch, OnlineReason]], bool]:
    """(what counts whatever the human says, the whole logged time with its reasons at best, whether both are one), by face checks alone.

    `own` is the logged time that is surely the trainee's, `everything` all that may be; `mine` and `hoped` are their checks.
    """
    if interval is None:
        return own, [(stretch, OnlineReason.COUNTED) for stretch in everything], own == everything
    best = [(j.check.at, CheckVerdict.PASSED if j.verdict is CheckVerdict.UNCLEAR else j.verdict) for j in mine]
    best += [(j.check.at, CheckVerdict.PASSED) for j in hoped if j.verdict in (CheckVerdict.PASSED, CheckVerdict.UNCLEAR)]
    best.sort()
    parts = vouched(everything, best, interval)
    one_way = own == everything and not hoped and all(j.verdict is not CheckVerdict.UNCLEAR for j in mine)
    if one_way:
        sure = stretches_of(parts, OnlineReason.COUNTED)
    else:
        worst = sorted((j.check.at, CheckVerdict.FAILED if j.verdict is CheckVerdict.UNCLEAR else j.verdict) for j in mine)
        sure = stretches_of(vouched(own, worst, interval), OnlineReason.COUNTED)
    if not any(iv.holds(everything, at) for at, _ in best):
        parts = [(stretch, OnlineReason.FACE_MISSING) for stretch, _ in parts]
    return iv.union(sure), parts, one_way


def _cap_days(sure: Stretches, doubtful: Stretches, limit: int) -> tuple[Stretches, Stretches, Stretches]:
    """(counted, unclear, over the day's limit); the sure time of a day goes first."""
    if iv.total(sure) + iv.total(doubtful) <= limit:
        return sure, doubtful, []
    days: dict[int, tuple[Stretches, Stretches]] = {}
    for which, stretches in enumerate((sure, doubtful)):
        for day, part in iv.by_day(stretches):
            days.setdefault(day, ([], []))[which].append(part)
    counted: Stretches = []
    unclear: Stretches = []
    over: Stretches = []
    for _, (certain, open_) in sorted(days.items()):
        kept, rest = iv.first(certain, limit)
        maybe, more = iv.first(open_, limit - iv.total(kept))
        counted += kept
        unclear += maybe
        over += rest + more
    return iv.union(counted), iv.union(unclear), iv.union(over)


def _seen_checks(judged: Sequence[Judged], moments: Mapping[int, datetime]) -> tuple[CheckSeen, ...]:
    return tuple(
        [
            CheckSeen(moments.get(c.at) or iv.to_moment(c.at), verdict, c.place, c.snapshot or None, other, distance)
            for c, verdict, other, distance, *_ in judged
        ]
    )
