from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.adapters import av_demux, ffmpeg, mp4_tables
from tests.generators import footage, videos


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With sound beside it, and frames that are not shown in the order they are coded in."""
    return footage.hand_held(tmp_path_factory.mktemp("clip") / "a.mp4", 8, 3, size=(160, 90), fps=10, sound=True)


def agrees_with_the_demultiplexer(path: Path) -> None:
    found = mp4_tables.tracks(path)
    assert found is not None
    by_number = {track.number: track for track in found}
    for stream in ffmpeg.probe(path)["streams"]:
        mine, theirs = by_number[int(stream["id"], 16)], av_demux.demux(path, stream["index"])
        assert mine.kind == stream["codec_type"]
        for name in ("position", "size", "key"):
            assert np.array_equal(getattr(mine.packets, name), getattr(theirs, name)), name
        assert np.allclose(mine.packets.shown, theirs.shown, atol=1e-3)
        assert np.allclose(mine.packets.lasts[:-1], theirs.lasts[:-1], atol=1e-3)


def test_tables_say_what_a_demultiplexer_finds(clip: Path, tmp_path: Path) -> None:
    agrees_with_the_demultiplexer(clip)
    agrees_with_the_demultiplexer(videos.patched_header(clip, tmp_path / "a.mp4", 300))
    agrees_with_the_demultiplexer(videos.held_last_frame(clip, tmp_path / "b.mp4", 300))
    agrees_with_the_demultiplexer(videos.repeated_samples(clip, tmp_path / "c.mp4", 5))
    footage.run("-ss", 2.5, "-i", clip, "-c", "copy", tmp_path / "d.mov")
    agrees_with_the_demultiplexer(tmp_path / "d.mov")


def test_what_tables_alone_do_not_tell_is_left_to_a_demultiplexer(clip: Path, tmp_path: Path) -> None:
    assert mp4_tables.tracks(videos.fragmented(clip, tmp_path / "f.mp4")) is None
    assert mp4_tables.tracks(videos.repeated_edits(clip, tmp_path / "e.mp4", 3)) is None
    assert mp4_tables.tracks(videos.missing_index(clip, tmp_path / "m.mp4")) is None
    other = tmp_path / "a.txt"
    other.write_bytes(b"no video at all")
    assert mp4_tables.tracks(other) is None


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**31), st.integers(0, 255))
def test_no_damage_to_an_index_breaks_the_parser(clip: Path, place: int, value: int) -> None:
    data = bytearray(clip.read_bytes())
    start = data.rindex(b"moov")
    data[start + 4 + place % (len(data) - start - 4)] = value
    path = clip.with_name("damaged.mp4")
    path.write_bytes(bytes(data))
    for track in mp4_tables.tracks(path) or ():
        packets = track.packets
        assert len(packets.shown) == len(packets.position) == len(packets.size) == len(packets.key)


def test_a_table_cannot_claim_more_rows_than_it_has(clip: Path, tmp_path: Path) -> None:
    data = bytearray(clip.read_bytes())
    at = data.index(b"stsz")
    struct.pack_into(">I", data, at + 12, 0x7FFFFFFF)
    (tmp_path / "a.mp4").write_bytes(bytes(data))
    assert mp4_tables.tracks(tmp_path / "a.mp4") is None
