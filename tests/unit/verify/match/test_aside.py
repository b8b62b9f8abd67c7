from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from services.domain.facts import PhotoFacts
from services.verify.match.alignment import unpack
from services.verify.match.aside import seen_aside
from services.verify.match.reuse import OtherMedia, OwnMedia, find_reuse
from services.verify.readers.photo import looks
from tests.generators.dresses import dress_up, seen_from
from tests.generators.photos import training_photo

SIZE = (1000, 750)


def facts_of(picture: Image.Image) -> PhotoFacts:
    return looks(picture.convert("L"), picture.size)


def certain(one: PhotoFacts, other: PhotoFacts) -> list[bool]:
    return [r.certain for r in find_reuse([OwnMedia("photos/b.jpg", "b", one)], [OtherMedia("CC-1", None, "photos/a.jpg", "a", other, True)])]


def aside(picture: Image.Image, share: float) -> Image.Image:
    """As a camera sees it that does not stand before its middle."""
    w, h = picture.size
    corners, moved = [(0, 0), (0, h), (w, h), (w, 0)], [(0, 0), (0, h), (w, h * (1 - share)), (w * (1 - share), h * share)]
    return picture.transform((w, h), Image.Transform.PERSPECTIVE, seen_from(corners, moved), Image.Resampling.BICUBIC)


@pytest.fixture(scope="module")
def original() -> PhotoFacts:
    return facts_of(training_photo(11, size=SIZE))


def test_a_picture_photographed_from_aside_is_found_and_left_to_a_human(original: PhotoFacts) -> None:
    copy = facts_of(aside(training_photo(11, size=SIZE), 0.05))
    assert certain(copy, original) == [False]
    assert certain(original, copy) == [False], "whichever of the two comes first"


def test_some_photos_off_a_screen_are_found_none_is_certain(original: PhotoFacts) -> None:
    found = [certain(facts_of(dress_up("off a screen", training_photo(11, size=SIZE), seed)), original) for seed in range(3)]
    assert [False] in found and [True] not in found


def test_the_same_room_from_aside_a_minute_later_is_another_photo(original: PhotoFacts) -> None:
    assert certain(facts_of(aside(training_photo(11, moment=1.0, size=SIZE), 0.05)), original) == []


def test_what_a_turn_and_scale_explain_was_not_seen_aside(original: PhotoFacts) -> None:
    features = unpack(original.features)
    assert features is not None and seen_aside(features, features) is None
    stranger = unpack(facts_of(training_photo(12, size=SIZE)).features)
    assert stranger is not None and seen_aside(features, stranger) is None


def test_the_laid_points_are_those_of_the_homography(original: PhotoFacts) -> None:
    features, copy = unpack(original.features), unpack(facts_of(aside(training_photo(11, size=SIZE), 0.05)).features)
    assert features is not None and copy is not None
    alignment = seen_aside(copy, features)
    assert alignment is not None
    corners = np.array([0, 1, 1 + 0.75j, 0.75j])
    assert np.abs(alignment.lay(corners) - np.array([0, 0.95 + 0.0375j, 1 + 0.7125j, 0.75j])).max() < 0.01
