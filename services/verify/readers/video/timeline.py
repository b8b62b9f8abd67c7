"""A file's true timeline: from the sample tables of an MP4 or MOV, from a demultiplexer for everything else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from services.adapters import av_demux, mp4_tables
from services.adapters.av_demux import Packets
from services.verify.readers.video.structure import Structure, structure

_SLOW_FPS = 12.0
"""From this rate on the coded video's own rate says nothing about stretching; it is asked for only below."""


def timeline(source: Path, probe: dict[str, Any], stream: dict[str, Any]) -> Structure | None:
    """The true timeline of the video `stream` of ffprobe's answer; None if no frame's bytes are in the file. Raises av_demux.NotDemuxed."""
    size = source.stat().st_size
    tables = {track.number: track for track in mp4_tables.tracks(source) or ()}
    sound = next((s for s in probe.get("streams", []) if s.get("codec_type") == "audio"), None)
    audio = None if sound is None else _sound_seconds(_packets(source, sound, tables), size)
    packets = _packets(source, stream, tables)
    found = structure(packets, size, audio_seconds=audio)
    if found is None or packets.bitstream_fps is not None or found.fps is None or found.fps >= _SLOW_FPS:
        return found
    return structure(packets, size, audio_seconds=audio, coded_fps=av_demux.coded_rate(source, int(stream["index"])))


def _packets(source: Path, stream: dict[str, Any], tables: dict[int, mp4_tables.Track]) -> Packets:
    track = tables.get(int(str(stream.get("id") or "0"), 16))
    if track is not None and track.kind == stream.get("codec_type"):
        return track.packets
    return av_demux.demux(source, int(stream["index"]))


def _sound_seconds(packets: Packets, size: int) -> float:
    inside = packets.position + packets.size <= size
    _, first = np.unique(packets.position[inside], return_index=True)
    return float(packets.lasts[inside][first].sum())
