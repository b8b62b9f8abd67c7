"""The first lines of a report: the verdict in a sentence, the money in a row."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from services.domain.report import Report

_MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Amounts:
    """Decimals in CNY, None where unknown; shares are fractions of the claimed amount."""

    claimed: Decimal | None
    supported: Decimal | None
    unclear: Decimal | None
    refused: Decimal | None
    shares: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Bar:
    """One line of the waterfall: from `left` over `width` (per cent of the claimed amount)."""

    zh: str
    en: str
    amount: Decimal
    left: float
    width: float
    style: str
    people: int | None = None
    code: str | None = None


def yuan(value: Any) -> str:
    """¥1,234.50, or a dash."""
    return "—" if value is None else f"¥{Decimal(value):,.2f}"


def amounts(report: Report) -> Amounts:
    a = report.amount
    claimed, supported, unclear = (None if a[k] is None else Decimal(a[k]) for k in ("claimed", "supported", "unclear"))
    refused = None
    if claimed is not None and supported is not None:
        refused = max(claimed - supported - (unclear or Decimal(0)), Decimal(0))
    whole = max((supported or Decimal(0)) + (unclear or Decimal(0)) + (refused or Decimal(0)), Decimal("0.01"))
    shares = tuple(float((v or Decimal(0)) / whole) for v in (supported, unclear, refused))
    return Amounts(claimed, supported, unclear, refused, (shares[0], shares[1], shares[2]))


def waterfall(report: Report) -> list[Bar]:
    """From claimed down to supported, one line per reason; empty where no amounts are known."""
    a = amounts(report)
    if a.claimed is None or a.supported is None or a.claimed <= 0:
        return []
    bars = [Bar("申报金额", "claimed", a.claimed, 0.0, 100.0, "claimed")]
    level = a.claimed
    reasons = report.amount.get("reasons") or []
    for key, style in (("unsupported", "refused"), ("unclear", "unclear")):
        for reason in sorted(reasons, key=lambda r: -Decimal(r[key])):
            part = Decimal(reason[key])
            if part <= 0:
                continue
            level -= part
            left = float(level / a.claimed * 100)
            width = float(part / a.claimed * 100)
            title = reason["title"]
            bars.append(Bar(title["zh"], title["en"], part, max(left, 0.0), min(width, 100.0), style, reason["people"], reason["code"]))
    bars.append(Bar("支持金额", "supported", a.supported, 0.0, min(float(a.supported / a.claimed * 100), 100.0), "supported"))
    return bars


def sentence(report: Report) -> tuple[str, str]:
    """The verdict in one sentence, Chinese and English."""
    unmet = [c for c in report.clauses if c["outcome"] == "unmet"]
    unclear = [c for c in report.clauses if c["outcome"] == "unclear" and not c.get("manual")]
    if report.verdict == "pass":
        return "全部适用条款均符合，可按支持金额办理。", "Every applicable clause is met; the supported amount can be granted."
    if report.verdict == "fail":
        decisive = [c for c in unmet if c["critical"] and c["about"] == "claim"]
        if decisive:
            zh, en = _named(report, sorted(decisive, key=lambda c: -c["weight"]))
            others = len(unmet) + len(unclear) - len(decisive)
            more_zh, more_en = (f"；另有{others}项条款不符合或待定", f"; {others} more not met or unclear") if others else ("", "")
            return f"关键条款不符合：{zh}{more_zh}。", f"A critical clause is not met: {en}{more_en}."
        return "没有一名人员的补贴能够得到支持。", "No trainee has any amount supported."
    parts_zh, parts_en = [], []
    for clauses, zh_word, en_word in ((unmet, "不符合", "not met"), (unclear, "待定", "unclear")):
        if clauses:
            zh, en = _named(report, clauses)
            parts_zh.append(f"{len(clauses)}项条款{zh_word}（{zh}）")
            parts_en.append(f"{len(clauses)} {en_word} ({en})")
    if not parts_zh:
        return "有发现需人工核对。", "Some findings need a human look."
    return "，".join(parts_zh) + "。", ", ".join(parts_en) + "."


def _named(report: Report, clauses: list[dict[str, Any]]) -> tuple[str, str]:
    """The titles of the clauses' findings, the most severe first, each once."""
    titles: dict[str, str] = {}
    for severity in ("critical", "warning"):
        for clause in clauses:
            for index in clause["findings"]:
                finding = report.findings[index]
                if finding["severity"] == severity and finding["outcome"] != "met":
                    titles.setdefault(finding["title"]["zh"], finding["title"]["en"])
    if not titles:
        articles = "、".join(dict.fromkeys(c["article"] for c in clauses))
        return articles, articles
    zh, en = list(titles)[:_MOST_NAMED], list(titles.values())[:_MOST_NAMED]
    more = len(titles) > _MOST_NAMED
    return "、".join(zh) + ("等" if more else ""), "; ".join(en) + (" and others" if more else "")
