"""Sheets to people: who is matched, who is left to a human, and what counts."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from services.domain.case import DoubtKind, Reuse, ReuseKind, RowStatus, SheetRowMatch
from services.domain.claim import Roster, Trainees
from services.domain.evidence import Place
from services.domain.facts import SheetFacts, SheetPage
from services.verify.match.attendance import Attendance, attend
from tests.generators.facts import cell, claim, page, roster, rules, session, sheet, trainees

DAY, NEXT = date(2021, 11, 8), date(2021, 11, 9)
IDS = {"王建国": "220102198001011235", "李娜": "220102198502022346", "赵铁柱": "220103197903033457", "孙悦": "220104199004044568"}
PEOPLE = trainees(*IDS.items())
MORNING = claim(session(DAY, "08:30", "11:30"), session(NEXT, "08:30", "11:30"))


def of(
    *pages: SheetPage, people: Trainees | None = PEOPLE, listed: Roster | None = None, signatures: str = "all", reuse: tuple[Reuse, ...] = (), **known: Any
) -> Attendance:
    return attend([("签到表/1.jpg", SheetFacts(pages))], known.get("of", MORNING), people, listed, rules(signatures), reuse)


def row(found: Attendance, number: int) -> SheetRowMatch:
    return next(r for r in found.sheets[0].rows if r.row == number)


def sessions_of(found: Attendance, trainee: int, *doubts: DoubtKind) -> list[int]:
    return [p.session for p in found.presences[trainee] if p.doubts == doubts]


def test_a_signed_row_is_a_presence_with_its_place() -> None:
    found = of(page(["序号", "姓名", "签名"], [[1, "王建国", True], [2, "李娜", False], [3, "", None]]))
    assert (row(found, 1).status, row(found, 1).name, row(found, 1).id_number) == (RowStatus.MATCHED, "王建国", IDS["王建国"])
    assert (row(found, 1).confidence or 0) > 0.99
    assert sessions_of(found, 0) == [0]
    assert found.presences[0][0].place == Place("签到表/1.jpg", 1, 1, row(found, 1).box)
    assert (row(found, 2).status, row(found, 2).signed) == (RowStatus.MATCHED, (("签名", False),))
    assert found.presences[1] == ()
    assert row(found, 3).status is RowStatus.EMPTY


def test_every_signature_column_is_needed_unless_the_policy_relaxes_it() -> None:
    pages = page(["姓名", "签到", "签退"], [["王建国", True, False], ["李娜", True, True]])
    assert [len(p) for p in of(pages).presences] == [0, 1, 0, 0]
    assert [len(p) for p in of(pages, signatures="any").presences] == [1, 1, 0, 0]


def test_leave_is_no_signature_and_a_doubtful_one_waits() -> None:
    found = of(page(["姓名", "签名"], [["王建国", "请假"], ["李娜", None]]))
    assert (row(found, 1).mark, row(found, 1).signed) == ("请假", (("签名", False),))
    assert found.presences[0] == ()
    assert sessions_of(found, 1, DoubtKind.SIGNATURE_UNCLEAR) == [0]


def test_strangers_near_names_and_people_of_the_roster() -> None:
    others = roster(*IDS.items(), ("周杰", "220105198005055679"))
    found = of(page(["姓名", "签名"], [["王建", True], ["何不识", True], ["周杰", True]]), listed=others)
    assert [r.status for r in found.sheets[0].rows] == [RowStatus.UNKNOWN, RowStatus.UNKNOWN, RowStatus.MATCHED]
    assert row(found, 2).name == "何不识"
    assert (row(found, 3).name, row(found, 3).trainee) == ("周杰", None)
    assert all(p == () for p in found.presences)


def test_homonyms_one_trainee_is_meant_two_are_ambiguous() -> None:
    one = of(page(["姓名", "签名"], [["李娜", True]]), listed=roster(("李娜", "220106197706066780"), ("李娜", IDS["李娜"])))
    assert (row(one, 1).status, row(one, 1).trainee) == (RowStatus.MATCHED, 1)
    two = trainees(("李娜", IDS["李娜"]), ("李娜", "220106197706066780"))
    found = of(page(["姓名", "签名"], [["李娜", True]]), people=two)
    assert row(found, 1).status is RowStatus.AMBIGUOUS
    assert {c.trainee for c in row(found, 1).candidates} == {0, 1}
    assert all(sessions_of(found, t, DoubtKind.NAME_AMBIGUOUS) == [0] for t in (0, 1))


@pytest.mark.parametrize(
    ("header", "first", "second"),
    [
        ("身份证号", IDS["李娜"], "220106197706066780"),
        ("工号", "A100", "A200"),
        ("部门", "一车间", "质量部"),
        ("身份证号", "2201**********2346", "2201**********6780"),
    ],
)
def test_homonyms_are_told_apart_by_what_else_the_row_says(header: str, first: str, second: str) -> None:
    two = trainees(
        ("李娜", IDS["李娜"], {"employee_no": "A100", "department": "一车间"}), ("李娜", "220106197706066780", {"employee_no": "A200", "department": "质量部"})
    )
    found = of(page(["姓名", header, "签名"], [["李娜", second, True], ["李娜", first, False]]), people=two)
    assert [r.trainee for r in found.sheets[0].rows] == [1, 0]
    assert [sessions_of(found, t) for t in (0, 1)] == [[], [0]]


def test_an_id_number_of_somebody_else_is_a_mismatch() -> None:
    found = of(page(["姓名", "身份证号", "签名"], [["王建国", "220181196001014321", True], ["李娜", IDS["李娜"], True], ["赵铁柱", IDS["孙悦"], True]]))
    assert (row(found, 1).status, row(found, 1).name, row(found, 1).doubts) == (RowStatus.MATCHED, "王建国", (DoubtKind.ID_MISMATCH,))
    assert row(found, 1).id_text == "220181196001014321"
    assert sessions_of(found, 0, DoubtKind.ID_MISMATCH) == [0]
    assert row(found, 2).doubts == ()
    assert DoubtKind.ID_MISMATCH in row(found, 3).doubts
    assert found.presences[3] == () or found.presences[3][0].doubts


def test_a_misread_digit_is_no_mismatch() -> None:
    blurred = cell(1, "220102198001011285", instead={16: {"8": 0.55, "3": 0.44}})
    found = of(page(["姓名", "身份证号", "签名"], [["王建国", blurred, True]]))
    assert (row(found, 1).name, row(found, 1).doubts) == ("王建国", ())


def test_an_illegible_name_is_told_by_the_id_number() -> None:
    scrawl = cell(0, "五廷固", sure=0.3)
    found = of(page(["姓名", "身份证号", "签名"], [[scrawl, IDS["王建国"], True]]))
    assert (row(found, 1).status, row(found, 1).name) == (RowStatus.MATCHED, "王建国")


def test_a_strangers_name_with_a_trainees_id_number_is_left_to_a_human() -> None:
    found = of(page(["姓名", "身份证号", "签名"], [["何不识", IDS["王建国"], True]]))
    assert row(found, 1).status is RowStatus.AMBIGUOUS
    assert [p.doubts for p in found.presences[0]] == [(DoubtKind.ID_MISMATCH,)]


def test_signatures_name_the_people_where_nothing_else_does() -> None:
    signature = cell(1, "孙悦", signed=True)
    found = of(page(["序号", "签 名"], [[1, signature]]))
    assert (row(found, 1).name, row(found, 1).signed) == ("孙悦", (("签名", True),))
    assert sessions_of(found, 3) == [0]


def test_a_sheet_of_handwritten_names_needs_no_signature_column() -> None:
    found = of(page(["序号", "姓名", "部门"], [[1, "孙悦", "质量部"], [2, "", ""]]))
    assert row(found, 1).signed == (("签名", True),)
    assert sessions_of(found, 3) == [0]
    assert row(found, 2).status is RowStatus.EMPTY


def test_who_stands_twice_counts_once() -> None:
    found = of(page(["姓名", "签名"], [["王建国", True], ["李娜", True], ["王建国", True]]))
    assert [DoubtKind.PERSON_TWICE in r.doubts for r in found.sheets[0].rows] == [False, False, True]
    assert row(found, 3).trainee == 0
    assert sessions_of(found, 0) == [0]


def test_a_crossed_out_row_names_its_person_but_does_not_count() -> None:
    base = page(["姓名", "签名"], [["王建国", True]])
    table = base.tables[0]
    struck = type(table)(table.box, table.columns, tuple(type(r)(r.row, r.box, r.cells, True, False) for r in table.rows))
    found = of(SheetPage(1, 1000, 1400, (struck,), date=base.date))
    assert (row(found, 1).status, row(found, 1).name) == (RowStatus.CROSSED_OUT, "王建国")
    assert found.presences[0] == ()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (cell(0, "赵土柱", instead={1: {"土": 0.7, "铁": 0.001}}), "赵铁柱"),
        (cell(0, "周一"), "周一"),
    ],
)
def test_a_stroke_through_a_name_leaves_it_nameable_and_asks_nobody(name: Any, expected: str) -> None:
    base = page(["姓名", "身份证号", "签名"], [[name, "110101198003078515", True]])
    table = base.tables[0]
    struck = type(table)(table.box, table.columns, tuple(type(r)(r.row, r.box, r.cells, True, False) for r in table.rows))
    found = row(of(SheetPage(1, 1000, 1400, (struck,), date=base.date)), 1)
    assert (found.status, found.name, found.doubts) == (RowStatus.CROSSED_OUT, expected, ())
    assert (found.id_number is None) == (expected == "周一")


def test_a_column_per_day_gives_an_attendance_per_session() -> None:
    found = of(page(["姓名", ("11月8日", DAY, None), ("11月9日", NEXT, None)], [["王建国", True, False], ["李娜", True, True]], day=None))
    assert [(s.session, s.date) for s in found.sheets] == [(0, DAY), (1, NEXT)]
    assert [s.rows[0].signed for s in found.sheets] == [(("11月8日", True),), (("11月9日", False),)]
    assert (sessions_of(found, 0), sessions_of(found, 1)) == ([0], [0, 1])


def test_several_sheets_of_a_session_add_up() -> None:
    first, second = page(["姓名", "签名"], [["王建国", True]]), page(["姓名", "签名"], [["李娜", True]])
    found = attend([("a.jpg", sheet(first)), ("b.jpg", sheet(second))], MORNING, PEOPLE, None, rules())
    assert [sessions_of(found, t) for t in range(4)] == [[0], [0], [], []]


def test_copies_do_not_count() -> None:
    pages = page(["姓名", "签名"], [["王建国", True], ["李娜", True]])
    place, other = Place("签到表/1.jpg", 1, 1), Place("签到表/0.jpg", 1, 1)
    found = of(pages, reuse=(Reuse(ReuseKind.SIGNATURE, place, other),))
    assert sessions_of(found, 0, DoubtKind.SIGNATURE_COPIED) == [0]
    assert sessions_of(found, 1) == [0]
    reused = of(pages, reuse=(Reuse(ReuseKind.SHEET, Place("签到表/1.jpg", 1), other),))
    assert sessions_of(reused, 0, DoubtKind.SHEET_REUSED) == [0]
    earlier = of(pages, reuse=(Reuse(ReuseKind.SHEET, Place("签到表/1.jpg", 1), other, claim_no="CC-2", first=True),))
    assert sessions_of(earlier, 0) == [0]


def test_without_trainees_rows_are_read_all_the_same() -> None:
    found = of(page(["姓名", "签名"], [["王建国", True]]), people=None, listed=roster(*IDS.items()))
    assert (row(found, 1).status, row(found, 1).name) == (RowStatus.MATCHED, "王建国")
    assert found.presences == ()


def test_without_any_list_the_names_are_read_all_the_same() -> None:
    found = of(page(["姓名", "签名"], [["王建国", True], ["李娜", True]]), people=None, listed=None)
    assert [(r.status, r.name) for r in found.sheets[0].rows] == [(RowStatus.UNKNOWN, "王建国"), (RowStatus.UNKNOWN, "李娜")]


def test_a_trainee_listed_twice_is_the_first_listing() -> None:
    found = of(page(["姓名", "签名"], [["李娜", True]]), people=trainees(("李娜", IDS["李娜"]), ("李娜", IDS["李娜"])))
    assert (row(found, 1).status, row(found, 1).trainee) == (RowStatus.MATCHED, 0)
    assert found.presences[1] == ()


def test_a_hand_one_character_off_is_left_to_a_human_a_printed_name_is_a_stranger() -> None:
    scrawl = cell(0, "赵铁桂", instead={1: {"铁": 0.7}, 2: {"桂": 0.75}})
    found = of(page(["姓名", "签名"], [[scrawl, True], [cell(0, "赵铁桂", sure=0.9999), True]]))
    assert (row(found, 1).status, [c.name for c in row(found, 1).candidates]) == (RowStatus.AMBIGUOUS, ["赵铁柱"])
    assert sessions_of(found, 2, DoubtKind.NAME_AMBIGUOUS) == [0]
    assert row(found, 2).status is RowStatus.UNKNOWN


def test_a_row_read_in_one_piece_is_left_to_a_human() -> None:
    found = of(page(["姓名", "签名"], [["王建国焊装车间王建国", True]]))
    assert (row(found, 1).status, [c.trainee for c in row(found, 1).candidates]) == (RowStatus.AMBIGUOUS, [0])


def test_a_strangers_masked_number_points_to_nobody() -> None:
    found = of(page(["姓名", "身份证号", "签名"], [["何不识", "2201**********1236", True]]))
    assert row(found, 1).status is RowStatus.UNKNOWN


def test_who_is_in_no_row_of_a_sheet_read_in_part_may_stand_in_what_was_not_read() -> None:
    part = page(["序号", "姓名", "签名"], [[1, "王建国", True], [2, "李娜", False]], legible=False, fingerprint="00")
    found = of(part)
    assert sessions_of(found, 0) == [0]
    assert found.presences[1] == ()  # she is there, and did not sign
    assert [sessions_of(found, k, DoubtKind.SIGNATURE_UNCLEAR) for k in (2, 3)] == [[0], [0]]


def test_a_blank_page_hides_nobody() -> None:
    found = of(page(["序号", "姓名", "签名"], [[1, "王建国", True]]), SheetPage(2, 1000, 1400, (), legible=False))
    assert found.presences[1:] == ((), (), ())


def test_a_sheet_of_which_nothing_was_read_may_be_that_of_a_session_without_one() -> None:
    unread = SheetFacts((SheetPage(1, 1000, 1400, (), fingerprint="00", legible=False),))
    first = SheetFacts((page(["序号", "姓名", "签名"], [[1, "王建国", True]]),))
    found = attend([("签到表/1.jpg", first), ("签到表/2.jpg", unread)], MORNING, PEOPLE, None, rules(), ())
    assert sessions_of(found, 0) == [0]
    assert all(sessions_of(found, k, DoubtKind.SIGNATURE_UNCLEAR, DoubtKind.DATE_UNREADABLE) == [1] for k in range(4))


@pytest.mark.parametrize(("certain", "doubt"), [(True, DoubtKind.SIGNATURE_COPIED), (False, DoubtKind.SIGNATURE_UNCLEAR)])
def test_a_signature_that_may_be_a_copy_waits_for_a_human(certain: bool, doubt: DoubtKind) -> None:
    copy = Reuse(ReuseKind.SIGNATURE, Place("签到表/1.jpg", 1, 1), Place("签到表/2.jpg", 1, 1), certain=certain)
    found = of(page(["序号", "姓名", "签名"], [[1, "王建国", True], [2, "李娜", True]]), reuse=(copy,))
    assert sessions_of(found, 0) == [] and sessions_of(found, 0, doubt) == [0]
    assert sessions_of(found, 1) == [0]


def test_a_name_that_ran_into_the_department_accuses_nobody() -> None:
    people = trainees(*((name, number, {"department": "一车间"}) for name, number in IDS.items()))
    run_on = cell(1, "一车间李娜", signed=True)
    found = of(page(["姓名", "签名"], [["王建国", True], [run_on, True], ["一车间", True]]), people=people)
    assert [c.name for c in row(found, 2).candidates] == ["李娜"]
    assert (row(found, 2).status, row(found, 3).status, row(found, 3).name) == (RowStatus.AMBIGUOUS, RowStatus.UNKNOWN, None)
    assert sessions_of(found, 0) == [0]
    assert sessions_of(found, 2, DoubtKind.SIGNATURE_UNCLEAR) == [0], "whoever is not named may stand in the row that cannot be read"


def test_a_seal_in_an_empty_row_is_nobody() -> None:
    found = of(page(["姓名", "签名"], [["王建国", True], [cell(0, "★"), False]]))
    assert row(found, 2).status is RowStatus.EMPTY


def test_homonyms_are_told_apart_by_their_departments() -> None:
    two = trainees(("李娜", IDS["李娜"], {"department": "一车间"}), ("李娜", "220106197706066780", {"department": "二车间"}))
    found = of(page(["姓名", "部门", "签名"], [["李娜", "二车间", True], ["李娜", "", True]]), people=two)
    assert (row(found, 1).status, row(found, 1).trainee) == (RowStatus.MATCHED, 1)
    faint = cell(1, "一车间", sure=0.9, instead={0: {"一": 0.35, "二": 0.3}})
    found = of(page(["姓名", "部门", "签名"], [["李娜", faint, True]]), people=two)
    assert row(found, 1).status is RowStatus.AMBIGUOUS
