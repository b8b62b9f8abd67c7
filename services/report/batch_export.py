"""The changes of a batch as a workbook and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from services.adapters.batches import BatchRecord, RowState
from services.adapters.batches.forms import batch_view, change_view
from services.adapters.batches.orders import batch_store
from services.adapters.store import Store
from services.domain.errors import NotFound
from services.report.export.xlsx import Book, Column

FORMATS = ("json", "xlsx")
CAUSE_NAMES = {
    "law": "政策",
    "roster": "参保名单",
    "reader": "识别程序",
    "correction": "材料更正",
    "other_claims": "其他申报",
    "program": "核验程序",
}
VERDICT_NAMES = {"pass": "通过", "review": "需人工复核", "fail": "不通过"}
_AT_ONCE = 500
_COLUMNS = (
    Column("申报编号 claim no.", 18),
    Column("企业 enterprise", 28),
    Column("培训项目 project", 24),
    Column("结果 result", 12),
    Column("已有决定 decided", 14),
    Column("原结论 verdict before", 14),
    Column("新结论 verdict after", 14),
    Column("原得分 score before", 12, "number"),
    Column("新得分 score after", 12, "number"),
    Column("原支持金额 supported before", 16, "money"),
    Column("新支持金额 supported after", 16, "money"),
    Column("原因 why", 18),
    Column("新增问题 findings added", 60),
    Column("消除问题 findings removed", 60),
    Column("说明 reason", 40),
)


def keep_changes(store: Store, batch_id: str) -> None:
    """Store the changes in every format beside the batch. Raises NotFound."""
    for name in FORMATS:
        batch_store(store).put_file(batch_id, f"changes.{name}", changes_file(store, batch_id, name))


def changes_file(store: Store, batch_id: str, name: str) -> bytes:
    """The changes as they are now, in one of FORMATS. Raises NotFound."""
    record = batch_store(store).batch(batch_id)
    changes = changes_of(store, batch_id)
    if name == "json":
        return json.dumps({"batch": batch_view(record), "changes": list(changes)}, ensure_ascii=False, indent=1).encode()
    return _workbook(record, changes)


def changes_of(store: Store, batch_id: str) -> Iterator[dict[str, Any]]:
    """Every claim that changed or failed, in the order of submission."""
    first = 0
    while rows := batch_store(store).rows(batch_id, states=(RowState.CHANGED, RowState.FAILED), first=first, limit=_AT_ONCE):
        for row in rows:
            yield change_view(row, claim_words(store, row.claim_id))
        first = rows[-1].number + 1


def claim_words(store: Store, claim_id: str) -> dict[str, Any]:
    """How a claim is named to people; one that was removed since has its id only."""
    try:
        claim = store.repository.claim_summary(claim_id)
    except NotFound:
        return {"claim_no": None, "enterprise": None, "project": None, "status": None}
    return {"claim_no": claim.claim_no, "enterprise": {"name": claim.enterprise, "uscc": claim.uscc}, "project": claim.project, "status": claim.status}


def _workbook(record: BatchRecord, changes: Iterable[dict[str, Any]]) -> bytes:
    book = Book()
    view = batch_view(record)
    totals = view["totals"]
    rows: list[tuple[str, Any]] = [
        ("批次 batch", record.id),
        ("状态 state", record.state.value),
        ("试算 dry run", "是 yes" if record.order.dry_run else "否 no"),
    ]
    rows += [(f"{zh} {key}", str(totals[key])) for key, zh in (("claims", "申报数"), ("changed", "有变化"), ("unchanged", "无变化"), ("failed", "失败"))]
    rows += [("有变化且已有决定 decided", str(totals["decided"]))]
    rows += [("支持金额合计 supported", f"{totals['supported']['before']} → {totals['supported']['after']}")]
    rows += [(f"结论 verdict {pair}", str(count)) for pair, count in totals["verdicts"].items()]
    rows += [(f"原因 cause {CAUSE_NAMES.get(cause, cause)} {cause}", str(count)) for cause, count in totals["causes"].items()]
    rows += [(f"新增 added {code}", str(count)) for code, count in totals["findings"]["added"].items()]
    rows += [(f"消除 removed {code}", str(count)) for code, count in totals["findings"]["removed"].items()]
    book.sheet("汇总 totals", (Column("项目", 44), Column("值", 44)), rows, filters=False)
    book.sheet("变化 changes", _COLUMNS, map(_row, changes))
    return book.bytes()


def _row(change: dict[str, Any]) -> tuple[Any, ...]:
    enterprise = (change.get("enterprise") or {}).get("name")
    head = (change.get("claim_no") or change["claim_id"], enterprise, change.get("project"))
    decided = (change.get("status") if change["decided"] else "") or ""
    if "before" not in change:
        return (*head, "失败 failed", decided, *(None,) * 6, "", "", "", change.get("reason") or "")
    before, after, found = change["before"], change["after"], change["changes"].get("findings", {"added": [], "removed": []})
    return (
        *head,
        "有变化 changed",
        decided,
        VERDICT_NAMES.get(before["verdict"], before["verdict"]),
        VERDICT_NAMES.get(after["verdict"], after["verdict"]),
        before["score"]["value"],
        after["score"]["value"],
        _amount(before["amount"]["supported"]),
        _amount(after["amount"]["supported"]),
        "、".join(CAUSE_NAMES.get(cause, cause) for cause in change["why"]),
        "\n".join(f"{f['code']} {f['message']['zh']}" for f in found["added"]),
        "\n".join(f"{f['code']} {f['message']['zh']}" for f in found["removed"]),
        "",
    )


def _amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
