from __future__ import annotations

from services.domain.finding import Outcome
from services.verify.checks.materials_unaltered import materials_unaltered
from tests.factories import make_case, photo


def found(*photos):  # type: ignore[no-untyped-def]
    return [(r.outcome, r.code, r.observed) for r in materials_unaltered(make_case(evidence=photos))]


def test_met_and_not_applicable() -> None:
    assert found(photo(0), photo(1, software="iOS 15.1")) == [(Outcome.MET, None, None)]
    assert found() == [(Outcome.NOT_APPLICABLE, None, None)]


def test_edited_photos_and_screenshots() -> None:
    assert found(photo(0, edited_by="Adobe Photoshop"), photo(1, screenshot="顶部有状态栏"), photo(2)) == [
        (Outcome.UNMET, "photo.edited", "Adobe Photoshop"),
        (Outcome.UNMET, "photo.screenshot", "顶部有状态栏"),
    ]
