"""What a told claim hands in: documents, sheets, photos, videos and logs as facts, with ink of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal
from hashlib import sha256
from typing import Any

import numpy as np

from services.domain.case import Evidence, FileProblem
from services.domain.claim import Claim, Session, Trainee
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
    VideoFacts,
)
from services.domain.text import Message
from services.verify.readers.document.invoice import invoice_of
from tests.generators import facts as sheets
from tests.golden.words import MATERIALS, SPANS, Told, day_of, moment, sessions_of, told_or


def _evidence(path: str, kind: EvidenceKind, facts: Facts | None, key: str = "", problem: str = "") -> Evidence:
    """`key`: what makes the bytes; the same key in two claims is the same file."""
    problems = (FileProblem("file.unreadable", Message(problem, "damaged")),) if problem else ()
    return Evidence(EvidenceFile(path, kind, sha256((key or path).encode()).hexdigest(), 1000), facts, problems)


def documents_of(told: Told, claim: Claim, people: Sequence[Trainee]) -> Iterator[Evidence]:
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


def photos_of(told: Told, claim: Claim) -> Iterator[Evidence]:
    photos = told.get("照片", 6)
    for number, words in enumerate([{}] * photos if isinstance(photos, int) else photos):
        same = str(words.get("内容", f"{claim.claim_no} photo {number}"))
        taken = told_or(words, "拍摄", f"{claim.project.start} {9 + number // 6:02d}:{number % 6 * 9:02d}")
        picture = PhotoFacts(
            4000, 3000, None if taken is None else moment(str(taken)), None if taken is None else words.get("时间来源", "exif"), faces=5, hash=sha256(same.encode()).hexdigest(),
            hash_quality=100, edited_by=words.get("编辑软件"), screenshot="截屏" if words.get("截屏") else None,
            latitude=words.get("纬度"), longitude=words.get("经度"),
        )  # fmt: skip
        yield _evidence(
            f"照片/{number + 1}.jpg", EvidenceKind.PHOTO, None if words.get("无法打开") else picture, same, "图片无法解码" if words.get("无法打开") else ""
        )


def videos_of(told: Told, claim: Claim) -> Iterator[Evidence]:
    for number, words in enumerate(told.get("视频", [360])):
        said = {"秒": words} if isinstance(words, int | float) else words
        same, playable = str(said.get("内容", f"{claim.claim_no} video {number}")), float(said["秒"])
        spans = tuple(Span(SPANS[kind], (float(a), float(b)), certain=not said.get("存疑", False)) for kind, (a, b) in said.get("画面", {}).items())
        lost = sum(span.seconds[1] - span.seconds[0] for span in spans if span.certain)
        taken = moment(str(said.get("录制", f"{claim.project.start} 09:30")))
        facts = VideoFacts(float(said.get("标称秒", playable)), playable, playable - lost, 1920, 1080, 25.0, "h264", taken, "quicktime", spans=spans)
        yield _evidence(f"视频/{number + 1}.mp4", EvidenceKind.VIDEO, facts, same)


def sheets_of(told: Told, claim: Claim, people: Sequence[Trainee]) -> Iterator[Evidence]:
    """One sheet for each session in a room: name, ID number, 签到, 签退. 签到 tells, by session, who has something else there than signatures."""
    kept, signs = told.get("签到表", {}), told.get("签到", {})
    if kept == "无":
        return
    listed = {person.id_number: person for person in reversed(people)}
    for number, session in enumerate(s for s in sessions_of(told, claim.project.start, claim.project.end) if not s.online):
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
        day = session.date if not how or not clear or how.startswith("同") or how == "模糊" else day_of(how)
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


def logs_of(told: Told, claim: Claim, people: Sequence[Trainee]) -> Iterator[Evidence]:
    """线上学习: who -> stretches `2021-11-08 19:00-20:30`; 人脸核验: who -> `2021-11-08 19:10 通过`."""
    who = {p.name: LoggedPerson(p.name, p.id_number) for p in people}
    learnt = [
        LearningSession(0, who.get(name) or LoggedPerson(name), *_stretch(line), course="网络课程")
        for name, lines in told.get("线上学习", {}).items()
        for line in lines
    ]
    checks = [
        FaceCheck(0, who[name], moment(line.rsplit(" ", 1)[0]), line.endswith("通过") and not line.endswith("未通过"))
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
    return moment(f"{day} {start}"), moment(f"{day} {end}")
