"""Evidence files and the places in them that a figure leads back to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from services.domain.quick import quick

Box = tuple[float, float, float, float]
"""x, y, width, height in fractions of the page as a viewer shows it, origin top left."""


class EvidenceKind(StrEnum):
    """What the folder says a file is."""

    PLAN = "plan"
    NOTICE = "notice"
    ASSESSMENT = "assessment"
    SIGN_IN_SHEET = "sign_in_sheet"
    PHOTO = "photo"
    VIDEO = "video"
    LEARNING_LOG = "learning_log"
    FACE = "face"
    INVOICE = "invoice"
    APPLICATION = "application"


KIND_NAMES: dict[EvidenceKind, tuple[str, str]] = {
    EvidenceKind.PLAN: ("培训方案", "training plan"),
    EvidenceKind.NOTICE: ("培训通知", "training notice"),
    EvidenceKind.ASSESSMENT: ("评价记录", "assessment record"),
    EvidenceKind.SIGN_IN_SHEET: ("签到表", "sign-in sheet"),
    EvidenceKind.PHOTO: ("照片", "photo"),
    EvidenceKind.VIDEO: ("视频", "video"),
    EvidenceKind.LEARNING_LOG: ("线上学习记录", "learning log"),
    EvidenceKind.FACE: ("人脸", "face picture"),
    EvidenceKind.INVOICE: ("发票", "invoice"),
    EvidenceKind.APPLICATION: ("申报材料", "application document"),
}


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    """One file of a claim. `path` is relative to the claim folder, `/` between parts; `kind` None: it lies in no known folder."""

    path: str
    kind: EvidenceKind | None
    sha256: str
    size: int
    media_type: str | None = None


@quick
@dataclass(frozen=True, slots=True)
class Place:
    """Where in the evidence something was seen. `page` and `row` count from 1; `seconds` is (from, to)."""

    file: str
    page: int | None = None
    row: int | None = None
    box: Box | None = None
    seconds: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Related:
    """A file of this or another claim that a finding points to."""

    claim_no: str
    file: str
