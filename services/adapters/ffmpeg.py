"""ffmpeg and ffprobe over one untrusted file: the file's own bytes only, known containers only, within a time limit.

The only module that runs them. A protocol whitelist alone would let a playlist named .mp4 read other files of the machine, so
the containers are whitelisted too: playlists, concatenations and manifests are none of them.
"""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ffmpeg

FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,asf,flv"
_GUARDS: dict[str, Any] = {"protocol_whitelist": "file", "format_whitelist": FORMATS}
_PROBE_SECONDS = 60

THUMB = (64, 36)
PATCH = (64, 48)
SAMPLE_ROWS = THUMB[1] + 2 * PATCH[1]
"""A sample is 64 bytes wide: the whole frame as 64 x 36, under it two patches of 64 x 48 in the frame's own resolution."""


class ToolFailed(Exception):
    """ffmpeg or ffprobe refused the file, or ran out of time; the text is its last line."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to take from a video: `rate` samples a second; a picture every `picture_seconds` seconds, `picture_width` wide; at most `seconds` of it.

    `only_reference`: frames that no other frame needs are skipped (half the work, but fewer frames); `only_key`: so are all but key frames. `stream` is the index in the file.
    """

    stream: int
    rate: float
    picture_seconds: float
    picture_width: int
    seconds: float
    time_limit: float
    only_reference: bool = False
    only_key: bool = False


def probe(path: Path) -> dict[str, Any]:
    """ffprobe's view of the file: {"format": {...}, "streams": [...]}. Raises ToolFailed."""
    command = ["ffprobe", "-v", "error", "-protocol_whitelist", "file", "-format_whitelist", FORMATS]
    command += ["-show_format", "-show_streams", "-of", "json", f"file:{path}"]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_PROBE_SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise ToolFailed(f"ffprobe took more than {_PROBE_SECONDS} s") from error
    if done.returncode != 0:
        raise ToolFailed(_last_line(done.stderr))
    found: dict[str, Any] = json.loads(done.stdout.decode("utf-8", "replace"))
    return found


def samples(path: Path, plan: Plan, pictures: Path) -> Iterator[bytes]:
    """Grey samples of `SAMPLE_ROWS` x 64 bytes at a fixed rate from the first frame on; a gap between frames repeats the frame before it.

    Pictures are written to the directory `pictures` as 00001.jpg, 00002.jpg, …. A file damaged half way gives what came before the damage.
    Raises ToolFailed if nothing at all can be decoded, or the time is over.
    """
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(_command(path, plan, pictures), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors)
        assert process.stdout is not None
        size, count = SAMPLE_ROWS * THUMB[0], 0
        try:
            while len(sample := process.stdout.read(size)) == size:
                count += 1
                yield sample
            status = process.wait(timeout=plan.time_limit)
        finally:
            if process.poll() is None:
                process.kill()
            process.stdout.close()
            process.wait()
        errors.seek(0)
        text = errors.read(1_000_000)
    if status < 0 or b"time limit" in text.lower():
        raise ToolFailed(f"decoding took more than {plan.time_limit:.0f} s of processor time")
    if count == 0:
        raise ToolFailed(_last_line(text))


def _command(path: Path, plan: Plan, pictures: Path) -> list[str]:
    options: dict[str, Any] = dict(_GUARDS)
    if plan.only_reference:
        options["skip_frame"] = "noref"
    if plan.only_key:
        options["skip_frame"] = "nokey"
    source = ffmpeg.input(f"file:{path}", threads=2, t=plan.seconds, **options)[str(plan.stream)]
    thumbs, rest = _split(source.filter("fps", fps=plan.rate).filter("format", "gray"))
    first, second = _split(rest.filter("scale", f"max(iw,{PATCH[0]})", f"max(ih,{PATCH[1]})"))
    parts = [
        thumbs.filter("scale", *THUMB, flags="area"),
        first.filter("crop", *PATCH, f"(iw-{PATCH[0]})*0.5", f"(ih-{PATCH[1]})*0.45"),
        second.filter("crop", *PATCH, f"(iw-{PATCH[0]})*0.2", f"(ih-{PATCH[1]})*0.75"),
    ]
    grey = ffmpeg.filter(parts, "vstack", inputs=3).output("pipe:1", format="rawvideo", pix_fmt="gray")
    # "near" is the default; said so that the two filters differ where both rates are the same, which the library needs
    shown = source.filter("fps", fps=1 / plan.picture_seconds, round="near").filter("scale", plan.picture_width, -2)
    kept = shown.output(str(pictures / "%05d.jpg"), format="image2", vcodec="mjpeg", pix_fmt="yuvj420p", **{"q:v": 5})
    compiled: list[str] = ffmpeg.merge_outputs(grey, kept).global_args("-v", "error", "-nostdin", "-timelimit", str(int(plan.time_limit))).compile()
    return compiled


def _split(stream: Any) -> tuple[Any, Any]:
    parts = stream.filter_multi_output("split")
    return parts[0], parts[1]


def _last_line(text: bytes) -> str:
    lines = [line for line in text.decode("utf-8", "replace").splitlines() if line.strip()]
    # its beginning names the file, which is of no use to whoever sent it
    return re.sub(r"\bfile:\S+?: |\S*/\S+?: ", "", lines[-1].strip())[-300:] if lines else "no picture came out of it"
