"""A claim told in a few words of an official -> claim, roster, trainees and facts, matched and judged as the program does it.

What is told is what departs from the plain claim: three insured people, two days of four sessions, everything signed and handed in.
The words are listed in `law/README.md`. Nothing is read here: facts are made, from matching on the program's own parts are used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from decimal import Decimal
from hashlib import sha256
from typing import Any, cast

import numpy as np

from services.adapters.repository import Repository
from services.domain.case import Case, Evidence, FileProblem
from services.domain.claim import SHANGHAI, Claim, Enterprise, Insured, Mode, PaidSubsidy, Project, Roster, Session, Trainee, Trainees, Venue
from services.domain.errors import FieldProblem
from services.domain.evidence import EvidenceFile, EvidenceKind
from services.domain.facts import (
    DateReading,
    DocumentFacts,
    FaceCheck,
    Facts,
    InvoiceFacts,
    LearningLogFacts,
    LearningSession,
    LoggedPerson,
    PhotoFacts,
    SealSeen,
    SheetCell,
    Span,
    SpanKind,
    VideoFacts,
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
from services.verify.readers.document.invoice import invoice_of
from tests.factories import NAMES, id_number
from tests.generators import facts as sheets

Told = Mapping[str, Any]
MODES = {"理论": Mode.THEORY, "实操": Mode.PRACTICAL, "线上": Mode.ONLINE}
MATERIALS = {"培训方案": EvidenceKind.PLAN, "培训通知": EvidenceKind.NOTICE, "评价记录": EvidenceKind.ASSESSMENT, "申报材料": EvidenceKind.APPLICATION}
HOURS = {"上午": (time(8, 30), time(11, 30)), "下午": (time(13), time(16)), "全天": (time(8, 30), time(16, 30)), "晚上": (time(18), time(21))}
SPANS = {"静止": SpanKind.FROZEN, "黑屏": SpanKind.BLACK, "循环": SpanKind.LOOPED, "轮播": SpanKind.SLIDESHOW}


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def _or(told: Told, key: str, usual: Any) -> Any:
    """What is told of `key`; 未填 is nothing."""
    value = told.get(key, usual)
    return None if value == "未填" else value


# --- what the enterprise declares ---------------------------------------------------------------------------------


def _sessions(told: Told, start: date, end: date) -> tuple[Session, ...]:
    """What was held, whether the claim declares it or not."""
    lines = told.get("课程")
    if lines is None or lines == "未填":
        days = (start,) if start == end else (start, end)
        lines = [f"{day} {part} 4学时 理论" for day in days for part in ("上午", "下午")]
    return tuple(map(_session, lines))


def _session(line: str) -> Session:
    """2021-11-08 上午 4学时 理论; the hours also as 08:30-10:30."""
    day, part, hours, mode = line.split()[:4]
    course = line.split()[4] if len(line.split()) > 4 else None
    start, end = HOURS[part] if part in HOURS else (time.fromisoformat(clock) for clock in part.split("-"))
    return Session(_day(day), Decimal(hours.removesuffix("学时")), start, end, MODES[mode], course)


def _people(told: Told, hours: Decimal, rate: Decimal) -> tuple[Trainee, ...]:
    found = []
    for index, words in enumerate(told.get("人员", ({}, {}, {}))):
        name = words.get("姓名", NAMES[index % len(NAMES)])
        number = id_number(NAMES.index(words["同一身份证号"])) if "同一身份证号" in words else id_number(index)
        number = {"校验位错误": number[:-1] + ("0" if number[-1] != "0" else "1"), "少一位": number[:-1]}.get(words.get("身份证号", ""), number)
        own_hours = _or(words, "学时", hours)
        amount = _or(words, "金额", Decimal(own_hours) * rate if own_hours is not None else None)
        trainee = Trainee(
            index + 2, name, number, _or(words, "类别", "参保职工"), own_hours and Decimal(str(own_hours)), None if amount is None else Decimal(str(amount))
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
            yield Insured(row, person.name, person.id_number, _day(since) if since else None, _day(until) if until else None, "参保职工")
            row += 1
    for index in range(len(people), len(people) + 4):
        yield Insured(row + index, f"{NAMES[index % len(NAMES)]}{'甲乙丙丁'[index % 4]}", id_number(index), date(2019, 3, 1), None, "参保职工")


def _claim(told: Told, people: Sequence[Trainee]) -> Claim:
    company, project = told.get("企业", {}), told.get("项目", {})
    start, end = (_day(project.get(key, day)) for key, day in (("开始", "2021-11-08"), ("结束", "2021-11-09")))
    modes = project.get("方式", ["理论"])
    paid = told.get("本年已享受", [])
    total = told.get("申报总额", sum((p.amount or Decimal(0) for p in people), Decimal(0)))
    submitted = _or(told, "提交时间", f"{end.isoformat()} 18:00")
    return Claim(
        claim_no=told.get("编号", "本申报"),
        enterprise=Enterprise(
            name="长春样例制造有限公司",
            uscc=_or(company, "信用代码", "91220101MA0Y2XQW66"),
            employees=_or(company, "职工总量", 8200),
            industrial=_or(company, "工业主体", True),
            area_code=_or(company, "区划代码", "220100"),
        ),
        project=Project(
            name=project.get("名称", "数控车工岗前培训"),
            start=start,
            end=end,
            class_hours=Decimal(str(project.get("学时", 16))),
            training_type=_or(project, "培训类型", "岗前培训"),
            occupation=_or(project, "职业", "车工"),
            level=_or(project, "等级", "四级"),
            modes=() if modes == "未填" else tuple(MODES[m] for m in modes),
            trainee_count=_or(project, "人数", len(people)),
            venue=Venue("一号教室") if project.get("地点") == "未填" else Venue("一号教室", 43.88, 125.32),
        ),
        policy="changchun-2021-33",
        sessions=() if told.get("课程") == "未填" else _sessions(told, start, end),
        promised_materials=None if told.get("承诺材料") == "未填" else tuple(told.get("承诺材料", ("培训方案", "签到表", "影像资料", "评价记录"))),
        claimed_amount=None if total == "未填" else Decimal(str(total)),
        submitted_at=None if submitted is None else _at(str(submitted)),
        problems=tuple(FieldProblem(name, "‘?’", Message("正确的格式", "the right form")) for name in told.get("格式有误", ())),
        paid_this_year=None if paid == "未填" else tuple(_paid(p, people) for p in paid),
    )


def _paid(told: Told, people: Sequence[Trainee]) -> PaidSubsidy:
    number = next(p.id_number for p in people if p.name == told["姓名"])
    return PaidSubsidy(
        number, _or(told, "职业", "车工"), _or(told, "等级", "四级"), told.get("项目", "往期培训"), _day(told["日期"]) if "日期" in told else None
    )


# --- the evidence ---------------------------------------------------------------------------------------------------


def _evidence(path: str, kind: EvidenceKind, facts: Facts | None, key: str = "", problem: str = "") -> Evidence:
    """`key`: what makes the bytes; the same key in two claims is the same file."""
    problems = (FileProblem("file.unreadable", Message(problem, "damaged")),) if problem else ()
    return Evidence(EvidenceFile(path, kind, sha256((key or path).encode()).hexdigest(), 1000), facts, problems)


def _documents(told: Told, claim: Claim, people: Sequence[Trainee]) -> Iterator[Evidence]:
    usual: dict[str, Any] = {
        "培训方案": f"{claim.project.name}培训方案\n培训时间：{claim.project.start}至{claim.project.end}\n",
        "评价记录": f"{claim.project.name}评价记录\n" + "".join(f"{p.name}\t合格\n" for p in people),
    }
    for name, text in {**usual, **told.get("材料", {})}.items():
        if text == "无":
            continue
        path, kind = f"{name}/{name}.docx", MATERIALS[name]
        broken = text == "无法打开"
        yield _evidence(
            path,
            kind,
            None if broken else letter(text) if isinstance(text, Mapping) else document(text),
            f"{claim.claim_no} {name}",
            "文件已损坏" if broken else "",
        )
    for number, words in enumerate(told.get("发票", ())):
        yield _evidence(f"发票/{number}.pdf", EvidenceKind.INVOICE, invoice(words), f"{claim.claim_no} invoice {number}")


def document(text: str) -> DocumentFacts:
    days = tuple(map(date.fromisoformat, re.findall(r"\d{4}-\d\d-\d\d", text)))
    return DocumentFacts(pages=1, text=text, text_source="text" if text.strip() else "none", dates=days)


def letter(told: Told) -> DocumentFacts:
    """A commitment letter: 信用代码, 公章 (有, 未见, 黑白扫描, 电子文稿), 签字 (有, 未见)."""
    text = f"企业承诺书\n我单位长春样例制造有限公司\n统一社会信用代码为：{told.get('信用代码', '91220101MA0Y2XQW66')}\n郑重承诺如下：\n法定代表人签字："
    seal = told.get("公章", "有")
    return replace(
        document(text),
        text_source="text" if seal == "电子文稿" else "ocr",
        seals=(SealSeen(1, (0.5, 0.7, 0.2, 0.14)),) if seal == "有" else (),
        colour_pages=int(seal in ("有", "未见")),
        signed=((1, told.get("签字", "有") == "有"),),
    )


def invoice(told: Told) -> DocumentFacts:
    text = f"增值税普通发票\n发票号码：{told['号码']}\n开票日期：{told.get('日期', '2021-11-09')}\n" + "".join(
        f"*{i}\n" for i in told.get("项目", ["非学历教育服务*培训费"])
    )
    text += f"价税合计（小写）¥{Decimal(str(told.get('金额', 960))):.2f}\n"
    if told.get("无法识读"):
        return document(" ")
    found = invoice_of(text, "ocr" if told.get("文字识别") else "text", ())
    assert isinstance(found, InvoiceFacts)
    return replace(document(text), invoice=found)


def _photos(told: Told, claim: Claim) -> Iterator[Evidence]:
    photos = told.get("照片", 6)
    for number, words in enumerate([{}] * photos if isinstance(photos, int) else photos):
        same = str(words.get("内容", f"{claim.claim_no} photo {number}"))
        taken = _or(words, "拍摄", f"{claim.project.start} {9 + number // 6:02d}:{number % 6 * 9:02d}")
        picture = PhotoFacts(
            4000, 3000, None if taken is None else _at(str(taken)), None if taken is None else words.get("时间来源", "exif"), faces=5, hash=sha256(same.encode()).hexdigest(),
            hash_quality=100, edited_by=words.get("编辑软件"), screenshot="截屏" if words.get("截屏") else None,
            latitude=words.get("纬度"), longitude=words.get("经度"),
        )  # fmt: skip
        yield _evidence(
            f"照片/{number + 1}.jpg", EvidenceKind.PHOTO, None if words.get("无法打开") else picture, same, "图片无法解码" if words.get("无法打开") else ""
        )


def _videos(told: Told, claim: Claim) -> Iterator[Evidence]:
    for number, words in enumerate(told.get("视频", [360])):
        said = {"秒": words} if isinstance(words, int | float) else words
        same, playable = str(said.get("内容", f"{claim.claim_no} video {number}")), float(said["秒"])
        spans = tuple(Span(SPANS[kind], (float(a), float(b)), certain=not said.get("存疑", False)) for kind, (a, b) in said.get("画面", {}).items())
        lost = sum(span.seconds[1] - span.seconds[0] for span in spans if span.certain)
        taken = _at(str(said.get("录制", f"{claim.project.start} 09:30")))
        facts = VideoFacts(float(said.get("标称秒", playable)), playable, playable - lost, 1920, 1080, 25.0, "h264", taken, "quicktime", spans=spans)
        yield _evidence(f"视频/{number + 1}.mp4", EvidenceKind.VIDEO, facts, same)


def _sheets(told: Told, claim: Claim, people: Sequence[Trainee]) -> Iterator[Evidence]:
    """One sheet for each session in a room: name, ID number, 签到, 签退. 签到 tells, by session, who has something else there than signatures."""
    kept, signs = told.get("签到表", {}), told.get("签到", {})
    if kept == "无":
        return
    listed = {person.id_number: person for person in reversed(people)}
    for number, session in enumerate(s for s in _sessions(told, claim.project.start, claim.project.end) if not s.online):
        label = session_label(session)
        how = str(kept.get(label, ""))
        if how in ("无", "无法打开"):
            if how == "无法打开":
                yield _evidence(f"签到表/{number + 1}.jpg", EvidenceKind.SIGN_IN_SHEET, None, f"{claim.claim_no} sheet {number}", "图片无法解码")
            continue
        own, hand = signs.get(label, {}), how.removeprefix("同") if how.startswith("同") else f"{claim.claim_no} {label}"
        there = [p for p in people if listed[p.id_number] is p and own.get(p.name) != "不在表上"]
        rows = [(p.name, "" if own.get(p.name) == "无身份证号" else p.id_number, *_cells(own.get(p.name, "已签"), f"{hand} {p.name}")) for p in there]
        rows += [(name, "", *_cells("已签", f"{hand} {name}")) for name in own.get("另有", ())]
        clear = how != "日期无法辨认"
        day = session.date if not how or not clear or how.startswith("同") or how == "模糊" else _day(how)
        part = {"上午": "am", "下午": "pm"}.get(label.split()[1], "day")
        page = sheets.page(["姓名", "身份证号", "签到", "签退"], rows, day=day if clear else None, part=part if clear else None, course=session.course)
        if how == "模糊":
            page = replace(page, legible=False, tables=())
        if not clear:
            page = replace(page, date=DateReading(None, "1？月？日", 0.2))
        yield _evidence(f"签到表/{number + 1}.jpg", EvidenceKind.SIGN_IN_SHEET, sheets.sheet(page), f"{claim.claim_no} sheet {number}")


def session_label(session: Session) -> str:
    part = {"am": "上午", "pm": "下午"}.get(session.part_of_day(), "全天")
    if session.start and session.start >= time(18):
        part = "晚上"
    return f"{session.date} {part}"


def _cells(word: str, hand: str) -> tuple[Any, Any]:
    """The cells under 签到 and 签退. `笔迹同2021-11-08 上午`: the ink of that session, pasted."""
    if word.startswith("笔迹同"):
        claim_no, _, _, name = hand.split()
        word, hand = "已签", f"{claim_no} {word.removeprefix('笔迹同')} {name}"
    signs: dict[str, tuple[Any, Any]] = {
        "已签": (True, True),
        "无身份证号": (True, True),
        "未签": (False, False),
        "缺签退": (True, False),
        "难以辨认": (None, True),
    }
    return tuple(_signature(column, f"{hand} {column}") if sign is True else sign for column, sign in zip((2, 3), signs.get(word, (word, False)), strict=True))  # type: ignore[return-value]


def _signature(column: int, hand: str) -> SheetCell:
    """A signature with ink of its own: nothing like any other."""
    rng = np.random.default_rng(int.from_bytes(sha256(hand.encode()).digest()[:8], "big"))
    return SheetCell(column, (0.1 * column, 0.1, 0.1, 0.02), "", 0.0, signed=True, ink=np.packbits(rng.random((32, 96)) < 0.3).tobytes())


def _logs(told: Told, claim: Claim, people: Sequence[Trainee]) -> Iterator[Evidence]:
    """线上学习: who -> stretches `2021-11-08 19:00-20:30`; 人脸核验: who -> `2021-11-08 19:10 通过`."""
    who = {p.name: LoggedPerson(p.name, p.id_number) for p in people}
    learnt = [
        LearningSession(0, who.get(name) or LoggedPerson(name), *_stretch(line), course="网络课程")
        for name, lines in told.get("线上学习", {}).items()
        for line in lines
    ]
    checks = [
        FaceCheck(0, who[name], _at(line.rsplit(" ", 1)[0]), line.endswith("通过") and not line.endswith("未通过"))
        for name, lines in told.get("人脸核验", {}).items()
        for line in lines
    ]
    if learnt or checks or told.get("学习记录"):
        facts = LearningLogFacts(
            tuple(replace(s, row=k + 2, stated_seconds=(s.end - s.start).total_seconds() if s.end else None) for k, s in enumerate(learnt)),
            tuple(replace(c, row=k + 2) for k, c in enumerate(checks)),
        )
        yield _evidence("线上学习记录/log.xlsx", EvidenceKind.LEARNING_LOG, facts, f"{claim.claim_no} log")


def _stretch(line: str) -> tuple[datetime, datetime]:
    day, clocks = line.split()
    start, end = clocks.split("-")
    return _at(f"{day} {start}"), _at(f"{day} {end}")


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
    parts = (_documents(told, claim, people), _sheets(told, claim, people), _photos(told, claim), _videos(told, claim), _logs(told, claim, people))
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
