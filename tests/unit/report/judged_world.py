"""The made-up claim judged: clauses, findings and entitlements as a judge would give them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from services.domain.case import (
    Case,
)
from services.domain.codes import CODES, Severity
from services.domain.evidence import Place, Related
from services.domain.finding import ClauseOutcome, Effect, Entitlement, Finding, Judgement, Outcome, Step
from services.domain.identity import mask_id_number
from services.domain.text import Message
from tests.unit.report.claim_world import NAMES, SHEETS, case, id_number, row_box


def message(code: str, zh: str, en: str) -> Message:
    return Message(zh or CODES[code].zh, en or CODES[code].en)


def finding(
    code: str,
    zh: str = "",
    en: str = "",
    *,
    outcome: Outcome = Outcome.UNMET,
    clause: str = "sheet-signed",
    article: str = "七(二)",
    subject: str = "",
    expected: object = None,
    observed: object = None,
    evidence: tuple[Place, ...] = (),
    related: tuple[Related, ...] = (),
    trainees: tuple[int, ...] = (),
    effect: Effect = Effect.NONE,
) -> Finding:
    severity = Severity.WARNING if outcome is Outcome.UNCLEAR else CODES[code].severity
    outcome = Outcome.MET if severity is Severity.INFO else outcome
    return Finding(code, severity, outcome, clause, article, message(code, zh, en), subject, expected, observed, evidence, related, trainees, effect)


def clause(
    name: str,
    article: str,
    text: str,
    outcome: Outcome,
    weight: int,
    *,
    about: str = "claim",
    critical: bool = False,
    findings: tuple[int, ...] = (),
    manual: bool = False,
    practice: bool = False,
) -> ClauseOutcome:
    confidence = {Outcome.MET: 1.0, Outcome.UNCLEAR: 0.5}.get(outcome, 0.0)
    return ClauseOutcome(name, article, text, about, outcome, Decimal(weight), critical, confidence, findings, manual, practice)


def findings(count: int) -> tuple[Finding, ...]:
    def row(sheet: int, i: int) -> Place:
        return Place(SHEETS[sheet][0], 1, i + 1, row_box(i + 1, count + 2))

    who = [f"{NAMES[i]} {mask_id_number(id_number(i))}" for i in range(12)]
    return (
        finding("video.too_short", "有效视频共1分50秒，少于5分钟；请补交反映培训过程的视频", "110 s of effective video, less than 300 s; submit more", clause="video", article="七(三)", expected=300, observed=109.9,
                evidence=(Place("videos/实训.mp4", seconds=(60.0, 140.0)), Place("videos/实训.mp4", seconds=(150.0, 172.5)))),
        finding("trainee.not_insured", "培训期间未参保", "not insured during the training", clause="insured", article="二", subject=who[2], expected="参保", observed=None, trainees=(2,), effect=Effect.EXCLUDES),
        finding("sheet.not_signed", "11月8日下午未签到（请假）", "not signed on the afternoon of 8 November (on leave)", subject=who[4], expected="签到、签退", observed="请假", evidence=(row(1, 4),), trainees=(4,)),
        finding("sheet.not_signed", "11月9日上午未签到（请假）", "not signed on the morning of 9 November (on leave)", subject=who[4], evidence=(row(2, 4),), trainees=(4,)),
        finding("sheet.name_ambiguous", "“黄丽×”可能为多人，请对照原件", "the name fits several people; compare with the page", outcome=Outcome.UNCLEAR, subject="第8行", evidence=(row(0, 7),), trainees=(7,)),
        finding("sheet.signature_copied", f"签名与11月8日下午的签名完全一致，疑似粘贴 {id_number(9)}", "the signature is pixel for pixel that of another sheet", clause="authentic", article="附件2 一", subject=who[9],
                evidence=(row(3, 9), row(1, 9)), related=(Related("CC-2021-000123", SHEETS[1][0]),), trainees=(9,)),
        finding("photo.taken_outside_training", "拍摄于2021-10-02，早于培训开始", "taken on 2 October 2021, before the training", clause="media", article="七(三)", evidence=(Place("photos/现场照片_6.jpg"),), expected="2021-11-08 至 2021-11-12", observed="2021-10-02"),
        finding("photo.reused", "与另一申报的照片相同", "the same as a photo of another claim", clause="media", article="七(三)", evidence=(Place("photos/现场照片_2.jpg"),), related=(Related("CC-2021-000088", "photos/a.jpg"),)),
        finding("file.unreadable", "图片无法解码，请重新上传", "the picture cannot be decoded; upload it again", clause="authentic", article="附件2 一", evidence=(Place("photos/损坏.jpg"),)),
        finding("photo.time_missing", "照片无拍摄时间", "no time", clause="media", article="七(三)", evidence=(Place("photos/现场照片_5.jpg"),)),
        finding("sheet.date_unreadable", "签到表日期无法辨认，请人工确认属于哪一天", "the date cannot be read; say which day it is", outcome=Outcome.UNCLEAR, evidence=(Place("sign_in_sheets/scan.pdf", 1, None, (0.6, 0.05, 0.2, 0.03)),)),
        finding("online.face_check_gap", "核验间隔超过15分钟，40分钟未计入", "more than 15 minutes between checks; 40 minutes not counted", clause="online", subject=who[0], expected=15, observed=40, trainees=(0,)),
    )  # fmt: skip


def entitlements(count: int) -> tuple[Entitlement, ...]:
    out = []
    for i in range(count):
        hours, supported, unclear = Decimal(40), Decimal(800), Decimal(0)
        why: tuple[int, ...] = ()
        if i == 2:
            supported, why = Decimal(0), (1,)
        if i == 4:
            hours, supported, why = Decimal(32), Decimal(640), (2, 3)
        if i == 7:
            hours, supported, unclear, why = Decimal(36), Decimal(720), Decimal(80), (4,)
        if i == 9:
            hours, supported, why = Decimal(36), Decimal(720), (5,)
        if i == 0:
            hours, supported, why = Decimal("39.11"), Decimal("782.20"), (11,)
        steps: tuple[Step, ...] = (
            Step(Message("签到计入5个课次", "5 sessions signed count"), hours=Decimal(20)),
            Step(Message("线上记录180分钟，核实140分钟，每学时45分钟", "180 minutes logged online, 140 verified, 45 to a class hour"), hours=Decimal("3.11")),
            Step(Message(f"{hours}学时×20元", f"{hours} class hours x 20"), hours=hours, amount=hours * 20),
        )
        if i == 2:
            steps = (*steps, Step(Message("不予补贴：培训期间未参保", "nothing is paid: not insured"), amount=Decimal(0), finding=1))
        out.append(Entitlement(i, 5, 180.0 if i % 5 == 0 else 140.0, 140.0, Decimal(40), hours, Decimal(800), supported, unclear, why, steps))
    return tuple(out)


def clauses() -> tuple[ClauseOutcome, ...]:
    met, unmet, unclear, none = Outcome.MET, Outcome.UNMET, Outcome.UNCLEAR, Outcome.NOT_APPLICABLE
    return (
        clause("size", "二", "职工总量在5000人以上", met, 5, critical=True),
        clause("insured", "二", "在长春市范围内的参保职工享受此政策", unmet, 8, about="persons", critical=True, findings=(1,)),
        clause("standing", "二", "培训制度、财务制度完善，信誉良好", none, 0, manual=True),
        clause("rate", "六(一)", "每人每学时20元，原则上单个项目每人次最高补贴标准不得高于3000元", met, 8, critical=True),
        clause("plan", "七(一)", "培训方案或培训通知", met, 6, critical=True),
        clause(
            "sheet-signed", "七(二)", "理论授课：可提供签到表、影像资料；实操培训：以签到表和影像资料为准", unmet, 10, about="persons", findings=(2, 3, 4, 10)
        ),
        clause("online", "七(二)", "线上学习的可提供线上学习记录时长或人脸识别等有效数据", unmet, 6, about="persons", findings=(11,)),
        clause("video", "七(三)", "视频不少于5分钟", unmet, 8, critical=True, findings=(0,)),
        clause("media", "七(三)", "能反映培训整体开展状况的影像资料", unclear, 4, findings=(6, 7, 9)),
        clause("hours-day", "七(二)", "单日不超过8学时", met, 2, practice=True),
        clause("authentic", "附件2 一", "提供的所有资料均合法、真实、有效", unmet, 8, findings=(5, 8)),
        clause("invoice", "六(三)", "补贴资金不得用于差旅费、交通费、食宿费", none, 3),
    )


def judgement(count: int = 12) -> Judgement:
    paid = entitlements(count)
    return Judgement(
        "changchun-2021-33", "2021.1", "关于支持以工业生产为主体的大型企业自主开展职业技能培训的实施方案", clauses(), findings(count), paid, Decimal(800) * count,
        sum((e.amount_supported or Decimal(0) for e in paid), Decimal(0)), sum((e.amount_unclear or Decimal(0) for e in paid), Decimal(0)), (("sheet", 1), ("photo", 2)),
    )  # fmt: skip


def clean(count: int = 12) -> tuple[Case, Judgement]:
    """The same claim with nothing to find."""
    paid = tuple(
        replace(e, hours_supported=Decimal(40), amount_supported=Decimal(800), amount_unclear=Decimal(0), findings=(), steps=()) for e in entitlements(count)
    )
    good = tuple(replace(c, outcome=Outcome.MET if c.outcome in (Outcome.UNMET, Outcome.UNCLEAR) else c.outcome, findings=()) for c in clauses())
    return case(count), replace(judgement(count), clauses=good, findings=(), entitlements=paid, supported=Decimal(800) * count, unclear=Decimal(0))
