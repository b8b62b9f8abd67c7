"""The words of the report, Chinese and English, for every value that the published form states as a name."""

from __future__ import annotations

import re
from typing import Any

from services.domain.evidence import KIND_NAMES

Pair = tuple[str, str]

VERDICTS: dict[str, Pair] = {"pass": ("通过", "pass"), "review": ("需人工复核", "needs review"), "fail": ("不通过", "fail")}
OUTCOMES: dict[str, Pair] = {
    "met": ("符合", "met"),
    "unmet": ("不符合", "not met"),
    "unclear": ("待定", "unclear"),
    "not_applicable": ("不适用", "not applicable"),
    "manual": ("人工审核", "for the reviewer"),
}
SEVERITIES: dict[str, Pair] = {"critical": ("严重", "critical"), "warning": ("警告", "warning"), "info": ("提示", "info")}
KINDS: dict[str, Pair] = {kind.value: names for kind, names in KIND_NAMES.items()}
OTHER_KIND: Pair = ("其他文件", "other files")
PARTS: dict[str, Pair] = {"am": ("上午", "a.m."), "pm": ("下午", "p.m."), "day": ("全天", "day")}
MODES: dict[str, Pair] = {"theory": ("理论", "theory"), "practical": ("实操", "practical"), "online": ("线上", "online")}
PRESENCE: dict[str, Pair] = {
    "signed": ("已签到", "signed"),
    "unclear": ("待定", "unclear"),
    "void": ("不计入", "not counted"),
    "not_signed": ("未签到", "not signed"),
    "no_sheet": ("无签到表", "no sheet"),
    "online": ("线上", "online"),
}
PRESENCE_SIGNS = {"signed": "●", "unclear": "？", "void": "×", "not_signed": "○", "no_sheet": "－", "online": "线"}
ROWS: dict[str, Pair] = {
    "matched": ("已对应", "matched"),
    "ambiguous": ("对应多人", "ambiguous"),
    "unknown": ("无法对应", "unknown"),
    "crossed_out": ("已划去", "crossed out"),
    "empty": ("空行", "empty"),
}
ONLINE: dict[str, Pair] = {
    "counted": ("计入", "counted"),
    "overlap": ("时段重叠", "overlapping"),
    "outside": ("培训期外", "outside the training"),
    "day_limit": ("超出单日上限", "over the daily limit"),
    "idle": ("无操作", "idle"),
    "face_gap": ("核验间隔过长", "too long between checks"),
    "face_failed": ("核验未通过", "check failed"),
    "face_missing": ("缺少核验", "no check"),
    "face_mismatch": ("抓拍非本人", "another person"),
    "face_shared": ("人脸共用", "shared face"),
    "face_replayed": ("抓拍重复", "replayed snapshot"),
    "offline_session": ("同时已线下签到", "during a signed session"),
    "unclear": ("待人工核实", "waits for a human"),
}
LOOKS: dict[str, Pair] = {
    "passed": ("核验通过", "passed"),
    "failed": ("核验未通过", "failed"),
    "mismatch": ("非本人", "another person"),
    "shared": ("人脸共用", "shared face"),
    "replayed": ("抓拍重复", "replayed snapshot"),
    "unclear": ("待人工核实", "for a human"),
}
FACES: dict[str, Pair] = {
    "no_face": ("没有可比对的人脸", "no face to compare"),
    "several_faces": ("多张人脸不能比对", "several faces, none to compare"),
    "too_small": ("人脸太小不能比对", "the face is too small to compare"),
    "blurred": ("人脸模糊不能比对", "the face is too blurred to compare"),
}
SPANS: dict[str, Pair] = {"frozen": ("静止", "frozen"), "black": ("黑屏", "black"), "looped": ("循环", "looped"), "slideshow": ("轮播", "slideshow")}
DOUBTS: dict[str, Pair] = {
    "id_mismatch": ("身份证号不符", "ID number differs"),
    "signature_unclear": ("签名不清", "signature unclear"),
    "person_twice": ("重复列名", "listed twice"),
    "signature_copied": ("签名疑似复制", "copied signature"),
    "name_ambiguous": ("姓名对应多人", "ambiguous name"),
    "date_unreadable": ("日期无法辨认", "date unreadable"),
    "sheet_reused": ("签到表重复使用", "sheet reused"),
    "time_conflict": ("时间冲突", "time conflict"),
}


SUBJECTS = {"submitted_at": "提交时间"}
"""Fields of claim.json that findings are about, as people call them; kinds of files are in KINDS."""
_COUNTED = {
    "秒": ("video.too_short", "video.looped", "video.frozen", "video.black", "video.slideshow", "video.duration_overstated"),
    "分钟": ("online.overlapping_sessions", "online.face_check_gap"),
    "学时": ("online.hours_short",),
    "张": ("photo.too_few",),
    "人": ("sheet.headcount_short",),
}
UNITS = {code: unit for unit, codes in _COUNTED.items() for code in codes}
"""What the numbers of a finding count, by its code."""

_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::00|(:\d\d))(?:\+08:00)?")


def plain(value: Any) -> str:
    """An expected or observed value as a short text."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "是 yes" if value else "否 no"
    if isinstance(value, dict):
        if set(value) == {"zh", "en"}:
            return str(value["zh"])
        return _clip("；".join(f"{k}: {plain(v)}" for k, v in value.items()))
    if isinstance(value, list):
        return _clip("、".join(plain(v) for v in value))
    return _clip(_MOMENT.sub(lambda found: f"{found[1]} {found[2]}{found[3] or ''}", str(value)))


def _clip(text: str, most: int = 160) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
