"""Orders as they come in from outside, and batches as they are shown: plain JSON values in the published form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from services.adapters.batches.store import BatchRecord, BatchRow
from services.domain.batch import NEWEST, BatchOrder, Brief, BriefFinding, Difference, Selection, Totals
from services.domain.claim import SHANGHAI
from services.domain.codes import CODES
from services.domain.dates import parse_date
from services.domain.errors import FieldProblem, HezhengError
from services.domain.report import Score
from services.domain.text import Message

VERDICTS = ("pass", "review", "fail")
STATUSES = ("verified", "approved", "rejected", "returned")
_MOST_IDS = 10_000
_DAYS = ("submitted_from", "submitted_to", "training_from", "training_to")
_LISTS: dict[str, tuple[str, ...] | None] = {"verdicts": VERDICTS, "statuses": STATUSES, "codes": tuple(CODES), "ids": None}
_SINGULAR = {"verdict": "verdicts", "status": "statuses", "code": "codes", "finding_code": "codes", "finding": "codes", "id": "ids", "claim_ids": "ids"}
_SINGULAR |= {"uscc": "enterprise", "from": "submitted_from", "to": "submitted_to"}
_ORDER = ("selection", "policy", "policy_version", "roster", "reread", "dry_run")
_TEXT = re.compile(r"[^\x00-\x1f]{1,200}")


class OrderInvalid(HezhengError):
    """An order that cannot be understood, field by field."""

    def __init__(self, problems: tuple[FieldProblem, ...]) -> None:
        zh = "；".join(f"{p.field}：{p.found}，应为{p.expected.zh}" for p in problems)
        super().__init__(Message(f"批次请求有误：{zh}", "the order cannot be used: " + "; ".join(map(str, problems))))
        self.problems = problems


def order_from(value: Any, actor: str) -> BatchOrder:
    """An order from JSON values: {selection: {…}, policy, roster, reread, dry_run}. `policy` may be id@version. Raises OrderInvalid."""
    problems: list[FieldProblem] = []
    if not isinstance(value, Mapping):
        raise OrderInvalid((FieldProblem("", type(value).__name__, Message("JSON 对象", "a JSON object")),))
    for key in value.keys() - set(_ORDER):
        problems.append(FieldProblem(str(key)[:60], "?", Message(f"{'、'.join(_ORDER)} 之一", f"one of {', '.join(_ORDER)}")))
    selection = _selection(value.get("selection") or {}, problems)
    policy = _text(value, "policy", problems)
    version = _text(value, "policy_version", problems)
    if policy is not None and version is None and "@" in policy:
        policy, _, version = policy.partition("@")
    flags = {name: _flag(value, name, problems) for name in ("reread", "dry_run")}
    roster = _text(value, "roster", problems) or NEWEST
    if problems:
        raise OrderInvalid(tuple(problems))
    return BatchOrder(selection, policy, version, roster, flags["reread"], flags["dry_run"], actor)


def _selection(value: Any, problems: list[FieldProblem]) -> Selection:
    if not isinstance(value, Mapping):
        problems.append(FieldProblem("selection", type(value).__name__, Message("JSON 对象", "a JSON object")))
        return Selection()
    given = {_SINGULAR.get(str(key), str(key)): found for key, found in value.items() if found is not None}
    known = Selection.__dataclass_fields__
    for key in given.keys() - known.keys():
        problems.append(FieldProblem(f"selection.{key[:60]}", "?", Message(f"{'、'.join(known)} 之一", f"one of {', '.join(known)}")))
    found: dict[str, Any] = {name: _day(given, name, problems) for name in _DAYS}
    found |= {name: _list(given, name, allowed, problems) for name, allowed in _LISTS.items()}
    return Selection(_text(given, "policy", problems), _text(given, "enterprise", problems), **found)


def _text(value: Mapping[str, Any], name: str, problems: list[FieldProblem]) -> str | None:
    found = value.get(name)
    if found is None or (isinstance(found, str) and _TEXT.fullmatch(found)):
        return found
    problems.append(FieldProblem(name, repr(found)[:60], Message("文本", "a text")))
    return None


def _flag(value: Mapping[str, Any], name: str, problems: list[FieldProblem]) -> bool:
    found = value.get(name, False)
    if not isinstance(found, bool):
        problems.append(FieldProblem(name, repr(found)[:60], Message("true 或 false", "true or false")))
    return found is True


def _day(value: Mapping[str, Any], name: str, problems: list[FieldProblem]) -> date | None:
    found = value.get(name)
    day = parse_date(found) if isinstance(found, str) else None
    if found is not None and day is None:
        problems.append(FieldProblem(f"selection.{name}", repr(found)[:60], Message("日期，如 2021-11-08", "a date like 2021-11-08")))
    return day


def _list(value: Mapping[str, Any], name: str, allowed: tuple[str, ...] | None, problems: list[FieldProblem]) -> tuple[str, ...]:
    found = value.get(name, [])
    items = [found] if isinstance(found, str) else found
    if not isinstance(items, list | tuple) or len(items) > _MOST_IDS or not all(isinstance(i, str) and _TEXT.fullmatch(i) for i in items):
        problems.append(FieldProblem(f"selection.{name}", repr(found)[:60], Message(f"文本列表，至多{_MOST_IDS}项", f"a list of texts, {_MOST_IDS} at most")))
        return ()
    wrong = [] if allowed is None else [item for item in items if item not in allowed]
    if wrong:
        shown = "、".join(allowed[:6]) if allowed else ""
        problems.append(FieldProblem(f"selection.{name}", repr(wrong[0])[:60], Message(f"{shown} 等之一", f"one of {shown} …")))
    return tuple(items)


def batch_view(record: BatchRecord) -> dict[str, Any]:
    """A batch with its progress and totals; times in Asia/Shanghai."""
    order = record.order
    chosen = {name: _plain(getattr(order.selection, name)) for name in Selection.__dataclass_fields__}
    return {
        "id": record.id,
        "state": record.state.value,
        "progress": {"done": record.done, "total": record.total},
        "selection": {name: found for name, found in chosen.items() if found not in (None, [])},
        "policy": None if order.policy is None else {"id": order.policy, "version": order.policy_version},
        "roster": order.roster,
        "reread": order.reread,
        "dry_run": order.dry_run,
        "by": order.actor,
        "totals": totals_view(record.totals),
        "reason": record.reason,
        "created_at": record.created_at.astimezone(SHANGHAI).isoformat(),
        "updated_at": record.updated_at.astimezone(SHANGHAI).isoformat(),
        "finished_at": None if record.finished_at is None else record.finished_at.astimezone(SHANGHAI).isoformat(),
    }


def totals_view(totals: Totals) -> dict[str, Any]:
    return {
        "claims": totals.claims,
        "changed": totals.changed,
        "unchanged": totals.unchanged,
        "failed": totals.failed,
        "decided": totals.decided,
        "verdicts": totals.verdicts,
        "causes": totals.causes,
        "findings": {"added": totals.added, "removed": totals.removed},
        "supported": {"before": _money(totals.supported_before), "after": _money(totals.supported_after), "currency": "CNY"},
    }


def change_view(row: BatchRow, claim: Mapping[str, Any]) -> dict[str, Any]:
    """One claim of a batch: what it was and is, what differs, and why. `claim`: its number, enterprise, project and status."""
    change = row.change
    view = {"claim_id": row.claim_id, **claim, "state": row.state.value, "decided": row.decided, "reason": row.reason}
    if change is None:
        return view
    return view | {
        "before": _brief(change.before),
        "after": _brief(change.after),
        "changes": _difference(change.difference),
        "why": [cause.value for cause in change.causes],
        "by_cause": [{"causes": [c.value for c in causes], "changes": _difference(difference)} for causes, difference in change.why],
    }


def _brief(brief: Brief) -> dict[str, Any]:
    amount = {"claimed": _money(brief.claimed), "supported": _money(brief.supported), "unclear": _money(brief.unclear)}
    return {"verdict": brief.verdict, "score": _score(brief.score), "amount": amount, "findings": len(brief.findings)}


def _difference(found: Difference) -> dict[str, Any]:
    """Only what differs."""
    view: dict[str, Any] = {}
    if found.verdict:
        view["verdict"] = dict(zip(("before", "after"), found.verdict, strict=True))
    if found.score:
        view["score"] = dict(zip(("before", "after"), map(_score, found.score), strict=True))
    amounts = {name: pair for name in ("supported", "unclear") if (pair := getattr(found, name)) is not None}
    if amounts:
        view["amount"] = {name: {"before": _money(before), "after": _money(after)} for name, (before, after) in amounts.items()}
    if found.added or found.removed:
        view["findings"] = {"added": _findings(found.added), "removed": _findings(found.removed)}
    return view


def _findings(findings: Iterable[BriefFinding]) -> list[dict[str, Any]]:
    return [
        {
            "code": f.code,
            "severity": f.severity,
            "outcome": f.outcome,
            "clause": f.clause,
            "subject": f.subject,
            "message": {"zh": f.message.zh, "en": f.message.en},
        }
        for f in findings
    ]


def _score(score: Score) -> dict[str, float]:
    return {"value": score.value, "low": score.low, "high": score.high}


def _money(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.2f}"


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value
