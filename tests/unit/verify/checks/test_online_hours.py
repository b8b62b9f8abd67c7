from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from services.domain.case import OnlineTime
from services.domain.claim import Mode
from services.domain.finding import Outcome
from services.verify.checks.online_hours import online_hours
from tests.factories import make_case, person, record, session

DAY = date(2021, 11, 8)
MIXED = (session(DAY), session(DAY, "pm", "4", Mode.ONLINE))


def found(*times: OnlineTime, **fields):  # type: ignore[no-untyped-def]
    fields = {"project": {"modes": (Mode.THEORY, Mode.ONLINE)}, "sessions": MIXED, **fields}
    case = make_case(trainees=tuple(person(i) for i in range(len(times))), **fields)
    case = replace(case, records=tuple(record(0, online=time) for time in times))
    return [(r.outcome, r.code, r.trainees, r.expected, r.observed) for r in online_hours(case)]


def test_scheduled_hours_reached() -> None:
    assert found(OnlineTime(200, 180), OnlineTime(180, 180)) == [(Outcome.MET, None, (), None, None)]


def test_one_finding_for_each_who_falls_short() -> None:
    assert found(OnlineTime(200, 180), OnlineTime(180, 179), OnlineTime(0, 0)) == [
        (Outcome.UNMET, "online.hours_short", (1,), "4", "3.97"),
        (Outcome.UNMET, "online.hours_short", (2,), "4", "0.00"),
    ]


def test_minutes_that_wait_for_a_human_make_it_unclear() -> None:
    assert found(OnlineTime(200, 100, unclear_minutes=80))[0][:2] == (Outcome.UNCLEAR, "online.hours_short")
    assert found(OnlineTime(200, 100, unclear_minutes=79))[0][:2] == (Outcome.UNMET, "online.hours_short")


def test_nobody_needs_more_than_they_claim() -> None:
    case = make_case(trainees=(person(0, class_hours=Decimal(3)),), sessions=MIXED, project={"modes": (Mode.ONLINE, Mode.THEORY)})
    case = replace(case, records=(record(0, online=OnlineTime(135, 135)),))
    assert [r.outcome for r in online_hours(case)] == [Outcome.MET]


def test_without_schedule_a_purely_online_claim_is_held_to_its_hours() -> None:
    purely = {"project": {"modes": (Mode.ONLINE,)}, "sessions": ()}
    assert found(OnlineTime(720, 720), **purely)[0][0] is Outcome.MET
    assert found(OnlineTime(719, 719), **purely)[0][3:] == ("16", "15.97")
    assert found(OnlineTime(0, 0), project={"modes": (Mode.THEORY, Mode.ONLINE)}, sessions=())[0][0] is Outcome.NOT_APPLICABLE


def test_somebody_listed_twice_is_told_once() -> None:
    case = make_case(trainees=(person(0), person(0)), sessions=MIXED, project={"modes": (Mode.ONLINE, Mode.THEORY)})
    case = replace(case, records=(record(0, online=OnlineTime(90, 90)), record()))
    assert [r.trainees for r in online_hours(case)] == [(0,)]


def test_not_applicable_without_online_training_and_unclear_without_people() -> None:
    assert [r.outcome for r in online_hours(make_case())] == [Outcome.NOT_APPLICABLE]
    nobody = make_case(trainees=None, sessions=MIXED, project={"modes": (Mode.ONLINE, Mode.THEORY)})
    assert [r.outcome for r in online_hours(nobody)] == [Outcome.UNCLEAR]
