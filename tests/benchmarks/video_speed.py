"""Measures how fast a video's structure and its key frames are read, as times real time on one core, beside ffprobe and a full decode.

    python -m tests.benchmarks.video_speed [--seconds 60]

1080p with a key frame every second or every two, 720p with one every 250 frames (the coder's own choice) and every two seconds; H.264 and VP9.
Processor seconds, not the clock's: other work on the machine does not enter.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from services.adapters import mp4_tables
from services.adapters.key_frames import key_frames
from services.verify.readers import ReaderContext
from services.verify.readers.video import read
from tests.generators.footage import hand_held, run

FILES = {
    "1080p H.264, a key frame a second": ("1920x1080", 30, "libx264", ".mp4"),
    "1080p H.264, one in two seconds": ("1920x1080", 60, "libx264", ".mp4"),
    "720p H.264, one in 250 frames": ("1280x720", 250, "libx264", ".mp4"),
    "720p H.264, one in two seconds": ("1280x720", 60, "libx264", ".mp4"),
    "720p VP9, one in four seconds": ("1280x720", 120, "libvpx-vp9", ".webm"),
}


def processor_seconds(work: Callable[[], object]) -> float:
    """What the work takes in this process and its children."""
    began = _used()
    work()
    return _used() - began


def _used() -> float:
    return sum(u.ru_utime + u.ru_stime for u in (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)))


def measure(folder: Path, seconds: int) -> None:
    """A rendered clip, enlarged with fresh noise, in each coding."""
    clip = hand_held(folder / "clip.mp4", 20, 1000, size=(640, 360), fps=30, noise=3)
    for name, (size, gop, codec, suffix) in FILES.items():
        path = folder / f"file{suffix}"
        speed = ["-preset", "veryfast", "-crf", 24, "-x264-params", f"keyint={gop}:scenecut=0"] if codec == "libx264" else ["-deadline", "realtime", "-cpu-used", 8, "-b:v", "2M", "-g", gop]  # fmt: skip
        run(
            "-stream_loop",
            -1,
            "-i",
            clip,
            "-t",
            seconds,
            "-vf",
            f"scale={size.replace('x', ':')},noise=alls=4:allf=t",
            "-c:v",
            codec,
            *speed,
            "-pix_fmt",
            "yuv420p",
            path,
        )
        count = [0]

        def look(path: Path = path, count: list[int] = count) -> None:
            count[0] = sum(1 for _ in key_frames(path, 0))

        keys = processor_seconds(look)
        full = processor_seconds(lambda path=path: subprocess.run(["ffmpeg", "-v", "error", "-threads", "1", "-i", path, "-f", "null", "-"], check=True))  # type: ignore[misc]
        whole = processor_seconds(lambda path=path: read(path, ReaderContext(path.name)))  # type: ignore[misc]
        tables = min(_clock(lambda path=path: mp4_tables.tracks(path)) for _ in range(9))  # type: ignore[misc]
        probe = min(
            _clock(lambda path=path: subprocess.run(["ffprobe", "-v", "error", "-show_format", path], capture_output=True, check=True)) for _ in range(3)
        )  # type: ignore[misc]
        print(
            f"  {name:36} {count[0]:3} key frames at {seconds / keys:5.0f} x real time, full decode alone {seconds / full:4.0f} x, whole reading {seconds / whole:4.0f} x;"
            f"   structure {tables * 1000:5.2f} ms, ffprobe {probe * 1000:4.0f} ms ({probe / tables:.0f} times as long)",
            flush=True,
        )


def _clock(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=60)
    with TemporaryDirectory() as folder:
        measure(Path(folder), parser.parse_args().seconds)


if __name__ == "__main__":
    main()
