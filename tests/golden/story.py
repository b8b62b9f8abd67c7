"""A claim told in a few words of an official -> claim, roster, trainees and facts, matched and judged as the program does it.

What is told is what departs from the plain claim: three insured people, two days of four sessions, everything signed and handed in.
The words are listed in `law/README.md`. Nothing is read here: facts are made, from matching on the program's own parts are used.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, cast

from services.adapters.repository import Repository
from services.domain.case import Case, Evidence, FileProblem
from services.domain.claim import Claim, Enterprise, Insured, PaidSubsidy, Project, Roster, Trainee, Trainees, Venue
from services.domain.errors import FieldProblem
from services.domain.evidence import EvidenceKind
from services.domain.facts import (
    Facts,
)
from services.domain.finding import Judgement
from services.domain.index import ClaimIndex, Elsewhere, OtherClaim
from services.domain.policy import Policy
from services.domain.text import Message
from services.verify.elsewhere import ClaimsElsewhere
from services.verify.judge import judge
from services.verify.matching import match_case
from services.verify.pipeline import index_of
from services.verify.readers import reader_for
from tests.factories import NAMES, id_number
from tests.golden.shown import documents_of, logs_of, photos_of, sheets_of, videos_of
from tests.golden.words import MODES, Told, day_of, moment, sessions_of, told_or

# --- what the enterprise declares ---------------------------------------------------------------------------------


def _people(told: Told, hours: Decimal, rate: Decimal) -> tuple[Trainee, ...]:
    found = []
    for index, words in enumerate(told.get("人员", ({}, {}, {}))):
        name = words.get("姓名", NAMES[index % len(NAMES)])
        number = id_number(NAMES.index(words["同一身份证号"])) if "同一身份证号" in words else id_number(index)
        number = {"校验位错误": number[:-1] + ("0" if number[-1] != "0" else "1"), "少一位": number[:-1]}.get(words.get("身份证号", ""), number)
        own_hours = told_or(words, "学时", hours)
        amount = told_or(words, "金额", Decimal(own_hours) * rate if own_hours is not None else None)
        trainee = Trainee(
            index + 2, name, number, told_or(words, "类别", "参保职工"), own_hours and Decimal(str(own_hours)), None if amount is None else Decimal(str(amount))
        )
        found.append(trainee)
    return tuple(found)


def _staff(told: Told, people: Sequence[Trainee]) -> Iterator[Insured]:
    """The trainees with the insurance told of them (default: since 2019), and some colleagues."""
    row = 2
    words = list(told.get("人员", ())) or [{} for _ in people]
    for person, own in zip(people, words, strict=True):
        periods = own.get("参保", ["2019-03-01 起"])
        for period in [] if periods == "无" else periods:
            first, _, last = period.removesuffix("起").partition("至")
            since, until = first.strip(), last.strip()
            yield Insured(row, person.name, person.id_number, day_of(since) if since else None, day_of(until) if until else None, "参保职工")
            row += 1
    for index in range(len(people), len(people) + 4):
        yield Insured(row + index, f"{NAMES[index % len(NAMES)]}{'甲乙丙丁'[index % 4]}", id_number(index), date(2019, 3, 1), None, "参保职工")


def _claim(told: Told, people: Sequence[Trainee]) -> Claim:
    company, project = told.get("企业", {}), told.get("项目", {})
    start, end = (day_of(project.get(key, day)) for key, day in (("开始", "2021-11-08"), ("结束", "2021-11-09")))
    modes = project.get("方式", ["理论"])
    paid = told.get("本年已享受", [])
    total = told.get("申报总额", sum((p.amount or Decimal(0) for p in people), Decimal(0)))
    submitted = told_or(told, "提交时间", f"{end.isoformat()} 18:00")
    return Claim(
        claim_no=told.get("编号", "本申报"),
        enterprise=Enterprise(
            name="长春样例制造有限公司",
            uscc=told_or(company, "信用代码", "91220101MA0Y2XQW66"),
            employees=told_or(company, "职工总量", 8200),
            industrial=told_or(company, "工业主体", True),
            area_code=told_or(company, "区划代码", "220100"),
        ),
        project=Project(
            name=project.get("名称", "数控车工岗前培训"),
            start=start,
            end=end,
            class_hours=Decimal(str(project.get("学时", 16))),
            training_type=told_or(project, "培训类型", "岗前培训"),
            occupation=told_or(project, "职业", "车工"),
            level=told_or(project, "等级", "四级"),
            modes=() if modes == "未填" else tuple(MODES[m] for m in modes),
            trainee_count=told_or(project, "人数", len(people)),
            venue=Venue("一号教室") if project.get("地点") == "未填" else Venue("一号教室", 43.88, 125.32),
        ),
        policy="changchun-2021-33",
        sessions=() if told.get("课程") == "未填" else sessions_of(told, start, end),
        promised_materials=None if told.get("承诺材料") == "未填" else tuple(told.get("承诺材料", ("培训方案", "签到表", "影像资料", "评价记录"))),
        claimed_amount=None if total == "未填" else Decimal(str(total)),
        submitted_at=None if submitted is None else moment(str(submitted)),
        problems=tuple(FieldProblem(name, "‘?’", Message("正确的格式", "the right form")) for name in told.get("格式有误", ())),
        paid_this_year=None if paid == "未填" else tuple(_paid(p, people) for p in paid),
    )


def _paid(told: Told, people: Sequence[Trainee]) -> PaidSubsidy:
    number = next(p.id_number for p in people if p.name == told["姓名"])
    return PaidSubsidy(
        number, told_or(told, "职业", "车工"), told_or(told, "等级", "四级"), told.get("项目", "往期培训"), day_of(told["日期"]) if "日期" in told else None
    )


# --- the claims of one case, as a store would have them --------------------------------------------------------------


@dataclass
class Shelf:
    """Stands in for the repository's part that `ClaimsElsewhere` asks: the claims verified so far."""

    claims: dict[str, tuple[OtherClaim, ClaimIndex]] = field(default_factory=dict)
    read: dict[str, Facts] = field(default_factory=dict)

    def put(self, case: Case, index: ClaimIndex, facts: Mapping[str, Facts]) -> None:
        claim = case.claim
        other = OtherClaim(claim.claim_no, claim.claim_no, claim.enterprise.name, claim.enterprise.uscc, claim.submitted_at, len(self.claims))
        self.claims[claim.claim_no] = other, index
        self.read |= facts

    def withdraw(self, claim_no: str) -> None:
        self.claims[claim_no] = self.claims[claim_no][0], ClaimIndex()

    def _entries(self, me: str, kind: str) -> list[Elsewhere[Any]]:
        return [Elsewhere(other, entry) for other, index in self.claims.values() if other.id != me for entry in getattr(index, kind)]

    def media(self, me: str, kind: str, *, sha256: Any = None) -> list[Elsewhere[Any]]:
        return [e for e in self._entries(me, "media") if e.entry.kind == kind and (sha256 is None or e.entry.sha256 in sha256)]

    def presences(self, me: str, numbers: set[str]) -> list[Elsewhere[Any]]:
        return [e for e in self._entries(me, "presences") if e.entry.id_number in numbers]

    def subsidies(self, me: str, numbers: Mapping[str, Any]) -> list[Elsewhere[Any]]:
        return [e for e in self._entries(me, "subsidies") if e.entry.id_number in numbers]

    def invoices(self, me: str, numbers: set[str]) -> list[Elsewhere[Any]]:
        return [e for e in self._entries(me, "invoices") if e.entry.number in numbers]

    def facts(self, sha: str, reader: str, version: int) -> tuple[Facts, tuple[FileProblem, ...]] | None:
        return (self.read[sha], ()) if sha in self.read else None


@dataclass(frozen=True, slots=True)
class Material:
    """A claim with what it hands in, before anything is matched."""

    claim: Claim
    trainees: Trainees | None
    roster: Roster | None
    evidence: tuple[Evidence, ...]


def material(told: Told) -> Material:
    hours = Decimal(str(told.get("项目", {}).get("学时", 16)))
    people = _people(told, hours, Decimal(20))
    claim = _claim(told, people)
    parts = (documents_of(told, claim, people), sheets_of(told, claim, people), photos_of(told, claim), videos_of(told, claim), logs_of(told, claim, people))
    return Material(
        claim,
        None if told.get("人员名单") == "无" else Trainees("培训补贴人员信息.xlsx", people),
        None if told.get("参保名单") == "无" else Roster("参保名单.xlsx", tuple(_staff(told, people))),
        tuple(item for part in parts for item in part),
    )


def match(known: Material, policy: Policy, shelf: Shelf | None = None) -> Case:
    elsewhere = ClaimsElsewhere(cast(Repository, shelf or Shelf()), known.claim.claim_no, known.claim)
    return match_case(known.claim, known.trainees, known.roster, known.evidence, None, elsewhere, policy.rules(known.claim.project.start), ())


def verify(known: Material, policy: Policy, shelf: Shelf) -> tuple[Case, Judgement]:
    """Match and judge one claim among those on the shelf, and leave its index there."""
    case = match(known, policy, shelf)
    judgement = judge(case, policy)
    shelf.put(case, index_of(case, judgement), {e.file.sha256: e.facts for e in known.evidence if e.facts is not None})
    return case, judgement


def verify_all(told: Sequence[Told], policy: Policy, withdrawn: Sequence[str] = ()) -> dict[str, tuple[Case, Judgement]]:
    """Claims verified in this order, `withdrawn` ones taken back, all once more in the order of their submission; claim number -> outcome."""
    shelf = Shelf()
    materials = [material(words) for words in told]
    for known in materials:
        verify(known, policy, shelf)
    for claim_no in withdrawn:
        shelf.withdraw(claim_no)
    order = sorted(
        (m for m in materials if m.claim.claim_no not in withdrawn),
        key=lambda m: (m.claim.submitted_at is None, m.claim.submitted_at.timestamp() if m.claim.submitted_at else 0.0, m.claim.claim_no),
    )
    return {known.claim.claim_no: verify(known, policy, shelf) for known in order}


assert reader_for(EvidenceKind.PLAN)  # the readers are loaded once, not in the first case
