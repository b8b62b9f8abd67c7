"""Pictures for a report: the place a finding points to, cut out of the page and outlined; small; never a reason to fail."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from services.adapters.images import frames, open_image
from services.adapters.pdf import open_pdf
from services.adapters.thumbnails import cut_out, hide_middle, small_jpeg
from services.domain.case import Case
from services.domain.errors import EvidenceError
from services.domain.evidence import Box
from services.domain.facts import ColumnRole, Frame, SheetFacts, VideoFacts
from services.report.privacy import masker_for

if TYPE_CHECKING:
    from PIL.Image import Image

_CROP_BYTES = 40_000
_THUMBNAIL_BYTES = 14_000
_PAGE_BYTES = 2_500_000
_PAGE_SIDE = 1800
"""Longer side in pixels at which pages are kept for cutting: a row of a sheet is then some 40 pixels high."""
_THUMBNAIL_SIDE = 240
_PAGE_DPI = 150
_KEPT_PAGES = 3
_MAX_PIXELS = 120_000_000
_NUMBER = re.compile(r"[0-9]{10}")
_ENDS_SHOWN = 4 / 18
"""Of an ID number's 18 digits the first 4 and the last 4 may be seen."""


class Pictures(Protocol):
    """JPEG bytes for people to look at, at most some 40 kB each; None where there is nothing to show or it cannot be shown.

    `file` is the path in the claim, as stated in the case or masked as in the report. Never raises for bad files.
    """

    def crop(self, file: str, page: int | None, box: Box | None) -> bytes | None:
        """A part of a page (counted from 1) with `box` outlined and what is around it; without a box the whole page."""
        ...

    def thumbnail(self, file: str) -> bytes | None:
        """The whole picture or first page, small."""
        ...

    def frame(self, file: str, seconds: float) -> bytes | None:
        """The kept frame of a video nearest to a second; None past its end."""
        ...


class NoPictures:
    """For a report without its files at hand."""

    def crop(self, file: str, page: int | None, box: Box | None) -> bytes | None:
        return None

    def thumbnail(self, file: str) -> bytes | None:
        return None

    def frame(self, file: str, seconds: float) -> bytes | None:
        return None


class FilePictures:
    """Pictures out of local files (path in the claim -> file) and the frames kept by the video reader.

    The last few pages are kept decoded, since findings about one page follow each other.
    """

    def __init__(
        self, files: Mapping[str, Path], kept: Mapping[str, Sequence[Frame]] | None = None, numbers: Mapping[tuple[str, int], Sequence[Box]] | None = None
    ) -> None:
        """`numbers`: (path, page) -> the cells that hold ID numbers; they are covered as in print but for their ends."""
        self._files = dict(files)
        self._numbers = dict(numbers or {})
        # Most frames are kept for their hash only, without a picture.
        self._frames = {file: [f for f in frames if 0 < len(f.jpeg) <= 2 * _CROP_BYTES] for file, frames in (kept or {}).items()}
        self._pages: OrderedDict[tuple[str, int], Image | None] = OrderedDict()

    @classmethod
    def of(cls, case: Case, files: Mapping[str, Path]) -> FilePictures:
        """The pictures of a case; each file is also found by its masked path."""
        mask = masker_for(case)
        kept = {e.file.path: e.facts.frames for e in case.evidence if isinstance(e.facts, VideoFacts)}
        return cls(
            {mask.text(path, path=True): file for path, file in files.items()} | dict(files),
            {mask.text(path, path=True): frames for path, frames in kept.items()} | kept,
            {(mask.text(path, path=True), page): boxes for (path, page), boxes in _number_cells(case)},
        )

    def crop(self, file: str, page: int | None, box: Box | None) -> bytes | None:
        image = self._page(file, page or 1)
        if image is None:
            return None
        if box is None:
            return self._small(image, 640, _CROP_BYTES)
        strip = box[2] > 4 * box[3]
        cut = cut_out(image, box, context=1.0 if strip else 0.35, least=(0.45, 0.06) if strip else (0.3, 0.2))
        return self._small(cut, 900 if strip else 640, _CROP_BYTES)

    def page(self, file: str, page: int, side: int) -> bytes | None:
        """A whole page, its longer side at most `side` pixels."""
        image = self._load(file, page, side)
        return None if image is None else self._small(image, side, _PAGE_BYTES)

    def thumbnail(self, file: str) -> bytes | None:
        if kept := self._frames.get(file):
            return kept[len(kept) // 2].jpeg
        image = self._pages.get((file, 1)) or self._load(file, 1, _THUMBNAIL_SIDE)
        return None if image is None else self._small(image, _THUMBNAIL_SIDE, _THUMBNAIL_BYTES)

    def frame(self, file: str, seconds: float) -> bytes | None:
        kept = self._frames.get(file)
        if not kept:
            return None
        gap = max((b.seconds - a.seconds for a, b in pairwise(kept)), default=seconds)
        return None if seconds > kept[-1].seconds + gap else min(kept, key=lambda f: abs(f.seconds - seconds)).jpeg

    @staticmethod
    def _small(image: Image, longest: int, at_most: int) -> bytes:
        return small_jpeg(image, longest=longest, at_most_bytes=at_most)

    def _page(self, file: str, page: int) -> Image | None:
        key = (file, page)
        if key not in self._pages:
            self._pages[key] = self._load(file, page, _PAGE_SIDE)
            while len(self._pages) > _KEPT_PAGES:
                self._pages.popitem(last=False)
        self._pages.move_to_end(key)
        return self._pages[key]

    def _load(self, file: str, page: int, side: int) -> Image | None:
        """None for files that are missing, broken or no pictures: the report then says that it cannot show them."""
        path = self._files.get(file)
        if path is None:
            return None
        try:
            image = _pdf_page(path, page) if _is_pdf(path) else _picture(path, page, side)
        except (EvidenceError, OSError):
            return None
        if image is not None:
            for box in self._numbers.get((file, page), ()):
                hide_middle(image, box, shown=_ENDS_SHOWN)
        return image


def _number_cells(case: Case) -> Iterator[tuple[tuple[str, int], list[Box]]]:
    """(path, page) -> the boxes of the cells under a column of ID numbers, and of others that hold what looks like one."""
    for evidence in case.evidence:
        if isinstance(evidence.facts, SheetFacts):
            yield from (((evidence.file.path, page), boxes) for page, boxes in number_boxes(evidence.facts))


def number_boxes(facts: SheetFacts) -> Iterator[tuple[int, list[Box]]]:
    """Page -> the cells of ID numbers on it."""
    for page in facts.pages:
        boxes: list[Box] = []
        for table in page.tables:
            columns = {c.index for c in table.columns if c.role is ColumnRole.ID_NUMBER}
            boxes += [cell.box for row in table.rows for cell in row.cells if cell.column in columns or _NUMBER.search(cell.text)]
        yield page.page, boxes


def _picture(path: Path, page: int, side: int) -> Image | None:
    if page == 1:
        return open_image(path, max_pixels=_MAX_PIXELS, at_most=side)
    return next(islice(frames(path, max_pixels=_MAX_PIXELS), page - 1, None), None)


def _pdf_page(path: Path, page: int) -> Image | None:
    with open_pdf(path, max_pixels=4_000_000) as pdf:
        return pdf.page(page).render(_PAGE_DPI) if 1 <= page <= len(pdf) else None


def _is_pdf(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return b"%PDF-" in file.read(1024)
    except OSError:
        return False
