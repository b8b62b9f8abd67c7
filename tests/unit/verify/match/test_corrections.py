"""Corrections of rows put over what was read."""

from __future__ import annotations

import pytest

from services.domain.case import DoubtKind, RowCandidate, RowStatus, SheetRowMatch
from services.domain.review import STRANGER, Correction, RowPlace
from services.verify.match.corrections import corrected
from services.verify.match.directory import build_directory
from tests.generators import facts as world

WANG, LI = "220104199001011779", "220105198502031234"
DIRECTORY = build_directory(world.trainees(("王小明", WANG), ("李丽", LI), ("赵六", "")), None)
PLACE = RowPlace("a" * 64, 1, 3)
READ = SheetRowMatch(
    row=3,
    box=(0.1, 0.2, 0.8, 0.04),
    status=RowStatus.AMBIGUOUS,
    name="王小明",
    id_number=None,
    confidence=0.6,
    candidates=(RowCandidate("王小明", WANG, 0.6, 0), RowCandidate("李丽", LI, 0.3, 1)),
    signed=(("签到", True), ("签退", False)),
    doubts=(DoubtKind.NAME_AMBIGUOUS, DoubtKind.SIGNATURE_COPIED),
)


def said(who: str, signed: bool | None = None) -> Correction:
    return Correction(PLACE, who, signed, "审核员甲")


def test_a_person_takes_the_place_of_candidates_and_a_pasted_signature_stays_doubted() -> None:
    row, state = corrected(READ, (True, False), said(LI), DIRECTORY)
    assert (row.status, row.name, row.id_number, row.trainee) == (RowStatus.MATCHED, "李丽", LI, 1)
    assert row.candidates == () and row.doubts == (DoubtKind.SIGNATURE_COPIED,)
    assert state == (True, False) and row.corrected_by == "审核员甲"


def test_a_stranger_stands_for_nobody() -> None:
    row, _ = corrected(READ, (True, False), said(STRANGER), DIRECTORY)
    assert row.status is RowStatus.UNKNOWN and row.trainee is None and row.id_number is None


@pytest.mark.parametrize("signed", [True, False])
def test_what_a_person_says_of_the_signature_holds_for_each_cell(signed: bool) -> None:
    row, state = corrected(READ, (None, None), said(WANG, signed), DIRECTORY)
    assert state == (signed, signed)
    assert row.signed == (("签到", signed), ("签退", signed))


def test_an_unclear_signature_stays_unclear_where_only_the_name_was_corrected() -> None:
    row, state = corrected(READ, (None, True), said(WANG), DIRECTORY)
    assert state == (None, True) and row.status is RowStatus.MATCHED


def test_a_person_without_a_number_is_found_by_name() -> None:
    row, _ = corrected(READ, (True, True), said("name:赵六"), DIRECTORY)
    assert row.trainee == 2


def test_a_person_who_was_taken_off_the_lists_leaves_the_row_as_read() -> None:
    assert corrected(READ, (True, False), said("220105199912310000"), DIRECTORY) == (READ, (True, False))
