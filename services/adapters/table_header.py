"""Finding the header row of a table, and which column holds what, by the meaning of the headers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_BRACKETS = re.compile(r"[(\[【〔<][^)\]】〕>]*[)\]】〕>]")
_NOISE = re.compile(r"[\s*:：_\-—.。,，、'\"“”‘’\u200b-\u200f\ufeff#﹡★]+")
_LONGEST_HEADER = 24
"""Characters; a longer cell is a title or a note, not a header that contains a synonym."""


@dataclass(frozen=True, slots=True)
class Header:
    """`index`: which of the rows searched; `columns`: role → column from 0; `texts`: role → the header as written (it may name a unit)."""

    index: int
    columns: Mapping[str, int]
    texts: Mapping[str, str]

    def get(self, cells: Sequence[Any], role: str) -> Any:
        """The cell of a role, None where the table has no such column or the row is shorter."""
        column = self.columns.get(role)
        return cells[column] if column is not None and column < len(cells) else None


def normalise_header(untrusted: Any) -> str:
    """A header without blanks, line breaks, asterisks, punctuation and case; brackets are kept."""
    if not isinstance(untrusted, str):
        return ""
    return _NOISE.sub("", unicodedata.normalize("NFKC", untrusted)).lower()


def find_header(
    rows: Sequence[Sequence[Any]],
    synonyms: Mapping[str, tuple[str, ...]],
    required: Sequence[str | Sequence[str]],
    *,
    search_rows: int = 20,
) -> Header | None:
    """The row among the first `search_rows` that names most roles, if it has the required ones.

    `required`: roles that must be there; a sequence inside stands for "one of these". A header equal to a synonym wins over
    one that contains it, a longer synonym over a shorter one, and no column serves two roles. Roles whose name begins with
    `_` take columns out of the running (证件类型 is no ID number) and are not reported.
    """
    exact: dict[str, str] = {}
    for role, words in synonyms.items():
        for word in words:
            exact.setdefault(normalise_header(word), role)
    longest_first = sorted(((word, role) for word, role in exact.items() if len(word) >= 2), key=lambda item: -len(item[0]))
    best: Header | None = None
    for index, cells in enumerate(rows[:search_rows]):
        columns = _roles(cells, exact, longest_first)
        if not all((item in columns) if isinstance(item, str) else any(role in columns for role in item) for item in required):
            continue
        if best is None or len(columns) > len(best.columns):
            best = Header(index, columns, {role: str(cells[column]) for role, column in columns.items()})
    return best


def _roles(cells: Sequence[Any], exact: Mapping[str, str], longest_first: Sequence[tuple[str, str]]) -> dict[str, int]:
    whole = [normalise_header(cell) for cell in cells]
    bare = [_NOISE.sub("", _BRACKETS.sub("", text)) for text in whole]
    columns: dict[str, int] = {}
    taken: set[int] = set()
    for texts in (whole, bare):
        for column, text in enumerate(texts):
            role = exact.get(text) if text and column not in taken else None
            if role is not None and (role not in columns or role.startswith("_")):
                columns.setdefault(role, column)
                taken.add(column)
    for word, role in longest_first:
        if role in columns and not role.startswith("_"):
            continue
        for column, text in enumerate(bare):
            if column not in taken and word in text and len(text) <= _LONGEST_HEADER:
                columns.setdefault(role, column)
                taken.add(column)
                if not role.startswith("_"):
                    break
    return {role: column for role, column in columns.items() if not role.startswith("_")}
