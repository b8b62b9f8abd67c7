"""A complete claim with things left out, one by one and all at once: what every check must be able to meet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

from services.domain.case import Case, FileProblem, TraineeRecord
from services.domain.claim import Claim, Enterprise, Project, Trainee, Trainees
from services.domain.text import Message
from tests.factories import id_number, make_case, person

BARE_CLAIM = Claim("CC-1", Enterprise("某厂"), Project("培训", date(2021, 11, 8), date(2021, 11, 9), Decimal(16)))
"""Only what claim.json must have."""


def _no_sessions() -> Case:
    return make_case(sessions=(), schedule_assumed=True)


def _no_evidence() -> Case:
    case = make_case()
    return replace(case, evidence=(), attendance=(), records=tuple(TraineeRecord() for _ in case.records))


def _nothing_readable() -> Case:
    case = make_case(attendance=())
    problem = FileProblem("file.unreadable", Message("图片无法解码", "the picture cannot be decoded"))
    evidence = tuple(replace(e, facts=None, problems=(problem,)) for e in case.evidence)
    return replace(case, evidence=evidence, records=tuple(TraineeRecord() for _ in case.records))


def _people_without_details() -> Case:
    people = (Trainee(2, "王小明", id_number(0)), Trainee(3, "", ""))
    return make_case(trainees=people)


def _nobody_listed() -> Case:
    return replace(make_case(trainees=None), trainees=Trainees("trainees.xlsx", ()))


def _nothing() -> Case:
    case = make_case(trainees=None, roster=None, sessions=(), evidence=(), attendance=(), schedule_assumed=True)
    return replace(case, claim=BARE_CLAIM)


CASES: dict[str, Callable[[], Case]] = {
    "complete": make_case,
    "no trainees": lambda: make_case(trainees=None),
    "nobody listed": _nobody_listed,
    "people without details": _people_without_details,
    "one trainee": lambda: make_case(trainees=(person(0),)),
    "no roster": lambda: make_case(roster=None),
    "no sessions": _no_sessions,
    "no evidence": _no_evidence,
    "nothing readable": _nothing_readable,
    "required claim fields only": lambda: replace(make_case(), claim=BARE_CLAIM),
    "nothing": _nothing,
}
