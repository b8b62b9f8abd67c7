from __future__ import annotations

from dataclasses import replace

import pytest

from services.domain.case import OnlineNote
from services.domain.evidence import EvidenceKind, Place
from services.domain.facts import LearningLogFacts
from services.domain.finding import Outcome
from services.domain.text import Message
from services.verify.checks.online_sessions import CODES, online_sessions
from tests.factories import evidence, make_case

LOG = Place("learning_logs/a.csv", row=3)
CASE = make_case(evidence=(evidence(LOG.file, EvidenceKind.LEARNING_LOG, LearningLogFacts()),))


def note(code: str, **fields: object) -> OnlineNote:
    return replace(OnlineNote(code, Message("说明", "note"), (LOG,), (1,)), **fields)


@pytest.mark.parametrize("code", CODES)
def test_notes_become_findings_with_their_people_and_places(code: str) -> None:
    (result,) = online_sessions(replace(CASE, online_notes=(note(code, observed=11.5, expected=10),)))
    assert result.code == code and result.trainees == (1,) and result.evidence == (LOG,)
    assert (result.observed, result.expected) == (11.5, 10)
    assert result.outcome is (Outcome.MET if code == "online.overlapping_sessions" else Outcome.UNMET)
    assert result.subject.startswith("李建国 2201")


def test_unclear_notes_stay_unclear() -> None:
    (result,) = online_sessions(replace(CASE, online_notes=(note("online.machine_like", unclear=True, trainees=()),)))
    assert result.outcome is Outcome.UNCLEAR and result.subject == LOG.file


def test_notes_on_faces_are_for_another_clause() -> None:
    assert [r.outcome for r in online_sessions(replace(CASE, online_notes=(note("online.face_shared"),)))] == [Outcome.MET]


def test_not_applicable_without_logs() -> None:
    assert [r.outcome for r in online_sessions(make_case())] == [Outcome.NOT_APPLICABLE]
