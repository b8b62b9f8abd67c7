from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from services.domain.claim import Mode
from services.domain.errors import ClaimUnreadable
from services.ingest.claim_json import load_claim, parse_claim


def _claim(**changes: Any) -> dict[str, Any]:
    value: dict[str, Any] = {
        "enterprise": {"name": "长春示例机械厂", "employees": 8200, "industrial": True},
        "project": {"name": "车工岗前培训", "start": "2021-11-08", "end": "2021.11.12", "class_hours": "40", "modes": ["theory", "线上"]},
        "sessions": [{"date": "2021-11-08", "start": "08:30", "end": "11:30", "class_hours": 4, "mode": "theory"}],
        "claimed_amount": "35,200.00",
        "submitted_at": "2021-11-17T10:00:00+08:00",
    }
    for path, new in changes.items():
        target, *rest = path.split("__")
        if rest:
            value[target] = {**value[target], rest[0]: new}
        else:
            value[target] = new
    return value


def test_a_claim_is_read() -> None:
    claim = parse_claim(_claim(), "folder-7")
    assert claim.claim_no == "folder-7"
    assert claim.project.class_hours == Decimal(40)
    assert claim.project.modes == (Mode.THEORY, Mode.ONLINE)
    assert claim.claimed_amount == Decimal("35200.00")
    assert claim.sessions[0].class_hours == 4 and claim.problems == ()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"enterprise__name": None}, "enterprise.name"),
        ({"project__start": "11月8日"}, "project.start"),
        ({"project__class_hours": "viel"}, "project.class_hours"),
        ({"project__class_hours": 0}, "project.class_hours"),
        ({"project__class_hours": True}, "project.class_hours"),
        ({"project__end": "2021-11-07"}, "project.end"),
        ({"project": []}, "project.name"),
    ],
)
def test_a_wrong_required_field_is_named(change: dict[str, Any], field: str) -> None:
    with pytest.raises(ClaimUnreadable) as error:
        parse_claim(_claim(**change), "x")
    assert field in [problem.field for problem in error.value.problems]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"enterprise__employees": "many"}, "enterprise.employees"),
        ({"enterprise__industrial": "maybe"}, "enterprise.industrial"),
        ({"project__modes": ["dance"]}, "project.modes"),
        ({"project__venue": {"lat": 943, "lon": 125}}, "project.venue"),
        ({"claimed_amount": "-1"}, "claimed_amount"),
        ({"submitted_at": "yesterday"}, "submitted_at"),
        ({"submitted_at": "0001-01-01T00:00:00+14:00"}, "submitted_at"),
        ({"submitted_at": "9999-12-31T23:59:59-12:00"}, "submitted_at"),
        ({"claimed_amount": "1e999999999"}, "claimed_amount"),
        ({"sessions": [{"date": "x"}]}, "sessions[0].date"),
        ({"sessions": [{"date": "2021-11-08", "start": "11:00", "end": "10:00", "class_hours": 4}]}, "sessions[0].end"),
        ({"paid_this_year": ["x"]}, "paid_this_year[0]"),
        ({"promised_materials": ["gold"]}, "promised_materials"),
    ],
)
def test_a_wrong_optional_field_is_named_and_taken_as_absent(change: dict[str, Any], field: str) -> None:
    claim = parse_claim(_claim(**change), "x")
    assert field in [problem.field for problem in claim.problems]


def test_the_line_of_a_syntax_error_is_told() -> None:
    with pytest.raises(ClaimUnreadable) as error:
        load_claim(b'{"enterprise": {},\n  "project": }', "x")
    assert error.value.line == 2


def test_the_line_of_a_wrong_field_is_told() -> None:
    text = json.dumps(_claim(project__end="2021-11-01"), ensure_ascii=False, indent=1)
    with pytest.raises(ClaimUnreadable) as error:
        load_claim(text.encode(), "x")
    assert error.value.line is not None and '"end"' in text.split("\n")[error.value.line - 1]


@pytest.mark.parametrize("raw", [b"", b"[]", b"null", b"\xff\xff", b'{"a": NaN}', b"[" * 100_000])
def test_what_is_no_claim_is_refused(raw: bytes) -> None:
    with pytest.raises(ClaimUnreadable):
        load_claim(raw, "x")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_any_usual_encoding_is_read(encoding: str) -> None:
    raw = json.dumps(_claim(), ensure_ascii=False).encode(encoding)
    assert load_claim(raw, "x").enterprise.name == "长春示例机械厂"


def test_sessions_without_hours_share_what_is_left() -> None:
    sessions = [{"date": "2021-11-08", "class_hours": 10}, {"date": "2021-11-09"}, {"date": "2021-11-10"}]
    assert [s.class_hours for s in parse_claim(_claim(sessions=sessions), "x").sessions] == [10, 15, 15]


def test_no_full_id_number_in_a_message() -> None:
    claim = parse_claim(_claim(submitted_at="220105199001010030"), "x")
    assert "220105199001010030" not in str(claim.problems)


def test_half_a_character_is_replaced_so_that_the_report_can_be_written() -> None:
    raw = json.dumps(_claim(enterprise={"name": "甲\ud800厂"})).encode()
    assert load_claim(raw, "x").enterprise.name == "甲\ufffd厂"
    assert load_claim(json.dumps(_claim(enterprise={"name": "甲😀厂"})).encode(), "x").enterprise.name == "甲😀厂"


@pytest.mark.parametrize("hours", ["1e-9999", "1E-31", "1e13", "1e999999999", "-1e999999999"])
def test_hours_beyond_any_clock_are_of_the_wrong_form(hours: str) -> None:
    with pytest.raises(ClaimUnreadable):
        parse_claim(_claim(project=_claim()["project"] | {"class_hours": hours}), "x")
