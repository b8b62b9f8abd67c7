from __future__ import annotations

from datetime import datetime

from services.domain.claim import SHANGHAI, Mode
from services.domain.evidence import EvidenceKind
from services.domain.facts import FaceCheck, LearningLogFacts, LearningSession, LoggedPerson
from services.domain.finding import Outcome
from services.verify.checks.online_log import online_log
from tests.factories import evidence, make_case

NINE = datetime(2021, 11, 8, 9, 0, tzinfo=SHANGHAI)
SESSIONS = LearningLogFacts(sessions=(LearningSession(2, LoggedPerson("王小明"), NINE, NINE.replace(hour=10)),))
CHECKS = LearningLogFacts(checks=(FaceCheck(2, LoggedPerson("王小明"), NINE, True),))
ONLINE = {"modes": (Mode.THEORY, Mode.ONLINE)}


def found(*facts, **fields):  # type: ignore[no-untyped-def]
    logs = tuple(evidence(f"learning_logs/{i}.csv", EvidenceKind.LEARNING_LOG, f) for i, f in enumerate(facts))
    return [(r.outcome, r.code) for r in online_log(make_case(evidence=(*make_case().evidence, *logs), **fields))]


def test_not_applicable_without_online_training() -> None:
    assert found() == [(Outcome.NOT_APPLICABLE, None)]


def test_met_with_logged_sessions_declared_or_not() -> None:
    assert found(SESSIONS, project=ONLINE) == [(Outcome.MET, None)]
    assert found(SESSIONS) == [(Outcome.MET, None)]


def test_missing() -> None:
    assert found(project=ONLINE) == [(Outcome.UNMET, "online.log_missing")]


def test_unreadable_logs_and_logs_without_sessions_are_unclear() -> None:
    for facts in (None, LearningLogFacts(), CHECKS):
        assert found(facts, project=ONLINE) == [(Outcome.UNCLEAR, "online.log_missing")]


def test_unclear_when_nothing_says_how_the_training_was_given() -> None:
    case = make_case(project={"modes": ()}, claim={"sessions": ()}, sessions=(), evidence=())
    assert [(r.outcome, r.code) for r in online_log(case)] == [(Outcome.UNCLEAR, "online.log_missing")]
