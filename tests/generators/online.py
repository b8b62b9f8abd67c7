"""The learning logs of the online sample: sessions as xlsx, face checks as csv, as a platform exports them."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path

import openpyxl

from tests.generators.people import Person

CHECK_MINUTES = (5, 17, 29, 41, 53, 65, 77, 88)
FAILED, GAP, UNCHECKED, TWICE, LATE = 1, 2, 3, 4, 5
"""Index of the person whose check failed, whose checks stopped for a while, who has none, who was logged in twice, who went on after the end."""


def write_learning_logs(folder: Path, people: Sequence[Person], days: Sequence[date], rng: random.Random) -> None:
    """Ninety minutes and some seconds an evening for everybody; the one evening after the last day is outside the training."""
    folder.mkdir(parents=True, exist_ok=True)
    book = openpyxl.Workbook()
    table = book.active
    table.title = "学习明细"
    table.append(["学员在线学习明细表"])
    table.append(["学员姓名", "证件号码", "课程名称", "进入时间", "退出时间", "学习时长(分钟)", "登录IP"])
    with (folder / "人脸核验记录.csv").open("w", encoding="utf-8-sig", newline="") as file:
        checks = csv.writer(file)
        checks.writerow(["姓名", "身份证号", "核验时间", "比对结果", "相似度"])
        for number, person in enumerate(people):
            for lesson, (start, end) in enumerate(_evenings(number, days), 1):
                minutes = (end - start).total_seconds() / 60
                table.append([person.name, person.id_number, f"标准作业第{lesson}讲", start, end, round(minutes, 2), f"10.20.{number}.{10 + lesson}"])
                if number != UNCHECKED:
                    checks.writerows(_checks(person, number, lesson, start, rng))
            if number == TWICE:
                second = datetime.combine(days[0], time(19, 30, 11))
                table.append([person.name, person.id_number, "标准作业第1讲", second, second + timedelta(minutes=40, seconds=9), 40.15, "10.20.99.7"])
    book.save(folder / "学习记录.xlsx")


def _evenings(number: int, days: Sequence[date]) -> Iterator[tuple[datetime, datetime]]:
    for k, day in enumerate(days):
        yield _evening(number, k, day)
    if number == LATE:
        yield _evening(number, len(days), days[-1] + timedelta(days=1))


def _evening(number: int, k: int, day: date) -> tuple[datetime, datetime]:
    start = datetime.combine(day, time(19, number, 7 * number + 3 * k))
    return start, start + timedelta(minutes=90, seconds=10 + 7 * number + 3 * k)


def _checks(person: Person, number: int, lesson: int, start: datetime, rng: random.Random) -> Iterator[list[object]]:
    for minute in CHECK_MINUTES:
        if number == GAP and lesson == 3 and minute in (41, 53):
            continue
        failed = number == FAILED and lesson == 2 and minute == 41
        likeness = rng.uniform(0.31, 0.45) if failed else rng.uniform(0.86, 0.98)
        yield [person.name, person.id_number, f"{start + timedelta(minutes=minute):%Y-%m-%d %H:%M:%S}", "失败" if failed else "通过", f"{likeness:.3f}"]
