"""Red seals on generated commitment letters: found where there is one, and not where there are only other red things.

python -m tests.benchmarks.seals [--first-seed 500] [--rounds 6]

No peer is at hand that finds seals with the libraries here; the plain way (a connected red blob of about a square) stands beside.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter

import cv2
import numpy as np
from PIL import Image

from services.verify.readers.document.marks import seen_marks
from tests.generators.capture import CAPTURES
from tests.generators.letters import Letter, draw_letter

SEALED = (Letter(), Letter(38, extra=("header", "text")), Letter(50, faint=0.55), Letter(45, extra=("table", "chop")))
BARE = (
    Letter(None),
    Letter(None, extra=("header", "text")),
    Letter(None, extra=("disc", "table")),
    Letter(None, signed=False, extra=("chop", "text", "header")),
)
HOW = ("clean", "scan", "photo", "shadow", "fold", "low_resolution", "jpeg_noise", "rotated_90", "fax")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--first-seed", type=int, default=500)
    options.add_argument("--rounds", type=int, default=6)
    asked = options.parse_args()
    print("capture          seal found   plain   no seal, none found   plain   grey told")
    for how in HOW:
        found: Counter[str] = Counter()
        for turn in range(asked.rounds):
            for number, letter in enumerate((*SEALED, *BARE)):
                rng = random.Random(asked.first_seed + 100 * turn + number)
                pixels, _ = CAPTURES[how](np.asarray(draw_letter(letter, rng))[..., ::-1].copy(), rng)
                picture = Image.fromarray(np.ascontiguousarray(pixels[..., ::-1]))
                marks, kind = seen_marks(picture), "seal" if letter.seal else "bare"
                found[kind] += bool(marks.seals) == bool(letter.seal)
                found[f"plain {kind}"] += plain(picture) == bool(letter.seal)
                found["grey"] += not marks.coloured
        each = asked.rounds * len(SEALED)
        print(
            f"{how:16}{found['seal']:6} of {each}{found['plain seal']:8}{found['bare']:15} of {each}{found['plain bare']:8}{found['grey']:9} of {2 * each}",
            flush=True,
        )


def plain(picture: Image.Image) -> bool:
    """A red blob, joined over gaps, about as wide as high and neither tiny nor the whole page."""
    page = np.asarray(picture.resize((700, round(700 * picture.height / picture.width))), np.int16)
    red = (page[..., 0] - np.maximum(page[..., 1], page[..., 2]) > 60).astype(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(cv2.dilate(red, np.ones((15, 15), np.uint8)))
    return any(0.7 < w / h < 1.43 and 40 < w < 350 for _, _, w, h, _ in stats[1:])


if __name__ == "__main__":
    main()
