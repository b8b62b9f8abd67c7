"""Measures how much of a video is real: frozen, black, looped, slideshow, slowed and genuine ones, and every way to stretch a header or a table.

    python -m tests.benchmarks.videos [--footage FOLDER] [--each 9] [--first-seed 1000] [--kinds looped,slowed] [--side "held out"] [--no-tables]

`FOLDER` holds real footage; `tests.generators.video_cases.FOUND` says which clips, where they were found and on which side each is used.
Without it everything is rendered. Seeds below 1000 (with `--side tuned`) were used for tuning, 1000 on are held out.

Beside it, on the same files in the same run: the durations that ffprobe and MediaInfo state, and the seconds that ffmpeg's freezedetect and blackdetect find.
"""

from __future__ import annotations

import argparse
import re
import resource
import subprocess
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from services.domain.errors import HezhengError
from services.domain.facts import VideoFacts
from services.verify.readers import ReaderContext
from services.verify.readers.video import read
from tests.generators import video_cases, videos
from tests.generators.footage import hand_held, seconds_of
from tests.generators.video_cases import Case

SECONDS = 40.0
_SHARE, _LEAST = 0.05, 1.5


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the reader said of a case. `accused`: it counts for less than it plays; `kind_right`: for the right reason; `told`: something was left to a human."""

    case: Case
    effective: float
    accused: bool
    kind_right: bool
    told: bool
    seconds_right: bool
    spent: float
    shows: str


def judged(case: Case) -> Outcome:
    """Read one case with the reader as it is."""
    began = _processor_seconds()
    facts = read(case.path, ReaderContext(case.path.name))
    spent = _processor_seconds() - began
    plays = seconds_of(case.path)
    accused = facts.effective_seconds < plays - max(_LEAST, _SHARE * plays)
    kinds = {span.kind.value for span in facts.spans if span.certain}
    doubts = {span.kind.value for span in facts.spans if not span.certain} | {who for who, _ in facts.witnesses if who.startswith("if_")}
    right = (not kinds) if case.kind == "slowed" else case.kind in kinds
    allowed = max(_LEAST, _SHARE * (case.seconds or plays))
    close = abs(facts.effective_seconds - case.seconds) <= allowed
    shows = f"effective {facts.effective_seconds:6.1f} of {plays:6.1f} (true {case.seconds:6.1f}) {','.join(sorted(kinds)) or '-'} doubts {','.join(sorted(doubts)) or '-'}"
    return Outcome(case, facts.effective_seconds, accused, accused and right, bool(doubts), close, spent, shows)


def measure_content(folder: Path, footage: Path | None, side: str, first: int, each: int, kinds: list[str]) -> None:
    """Every kind on generated cases, with precision and recall over all of them."""
    real = [footage / name for name, (where, _) in video_cases.FOUND.items() if where == side and (footage / name).exists()] if footage else []
    outcomes: list[Outcome] = []
    peers: dict[str, list[bool]] = defaultdict(list)
    for case in video_cases.cases(folder, first, each, real, kinds):
        outcome = judged(case)
        outcomes.append(outcome)
        mark = "ok  " if outcome.seconds_right and (outcome.kind_right or (case.kind == "genuine" and not outcome.accused)) else "MISS"
        print(f"  {mark} {case.kind:9} {case.name:46} {outcome.shows}  {outcome.spent:5.1f} s", flush=True)
        for who, found in still_seconds(case.path):
            if case.kind in ("frozen", "black", "genuine"):
                lost = seconds_of(case.path) - case.seconds
                peers[f"{who} on {case.kind}"].append(
                    abs(found - lost * (case.kind[:5] in who or case.kind == "genuine")) <= max(_LEAST, _SHARE * case.seconds)
                )
        case.path.unlink()
    _summary(outcomes)
    for who, right in sorted(peers.items()):
        print(f"  peer {who}: right seconds in {sum(right)} of {len(right)}")


def _summary(outcomes: list[Outcome]) -> None:
    forged = [o for o in outcomes if o.case.kind != "genuine"]
    accused = [o for o in outcomes if o.accused]
    right = [o for o in accused if o.kind_right and o.case.kind != "genuine"]
    print(f"videos: {len(outcomes)}, genuine {len(outcomes) - len(forged)}")
    for kind in dict.fromkeys(o.case.kind for o in outcomes):
        of = [o for o in outcomes if o.case.kind == kind]
        found = sum(o.kind_right for o in of) if kind != "genuine" else sum(not o.accused for o in of)
        told = sum(o.told and not o.accused for o in of)
        print(f"  {kind:9} right {found} of {len(of)}, only told as a doubt {told}, effective seconds right {sum(o.seconds_right for o in of)} of {len(of)}")
    print(
        f"precision {len(right)} of {len(accused)}, recall {len(right)} of {len(forged)}, effective seconds right {sum(o.seconds_right for o in outcomes)} of {len(outcomes)}"
    )


def still_seconds(path: Path) -> Iterator[tuple[str, float]]:
    """Seconds that ffmpeg's own detectors call frozen or black. A freeze that reaches the end of the file has no end for them: none of it is counted."""
    for who, graph, pattern in (
        ("freezedetect", "freezedetect=d=10", r"freeze_duration: ([\d.]+)"),
        ("blackdetect", "blackdetect=d=2:pix_th=0.1", r"black_duration:([\d.]+)"),
    ):
        said = subprocess.run(
            ["ffmpeg", "-nostdin", "-i", str(path), "-vf", graph, "-an", "-f", "null", "-"], capture_output=True, text=True, check=False
        ).stderr
        yield who, sum(float(x) for x in re.findall(pattern, said))


# --- headers and tables ---------------------------------------------------------------------------------------

Trap = tuple[str, Callable[[Path, Path], Path], str]


def traps() -> Iterator[Trap]:
    """(name, how it is made from a genuine clip of `SECONDS`, the suffix of its file). Where nothing is lost it plays `SECONDS` for certain."""
    for boxes in (("mvhd",), ("mvhd", "tkhd"), ("mvhd", "tkhd", "mdhd")):
        yield f"header patched: {' '.join(boxes)}", lambda s, p, boxes=boxes: videos.patched_header(s, p, 300, boxes=boxes), ".mp4"  # type: ignore[misc]
    yield "last frame held", lambda s, p: videos.held_last_frame(s, p, 300), ".mp4"
    yield "edit list x5", lambda s, p: videos.repeated_edits(s, p, 5), ".mp4"
    yield "sample table x5", lambda s, p: videos.repeated_samples(s, p, 5), ".mp4"
    yield "frame times x5", lambda s, p: videos.slowed_times(s, p, 5), ".mp4"
    yield "longer sound", lambda s, p: videos.longer_sound(s, p, 300), ".mp4"
    yield "index first, 60 % of the bytes", lambda s, p: videos.cut_tail(s, p, 0.6), ".mp4"
    yield "fragmented", videos.fragmented, ".mp4"
    yield "streamed webm", lambda s, p: videos.streamed_webm(hand_held(s.with_suffix(".webm"), SECONDS, 1005), p), ".webm"
    yield "webm header faked", lambda s, p: videos.faked_webm_duration(s.with_suffix(".webm"), p, 300), ".webm"
    yield "avi header faked", lambda s, p: videos.faked_avi_duration(hand_held(s.with_suffix(".avi"), SECONDS, 1006), p, 300), ".avi"
    yield "no index, parameters in the stream", videos.missing_index, ".mp4"
    yield "no index", lambda s, p: videos.missing_index(s, p, parameters=False), ".mp4"
    yield "cover art", lambda s, p: videos.cover_art(p, 300, 5), ".mp4"
    for what in ("jpg", "gif", "text", "h264", "hls", "ffconcat", "dash", "empty", "noise"):
        yield f"{what} named .mp4", lambda s, p, what=what: videos.not_a_video(p, what), ".mp4"  # type: ignore[misc]


def durations(path: Path) -> str:
    """What the peers say of a file's duration in seconds."""
    said = []
    for who, command, unit in (
        ("ffprobe", ["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0"], 1.0),
        ("MediaInfo", ["mediainfo", "--Inform=General;%Duration%"], 1000.0),
    ):
        text = subprocess.run([*command, str(path)], capture_output=True, text=True, check=False).stdout.strip()
        said.append(f"{who} {float(text) / unit:.1f}" if text.replace(".", "", 1).isdigit() else f"{who} none")
    return " ".join(said)


def measure_tables(folder: Path, first: int) -> None:
    """Every way to state a false duration."""
    source = hand_held(folder / "source.mp4", SECONDS, first)
    for name, make, suffix in traps():
        path = make(source, folder / f"trap{suffix}")
        found: VideoFacts | str
        try:
            found = read(path, ReaderContext(path.name))
        except HezhengError as error:
            found = type(error).__name__
        says = found if isinstance(found, str) else f"playable {found.playable_seconds:6.2f}, effective {found.effective_seconds:6.2f}"
        print(f"  {name:36} {says:44} {durations(path)}", flush=True)


def _processor_seconds() -> float:
    return sum(u.ru_utime + u.ru_stime for u in (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--footage", type=Path)
    parser.add_argument("--side", choices=("tuned", "held out"), default="held out")
    parser.add_argument("--each", type=int, default=9)
    parser.add_argument("--first-seed", type=int, default=1000)
    parser.add_argument("--kinds", default="")
    parser.add_argument("--no-tables", action="store_true")
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        if options.each:
            measure_content(Path(folder), options.footage, options.side, options.first_seed, options.each, [k for k in options.kinds.split(",") if k])
        if not options.no_tables:
            measure_tables(Path(folder), options.first_seed)


if __name__ == "__main__":
    main()
