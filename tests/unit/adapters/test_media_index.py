from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.adapters.media_index import MediaIndex

hashes = st.integers(0, 2**256 - 1).map(lambda n: f"{n:064x}")


def flip(value: str, positions: set[int]) -> str:
    number = int(value, 16)
    for position in positions:
        number ^= 1 << position
    return f"{number:064x}"


@given(hashes, st.sets(st.integers(0, 255), max_size=60))
def test_finds_exactly_what_is_within_the_radius(value: str, positions: set[int]) -> None:
    index = MediaIndex()
    index.add("a", flip(value, positions))
    found = index.near(value, 31)
    assert found == ([("a", len(positions))] if len(positions) <= 31 else [])


def test_a_key_with_many_hashes_is_named_once_with_the_least_distance() -> None:
    index = MediaIndex()
    for count in range(2000):
        index.add(f"far {count}", f"{(1 << 255) | (2**200 - 1) ^ count:064x}")
    index.add("near", flip("0" * 64, {1, 2, 3}))
    index.add("near", flip("0" * 64, {1}))
    index.add("nearer", "0" * 64)
    assert index.near("0" * 64, 5) == [("nearer", 0), ("near", 1)]
    assert len(index) == 2003


def test_a_hash_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        MediaIndex().add("a", "00" * 8)
