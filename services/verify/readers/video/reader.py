"""The video reader: header against packets against pictures."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from services.adapters import av_demux, ffmpeg, mp4_rescue
from services.domain.errors import FileEmpty, FileTooLarge, VideoUnplayable
from services.domain.evidence import EvidenceKind
from services.domain.facts import Frame, Span, VideoFacts
from services.domain.text import Message
from services.verify.readers import Reader, ReaderContext, register
from services.verify.readers.video.clock import stated
from services.verify.readers.video.content import Samples, still_spans
from services.verify.readers.video.labels import labels
from services.verify.readers.video.looking import look
from services.verify.readers.video.loops import halved, loop_spans
from services.verify.readers.video.places import lively_places
from services.verify.readers.video.sniff import check_is_video
from services.verify.readers.video.structure import Structure, container_seconds, seconds_of, subtract, total, union
from services.verify.readers.video.tempo import RECORDED, Beat, slowdown
from services.verify.readers.video.timeline import timeline
from services.verify.readers.video.watermarked import stamp_of

_SIGNATURE, _SIGNATURE_SAMPLES = (16, 9), 6000
_USUAL_FPS, _USUAL_LEAST, _WEBCAM_LEAST = 25.0, 19.5, 14.0
"""Frames a second of a usual camera, the fewest that phones and that webcams record."""
_TRIPLED = 3.0
"""Times as long from which on a webcam's video counts as slowed: in poor light it may take half as many pictures, five a second would be too few to film with."""
_BEAT_FRAMES, _BEAT_SIZE, _LEAST_DOUBLED = 36, (128, 72), 10.0


def read(source: Path, ctx: ReaderContext) -> VideoFacts:
    """The facts of one video. Raises FileEmpty, FileTooLarge, FileTypeMismatch (something else named so), VideoUnplayable."""
    _check_size(source, ctx)
    check_is_video(source)
    try:
        return _facts(source, ctx)
    except VideoUnplayable:
        with tempfile.TemporaryDirectory() as folder:
            rescued = Path(folder) / "rescued.mp4"
            if not mp4_rescue.rescue(source, rescued):
                raise
            facts = _facts(rescued, ctx)
        return replace(facts, container_seconds=None, witnesses=(*facts.witnesses, ("rescued", facts.playable_seconds)))


def _facts(source: Path, ctx: ReaderContext) -> VideoFacts:
    try:
        probe = ffmpeg.probe(source)
    except ffmpeg.ToolFailed as error:
        raise _unplayable(str(error)) from error
    stream = _video_stream(probe)
    shown = _timeline(source, probe, stream, ctx)
    samples, frames = _look(source, stream, shown, ctx)
    spans = _spans(samples, shown)
    cuts = union([span.seconds for span in spans if span.certain])
    seen = subtract(_shown(shown, samples), ())
    notes = labels(probe)
    stamp, stamped_after = stamp_of(source, stream, shown, ctx.ocr_engine)
    time = stated(notes.times, stamp, stamped_after, shown.playable)
    place = (notes.latitude, notes.longitude) if notes.latitude is not None or stamp is None else (stamp.latitude, stamp.longitude)
    beat = _beat(source, stream, shown, samples)
    effective, speeds = _at_usual_speed(shown, beat, shown.scale * total(subtract(seen, cuts)))
    small = halved(samples.thumbs)
    return VideoFacts(
        container_seconds=_rounded(container_seconds(probe)),
        playable_seconds=round(shown.playable, 3),
        effective_seconds=round(effective, 3),
        width=stream.get("width"),
        height=stream.get("height"),
        fps=_rounded(shown.fps),
        missing_seconds=round(shown.missing, 3),
        codec=stream.get("codec_name"),
        recorded_at=time.recorded_at,
        recorded_at_source=time.source,
        latitude=place[0],
        longitude=place[1],
        software=notes.software,
        spans=spans,
        frames=frames,
        witnesses=(*_witnesses(probe), *shown.witnesses, *_doubt(shown), *speeds),
        signature=_signature(small),
        signature_rate=samples.rate / _signature_step(len(small)),
        times=time.witnesses,
        time_agreement=time.agreement,
        time_confidence=time.confidence,
        watermark=stamp,
    )


def _check_size(source: Path, ctx: ReaderContext) -> None:
    size = source.stat().st_size
    if size == 0:
        raise FileEmpty(Message("视频文件为空（0字节），请重新上传", "the video file is empty (0 bytes); upload it again"))
    if size > ctx.limits.file_bytes:
        limit = ctx.limits.file_bytes / 1024**3
        raise FileTooLarge(Message(f"视频文件超过{limit:.1f}GB，请压缩或分段后重新上传", f"the video is larger than {limit:.1f} GB; compress or split it"))


def _unplayable(detail: str) -> VideoUnplayable:
    return VideoUnplayable(
        Message(
            "视频无法播放：文件不完整或已损坏；请重新导出原始视频后上传",
            f"the video cannot be played: cut off or damaged ({detail}); export the original again and upload it",
        )
    )


def _video_stream(probe: dict[str, Any]) -> dict[str, Any]:
    """The first stream of moving pictures; a sound file's cover is none."""
    for stream in probe.get("streams", []):
        if stream.get("codec_type") == "video" and not stream.get("disposition", {}).get("attached_pic"):
            found: dict[str, Any] = stream
            return found
    raise VideoUnplayable(
        Message(
            "文件中没有视频画面（可能只有声音或封面图片），请上传培训视频",
            "the file holds no moving pictures (perhaps only sound or a cover); upload the video",
        )
    )


def _timeline(source: Path, probe: dict[str, Any], stream: dict[str, Any], ctx: ReaderContext) -> Structure:
    try:
        found = timeline(source, probe, stream)
    except av_demux.NotDemuxed as error:
        raise _unplayable(str(error)) from error
    if found is None:
        raise _unplayable("no frame could be found")
    if found.intervals and found.intervals[-1][1] > ctx.limits.video_seconds * 4:
        raise FileTooLarge(Message("视频过长，请分段上传", "the video is too long; split it and upload the parts"))
    return found


def _look(source: Path, stream: dict[str, Any], shown: Structure, ctx: ReaderContext) -> tuple[Samples, tuple[Frame, ...]]:
    try:
        return look(source, stream, shown, ctx)
    except (ffmpeg.ToolFailed, av_demux.NotDemuxed) as error:
        raise _unplayable(str(error)) from error


def _shown(timeline: Structure, samples: Samples) -> tuple[tuple[float, float], ...]:
    """The stretches with real frames that could be decoded: what an index promises beyond the last picture does not count."""
    end = samples.seconds + max(1.0, 2 / samples.rate)
    return tuple((a, min(b, end)) for a, b in timeline.intervals if a < end)


def _spans(samples: Samples, timeline: Structure) -> tuple[Span, ...]:
    """All stretches that show nothing new. One that stands still is no loop besides, however often it would repeat."""
    still = [*still_spans(samples)]
    held = [span for span in timeline.held if not any(s.seconds[0] <= span.seconds[0] + 0.5 and s.seconds[1] >= span.seconds[1] - 0.5 for s in still)]
    loops = [span for span in loop_spans(samples.thumbs, samples.rate) if not _covered(span, still)]
    end = max(timeline.intervals[-1][1] if timeline.intervals else 0.0, samples.seconds)
    clipped = (Span(s.kind, (s.seconds[0], round(min(s.seconds[1], max(end, s.seconds[0])), 3)), s.certain, s.source) for s in (*still, *loops))
    return tuple(sorted((*held, *clipped), key=lambda span: span.seconds))


def _covered(span: Span, others: list[Span]) -> bool:
    length = span.seconds[1] - span.seconds[0]
    inside = sum(max(0.0, min(span.seconds[1], o.seconds[1]) - max(span.seconds[0], o.seconds[0])) for o in others)
    return inside >= 0.8 * length


def _witnesses(probe: dict[str, Any]) -> tuple[tuple[str, float], ...]:
    found = [("format", seconds_of(probe.get("format", {}).get("duration")))]
    found += [(str(s.get("codec_type", "stream")), seconds_of(s.get("duration"))) for s in probe.get("streams", [])]
    return tuple((who, round(seconds, 3)) for who, seconds in found if seconds is not None)


def _doubt(timeline: Structure) -> tuple[tuple[str, float], ...]:
    """What a suspiciously slow and even stream would last at a usual rate; told, not subtracted: surveillance cameras record so too."""
    if not timeline.suspicious_rate or timeline.fps is None:
        return ()
    return (("if_recorded_at_25_fps", round(timeline.playable * timeline.fps / _USUAL_FPS, 3)),)


def _beat(source: Path, stream: dict[str, Any], shown: Structure, samples: Samples) -> Beat:
    """Whether the video is slowed down, told by stretches of it in which much moves, each from a key frame on."""
    if shown.playable < _LEAST_DOUBLED:
        return RECORDED
    stretches = []
    for second in lively_places(shown, samples):
        try:
            stretches.append(av_demux.frames_from(source, int(stream["index"]), shown.first + second, _BEAT_FRAMES, _BEAT_SIZE))
        except av_demux.NotDemuxed:  # the place lies behind damage: nothing can be told of it
            continue
    return slowdown(stretches)


def _at_usual_speed(shown: Structure, beat: Beat, effective: float) -> tuple[float, tuple[tuple[str, float], ...]]:
    """(effective seconds, witnesses). What is surely slowed counts at its usual speed; how much it would be otherwise is told beside it, for a human to decide.

    Cameras below a usual rate, and those whose sound runs along, may have had their frames doubled by a program that only changed the rate: told, not subtracted.
    """
    if beat.times == 1:
        return effective, ()
    usual = round(shown.playable / beat.times, 3)
    least = _WEBCAM_LEAST if beat.times >= _TRIPLED else _USUAL_LEAST
    if not beat.certain or not shown.silent or (shown.fps or 0) < least:
        return effective, (("if_frames_are_doubled", usual),)
    return effective / beat.times, (("if_frames_are_doubled", usual), ("if_not_slowed", round(effective, 3)))


def _signature_step(count: int) -> int:
    return max(1, -(-count // _SIGNATURE_SAMPLES))


def _signature(small: np.ndarray[Any, Any]) -> bytes:
    width, height = _SIGNATURE
    kept = small[:: _signature_step(len(small))]
    return bytes(kept.reshape(len(kept), height, 2, width, 2).mean(axis=(2, 4)).round().astype(np.uint8).tobytes())


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


register(Reader("video", 7, (EvidenceKind.VIDEO,), read=read))
