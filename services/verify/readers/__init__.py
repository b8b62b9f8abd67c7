"""Readers: one per kind of evidence, each turning one file's bytes into facts.

A reader is a module of this package that calls `register`. Nothing else lists them: `reader_for` imports the package's
modules once and looks the kind up.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from services.domain.evidence import EvidenceKind
from services.domain.facts import Facts


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds that are checked before decoding. Bytes, pixels, pages, rows, seconds as named."""

    file_bytes: int = 5 * 1024**3
    pixels: int = 200_000_000
    pages: int = 200
    rows: int = 2_000_000
    video_seconds: int = 6 * 3600
    cpu_seconds: int = 600


@dataclass(frozen=True, slots=True)
class ReaderContext:
    """What a reader may know besides the bytes. `name` is the file's name as uploaded (its extension is a hint, no more)."""

    name: str
    media_type: str | None = None
    ocr_engine: str = "rapidocr"
    limits: Limits = Limits()


@dataclass(frozen=True, slots=True)
class SetReader:
    """How files are read that are only worth anything beside each other, as pictures of faces are.

    `look` gets some of them (path in the claim -> file) and gives for each what `compare` needs, or the EvidenceError of one that cannot
    be read. `compare` makes facts of what was seen in all of them, whatever parts they were looked at in. Nothing else of it is kept.
    """

    look: Callable[[Mapping[str, Path], ReaderContext], Mapping[str, Any]]
    compare: Callable[[Mapping[str, Any]], Facts]

    def read(self, files: Mapping[str, Path], context: ReaderContext) -> Facts:
        """The whole set here and now."""
        return self.compare(self.look(files, context))


@dataclass(frozen=True, slots=True)
class Reader:
    """`read` raises one of `domain.errors` for bad input. Raise `version` when the same bytes would give other facts.

    A reader of `whole_set` kinds has `read_set` instead.
    """

    name: str
    version: int
    kinds: tuple[EvidenceKind, ...]
    read: Callable[[Path, ReaderContext], Facts] | None = None
    read_set: SetReader | None = None

    @property
    def whole_set(self) -> bool:
        return self.read_set is not None


_READERS: dict[EvidenceKind, Reader] = {}


def register(reader: Reader) -> Reader:
    """Make a reader known for its kinds. Raises ValueError if one of them has a reader already."""
    for kind in reader.kinds:
        if kind in _READERS and _READERS[kind].name != reader.name:
            raise ValueError(f"{kind} is read by {_READERS[kind].name} already")
        _READERS[kind] = reader
    return reader


@cache
def _load() -> None:
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")


def reader_for(kind: EvidenceKind) -> Reader:
    """The reader of a kind. Raises KeyError if there is none."""
    _load()
    return _READERS[kind]


def all_readers() -> tuple[Reader, ...]:
    """Every reader once, by name."""
    _load()
    return tuple(sorted({r.name: r for r in _READERS.values()}.values(), key=lambda r: r.name))
