"""Genuine footage, rendered: a shaking camera or a tripod, people who move, sensor noise. Needs ffmpeg."""

from __future__ import annotations

import io
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image, ImageDraw

from tests.generators.photos import person, training_photo

Size = tuple[int, int]
SIZE: Size = (480, 270)


def run(*arguments: object) -> None:
    """ffmpeg with these arguments; raises CalledProcessError with its message."""
    done = subprocess.run(["ffmpeg", "-v", "error", "-y", "-nostdin", *map(str, arguments)], capture_output=True, check=False)
    if done.returncode:
        raise RuntimeError(f"ffmpeg {' '.join(map(str, arguments))}: {done.stderr.decode(errors='replace')[-800:]}")


def seconds_of(path: Path) -> float:
    """What ffprobe says that a (sound) file lasts."""
    return float(_asked(path, "format=duration"))


def rate_of(path: Path) -> float:
    """Frames a second."""
    over, under = _asked(path, "stream=avg_frame_rate").split("/")
    return float(over) / float(under)


def size_of(path: Path) -> Size:
    """Width and height."""
    width, height = _asked(path, "stream=width,height").split(",")
    return int(width), int(height)


def _asked(path: Path, what: str) -> str:
    command = ["ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", what, "-of", "csv=p=0", str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip().strip(",")


def frame_at(path: Path, second: float) -> Image.Image:
    """One frame as a picture."""
    png = subprocess.run(
        ["ffmpeg", "-v", "error", "-ss", str(second), "-i", str(path), "-frames:v", "1", "-c:v", "png", "-f", "image2", "pipe:1"],
        capture_output=True,
        check=True,
    )
    return Image.open(io.BytesIO(png.stdout)).convert("RGB")


# --- genuine --------------------------------------------------------------------------------------------------


def hand_held(
    path: Path,
    seconds: float,
    seed: int,
    *,
    size: Size = SIZE,
    fps: float = 15,
    shake: float = 5.0,
    noise: float = 5.0,
    people: int = 4,
    action: int = 0,
    cycle: float | None = None,
    crf: int = 26,
    gop_seconds: float = 2.0,
    recorded_at: datetime | None = None,
    location: tuple[float, float] | None = None,
    sound: bool = False,
) -> Path:
    """A genuine clip. `shake` in pixels (0: tripod), `noise` in grey levels, `people` who move. Another `action` is another day in the same room; `cycle` seconds after which a machine in it repeats its moves. `recorded_at` needs an offset; it is stored as UTC."""
    path.parent.mkdir(parents=True, exist_ok=True)
    codec = _codec(path, crf, round(gop_seconds * fps))
    tags: list[object] = []
    if recorded_at is not None:
        tags += ["-metadata", f"creation_time={recorded_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.000000Z}"]
    if location is not None:
        tags += ["-metadata", f"location={location[0]:+08.4f}{location[1]:+09.4f}/", "-metadata", f"location-eng={location[0]:+08.4f}{location[1]:+09.4f}/"]
    audio: list[object] = ["-f", "lavfi", "-i", f"anoisesrc=a=0.02:d={seconds}:seed={seed}"] if sound else []
    raw = ["-f", "rawvideo", "-pix_fmt", "bgr24", "-s", f"{size[0]}x{size[1]}", "-r", str(fps), "-i", "pipe:0"]
    command = ["ffmpeg", "-v", "error", "-y", *raw, *map(str, audio), *map(str, codec), *map(str, tags), str(path)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE)
    assert process.stdin is not None
    for frame in frames(round(seconds * fps), seed, size, fps, shake, noise, people, action, cycle):
        process.stdin.write(frame.tobytes())
    process.stdin.close()
    if process.wait():
        raise RuntimeError(f"ffmpeg could not write {path}")
    return path


def _codec(path: Path, crf: int, gop: int) -> list[object]:
    if path.suffix == ".webm":
        return ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-crf", crf + 8, "-b:v", "0", "-g", gop]
    if path.suffix == ".avi":
        return ["-c:v", "mpeg4", "-q:v", "6", "-g", gop]
    return ["-c:v", "libx264", "-preset", "veryfast", "-crf", crf, "-g", gop, "-pix_fmt", "yuv420p"]


def frames(count: int, seed: int, size: Size, fps: float, shake: float, noise: float, people: int, action: int, cycle: float | None) -> Any:
    """BGR frames: a window wandering over a wider picture, people walking through it, fresh noise."""
    rng = np.random.default_rng([seed, 99, action])
    width, height = size
    margin = max(8, width // 8)
    wide = cv2.cvtColor(np.asarray(training_photo(seed, size=(width + 2 * margin, height + 2 * margin))), cv2.COLOR_RGB2BGR)
    sprites = [_sprite(rng, height) for _ in range(people)]
    paths = [_wander(rng, count, fps, width * 0.3, 9.0) for _ in range(2 * people)]
    sway = [_wander(rng, count, fps, margin * 0.5 if shake else 0.0, 6.0) + _wander(rng, count, fps, shake, 0.5) for _ in range(2)]
    turn = _wander(rng, count, fps, 0.012 if shake else 0.0, 1.0)
    light = 1 + _wander(rng, count, fps, 0.02, 5.0)
    grain = [rng.normal(0, noise, (height, width, 1)).astype(np.float32) for _ in range(12)] if noise else []
    for i in range(count):
        scene = wide.copy()
        for k, (colour, alpha) in enumerate(sprites):
            x = margin + width * (k + 0.5) / people + paths[2 * k][i]
            y = margin + height * 0.55 + paths[2 * k + 1][i] * 0.15
            _paste(scene, colour, alpha, int(x), int(y))
        if cycle is not None:
            _machine(scene, size, margin, 2 * np.pi * i / fps / cycle)
        centre = (margin + width / 2, margin + height / 2)
        move = cv2.getRotationMatrix2D(centre, float(np.degrees(turn[i])), 1.0)
        move[:, 2] -= (margin + float(np.clip(sway[0][i], -margin, margin)), margin + float(np.clip(sway[1][i], -margin, margin)))
        view = cv2.warpAffine(scene, move, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT).astype(np.float32) * np.float32(light[i])
        if grain:
            view += np.roll(grain[int(rng.integers(len(grain)))], (int(rng.integers(height)), int(rng.integers(width))), axis=(0, 1))
        yield view.clip(0, 255).astype(np.uint8)


def _machine(scene: np.ndarray[Any, Any], size: Size, margin: int, phase: float) -> None:
    """An arm of two joints that carries parts from one side to the other, the same way in every cycle."""
    width, height = size
    base = np.array([margin + width * 0.5, margin + height * 0.85])
    first = -np.pi / 2 + 0.9 * np.sin(phase) + 0.2 * np.sin(2 * phase)
    second = first + 0.8 * np.cos(phase) + 0.3 * np.sin(3 * phase)
    elbow = base + height * 0.4 * np.array([np.cos(first), np.sin(first)])
    hand = elbow + height * 0.3 * np.array([np.cos(second), np.sin(second)])
    points = [tuple(int(v) for v in joint) for joint in (base, elbow, hand)]
    for a, b, colour, thick in ((points[0], points[1], (40, 120, 230), 14), (points[1], points[2], (30, 90, 200), 9)):
        cv2.line(scene, a, b, colour, max(2, thick * height // 270), cv2.LINE_AA)
    cv2.circle(scene, points[2], max(3, 12 * height // 270), (60, 60, 60) if np.sin(phase) > 0 else (210, 210, 60), -1, cv2.LINE_AA)


def _wander(rng: np.random.Generator, count: int, fps: float, reach: float, period: float) -> np.ndarray[Any, Any]:
    """A smooth random walk of about `reach` around 0 that turns every `period` seconds or so."""
    if reach == 0:
        return np.zeros(count)
    knots = rng.normal(0, reach, int(count / fps / period) + 4)
    at = np.arange(count) / fps / period + 1
    low = at.astype(int)
    t = at - low
    a, b, c, d = (knots[np.clip(low + k, 0, len(knots) - 1)] for k in (-1, 0, 1, 2))
    return np.asarray(b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a))))


def _sprite(rng: np.random.Generator, height: int) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    scale = height / 270 * float(rng.uniform(0.35, 0.7))
    side = int(260 * scale) + 8
    layer = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    person(ImageDraw.Draw(layer), side / 2, side * 0.3, scale, rng)
    pixels = np.asarray(layer, dtype=np.float32)
    return pixels[..., 2::-1].copy(), pixels[..., 3:] / 255


def _paste(scene: np.ndarray[Any, Any], colour: np.ndarray[Any, Any], alpha: np.ndarray[Any, Any], x: int, y: int) -> None:
    side = colour.shape[0]
    left, top = x - side // 2, y - side // 2
    x0, y0, x1, y1 = max(left, 0), max(top, 0), min(left + side, scene.shape[1]), min(top + side, scene.shape[0])
    if x1 <= x0 or y1 <= y0:
        return
    a = alpha[y0 - top : y1 - top, x0 - left : x1 - left]
    part = scene[y0:y1, x0:x1]
    part[:] = (part * (1 - a) + colour[y0 - top : y1 - top, x0 - left : x1 - left] * a).astype(np.uint8)


def tripod(path: Path, seconds: float, seed: int, **options: Any) -> Path:
    """A genuine clip from a tripod: no shake, people move."""
    return hand_held(path, seconds, seed, shake=0.0, **options)


def workshop(path: Path, seconds: float, seed: int, *, cycle: float, **options: Any) -> Path:
    """A genuine clip from a tripod in front of a machine that repeats its moves every `cycle` seconds; nobody else moves unless `people` says so."""
    return hand_held(path, seconds, seed, **{"shake": 0.0, "people": 0, "cycle": cycle, **options})
