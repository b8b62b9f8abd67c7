"""Pictures for the pages, made in a child process: pages of sheets, small pictures, parts of a page. ID numbers are covered but for their ends."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from services.adapters.repository import Repository
from services.adapters.sandbox import Job, Sandbox
from services.domain.errors import EvidenceError
from services.domain.evidence import Box
from services.domain.facts import SheetFacts, VideoFacts
from services.report.pictures import FilePictures, number_boxes

_SECONDS = 40.0
_NAME = "file"


def render(path: Path, page: int, side: int, hidden: Sequence[Box], box: Box | None) -> bytes | None:
    """Run in a child: a page with its longer side at most `side` pixels, or with `box` the part around it, outlined. JPEG."""
    pictures = FilePictures({_NAME: path}, None, {(_NAME, page): hidden})
    return pictures.crop(_NAME, page, box) if box is not None else pictures.page(_NAME, page, side)


def picture_of(sandbox: Sandbox, path: Path, page: int, side: int, hidden: Sequence[Box], box: Box | None = None) -> bytes | None:
    """As `render`, in a child; None for what cannot be shown."""
    for _, outcome in sandbox.run([Job("picture", render, (path, page, side, hidden, box), _SECONDS)]):
        return None if isinstance(outcome, EvidenceError) else outcome
    return None


def hidden_boxes(repository: Repository, sha256: str, page: int) -> list[Box]:
    """The cells of a sheet's page that hold ID numbers."""
    facts = repository.latest_facts(sha256, "sheet")
    if not isinstance(facts, SheetFacts):
        return []
    return [box for number, boxes in number_boxes(facts) if number == page for box in boxes]


def frame_of(repository: Repository, sha256: str, seconds: float) -> bytes | None:
    """The kept frame of a video nearest to a second."""
    facts = repository.latest_facts(sha256, "video")
    if not isinstance(facts, VideoFacts):
        return None
    kept = [f for f in facts.frames if f.jpeg]
    return min(kept, key=lambda f: abs(f.seconds - seconds)).jpeg if kept else None
