from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from services.domain.case import OnlineNote
from services.domain.claim import SHANGHAI
from services.domain.evidence import EvidenceKind, Place
from services.domain.facts import LearningLogFacts, LearningSession, LoggedPerson
from services.domain.finding import Outcome
from services.domain.text import Message
from services.verify.checks.online_faces import CODES, online_faces
from tests.factories import evidence, make_case

NINE = datetime(2021, 11, 8, 9, 0, tzinfo=SHANGHAI)
LOG = LearningLogFacts(sessions=(LearningSession(2, LoggedPerson("王小明"), NINE, NINE.replace(hour=10)),))
CASE = make_case(evidence=(evidence("learning_logs/a.csv", EvidenceKind.LEARNING_LOG, LOG),))


@pytest.mark.parametrize("code", CODES)
def test_notes_become_findings(code: str) -> None:
    note = OnlineNote(code, Message("说明", "note"), (Place("faces/checks/1.jpg"),), (0,))
    (result,) = online_faces(replace(CASE, online_notes=(note,), has_face_checks=True))
    assert (result.outcome, result.code, result.trainees) == (Outcome.UNMET, code, (0,))


def test_a_claim_without_any_check_is_told_so_and_met() -> None:
    assert [(r.outcome, r.code) for r in online_faces(CASE)] == [(Outcome.MET, "online.face_check_missing")]


def test_met_with_sound_checks() -> None:
    assert [(r.outcome, r.code) for r in online_faces(replace(CASE, has_face_checks=True))] == [(Outcome.MET, None)]


def test_not_applicable_without_logs() -> None:
    assert [r.outcome for r in online_faces(make_case())] == [Outcome.NOT_APPLICABLE]
