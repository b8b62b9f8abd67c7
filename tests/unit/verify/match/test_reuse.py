from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest
from PIL import Image

from services.adapters.picture_hash import grey_square, pdq_dihedral
from services.domain.case import ReuseKind
from services.domain.claim import SHANGHAI
from services.domain.facts import Frame, PhotoFacts, VideoFacts
from services.verify.match.reuse import OtherMedia, OwnMedia, find_reuse
from services.verify.readers.photo import looks
from tests.generators.dresses import TRANSFORMS
from tests.generators.photos import training_photo
from tests.unit.verify.match.test_clips import RATE, clip, wide

SIZE = (1000, 750)
SEEDS = (11, 12, 13)
WHEN = datetime(2021, 11, 9, 9, 30, tzinfo=SHANGHAI)


def facts_of(picture: Image.Image) -> PhotoFacts:
    return looks(picture.convert("L"), picture.size)


def other(facts: PhotoFacts | VideoFacts, *, claim: str = "CC-1", file: str = "photos/old.jpg", sha256: str = "old", before: bool = True) -> OtherMedia:
    return OtherMedia(claim, "某公司", file, sha256, facts, before)


@pytest.fixture(scope="module")
def originals() -> dict[int, Image.Image]:
    return {seed: training_photo(seed, size=SIZE) for seed in SEEDS}


@pytest.fixture(scope="module")
def known(originals: dict[int, Image.Image]) -> dict[int, PhotoFacts]:
    return {seed: facts_of(picture) for seed, picture in originals.items()}


@pytest.mark.parametrize("transform", sorted(TRANSFORMS))
def test_a_dressed_up_copy_is_found_and_nothing_else(transform: str, originals: dict[int, Image.Image], known: dict[int, PhotoFacts]) -> None:
    store = [other(facts, claim=f"CC-{seed}", sha256=str(seed)) for seed, facts in known.items()]
    for seed in SEEDS[:2]:
        copy = facts_of(TRANSFORMS[transform](originals[seed]))
        found = find_reuse([OwnMedia("photos/new.jpg", "new", copy)], store)
        assert [(r.claim_no, r.certain, r.kind) for r in found] == [(f"CC-{seed}", True, ReuseKind.PHOTO)]
        assert found[0].place.file == "photos/new.jpg" and found[0].other.file == "photos/old.jpg" and found[0].enterprise == "某公司"


@pytest.mark.parametrize("seconds", [10, 30, 120])
def test_shots_of_a_fixed_camera_with_people_moving_are_different_photos(seconds: int, known: dict[int, PhotoFacts]) -> None:
    for seed in SEEDS:
        later = facts_of(training_photo(seed, moment=seconds / 60, size=SIZE))
        assert find_reuse([OwnMedia("photos/a.jpg", "a", known[seed]), OwnMedia("photos/b.jpg", "b", later)], []) == ()


def test_within_a_claim_the_later_file_repeats_the_first(known: dict[int, PhotoFacts], originals: dict[int, Image.Image]) -> None:
    copy = facts_of(TRANSFORMS["q30"](originals[11]))
    own = [
        OwnMedia("photos/c.jpg", "3", copy),
        OwnMedia("photos/a.jpg", "1", known[11]),
        OwnMedia("photos/b.jpg", "1", known[11]),
        OwnMedia("photos/d.jpg", "4", known[12]),
    ]
    found = find_reuse(own, [])
    assert [(r.place.file, r.other.file, r.claim_no) for r in found] == [("photos/b.jpg", "photos/a.jpg", None), ("photos/c.jpg", "photos/a.jpg", None)]
    assert found[0].distance == 0 and all(r.certain for r in found)


def test_the_claim_submitted_first_is_marked(known: dict[int, PhotoFacts]) -> None:
    own = [OwnMedia("photos/a.jpg", "x", known[11])]
    assert find_reuse(own, [other(known[11], before=False)])[0].first is True
    assert find_reuse(own, [other(known[11], before=True)])[0].first is False


def test_one_other_claim_is_named_once_with_its_nearest_file(known: dict[int, PhotoFacts], originals: dict[int, Image.Image]) -> None:
    store = [other(facts_of(TRANSFORMS["crop90"](originals[11])), file="photos/x.jpg"), other(known[11], file="photos/y.jpg", sha256="y")]
    found = find_reuse([OwnMedia("photos/a.jpg", "x", known[11])], store)
    assert [(r.other.file, r.distance) for r in found] == [("photos/y.jpg", 0)]


def test_pictures_that_show_nothing_never_accuse() -> None:
    blank = facts_of(Image.new("RGB", SIZE, (200, 200, 200)))
    assert blank.hash_quality < 50
    assert find_reuse([OwnMedia("photos/a.jpg", "1", blank)], [other(blank)]) == ()


def test_facts_of_an_older_form_without_pictures_never_accuse(known: dict[int, PhotoFacts]) -> None:
    bare = replace(known[11], hashes=(), thumb=b"", features=b"")
    assert find_reuse([OwnMedia("photos/a.jpg", "1", bare)], [other(known[11])]) == ()


def test_a_stamp_between_two_times_waits_for_a_human(known: dict[int, PhotoFacts], originals: dict[int, Image.Image]) -> None:
    stamped = replace(facts_of(TRANSFORMS["stamp"](originals[11])), taken_at=WHEN + timedelta(days=300))
    found = find_reuse([OwnMedia("photos/a.jpg", "1", stamped)], [other(replace(known[11], taken_at=WHEN))])
    assert [r.certain for r in found] == [False]


def test_a_photo_out_of_another_claims_video_is_found_but_not_out_of_its_own(known: dict[int, PhotoFacts], originals: dict[int, Image.Image]) -> None:
    hashes, quality = pdq_dihedral(originals[11])
    frame = Frame(4.0, b"", hashes[0], quality, grey_square(originals[11], 32))
    video = VideoFacts(60.0, 60.0, 60.0, 640, 360, 15.0, "h264", frames=(frame,))
    own = [OwnMedia("photos/a.jpg", "1", known[11]), OwnMedia("videos/a.mp4", "2", video)]
    assert find_reuse(own, []) == ()
    found = find_reuse(own[:1], [other(video, file="videos/v.mp4")])
    assert [(r.kind, r.other.file, r.other.seconds) for r in found] == [(ReuseKind.PHOTO, "videos/v.mp4", (4.0, 4.0))]


@pytest.mark.parametrize(("shared", "own", "certain"), [(15, 30, False), (28, 30, True), (15, 1, True)])
def test_a_short_opening_in_common_waits_for_a_human(shared: int, own: int, certain: bool) -> None:
    """Fifteen seconds may be what a school puts before all its videos; half a minute is not, nor is a video that has nothing else."""
    opening = wide(shared, 31)

    def video(seconds: float, seed: int) -> VideoFacts:
        frames = np.concatenate([opening, wide(seconds, seed)])
        long = len(frames) / RATE
        return VideoFacts(long, long, long, 640, 360, 25.0, "h264", signature=clip(frames).samples.tobytes(), signature_rate=RATE)

    found = find_reuse([OwnMedia("videos/a.mp4", "1", video(own, 32))], [other(video(30, 33), file="videos/v.mp4")])
    assert [(r.kind, r.certain) for r in found] == [(ReuseKind.VIDEO, certain)]
    assert found[0].place.seconds == pytest.approx((0, shared), abs=2)
