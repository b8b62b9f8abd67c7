"""Measures photos and videos on generated sets: true durations, content spans, reuse recall and false matches, seconds.

    python -m tests.benchmarks.media [--photos 12] [--clips 1] [--first-seed 1000]

Beside it, in the same run: what ffprobe and MediaInfo say of the duration, and plain PDQ within 31 bits. A few minutes; larger sets by the flags.

Seeds below 1000 were used for tuning; anything from 1000 on is held out.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

from services.adapters.features import local_features
from services.adapters.picture_hash import grey_square, pdq_dihedral
from services.domain.facts import PhotoFacts
from services.verify.match.reuse import OtherMedia, OwnMedia, find_reuse
from services.verify.readers import ReaderContext
from services.verify.readers.video import read
from tests.generators import videos
from tests.generators.photos import TRANSFORMS, training_photo

SECONDS = 40.0
SIZE = (1200, 900)
PDQ_BITS = 31


def photo_facts(picture: Image.Image) -> PhotoFacts:
    """What the photo reader keeps for finding reuse, without the file around it."""
    picture = picture.copy()
    picture.thumbnail((1200, 1200))
    hashes, quality = pdq_dihedral(picture)
    return PhotoFacts(*picture.size, hash=hashes[0], hash_quality=quality, hashes=hashes, thumb=grey_square(picture, 64), features=local_features(picture)[0])


def measure_photos(count: int, first: int) -> None:
    known = [photo_facts(training_photo(seed, size=SIZE)) for seed in range(first, first + count)]
    store = [OtherMedia(f"C{i}", None, "photos/a.jpg", f"s{i}", facts, True) for i, facts in enumerate(known)]
    print(f"photos, {count} originals from seed {first}: certain and uncertain matches with their own original; matches with others")
    for name, change in TRANSFORMS.items():
        certain = uncertain = false = plain = 0
        for i, seed in enumerate(range(first, first + count)):
            copy = photo_facts(change(training_photo(seed, size=SIZE)))
            plain += (int(copy.hash or "0", 16) ^ int(known[i].hash or "0", 16)).bit_count() <= PDQ_BITS
            for found in find_reuse([OwnMedia("photos/b.jpg", "own", copy)], store):
                if found.claim_no == f"C{i}":
                    certain, uncertain = certain + found.certain, uncertain + (not found.certain)
                else:
                    false += 1
        print(f"  {name:10} {certain / count:7.1%} {uncertain / count:7.1%}   false {false} of {count * (count - 1)}   plain PDQ {plain / count:7.1%}")
    for seconds in (10, 20, 60):
        moments = [photo_facts(training_photo(seed, moment=seconds / 60, size=SIZE)) for seed in range(first, first + count)]
        taken = sum(bool(find_reuse([OwnMedia("b", "own", later)], [store[i]])) for i, later in enumerate(moments))
        print(f"  fixed camera, {seconds} s later: taken for duplicates {taken} of {count}")


Trap = tuple[str, Callable[[Path, Path], Path], float]


def traps() -> Iterator[Trap]:
    """(name, how it is made from a genuine clip of `SECONDS`, true effective seconds)."""
    yield "genuine", videos.copy, SECONDS
    yield "header patched", lambda s, p: videos.patched_header(s, p, 300), SECONDS
    yield "last frame held", lambda s, p: videos.held_last_frame(s, p, 300), SECONDS
    yield "edit list x5", lambda s, p: videos.repeated_edits(s, p, 5), SECONDS
    yield "sample table x5", lambda s, p: videos.repeated_samples(s, p, 5), SECONDS
    yield "frame times x5", lambda s, p: videos.slowed_times(s, p, 5), SECONDS
    yield "longer sound", lambda s, p: videos.longer_sound(s, p, 300), SECONDS
    yield "fragmented", videos.fragmented, SECONDS
    yield "frozen to the end", lambda s, p: videos.frozen_end(s, p, 60), SECONDS
    yield "frozen between", lambda s, p: videos.frozen_middle(s, p, 15, 30), SECONDS
    yield "black", lambda s, p: videos.black_end(s, p, 30), SECONDS
    yield "looped x3", lambda s, p: videos.looped(s, p, 3), SECONDS
    yield "looped mirrored", lambda s, p: videos.looped(s, p, 2, mirrored=True), SECONDS
    yield "looped backwards", lambda s, p: videos.looped(s, p, 2, backwards=True), SECONDS
    yield "slowed and coded anew", lambda s, p: videos.slowed_content(s, p, 2), SECONDS
    yield "repeated 10 % slower", lambda s, p: videos.retimed(s, p, 0.9), SECONDS
    yield "repeated 10 % faster", lambda s, p: videos.retimed(s, p, 1.1), SECONDS
    yield "genuine machine", lambda s, p: videos.workshop(p, SECONDS, 1122, cycle=11), SECONDS
    yield "slideshow", lambda s, p: videos.slideshow(p, [training_photo(k, size=(960, 540)) for k in range(1100, 1108)]), 0
    yield "moving slideshow", lambda s, p: videos.moving_slideshow(p, [training_photo(k, size=(960, 540)) for k in range(1110, 1118)]), 0
    yield "genuine tripod", lambda s, p: videos.tripod(p, SECONDS, 1120), SECONDS
    yield "genuine slides", lambda s, p: videos.lecture_slides(p, SECONDS, 1121), SECONDS


def durations(path: Path) -> Iterator[tuple[str, float | None]]:
    """What the peers say of a file's duration in seconds."""
    for who, command, unit in (
        ("ffprobe", ["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0"], 1.0),
        ("MediaInfo", ["mediainfo", "--Inform=General;%Duration%"], 1000.0),
    ):
        if shutil.which(command[0]):
            said = subprocess.run([*command, str(path)], capture_output=True, text=True, check=False).stdout.strip()
            yield who, float(said) / unit if said.replace(".", "", 1).isdigit() else None


def measure_videos(clips: int, first: int) -> None:
    print(f"videos, {clips} clips of {SECONDS:.0f} s: right (within 5 % of what it began with, or 1.5 s) and worst error of effective seconds")
    with TemporaryDirectory() as folder:
        sources = [videos.hand_held(Path(folder) / f"{k}.mp4", SECONDS, first + k) for k in range(clips)]
        for name, make, true in traps():
            errors, peers, began = [], [], time.perf_counter()
            for source in sources:
                path = make(source, Path(folder) / "trap.mp4")
                errors.append(abs(read(path, ReaderContext(path.name)).effective_seconds - true))
                peers.append(" ".join(f"{who} {'none' if said is None else f'{said:.1f}'}" for who, said in durations(path)))
            right = sum(e <= max(1.5, 0.05 * SECONDS) for e in errors)
            print(f"  {name:22} right {right} of {clips}   worst {max(errors):6.2f} s   {(time.perf_counter() - began) / clips:5.1f} s each   {peers[0]}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=int, default=12)
    parser.add_argument("--clips", type=int, default=1)
    parser.add_argument("--first-seed", type=int, default=1000)
    options = parser.parse_args()
    if options.clips:
        measure_videos(options.clips, options.first_seed)
    if options.photos:
        measure_photos(options.photos, options.first_seed)


if __name__ == "__main__":
    main()
