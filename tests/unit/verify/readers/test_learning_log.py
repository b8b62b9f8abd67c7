"""Learning logs in every form: the same sessions and checks come out, planted defects are found and nothing else."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path

import pytest

from services.domain.claim import SHANGHAI
from services.domain.errors import FileEmpty, FileTypeMismatch, FileUnreadable
from services.domain.facts import LearningLogFacts
from services.domain.identity import id_check_digit
from services.verify.readers import ReaderContext
from services.verify.readers.learning_log import read, values
from services.verify.readers.learning_log.columns import SYNONYMS
from tests.generators import log_forms, logs


def _id(n: int) -> str:
    first = f"2201021985030{n:02d}12"
    return first + id_check_digit(first)


PEOPLE = [logs.Person(name, _id(i + 1), f"u{i}") for i, name in enumerate(["张三", "李四", "欧阳娜娜", "王小五", "买买提·艾力", "赵六"])]
DAYS = [date(2021, 11, d) for d in (8, 9, 10)]


def read_file(path: Path) -> LearningLogFacts:
    return read(path, ReaderContext(path.name))


def read_text(tmp_path: Path, text: str, name: str = "log.csv") -> LearningLogFacts:
    (tmp_path / name).write_text(text, encoding="utf-8")
    return read_file(tmp_path / name)


@pytest.mark.parametrize("form", log_forms.FORMS)
@pytest.mark.parametrize("headers", ["plain", "platform", "english"])
def test_every_form_says_the_same(tmp_path: Path, form: str, headers: str) -> None:
    log = logs.honest(PEOPLE, DAYS)
    facts = read_file(log_forms.write_table(tmp_path / "s", {"学习记录": log_forms.session_rows(log, headers)}, form, title="2021年线上学习记录"))
    assert not facts.rejected and not facts.checks
    told = [(s.person.name, s.person.id_number, s.start, s.end, s.course) for s in facts.sessions]
    assert told == [(s.person.name, s.person.id_number, s.start, s.end, s.course) for s in log.sessions]
    assert all(abs((s.stated_seconds or 0) - (s.end - s.start).total_seconds()) <= 6 for s in facts.sessions if s.end)
    assert facts.sessions[0].row == 3
    facts = read_file(log_forms.write_table(tmp_path / "c", {"人脸": log_forms.check_rows(log, headers)}, form))
    assert [(c.checked_at, c.passed) for c in facts.checks] == [(c.at, c.passed) for c in log.checks]
    assert all(c.similarity is not None and 0.85 < c.similarity < 1 for c in facts.checks)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("张三,{id},2021-11-08 09:30:00,2021-11-08 08:30:00,", "早于"),
        ("张三,{id},2021-11-08 09:30:00,,", "既没有结束时间"),
        ("张三,{id},,2021-11-08 08:30:00,60", "没有开始时间"),
        ("张三,{id},2021-11-08,2021-11-08 08:30:00,60", "无法识别"),
        ("张三,{id},昨天,2021-11-08 08:30:00,60", "无法识别"),
        (",,2021-11-08 08:30:00,2021-11-08 09:30:00,60", "不知是谁"),
        ("张三,{id},2021-11-08 08:30:00,,很久", "无法识别"),
    ],
)
def test_wrong_rows_are_refused_with_number_and_reason(tmp_path: Path, row: str, reason: str) -> None:
    good = f"李四,{_id(2)},2021-11-08 08:30:00,2021-11-08 09:30:00,60"
    facts = read_text(tmp_path, f"姓名,身份证号,开始时间,结束时间,学习时长(分钟)\n{good}\n{row.format(id=_id(1))}\n\n{good}\n合计,,,,120\n")
    assert [s.row for s in facts.sessions] == [2, 5]
    ((rejected),) = facts.rejected
    assert rejected.row == 3
    assert reason in rejected.reason.zh


def test_numbers_cut_by_a_spreadsheet_are_refused(tmp_path: Path) -> None:
    rows = [
        ["姓名", "身份证号", "开始时间", "结束时间"],
        ["张三", float(_id(1)[:17] + "0"), datetime(2021, 11, 8, 8, tzinfo=SHANGHAI), datetime(2021, 11, 8, 9, tzinfo=SHANGHAI)],
    ]
    facts = read_file(log_forms.write_table(tmp_path / "s", {"s": rows}, "xlsx"))
    assert not facts.sessions
    assert "数字格式" in facts.rejected[0].reason.zh


def test_start_and_duration_give_the_end(tmp_path: Path) -> None:
    facts = read_text(tmp_path, "姓名,开始时间,学习时长(小时)\n张三,2021年11月8日 8:30,1.5\n")
    assert facts.sessions[0].end == datetime(2021, 11, 8, 10, 0, tzinfo=SHANGHAI)


def test_the_unit_of_bare_durations_is_told_by_start_and_end(tmp_path: Path) -> None:
    rows = "".join(f"张三,2021-11-08 08:00:00,2021-11-08 08:{m}:00,{m * 60}\n" for m in range(20, 50))
    facts = read_text(tmp_path, "姓名,开始时间,结束时间,学习时长\n" + rows)
    assert facts.sessions[0].stated_seconds == 1200


def test_time_of_day_beside_a_date_column_and_ranges(tmp_path: Path) -> None:
    facts = read_text(tmp_path, "姓名,学习日期,开始时间,结束时间\n张三,2021/11/8,23:30,00:15\n")
    assert facts.sessions[0].end == datetime(2021, 11, 9, 0, 15, tzinfo=SHANGHAI)
    facts = read_text(tmp_path, "姓名,学习起止时间\n张三,2021-11-08 08:30~11:30\n")
    assert facts.sessions[0].end == datetime(2021, 11, 8, 11, 30, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("登录日期时间", "退出日期时间"),
        ("学习开始日期时间", "学习结束日期时间"),
        ("首次入会时间", "最后退会时间"),
        ("上课时间", "下课时间"),
        ("访问日期时间", "下线日期时间"),
    ],
)
def test_a_time_of_leaving_is_never_taken_for_the_start(tmp_path: Path, start: str, end: str) -> None:
    for first, second in (("08:30", "09:30"), ("09:30", "08:30")):
        heads = (start, end) if first < second else (end, start)
        facts = read_text(tmp_path, f"姓名,{heads[0]},{heads[1]},学习时长(分钟)\n张三,2021-11-08 {first}:00,2021-11-08 {second}:00,60\n")
        assert [(s.start.hour, s.end and s.end.hour) for s in facts.sessions] == [(8, 9)]


def test_two_rows_of_headers_and_merged_names(tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    for row in (
        ["线上学习台账"],
        ["姓名", "身份证号", "学习时间"],
        [None, None, "开始时间", "结束时间"],
        ["张三", _id(1), "2021-11-08 08:30", "2021-11-08 09:30"],
        [None, None, 44508.5, 44508.75],
    ):
        sheet.append(row)
    for cells in ("A1:D1", "A2:A3", "B2:B3", "C2:D2", "A4:A5", "B4:B5"):
        sheet.merge_cells(cells)
    book.save(tmp_path / "m.xlsx")
    facts = read_file(tmp_path / "m.xlsx")
    assert [(s.row, s.person.name, s.start.hour) for s in facts.sessions] == [(4, "张三", 8), (5, "张三", 12)]


def test_flat_json_records_are_a_table(tmp_path: Path) -> None:
    records = [{"name": "张三", "startTime": "2021-11-08T08:30:00+08:00", "endTime": "2021-11-08T09:30:00+08:00", "duration": "PT1H"}]
    facts = read_text(tmp_path, json.dumps(records), "a.json")
    assert facts.sessions[0].stated_seconds == 3600


def _statement(verb: str, clock: str, *, duration: str | None = None, session: str = "s", sid: str | None = None) -> dict[str, object]:
    made: dict[str, object] = {
        "actor": {"account": {"homePage": "https://x", "name": "zhangsan"}, "name": "张三"},
        "verb": {"id": f"http://adlnet.gov/expapi/verbs/{verb}"},
        "object": {"id": "https://x/au"},
        "timestamp": f"2021-11-08T{clock}+08:00",
        "context": {"registration": "r", "extensions": {"https://w3id.org/xapi/cmi5/context/extensions/sessionid": session}},
    }
    return made | ({"result": {"duration": duration}} if duration else {}) | ({"id": sid} if sid else {})


def test_abandoned_voided_and_incomplete_sessions(tmp_path: Path) -> None:
    statements = [
        _statement("initialized", "08:00:00", session="a"),
        _statement("progressed", "08:20:00", session="a"),  # never terminated: what the statements show
        _statement("initialized", "09:00:00", session="b"),
        _statement("abandoned", "12:00:00", session="b", duration="PT10M"),
        _statement("completed", "14:00:00", session="c", duration="PT45M", sid="v"),
        {"actor": {"mbox": "mailto:a@b.c"}, "verb": {"id": "http://adlnet.gov/expapi/verbs/voided"}, "object": {"objectType": "StatementRef", "id": "v"}},
        _statement("experienced", "16:00:00", session="d", duration="PT30M"),
        {"nothing": 1},
    ]
    facts = read_text(tmp_path, "\n".join(json.dumps(s) for s in statements) + "\n{half", "a.jsonl")
    assert [(f"{s.start:%H:%M}", f"{s.end:%H:%M}") for s in facts.sessions if s.end] == [("08:00", "08:20"), ("09:00", "09:10"), ("15:30", "16:00")]
    assert [r.row for r in facts.rejected] == [8, 9]


@pytest.mark.parametrize(
    ("value", "unit", "seconds"),
    [
        ("1:23:45", "minutes", 5025), ("83分钟", "minutes", 4980), ("83", "minutes", 4980), (83, "minutes", 4980), (4980, "seconds", 4980), ("1.38小时", "minutes", 4968),
        ("PT1H23M", "minutes", 4980), ("1小时23分", "minutes", 4980), ("1h 23m 5s", "minutes", 4985), ("45:30", "minutes", 2730), ("1:30", "hours", 5400), ("PT0.5H", "minutes", 1800),
        ("一会儿", "minutes", None), ("", "minutes", None), (None, "minutes", None), ("90′", "minutes", 5400), ("1 hour 5 minutes", "minutes", 3900),
        ("5,025秒", "minutes", 5025), ("5,025", "seconds", 5025), ("1,5", "minutes", None), ("1,38小时", "minutes", None),
    ],
)  # fmt: skip
def test_durations(value: object, unit: str, seconds: float | None) -> None:
    assert values.duration_seconds(value, unit) == seconds


@pytest.mark.parametrize(
    ("value", "passed"),
    [("通过", True), ("比对成功", True), ("是", True), (1, True), ("PASS", True), ("核验通过", True), ("未通过", False), ("不通过", False), ("否", False), ("0", False), (False, False),
     ("比对失败", False), ("非本人", False), ("未检测到人脸", False), ("待定", None), (None, None)],
)  # fmt: skip
def test_results(value: object, passed: bool | None) -> None:
    assert values.passed(value) is passed


@pytest.mark.parametrize(("value", "share"), [(0.93, 0.93), (93, 0.93), ("93.5%", 0.935), ("0.4", 0.4), (1, 1.0), (140, None), ("高", None)])
def test_similarities(value: object, share: float | None) -> None:
    assert values.share(value) == share


def test_files_that_are_no_log(tmp_path: Path) -> None:
    (tmp_path / "e.csv").write_bytes(b"")
    (tmp_path / "j.xlsx").write_bytes(b"\xff\xd8\xff\xe0" + b"x" * 100)
    (tmp_path / "z.xlsx").write_bytes(b"PK\x03\x04broken")
    for name, error in (("e.csv", FileEmpty), ("j.xlsx", FileTypeMismatch), ("z.xlsx", FileUnreadable)):
        with pytest.raises(error):
            read_file(tmp_path / name)
    with pytest.raises(FileUnreadable, match="no learning log"):
        read_text(tmp_path, "姓名,总分\n张三,3\n")
    with pytest.raises(FileUnreadable):
        read_text(tmp_path, "{half", "b.json")


def test_hostile_values_are_refused_not_raised(tmp_path: Path) -> None:
    records = [
        {"姓名": ["x"], "开始时间": {"a": 1}},
        {"姓名": "甲", "开始时间": "9999-12-31T23:59:59Z", "学习时长": 5},
        {"姓名": "乙", "开始时间": "2021-11-08 08:30:00", "学习时长": 1e308},
        {"姓名": "丙", "开始时间": 1636331400000, "结束时间": 1636335000, "学习时长": 60},
        None,
    ]
    facts = read_text(tmp_path, json.dumps(records), "a.json")
    assert [s.person.name for s in facts.sessions] == ["丙"]
    assert [r.row for r in facts.rejected] == [1, 2, 3, 5]


def test_an_id_number_in_the_wrong_column_is_not_quoted(tmp_path: Path) -> None:
    facts = read_text(tmp_path, f"姓名,开始时间,结束时间\n张三,{_id(1)},2021-11-08 09:00:00\n")
    assert _id(1) not in str(facts.rejected) and "2201" in facts.rejected[0].reason.zh


def test_every_name_of_a_column_is_told_in_the_docs() -> None:
    page = (Path(__file__).parents[4] / "docs" / "learning-logs.md").read_text(encoding="utf-8")
    missing = [word for role, words in SYNONYMS.items() if not role.startswith("_") for word in words if word not in page]
    assert not missing


@pytest.mark.parametrize(
    ("header", "length", "progress", "seconds"),
    [
        ("课程时长(分钟)", "45", "100%", 2700.0),
        ("课程时长", "45分钟", "已完成", 2700.0),
        ("视频时长", "0:45:00", "已完成", 2700.0),
        ("课程时长", "45", "100%", None),  # minutes or class hours? nobody knows
        ("课程时长(分钟)", "45", "60%", None),
        ("课程时长(分钟)", "45", "", None),
    ],
)
def test_the_length_of_finished_courses(tmp_path: Path, header: str, length: str, progress: str, seconds: float | None) -> None:
    facts = read_text(tmp_path, f"姓名,课程名称,开始时间,结束时间,{header},学习进度\n张三,制图,2021-11-08 08:30:00,2021-11-08 08:50:00,{length},{progress}\n")
    assert [s.content_seconds for s in facts.sessions] == [seconds]
