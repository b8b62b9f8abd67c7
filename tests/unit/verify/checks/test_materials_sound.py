from __future__ import annotations

from dataclasses import replace

import pytest

from services.domain.case import FileProblem, Reuse, ReuseKind
from services.domain.evidence import EvidenceKind, Place
from services.domain.facts import DocumentFacts, Facts, LearningLogFacts, RejectedRow, SheetFacts, SheetPage
from services.domain.finding import Outcome
from services.domain.text import Message
from services.verify.checks.materials_sound import materials_sound
from tests.factories import evidence, make_case

CASE = make_case()
WHY = Message("原因", "reason")


def found(case):  # type: ignore[no-untyped-def]
    return [(r.outcome, r.code, r.subject) for r in materials_sound(case)]


def test_met() -> None:
    assert found(CASE) == [(Outcome.MET, None, "")]
    assert found(make_case(evidence=())) == [(Outcome.NOT_APPLICABLE, None, "")]


@pytest.mark.parametrize(
    "code", ["file.unreadable", "file.type_mismatch", "file.encrypted", "file.empty", "file.too_large", "video.unplayable", "sheet.unreadable"]
)
def test_one_finding_per_file_and_problem(code: str) -> None:
    problem = FileProblem(code, WHY)
    broken = evidence("a/b.bin", EvidenceKind.VIDEO, problems=(problem,))
    expected = Outcome.UNCLEAR if code == "sheet.unreadable" else Outcome.UNMET
    assert found(make_case(evidence=(broken,), intake_problems=(("a/b.bin", problem), ("c.zip", problem)))) == [
        (expected, code, "a/b.bin"),
        (expected, code, "c.zip"),
    ]


def test_a_file_that_gave_neither_facts_nor_a_reason_is_unclear_but_faces_and_strays_are_not() -> None:
    files = (evidence("plan/a.pdf", EvidenceKind.PLAN), evidence("faces/checks/a.jpg", EvidenceKind.FACE))
    stray = replace(files[0], file=replace(files[0].file, path="readme.txt", kind=None, sha256="cd" * 32))
    assert found(make_case(evidence=(*files, stray))) == [(Outcome.UNCLEAR, "file.unreadable", "plan/a.pdf")]


@pytest.mark.parametrize(
    ("kind", "facts", "code"),
    [
        (EvidenceKind.PLAN, DocumentFacts(1, " \n", "none"), "file.empty"),
        (EvidenceKind.PLAN, DocumentFacts(1, "培训计划", "text"), None),
        (EvidenceKind.PLAN, DocumentFacts(1, "", "none", table_rows=(("姓名",),)), None),
        (EvidenceKind.LEARNING_LOG, LearningLogFacts((), ()), "file.empty"),
        (EvidenceKind.LEARNING_LOG, LearningLogFacts((), (), (RejectedRow(2, WHY),)), None),
    ],
)
def test_a_file_in_which_nothing_stands_is_left_to_a_human(kind: EvidenceKind, facts: Facts, code: str | None) -> None:
    outcome = Outcome.UNCLEAR if code else Outcome.MET
    assert found(make_case(evidence=(evidence("a/b.bin", kind, facts),))) == [(outcome, code, "a/b.bin" if code else "")]


def test_illegible_pages_are_told_each() -> None:
    pages = tuple(SheetPage(page=i, width=100, height=100, tables=(), legible=i == 1) for i in (1, 2, 3))
    results = list(materials_sound(make_case(evidence=(evidence("签到表/a.pdf", EvidenceKind.SIGN_IN_SHEET, SheetFacts(pages)),))))
    assert [(r.outcome, r.code, r.evidence[0].page) for r in results] == [(Outcome.UNCLEAR, "sheet.unreadable", 2), (Outcome.UNCLEAR, "sheet.unreadable", 3)]


@pytest.mark.parametrize(("kind", "code"), [(EvidenceKind.PLAN, "file.duplicate"), (EvidenceKind.VIDEO, "file.duplicate"), (EvidenceKind.FACE, None)])
def test_the_same_bytes_twice_are_an_info(kind: EvidenceKind, code: str | None) -> None:
    first, copy = (evidence(path, kind, CASE.evidence[0].facts, sha256="ab" * 32) for path in ("x/a.bin", "x/b.bin"))
    assert found(make_case(evidence=(copy, first))) == [(Outcome.MET, code, "x/b.bin" if code else "")]


def test_one_sheet_scanned_twice_is_a_duplicate_for_another_day_it_is_not() -> None:
    again = replace(CASE.attendance[0], file="sign_in_sheets/again.jpg")
    twice = Reuse(ReuseKind.SHEET, Place(again.file, page=1), Place("sign_in_sheets/0.jpg", page=1))
    assert found(replace(CASE, attendance=(*CASE.attendance, again), reuse=(twice,))) == [(Outcome.MET, "file.duplicate", again.file)]
    other_day = replace(twice, place=Place("sign_in_sheets/1.jpg", page=1))
    assert found(replace(CASE, reuse=(other_day,))) == [(Outcome.MET, None, "")]
