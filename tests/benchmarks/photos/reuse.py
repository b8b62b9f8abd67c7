"""Finding used photos again: recall of every way to dress one up, false matches among distinct photos, shots of fixed cameras, beside the peers.

    python -m tests.benchmarks.photos.reuse [--drawn 40] [--real FOLDER] [--of-real 100] [--distinct 1000] [--cameras FOLDER] [--direct 2000] [--side tuned] [--only border]

`--real` is a folder of distinct pictures; `--cameras` one with a folder of frames, two seconds apart, for each fixed camera. Both are left out
where they are not given. Drawn rooms below seed 2000 and the real pictures of one half of all file names were tuned on; the other half is held out.
Everything goes the product's way: fingerprints into a media index, candidates out of it, then the comparison.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
from PIL import Image

from services.adapters.media_index import IndexedMedium, MediaIndex
from services.domain.facts import PhotoFacts
from services.verify.match.fingerprints import LEAST_WORDS, MOST_BY_WORDS, NEAR_BITS, fingerprint, question
from services.verify.match.reuse import OtherMedia, OwnMedia, find_reuse
from tests.benchmarks.photos.peers import peers
from tests.benchmarks.photos.sets import HELD_OUT_FROM, SIZE, Original, facts_of, originals
from tests.generators.dresses import DRESSES, dress_up
from tests.generators.photos import training_photo


class Known:
    """Photos that were handed in before, each in a claim of its own; those that show too little to be found are not in the index."""

    def __init__(self, photos: Sequence[PhotoFacts]) -> None:
        self.photos = photos
        self._media = [IndexedMedium(i + 1, *made) for i, facts in enumerate(photos) if (made := fingerprint(facts)) is not None]
        self.index = MediaIndex(self)
        self.index.refresh()

    def indexed_after(self, number: int, limit: int) -> list[IndexedMedium]:
        return [m for m in self._media if m.number > number][:limit]

    def indexed_key(self, number: int) -> str | None:
        return str(number)

    def candidates(self, facts: PhotoFacts) -> set[int]:
        asked = question(facts)
        if asked is None:
            return set()
        found = set(self.index.near(asked.hashes, NEAR_BITS))
        for words in (asked.words, asked.mirrored):
            found |= {number for number, _ in self.index.sharing(words, least=LEAST_WORDS, most=MOST_BY_WORDS)}
        return {number - 1 for number in found}

    def matches(self, facts: PhotoFacts, candidates: set[int]) -> dict[int, bool]:
        """Which of the candidates the photo is taken for, and whether certainly."""
        return {i: reuse for i in candidates for reuse in same(facts, self.photos[i])}


def same(one: PhotoFacts, other: PhotoFacts) -> list[bool]:
    """[] where they are different photos, else [whether that is certain]."""
    return [r.certain for r in find_reuse([OwnMedia("photos/b.jpg", "b", one)], [OtherMedia("C", None, "photos/a.jpg", "a", other, True)])]


def measure_recall(pictures: Sequence[Original], known: Known, only: str | None) -> None:
    """`pictures` are the first of `known.photos`."""
    others = peers()
    theirs = {name: [compute(o.picture) for o in pictures] for name, (compute, _) in others.items()}
    print(f"\nused again: {len(pictures)} originals ({sum(o.drawn for o in pictures)} drawn) among {len(known.photos)} known photos")
    print(
        "| dressed up by | found | of these certain | proposed by the index | false | " + " | ".join(f"{n} within {b}" for n, (_, b) in others.items()) + " |"
    )
    print("|---|" + "---|" * (4 + len(others)))
    for name in DRESSES if only is None else [only]:
        found = certain = proposed = false = 0
        hits = dict.fromkeys(others, 0)
        for i, original in enumerate(pictures):
            copy = dress_up(name, original.picture, i)
            facts = facts_of(copy)
            candidates = known.candidates(facts)
            taken = known.matches(facts, candidates)
            proposed += i in candidates
            found += i in taken
            certain += taken.get(i, False)
            false += len(taken.keys() - {i})
            for peer, (compute, bound) in others.items():
                hits[peer] += int((compute(copy) != theirs[peer][i]).sum()) <= bound
        shares = [f"{n / len(pictures):.1%}" for n in (found, certain, proposed)]
        print(f"| {name} | {' | '.join(shares)} | {false} | " + " | ".join(f"{h / len(pictures):.1%}" for h in hits.values()) + " |", flush=True)


def measure_distinct(known: Known, names: Sequence[str], direct: int) -> None:
    """How many pairs of distinct photos are taken for the same: all pairs through the index, some of them held against each other directly."""
    began, count = time.perf_counter(), len(known.photos)
    false = [
        (names[i], names[j], certain)
        for i, facts in enumerate(known.photos)
        for j, certain in known.matches(facts, known.candidates(facts) - {i}).items()
        if j < i
    ]
    print(
        f"\ndistinct photos: {count * (count - 1) // 2} pairs through the index: {len(false)} taken for the same ({sum(f[2] for f in false)} certainly) {false[:6]}, {time.perf_counter() - began:.0f} s"
    )
    pairs = random.Random(7).sample(range(count * count), min(direct * 2, count * count))
    chosen = [divmod(p, count) for p in pairs if p // count < p % count][:direct]
    wrong = [(names[i], names[j], c) for i, j in chosen for c in same(known.photos[i], known.photos[j])]
    print(f"held against each other directly: {len(chosen)} pairs: {len(wrong)} taken for the same {wrong[:6]}", flush=True)


def measure_cameras(drawn: int, first: int, folder: Path | None) -> None:
    cameras = {f"drawn {s}": [(t, facts_of(training_photo(s, moment=t / 60, size=SIZE))) for t in (0, 10, 30)] for s in range(first, first + drawn)}
    _cameras("drawn rooms", cameras)
    for camera in sorted(p for p in folder.iterdir() if p.is_dir()) if folder else ():
        shots = []
        for k, path in enumerate(sorted(camera.glob("*.jpg"))):
            with Image.open(path) as opened:
                shots.append((2.0 * k, facts_of(opened.convert("RGB"))))
        _cameras(camera.name, {camera.name: shots})


def _cameras(name: str, cameras: dict[str, list[tuple[float, PhotoFacts]]]) -> None:
    pairs = [(a, b) for shots in cameras.values() for (t, a), (u, b) in combinations(shots, 2) if u - t >= 10]
    chosen = random.Random(3).sample(pairs, min(400, len(pairs)))
    taken = [c for a, b in chosen for c in same(a, b)]
    near = sum(
        int(np.bitwise_count(np.frombuffer(bytes.fromhex(a.hash or ""), np.uint8) ^ np.frombuffer(bytes.fromhex(b.hash or ""), np.uint8)).sum()) <= 31
        for a, b in chosen
    )
    print(
        f"fixed camera, 10 s apart and more, {name}: {len(chosen)} pairs, {sum(taken)} taken for duplicates, {len(taken) - sum(taken)} left to a human; plain PDQ takes {near}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--drawn", type=int, default=40)
    parser.add_argument("--real", type=Path)
    parser.add_argument("--of-real", type=int, default=100)
    parser.add_argument("--distinct", type=int, default=1000)
    parser.add_argument("--direct", type=int, default=2000)
    parser.add_argument("--cameras", type=Path)
    parser.add_argument("--side", choices=("tuned", "held-out"), default="held-out")
    parser.add_argument("--only", choices=DRESSES, help="one way of dressing up")
    options = parser.parse_args()
    held_out = options.side == "held-out"
    chosen = list(originals(options.drawn, options.real, held_out=held_out, most=options.of_real))
    names, photos = [o.key for o in chosen], [facts_of(o.picture) for o in chosen]
    for other in originals(0, options.real):
        if len(photos) < options.distinct and other.key not in names:
            names.append(other.key)
            photos.append(facts_of(other.picture))
    known = Known(photos)
    measure_distinct(known, names, options.direct)
    measure_cameras(options.drawn, HELD_OUT_FROM if held_out else 1, options.cameras)
    measure_recall(chosen, known, options.only)


if __name__ == "__main__":
    main()
