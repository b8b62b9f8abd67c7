from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.claim import Venue
from services.domain.finding import Outcome
from services.verify.checks.photo_scene import distance_km, photo_scene
from tests.factories import make_case, person, photo, record

POINT = st.tuples(st.floats(-90, 90), st.floats(-180, 180))


def found(*photos, **fields):  # type: ignore[no-untyped-def]
    return [(r.outcome, r.code) for r in photo_scene(make_case(evidence=photos, **fields), far_km=Decimal(20))]


def test_near_and_far() -> None:
    assert found(photo(0, latitude=43.9, longitude=125.3)) == [(Outcome.MET, None)]
    assert found(photo(0, latitude=43.85, longitude=126.55)) == [(Outcome.UNMET, "photo.far_from_venue")]


def test_the_border_is_twenty_kilometres() -> None:
    degrees = 20 / 111.195  # along a meridian
    assert found(photo(0, latitude=43.88 + degrees - 0.001, longitude=125.32)) == [(Outcome.MET, None)]
    assert found(photo(0, latitude=43.88 + degrees + 0.001, longitude=125.32)) == [(Outcome.UNMET, "photo.far_from_venue")]


def test_without_coordinates_of_a_photo_there_is_no_distance() -> None:
    assert found(photo(0), photo(1, latitude=0.0, longitude=0.0)) == [(Outcome.MET, None)]
    assert found(photo(0), project={"venue": None}) == [(Outcome.MET, None)]


@pytest.mark.parametrize("venue", [None, Venue("一号教室")])
def test_without_the_venues_place_that_of_the_photos_is_for_a_human(venue: Venue | None) -> None:
    far = photo(0, latitude=39.9, longitude=116.4)
    assert found(far, photo(1), project={"venue": venue}) == [(Outcome.UNCLEAR, "photo.far_from_venue")]


def test_no_people_is_an_info() -> None:
    assert found(photo(0), photo(1, faces=0), photo(2, faces=None)) == [(Outcome.MET, "photo.no_people")]


def test_not_applicable_without_photos() -> None:
    assert found() == [(Outcome.NOT_APPLICABLE, None)]


def test_a_degree_of_the_equator_and_a_quarter_of_a_meridian() -> None:
    assert distance_km((0, 125), (0, 126)) == pytest.approx(111.195, abs=0.01)
    assert distance_km((0, 30), (90, 77)) == pytest.approx(10007.6, abs=0.1)


@given(POINT, POINT)
def test_distance_is_symmetric_and_bounded(a: tuple[float, float], b: tuple[float, float]) -> None:
    assert distance_km(a, b) == pytest.approx(distance_km(b, a), abs=1e-6)
    assert 0 <= distance_km(a, b) <= 20016 and distance_km(a, a) == pytest.approx(0, abs=1e-3)


def test_a_place_out_of_a_stamp_is_left_to_a_human() -> None:
    assert found(photo(0, latitude=43.85, longitude=126.55, position_source="watermark")) == [(Outcome.UNCLEAR, "photo.far_from_venue")]
    assert found(photo(0, latitude=43.88, longitude=125.32, position_source="watermark")) == [(Outcome.MET, None)]


def test_a_full_sheet_and_a_few_faces_are_a_hint() -> None:
    signed = {"trainees": [person(i) for i in range(12)], "records": [record(0, 1) for _ in range(12)]}
    assert found(photo(0, faces=1), photo(1, faces=2), **signed) == [(Outcome.MET, "photo.few_people")]
    assert found(photo(0, faces=1), photo(1, faces=3), **signed) == [(Outcome.MET, None)]
    assert found(photo(0, faces=None), **signed) == [(Outcome.MET, None)]


def test_photos_of_one_colour_are_left_to_a_human() -> None:
    blank = photo(0, hash_quality=0, faces=0)
    (result, *_) = [r for r in photo_scene(make_case(evidence=(blank, photo(1))), far_km=Decimal(20)) if r.code == "photo.no_people"]
    assert result.outcome is Outcome.UNCLEAR and [place.file for place in result.evidence] == ["photos/0.jpg"]
