"""What others do with the same pages: whole-page OCR, or img2table, with fuzzy matching.

They are given the true name and signature cells for free; every text whose middle lies in one is matched with rapidfuzz (ratio of 60 or
more), over the trainees or over the roster; the best ratio names the row. One thread each.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import cv2
import numpy as np
import pytesseract
from PIL import Image, ImageDraw
from rapidfuzz import fuzz, process
from rapidocr import RapidOCR

from tests.benchmarks.sheets.pages import Case, World, make_world
from tests.benchmarks.sheets.reading import read_page
from tests.benchmarks.sheets.tally import Tally, says_who

Texts = list[tuple[tuple[float, float], str]]
"""(middle of the text in fractions of the picture, text)"""
Peer = Callable[[Path], Texts]
_ALIKE = 60

_IMG2TABLE = """
import json, sys
from img2table.document import Image
from img2table.ocr import TesseractOCR
found = Image(src=sys.argv[1]).extract_tables(ocr=TesseractOCR(n_threads=1, lang="chi_sim"), borderless_tables=True)
cells = {(c.bbox.x1, c.bbox.y1, c.bbox.x2, c.bbox.y2, c.value) for t in found for row in t.content.values() for c in row if c.value}
print(json.dumps(sorted(cells)))
"""


@cache
def rapid() -> Peer:
    """Whole-page RapidOCR on one thread."""
    engine = RapidOCR(
        params={
            "Global.log_level": "critical",
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )

    def read(file: Path) -> Texts:
        with Image.open(file) as picture:
            pixels = np.asarray(picture.convert("RGB"))[:, :, ::-1]
        result = engine(pixels)
        if result.boxes is None:
            return []
        size = np.array(pixels.shape[1::-1])
        return [((float(m[0]), float(m[1])), text) for box, text in zip(result.boxes, result.txts, strict=True) for m in [np.mean(box, axis=0) / size]]

    return read


@cache
def _few_digits() -> Path:
    file = Path(mkdtemp()) / "digits.png"
    picture = Image.new("RGB", (640, 640), "white")
    for line in range(8):
        ImageDraw.Draw(picture).text((60, 60 * line + 40), "2021 11 08", fill="black", font_size=36)
    picture.save(file)
    return file


def warm_up(*readers: Peer) -> None:
    """One thread for everybody, and models loaded, so that the time of the first page is the time of a page; this reader's likewise."""
    os.environ["OMP_THREAD_LIMIT"] = "1"
    cv2.setNumThreads(1)
    for reader in readers:
        reader(_few_digits())
    read_page(_few_digits())


def tesseract(file: Path) -> Texts:
    """Whole-page Tesseract, sparse text."""
    with Image.open(file) as opened:
        picture = opened.convert("RGB")
    data = pytesseract.image_to_data(picture, lang="chi_sim", config="--psm 11", output_type=pytesseract.Output.DICT)
    lines: dict[tuple[int, int, int], list[int]] = {}
    for i, text in enumerate(data["text"]):
        if text.strip():
            lines.setdefault((data["block_num"][i], data["par_num"][i], data["line_num"][i]), []).append(i)
    wide, high = picture.size
    found: Texts = []
    for line in lines.values():
        x = float(np.mean([data["left"][i] + data["width"][i] / 2 for i in line])) / wide
        y = float(np.mean([data["top"][i] + data["height"][i] / 2 for i in line])) / high
        found.append(((x, y), "".join(data["text"][i] for i in line)))
    return found


def img2table(python: str) -> Peer:
    """img2table with its Tesseract, in the environment of the interpreter `python` (it is no dependency of this project)."""

    def read(file: Path) -> Texts:
        done = subprocess.run([python, "-c", _IMG2TABLE, str(file)], capture_output=True, text=True, check=False, timeout=300)
        if done.returncode:
            raise RuntimeError(f"img2table failed on {file.name}: {done.stderr[-400:]}")
        with Image.open(file) as picture:
            wide, high = picture.size
        return [(((x0 + x1) / 2 / wide, (y0 + y1) / 2 / high), text) for x0, y0, x1, y1, text in json.loads(done.stdout.splitlines()[-1])]

    return read


def processor_seconds() -> float:
    """Of this process and its children that have ended."""
    return sum(u.ru_utime + u.ru_stime for u in (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)))


def timed(peer: Peer, file: Path, tallies: Sequence[Tally]) -> Texts:
    """The peer's texts; processor seconds are counted in each of `tallies`."""
    start = processor_seconds()
    try:
        texts = peer(file)
    except RuntimeError as problem:
        print(problem)
        texts = []
    for tally in tallies:
        tally.seconds += processor_seconds() - start
        tally.pages += 1
    return texts


def count_peer(tally: Tally, case: Case, truth: dict[str, Any], texts: Texts, over: str) -> None:
    """Counts a page's rows; `over`: trainees or roster."""
    w = make_world(case.seed)
    names = list({p.name for p in (w.trainees if over == "trainees" else (*w.trainees, *w.others))})
    for row in truth["rows"]:
        if row["status"] == "matched" and says_who(row, truth):
            tally.add(*_peer_row(w, truth, row, texts, names))


def _peer_row(w: World, truth: dict[str, Any], row: dict[str, Any], texts: Texts, names: list[str]) -> tuple[str, str]:
    # Cells, not the row: on a tilted photo the box around a row holds its neighbours' names too.
    cells = [row["cells"][c["index"]] for c in truth["columns"] if c["role"] in ("name", "signature")]
    inside = [text for (tx, ty), text in texts if any(abs(tx - x - wide / 2) < wide / 2 and abs(ty - y - high / 2) < 0.35 * high for x, y, wide, high in cells)]
    hits = [hit for text in inside if (hit := process.extractOne(text, names, scorer=fuzz.ratio, score_cutoff=_ALIKE)) is not None]
    best = max(hits, key=lambda hit: hit[1])[0] if hits else None
    if w.trainee_of(row["id_number"]) is not None:
        by_hand = row["handwritten"] or not any(c["role"] == "name" for c in truth["columns"])
        return "handwritten" if by_hand else "printed", "right" if best == row["name"] else "lost" if best is None else "wrong"
    if any(p.id_number == row["id_number"] for p in w.others):
        return "colleague", "right" if best == row["name"] else "lost" if best is None else "wrong"
    return "stranger", "right" if best is None else "wrong"
