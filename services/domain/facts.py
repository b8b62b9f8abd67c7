"""What a reader saw in one file. Facts know nothing of rosters, claims or law.

They are immutable, stored as JSON under (sha256, reader, reader version), and rich enough that a changed
roster, schedule or law needs no second reading: a cell keeps the recogniser's posteriors, not only its best string.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from services.domain.claim import RejectedRow
from services.domain.evidence import Box
from services.domain.log_rows import CheckTable, SessionTable
from services.domain.log_rows import FaceCheck as FaceCheck
from services.domain.log_rows import LearningSession as LearningSession
from services.domain.log_rows import LoggedPerson as LoggedPerson

# --- sign-in sheets -------------------------------------------------------------------------------------------


class ColumnRole(StrEnum):
    """What a column of a sign-in sheet holds."""

    NUMBER = "number"
    NAME = "name"
    ID_NUMBER = "id_number"
    EMPLOYEE_NO = "employee_no"
    DEPARTMENT = "department"
    PHONE = "phone"
    SIGNATURE = "signature"
    DATE = "date"
    REMARK = "remark"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Posteriors:
    """A recogniser's output over one cell, compressed: per time step the K likeliest symbols.

    `symbols[0]` is the CTC blank (""), the rest single characters. `indices` is uint16 [steps, K] into `symbols`,
    `log_probs` float16 [steps, K], both little-endian, row-major. Every symbol not listed at a step has log
    probability `floor`.
    """

    steps: int
    symbols: tuple[str, ...]
    indices: bytes
    log_probs: bytes
    floor: float


@dataclass(frozen=True, slots=True)
class DateReading:
    """A date as read from a sheet. `value` None: something is there that cannot be told.

    `posteriors` are those of the whole line that the date stands in, so that a schedule can be held against it.
    """

    value: date | None
    text: str
    confidence: float
    box: Box | None = None
    posteriors: Posteriors | None = None


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """One column of one table. A signature column may stand for a `date` and/or a `part` (am, pm, day) of its own."""

    index: int
    header: str
    role: ColumnRole
    box: Box | None = None
    date: date | None = None
    part: str | None = None


@dataclass(frozen=True, slots=True)
class SheetCell:
    """One cell. `signed` (signature columns only): ink that is a signature; None where that can't be told.

    `mark` is a text or stroke that is no signature (请假, 缺勤, 病假, "/"). `ink` is a bitmap of the ink for comparing
    hands: 96 x 32 bits, row-major, most significant bit first, cropped to the ink and stretched; None without ink.
    """

    column: int
    box: Box
    text: str
    confidence: float
    posteriors: Posteriors | None = None
    signed: bool | None = None
    mark: str | None = None
    ink: bytes | None = None


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One body row. `row` counts the body rows of the page from 1, in side-by-side tables the left one first."""

    row: int
    box: Box
    cells: tuple[SheetCell, ...]
    crossed_out: bool = False
    empty: bool = False


@dataclass(frozen=True, slots=True)
class SheetTable:
    box: Box
    columns: tuple[SheetColumn, ...]
    rows: tuple[SheetRow, ...]


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of text outside the tables."""

    text: str
    confidence: float
    box: Box


@dataclass(frozen=True, slots=True)
class SheetPage:
    """One page. `part` is am, pm or day where the page says so; `width`/`height` in pixels as a viewer shows it.

    `fingerprint` is a PDQ hash (hex) of the upright page. `date_expected`: the page has a place for a date.
    """

    page: int
    width: int
    height: int
    tables: tuple[SheetTable, ...]
    lines: tuple[TextLine, ...] = ()
    title: str | None = None
    date: DateReading | None = None
    part: str | None = None
    course: str | None = None
    place: str | None = None
    fingerprint: str | None = None
    legible: bool = True


@dataclass(frozen=True, slots=True)
class SheetFacts:
    pages: tuple[SheetPage, ...]
    engine: str = "rapidocr"


# --- photos and videos ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TimeWitness:
    """One statement of when a photo or video was taken. `source`: exif.original | exif.digitized | exif.modified | gps | watermark of a photo,
    quicktime | container | local | watermark of a video.

    `zone_known` False: the source has no offset and Asia/Shanghai was taken. `precision` in seconds; 86400: only the day is stated.
    """

    source: str
    at: datetime
    zone_known: bool = False
    precision: float = 1.0


@dataclass(frozen=True, slots=True)
class Watermark:
    """What a watermark camera stamped into a photo or video, as read by OCR. `taken_at` None: it states a day only, or more than one time."""

    date: date
    taken_at: datetime | None
    place: str | None
    latitude: float | None
    longitude: float | None
    text: tuple[str, ...]
    confidence: float
    box: Box


@dataclass(frozen=True, slots=True)
class PhotoFacts:
    """`hash` is a PDQ hash (hex, 256 bits) of the upright picture, `hash_quality` 0..100. `faces` None: not counted.

    `taken_at` carries an offset; `taken_at_source` is exif | gps | watermark | None. `edited_by` names an editing program that
    left its mark; `screenshot` a reason to hold the picture for one. `regions` are hashes (hex) of parts of the picture
    with their box, for crops.
    """

    width: int
    height: int
    taken_at: datetime | None = None
    taken_at_source: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    camera: str | None = None
    software: str | None = None
    faces: int | None = None
    hash: str | None = None
    hash_quality: int = 0
    edited_by: str | None = None
    screenshot: str | None = None
    regions: tuple[tuple[str, Box], ...] = ()
    hashes: tuple[str, ...] = ()
    """PDQ hashes of the eight orientations (order of `adapters.picture_hash.pdq_dihedral`), the first one is `hash`."""
    thumb: bytes = b""
    """128 x 128 grey levels (64 x 64 of older readers) of the whole upright picture, stretched to a square, row-major: for telling what changed."""
    features: bytes = b""
    """Local features for finding cropped, bordered and tilted copies (layout: `adapters.features`)."""
    features_mirrored: bytes = b""
    """The same of the mirror image: for asking after copies that were cropped and mirrored."""
    witnesses: tuple[TimeWitness, ...] = ()
    """Everything that says when the photo was taken; `taken_at` is what follows from them."""
    time_agreement: str | None = None
    """single | agree | disagree; None without a witness."""
    time_confidence: float | None = None
    """0..1: how far `taken_at` can be trusted."""
    watermark: Watermark | None = None
    position_source: str | None = None
    """Where `latitude` and `longitude` are from: exif | watermark."""


class SpanKind(StrEnum):
    FROZEN = "frozen"
    BLACK = "black"
    LOOPED = "looped"
    SLIDESHOW = "slideshow"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a video that shows nothing new. `certain` False: told to a human, not subtracted.

    `source` is the stretch it repeats, for a loop.
    """

    kind: SpanKind
    seconds: tuple[float, float]
    certain: bool = True
    source: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """A key frame kept for the reviewer and for finding reuse: small JPEG, PDQ hash (hex)."""

    seconds: float
    jpeg: bytes
    hash: str | None
    hash_quality: int = 0
    thumb: bytes = b""
    """32 x 32 grey levels of the whole frame, stretched to a square, row-major."""


@dataclass(frozen=True, slots=True)
class VideoFacts:
    """`container_seconds` is what the header claims, `playable_seconds` what the frames last, `effective_seconds` what shows something new.

    `recorded_at` carries an offset; `recorded_at_source` is quicktime | container | local | watermark | None.
    """

    container_seconds: float | None
    playable_seconds: float
    effective_seconds: float
    width: int | None
    height: int | None
    fps: float | None
    codec: str | None
    recorded_at: datetime | None = None
    recorded_at_source: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    software: str | None = None
    spans: tuple[Span, ...] = ()
    frames: tuple[Frame, ...] = ()
    witnesses: tuple[tuple[str, float], ...] = ()
    """Other statements of the duration in seconds: (who says it, seconds)."""
    signature: bytes = b""
    """16 x 9 grey levels per sample, row-major, `signature_rate` samples a second from the first frame on: for finding the video again."""
    signature_rate: float = 0.0
    times: tuple[TimeWitness, ...] = ()
    """Everything that says when the video was recorded; `recorded_at` is what follows from them."""
    time_agreement: str | None = None
    """single | agree | disagree; None without a statement."""
    time_confidence: float | None = None
    """0..1: how far `recorded_at` can be trusted."""
    watermark: Watermark | None = None
    missing_seconds: float = 0.0
    """Seconds of frames that the index has, whose bytes lie behind the end of the file: as where an upload broke off."""


# --- online learning ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LearningLogFacts:
    """What a learning log says. Readers give tables; rows one by one are as good."""

    sessions: tuple[LearningSession, ...] | SessionTable = ()
    checks: tuple[FaceCheck, ...] | CheckTable = ()
    rejected: tuple[RejectedRow, ...] = ()


@dataclass(frozen=True, slots=True)
class FacePicture:
    """One picture of `faces/`. `usable` False: no face, several, or too small or blurred to compare (`reason`)."""

    path: str
    faces: int
    usable: bool
    reason: str | None = None
    hash: str | None = None


@dataclass(frozen=True, slots=True)
class FaceDistance:
    """Distance of the faces of two usable pictures (indices into `pictures`), 0 = same."""

    a: int
    b: int
    distance: float


@dataclass(frozen=True, slots=True)
class FaceSetFacts:
    """All pictures of a claim's `faces/` compared with each other. Face vectors are not kept.

    `distances` lists the enrolled x check pairs below 0.75 and the check x check pairs below 0.55; what is not listed is
    farther: plainly different people. `unreadable` are files that could not be decoded (path, why).
    """

    pictures: tuple[FacePicture, ...]
    distances: tuple[FaceDistance, ...]
    unreadable: tuple[tuple[str, str], ...] = ()


# --- documents ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class InvoiceFacts:
    number: str | None = None
    code: str | None = None
    date: date | None = None
    amount: str | None = None
    """Decimal string in CNY, tax included."""
    items: tuple[str, ...] = ()
    source: str | None = None
    """qr | text | ocr"""
    page: int | None = None


@dataclass(frozen=True, slots=True)
class SealSeen:
    """A red round seal on a page (`box` None: in a picture of a document without pages)."""

    page: int
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """A plan, notice, assessment, invoice or application document. `text` is at most 200,000 characters.

    `text_source` is text | ocr | none. `table_rows` are rows of tables where the format has them (xlsx, docx, csv). `invoice` is the
    first of `invoices`. `colour_pages`: pages on which a red seal would have been seen. `signed`: per place for a signature (page,
    whether there is ink).
    """

    pages: int
    text: str
    text_source: str
    dates: tuple[date, ...] = ()
    table_rows: tuple[tuple[str, ...], ...] = ()
    invoice: InvoiceFacts | None = None
    invoices: tuple[InvoiceFacts, ...] = ()
    seals: tuple[SealSeen, ...] = ()
    colour_pages: int = 0
    signed: tuple[tuple[int, bool], ...] = ()

    @property
    def every_invoice(self) -> tuple[InvoiceFacts, ...]:
        return self.invoices or ((self.invoice,) if self.invoice is not None else ())


Facts = SheetFacts | PhotoFacts | VideoFacts | LearningLogFacts | FaceSetFacts | DocumentFacts
