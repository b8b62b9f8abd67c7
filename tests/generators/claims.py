"""Claim folders out of parts: the declared data, the tables and the documents, each written as an enterprise would."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
from docx import Document
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from services.domain.claim import SHANGHAI
from tests.generators.people import Person

VENUE = (43.8800, 125.3200)


@dataclass(slots=True)
class ClaimFolder:
    """A claim in the making. `hours` is per trainee; amounts follow from it at 20 yuan unless given."""

    folder: Path
    claim_no: str
    project: str
    start: date
    end: date
    hours: Decimal
    people: Sequence[Person]
    enterprise: str = "长春示例汽车零部件有限公司"
    uscc: str = "91220101MA0Y2XQW66"
    training_type: str = "岗前培训"
    occupation: str = "车工"
    level: str = "四级"
    modes: tuple[str, ...] = ("theory", "practical")
    sessions: list[dict[str, Any]] = field(default_factory=list)

    def session(self, day: date, start: str, end: str, hours: int, mode: str, course: str) -> None:
        self.sessions.append({"date": day.isoformat(), "start": start, "end": end, "class_hours": str(hours), "mode": mode, "course": course})

    def write_claim(self, submitted_at: datetime, **changes: Any) -> None:
        """claim.json; `changes` replace top-level entries (None removes one)."""
        amount = (self.hours * 20).quantize(Decimal("0.01")) * len(self.people)
        value: dict[str, Any] = {
            "claim_no": self.claim_no,
            "policy": "changchun-2021-33",
            "enterprise": {"name": self.enterprise, "uscc": self.uscc, "employees": 8200, "industrial": True, "area_code": "220100"},
            "project": {
                "name": self.project,
                "training_type": self.training_type,
                "occupation": self.occupation,
                "level": self.level,
                "modes": list(self.modes),
                "start": self.start.isoformat(),
                "end": self.end.isoformat(),
                "class_hours": str(self.hours),
                "trainee_count": len(self.people),
                "venue": {"name": "培训中心", "lat": VENUE[0], "lon": VENUE[1]},
            },
            "sessions": self.sessions,
            "promised_materials": ["plan", "notice", "sign_in_sheet", "media", "assessment"],
            "claimed_amount": str(amount),
            "submitted_at": submitted_at.replace(tzinfo=SHANGHAI).isoformat(),
            "paid_this_year": [],
        }
        value |= changes
        self.folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps({k: v for k, v in value.items() if v is not None}, ensure_ascii=False, indent=2)
        (self.folder / "claim.json").write_text(text + "\n", encoding="utf-8")

    def write_trainees(self, people: Iterable[Person] | None = None) -> None:
        rows = [[p.name, p.id_number, p.category, str(self.hours), str(self.hours * 20), p.employee_no, p.department] for p in people or self.people]
        _sheet(self.folder / "trainees.xlsx", "培训补贴人员信息表", ["姓名", "身份证号", "人员类别", "学时", "补贴金额", "工号", "部门"], rows)

    def write_roster(self, people: Iterable[Person], *, uninsured: Sequence[Person] = (), left: dict[str, date] | None = None) -> None:
        """roster.csv of all `people` but the `uninsured`; `left`: ID number -> last insured day."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "roster.csv").open("w", encoding="gb18030", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["姓名", "身份证号", "参保开始", "参保结束", "人员类别", "工号", "部门"])
            for p in people:
                if p not in uninsured:
                    until = (left or {}).get(p.id_number)
                    writer.writerow([p.name, p.id_number, "2019-07-01", until.isoformat() if until else "", p.category, p.employee_no, p.department])

    def write_plan(self) -> None:
        document = Document()
        document.add_heading(f"{self.project}培训方案", 0)
        document.add_paragraph(f"企业名称：{self.enterprise}")
        document.add_paragraph(f"项目名称：{self.project}")
        document.add_paragraph(f"培训时间：{_cn(self.start)}至{_cn(self.end)}，共{self.hours}学时，计划培训{len(self.people)}人。")
        table = document.add_table(rows=1, cols=4)
        for cell, header in zip(table.rows[0].cells, ("日期", "时间", "课程", "学时"), strict=True):
            cell.text = header
        for s in self.sessions:
            for cell, text in zip(table.add_row().cells, (s["date"], f"{s['start']}-{s['end']}", s["course"], s["class_hours"]), strict=True):
                cell.text = text
        path = self.folder / "plan" / "培训方案.docx"
        path.parent.mkdir(parents=True, exist_ok=True)
        document.save(str(path))

    def write_notice(self) -> None:
        path = self.folder / "notice" / "培训通知.pdf"
        path.parent.mkdir(parents=True, exist_ok=True)
        pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
        canvas = Canvas(str(path), pagesize=A4)
        lines = [
            f"关于举办{self.project}的通知",
            "各车间、部门：",
            f"公司定于{_cn(self.start)}至{_cn(self.end)}举办{self.project}，",
            f"共{self.hours}学时，参训{len(self.people)}人，请按时参加。",
            self.enterprise,
            _cn(self.start - timedelta(days=6)),
        ]
        for number, line in enumerate(lines):
            canvas.setFont("STSong-Light", 20 if number == 0 else 13)
            canvas.drawString(90, 740 - 42 * number, line)
        canvas.save()

    def write_assessment(self, rng: random.Random) -> None:
        rows = [[n, p.name, p.employee_no, rng.randint(72, 97), "合格"] for n, p in enumerate(self.people, 1)]
        _sheet(
            self.folder / "assessments" / "技能评价记录.xlsx",
            f"{self.project}技能评价记录（{_cn(self.end)}）",
            ["序号", "姓名", "工号", "成绩", "评价结果"],
            rows,
        )


def _cn(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _sheet(path: Path, title: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    book = openpyxl.Workbook()
    table = book.active
    table.append([title])
    table.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(header))
    table.append(list(header))
    for row in rows:
        table.append(list(row))
    book.save(path)
