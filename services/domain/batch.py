"""Batch re-verification: which claims are verified again, by what, and what came of it; plain values and their comparison."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from services.domain.finding import Finding, Judgement
from services.domain.identity import mask_id_number
from services.domain.report import Score
from services.domain.scoring import score, verdict
from services.domain.text import Message

NEWEST = "newest"
SAME = "same"
"""`BatchOrder.roster`: the newest version of each enterprise's roster, or the one that each claim was judged by."""

_ID_NUMBER = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)")


class Cause(StrEnum):
    """Why a claim comes out otherwise than before."""

    LAW = "law"
    ROSTER = "roster"
    READER = "reader"
    CORRECTION = "correction"
    """The claim itself, its trainees or its evidence were changed since."""
    OTHER_CLAIMS = "other_claims"
    """Another claim came in or changed, with the same people, media, sheets or invoices."""
    PROGRAM = "program"
    """None of these differs: the program matches or judges otherwise than the one before."""


class BatchState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    FINISHED = "finished"
    FAILED = "failed"


OVER = frozenset((BatchState.CANCELLED, BatchState.FINISHED, BatchState.FAILED))


@dataclass(frozen=True, slots=True)
class Selection:
    """Which verified claims; every condition given must hold. `enterprise`: credit code or name. Days are inclusive.

    `ids`: ids or numbers of claims. `codes`: any of these findings.
    """

    policy: str | None = None
    enterprise: str | None = None
    submitted_from: date | None = None
    submitted_to: date | None = None
    training_from: date | None = None
    training_to: date | None = None
    verdicts: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BatchOrder:
    """What is done with the selected claims. `policy` None: each by the policy it was judged by, in its present version.

    `reread`: files that the present readers have not read yet are read again; else everything is replayed from the stored facts.
    """

    selection: Selection
    policy: str | None = None
    policy_version: str | None = None
    roster: str = NEWEST
    reread: bool = False
    dry_run: bool = False
    actor: str = ""


@dataclass(frozen=True, slots=True)
class BriefFinding:
    """A finding as far as two judgements are compared by it; texts hold no ID number in full."""

    code: str
    severity: str
    outcome: str
    clause: str
    subject: str
    message: Message

    @property
    def key(self) -> tuple[str, str, str, str]:
        return self.code, self.outcome, self.clause, self.subject


@dataclass(frozen=True, slots=True)
class Brief:
    """The outcome of a judgement in short."""

    verdict: str
    score: Score
    claimed: Decimal | None
    supported: Decimal | None
    unclear: Decimal | None
    findings: tuple[BriefFinding, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """What two briefs differ in; empty fields: nothing. Pairs are (before, after)."""

    verdict: tuple[str, str] | None = None
    score: tuple[Score, Score] | None = None
    supported: tuple[Decimal | None, Decimal | None] | None = None
    unclear: tuple[Decimal | None, Decimal | None] | None = None
    added: tuple[BriefFinding, ...] = ()
    removed: tuple[BriefFinding, ...] = ()

    def __bool__(self) -> bool:
        return any((self.verdict, self.score, self.supported, self.unclear, self.added, self.removed))


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one claim of a batch. `why` pairs each cause with what it alone changed; several causes at once are one entry."""

    before: Brief
    after: Brief
    difference: Difference
    why: tuple[tuple[tuple[Cause, ...], Difference], ...] = ()

    @property
    def causes(self) -> tuple[Cause, ...]:
        return tuple(dict.fromkeys(cause for causes, _ in self.why for cause in causes))


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a judgement was made from: kept beside it, so that a later one can say what is different."""

    policy_id: str
    policy_version: str
    policy_digest: str
    rules_digest: str
    roster_id: str | None
    material: str
    """Fingerprint of the claim, its trainees and its evidence as they stood."""
    facts: tuple[tuple[str, str, int], ...] = ()
    """(content, reader, version) of the facts it was matched from."""
    index_digest: str = ""
    chosen_policy: bool = False
    """The policy was named by a batch: later runs keep it until the claim is handed in anew."""


@dataclass(frozen=True, slots=True)
class Verification:
    """A claim's last judgement: what it came to, and from what."""

    provenance: Provenance
    brief: Brief


@dataclass(slots=True)
class Totals:
    """Sums over the claims of a batch. Amounts in CNY."""

    claims: int = 0
    changed: int = 0
    unchanged: int = 0
    failed: int = 0
    decided: int = 0
    """Of those changed: claims that a person has decided already."""
    verdicts: dict[str, int] = field(default_factory=dict)
    """`pass > review`: how many."""
    causes: dict[str, int] = field(default_factory=dict)
    added: dict[str, int] = field(default_factory=dict)
    removed: dict[str, int] = field(default_factory=dict)
    supported_before: Decimal = Decimal(0)
    supported_after: Decimal = Decimal(0)

    def count(self, change: Change, *, decided: bool) -> None:
        self.claims += 1
        self.supported_before += change.before.supported or Decimal(0)
        self.supported_after += change.after.supported or Decimal(0)
        if not change.difference:
            self.unchanged += 1
            return
        self.changed += 1
        self.decided += decided
        if change.difference.verdict:
            _add(self.verdicts, [" > ".join(change.difference.verdict)])
        _add(self.causes, [cause.value for cause in change.causes])
        _add(self.added, [f.code for f in change.difference.added])
        _add(self.removed, [f.code for f in change.difference.removed])

    def count_failed(self) -> None:
        self.claims += 1
        self.failed += 1

    def plus(self, other: Totals, sign: int = 1) -> Totals:
        """The sum; with `sign` -1 the difference."""

        def both(mine: Mapping[str, int], theirs: Mapping[str, int]) -> dict[str, int]:
            keys = sorted({*mine, *theirs})
            summed = {k: mine.get(k, 0) + sign * theirs.get(k, 0) for k in keys}
            return {k: v for k, v in summed.items() if v}

        return Totals(
            self.claims + sign * other.claims,
            self.changed + sign * other.changed,
            self.unchanged + sign * other.unchanged,
            self.failed + sign * other.failed,
            self.decided + sign * other.decided,
            both(self.verdicts, other.verdicts),
            both(self.causes, other.causes),
            both(self.added, other.added),
            both(self.removed, other.removed),
            self.supported_before + sign * other.supported_before,
            self.supported_after + sign * other.supported_after,
        )


def brief_of(judgement: Judgement) -> Brief:
    """The outcome of a judgement in short."""
    return Brief(
        verdict(judgement), score(judgement.clauses), judgement.claimed, judgement.supported, judgement.unclear, tuple(map(_brief_finding, judgement.findings))
    )


def difference(before: Brief, after: Brief) -> Difference:
    """What is otherwise in `after`; a finding whose words changed is removed and added."""
    added, removed = _without(after.findings, before.findings), _without(before.findings, after.findings)
    return Difference(
        None if before.verdict == after.verdict else (before.verdict, after.verdict),
        None if before.score == after.score else (before.score, after.score),
        None if before.supported == after.supported else (before.supported, after.supported),
        None if before.unclear == after.unclear else (before.unclear, after.unclear),
        added,
        removed,
    )


def _without(these: Iterable[BriefFinding], those: Iterable[BriefFinding]) -> tuple[BriefFinding, ...]:
    known = Counter(those)
    found = []
    for finding in these:
        if known[finding] > 0:
            known[finding] -= 1
        else:
            found.append(finding)
    return tuple(found)


def _brief_finding(finding: Finding) -> BriefFinding:
    text = Message(_masked(finding.message.zh), _masked(finding.message.en))
    return BriefFinding(finding.code, finding.severity.value, finding.outcome.value, finding.clause, _masked(finding.subject), text)


def _masked(text: str) -> str:
    return _ID_NUMBER.sub(lambda found: mask_id_number(found[0]), text)


def _add(counts: dict[str, int], keys: Iterable[Any]) -> None:
    for key in keys:
        counts[key] = counts.get(key, 0) + 1
