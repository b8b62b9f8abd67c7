from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.adapters.media_index import IndexedMedium, MediaIndex
from services.adapters.media_index import segment as segments
from services.adapters.media_index.segment import build, merge

hashes = st.integers(0, 2**256 - 1).map(lambda n: n.to_bytes(32, "little"))
NOBODY = np.zeros(0, dtype=np.uint32)


class Source:
    """A database in a list."""

    def __init__(self, media: Sequence[IndexedMedium] = ()) -> None:
        self.media = list(media)
        self.reads = 0

    def indexed_after(self, number: int, limit: int) -> list[IndexedMedium]:
        found = [m for m in self.media if m.number > number][:limit]
        self.reads += len(found)
        return found

    def indexed_key(self, number: int) -> str | None:
        return next((m.hashes.hex()[:64] for m in self.media if m.number == number), None)


def flip(value: bytes, positions: set[int]) -> bytes:
    number = int.from_bytes(value, "little")
    for position in positions:
        number ^= 1 << position
    return number.to_bytes(32, "little")


def codes(*values: bytes) -> np.ndarray:
    return np.frombuffer(b"".join(values), dtype="<u8").reshape(-1, 4)


def random_media(count: int, seed: int, first: int = 1, words: int = 0) -> list[IndexedMedium]:
    rng = np.random.default_rng(seed)
    return [IndexedMedium(first + i, rng.bytes(32), rng.bytes(4 * words)) for i in range(count)]


@given(hashes, st.sets(st.integers(0, 255), max_size=60))
def test_finds_exactly_what_is_within_the_radius(value: bytes, positions: set[int]) -> None:
    index = MediaIndex(Source([IndexedMedium(7, flip(value, positions), b"")]))
    index.refresh()
    assert index.near(codes(value), 31) == ({7: len(positions)} if len(positions) <= 31 else {})


@pytest.fixture(scope="module")
def many() -> tuple[segments.Segment, np.ndarray]:
    """More than are scanned, so that the tables are used."""
    known = np.random.default_rng(3).integers(0, 2**64, (segments.SCAN + 5_000, 4), dtype=np.uint64)
    return build(known, np.arange(len(known), dtype=np.uint32), NOBODY, NOBODY), known


@settings(max_examples=150, deadline=None)
@given(st.integers(0, segments.SCAN), st.sets(st.integers(0, 255), max_size=60), st.sampled_from([0, 12, 15, 16, 31, 40, 47]))
def test_the_tables_find_what_a_scan_finds(many: tuple[segments.Segment, np.ndarray], place: int, positions: set[int], radius: int) -> None:
    segment, known = many
    asked = codes(flip(known[place].tobytes(), positions))[0]
    owners, distances = segment.near(asked, radius)
    scanned = np.bitwise_count(known ^ asked).sum(axis=1)
    assert dict(zip(owners.tolist(), distances.tolist(), strict=True)) == {int(i): int(scanned[i]) for i in np.flatnonzero(scanned <= radius)}


@given(st.lists(st.integers(0, 31), max_size=3), st.integers(0, 2**32 - 1))
def test_a_word_is_shared_up_to_one_bit(bits: list[int], word: int) -> None:
    other = word
    for bit in bits:
        other ^= 1 << bit
    index = MediaIndex(Source([IndexedMedium(5, b"", other.to_bytes(4, "little"))]))
    index.refresh()
    near = (word ^ other).bit_count() <= 1
    assert index.sharing(np.array([word], dtype=np.uint32), least=1, most=9) == ([(5, 1)] if near else [])


def test_shared_words_are_counted_once_each_and_the_most_come_first() -> None:
    rng = np.random.default_rng(1)
    words = rng.integers(0, 2**32, 40, dtype=np.uint32)
    media = [IndexedMedium(1, b"", words[:10].tobytes()), IndexedMedium(2, b"", words[5:35].tobytes()), *random_media(500, 2, 3, words=40)]
    index = MediaIndex(Source(media))
    index.refresh()
    assert index.sharing(words, least=4, most=10) == [(2, 30), (1, 10)]
    assert index.sharing(words, least=4, most=1) == [(2, 30)]


def test_merged_segments_hold_what_their_parts_held() -> None:
    rng = np.random.default_rng(4)
    parts = []
    for k in range(3):
        words = rng.integers(0, 2**32, 3000, dtype=np.uint32)
        parts.append(build(rng.integers(0, 2**64, (50, 4), dtype=np.uint64), np.full(50, k, np.uint32), words, np.full(3000, k, np.uint32)))
    whole = merge(parts)
    assert len(whole.codes) == 150 and (np.diff(whole.words.astype(np.int64)) >= 0).all()
    for k, part in enumerate(parts):
        assert whole.near(part.codes[7], 0)[0].tolist() == [k]
        assert set((whole.sharing(part.words[:5]) & 0xFFFFFFFF).tolist()) == {k}


def test_what_comes_later_is_found_by_every_worker_and_kept_in_files(tmp_path: Path) -> None:
    source = Source(random_media(300, 1))
    mine, other = (MediaIndex(source, tmp_path / "index", in_memory=200) for _ in range(2))
    assert mine.refresh() == 300
    assert source.reads == 300
    other.refresh()
    assert source.reads == 300  # from the files
    for first in range(301, 1600, 130):
        source.media += random_media(130, first, first)
        (mine if first % 2 else other).refresh()
    assert mine.refresh() == other.refresh() == source.media[-1].number
    for medium in source.media[::17]:
        asked = codes(flip(medium.hashes, {1, 2, 100}))
        assert mine.near(asked, 31) == other.near(asked, 31) == {medium.number: 3}
    assert 1 <= len([p for p in (tmp_path / "index").iterdir() if p.is_dir()]) <= 4


@pytest.mark.parametrize("damage", ["gone", "manifest", "array", "other store"])
def test_lost_or_foreign_files_are_built_anew(tmp_path: Path, damage: str) -> None:
    source = Source(random_media(500, 1))
    folder = tmp_path / "index"
    MediaIndex(source, folder, in_memory=100).refresh()
    if damage == "gone":
        shutil.rmtree(folder)
    elif damage == "manifest":
        (folder / "manifest.json").write_text('{"version": 1, "last":')
    elif damage == "array":
        next(folder.glob("*/codes.npy")).write_bytes(b"\x93NUMPY\x01\x00")
    else:
        source.media = random_media(450, 2)
    index = MediaIndex(source, folder, in_memory=100)
    assert index.refresh() == source.media[-1].number
    for medium in source.media[::50]:
        assert index.near(codes(medium.hashes), 0) == {medium.number: 0}
    again = MediaIndex(source, folder, in_memory=100)
    again.refresh()
    assert again.near(codes(source.media[3].hashes), 31) == {source.media[3].number: 0}


def test_rebuilding_begins_with_the_source(tmp_path: Path) -> None:
    source = Source(random_media(300, 1, words=3))
    index = MediaIndex(source, tmp_path / "index", in_memory=100)
    index.refresh()
    source.media = source.media[:200]
    assert index.rebuild() == 200
    assert index.near(codes(random_media(300, 1, words=3)[250].hashes), 31) == {}
