from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from services.domain.claim import SHANGHAI
from services.domain.finding import Step
from services.domain.text import Message
from services.report.compile import compile_report
from services.report.export.json import report_json
from services.report.plain import box, decimal, jsonable, moment, money
from tests.unit.report import world

REPORT = compile_report(world.case(), world.judgement(), generated_at=world.AT)


def test_no_whole_id_number_is_anywhere() -> None:
    text = report_json(REPORT)
    assert not re.search(r"(?<![0-9a-f])\d{17}[\dXx](?![0-9a-f])", text)
    assert all(world.id_number(i) not in text for i in range(12))
    assert any(e["file"].startswith("faces/enrolled/2201**********") for e in REPORT.evidence)


def test_machine_matter_stays_inside() -> None:
    text = report_json(REPORT)
    for word in ("posteriors", "ink", "jpeg", "frames", "regions", "distances"):
        assert f'"{word}"' not in text


def test_money_and_hours_are_decimal_strings() -> None:
    assert REPORT.amount["claimed"] == "9600.00"
    assert [t["class_hours_supported"] for t in REPORT.trainees][:3] == ["39.11", "40", "40"]
    assert REPORT.trainees[2]["amount_supported"] == "0.00"
    assert (money(Decimal("1234.5")), decimal(Decimal("36.50")), decimal(Decimal("4E+1"))) == ("1234.50", "36.5", "40")


def test_crossed_out_rows_are_never_signed_and_headers_are_distinct() -> None:
    rows = REPORT.attendance[0]["rows"]
    crossed = next(r for r in rows if r["status"] == "crossed_out")
    assert set(crossed["signed"].values()) == {False}
    assert list(rows[-1]["signed"]) == ["签到", "签到(2)"]


def test_boxes_are_cut_to_the_page() -> None:
    assert REPORT.attendance[0]["rows"][-1]["box"] == [0.06, 0.93, 0.94, 0.07]
    assert box((-0.1, 0.2, 0.3, 2.0)) == [0.0, 0.2, 0.2, 0.8]


def test_presence_tells_signed_from_doubtful() -> None:
    presence = [t["presence"] for t in REPORT.trainees]
    assert presence[0]["signed"] == [0, 1, 2, 3, 4]
    assert presence[4]["not_signed"] == [1, 2]
    assert presence[7]["unclear"] == [0], "an ambiguous row may be this person's"
    assert presence[9]["void"] == [3]
    assert presence[11]["unclear"] == [2]


def test_online_time_is_summed_by_what_became_of_it() -> None:
    online = REPORT.trainees[0]["online"]
    assert online["minutes"] == {"counted": 140, "face_gap": 40}
    assert online["intervals"][0] == {"start": "2021-11-12T13:30:00+08:00", "end": "2021-11-12T15:50:00+08:00", "reason": "counted"}


def test_log_facts_count_people_once() -> None:
    facts = next(e["facts"] for e in REPORT.evidence if e["kind"] == "learning_log")
    assert (facts["people"], facts["sessions"], facts["face_checks"], facts["rejected_rows"]) == (6, 6, 0, 1)


def test_video_facts_carry_spans() -> None:
    facts = next(e["facts"] for e in REPORT.evidence if e["kind"] == "video")
    assert facts["spans"][0] == {"kind": "frozen", "seconds": [60, 140], "certain": True}
    assert facts["recorded_at"] == "2021-11-09T09:05:00+08:00"


def test_an_unreadable_file_has_no_facts_but_a_reason() -> None:
    entry = next(e for e in REPORT.evidence if e["file"] == "photos/损坏.jpg")
    assert entry["facts"] is None
    assert entry["problems"][0]["code"] == "file.unreadable"


def test_reasons_add_up_to_what_is_not_supported() -> None:
    amount = REPORT.amount
    lost = sum(Decimal(r["unsupported"]) for r in amount["reasons"])
    assert lost == Decimal(amount["claimed"]) - Decimal(amount["supported"]) - Decimal(amount["unclear"])
    assert amount["reasons"][0]["code"] == "trainee.not_insured"
    assert next(r for r in amount["reasons"] if r["code"] == "sheet.name_ambiguous")["unclear"] == "80.00"


def test_steps_and_session_hours_are_readable() -> None:
    third = Decimal(40) / 3
    judgement = world.judgement()
    stepped = replace(judgement.entitlements[0], steps=(Step(Message("甲", "a"), hours=Decimal("13.33"), amount=Decimal("-80")),))
    case = replace(world.case(), sessions=tuple(replace(s, class_hours=third) for s in world.sessions()))
    report = compile_report(case, replace(judgement, entitlements=(stepped, *judgement.entitlements[1:])))
    assert report.sessions[0]["class_hours"] == "13.3333"
    assert report.trainees[0]["steps"][0] == {"message": {"zh": "甲", "en": "a"}, "hours": "13.33", "amount": "-80.00", "finding": None}


def test_plain_values_are_json() -> None:
    value = {"when": datetime(2021, 11, 8, 8, 30), "hours": Decimal("36.50"), "bytes": b"x", "many": (1, 2.0, {"b", "a"}), "nan": float("nan")}
    assert json.loads(json.dumps(jsonable(value))) == {
        "when": "2021-11-08T08:30:00+08:00",
        "hours": "36.5",
        "bytes": None,
        "many": [1, 2, ["a", "b"]],
        "nan": None,
    }
    assert moment(datetime(2021, 11, 8, 0, 0, 0, 999, SHANGHAI)) == "2021-11-08T00:00:00+08:00"
