"""Quick records are the dataclasses they were, made quicker."""

from dataclasses import FrozenInstanceError, dataclass, field, replace

import pytest

from services.domain.quick import quick


@quick
@dataclass(frozen=True, slots=True)
class Point:
    x: int
    y: int = 2
    name: str | None = None


def test_it_is_made_compared_and_replaced_as_before():
    assert Point(1) == Point(1, 2, None) == Point(x=1, y=2) != Point(1, 3)
    assert hash(Point(1)) == hash(Point(1, 2)) and repr(Point(1, name="a")) == "Point(x=1, y=2, name='a')"
    assert replace(Point(1), y=5) == Point(1, 5)


def test_it_stays_frozen_and_wants_its_fields():
    with pytest.raises(FrozenInstanceError):
        Point(1).x = 2  # type: ignore[misc]
    with pytest.raises(TypeError):
        Point()  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        Point(1, z=2)  # type: ignore[call-arg]


def test_classes_that_need_more_are_refused():
    @dataclass(frozen=True, slots=True)
    class Made:
        many: list[int] = field(default_factory=list)

    with pytest.raises(TypeError):
        quick(Made)
