"""Measures sign-in sheets: rows, people, signatures and dates on generated pages, beside whole-page OCR with fuzzy matching.

    python -m tests.benchmarks.sheets [--pages 1] [--layouts in_out,two_sides,…] [--captures scan,photo,…] [--first-seed 1000] [--peers 3]

The hand is the font zcool-kuaile: page, table and row finding were tuned on pages with the other four. The weights of the name score and
the bounds for comparing ink were fitted on all five, so for them it is not held out: take those figures as the better end. A page has 12 of the claim's 44 trainees, two strangers and a blank row; the roster has 6,000 people. The peers read the first
`--peers` pages as a whole and are given the true name and signature cells for free; they match with rapidfuzz (ratio of 60 or more) over the trainees.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytesseract
from PIL import Image
from rapidfuzz import fuzz, process
from rapidocr import RapidOCR

from services.domain.case import RowStatus, SheetAttendance, SheetDate, SheetRowMatch
from services.domain.claim import Claim, Roster, Trainees
from services.domain.facts import SheetFacts
from services.verify.match.attendance import attend
from services.verify.readers import ReaderContext
from services.verify.readers.sheet import read
from tests.generators import facts as world
from tests.generators.fonts import handwriting_fonts
from tests.generators.people import Person, make_people
from tests.generators.sheets import RowSpec, SheetSpec, render_sheet, rows_for

HELD_OUT = "zcool-kuaile"
LAYOUTS = ("in_out", "two_sides", "handwritten_id", "signature_only", "horizontal", "no_rules", "staff", "headless")
CAPTURES = ("scan", "photo", "shadow", "fax")
DAYS = (date(2021, 11, 8), date(2021, 11, 9), date(2021, 11, 10))
Box = Sequence[float]
Texts = list[tuple[tuple[float, float], str]]
"""(middle of the text in fractions of the picture, text)"""


@dataclass
class Tally:
    """What became of the rows of all pages."""

    people: dict[bool, Counter[str]] = field(default_factory=lambda: {False: Counter(), True: Counter()})
    """By handwritten or not: right, wrong, human, lost."""
    strangers: Counter[str] = field(default_factory=Counter)
    signatures: Counter[str] = field(default_factory=Counter)
    dates: Counter[str] = field(default_factory=Counter)
    pages: int = 0
    seconds: float = 0.0


@dataclass(frozen=True)
class Claimed:
    """The world of the benchmark."""

    people: list[Person]
    strangers: list[Person]
    claim: Claim
    trainees: Trainees
    roster: Roster


def make_world(seed: int) -> Claimed:
    everybody = make_people(6100, random.Random(seed))
    people, known, strangers = everybody[:44], everybody[:6000], everybody[6000:]
    names = {p.name for p in known}

    def listed(p: Person) -> tuple[str, str, dict[str, str]]:
        return (p.name, p.id_number, {"employee_no": p.employee_no, "department": p.department, "phone": p.phone})

    claim = world.claim(*(world.session(day, "08:30", "11:30") for day in DAYS))
    return Claimed(people, [p for p in strangers if p.name not in names], claim, world.trainees(*map(listed, people)), world.roster(*map(listed, known)))


def make_page(w: Claimed, layout: str, capture: str, seed: int) -> tuple[Image.Image, dict[str, Any]]:
    rng = random.Random(f"{layout} {capture} {seed}")
    rows = list(rows_for(rng.sample(w.people, 12), rng, unsigned=0.1, leave=0.05))
    for stranger in rng.sample(w.strangers, 2):
        rows.insert(rng.randrange(len(rows)), RowSpec(stranger))
    fonts = tuple(f for f in handwriting_fonts() if f.stem == HELD_OUT)
    spec = SheetSpec(tuple(rows), (rng.choice(DAYS),), layout=layout, capture=capture, fonts=fonts, blank_rows=1, stamp=rng.random() < 0.3,
                     date_style=rng.choice(("cn", "iso", "dots", "slash", "short")))  # fmt: skip
    return render_sheet(spec, rng)


def overlap(a: Box, b: Box) -> float:
    """Common part of two boxes over both."""
    wide, high = (max(0.0, min(a[i] + a[i + 2], b[i] + b[i + 2]) - max(a[i], b[i])) for i in (0, 1))
    return wide * high / (a[2] * a[3] + b[2] * b[3] - wide * high)


def count_page(tally: Tally, w: Claimed, truth: dict[str, Any], facts: SheetFacts) -> None:
    entries = attend([("sheet.jpg", facts)], w.claim, w.trainees, w.roster, world.rules()).sheets
    found = list(entries[0].rows) if entries else []
    for row in truth["rows"]:
        best = max(found, key=lambda r: overlap(r.box, row["box"]), default=None)
        match = best if best is not None and overlap(best.box, row["box"]) > 0.4 else None
        _count_row(tally, w, row, match, truth)
    _count_date(tally, truth, entries)


def _count_row(tally: Tally, w: Claimed, row: dict[str, Any], match: SheetRowMatch | None, truth: dict[str, Any]) -> None:
    if row["status"] != "matched":
        return
    named = any(c["role"] == "name" for c in truth["columns"])
    if not named and not any(row["signed"].values()):
        return  # nothing on the row says who it is
    trainee = next((i for i, p in enumerate(w.people) if p.id_number == row["id_number"]), None)
    if match is None:
        (tally.strangers if trainee is None else tally.people[row["handwritten"]])["lost"] += 1
        return
    right = match.trainee == trainee if trainee is not None else match.status is RowStatus.UNKNOWN
    verdict = "right" if right else "wrong" if match.status is RowStatus.MATCHED or (trainee is not None and match.status is RowStatus.UNKNOWN) else "human"
    (tally.strangers if trainee is None else tally.people[row["handwritten"]])[verdict] += 1
    for (_, signed), expected in zip(match.signed, row["signed"].values(), strict=False):
        unclear = any(d.value == "signature_unclear" for d in match.doubts)
        tally.signatures["right" if signed == expected else "human" if unclear else "wrong"] += 1


def _count_date(tally: Tally, truth: dict[str, Any], entries: Sequence[SheetAttendance]) -> None:
    known = entries[0] if entries else None
    if known is None or known.date_known is not SheetDate.READ:
        tally.dates["human"] += 1
    else:
        tally.dates["right" if known.date is not None and known.date.isoformat() == truth["date"] else "wrong"] += 1


def count_peer(tally: Tally, w: Claimed, truth: dict[str, Any], texts: Texts) -> None:
    """The texts in each row's name and signature cells, matched one by one over the trainees; the best ratio names the row."""
    names = [p.name for p in w.people]
    for row in truth["rows"]:
        if row["status"] != "matched" or not any(c["role"] == "name" for c in truth["columns"]) and not any(row["signed"].values()):
            continue
        # Cells, not the row: on a tilted photo the box around a row holds its neighbours' names too.
        cells = [row["cells"][c["index"]] for c in truth["columns"] if c["role"] in ("name", "signature")]
        inside = [text for (tx, ty), text in texts if any(abs(tx - x - w2 / 2) < w2 / 2 and abs(ty - y - h2 / 2) < 0.35 * h2 for x, y, w2, h2 in cells)]
        hits = [hit for text in inside if (hit := process.extractOne(text, names, scorer=fuzz.ratio, score_cutoff=60)) is not None]
        best = max(hits, key=lambda hit: hit[1])[0] if hits else None
        trainee = any(p.id_number == row["id_number"] for p in w.people)
        if trainee:
            tally.people[row["handwritten"]]["right" if best == row["name"] else "lost" if best is None else "wrong"] += 1
        else:
            tally.strangers["right" if best is None else "wrong"] += 1


def rapid(ocr: RapidOCR, picture: Image.Image) -> Texts:
    result = ocr(np.asarray(picture)[:, :, ::-1])
    if result.boxes is None:
        return []
    size = np.array(picture.size)
    return [((float(m[0]), float(m[1])), text) for box, text in zip(result.boxes, result.txts, strict=True) for m in [np.mean(box, axis=0) / size]]


def tesseract(picture: Image.Image) -> Texts:
    data = pytesseract.image_to_data(picture, lang="chi_sim", config="--psm 11", output_type=pytesseract.Output.DICT)
    lines: dict[tuple[int, int, int], list[int]] = {}
    for i, text in enumerate(data["text"]):
        if text.strip():
            lines.setdefault((data["block_num"][i], data["par_num"][i], data["line_num"][i]), []).append(i)
    wide, high = picture.size
    return [
        (
            (
                float(np.mean([data["left"][i] + data["width"][i] / 2 for i in line])) / wide,
                float(np.mean([data["top"][i] + data["height"][i] / 2 for i in line])) / high,
            ),
            "".join(data["text"][i] for i in line),
        )
        for line in lines.values()
    ]


def show(name: str, tally: Tally) -> None:
    print(f"| {name} | {tally.pages} | " + " | ".join(_shares(tally)) + f" | {tally.seconds / max(tally.pages, 1):.1f} |")


def _shares(tally: Tally) -> list[str]:
    everybody = tally.people[False] + tally.people[True] + tally.strangers
    cells = [f"{everybody['lost']} of {everybody.total()}"]
    for hand in (False, True):
        counts = tally.people[hand]
        cells.append(" / ".join(str(counts[k]) for k in ("right", "wrong", "human", "lost")) if counts else "–")
    cells.append(f"{tally.strangers['right']} of {tally.strangers.total()}")
    for counts in (tally.signatures, tally.dates):
        cells.append(" / ".join(str(counts[k]) for k in ("right", "wrong", "human")) if counts else "–")
    return cells


def timed(tally: Tally, work: Callable[[Any], Any], on: Any) -> Any:
    """The work's result; its page and wall-clock seconds are counted."""
    start = time.perf_counter()
    result = work(on)
    tally.seconds += time.perf_counter() - start
    tally.pages += 1
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=1)
    parser.add_argument("--layouts", default=",".join(LAYOUTS))
    parser.add_argument("--captures", default=",".join(CAPTURES))
    parser.add_argument("--first-seed", type=int, default=1000)
    parser.add_argument("--peers", type=int, default=3)
    wanted = parser.parse_args()
    w = make_world(wanted.first_seed)
    ocr = RapidOCR(params={"Global.log_level": "critical"})
    own = {capture: Tally() for capture in wanted.captures.split(",")}
    same, whole, plain = Tally(), Tally(), Tally()
    cases = [(layout, capture, seed) for seed in range(wanted.pages) for layout in wanted.layouts.split(",") for capture in own]
    beside = set(cases[:: max(1, len(cases) // max(wanted.peers, 1))][: wanted.peers])
    with TemporaryDirectory() as folder:
        for layout, capture, seed in cases:
            picture, truth = make_page(w, layout, capture, wanted.first_seed + seed)
            file = Path(folder) / "sheet.jpg"
            picture.save(file, quality=90)
            before = own[capture].seconds
            facts = timed(own[capture], lambda path: read(path, ReaderContext(path.name)), file)
            count_page(own[capture], w, truth, facts)
            if (layout, capture, seed) in beside:
                count_page(same, w, truth, facts)
                same.pages, same.seconds = same.pages + 1, same.seconds + own[capture].seconds - before
                count_peer(whole, w, truth, timed(whole, lambda image: rapid(ocr, image), picture))
                count_peer(plain, w, truth, timed(plain, tesseract, picture))
    print(
        "| | pages | rows lost | printed: right / wrong / human / lost | handwritten | strangers known as such | signatures: right / wrong / human | dates | s/page |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for capture, tally in own.items():
        show(capture, tally)
    for name, tally in (("the peers' pages: this reader", same), ("RapidOCR + rapidfuzz", whole), ("Tesseract + rapidfuzz", plain)):
        show(name, tally)


if __name__ == "__main__":
    main()
