"""Every value of the domain survives being stored, the case and all facts included."""

from __future__ import annotations

import json
import types
import typing
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.adapters import codec
from services.domain.case import Case
from services.domain.claim import SHANGHAI, Claim, Roster, Trainees
from services.domain.facts import Facts, PhotoFacts, VideoFacts
from services.domain.finding import Judgement
from services.domain.index import ClaimIndex

_PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: st.text(max_size=4),
    int: st.integers(-(2**53), 2**53),
    float: st.floats(allow_nan=False, allow_infinity=False),
    bool: st.booleans(),
    bytes: st.binary(max_size=4),
    type(None): st.none(),
    Any: st.none() | st.text(max_size=3) | st.integers(0, 9) | st.lists(st.integers(0, 9), max_size=2),
    date: st.dates(),
    time: st.times(),
    datetime: st.datetimes(timezones=st.just(SHANGHAI)),
    Decimal: st.decimals(allow_nan=False, allow_infinity=False, places=2),
}


def values_of(kind: Any) -> st.SearchStrategy[Any]:
    """Any value of a type of the vocabulary."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if kind in _PLAIN:
        return _PLAIN[kind]
    if origin is typing.Literal:
        return st.sampled_from(arguments)
    if origin in (typing.Union, types.UnionType):
        return st.one_of([values_of(a) for a in arguments])
    if origin is tuple:
        if arguments[-1] is Ellipsis:
            return st.lists(values_of(arguments[0]), max_size=2).map(tuple)
        return st.tuples(*(values_of(a) for a in arguments))
    if origin is not None:  # a mapping
        return st.dictionaries(values_of(arguments[0]), values_of(arguments[1]), max_size=2)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(kind)
    assert is_dataclass(kind), kind
    hints = typing.get_type_hints(kind)
    return st.deferred(lambda: st.builds(kind, **{f.name: values_of(hints[f.name]) for f in fields(kind)}))


@pytest.mark.parametrize("cls", [Claim, Trainees, Roster, Judgement, ClaimIndex, Case])
def test_a_stored_value_comes_back_equal(cls: type) -> None:
    @settings(max_examples=15, deadline=None)
    @given(values_of(cls))
    def holds(value: Any) -> None:
        assert codec.loads(cls, codec.dumps(value)) == value

    holds()


@settings(max_examples=60, deadline=None)
@given(st.one_of([values_of(cls) for cls in typing.get_args(Facts)]))
def test_facts_come_back_equal_and_of_their_class(facts: Any) -> None:
    back = codec.facts_loads(codec.facts_dumps(facts))
    assert back == facts
    assert type(back) is type(facts)


def test_no_facts_are_stored_as_such() -> None:
    assert codec.facts_loads(codec.facts_dumps(None)) is None


def test_stored_text_carries_its_version_and_the_class() -> None:
    stored = json.loads(codec.facts_dumps(PhotoFacts(3, 2)))
    assert stored["v"] == codec.VERSION
    assert stored["value"]["facts"] == "PhotoFacts"
    assert stored["value"]["width"] == 3


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"v": 2, "value": null}', '{"v": 1, "value": {"facts": "os.system"}}', '{"v": 1, "value": {"facts": "VideoFacts"}}']
)
def test_what_is_not_understood_is_refused(text: str) -> None:
    with pytest.raises(codec.StoredFormUnknown):
        codec.facts_loads(text)


def test_a_value_of_another_class_is_refused() -> None:
    with pytest.raises(codec.StoredFormUnknown):
        codec.loads(Claim, codec.dumps(VideoFacts(1.0, 1.0, 1.0, 1, 1, 1.0, None)))


def test_numpy_scalars_are_stored_as_the_numbers_they_are() -> None:
    seen = PhotoFacts(width=np.int64(640), height=np.uint16(480), latitude=np.float32(43.5), faces=np.int32(3), hash_quality=np.uint8(90))  # type: ignore[arg-type]
    assert codec.facts_loads(codec.facts_dumps(seen)) == PhotoFacts(width=640, height=480, latitude=43.5, faces=3, hash_quality=90)
    assert codec.loads_plain(codec.dumps({"signed": np.bool_(True)})) == {"signed": True}


def test_what_has_no_stored_form_is_refused() -> None:
    with pytest.raises(TypeError, match="ndarray"):
        codec.dumps({"pixels": np.zeros(3)})
