from __future__ import annotations

from pathlib import Path

import pytest

from services.adapters import av_demux, ffmpeg
from tests.generators import videos


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return videos.hand_held(tmp_path_factory.mktemp("clip") / "a.mp4", 6, 1, size=(320, 180), fps=10)


def test_probe_tells_streams_and_duration(clip: Path) -> None:
    found = ffmpeg.probe(clip)
    assert found["streams"][0]["codec_name"] == "h264" and float(found["format"]["duration"]) == pytest.approx(6, abs=0.1)


@pytest.mark.parametrize("what", ["hls", "ffconcat", "dash", "text"])
def test_a_file_that_points_to_others_is_refused(clip: Path, tmp_path: Path, what: str) -> None:
    videos.copy(clip, tmp_path / "neighbour.mp4")
    path = videos.not_a_video(tmp_path / "a.mp4", what)
    with pytest.raises(ffmpeg.ToolFailed):
        ffmpeg.probe(path)
    with pytest.raises(av_demux.NotDemuxed):
        av_demux.demux(path, 0)


def test_samples_come_at_an_even_rate_with_pictures(clip: Path, tmp_path: Path) -> None:
    plan = ffmpeg.Plan(stream=0, rate=5, picture_seconds=2, picture_width=160, seconds=100, time_limit=60)
    found = list(ffmpeg.samples(clip, plan, tmp_path))
    assert len(found) == 30 and {len(s) for s in found} == {ffmpeg.SAMPLE_ROWS * ffmpeg.THUMB[0]}
    assert len(set(found)) == 30
    assert sorted(p.name for p in tmp_path.iterdir()) == ["00001.jpg", "00002.jpg", "00003.jpg"]


def test_packets_tell_time_place_and_rate(clip: Path) -> None:
    packets = av_demux.demux(clip, 0)
    assert len(packets.shown) == 60 and packets.complete and packets.key.any()
    assert packets.bitstream_fps == pytest.approx(10)
    assert (packets.position + packets.size <= clip.stat().st_size).all()


def test_what_a_tool_says_of_a_file_does_not_say_where_it_lies(tmp_path: Path) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"\0\0\0\x18ftypmp42" + bytes(400))
    with pytest.raises(ffmpeg.ToolFailed) as failed:
        ffmpeg.probe(broken)
    assert str(failed.value) and str(tmp_path) not in str(failed.value)
