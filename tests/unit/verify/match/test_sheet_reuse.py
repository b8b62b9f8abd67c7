"""The same sheet or signature twice: found when it is, and nobody accused who only writes like himself."""

from __future__ import annotations

import random
from datetime import date

import cv2
import numpy as np
import pytest

from services.domain.case import ReuseKind
from services.domain.facts import SheetCell, SheetFacts
from services.verify.match.ink import ink_set, overlap, same_strokes
from services.verify.match.sheet_reuse import OtherSheet, sheet_reuse
from tests.generators.facts import page
from tests.generators.hand import Hand, Mask, make_hand, slash, write
from tests.generators.people import make_people

D8, D9 = date(2021, 11, 8), date(2021, 11, 9)
PEOPLE = make_people(8, random.Random(2), rare=0.0)
HANDS = [make_hand(random.Random(k)) for k in range(8)]


def bitmap(mask: Mask, blur: float = 0.0, turn: float = 0.0) -> bytes:
    """As a reader keeps ink, after a scan that blurs and turns it a little."""
    picture = np.pad(mask, 12)
    if turn:
        centre = (picture.shape[1] / 2, picture.shape[0] / 2)
        picture = cv2.warpAffine(picture, cv2.getRotationMatrix2D(centre, turn, 1.0), (picture.shape[1], picture.shape[0]))
    if blur:
        picture = cv2.GaussianBlur(picture, (0, 0), blur)
    ink = picture > 0.35
    rows, columns = np.nonzero(ink)
    tight = ink[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1].astype(np.uint8) * 255
    return np.packbits(cv2.resize(tight, (96, 32), interpolation=cv2.INTER_AREA) > 70).tobytes()


def signed(person: int, seed: int, hand: Hand | None = None, **scan: float) -> SheetCell:
    mask = write(PEOPLE[person].name, hand or HANDS[person], 70, seed)
    return SheetCell(1, (0.5, 0.1 + 0.05 * person, 0.2, 0.04), "", 0.0, signed=True, ink=bitmap(mask, **scan))


def sheet(day: date | None, cells: list[SheetCell], **known: object) -> SheetFacts:
    return SheetFacts((page(["姓名", "签名"], [[PEOPLE[i].name, c] for i, c in enumerate(cells)], day=day, **known),))


def fresh(start: int) -> list[SheetCell]:
    return [signed(i, start + i) for i in range(8)]


def test_people_who_sign_every_day_are_not_accused() -> None:
    days = [(f"{d}.jpg", sheet(date(2021, 11, d), fresh(100 * d))) for d in range(8, 13)]
    assert sheet_reuse(days, ()) == ()


def test_a_sheet_scanned_again_for_another_day_is_found() -> None:
    again = [signed(i, 800 + i, blur=0.8, turn=0.8) for i in range(8)]
    found = sheet_reuse([("b.jpg", sheet(D9, again)), ("a.jpg", sheet(D8, fresh(800)))], ())
    assert [(r.kind, r.place.file, r.other.file, r.certain, r.claim_no) for r in found] == [(ReuseKind.SHEET, "b.jpg", "a.jpg", True, None)]


def test_a_second_scan_of_the_same_days_sheet_is_none() -> None:
    again = [signed(i, 800 + i, blur=0.8) for i in range(8)]
    assert sheet_reuse([("a.jpg", sheet(D8, fresh(800))), ("b.jpg", sheet(D8, again))], ()) == ()


def test_a_pasted_signature_is_found_with_both_places() -> None:
    second = fresh(900)
    second[3] = signed(3, 803)
    found = sheet_reuse([("a.jpg", sheet(D8, fresh(800))), ("b.jpg", sheet(D9, second))], ())
    assert [(r.kind, r.place.file, r.place.row, r.other.row, r.certain) for r in found] == [(ReuseKind.SIGNATURE, "b.jpg", 4, 4, True)]
    assert found[0].place.box == second[3].box
    assert type(found[0].certain) is bool  # what is kept in the store is no number of another library


@pytest.mark.parametrize("before", [True, False])
def test_another_claims_sheet_is_found_and_the_first_submitted_is_innocent(before: bool) -> None:
    other = OtherSheet("CC-9", "某厂", "签到表/x.jpg", sheet(D8, fresh(800)), submitted_before=before)
    found = sheet_reuse([("a.jpg", sheet(D8, [signed(i, 800 + i, blur=0.6) for i in range(8)]))], [other])
    assert [(r.kind, r.claim_no, r.enterprise, r.first) for r in found] == [(ReuseKind.SHEET, "CC-9", "某厂", not before)]


def test_identical_files_of_two_claims_need_no_ink() -> None:
    plain = SheetFacts((page(["姓名", "签名"], [["王建国", True]]),))
    other = OtherSheet("CC-9", None, "x.pdf", plain, submitted_before=True, sha256="ab")
    assert [(r.kind, r.distance) for r in sheet_reuse([("a.pdf", plain)], [other], {"a.pdf": "ab"})] == [(ReuseKind.SHEET, 0.0)]
    assert sheet_reuse([("a.pdf", plain)], [other], {"a.pdf": "cd"}) == ()


def test_without_dates_a_copy_is_put_to_a_human() -> None:
    found = sheet_reuse([("a.jpg", sheet(None, fresh(800))), ("b.jpg", sheet(D9, fresh(800)))], ())
    assert [(r.kind, r.certain) for r in found] == [(ReuseKind.SHEET, False)]


def test_strokes_and_ticks_never_count() -> None:
    def ticks() -> list[SheetCell]:
        return [SheetCell(1, (0, 0, 1, 1), "", 0.0, signed=True, ink=bitmap(slash(60, 40, 5))) for _ in range(8)]

    assert sheet_reuse([("a.jpg", sheet(D8, ticks())), ("b.jpg", sheet(D9, ticks()))], ()) == ()


def test_overlap_is_one_for_the_same_ink() -> None:
    inks = ink_set([c.ink for c in fresh(5) if c.ink])
    alike = overlap(inks, inks)
    assert np.allclose(np.diag(alike), 1.0)
    assert (alike - np.eye(8) < 0.75).all()


def test_a_bitmap_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="384 bytes"):
        ink_set([b"123"])


def test_a_copy_with_few_strokes_is_put_to_a_human() -> None:
    def simple(seed: int) -> SheetCell:
        return SheetCell(1, (0, 0, 1, 1), "", 0.0, signed=True, ink=bitmap(write("于小", HANDS[3], 70, seed)))

    def day(start: int, seed: int) -> list[SheetCell]:
        return [*fresh(start)[:3], simple(seed), *fresh(start)[4:]]

    assert not ink_set([simple(5).ink or b""]).telling[0]
    found = sheet_reuse([("a.jpg", sheet(D8, day(800, 5))), ("b.jpg", sheet(D9, day(900, 5)))], ())
    assert [(r.kind, r.place.row, r.certain) for r in found] == [(ReuseKind.SIGNATURE, 4, False)]
    assert sheet_reuse([("a.jpg", sheet(D8, day(800, 5))), ("b.jpg", sheet(D9, day(900, 6)))], ()) == ()


def test_no_stroke_of_a_second_scan_is_without_its_like() -> None:
    written = [write(PEOPLE[i].name, HANDS[i], 70, i) for i in range(8)]
    first = ink_set([bitmap(mask) for mask in written])
    scanned = ink_set([bitmap(mask, blur=0.8, turn=0.6) for mask in written])
    again = ink_set([bitmap(write(PEOPLE[i].name, HANDS[i], 70, 500 + i)) for i in range(8)])
    assert np.median(np.diag(same_strokes(first, scanned))) > 0.975
    assert np.diag(same_strokes(first, again)).max() < 0.965
    assert np.allclose(same_strokes(first, again), same_strokes(again, first).T)
    assert np.all(np.diag(same_strokes(first, first)) == 1.0)
