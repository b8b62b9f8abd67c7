"""Rows of learning logs as columns say what they said as objects."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime, timedelta, timezone

import pytest

from services.adapters import codec
from services.domain.claim import SHANGHAI
from services.domain.facts import FaceCheck, LearningLogFacts, LearningSession, LoggedPerson
from services.domain.log_rows import CheckTable, SessionTable, micros_of, moment_of

NINE = datetime(2021, 11, 8, 9, 0, 7, 250_000, tzinfo=SHANGHAI)
ZHANG, LI = LoggedPerson("张三", "220102198503010012"), LoggedPerson(account="li")
SESSIONS = (
    LearningSession(2, ZHANG, NINE, NINE + timedelta(minutes=40), 2400.5, "机械制图", "10.0.0.1", "学习", 2700.0),
    LearningSession(3, LI, NINE, None),
    LearningSession(4, ZHANG, NINE.astimezone(timezone(timedelta(hours=-3))), NINE, 0.0, "机械制图"),
)
CHECKS = (FaceCheck(2, LI, NINE, True, 0.93, "a.jpg", "核验"), FaceCheck(3, ZHANG, NINE, False), FaceCheck(4, ZHANG, NINE, None, 0.0))


def test_rows_come_back() -> None:
    sessions, checks = SessionTable.of(SESSIONS), CheckTable.of(CHECKS)
    assert tuple(sessions) == SESSIONS and tuple(checks) == CHECKS
    assert sessions[1] == SESSIONS[1] and sessions[-1] == SESSIONS[-1] and checks[1:] == CHECKS[1:]
    assert (len(sessions), len(checks)) == (3, 3)
    assert sessions.people == (ZHANG, LI)
    assert SessionTable.of(sessions) is sessions and CheckTable.of(checks) is checks
    assert not SessionTable.of(()) and list(CheckTable.of(())) == []
    with pytest.raises(IndexError):
        sessions[3]


def test_tables_are_stored_small_and_old_rows_are_still_read() -> None:
    tables = LearningLogFacts(SessionTable.of(SESSIONS), CheckTable.of(CHECKS))
    assert codec.facts_loads(codec.facts_dumps(tables)) == tables
    assert pickle.loads(pickle.dumps(tables)) == tables
    rows = LearningLogFacts(SESSIONS, CHECKS)
    assert codec.facts_loads(codec.facts_dumps(rows)) == rows
    many = LearningLogFacts(SessionTable.of(SESSIONS * 500))
    assert len(codec.facts_dumps(many)) < len(codec.facts_dumps(LearningLogFacts(SESSIONS * 500))) / 3


def test_moments_are_exact() -> None:
    assert moment_of(micros_of(NINE)) == NINE
    assert moment_of(0) == datetime(1970, 1, 1, tzinfo=UTC)
    assert moment_of(micros_of(NINE)).utcoffset() == timedelta(hours=8)
