"""A made-up claim, judged: eight days' worth of everything a report has to show, with planted defects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from services.domain.case import (
    Case,
    CheckSeen,
    CheckVerdict,
    DoubtKind,
    Evidence,
    FileProblem,
    OnlineInterval,
    OnlineReason,
    OnlineTime,
    RowCandidate,
    RowStatus,
    SessionPresence,
    SheetAttendance,
    SheetDate,
    SheetRowMatch,
    TraineeRecord,
)
from services.domain.claim import SHANGHAI, Claim, Enterprise, Insured, Mode, Project, RejectedRow, Roster, Session, Trainee, Trainees, Venue
from services.domain.codes import CODES, Severity
from services.domain.evidence import EvidenceFile, EvidenceKind, Place, Related
from services.domain.facts import (
    DocumentFacts,
    FacePicture,
    FaceSetFacts,
    Frame,
    InvoiceFacts,
    LearningLogFacts,
    LearningSession,
    LoggedPerson,
    PhotoFacts,
    SheetFacts,
    SheetPage,
    Span,
    SpanKind,
    VideoFacts,
)
from services.domain.finding import ClauseOutcome, Effect, Entitlement, Finding, Judgement, Outcome, Step
from services.domain.identity import id_check_digit, mask_id_number
from services.domain.policy import Rules
from services.domain.text import Message

FONT = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
START = date(2021, 11, 8)
AT = datetime(2021, 11, 18, 9, 30, tzinfo=SHANGHAI)
NAMES = [
    "王建国",
    "李秀英",
    "张伟",
    "刘芳",
    "陈静",
    "杨洋",
    "赵磊",
    "黄丽娟",
    "周强",
    "吴敏",
    "徐海燕",
    "孙志远",
    "马晓东",
    "朱琳",
    "胡建军",
    "郭丽",
    "何雪梅",
    "高飞",
    "林涛",
    "罗永刚",
    "梁晓红",
    "宋春雷",
    "郑佳",
    "谢文博",
    "韩冰",
    "唐国庆",
    "冯雨晴",
    "董立新",
    "萧山",
    "程颖",
    "曹德旺",
    "袁媛",
    "邓超群",
    "许晓彤",
    "傅博",
    "沈晨",
    "曾庆华",
    "彭勃",
    "吕梁",
    "苏晴",
    "卢静怡",
    "蒋大为",
    "蔡明",
    "欧阳修远",
]


def id_number(index: int) -> str:
    first = f"22010419{70 + index % 30:02d}{1 + index % 12:02d}{1 + index % 28:02d}{index % 900:03d}"
    return first + id_check_digit(first)


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
    **more: bool,
) -> ClauseOutcome:
    confidence = {Outcome.MET: 1.0, Outcome.UNCLEAR: 0.5}.get(outcome, 0.0)
    return ClauseOutcome(name, article, text, about, outcome, Decimal(weight), critical, confidence, findings, **more)


def rules() -> Rules:
    return Rules({"岗前培训": Decimal(20)}, Decimal(3000), 45, Decimal(10), Decimal(15), "all", ("参保职工",))


def sessions(days: int = 5) -> tuple[Session, ...]:
    out = []
    for d in range(days):
        day = START + timedelta(days=d)
        out.append(Session(day, Decimal(4), time(8, 30), time(11, 30), Mode.THEORY, "机械制图" if d < 3 else "安全生产"))
        online = d == days - 1
        out.append(Session(day, Decimal(4), time(13, 30), time(16, 30), Mode.ONLINE if online else Mode.PRACTICAL, "线上复习" if online else "车工实训"))
    return tuple(out)


def people(count: int) -> Trainees:
    listed = tuple(
        Trainee(
            i + 3,
            NAMES[i % len(NAMES)] + ("" if i < len(NAMES) else str(i // len(NAMES))),
            id_number(i),
            "参保职工",
            Decimal(40),
            Decimal("800.00"),
            f"E{i:04d}",
            "一车间",
        )
        for i in range(count)
    )
    return Trainees("trainees.xlsx", listed, (RejectedRow(50, Message("身份证号为空，该行未采用", "the ID number is missing; the row was refused")),))


SHEETS = (
    ("sign_in_sheets/1108am.jpg", 0),
    ("sign_in_sheets/1108pm.jpg", 1),
    ("sign_in_sheets/1109am.jpg", 2),
    ("sign_in_sheets/1109pm.jpg", 3),
    ("sign_in_sheets/1110.jpg", 4),
)


def _row_box(row: int, rows: int) -> tuple[float, float, float, float]:
    height = 0.78 / max(rows, 1)
    return (0.06, 0.16 + (row - 1) * height, 0.88, height)


def attendance(trainees: Trainees) -> tuple[SheetAttendance, ...]:
    count = len(trainees.people)
    out = []
    for file, session in SHEETS:
        rows = []
        for i, p in enumerate(trainees.people):
            box = _row_box(i + 1, count + 2)
            signed, status, doubts, candidates = True, RowStatus.MATCHED, (), ()
            if i == 4 and session in (1, 2):
                signed = False
            if i == 7 and session == 0:
                status, candidates = RowStatus.AMBIGUOUS, (RowCandidate(p.name, p.id_number, 0.52, 7), RowCandidate("黄丽丽", id_number(500), 0.41))
            if i == 9 and session == 3:
                doubts = (DoubtKind.SIGNATURE_COPIED,)
            if i == 11 and session == 2:
                doubts = (DoubtKind.SIGNATURE_UNCLEAR,)
            match = SheetRowMatch(
                i + 1, box, status, p.name, None if status is RowStatus.AMBIGUOUS else p.id_number, 0.52 if candidates else 0.998, candidates,
                (("签到", signed), ("签退", signed)), None if signed else "请假", None if candidates else i, doubts,
            )  # fmt: skip
            rows.append(match)
        rows.append(SheetRowMatch(count + 1, _row_box(count + 1, count + 2), RowStatus.CROSSED_OUT, "王五", None, 0.8, (), (("签到", True), ("签退", False))))
        rows.append(SheetRowMatch(count + 2, (0.06, 0.93, 0.95, 0.1), RowStatus.EMPTY, None, None, None, (), (("签 到", False), ("签 到", False))))
        when = START + timedelta(days=session // 2)
        out.append(SheetAttendance(file, 1, when, "am" if session % 2 == 0 else "pm", session, tuple(rows)))
    out.append(SheetAttendance("sign_in_sheets/scan.pdf", 1, None, None, None, (), SheetDate.UNREADABLE, "11月?日", (0.6, 0.05, 0.2, 0.03), (5, 6)))
    return tuple(out)


def records(count: int) -> tuple[TraineeRecord, ...]:
    out = []
    for i in range(count):
        presences = []
        for file, session in SHEETS:
            if (i == 4 and session in (1, 2)) or (i == 7 and session == 0):
                continue
            doubts = (DoubtKind.SIGNATURE_COPIED,) if i == 9 and session == 3 else (DoubtKind.SIGNATURE_UNCLEAR,) if i == 11 and session == 2 else ()
            presences.append(SessionPresence(session, Place(file, 1, i + 1, _row_box(i + 1, count + 2)), doubts))
        out.append(TraineeRecord(tuple(presences), online_time(i)))
    return tuple(out)


def online_time(i: int) -> OnlineTime:
    begin = datetime(2021, 11, 12, 13 + i % 3, 30, tzinfo=SHANGHAI)
    middle = begin + timedelta(minutes=140)
    parts = [OnlineInterval(begin, middle, OnlineReason.COUNTED)]
    if i % 5 == 0:
        parts.append(OnlineInterval(middle, middle + timedelta(minutes=40), OnlineReason.FACE_GAP))
    if i == 3:
        parts.append(OnlineInterval(begin + timedelta(days=3), begin + timedelta(days=3, minutes=50), OnlineReason.OUTSIDE))
    checks = (CheckSeen(begin + timedelta(minutes=7), CheckVerdict.PASSED, Place("learning_logs/checks.csv", row=i + 2)),)
    total = sum((p.end - p.start).total_seconds() / 60 for p in parts)
    return OnlineTime(total, 140.0, 0.0, tuple(parts), checks, 1)


def evidence() -> tuple[Evidence, ...]:
    def file(path: str, kind: EvidenceKind | None, size: int = 123456) -> EvidenceFile:
        return EvidenceFile(path, kind, f"{abs(hash(path)) % 16**12:012x}" + "ab" * 26, size, None)

    out = [Evidence(file("plan/培训方案.docx", EvidenceKind.PLAN), DocumentFacts(4, "数控车工岗前培训方案" * 40, "text", (START,)))]
    for path, _ in SHEETS:
        page = SheetPage(1, 1654, 2339, (), title="岗前培训签到表", date=None, part="am")
        out.append(Evidence(file(path, EvidenceKind.SIGN_IN_SHEET), SheetFacts((page,))))
    out.append(Evidence(file("sign_in_sheets/scan.pdf", EvidenceKind.SIGN_IN_SHEET), SheetFacts((SheetPage(1, 1654, 2339, (), legible=False),))))
    for n in range(6):
        taken = datetime(2021, 11, 8 + n, 9 + n, 12, tzinfo=SHANGHAI) if n != 4 else None
        taken = datetime(2021, 10, 2, 9, 0, tzinfo=SHANGHAI) if n == 5 else taken
        photo = PhotoFacts(1600, 1200, taken, "exif" if taken else None, 43.88, 125.32, "HUAWEI P40", None, 5 + n, "0f" * 32, 90)
        out.append(Evidence(file(f"photos/现场照片_{n + 1}.jpg", EvidenceKind.PHOTO), photo))
    out.append(
        Evidence(file("photos/损坏.jpg", EvidenceKind.PHOTO), None, (FileProblem("file.unreadable", Message("图片无法解码", "the picture cannot be decoded")),))
    )
    spans = (Span(SpanKind.FROZEN, (60.0, 140.0)), Span(SpanKind.LOOPED, (150.0, 172.5), True, (10.0, 32.5)))
    frames = tuple(Frame(float(s), picture(f"{s}s", (320, 180)), None) for s in (5, 65, 125, 160))
    moving = VideoFacts(300.0, 212.4, 109.9, 1280, 720, 25.0, "h264", datetime(2021, 11, 9, 9, 5, tzinfo=SHANGHAI), "container", spans=spans, frames=frames)
    out.append(Evidence(file("videos/实训.mp4", EvidenceKind.VIDEO, 44_000_000), moving))
    log = LearningLogFacts(
        tuple(LearningSession(i + 2, LoggedPerson(NAMES[i], id_number(i)), AT, AT + timedelta(hours=1), 3600.0) for i in range(6)),
        (), (RejectedRow(9, Message("开始时间无法识别", "the start is no time"), "记录"),),
    )  # fmt: skip
    out.append(Evidence(file("learning_logs/学习记录.xlsx", EvidenceKind.LEARNING_LOG), log))
    enrolled = f"faces/enrolled/{id_number(0)}.jpg"
    out.append(Evidence(file(enrolled, EvidenceKind.FACE), FaceSetFacts((FacePicture(enrolled, 1, True),), ())))
    out.append(
        Evidence(
            file("invoices/发票1.pdf", EvidenceKind.INVOICE),
            DocumentFacts(1, "发票", "ocr", invoice=InvoiceFacts("24312000000012345678", None, START, "1200.00", ("培训费",), "qr")),
        )
    )
    out.append(Evidence(file("说明.txt", None), None))
    return tuple(out)


def case(count: int = 12) -> Case:
    trainees = people(count)
    project = Project(
        "数控车工岗前培训",
        START,
        START + timedelta(days=4),
        Decimal(40),
        "岗前培训",
        "车工",
        "四级",
        (Mode.THEORY, Mode.PRACTICAL, Mode.ONLINE),
        count,
        Venue("一汽培训中心", 43.88, 125.32),
    )
    enterprise = Enterprise("长春某某汽车零部件制造有限公司", "91220101MA0Y2XQW66", 8200, True, "220100")
    claim = Claim(
        "CC-2021-000123",
        enterprise,
        project,
        "changchun-2021-33",
        sessions(),
        ("plan", "sign_in_sheet"),
        Decimal(800) * count,
        datetime(2021, 11, 17, 10, tzinfo=SHANGHAI),
    )
    roster = Roster("roster.xlsx", tuple(Insured(i + 2, p.name, p.id_number, date(2015, 1, 1)) for i, p in enumerate(trainees.people)))
    return Case(
        claim, rules(), sessions(), False, trainees, roster, tuple((i,) for i in range(count)), evidence(), attendance(trainees), records(count),
        has_face_checks=True, intake_problems=(("videos/huge.mkv", FileProblem("file.too_large", Message("文件过大", "the file is too large"))),),
    )  # fmt: skip


def findings(count: int) -> tuple[Finding, ...]:
    def row(sheet: int, i: int) -> Place:
        return Place(SHEETS[sheet][0], 1, i + 1, _row_box(i + 1, count + 2))

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
        hours, supported, unclear, why = Decimal(40), Decimal(800), Decimal(0), ()
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
        steps = (
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


# --- pictures ---------------------------------------------------------------------------------------------------


def picture(text: str, size: tuple[int, int], shade: str = "#8aa2b8") -> bytes:
    image = Image.new("RGB", size, shade)
    ImageDraw.Draw(image).text((20, 20), text, fill="white", font=ImageFont.truetype(FONT, 28))
    out = BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()


def sheet_picture(names: Sequence[str], title: str) -> Image.Image:
    """A sign-in sheet whose rows lie where `_row_box` says."""
    image = Image.new("RGB", (1240, 1754), "#fdfdf9")
    draw = ImageDraw.Draw(image)
    draw.text((380, 90), title, fill="#222222", font=ImageFont.truetype(FONT, 44))
    font = ImageFont.truetype(FONT, 24)
    for i, name in enumerate([*names, "王五", ""]):
        x, y, w, h = (v * s for v, s in zip(_row_box(i + 1, len(names) + 2), (1240, 1754, 1240, 1754), strict=True))
        draw.rectangle((x, y, x + w, y + h), outline="#555555", width=2)
        for column, text in enumerate((str(i + 1), name, "", name)):
            draw.text((x + 20 + column * 270, y + h / 2 - 16), text, fill="#1b2a6b" if column == 3 else "#222222", font=font)
    return image


def files(folder: Path, count: int = 12) -> dict[str, Path]:
    """The claim's pictures as real files (path in the claim -> file); one of them is broken, the PDF is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    out: dict[str, Path] = {}
    for n, (path, _) in enumerate(SHEETS):
        out[path] = folder / f"s{n}.jpg"
        sheet_picture([p.name for p in people(count).people], "岗前培训签到表").save(out[path], quality=85)
    for n in range(6):
        out[f"photos/现场照片_{n + 1}.jpg"] = folder / f"p{n}.jpg"
        (folder / f"p{n}.jpg").write_bytes(picture(f"培训现场 {n + 1}", (1600, 1200), f"#{60 + 25 * n:02x}8a9a"))
    out["photos/损坏.jpg"] = folder / "broken.jpg"
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 not a picture")
    return out
