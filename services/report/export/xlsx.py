"""The report as a workbook: typed cells, frozen headers, filters; no text is ever taken for a formula or an address."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import xlsxwriter

from services.domain.claim import SHANGHAI
from services.domain.report import Report
from services.report.export import words
from services.report.export.album import where
from services.report.export.facts_text import facts_text
from services.report.export.summary import amounts, sentence

_MOST_ROWS = 1_000_000
_MOST_TEXT = 32_000


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its header, width in characters, and how its cells are typed: text | money | number | day | moment."""

    header: str
    width: float
    kind: str = "text"


class Book:
    """A workbook in the making: a look, and sheets of typed columns."""

    def __init__(self) -> None:
        self._out = BytesIO()
        options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "nan_inf_to_errors": True}
        self._book = xlsxwriter.Workbook(self._out, options)
        look = {"font_name": "Microsoft YaHei", "font_size": 10, "valign": "top"}
        self._head = self._book.add_format({**look, "bold": True, "bg_color": "#EEF1F4", "bottom": 1, "text_wrap": True})
        self._formats = {
            "text": self._book.add_format({**look, "text_wrap": True}),
            "money": self._book.add_format({**look, "num_format": "#,##0.00"}),
            "number": self._book.add_format({**look, "num_format": "General"}),
            "day": self._book.add_format({**look, "num_format": "yyyy-mm-dd", "align": "left"}),
            "moment": self._book.add_format({**look, "num_format": "yyyy-mm-dd hh:mm:ss", "align": "left"}),
        }

    def sheet(self, name: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]], *, filters: bool = True) -> None:
        """One worksheet: a frozen header row, then the rows."""
        sheet = self._book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        for at, column in enumerate(columns):
            sheet.set_column(at, at, column.width)
            sheet.write_string(0, at, column.header, self._head)
        last = 0
        for last, row in enumerate(rows, start=1):
            if last > _MOST_ROWS:
                break
            for at, (column, value) in enumerate(zip(columns, row, strict=True)):
                self._cell(sheet, last, at, column.kind, value)
        if filters and last:
            sheet.autofilter(0, 0, last, len(columns) - 1)
        sheet.set_paper(9)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)

    def _cell(self, sheet: Any, row: int, at: int, kind: str, value: Any) -> None:
        style = self._formats[kind]
        if value is None or value == "":
            sheet.write_blank(row, at, None, style)
        elif kind in ("money", "number") and not isinstance(value, bool):
            sheet.write_number(row, at, float(Decimal(str(value))), style)
        elif kind == "day":
            sheet.write_datetime(row, at, datetime.combine(date.fromisoformat(str(value)[:10]), datetime.min.time()), style)
        elif kind == "moment":
            moment = datetime.fromisoformat(str(value)).astimezone(SHANGHAI).replace(tzinfo=None)
            sheet.write_datetime(row, at, moment, style)
        else:
            sheet.write_string(row, at, _legal(str(value)), self._formats["text"])

    def bytes(self) -> bytes:
        self._book.close()
        return self._out.getvalue()


def _legal(text: str) -> str:
    """Without the control characters that XML refuses, and no longer than a cell takes."""
    return "".join(c for c in text if c in "\n\t" or (ord(c) >= 32 and not 0xD800 <= ord(c) <= 0xDFFF and c not in "\ufffe\uffff"))[:_MOST_TEXT]


def xlsx(report: Report) -> bytes:
    """The workbook's bytes: 概要, 条款, 发现, 学员, 签到, 证据, and 核算 with each person's reckoning."""
    book = Book()
    book.sheet("概要", [Column("项目 item", 30), Column("内容", 70)], _overview(report), filters=False)
    book.sheet("条款", _CLAUSES, (_clause(report, c) for c in report.clauses))
    book.sheet("发现", _FINDINGS, (_finding(report, i, f) for i, f in enumerate(report.findings)))
    book.sheet("学员", _TRAINEES, (_trainee(report, i, t) for i, t in enumerate(report.trainees)))
    book.sheet("签到", _ROWS, (_row(report, a, r) for a in report.attendance for r in a["rows"]))
    book.sheet("证据", _FILES, (_file(e) for e in report.evidence))
    book.sheet("核算", _STEPS, _steps(report))
    return book.bytes()


def _overview(report: Report) -> list[tuple[str, str]]:
    claim, project, a = report.claim, report.claim["project"], amounts(report)
    money = {"申报金额 claimed": a.claimed, "支持金额 supported": a.supported, "待定金额 unclear": a.unclear, "不支持金额 not supported": a.refused}
    rows = [
        ("结论 verdict", " ".join(words.VERDICTS[report.verdict])),
        ("说明 in a sentence", sentence(report)[0]),
        *((name, "—" if value is None else f"{value:.2f} 元") for name, value in money.items()),
        ("评分 score", f"{report.score.value}（{report.score.low}–{report.score.high}）"),
        ("申报编号 claim", claim["claim_no"]),
        ("企业 enterprise", claim["enterprise"]["name"]),
        ("统一社会信用代码 USCC", claim["enterprise"]["uscc"] or ""),
        ("项目 project", project["name"]),
        ("培训类型 type", project["training_type"] or ""),
        ("培训时间 training", f"{project['start']} 至 {project['end']}，{project['class_hours']}学时"),
        ("提交时间 submitted", claim.get("submitted_at") or ""),
        ("政策 policy", f"{report.policy['title']}（{report.policy['id']} {report.policy['version']}）"),
        ("生成 generated", f"{report.generated['at']} Hezheng {report.generated['hezheng']}" if report.generated else ""),
    ]
    for reason in report.amount.get("reasons") or []:
        lost, open_ = reason["unsupported"], reason["unclear"]
        rows.append((f"金额去向 {reason['title']['zh']}", f"不支持 {lost} 元，待定 {open_} 元，{reason['people']} 人"))
    return rows


_CLAUSES = [
    Column("编号 id", 26), Column("条 article", 12), Column("内容 text", 60), Column("对象 about", 10), Column("结果 outcome", 12), Column("权重 weight", 9, "number"),
    Column("关键 critical", 9), Column("审核惯例 practice", 10), Column("发现 findings", 30),
]  # fmt: skip


def _clause(report: Report, c: dict[str, Any]) -> list[Any]:
    outcome = words.OUTCOMES["manual" if c.get("manual") else c["outcome"]][0]
    titles = "、".join(dict.fromkeys(report.findings[i]["title"]["zh"] for i in c["findings"]))
    about = "申报" if c["about"] == "claim" else "人员"
    return [c["id"], c["article"], c["text"], about, outcome, c["weight"], "是" if c["critical"] else "", "是" if c.get("practice") else "", titles]


_FINDINGS = [
    Column("序号 no.", 7, "number"), Column("级别 severity", 9), Column("结果 outcome", 9), Column("代码 code", 28), Column("名称 title", 24), Column("条 article", 12),
    Column("对象 subject", 22), Column("说明", 60), Column("message", 60), Column("应为 expected", 20), Column("实际 observed", 20), Column("位置 where", 50), Column("相关 related", 40),
]  # fmt: skip


def _finding(report: Report, index: int, f: dict[str, Any]) -> list[Any]:
    places = "\n".join(where(p) for p in f["evidence"][:40])
    related = "\n".join(f"{r['claim_no']} {r['file']}" for r in f["related"][:40])
    return [
        index + 1, words.SEVERITIES[f["severity"]][0], words.OUTCOMES[f["outcome"]][0], f["code"], f["title"]["zh"], f["article"], f["subject"],
        f["message"]["zh"], f["message"]["en"], words.plain(f["expected"]), words.plain(f["observed"]), places, related,
    ]  # fmt: skip


_TRAINEES = [
    Column("序号 no.", 7, "number"), Column("姓名 name", 12), Column("身份证号 ID number", 22), Column("人员类别 category", 12), Column("签到课次 sessions", 10, "number"),
    Column("线上登录分钟 logged", 12, "number"), Column("线上认定分钟 verified", 12, "number"), Column("申报学时 claimed h", 10, "number"), Column("支持学时 supported h", 10, "number"),
    Column("申报金额 claimed", 12, "money"), Column("支持金额 supported", 12, "money"), Column("待定金额 unclear", 12, "money"), Column("发现 findings", 50),
]  # fmt: skip


def _trainee(report: Report, index: int, t: dict[str, Any]) -> list[Any]:
    titles = "、".join(dict.fromkeys(report.findings[i]["title"]["zh"] for i in t["findings"]))
    return [
        index + 1, t["name"], t["id_number"], t.get("category"), t["sessions_signed"], t["online_minutes_logged"], t["online_minutes_verified"],
        t["class_hours_claimed"], t["class_hours_supported"], t["amount_claimed"], t["amount_supported"], t.get("amount_unclear"), titles,
    ]  # fmt: skip


_ROWS = [
    Column("文件 file", 34), Column("页 page", 6, "number"), Column("日期 date", 12, "day"), Column("时段 part", 8), Column("课次 session", 8, "number"), Column("行 row", 6, "number"),
    Column("状态 status", 12), Column("姓名 name", 12), Column("身份证号 ID number", 22), Column("可信度 confidence", 10, "number"), Column("签名 signed", 24), Column("标记 mark", 10),
    Column("疑点 doubts", 24), Column("候选 candidates", 40),
]  # fmt: skip


def _row(report: Report, a: dict[str, Any], r: dict[str, Any]) -> list[Any]:
    signed = "，".join(f"{header} {'已签' if value else '未签'}" for header, value in r["signed"].items())
    doubts = "、".join(words.DOUBTS[d][0] for d in r.get("doubts", ()))
    candidates = "、".join(f"{c['name']} {c['id_number']} {c['confidence']}" for c in r["candidates"])
    session = None if a["session"] is None else a["session"] + 1
    return [
        a["file"], a["page"], a["date"], words.PARTS[a["part"]][0] if a["part"] else "", session, r["row"], words.ROWS[r["status"]][0], r["name"], r["id_number"],
        r["confidence"], signed, r["mark"], doubts, candidates,
    ]  # fmt: skip


_FILES = [
    Column("文件 file", 44), Column("类别 kind", 14), Column("时间 time", 20, "moment"), Column("内容 facts", 70), Column("问题 problems", 50), Column("字节 size", 12, "number"),
    Column("SHA-256", 68),
]  # fmt: skip


def _file(e: dict[str, Any]) -> list[Any]:
    facts = e["facts"] or {}
    problems = "\n".join(p["message"]["zh"] for p in e.get("problems") or ())
    kind = words.KINDS.get(e["kind"] or "", words.OTHER_KIND)[0]
    return [e["file"], kind, facts.get("taken_at") or facts.get("recorded_at"), facts_text(e), problems, e.get("size"), e["sha256"]]


_STEPS = [
    Column("序号 no.", 7, "number"), Column("姓名 name", 12), Column("步骤 step", 6, "number"), Column("说明", 60), Column("explanation", 60), Column("学时 hours", 10, "number"),
    Column("金额 amount", 12, "money"),
]  # fmt: skip


def _steps(report: Report) -> Iterable[list[Any]]:
    for index, t in enumerate(report.trainees):
        for at, s in enumerate(t.get("steps") or (), start=1):
            yield [index + 1, t["name"], at, s["message"]["zh"], s["message"]["en"], s["hours"], s["amount"]]
