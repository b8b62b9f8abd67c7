"""Learning time as bars, and the report's short texts in English."""

from __future__ import annotations

from typing import Any

import pytest

from services.domain.face_files import Snapshots
from services.report.export.english import in_english
from services.report.export.facts_text import facts_text
from services.report.ribbons import hours_of, ribbons


def online(*intervals: tuple[str, str, str]) -> dict[str, Any]:
    return {"intervals": [{"start": f"2021-11-{a}+08:00", "end": f"2021-11-{b}+08:00", "reason": reason} for a, b, reason in intervals]}


def test_the_axis_runs_over_the_hours_in_which_somebody_learned() -> None:
    first, second = online(("23T19:30:00", "23T20:10:00", "counted")), online(("24T19:05:00", "24T20:30:00", "face_gap"))
    axis = hours_of([first, second])
    assert (axis.start, axis.end) == (19, 21)
    assert axis.ticks == [(0.0, 19), (50.0, 20), (100.0, 21)]
    (bar,) = ribbons(first, axis)
    assert (bar.day, bar.stretches[0].clock) == ("2021-11-23", "19:30:00–20:10:00")
    assert (bar.stretches[0].left, bar.stretches[0].width, bar.stretches[0].minutes) == pytest.approx((25.0, 100 / 3, 40.0))


def test_what_runs_past_midnight_is_cut_there() -> None:
    person = online(("23T23:30:00", "24T00:30:00", "outside"))
    axis = hours_of([person])
    assert (axis.start, axis.end) == (0, 24)
    assert [(r.day, r.stretches[0].clock) for r in ribbons(person, axis)] == [("2021-11-23", "23:30:00–24:00:00"), ("2021-11-24", "00:00:00–00:30:00")]
    assert hours_of([]).end == 24


def test_checks_are_ticks_that_know_their_snapshot() -> None:
    person = online(("23T19:00:00", "23T20:00:00", "counted")) | {
        "looks": [
            {"at": "2021-11-23T19:15:00+08:00", "verdict": "passed", "snapshot": "checks/a.jpg"},
            {"at": "2021-11-23T19:30:00+08:00", "verdict": "failed", "snapshot": None},
            {"at": "2021-11-23T21:30:00+08:00", "verdict": "passed", "snapshot": "b.jpg"},
            {"at": "2021-11-24T19:30:00+08:00", "verdict": "passed", "snapshot": "b.jpg"},
        ]
    }
    snapshots = Snapshots(["faces/enrolled/a.jpg", "faces/checks/a.jpg"])
    (bar,) = ribbons(person, hours_of([person]), lambda named: None if snapshots.find(named) is None else "evd_1")
    assert [(k.left, k.verdict, k.clock, k.snapshot, k.picture) for k in bar.ticks] == [
        (25.0, "passed", "19:15:00", "a.jpg", "evd_1"),
        (50.0, "failed", "19:30:00", None, None),
    ], "what lies outside the hours and days of learning has no place on the bar"


@pytest.mark.parametrize(
    ("facts", "text"),
    [
        ({"faces": 1, "usable": True, "reason": None}, "1张人脸"),
        ({"faces": 2, "usable": False, "reason": "several_faces"}, "2张人脸 · 多张人脸不能比对"),
        ({"faces": None, "usable": False, "reason": "truncated"}, "无法读取"),
    ],
)
def test_what_was_seen_in_a_face_picture(facts: dict[str, Any], text: str) -> None:
    assert facts_text({"facts": facts}) == text
    assert not any("一" <= c <= "鿿" for c in in_english(text))


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("签到表/1108上午.jpg · 第1页 · 第7行", "签到表/1108上午.jpg · page 1 · row 7"),
        ("1108上午.jpg 第1页 2021-11-08 上午 1人", "1108上午.jpg page 1 2021-11-08 a.m. 1 person"),
        ("1页 · 文字版 · 191字", "1 page · text · 191 characters"),
        ("第1页 2021-11-08 8行；第2页 日期未读出 1行", "page 1 2021-11-08 8 rows; page 2 no date read 1 row"),
        (
            "标称5:10 · 可播放2:40 · 有效0:40 · 循环 0:40–1:40 · 无录制时间",
            "stated 5:10 · playable 2:40 · effective 0:40 · looped 0:40–1:40 · no time of recording",
        ),
        ("签退", "signed out"),
        ("", ""),
    ],
)
def test_short_texts_in_english_leave_names_alone(text: str, english: str) -> None:
    assert in_english(text) == english
