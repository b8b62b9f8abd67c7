"""What people add to a verified claim: corrections of rows, opinions on findings, decisions. They stand beside the machine's word, never over it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from services.domain.text import Message

ACCEPTED, DISMISSED = "accept", "dismiss"
OPINIONS = (ACCEPTED, DISMISSED)
STRANGER = "nobody"
"""A corrected row that is nobody of the lists."""


@dataclass(frozen=True, slots=True)
class RowPlace:
    """A row of a sheet by the sheet's content, so that it stays the same row when a file is renamed or a claim read again."""

    sha256: str
    page: int
    row: int


@dataclass(frozen=True, slots=True)
class Correction:
    """Who a row is, as a person sees it. `id_number`: of the person, STRANGER for nobody listed. `signed` None: as the machine says."""

    place: RowPlace
    id_number: str
    signed: bool | None
    by: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CorrectionRecord:
    """A correction as it was kept, with what the machine had said of the row (status, masked person, confidence)."""

    id: str
    correction: Correction
    machine: Mapping[str, Any]
    actor: str
    created_at: datetime
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class OpinionRecord:
    """What a person thinks of a finding. `key` as `finding_key` gives it."""

    id: str
    key: str
    code: str
    opinion: str
    critical: bool
    reason: str
    actor: str
    name: str
    created_at: datetime


class DecisionState(StrEnum):
    WAITING = "waiting"
    """For the second person."""
    FINAL = "final"
    UNDONE = "undone"


def finding_key(finding: Mapping[str, Any]) -> str:
    """Names a finding of a report by what it is about, so that an opinion on it outlasts another verification."""
    places = sorted(json.dumps([p.get("file"), p.get("page"), p.get("row")], ensure_ascii=False) for p in finding["evidence"])
    related = sorted(json.dumps([r.get("claim_no"), r.get("file")], ensure_ascii=False) for r in finding["related"])
    text = json.dumps([finding["code"], finding["subject"], places, related], ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def open_findings(findings: Iterable[Mapping[str, Any]], dismissed: Collection[str]) -> list[Mapping[str, Any]]:
    """The findings that still speak against the claim: neither info nor met nor dismissed."""
    return [f for f in findings if f["severity"] != "info" and f["outcome"] != "met" and finding_key(f) not in dismissed]


def overridden(report: Mapping[str, Any], dismissed: Collection[str]) -> int:
    """How many critical findings an approval would set aside: those dismissed, and of a failed claim those that fail it.

    A critical finding about a person is not set aside by paying what is supported: it has cost its money already.
    """
    findings = report["findings"]
    fails = {i for c in report["clauses"] if c["about"] == "claim" and c["critical"] and c["outcome"] == "unmet" for i in c["findings"]}
    aside = 0
    for index, finding in enumerate(findings):
        if finding["severity"] == "critical" and finding["outcome"] == "unmet":
            aside += index in fails or finding_key(finding) in dismissed
    return aside


def second_signature(decision: str, amount: Decimal | None, supported: Decimal | None, limit: Decimal | None, set_aside: int) -> Message | None:
    """Why a decision needs a second person; None: it needs none.

    `amount` is what would be paid, `supported` what the evidence supports (None: unknown), `limit` the installation's bound for one person.
    """
    if decision != "approve":
        return None
    if set_aside:
        return Message(f"有{set_aside}项严重发现被否定或未采纳，须第二人复核", f"{set_aside} critical findings are set aside: a second person has to agree")
    if amount is None or supported is None or amount > supported:
        return Message("拟支付金额超出材料所支持的金额，须第二人复核", "the amount is more than the evidence supports: a second person has to agree")
    if limit is not None and amount > limit:
        return Message(f"拟支付金额{amount}元，超过单人审批限额{limit}元", f"the amount {amount} is above {limit}, what one person may approve")
    return None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A decision with its signatures. `amount` CNY that would be paid; `why`: what makes a second person necessary, None: nothing does."""

    id: str
    decision: str
    amount: Decimal | None
    state: DecisionState
    reason: str
    why: Message | None
    actor: str
    name: str
    second_actor: str | None
    second_name: str | None
    created_at: datetime
    settled_at: datetime | None
    seen: Mapping[str, str | None] = field(default_factory=dict)
    """The machine's `verdict` and the amount it `supported` when the decision was taken: both may change when other claims come in."""
