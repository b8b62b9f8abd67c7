"""A report arranged for reading: what the template shows, in its order and within its bounds."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

from services.domain.report import Report
from services.report.export.album import Album, Shown, where
from services.report.export.english import in_english
from services.report.export.learning import Learning, shares
from services.report.export.matrix import Matrix, matrix
from services.report.export.summary import Amounts, Bar, amounts, sentence, waterfall
from services.report.export.timeline import Timeline, timeline
from services.report.export.words import KINDS, OTHER_KIND, SUBJECTS, UNITS, Pair, plain
from services.report.ribbons import Ribbon


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much of a large claim is shown; the rest is in the spreadsheet, and the report says so."""

    findings_per_group: int = 60
    pictures_per_group: int = 12
    trainees: int = 3000
    traces: int = 800
    matrix_rows: int = 400
    matrix_columns: int = 80
    matrix_block: int = 80
    files: int = 600


SCREEN = Bounds()
PAPER = Bounds(findings_per_group=30, pictures_per_group=6, trainees=250, traces=100, matrix_rows=80, matrix_columns=66, matrix_block=22, files=300)


_NUMBER = re.compile(r"\d+(\.\d+)?")
_BARE = ("", "0", "1", ">= 1")
"""Values that say no more than that there is none of something, or that there should be."""


@dataclass(slots=True)
class Item:
    """One finding as shown. `subject` is empty where the message names it anyway."""

    index: int
    finding: dict[str, Any]
    subject: str
    places: list[str]
    pictures: list[Shown]
    expected: str
    observed: str
    related: list[str]


@dataclass(slots=True)
class Group:
    """Findings of one code and outcome."""

    key: str
    code: str
    severity: str
    outcome: str
    title: dict[str, str]
    articles: str
    count: int
    items: list[Item] = field(default_factory=list)
    omitted: int = 0


@dataclass(frozen=True, slots=True)
class Person:
    number: int
    trainee: dict[str, Any]
    why: list[tuple[str, str, str]]
    """(anchor, zh, style) of what keeps this person from the full amount."""
    online: list[tuple[str, str, float, int | float]]
    """(reason, zh, share of the logged time in per cent, minutes)"""
    trace: bool
    days: list[Ribbon] = field(default_factory=list)
    """The online learning day by day, where the reckoning is shown."""


@dataclass(frozen=True, slots=True)
class Part:
    """Clauses that came out alike: open (not met, unclear), manual, met (and not applicable)."""

    key: str
    zh: str
    en: str
    clauses: list[dict[str, Any]]


class View:
    """The parts of a page, each made when it is first asked for: a page that shows one of them does not pay for the others."""

    def __init__(self, report: Report, album: Album, bounds: Bounds) -> None:
        self.english = False
        """Whether titles and captions that stand alone are in English; to be set before any part is asked for."""
        self.report, self.album, self._bounds = report, album, bounds
        self.counts = {s: sum(f["severity"] == s for f in report.findings) for s in ("critical", "warning", "info")}
        self.open_clauses = sum(c["outcome"] in ("unmet", "unclear") for c in report.clauses)
        """How many are not met or unclear."""
        self.files_omitted = max(0, len(report.evidence) - bounds.files)

    @cached_property
    def sentence(self) -> Pair:
        return sentence(self.report)

    @cached_property
    def amounts(self) -> Amounts:
        return amounts(self.report)

    @cached_property
    def bars(self) -> list[Bar]:
        return waterfall(self.report)

    @cached_property
    def groups(self) -> list[Group]:
        return _groups(self.report, self.album, self._bounds, self.english)

    @cached_property
    def anchors(self) -> dict[int, str]:
        """Where each shown finding stands in the page."""
        return {item.index: f"f{item.index}" for g in self.groups for item in g.items}

    @cached_property
    def clauses(self) -> list[Part]:
        return _parts([_clause(self.report, c, self._home, self.english) for c in self.report.clauses])

    @cached_property
    def people(self) -> list[Person]:
        return _people(self.report, self._chosen, self.anchors, self._home, self._bounds.traces, self.learning, self.english)

    @cached_property
    def learning(self) -> Learning:
        return Learning(self.report, self.album, self._bounds.files)

    @property
    def people_omitted(self) -> int:
        return len(self.report.trainees) - len(self._chosen)

    @cached_property
    def matrix(self) -> Matrix:
        bounds = self._bounds
        return matrix(self.report, per_block=bounds.matrix_block, most_rows=bounds.matrix_rows, most_columns=bounds.matrix_columns)

    @cached_property
    def timeline(self) -> Timeline:
        return timeline(self.report)

    @cached_property
    def kinds(self) -> list[tuple[Pair, str, list[dict[str, Any]]]]:
        return _kinds(self.report, self._bounds.files)

    @cached_property
    def _chosen(self) -> list[int]:
        return _chosen(self.report, self._bounds.trainees)

    @cached_property
    def _home(self) -> dict[tuple[str, str, str], str]:
        return {(g.severity, g.outcome, g.code): g.key for g in self.groups}


def _groups(report: Report, album: Album, bounds: Bounds, english: bool = False) -> list[Group]:
    found: dict[tuple[str, str, str], Group] = {}
    for index, f in enumerate(report.findings):
        key = (f["severity"], f["outcome"], f["code"])
        group = found.get(key)
        if group is None:
            group = found[key] = Group(f"g{len(found)}", f["code"], f["severity"], f["outcome"], f["title"], "", 0)
        group.count += 1
        if f["article"] and f["article"] not in group.articles.split("、"):
            group.articles = "、".join(filter(None, [group.articles, f["article"]]))
        if len(group.items) >= bounds.findings_per_group:
            group.omitted += 1
            continue
        left = bounds.pictures_per_group - sum(len(i.pictures) for i in group.items)
        pictures = album.findings.get(index, [])[: max(left, 0)]
        if english:
            pictures = [replace(p, caption=in_english(p.caption)) for p in pictures]
        group.items.append(_item(report, index, f, pictures))
    cost = {r["code"]: Decimal(r["unsupported"]) + Decimal(r["unclear"]) for r in report.amount.get("reasons") or []}
    rank = {"critical": 0, "warning": 1, "info": 2}
    return sorted(found.values(), key=lambda g: (rank[g.severity], g.outcome == "unclear", -cost.get(g.code, Decimal(0)), g.code))


def _item(report: Report, index: int, finding: dict[str, Any], pictures: list[Shown]) -> Item:
    own = report.claim.get("claim_no")
    captions = {p.caption for p in pictures}
    places = [w for w in dict.fromkeys(where(p) for p in finding["evidence"]) if w not in captions]
    if len(places) > 8:
        places = [*places[:8], f"等{len(places)}处"]
    related = [r["file"] if r["claim_no"] == own else f"{r['claim_no']} · {r['file']}" for r in finding["related"][:6]]
    subject = finding["subject"] or ""
    subject = KINDS[subject][0] if subject in KINDS else SUBJECTS.get(subject, subject)
    subject = "" if all(word in finding["message"]["zh"] for word in subject.split()) else subject
    expected, observed = _proof(finding)
    return Item(index, finding, subject, places, pictures, expected, observed, related)


def _proof(finding: dict[str, Any]) -> tuple[str, str]:
    """Expected and observed with their unit; empty where the message says both."""
    said, code = finding["message"]["zh"], finding["code"]
    texts = [plain(finding[key]) for key in ("expected", "observed")]
    if all(text in _BARE or _says(said, text) for text in texts):
        return "", ""
    unit = UNITS.get(code, "")
    expected, observed = (f"{text} {unit}" if unit and _NUMBER.fullmatch(text) else text for text in texts)
    return expected, observed


def _says(message: str, text: str) -> bool:
    """Whether the message has this text, for numbers as a number of their own, rounded or not."""
    forms = {text, f"{float(text):.0f}"} if _NUMBER.fullmatch(text) else {text}
    return any(re.search(rf"(?<![\d.]){re.escape(form)}(?![\d.]*\d)", message) for form in forms)


def _clause(report: Report, clause: dict[str, Any], home: dict[tuple[str, str, str], str], english: bool = False) -> dict[str, Any]:
    """The clause with its findings by group: (anchor, title, how many)."""
    groups: dict[str, list[Any]] = {}
    for index in clause["findings"]:
        f = report.findings[index]
        key = home[(f["severity"], f["outcome"], f["code"])]
        doubt = (" (unclear)" if english else "（待定）") if f["outcome"] == "unclear" and clause["outcome"] != "unclear" else ""
        groups.setdefault(key, [key, f["title"]["en" if english else "zh"] + doubt, 0])[2] += 1
    shown = "manual" if clause.get("manual") else clause["outcome"]
    return {**clause, "shown": shown, "groups": list(groups.values())}


def _parts(clauses: list[dict[str, Any]]) -> list[Part]:
    """What is to be looked at first; within a part in the order of the document's clauses, the unmet before the unclear."""
    rank = {"unmet": 0, "unclear": 1}
    open_ = sorted((c for c in clauses if c["shown"] in rank), key=lambda c: rank[c["shown"]])
    manual = [c for c in clauses if c["shown"] == "manual"]
    rest = sorted((c for c in clauses if c["shown"] in ("met", "not_applicable")), key=lambda c: c["shown"] != "met")
    parts = (
        Part("open", "不符合与待定", "not met or unclear", open_),
        Part("met", "符合与不适用", "met or not applicable", rest),
        Part("manual", "人工审核", "for the reviewer", manual),
    )
    return [part for part in parts if part.clauses]


def _chosen(report: Report, most: int) -> list[int]:
    """Everybody, or where that is too many, those who do not get all they claim first; in the order of the list."""
    if len(report.trainees) <= most:
        return list(range(len(report.trainees)))
    short = sorted(range(len(report.trainees)), key=lambda i: (report.trainees[i]["amount_supported"] == report.trainees[i]["amount_claimed"], i))
    return sorted(short[:most])


def _people(
    report: Report, shown: list[int], anchors: dict[int, str], home: dict[tuple[str, str, str], str], traces: int, learning: Learning, english: bool = False
) -> list[Person]:
    people = []
    for who in shown:
        t = report.trainees[who]
        why: dict[str, tuple[str, str, str]] = {}
        times: dict[str, int] = {}
        for index in t["findings"]:
            f = report.findings[index]
            if f["severity"] == "info":
                continue
            title = f["title"]["en" if english else "zh"]
            times[title] = times.get(title, 0) + 1
            why.setdefault(title, (anchors.get(index) or home[(f["severity"], f["outcome"], f["code"])], title, f["severity"]))
        listed = [(a, z if times[z] == 1 else f"{z} ×{times[z]}" if english else f"{z} {times[z]}次", s) for a, z, s in why.values()]
        has_trace = bool(t.get("steps")) and traces > 0
        traces -= has_trace
        people.append(Person(who + 1, t, listed, shares(t), has_trace, learning.days(t) if has_trace else []))
    return people


def _kinds(report: Report, most: int) -> list[tuple[Pair, str, list[dict[str, Any]]]]:
    order = [*KINDS, ""]
    by_kind: dict[str, list[dict[str, Any]]] = {}
    for e in report.evidence[:most]:
        by_kind.setdefault(e["kind"] or "", []).append(e)
    return [(KINDS.get(kind, OTHER_KIND), kind, by_kind[kind]) for kind in order if kind in by_kind]
