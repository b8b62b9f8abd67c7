from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from services.adapters import av_demux, ffmpeg
from services.adapters.key_frames import key_frames
from tests.generators import footage, videos


@pytest.mark.parametrize("suffix", [".mp4", ".webm"])
def test_only_key_frames_are_given_whatever_the_codec(suffix: str, tmp_path: Path) -> None:
    path = footage.hand_held(tmp_path / f"a{suffix}", 7, 3, size=(160, 90), fps=10, gop_seconds=2)
    packets = av_demux.demux(path, 0)
    found = list(key_frames(path, 0))
    assert [key.seconds for key in found] == pytest.approx(packets.shown[packets.key].tolist(), abs=0.01)
    assert all(key.sample.shape == (ffmpeg.SAMPLE_ROWS, ffmpeg.THUMB[0]) for key in found)
    found[0].save(tmp_path / "a.jpg", 80)
    assert (tmp_path / "a.jpg").read_bytes().startswith(b"\xff\xd8")


def test_a_sample_is_the_one_that_a_full_decode_gives(tmp_path: Path) -> None:
    path = footage.hand_held(tmp_path / "a.mp4", 3, 3, size=(320, 180), fps=10)
    plan = ffmpeg.Plan(stream=0, rate=10, picture_seconds=2, picture_width=80, seconds=3, time_limit=60)
    (tmp_path / "p").mkdir()
    full = np.frombuffer(next(ffmpeg.samples(path, plan, tmp_path / "p")), dtype=np.uint8).reshape(ffmpeg.SAMPLE_ROWS, -1)
    key = next(key_frames(path, 0)).sample
    assert np.abs(key[ffmpeg.THUMB[1] :].astype(int) - full[ffmpeg.THUMB[1] :]).max() <= 1
    assert np.abs(key[: ffmpeg.THUMB[1]].astype(int) - full[: ffmpeg.THUMB[1]]).mean() < 1.5


def test_what_is_no_video_is_refused(tmp_path: Path) -> None:
    with pytest.raises(av_demux.NotDemuxed):
        list(key_frames(videos.not_a_video(tmp_path / "a.mp4", "noise"), 0))
