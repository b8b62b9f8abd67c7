"""Measures how surely a video is found again in another one, and that two different videos, lessons in one room among them, never are.

    python -m tests.benchmarks.video_reuse [--footage FOLDER] [--originals 20] [--rooms 10] [--first-seed 1000] [--side "held out"] [--only "mirrored" …]

Originals of 75 s (rendered, by hand and from a tripod) and real footage as `tests.generators.video_cases.FOUND` names it; every way of using
them again; and, for false matches, every pair of different videos: originals, and four lessons each in a number of rooms under one tripod.
Beside it, on the same videos: PDQ of the pictures kept every two seconds, within 31 bits, as frame-hashing services match.
"""

from __future__ import annotations

import argparse
import itertools
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np

from services.domain.facts import VideoFacts
from services.verify.match.clips import HEIGHT, WIDTH, Clip, clip_of, shared_stretch
from services.verify.readers import ReaderContext
from services.verify.readers.video import read
from tests.generators import video_cases, videos
from tests.generators.footage import frames as video_frames
from tests.generators.footage import hand_held, run, seconds_of

SECONDS = 75.0
_RATE = 5.0
_PDQ_BITS, _LEAST_QUALITY = 31, 50
Change = Callable[[Path, Path, Path], object]
"""Writes, from a video and another one, a copy."""


def _cropped(x: float, y: float) -> Change:
    def change(source: Path, other: Path, path: Path) -> None:
        run("-i", source, "-vf", f"crop=trunc(iw*0.85/2)*2:trunc(ih*0.85/2)*2:(iw-ow)*{x}:(ih-oh)*{y}", "-an", *video_cases.CODEC, "-crf", 28, path)

    return change


CHANGES: dict[str, Change] = {
    "coded anew, small": lambda s, o, p: videos.recoded(s, p, width=240, crf=33),
    "cropped to 85 %": lambda s, o, p: videos.cropped(s, p, 0.85),
    "cropped to 85 %, a corner": _cropped(1, 0),
    "mirrored": lambda s, o, p: run("-i", s, "-vf", "hflip", "-an", *video_cases.CODEC, "-crf", 28, p),
    "60 s of it inside another": lambda s, o, p: videos.part_inside(s, o, p, start=6, seconds=min(60.0, seconds_of(s) - 8)),
    "10 % faster": lambda s, o, p: run("-i", s, "-vf", "setpts=PTS/1.1", "-an", *video_cases.CODEC, "-crf", 28, p),
    "under a banner, darker": lambda s, o, p: run(
        "-i", s, "-vf", "eq=brightness=-0.1:contrast=0.9,drawbox=x=0:y=0:w=iw:h=ih*0.12:color=red:t=fill", "-an", *video_cases.CODEC, "-crf", 28, p
    ),
}


def facts_of(path: Path) -> VideoFacts:
    return read(path, ReaderContext(path.name))


def _clip(facts: VideoFacts) -> Clip:
    clip = clip_of(facts)
    assert clip is not None
    return clip


def _lesson(seed: int, lesson: int) -> Clip:
    """One of several lessons in one room under one tripod, as the reader would sample it (not coded: that adds nothing alike)."""
    frames = video_frames(round(SECONDS * _RATE), seed, (192, 108), _RATE, 0.0, 4.0, 1 + seed % 4, lesson + 1, None)
    small = [cv2.resize(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY), (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA) for frame in frames]
    return Clip(np.stack(small), _RATE)


def _pdq_match(one: VideoFacts, other: VideoFacts) -> bool:
    a, b = (
        np.frombuffer(b"".join(bytes.fromhex(f.hash) for f in facts.frames if f.hash and f.hash_quality >= _LEAST_QUALITY), dtype=np.uint64).reshape(-1, 4)
        for facts in (one, other)
    )
    return bool(len(a) and len(b) and np.bitwise_count(a[:, None] ^ b[None]).sum(axis=2).min() <= _PDQ_BITS)


def measure(folder: Path, footage: Path | None, side: str, first: int, count: int, rooms: int, only: list[str]) -> None:
    """Recall for each way of using a video again, then false matches over all pairs."""
    paths = [hand_held(folder / f"o{k}.mp4", SECONDS, first + k, size=(320, 180), fps=12, shake=0.0 if k % 2 else 4.0, people=2 + k % 3) for k in range(count)]
    for name, (where, _) in video_cases.FOUND.items():
        source = footage / name if footage else None
        if where == side and source is not None and source.exists() and seconds_of(source) >= 26:
            run("-i", source, "-t", SECONDS, "-an", "-vf", "scale=trunc(min(480\\,iw)/2)*2:-2", *video_cases.CODEC, "-crf", 22, folder / f"r_{source.stem}.mp4")
            paths.append(folder / f"r_{source.stem}.mp4")
    known = {path.stem: facts_of(path) for path in paths}
    print(f"{len(paths)} originals, {len(paths) - count} of them real footage")
    for name, change in CHANGES.items() if not only else [(name, CHANGES[name]) for name in only]:
        found = plain = 0
        missed = []
        for k, path in enumerate(paths):
            other = paths[(k + 2) % count]
            change(path, other, folder / "copy.mp4")
            copy = facts_of(folder / "copy.mp4")
            stretch = shared_stretch(_clip(copy), _clip(known[path.stem]))
            found += stretch is not None
            missed += [] if stretch is not None else [path.stem]
            plain += _pdq_match(copy, known[path.stem])
        print(f"  {name:28} found {found} of {len(paths)}   frames' PDQ {plain} of {len(paths)}   missed {' '.join(missed) or '-'}", flush=True)
    clips = {name: _clip(facts) for name, facts in known.items()}
    for room, lesson in itertools.product(range(rooms), range(4)):
        clips[f"room {room} lesson {lesson}"] = _lesson(first + 500 + room, lesson)
    pairs = list(itertools.combinations(clips, 2))
    began = time.process_time()
    false = [pair for pair in pairs if shared_stretch(clips[pair[0]], clips[pair[1]]) is not None]
    spent = (time.process_time() - began) / len(pairs)
    plain = sum(_pdq_match(known[a], known[b]) for a, b in itertools.combinations(known, 2))
    print(
        f"  false matches {len(false)} of {len(pairs)} pairs ({rooms} rooms with 4 lessons each), {spent * 1000:.0f} ms a pair   frames' PDQ {plain}   {false or ''}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--footage", type=Path)
    parser.add_argument("--side", choices=("tuned", "held out"), default="held out")
    parser.add_argument("--originals", type=int, default=20)
    parser.add_argument("--rooms", type=int, default=10)
    parser.add_argument("--first-seed", type=int, default=1000)
    parser.add_argument("--only", nargs="*", choices=CHANGES, default=[], help="these ways of using a video again")
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        measure(Path(folder), options.footage, options.side, options.first_seed, options.originals, options.rooms, options.only)


if __name__ == "__main__":
    main()
