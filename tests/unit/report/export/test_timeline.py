from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from services.report.compile import compile_report
from services.report.export.matrix import matrix
from services.report.export.timeline import Lane, Timeline, timeline
from tests.unit.report import world

REPORT = compile_report(world.case(), world.judgement(), generated_at=world.AT)


def lane(drawing: Timeline, name: str) -> Lane:
    return next(found for found in drawing.lanes if found.zh == name)


def test_each_source_has_its_row_and_stays_inside_the_axis() -> None:
    drawing = timeline(REPORT)
    assert [found.zh for found in drawing.lanes] == ["课程安排", "签到表", "照片", "视频", "线上学习"]
    for found in drawing.lanes:
        for mark in found.marks:
            assert drawing.left <= mark.x and mark.x + mark.width <= drawing.right + 6
            assert found.y <= mark.y and mark.y + mark.height <= found.y + 35


def test_what_is_outside_or_without_time_is_listed() -> None:
    drawing = timeline(REPORT)
    assert lane(drawing, "照片").before == ["现场照片_6.jpg 10-02 09:00"]
    assert lane(drawing, "照片").untimed == ["现场照片_5.jpg", "损坏.jpg"]
    assert lane(drawing, "签到表").untimed == ["scan.pdf 第1页"]
    assert lane(drawing, "线上学习").after == ["2021-11-15 1人"]


def test_a_sheet_lies_under_its_session() -> None:
    drawing = timeline(REPORT)
    assert lane(drawing, "签到表").marks[0].x == lane(drawing, "课程安排").marks[0].x


def test_long_trainings_label_only_some_days() -> None:
    case = world.case()
    long = replace(case.claim.project, end=world.START + timedelta(days=89))
    drawing = timeline(compile_report(replace(case, claim=replace(case.claim, project=long)), world.judgement()))
    labelled = [d.x for d in drawing.days if d.label]
    assert len(drawing.days) == 90
    assert all(b - a >= 30 for a, b in zip(labelled, labelled[1:], strict=False))


def test_a_single_day_and_sessions_outside_the_project_are_drawn() -> None:
    case = world.case()
    one = replace(case.claim.project, end=world.START)
    early = (replace(case.sessions[0], date=date(2021, 11, 1)), *case.sessions[1:])
    drawing = timeline(compile_report(replace(case, claim=replace(case.claim, project=one), sessions=early), world.judgement()))
    assert len(drawing.days) == 12 and drawing.days[0].label == "11-01"


def test_the_matrix_shows_each_state_and_counts() -> None:
    found = matrix(REPORT, per_block=4, most_rows=100, most_columns=100)
    assert [len(b.columns) for b in found.blocks] == [4, 4, 2]
    first = found.blocks[0]
    assert [c.status for c in first.rows[4].cells] == ["signed", "not_signed", "not_signed", "signed"]
    assert first.rows[9].cells[3].status == "void"
    assert found.blocks[2].rows[0].cells[1].status == "online" and found.blocks[1].rows[0].cells[1].status == "no_sheet"
    assert (first.columns[0].signed, first.columns[0].unclear) == (11, 1)
