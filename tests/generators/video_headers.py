"""Videos whose headers and tables claim more than there is, and genuine ones whose headers claim nothing. Needs ffmpeg."""

from __future__ import annotations

import struct
import subprocess
from pathlib import Path

from tests.generators import mp4boxes
from tests.generators.footage import run
from tests.generators.photos import save_photo, training_photo


def patched_header(source: Path, path: Path, seconds: float, *, boxes: tuple[str, ...] = ("mvhd", "tkhd", "mdhd")) -> Path:
    """The same frames; the durations in the header say `seconds`."""
    return mp4boxes.rewrite(source, path, lambda movie: mp4boxes.set_durations(movie, seconds, boxes))


def held_last_frame(source: Path, path: Path, seconds: float) -> Path:
    """The last frame's entry in the time table lasts so long that the file plays `seconds`."""
    return mp4boxes.rewrite(source, path, lambda movie: mp4boxes.hold_last(movie, seconds))


def repeated_edits(source: Path, path: Path, times: int) -> Path:
    """An edit list that plays the same stretch `times` times."""
    return mp4boxes.rewrite(source, path, lambda movie: mp4boxes.repeat_edits(movie, times))


def repeated_samples(source: Path, path: Path, times: int) -> Path:
    """Sample tables that point to the same bytes `times` times."""
    return mp4boxes.rewrite(source, path, lambda movie: mp4boxes.repeat_samples(movie, times))


def slowed_times(source: Path, path: Path, times: float) -> Path:
    """Every frame lasts `times` times as long; nothing is coded anew."""
    run("-itsscale", times, "-i", source, "-an", "-c", "copy", path)
    return path


def cut_tail(source: Path, path: Path, keep: float) -> Path:
    """The index comes first, then only the share `keep` of the bytes."""
    faststart = path.with_name(f"{path.stem}.whole{path.suffix}")
    run("-i", source, "-c", "copy", "-movflags", "+faststart", faststart)
    data = faststart.read_bytes()
    faststart.unlink()
    path.write_bytes(data[: int(len(data) * keep)])
    return path


def missing_index(source: Path, path: Path, *, parameters: bool = True) -> Path:
    """As left by a recorder that lost power: the index at the end was never written. `parameters`: the stream itself says how it is coded, as many recorders write it."""
    plain = path.with_name(f"{path.stem}.whole{path.suffix}")
    if parameters:
        run("-i", source, "-c", "copy", "-bsf:v", "h264_mp4toannexb", "-tag:v", "avc3", plain)
    else:
        run("-i", source, "-c", "copy", plain)
    data = plain.read_bytes()
    plain.unlink()
    path.write_bytes(data[: data.rindex(b"moov") - 4])
    return path


def longer_sound(source: Path, path: Path, seconds: float) -> Path:
    """Sound that goes on long after the pictures end."""
    run("-i", source, "-f", "lavfi", "-i", f"anoisesrc=a=0.05:d={seconds}", "-map", "0:v", "-map", "1:a", "-c:v", "copy", "-c:a", "aac", "-b:a", "32k", path)
    return path


def cover_art(path: Path, seconds: float, seed: int) -> Path:
    """Sound with a cover picture, named as a video."""
    cover = save_photo(training_photo(seed, size=(480, 480)), path.with_suffix(".cover.jpg"))
    sound = ["-f", "lavfi", "-i", f"anoisesrc=a=0.05:d={seconds}"]
    run(*sound, "-i", cover, "-map", "0:a", "-map", "1:v", "-c:a", "aac", "-b:a", "32k", "-c:v", "copy", "-disposition:v", "attached_pic", "-f", "ipod", path)
    cover.unlink()
    return path


def fragmented(source: Path, path: Path) -> Path:
    """A fragmented MP4 as streaming recorders write it: no duration in the header. Genuine."""
    run("-i", source, "-c", "copy", "-movflags", "frag_keyframe+empty_moov+default_base_moof", path)
    return path


def streamed_webm(source: Path, path: Path) -> Path:
    """A WebM as browsers record it: no duration, no index. Genuine; `source` a .webm."""
    with path.open("wb") as out:
        subprocess.run(["ffmpeg", "-v", "error", "-i", str(source), "-c", "copy", "-live", "1", "-f", "webm", "pipe:1"], stdout=out, check=True)
    return path


def faked_webm_duration(source: Path, path: Path, seconds: float) -> Path:
    """The duration in the header says `seconds`; `source` a .webm with one."""
    data = bytearray(source.read_bytes())
    at = data.index(b"\x44\x89\x88") + 3
    struct.pack_into(">d", data, at, seconds * 1000)
    path.write_bytes(bytes(data))
    return path


def faked_avi_duration(source: Path, path: Path, seconds: float) -> Path:
    """The numbers of frames in both headers say `seconds`."""
    data = bytearray(source.read_bytes())
    header, stream = data.index(b"avih") + 8, data.index(b"strh") + 8
    frames = round(seconds * 1e6 / struct.unpack_from("<I", data, header)[0])
    struct.pack_into("<I", data, header + 16, frames)
    struct.pack_into("<I", data, stream + 32, frames)
    path.write_bytes(bytes(data))
    return path
