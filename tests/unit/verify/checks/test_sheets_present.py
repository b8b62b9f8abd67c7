from __future__ import annotations

from services.domain.case import FileProblem
from services.domain.claim import Mode
from services.domain.evidence import EvidenceKind
from services.domain.finding import Outcome
from services.domain.text import Message
from services.verify.checks.sheets_present import sheets_present
from tests.factories import evidence, make_case, session

BARE = {"attendance": (), "evidence": ()}


def outcomes(case):  # type: ignore[no-untyped-def]
    return [(r.outcome, r.code) for r in sheets_present(case)]


def test_met_with_a_sheet() -> None:
    assert outcomes(make_case()) == [(Outcome.MET, None)]


def test_missing_for_training_in_a_room_touches_everybody() -> None:
    (result,) = sheets_present(make_case(**BARE))
    assert (result.outcome, result.code, result.trainees) == (Outcome.UNMET, "sheet.missing", (0, 1, 2))


def test_not_applicable_to_purely_online_training() -> None:
    case = make_case(project={"modes": (Mode.ONLINE,)}, sessions=(session(make_case().claim.project.start, mode=Mode.ONLINE),), **BARE)
    assert outcomes(case) == [(Outcome.NOT_APPLICABLE, None)]


def test_unclear_when_nothing_says_how_the_training_was_given() -> None:
    case = make_case(project={"modes": ()}, claim={"sessions": ()}, sessions=(), **BARE)
    assert outcomes(case) == [(Outcome.UNCLEAR, "sheet.missing")]


def test_unclear_when_sheets_cannot_be_read_or_were_turned_away() -> None:
    unread = make_case(attendance=(), evidence=(evidence("sign_in_sheets/a.jpg", EvidenceKind.SIGN_IN_SHEET),))
    assert outcomes(unread) == [(Outcome.UNCLEAR, "sheet.missing")]
    too_large = FileProblem("file.too_large", Message("过大", "too large"))
    assert outcomes(make_case(**BARE, intake_problems=(("签到表/a.pdf", too_large),))) == [(Outcome.UNCLEAR, "sheet.missing")]
    assert outcomes(make_case(**BARE, intake_problems=(("照片/a.jpg", too_large),))) == [(Outcome.UNMET, "sheet.missing")]
