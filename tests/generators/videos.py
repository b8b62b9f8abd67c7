"""Believable videos of training and every way of stretching them.

`hand_held` renders a genuine clip: a shaking camera, people who move, sensor noise. The forgeries take a genuine clip and write a file
that claims or shows more than it is. All need ffmpeg. Sizes are small so that minutes of video cost seconds.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image, ImageDraw

from tests.generators import footage
from tests.generators.footage import SIZE, Size, run
from tests.generators.footage import hand_held as hand_held
from tests.generators.footage import tripod as tripod
from tests.generators.footage import workshop as workshop
from tests.generators.photos import font, save_photo, training_photo
from tests.generators.video_headers import cover_art as cover_art
from tests.generators.video_headers import cut_tail as cut_tail
from tests.generators.video_headers import faked_avi_duration as faked_avi_duration
from tests.generators.video_headers import faked_webm_duration as faked_webm_duration
from tests.generators.video_headers import fragmented as fragmented
from tests.generators.video_headers import held_last_frame as held_last_frame
from tests.generators.video_headers import longer_sound as longer_sound
from tests.generators.video_headers import missing_index as missing_index
from tests.generators.video_headers import patched_header as patched_header
from tests.generators.video_headers import repeated_edits as repeated_edits
from tests.generators.video_headers import repeated_samples as repeated_samples
from tests.generators.video_headers import slowed_times as slowed_times
from tests.generators.video_headers import streamed_webm as streamed_webm


def lecture_slides(path: Path, seconds: float, seed: int, *, each: float = 20.0, size: Size = SIZE, fps: int = 15) -> Path:
    """A genuine screen recording: drawn slides, each standing still for a while."""
    rng = np.random.default_rng(seed)
    pictures = []
    for k in range(max(1, round(seconds / each))):
        slide = Image.new("RGB", size, (255, 255, 255))
        draw = ImageDraw.Draw(slide)
        draw.rectangle([0, 0, size[0], size[1] // 7], fill=(30, 60, 120))
        draw.text((20, 6), f"第{k + 1}讲 安全操作规程", font=font(size[1] // 12), fill=(255, 255, 255))
        for line in range(int(rng.integers(3, 7))):
            draw.text(
                (30, size[1] // 5 + line * size[1] // 9),
                f"{line + 1}. 要点{int(rng.integers(10, 99))}：检查设备状态",
                font=font(size[1] // 18),
                fill=(30, 30, 30),
            )
        pictures.append(slide)
    return slideshow(path, pictures, each=each, fps=fps)


def not_a_video(path: Path, what: str) -> Path:
    """Something else under a video's name: jpg | gif | text | h264 | hls | ffconcat | dash | empty | noise."""
    neighbour = path.with_name("neighbour.mp4")
    if what == "jpg":
        save_photo(training_photo(5, size=(640, 480)), path.with_suffix(".jpg")).replace(path)
    elif what == "gif":
        pictures = [training_photo(k, size=(160, 120)) for k in range(3)]
        pictures[0].save(path, format="GIF", save_all=True, append_images=pictures[1:], duration=500)
    elif what == "h264":
        run("-f", "lavfi", "-i", "testsrc=size=320x180:rate=15", "-t", "5", "-c:v", "libx264", "-f", "h264", path)
    elif what == "noise":
        path.write_bytes(np.random.default_rng(3).bytes(200_000))
    else:
        texts = {
            "text": "培训视频见网盘\n",
            "hls": f"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:300,\n{neighbour.name}\n#EXT-X-ENDLIST\n",
            "ffconcat": f"ffconcat version 1.0\nfile {neighbour.name}\n",
            "dash": '<?xml version="1.0"?><MPD mediaPresentationDuration="PT300S"><Period><AdaptationSet><Representation id="0"><BaseURL>neighbour.mp4</BaseURL>'
            "</Representation></AdaptationSet></Period></MPD>",
            "empty": "",
        }
        path.write_text(texts[what], encoding="utf-8")
    return path


# --- stretched content ----------------------------------------------------------------------------------------

_X264: tuple[object, ...] = ("-c:v", "libx264", "-preset", "veryfast", "-crf", 26, "-pix_fmt", "yuv420p")


def frozen_end(source: Path, path: Path, seconds: float) -> Path:
    """The last frame stands for `seconds` more, coded as real frames."""
    run("-i", source, "-vf", f"tpad=stop_mode=clone:stop_duration={seconds}", "-an", *_X264, path)
    return path


def frozen_middle(source: Path, path: Path, at: float, seconds: float) -> Path:
    """The frame at `at` stands for `seconds`, then the clip goes on."""
    graph = (
        f"[0:v]split[a][b];[a]trim=0:{at},setpts=PTS-STARTPTS,tpad=stop_mode=clone:stop_duration={seconds}[x];"
        f"[b]trim={at},setpts=PTS-STARTPTS[y];[x][y]concat=n=2:v=1"
    )
    run("-i", source, "-filter_complex", graph, "-an", *_X264, path)
    return path


def black_end(source: Path, path: Path, seconds: float) -> Path:
    """Black for `seconds` after the clip, with a little noise as of a covered lens."""
    run("-i", source, "-vf", f"tpad=stop_mode=add:stop_duration={seconds}:color=black,noise=alls=3:allf=t", "-an", *_X264, path)
    return path


def looped(source: Path, path: Path, times: int, *, mirrored: bool = False, backwards: bool = False, crf: int = 30) -> Path:
    """The clip `times` times in a row, coded anew; every second showing `mirrored` or `backwards` if so wanted."""
    change = ",".join(f for f, wanted in (("hflip", mirrored), ("reverse", backwards)) if wanted) or "null"
    names = "".join(f"[p{k}]" for k in range(times))
    parts = ";".join(f"[p{k}]{change if k % 2 else 'null'}[q{k}]" for k in range(times))
    joined = "".join(f"[q{k}]" for k in range(times))
    run(
        "-i",
        source,
        "-filter_complex",
        f"[0:v]split={times}{names};{parts};{joined}concat=n={times}:v=1",
        "-an",
        *_X264[:4],
        "-crf",
        crf,
        "-pix_fmt",
        "yuv420p",
        path,
    )
    return path


def slowed_content(source: Path, path: Path, times: float) -> Path:
    """Slowed down and coded anew at the same frame rate (frames repeated)."""
    run("-i", source, "-vf", f"setpts={times}*PTS", "-an", *_X264, path)
    return path


def slideshow(path: Path, pictures: list[Image.Image], *, each: float = 5.0, fps: int = 15, fade: float = 0.0, size: Size = SIZE) -> Path:
    """Pictures one after another, each for `each` seconds, with cross-fades of `fade` seconds."""
    process = _encoder(path, fps, size)
    assert process.stdin is not None
    arrays = [np.asarray(p.resize(size).convert("RGB"), dtype=np.float32) for p in pictures]
    for k, picture in enumerate(arrays):
        following = arrays[min(k + 1, len(arrays) - 1)]
        steps, blend = round(each * fps), round(fade * fps)
        for i in range(steps):
            mix = max(0.0, (i - (steps - blend)) / blend) if blend else 0.0
            process.stdin.write((picture * (1 - mix) + following * mix).astype(np.uint8).tobytes())
    return _finish(process, path)


def moving_slideshow(path: Path, pictures: list[Image.Image], *, each: float = 5.0, fps: int = 15, fade: float = 0.0, size: Size = SIZE) -> Path:
    """Pictures one after another, each with a slow pan and zoom, with cross-fades of `fade` seconds in which both go on moving."""
    process = _encoder(path, fps, size)
    assert process.stdin is not None
    rng = np.random.default_rng(len(pictures))
    steps, blend = round(each * fps), round(fade * fps)
    before: list[np.ndarray[Any, Any]] = []
    for picture in pictures:
        wide = np.asarray(picture.resize((size[0] * 2, size[1] * 2)).convert("RGB"))
        (x0, x1), (y0, y1), (z0, z1) = rng.uniform(0, 1, 2), rng.uniform(0, 1, 2), rng.uniform(1.5, 2.0, 2)
        shown = []
        for t in np.linspace(0, 1, steps + blend, endpoint=False):
            zoom = z0 + (z1 - z0) * t
            room_x, room_y = size[0] * (2 - zoom), size[1] * (2 - zoom)
            move = np.float32([[1 / zoom, 0, -(x0 + (x1 - x0) * t) * room_x / zoom], [0, 1 / zoom, -(y0 + (y1 - y0) * t) * room_y / zoom]])
            shown.append(cv2.warpAffine(wide, move, size, flags=cv2.INTER_AREA))
        for i, frame in enumerate(shown[:steps]):
            share = (i + 1) / (blend + 1) if i < len(before) else 1.0
            process.stdin.write((frame if share == 1 else cv2.addWeighted(frame, share, before[i], 1 - share, 0)).tobytes())
        before = shown[steps:]
    return _finish(process, path)


def _encoder(path: Path, fps: int, size: Size) -> subprocess.Popen[bytes]:
    path.parent.mkdir(parents=True, exist_ok=True)
    raw = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{size[0]}x{size[1]}", "-r", str(fps), "-i", "pipe:0"]
    return subprocess.Popen(["ffmpeg", "-v", "error", "-y", *raw, *map(str, _X264), str(path)], stdin=subprocess.PIPE)


def _finish(process: subprocess.Popen[bytes], path: Path) -> Path:
    assert process.stdin is not None
    process.stdin.close()
    if process.wait():
        raise RuntimeError(f"ffmpeg could not write {path}")
    return path


# --- reuse ----------------------------------------------------------------------------------------------------


def recoded(source: Path, path: Path, *, width: int = 320, crf: int = 32) -> Path:
    """The same video, smaller and coded anew."""
    run("-i", source, "-vf", f"scale={width}:-2", "-an", *_X264[:4], "-crf", crf, "-pix_fmt", "yuv420p", path)
    return path


def recoded_gop(source: Path, path: Path, gop: int) -> Path:
    """Coded anew with a key frame every `gop` frames."""
    run("-i", source, "-an", *_X264, "-g", gop, path)
    return path


def retimed(source: Path, path: Path, speed: float) -> Path:
    """The clip, then the clip again at `speed` times its speed, coded anew."""
    rate = footage.rate_of(source)
    graph = f"[0:v]split[a][b];[a]fps={rate}[d];[b]setpts=PTS/{speed},fps={rate}[c];[d][c]concat=n=2:v=1"
    run("-i", source, "-filter_complex", graph, "-an", *_X264, path)
    return path


def cropped(source: Path, path: Path, keep: float = 0.85) -> Path:
    """The middle of the picture only."""
    run("-i", source, "-vf", f"crop=trunc(iw*{keep}/2)*2:trunc(ih*{keep}/2)*2", "-an", *_X264, path)
    return path


def part_inside(source: Path, other: Path, path: Path, *, start: float, seconds: float) -> Path:
    """`seconds` of `source` from `start` on, put after `other` in its size and frame rate, coded anew."""
    width, height = footage.size_of(other)
    rate = footage.rate_of(other)
    graph = f"[0:v]setsar=1[a];[1:v]trim={start}:{start + seconds},setpts=PTS-STARTPTS,fps={rate},scale={width}:{height},setsar=1[b];[a][b]concat=n=2:v=1"
    run("-i", other, "-i", source, "-filter_complex", graph, "-an", *_X264, path)
    return path


def copy(source: Path, path: Path) -> Path:
    """The same bytes under another name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, path)
    return path
