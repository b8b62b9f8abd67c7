"""A made-up claim with its evidence: five days of training, with planted defects."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from io import BytesIO

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
from services.domain.evidence import EvidenceFile, EvidenceKind, Place
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
from services.domain.identity import id_check_digit
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


def row_box(row: int, rows: int) -> tuple[float, float, float, float]:
    height = 0.78 / max(rows, 1)
    return (0.06, 0.16 + (row - 1) * height, 0.88, height)


def attendance(trainees: Trainees) -> tuple[SheetAttendance, ...]:
    count = len(trainees.people)
    out = []
    for file, session in SHEETS:
        rows = []
        for i, p in enumerate(trainees.people):
            box = row_box(i + 1, count + 2)
            signed, status = True, RowStatus.MATCHED
            doubts: tuple[DoubtKind, ...] = ()
            candidates: tuple[RowCandidate, ...] = ()
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
        rows.append(SheetRowMatch(count + 1, row_box(count + 1, count + 2), RowStatus.CROSSED_OUT, "王五", None, 0.8, (), (("签到", True), ("签退", False))))
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
            presences.append(SessionPresence(session, Place(file, 1, i + 1, row_box(i + 1, count + 2)), doubts))
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


def picture(text: str, size: tuple[int, int], shade: str = "#8aa2b8") -> bytes:
    image = Image.new("RGB", size, shade)
    ImageDraw.Draw(image).text((20, 20), text, fill="white", font=ImageFont.truetype(FONT, 28))
    out = BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()
