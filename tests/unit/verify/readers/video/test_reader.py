from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from services.domain.claim import SHANGHAI
from services.domain.errors import FileEmpty, FileTooLarge, FileTypeMismatch, VideoUnplayable
from services.domain.evidence import EvidenceKind
from services.domain.facts import SpanKind, VideoFacts
from services.verify.match.reuse import OtherMedia, OwnMedia, find_reuse
from services.verify.readers import Limits, ReaderContext, reader_for
from services.verify.readers.video import looking, read
from tests.generators import videos
from tests.generators.photos import training_photo

SECONDS = 26.0
WHEN = datetime(2021, 11, 9, 9, 0, tzinfo=SHANGHAI)
SMALL = {"size": (256, 144), "fps": 10}


def facts(path: Path, limits: Limits = Limits()) -> VideoFacts:  # noqa: B008
    return read(path, ReaderContext(path.name, limits=limits))


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return videos.hand_held(tmp_path_factory.mktemp("clip") / "a.mp4", SECONDS, 1, recorded_at=WHEN, location=(43.88, 125.32), **SMALL)


@pytest.fixture(scope="module")
def genuine(clip: Path) -> VideoFacts:
    return facts(clip)


def test_a_genuine_clip_counts_in_full(genuine: VideoFacts) -> None:
    assert genuine.container_seconds == pytest.approx(SECONDS, abs=0.1)
    assert genuine.playable_seconds == pytest.approx(SECONDS, abs=0.1)
    assert genuine.effective_seconds == pytest.approx(SECONDS, abs=0.1)
    assert (genuine.width, genuine.height, genuine.codec) == (256, 144, "h264") and genuine.fps == pytest.approx(10)
    assert genuine.spans == ()
    assert genuine.recorded_at == WHEN and genuine.recorded_at_source == "container"
    assert (genuine.latitude, genuine.longitude) == (43.88, 125.32)
    shown = [f for f in genuine.frames if f.jpeg]
    assert 1 <= len(shown) <= 12 and shown[0].jpeg.startswith(b"\xff\xd8") and len(genuine.frames) == 13
    assert all(f.hash is not None and len(f.thumb) == 1024 for f in genuine.frames)


STRETCHED: dict[str, tuple[Callable[[Path, Path], Path], float | None]] = {
    "header patched": (lambda s, p: videos.patched_header(s, p, 300), 300),
    "movie header only": (lambda s, p: videos.patched_header(s, p, 300, boxes=("mvhd",)), 300),
    "last frame held": (lambda s, p: videos.held_last_frame(s, p, 300), 300),
    "edit list": (lambda s, p: videos.repeated_edits(s, p, 5), 130),
    "sample table": (lambda s, p: videos.repeated_samples(s, p, 5), 130),
    "frame times": (lambda s, p: videos.slowed_times(s, p, 5), 130),
    "longer sound": (lambda s, p: videos.longer_sound(s, p, 60), 60),
    "fragmented": (videos.fragmented, None),
}


@pytest.mark.parametrize("trap", STRETCHED)
def test_no_table_or_header_makes_a_clip_longer(trap: str, clip: Path, tmp_path: Path) -> None:
    make, claimed = STRETCHED[trap]
    found = facts(make(clip, tmp_path / "a.mp4"))
    assert found.playable_seconds == pytest.approx(SECONDS, abs=0.5)
    assert found.effective_seconds == pytest.approx(SECONDS, abs=0.5)
    if claimed is not None:
        assert found.container_seconds == pytest.approx(claimed, rel=0.01)


def test_a_cut_off_file_counts_what_is_there(clip: Path, tmp_path: Path) -> None:
    found = facts(videos.cut_tail(clip, tmp_path / "a.mp4", 0.4))
    assert found.container_seconds == pytest.approx(SECONDS, abs=0.1)
    assert 6 < found.playable_seconds < 15
    assert found.effective_seconds == pytest.approx(found.playable_seconds, abs=0.5)


def test_a_streamed_webm_without_a_duration_counts_in_full(tmp_path: Path) -> None:
    source = videos.hand_held(tmp_path / "s.webm", 15, 2, **SMALL)
    found = facts(videos.streamed_webm(source, tmp_path / "a.webm"))
    assert found.playable_seconds == pytest.approx(15, abs=0.2) and found.codec == "vp9"


CONTENT: dict[str, tuple[Callable[[Path, Path], Path], SpanKind, tuple[float, float]]] = {
    "frozen to the end": (lambda s, p: videos.frozen_end(s, p, 20), SpanKind.FROZEN, (26, 46)),
    "frozen between": (lambda s, p: videos.frozen_middle(s, p, 12, 20), SpanKind.FROZEN, (12, 32)),
    "black": (lambda s, p: videos.black_end(s, p, 12), SpanKind.BLACK, (26, 38)),
    "looped": (lambda s, p: videos.looped(s, p, 2), SpanKind.LOOPED, (26, 52)),
    "looped mirrored": (lambda s, p: videos.looped(s, p, 2, mirrored=True), SpanKind.LOOPED, (26, 52)),
}


@pytest.mark.parametrize("trap", CONTENT)
def test_what_shows_nothing_new_does_not_count(trap: str, clip: Path, tmp_path: Path) -> None:
    make, kind, where = CONTENT[trap]
    found = facts(make(clip, tmp_path / "a.mp4"))
    assert [(s.kind, s.certain) for s in found.spans] == [(kind, True)]
    assert found.spans[0].seconds == pytest.approx(where, abs=1.5)
    assert found.effective_seconds == pytest.approx(SECONDS, abs=1.5)


def test_photos_one_after_another_are_no_video(tmp_path: Path) -> None:
    photos = [training_photo(k, size=(640, 360)) for k in range(8)]
    found = facts(videos.slideshow(tmp_path / "a.mp4", photos, each=4, fps=10, size=(256, 144)))
    assert [(s.kind, s.certain) for s in found.spans] == [(SpanKind.SLIDESHOW, True)]
    assert found.effective_seconds <= 1


def test_photos_panned_and_zoomed_by_a_program_are_no_video_either(tmp_path: Path) -> None:
    photos = [training_photo(k, size=(640, 360)) for k in range(20, 27)]
    found = facts(videos.moving_slideshow(tmp_path / "a.mp4", photos, each=4, fps=10, size=(256, 144)))
    assert [(s.kind, s.certain) for s in found.spans] == [(SpanKind.SLIDESHOW, True)]
    assert found.effective_seconds <= 4.5


def _machine(path: Path, seconds: float, seed: int, **options: Any) -> Path:
    return videos.workshop(path, seconds, seed, cycle=9, **options)


@pytest.mark.parametrize("make", [videos.tripod, videos.lecture_slides, _machine])
def test_a_tripod_drawn_slides_and_a_machines_cycle_are_not_accused(make: Callable[..., Path], tmp_path: Path) -> None:
    found = facts(make(tmp_path / "a.mp4", 40, 6, size=(256, 144), fps=8))
    assert all(not span.certain for span in found.spans)
    assert found.effective_seconds == pytest.approx(40, abs=0.2)


def test_a_video_slowed_by_doubled_frames_says_how_long_it_would_last(clip: Path, genuine: VideoFacts, tmp_path: Path) -> None:
    slowed = facts(videos.slowed_content(clip, tmp_path / "a.mp4", 2))
    assert dict(slowed.witnesses)["if_frames_are_doubled"] == pytest.approx(SECONDS, abs=0.2)
    assert "if_frames_are_doubled" not in dict(genuine.witnesses)


def test_a_long_video_in_high_resolution_is_sampled_by_its_key_frames(clip: Path, genuine: VideoFacts, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(looking, "_MOST_PIXELS", 1e6)
    sparse = facts(clip)
    assert sparse.signature_rate == pytest.approx(0.5) and genuine.signature_rate == pytest.approx(5)
    assert (sparse.spans, sparse.effective_seconds) == ((), genuine.effective_seconds)
    frozen = facts(videos.recoded_gop(videos.frozen_end(clip, tmp_path / "f.mp4", 20), tmp_path / "a.mp4", 10))
    assert [(s.kind, s.certain) for s in frozen.spans] == [(SpanKind.FROZEN, True)]
    assert frozen.effective_seconds == pytest.approx(SECONDS, abs=2)


@pytest.mark.parametrize(
    ("what", "error"),
    [(w, FileTypeMismatch) for w in ("jpg", "gif", "text", "h264", "hls", "ffconcat", "dash")] + [("empty", FileEmpty), ("noise", VideoUnplayable)],
)
def test_what_is_no_video_is_named_quickly_and_reads_nothing_else(what: str, error: type[Exception], clip: Path, tmp_path: Path) -> None:
    videos.copy(clip, tmp_path / "neighbour.mp4")
    path = videos.not_a_video(tmp_path / "a.mp4", what)
    began = time.monotonic()
    with pytest.raises(error) as caught:
        facts(path)
    assert time.monotonic() - began < 5
    assert caught.value.message.zh  # type: ignore[attr-defined]


def test_a_missing_index_is_made_anew_where_the_stream_tells_how_it_is_coded(clip: Path, tmp_path: Path) -> None:
    found = facts(videos.missing_index(videos.longer_sound(clip, tmp_path / "s.mp4", SECONDS), tmp_path / "a.mp4"))
    assert found.container_seconds is None and dict(found.witnesses)["rescued"] == found.playable_seconds
    assert found.playable_seconds == pytest.approx(SECONDS, abs=0.5) and found.effective_seconds == pytest.approx(SECONDS, abs=0.5)


def test_frames_without_parameters_and_sound_with_a_cover_are_unplayable(clip: Path, tmp_path: Path) -> None:
    with pytest.raises(VideoUnplayable):
        facts(videos.missing_index(clip, tmp_path / "a.mp4", parameters=False))
    with pytest.raises(VideoUnplayable):
        facts(videos.cover_art(tmp_path / "b.mp4", 10, 1))


def test_a_faked_length_in_a_webm_or_an_avi_adds_nothing(tmp_path: Path) -> None:
    webm = videos.hand_held(tmp_path / "s.webm", 12, 2, **SMALL)
    avi = videos.hand_held(tmp_path / "s.avi", 12, 2, **SMALL)
    for path in (videos.faked_webm_duration(webm, tmp_path / "a.webm", 300), videos.faked_avi_duration(avi, tmp_path / "a.avi", 300)):
        found = facts(path)
        assert found.container_seconds == pytest.approx(300, abs=1)
        assert found.playable_seconds == pytest.approx(12, abs=0.2)


@pytest.mark.parametrize(("sound", "seconds"), [(False, 12), (True, 24)])
def test_frames_shown_twice_count_once_unless_sound_runs_along(sound: bool, seconds: float, tmp_path: Path) -> None:
    source = videos.hand_held(tmp_path / "s.mp4", 12, 3, size=(256, 144), fps=25)
    slowed = videos.slowed_content(source, tmp_path / "a.mp4", 2)
    found = facts(videos.longer_sound(slowed, tmp_path / "b.mp4", 24) if sound else slowed)
    assert found.playable_seconds == pytest.approx(24, abs=0.2)
    assert found.effective_seconds == pytest.approx(seconds, abs=0.3)
    assert dict(found.witnesses)["if_frames_are_doubled"] == pytest.approx(12, abs=0.2)
    assert ("if_not_slowed" in dict(found.witnesses)) is not sound


@pytest.mark.parametrize(("times", "seconds"), [(2, 24), (3, 12)])
def test_at_a_webcams_rate_only_frames_shown_three_times_are_surely_slowed(times: int, seconds: float, tmp_path: Path) -> None:
    source = videos.hand_held(tmp_path / "s.mp4", 12, 3, size=(256, 144), fps=15)
    found = facts(videos.slowed_content(source, tmp_path / "a.mp4", times))
    assert found.effective_seconds == pytest.approx(seconds, abs=0.3)
    assert dict(found.witnesses)["if_frames_are_doubled"] == pytest.approx(12, abs=0.3)


def test_the_bound_on_bytes_holds(clip: Path) -> None:
    with pytest.raises(FileTooLarge):
        facts(clip, Limits(file_bytes=1000))


def test_the_same_video_is_found_again_and_another_day_is_not(clip: Path, genuine: VideoFacts, tmp_path: Path) -> None:
    smaller = facts(videos.recoded(clip, tmp_path / "b.mp4", width=200))
    another = facts(videos.hand_held(tmp_path / "c.mp4", SECONDS, 1, action=5, **SMALL))
    own = [OwnMedia("videos/a.mp4", "a", genuine)]
    found = find_reuse(own, [OtherMedia("CC-1", None, "videos/b.mp4", "b", smaller, True), OtherMedia("CC-2", None, "videos/c.mp4", "c", another, True)])
    assert [(r.claim_no, r.certain) for r in found] == [("CC-1", True)]
    assert found[0].place.seconds == pytest.approx((0, SECONDS), abs=1)


def test_it_is_the_reader_of_videos() -> None:
    assert reader_for(EvidenceKind.VIDEO).name == "video"
