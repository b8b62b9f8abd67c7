"""The month in figures: claims, money, findings by code, enterprises; as a page and as a spreadsheet."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Annotated, Any

import xlsxwriter
from fastapi import Query, Request
from fastapi.responses import HTMLResponse, Response

from services.adapters.access import Caller
from services.adapters.repository.statistics import MonthSums
from services.adapters.store import Store
from services.domain.claim import SHANGHAI
from services.domain.codes import CODES
from services.report.export import words
from services.report.workbench.base import STATUS_NAMES, page
from services.report.workbench.gates import ReaderOf, StoreOf
from services.report.workbench.routing import pages_of

router = pages_of()

Month = Annotated[str, Query(max_length=7)]
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("/statistics")
def statistics_page(request: Request, store: StoreOf, caller: ReaderOf, month: Month = "") -> HTMLResponse:
    start, sums = _sums(store, caller, month)
    return page(
        request,
        "statistics.html",
        caller=caller,
        month=f"{start:%Y-%m}",
        totals=sums,
        by_verdict=[(words.VERDICTS[v], n) for v, n in sums.by_verdict.items()],
        by_status=[(STATUS_NAMES[s], n) for s, n in sums.by_status.items()],
        by_day=list(sums.by_day.items()),
        by_code=[(code, _title(code), n) for code, n in sums.by_code.items()],
        by_enterprise=sums.by_enterprise,
    )


@router.get("/statistics.xlsx")
def statistics_sheet(store: StoreOf, caller: ReaderOf, month: Month = "") -> Response:
    start, sums = _sums(store, caller, month)
    headers = {"Content-Disposition": f'attachment; filename="statistics-{start:%Y-%m}.xlsx"', "Cache-Control": "no-store"}
    return Response(_workbook(sums), media_type=_XLSX, headers=headers)


def _sums(store: Store, caller: Caller, untrusted_month: str) -> tuple[datetime, MonthSums]:
    """The month asked for; where it is none, the last one that has claims."""
    try:
        start = datetime.strptime(untrusted_month, "%Y-%m").replace(tzinfo=SHANGHAI)
    except ValueError:
        newest = store.repository.newest_claim(caller.enterprises) or datetime.now(SHANGHAI)
        start = newest.astimezone(SHANGHAI).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    following = start.replace(year=start.year + (start.month == 12), month=start.month % 12 + 1)
    return start, store.repository.month_sums(start, following, caller.enterprises)


def _title(code: str) -> tuple[str, str]:
    known = CODES.get(code)
    return (known.zh, known.en) if known else (code, code)


def _workbook(sums: MonthSums) -> bytes:
    """Typed cells, frozen headers; text stays text, whatever it begins with."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    bold, money = book.add_format({"bold": True}), book.add_format({"num_format": "#,##0.00"})
    tables: list[tuple[str, list[str], list[list[Any]]]] = [
        ("合计", ["申报数", "申报金额", "支持金额", "差额", "批准金额"], [[sums.claims, sums.claimed, sums.supported, sums.gap, sums.approved]]),
        ("企业", ["企业", "申报数", "申报金额", "支持金额"], [[e.enterprise, e.claims, e.claimed, e.supported] for e in sums.by_enterprise]),
        ("发现", ["代码", "含义", "涉及申报数"], [[code, _title(code)[0], n] for code, n in sums.by_code.items()]),
        ("状态", ["状态", "申报数"], [[STATUS_NAMES[s][0], n] for s, n in sums.by_status.items()]),
        ("结论", ["核验结论", "申报数"], [[words.VERDICTS[v][0], n] for v, n in sums.by_verdict.items()]),
        ("每日", ["日期", "申报数"], [[day, n] for day, n in sums.by_day.items()]),
    ]
    for name, header, rows in tables:
        sheet = book.add_worksheet(name)
        sheet.write_row(0, 0, header, bold)
        sheet.freeze_panes(1, 0)
        for r, row in enumerate(rows, start=1):
            for c, value in enumerate(row):
                if isinstance(value, str):
                    sheet.write_string(r, c, value)
                else:
                    sheet.write_number(r, c, value, None if isinstance(value, int) else money)
        sheet.autofit()
    book.close()
    return out.getvalue()
