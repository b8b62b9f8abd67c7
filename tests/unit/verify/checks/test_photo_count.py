from __future__ import annotations

from datetime import datetime

from services.domain.case import FileProblem, Reuse, ReuseKind
from services.domain.claim import SHANGHAI
from services.domain.evidence import EvidenceKind, Place
from services.domain.finding import Outcome
from services.domain.text import Message
from services.verify.checks.photo_count import photo_count
from tests.factories import evidence, make_case, photo


def found(*photos, **fields):  # type: ignore[no-untyped-def]
    (result,) = photo_count(make_case(evidence=photos, **fields), minimum=5)
    return result.outcome, result.observed


def same(one: int, other: int, **fields):  # type: ignore[no-untyped-def]
    return Reuse(ReuseKind.PHOTO, Place(f"photos/{one}.jpg"), Place(f"photos/{other}.jpg"), **fields)


FIVE = tuple(photo(i) for i in range(5))
PAST = datetime(2021, 10, 1, 9, 0, tzinfo=SHANGHAI)


def test_five_are_enough_and_four_are_not() -> None:
    assert found(*FIVE) == (Outcome.MET, None)
    assert found(*FIVE[:4]) == (Outcome.UNMET, 4)
    assert found() == (Outcome.UNMET, 0)


def test_duplicates_reused_foreign_and_unreadable_photos_do_not_count() -> None:
    assert found(*FIVE, reuse=(same(4, 0),)) == (Outcome.UNMET, 4)
    assert found(*FIVE, reuse=(same(4, 0, claim_no="CC-2"),)) == (Outcome.UNMET, 4)
    assert found(*FIVE[:4], photo(4, taken_at=PAST)) == (Outcome.UNMET, 4)
    assert found(*FIVE[:4], evidence("photos/4.jpg", EvidenceKind.PHOTO)) == (Outcome.UNMET, 4)


def test_what_is_only_in_doubt_makes_it_unclear() -> None:
    assert found(*FIVE, reuse=(same(4, 0, certain=False),)) == (Outcome.UNCLEAR, 4)
    assert found(*FIVE[:4], photo(4, taken_at=PAST, taken_at_source="watermark")) == (Outcome.UNCLEAR, 4)
    too_large = ("photos/4.jpg", FileProblem("file.too_large", Message("过大", "too large")))
    assert found(*FIVE[:4], intake_problems=(too_large,)) == (Outcome.UNCLEAR, 4)
    taken_all_the_same = ("photos/3.jpg", FileProblem("file.type_mismatch", Message("名不符实", "named wrongly")))
    assert found(*FIVE[:4], intake_problems=(taken_all_the_same,)) == (Outcome.UNMET, 4)


def test_photos_that_this_claim_used_first_edited_ones_and_timeless_ones_count() -> None:
    assert found(*FIVE, reuse=(same(4, 0, claim_no="CC-2", first=True),))[0] is Outcome.MET
    assert found(*FIVE[:4], photo(4, taken_at=None, taken_at_source=None))[0] is Outcome.MET
    assert found(*FIVE[:4], photo(4, edited_by="GIMP", screenshot="截屏"))[0] is Outcome.MET


def test_a_photo_that_shows_one_colour_waits_for_a_human() -> None:
    assert found(*FIVE[:4], photo(4, hash_quality=0)) == (Outcome.UNCLEAR, 4)
    assert found(*FIVE, photo(5, hash_quality=0))[0] is Outcome.MET
