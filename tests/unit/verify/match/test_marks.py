from __future__ import annotations

from services.verify.match.marks import against_name
from tests.generators.facts import cell


def test_a_mark_misread_as_something_else_is_no_signature() -> None:
    misread = cell(4, "缺动", instead={1: {"勤": 0.2}}, signed=True)
    seen = against_name(misread, "黎利淑")
    assert (seen.signed, seen.mark) == (False, "缺勤")


def test_where_the_mark_is_faint_a_human_has_to_look() -> None:
    faint = cell(4, "求动", instead={0: {"缺": 3e-4}, 1: {"勤": 3e-4}}, signed=True)
    seen = against_name(faint, "柯帅红")
    assert seen.signed is None and seen.mark is None


def test_a_signature_stays_one() -> None:
    for text, sure in (("王假勤", 0.9), ("黎利淑", 0.5), ("乱画", 0.9)):
        signature = cell(4, text, sure=sure, signed=True)
        assert against_name(signature, "王假勤" if "假" in text else "黎利淑") == signature


def test_what_is_no_signature_is_left_alone() -> None:
    for known in (cell(4, "请假", signed=False, mark="请假"), cell(4, "", signed=False)):
        assert against_name(known, "黎利淑") is known
